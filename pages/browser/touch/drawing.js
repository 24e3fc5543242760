// The image that all networks see: a test image or an upload, drawn on, moved and disturbed by hand.

import { KINDS, disturbed, isNeutral, neutral, said, written } from "./disturb.js";
import { ARROWS, Cells, element, frames } from "./elements.js";

const TOOLS = [
  ["pen", "Draw", "Draw with ink"],
  ["eraser", "Erase", "Take ink away"],
  ["move", "Move", "Drag the picture; with the keyboard, arrow keys move it"],
];
const PEN_RADIUS = 0.055; // of the image's side

export class Drawing {
  constructor(changed) {
    this.changed = changed;
    this.cells = new Cells("");
    this.over = element("div", { class: "over" });
    this.caption = element("p", { class: "note" });
    this.tool = "pen";
    this.surface = element(
      "div",
      {
        class: "surface",
        tabindex: 0,
        role: "application",
        "aria-label": "The image. A pointer draws on it, arrow keys move it.",
        onpointerdown: (event) => this.press(event),
      },
      this.cells.canvas,
      this.over,
    );
    this.surface.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.surface.addEventListener(end, () => (this.last = null));
    }
    this.surface.addEventListener("keydown", (event) => this.key(event));
    this.buttons = new Map(
      TOOLS.map(([name, label, help]) => [
        name,
        element("button", { type: "button", title: help, onclick: () => this.take(name) }, label),
      ]),
    );
    this.undo = element(
      "button",
      { type: "button", title: "Back to the picture as it was", onclick: () => this.reset() },
      "Reset",
    );
    const clear = element(
      "button",
      { type: "button", title: "An empty picture to draw on", onclick: () => this.clear() },
      "Clear",
    );
    this.sliders = KINDS.map((kind) => {
      const { name, label, least, most, step } = kind;
      const range = element("input", { type: "range", min: least, max: most, step, "aria-label": label });
      range.addEventListener("input", () => this.disturb(name, Number(range.value)));
      const value = element("output", {});
      return { kind, range, value, node: element("label", {}, element("span", {}, label), value, range) };
    });
    this.disturbances = element(
      "details",
      { class: "disturb" },
      element("summary", { title: "Rotate, blur, pale or cover the image, or add noise" }, "Disturb"),
      element("div", {}, ...this.sliders.map(({ node }) => node)),
    );
    this.disturbances.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.disturbances.open = false;
    });
    this.node = element(
      "div",
      { class: "side" },
      this.surface,
      element("div", { class: "tools", role: "toolbar", "aria-label": "The image" },
        ...this.buttons.values(), clear, this.disturbances, this.undo),
      this.caption,
    );
    this.values = neutral();
    this.take("pen");
  }

  // picture: { id, pixels: Uint8Array, shape, white, background, name }
  update(picture, tables) {
    this.tables = tables;
    if (picture.id !== this.picture?.id) {
      this.picture = picture;
      this.stored = Float32Array.from(picture.pixels);
      this.offset = [0, 0];
      this.strokes = 0;
      this.values = neutral();
    }
    this.draw();
  }

  // Whether it may show something else than it did.
  get drawnOn() {
    return this.strokes > 0;
  }

  get touched() {
    return this.strokes > 0 || this.offset.some(Boolean) || !isNeutral(this.values);
  }

  disturb(name, value) {
    this.values = { ...this.values, [name]: value };
    this.draw();
    this.changed();
  }

  // What is seen becomes what is drawn on and moved: ink appears where the pen is.
  keep() {
    if (isNeutral(this.values)) return;
    this.stored = Float32Array.from(this.seen);
    this.values = neutral();
    this.strokes++;
  }

  take(tool) {
    this.tool = tool;
    this.surface.dataset.tool = tool;
    for (const [name, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(name === tool));
    }
  }

  reset() {
    this.stored = Float32Array.from(this.picture.pixels);
    [this.offset, this.strokes, this.values] = [[0, 0], 0, neutral()];
    this.draw();
    this.changed();
  }

  clear() {
    const area = this.picture.shape[1] * this.picture.shape[2];
    this.stored = this.stored.map((_, i) => this.picture.background[Math.floor(i / area)]);
    [this.offset, this.strokes, this.values] = [[0, 0], 1, neutral()];
    this.draw();
    this.changed();
  }

  press(event) {
    event.preventDefault();
    this.surface.focus({ preventScroll: true });
    this.surface.setPointerCapture(event.pointerId);
    this.keep();
    this.last = this.place(event);
    this.from = { ...this.last, stored: this.stored.slice(), offset: [...this.offset] };
    if (this.tool !== "move") this.stroke(this.last, this.last);
  }

  drag(event) {
    if (!this.last) return;
    const here = this.place(event);
    if (this.tool === "move") {
      const by = [Math.round(here.row - this.from.row), Math.round(here.column - this.from.column)];
      this.stored = moved(this.from.stored, this.picture, by);
      this.offset = by.map((step, axis) => step + this.from.offset[axis]);
      this.draw();
      this.changed();
    } else {
      this.stroke(this.last, here);
    }
    this.last = here;
  }

  key(event) {
    const by = ARROWS[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.keep();
    this.stored = moved(this.stored, this.picture, by);
    this.offset = by.map((step, axis) => step + this.offset[axis]);
    this.draw();
    this.changed();
  }

  place(event) {
    const box = this.surface.getBoundingClientRect();
    const [, rows, columns] = this.picture.shape;
    return {
      row: ((event.clientY - box.top) / box.height) * rows,
      column: ((event.clientX - box.left) / box.width) * columns,
    };
  }

  // Ink, or the ground, where a round pen has passed; at its edge in part.
  stroke(from, to) {
    const { shape, white, background, light } = this.picture;
    const [channels, rows, columns] = shape;
    const radius = Math.max(0.6, PEN_RADIUS * Math.max(rows, columns)) * (this.tool === "eraser" ? 1.6 : 1);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const cover = Math.min(1, radius + 0.5 - distance(row + 0.5, column + 0.5, from, to));
        if (cover <= 0) continue;
        for (let channel = 0; channel < channels; channel++) {
          const at = (channel * rows + row) * columns + column;
          const ink = this.tool === "eraser" ? background[channel] : light ? white : 0;
          const mixed = this.stored[at] + cover * (ink - this.stored[at]);
          const further = Math.abs(ink - mixed) < Math.abs(ink - this.stored[at]);
          if (further) this.stored[at] = mixed;
        }
      }
    }
    this.strokes++;
    this.draw();
    this.changed();
  }

  // What the networks see: stored values times scale plus shift.
  input({ scale, shift }) {
    return this.seen.map((value) => Math.round(value) * scale + shift);
  }

  // The same of the image as it was.
  original({ scale, shift }) {
    return Float32Array.from(this.picture.pixels, (value) => value * scale + shift);
  }

  draw() {
    const { shape, name } = this.picture;
    this.seen = disturbed(this.stored, this.picture, this.values);
    this.cells.size(shape[2], shape[1]);
    paint(this.cells.pixels, this.seen, this.picture, this.tables.grey);
    this.cells.show();
    this.words = this.touched ? `${name}, changed by hand${this.steps()}` : name;
    const words = this.touched ? `${this.words}. The headline is of the image as it was.` : name;
    this.caption.textContent = words;
    this.cells.canvas.setAttribute("aria-label", words);
    this.undo.disabled = !this.touched;
    for (const { kind, range, value } of this.sliders) {
      range.value = this.values[kind.name];
      value.textContent = written(kind, this.values[kind.name]);
      range.setAttribute("aria-valuetext", value.textContent);
    }
  }

  steps() {
    const all = [movedWords(this.offset), said(this.values)].filter(Boolean);
    return all.length ? `: ${all.join("; ")}` : "";
  }

  // The part of the image that a cell can depend on, of each network; equal ones are drawn once.
  frame(fields) {
    const [, rows, columns] = this.picture.shape;
    const known = new Map();
    for (const { field, colour } of fields) {
      const key = JSON.stringify([[...field.rows].sort(), [...field.columns].sort()]);
      known.set(key, { field, colour: known.has(key) ? "var(--accent)" : colour });
    }
    this.over.replaceChildren(
      ...[...known.values()].flatMap(({ field, colour }) =>
        frames("field", rows, columns, field).map((node) => {
          node.style.setProperty("--own", colour);
          return node;
        }),
      ),
    );
  }
}

