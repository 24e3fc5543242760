// Networks under a finger. `show` draws them in a node of the page, and changes them there when
// there are other networks or another image. Everything is computed in the browser.

import { Network } from "../engine/network.js";
import { reads, field } from "../engine/reading.js";
import { table } from "./colours.js";
import { Drawing } from "./drawing.js";
import { element } from "./elements.js";
import { explain, indexOf } from "./explain.js";
import { lens } from "./lens.js";
import { readLink, writeLink } from "./link.js";
import { number, shortName } from "./numbers.js";
import {
  brightest,
  columnOf,
  corresponding,
  exists,
  layerAt,
  nearest,
  strongest,
} from "./paths.js";
import { Picture } from "./picture.js";

const SPOKEN_AFTER_MS = 400;
const views = new WeakMap();
const opened = new Map(); // address of weights -> promise of a network

export async function show(parent, data, root) {
  let view = views.get(parent);
  if (!view) views.set(parent, (view = new View(parent)));
  await view.update(data, root);
}

async function open({ weights, description }, root) {
  if (!opened.has(weights)) {
    const loaded = fetch(`${root}${weights}`).then(async (response) => {
      if (!response.ok) throw new Error(`${weights}: ${response.status}`);
      return new Network(description, new Uint8Array(await response.arrayBuffer()));
    });
    loaded.catch(() => opened.delete(weights));
    opened.set(weights, loaded);
  }
  return opened.get(weights);
}

class View {
  constructor(parent) {
    this.place = null;
    this.held = false;
    this.linked = readLink();
    this.seen = this.linked.seen;
    this.drawing = new Drawing(() => this.soon());
    this.picture = new Picture((...touch) => this.touch(...touch));
    this.picture.node.addEventListener("keydown", (event) => this.key(event));
    this.lens = element("div", { class: "lens" });
    this.spoken = element("div", { class: "spoken", "aria-live": "polite" });
    this.where = element("span", { class: "where" });
    this.switches = ["values", "gradient"].map((name) =>
      element("button", { type: "button", onclick: () => this.see(name) }, name),
    );
    this.classes = element("select", { "aria-label": "Class", onchange: () => this.see(this.seen) });
    const bar = element(
      "div",
      { class: "bar-top" },
      element("div", { class: "tools", role: "group", "aria-label": "What is drawn" }, ...this.switches),
      element("label", { class: "of" }, "of the score for ", this.classes),
      this.where,
    );
    this.node = element(
      "div",
      { class: "touch" },
      element(
        "div",
        { class: "layout" },
        element("div", { class: "band" }, this.drawing.node, this.lens),
        bar,
        this.picture.node,
      ),
      this.spoken,
    );
    parent.append(this.node);
  }

  async update(data, root) {
    const networks = await Promise.all(
      data.networks.map(async (each) => ({ ...each, network: await open(each, root) })),
    );
    const dark = isDarkPage(this.node);
    const side = dark ? 1 : 0;
    this.tables = Object.fromEntries(
      Object.entries(data.scales).map(([name, anchors]) => [name, table(anchors[side])]),
    );
    this.networks = networks.map((each) => ({
      ...each,
      colour: each.colours[side],
      classes: data.classes,
    }));
    const names = JSON.stringify([networks.map(({ weights }) => weights), dark]);
    if (names !== this.names) this.picture.build(this.networks);
    this.names = names;
    this.input = data.input;
    if (this.image !== data.picture.id) this.baseline = null;
    this.image = data.picture.id;
    this.drawing.update({ ...data.picture, pixels: bytes(data.picture.pixels) }, this.tables);
    this.compute();
    this.offer(data.classes);
    if (!this.place) this.begin();
    this.refresh();
  }

  // The classes of which gradients can be shown; at first, what the first network answers.
  offer(names) {
    if (this.offered === JSON.stringify(names)) return;
    this.offered = JSON.stringify(names);
    this.classes.replaceChildren(...names.map((name, i) => element("option", { value: i }, name)));
    const wanted = names.indexOf(this.linked.ofClass);
    this.classes.value = wanted < 0 ? this.baseline[0] : wanted;
  }

  // The first thing to see: what the link names, or the largest number of the first pool.
  begin() {
    this.kept = new Map();
    this.passes.forEach((pass) =>
      pass.network.layers.forEach(({ name, kind }) => {
        const column = columnOf(name, kind);
        if (!this.kept.has(column)) this.kept.set(column, brightest(pass.outputs.get(name))[0]);
      }),
    );
    if (this.linked.held && this.hold(this.linked.held)) return;
    const { network } = this.networks[0];
    const layer = network.layers.find(({ kind }) => kind === "pool") ?? network.layers[0];
    const cell = brightest(this.passes[0].outputs.get(layer.name));
    this.place = { line: 0, column: columnOf(layer.name, layer.kind), cell, shape: layer.shape };
  }

