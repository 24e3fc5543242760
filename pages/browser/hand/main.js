// Operators under a finger, on By hand: touch an output, and in every card the numbers that it was
// computed from are framed, the formula stands below with these numbers, and the gradient shows what
// this output alone sends back. The figures are Plotly's (pages/shared/plot.js); this draws over them.

import { ARROWS, element, runs } from "../touch/elements.js";

const LEAST_TEXT_PX = 8;
const SMALL_CELL_PX = 24; // where a thick frame would hide the numbers
const TEXT_SHARE = 0.36; // of a cell's side
const MOST_TEXT_PX = 14;
const SPOKEN_AFTER_MS = 400;
const MOST_FILL = 38; // per cent of the accent under a number
const HINT = "Touch an output to see what it was computed from, and what it sends back.";

const cards = new Map(); // the node of a card -> Card
let touched = null; // { cell: [row, column], shape }, in all cards at once
let held = false;

// A card: { label, figures: { input, output, gradient }, shape, grid, rows, columns, formulas, shares }.
// `rows` and `columns` are those that each row and column of outputs reads; formulas and shares, as
// [place in the grid, value, text], are output by output, row by row.
export function show(parent, data) {
  if (!cards.size) listen();
  if (!cards.has(parent)) cards.set(parent, new Card(parent));
  cards.get(parent).update(data);
}

export function forget(parent) {
  cards.get(parent)?.clear();
  cards.delete(parent);
}

class Card {
  constructor(parent) {
    this.said = element("span", { class: "formula" });
    // as high as the longest formula, so that nothing moves under the finger
    this.room = element("span", { class: "room", "aria-hidden": "true" });
    this.node = element("div", { class: "worked", tabindex: 0, role: "application" }, this.room, this.said);
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("focus", () => this.focused());
    this.spoken = element("span", { class: "spoken", "aria-live": "polite" });
    parent.append(this.node, this.spoken);
  }

  update(data) {
    this.data = data;
    const longest = [HINT, ...data.formulas].reduce((a, b) => (b.length > a.length ? b : a));
    this.room.textContent = longest;
    this.node.setAttribute(
      "aria-label",
      `${data.label}, output by output. Arrow keys go to another output, Enter holds it, Escape lets go.`,
    );
    this.draw();
  }

  // Whether the touched output is one of this card's.
  has({ shape }) {
    return shape.every((side, axis) => side === this.data.shape[axis]);
  }

  focused() {
    if (!this.node.matches(":focus-visible")) return;
    if (!touched || !this.has(touched)) touch(this, [0, 0]);
  }

  key(event) {
    const step = ARROWS[event.key];
    if (event.key === "Escape") release();
    else if (event.key === "Enter" || event.key === " ") held = Boolean(touched);
    else if (step && touched && this.has(touched)) {
      touch(this, touched.cell.map((at, axis) => inside(at + step[axis], this.data.shape[axis])));
    } else return;
    event.preventDefault();
    // an arrow would leave the scene of a talk
    event.stopPropagation();
    this.speak();
  }

  speak() {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      const { label } = this.data;
      this.spoken.textContent = touched ? `${label}, ${placeOf(touched.cell)}: ${this.said.textContent}` : "";
    }, SPOKEN_AFTER_MS);
  }

  // The output that stands for a cell of a figure, or null.
  outputAt(name, [row, column]) {
    const { figures, shape, rows, columns } = this.data;
    const along = name === figures.output
      ? [row < shape[0] ? row : -1, column < shape[1] ? column : -1]
      : [reader(rows, row), reader(columns, column)];
    return along.every((at) => at >= 0) ? along : null;
  }

  draw() {
    const here = touched && this.has(touched) ? touched.cell : null;
    const { figures, shape, grid, rows, columns, formulas, shares } = this.data;
    this.node.classList.toggle("touched", Boolean(here));
    this.node.classList.toggle("held", Boolean(here) && held);
    if (!here) {
      this.said.textContent = touched ? "" : HINT;
      Object.values(figures).forEach((name) => overlay(name, () => []));
      return;
    }
    const [row, column] = here;
    const at = row * shape[1] + column;
    this.said.textContent = formulas[at];
    overlay(figures.output, (box) => [frame("here", box, [row, row], [column, column])]);
    overlay(figures.input, (box) => windows(box, rows[row], columns[column]));
    overlay(figures.gradient, (box) => sent(box, grid, shares[at]));
  }

  clear() {
    this.node.remove();
    this.spoken.remove();
    clearTimeout(this.speaking);
    Object.values(this.data.figures).forEach((name) => overlay(name, () => []));
  }
}

function touch(card, cell) {
  touched = { cell, shape: card.data.shape };
  cards.forEach((each) => each.draw());
}

function release() {
  held = false;
  touched = null;
  cards.forEach((each) => each.draw());
}

const inside = (at, count) => Math.max(0, Math.min(count - 1, at));

const placeOf = ([row, column]) => `output in row ${row + 1}, column ${column + 1}`;

