"""The dashboard as an ASGI application: `streamlit run app.py` or `uvicorn app:app`.

Streamlit's main script is pages/main.py. A folder named pages/ beside the main script would wake
Streamlit's older way of multipage apps, which gets in the way of the first deep link.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.engine import close_shared_engine


@asynccontextmanager
async def life(_: st.App) -> AsyncIterator[None]:
    """Close the workers when the server stops."""
    yield
    close_shared_engine()


async def ready(_: Request) -> Response:
    """Answer when the application is loaded."""
    return PlainTextResponse("ready")


app = st.App("pages/main.py", lifespan=life, routes=[Route("/ready", ready)])
