"""The dashboard as an ASGI application: `streamlit run app.py` or `uvicorn app:app`.

Streamlit's main script is pages/main.py. A folder named pages/ beside the main script would wake
Streamlit's older way of multipage apps, which gets in the way of the first deep link.
"""

import gzip
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

# Imported here, once, before anybody comes: two first visitors at the same moment would import it
# in two threads, and one of them would meet it half made.
import pandas as pd  # noqa: F401
import plotly.graph_objects as go  # noqa: F401
import streamlit as st
from plotly.offline import get_plotlyjs
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from core import settings
from core.engine import close_shared_engine
from core.errors import ConfigError
from core.server.visitor import Visitors
from core.settings import PROJECT

# Streamlit puts the folder of its main script on sys.path while a script runs, and takes it off
# again, unless it is there already. A thread that imports at that moment reads a list that
# shifts under it and can miss an entry: Dask, imported by the engine, was then "not found".
sys.path.append(str(PROJECT / "pages"))


FULL = """<!doctype html><meta http-equiv="refresh" content="30"><title>Poolscope</title>
<p style="font: 1rem sans-serif; margin: 4rem auto; max-width: 30rem">As many visitors as this
dashboard can serve are here ({count}). This page tries again every half minute.</p>"""

try:
    settings.load()
except ConfigError as error:
    sys.exit(f"poolscope: {error}")


@asynccontextmanager
async def life(_: st.App) -> AsyncIterator[None]:
    """Close the workers when the server stops."""
    yield
    close_shared_engine()


@lru_cache(maxsize=1)
def _plotly() -> bytes:
    """plotly.js as the package brings it, 4.8 MB, packed to 1.4."""
    return gzip.compress(get_plotlyjs().encode())


async def plotly_js(_: Request) -> Response:
    """What pages/shared/plot.js draws with."""
    packed = await run_in_threadpool(_plotly)
    headers = {"Content-Encoding": "gzip", "Cache-Control": "max-age=86400"}
    return Response(packed, media_type="text/javascript", headers=headers)


async def ready(_: Request) -> Response:
    """Answer when the application is loaded."""
    return PlainTextResponse("ready")


class SessionCap:
    """Turns visitors away from a hosted dashboard while as many as it can serve are there.

    A session is one websocket. Closing with 1013 means "try again later"; who opens the page gets
    a sentence, and the page asks again by itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but a websocket too many."""
        here = settings.load()
        full = here.hosted and self._open >= here.sessions
        if (
            scope["type"] == "http"
            and full
            and "text/html" in Headers(scope=scope).get("accept", "")
        ):
            page = HTMLResponse(FULL.format(count=here.sessions), 503, {"Retry-After": "30"})
            await page(scope, receive, send)
            return
        if scope["type"] != "websocket" or not here.hosted:
            await self._app(scope, receive, send)
            return
        if full:
            await send({"type": "websocket.close", "code": 1013, "reason": "too many visitors"})
            return
        self._open += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open -= 1


app = st.App(
    "pages/main.py",
    lifespan=life,
    routes=[Route("/ready", ready), Route("/plotly.js", plotly_js)],
    middleware=[Middleware(Visitors), Middleware(SessionCap)],
)
