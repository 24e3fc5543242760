"""Files from visitors: a page that takes some says so, and the server takes no others."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.hosting.server.uploads import Allowance, UploadBook

BOOK = UploadBook()
"""of this process"""
OFFERED = "uploads_offered"
BYTES_OF_STREAMLITS_MEGABYTE = 1024 * 1024


@contextmanager
def only_where_offered() -> Iterator[None]:
    """Close the door behind a page without an uploader; a page that breaks off leaves it as is."""
    st.session_state[OFFERED] = False
    yield
    if not st.session_state[OFFERED] and (session := _session()):
        BOOK.forbid(session)


def one(label: str, endings: Sequence[str], *, key: str, megabytes: int, files: int) -> None:
    """Take one file, which st.session_state then holds.

    Args:
        label: above the box.
        endings: of file names, without a dot.
        key: of the box, and of the file in the state.
        megabytes: of a file.
        files: that may be there at once, with those of boxes that are gone.
    """
    _offer(megabytes, files)
    st.file_uploader(label, list(endings), key=key, max_upload_size=megabytes)


def several(
    label: str, endings: Sequence[str], *, key: str, megabytes: int | None, files: int
) -> list[UploadedFile]:
    """Take files; Streamlit's own limit if no other is given."""
    if megabytes is not None:
        _offer(megabytes, files)
    return st.file_uploader(
        label, list(endings), accept_multiple_files=True, key=key, max_upload_size=megabytes
    )


def remove(file: UploadedFile) -> None:
    """Free a file whose box is gone."""
    if session := _session():
        manager = runtime.get_instance().uploaded_file_mgr
        if isinstance(manager, MemoryUploadedFileManager):
            manager.remove_file(session, file.file_id)
        BOOK.free(session, file.file_id)


def _offer(megabytes: int, files: int) -> None:
    st.session_state[OFFERED] = True
    if session := _session():
        BOOK.allow(session, Allowance(megabytes * BYTES_OF_STREAMLITS_MEGABYTE, files))


def _session() -> str | None:
    """The session of this script, if a server runs it."""
    context = get_script_run_ctx()
    return context.session_id if context is not None and runtime.exists() else None
