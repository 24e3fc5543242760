// How numbers and layers are written.

const MINUS = "−";

// Two decimals, or two significant digits of what is small.
export function number(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  const sign = value < 0 ? MINUS : "";
  if (size < 1e-4) {
    const [digits, power] = size.toExponential(0).split("e-");
    return `${sign}${digits}·10⁻${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
  }
  if (size < 0.095) return sign + Number(size.toPrecision(1)).toString();
  return sign + (size >= 99.5 ? size.toFixed(0) : size >= 9.95 ? size.toFixed(1) : size.toFixed(2));
}

// A number inside a formula; a negative one is put in brackets.
export const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));

// "1.74 − 0.79 + 0.06"
export function total(values) {
  return values
    .map((value, i) => (i ? `${value < 0 ? MINUS : "+"} ${number(Math.abs(value))}` : number(value)))
    .join(" ");
}

export const percent = (share) =>
  share > 0.9995 || share < 0.0005 ? (100 * share).toFixed(1) : (100 * share).toPrecision(3);

export const sides = (shape) => (shape.length === 3 ? `${shape[1]} × ${shape[2]}` : `${shape[0]}`);

const WORDS = { logits: "answer", add: "sum" };

// "block2.conv" -> "conv", "head.gap" -> "gap".
export function shortName(layer) {
  const name = layer.slice(layer.indexOf(".") + 1);
  return WORDS[name] ?? name.replaceAll("_", " ");
}

export function partName(layer) {
  const part = layer.slice(0, layer.indexOf("."));
  return part.startsWith("block") ? `block ${part.slice(5)}` : "";
}

// "block2.pool" -> "block 2 pool", for sentences.
export const layerWords = (layer) => `${partName(layer)} ${shortName(layer)}`.trim();
