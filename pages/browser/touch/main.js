// Networks under a finger. `show` draws them in a node of the page, and changes them there when
// there are other networks or another image. Everything is computed in the browser.

import { Checkpoints } from "../engine/checkpoints.js";
import { Network } from "../engine/network.js";
import { tablesOf } from "./colours.js";
import { Drawing } from "./drawing.js";
import { element, shows } from "./elements.js";
import { explain, indexOf } from "./explain.js";
import { Finger, marksOf, whereOf } from "./finger.js";
import { Learning } from "./learning.js";
import { lens } from "./lens.js";
import * as follow from "./follow.js";
import { bytes, isDarkPage, open } from "./loading.js";
import { readLink, writeLink } from "./link.js";
import { number } from "./numbers.js";
import { Picture } from "./picture.js";
import { settled } from "./steps.js";
import { Why } from "./why.js";

const WIDE = 1400; // pixels of the page
const WIDE_IN_TALK = 900; // where nothing can be scrolled to
const SETTLED_AFTER_MS = 300;
const SPOKEN_AFTER_MS = 400;

class View {
  constructor(parent) {
    const { held, seen, ofClass, step, ...explained } = readLink();
    this.finger = new Finger(held);
    this.seen = seen;
    this.ofClass = ofClass;
    this.drawing = new Drawing(() => {
      this.soon();
      this.settle();
    });
    this.picture = new Picture((line, layer, cell, pressed) => {
      if (!this.finger.touch(line, layer, cell, pressed)) return;
      this.stepped = false;
      this.point();
    });
    this.picture.node.addEventListener("keydown", (event) => this.key(event));
    this.learning = new Learning(() => this.toStep(), step);
    this.why = new Why(() => this.refresh(), () => this.point(), explained);
    this.lens = element("div", { class: "lens", tabindex: 0, role: "region" });
    this.spoken = element("div", { class: "spoken", "aria-live": "polite" });
    this.where = element("span", { class: "where" });
    this.switches = ["values", "gradient"].map((name) =>
      element("button", { type: "button", onclick: () => this.see(name) }, name),
    );
    this.classes = element("select", { "aria-label": "Class", onchange: () => this.see(this.seen) });
    const bar = element(
      "div",
      { class: "bar-top" },
      element("div", { class: "tools", role: "group", "aria-label": "What is drawn" },
        element("span", { class: "quiet" }, "Show"), ...this.switches),
      this.why.node,
      element("label", { class: "of" }, "of the score for ", this.classes),
      this.why.after,
      this.where,
    );
    this.node = element(
      "div",
      { class: "touch" },
      element(
        "div",
        { class: "layout" },
        element("div", { class: "band" }, this.drawing.node, this.lens),
        bar,
        this.learning.node,
        this.picture.node,
      ),
      this.spoken,
    );
    parent.append(this.node);
    new ResizeObserver(([{ contentRect }]) => {
      const least = this.latest?.talk ? WIDE_IN_TALK : WIDE;
      this.node.classList.toggle("wide", contentRect.width >= least);
    }).observe(this.node);
  }

  async update(data, root) {
    this.latest = data;
    this.root = root;
    const networks = await Promise.all(
      data.networks.map(async (each) => ({
        ...each,
        network: await open(Network, each.weights, each.description, root, !each.ended),
      })),
    ).catch((error) => {
      // the training has gone on or ended meanwhile, and the page is drawn again
      if (data.networks.every(({ ended }) => ended)) throw error;
      return null;
    });
    // another call may have come while weights were on their way, or the page may have gone
    if (!networks || this.latest !== data || !this.node.isConnected) return;
    const dark = isDarkPage(this.node);
    const side = dark ? 1 : 0;
    this.tables = tablesOf(data.scales, side);
    this.networks = networks.map((each) => ({
      ...each,
      colour: each.colours[side],
      classes: data.classes,
    }));
    const names = JSON.stringify([networks.map(({ weights }) => weights), dark]);
    if (names !== this.names) {
      this.picture.build(this.networks);
      this.why.offer(this.networks, this.picture.columns);
    }
    this.names = names;
    this.input = data.input;
    this.drawing.update({ ...data.picture, pixels: bytes(data.picture.pixels) }, this.tables);
    this.learning.update(this.networks);
    if (this.loaded || !this.learning.atEnd) await this.load();
    if (this.latest !== data || !this.node.isConnected) return;
    this.answered = undefined;
    this.compute();
    this.offer(data.classes);
    this.refresh();
    this.settle();
    // once, not whenever a control of the page changes
    if (data.plays && !this.played && !reducesMotion()) this.learning.play();
    this.played = data.plays;
  }

