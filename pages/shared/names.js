// What screen readers are told and Streamlit does not say: of which card a button is, and where
// one can scroll by keys. Sets attributes alone; those that React sets again are set again here.

const REPEATED = /^(Help|How to read this|Export|Open|Decrement|Increment|Fullscreen|Search|Download as CSV|Show\/hide columns|network\.py)$/;

const PATIENCE = 300; // ms

export default () => {
  const tell = () => {
    for (const button of document.querySelectorAll("[data-testid=stApp] button")) {
      const own = ownName(button);
      const of = own && about(button);
      if (of && button.ariaLabel !== `${own}: ${of}`) button.ariaLabel = `${own}: ${of}`;
    }
    for (const node of document.querySelectorAll(".stMain pre, .stMain .katex-display")) {
      if (node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight) {
        node.tabIndex = 0;
      }
    }
    for (const drawn of document.querySelectorAll(".js-plotly-plot .svg-container")) {
      // the figure has a sentence as its name
      if (drawn.ariaHidden !== "true") drawn.ariaHidden = "true";
    }
    // headings of a part of a page have the size of the third level, and stand below the title
    for (const heading of document.querySelectorAll(".stMain [data-testid=stHeading] h3")) {
      if (heading.ariaLevel !== "2") heading.ariaLevel = "2";
    }
    // in which Plotly measures texts
    const ruler = document.getElementById("js-plotly-tester");
    if (ruler && ruler.ariaHidden !== "true") ruler.ariaHidden = "true";
  };
  tell();
  let waiting = 0;
  // not in each frame: pictures that move change the page all the time, and reading sizes costs
  const watcher = new MutationObserver(() => {
    waiting ||= setTimeout(() => {
      waiting = 0;
      tell();
    }, PATIENCE);
  });
  watcher.observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ["aria-label"],
  });
  return () => {
    clearTimeout(waiting);
    watcher.disconnect();
  };
};

function ownName(button) {
  const said = button.ariaLabel ?? button.querySelector("p")?.textContent ?? "";
  const [first] = said.split(": ");
  return REPEATED.test(first.trim()) ? first.trim() : null;
}

// The label of the control and its card, the picture, or the nearest heading or statement above.
function about(button) {
  const widget = button.closest("[data-testid=stNumberInput], [data-testid=stSelectbox]");
  const label = widget?.querySelector("[data-testid=stWidgetLabel] p");
  if (label) {
    const card = widget.closest("[class*=st-key-card-]")?.querySelector("h2");
    return [label, card].flatMap((node) => node?.textContent.trim() ?? []).join(", ");
  }
  const picture = button.closest("[data-testid=stFullScreenFrame]")?.querySelector("img[alt]");
  if (picture?.alt) return picture.alt;
  for (let above = button.parentElement; above; above = above.parentElement) {
    // a part of a card has its statement in bold
    const heading = above.querySelector("h1, h2, h3, p > strong");
    if (heading) return heading.textContent.trim();
  }
  return null;
}
