"""Parts of a page that the browser computes, with the modules of pages/browser."""

from pathlib import Path
from typing import Any

import streamlit as st

BROWSER_FOLDER = Path(__file__).parents[1] / "browser"
MODULE_SCRIPT = """
const [root] = document.querySelector('script[src*="static/js/"]').src.split("static/js/");
const main = import(`${root}browser/MODULE.js`);
export default function ({ data, parentElement, setStateValue }) {
  main
    .then(({ show }) => show(parentElement, data, root))
    .catch((error) => {
      console.error(error);
      if (parentElement.isConnected) setStateValue("failed", true);
    });
}
"""
CANNOT_COMPUTE = "networks cannot be computed"
"""set in a session whose browser could not load or run the engine"""


def styles(name: str) -> str:
    """The style sheet of that name, such as "touch/touch"."""
    return (BROWSER_FOLDER / f"{name}.css").read_text(encoding="utf-8")


def draw(key: str, module: str, css: str, data: dict[str, Any]) -> bool:
    """Draw what a module shows of some data; False if this browser cannot.

    Args:
        key: of the part on its page.
        module: its `show` is called with the part's node, the data and the dashboard's address.
        css: the style sheet.
        data: whatever JSON can hold.
    """
    if st.session_state.get(CANNOT_COMPUTE):
        return False
    script = MODULE_SCRIPT.replace("MODULE", module)
    component = st.components.v2.component(key, js=script, css=css, isolate_styles=False)
    component(data=data, key=key, on_failed_change=_fail)
    return True


def _fail() -> None:
    st.session_state[CANNOT_COMPUTE] = True
