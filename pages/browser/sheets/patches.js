// The card with the parts of test images that most activate one channel of each network.

import { paint } from "../touch/drawing.js";
import { Cells, element, shows } from "../touch/elements.js";
import { JobError, ask } from "./computing.js";
import { coloursOf, failed, named, seen, spoken } from "./page.js";
import { count, ranking } from "./ranking.js";

class Patches {
  constructor(parent) {
    this.progress = element("p", { class: "note" });
    this.parts = element("div", { class: "beside" });
    this.node = element("div", { class: "sheets" }, this.parts, this.progress);
    parent.append(this.node);
    this.inView = seen(this.node);
  }

  async update(data, root) {
    this.latest = data;
    const { images, input, channel, most, picture } = data;
    this.say(`${count(images.count)} images are searched when this comes into view.`);
    await this.inView;
    const wanted = () => this.latest === data && this.node.isConnected;
    if (!wanted()) return;
    const networks = data.networks.map(({ weights, description, layer, fields }) => ({ weights, description, layer, fields }));
    const order = { networks, images, input, ground: picture.background, channel, most, root };
    this.say(`Searching ${count(images.count)} images …`);
    const progress = ({ done, of }) => this.say(`Searching ${count(of)} images: ${Math.floor((100 * done) / of)} %`);
    try {
      const found = await ask("patches", order, { progress, wanted });
      if (found && wanted()) this.draw(data, found);
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      this.say(failed(error));
    }
  }

  say(words) {
    this.progress.textContent = words;
    this.parts.classList.toggle("stale", words !== "");
  }

  draw(data, found) {
    const colours = coloursOf(data, this.node);
    this.say("");
    this.parts.replaceChildren(...data.networks.map((network, i) => this.one(network, found[i], data, colours)));
    this.progress.textContent = data.caption;
  }

  one(network, parts, { channel, most, images, picture }, { side, tables }) {
    const { layer } = network;
    const name = named(network, side);
    const note = (words) => element("p", { class: "note" }, words);
    if (!parts) return element("div", {}, name, note(`This network has no channel ${channel + 1} after ${layer}.`));
    if (!parts.length) return element("div", {}, name, note(`After ${layer}: no test image activates it.`));
    const drawn = parts.map((part) => drawnPart(part, picture, tables.grey));
    const label = `Patches of channel ${channel + 1}: ${spoken(network)}`;
    return element(
      "div",
      {},
      name,
      element("div", { class: "parts", role: "img", "aria-label": label }, ...drawn),
      note(`After ${layer}. ${ranking(parts, most, images.count)}`),
    );
  }
}

function drawnPart({ pixels, shape }, { white }, shades) {
  const cells = new Cells("");
  cells.canvas.removeAttribute("role");
  cells.canvas.removeAttribute("aria-label");
  const [, rows, columns] = shape;
  cells.size(columns, rows);
  paint(cells.pixels, pixels, { shape, white }, shades);
  cells.show();
  return cells.canvas;
}

export const show = shows(Patches);