  // The checkpoints of all networks; what cannot be loaded stays at its end.
  async load() {
    const { networks } = this;
    this.loaded = true;
    const loaded = networks.map(({ learning, description }) =>
      learning.address ? open(Checkpoints, learning.address, description, this.root) : null,
    );
    for (const [i, each] of loaded.entries()) {
      networks[i].checkpoints = await each?.catch((error) => void console.error(error));
    }
  }

  async toStep() {
    this.stepped = true;
    const first = !this.loaded;
    await this.load();
    this.soon();
    if (first) this.settle();
  }

  // From which step on each network's answer stays; found between two frames, one answer at a time.
  settle() {
    clearTimeout(this.settling);
    const { networks } = this;
    if (this.learning.node.hidden || !this.loaded) return;
    const { steps } = this.learning;
    this.settling = setTimeout(async () => {
      const pixels = this.drawing.input(this.input);
      const run = this.settling;
      const since = [];
      for (const { network, checkpoints, title, ended, glyph, colour, classes } of networks) {
        const answers = [network.forward(pixels).answer];
        for (let place = steps.length - 2; checkpoints && place >= 0; place--) {
          answers.unshift(checkpoints.at(steps[place]).forward(pixels).answer);
          await new Promise((resolve) => setTimeout(resolve));
          if (run !== this.settling || this.networks !== networks) return;
          if (answers[0] !== answers.at(-1)) break;
        }
        const first = settled(steps.slice(-answers.length), answers);
        const words = checkpoints
          ? `${title} says ${classes[answers.at(-1)]} ${fromStep(first, steps)}`
          : `${title} ${ended ? "has no checkpoints and stays at its end" : "is being trained"}`;
        since.push({ glyph, colour, words });
      }
      this.learning.tellSince(since);
    }, SETTLED_AFTER_MS);
  }

  // Each network at the step that is shown.
  atStep() {
    const { step } = this.learning;
    return this.networks.map(({ network, checkpoints }) =>
      step === null || !checkpoints ? network : checkpoints.at(step),
    );
  }

  // The classes whose scores can be asked about; at first, what each network answers.
  offer(names) {
    if (this.offered === JSON.stringify(names)) return;
    this.offered = JSON.stringify(names);
    const options = names.map((name, i) => element("option", { value: i }, name));
    this.classes.replaceChildren(element("option", { value: "" }, "its answer"), ...options);
    const wanted = names.indexOf(this.ofClass);
    this.classes.value = wanted < 0 ? "" : wanted;
  }

  // The class that is asked about, of one of the networks.
  target(i) {
    return this.classes.value === "" ? this.passes[i].answer : Number(this.classes.value);
  }

  compute() {
    const began = performance.now();
    const pixels = this.drawing.input(this.input);
    const networks = this.atStep();
    this.passes = networks.map((network) => network.forward(pixels));
    this.answerTheOriginal(networks);
    performance.measure("forward", { start: began, end: performance.now() });
    this.finger.follow(this.passes, this.picture.columns);
    const { picture: { id }, drawnOn, touched, words, seen } = this.drawing;
    follow.tell({ id, drawnOn, touched, words, seen });
  }

  // What the networks answer of the image as it was; the same until another step or image is shown.
  answerTheOriginal(networks) {
    if (this.answered === this.learning.step) return;
    this.answered = this.learning.step;
    const before = this.drawing.original(this.input);
    this.baseline = networks.map((network, i) =>
      this.drawing.touched ? network.forward(before).answer : this.passes[i].answer,
    );
  }

  // Many changes between two frames are drawn once.
  soon() {
    if (this.waiting) return;
    this.waiting = true;
    const began = performance.now();
    requestAnimationFrame(() => {
      this.waiting = false;
      this.compute();
      this.refresh();
      performance.measure("touch", { start: began, end: performance.now() });
    });
  }

  see(name) {
    this.seen = name;
    this.refresh();
  }

