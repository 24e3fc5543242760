"""The dashboard as an ASGI application: `streamlit run app.py` or `uvicorn app:app`.

Streamlit's main script is pages/main.py. A folder named pages/ beside the main script would wake
Streamlit's older way of multipage apps, which gets in the way of the first deep link.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.engine import close_shared_engine
from core.settings import PROJECT

# Streamlit puts the folder of its main script on sys.path while a script runs, and takes it off
# again, unless it is there already. A thread that imports at that moment reads a list that
# shifts under it and can miss an entry: Dask, imported by the engine, was then "not found".
sys.path.append(str(PROJECT / "pages"))


@asynccontextmanager
async def life(_: st.App) -> AsyncIterator[None]:
    """Close the workers when the server stops."""
    yield
    close_shared_engine()


async def ready(_: Request) -> Response:
    """Answer when the application is loaded."""
    return PlainTextResponse("ready")


app = st.App("pages/main.py", lifespan=life, routes=[Route("/ready", ready)])
