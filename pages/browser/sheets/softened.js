// The card with the accuracy of max networks whose pools are softened towards average.

import { element, shows } from "../touch/elements.js";
import { JobError, ask } from "./computing.js";
import { failed, seen } from "./page.js";
import { count } from "./ranking.js";

class Softened {
  constructor(parent) {
    this.table = element("table", {});
    this.note = element("p", { class: "note" });
    const wide = element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Accuracy by t" }, this.table);
    this.node = element("div", { class: "sheets" }, wide, this.note);
    parent.append(this.node);
    this.inView = seen(this.node);
  }

  async update(data, root) {
    this.latest = data;
    const { images, input, temperatures } = data;
    const weights = data.networks.map((each) => each.weights);
    const asked = JSON.stringify([weights, images, input, temperatures]);
    if (asked === this.answered) return;
    this.draw(data, { done: 0 });
    await this.inView;
    const wanted = () => this.latest === data && this.node.isConnected;
    if (!wanted()) return;
    const networks = data.networks.map(({ weights: address, description }) => ({ weights: address, description }));
    const progress = (known) => this.draw(data, known);
    try {
      const found = await ask("softened", { networks, temperatures, images, input, root }, { progress, wanted });
      if (!found || !wanted()) return;
      this.answered = asked;
      this.draw(data, { ...found, done: images.count });
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      this.note.textContent = failed(error);
    }
  }

  // known: { right, done }, counts of the first images.
  draw({ networks, temperatures, images }, { right, done }) {
    const heads = temperatures.map((t) => (t === null ? "max" : `t = ${t}`));
    const cells = (counts) => heads.map((_, i) => element("td", {}, counts ? ((100 * counts[i]) / done).toFixed(1) : "–"));
    this.table.replaceChildren(
      element("thead", {}, element("tr", {}, ...["head", ...heads].map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...networks.map(({ head }, i) =>
        element("tr", {}, element("th", { scope: "row" }, head), ...cells(right?.[i])))),
    );
    this.table.classList.toggle("stale", done < images.count);
    const far = done < images.count ? ` Computing: ${count(done)} of ${count(images.count)}.` : "";
    const some = images.count === 1 ? "image" : "images";
    this.note.textContent =
      `Accuracy in percent on the first ${count(images.count)} test ${some}; the weights are those trained with max.${far}`;
  }
}

export const show = shows(Softened);
