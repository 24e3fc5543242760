// What is wrong with the page as it stands: `(limits) => [sentence, ...]`. Every check looks into
// open shadow roots, and only at what can be seen.
(limits) => {
  const faults = [];
  const main = document.querySelector("[data-testid=stMain]");
  const all = [...elements(document.body)];
  checkOverflow();
  checkTexts();
  // those in a folded part keep the size that they had when it was folded
  const figures = all.filter((node) => node.matches(".js-plotly-plot") && node.checkVisibility());
  figures.forEach(checkFigure);
  return [...new Set(faults)];

  function* elements(root) {
    for (const node of root.children) {
      yield node;
      if (node.shadowRoot) yield* elements(node.shadowRoot);
      yield* elements(node);
    }
  }

  function parent(node) {
    return node.parentElement ?? node.getRootNode().host;
  }

  // The part of a box that its ancestors do not cut off; null if nothing is left of it.
  function seen(node, { left, top, right, bottom }) {
    for (let above = node; above && above !== document.body; above = parent(above)) {
      const style = getComputedStyle(above);
      if (Number(style.opacity) === 0 || style.visibility !== "visible") return null;
      if (above === node || style.display === "contents") continue;
      const box = above.getBoundingClientRect();
      if (style.overflowX !== "visible") {
        [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      }
      // what is scrolled out of sight is there all the same
      if (style.overflowY === "hidden" || style.overflowY === "clip") {
        [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
      }
    }
    return right - left > limits.slack && bottom - top > limits.slack
      ? { left, top, right, bottom }
      : null;
  }

  function checkOverflow() {
    for (const [name, box] of [["document", document.documentElement], ["page", main]]) {
      const over = box.scrollWidth - box.clientWidth;
      if (over > limits.slack) faults.push(`the ${name} is ${over} px wider than the window`);
    }
    for (const node of main.querySelectorAll("*")) {
      const { right, width, height } = node.getBoundingClientRect();
      if (!width || !height || right <= innerWidth + limits.slack || scrolls(node)) continue;
      if (node.closest(".js-plotly-plot") && !node.matches(".js-plotly-plot")) continue;
      if (seen(node, node.getBoundingClientRect())?.right > innerWidth + limits.slack) {
        faults.push(`outside the window: ${path(node)}`);
      }
    }
  }

  function scrolls(node) {
    for (let above = parent(node); above && above !== main; above = parent(above)) {
      if (["auto", "scroll"].includes(getComputedStyle(above).overflowX)) return true;
    }
    return false;
  }

  function checkTexts() {
    const texts = all
      // marks at the ends of curves are points of data: equal networks have theirs in one place
      .filter((node) => !node.closest(".js-plotly-plot, svg, style, script, .katex, .touch .marks"))
      // what is folded into <details> has its place all the same
      .filter((node) => node.checkVisibility())
      .flatMap(lines)
      .sort((one, other) => one.top - other.top);
    texts.forEach((one, index) => {
      for (const other of texts.slice(index + 1)) {
        if (other.top >= one.bottom - limits.slack) break;
        if (one.node === other.node || one.layer !== other.layer) continue;
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const down = Math.min(one.bottom, other.bottom) - other.top;
        if (across > limits.slack && down > limits.slack) {
          faults.push(`"${one.text}" and "${other.text}" overlap in ${path(one.node)}`);
        }
      }
    });
  }

  // The lines of the texts that stand in an element itself, as boxes around their letters.
  function lines(node) {
    const made = [];
    for (const text of node.childNodes) {
      if (text.nodeType !== Node.TEXT_NODE || !text.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      for (const box of range.getClientRects()) {
        // letters do not fill their line
        const air = 0.15 * box.height;
        const { left, right, top, bottom } = box;
        const letters = seen(node, { left, right, top: top + air, bottom: bottom - air });
        if (letters) {
          made.push({ node, layer: layer(node), text: text.data.trim().slice(0, 40), ...letters });
        }
      }
    }
    return made;
  }

  // What is fixed or sticky lies over the page on purpose.
  function layer(node) {
    for (let above = node; above; above = parent(above)) {
      if (["fixed", "sticky"].includes(getComputedStyle(above).position)) return above;
      if (above.matches("[data-testid=stSidebar], [data-testid=stHeader]")) return above;
    }
    return null;
  }

  function checkFigure(figure) {
    const name = `"${(figure.ariaLabel ?? "a figure").slice(0, 60)}"`;
    const texts = [...figure.querySelectorAll("svg text")]
      .filter((node) => node.textContent.trim() && seen(node, node.getBoundingClientRect()))
      .map((node) => ({ node, said: node.textContent.trim(), corners: corners(node) }));
    texts.forEach((one, index) => {
      for (const other of texts.slice(index + 1)) {
        if (meet(one.corners, other.corners)) {
          faults.push(`"${one.said}" and "${other.said}" overlap in the figure ${name}`);
        }
      }
      const frame = figure.getBoundingClientRect();
      const across = one.corners.map((corner) => corner.x);
      const out = Math.max(frame.left - Math.min(...across), Math.max(...across) - frame.right);
      if (out > limits.slack) faults.push(`"${one.said}" is cut off in the figure ${name}`);
      const ratio = contrast(one.node, figure);
      if (ratio < limits.contrast) {
        faults.push(`"${one.said}" has ${ratio.toFixed(2)} : 1 in the figure ${name}`);
      }
    });
  }

  // Of the letters of a text that may be turned.
  function corners(node) {
    const { x, y, width, height } = node.getBBox();
    const matrix = node.getScreenCTM();
    const air = 0.15 * height;
    return [
      [x, y + air],
      [x + width, y + air],
      [x + width, y + height - air],
      [x, y + height - air],
    ].map(([across, down]) => new DOMPoint(across, down).matrixTransform(matrix));
  }

  // Two rectangles meet unless a side of one of them parts them.
  function meet(one, other) {
    return [one, other].every((corners) =>
      [0, 1].every((side) => {
        const [from, to] = [corners[side], corners[side + 1]];
        const length = Math.hypot(to.x - from.x, to.y - from.y);
        const along = (corner) => (corner.x * (to.x - from.x) + corner.y * (to.y - from.y)) / length;
        const [first, second] = [one.map(along), other.map(along)];
        const shared =
          Math.min(Math.max(...first), Math.max(...second)) -
          Math.max(Math.min(...first), Math.min(...second));
        return shared > limits.slack;
      }),
    );
  }

  // Of a text in a figure, with what was painted below its middle before it.
  function contrast(text, figure) {
    const box = text.getBoundingClientRect();
    const middle = new DOMPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    let below = colour(getComputedStyle(figure).getPropertyValue("--st-background-color").trim());
    for (const shape of figure.querySelectorAll("svg rect, svg path, svg circle, svg image, svg text")) {
      if (shape === text) break;
      if (shape.matches("text, clipPath *, defs *") || clipped(shape, middle)) continue;
      if (shape.matches("image")) {
        // cells of a heat map: tests/figures/test_text_on_fills.py computes theirs
        const { left, right, top, bottom } = shape.getBoundingClientRect();
        const inside = left <= middle.x && middle.x <= right && top <= middle.y && middle.y <= bottom;
        if (inside) return Infinity;
        continue;
      }
      const point = middle.matrixTransform(shape.getScreenCTM().inverse());
      if (shape.isPointInFill(point)) below = painted(shape, below);
    }
    const letters = painted(text, below);
    const [light, dark] = [luminance(letters), luminance(below)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  // Whether a shape is cut off there, as bands that reach beyond the range of an axis are.
  function clipped(shape, point) {
    const group = shape.closest("[clip-path]");
    const id = group?.getAttribute("clip-path").match(/#([^'")]+)/)?.[1];
    const window = id && document.querySelector(`#${CSS.escape(id)} > rect`);
    if (!window) return false;
    const { x, y } = point.matrixTransform(group.getScreenCTM().inverse());
    const [left, top, width, height] = ["x", "y", "width", "height"].map((side) => window[side].baseVal.value);
    return x < left || x > left + width || y < top || y > top + height;
  }

  // The colour of a shape on what is below it.
  function painted(shape, below) {
    const style = getComputedStyle(shape);
    if (style.fill === "none") return below;
    let share = Number(style.fillOpacity);
    for (let above = shape; above?.ownerSVGElement; above = above.parentElement) {
      share *= Number(getComputedStyle(above).opacity);
    }
    const [red, green, blue, alpha] = colour(style.fill);
    share *= alpha;
    return [...[red, green, blue].map((part, at) => share * part + (1 - share) * below[at]), 1];
  }

  function colour(written) {
    const canvas = (colour.canvas ??= new OffscreenCanvas(1, 1).getContext("2d"));
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = written;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  // As in WCAG 2.2.
  function luminance(parts) {
    const [red, green, blue] = parts.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function path(node) {
    const steps = [];
    for (let above = node; above && above !== document.body && steps.length < 3; above = parent(above)) {
      const key = [...above.classList].find((name) => name.startsWith("st-key-"));
      if (key || above.dataset.testid || above === node) {
        steps.unshift(key ?? above.dataset.testid ?? above.tagName.toLowerCase());
      }
    }
    return steps.join(" ");
  }
}
