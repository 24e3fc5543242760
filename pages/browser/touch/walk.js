// An image that is moved under several networks: what each says of it where it is now, and at every
// place where it has been. Everything is computed in the browser.

import { Network } from "../engine/network.js";
import { table } from "./colours.js";
import { moved, movedWords, paint } from "./drawing.js";
import { ARROWS, Cells, element, headline, shows } from "./elements.js";
import { bytes, isDarkPage, openAll } from "./loading.js";
import { percent } from "./numbers.js";
import { verdict } from "./picture.js";

const CELL = 24; // canvas pixels of one place in a record
const BUSY_MS = 12; // of computing between two frames
const SPOKEN_AFTER_MS = 400;

class Walk {
  constructor(parent) {
    this.cells = new Cells("");
    this.surface = element(
      "div",
      {
        class: "surface",
        "data-tool": "move",
        tabindex: 0,
        role: "application",
        "aria-label": "The image. Drag it, or move it with the arrow keys.",
        onpointerdown: (event) => this.press(event),
        onpointermove: (event) => this.drag(event),
        onpointerup: () => (this.from = null),
        onpointercancel: () => (this.from = null),
        onkeydown: (event) => this.key(event),
      },
      this.cells.canvas,
    );
    const button = (label, help, onclick) => element("button", { type: "button", title: help, onclick }, label);
    this.back = button("Back to start", "Puts the image where it was", () => this.go([0, 0]));
    this.every = button("Try every shift", "Moves the image to every place of the map", () => this.tryAll());
    this.caption = element("p", { class: "note" });
    this.lines = element("div", { class: "walkers" });
    this.said = element("span", {});
    const spoken = element("div", { class: "spoken", "aria-live": "polite" }, this.said);
    const side = element(
      "div",
      { class: "side" },
      this.surface,
      element("div", { class: "tools", role: "toolbar", "aria-label": "The image" }, this.every, this.back),
      this.caption,
    );
    this.node = element("div", { class: "touch walk" }, element("div", { class: "band" }, side, this.lines), spoken);
    parent.append(this.node);
  }

  async update(data, root) {
    this.latest = data;
    const networks = await openAll(Network, data.networks, root);
    // another call may have come while weights were on their way, or the page may have gone
    if (this.latest !== data || !this.node.isConnected) return;
    const side = isDarkPage(this.node) ? 1 : 0;
    this.grey = table(data.scales.grey[side]);
    this.networks = data.networks.map((each, i) => ({ ...each, network: networks[i], colour: each.colours[side] }));
    this.picture = { ...data.picture, pixels: Float32Array.from(bytes(data.picture.pixels)) };
    const seen = JSON.stringify([data.picture.id, data.circular, data.networks.map(({ weights }) => weights)]);
    if (seen !== this.seen) {
      this.seen = seen;
      this.offset = [0, 0];
      this.places = new Map();
    }
    this.build();
    this.go(this.offset);
  }

  build() {
    this.records = this.networks.map(({ title }, line) => {
      const canvas = element("canvas", { role: "img", class: "record", onclick: (event) => this.jump(event) });
      const [answer, kept] = [element("p", { class: "answer" }), element("p", { class: "note" })];
      const { glyph, colour } = this.networks[line];
      const node = element("section", { class: "one", style: { "--own": colour } },
        headline({ glyph, title }, ""), answer, canvas, kept);
      return { canvas, answer, kept, node };
    });
    this.lines.style.setProperty("--lines", this.networks.length);
    this.lines.replaceChildren(...this.records.map(({ node }) => node));
  }

  // What every network says of the image at a place; each place is computed once.
  at([down, right]) {
    const key = `${down},${right}`;
    if (!this.places.has(key)) {
      const { input: { scale, shift }, circular } = this.latest;
      const pixels = moved(this.picture.pixels, this.picture, [down, right], circular);
      const input = pixels.map((value) => value * scale + shift);
      const said = this.networks.map(({ network }) => {
        const { answer, probabilities } = network.forward(input);
        return { answer, share: probabilities[answer] };
      });
      this.places.set(key, { down, right, said });
    }
    return this.places.get(key).said;
  }

  go(offset) {
    const { reach } = this.latest;
    this.offset = offset.map((step) => Math.max(-reach, Math.min(reach, step)));
    this.draw();
  }

