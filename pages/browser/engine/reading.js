// Which cells does a cell read, in the layers before it and in the image?
//
// A cell is [channel, row, column] of a map, or [index] of a vector. What it reads is
// { name, rows, columns, channels }: rows and columns as they are counted in the map that is read,
// those that do not exist (a border of zeros) left out; `channels` is null for all of them.

const ALL_CHANNELS = new Set(["conv", "conv-max", "patch", "lip"]);
const WHOLE = new Set(["spectral", "flc"]);
const CIRCULAR = new Set(["aps", "lps"]);

const range = (first, length) => Array.from({ length }, (_, i) => first + i);

function within(places, rows, wraps) {
  if (wraps) return [...new Set(places.map((place) => ((place % rows) + rows) % rows))];
  return places.filter((place) => place >= 0 && place < rows);
}

// The rows (axis 0) or columns (axis 1) that a place on that axis reads.
function along(pass, layer, axis, place) {
  const rows = pass.outputs.get(layer.reads[0]).shape[1 + axis];
  if (layer.kind === "pool") {
    if (WHOLE.has(layer.operator)) return range(0, rows);
    const starts = pass.starts.get(layer.name);
    if (starts) {
      return within(range(starts[axis][place], layer.size), rows, CIRCULAR.has(layer.operator));
    }
    const [reach, before] = layer.reach;
    return within(range(place * layer.stride - before, reach), rows, layer.wraps);
  }
  if (layer.size === undefined) return [place];
  const first = place * layer.stride - layer.margins[0];
  return within(range(first, layer.size), rows, layer.wraps);
}

export function reads(pass, layer, cell) {
  const [channel, row, column] = cell;
  if (layer.kind === "dense") return layer.reads.map((name) => wholeOf(pass, name, null));
  if (layer.kind === "head") return [readByHead(pass, layer, cell[0])];
  if (cell.length === 1) return layer.reads.map((name) => ({ name, index: cell[0] }));
  const mixes = layer.kind === "convolution" || ALL_CHANNELS.has(layer.operator);
  return layer.reads.map((name) => ({
    name,
    rows: along(pass, layer, 0, row),
    columns: along(pass, layer, 1, column),
    channels: mixes ? null : [channel],
  }));
}

function wholeOf(pass, name, channels) {
  const { shape } = pass.outputs.get(name);
  if (shape.length === 1) return { name };
  return { name, rows: range(0, shape[1]), columns: range(0, shape[2]), channels };
}

function readByHead(pass, layer, index) {
  const [name] = layer.reads;
  const [channels, height, width] = pass.outputs.get(name).shape;
  switch (layer.operator) {
    case "flatten":
    case "flatten-matched": {
      const place = index % (height * width);
      const channel = Math.floor(index / (height * width));
      const [row, column] = [Math.floor(place / width), place % width];
      return { name, rows: [row], columns: [column], channels: [channel] };
    }
    case "spp":
      return bin(name, index, channels, height, width);
    case "attention":
    case "simpool":
    case "bilinear":
      return wholeOf(pass, name, null);
    default:
      return wholeOf(pass, name, [index % channels]);
  }
}

function bin(name, index, channels, height, width) {
  for (const level of [1, 2, 4]) {
    const bins = level * level;
    if (index < channels * bins) {
      const place = index % bins;
      const part = (at, rows) => {
        const first = Math.floor((at * rows) / level);
        return range(first, Math.ceil(((at + 1) * rows) / level) - first);
      };
      return {
        name,
        rows: part(Math.floor(place / level), height),
        columns: part(place % level, width),
        channels: [Math.floor(index / bins)],
      };
    }
    index -= channels * bins;
  }
  throw new RangeError(`the pyramid has no value ${index}`);
}

// The channels of which a head makes a value; other channels may decide on weights.
export function channelsOf({ operator }, index, [channels, height, width]) {
  if (operator.startsWith("flatten")) return [Math.floor(index / (height * width))];
  if (operator === "spp") return bin("", index, channels, height, width).channels;
  return operator === "bilinear" ? pair(index, channels) : [index % channels];
}

// The two channels of a value of the bilinear head: row by row of the upper triangle.
function pair(index, channels) {
  let first = 0;
  while (index >= channels - first) index -= channels - first++;
  return [first, first + index];
}

// The cells of the next layers that read a cell of a map, as { name, rows, columns, channels }.
export function fed(pass, { name }, [channel, row, column]) {
  if (row === undefined) return [];
  const maps = pass.network.layers.filter(
    ({ reads: read, shape }) => read.includes(name) && shape.length === 3,
  );
  return maps.map((layer) => {
    const [, rows, columns] = layer.shape;
    const reading = (axis, at, count) =>
      range(0, count).filter((place) => along(pass, layer, axis, place).includes(at));
    const mixes = layer.kind === "convolution" || ALL_CHANNELS.has(layer.operator);
    return {
      name: layer.name,
      rows: reading(0, row, rows),
      columns: reading(1, column, columns),
      channels: mixes ? null : [channel],
    };
  });
}

// Rows and columns of every earlier map, and of the image ("input"), that a cell depends on.
export function field(pass, name, cell) {
  const found = new Map();
  const note = (read) => {
    if (!read.rows) return found.set(read.name, found.get(read.name) ?? null);
    const known = found.get(read.name) ?? { rows: new Set(), columns: new Set() };
    read.rows.forEach((row) => known.rows.add(row));
    read.columns.forEach((column) => known.columns.add(column));
    return found.set(read.name, known);
  };
  let started = false;
  for (const layer of pass.network.layers.toReversed()) {
    if (layer.name === name) {
      started = true;
      reads(pass, layer, cell).forEach(note);
    } else if (started && found.has(layer.name)) {
      const known = found.get(layer.name);
      if (!known) {
        // of a vector all values are followed back: dense layers mix them
        layer.reads.forEach((read) => note(wholeOf(pass, read, null)));
        continue;
      }
      const rows = [...new Set([...known.rows].flatMap((row) => along(pass, layer, 0, row)))];
      const columns = [...new Set([...known.columns].flatMap((at) => along(pass, layer, 1, at)))];
      layer.reads.forEach((read) => note({ name: read, rows, columns }));
    }
  }
  return found;
}
