// "Why this answer?": for each network, over the image, what the score of a class rests on.

import { cam, gradCam, headOf, lastMap, occlusion, saliency } from "../engine/attribution.js";
import { reachOf } from "./colours.js";
import { Cells, element, headline } from "./elements.js";
import { layerWords, number, sides } from "./numbers.js";
import { nearest } from "./paths.js";

export const METHODS = {
  "Grad-CAM": {
    help: "The maps after a layer, each channel weighted by how strongly it moves the score",
    heading: (of, after) => `Grad-CAM. Blue: where the channels after ${after} raise ${of}.`,
  },
  CAM: {
    help: "The last maps, weighted by the dense layer, which only a GAP head allows",
    heading: (of) => `CAM. Blue: where the last maps raise ${of}; red: where they lower it.`,
  },
  saliency: {
    help: "How much the score changes with each pixel",
    heading: (of) => `Saliency. Blue: where a pixel moves ${of}, up or down.`,
  },
  occlusion: {
    help: "How much of the score is lost when a window is greyed out",
    heading: (of) => `Occlusion. Blue: where greying out a window lowers ${of}; red: where it raises it.`,
  },
};
export const TOUCHED_LAYER = "touched";

const SETTLED_AFTER_MS = 150;
const SLICE_MS = 12; // of occlusion between two frames
const LAST = 255; // of a scale of colours
const MOST_COVER = 0.8; // so that the image is seen everywhere
const NO_BREAK = "\u00a0";

// Why a map is zero everywhere, in words: functions of the class and the layer.
export const EMPTY = {
  "Grad-CAM": {
    against: (name, after) => `No channel after ${after} speaks for ${name}: Grad-CAM is zero everywhere.`,
    outweighed: (name, after) =>
      `After ${after}, channels against ${name} outweigh those for it at every place: Grad-CAM is zero everywhere.`,
    silent: (_, after) => `The maps after ${after} are zero for this image, and so is Grad-CAM.`,
    unmoved: (name, after) => `Nothing after ${after} moves the score for ${name}: Grad-CAM is zero everywhere.`,
  },
  CAM: {
    silent: () => "The last maps are zero for this image, and so is CAM.",
    unmoved: (name) => `The dense layer gives no channel a weight for ${name}: CAM is zero everywhere.`,
  },
  saliency: { unmoved: (name) => `No pixel moves the score for ${name}: saliency is zero everywhere.` },
  occlusion: {
    unmoved: (name) => `No window that is greyed out changes the score for ${name}: occlusion is zero everywhere.`,
  },
};

export class Why {
  // changed: called when the visitor chooses; arrived: when what was computing has been computed.
  constructor(changed, arrived, { method, ofLayer }) {
    this.arrived = arrived;
    this.method = method;
    this.wanted = ofLayer;
    this.known = new WeakMap(); // pass -> attributions by method, class and layer
    this.passing = new WeakMap(); // pass -> its occlusion, under way or done
    this.before = new Map(); // network and class -> its occlusion of the image before
    this.buttons = [null, ...Object.keys(METHODS)].map((name) => {
      const title = name ? METHODS[name].help : "Where the touched number came from";
      const choose = () => {
        this.method = name;
        changed();
      };
      return [name, element("button", { type: "button", title, onclick: choose }, name ?? "this number")];
    });
    this.layers = element("select", { "aria-label": "Layer of Grad-CAM", onchange: changed });
    this.node = element(
      "div",
      { class: "tools", role: "group", "aria-label": "What is explained" },
      element("span", { class: "quiet" }, "Explain"),
      ...this.buttons.map(([, button]) => button),
    );
    this.after = element("label", { class: "after" }, "after ", this.layers);
  }

  get layer() {
    return this.layers.value;
  }

  // The layers that can be chosen: "" stands for the last maps of each network.
  offer(networks, columns) {
    const first = networks.map(({ network }) => network.layers);
    const maps = columns.filter((column) =>
      first.some((layers) => layers.some(({ name, shape }) => name === column && shape.length === 3)),
    );
    const names = [
      ["", "the last map"],
      [TOUCHED_LAYER, "the touched layer"],
      ...maps.map((name) => [name, layerWords(name)]),
    ];
    this.before.clear();
    const chosen = this.layers.options.length ? this.layer : this.wanted;
    this.layers.replaceChildren(...names.map(([value, name]) => element("option", { value }, name)));
    this.layers.value = names.some(([value]) => value === chosen) ? chosen : "";
  }

  // On the page, what is chosen.
  press() {
    for (const [name, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(name === this.method));
    }
    this.after.hidden = this.method !== "Grad-CAM";
  }

  // rows: for each network { glyph, colour, title, pass, target, name (of the class), touched (its
  // layer where the finger is) }; columns of the picture; image: the cells of the drawing.
  draw(node, rows, columns, image, tables) {
    const parts = rows.map((row) => ({ ...row, layer: this.layerOf(row, columns) }));
    const shown = parts.map((row) => ({ ...row, ...this.told(row) }));
    if (this.method === "occlusion") this.pass(rows.map(({ pass }) => pass));
    const [first] = parts;
    const same = (key) => parts.every((row) => row[key] === first[key]);
    const of = same("name") ? `the score for ${first.name}` : "the score of its answer";
    const after = same("layer") ? layerWords(first.layer) : "that layer";
    this.words = [`${this.method}.`, ...shown.map(wordsOf)].join(" ");
    node.style.setProperty("--lines", rows.length);
    node.classList.add("answers");
    node.classList.toggle("many", rows.length > 2);
    node.replaceChildren(
      element("h4", { "aria-level": 2 }, METHODS[this.method].heading(of, after)),
      ...shown.map((row) => card(row, this.method, image, tables)),
    );
  }

