// The card with the weights of the first convolution of each network, on one scale.

import { firstConvolution, filtersOf } from "../engine/filters.js";
import { Network } from "../engine/network.js";
import { between } from "../touch/colours.js";
import { element, shows } from "../touch/elements.js";
import { openAll } from "../touch/loading.js";
import { canvas, coloursOf, named, spoken } from "./page.js";
import { even, tiled } from "./tiles.js";

// The first `most` filters of each network as a map { shape, data }, and the largest weight of all
// of its filters and those of the others.
export function filterSheets(networks, most) {
  const all = networks.map((network) => {
    const layer = firstConvolution(network);
    return { layer, weights: filtersOf(network, layer) };
  });
  const [low, high] = even(all.map(({ weights }) => weights));
  const sheets = all.map(({ layer: { size, shape: [count] }, weights }) => {
    const shown = Math.min(most, count);
    return { shape: [shown, size, size], data: weights.subarray(0, shown * size * size) };
  });
  return { sheets, low, high };
}

class Filters {
  constructor(parent) {
    this.node = element("div", { class: "sheets" });
    parent.append(this.node);
  }

  async update(data, root) {
    this.latest = data;
    const networks = await openAll(Network, data.networks, root);
    // another call may have come while weights were on their way, or the page may have gone
    if (this.latest !== data || !this.node.isConnected) return;
    const { side, tables, cross } = coloursOf(data, this.node);
    const { sheets, low, high } = filterSheets(networks, data.most);
    const colour = between(tables.diverging, low, high);
    const drawn = sheets.map((sheet, i) => {
      const picture = tiled(sheet, colour, { cross });
      const label = `Filters: ${spoken(data.networks[i])}`;
      return element("div", {}, named(data.networks[i], side), canvas(label, picture));
    });
    const shown = Math.max(...sheets.map(({ shape: [count] }) => count));
    const caption = `One scale for all: blue is positive, red negative, the largest weight is ${high.toFixed(2)}. The first ${shown} filters.`;
    this.node.replaceChildren(
      element("div", { class: "beside" }, ...drawn),
      element("p", { class: "note" }, caption),
    );
  }
}

export const show = shows(Filters);
