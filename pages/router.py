"""The router: which page, which comparison. What pages share is chosen here, once."""

import streamlit as st

from core import settings
from core.settings import PROJECT
from pages.shared import controls, dataset, share, talk
from pages.shared.problems import explained

ASSETS = PROJECT / "assets"


def main() -> None:
    """Draw the frame and run the chosen page."""
    icon = ASSETS / "icon.svg"
    with explained():
        if settings.load().hosted:
            st.set_option("client.showErrorDetails", "none")
        folded = share.folded()
    st.set_page_config(
        page_title="Poolscope",
        page_icon=icon,
        layout="wide",
        initial_sidebar_state="collapsed" if folded else "auto",
    )
    st.logo(ASSETS / "logo.svg", size="large", icon_image=icon)
    page = st.navigation(
        [
            st.Page("home.py", title="Home", icon=":material/home:", default=True),
            st.Page("accuracy.py", title="Accuracy", icon=":material/show_chart:"),
            st.Page("cost.py", title="Cost", icon=":material/balance:"),
            st.Page("shift.py", title="Shift", icon=":material/open_with:"),
            st.Page("by_hand.py", title="By hand", icon=":material/calculate:"),
            st.Page("features.py", title="Features", icon=":material/grid_view:"),
            st.Page("claims.py", title="Claims", icon=":material/gavel:"),
            st.Page("train.py", title="Train", icon=":material/model_training:"),
            st.Page("history.py", title="History", icon=":material/history:"),
        ],
        position="top",
    )
    with explained():
        going = talk.begin(at_home=page.url_path == "")
        if going:
            st.switch_page(going, query_params=talk.parameters())
        if (link := controls.without_slips()) is not None:
            st.switch_page(page, query_params=link)
        with st.sidebar:
            controls.sidebar()
            share.button()
        if talk.active():
            talk.bar()
        if wrong := dataset.problem():
            st.error(wrong, icon=":material/error:")
        page.run()
