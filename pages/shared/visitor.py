"""Who looks at this page?"""

import streamlit as st

from core import settings
from core.hosting import Visitor
from core.hosting.server.visitor import VISITOR_HEADER, parsed


def current() -> Visitor:
    """The visitor of a hosted dashboard; on one's own machine there is only one."""
    header = st.context.headers.get(VISITOR_HEADER) if settings.load().hosted else None
    return parsed(header)
