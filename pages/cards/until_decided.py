"""Train until decided: seeds are added in looks, to the networks whose comparison is still open."""

from dataclasses import replace

import streamlit as st

from core.catalog import Pooling
from core.comparison import Comparison
from core.comparison.until_decided import Plan, Standing, needed, standings, still_possible
from core.config import Experiment
from core.sentences.intervals import span
from core.sentences.until_decided import STOPS, announced, so_far, stopped
from core.words import about, plural, points
from pages.shared import evidence, frame, jobs

UNTIL_DECIDED_TITLE = "Train until decided"


def card(comparison: Comparison, compare_with: Pooling | None) -> None:
    """Draw what is decided, and offer the runs of the next look; nothing is read until opened.

    Args:
        comparison: the visitor's choice, whose seeds are not used.
        compare_with: the strategy that the others are compared with, where it is among them.
    """
    plan = Plan.of(comparison, preferred=compare_with)
    if not plan.pairs:
        return
    with frame.section("until decided"):
        place = st.expander(
            UNTIL_DECIDED_TITLE, icon=":material/rule:", key="until decided", on_change="rerun"
        )
        if place.open:
            with place:
                _fill(plan, comparison)


def _fill(plan: Plan, comparison: Comparison) -> None:
    wanted = replace(comparison, seeds=tuple(range(plan.looks[-1])))
    results = evidence.results(wanted)
    now = standings(plan, results)
    missing = needed(now)
    st.markdown(announced(plan))
    st.markdown(f"**So far:** {so_far(now)}.")
    if missing:
        _offer(missing, still_possible(plan, now, results))
    else:
        st.markdown(frame.written(stopped(now, plan)))
    st.dataframe(
        [_row(one, plan) for one in now],
        hide_index=True,
        placeholder="–",
        key="standings",
        alt="One row per comparison: what is decided, and after how many seeds.",
    )
    st.caption(
        "Intervals are corrected for all comparisons and looks, so they are wider than those of "
        "the figures, and what is decided stays decided. The figures show as many seeds as the "
        "sidebar says."
    )


def _offer(look: tuple[Experiment, ...], rest: tuple[Experiment, ...]) -> None:
    """Offer the runs of the next look, and say what all looks take at most."""
    missing = jobs.not_asked_for(look)
    if not missing:
        st.markdown("The next look is being trained. What it decides is said here when it ends.")
        return
    st.markdown(
        f"**Next look:** {_runs(missing)}. **At most**, if nothing is decided before the last one: "
        f"{_runs(rest)}."
    )
    jobs.train_button(missing, f"Train the next look ({_runs(missing)})", "train_look")


def _runs(missing: tuple[Experiment, ...]) -> str:
    """How many runs, and how long they take if that is known."""
    known = jobs.expected(missing)
    time = f", {about(known.text)}" if known else ""
    return f"{len(missing)} {plural('run', len(missing))}{time}"


def _row(one: Standing, plan: Plan) -> dict[str, object]:
    seen = one.difference.at(plan.level, len(plan.pairs)) if one.difference else None
    return {
        "network": one.arm.label,
        "against": one.reference.label,
        "outcome": STOPS[one.outcome],
        "seeds": one.seeds,
        "points": points(seen.mean) if seen else None,
        "interval": span(seen) if seen else None,
    }
