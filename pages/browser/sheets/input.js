// The card with the image that all networks see, larger. It follows the one under the finger.

import { paint } from "../touch/drawing.js";
import { Cells, element, shows } from "../touch/elements.js";
import { followed, leave, listen } from "../touch/follow.js";
import { bytes } from "../touch/loading.js";
import { coloursOf } from "./page.js";

class Input {
  constructor(parent) {
    this.cells = new Cells("");
    this.cells.canvas.classList.add("cells");
    this.caption = element("p", { class: "note" });
    this.node = element("div", { class: "sheets" }, this.cells.canvas, this.caption);
    parent.append(this.node);
    const follower = () => (this.node.isConnected ? this.draw() : leave(follower));
    listen(follower);
  }

  async update(data) {
    this.latest = data;
    this.picture = { ...data.picture, pixels: bytes(data.picture.pixels) };
    this.draw();
  }

  draw() {
    const picture = followed(this.picture);
    const { tables } = coloursOf(this.latest, this.node);
    const [, rows, columns] = picture.shape;
    this.cells.size(columns, rows);
    paint(this.cells.pixels, picture.pixels, picture, tables.grey);
    this.cells.show();
    this.cells.canvas.setAttribute("aria-label", `Input: ${picture.name}`);
    this.caption.textContent = `${this.latest.dataset}, ${picture.name}. Every network sees this image.`;
  }
}

export const show = shows(Input);
