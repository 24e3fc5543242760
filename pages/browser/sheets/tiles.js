// Many small maps as one picture: tiles in rows, one colour scale, transparent gaps.

import { reachOf } from "../touch/colours.js";

const TILES_IN_ROW = 8;
const TILE_SIDE = 128; // pixels of the picture; a tile is enlarged without smoothing
const TILE_GAP = 10;

// From zero (or the smallest value, if negative) to the largest value, of several arrays.
export function around(arrays) {
  let [low, high] = [0, -Infinity];
  for (const data of arrays) {
    for (const value of data) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high > low ? high : low + 1];
}

// As far on both sides of zero.
export function even(arrays) {
  const reach = Math.max(...arrays.map((data) => reachOf(data)[0])) || 1;
  return [-reach, reach];
}

// shape: [count, rows, columns] of the maps. colour: of a value. marks: { dot, cross, dotted },
// the colours of both, and cells with a dot. Gives the picture's width, height and pixels.
export function tiled({ shape: [count, rows, columns], data }, colour, { dot, cross, dotted } = {}) {
  const factor = Math.max(1, Math.floor(TILE_SIDE / Math.max(rows, columns)));
  const [high, wide] = [rows * factor, columns * factor];
  const across = Math.min(TILES_IN_ROW, count);
  const width = across * (wide + TILE_GAP) + TILE_GAP;
  const height = Math.ceil(count / across) * (high + TILE_GAP) + TILE_GAP;
  const page = { width, height, pixels: new Uint32Array(width * height) };
  for (let number = 0; number < count; number++) {
    const left = TILE_GAP + (number % across) * (wide + TILE_GAP);
    const top = TILE_GAP + Math.floor(number / across) * (high + TILE_GAP);
    const first = number * rows * columns;
    let silent = true;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = first + row * columns + column;
        if (data[at] !== 0) silent = false;
        const [y, x] = [top + row * factor, left + column * factor];
        fill(page, x, y, factor, factor, colour(data[at]));
        if (dotted?.[at]) fill(page, ...middle(x, y, factor), dot);
      }
    }
    if (silent) crossOut(page, left, top, wide, high, cross);
  }
  return page;
}

function fill({ width, pixels }, left, top, wide, high, colour) {
  for (let row = top; row < top + high; row++) {
    pixels.fill(colour, row * width + left, row * width + left + wide);
  }
}

// Where a dot is in a cell: [left, top, width, height].
function middle(x, y, factor) {
  const reach = Math.max(1, Math.floor(factor / 6));
  const start = Math.floor(factor / 2) - reach;
  return [x + start, y + start, 2 * reach, 2 * reach];
}

function crossOut({ width, pixels }, left, top, wide, high, colour) {
  const steps = Math.max(wide, high);
  for (let step = 0; step < steps; step++) {
    const row = (top + Math.floor((step * high) / steps)) * width + left;
    const across = Math.floor((step * wide) / steps);
    pixels[row + across] = pixels[row + wide - 1 - across] = colour;
  }
}
