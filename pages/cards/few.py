"""A few runs that were chosen from the list: one with its configuration, several side by side."""

from collections.abc import Sequence

import streamlit as st

from core import figures, settings
from core.catalog import PAGES, Page
from core.comparison import Arm
from core.comparison.varied import holding, varied
from core.config.fields import FIELDS
from core.run import Run, Source
from core.store import MOST_LETTERS, Note
from core.words import duration, join, literal, percent, plural
from pages.cards import runs
from pages.shared import cached, controls, frame, parameters, words
from pages.shared.problems import explained

MOST_BESIDE = 4
"""runs side by side"""
LETTERS = "ABCD"
MACHINE_BESIDE = ("training time", "device", "key")


def draw(keys: Sequence[str]) -> None:
    """Draw one to four stored runs; say what to choose if there are more.

    Args:
        keys: of the runs, in the order of the list.
    """
    if len(keys) > MOST_BESIDE:
        st.caption(f"Choose one to {MOST_BESIDE} runs to see them side by side.")
        return
    stored = cached.store().runs(keys)
    chosen = [stored[key] for key in keys if key in stored]
    if not chosen:
        return
    if len(chosen) == 1:
        _one(chosen[0])
    else:
        _several(chosen)


def _name(run: Run) -> str:
    return f"{Arm(run.experiment).label}, seed {run.experiment.seed}"


def _one(run: Run) -> None:
    """Draw the configuration, the result and the machine of a run."""
    with st.container(border=True, key="one run"):
        _head(f"**{literal(_name(run))}**", [run])
        # what strangers have trained belongs to all of them
        if not settings.load().hosted:
            _note(run.key)
        with st.grid(3, min_column_width=250):
            _facts("Settings", _settings(run), _others(run))
            _facts("Result", _result(run))
            _facts("Machine", _machine(run))


def _note(key: str) -> None:
    """Draw the pin and the note of a run; both are written at once."""
    before = cached.store().notes().get(key, Note())
    pin, text = f"pin {key}", f"note {key}"

    def write() -> None:
        line = " ".join(st.session_state[text].split())
        with explained():
            cached.store().note(key, Note(st.session_state[pin], line))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            "Pin",
            before.pinned,
            key=pin,
            on_change=write,
            help="Pinned runs come first in the list.",
        )
        st.text_input(
            "Note",
            before.text,
            max_chars=MOST_LETTERS,
            key=text,
            on_change=write,
            placeholder="A note of your own; it stays in this store",
            label_visibility="collapsed",
        )


def _facts(heading: str, facts: dict[str, str], below: str = "") -> None:
    with st.container(gap="xsmall"):
        st.markdown(f":gray[{heading}]")
        st.table(
            [{"what": name, "value": literal(value)} for name, value in facts.items()],
            border="horizontal",
            hide_header=True,
            hide_index=True,
        )
        if below:
            st.caption(words.marked(below))


def _settings(run: Run) -> dict[str, str]:
    """What is always said, and what is not at its default."""
    shared = varied([run.experiment.to_flat()]).shared
    said = {
        runs.heading(name): str(runs.label(name, shared[name]))
        for name in runs.in_order(tuple(shared))
    }
    return {**said, "seed": str(run.experiment.seed)}


def _others(run: Run) -> str:
    """What is at its default, and the values that the data set has of its own."""
    flat = run.experiment.to_flat()
    shared = varied([flat]).shared
    own = [name for name in FIELDS if FIELDS[name].default is None and name not in shared]
    values = join([f"{runs.heading(name)} {flat[name]}" for name in own])
    return literal(f"At their defaults for this data set: {values}. So is every other setting.")


def _result(run: Run) -> dict[str, str]:
    last = run.epochs[-1] if run.epochs else None
    test, trained, checked = run.test_accuracy, run.train_accuracy, run.validation_accuracy
    return {
        "status": str(run.status),
        "test accuracy": "–" if test is None else f"{percent(test)} %",
        "validation accuracy": "–" if checked is None else f"{percent(checked)} %",
        "training accuracy": "–" if trained is None else f"{percent(trained)} %",
        "training loss": "–" if last is None else f"{last.train_loss:.4f}",
        "epochs": f"{len(run.epochs)} of {run.experiment.hyperparameters.epochs}",
        "parameters": f"{run.parameters:,}",
        "MACs": f"{run.macs:,}",
    }


def _machine(run: Run) -> dict[str, str]:
    versions = run.machine.versions
    summary = next(each for each in cached.summaries() if each.key == run.key)
    return {
        "trained": f"{run.created[:16].replace('T', ' ')} UTC",
        "training time": duration(run.seconds),
        "store": "bundled" if summary.source is Source.BUNDLED else "trained here, or imported",
        "device": f"{run.machine.device} ({run.machine.capability})",
        **{name: versions[name] for name in sorted(versions)},
        "key": run.key,
    }


def _several(chosen: Sequence[Run]) -> None:
    """Draw a table with a column for each run, and their curves."""
    named = list(zip(LETTERS, chosen, strict=False))
    with st.container(border=True, key="few runs"):
        _head("**Side by side**", chosen)
        rows = _beside(named)
        st.dataframe(
            rows,
            hide_index=True,
            height=38 + 35 * len(rows),
            placeholder="–",
            key=f"beside {' '.join(run.key for run in chosen)}",
            alt="One column per chosen run, one row per quantity.",
        )
        if lines := [(name, run) for name, run in named if run.epochs]:
            frame.draw(figures.run_curves(lines), "few curves")


def _beside(named: Sequence[tuple[str, Run]]) -> list[dict[str, str]]:
    """The settings in which runs differ, then what came out of each."""
    flats = [run.experiment.to_flat() for _, run in named]
    columns = runs.in_order([n for n in varied(flats).columns if n not in runs.FIRST])
    settings = {
        runs.heading(name): [str(runs.label(name, flat[name])) for flat in flats]
        for name in columns
    }
    results = [_result(run) for _, run in named]
    machines = [_machine(run) for _, run in named]
    rows = {
        **settings,
        **{what: [result[what] for result in results] for what in results[0]},
        **{what: [machine[what] for machine in machines] for what in MACHINE_BESIDE},
    }
    headings = [f"{letter}: {_name(run)}" for letter, run in named]
    return [{"": what, **dict(zip(headings, values, strict=True))} for what, values in rows.items()]


def _head(title: str, chosen: Sequence[Run]) -> None:
    """Draw the title, and the ways to pages that show these runs if the sidebar can."""
    wanted = holding([run.experiment for run in chosen])
    fits = wanted is not None and len(wanted.seeds) <= parameters.SEED_COUNTS.most
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(title, width="stretch")
        if not fits or wanted is None:
            st.caption("The sidebar cannot describe them together: they differ in what it shares.")
            return
        count = len(wanted.seeds)
        for page in (Page.ACCURACY, Page.FEATURES):
            if st.button(
                f"Open on {PAGES[page].title}",
                icon=":material/arrow_forward:",
                type="tertiary",
                key=f"to {page}",
                on_click=controls.choose,
                args=(wanted,),
                help="Sets the sidebar to the smallest comparison that holds "
                f"{'it' if len(chosen) == 1 else 'them'}, with {count} {plural('seed', count)}.",
            ):
                # an empty link, because Streamlit refuses to clear one that controls write into
                st.switch_page(page.file, query_params={})