  layerOf({ pass, touched }, columns) {
    const { layer } = this;
    if (layer === "") return lastMap(pass.network);
    const chosen = layer === TOUCHED_LAYER ? touched : nearest(pass.network, columns, layer);
    return chosen.shape.length === 3 ? chosen.name : lastMap(pass.network);
  }

  // What is drawn and said of one network: { map, said, stale }.
  told({ pass, target, name, layer, title }) {
    const { method } = this;
    const result = this.attribution(pass, target, layer);
    const place = `${title} ${target}`;
    if (result === undefined) return { map: this.before.get(place), stale: true, said: "Computing…" };
    if (result === null) return { said: needsGap(pass.network) };
    const { map, empty } = result;
    if (method === "occlusion") this.before.set(place, map);
    const after = layerWords(layer);
    if (empty) return { said: EMPTY[method][empty](name, after) };
    return { map, said: method === "Grad-CAM" ? `After ${after}: ${spread(map)}` : sentence(spread(map)) };
  }

  // Null where it is not defined, undefined while it is computed.
  attribution(pass, target, layer) {
    if (this.method === "occlusion") return this.passing.get(pass)?.of?.(target);
    const key = `${this.method} ${target} ${layer}`;
    if (!this.known.has(pass)) this.known.set(pass, new Map());
    const known = this.known.get(pass);
    if (!known.has(key)) known.set(key, COMPUTED[this.method](pass, target, layer));
    return known.get(key);
  }

  // Occlusion of these passes, in slices between frames, when the image has come to rest.
  pass(passes) {
    const same = this.passes?.every((each, i) => each === passes[i]) && this.passes.length === passes.length;
    if (same) return;
    clearTimeout(this.waiting);
    this.passes = passes;
    this.waiting = setTimeout(() => this.slice(passes), SETTLED_AFTER_MS);
  }

  slice(passes) {
    if (this.passes !== passes || this.method !== "occlusion") return this.stop();
    const end = performance.now() + SLICE_MS;
    const open = passes.find((each) => !this.passing.get(each)?.of);
    if (!open) return undefined;
    if (!this.passing.has(open)) this.passing.set(open, { steps: occlusion(open) });
    const state = this.passing.get(open);
    let step = state.steps.next();
    while (!step.done && performance.now() < end) step = state.steps.next();
    if (step.done) {
      state.of = step.value;
      this.arrived();
    }
    performance.measure("occlusion", { start: end - SLICE_MS, end: performance.now() });
    this.waiting = setTimeout(() => this.slice(passes));
    return undefined;
  }

  stop() {
    this.passes = null;
  }
}

const COMPUTED = {
  "Grad-CAM": (pass, target, layer) => gradCam(pass, layer, target),
  CAM: cam,
  saliency,
};

function needsGap(network) {
  const { operator } = headOf(network);
  const instead = operator === "gap" ? "a dense layer stands between" : `the head is ${operator}`;
  return `CAM needs a GAP head right before the answer; here ${instead}.`;
}

// Where a map is largest, and where it is most below zero.
function spread({ shape, data }) {
  if (data.length === 1) return `${number(data[0])}; the map has one cell.`;
  const [largest, smallest] = [data.indexOf(Math.max(...data)), data.indexOf(Math.min(...data))];
  if (data[largest] === data[smallest]) return `${number(data[0])}, the same everywhere.`;
  const of = ` of ${sides(shape).replaceAll(" ", NO_BREAK)}`;
  const at = (place, size) =>
    `at row ${Math.floor(place / shape[2]) + 1}, column ${(place % shape[2]) + 1}${size}: ${number(data[place])}`;
  if (data[largest] <= 0) return `most against ${at(smallest, of)}.`;
  const least = data[smallest] < 0 ? `; most against ${at(smallest, "")}` : "";
  return `largest ${at(largest, of)}${least}.`;
}

const wordsOf = ({ title, name, said }) => `${title}, for ${name}: ${said}`;

function card({ glyph, colour, title, name, said, map, stale }, method, image, tables) {
  const base = new Cells("");
  base.size(image.canvas.width, image.canvas.height);
  base.pixels.set(image.pixels);
  base.show();
  base.canvas.setAttribute("aria-hidden", "true");
  const heat = map && heated(map, `${method}, ${wordsOf({ title, name, said })}`, tables);
  heat?.classList.toggle("stale", Boolean(stale));
  return element(
    "section",
    { class: "one why", style: { "--own": colour } },
    headline({ glyph, title }, `for ${name}`),
    element("div", { class: "stack" }, base.canvas, heat),
    element("p", { class: "words" }, said),
  );
}

const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);

// A map as colours that let the image through where it is near zero.
function heated(map, words, { diverging }) {
  const cells = new Cells(words);
  cells.size(map.shape[2], map.shape[1]);
  const [most] = reachOf(map.data);
  map.data.forEach((value, i) => {
    const colour = diverging[value > 0 ? LAST : 0] & 0xffffff;
    const cover = most ? (MOST_COVER * Math.abs(value)) / most : 0;
    cells.pixels[i] = (Math.round(LAST * cover) << 24) | colour;
  });
  cells.show();
  return cells.canvas;
}
