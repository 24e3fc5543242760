"""Names for screen readers: of which card each button is, and headings of cards in their size."""

from pathlib import Path

import streamlit as st

from pages.shared import paper

_KEY = "button_names"
SPOKEN = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
CARD_HEADINGS = f"""
<style>
.st-key-{_KEY} {{ display: none; }}
[class*="st-key-{paper.CARD}-"] [data-testid="stMarkdown"] h2,
[data-testid="stMarkdown"] h3 {{
  font: inherit; font-weight: 600; padding: 0; letter-spacing: normal;
  /* as of a paragraph: Streamlit takes it away again */
  margin: 0 0 1rem;
}}
</style>
"""


def draw() -> None:
    """Put the names on the buttons of the page."""
    st.html(CARD_HEADINGS)
    st.components.v2.component("names", js=SPOKEN)(key=_KEY)
