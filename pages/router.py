"""Choose the page and the comparison, once, for whatever page runs."""

import streamlit as st

from core.catalog import PAGES, Page
from core.settings import PROJECT
from pages.shared import (
    controls,
    dataset,
    gate,
    names,
    paper,
    phone,
    plot,
    presenter,
    progress,
    share,
    talk,
    tips,
    uploads,
    words,
)
from pages.shared.problems import explained

ASSETS = PROJECT / "assets"
WITHOUT_COMPARISON = (Page.CLAIMS, Page.HISTORY)
"""pages that the comparison in the sidebar does not change"""


def main() -> None:
    """Draw the frame and run the chosen page, when it is this visitor's turn."""
    with explained():
        gate.enter()
    with gate.turn():
        _draw()


def _draw() -> None:
    icon = ASSETS / "icon.svg"
    with explained():
        talk.enter()
        folded = share.folded()
        presents = talk.presenting()
        title = presenter.TITLE if presents else progress.title()
    st.set_page_config(
        page_title=title,
        page_icon=icon,
        layout="wide",
        initial_sidebar_state="collapsed" if folded else "auto",
    )
    st.logo(ASSETS / "logo.svg", size="large", icon_image=icon)
    pages = [
        st.Page(
            page.file,
            title=entry.title,
            icon=f":material/{entry.icon}:",
            default=page is Page.HOME,
        )
        for page, entry in PAGES.items()
    ]
    page = st.navigation(pages, position="hidden" if presents else "top")
    with explained():
        if presents:
            presenter.draw()
            return
        asked = Page(page.url_path or Page.HOME)
        going = talk.begin(asked)
        if going:
            st.switch_page(going, query_params=talk.parameters())
        if (link := controls.without_slips()) is not None:
            st.switch_page(page, query_params=link)
        with st.sidebar:
            controls.sidebar(used=asked not in WITHOUT_COMPARISON)
            share.button(asked)
        if talk.active():
            talk.bar()
        else:
            phone.bar(pages)
        talk.begin_page()
        plot.begin()
        paper.styles()
        progress.bar(asked)
        words.begin(asked)
        tips.draw()
        names.draw()
        if wrong := dataset.problem():
            st.error(wrong, icon=":material/error:")
        with uploads.only_where_offered():
            page.run()
