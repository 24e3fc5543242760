"""The dashboard as an ASGI application: `streamlit run app.py` or `uvicorn app:app`.

Streamlit's main script is pages/main.py. A folder named pages/ next to the main script would enable
Streamlit's older multipage apps, which break the first deep link.
"""

import gzip
import sys
from asyncio import create_task
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

# Imported here, once, before anybody comes: two first visitors at the same moment would import it
# in two threads, and one of them would meet it half made.
import pandas as pd  # noqa: F401
import plotly.graph_objects as go  # noqa: F401
import streamlit as st
from plotly.offline import get_plotlyjs
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from streamlit.file_util import get_static_dir

from core import settings
from core.engine import (
    close_shared_engine,
    serve_pages,
    shared_engine,
    shared_engine_problem,
)
from core.errors import ConfigError
from core.hosting.memory import collect, few_arenas, give_back
from core.hosting.server.headers import SecurityHeaders
from core.hosting.server.health import store_problem
from core.hosting.server.notices import idle
from core.hosting.server.places import Places
from core.hosting.server.sockets import Sockets
from core.hosting.server.uploads import Uploads
from core.hosting.server.visitor import Visitors
from core.settings import PROJECT
from pages.shared import cached
from pages.shared.images import FILES
from pages.shared.touch import packed
from pages.shared.uploads import BOOK
from pages.shared.wire import IDLE_PAGE, streamlit_wire

# Streamlit puts the folder of its main script on sys.path while a script runs, and takes it off
# again, unless it is there already. A thread that imports at that moment reads a list that
# shifts under it and can miss an entry: Dask, imported by the engine, was then "not found".
sys.path.append(str(PROJECT / "pages"))

PLACES = Places()

try:
    settings.load()
except ConfigError as error:
    sys.exit(f"poolscope: {error}")


@asynccontextmanager
async def life(_: st.App) -> AsyncIterator[None]:
    """Workers may start as soon as a page offers to train; they end with the server."""
    serve_pages()
    few_arenas()
    collect(everything=True)
    giving_back = create_task(give_back())
    yield
    giving_back.cancel()
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


async def weights(request: Request) -> Response:
    """The tensors of a stored run, as safetensors; pages/browser computes with them."""
    found = await run_in_threadpool(cached.store().weights, request.path_params["key"])
    if not found:
        return PlainTextResponse("there are no such weights", 404)
    return _kept(found)


async def checkpoints(request: Request) -> Response:
    """The checkpoints of a stored run in one file; pages/browser/engine/checkpoints.js reads it."""
    states = await run_in_threadpool(cached.store().checkpoints, request.path_params["key"])
    if not states:
        return PlainTextResponse("there are no such checkpoints", 404)
    return _kept(packed(states))


async def newest(request: Request) -> Response:
    """A network that is being trained, at the step that is asked for if that is the last seen."""
    key, step = (request.path_params[name] for name in ("key", "step"))
    seen = {job.key: job.newest for job in shared_engine().jobs()}.get(key)
    if seen is None or seen.step != step:
        return PlainTextResponse("it is not being trained, or is at another step by now", 404)
    return _kept(seen.weights)


async def test_images(request: Request) -> Response:
    """The first test images of a data set that a page shows; pages/browser/sheets reads them."""
    packed_images = FILES.content(request.path_params["name"])
    if packed_images is None:
        return PlainTextResponse("there are no such images, or no longer", 404)
    return _kept(packed_images, "gzip")


def _kept(content: bytes, encoding: str = "identity") -> Response:
    """Numbers, which a browser may keep: other ones would have another address."""
    headers = {"Cache-Control": "max-age=86400", "Content-Encoding": encoding}
    return Response(content, media_type="application/octet-stream", headers=headers)


async def ready(_: Request) -> Response:
    """Say whether a new visitor would be served, and if not, why."""
    here = settings.load()
    full = PLACES.refusal_of_a_newcomer(here) if here.hosted else None
    problem = full or shared_engine_problem() or await run_in_threadpool(store_problem, here.store)
    return PlainTextResponse(problem or "ready", 503 if problem else 200)


async def idle_page(request: Request) -> Response:
    """Where a page goes that nobody has touched for long; with a way back to where it was."""
    left = urlsplit(request.headers.get("referer", ""))
    here = left.netloc == request.url.netloc and left.path != request.url.path
    way = f"{left.path}?{left.query}" if here else "."
    return HTMLResponse(idle(way.removesuffix("?")))


INDEX = Path(get_static_dir(), "index.html").read_text(encoding="utf-8")

app = st.App(
    "pages/main.py",
    lifespan=life,
    routes=[
        Route("/ready", ready),
        Route("/plotly.js", plotly_js),
        Route("/weights/{key}", weights),
        Route("/checkpoints/{key}", checkpoints),
        Route("/images/{name}", test_images),
        Route("/newest/{key}/{step:int}", newest),
        Mount("/browser", StaticFiles(directory=PROJECT / "pages" / "browser")),
        Route(f"/{IDLE_PAGE}", idle_page),
    ],
    middleware=[
        Middleware(SecurityHeaders, index=INDEX),
        Middleware(Visitors),
        Middleware(Sockets, places=PLACES, wire=streamlit_wire()),
        Middleware(Uploads, book=BOOK),
    ],
)