  // Hold a cell if one of the networks has it.
  hold({ column, cell }) {
    const line = this.networks.findIndex(({ network }, i) => {
      const layer = layerAt(network, column);
      return layer && exists(this.passes[i].outputs.get(layer.name), cell);
    });
    if (line < 0) return false;
    const { shape } = layerAt(this.networks[line].network, column);
    this.place = { line, column, cell, shape };
    this.held = true;
    return true;
  }

  compute() {
    const began = performance.now();
    const pixels = this.drawing.input(this.input);
    this.passes = this.networks.map(({ network }) => network.forward(pixels));
    performance.measure("forward", { start: began, end: performance.now() });
    this.baseline ??= this.passes.map(({ answer }) => answer);
  }

  // Many changes between two frames are drawn once.
  soon() {
    if (this.waiting) return;
    this.waiting = true;
    const began = performance.now();
    requestAnimationFrame(() => {
      this.waiting = false;
      this.compute();
      this.refresh();
      performance.measure("touch", { start: began, end: performance.now() });
    });
  }

  see(name) {
    this.seen = name;
    this.refresh();
  }

  refresh() {
    const gradient = this.seen === "gradient";
    this.node.dataset.seen = this.seen;
    this.switches.forEach((button) =>
      button.setAttribute("aria-pressed", String(button.textContent === this.seen)),
    );
    const target = Number(this.classes.value);
    this.gradients = gradient
      ? this.passes.map((pass) => pass.gradients(pass.network.layers.at(-1).name, target))
      : null;
    this.point();
  }

  // What a place is in each network, and everything that is drawn because of it.
  point() {
    const { line, column, cell, shape } = this.place;
    const points = this.passes.map((pass, i) => {
      const layer =
        i === line
          ? layerAt(pass.network, column)
          : nearest(pass.network, this.picture.columns, column);
      return { pass, layer, cell: corresponding(cell, shape, layer.shape) };
    });
    const shown = points.map(({ pass, layer, cell: own }, i) => ({
      pass,
      maps: this.gradients?.[i] ?? pass.outputs,
      channels: this.channels(pass, layer, own),
      before: this.drawing.touched ? this.baseline[i] : undefined,
    }));
    this.picture.draw(shown, this.tables, {
      signed: this.seen === "gradient",
      classes: this.networks[0].classes,
    });
    const fields = points.map(({ pass, layer, cell: own }) => field(pass, layer.name, own));
    this.picture.mark(points.map((each, i) => marks(each, fields[i])));
    this.drawing.frame(
      distinct(fields.map((each, i) => ({ field: each.get("input"), colour: this.networks[i].colour }))),
    );
    const explained = points.map(({ pass, layer, cell: own }, i) => ({
      ...this.networks[i],
      where: whereOf(layer, own),
      explanation: explain(pass, layer.name, own, this.gradients?.[i]),
      gradient: this.gradientOf(i, layer, own),
    }));
    lens(this.lens, explained, this.tables);
    this.where.textContent = this.held ? "Held: Escape lets go" : "";
    writeLink({
      held: this.held && this.place,
      seen: this.seen,
      ofClass: this.networks[0].classes[Number(this.classes.value)],
    });
    this.speak(explained);
  }

  gradientOf(i, layer, cell) {
    const map = this.gradients?.[i].get(layer.name);
    if (!map) return "";
    const name = this.networks[0].classes[Number(this.classes.value)];
    const value = map.data[indexOf(map.shape, cell)];
    if (value === 0) return `No gradient of the score for ${name} reaches this cell.`;
    return `If this number grew by 1, the score for ${name} would change by ${number(value)} (its gradient).`;
  }

  // The channel of each layer that is shown: those through which the touched value came, and others
  // as they were.
  channels(pass, layer, cell) {
    if (layer.shape.length === 3) this.kept.set(columnOf(layer.name, layer.kind), cell[0]);
    const found = strongest(pass, layer.name, cell[0]);
    for (const other of pass.network.layers) {
      const column = columnOf(other.name, other.kind);
      if (found.has(other.name)) continue;
      found.set(other.name, this.following(pass, other, found) ?? this.kept.get(column) ?? 0);
    }
    return found;
  }

  // After the touched layer, what works on each channel by itself stays with its channel.
  following(pass, layer, found) {
    const [read] = layer.reads;
    const source = pass.outputs.get(read).shape;
    const same = layer.shape.length === 3 && source[0] === layer.shape[0] && layer.kind !== "convolution";
    return same ? found.get(read) : undefined;
  }