// "moved 1 down, 2 right"; empty where it was not.
export function movedWords([down, right]) {
  const parts = [];
  if (down) parts.push(`${Math.abs(down)} ${down > 0 ? "down" : "up"}`);
  if (right) parts.push(`${Math.abs(right)} ${right > 0 ? "right" : "left"}`);
  return parts.length ? `moved ${parts.join(", ")}` : "";
}

// Colours the pixels of a canvas: shades of a table for one channel, or red, green and blue.
export function paint(pixels, stored, { shape: [channels, rows, columns], white }, shades) {
  const area = rows * columns;
  for (let i = 0; i < area; i++) {
    const share = (channel) => stored[channel * area + i] / white;
    pixels[i] =
      channels === 1
        ? shades[Math.round(255 * share(0))]
        : (255 << 24) | (byte(share(2)) << 16) | (byte(share(1)) << 8) | byte(share(0));
  }
}

const byte = (share) => Math.max(0, Math.min(255, Math.round(255 * share)));

function distance(row, column, from, to) {
  const [down, right] = [to.row - from.row, to.column - from.column];
  const length = down * down + right * right;
  const share = length
    ? Math.max(0, Math.min(1, ((row - from.row) * down + (column - from.column) * right) / length))
    : 0;
  return Math.hypot(row - from.row - share * down, column - from.column - share * right);
}

// circular: what leaves on one side comes in on the other; else the ground comes in.
export function moved(stored, { shape, background }, [down, right], circular = false) {
  const [channels, rows, columns] = shape;
  const result = new Float32Array(stored.length);
  for (let channel = 0, to = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, to++) {
        let [r, c] = [row - down, column - right];
        if (circular) [r, c] = [wrapped(r, rows), wrapped(c, columns)];
        const inside = r >= 0 && r < rows && c >= 0 && c < columns;
        result[to] = inside ? stored[(channel * rows + r) * columns + c] : background[channel];
      }
    }
  }
  return result;
}

const wrapped = (place, length) => ((place % length) + length) % length;
