"""A figure in the page. It is updated in place, and drawn only once it scrolls into view."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import sleep

import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from core import settings

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
PLAIN_FIGURES = "plain figures"
"""set in a session whose browser could not load plotly.js from this server"""
PAUSE_SECONDS = 0.1
"""after the first figure of a page, if it has changed. A browser reads every element that has
arrived before it draws any of them, so the figure that a visitor looks at would be drawn with the
last of a hundred. A hosted dashboard has the network for that, and others who wait."""
_FIRST, _LAST = "first figure", "last first figure"
CHART = {"displayModeBar": False, "displaylogo": False, "showSendToCloud": False}


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure and its JSON, which is serialised once."""

    figure: go.Figure

    @cached_property
    def spec(self) -> str:
        """The figure as JSON, without its template: the browser takes that from the theme."""
        document = self.figure.to_plotly_json()
        document["layout"].pop("template", None)
        return str(pio.to_json(document, validate=False))


def begin() -> None:
    """Forget which figures were drawn; call it once in every run."""
    st.session_state[_FIRST] = True


def plot(drawn: Drawn, *, alt: str, key: str, dark: bool) -> None:
    """Draw a figure, or update the one that was drawn with this key.

    Args:
        drawn: the figure.
        alt: the figure in words, for screen readers.
        key: of this figure on its page.
        dark: whether it was drawn for the dark theme; the browser asks for a rerun if it shows
            the other.
    """
    if st.session_state.get(PLAIN_FIGURES):
        st.plotly_chart(drawn.figure, theme="streamlit", alt=alt, config=CHART, key=key)
        return
    draw = st.components.v2.component("plot", js=SCRIPT, isolate_styles=False)
    draw(
        data={"spec": drawn.spec, "alt": alt, "dark": dark, "name": f"plot {key}"},
        key=f"plot {key}",
        on_dark_change=_rerun,
        on_failed_change=_plain,
    )
    if st.session_state.pop(_FIRST, False) and not settings.load().hosted:
        shown = key, hash(drawn.spec)
        if st.session_state.get(_LAST) != shown:
            st.session_state[_LAST] = shown
            sleep(PAUSE_SECONDS)


def _rerun() -> None:
    """Do nothing: the rerun that follows a callback draws in the visitor's new theme."""


def _plain() -> None:
    st.session_state[PLAIN_FIGURES] = True