  touch(line, name, cell, pressed) {
    if (line === null || (this.held && !pressed)) return;
    const { network } = this.networks[line];
    const layer = network.layers.find((each) => each.name === name);
    const map = this.passes[line].outputs.get(name);
    const shown = this.picture.tiles.get(`${line} ${name}`);
    const own = cell[0] === null ? [this.channelShown(line, layer), cell[1], cell[2]] : cell;
    if (!shown || !exists(map, own)) return;
    const place = { line, column: columnOf(name, layer.kind), cell: own, shape: layer.shape };
    const same = JSON.stringify(place) === JSON.stringify(this.place);
    if (pressed) this.held = !(this.held && same);
    if (same && !pressed) return;
    this.place = place;
    this.point();
  }

  channelShown(line, layer) {
    const { pass, layer: here, cell } = this.here(line);
    return this.channels(pass, here, cell).get(layer.name) ?? 0;
  }

  here(line) {
    const pass = this.passes[line];
    const { column, cell, shape } = this.place;
    const layer = nearest(pass.network, this.picture.columns, column);
    return { pass, layer, cell: corresponding(cell, shape, layer.shape) };
  }

  key(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Escape") this.held = false;
    else if (event.key === "Enter" || event.key === " ") this.held = true;
    else if (!step) return;
    else if (event.shiftKey && step[1]) this.toLayer(step[1]);
    else if (event.shiftKey) this.by([step[0], 0, 0]);
    else this.by(this.place.cell.length === 1 ? [step[0] || step[1]] : [0, ...step]);
    event.preventDefault();
    event.stopPropagation();
    this.point();
  }

  by(steps) {
    const { cell, shape } = this.place;
    this.place.cell = cell.map((at, axis) =>
      Math.max(0, Math.min(shape[axis] - 1, at + (steps[axis] ?? 0))),
    );
  }

  // To the layer before or after, at the same place, in the channel through which the value went.
  toLayer(step) {
    const { line, column } = this.place;
    const { columns } = this.picture;
    const { network } = this.networks[line];
    let at = columns.indexOf(column) + step;
    while (at >= 0 && at < columns.length && !layerAt(network, columns[at])) at += step;
    const layer = columns[at] && layerAt(network, columns[at]);
    if (!layer) return;
    const here = this.here(line);
    const cell = corresponding(here.cell, here.layer.shape, layer.shape);
    if (layer.shape.length === 3) cell[0] = this.channelShown(line, layer);
    this.place = { line, column: columns[at], cell, shape: layer.shape };
  }

  speak(explained) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      const { title, where, explanation } = explained[this.place.line];
      const { formula, words } = explanation;
      this.spoken.textContent = `${title}, ${where}: ${formula}. ${words}.`;
    }, SPOKEN_AFTER_MS);
  }
}

function marks({ pass, layer, cell }, found) {
  const own = new Map();
  const here = cell.length === 1 ? vectorCell(layer, cell[0]) : { rows: [cell[1]], columns: [cell[2]] };
  own.set(layer.name, [{ kind: "here", read: here }]);
  const direct = new Map(reads(pass, layer, cell).map((read) => [read.name, read]));
  for (const [name, places] of found) {
    const read = direct.get(name);
    if (read?.rows) own.set(name, [{ kind: "window", read }]);
    else if (places) own.set(name, [{ kind: "field", read: places }]);
  }
  return own;
}

function vectorCell(layer, index) {
  const columns = Math.ceil(Math.sqrt(layer.shape[0]));
  return { rows: [Math.floor(index / columns)], columns: [index % columns], index };
}

function whereOf(layer, cell) {
  const name = layer.name.startsWith("block")
    ? `block ${layer.name.slice(5).replace(".", ", ")}`
    : shortName(layer.name);
  if (cell.length === 1) return `${name}, value ${cell[0] + 1}`;
  return `${name}, channel ${cell[0] + 1}, row ${cell[1] + 1}, column ${cell[2] + 1}`;
}

// Equal fields are drawn once.
function distinct(fields) {
  const known = new Map();
  for (const each of fields) {
    if (!each.field) continue;
    const key = JSON.stringify([[...each.field.rows].sort(), [...each.field.columns].sort()]);
    if (known.has(key)) known.get(key).colour = "var(--accent)";
    else known.set(key, { ...each });
  }
  return [...known.values()];
}

function isDarkPage(node) {
  const page = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  const [red, green, blue] = page.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
  return red + green + blue < 3 * 128;
}

const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
