"""Which parts of a link are unusable? Streamlit silently skips values that no control can show."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

import streamlit as st

from core.words import in_one_line, join, shortest

MAX_QUOTED_VALUE = 40
TRACKING_PREFIXES = ("utm_", "fbclid", "gclid")
"""names of parameters that other sites add to links"""
VERSION_NAME, VERSION = "v", "1"
"""of permalinks: raised, with a translation, when old links would be misread"""


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a parameter accepts; only whole ones if the step is an integer."""

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
    """The names that a parameter accepts, or any text of a form such as folder:PATH."""

    names: Sequence[str]
    form: str

    def __contains__(self, text: str) -> bool:
        return text in self.names or text.startswith(self.form.removesuffix("PATH"))

    def __str__(self) -> str:
        return ", ".join([*self.names, self.form])


@dataclass(frozen=True, slots=True)
class Anything:
    """Any text, because other code validates it."""

    def __contains__(self, text: str) -> bool:
        return True

    def __str__(self) -> str:
        return "any text"


class Described(Protocol):
    """A set of values too large to list."""

    def __contains__(self, text: str, /) -> bool:
        """Whether a parameter accepts this value."""

    def __str__(self) -> str:
        """The accepted values in words."""


Allowed = Sequence[str] | Described


@dataclass(frozen=True, slots=True)
class Note:
    """A note on unusable parts of a link.

    Attributes:
        sentence: in Markdown.
        shown: the values of the controls after the link; the note ends when one changes.
    """

    sentence: str
    shown: Mapping[str, object]


def unusable(
    allowed: Mapping[str, Allowed], several: Collection[str], others: Collection[str]
) -> list[str]:
    """What of the URL cannot be shown: invalid values, repeated values, and unknown names.

    Args:
        allowed: the accepted values of every control of every page, by URL parameter.
        several: parameters that may occur more than once.
        others: further names that a link may hold.
    """
    given = _given()
    return [
        *_values(given, allowed),
        *_repeated(given, allowed, several),
        *_misspelt(given, [*allowed, *others]),
        *(
            f"version {_quoted(value)} of the link (this Poolscope reads version {VERSION})"
            for value in given.get(VERSION_NAME, ())
            if value != VERSION
        ),
    ]


def corrected(allowed: Mapping[str, Allowed], several: Collection[str]) -> dict[str, list[str]]:
    """The URL's parameters of controls without what cannot be shown; of repeats, the first value.

    Left to themselves, controls take the first value, the last, their default, or the integer
    part of a fraction; and infinity stops the page.
    """
    kept: dict[str, list[str]] = {}
    for name, values in _given().items():
        known = allowed.get(name)
        # an empty value means that nothing is chosen
        usable = [value for value in values if known is None or not value or value in known]
        if known is not None and name not in several:
            usable = usable[:1]
        if usable:
            kept[name] = usable
    return {name: values for name, values in kept.items() if name in allowed}


def _given() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _values(given: Mapping[str, list[str]], allowed: Mapping[str, Allowed]) -> Iterator[str]:
    for name, known in allowed.items():
        for value in given.get(name, ()):
            # an empty value means that nothing is chosen
            if value and value not in known:
                yield f"{name} {_quoted(value)} (allowed: {_listed(known)})"


def _repeated(
    given: Mapping[str, list[str]], allowed: Mapping[str, Allowed], several: Collection[str]
) -> Iterator[str]:
    for name, values in given.items():
        if name in allowed and name not in several and len(values) > 1:
            yield (
                f"all but the first value of {name}, which occurs {len(values)} times "
                f"({', '.join(map(_quoted, values))})"
            )


def _misspelt(given: Mapping[str, list[str]], known: Sequence[str]) -> Iterator[str]:
    for name in given:
        if name in known or name.startswith(TRACKING_PREFIXES):
            continue
        near = get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]}?" if near else "no page has such a parameter"
        yield f"{_quoted(name)} ({meant})"


def remember(wrong: Sequence[str]) -> None:
    """Remember a note on unusable parts, unless an earlier note already lists them all."""
    noted: frozenset[str] = st.session_state.get("link_slips", frozenset())
    if wrong and not noted.issuperset(wrong):
        st.session_state["link_slips"] = frozenset(wrong)
        st.session_state["link"] = Note(f"Left out of the link: {join(wrong)}.", {})


def forget(shown: Mapping[str, object]) -> None:
    """Drop the note once a control is changed.

    Args:
        shown: the values of the controls, after they were drawn.
    """
    state = st.session_state
    if "link" not in state:
        return
    if not state["link"].shown:
        state["link"] = Note(state["link"].sentence, shown)
    elif state["link"].shown != shown:
        del state["link"]


def note() -> str | None:
    """The sentence to show, or None."""
    return st.session_state["link"].sentence if "link" in st.session_state else None


def _listed(known: Allowed) -> str:
    return ", ".join(known) if isinstance(known, Sequence) else str(known)


def _quoted(value: str) -> str:
    """A value from outside as Markdown code, so that it is shown as plain text."""
    return f"`{in_one_line(value.replace('`', ' '))[:MAX_QUOTED_VALUE]}`"
