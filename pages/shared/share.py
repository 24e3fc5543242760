"""What visitors can share: a link that restores the page, its QR code, a report, a grid file."""

import io
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from core.comparison import Results
from core.comparison.grids import as_toml
from core.errors import ConfigError
from pages.shared import controls, evidence, link, parameters, talk

CONTROLS, HIDDEN = "controls", "hidden"


def folded() -> bool:
    """Whether the sidebar starts closed: in a talk, or because the link says so."""
    return talk.active() or HIDDEN in st.query_params.get_all(CONTROLS)


def button() -> None:
    """Draw the button that opens the dialog."""
    if st.button("Share", icon=":material/share:", width="stretch", key="share"):
        _share()


# A dialog, not a popover: it runs only when opened, and the edge of the screen never cuts it off.
@st.dialog("Share")
def _share() -> None:
    address = permalink(hide=st.toggle("Hide the sidebar", key="share_hides"))
    st.code(address, language=None, wrap_lines=True)
    st.image(_qr(address), width=240)
    local = urlsplit(address).hostname in ("localhost", "127.0.0.1")
    st.caption(
        "This link fixes every setting, so it keeps showing the same comparison."
        + (" It opens on this machine only: its address is localhost." if local else "")
    )
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
            help="Figures, tables, configuration and versions in one file that opens offline.",
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
    """The address of this page, with the version of links and every control of the comparison."""
    state = st.session_state
    written: dict[str, object] = {
        name: state[name] for name in parameters.DEFAULTS if state.get(name) is not None
    }
    # controls of the page itself
    written |= {
        name: values
        for name in st.query_params
        if name not in written and (values := st.query_params.get_all(name))
    }
    written[link.VERSION_NAME] = link.VERSION
    if hide:
        written[CONTROLS] = HIDDEN
    parts = urlsplit(st.context.url or "")
    # an empty value means that nothing is chosen
    shown = {name: _plain(value) for name, value in written.items()}
    return urlunsplit(parts._replace(query=urlencode(shown, doseq=True)))


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

    return report(results)