  draw() {
    const { classes, circular } = this.latest;
    const before = this.at([0, 0]);
    const now = this.at(this.offset);
    this.drawImage(moved(this.picture.pixels, this.picture, this.offset, circular));
    const still = this.offset.every((step) => step === 0);
    const words = still ? "not moved" : movedWords(this.offset);
    this.caption.textContent = `${this.picture.name}, ${words}`;
    this.cells.canvas.setAttribute("aria-label", this.caption.textContent);
    this.back.disabled = still;
    now.forEach(({ answer, share }, line) => {
      const flips = answer !== before[line].answer;
      const mark = verdict(answer, this.picture.answer);
      const verb = still ? "says" : flips ? "flips to" : "stays";
      const { answer: node } = this.records[line];
      node.replaceChildren(`${verb} `, element("b", {}, classes[answer] + mark), ` · ${percent(share)} %`);
      node.classList.toggle("flips", flips);
      this.record(line, before[line].answer);
    });
    this.speak(now.map(({ answer }, line) => `${this.networks[line].title}: ${classes[answer]}`).join(", "));
  }

  drawImage(pixels) {
    const { shape: [, rows, columns] } = this.picture;
    this.cells.size(columns, rows);
    paint(this.cells.pixels, pixels, this.picture, this.grey);
    this.cells.show();
  }

  // Where the image has been: filled where the answer stays, a cross where it flips.
  record(line, first) {
    const { canvas, kept } = this.records[line];
    const { reach } = this.latest;
    const side = 2 * reach + 1;
    [canvas.width, canvas.height] = [side * CELL, side * CELL];
    const context = canvas.getContext("2d");
    const [ink, ground] = ["--st-text-color", "--st-background-color"].map((name) =>
      getComputedStyle(this.node).getPropertyValue(name),
    );
    const corner = (place) => (place + reach) * CELL;
    let stays = 0;
    for (const { down, right, said } of this.places.values()) {
      const same = said[line].answer === first;
      stays += same ? 1 : 0;
      const draw = same ? filled : crossed;
      draw(context, corner(right), corner(down), same ? this.networks[line].colour : ink);
    }
    const [down, right] = this.offset;
    framed(context, corner(right), corner(down), ink, ground);
    const others = this.places.size - 1;
    kept.textContent = others
      ? `The answer stays at ${stays - 1} of ${others} ${others === 1 ? "place" : "places"}.`
      : "Move the image.";
    canvas.setAttribute("aria-label", `${this.networks[line].title}: ${kept.textContent}`);
  }

  async tryAll() {
    const { latest: { reach }, seen } = this;
    this.every.disabled = true;
    let began = performance.now();
    for (let down = -reach; down <= reach; down++) {
      for (let right = -reach; right <= reach; right++) {
        this.at([down, right]);
        if (performance.now() - began < BUSY_MS) continue;
        this.draw();
        await new Promise((resolve) => setTimeout(resolve));
        if (this.seen !== seen || !this.node.isConnected) return this.rest();
        began = performance.now();
      }
    }
    this.draw();
    return this.rest();
  }

  rest() {
    this.every.disabled = false;
  }

  press(event) {
    event.preventDefault();
    this.surface.focus({ preventScroll: true });
    this.surface.setPointerCapture(event.pointerId);
    this.from = { x: event.clientX, y: event.clientY, offset: [...this.offset] };
  }

  drag(event) {
    if (!this.from) return;
    const box = this.surface.getBoundingClientRect();
    const [, rows, columns] = this.picture.shape;
    const by = [
      ((event.clientY - this.from.y) / box.height) * rows,
      ((event.clientX - this.from.x) / box.width) * columns,
    ].map(Math.round);
    const offset = by.map((step, axis) => step + this.from.offset[axis]);
    if (String(offset) !== String(this.offset)) this.go(offset);
  }

  key(event) {
    const by = ARROWS[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(by.map((step, axis) => step + this.offset[axis]));
  }

  jump(event) {
    const box = event.target.getBoundingClientRect();
    const { reach } = this.latest;
    const place = (from, length) => Math.floor(((2 * reach + 1) * from) / length) - reach;
    this.go([place(event.clientY - box.top, box.height), place(event.clientX - box.left, box.width)]);
  }

  speak(words) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => (this.said.textContent = words), SPOKEN_AFTER_MS);
  }
}

export const show = shows(Walk);

// One place of a record, by its upper left corner.
function filled(context, x, y, colour) {
  context.fillStyle = colour;
  context.fillRect(x + 1, y + 1, CELL - 2, CELL - 2);
}

function crossed(context, x, y, colour) {
  const [near, far] = [0.3 * CELL, 0.7 * CELL];
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x + near, y + near);
  context.lineTo(x + far, y + far);
  context.moveTo(x + near, y + far);
  context.lineTo(x + far, y + near);
  context.stroke();
}

// A dark line beside a light one, to be seen on any colour.
function framed(context, x, y, colour, ground) {
  for (const [width, stroke] of [[9, ground], [5, colour]]) {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.strokeRect(x, y, CELL, CELL);
  }
}
