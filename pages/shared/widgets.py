"""The control of one setting, drawn as the table of settings describes it.

Every control's key is the name of its setting, and its URL parameter.
"""

from typing import Any

import streamlit as st

from core.config.about import DataScope
from core.config.fields import Setting
from pages.shared.link import Anything, Range
from pages.shared.parameters import of_setting

MAX_SLIDER_STEPS = 120
"""a number with more steps gets a number field, not a slider"""


def draw(setting: Setting, default: str | float | None, dataset: str) -> None:
    """Draw the control of a setting.

    Args:
        setting: the setting to draw.
        default: the value to show if the link does not set it.
        dataset: the data set that is shown, by name or as folder:PATH; controls that do not
            affect it are disabled.
    """
    about = setting.about
    label = ", ".join(filter(None, (about.label, about.unit)))
    if isinstance(about.scope, DataScope):
        label += f" ({', '.join(about.scope.datasets)})"
    shared: dict[str, Any] = {
        "key": setting.name,
        "bind": "query-params",
        "help": about.help or None,
        "disabled": not setting.affects(dataset),
    }
    match of_setting(setting):
        case Range() as limits:
            _number(label, limits, default, shared)
        case Anything():
            values = f"{setting.allowed[:1].upper()}{setting.allowed[1:]}."
            st.text_input(label, str(default), **{**shared, "help": about.help or values})
        case tuple(options):
            st.selectbox(label, options, options.index(str(default)), **shared)


def as_shown(setting: Setting, value: str | float) -> str | float:
    """A value of a setting as its control holds it."""
    match of_setting(setting):
        case Range() as limits:
            return type(limits.least)(value)
        case _:
            return str(value)


def _number(label: str, allowed: Range, default: object, shared: dict[str, Any]) -> None:
    # all int or all float, which Streamlit's signatures cannot express
    limits: Any = (allowed.least, allowed.most, default, allowed.step)
    if (allowed.most - allowed.least) / allowed.step <= MAX_SLIDER_STEPS:
        st.slider(label, *limits, **shared)
    else:
        fraction = isinstance(allowed.step, float)
        st.number_input(label, *limits, format="%g" if fraction else None, **shared)
