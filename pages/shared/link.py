"""What of a link could not be used? Streamlit passes over values that no control can show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.words import join, shortest

LONGEST_QUOTE = 40
VERSION_NAME, VERSION = "v", "1"
"""of permalinks: raised when an old link would be misread, and the old ones are then translated"""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers that a parameter may have; whole ones unless the step is a fraction."""

    least: float
    most: float
    step: float = 1

    def __contains__(self, text: str) -> bool:
        try:
            value = float(text)
        except ValueError:
            return False
        whole = value.is_integer() or isinstance(self.step, float)
        return whole and self.least <= value <= self.most

    def __str__(self) -> str:
        return f"{shortest(self.least)} to {shortest(self.most)}"


@dataclass(frozen=True, slots=True)
class OpenList:
    """Names that a parameter may have, or any text with a prefix."""

    names: Sequence[str]
    prefix: str

    def __contains__(self, text: str) -> bool:
        return text in self.names or text.startswith(self.prefix)

    def __str__(self) -> str:
        return ", ".join([*self.names, f"{self.prefix}PATH"])


Allowed = Sequence[str] | Range | OpenList


@dataclass(frozen=True, slots=True)
class Note:
    """What a visitor should know about the link.

    Attributes:
        sentence: in Markdown.
        shown: the values of the controls that the link led to; the note ends when one changes.
    """

    sentence: str
    shown: Mapping[str, object]


def unusable(allowed: Mapping[str, Allowed]) -> list[str]:
    """The values in the URL that are not allowed, with those that are.

    Ask before the controls are drawn: they take what they cannot show out of the URL.

    Args:
        allowed: URL parameter -> its values.
    """
    return [
        f"{name} {_quoted(value)} (allowed: {_listed(known)})"
        for name, known in allowed.items()
        for value in st.query_params.get_all(name)
        # an empty value is how a link says that nothing is chosen
        if value and value not in known
    ] + [
        f"version {_quoted(value)} of the link (this Poolscope reads version {VERSION})"
        for value in st.query_params.get_all(VERSION_NAME)
        if value != VERSION
    ]


def remember(wrong: Sequence[str], shown: Mapping[str, object]) -> None:
    """Keep a note on what could not be used, until a control is changed."""
    if wrong:
        st.session_state["link"] = Note(f"Left out of the link: {join(wrong)}.", shown)
    elif "link" in st.session_state and st.session_state["link"].shown != shown:
        del st.session_state["link"]


def note() -> str | None:
    """The sentence to show, if any."""
    return st.session_state["link"].sentence if "link" in st.session_state else None


def _listed(known: Allowed) -> str:
    return str(known) if isinstance(known, Range | OpenList) else ", ".join(known)


def _quoted(value: str) -> str:
    """A value from outside as Markdown that cannot be anything but text."""
    return f"`{' '.join(value.replace('`', ' ').split())[:LONGEST_QUOTE]}`"
