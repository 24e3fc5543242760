// The card with the maps of every network after one layer: name, tiles, answer. They follow the
// image that is under the finger.

import { between } from "../touch/colours.js";
import { element, shows } from "../touch/elements.js";
import { followed, leave, listen } from "../touch/follow.js";
import { bytes } from "../touch/loading.js";
import { percent } from "../touch/numbers.js";
import { verdict } from "../touch/picture.js";
import { remarks, still, winners } from "./channels.js";
import { ask } from "./computing.js";
import { canvas, coloursOf, named, spoken } from "./page.js";
import { around, tiled } from "./tiles.js";

// The channels of a map from `first` on, at most `most`; without any where it has fewer.
export function someOf({ shape: [channels, rows, columns], data }, first, most) {
  const last = Math.min(channels, first + most);
  const area = rows * columns;
  return { shape: [Math.max(0, last - first), rows, columns], data: data.subarray(first * area, last * area) };
}

class Maps {
  constructor(parent) {
    this.node = element("div", { class: "sheets" });
    parent.append(this.node);
    const follower = () => (this.node.isConnected ? this.look().catch(console.error) : leave(follower));
    listen(follower);
  }

  async update(data, root) {
    this.latest = data;
    this.root = root;
    this.picture = { ...data.picture, pixels: bytes(data.picture.pixels) };
    await this.look();
  }

  async look() {
    const { latest: data, root } = this;
    const picture = followed(this.picture);
    const { scale, shift } = data.input;
    const pixels = Float32Array.from(picture.pixels, (value) => value * scale + shift);
    const networks = data.networks.map(({ weights, description, layer }) => ({ weights, description, layer }));
    const looks = await ask("maps", { networks, pixels, root });
    // another call may have come meanwhile, or the page may have gone
    if (looks && this.latest === data && this.node.isConnected) this.draw(data, looks, picture);
  }

  draw(data, looks, picture) {
    const colours = coloursOf(data, this.node);
    const common = data.one_scale && around(looks.map(({ map }) => map.data));
    const rows = data.networks.map((each, i) => this.row(each, looks[i], picture, colours, common));
    const counted = data.networks.map(({ label }, i) => [label, still(looks[i].map)]);
    const changed = picture.changed ? ` ${picture.name[0].toUpperCase()}${picture.name.slice(1)}.` : "";
    const caption = `${data.caption}${changed}${remarks(counted)}${data.dots}`;
    this.node.replaceChildren(...rows, element("p", { class: "note" }, caption));
  }

  row(network, { map, answer, share }, picture, { side, tables, dot, cross }, common) {
    const { first, most, classes } = this.latest;
    const some = someOf(map, first, most);
    const { pool, layer } = network;
    const dotted = pool ? winners(some, pool.size, pool.stride) : null;
    const label = `Feature maps of ${layer}: ${spoken(network)}`;
    const drawn = some.shape[0]
      ? canvas(label, tiled(some, between(tables.sequential, ...(common || around([some.data]))), { dot, cross, dotted }))
      : element("p", { class: "note" }, `Channels 1 to ${map.shape[0]} are all that it has here.`);
    const [channels, rows, columns] = map.shape;
    const said = `${classes[answer]}${verdict(answer, picture.answer)}`;
    return element(
      "div",
      { class: "line" },
      element("div", {}, named(network, side), element("p", { class: "note" }, `${layer}, ${channels}\u00a0×\u00a0${rows}\u00a0×\u00a0${columns}`)),
      element("div", {}, drawn),
      element("div", {}, element("p", {}, "predicts ", element("b", {}, said)), element("p", { class: "note" }, `${percent(share)} %`)),
    );
  }
}

export const show = shows(Maps);
