"""What visitors can share: a link to the page, its QR code, a scene, a report, a grid file."""

import io
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from core.catalog import PAGES, Page
from core.comparison import Results
from core.comparison.grids import as_toml
from core.config.fields import own_defaults
from core.config.talk import Scene, Talk, scene_as_toml, talk_as_toml
from core.errors import ConfigError
from pages.shared import cached, controls, dataset, evidence, link, parameters, talk

CONTROLS, HIDDEN = "controls", "hidden"
SHARED_PAGE = "share_page"
"""in a session: the page that is shown"""
COPY = """
export default ({ data, parentElement }) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy link";
  button.style.cssText = `font: inherit; font-size: 0.875rem; color: inherit;
    background: transparent; cursor: pointer;
    min-height: 2.5rem; padding: 0.25rem 0.75rem; border: 1px solid var(--st-border-color);
    border-radius: var(--st-button-radius);`;
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text);
    } catch {
      // an address without https has no clipboard, but a selection can be copied
      const field = parentElement.appendChild(document.createElement("textarea"));
      field.value = data.text;
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    button.textContent = "Copied";
  };
  parentElement.replaceChildren(button);
  return () => button.remove();
};
"""


def folded() -> bool:
    """Whether the sidebar starts closed: in a talk, or because the link says so."""
    return talk.active() or HIDDEN in st.query_params.get_all(CONTROLS)


def button(page: Page) -> None:
    """Draw the button that opens the dialog.

    Args:
        page: that is shown.
    """
    st.session_state[SHARED_PAGE] = page
    if st.button("Share", icon=":material/share:", width="stretch", key="share"):
        _share()


# A dialog, not a popover: it runs only when opened, and the edge of the screen never cuts it off.
@st.dialog("Share")
def _share() -> None:
    address = permalink(hide=st.toggle("Hide the sidebar", key="share_hides"))
    st.code(address, language=None, wrap_lines=True)
    copy = st.components.v2.component("copy", js=COPY, isolate_styles=False)
    copy(data={"text": address}, key="copy_link")
    if is_local(address):
        st.caption("It opens on this machine only, so there is no QR code.")
    else:
        st.image(_qr(address), width=240, alt="QR code of the link")
    st.caption(
        "The link names what differs from the defaults, and the version of the defaults: should "
        "these change, it keeps showing the same comparison."
    )
    if st.toggle("Add this view to my talk", key="share_scene"):
        _scene_form()
    try:
        results = evidence.results(controls.comparison())
    except ConfigError:
        # the page already shows the error
        return
    with st.container(horizontal=True):
        st.download_button(
            "Report (HTML)",
            lambda: _report(results),
            "poolscope-report.html",
            "text/html",
            icon=":material/description:",
            on_click="ignore",
            help="Figures, tables, claims, configuration and versions in one file that opens "
            "offline.",
        )
        st.download_button(
            "Grid (TOML)",
            as_toml(results.comparison),
            "poolscope-grid.toml",
            "application/toml",
            icon=":material/grid_on:",
            on_click="ignore",
            help="For `poolscope sweep`, on this machine or another.",
        )


def permalink(*, hide: bool = False) -> str:
    """The address of this page: the version of links, the data set, and all that was changed.

    Args:
        hide: whether whoever follows it sees no sidebar.
    """
    written = changed()
    written[link.VERSION_NAME] = link.VERSION
    if hide:
        written[CONTROLS] = HIDDEN
    parts = urlsplit(st.context.url or "")
    # an empty value means that nothing is chosen
    shown = {name: _plain(value) for name, value in written.items()}
    return urlunsplit(parts._replace(query=urlencode(shown, doseq=True)))


def changed() -> dict[str, object]:
    """The data set and every control that is not at its default, as the link writes them."""
    state = st.session_state
    own = own_defaults(dataset.shown())
    defaults = {**parameters.DEFAULTS, **own}
    written: dict[str, object] = {
        name: state[name]
        for name, default in defaults.items()
        if state.get(name) is not None and not _same(state[name], default)
    }
    # another server may open with another data set
    written["dataset"] = state.get("dataset") or dataset.first()
    # controls of the page itself, which are in the address if they were changed
    return written | {
        name: values
        for name in st.query_params
        if name not in parameters.DEFAULTS and (values := st.query_params.get_all(name))
    }


def scene_of_view(page: Page, heading: str, figures: Sequence[str]) -> Scene:
    """A scene that shows what the visitor sees.

    Args:
        page: that is shown.
        heading: of the scene.
        figures: names of the cards to show; empty for all.
    """
    ours = {*parameters.OF_ALL_PAGES} - {*talk.IN_THE_LINK}
    view = {
        name: _of_a_scene(name, value)
        for name, value in changed().items()
        if name not in ours and not name.startswith(link.TRACKING_PREFIXES)
    }
    return Scene(
        heading=heading,
        sentence="What do you expect?",
        page=page,
        link=view,
        figures=tuple(figures),
        notes="What you want to say.",
    )


def _of_a_scene(name: str, value: object) -> object:
    """The value that a scene gives to a control: what the control holds, not its text."""
    held = st.session_state.get(name)
    if name not in talk.IN_THE_LINK and isinstance(held, str | int | float | list):
        return held
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _scene_form() -> None:
    """Ask for a scene's heading and cards; show and offer its lines."""
    page = st.session_state[SHARED_PAGE]
    heading = st.text_input("Heading", PAGES[page].title, max_chars=200, key="scene_heading")
    cards = st.multiselect(
        "Cards",
        talk.drawn(),
        key="scene_cards",
        placeholder="All cards of the page",
        help="A scene with one card has the most room for it.",
    )
    scene = scene_of_view(page, heading.strip() or PAGES[page].title, cards)
    st.code(scene_as_toml(scene), language="toml", wrap_lines=True)
    st.download_button(
        "Talk (TOML)",
        talk_as_toml(Talk(title="My talk", scenes=(scene,))),
        "poolscope-talk.toml",
        "application/toml",
        icon=":material/co_present:",
        on_click="ignore",
    )
    st.caption(
        "Copy the lines to the end of your script, or download them as a script of one scene. "
        "`POOLSCOPE_TALK` names the script; sentence, notes and minutes are yours to write."
    )


def is_local(address: str) -> bool:
    """Whether an address is that of the visitor's own machine, which nobody else can open."""
    host = urlsplit(address).hostname or "localhost"
    try:
        own = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return own.is_loopback or own.is_unspecified


def _same(value: object, default: object) -> bool:
    """Whether a control shows its default; a number may be held as text."""
    if isinstance(value, list) or isinstance(default, list):
        return value == default
    return str(_plain(value)) == str(_plain(default))


def _plain(value: object) -> object:
    if isinstance(value, list):
        return value or ""
    return str(value).lower() if isinstance(value, bool) else value


def _qr(address: str) -> bytes:
    picture = io.BytesIO()
    segno.make(address, error="l").save(picture, kind="png", scale=6, border=2)
    return picture.getvalue()


def _report(results: Results) -> str:
    # imported on demand: it loads plotly.js and takes a second
    from core.figures.report import report

    claims = list(cached.claim_results().values())
    return report(results, claims, cached.computed)
