// Elements of the page, made in one expression.

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, each] of Object.entries(value)) node.style.setProperty(key, each);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// What each arrow key moves by: [down, right].
export const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// Shows data in a node of the page by a view that is made once and updated then.
export function shows(View) {
  const views = new WeakMap();
  return async (parent, data, root) => {
    let view = views.get(parent);
    if (!view) views.set(parent, (view = new View(parent)));
    await view.update(data, root);
  };
}

// The line of a network with its mark, and what is said of it at the other end.
export function headline({ glyph, title }, said) {
  return element(
    "header",
    {},
    element("span", {}, element("i", {}, glyph), ` ${title}`),
    element("b", {}, said),
  );
}

// A canvas with one pixel for each cell; the style sheet makes it larger, without smoothing.
export class Cells {
  constructor(label) {
    this.canvas = element("canvas", { role: "img", "aria-label": label });
  }

  size(columns, rows) {
    if (this.canvas.width === columns && this.canvas.height === rows && this.image) return;
    [this.canvas.width, this.canvas.height] = [columns, rows];
    this.image = new ImageData(columns, rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.canvas.style.aspectRatio = `${columns} / ${rows}`;
  }

  show() {
    this.canvas.getContext("2d").putImageData(this.image, 0, 0);
  }
}

// A frame over some cells of a picture of `rows` by `columns`, in shares of it.
export function frame(kind, rows, columns, [top, bottom], [left, right]) {
  return element("div", {
    class: `frame ${kind}`,
    style: {
      top: `${(100 * top) / rows}%`,
      height: `${(100 * (bottom - top + 1)) / rows}%`,
      left: `${(100 * left) / columns}%`,
      width: `${(100 * (right - left + 1)) / columns}%`,
    },
  });
}

// Neighbouring places as [first, last]; several where they wrap round a border.
export function runs(places) {
  const found = [];
  for (const place of [...places].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && place === last[1] + 1) last[1] = place;
    else found.push([place, place]);
  }
  return found;
}

export function frames(kind, rows, columns, read) {
  return runs(read.rows).flatMap((down) =>
    runs(read.columns).map((across) => frame(kind, rows, columns, down, across)),
  );
}
