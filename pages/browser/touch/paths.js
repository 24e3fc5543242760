// Which layers stand below one another, which channel of each is shown, and which cell of another
// network corresponds to a cell.

import { channelsOf } from "../engine/reading.js";
import { indexOf } from "./explain.js";

const HIDDEN = new Set(["dropout"]);

// The layers of all networks in one order: columns of the picture.
export function columnsOf(networks) {
  const order = [];
  for (const { layers } of networks) {
    let place = 0;
    for (const { name, kind } of layers) {
      if (HIDDEN.has(kind)) continue;
      const column = columnOf(name, kind);
      const known = order.indexOf(column);
      if (known < 0) order.splice(place++, 0, column);
      else place = known + 1;
    }
  }
  return order;
}

// Heads of all kinds share a column.
export const columnOf = (name, kind) => (kind === "head" ? "head" : name);

export function layerAt(network, column) {
  return network.layers.find(({ name, kind }) => columnOf(name, kind) === column);
}

// The layer of a network in a column; where it has none, the last one before, of those it has.
export function nearest(network, columns, column) {
  for (let place = columns.indexOf(column); place >= 0; place--) {
    const layer = layerAt(network, columns[place]);
    if (layer) return layer;
  }
  return network.layers[0];
}

// A cell at the same place of the image, on a map of another size.
export function corresponding(cell, from, to) {
  if (from.length !== to.length) return to.length === 1 ? [0] : [0, 0, 0];
  return cell.map((place, axis) => {
    const last = to[axis] - 1;
    // channels and values of vectors are the same by number, rows and columns by their place
    const same = axis === 0 ? place : Math.floor(((place + 0.5) * to[axis]) / from[axis]);
    return Math.max(0, Math.min(last, same));
  });
}

// The channel of each earlier layer through which most of a cell's value came.
export function strongest(pass, name, channel) {
  const found = new Map([[name, channel]]);
  const order = pass.network.layers;
  for (let at = order.findIndex((layer) => layer.name === name); at >= 0; at--) {
    const layer = order[at];
    const own = found.get(layer.name);
    if (own === undefined) continue;
    for (const read of layer.reads) {
      const { shape } = pass.outputs.get(read);
      if (shape.length === 1) continue;
      if (!found.has(read)) found.set(read, strongestOf(pass, layer, own, read));
    }
  }
  return found;
}

const MIXING = new Set(["conv", "conv-max", "patch"]);

function strongestOf(pass, layer, channel, read) {
  const source = pass.outputs.get(read);
  if (layer.kind === "head") return channelsOf(layer, channel, source.shape)[0];
  if (layer.kind !== "convolution" && !MIXING.has(layer.operator)) return channel;
  const weight = pass.network.own.get(layer.name)[layer.kind === "pool" ? "conv.weight" : "weight"];
  const [inputs, height, width] = source.shape;
  const area = weight.length / (pass.outputs.get(layer.name).shape[0] * inputs);
  let best = 0;
  let most = -1;
  for (let input = 0; input < inputs; input++) {
    let size = 0;
    const first = (channel * inputs + input) * area;
    for (let i = 0; i < area; i++) size += Math.abs(weight[first + i]);
    let sum = 0;
    for (let i = 0; i < height * width; i++) sum += Math.abs(source.data[input * height * width + i]);
    if (size * sum > most) [best, most] = [input, size * sum];
  }
  return best;
}

// The cell of a map at which one channel is largest.
export function brightest(map) {
  const { shape, data } = map;
  let best = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[best]) best = i;
  if (shape.length === 1) return [best];
  const [, height, width] = shape;
  return [
    Math.floor(best / (height * width)),
    Math.floor((best % (height * width)) / width),
    best % width,
  ];
}

export const exists = (map, cell) =>
  cell.length === map.shape.length &&
  cell.every((place, axis) => Number.isInteger(place) && place >= 0 && place < map.shape[axis]) &&
  Number.isFinite(map.data[indexOf(map.shape, cell)]);
