"""On a telephone: the name, and the way to every page, in one line above the page.

Streamlit folds its navigation into the sidebar there, where nobody looks for it. It also puts
columns below each other there, and here that begins earlier: the sidebar takes its part.
"""

from collections.abc import Iterable

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

WIDEST_PHONE = 767
"""px: from here on Streamlit shows its navigation itself"""
NARROWEST_COLUMNS = 1100
"""px: from here on there is room for columns of different widths beside the sidebar"""
SIDEWAYS = "sideways"
"""how the key of a row begins that telephones scroll sideways, instead of a page of its pictures"""
ON_PHONES = f"""
<style>
@media (max-width: {WIDEST_PHONE}px) {{
  [class*="st-key-{SIDEWAYS}"] {{ flex-wrap: nowrap; overflow-x: auto; }}
  [class*="st-key-{SIDEWAYS}"] > * {{ flex-shrink: 0; }}
}}
@media (min-width: {WIDEST_PHONE + 1}px) {{ .st-key-phone_bar {{ display: none; }} }}
@media (max-width: {NARROWEST_COLUMNS - 1}px) {{
  .stMain [data-testid="stColumn"] {{ min-width: calc(100% - 1.5rem); }}
}}
/* Streamlit never hides the tools of a table there, and they would cover the line above it */
@media (hover: none) {{ [data-testid="stElementToolbar"] {{ display: none; }} }}
</style>
"""


def bar(pages: Iterable[StreamlitPage]) -> None:
    """Draw the line with links to pages; wide screens hide it."""
    st.html(ON_PHONES)
    with st.container(horizontal=True, vertical_alignment="center", key="phone_bar"):
        st.markdown("**Poolscope**", width="stretch")
        with st.popover("Pages", icon=":material/menu:"):
            for page in pages:
                st.page_link(page)
