"""Talk mode: one scene after another, in larger type, with the controls folded away.

Active with `?view=talk`, or everywhere with POOLSCOPE_MODE=talk. A scene is a page with its
controls; opening it sets them, as a link would.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import streamlit as st

from core import settings
from core.config.talk import Scene, Talk, read_talk
from core.settings import Mode
from pages.shared.parameters import DEFAULTS

VIEW, TALK = "view", "talk"
SCENE = "scene"

_ON, _NUMBER, _GOING, _KEPT = "talk_on", "talk_scene", "talk_going", "talk_kept"
FONT_SIZE = "clamp(16px, 1.042vw, 28px)"
"""of the body: 20 px on a screen 1920 px wide, 16 px on small ones; figures are scaled by
`frame.TALK_SCALE`"""
_KEYS = "talk_keys"
REMOTE = """
const press = (event) => {
  const button = { PageDown: "talk_next", PageUp: "talk_previous" }[event.key];
  if (!button || document.querySelector("[role=dialog]")) return;
  event.preventDefault();
  document.querySelector(`.st-key-${button} button`)?.click();
};
export default () => {
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
};
"""
"""handles the keys of a presenter's remote; the arrow keys are shortcuts of the buttons"""
CLAIM = "claim"
"""the one control of a page that is not a widget"""


def active() -> bool:
    """Whether this session is in talk mode."""
    if settings.load().mode is Mode.TALK:
        return True
    state = st.session_state
    if TALK in st.query_params.get_all(VIEW):
        state[_ON] = True
    return bool(state.get(_ON))


def shows(title: str) -> bool:
    """Whether the current scene shows a part of the page."""
    names = chosen()
    return not names or any(name in title or name.startswith(title) for name in names)


def chosen() -> tuple[str, ...]:
    """The names of the parts that the current scene shows; empty for all."""
    if not active() or st.session_state.get(_NUMBER) is None:
        return ()
    return _scene().figures


def begin(*, at_home: bool) -> str | None:
    """Set the controls of a new visitor's first scene; return the page to switch to, if any.

    Call it before drawing any control. A link's controls win over the scene's, and a link to a
    page other than Home that names no scene stays there until the visitor presses Next.
    """
    state, link = st.session_state, st.query_params
    if not active():
        return None
    if _NUMBER not in state:
        given = link.get(SCENE, "1" if at_home else "")
        last = len(_script().scenes)
        if given.isdecimal():
            _go(min(max(int(given), 1), last) - 1, keep=tuple(link))
        elif given:
            _go(0)
        else:
            state[_NUMBER] = None
    page = state.pop(_GOING, None)
    return page.file if page else None


def parameters() -> dict[str, Any]:
    """The URL parameters of the current scene: its number, its claim, and the link's choices."""
    claim = {name: str(value) for name, value in _scene().link.items() if name == CLAIM}
    kept = {name: st.query_params.get_all(name) for name in st.session_state.pop(_KEPT, ())}
    return {**claim, **kept, VIEW: TALK, SCENE: str(st.session_state[_NUMBER] + 1)}


def bar() -> None:
    """Draw heading and sentence of the scene, with buttons that arrow and page keys also press."""
    hidden = f".st-key-{_KEYS} {{ display: none; }}"
    st.html(f"<style>html {{ font-size: {FONT_SIZE}; }} {hidden}</style>")
    st.components.v2.component("remote", js=REMOTE)(key=_KEYS)
    scenes, number = _script().scenes, st.session_state[_NUMBER]
    last = len(scenes) - 1
    heading, sentence, place = _script().title, "", f"– / {last + 1}"
    if number is None:
        number = -1
    else:
        heading, sentence = scenes[number].heading, scenes[number].sentence
        place = f"{number + 1} / {last + 1}"
    with st.container(horizontal=True, vertical_alignment="center", key="talk bar"):
        st.markdown(f"**{heading}** :gray[{sentence}]", width="stretch")
        st.markdown(f":gray[{place}]", width="content")
        st.button(
            "Previous",
            icon=":material/chevron_left:",
            shortcut="Left",
            on_click=_go,
            args=(max(number - 1, 0),),
            disabled=number <= 0,
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


def _go(number: int, keep: Collection[str] = ()) -> None:
    """Set the controls of a scene; the next rerun switches to its page.

    Args:
        number: of the scene, from 0.
        keep: controls that keep the link's values.
    """
    state, scene = st.session_state, _script().scenes[number]
    state[_NUMBER] = number
    # reset the controls of pages that other scenes have set
    for other in _script().scenes:
        for name in other.link.keys() - scene.link.keys():
            state.pop(name, None)
            if other.link[name] is True:
                # without a value, the browser keeps the switch on
                state[name] = False
    for name, value in {**DEFAULTS, **scene.link}.items():
        if name != CLAIM and name not in keep:
            state[name] = value
    state[_GOING] = scene.page
    state[_KEPT] = tuple(keep)


def _scene() -> Scene:
    number: int = st.session_state[_NUMBER]
    return _script().scenes[number]


def _script() -> Talk:
    path = settings.load().talk
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@st.cache_data(max_entries=4, show_spinner=False)
def _read(path: Path, changed: int) -> Talk:  # noqa: ARG001 (the key)
    return read_talk(path)
