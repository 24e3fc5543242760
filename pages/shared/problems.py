"""What a visitor reads when something goes wrong: one sentence, never a traceback."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import PoolscopeError


@contextmanager
def explained() -> Iterator[None]:
    """Show a Poolscope error as a sentence and stop the page there."""
    try:
        yield
    except PoolscopeError as error:
        message = literal(str(error))
        st.error(f"{message[:1].upper()}{message[1:]}", icon=":material/error:")
        st.stop()


def literal(text: str) -> str:
    """Text for Markdown that shows as it is: it may quote what somebody put into a link."""
    return re.sub(r"([\\`*\[\]<~$])", r"\\\1", text)
