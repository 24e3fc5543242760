"""History: what has been trained, and with what result?"""

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from core import settings
from core.catalog import HEADS, POOLINGS
from core.errors import StoreError
from core.run import RunSummary, Source
from core.sentences.headlines import history_headline
from core.store import absorb, labels_at_hand, write_copy
from core.words import as_csv, plural
from pages.shared import cached, frame, gate, uploads
from pages.shared.problems import explained

LISTED = 250
"""rows of one page of the list"""
LISTED_REASONS = 5
"""runs of one file that are named with the reason for which they are refused"""
IMPORTED_AT_ONCE = 4
"""files of a visitor of a hosted dashboard"""
POOLING_LABELS = {str(name): entry.label for name, entry in POOLINGS.items()}
HEAD_LABELS = {str(name): entry.label for name, entry in HEADS.items()}


def main() -> None:
    """Draw the page."""
    summaries = cached.summaries()
    bundled = sum(summary.source is Source.BUNDLED for summary in summaries)
    frame.top(
        "History: what has been trained?", history_headline(len(summaries) - bundled, bundled)
    )
    _damaged()
    if not summaries:
        st.info("Train something, and it will be listed here.", icon=":material/info:")
        if settings.load().may_import:
            _import_button()
        return
    # one's own first, each kind with the newest first
    every = sorted(summaries, key=lambda summary: summary.source is Source.BUNDLED)
    number, listed = _page(every, len(summaries) - bundled)
    curves = cached.curves(summary.key for summary in listed)
    rows = [_row(summary, curves.get(summary.key, [])) for summary in listed]
    chosen = st.dataframe(
        rows,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        height=min(38 + 35 * len(rows), 480),
        column_config={
            "test %": st.column_config.NumberColumn(format="%.1f"),
            "time, s": st.column_config.NumberColumn(format="%.1f"),
            "parameters": st.column_config.NumberColumn(format="localized"),
            "validation %": st.column_config.LineChartColumn(
                y_min=0, y_max=100, help="Validation accuracy after each epoch."
            ),
            "trained": st.column_config.DatetimeColumn(format="distance"),
        },
        placeholder="–",
        key=f"runs {number}",
        alt="One row per stored run.",
    )
    frame.checkpoint_space(cached.store().checkpoint_space())
    _actions([listed[index] for index in chosen.selection.rows], every)


def _damaged() -> None:
    """Name the runs that were found damaged since the server started."""
    if noticed := cached.store().noticed:
        st.warning(
            f"{len(noticed)} damaged {plural('run', len(noticed))} passed over: "
            f"{', '.join(noticed)}. `poolscope check` says what is wrong with "
            f"{'it' if len(noticed) == 1 else 'them'}; train again.",
            icon=":material/warning:",
        )


def _page(every: Sequence[RunSummary], own: int) -> tuple[int, Sequence[RunSummary]]:
    """The number of the page that is shown, from 1 on, and its runs; says which these are."""
    pages = ceil(len(every) / LISTED)
    if pages == 1:
        return 1, every
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = int(st.number_input("Page", 1, pages, key="page", bind="query-params", width=150))
        first = (number - 1) * LISTED
        listed = every[first : first + LISTED]
        order = "your own first, then the bundled ones; " if 0 < own < len(every) else ""
        st.caption(
            f"Page {number} of {pages}: runs {first + 1:,} to {first + len(listed):,} of "
            f"{len(every):,}, {order}newest first."
        )
    return number, listed


def _row(summary: RunSummary, curve: list[float] | None = None) -> dict[str, object]:
    """A run as a row; with its curve where there is room for one."""
    config = summary.config
    test = summary.test_accuracy
    return {
        # an older or newer version of Poolscope may have had other names
        "strategy": POOLING_LABELS.get(str(config.get("pooling")), config.get("pooling")),
        "head": HEAD_LABELS.get(str(config.get("head")), config.get("head")),
        "dropout": config.get("dropout"),
        "seed": summary.seed,
        "dataset": config.get("dataset"),
        "test %": None if test is None else 100 * test,
        **({} if curve is None else {"validation %": curve}),
        "parameters": summary.parameters,
        "time, s": summary.seconds,
        "status": str(summary.status),
        "trained": summary.created,
        "source": str(summary.source),
        "key": summary.key,
    }


