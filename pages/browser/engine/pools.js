// The strategies, in the order of the catalog. A pool is a function of its map, its layer as the
// description has it, and its tensors; it gives [map, back, starts]. `starts` are the first rows
// and columns of its windows where they are no multiples of the stride; they may wrap.

import {
  chain,
  convolved,
  elementwise,
  framed,
  framedRows,
  gathered,
  mapOf,
  positions,
  rectified,
  sandwiched,
} from "./maps.js";
import * as rules from "./rules.js";

const BLUR = [0.25, 0.5, 0.25];
const CONV_SIZE = 3;
const IMPORTANCE = 12;

export const POOLS = {
  max: windows(rules.largest),
  average: windows(rules.average),
  none: null,
  soft: windows(rules.soft),
  stochastic: windows(rules.stochastic),
  "blur-max": (x, { size, stride, wraps }) => blurredPool(x, rules.largest, size, stride, wraps),
  strided: null,
  conv: convolutionPool,
  min: windows(rules.smallest),
  median: windows(rules.median),
  lp: windows(rules.norm),
  lse: windows(rules.logSumExp),
  "fractional-max": fractionalMax,
  mixed: windows(rules.mixed),
  gated: windows(rules.gated),
  gem: windows(rules.powerMean),
  lip: localImportance,
  "blur-average": (x, { size, stride, wraps }) => blurredPool(x, rules.average, size, stride, wraps),
  aps: (x, layer) => polyphase(x, layer, largestNorm),
  "conv-max": convolutionMax,
  rank: windows(rules.rank),
  detail: windows(rules.detail),
  subsample: windows(rules.first),
  "top-k": windows(rules.topK),
  tree: windows(rules.tree),
  "learned-lse": windows(rules.learnedLogSumExp),
  adapool: windows(rules.adaptive),
  "blur-strided": blurStrided,
  patch: (x, { size, stride }, own) =>
    convolved(x, own["conv.weight"], own["conv.bias"], size, stride),
  spectral: (x, layer) => frequencies(x, layer, spectralMatrix),
  flc: (x, layer) => frequencies(x, layer, lowCutMatrix),
  lps: (x, layer, own) => polyphase(x, layer, (parts) => highestScore(parts, own)),
};

// A max pool that is softened towards average, by the layer's `temperature`.
export const softenedPool = (x, layer) => windows(rules.softened(layer.temperature))(x, layer);

function windows(rule) {
  return (x, { size, stride }, own) => slid(x, rule, size, stride, own);
}

// A rule at the places of a window that are multiples of a stride.
function slid(x, rule, size, stride, own) {
  const starts = x.shape.slice(1).map((rows) => multiples(positions(rows, size, stride), stride));
  return slidAt(x, rule, size, starts, own);
}

const multiples = (count, stride) => Array.from({ length: count }, (_, i) => i * stride);

// A rule at windows that begin at some rows and columns.
function slidAt(x, rule, size, [rows, columns], own) {
  const [channels, height, width] = x.shape;
  const y = mapOf([channels, rows.length, columns.length]);
  const values = new Float64Array(size * size);
  const slopes = new Float64Array(size * size);
  const each = (visit) => {
    let to = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (const row of rows) {
        for (const column of columns) {
          const corner = (channel * height + row) * width + column;
          for (let i = 0, at = 0; i < size; i++) {
            for (let j = 0; j < size; j++) values[at++] = x.data[corner + i * width + j];
          }
          visit(to++, corner);
        }
      }
    }
  };
  each((to) => (y.data[to] = rule(values, slopes, own)));
  const back = (g) => {
    const result = mapOf(x.shape);
    each((to, corner) => {
      if (g.data[to] === 0) return;
      rule(values, slopes, own);
      for (let i = 0, at = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          result.data[corner + i * width + j] += g.data[to] * slopes[at++];
        }
      }
    });
    return result;
  };
  return [y, back];
}

// first rows floor((i + 1/2) * places / outputs), as in evaluation
function fractionalMax(x, { size, stride }) {
  const starts = x.shape.slice(1).map((rows) => {
    const outputs = positions(rows, size, stride);
    const places = rows - size + 1;
    return Array.from({ length: outputs }, (_, i) =>
      Math.min(Math.floor((i + 0.5) * (places / outputs)), places - 1),
    );
  });
  return [...slidAt(x, rules.largest, size, starts), starts];
}

function blurMatrix(rows, stride) {
  return multiples(positions(rows, BLUR.length, stride), stride).map((start) =>
    Array.from({ length: rows }, (_, row) => BLUR[row - start] ?? 0),
  );
}

const blurred = (x, stride) =>
  sandwiched(x, blurMatrix(x.shape[1], stride), blurMatrix(x.shape[2], stride));

// mirrored at its border, after the pool; a map that wraps is wrapped before it
function blurredPool(x, rule, size, stride, wraps) {
  const steps = wraps
    ? [(map) => framed(map, [1, 1], true), (map) => slid(map, rule, size, 1)]
    : [
        (map) => slid(map, rule, size, 1),
        (map) => gathered(map, ...map.shape.slice(1).map((rows) => mirroredRows(rows, 1, 1))),
      ];
  return chain(x, ...steps, (map) => blurred(map, stride));
}

// margins with which a 3x3 window has as many positions as one of `size`
function evened(size) {
  const before = Math.ceil((CONV_SIZE - size) / 2);
  return [before, CONV_SIZE - size - before];
}

