// The checkpoints of a run: its network at some steps of the training, from one file. The file has
// the length of its header in 8 bytes, the header (a JSON list of step and size), and one
// safetensors file after the other.

import { Network } from "./network.js";

export class Checkpoints {
  constructor(description, bytes) {
    this.description = description;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = Number(view.getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    let from = 8 + length;
    this.states = header.map(([step, size]) => {
      const weights = bytes.subarray(from, (from += size));
      return { step, weights, network: null };
    });
  }

  // The network at a step; between two checkpoints, the one before.
  at(step) {
    const state = this.states.findLast((each) => each.step <= step) ?? this.states[0];
    state.network ??= new Network(this.description, state.weights);
    return state.network;
  }
}
