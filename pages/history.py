"""History: what has been trained, and with what result?"""

from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from core import settings
from core.comparison.varied import varied
from core.errors import StoreError
from core.run import RunSummary, Source
from core.sentences.headlines import history_headline
from core.store import Note, absorb, labels_at_hand, write_copy
from core.words import as_csv, plural
from pages.cards import few, runs
from pages.shared import cached, frame, gate, uploads, words
from pages.shared.problems import explained

LISTED = 250
"""rows of one page of the list"""
LISTED_REASONS = 5
"""runs of one file that are named with the reason for which they are refused"""
IMPORTED_AT_ONCE = 4
"""files of a visitor of a hosted dashboard"""
_PINNED = "pinned_first"
"""in a session: keys of the runs that come first as long as some are chosen"""


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
    notes = cached.store().notes()
    pinned = {key for key, note in notes.items() if note.pinned}
    # a list in another order would forget which run is chosen
    first = st.session_state.setdefault(_PINNED, pinned)
    # pinned ones first, then one's own, each kind with the newest first
    every = sorted(
        summaries,
        key=lambda summary: (summary.key not in first, summary.source is Source.BUNDLED),
    )
    shown = runs.shown(every, notes)
    if not shown:
        st.info("No run passes all filters of the sidebar.", icon=":material/filter_alt:")
        return
    _list(shown, every, notes)


def _list(
    shown: Sequence[RunSummary], every: Sequence[RunSummary], notes: Mapping[str, Note]
) -> None:
    """Draw the runs that pass the filters, what was chosen of them, and what can be done."""
    differing = varied([summary.config for summary in shown])
    columns = runs.columns_of(shown, differing)
    if said := runs.in_common(shown, differing, columns):
        st.markdown(words.marked(said))
    number, listed = _page(shown, sum(summary.source is Source.HERE for summary in shown))
    curves = cached.curves(summary.key for summary in listed)
    noted = any(each.key in notes for each in listed)
    rows = [
        runs.row(
            each,
            columns,
            curves.get(each.key, []),
            notes.get(each.key, Note()) if noted else None,
        )
        for each in listed
    ]
    chosen = st.dataframe(
        rows,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        height=min(38 + 35 * len(rows), 480),
        column_config={
            "note": st.column_config.TextColumn(width=160),
            runs.TESTED: st.column_config.NumberColumn(format="%.1f"),
            "time, s": st.column_config.NumberColumn(format="%.1f"),
            "parameters": st.column_config.NumberColumn(format="localized"),
            runs.VALIDATED: st.column_config.LineChartColumn(
                y_min=0, y_max=100, help="Validation accuracy after each epoch."
            ),
            "trained": st.column_config.DatetimeColumn(format="distance"),
        },
        placeholder="–",
        # a choice of rows is forgotten with the list that it was made in
        key=f"runs {number} {hash(tuple(each.key for each in listed))}",
        alt="One row per stored run.",
    )
    frame.checkpoint_space(cached.store().checkpoint_space())
    picked = [listed[index] for index in chosen.selection.rows]
    if not picked:
        st.session_state.pop(_PINNED, None)
    _actions(picked, shown, every)
    few.draw([summary.key for summary in picked])


def _damaged() -> None:
    """Name the runs that were found damaged since the server started."""
    if noticed := cached.store().noticed:
        st.warning(
            f"{len(noticed)} damaged {plural('run', len(noticed))} left out: "
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


def _csv(listed: Sequence[RunSummary]) -> str:
    """Every setting of every run, whether it varies or not."""
    rows = [runs.row(summary, runs.EVERY_COLUMN) for summary in listed]
    return as_csv(rows, list(rows[0]))


def _import_button() -> None:
    if st.button("Import", icon=":material/upload:", type="tertiary", key="open_import"):
        _import()


@st.dialog("Import runs", on_dismiss="rerun")
def _import() -> None:
    """Import files of other stores; each says what it added."""
    here = settings.load()
    megabytes = here.import_megabytes if here.hosted else None
    files = uploads.several(
        "Run stores", ["db"], key="import_files", megabytes=megabytes, files=IMPORTED_AT_ONCE
    )
    st.caption(
        "As **Export runs** or `poolscope export --format db` writes them. Runs that are here "
        "already stay as they are."
    )
    if not (files and st.button("Import", icon=":material/merge:", key="import")):
        return
    rows = []
    with st.spinner("Checking every run…"), TemporaryDirectory() as folder:
        for number, file in enumerate(files):
            path = Path(folder) / f"{number}.db"
            path.write_bytes(file.getvalue())
            rows.append(_imported(file.name, path))
    st.dataframe(rows, hide_index=True, key="imported", placeholder="–")


def _imported(name: str, path: Path) -> dict[str, object]:
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
        "already here": absorbed.known,
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
    picked: Sequence[RunSummary], shown: Sequence[RunSummary], every: Sequence[RunSummary]
) -> None:
    """Draw what can be done with the chosen runs, or else with those that are shown."""
    own = [summary.key for summary in picked if summary.source is Source.HERE]
    kind = "chosen" if picked else "shown" if len(shown) < len(every) else "stored"
    with st.container(horizontal=True, vertical_alignment="center"):
        _export_table(picked or shown, kind)
        _export_runs(picked, shown, kind)
        if settings.load().may_import:
            _import_button()
        # what strangers have trained belongs to all of them
        if not settings.load().hosted and st.button(
            "Delete", icon=":material/delete:", type="tertiary", disabled=not own, key="delete"
        ):
            _confirm(own)
        if picked and len(own) < len(picked):
            st.caption("Bundled runs came with Poolscope and cannot be deleted.")
        elif not picked:
            st.caption("Choose one run to see its settings, or two to four to compare them.")


def _export_table(listed: Sequence[RunSummary], kind: str) -> None:
    st.download_button(
        f"Export CSV ({len(listed):,} {kind})",
        lambda: _csv(listed),
        "poolscope-runs.csv",
        "text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="export_csv",
        help="A line for each of these runs, on whatever page of the list, with every setting.",
    )


def _export_runs(picked: Sequence[RunSummary], shown: Sequence[RunSummary], kind: str) -> None:
    """Draw the download of the chosen runs, or of those shown that were not bundled."""
    own = [summary.key for summary in shown if summary.source is Source.HERE]
    asked = [summary.key for summary in picked] or own
    there = cached.readable(asked)
    wanted = [key for key in asked if key in there]
    which = f" ({len(wanted):,} {kind if picked else f'{kind}, not bundled'})" if wanted else ""
    st.download_button(
        f"Export runs{which}",
        lambda: _copy(wanted),
        "poolscope-runs.db",
        "application/vnd.sqlite3",
        icon=":material/database:",
        type="tertiary",
        on_click="ignore",
        disabled=not wanted,
        key="export_runs",
        help="With their weights, for **Import** on another machine. Bundled runs are on every "
        "machine, so they are exported only where they are chosen.",
    )
    if older := len(asked) - len(wanted):
        word = plural("run", older)
        st.caption(f"{older:,} {word} of earlier training code can be listed, not exported.")


@st.dialog("Delete runs")
def _confirm(keys: list[str]) -> None:
    what = "this run" if len(keys) == 1 else f"these {len(keys)} runs"
    st.markdown(f"Delete {what} from the store? They can be trained again.")
    if st.button("Delete", icon=":material/delete:", key="confirm_delete"):
        with explained():
            cached.store().delete(keys)
        st.rerun()


main()
