"""What a visitor reads when something goes wrong: one sentence, never a traceback."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core import settings
from core.errors import ConfigError, PoolscopeError


@contextmanager
def explained() -> Iterator[None]:
    """Show a Poolscope error as a sentence and stop the page there."""
    try:
        yield
    except PoolscopeError as error:
        message = literal(_said(error))
        st.error(f"{message[:1].upper()}{message[1:]}", icon=":material/error:")
        st.stop()


def _said(error: PoolscopeError) -> str:
    """The sentence; to strangers only what is about their own choice."""
    # a setting that cannot be read is a ConfigError itself
    if not isinstance(error, ConfigError) and settings.load().hosted:
        return "this does not work right now; try again in a moment, or ask who runs this dashboard"
    return str(error)


MARKDOWN = re.compile(r"([\\`*\[\]<~$&|]|(?<!\w)_|_(?!\w)|^[#>+=-])")
"""marks that mean something to Markdown, at their place"""
REPLACED = re.compile(r":(?=[\w+/-]+:)|(?<=[A-Za-z]):(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
"""in icons, emoji, addresses: Streamlit looks for these when Markdown has taken its backslashes"""
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""kinds of characters that steer text instead of being seen, such as its direction"""
WORD_JOINER = "\u2060"


def literal(text: str) -> str:
    """Text for Markdown that shows as it is, in one line: a stranger may have written it."""
    seen = "".join(" " if unicodedata.category(each) in UNSEEN else each for each in text)
    escaped = MARKDOWN.sub(r"\\\1", " ".join(seen.split()))
    return REPLACED.sub(lambda found: found[0] + WORD_JOINER, escaped)
