// Scales of colour, as core/figures/palette.py has them.

const STEPS = 256;

function parts(colour) {
  return [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
}

// 256 colours between anchors, each as one number of four bytes for an ImageData.
export function table(anchors) {
  const known = anchors.map(parts);
  return Uint32Array.from({ length: STEPS }, (_, i) => {
    const place = (i / (STEPS - 1)) * (known.length - 1);
    const below = Math.min(Math.floor(place), known.length - 2);
    const [red, green, blue] = known[below].map((low, channel) =>
      Math.round(low + (place - below) * (known[below + 1][channel] - low)),
    );
    return opaque(red, green, blue);
  });
}

const opaque = (red, green, blue) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

// "#RRGGBB" as one number of four bytes.
export const pixel = (colour) => opaque(...parts(colour));

// The tables of all scales, for a light (0) or a dark page (1).
export const tablesOf = (scales, side) =>
  Object.fromEntries(Object.entries(scales).map(([name, anchors]) => [name, table(anchors[side])]));

// The colours of a table for values between two ends.
export const between = (colours, low, high) => (value) =>
  colours[Math.max(0, Math.min(STEPS - 1, Math.floor(((value - low) / (high - low)) * (STEPS - 1))))];

// What values are drawn as: amounts from zero on one scale, signed values on the diverging one.
export function scale(tables, reach, signed) {
  const colours = signed ? tables.diverging : tables.sequential;
  const last = STEPS - 1;
  const factor = reach ? last / (signed ? 2 * reach : reach) : 0;
  const zero = signed ? last / 2 : 0;
  const of = (value) => Math.max(0, Math.min(last, Math.round(zero + value * factor)));
  return {
    of: (value) => colours[of(value)],
    // `count` values from `from` on, as pixels from `to` on
    row: (pixels, to, data, from, count) => {
      for (let i = 0; i < count; i++) {
        const place = (zero + data[from + i] * factor + 0.5) | 0;
        pixels[to + i] = colours[place < 0 ? 0 : place > last ? last : place];
      }
    },
  };
}

export const css = (colour) =>
  `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;

// Whether white or black text stands out on it.
export function isDark(colour) {
  const linear = [0, 8, 16].map((shift) => (((colour >> shift) & 255) / 255) ** 2.2);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < 0.18;
}

export function reachOf(data) {
  let most = 0;
  let signed = false;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value > most) most = value;
    else if (value < 0) {
      signed = true;
      if (-value > most) most = -value;
    }
  }
  return [most, signed];
}
