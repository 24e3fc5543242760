// One number of each network, side by side: the numbers that it came from, and the formula.

import { css, isDark, scale } from "./colours.js";
import { element, headline } from "./elements.js";
import { factor, number, shortName } from "./numbers.js";

const MOST_PRINTED = 16;
const MOST_PRINTED_TWICE = 9;
const MOST_WINDOWS = 3;

// explained: for each network { glyph, colour, title, where, explanation, gradient }.
export function lens(node, explained, tables) {
  const [first] = explained;
  const alike = explained.every(({ where }) => where === first.where);
  node.style.setProperty("--lines", explained.length);
  node.classList.remove("answers");
  const most = explained.length > 1 ? 1 : MOST_WINDOWS;
  node.replaceChildren(
    element("h4", { "aria-level": 2 }, alike ? first.where : "The same place in each network"),
    ...explained.map((each) => card(each, tables, { alike, most })),
  );
}

function card({ glyph, colour, title, where, explanation, gradient }, tables, { alike, most }) {
  const { windows, terms, formula, words, rest, value } = explanation;
  return element(
    "section",
    { class: "one", style: { "--own": colour } },
    headline({ glyph, title }, `= ${number(value)}`),
    alike ? null : element("p", { class: "note" }, where),
    element("p", { class: "formula" }, formula),
    element(
      "div",
      { class: "came" },
      ...windows.slice(0, most).map((window) => grids(window, windows, tables)),
      terms ? termBars(terms) : null,
    ),
    element(
      "p",
      { class: "words" },
      [gradient, sentence(words), rest && sentence(rest)].filter(Boolean).join(" "),
    ),
  );
}

const sentence = (words) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

function grids(window, windows, tables) {
  const name = `${shortName(window.name)}, channel ${window.channel + 1}`;
  const values = block(window, window.values, window.slopes, tables, windows);
  if (window.gradients) {
    const all = [{ values: windows.flatMap(({ gradients }) => gradients ?? []) }];
    const gradients = block(window, window.gradients, null, tables, all, true);
    return sum(figure(name, values), figure("gradient", gradients));
  }
  if (!window.weights) return figure(name, values);
  const weights = block(window, window.weights, null, tables, [{ values: window.weights }], true);
  const sign = element("span", { class: "sign" }, "×");
  return figure(`${name}: ${number(window.sum)}`, sum(values, sign, weights));
}

const sum = (...parts) => element("div", { class: "sum" }, ...parts);
const figure = (name, content) => element("figure", { "aria-label": name }, content, element("figcaption", {}, name));

// The numbers of a window; those that pass a gradient on are framed, the more the stronger.
function block({ rows, columns, gradients, weights }, values, slopes, tables, windows, signed = false) {
  const known = windows.flatMap((each) => each.values).filter((value) => value !== null);
  const reach = Math.max(...known.map(Math.abs), 0);
  const paint = scale(tables, reach, signed || known.some((value) => value < 0));
  const most = slopes ? Math.max(...slopes.map(Math.abs), 0) : 0;
  const mostPrinted = gradients || weights ? MOST_PRINTED_TWICE : MOST_PRINTED;
  const printed = rows * columns <= mostPrinted;
  const cells = values.map((value, i) => {
    const colour = value === null ? null : paint.of(value);
    const share = most ? Math.abs(slopes[i]) / most : 0;
    const style = value === null ? {} : { background: css(colour), "--share": share.toFixed(2) };
    const kind = ["number", share > 0.02 ? "taken" : "", value !== null && isDark(colour) ? "dark" : ""];
    const text = !printed ? "" : value === null ? "" : number(value);
    return element("span", { class: kind.join(" "), style }, text);
  });
  return element(
    "div",
    { class: printed ? "block" : "block small", style: { "--columns": columns } },
    ...cells,
  );
}

function termBars(terms) {
  const most = Math.max(...terms.map(({ product }) => Math.abs(product)), 0);
  return element(
    "table",
    { class: "terms" },
    ...terms.map(({ index, value, weight, product }) =>
      element(
        "tr",
        {},
        element("td", {}, `${index + 1}`),
        element("td", {}, `${factor(weight)} · ${factor(value)}`),
        element(
          "td",
          {},
          element("span", {
            class: product < 0 ? "term less" : "term",
            style: { "--share": most ? (Math.abs(product) / most).toFixed(3) : 0 },
          }),
        ),
        element("td", {}, number(product)),
      ),
    ),
  );
}
