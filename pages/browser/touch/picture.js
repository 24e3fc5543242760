// The picture of the networks: one line for each, their layers from left to right. On a narrow page
// the layers run downwards, and the networks stand side by side; on a wide one, two networks stand
// side by side too, if there is room for their layers.

import { firstConvolution, filtersOf } from "../engine/filters.js";
import { reachOf, scale } from "./colours.js";
import { Cells, element, frames } from "./elements.js";
import { partName, percent, shortName, sides } from "./numbers.js";
import { columnsOf, layerAt } from "./paths.js";

const FILTERS_ACROSS = 8;
const LAYERS_BESIDE = 11; // of each of two networks that stand side by side

export class Picture {
  // touched: called with (line, layer, cell, pressed); a channel of null is the one that is shown.
  constructor(touched) {
    this.touched = touched;
    this.node = element("div", {
      class: "picture",
      tabindex: 0,
      role: "application",
      "aria-label":
        "Networks, layer by layer. Arrow keys move the cell; with Shift, left and right go to the " +
        "layer before or after, up and down to another channel. Enter holds the cell, Escape lets go.",
    });
    this.node.addEventListener("keydown", () => this.node.classList.remove("by-pointer"));
    for (const kind of ["pointermove", "pointerdown"]) {
      this.node.addEventListener(kind, (event) => this.point(event));
    }
  }

  build(networks) {
    this.networks = networks;
    this.columns = columnsOf(networks.map(({ network }) => network));
    this.tiles = new Map();
    this.titles = networks.map((each, line) => this.title(each, line));
    const beside = networks.length === 2 && this.columns.length <= LAYERS_BESIDE;
    const labels = (beside ? [0, 1] : [0]).flatMap((line) =>
      this.columns.map((column, place) => this.label(column, place, line)),
    );
    const tiles = networks.flatMap(({ network }, line) =>
      this.columns.map((column, place) => this.tile(network, line, column, place)),
    );
    this.node.classList.toggle("beside", beside);
    this.node.style.setProperty("--columns", this.columns.length);
    this.node.style.setProperty("--lines", networks.length);
    this.node.replaceChildren(...labels, ...this.titles.map(({ node }) => node), ...tiles);
  }

  // line: of the network above whose layers it stands; all but the first are shown side by side only.
  label(column, place, line) {
    const layer = this.networks.map(({ network }) => layerAt(network, column)).find(Boolean);
    const part = partName(layer.name);
    const first = place === 0 || partName(this.columns[place - 1]) !== part;
    return element(
      "div",
      { class: line ? "label again" : "label", style: { "--place": place, "--line": line } },
      element("b", {}, first ? part : ""),
      element("span", {}, column === "head" ? "head" : shortName(layer.name)),
    );
  }

  title({ glyph, colour, title, now }, line) {
    const answer = element("span", { class: "answer" });
    const node = element(
      "div",
      { class: "title", style: { "--line": line, "--own": colour } },
      element("span", {}, element("i", {}, glyph), ` ${title}`, now && element("span", { class: "moment" }, ` ${now}`)),
      answer,
    );
    return { node, answer };
  }

  tile(network, line, column, place) {
    const style = { "--line": line, "--place": place, "--own": this.networks[line].colour };
    const layer = layerAt(network, column);
    if (!layer) return element("div", { class: "cell none", style }, "–");
    if (layer.name === "head.logits") return this.bars(line, layer, style);
    const map = new Cells(`${layer.name}, one channel`);
    const sheet = new Cells(`${layer.name}, all channels`);
    const over = element("div", { class: "over" });
    const chosen = element("div", { class: "over" });
    const size = element("span", { class: "size" });
    const vector = layer.shape.length === 1;
    const filters = layer === firstConvolution(network) ? new Cells(`${layer.name}, all filters`) : null;
    const node = element(
      "div",
      { class: vector ? "cell vector" : "cell", style },
      element("div", { class: "map", "data-line": line, "data-layer": layer.name }, map.canvas, over),
      vector || layer.shape[0] === 1
        ? null
        : element("div", { class: "sheet", "aria-hidden": "true", "data-line": line, "data-layer": layer.name },
            sheet.canvas, chosen),
      size,
      filters && element("div", { class: "filters" }, filters.canvas),
      filters && element("span", { class: "size" }, `filters ${layer.size} × ${layer.size}`),
    );
    this.tiles.set(`${line} ${layer.name}`, { map, sheet, over, chosen, size, filters, layer, column });
    return node;
  }

