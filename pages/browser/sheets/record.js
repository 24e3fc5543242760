// What excites a channel? The largest value of each channel of a layer in each of many images.

const ROUNDING = 1e-6; // relative difference of values that count as equal

export class Record {
  // layer: after which values are compared; count: of the images.
  constructor(network, layer, count) {
    this.network = network;
    this.layer = layer;
    const { shape } = network.layers.find(({ name }) => name === layer);
    [this.channels] = shape;
    this.count = count;
    this.values = new Float32Array(this.channels * count);
    this.places = new Uint32Array(this.channels * count);
    this.noted = 0;
  }

  get complete() {
    return this.noted === this.count;
  }

  // Images are noted in their order; one that was noted before costs nothing.
  note(number, pixels) {
    if (number < this.noted) return;
    const { shape: [channels, rows, columns], data } = this.network.run(pixels, this.layer).outputs.get(this.layer);
    const area = rows * columns;
    for (let channel = 0; channel < channels; channel++) {
      let best = channel * area;
      for (let i = best + 1; i < (channel + 1) * area; i++) if (data[i] > data[best]) best = i;
      const at = channel * this.count + number;
      this.values[at] = data[best];
      this.places[at] = best - channel * area;
    }
    this.noted = number + 1;
  }

  // The images in which a channel is largest, at most one cell of each: { image, value, place, tied },
  // `tied` images having this value, with itself. Images in which it is nowhere above zero are left
  // out; of equal ones the first come first. Null if there is no such channel.
  strongest(channel, most) {
    if (channel >= this.channels) return null;
    const own = this.values.subarray(channel * this.count, (channel + 1) * this.count);
    const order = Array.from(own.keys()).sort((a, b) => own[b] - own[a] || a - b);
    const some = order.slice(0, most).filter((image) => own[image] > 0);
    return some.map((image) => ({
      image,
      value: own[image],
      place: this.places[channel * this.count + image],
      tied: own.reduce((count, value) => count + isTied(value, own[image]), 0),
    }));
  }
}

export const isTied = (value, other) => Math.abs(value - other) <= ROUNDING * other;
