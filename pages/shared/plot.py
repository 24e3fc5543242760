"""A figure in the page: one that stays when its numbers change, and is drawn when it is seen."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
PLAIN_FIGURES = "plain figures"
"""set for a session whose browser could not load plotly.js from this server"""
CHART = {"displayModeBar": False, "displaylogo": False, "showSendToCloud": False}


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure and its JSON, which is written once."""

    figure: go.Figure

    @cached_property
    def spec(self) -> str:
        """The figure without its template: that follows the page's theme in the browser."""
        document = self.figure.to_plotly_json()
        document["layout"].pop("template", None)
        return str(pio.to_json(document, validate=False))


def plot(drawn: Drawn, *, alt: str, key: str, dark: bool) -> None:
    """Draw a figure, or change the one that this key has drawn before.

    Args:
        drawn: the figure.
        alt: the figure in words, for those who do not see it.
        key: of this figure on its page.
        dark: for which theme it was drawn; the browser asks for a rerun if it shows the other.
    """
    if st.session_state.get(PLAIN_FIGURES):
        st.plotly_chart(drawn.figure, theme="streamlit", alt=alt, config=CHART, key=key)
        return
    draw = st.components.v2.component("plot", js=SCRIPT, isolate_styles=False)
    draw(
        data={"spec": drawn.spec, "alt": alt, "dark": dark},
        key=f"plot {key}",
        on_dark_change=_rerun,
        on_failed_change=_plain,
    )


def _rerun() -> None:
    """Nothing: the rerun that follows draws in the theme that the visitor now sees."""


def _plain() -> None:
    st.session_state[PLAIN_FIGURES] = True
