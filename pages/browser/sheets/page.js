// What the cards below the touched networks share: their colours, names and canvases.

import { pixel, tablesOf } from "../touch/colours.js";
import { Cells, element } from "../touch/elements.js";
import { isDarkPage } from "../touch/loading.js";

// The colours of a page: tables of the scales, and those of dots and crosses.
export function coloursOf({ scales, marks }, node) {
  const side = isDarkPage(node) ? 1 : 0;
  const { dot, cross } = marks;
  return { side, tables: tablesOf(scales, side), dot: pixel(dot[side]), cross: pixel(cross[side]) };
}

// The name of a network with its mark.
export const named = ({ glyph, strategy, head, colours }, side) =>
  element(
    "p",
    { style: { "--own": colours[side] } },
    element("i", {}, glyph), " ", element("b", {}, strategy), ` + ${head}`,
  );

export const spoken = ({ strategy, head }) => `${strategy} + ${head}`;

// A canvas that shows a picture { width, height, pixels }.
export function canvas(label, { width, height, pixels }) {
  const cells = new Cells(label);
  cells.size(width, height);
  cells.pixels.set(pixels);
  cells.show();
  cells.canvas.style.maxWidth = `${width}px`;
  return cells.canvas;
}

// What is said where a job failed: what it needs may have gone from the server meanwhile.
export const failed = ({ message }) => `This could not be computed (${message}). Reload the page to try again.`;

// Tells once that a node has come into view, so that nothing is searched that nobody sees.
export function seen(node) {
  return new Promise((resolve) => {
    const watch = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        watch.disconnect();
        resolve();
      },
      { rootMargin: "200px" },
    );
    watch.observe(node);
  });
}