  bars(line, layer, style) {
    const rows = this.networks[line].classes.map((name, index) => {
      const bar = element("div", { class: "bar" });
      const node = element(
        "div",
        { class: "class", "data-line": line, "data-layer": layer.name, "data-index": index, title: name },
        element("span", {}, name),
        bar,
      );
      return { node, bar };
    });
    this.tiles.set(`${line} ${layer.name}`, { rows, layer });
    const letters = Math.max(...this.networks[line].classes.map(({ length }) => length)) + 1;
    return element("div", { class: "cell bars", style: { ...style, "--letters": letters } }, ...rows.map(({ node }) => node));
  }

  // shown: for each network { pass, maps (layer -> map that is drawn), channels, before }.
  // right: the class of the image, by its place among the classes; null if nobody knows it.
  draw(shown, tables, { signed, classes, right }) {
    for (const column of this.columns) {
      const drawn = shown.map(({ maps }, line) => {
        const layer = layerAt(this.networks[line].network, column);
        return layer && maps.get(layer.name);
      });
      const reaches = drawn.filter(Boolean).map(({ data }) => reachOf(data));
      const most = Math.max(...reaches.map(([size]) => size), 0);
      const paint = scale(tables, most, signed || reaches.some(([, negative]) => negative));
      drawn.forEach((map, line) => map && this.drawOne(line, column, map, paint, shown[line]));
    }
    this.drawFilters(shown, tables);
    shown.forEach(({ pass, before }, line) => {
      const share = pass.probabilities[pass.answer];
      const { answer } = this.titles[line];
      const known = classes[pass.answer];
      const change = before === undefined ? "says" : before === pass.answer ? "stays" : "flips to";
      answer.replaceChildren(`${change} `, element("b", {}, known + verdict(pass.answer, right)), ` · ${percent(share)} %`);
      answer.classList.toggle("flips", change === "flips to");
    });
  }

  // What the first convolution looks for, on one scale for all networks.
  drawFilters(shown, tables) {
    const first = shown.map(({ pass }) => firstConvolution(pass.network));
    const weights = shown.map(({ pass }, line) => first[line] && filtersOf(pass.network, first[line]));
    const paint = scale(tables, Math.max(...weights.map((each) => (each ? reachOf(each)[0] : 0))), true);
    weights.forEach((each, line) => {
      if (!each) return;
      const { filters } = this.tiles.get(`${line} ${first[line].name}`);
      const { size, shape } = first[line];
      drawTiles(filters, each, [Math.min(shape[0], FILTERS_ACROSS), shape[0]], size, size, paint);
    });
  }

  drawOne(line, column, map, paint, { pass, channels }) {
    const layer = layerAt(this.networks[line].network, column);
    const tile = this.tiles.get(`${line} ${layer.name}`);
    if (tile.rows) return drawBars(tile.rows, pass);
    const { shape, data } = map;
    if (shape.length === 1) {
      const across = Math.ceil(Math.sqrt(shape[0]));
      const down = Math.ceil(shape[0] / across);
      tile.map.size(across, down);
      tile.map.pixels.fill(0);
      paint.row(tile.map.pixels, 0, data, 0, shape[0]);
      tile.map.show();
      write(tile.size, sides(shape));
      return undefined;
    }
    const [count, rows, columns] = shape;
    const channel = channels.get(layer.name) ?? 0;
    tile.map.size(columns, rows);
    const area = rows * columns;
    paint.row(tile.map.pixels, 0, data, channel * area, area);
    tile.map.show();
    write(tile.size, sides(shape));
    if (count > 1) drawSheet(tile, data, count, rows, columns, channel, paint);
    return undefined;
  }

