// A trained max network whose pools are softened towards average, without training it again.

// Its layers with pools y = sum of softmax(t * x)_i * x_i; t of null is max itself.
export function softenedLayers(layers, temperature) {
  if (temperature === null) return layers;
  return layers.map((layer) => (layer.kind === "pool" ? { ...layer, kind: "softened-pool", temperature } : layer));
}

export class Softening {
  constructor(network, temperatures) {
    this.networks = temperatures.map((temperature) => network.with(softenedLayers(network.layers, temperature)));
    this.right = temperatures.map(() => 0);
  }

  // Counts for each temperature whether the answer is the image's class.
  note(pixels, label) {
    this.networks.forEach((network, i) => {
      if (network.forward(pixels).answer === label) this.right[i]++;
    });
  }
}
