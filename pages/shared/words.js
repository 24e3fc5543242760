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
    open(list, () => show(term.title));
  };
  document.addEventListener("click", press);
  document.body.dataset.words = "listens";
  return () => {
    document.removeEventListener("click", press);
    delete document.body.dataset.words;
  };
};

// a page that is drawn at this moment may take the list away again
function open(list, then, tries = 20) {
  const drawn = document.querySelector(SENTENCES);
  if (!drawn && tries % 10 === 0) list.click();
  if (drawn) then();
  else if (tries > 1) setTimeout(() => open(list, then, tries - 1), 100); // ms
}

function show(sentence) {
  const all = [...document.querySelectorAll(SENTENCES)];
  all.find((each) => each.textContent.endsWith(sentence))?.scrollIntoView({ block: "nearest" });
}
