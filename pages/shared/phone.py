"""On a telephone: the name, and the way to every page, in one line above the page.

Streamlit folds its navigation into the sidebar there, where nobody looks for it.
"""

import streamlit as st

from core.catalog import PAGES

WIDEST_PHONE = 767
"""px: from here on Streamlit shows its navigation itself"""
ON_PHONES = f"""
<style>
@media (min-width: {WIDEST_PHONE + 1}px) {{ .st-key-phone_bar {{ display: none; }} }}
</style>
"""


def bar() -> None:
    """Draw the line; wide screens hide it."""
    st.html(ON_PHONES)
    with st.container(horizontal=True, vertical_alignment="center", key="phone_bar"):
        st.markdown("**Poolscope**", width="stretch")
        with st.popover("Pages", icon=":material/menu:"):
            for page, entry in PAGES.items():
                st.page_link(page.file, label=entry.title, icon=f":material/{entry.icon}:")
