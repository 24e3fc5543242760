// What is said of the images that excite a channel, and of ties in their order.

import { isTied } from "./record.js";

// parts: { image, value, tied, pixels }, strongest first, at least one. asked: how many could have
// been found; tested: images that were searched.
export function ranking(parts, asked, tested) {
  const numbers = parts.map(({ image }) => image).join(", ");
  const alone = parts.length < Math.min(asked, tested) ? "; no other activates it" : "";
  const shade = parts.every(({ pixels }) => pixels.every((value) => value === pixels[0]));
  return (
    `Test ${parts.length === 1 ? "image" : "images"} ${numbers}${order(parts, tested)}${alone}.` +
    (shade ? " Each of these parts is of one shade." : "")
  );
}

function order(parts, tested) {
  const [first, last] = [parts[0], parts.at(-1)];
  if (parts.length === 1 && first.tied === 1) return "";
  if (first.tied >= parts.length) {
    const others = first.tied === parts.length ? "" : `, like ${count(first.tied)} of ${count(tested)}`;
    return `: equally strong${others}`;
  }
  const shown = parts.filter(({ value }) => isTied(value, last.value)).length;
  const more = last.tied - shown;
  if (more <= 0) return ", strongest first";
  return `, strongest first; ${count(more)} more ${more === 1 ? "is" : "are"} as strong as the last`;
}

export const count = (number) => number.toLocaleString("en");
