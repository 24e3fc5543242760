// What in an image does the score of a class rest on? Grad-CAM (Selvaraju et al. 2017), CAM (Zhou et
// al. 2016), saliency (Simonyan et al. 2014) and occlusion (Zeiler & Fergus 2014), as captum computes
// them.
//
// An attribution is { map, empty }: a map of one channel, in cells of the layer or pixels of the image,
// and why it is zero everywhere, or null if it is not: "silent" (the layer's map is zero), "unmoved"
// (nothing there moves the score), "against" (no channel speaks for the class), "outweighed" (those
// that do are outweighed at every place).

import { mapOf } from "./maps.js";

const LEAST_SIDE = 2;
const WINDOWS_ACROSS = 7; // about as many windows that do not overlap stand side by side
const ROUNDING = 1e-6; // a map below this share of what was added up says nothing

// The layer of the blocks whose output the head reads.
export function lastMap({ layers }) {
  return layers[layers.findIndex(({ name }) => name.startsWith("head.")) - 1].name;
}

export const headOf = ({ layers }) => layers.find(({ kind }) => kind === "head");

// CAM needs a GAP head right before the logits.
export function hasCam(network) {
  const head = headOf(network);
  const after = network.layers.slice(network.layers.indexOf(head) + 1);
  return head.operator === "gap" && after.filter(({ kind }) => kind === "dense").length === 1;
}

// The map after a layer, each channel weighted by its mean gradient; negative sums are cut.
export function gradCam(pass, name, target) {
  const { shape, data } = pass.outputs.get(name);
  const gradient = gradientsOf(pass, target, name).get(name).data;
  const area = shape[1] * shape[2];
  const weights = Float64Array.from({ length: shape[0] }, (_, channel) => {
    let sum = 0;
    for (let i = 0; i < area; i++) sum += gradient[channel * area + i];
    return sum / area;
  });
  const { sums, reach, speaks } = weighted(shape, data, weights);
  const map = mapped(shape, sums.map((sum) => Math.max(0, sum)), reach);
  return { map, empty: emptiness(map, data, gradient, speaks ? "outweighed" : "against") };
}

// The last map, each channel weighted by the dense layer; null where CAM is not defined.
export function cam(pass, target) {
  if (!hasCam(pass.network)) return null;
  const { shape, data } = pass.outputs.get(lastMap(pass.network));
  const { weight } = pass.network.own.get(pass.network.layers.at(-1).name);
  const weights = weight.subarray(target * shape[0], (target + 1) * shape[0]);
  const { sums, reach } = weighted(shape, data, weights);
  const map = mapped(shape, sums, reach);
  return { map, empty: emptiness(map, data, weights, "unmoved") };
}

// How much the score changes with each pixel: |gradient|, its mean over colours.
export function saliency(pass, target) {
  const { shape, data } = gradientsOf(pass, target).get("input");
  const [channels, rows, columns] = shape;
  const map = mapOf([1, rows, columns]);
  data.forEach((value, i) => (map.data[i % map.data.length] += Math.abs(value) / channels));
  return { map, empty: map.data.some(Boolean) ? null : "unmoved" };
}

// How much of the score is lost when a window is greyed out; where windows overlap, their mean. It
// passes the image once for each window, and stops before each. In the end it gives a function from a
// class to its attribution: the same passes serve all classes.
export function* occlusion({ network, logits, outputs }) {
  const { shape, data } = outputs.get("input");
  const [channels, height, width] = shape;
  const side = Math.max(LEAST_SIDE, Math.floor(Math.min(height, width) / WINDOWS_ACROSS));
  const stride = Math.max(1, Math.floor(side / 2));
  const drops = Array.from(logits, () => new Float64Array(height * width));
  const windows = new Float64Array(height * width);
  for (const rows of sides(height, side, stride)) {
    for (const columns of sides(width, side, stride)) {
      yield;
      const places = rows.flatMap((row) => columns.map((column) => row * width + column));
      const greyed = data.slice();
      for (let channel = 0; channel < channels; channel++) {
        for (const place of places) greyed[channel * height * width + place] = 0;
      }
      const scores = network.forward(greyed).logits;
      for (const place of places) {
        windows[place]++;
        drops.forEach((drop, target) => (drop[place] += logits[target] - scores[target]));
      }
    }
  }
  return (target) => {
    const means = drops[target].map((drop, place) => drop / windows[place]);
    const map = mapped(shape, means, Math.abs(logits[target]));
    return { map, empty: map.data.some(Boolean) ? null : "unmoved" };
  };
}

// The rows of each window; the last ends with the image.
function sides(rows, side, stride) {
  const count = Math.ceil((rows - side) / stride) + 1;
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: Math.min(side, rows - i * stride) }, (_, at) => i * stride + at),
  );
}

function gradientsOf(pass, target, until) {
  return pass.gradients(pass.network.layers.at(-1).name, target, until);
}

// The weighted sum of channels at every place, the most that was added up at any, and whether a
// channel adds anything above zero.
function weighted([channels, rows, columns], data, weights) {
  const area = rows * columns;
  const sums = new Float64Array(area);
  const sizes = new Float64Array(area);
  let speaks = false;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < area; i++) {
      const part = weights[channel] * data[channel * area + i];
      if (part > 0) speaks = true;
      sums[i] += part;
      sizes[i] += Math.abs(part);
    }
  }
  return { sums, speaks, reach: Math.max(...sizes) };
}

// What remains of sums that cancel out is rounding, not a map.
function mapped([, rows, columns], values, reach) {
  const most = values.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  return mapOf([1, rows, columns], most > ROUNDING * reach ? Float32Array.from(values) : undefined);
}

function emptiness(map, values, weights, otherwise) {
  if (map.data.some(Boolean)) return null;
  if (!values.some(Boolean)) return "silent";
  return weights.some(Boolean) ? otherwise : "unmoved";
}
