// One strategy on the values of one window: its formula with the numbers filled in, and the rule in
// words. In the order of the catalog. `own` are the tensors of the layer, `slopes` the derivatives of
// the result by each value, `importances` what LIP weighs them with.

import { DETAIL_SOFTENING } from "../engine/rules.js";
import { factor, number } from "./numbers.js";

const MOST_LISTED = 9;
const MOST_ADDED = 4;

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const sorted = (values) => [...values].sort((a, b) => b - a);

function listed(values) {
  if (values.length <= MOST_LISTED) return values.map(number).join(", ");
  return `${values.length} values`;
}

function weighted(weights, values) {
  if (values.length > MOST_LISTED) return `${values.length} weighted values`;
  return values.map((value, i) => `${number(weights[i])}·${factor(value)}`).join(" + ");
}

// What is linear, or doubles with its values (a blur of the largest), is the sum of each value times
// its derivative (Euler); the largest products first.
function addedUp(slopes, values) {
  const terms = values.map((value, i) => [slopes[i], value]).filter(([slope, value]) => slope * value);
  terms.sort(([a, x], [b, y]) => Math.abs(b * y) - Math.abs(a * x));
  const written = terms.slice(0, MOST_ADDED).map(([slope, value]) => `${factor(slope)}·${factor(value)}`);
  if (terms.length > MOST_ADDED) written.push("…");
  return written.join(" + ") || "0";
}

// Weights by the likeness of each value to the mean, 2|mx| / (m² + x²).
function likeTheMean(values) {
  const middle = mean(values);
  const alike = values.map((x) => (x || middle ? (2 * Math.abs(middle * x)) / (middle ** 2 + x ** 2) : 1));
  return softmax(alike);
}