def _csv(listed: Sequence[RunSummary]) -> str:
    rows = [_row(summary) for summary in listed]
    return as_csv(rows, list(rows[0]))


def _import_button() -> None:
    if st.button("Import", icon=":material/upload:", type="tertiary", key="open_import"):
        _import()


@st.dialog("Import runs", on_dismiss="rerun")
def _import() -> None:
    """Take in files of other stores; each says what it added."""
    here = settings.load()
    megabytes = here.import_megabytes if here.hosted else None
    files = uploads.several(
        "Run stores", ["db"], key="import_files", megabytes=megabytes, files=IMPORTED_AT_ONCE
    )
    st.caption(
        "As **Export runs** or `poolscope export --format db` writes them. Runs that are here "
        "already stay as they are."
    )
    if not (files and st.button("Take in", icon=":material/merge:", key="import")):
        return
    rows = []
    with st.spinner("Checking every run…"), TemporaryDirectory() as folder:
        for number, file in enumerate(files):
            path = Path(folder) / f"{number}.db"
            path.write_bytes(file.getvalue())
            rows.append(_taken_in(file.name, path))
    st.dataframe(rows, hide_index=True, key="imported", placeholder="–")


def _taken_in(name: str, path: Path) -> dict[str, object]:
    """What one file added, or why it is refused."""
    try:
        absorbed = absorb(cached.store(), path, labels_at_hand(gate.labels))
    except StoreError as error:
        # the visitor knows the file by its own name
        return {"file": name, "remark": str(error).replace(str(path), "it")}
    reasons = [f"{key}: {reason}" for key, reason in absorbed.reasons.items()]
    more = len(reasons) - LISTED_REASONS
    remark = "; ".join([*reasons[:LISTED_REASONS], *([f"and {more} more"] if more > 0 else [])])
    return {
        "file": name,
        "added": absorbed.added,
        "known before": absorbed.known,
        "refused": absorbed.refused,
        "remark": remark,
    }


def _copy(keys: Sequence[str]) -> bytes:
    """The runs as a store of their own."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "runs.db"
        write_copy(cached.store(), keys, path)
        return path.read_bytes()


def _actions(
    chosen: Sequence[RunSummary],
    every: Sequence[RunSummary],
) -> None:
    own = [summary.key for summary in chosen if summary.source is Source.HERE]
    listed = chosen or every
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Export CSV ({len(listed):,})",
            lambda: _csv(listed),
            "poolscope-runs.csv",
            "text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key="export_csv",
            help="The chosen runs, or all runs of all pages, a line each.",
        )
        asked = [summary.key for summary in chosen] or [
            summary.key for summary in every if summary.source is Source.HERE
        ]
        there = cached.readable(asked)
        wanted = [key for key in asked if key in there]
        st.download_button(
            f"Export runs ({len(wanted):,})",
            lambda: _copy(wanted),
            "poolscope-runs.db",
            "application/vnd.sqlite3",
            icon=":material/database:",
            type="tertiary",
            on_click="ignore",
            disabled=not wanted,
            key="export_runs",
            help="The chosen runs, or all that were trained here, with their weights: for "
            "**Import** on another machine.",
        )
        if settings.load().may_import:
            _import_button()
        # what strangers have trained belongs to all of them
        if not settings.load().hosted and st.button(
            "Delete", icon=":material/delete:", type="tertiary", disabled=not own, key="delete"
        ):
            _confirm(own)
        if older := len(asked) - len(wanted):
            runs = plural("run", older)
            st.caption(f"{older:,} {runs} of earlier training code can be listed, not exported.")
        if chosen and len(own) < len(chosen):
            st.caption("Bundled runs came with Poolscope and cannot be deleted.")
        elif not chosen:
            st.caption("Choose rows to export or delete them.")


@st.dialog("Delete runs")
def _confirm(keys: list[str]) -> None:
    what = "this run" if len(keys) == 1 else f"these {len(keys)} runs"
    st.markdown(f"Delete {what} from the store? They can be trained again.")
    if st.button("Delete", icon=":material/delete:", key="confirm_delete"):
        with explained():
            cached.store().delete(keys)
        st.rerun()


main()
