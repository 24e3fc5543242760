"""Talk mode: one scene after the other, larger, with the controls folded away.

Active with `?view=talk`, or everywhere with POOLSCOPE_MODE=talk. A scene is a page with its
controls; going to one sets them, as a link would.
"""

from pathlib import Path

import streamlit as st

from core import settings
from core.settings import Mode
from core.talk import Scene, Talk, read_talk
from pages.shared import controls

VIEW, TALK = "view", "talk"
SCENE = "scene"
FILES = {
    "home": "start/home.py",
    "accuracy": "compare/accuracy.py",
    "cost": "compare/cost.py",
    "shift": "compare/shift.py",
    "by_hand": "inspect/by_hand.py",
    "features": "inspect/features.py",
    "claims": "conclude/claims.py",
    "train": "runs/train.py",
    "history": "runs/history.py",
}
"""name of a page in a script -> its file"""

_ON, _NUMBER, _GOING = "talk_on", "talk_scene", "talk_going"
FONT_SIZE = "clamp(16px, 1.042vw, 28px)"
"""of the body: 20 px on a screen of 1920, no more than usual where little fits; figures are scaled
by `frame.TALK_SCALE`"""
CLAIM = "claim"
"""the one control of a page that is no widget"""


def active() -> bool:
    """Whether this visitor gives, or follows, a talk."""
    if settings.load().mode is Mode.TALK:
        return True
    state = st.session_state
    if TALK in st.query_params.get_all(VIEW):
        state[_ON] = True
    return bool(state.get(_ON))


def shows(title: str) -> bool:
    """Whether a part of the page belongs to the present scene."""
    wanted = chosen()
    return not wanted or any(title.startswith(each) or each in title for each in wanted)


def chosen() -> tuple[str, ...]:
    """The parts of the page that the scene shows; empty for all."""
    if not active() or st.session_state.get(_NUMBER) is None:
        return ()
    return _scene().figures


def begin() -> str | None:
    """Set the controls of a new visitor's first scene; the page to go to, if any.

    Ask before any control is drawn.
    """
    state = st.session_state
    if not active():
        return None
    if _NUMBER not in state:
        given = st.query_params.get(SCENE, "1")
        last = len(_script().scenes)
        _go(min(max(int(given), 1), last) - 1 if given.isdecimal() else 0)
    going = state.pop(_GOING, None)
    return FILES[going] if going else None


def parameters() -> dict[str, str]:
    """What the URL of the present scene says besides its controls."""
    here = {VIEW: TALK, SCENE: str(st.session_state[_NUMBER] + 1)}
    claim = _scene().link.get(CLAIM)
    return {**here, CLAIM: str(claim)} if claim else here


def bar() -> None:
    """Heading and sentence of the scene, and the way on; arrow keys go too."""
    st.html(f"<style>html {{ font-size: {FONT_SIZE}; }}</style>")
    talk, number = _script(), st.session_state[_NUMBER]
    scene, last = talk.scenes[number], len(talk.scenes) - 1
    with st.container(horizontal=True, vertical_alignment="center", key="talk bar"):
        st.markdown(f"**{scene.heading}** :gray[{scene.sentence}]", width="stretch")
        st.markdown(f":gray[{number + 1} / {last + 1}]", width="content")
        st.button(
            "Previous",
            icon=":material/chevron_left:",
            shortcut="Left",
            on_click=_go,
            args=(max(number - 1, 0),),
            disabled=number == 0,
            key="talk_previous",
        )
        st.button(
            "Next",
            icon=":material/chevron_right:",
            icon_position="right",
            shortcut="Right",
            on_click=_go,
            args=(min(number + 1, last),),
            disabled=number == last,
            key="talk_next",
        )


def _go(number: int) -> None:
    """Set the controls of a scene; the page is changed when the script runs again."""
    state, scene = st.session_state, _script().scenes[number]
    state[_NUMBER] = number
    # what another scene has set beyond the sidebar
    for other in _script().scenes:
        for name in other.link.keys() - scene.link.keys():
            state.pop(name, None)
            if other.link[name] is True:
                # the browser would leave the switch as it is
                state[name] = False
    for name, value in {**controls.DEFAULTS, **scene.link}.items():
        if name != CLAIM:
            state[name] = value
    state[_GOING] = scene.page


def _scene() -> Scene:
    return _script().scenes[st.session_state[_NUMBER]]


def _script() -> Talk:
    path = settings.load().talk
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@st.cache_data(max_entries=4, show_spinner=False)
def _read(path: Path, changed: int) -> Talk:  # noqa: ARG001 (the key)
    return read_talk(path)
