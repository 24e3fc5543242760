// The first test images of a data set, as pages/shared/images.py sends them: a class in one byte for
// each, then the images, channel by channel.

export class TestImages {
  constructor({ shape, held }, file) {
    this.shape = shape;
    this.size = shape.reduce((product, side) => product * side, 1);
    this.labels = file.subarray(0, held);
    this.pixels = file.subarray(held);
    if (this.pixels.length !== held * this.size) {
      throw new Error(`${held} images of ${shape.join(" × ")} were expected, ${file.length} bytes came`);
    }
  }

  stored(number) {
    return this.pixels.subarray(number * this.size, (number + 1) * this.size);
  }

  // As networks see it.
  input(number, { scale, shift }) {
    return Float32Array.from(this.stored(number), (value) => value * scale + shift);
  }
}
