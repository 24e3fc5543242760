// What the first convolution looks for.

export const firstConvolution = ({ layers }) => layers.find(({ kind }) => kind === "convolution");

// The weights of a convolution, one filter after the other, each the mean over its input channels.
export function filtersOf(network, { name, shape: [count], size }) {
  const { weight } = network.own.get(name);
  const area = size * size;
  const inputs = weight.length / (count * area);
  return Float32Array.from({ length: count * area }, (_, i) => {
    const first = Math.floor(i / area) * inputs * area + (i % area);
    let sum = 0;
    for (let input = 0; input < inputs; input++) sum += weight[first + input * area];
    return sum / inputs;
  });
}
