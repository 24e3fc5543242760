// Where the finger is: a cell of a layer of one network, the corresponding cells of the others, and
// the channel of every layer that is shown because of it.
//
// A place is { line, column, cell, shape }: the network, the column of the picture, the cell, and the
// shape of the map that it is a cell of.

import { fed, field, reads } from "../engine/reading.js";
import { ARROWS } from "./elements.js";
import { shortName } from "./numbers.js";
import { brightest, columnOf, corresponding, exists, layerAt, nearest, strongest } from "./paths.js";

export class Finger {
  constructor(linked) {
    this.linked = linked;
    this.place = null;
    this.held = false;
    this.kept = new Map(); // column -> channel that was last looked at
  }

  // Other networks, or other numbers in them.
  follow(passes, columns) {
    this.passes = passes;
    this.columns = columns;
    const { linked } = this;
    this.linked = null;
    if (this.place && this.isThere(this.place)) return;
    this.held = false;
    passes.forEach((pass) =>
      pass.network.layers.forEach(({ name, kind }) => {
        const column = columnOf(name, kind);
        if (!this.kept.has(column)) this.kept.set(column, brightest(pass.outputs.get(name))[0]);
      }),
    );
    if (!linked || !this.hold(linked)) this.place = this.first();
  }

  isThere({ line, column, cell }) {
    const pass = this.passes[line];
    const layer = pass && layerAt(pass.network, column);
    return Boolean(layer) && exists(pass.outputs.get(layer.name), cell);
  }

  // The largest number of the first pool.
  first() {
    const [pass] = this.passes;
    const { layers } = pass.network;
    const layer = layers.find(({ kind }) => kind === "pool") ?? layers[0];
    return this.placeOf(0, layer, brightest(pass.outputs.get(layer.name)));
  }

  placeOf(line, { name, kind, shape }, cell) {
    return { line, column: columnOf(name, kind), cell, shape };
  }

  // Hold a cell if one of the networks has it.
  hold({ column, cell }) {
    const line = this.passes.findIndex((_, i) => this.isThere({ line: i, column, cell }));
    if (line < 0) return false;
    this.place = this.placeOf(line, layerAt(this.passes[line].network, column), cell);
    this.held = true;
    return true;
  }

  // Touch a cell; whether anything has changed. A channel of null is the one that is shown.
  touch(line, layer, [channel, ...rest], pressed) {
    if (this.held && !pressed) return false;
    const cell = [channel ?? this.channelShown(line, layer), ...rest];
    const place = this.placeOf(line, layer, cell);
    if (!this.isThere(place)) return false;
    const same = JSON.stringify(place) === JSON.stringify(this.place);
    if (pressed) this.held = !(this.held && same);
    this.place = place;
    return pressed || !same;
  }

  key(name, shift) {
    const step = ARROWS[name];
    if (name === "Escape") this.held = false;
    else if (name === "Enter" || name === " ") this.held = true;
    else if (!step) return false;
    else if (shift && step[1]) this.toLayer(step[1]);
    else if (shift) this.by([step[0], 0, 0]);
    else this.by(this.place.cell.length === 1 ? [step[0] || step[1]] : [0, ...step]);
    return true;
  }

  by(steps) {
    const { cell, shape } = this.place;
    const moved = cell.map((at, axis) =>
      Math.max(0, Math.min(shape[axis] - 1, at + (steps[axis] ?? 0))),
    );
    this.place = { ...this.place, cell: moved };
  }

  // To the layer before or after, at the same place, in the channel through which the value went.
  toLayer(step) {
    const { line, column } = this.place;
    const { network } = this.passes[line];
    let at = this.columns.indexOf(column) + step;
    while (this.columns[at] && !layerAt(network, this.columns[at])) at += step;
    const layer = this.columns[at] && layerAt(network, this.columns[at]);
    if (!layer) return;
    const here = this.at(line);
    const cell = corresponding(here.cell, here.layer.shape, layer.shape);
    if (layer.shape.length === 3) cell[0] = this.channelShown(line, layer);
    this.place = this.placeOf(line, layer, cell);
  }

  // What the place is in each network: { pass, layer, cell, channels, field }.
  points() {
    return this.passes.map((pass, line) => {
      const { layer, cell } = this.at(line);
      const channels = this.channels(pass, layer, cell);
      return { pass, layer, cell, channels, field: field(pass, layer.name, cell) };
    });
  }

  at(line) {
    const { network } = this.passes[line];
    const { column, cell, shape } = this.place;
    const layer = nearest(network, this.columns, column);
    return { layer, cell: corresponding(cell, shape, layer.shape) };
  }

  channelShown(line, layer) {
    const here = this.at(line);
    return this.channels(this.passes[line], here.layer, here.cell).get(layer.name) ?? 0;
  }

  // Those through which the touched value came; others as they were.
  channels(pass, layer, cell) {
    if (layer.shape.length === 3) this.kept.set(columnOf(layer.name, layer.kind), cell[0]);
    const found = strongest(pass, layer.name, cell[0]);
    for (const other of pass.network.layers) {
      if (found.has(other.name)) continue;
      const kept = this.kept.get(columnOf(other.name, other.kind));
      found.set(other.name, following(pass, other, found) ?? kept ?? 0);
    }
    return found;
  }
}

// What works on each channel by itself stays with its channel.
function following(pass, layer, found) {
  const [read] = layer.reads;
  const source = pass.outputs.get(read).shape;
  const alike = layer.shape.length === 3 && source[0] === layer.shape[0];
  return alike && layer.kind !== "convolution" ? found.get(read) : undefined;
}

// The frames on the maps of one network: the cell, what it reads, what it depends on, what it feeds.
export function marksOf({ pass, layer, cell, channels, field: places }) {
  const marks = new Map([[layer.name, { kind: "here", read: hereOf(layer, cell) }]]);
  const direct = new Map(reads(pass, layer, cell).map((read) => [read.name, read]));
  for (const [name, seen] of places) {
    const read = direct.get(name);
    if (read?.rows) marks.set(name, { kind: "window", read });
    else if (seen) marks.set(name, { kind: "field", read: seen });
  }
  for (const read of fed(pass, layer, cell)) {
    if (read.channels === null || read.channels.includes(channels.get(read.name))) {
      marks.set(read.name, { kind: "fed", read });
    }
  }
  return marks;
}

function hereOf(layer, [index, row, column]) {
  if (row !== undefined) return { rows: [row], columns: [column] };
  const across = Math.ceil(Math.sqrt(layer.shape[0]));
  return { rows: [Math.floor(index / across)], columns: [index % across], index };
}

export function whereOf(layer, cell, classes) {
  if (layer.name === "head.logits") return `score for ${classes[cell[0]]}`;
  const name = layer.name.startsWith("block")
    ? `block ${layer.name.slice(5).replace(".", ", ")}`
    : shortName(layer.name);
  if (cell.length === 1) return `${name}, value ${cell[0] + 1}`;
  return `${name}, channel ${cell[0] + 1}, row ${cell[1] + 1}, column ${cell[2] + 1}`;
}
