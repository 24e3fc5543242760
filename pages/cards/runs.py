"""The list of History: which runs are shown, in which columns, and what all of them share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.catalog import HEADS, POOLINGS
from core.comparison.varied import Varied
from core.config.fields import FIELDS
from core.run import RunSummary
from core.store import Note
from core.words import literal
from pages.shared import frame

LABELS: Mapping[str, Mapping[object, str]] = {
    "pooling": {str(name): entry.label for name, entry in POOLINGS.items()},
    "head": {str(name): entry.label for name, entry in HEADS.items()},
}
"""setting -> public name -> label; another version may have had other names"""
FIRST = ("dataset", "pooling", "head", "dropout")
"""the settings whose columns come first"""
BEFORE_RESULT = ("dataset", "pooling", "head")
"""those before seed and accuracy, for which a telephone has room"""
TESTED, VALIDATED = "test %", "validation %"
PINNED = "pinned"
OUTCOME = ("status", "source")
FILE_DIGITS = 3
"""decimals of a percentage in a file"""


def shown(every: Sequence[RunSummary], notes: Mapping[str, Note]) -> list[RunSummary]:
    """Draw the filters in the place of the sidebar; return the runs that pass them."""
    kept = list(every)
    with frame.filters():
        st.markdown("**Show runs**")
        if notes and st.toggle("With a pin or a note only", key="noted", bind="query-params"):
            kept = [summary for summary in kept if summary.key in notes]
        chosen = {
            "source": frame.several_of("Trained", _options(every, "source"), "run_source"),
            "dataset": frame.several_of("Dataset", _options(every, "dataset"), "run_dataset"),
            "pooling": frame.several_of("Pooling", _options(every, "pooling"), "run_pooling"),
            "head": frame.several_of("Head", _options(every, "head"), "run_head"),
            "dropout": frame.several_of("Dropout", _options(every, "dropout"), "run_dropout"),
            "status": frame.several_of("Status", _options(every, "status"), "run_status"),
        }
    for name, values in chosen.items():
        if values:
            kept = [summary for summary in kept if _value(summary, name) in values]
    return kept


def _options(every: Sequence[RunSummary], name: str) -> list[str]:
    """The values that runs have, in the order of the catalog."""
    order = [*FIELDS[name].words] if name in FIELDS else []
    there = dict.fromkeys(_value(summary, name) for summary in every)
    return sorted(there, key=lambda value: order.index(value) if value in order else len(order))


def _value(summary: RunSummary, name: str) -> str:
    own = {"source": summary.source, "status": summary.status}
    return str(own[name] if name in own else summary.config.get(name))


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a list of runs.

    Attributes:
        settings: flat names of the settings that have one.
        outcome: which of "status" and "source" have one.
    """

    settings: Sequence[str]
    outcome: Sequence[str]


EVERY_COLUMN = Columns(
    [*FIRST, *(name for name in FIELDS if name not in (*FIRST, "seed"))], OUTCOME
)


def columns_of(shown: Sequence[RunSummary], found: Varied) -> Columns:
    """The columns in which some runs differ; of a single run, what people ask for first."""
    if len(shown) == 1:
        return Columns(FIRST, OUTCOME)
    outcome = [name for name in OUTCOME if len({_value(each, name) for each in shown}) > 1]
    return Columns(in_order(found.columns), outcome)


def row(
    summary: RunSummary,
    columns: Columns,
    curve: Sequence[float] | None = None,
    note: Note | None = None,
) -> dict[str, object]:
    """A run as a row of the list.

    Args:
        summary: the run.
        columns: in which runs may differ.
        curve: validation accuracy after each epoch, percent; None to leave it out.
        note: what was noted about it; None to leave it out.
    """
    test = summary.test_accuracy
    said = {name: label(name, summary.config.get(name)) for name in columns.settings}
    return {
        **({} if note is None else {"pin": PINNED if note.pinned else "", "note": note.text}),
        **{heading(name): value for name, value in said.items() if name in BEFORE_RESULT},
        "seed": summary.seed,
        TESTED: None if test is None else round(100 * test, FILE_DIGITS),
        **({} if curve is None else {VALIDATED: curve}),
        **{heading(name): value for name, value in said.items() if name not in BEFORE_RESULT},
        "parameters": summary.parameters,
        "time, s": summary.seconds,
        **{name: _value(summary, name) for name in columns.outcome},
        "trained": summary.created,
        "key": summary.key,
    }


def in_order(columns: Sequence[str]) -> list[str]:
    """Flat names of settings, those that people ask for first in front."""
    return sorted(columns, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def heading(name: str) -> str:
    """What a setting is called above its column."""
    return "strategy" if name == "pooling" else FIELDS[name].about.label.lower()


def label(name: str, value: object) -> object:
    """A value of a setting as people call it; a text wherever some values are words."""
    called = LABELS.get(name, {}).get(value, value)
    return str(called) if FIELDS[name].words and called is not None else called


def in_common(shown: Sequence[RunSummary], found: Varied, columns: Columns) -> str:
    """What all of some runs share, in a line of Markdown; empty for a single run."""
    if len(shown) == 1:
        return ""
    said = [
        *(
            f"{heading(name)} {label(name, found.shared[name])}"
            for name in in_order(tuple(found.shared))
        ),
        *(_value(shown[0], name) for name in OUTCOME if name not in columns.outcome),
    ]
    rest = "Settings without a column are at their default."
    return f"**All {len(shown):,} runs:** {literal(', '.join(said))}. {rest}" if said else rest
