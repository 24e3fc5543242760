// A card's figures as one picture, with its title above, its sentence and its source below.
// The browser writes it: the server has no browser, and this one has the figures already.

const EDGE = 16; // px around everything
const LINES = { title: [17, 600, 24], caption: [14, 400, 20], source: [11, 400, 16] }; // size, weight, height
const SCALE = 2; // pixels of a PNG for each px

export default function ({ data, parentElement }) {
  const row = document.createElement("div");
  row.style.cssText = "display: flex; gap: 0.5rem;";
  for (const kind of ["PNG", "SVG"]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = kind;
    button.className = "take-along";
    button.onclick = () => take(kind, data, parentElement);
    row.append(button);
  }
  const style = document.createElement("style");
  style.textContent = `.take-along {
    font: inherit; font-size: 0.875rem; color: inherit; background: transparent; cursor: pointer;
    min-height: 2.5rem; padding: 0.25rem 0.75rem; border: 1px solid var(--st-border-color);
    border-radius: var(--st-button-radius);
  }
  .take-along:hover, .take-along:focus-visible {
    color: var(--st-primary-color); border-color: var(--st-primary-color);
  }`;
  parentElement.replaceChildren(style, row);
  return () => parentElement.replaceChildren();
}

async function take(kind, data, parentElement) {
  const { svg, width, height } = await picture(data, getComputedStyle(parentElement));
  const file = new Blob([svg], { type: "image/svg+xml" });
  save(kind === "SVG" ? file : await pixels(file, width, height), `${data.name}.${kind.toLowerCase()}`);
}

async function picture(data, style) {
  const value = (name) => style.getPropertyValue(name).trim();
  const font = value("--st-font");
  const nodes = data.figures
    .map((name) => document.querySelector(`[data-figure="${CSS.escape(name)}"]`))
    .filter((node) => node?.layout);
  const width = Math.max(...nodes.map((node) => node.layout.width)) + 2 * EDGE;
  const root = element("svg", { xmlns: "http://www.w3.org/2000/svg", width });
  root.append(await fontFace(font));
  const ground = root.appendChild(element("rect", { width, fill: value("--st-background-color") }));
  let y = EDGE;
  const write = (role, text) => {
    const [size, weight, height] = LINES[role];
    const colour = value("--st-text-color");
    for (const line of wrapped(text, `${weight} ${size}px ${font}`, width - 2 * EDGE)) {
      const drawn = element("text", { x: EDGE, y: y + size, fill: colour, class: role });
      drawn.setAttribute("style", `font: ${weight} ${size}px ${font}`);
      drawn.textContent = line; // as text, whoever wrote it
      root.append(drawn);
      y += height;
    }
  };
  write("title", data.title);
  for (const node of nodes) {
    const { width, height } = node.layout;
    const drawn = await window.Plotly.toImage(node, { format: "svg", width, height, imageDataOnly: true });
    const inner = new DOMParser().parseFromString(drawn, "image/svg+xml").documentElement;
    inner.setAttribute("x", EDGE);
    inner.setAttribute("y", y);
    root.append(document.importNode(inner, true));
    y += height + EDGE / 2;
  }
  write("caption", data.caption);
  y += EDGE / 2;
  write("source", data.source);
  const height = y + EDGE / 2;
  for (const box of [root, ground]) box.setAttribute("height", height);
  root.setAttribute("viewBox", `0 0 ${width} ${height}`);
  return { svg: new XMLSerializer().serializeToString(root), width, height };
}

function element(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== "xmlns") made.setAttribute(key, value);
  }
  return made;
}

// A picture knows no font of the page, so that of its text goes along.
async function fontFace(font) {
  const style = element("style", {});
  const family = font.split(",")[0].replaceAll(/["']/g, "").trim();
  const faces = [...document.styleSheets].flatMap((sheet) => {
    try {
      return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
    } catch {
      return []; // of another origin
    }
  });
  const face = faces.find(
    ({ style }) =>
      style.getPropertyValue("font-family").replaceAll(/["']/g, "") === family &&
      style.getPropertyValue("font-style") !== "italic",
  );
  const [, address] = face?.style.getPropertyValue("src").match(/url\(["']?([^"')]+)/) ?? [];
  if (!address) return style;
  const file = await (await fetch(new URL(address, face.parentStyleSheet.href ?? document.baseURI))).blob();
  style.textContent =
    `@font-face { font-family: "${family}"; font-weight: 200 900; src: url(${await dataUrl(file)}); }`;
  return style;
}

function dataUrl(file) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(file);
  });
}

// Lines that fit; a word that is too long for a line, such as a link, is cut.
function wrapped(text, font, width) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  const fits = (line) => context.measureText(line).width <= width;
  const lines = [];
  let line = "";
  for (let word of text.split(" ").filter(Boolean)) {
    if (line && !fits(`${line} ${word}`)) {
      lines.push(line);
      line = "";
    }
    while (!line && !fits(word)) {
      let end = word.length;
      while (end > 1 && !fits(word.slice(0, end))) end -= 1;
      lines.push(word.slice(0, end));
      word = word.slice(end);
    }
    line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}

async function pixels(file, width, height) {
  const image = new Image();
  image.src = await dataUrl(file);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * width;
  canvas.height = SCALE * height;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