  // marks: for each network layer -> { kind, read }, a frame on the map of the channel shown.
  mark(marks) {
    for (const [key, { over, layer, rows: bars }] of this.tiles) {
      const own = marks[Number(key.split(" ")[0])].get(layer.name);
      if (bars) {
        const index = own?.kind === "here" ? own.read.index : -1;
        bars.forEach(({ node }, i) => node.classList.toggle("here", i === index));
        continue;
      }
      const [, rows, columns] = layer.shape.length === 3 ? layer.shape : grid(layer.shape[0]);
      over.replaceChildren(...(own?.read.rows ? frames(own.kind, rows, columns, own.read) : []));
    }
  }

  point(event) {
    const target = event.target.closest?.("[data-layer]");
    if (!target || !this.node.contains(target)) return undefined;
    const { line, layer: name, index } = target.dataset;
    const pressed = event.type === "pointerdown";
    if (pressed) {
      this.node.classList.add("by-pointer");
      this.node.focus({ preventScroll: true });
    }
    const { layer } = this.tiles.get(`${line} ${name}`);
    const { shape } = layer;
    const touch = (cell) => this.touched(Number(line), layer, cell, pressed);
    if (index !== undefined) return touch([Number(index)]);
    const box = target.getBoundingClientRect();
    const [across, down] = [
      (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height,
    ].map((share) => Math.max(0, Math.min(0.9999, share)));
    if (target.classList.contains("sheet")) {
      // a channel is chosen by pressing, not by passing over it
      return pressed ? touch(inSheet(shape, across, down)) : undefined;
    }
    if (shape.length === 1) {
      const [, rows, columns] = grid(shape[0]);
      const at = Math.floor(down * rows) * columns + Math.floor(across * columns);
      return at < shape[0] ? touch([at]) : undefined;
    }
    return touch([null, Math.floor(down * shape[1]), Math.floor(across * shape[2])]);
  }
}

// A tick or a cross behind an answer.
export const verdict = (answer, right) => (right === null ? "" : answer === right ? " ✓" : " ✗");

// How the values of a vector are laid out.
export function grid(length) {
  const columns = Math.ceil(Math.sqrt(length));
  return [1, Math.ceil(length / columns), columns];
}

function sheetSides(count) {
  const across = Math.ceil(Math.sqrt(count));
  return [across, Math.ceil(count / across)];
}

function inSheet([count, rows, columns], across, down) {
  const [wide, high] = sheetSides(count);
  const [x, y] = [across * wide, down * high];
  const channel = Math.min(Math.floor(y) * wide + Math.floor(x), count - 1);
  return [channel, Math.floor((y % 1) * rows), Math.floor((x % 1) * columns)];
}

// Writing what stands there already would lay out the page again.
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function drawSheet({ sheet, chosen }, data, count, rows, columns, channel, paint) {
  const [wide, high] = drawTiles(sheet, data, [sheetSides(count)[0], count], rows, columns, paint);
  const read = { rows: [Math.floor(channel / wide)], columns: [channel % wide] };
  chosen.replaceChildren(...frames("chosen", high, wide, read));
}

// `count` maps, `wide` of them in a row.
function drawTiles(sheet, data, [wide, count], rows, columns, paint) {
  const high = Math.ceil(count / wide);
  // a line of nothing between channels
  const [step, jump] = [columns + 1, rows + 1];
  sheet.size(wide * step, high * jump);
  for (let c = 0; c < count; c++) {
    const left = (c % wide) * step;
    const top = Math.floor(c / wide) * jump;
    for (let row = 0; row < rows; row++) {
      const to = (top + row) * wide * step + left;
      paint.row(sheet.pixels, to, data, (c * rows + row) * columns, columns);
    }
  }
  sheet.show();
  return [wide, high];
}

function drawBars(rows, pass) {
  rows.forEach(({ node, bar }, index) => {
    const share = pass.probabilities[index];
    bar.style.setProperty("--share", share.toFixed(4));
    node.classList.toggle("first", index === pass.answer);
    node.setAttribute("aria-label", `${percent(share)} %`);
  });
}
