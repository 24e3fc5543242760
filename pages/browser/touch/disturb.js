// What can be done to an image besides drawing on it: rotated, blurred, paled, covered, with noise.

export const KINDS = [
  { name: "rotation", label: "Rotation", least: -45, most: 45, neutral: 0, step: 1, unit: "°" },
  { name: "blur", label: "Blur", least: 0, most: 2, neutral: 0, step: 0.1, unit: " px" },
  { name: "contrast", label: "Contrast", least: 0, most: 200, neutral: 100, step: 5, unit: " %" },
  { name: "cover", label: "Covered", least: 0, most: 75, neutral: 0, step: 5, unit: " % of the side" },
  { name: "noise", label: "Noise", least: 0, most: 50, neutral: 0, step: 1, unit: " % of white" },
];

export const neutral = () => Object.fromEntries(KINDS.map(({ name, neutral }) => [name, neutral]));

export const isNeutral = (values) => KINDS.every(({ name, neutral }) => values[name] === neutral);

// What is done to the image, in words: "rotation 15°, noise 10 % of white".
export const said = (values) =>
  KINDS.filter(({ name, neutral }) => values[name] !== neutral)
    .map((kind) => `${kind.label.toLowerCase()} ${written(kind, values[kind.name])}`)
    .join(", ");

export const written = ({ unit }, value) => `${value < 0 ? "−" : ""}${Math.abs(value)}${unit}`;

// stored: (C, H, W) from 0 to white; picture: { shape, white, background }. The image that is given
// stays as it is.
export function disturbed(stored, { shape, white, background }, values) {
  if (isNeutral(values)) return stored;
  const { rotation, blur, contrast, cover, noise } = values;
  const [channels, rows, columns] = shape;
  const area = rows * columns;
  const random = normal();
  const result = new Float32Array(stored.length);
  for (let channel = 0; channel < channels; channel++) {
    let plane = stored.subarray(channel * area, (channel + 1) * area);
    const ground = background[channel];
    if (rotation) plane = rotated(plane, rows, columns, (rotation * Math.PI) / 180, ground);
    if (blur) plane = blurred(plane, rows, columns, blur);
    const mean = plane.reduce((sum, value) => sum + value, 0) / area;
    const inside = covers(rows, columns, cover / 100);
    for (let i = 0; i < area; i++) {
      const paled = mean + (contrast / 100) * (plane[i] - mean);
      const seen = inside(Math.floor(i / columns), i % columns) ? ground : paled;
      // the same noise at every strength, so that a slider makes it grow
      const noisy = seen + (noise / 100) * white * random();
      result[channel * area + i] = Math.max(0, Math.min(white, noisy));
    }
  }
  return result;
}

// Around the middle, between the four values that are nearest; positive is clockwise.
function rotated(plane, rows, columns, angle, ground) {
  const [middle, centre] = [(rows - 1) / 2, (columns - 1) / 2];
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const at = (row, column) =>
    row >= 0 && row < rows && column >= 0 && column < columns ? plane[row * columns + column] : ground;
  return Float32Array.from(plane, (_, i) => {
    const [down, right] = [Math.floor(i / columns) - middle, (i % columns) - centre];
    const row = middle + cosine * down - sine * right;
    const column = centre + sine * down + cosine * right;
    const [top, left] = [Math.floor(row), Math.floor(column)];
    const [below, beside] = [row - top, column - left];
    return (
      (1 - below) * ((1 - beside) * at(top, left) + beside * at(top, left + 1)) +
      below * ((1 - beside) * at(top + 1, left) + beside * at(top + 1, left + 1))
    );
  });
}

// Gaussian, deviation in pixels, first along the rows, then along the columns; the border goes on.
function blurred(plane, rows, columns, deviation) {
  const reach = Math.ceil(3 * deviation);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight);
  const along = (values, place, length, step) =>
    values.map((_, i) => {
      const here = place(i);
      const sum = weights.reduce((whole, weight, k) => {
        const there = Math.max(0, Math.min(length - 1, here + k - reach));
        return whole + weight * values[i + (there - here) * step];
      }, 0);
      return sum / total;
    });
  const across = along(plane, (i) => i % columns, columns, 1);
  return along(across, (i) => Math.floor(i / columns), rows, columns);
}

// Whether a cell lies in the square in the middle, whose side is a share of the shorter side.
function covers(rows, columns, share) {
  const half = (share * Math.min(rows, columns)) / 2;
  const within = (place, length) => Math.abs(place + 0.5 - length / 2) < half;
  return (row, column) => half > 0 && within(row, rows) && within(column, columns);
}

// Normally distributed numbers (Box and Muller), the same for every picture; mulberry32 below them.
function normal() {
  let state = 1;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
