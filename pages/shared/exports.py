"""What a card gives away: its numbers as a table, CSV and LaTeX, and its figure as PNG and SVG."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.figures import as_dicts
from core.figures.latex import latex_table
from core.settings import __version__
from core.words import as_csv, capitalised, unmarked
from pages.shared import share
from pages.shared.plot import PLAIN_FIGURES

PICTURES = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
SCENE_LINE = "scene line"
"""in a session: what the page compares, as Markdown"""


def menu(  # noqa: PLR0913 (a card and what is in it)
    rows: Sequence[Any],
    file_name: str,
    key: str,
    *,
    title: str,
    caption: str = "",
    figures: Sequence[str] = (),
) -> None:
    """Draw the one menu of a card: its numbers, and everything that can be taken along.

    Args:
        rows: the numbers.
        file_name: name of the CSV file; the other files are named after it.
        key: of the card on its page.
        title: of the card, as Markdown.
        caption: the sentence below the figure, as Markdown.
        figures: keys of the card's figures.
    """
    place = st.popover(
        "Export",
        icon=":material/download:",
        type="tertiary",
        key=f"numbers {key}",
        on_change="rerun",
    )
    # tables are slow to send, so they are drawn only once opened
    if place.open:
        with place:
            table(rows, file_name, key, title=title, figures=figures, caption=caption)


def table(  # noqa: PLR0913 (a table and the files of its card)
    rows: Sequence[Any],
    file_name: str,
    key: str,
    *,
    title: str,
    caption: str = "",
    figures: Sequence[str] = (),
    whole: bool = False,
) -> None:
    """Draw the rows as a table, with downloads of it, and of the figures drawn from it.

    Args:
        rows: the numbers.
        file_name: name of the CSV file; the other files are named after it.
        key: of the table on its page.
        title: of the card, as Markdown.
        caption: the sentence below the figure, as Markdown.
        figures: keys of the card's figures.
        whole: whether all rows are shown at once, over the whole width.
    """
    plain = as_dicts(rows)
    name = file_name.removesuffix(".csv")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if figures and not st.session_state.get(PLAIN_FIGURES):
            _pictures(name, key, unmarked(title), unmarked(caption), figures)
        _download("CSV", as_csv(plain, list(plain[0])), file_name, "text/csv", key)
        headings = {column: _heading(column) for column in plain[0]}
        text = latex_table(plain, headings, f"{capitalised(unmarked(title))}. {source()}")
        _download("LaTeX", text, f"{name}.tex", "application/x-tex", key)
    st.dataframe(
        plain,
        hide_index=True,
        width="stretch" if whole else "content",
        height="content" if whole else "auto",
        placeholder="–",
        column_config={name: _column(name, [row[name] for row in plain]) for name in plain[0]},
        key=f"table {key}",
    )


def source() -> str:
    """Where a figure or a table comes from: what is compared, the program, and the link."""
    scene = unmarked(st.session_state.get(SCENE_LINE) or "")
    return " · ".join(filter(None, [scene, f"Poolscope {__version__}", share.permalink()]))


def _download(label: str, text: str, file_name: str, kind: str, key: str) -> None:
    st.download_button(
        label,
        text,
        file_name,
        kind,
        icon=":material/download:",
        key=f"{label.lower()} {key}",
        on_click="ignore",
    )


def _pictures(name: str, key: str, title: str, caption: str, figures: Sequence[str]) -> None:
    """Draw the buttons that have the browser write the figures into one picture."""
    draw = st.components.v2.component("pictures", js=PICTURES, isolate_styles=False)
    draw(
        data={
            "figures": [f"plot {figure}" for figure in figures],
            "name": name,
            "title": title,
            "caption": caption,
            "source": source(),
        },
        key=f"pictures {key}",
        width="content",
    )


def _column(name: str, values: Sequence[object]) -> Any:
    """The configuration of a table's column: heading, and thousands apart in whole numbers."""
    if any(isinstance(value, bool) or not isinstance(value, int | None) for value in values):
        return _heading(name)
    return st.column_config.NumberColumn(_heading(name), format="localized")


def _heading(name: str) -> str:
    """The heading of a column, with its unit last: "low_percent" becomes "low, %"."""
    for ending, unit in (("_percent", ", %"), ("_points", ", points")):
        if name.endswith(ending):
            return name.removesuffix(ending).replace("_", " ") + unit
    return name.replace("_", " ")
