"""Talk mode: one scene after another, in larger type, with the controls folded away.

Active with `?view=talk`, or everywhere with POOLSCOPE_MODE=talk. A scene is a page with its
controls; opening it sets them, as a link would.
"""

from collections.abc import Collection
from pathlib import Path
from time import time
from typing import Any

import streamlit as st

from core import settings
from core.catalog import Page
from core.config.talk import Scene, Talk, Waits, read_talk
from core.settings import Mode
from pages.shared import dataset
from pages.shared.parameters import DEFAULTS

VIEW, TALK = "view", "talk"
SCENE = "scene"

_ON, _NUMBER, _GOING, _KEPT = "talk_on", "talk_scene", "talk_going", "talk_kept"
_REVEALED, _STARTED = "talk_revealed", "talk_started"
FONT_SIZE = "clamp(17px, 1.3vw, 28px)"
"""of the body: 17 px on a screen 1280 px wide, 25 px on 1920; figures are scaled by
`frame.TALK_SCALE`"""
_CLOCK = "talk_clock"
SCENE_STYLE = f"""
<style>
html {{ font-size: {FONT_SIZE}; }}
[data-testid="stHeader"] {{ display: none; }}
[data-testid="stMainBlockContainer"] {{ padding: 0.75rem 2rem 0.25rem; }}
.st-key-{_CLOCK} {{ opacity: 0.6; }}
</style>
"""
"""the scene owns the screen: no navigation bar, hardly a margin"""
TALK_SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
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
    """Whether the current scene shows a part of the page now."""
    names = chosen()
    named = not names or any(name in title or name.startswith(title) for name in names)
    return named and not (waiting() and _scene().waits is Waits.EVERYTHING)


def waiting() -> bool:
    """Whether the current scene keeps its answer back until the presenter reveals it."""
    if not active() or st.session_state.get(_NUMBER) is None:
        return False
    return _scene().waits is not Waits.NOTHING and not st.session_state.get(_REVEALED)


def in_scene() -> bool:
    """Whether a scene is shown, whose heading is that of the page."""
    return active() and st.session_state.get(_NUMBER) is not None


def says(text: str) -> bool:
    """Whether the heading of the scene says as much already, quoted and without a full stop."""
    return text.removesuffix(".").lower() in _scene().heading.lower()


def chosen() -> tuple[str, ...]:
    """The names of the parts that the current scene shows; empty for all."""
    return _scene().figures if in_scene() else ()


def begin(page: Page) -> str | None:
    """Set the controls of a new visitor's first scene; return the page to switch to, if any.

    Call it before drawing any control. A link's controls win over the scene's, and a link to a
    page other than Home that names no scene stays there until the visitor presses Next.

    Args:
        page: that the visitor asked for.
    """
    state, link = st.session_state, st.query_params
    if not active():
        return None
    if _NUMBER not in state:
        given = link.get(SCENE, "1" if page is Page.HOME else "")
        last = len(_script().scenes)
        if given.isdecimal():
            _go(min(max(int(given), 1), last) - 1, keep=tuple(link))
        elif given:
            _go(0)
        else:
            state[_NUMBER] = None
    elif _GOING not in state and (number := _led_to(page, link.get(SCENE, ""))) is not None:
        # the browser's Back or Forward: the scene from its start, so that nothing is revealed
        _go(number)
    going = state.pop(_GOING, None)
    return going.file if going else None


def parameters() -> dict[str, Any]:
    """The URL parameters of the current scene: its number, its claim, and the link's choices."""
    claim = {name: str(value) for name, value in _scene().link.items() if name == CLAIM}
    kept = {name: st.query_params.get_all(name) for name in st.session_state.pop(_KEPT, ())}
    return {**claim, **kept, VIEW: TALK, SCENE: str(st.session_state[_NUMBER] + 1)}


def _led_to(page: Page, given: str) -> int | None:
    """The scene to which the browser has gone by itself; None if it shows the current one.

    Args:
        page: that the browser shows.
        given: the number of the scene in the link, which Back does not always change.
    """
    scenes, number = _script().scenes, st.session_state[_NUMBER]
    if number is None:
        return None
    if given.isdecimal() and 1 <= int(given) <= len(scenes) and int(given) - 1 != number:
        return int(given) - 1
    if scenes[number].page is page:
        return None
    return number - 1 if number and scenes[number - 1].page is page else int(number)


def bar() -> None:
    """Draw heading and sentence of the scene, the time, and the buttons that keys also press."""
    st.html(SCENE_STYLE)
    script, number = _script(), st.session_state[_NUMBER]
    scenes, count = script.scenes, 0 if number is None else number + 1
    with st.container(horizontal=True, vertical_alignment="center", key="talk bar"):
        with st.container(gap=None, width="stretch"):
            if number is None:
                st.markdown(f"**{script.title}**")
            else:
                st.title(scenes[number].heading, anchor=False)
                st.markdown(f":gray[{scenes[number].sentence}]")
        place = f"{count or '–'} / {len(scenes)}"
        st.markdown(f":gray[{place}]", width="content")
        _clock(script.planned(count))
        _button("Previous", "chevron_left", "Left", max(count - 2, 0), disabled=count <= 1)
        if waiting():
            st.button(
                "Reveal",
                icon=":material/visibility:",
                shortcut="Right",
                on_click=_reveal,
                key="talk_next",
            )
        else:
            last = len(scenes)
            _button("Next", "chevron_right", "Right", min(count, last - 1), disabled=count == last)


def _clock(planned: float) -> None:
    """Draw the minutes since the first scene, and those planned up to the end of this one."""
    started = st.session_state.setdefault(_STARTED, time())
    st.components.v2.component("talk", html="<time></time>", js=TALK_SCRIPT)(
        key=_CLOCK, data={"started": started, "minutes": f"{planned:g}"}, width="content"
    )


def _button(label: str, icon: str, key: Any, number: int, *, disabled: bool) -> None:
    """Draw a button that goes to a scene; its name is for screen readers and the pointer."""
    st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=key,
        on_click=_go,
        args=(number,),
        disabled=disabled,
        key=f"talk_{label.lower()}",
    )


def _reveal() -> None:
    st.session_state[_REVEALED] = True


def _go(number: int, keep: Collection[str] = ()) -> None:
    """Set the controls of a scene; the next rerun switches to its page.

    Args:
        number: of the scene, from 0.
        keep: controls that keep the link's values.
    """
    state, scene = st.session_state, _script().scenes[number]
    state[_NUMBER] = number
    state[_REVEALED] = False
    # reset the controls of pages that other scenes have set
    for other in _script().scenes:
        for name in other.link.keys() - scene.link.keys():
            state.pop(name, None)
            if other.link[name] is True:
                # without a value, the browser keeps the switch on
                state[name] = False
    for name, value in {**DEFAULTS, "dataset": dataset.first(), **scene.link}.items():
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
