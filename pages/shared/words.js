// A press on a term opens the list of words at its sentence: the sentence beside the pointer is
// nothing that a finger or a key could reach.

const TERM = 'a[href="#words"]';
const LIST = ".st-key-words_line [data-testid=stPopover] button";
const SENTENCES = "[data-testid=stPopoverBody] p";

export default () => {
  const press = (event) => {
    const term = event.target.closest?.(TERM);
    const list = term && document.querySelector(LIST);
    if (!list) return;
    event.preventDefault();
    list.scrollIntoView({ block: "nearest" });
    list.click();
    requestAnimationFrame(() => setTimeout(() => show(term.title), 100)); // ms, until it is drawn
  };
  document.addEventListener("click", press);
  return () => document.removeEventListener("click", press);
};

function show(sentence) {
  const all = [...document.querySelectorAll(SENTENCES)];
  all.find((each) => each.textContent.endsWith(sentence))?.scrollIntoView({ block: "nearest" });
}
