"""What the server needs to know of Streamlit: its messages, and how a session ends."""

from google.protobuf.message import DecodeError
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.hosting.server.sockets import Wire
from pages.shared.uploads import BOOK

DONE_BY_A_PERSON = ("rerun_script", "backend_operation_request", "file_urls_request")
"""clicks, downloads and scrolled tables, uploads; what is left are signs of life"""
IDLE_PAGE = "idle"
"""relative to the pages, wherever the dashboard is mounted"""


def streamlit_wire() -> Wire:
    """How this version of Streamlit talks."""
    farewell = ForwardMsg()
    farewell.auth_redirect.url = IDLE_PAGE
    return Wire(_is_interaction, _session_of, farewell.SerializeToString(), _close)


def _is_interaction(content: bytes) -> bool:
    """Whether a person did something; a part of a page that renews itself is none."""
    message = BackMsg()
    try:
        message.ParseFromString(content)
    except DecodeError:
        return False
    kind = message.WhichOneof("type")
    return kind in DONE_BY_A_PERSON and not message.rerun_script.is_auto_rerun


def _session_of(content: bytes) -> str | None:
    message = ForwardMsg()
    message.ParseFromString(content)
    return message.new_session.initialize.session_id or None


def _close(session: str) -> None:
    """End a session that no socket is open on, with its state and uploads."""
    running = runtime.get_instance()
    if running.is_active_session(session):
        return
    running.close_session(session)
    # Streamlit may have dropped the session before, and then keeps its files
    running.uploaded_file_mgr.remove_session_files(session)
    BOOK.forget(session)
