"""Names for screen readers: of which card each button is, and headings of cards in their size.

And what the theme cannot say so that everybody can read it: the colours of code.
"""

from pathlib import Path

import streamlit as st

from pages.shared import paper

_KEY = "button_names"
SPOKEN = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
TOKENS = {
    "string": "#09ab3b",
    "keyword": "#1c83e1",
    "function": "#1c83e1",
    "class-name": "#1c83e1",
    "punctuation": "#808495",
    "comment": "#808495",
    "operator": "#ed6f13",
    "number": "#29b09d",
    "boolean": "#21c354",
}
"""Streamlit's colours of code, which are as faint as 2.8 : 1; half of the text's makes 6 : 1"""
READABLE_CODE = "\n".join(
    f'[data-testid="stCode"] .token.{kind} '
    f"{{ color: color-mix(in srgb, currentcolor 50%, {colour}); }}"
    for kind, colour in TOKENS.items()
)
NARROW_CARD = 270
"""px, inside: of cards with room for their title and the icon of its menu alone"""
CARD_HEADINGS = f"""
<style>
{READABLE_CODE}
/* on its own grey, what is quiet would be too faint */
[data-testid="stCaptionContainer"] code {{ color: inherit; background: none; font-size: inherit; }}
[class*="st-key-{paper.CARD}-"] {{ container-type: inline-size; }}
@container (max-width: {NARROW_CARD}px) {{
  [class*="st-key-numbers-"] [data-testid="stPopover"] button p {{ display: none; }}
  /* room for two lines, so that figures beside one another begin at one height */
  [class*="st-key-{paper.CARD}-map-"] h2 {{ min-height: 3.2rem; }}
}}
.st-key-{_KEY} {{ display: none; }}
/* Streamlit shows the ends of a slider under the pointer only */
[data-testid="stSlider"] [data-testid="stSliderTickBar"] {{ opacity: 1; transition: none; }}
[data-testid="stSlider"] {{ padding-bottom: 0.75rem; }}
[data-testid="stMarkdown"] h2 {{
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
