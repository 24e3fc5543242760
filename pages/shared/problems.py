"""What a visitor reads when something goes wrong: one sentence, never a traceback."""

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
        message = str(error)
        st.error(f"{message[:1].upper()}{message[1:]}", icon=":material/error:")
        st.stop()
