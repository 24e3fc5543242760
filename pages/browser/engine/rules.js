// What a strategy makes of the values of one window. A rule gets the values, fills `slopes` with the
// derivative of its result by each value, and gives the result. At ties, derivatives are those that
// torch gives. `learned` holds the layer's own tensors by name.
//
// The formulas, with their papers, stand in core/network/pooling and core/network/heads.py.

import { softmax } from "./maps.js";

const LSE_SHARPNESS = 5;
const GEM_SMALLEST = 1e-6;
const TOP_K = 2;
export const DETAIL_SOFTENING = 1e-3;

const sum = (values) => values.reduce((a, b) => a + b, 0);
const mean = (values) => sum(values) / values.length;
const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);
export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// Indices from the largest value to the smallest, equal ones in row order.
function ranked(values) {
  const order = [];
  for (let i = 0; i < values.length; i++) {
    let place = order.length;
    while (place > 0 && values[order[place - 1]] < values[i]) place--;
    order.splice(place, 0, i);
  }
  return order;
}

function selected(index, values, slopes) {
  slopes.fill(0);
  slopes[index] = 1;
  return values[index];
}

// Of equal values the first, as torch's max_pool2d.
export function largest(values, slopes) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return selected(best, values, slopes);
}

// Equal values share the gradient, as in torch's amax.
export function largestShared(values, slopes) {
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const ties = values.reduce((count, value) => count + (value === top), 0);
  values.forEach((value, i) => (slopes[i] = value === top ? 1 / ties : 0));
  return top;
}

export function smallest(values, slopes) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] < values[best]) best = i;
  return selected(best, values, slopes);
}

export function average(values, slopes) {
  slopes.fill(1 / values.length);
  return mean(values);
}

// The lower middle; of equal values the later ones count as larger.
export function median(values, slopes) {
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b] || a - b);
  return selected(order[Math.floor((values.length - 1) / 2)], values, slopes);
}

// The Euclidean norm, with slope 0 at 0.
export function norm(values, slopes) {
  const y = Math.sqrt(dot(values, values));
  values.forEach((value, i) => (slopes[i] = y && value / y));
  return y;
}

function logMeanExp(sharpness, values, slopes) {
  slopes.set(softmax(values.map((value) => sharpness * value)));
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return top + Math.log(mean(values.map((value) => Math.exp(sharpness * (value - top))))) / sharpness;
}

export const logSumExp = (values, slopes) => logMeanExp(LSE_SHARPNESS, values, slopes);

export const learnedLogSumExp = (values, slopes, learned) =>
  logMeanExp(Math.exp(learned.log_r[0]), values, slopes);

export const soft = softened(1);

// y = sum over i of softmax(t * x)_i * x_i: the mean at t = 0, the largest value as t grows.
export function softened(t) {
  return (values, slopes) => {
    let top = -Infinity;
    for (let i = 0; i < values.length; i++) if (t * values[i] > top) top = t * values[i];
    let [all, y] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      slopes[i] = Math.exp(t * values[i] - top);
      all += slopes[i];
      y += slopes[i] * values[i];
    }
    y /= all;
    for (let i = 0; i < values.length; i++) slopes[i] *= (1 + t * (values[i] - y)) / all;
    return y;
  };
}

function byRank(weights, values, slopes) {
  slopes.fill(0);
  ranked(values).forEach((index, rank) => (slopes[index] = weights[rank] ?? 0));
  return dot(slopes, values);
}

export function rank(values, slopes) {
  const powers = Array.from(values, (_, place) => 0.5 ** place);
  return byRank(powers.map((power) => power / sum(powers)), values, slopes);
}

export function topK(values, slopes) {
  const count = Math.min(TOP_K, values.length);
  return byRank(Array(count).fill(1 / count), values, slopes);
}

export function detail(values, slopes) {
  const n = values.length;
  const middle = mean(values);
  const weights = values.map((value) => Math.hypot(value - middle, DETAIL_SOFTENING));
  const total = sum(weights);
  const y = dot(weights, values) / total;
  // derivative of y by each weight, times that of the weight by its value's distance to the mean
  const turns = values.map((value, i) => (((value - y) / total) * (value - middle)) / weights[i]);
  const shared = sum(turns) / n;
  values.forEach((_, i) => (slopes[i] = weights[i] / total + turns[i] - shared));
  return y;
}

export const first = (values, slopes) => selected(0, values, slopes);

export function stochastic(values, slopes) {
  const weights = values.map((value) => Math.max(value, 0));
  const total = sum(weights);
  if (!(total > 0)) return average(values, slopes);
  const y = dot(weights, values) / total;
  values.forEach((value, i) => (slopes[i] = (weights[i] + (value > 0 ? value - y : 0)) / total));
  return y;
}

// share * one + (1 - share) * other, where the share may depend on the values
function mixture(share, one, other, towards, values, slopes) {
  const [left, right] = [new Float64Array(values.length), new Float64Array(values.length)];
  const a = one(values, left);
  const b = other(values, right);
  const turn = share * (1 - share) * (a - b);
  values.forEach((_, i) => {
    slopes[i] = share * left[i] + (1 - share) * right[i] + (towards ? turn * towards[i] : 0);
  });
  return share * a + (1 - share) * b;
}

export const mixed = (values, slopes, learned) =>
  mixture(sigmoid(learned.a[0]), largest, average, null, values, slopes);

export const gated = (values, slopes, { mask }) =>
  mixture(sigmoid(dot(values, mask)), largest, average, mask, values, slopes);

export function tree(values, slopes, { leaves, gate }) {
  const n = values.length;
  const leaf = (start) => (_, weights) => {
    weights.set(leaves.subarray(start, start + n));
    return dot(values, weights);
  };
  return mixture(sigmoid(dot(values, gate)), leaf(0), leaf(n), gate, values, slopes);
}

export function powerMean(values, slopes, learned) {
  const p = Math.exp(learned.log_p[0]);
  const logs = values.map((value) => Math.log(Math.max(value, GEM_SMALLEST)));
  const y = Math.exp(logMeanExp(p, logs, slopes));
  values.forEach((value, i) => (slopes[i] = value >= GEM_SMALLEST ? (slopes[i] * y) / value : 0));
  return y;
}

export function adaptive(values, slopes, learned) {
  return mixture(sigmoid(learned.a[0]), nearTheMean, soft, null, values, slopes);
}

// Values weighted by a softmax of their likeness to the mean, 2|mx| / (m^2 + x^2).
function nearTheMean(values, slopes) {
  const middle = mean(values);
  const squares = values.map((value) => middle ** 2 + value ** 2);
  const likeness = values.map((value, i) =>
    squares[i] ? (2 * Math.abs(middle * value)) / squares[i] : 1,
  );
  const weights = softmax(likeness);
  const y = dot(weights, values);
  const turns = values.map((value, i) => weights[i] * (value - y));
  let shared = 0;
  values.forEach((value, i) => {
    if (!squares[i]) return (slopes[i] = weights[i]);
    const side = 2 * Math.sign(middle * value);
    const byValue = (side * middle - 2 * value * likeness[i]) / squares[i];
    const byMean = (side * value - 2 * middle * likeness[i]) / squares[i];
    slopes[i] = weights[i] + turns[i] * byValue;
    shared += (turns[i] * byMean) / values.length;
  });
  values.forEach((_, i) => (slopes[i] += shared));
  return y;
}

export function averageAndLargest(values, slopes) {
  return mixture(0.5, average, largestShared, null, values, slopes);
}