function byDistance(values) {
  const middle = mean(values);
  const weights = values.map((value) => Math.hypot(value - middle, DETAIL_SOFTENING));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

function softmax(values) {
  const powers = values.map((value) => Math.exp(value - Math.max(...values)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function shares(values) {
  const positive = values.map((value) => Math.max(value, 0));
  const sum = positive.reduce((a, b) => a + b, 0);
  return positive.map((value) => (sum ? value / sum : 1 / values.length));
}

const mixture = (share, one, other) =>
  `${number(share)}·${factor(one)} + ${number(1 - share)}·${factor(other)}`;

const largest = (words) => ({ values }) => [`max(${listed(values)})`, words];
const logMeanExp = (sharpness) => ({ values, own }) => [
  `log(mean of exp(${number(sharpness(own))}·x)) / ${number(sharpness(own))} of ${listed(values)}`,
  "it lies between the mean and the largest, nearer to the largest the more that one stands out",
];
const summed = (words) => ({ values, slopes }) => [addedUp(slopes, values), words];

export const FORMULAS = {
  max: largest("max takes the largest"),
  average: ({ values }) => [
    `${values.length > MOST_LISTED ? `mean of ${listed(values)}` : `(${values.map(factor).join(" + ")}) / ${values.length}`}`,
    "average takes the mean",
  ],
  none: null,
  soft: ({ values }) => [
    weighted(softmax(values), values),
    "soft weighs each value by its exponential, so larger ones count more",
  ],
  stochastic: ({ values }) => [
    weighted(shares(values), values),
    "stochastic draws one in training; now each value counts with its chance of being drawn",
  ],
  "blur-max": summed("max at every place, then a blur over three by three of them: a value counts once for each that it wins"),
  strided: null,
  conv: null,
  min: ({ values }) => [`min(${listed(values)})`, "min takes the smallest"],
  median: ({ values }) => [
    `lower middle of ${listed(sorted(values).reverse())}`,
    "median takes the middle of the ordered values, of two the lower",
  ],
  lp: ({ values }) => [
    `√(${values.length > MOST_LISTED ? listed(values) : values.map((value) => `${factor(value)}²`).join(" + ")})`,
    "lp takes the root of the sum of squares",
  ],
  lse: logMeanExp(() => 5),
  "fractional-max": largest("the largest of a window on an uneven grid"),
  mixed: ({ values, own }) => [
    mixture(sigmoid(own.a[0]), Math.max(...values), mean(values)),
    "mixed adds a share of the largest and a share of the mean, which it has learned",
  ],
  gated: ({ values, own }) => [
    mixture(sigmoid(dot(values, own.mask)), Math.max(...values), mean(values)),
    "gated mixes the largest and the mean; the window itself decides the share",
  ],
  gem: ({ values, own }) => [
    `(mean of x^${number(Math.exp(own.log_p[0]))})^(1/${number(Math.exp(own.log_p[0]))}) of ${listed(values)}`,
    "GeM takes a power mean, whose exponent it has learned",
  ],
  lip: ({ values, importances }) => {
    const sum = importances.reduce((a, b) => a + b, 0);
    return [
      weighted(importances.map((each) => each / sum), values),
      "LIP takes a mean, weighted by an importance that it has learned from all channels",
    ];
  },
  "blur-average": summed("a mean at every place, then a blur over three by three of them"),
  aps: largest("the largest, on whichever grid has the largest norm"),
  "conv-max": null,
  rank: ({ values }) => {
    const powers = values.map((_, rank) => 0.5 ** rank);
    const sum = powers.reduce((a, b) => a + b, 0);
    return [
      weighted(powers.map((power) => power / sum), sorted(values)),
      "each rank counts half as much as the one above it",
    ];
  },
  detail: ({ values }) => [
    weighted(byDistance(values), values),
    "what differs most from the window's mean counts most",
  ],
  subsample: ({ values }) => [`first of ${listed(values)}`, "subsample takes the first and drops the rest"],
  "top-k": ({ values }) => [
    `(${sorted(values).slice(0, 2).map(factor).join(" + ")}) / ${Math.min(2, values.length)}`,
    "the mean of the two largest",
  ],
  tree: ({ values, own }) => {
    const n = values.length;
    const [left, right] = [own.leaves.slice(0, n), own.leaves.slice(n)];
    return [
      mixture(sigmoid(dot(values, own.gate)), dot(values, left), dot(values, right)),
      "tree mixes two learned masks; the window itself decides the share",
    ];
  },
  "learned-lse": logMeanExp((own) => Math.exp(own.log_r[0])),
  adapool: ({ values, own }) => {
    const share = sigmoid(own.a[0]);
    const [alike, large] = [likeTheMean(values), softmax(values)];
    return [
      weighted(values.map((_, i) => share * alike[i] + (1 - share) * large[i]), values),
      "weights by likeness to the mean and by size, mixed in a share that it has learned",
    ];
  },
  "blur-strided": summed("a blur of three by three values, of which every second is kept"),
  patch: null,
  spectral: summed("the low frequencies of the whole map"),
  flc: summed("the whole map without its high frequencies"),
  lps: largest("the largest, on the grid to which two learned convolutions give the highest score"),
};

// What stands between the values of a map and the value of a head, for heads that take one channel.
export const HEAD_WORDS = {
  gap: "GAP takes the mean of the whole channel",
  flatten: "Flatten passes every value on",
  gmp: "GMP takes the largest of the whole channel",
  "gap+gmp": "GAP and GMP: first the mean of each channel, then the largest of each",
  gem: "GeM takes a power mean of the whole channel",
  spp: "SPP takes the largest of each part of the map",
  "flatten-matched": "Flatten passes every value on",
  attention: "Attention weighs the places by a learned query, then takes the mean",
  simpool: "SimPool weighs the places by their likeness to the mean of the map",
  lse: "LSE lies between the mean and the largest of the whole channel",
  "avg-max": "half the mean of the whole channel, half its largest",
  bilinear: "Bilinear takes the mean product of two channels as a share of all such products, then its signed root",
};
