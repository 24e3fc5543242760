// A figure that stays in its place: when its numbers change, Plotly changes it there. Streamlit's
// own chart is removed and built anew, and drawn three times until it has its size.

const CONFIG = { displayModeBar: false, displaylogo: false, responsive: false };

const figures = new Map(); // the node that Plotly draws in -> what is drawn there
const waiting = new Set(); // nodes to be drawn, the nearest first, each in a frame of its own
let drawing = false;
let library;
let asked; // the colour of the page for which a rerun was asked for

const resized = new ResizeObserver((entries) => entries.forEach((entry) => fit(entry.target)));
addEventListener("beforeprint", () => waiting.forEach(draw));

export default function ({ data, parentElement, setStateValue }) {
  let node = parentElement.querySelector(":scope > [role=figure]");
  if (!node) {
    node = document.createElement("div");
    node.setAttribute("role", "figure");
    parentElement.append(node);
    resized.observe(node);
  }
  const style = getComputedStyle(parentElement);
  const page = style.getPropertyValue("--st-background-color").trim();
  // A switch of the theme runs no script, and it is a script that chooses the colours.
  if (isDark(page) !== data.dark && asked !== page) setStateValue("dark", isDark(page));
  asked = page;
  node.setAttribute("aria-label", data.alt);
  node.dataset.figure = data.name; // pages/shared/exports.js looks for it
  const last = figures.get(node);
  if (last?.spec !== data.spec || last.page !== page) {
    const figure = JSON.parse(data.spec);
    figure.layout.template = template(style, page);
    const failed = () => setStateValue("failed", true);
    figures.set(node, { spec: data.spec, page, figure, failed });
    node.style.minHeight = `${figure.layout.height}px`;
    waiting.add(node);
    if (!drawing) drawAll();
  }
  return () => remove(node);
}

async function drawAll() {
  drawing = true;
  for (let node = nearest(); node; node = nearest()) {
    await draw(node);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  }
  drawing = false;
}

// Of those that are to be drawn; a node without width is in a tab or popover that is not open.
function nearest() {
  const distance = (node) => {
    const { top, bottom } = node.getBoundingClientRect();
    return Math.max(top - innerHeight, -bottom, 0);
  };
  return [...waiting].filter((node) => node.clientWidth).sort((a, b) => distance(a) - distance(b))[0];
}

async function draw(node) {
  waiting.delete(node);
  const { figure, failed } = figures.get(node);
  try {
    const { react } = await plotly();
    const { data, frames } = figure;
    const layout = layoutFor(figure, node.clientWidth);
    node.style.minHeight = `${layout.height}px`;
    await react(node, { data, layout, frames: frames ?? [], config: CONFIG });
  } catch (error) {
    // a figure that is taken away meanwhile is no reason to draw the others without this script
    if (!figures.has(node)) return;
    console.error(error);
    failed();
  }
}

async function fit(node) {
  if (!node.clientWidth) return;
  if (waiting.has(node)) {
    if (!drawing) drawAll();
  } else if (node.layout && node.layout.width !== node.clientWidth) {
    const { figure } = figures.get(node) ?? {};
    if (!figure) return;
    if (isNarrow(figure, node.layout.width) !== isNarrow(figure, node.clientWidth)) await draw(node);
    else (await plotly()).relayout(node, { width: node.clientWidth });
  }
}

// Where there is no room, a figure is laid out as `narrow` of core/figures/base/axes.py says.
function layoutFor(figure, width) {
  const changes = isNarrow(figure, width) ? figure.layout.meta.narrow.changes : {};
  return { ...figure.layout, ...changes, width };
}

const isNarrow = ({ layout }, width) => width < (layout.meta?.narrow?.below ?? 0);

async function remove(node) {
  figures.delete(node);
  waiting.delete(node);
  resized.unobserve(node);
  if (library) (await library).purge(node);
  node.remove();
}

// What a figure does not say itself follows the theme of the page.
function template(style, page) {
  const text = style.getPropertyValue("--st-text-color").trim();
  const font = { family: style.getPropertyValue("--st-font").trim(), color: text };
  const border = style.getPropertyValue("--st-border-color").trim();
  return {
    data: { scatter: [{ marker: { line: { width: 0 } } }] },
    layout: {
      font,
      paper_bgcolor: page,
      plot_bgcolor: page,
      hoverlabel: { bgcolor: page, bordercolor: border, font },
    },
  };
}

function isDark(colour) {
  const [red, green, blue] = colour.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
  return red + green + blue < 3 * 128;
}

// plotly.js comes from this server, below whatever address it was reached by.
function plotly() {
  library ??= new Promise((resolve, reject) => {
    const [root] = document.querySelector('script[src*="static/js/"]').src.split("static/js/");
    const script = document.createElement("script");
    script.src = `${root}plotly.js`;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error(`${script.src} cannot be loaded`));
    document.head.append(script);
  });
  return library;
}
