"""One line for every pill, under the pointer: Streamlit explains rows of pills, not single ones."""

import streamlit as st

from core.catalog import DROPOUT_POSITIONS, HEADS, POOLINGS
from core.words import capitalised
from pages.shared.parameters import BOTH_CHOICE

_KEY = "pill_tips"
PILLS = """
export default ({ data }) => {
  const explain = () => {
    for (const [key, tips] of Object.entries(data)) {
      for (const pill of document.querySelectorAll(`.st-key-${key} button`)) {
        const tip = tips[pill.innerText.trim()];
        if (tip && pill.title !== tip) pill.title = tip;
      }
    }
  };
  explain();
  let waiting = 0;
  const watcher = new MutationObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(explain);
  });
  watcher.observe(document.body, { childList: true, subtree: true });
  return () => watcher.disconnect();
};
"""
"""sets an attribute that React does not use, and no text"""


def texts() -> dict[str, dict[str, str]]:
    """Key of a row of pills -> public name of a pill -> what it does, in one sentence."""
    poolings = {str(name): _sentence(entry.sentence) for name, entry in POOLINGS.items()}
    heads = {str(name): _sentence(entry.sentence) for name, entry in HEADS.items()}
    heads[BOTH_CHOICE] = "GAP and Flatten, side by side."
    dropouts = {str(name): _sentence(entry.sentence) for name, entry in DROPOUT_POSITIONS.items()}
    return {
        **dict.fromkeys(("pooling", "operators"), poolings),
        **dict.fromkeys(("head", "more_heads"), heads),
        "dropout": dropouts,
    }


def draw() -> None:
    """Put the sentences on the pills of the page."""
    st.html(f"<style>.st-key-{_KEY} {{ display: none; }}</style>")
    st.components.v2.component("tips", js=PILLS)(key=_KEY, data=texts())


def _sentence(predicate: str) -> str:
    return f"{capitalised(predicate)}."
