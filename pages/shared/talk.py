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
from core.words import literal
from pages.shared import dataset
from pages.shared.card_names import FORMER_NAMES
from pages.shared.parameters import DEFAULTS, TOUCHED

VIEW, TALK, PRESENTER = "view", "talk", "presenter"
SCENE = "scene"

_ACTIVE = "talk_active"
_ON, _NUMBER, _GOING, _KEPT = "talk_on", "talk_scene", "talk_going", "talk_kept"
_REVEALED, _STARTED, _DRAWN = "talk_revealed", "talk_started", "talk_drawn"
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
IN_THE_LINK = (CLAIM, *TOUCHED)
"""what a page reads from the link alone"""
KEYS_HELP = """
**→** and **Page Down** reveal and go on, **←** and **Page Up** go back. **b** blackens the screen,
**s** opens this list, **p** opens the presenter's view: notes, the next scene and the time, in a
second window of this browser.
"""
_SCENES = "talk_overview"
OVERVIEW_STYLE = f"""
<style>
.st-key-{_SCENES} button {{ justify-content: flex-start; min-height: 0; padding: 0.2rem 0.5rem; }}
.st-key-{_SCENES} button > div {{ justify-content: flex-start; }}
</style>
"""
"""a list that fits the screen"""


def presenting() -> bool:
    """Whether this session is the presenter's view of a talk in another window."""
    return PRESENTER in st.query_params.get_all(VIEW)


def enter() -> None:
    """Find out whether this session is in talk mode, once for a rerun."""
    state = st.session_state
    if TALK in st.query_params.get_all(VIEW):
        state[_ON] = True
    on = settings.load().mode is Mode.TALK or bool(state.get(_ON))
    state[_ACTIVE] = on and not presenting()


def active() -> bool:
    """Whether this session is in talk mode; asked a hundred times in a rerun."""
    return bool(st.session_state.get(_ACTIVE))


def shows(title: str) -> bool:
    """Whether the current scene shows a part of the page now."""
    names = chosen()
    named = not names or any(name in title or name.startswith(title) for name in names)
    return named and not (waiting() and _scene().waits is Waits.EVERYTHING)


def begin_page() -> None:
    """Forget which parts of the page were drawn before."""
    st.session_state[_DRAWN] = []


def note(name: str) -> None:
    """Note that a part of the page is drawn; a scene of one's own may then show it alone.

    Args:
        name: in the `figures` of a scene.
    """
    names: list[str] = st.session_state.setdefault(_DRAWN, [])
    if name not in names:
        names.append(name)


def drawn() -> list[str]:
    """The names of the parts of the page that were drawn last."""
    return list(st.session_state.get(_DRAWN, ()))


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
    return tuple(FORMER_NAMES.get(name, name) for name in _scene().figures) if in_scene() else ()


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
        last = len(script().scenes)
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
    own = {name: _plain(v) for name, v in _scene().link.items() if name in IN_THE_LINK}
    kept = {name: st.query_params.get_all(name) for name in st.session_state.pop(_KEPT, ())}
    return {**own, **kept, VIEW: TALK, SCENE: str(st.session_state[_NUMBER] + 1)}


def _led_to(page: Page, given: str) -> int | None:
    """The scene to which the browser has gone by itself; None if it shows the current one.

    Args:
        page: that the browser shows.
        given: the number of the scene in the link, which Back does not always change.
    """
    scenes, number = script().scenes, st.session_state[_NUMBER]
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
    told, number = script(), st.session_state[_NUMBER]
    scenes, count = told.scenes, 0 if number is None else number + 1
    with st.container(horizontal=True, vertical_alignment="center", key="talk bar"):
        with st.container(gap=None, width="stretch"):
            if number is None:
                st.markdown(f"**{told.title}**")
            else:
                st.title(scenes[number].heading, anchor=False)
                st.markdown(f":gray[{scenes[number].sentence}]")
        place = f"{count or '–'} / {len(scenes)}"
        st.markdown(f":gray[{place}]", width="content")
        _clock(told.planned(count))
        _overview_button()
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
    """Draw the minutes since the first scene, and those planned up to the end of this one.

    The same component answers the presenter's view, which is in another window of the browser.
    """
    started = st.session_state.setdefault(_STARTED, time())
    clock = st.components.v2.component("talk", html="<time></time>", js=TALK_SCRIPT)
    clock(
        key=_CLOCK,
        data={
            "started": started,
            "minutes": f"{planned:g}",
            "scene": st.session_state[_NUMBER],
            "waiting": waiting(),
        },
        width="content",
        on_scene_change=_asked_for,
        on_restart_change=_restart,
    )


def _asked_for() -> None:
    """Go to the scene that the presenter's view names."""
    number = st.session_state[_CLOCK]["scene"]
    if isinstance(number, int) and 0 <= number < len(script().scenes):
        _go(number)


def _restart() -> None:
    st.session_state[_STARTED] = time()


def _overview_button() -> None:
    """Draw the button, and once it is pressed the list, of all scenes."""
    label = "Scenes"
    if st.button(label, icon=":material/list:", shortcut="s", key="talk_scenes", type="tertiary"):
        _overview()


@st.dialog("Scenes", width="medium")
def _overview() -> None:
    """Draw all scenes with their minutes; a click goes there."""
    scenes, now = script().scenes, st.session_state[_NUMBER]
    st.html(OVERVIEW_STYLE)
    with st.container(gap=None, key=_SCENES):
        for number, scene in enumerate(scenes):
            name = f"{number + 1}. {literal(scene.heading)} :gray[· {scene.minutes:g} min]"
            pressed = st.button(
                f"**{name}**" if number == now else name,
                type="tertiary",
                width="stretch",
                key=f"talk_to_{number + 1}",
            )
            if pressed:
                _go(number)
                st.rerun()
    st.caption(f"{script().minutes:g} minutes in all.{KEYS_HELP}")
    st.link_button("Presenter's view", f"?{VIEW}={PRESENTER}", icon=":material/speaker_notes:")


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
    state, scene = st.session_state, script().scenes[number]
    state[_NUMBER] = number
    state[_REVEALED] = False
    # reset the controls of pages that other scenes have set
    for other in script().scenes:
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


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _scene() -> Scene:
    number: int = st.session_state[_NUMBER]
    return script().scenes[number]


def script() -> Talk:
    """The talk of this server."""
    path = settings.load().talk
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@st.cache_data(max_entries=4, show_spinner=False)
def _read(path: Path, changed: int) -> Talk:  # noqa: ARG001 (the key)
    return read_talk(path)
