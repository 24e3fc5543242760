// The heads, in the order of the catalog: functions of the last map and their tensors, which give a
// vector and the way back.

import { dense, mapOf, softmax } from "./maps.js";
import * as rules from "./rules.js";

const PYRAMID = [1, 2, 4];
const SIMPOOL_SMALLEST = 1e-6;
const ROOT_SOFTENING = 1e-8;
const LEAST_NORM = 1e-12;

export const HEADS = {
  gap: perChannel(rules.average),
  flatten,
  gmp: perChannel(rules.largestShared),
  "gap+gmp": together(perChannel(rules.average), perChannel(rules.largestShared)),
  gem: perChannel(rules.powerMean),
  spp: pyramid,
  "flatten-matched": flatten,
  attention,
  simpool,
  lse: perChannel(rules.learnedLogSumExp),
  "avg-max": perChannel(rules.averageAndLargest),
  bilinear,
};

const area = (x) => x.shape[1] * x.shape[2];

function flatten(x) {
  return [mapOf([x.data.length], x.data), (g) => mapOf(x.shape, g.data)];
}

// A rule over the cells of each channel, of which [first row, end, first column, end] may be chosen.
function perChannel(rule, part) {
  return (x, own) => {
    const [channels, height, width] = x.shape;
    const [top, bottom, left, right] = part?.(height, width) ?? [0, height, 0, width];
    const cells = [];
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) cells.push(row * width + column);
    }
    const values = new Float64Array(cells.length);
    const slopes = new Float64Array(cells.length);
    const of = (channel) => {
      cells.forEach((cell, i) => (values[i] = x.data[channel * height * width + cell]));
      return rule(values, slopes, own);
    };
    const y = mapOf([channels]);
    for (let channel = 0; channel < channels; channel++) y.data[channel] = of(channel);
    const back = (g) => {
      const result = mapOf(x.shape);
      for (let channel = 0; channel < channels; channel++) {
        if (g.data[channel] === 0) continue;
        of(channel);
        cells.forEach((cell, i) => {
          result.data[channel * height * width + cell] = g.data[channel] * slopes[i];
        });
      }
      return result;
    };
    return [y, back];
  };
}

// The vectors of several heads one after the other.
function together(...heads) {
  return (x, own) => {
    const parts = heads.map((head) => head(x, own));
    const y = mapOf([parts.reduce((length, [part]) => length + part.data.length, 0)]);
    const starts = [];
    let at = 0;
    for (const [part] of parts) {
      y.data.set(part.data, at);
      starts.push(at);
      at += part.data.length;
    }
    const back = (g) => {
      const result = mapOf(x.shape);
      parts.forEach(([part, partBack], i) => {
        const own = mapOf(part.shape, g.data.slice(starts[i], starts[i] + part.data.length));
        partBack(own).data.forEach((value, at) => (result.data[at] += value));
      });
      return result;
    };
    return [y, back];
  };
}

// Channel by channel within a level, as adaptive max pooling gives them.
function pyramid(x, own) {
  const [channels, height, width] = x.shape;
  const levels = PYRAMID.filter((level) => level <= Math.min(height, width));
  const bins = levels.flatMap((level) =>
    Array.from({ length: level * level }, (_, bin) => {
      const [i, j] = [Math.floor(bin / level), bin % level];
      const ends = (index, rows) => [
        Math.floor((index * rows) / level),
        Math.ceil(((index + 1) * rows) / level),
      ];
      const part = (h, w) => [...ends(i, h), ...ends(j, w)];
      return { level, bin, head: perChannel(rules.largest, part) };
    }),
  );
  const before = (level) =>
    levels.filter((other) => other < level).reduce((sum, other) => sum + other * other, 0);
  const place = ({ level, bin }, channel) =>
    channels * before(level) + channel * level * level + bin;
  const parts = bins.map(({ head }) => head(x, own));
  const y = mapOf([channels * bins.length]);
  bins.forEach((bin, i) => {
    parts[i][0].data.forEach((value, channel) => (y.data[place(bin, channel)] = value));
  });
  const back = (g) => {
    const result = mapOf(x.shape);
    bins.forEach((bin, i) => {
      const own = mapOf([channels]);
      for (let channel = 0; channel < channels; channel++) {
        own.data[channel] = g.data[place(bin, channel)];
      }
      parts[i][1](own).data.forEach((value, at) => (result.data[at] += value));
    });
    return result;
  };
  return [y, back];
}

// Scores of the positions and their softmax, for a query (C,).
function attended(x, query) {
  const [channels] = x.shape;
  const n = area(x);
  const scores = new Float64Array(n);
  for (let channel = 0; channel < channels; channel++) {
    const share = query[channel] / Math.sqrt(channels);
    for (let i = 0; i < n; i++) scores[i] += share * x.data[channel * n + i];
  }
  return softmax(scores);
}

