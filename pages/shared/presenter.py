"""The presenter's view: notes, the next scene and the time, in a second window of the browser.

`?view=presenter` draws it. The window with the talk and this one speak to each other in the browser
(BroadcastChannel), so both have to be windows of one browser, at one address.
"""

from pathlib import Path

import streamlit as st

from pages.shared import talk

TITLE = "Presenter's view"
PRESENTER_SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
PRESENTER_STYLES = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
WINDOW_STYLE = """
<style>
[data-testid="stHeader"], [data-testid="stSidebar"] { display: none; }
[data-testid="stMainBlockContainer"] { padding: 1rem 1.25rem; }
</style>
"""
"""the view owns its window"""


def draw() -> None:
    """Draw the view; the browser fills it with the scene that the other window shows."""
    st.html(WINDOW_STYLE)
    told = talk.script()
    view = st.components.v2.component("presenter", css=PRESENTER_STYLES, js=PRESENTER_SCRIPT)
    view(
        key="presenter",
        data={
            "title": told.title,
            "address": f"?{talk.VIEW}={talk.TALK}",
            "scenes": [
                {
                    "heading": scene.heading,
                    "sentence": scene.sentence,
                    "notes": scene.notes,
                    "minutes": scene.minutes,
                }
                for scene in told.scenes
            ],
        },
    )
