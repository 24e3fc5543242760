// Maps, and the few steps of which layers are made. Each step gives its output and the way back:
// a function from the gradient of the output to the gradient of the input.
//
// A map is { shape: [channels, rows, columns] or [length], data: Float32Array }, channel by
// channel, row by row. Sums are in double precision, and rounded once.

export function mapOf(shape, data) {
  return { shape, data: data ?? new Float32Array(shape.reduce((product, side) => product * side, 1)) };
}

// Steps one after the other: each is a function from a map to [map, back].
export function chain(x, ...steps) {
  const backs = [];
  for (const step of steps) {
    const [y, back] = step(x);
    backs.unshift(back);
    x = y;
  }
  return [x, (gradient) => backs.reduce((g, back) => back(g), gradient)];
}

// One function of each value by itself: f(value, channel), slope(value, output, channel).
export function elementwise(x, f, slope) {
  const y = mapOf(x.shape);
  const area = x.shape.length === 3 ? x.shape[1] * x.shape[2] : 1;
  for (let i = 0, channel = 0; i < y.data.length; channel++) {
    for (const end = i + area; i < end; i++) y.data[i] = f(x.data[i], channel);
  }
  const back = (g) => {
    const result = mapOf(x.shape);
    for (let i = 0, channel = 0; i < result.data.length; channel++) {
      for (const end = i + area; i < end; i++) {
        result.data[i] = g.data[i] * slope(x.data[i], y.data[i], channel);
      }
    }
    return result;
  };
  return [y, back];
}

// Like torch, ReLU passes no gradient at 0.
export function rectified(x) {
  const y = mapOf(x.shape);
  for (let i = 0; i < y.data.length; i++) if (x.data[i] > 0) y.data[i] = x.data[i];
  const back = (g) => {
    const result = mapOf(x.shape);
    for (let i = 0; i < result.data.length; i++) if (x.data[i] > 0) result.data[i] = g.data[i];
    return result;
  };
  return [y, back];
}

// The values at the crossings of some rows and columns; -1 stands for a row or column of zeros.
export function gathered(x, rows, columns) {
  const [channels, height, width] = x.shape;
  const y = mapOf([channels, rows.length, columns.length]);
  const each = (visit) => {
    let to = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (const row of rows) {
        const from = (channel * height + row) * width;
        for (const column of columns) {
          if (row >= 0 && column >= 0) visit(to, from + column);
          to++;
        }
      }
    }
  };
  each((to, from) => (y.data[to] = x.data[from]));
  const back = (g) => {
    const result = mapOf(x.shape);
    each((to, from) => (result.data[from] += g.data[to]));
    return result;
  };
  return [y, back];
}

// The rows of a map with margins: places from -before to rows + after - 1.
export function framedRows(rows, before, after, wraps) {
  const places = [];
  for (let place = -before; place < rows + after; place++) {
    const inside = place >= 0 && place < rows;
    places.push(inside ? place : wraps ? (place + rows) % rows : -1);
  }
  return places;
}

export function framed(x, [before, after], wraps) {
  if (!before && !after) return [x, (g) => g];
  const [, height, width] = x.shape;
  return gathered(
    x,
    framedRows(height, before, after, wraps),
    framedRows(width, before, after, wraps),
  );
}

// Number of positions of a window.
export const positions = (rows, size, stride) => Math.floor((rows - size) / stride) + 1;

// A convolution without margins; weight: (outputs, inputs, size, size).
export function convolved(x, weight, bias, size, stride) {
  const [inputs, height, width] = x.shape;
  const outputs = weight.length / (inputs * size * size);
  const rows = positions(height, size, stride);
  const columns = positions(width, size, stride);
  const y = mapOf([outputs, rows, columns]);
  const sums = new Float64Array(rows * columns);
  const add = size === 3 ? addNine : addAny;
  for (let output = 0; output < outputs; output++) {
    sums.fill(bias ? bias[output] : 0);
    for (let input = 0; input < inputs; input++) {
      const first = (output * inputs + input) * size * size;
      add(sums, x.data, input * height * width, width, weight, first, rows, columns, size, stride);
    }
    y.data.set(sums, output * rows * columns);
  }
  const back = (g) => spread(g, weight, x.shape, size, stride);
  return [y, back];
}

function addNine(sums, data, start, width, weight, first, rows, columns, _, stride) {
  const w0 = weight[first], w1 = weight[first + 1], w2 = weight[first + 2];
  const w3 = weight[first + 3], w4 = weight[first + 4], w5 = weight[first + 5];
  const w6 = weight[first + 6], w7 = weight[first + 7], w8 = weight[first + 8];
  let to = 0;
  for (let row = 0; row < rows; row++) {
    let a = start + row * stride * width;
    for (let column = 0; column < columns; column++, a += stride, to++) {
      const b = a + width, c = b + width;
      sums[to] +=
        w0 * data[a] + w1 * data[a + 1] + w2 * data[a + 2] +
        w3 * data[b] + w4 * data[b + 1] + w5 * data[b + 2] +
        w6 * data[c] + w7 * data[c + 1] + w8 * data[c + 2];
    }
  }
}

