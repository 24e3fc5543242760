// The training of the networks, step by step: a slider through their checkpoints below the curves of
// their validation accuracy. It plays, and all networks are at the same step.

import { element } from "./elements.js";
import { percent } from "./numbers.js";
import { accuracyAt, nearestPlace, placesOf } from "./steps.js";

const WHOLE_MS = 12_000; // of playing from the start to the end
const LEAST_MS = 150; // of one checkpoint
const MOST_MS = 800;

export class Learning {
  // moved: called when another step is to be shown; resolves when its checkpoints are there.
  constructor(moved, step) {
    this.moved = moved;
    this.wanted = step;
    this.button = element("button", { type: "button", class: "play", onclick: () => this.toggle() });
    this.range = element("input", { type: "range", min: 0, "aria-label": "Step of the training" });
    this.range.addEventListener("input", () => this.go(Number(this.range.value)));
    this.range.addEventListener("keydown", (event) => this.key(event));
    this.curves = element("div", { class: "curves", "aria-hidden": "true" });
    this.marks = element("div", { class: "marks", "aria-hidden": "true" });
    this.line = element("div", { class: "now" });
    this.ticks = element("div", { class: "ticks", "aria-hidden": "true" });
    this.said = element("div", { class: "said" });
    this.since = element("p", { class: "note since" });
    this.beyond = element("p", { class: "note since" }, "The headline and the cards below show the end of the training.");
    this.node = element(
      "section",
      { class: "learning", "aria-label": "The training, step by step", hidden: true },
      this.button,
      element(
        "div",
        { class: "track" },
        element("div", { class: "plane" }, this.curves, this.line, this.marks),
        this.range,
        this.ticks,
      ),
      this.said,
      this.since,
      this.beyond,
    );
    this.paused();
  }

  // rows: for each network { glyph, colour, title, learning }, learning as pages/shared/touch.py gives
  // it. Without any checkpoint nothing is shown.
  update(rows) {
    const steps = placesOf(rows.map(({ learning }) => learning));
    const here = this.steps?.length ? this.step : this.wanted;
    this.rows = rows;
    this.steps = steps;
    this.node.hidden = steps.length < 2;
    if (this.node.hidden) return this.pause();
    this.range.max = steps.length - 1;
    this.place = nearestPlace(steps, here);
    this.draw();
    return this.show(this.place);
  }

  // The step that is shown; null for the end of the training.
  get step() {
    return this.atEnd ? null : this.steps[this.place];
  }

  get atEnd() {
    return this.node.hidden || this.place === this.steps.length - 1;
  }

  go(place) {
    this.pause();
    this.set(place);
  }

  set(place) {
    if (place === this.place) return undefined;
    this.place = place;
    this.show(place);
    return this.moved();
  }

  key(event) {
    if (event.key === " ") this.toggle();
    else if (event.key === "Escape") this.pause();
    else return;
    event.preventDefault();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  async play() {
    const last = this.steps.length - 1;
    const each = Math.max(LEAST_MS, Math.min(MOST_MS, WHOLE_MS / last));
    const first = this.atEnd ? 0 : this.place;
    this.playing = true;
    this.button.textContent = "Pause";
    this.button.setAttribute("aria-label", "Pause the training");
    await this.set(first);
    if (!this.playing) return;
    const began = performance.now();
    const frame = (now) => {
      // another page has come
      if (!this.node.isConnected) return this.paused();
      const place = Math.min(last, first + Math.max(0, now - began) / each);
      this.set(Math.floor(place));
      if (!reducesMotion()) this.show(place);
      if (place >= last) this.pause();
      else this.playing = requestAnimationFrame(frame);
    };
    this.playing = requestAnimationFrame(frame);
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.paused();
    if (this.rows) this.show(this.place);
  }

  paused() {
    this.playing = null;
    this.button.textContent = "Play";
    this.button.setAttribute("aria-label", "Play the training");
  }

  // Where the marks stand; between two checkpoints while it plays.
  show(place) {
    const last = this.steps.length - 1;
    this.line.style.setProperty("--x", place / last);
    const step = this.steps[this.place];
    const accuracies = this.rows.map(({ learning }) => accuracyAt(learning, step));
    this.rows.forEach(({ learning }, i) => {
      const { style } = this.marks.children[i];
      style.setProperty("--x", learning.steps.length ? place / last : 1);
      style.setProperty("--y", accuracies[i] ?? 0);
    });
    if (this.told === `${this.place} ${this.rows.length} ${last}`) return;
    this.told = `${this.place} ${this.rows.length} ${last}`;
    this.range.value = this.place;
    const { batches, total } = this.rows[0].learning;
    this.said.replaceChildren(
      element("b", {}, step === total ? `End: step ${total}` : `Step ${step} of ${total}`),
      element("span", {}, whenOf(step, batches, total)),
      ...this.rows.map(({ glyph, colour }, i) =>
        element("span", { class: "share", style: { "--own": colour } },
          element("i", {}, glyph), ` ${accuracies[i] === null ? "–" : `${percent(accuracies[i])} %`}`),
      ),
      element("span", {}, "of the validation images"),
    );
    this.beyond.hidden = this.atEnd;
  }

  // answers: what each network answers at this step, in words.
  tell(answers) {
    if (this.node.hidden) return;
    const step = this.steps[this.place];
    this.words = `Step ${step} of ${this.steps.at(-1)}: ${answers}.`;
    this.range.setAttribute("aria-valuetext", this.words);
  }

  // since: for each network { glyph, colour, words }, from which step on its answer stays.
  tellSince(since) {
    const parts = since.map(({ glyph, colour, words }) =>
      element("span", { style: { "--own": colour } }, element("i", {}, glyph), ` ${words}. `),
    );
    this.since.replaceChildren(...parts);
  }

  draw() {
    const last = this.steps.length - 1;
    this.told = null;
    this.curves.replaceChildren(
      ...[50, 100].map((share) => element("span", { class: "grid", style: { "--y": share / 100 } }, `${share} %`)),
      picture(this.rows, this.steps),
    );
    this.marks.replaceChildren(
      ...this.rows.map(({ glyph, colour }) => element("i", { class: "mark", style: { "--own": colour } }, glyph)),
    );
    const { batches } = this.rows[0].learning;
    const named = [[0, "start"], [this.steps.indexOf(batches), "epoch 1"], [last, "end"]];
    this.ticks.replaceChildren(
      ...named
        .filter(([place], i) => place > 0 || i === 0)
        .map(([place, name]) => element("span", { style: { "--x": place / last } }, name)),
    );
  }
}

function whenOf(step, batches, total) {
  if (step === 0) return "before training";
  const epoch = Math.ceil(step / batches);
  return `${step % batches ? "in" : "after"} epoch ${epoch} of ${total / batches}`;
}

const reducesMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// One line for each network, through its accuracy at every step that is known; dashed, if it has no
// checkpoints.
function picture(rows, steps) {
  const svg = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const drawn = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none" });
  for (const { colour, learning } of rows) {
    const points = steps
      .map((step, place) => [place / (steps.length - 1), accuracyAt(learning, step, { exact: true })])
      .filter(([, accuracy]) => accuracy !== null)
      .map(([x, accuracy]) => `${x.toFixed(4)},${(1 - accuracy).toFixed(4)}`);
    const line = svg("polyline", { points: points.join(" "), "vector-effect": "non-scaling-stroke" });
    line.style.stroke = colour;
    if (!learning.steps.length) line.setAttribute("stroke-dasharray", "4 3");
    drawn.append(line);
  }
  return drawn;
}
