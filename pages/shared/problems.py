"""What a visitor reads when something goes wrong: one sentence, never a traceback."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from core import settings
from core.errors import ConfigError, PoolscopeError
from core.settings import INSTALL_TRAINING
from core.words import capitalised, literal


@contextmanager
def explained() -> Iterator[None]:
    """Show a Poolscope error as a sentence and stop the page there."""
    try:
        yield
    except PoolscopeError as error:
        st.error(_with_command(capitalised(_said(error))), icon=":material/error:")
        st.stop()


def sentence(reason: str) -> str:
    """A reason as a sentence of its own, as Markdown."""
    return _with_command(f"{capitalised(reason)}.")


def _with_command(text: str) -> str:
    """A text of this house as Markdown; the command that it may end with as code."""
    return literal(text).replace(literal(INSTALL_TRAINING), f"`{INSTALL_TRAINING}`")


def left_out(unreadable: Mapping[Path, str]) -> None:
    """Name bundled files that cannot be read; the others serve without them."""
    if not unreadable:
        return
    reasons = "; ".join(unreadable.values())
    said = "some cannot be read right now" if settings.load().hosted else literal(reasons)
    st.warning(f"Bundled runs are left out: {said}.", icon=":material/warning:")


def _said(error: PoolscopeError) -> str:
    """The sentence; to strangers only what is about their own choice."""
    # a setting that cannot be read is a ConfigError itself
    if not isinstance(error, ConfigError) and settings.load().hosted:
        return "this does not work right now; try again in a moment, or ask who runs this dashboard"
    return str(error)