function addAny(sums, data, start, width, weight, first, rows, columns, size, stride) {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const w = weight[first + i * size + j];
      let to = 0;
      for (let row = 0; row < rows; row++) {
        let from = start + (row * stride + i) * width + j;
        for (let column = 0; column < columns; column++, from += stride) sums[to++] += w * data[from];
      }
    }
  }
}

// The way back through a convolution: each output's gradient goes where its values came from.
function spread(g, weight, [inputs, height, width], size, stride) {
  const [outputs, rows, columns] = g.shape;
  const result = mapOf([inputs, height, width]);
  const sums = new Float64Array(height * width);
  const add = size === 3 ? spreadNine : spreadAny;
  for (let input = 0; input < inputs; input++) {
    sums.fill(0);
    for (let output = 0; output < outputs; output++) {
      const first = (output * inputs + input) * size * size;
      add(sums, g.data, output * rows * columns, width, weight, first, rows, columns, size, stride);
    }
    result.data.set(sums, input * height * width);
  }
  return result;
}

function spreadNine(sums, data, start, width, weight, first, rows, columns, _, stride) {
  const w0 = weight[first], w1 = weight[first + 1], w2 = weight[first + 2];
  const w3 = weight[first + 3], w4 = weight[first + 4], w5 = weight[first + 5];
  const w6 = weight[first + 6], w7 = weight[first + 7], w8 = weight[first + 8];
  for (let row = 0, at = start; row < rows; row++) {
    let a = row * stride * width;
    for (let column = 0; column < columns; column++, at++, a += stride) {
      const value = data[at];
      if (value === 0) continue;
      const b = a + width, c = b + width;
      sums[a] += value * w0, sums[a + 1] += value * w1, sums[a + 2] += value * w2;
      sums[b] += value * w3, sums[b + 1] += value * w4, sums[b + 2] += value * w5;
      sums[c] += value * w6, sums[c + 1] += value * w7, sums[c + 2] += value * w8;
    }
  }
}

function spreadAny(sums, data, start, width, weight, first, rows, columns, size, stride) {
  for (let row = 0, at = start; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const value = data[at];
      if (value === 0) continue;
      const corner = row * stride * width + column * stride;
      for (let i = 0, w = first; i < size; i++) {
        for (let j = 0; j < size; j++, w++) sums[corner + i * width + j] += value * weight[w];
      }
    }
  }
}

// A x B^T for every channel: A has a row for each row of the output, B for each column.
export function sandwiched(x, A, B) {
  const y = multiplied(x, A, B);
  const [transposedA, transposedB] = [transposed(A), transposed(B)];
  return [y, (g) => multiplied(g, transposedA, transposedB)];
}

function multiplied(x, A, B) {
  const [channels, height, width] = x.shape;
  const y = mapOf([channels, A.length, B.length]);
  const half = new Float64Array(A.length * width);
  for (let channel = 0; channel < channels; channel++) {
    half.fill(0);
    for (let i = 0; i < A.length; i++) {
      for (let row = 0; row < height; row++) {
        const share = A[i][row];
        if (share === 0) continue;
        const from = (channel * height + row) * width;
        for (let j = 0; j < width; j++) half[i * width + j] += share * x.data[from + j];
      }
      for (let j = 0; j < B.length; j++) {
        let sum = 0;
        for (let column = 0; column < width; column++) sum += B[j][column] * half[i * width + column];
        y.data[(channel * A.length + i) * B.length + j] = sum;
      }
    }
  }
  return y;
}

const transposed = (matrix) => Array.from(matrix[0], (_, j) => matrix.map((row) => row[j]));

// weight: (outputs, inputs); a map is read channel by channel, row by row.
export function dense(x, weight, bias) {
  const inputs = x.data.length;
  const y = mapOf([weight.length / inputs]);
  for (let output = 0; output < y.data.length; output++) {
    let sum = bias ? bias[output] : 0;
    for (let i = 0; i < inputs; i++) sum += weight[output * inputs + i] * x.data[i];
    y.data[output] = sum;
  }
  const back = (g) => {
    const result = mapOf(x.shape);
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let output = 0; output < g.data.length; output++) {
        sum += g.data[output] * weight[output * inputs + i];
      }
      result.data[i] = sum;
    }
    return result;
  };
  return [y, back];
}

export function softmax(values) {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(values, (value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
