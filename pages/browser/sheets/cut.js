// The parts of images that cells see, all of one size.

// found: { image, place, ... } of cells. images: TestImages. fields: of the layer's rows and columns,
// each [[first, last], places], as core/network/receptive_field.py counts them on an image that goes
// on endlessly. Adds to each its `pixels` and their `shape`; what the cell does not read is ground.
export function cut(found, images, fields, ground) {
  const [, height, width] = images.shape;
  const seen = found.map(({ place }) => [
    fields.rows[Math.floor(place / fields.columns.length)],
    fields.columns[place % fields.columns.length],
  ]);
  // on a grid that moves, some cells read a row more than others: the shape is that of the largest
  const [rows, columns] = [0, 1].map((axis) =>
    Math.max(0, ...seen.map((field) => field[axis][0][1] - field[axis][0][0] + 1)),
  );
  const channels = images.shape[0];
  return found.map((each, i) => {
    const stored = images.stored(each.image);
    const pixels = new Uint8Array(channels * rows * columns);
    const [[[top], down], [[left], right]] = seen[i];
    for (let channel = 0; channel < channels; channel++) {
      pixels.fill(ground[channel], channel * rows * columns, (channel + 1) * rows * columns);
      for (const row of down) {
        const from = (channel * height + wrapped(row, height)) * width;
        const to = (channel * rows + row - top) * columns - left;
        for (const column of right) pixels[to + column] = stored[from + wrapped(column, width)];
      }
    }
    return { ...each, pixels, shape: [channels, rows, columns] };
  });
}

const wrapped = (place, length) => ((place % length) + length) % length;