// From the gradients of weights to those of the scores that a softmax turned into them.
function throughSoftmax(weights, gradients) {
  const mean = gradients.reduce((sum, g, i) => sum + g * weights[i], 0);
  return weights.map((weight, i) => weight * (gradients[i] - mean));
}

export function attentionWeights(x, own) {
  return attended(x, own.query);
}

function attention(x, own) {
  const [channels] = x.shape;
  const n = area(x);
  const weights = attended(x, own.query);
  const y = mapOf([channels]);
  for (let channel = 0; channel < channels; channel++) {
    y.data[channel] = weights.reduce((sum, w, i) => sum + w * x.data[channel * n + i], 0);
  }
  const back = (g) => {
    const byWeight = Float64Array.from(weights, (_, i) =>
      g.data.reduce((sum, value, channel) => sum + value * x.data[channel * n + i], 0),
    );
    const byScore = throughSoftmax(weights, byWeight);
    const result = mapOf(x.shape);
    for (let channel = 0; channel < channels; channel++) {
      const share = own.query[channel] / Math.sqrt(channels);
      for (let i = 0; i < n; i++) {
        result.data[channel * n + i] = weights[i] * g.data[channel] + byScore[i] * share;
      }
    }
    return result;
  };
  return [y, back];
}

function simpool(x, own) {
  const [channels] = x.shape;
  const n = area(x);
  const root = Math.sqrt(channels);
  const [centre, backToMap] = HEADS.gap(x);
  const [query, backToCentre] = dense(centre, own["query.weight"]);
  const at = (i) => mapOf([channels], x.data.filter((_, place) => place % n === i));
  const keys = Array.from({ length: n }, (_, i) => dense(at(i), own["key.weight"]));
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const weights = softmax(keys.map(([key]) => dot(query.data, key.data) / root));
  const least = x.data.reduce((a, b) => Math.min(a, b), Infinity);
  const raised = Float64Array.from(x.data, (value) => value - least + SIMPOOL_SMALLEST);
  const y = mapOf([channels]);
  for (let channel = 0; channel < channels; channel++) {
    const squares = weights.reduce((sum, w, i) => sum + w * raised[channel * n + i] ** 2, 0);
    y.data[channel] = Math.sqrt(squares);
  }
  const back = (g) => {
    const result = mapOf(x.shape);
    const byWeight = new Float64Array(n);
    let lowered = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < n; i++) {
        const value = raised[channel * n + i];
        const own = (g.data[channel] * weights[i] * value) / y.data[channel];
        byWeight[i] += (g.data[channel] * value * value) / (2 * y.data[channel]);
        result.data[channel * n + i] = own;
        lowered += own;
      }
    }
    const ties = x.data.reduce((count, value) => count + (value === least), 0);
    const byScore = throughSoftmax(weights, byWeight);
    const byQuery = mapOf([channels]);
    keys.forEach(([key, backToCell], i) => {
      const share = byScore[i] / root;
      key.data.forEach((value, channel) => (byQuery.data[channel] += share * value));
      backToCell(mapOf([channels], query.data.map((value) => share * value))).data.forEach(
        (value, channel) => (result.data[channel * n + i] += value),
      );
    });
    const throughCentre = backToMap(backToCentre(byQuery));
    x.data.forEach((value, i) => {
      result.data[i] += throughCentre.data[i] - (value === least ? lowered / ties : 0);
    });
    return result;
  };
  return [y, back];
}

function bilinear(x) {
  const [channels] = x.shape;
  const n = area(x);
  const products = new Float64Array(channels * channels);
  let norm = LEAST_NORM;
  for (let c = 0; c < channels; c++) {
    for (let d = 0; d < channels; d++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += x.data[c * n + i] * x.data[d * n + i];
      products[c * channels + d] = sum / n;
      norm += Math.abs(sum / n);
    }
  }
  const pairs = [];
  for (let c = 0; c < channels; c++) for (let d = c; d < channels; d++) pairs.push(c * channels + d);
  const softened = pairs.map((pair) => Math.abs(products[pair]) / norm + ROOT_SOFTENING);
  const y = mapOf([pairs.length]);
  pairs.forEach((pair, i) => (y.data[i] = products[pair] / norm / Math.sqrt(softened[i])));
  const back = (g) => {
    const byProduct = new Float64Array(channels * channels);
    let throughNorm = 0;
    pairs.forEach((pair, i) => {
      const byShare = (g.data[i] * (softened[i] + ROOT_SOFTENING)) / 2 / softened[i] ** 1.5;
      byProduct[pair] = byShare / norm;
      throughNorm += (byShare * products[pair]) / norm ** 2;
    });
    products.forEach((value, i) => (byProduct[i] -= Math.sign(value) * throughNorm));
    const result = mapOf(x.shape);
    for (let c = 0; c < channels; c++) {
      for (let d = 0; d < channels; d++) {
        const both = (byProduct[c * channels + d] + byProduct[d * channels + c]) / n;
        for (let i = 0; i < n; i++) result.data[c * n + i] += both * x.data[d * n + i];
      }
    }
    return result;
  };
  return [y, back];
}