function blurStrided(x, { size, stride, wraps }) {
  const [before, after] = evened(size);
  const lines = x.shape.slice(1).map((rows) =>
    wraps ? framedRows(rows, before, after, true) : mirroredRows(rows, before, after),
  );
  return chain(
    x,
    (map) => gathered(map, ...lines),
    (map) => blurred(map, stride),
  );
}

function mirroredRows(rows, before, after) {
  const places = [];
  for (let place = -before; place < rows + after; place++) {
    places.push(Math.max(rows - 1 - Math.abs(rows - 1 - Math.abs(place)), 0));
  }
  return places;
}

function convolutionPool(x, { size, stride, wraps }, own) {
  return chain(
    x,
    (map) => framed(map, evened(size), wraps),
    (map) => convolved(map, own["conv.weight"], own["conv.bias"], CONV_SIZE, stride),
    rectified,
  );
}

function convolutionMax(x, { size, stride, wraps }, own) {
  return chain(
    x,
    (map) => framed(map, [1, 1], wraps),
    (map) => convolved(map, own["conv.weight"], own["conv.bias"], CONV_SIZE, 1),
    rectified,
    (map) => slid(map, rules.largest, size, stride),
  );
}

// sum of w * x / sum of w, w = exp(12 * sigmoid(1x1 convolution of x))
// How much LIP weighs a value, by its score.
export const importance = (score) => Math.exp(IMPORTANCE * rules.sigmoid(score));

function localImportance(x, { size, stride }, own) {
  const [scores, backToScores] = convolved(x, own.projection, own.offset, 1, 1);
  const [weights, backToWeights] = elementwise(
    scores,
    importance,
    (score, weight) => weight * IMPORTANCE * rules.sigmoid(score) * (1 - rules.sigmoid(score)),
  );
  const product = mapOf(x.shape, x.data.map((value, i) => value * weights.data[i]));
  const [above, backAbove] = slid(product, rules.average, size, stride);
  const [below, backBelow] = slid(weights, rules.average, size, stride);
  const y = mapOf(above.shape, above.data.map((value, i) => value / below.data[i]));
  const back = (g) => {
    const up = backAbove(mapOf(g.shape, g.data.map((value, i) => value / below.data[i])));
    const down = backBelow(
      mapOf(g.shape, g.data.map((value, i) => (-value * y.data[i]) / below.data[i])),
    );
    const byWeight = down.data.map((value, i) => value + up.data[i] * x.data[i]);
    const result = backToScores(backToWeights(mapOf(x.shape, byWeight)));
    result.data.forEach((value, i) => (result.data[i] = value + up.data[i] * weights.data[i]));
    return result;
  };
  return [y, back];
}

// Max at every place, wrapping round, then the rows and columns of one phase for all channels.
function polyphase(x, { size, stride }, best) {
  const sides = x.shape.slice(1);
  const [everywhere, back] = chain(
    x,
    (map) => framed(map, [0, size - 1], true),
    (map) => slid(map, rules.largest, size, 1),
  );
  const phases = sides.map((rows) =>
    Array.from({ length: stride }, (_, phase) =>
      multiples(positions(rows, size, stride), stride).map((row) => (row + phase) % rows),
    ),
  );
  const grids = phases[0].flatMap((rows) => phases[1].map((columns) => [rows, columns]));
  const starts = grids[best(grids.map((grid) => gathered(everywhere, ...grid)[0]))];
  const [y, backToAll] = gathered(everywhere, ...starts);
  return [y, (g) => back(backToAll(g)), starts];
}

function highestOf(scores) {
  return scores.reduce((best, score, i) => (score > scores[best] ? i : best), 0);
}

const largestNorm = (parts) =>
  highestOf(parts.map(({ data }) => data.reduce((sum, value) => sum + value * value, 0)));

function highestScore(parts, own) {
  const scored = parts.map((part) => {
    const [scores] = chain(
      part,
      (map) => framed(map, [1, 1], true),
      (map) => convolved(map, own["hidden.weight"], own["hidden.bias"], CONV_SIZE, 1),
      rectified,
      (map) => framed(map, [1, 1], true),
      (map) => convolved(map, own["score.weight"], own["score.bias"], CONV_SIZE, 1),
    );
    return scores.data.reduce((sum, value) => sum + value, 0);
  });
  return highestOf(scored);
}

function frequencies(x, { size, stride }, matrix) {
  const [A, B] = x.shape.slice(1).map((rows) => matrix(rows, positions(rows, size, stride), stride));
  return sandwiched(x, A, B);
}

const spectralMatrix = (rows, outputs) =>
  lowPass(multiples(outputs, 1).map((i) => i / outputs), rows, outputs / 2, true);

const lowCutMatrix = (rows, outputs, stride) =>
  lowPass(multiples(outputs, stride).map((i) => i / rows), rows, rows / (2 * stride), stride === 1);

// What a filter that passes frequencies up to a limit makes of each row, at places in 0..1.
function lowPass(places, rows, limit, withLimit) {
  const most = Math.trunc(limit);
  return places.map((place) =>
    Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let frequency = -most; frequency <= most; frequency++) {
        const weight = Math.abs(frequency) === limit ? (withLimit ? 0.5 : 0) : 1;
        sum += weight * Math.cos(2 * Math.PI * frequency * (place - row / rows));
      }
      return sum / rows;
    }),
  );
}