// Of the rows of outputs that read a row, the one whose window has it nearest to its middle.
function reader(lines, place) {
  let best = -1;
  let least = Infinity;
  lines.forEach((line, at) => {
    const index = line.indexOf(place);
    const distance = Math.abs(index - (line.length - 1) / 2);
    if (index >= 0 && distance < least) [best, least] = [at, distance];
  });
  return best;
}

function windows(box, rows, columns) {
  return runs(new Set(rows)).flatMap((down) =>
    runs(new Set(columns)).map((across) => frame("window", box, down, across)),
  );
}

// What one output sends back: everything else is veiled.
function sent(box, [rows, columns], shares) {
  const most = Math.max(...shares.map(([, value]) => Math.abs(value)), 1e-12);
  const signed = shares.some(([, value]) => value < 0);
  const veil = frame("veil", box, [0, rows - 1], [0, columns - 1]);
  const cells = shares.map(([place, value, text]) => {
    const [row, column] = [Math.floor(place / columns), place % columns];
    const cell = frame("share", box, [row, row], [column, column]);
    const size = Math.min(MOST_TEXT_PX, TEXT_SHARE * box.side, (1.5 * box.side) / text.length);
    cell.style.setProperty("--fill", `${(MOST_FILL * Math.abs(value)) / most}%`);
    cell.style.fontSize = `${size}px`;
    if (size >= LEAST_TEXT_PX) cell.textContent = text;
    else if (signed) signOnly(cell, value, box.side);
    return cell;
  });
  return [veil, ...cells];
}

// In a cell without room for a number, only whether it is negative.
function signOnly(cell, value, side) {
  const size = Math.min(MOST_TEXT_PX, side);
  if (size < LEAST_TEXT_PX) return;
  cell.style.fontSize = `${size}px`;
  cell.textContent = value < 0 ? "−" : "+";
}

function frame(kind, { x, y, side }, [top, bottom], [left, right]) {
  const small = side < SMALL_CELL_PX ? " small" : "";
  const node = element("div", { class: `touched-cells ${kind}${small}` });
  const [from, to] = [x(left - 0.5), x(right + 0.5)];
  const [above, below] = [y(top - 0.5), y(bottom + 0.5)];
  Object.assign(node.style, {
    left: `${from}px`, width: `${to - from}px`, top: `${above}px`, height: `${below - above}px`,
  });
  return node;
}

const figureOf = (name) => document.querySelector(`[data-figure="${CSS.escape(name)}"]`);

// Marks over a figure, made by a function of its geometry.
function overlay(name, marks) {
  const figure = figureOf(name);
  const box = figure && geometry(figure);
  if (!box) return;
  let over = figure.querySelector(":scope > .touched-over");
  if (!over) {
    over = element("div", { class: "touched-over", "aria-hidden": "true" });
    figure.style.position = "relative";
    figure.append(over);
    // Plotly draws again when the page has another width or theme
    figure.on("plotly_afterplot", () => cards.forEach((card) => card.draw()));
  }
  over.replaceChildren(...marks(box));
}

// Places in px of a figure's rows and columns; null before it is drawn.
function geometry({ _fullLayout: layout }) {
  if (!layout?.xaxis?.l2p) return null;
  const { xaxis, yaxis } = layout;
  const x = (place) => xaxis._offset + xaxis.l2p(place);
  const y = (place) => yaxis._offset + yaxis.l2p(place);
  const cell = (left, top) => [
    Math.round(yaxis.p2l(top - yaxis._offset)),
    Math.round(xaxis.p2l(left - xaxis._offset)),
  ];
  return { x, y, cell, side: Math.min(x(1) - x(0), y(1) - y(0)) };
}

// The card and the output that a pointer is over, or null.
function under(event) {
  const figure = event.target.closest?.("[data-figure]");
  const card = figure && [...cards.values()].find(({ data }) =>
    Object.values(data.figures).includes(figure.dataset.figure),
  );
  const box = card && geometry(figure);
  if (!box) return null;
  const { left, top } = figure.getBoundingClientRect();
  const output = card.outputAt(figure.dataset.figure, box.cell(event.clientX - left, event.clientY - top));
  return output && { card, output };
}

let listening = false;

function listen() {
  if (listening) return;
  listening = true;
  document.addEventListener("pointermove", (event) => {
    if (held || event.pointerType === "touch" || !cards.size) return;
    const found = under(event);
    if (!found) return leave();
    if (!isTouched(found)) touch(found.card, found.output);
  });
  document.addEventListener("pointerdown", (event) => {
    const found = cards.size && under(event);
    if (!found) return;
    held = !(held && isTouched(found));
    touch(found.card, found.output);
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && held && cards.size) release();
  });
}

// The finger has left the figures; what the keyboard is on stays.
function leave() {
  if (touched && !document.activeElement?.closest(".worked")) release();
}

function isTouched({ card, output }) {
  return touched && card.has(touched) && output.every((at, axis) => at === touched.cell[axis]);
}