  refresh() {
    const gradient = this.seen === "gradient";
    this.node.dataset.seen = this.seen;
    this.switches.forEach((button) =>
      button.setAttribute("aria-pressed", String(button.textContent === this.seen)),
    );
    this.node.classList.toggle("asks", gradient || this.why.method !== null);
    this.why.press();
    this.gradients = gradient
      ? this.passes.map((pass, i) => pass.gradients(pass.network.layers.at(-1).name, this.target(i)))
      : null;
    this.point();
  }

  // Everything that is drawn because of where the finger is.
  point() {
    const points = this.finger.points();
    const shown = points.map(({ pass, channels }, i) => ({
      pass,
      channels,
      maps: this.gradients?.[i] ?? pass.outputs,
      before: this.drawing.touched ? this.baseline[i] : undefined,
    }));
    const classes = this.networks[0].classes;
    // of an image that was drawn on nobody knows the class
    const right = this.drawing.drawnOn ? null : this.latest.picture.answer;
    this.picture.draw(shown, this.tables, { signed: this.seen === "gradient", classes, right });
    this.picture.mark(points.map(marksOf));
    this.drawing.frame(
      points.map(({ field }, i) => ({ field: field.get("input"), colour: this.networks[i].colour })),
    );
    const said = this.why.method ? this.explainAnswers(points) : this.explainNumber(points);
    const answers = shown
      .map(({ pass }, i) => `${this.networks[i].title} says ${classes[pass.answer]}`)
      .join(", ");
    this.learning.tell(answers);
    const { held, place } = this.finger;
    this.where.textContent = held ? "Held: Escape lets go" : "";
    const { seen, learning } = this;
    const { method, layer: ofLayer } = this.why;
    const ofClass = this.classes.value && classes[Number(this.classes.value)];
    writeLink(this.node, { held: held && place, seen, ofClass, method, ofLayer, step: learning.step });
    this.speak(this.stepped ? learning.words : said);
  }

  // Where the touched number of each network came from, drawn and in words.
  explainNumber(points) {
    const explained = points.map(({ pass, layer, cell }, i) => {
      const explanation = explain(pass, layer.name, cell, this.gradients?.[i]);
      const gradient = this.gradientOf(i, layer, cell, explanation);
      const where = whereOf(layer, cell, this.networks[0].classes);
      return { ...this.networks[i], where, explanation, gradient };
    });
    this.lens.setAttribute("aria-label", "Where the number comes from");
    lens(this.lens, explained, this.tables);
    return wordsOf(explained[this.finger.place.line]);
  }

  // What the score of a class rests on in each network, the same way.
  explainAnswers(points) {
    const rows = points.map(({ pass, layer }, i) => {
      const target = this.target(i);
      return { ...this.networks[i], pass, target, name: this.networks[0].classes[target], touched: layer };
    });
    this.lens.setAttribute("aria-label", "What the answer rests on");
    this.why.draw(this.lens, rows, this.picture.columns, this.drawing.cells, this.tables);
    return this.why.words;
  }

  gradientOf(i, layer, cell, { windows: [window] }) {
    const map = this.gradients?.[i].get(layer.name);
    if (!map) return "";
    const name = this.networks[0].classes[this.target(i)];
    const value = map.data[indexOf(map.shape, cell)];
    if (value === 0) return `No gradient of the score for ${name} reaches this cell.`;
    const reached = window?.slopes?.filter((slope) => slope !== 0).length;
    const passed = reached && `The pool passes it to ${reached} of ${window.slopes.length} numbers.`;
    return [`The gradient of the score for ${name} is ${number(value)} here.`, passed].filter(Boolean).join(" ");
  }

  key(event) {
    if (!this.finger.key(event.key, event.shiftKey)) return;
    this.stepped = false;
    event.preventDefault();
    event.stopPropagation();
    this.point();
  }

  speak(words) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => (this.spoken.textContent = words), SPOKEN_AFTER_MS);
  }
}

export const show = shows(View);

const wordsOf = ({ title, where, explanation: { formula, words } }) =>
  `${title}, ${where}: ${formula}. ${words}.`;

function fromStep(step, steps) {
  if (step === steps[0]) return "from the start";
  return step === steps.at(-1) ? "only at the end" : `from step ${step} on`;
}

const reducesMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
