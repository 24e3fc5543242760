"""The line above every page while anything is trained: how far it is, when it is ready, and Cancel.

The browser's tab says the share that is done, and a request that took long ends with a toast.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from core import settings
from core.catalog import Page
from core.engine import Job, JobState, shared_engine
from core.errors import PoolscopeError
from core.words import MINUTE, about, duration, moment, plural
from pages.shared import controls, jobs
from pages.shared.problems import explained

NAME = "Poolscope"
LONG_SECONDS = MINUTE
"""a request that took longer ends with a toast"""
_TRAINED, _DRAWN, _FAILED, _WATCHED = "was_training", "runs_drawn", "runs_failed", "runs_watched"


def title() -> str:
    """The title of the browser's tab: with the share that is done while anything is trained."""
    if not shared_engine().active:
        return NAME
    return f"{_share(jobs.requested()):.0%} · {NAME}"


def bar(page: Page) -> None:
    """Draw the line or what came out, and draw the page again as runs end."""
    active = shared_engine().active
    _tell_end(active=active)
    st.session_state[_TRAINED] = active, jobs.waits()
    st.session_state[_WATCHED] = _on_the_page() if active else frozenset()
    st.session_state[_DRAWN], st.session_state[_FAILED] = _done(), _failed()
    # one place, drawn or not, so that the page below stays where it is
    with st.container():
        if active:
            jobs.by_itself(_line, jobs.POLL_SECONDS)(page)
    jobs.outcome()


def _line(page: Page) -> None:
    active = shared_engine().active
    was_active, waited = st.session_state[_TRAINED]
    # a visitor's own runs are shown when they are there, whoever else is still waiting
    over = (was_active and not active) or (waited and not jobs.waits())
    more = jobs.fills_in(_done(), st.session_state[_DRAWN])
    if over or more or _failed() != st.session_state[_FAILED]:
        st.rerun()
    # between two draws of the page, this runs by itself
    with explained(), st.container(border=True, gap=None, key="training"):
        st.set_page_config(page_title=title())
        _progress(jobs.requested(), page)


def _progress(request: list[Job], page: Page) -> None:
    ended = sum(job.state.ended for job in request)
    begun = any(job.state is not JobState.QUEUED for job in request)
    starting = "" if begun else ", the workers are starting"
    said = f"{ended} of {len(request)} done{starting}{_time_left(request)}{_place(request)}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**Training** :gray[{said}]", width="stretch")
        if page is not Page.TRAIN:
            st.page_link(Page.TRAIN.file, label="Watch", icon=":material/visibility:")
        st.button(
            "Cancel",
            icon=":material/stop:",
            type="tertiary",
            key="cancel_training",
            on_click=jobs.cancel,
        )
    st.progress(_share(request))


def _share(request: list[Job]) -> float:
    return sum(map(jobs.fraction, request)) / max(len(request), 1)


def _time_left(request: list[Job]) -> str:
    """When all of it is ready, on the visitor's clock."""
    known = jobs.remaining(request)
    if known is None:
        return ""
    now = _now()
    at = moment(now + timedelta(seconds=known.seconds), now)
    return f", {about(known.text)} left: ready at {at}"


def _now() -> datetime:
    """The time of day where the visitor is; the server's if the browser does not say."""
    with suppress(KeyError, ValueError, OSError):
        if zone := st.context.timezone:
            return datetime.now(ZoneInfo(zone))
    return datetime.now().astimezone()


def _place(request: list[Job]) -> str:
    """How many runs of others come before a visitor's own."""
    mine = jobs.asked()
    waiting = [job.key for job in request if job.state is JobState.QUEUED]
    places = [number for number, key in enumerate(waiting) if key in mine]
    begun = any(job.key in mine for job in request if job.state is JobState.RUNNING)
    if not settings.load().hosted or not places or begun:
        return ""
    before = places[0]
    return f", {before} {plural('run', before)} before yours" if before else ", yours is next"


def _on_the_page() -> frozenset[str]:
    """Keys of the comparison in the sidebar, whoever has asked for them."""
    with suppress(PoolscopeError):
        return frozenset(each.key for each in controls.comparison().experiments)
    return frozenset()


def _done() -> int:
    """How many runs have ended well that this visitor asked for, or sees on the page."""
    mine = jobs.asked() | st.session_state[_WATCHED]
    return sum(job.key in mine for job in jobs.requested() if job.state is JobState.DONE)


def _failed() -> int:
    return sum(job.state is JobState.FAILED for job in jobs.requested())


def _tell_end(*, active: bool) -> None:
    """Say that what was being trained when the page was last drawn has ended."""
    was_active, waited = st.session_state.get(_TRAINED, (False, False))
    if not ((was_active and not active) or (waited and not jobs.waits())):
        return
    request = jobs.requested()
    if settings.load().hosted:
        request = [job for job in request if job.key in jobs.asked()]
    stopped = [job.key for job in request if job.state is JobState.CANCELLED]
    if stopped:
        # perhaps by somebody else
        jobs.note_cancelled(stopped)
        return
    seconds = sum(job.used for job in request) / settings.load().workers
    if seconds >= LONG_SECONDS:
        st.toast(_ended(request, seconds), icon=":material/check_circle:", duration="infinite")


def _ended(request: list[Job], seconds: float) -> str:
    done = sum(job.state is JobState.DONE for job in request)
    failed = sum(job.state is JobState.FAILED for job in request)
    told = f", {failed} failed" if failed else ""
    return f"Training has ended: {done} {plural('run', done)} done{told}, in {duration(seconds)}."
