// What a link says of networks that are touched: the cell that is held, what is drawn, how an answer is
// explained, and at which step of the training. The address is changed in its place: nothing is sent to the server, and there
// is no step in the history.

import { METHODS } from "./why.js";

const WRITTEN_AFTER_MS = 300;
let waiting;

// "block1.pool,14,2,3": a column of the picture, then channel, row and column, counted from 1.
export function readLink() {
  const given = new URLSearchParams(location.search);
  const [column, ...places] = (given.get("cell") ?? "").split(",");
  const cell = places.map((place) => Number(place) - 1);
  const method = given.get("method");
  return {
    held: column && cell.length ? { column, cell } : null,
    seen: given.get("seen") === "gradient" ? "gradient" : "values",
    ofClass: given.get("of_class"),
    method: Object.hasOwn(METHODS, method) ? method : null,
    ofLayer: given.get("of_layer"),
    step: /^\d+$/.test(given.get("step") ?? "") ? Number(given.get("step")) : null,
  };
}

// node: what is shown; when it has gone, the address is another page's.
export function writeLink(node, { held, seen, ofClass, method, ofLayer, step }) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (!node.isConnected) return;
    const address = new URL(location.href);
    const values = {
      cell: held && [held.column, ...held.cell.map((place) => place + 1)].join(","),
      seen: seen === "gradient" && seen,
      of_class: (seen === "gradient" || method) && ofClass,
      method,
      of_layer: method === "Grad-CAM" && ofLayer,
      step: step !== null && String(step),
    };
    for (const [name, value] of Object.entries(values)) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }, WRITTEN_AFTER_MS);
}
