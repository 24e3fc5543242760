// Where one number came from: the numbers that a cell was computed from, its formula with these
// filled in, and a sentence.
//
// An explanation is { value, windows, formula, words, rest }. A window is { title, rows, columns,
// values, weights, sum, gradients } with values and weights row by row; `rest` is a sentence on what
// is not listed.

import { FORMULAS, HEAD_WORDS } from "./formulas.js";
import { factor, number, total } from "./numbers.js";
import { importance } from "../engine/pools.js";
import { channelsOf, reads } from "../engine/reading.js";

const MOST_WINDOWS = 3;
const MOST_TERMS = 6;
const NORM_SOFTENING = 1e-5;

// gradients: of a score by every value, layer -> map, if they are to be shown as well.
export function explain(pass, name, cell, gradients) {
  const layer = pass.network.layers.find((each) => each.name === name);
  const own = pass.network.own.get(name);
  const value = at(pass.outputs.get(name), cell);
  const given = { pass, layer, own, cell, value };
  const found = { value, windows: [], rest: "", ...EXPLAIN[layer.kind](given) };
  if (gradients) found.windows.forEach((window) => addGradients(window, gradients));
  return found;
}

function addGradients(window, gradients) {
  const map = gradients.get(window.name);
  if (map) window.gradients = window.cells.map((cell) => (cell ? at(map, cell) : null));
}

export function at(map, cell) {
  return map.data[indexOf(map.shape, cell)];
}

export function indexOf(shape, [channel, row, column]) {
  return shape.length === 1 ? channel : (channel * shape[1] + row) * shape[2] + column;
}

const EXPLAIN = {
  convolution: (given) => convolution(given, given.own.weight, given.own.bias, ""),
  "batch-norm": ({ pass, layer, own, cell, value }) => {
    const x = before(pass, layer, cell);
    const c = cell[0];
    const spread = Math.sqrt(own.running_var[c] + NORM_SOFTENING);
    return {
      formula:
        `(${number(x)} − ${factor(own.running_mean[c])}) / ${number(spread)} · ` +
        `${factor(own.weight[c])} + ${factor(own.bias[c])} = ${number(value)}`,
      words: "batch norm moves and scales the whole channel by numbers fixed in training",
    };
  },
  relu: ({ pass, layer, cell, value }) => {
    const x = before(pass, layer, cell);
    return {
      formula: `max(0, ${number(x)}) = ${number(value)}`,
      words: x > 0 ? "ReLU lets positive numbers pass" : "ReLU makes negative numbers zero",
    };
  },
  dropout: ({ value }) => ({
    formula: `${number(value)}`,
    words: "dropout drops nothing once training is over",
  }),
  identity: ({ value }) => ({ formula: number(value), words: "the shortcut passes it on" }),
  addition: ({ pass, layer, cell, value }) => {
    const [x, y] = layer.reads.map((name) => at(pass.outputs.get(name), cell));
    return {
      formula: `${total([x, y])} = ${number(value)}`,
      words: "what the convolutions made, plus what the shortcut brings",
    };
  },
  pool,
  head,
  dense: ({ pass, layer, own, cell: [unit], value }) => {
    const { data } = pass.outputs.get(layer.reads[0]);
    const terms = Array.from(data, (x, i) => ({ i, x, w: own.weight[unit * data.length + i] }));
    terms.sort((a, b) => Math.abs(b.x * b.w) - Math.abs(a.x * a.w));
    const listed = terms.slice(0, MOST_TERMS);
    const rest = terms.slice(MOST_TERMS).reduce((sum, { x, w }) => sum + x * w, 0);
    return {
      terms: listed.map(({ i, x, w }) => ({ index: i, value: x, weight: w, product: x * w })),
      formula:
        listed.slice(0, 3).map(({ x, w }) => `${factor(w)}·${factor(x)}`).join(" + ") +
        ` + … = ${number(value)}`,
      words: `${data.length} weights times ${data.length} values, the largest products first`,
      rest:
        (terms.length > MOST_TERMS ? `${terms.length - MOST_TERMS} others: ${number(rest)}; ` : "") +
        `bias ${number(own.bias[unit])}`,
    };
  },
};

const before = (pass, layer, cell) => at(pass.outputs.get(layer.reads[0]), cell);

const cellsOf = (channel, rows, columns) =>
  rows.flatMap((row) =>
    columns.map((column) => (row < 0 || column < 0 ? null : [channel, row, column])),
  );

// One channel of a map at some rows and columns, row by row; -1 stands for zeros around the map.
function windowOf(pass, name, channel, rows, columns) {
  const map = pass.outputs.get(name);
  const cells = cellsOf(channel, rows, columns);
  const values = cells.map((cell) => (cell ? at(map, cell) : null));
  return { channel, name, rows: rows.length, columns: columns.length, cells, values };
}

