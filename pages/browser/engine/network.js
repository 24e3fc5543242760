// A trained network: its layers, as core/network/plain.py describes them, and its tensors, from the
// stored safetensors bytes. Evaluation mode.

import { HEADS } from "./heads.js";
import { convolved, dense, elementwise, framed, mapOf, rectified, softmax } from "./maps.js";
import { POOLS, softenedPool } from "./pools.js";

const NORM_SOFTENING = 1e-5;

// Kind of a layer -> function of the maps that it reads, the layer and its tensors.
const LAYERS = {
  convolution: ([x], layer, own) => {
    const [wide, backToMap] = framed(x, layer.margins, layer.wraps);
    const [y, back] = convolved(wide, own.weight, own.bias, layer.size, layer.stride);
    return [y, (g) => [backToMap(back(g))]];
  },
  "batch-norm": ([x], _, own) => {
    const scale = own.running_var.map((v, c) => own.weight[c] / Math.sqrt(v + NORM_SOFTENING));
    return one(
      elementwise(
        x,
        (value, c) => (value - own.running_mean[c]) * scale[c] + own.bias[c],
        (_value, _y, c) => scale[c],
      ),
    );
  },
  relu: ([x]) => one(rectified(x)),
  pool: ([x], layer, own) => one(POOLS[layer.operator](x, layer, own)),
  "softened-pool": ([x], layer) => one(softenedPool(x, layer)),
  dropout: ([x]) => [x, (g) => [g]],
  head: ([x], layer, own) => one(HEADS[layer.operator](x, own)),
  dense: ([x], _, own) => one(dense(x, own.weight, own.bias)),
  identity: ([x], layer) => one(framed(x, layer.margins, layer.wraps)),
  addition: ([x, y]) => [
    mapOf(x.shape, x.data.map((value, i) => value + y.data[i])),
    (g) => [g, g],
  ],
};

const one = ([y, back, starts]) => [y, (g) => [back(g)], starts];

export class Network {
  constructor({ input, layers }, weights) {
    this.input = input;
    this.layers = layers;
    const tensors = read(weights);
    this.own = new Map(layers.map(({ name }) => [name, belonging(tensors, `${name}.`)]));
  }

  // The same weights in layers that compute something else.
  with(layers) {
    return Object.assign(Object.create(Network.prototype), { ...this, layers });
  }

  // pixels: Float32Array of the image as the network sees it, channel by channel.
  forward(pixels) {
    const { outputs, backs, starts } = this.run(pixels);
    return new Pass(this, outputs, backs, starts);
  }

  // The outputs of the layers, all of them or those up to `last`, with their ways back.
  run(pixels, last) {
    const outputs = new Map([["input", mapOf(this.input, pixels)]]);
    const backs = new Map();
    const starts = new Map();
    for (const layer of this.layers) {
      const read = layer.reads.map((name) => outputs.get(name));
      const [y, back, begin] = LAYERS[layer.kind](read, layer, this.own.get(layer.name));
      outputs.set(layer.name, y);
      backs.set(layer.name, back);
      if (begin) starts.set(layer.name, begin);
      if (layer.name === last) break;
    }
    return { outputs, backs, starts };
  }
}

export class Pass {
  constructor(network, outputs, backs, starts) {
    this.network = network;
    this.outputs = outputs;
    this.backs = backs;
    this.starts = starts;
    this.logits = outputs.get(network.layers.at(-1).name).data;
    this.probabilities = softmax(this.logits);
    this.answer = this.logits.reduce((best, value, i, all) => (value > all[best] ? i : best), 0);
  }

  // Gradients of one value of a layer's output by every value before it: layer -> map. `until` is the
  // first layer whose gradient is needed.
  gradients(name, index, until = "input") {
    const target = mapOf(this.outputs.get(name).shape);
    target.data[index] = 1;
    const found = new Map([[name, target]]);
    for (const layer of this.network.layers.toReversed()) {
      if (layer.name === until) break;
      const g = found.get(layer.name);
      if (!g) continue;
      this.backs.get(layer.name)(g).forEach((part, i) => add(found, layer.reads[i], part));
    }
    return found;
  }
}

function add(found, name, part) {
  const before = found.get(name);
  const sum = before ? mapOf(part.shape, part.data.map((v, i) => v + before.data[i])) : part;
  found.set(name, sum);
}

function belonging(tensors, start) {
  const own = {};
  for (const [name, data] of tensors) {
    if (name.startsWith(start)) own[name.slice(start.length)] = data;
  }
  return own;
}

// A number of half precision, given by its bits: 1 of sign, 5 of exponent, 10 of fraction.
export function single(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// Name -> Float32Array of every tensor of a safetensors file in single or half precision.
export function read(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const tensors = new Map();
  for (const [name, { dtype, data_offsets: [from, to] = [] }] of Object.entries(header)) {
    // a copy, because numbers in the file need not lie at multiples of four
    const content = bytes.slice(8 + length + from, 8 + length + to).buffer;
    if (dtype === "F32") tensors.set(name, new Float32Array(content));
    if (dtype === "F16") tensors.set(name, Float32Array.from(new Uint16Array(content), single));
  }
  return tensors;
}