// The windows of a convolution, one for each channel that it reads, the largest sum first.
function convolution({ pass, layer, cell, value }, weight, bias, after) {
  const [output, row, column] = cell;
  const map = pass.outputs.get(layer.reads[0]);
  const [inputs, height, width] = map.shape;
  const size = Math.round(Math.sqrt(weight.length / (inputs * bias.length)));
  const first = layer.kind === "pool" ? poolMargin(layer) : layer.margins[0];
  const lines = [[row, height], [column, width]].map(([place, count]) =>
    Array.from({ length: size }, (_, i) => {
      const at = place * layer.stride - first + i;
      return layer.wraps ? (at + count) % count : at >= 0 && at < count ? at : -1;
    }),
  );
  const windows = Array.from({ length: inputs }, (_, channel) => {
    const start = (output * inputs + channel) * size * size;
    const weights = Array.from(weight.subarray(start, start + size * size));
    const window = windowOf(pass, layer.reads[0], channel, ...lines);
    const sum = window.values.reduce((total, x, i) => total + (x ?? 0) * weights[i], 0);
    return { ...window, weights, sum };
  });
  windows.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const listed = windows.slice(0, MOST_WINDOWS);
  const rest = windows.slice(MOST_WINDOWS);
  const others = rest.reduce((sum, window) => sum + window.sum, 0);
  const parts = [...listed.map(({ sum }) => sum), ...(rest.length ? [others] : []), bias[output]];
  return {
    windows: listed,
    formula: `${total(parts)} = ${after ? "x" : number(value)}${after}`,
    words:
      `${size * size} weights times ${size * size} numbers` +
      (inputs > 1 ? ` in each of ${inputs} channels` : "") +
      ", added up, plus a bias",
    rest: rest.length
      ? `${rest.length} other channel${rest.length > 1 ? "s" : ""}: ${number(others)}; bias ${number(bias[output])}`
      : `bias ${number(bias[output])}`,
  };
}

const poolMargin = (layer) => (layer.operator === "patch" ? 0 : layer.reach[1]);

function pool(given) {
  const { pass, layer, own, cell, value } = given;
  if (layer.operator === "conv" || layer.operator === "patch") {
    const relu = layer.operator === "conv" ? `, max(0, x) = ${number(value)}` : "";
    return convolution(given, own["conv.weight"], own["conv.bias"], relu);
  }
  const [read] = reads(pass, layer, cell);
  const window = windowOf(pass, read.name, cell[0], read.rows, read.columns);
  const { values } = window;
  window.slopes = slopesOf(pass, layer, cell, window.cells);
  if (layer.operator === "conv-max") {
    return {
      windows: [window],
      formula: `from ${values.length} values in each of ${own["conv.bias"].length} channels → ${number(value)}`,
      words: "a learned convolution and ReLU at every place, then the largest of a window",
    };
  }
  const importances = layer.operator === "lip" ? importancesOf(pass, read.name, own, window.cells) : null;
  const [formula, words] = FORMULAS[layer.operator]({ values, own, slopes: window.slopes, importances });
  return { windows: [window], formula: `${formula} ${sign(formula)} ${number(value)}`, words };
}

// What LIP weighs each value with: its score comes from all channels at its place.
function importancesOf(pass, name, own, cells) {
  const map = pass.outputs.get(name);
  const count = map.shape[0];
  return cells.map(([channel, row, column]) => {
    let score = own.offset[channel];
    for (let c = 0; c < count; c++) score += own.projection[channel * count + c] * at(map, [c, row, column]);
    return importance(score);
  });
}

// "from 1, 2 → 3" names what is read; everything else is an equation.
const sign = (formula) => (formula.startsWith("from ") ? "→" : "=");

// How much the value changes with each of the numbers that it reads in its own channel.
function slopesOf(pass, layer, cell, cells) {
  const map = pass.outputs.get(layer.name);
  const one = { shape: map.shape, data: new Float32Array(map.data.length) };
  one.data[indexOf(map.shape, cell)] = 1;
  const [gradient] = pass.backs.get(layer.name)(one);
  return cells.map((each) => at(gradient, each));
}

// Heads that do with a whole channel what a strategy does with a window.
const ALIKE = { gap: "average", gmp: "max", gem: "gem", lse: "learned-lse" };

function head({ pass, layer, own, cell: [index], value }) {
  const [read] = reads(pass, layer, [index]);
  const { shape } = pass.outputs.get(read.name);
  const windows = (read.channels ?? channelsOf(layer, index, shape)).map((channel) =>
    windowOf(pass, read.name, channel, read.rows, read.columns),
  );
  const { values } = windows[0];
  const alike = FORMULAS[ALIKE[layer.operator]];
  const formula = alike?.({ values, own })[0] ?? `from ${values.length} value${values.length > 1 ? "s" : ""}`;
  return {
    windows,
    formula: `${formula} ${sign(formula)} ${number(value)}`,
    words: HEAD_WORDS[layer.operator],
  };
}
