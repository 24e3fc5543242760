"""Evidence for a claim: the experiment, its exact and measured parts, and extra measurements."""

from collections.abc import Sequence

import streamlit as st

from core import figures
from core.claims import Claim, ClaimResult, ComparedPart, ComputedPart, Unit, compared, computed
from core.figures.claim_rows import Guessed
from core.sentences.claims import cautions
from pages.cards import recipes
from pages.shared import cached, exports, frame

INTERVALS_READING = """
Each row is one part. The bar is the 95 % interval of the paired difference over ten training
seeds, or ten timed rounds; the mark is its mean, filled if the part is decided. The part **holds**
if the whole bar lies in the grey zone, and is **undecided** if the bar crosses the zone's edge.
If the whole bar lies outside, it is **too small to matter** on the side of the claim, **alike** if
it crosses the line of no effect without reaching the smallest effect that counts, and **refuted**
otherwise.
"""
MAP_READING = """
Each cell is one part, with its mean effect, where the circumstances in its row and column meet.
"""
PICTURED = {"max-keeps-edges": figures.thin_lines}
"""id of a claim whose result can be seen -> the picture of it"""
TITLE_ENDS = {Unit.POINTS: "", Unit.PERCENT: " as percentages", Unit.TIMES: " as ratios"}


def draw(result: ClaimResult, guess: Guessed | None = None) -> None:
    """Draw the experiment and its results; folded, what else was measured.

    Args:
        result: of the claim.
        guess: what the visitor expected of one part, drawn over its interval.
    """
    measured = compared(result.parts)
    _map(measured, result.claim.id)
    recipes.beside_claim(measured)
    _effects(measured, "Results", "parts", result.claim.id, guess)
    experiment(result.claim, computed(result.parts))
    if result.extras:
        with (
            frame.section("extras"),
            st.expander("Also measured; not part of the verdict", icon=":material/add:"),
        ):
            _facts(computed(result.extras))
            _effects(
                compared(result.extras), "Also measured", "extras", f"{result.claim.id} beside"
            )


def experiment(claim: Claim, facts: Sequence[ComputedPart] = ()) -> None:
    """Draw how a claim is tested, and the exact parts if they may be shown."""
    with frame.section("experiment"):
        description(claim, facts)


def description(claim: Claim, facts: Sequence[ComputedPart] = ()) -> None:
    """Draw the card of the experiment, whatever a scene shows."""
    with st.container(border=True, key="card experiment"):
        frame.heading("The experiment")
        st.markdown(claim.test)
        if facts and claim.id in PICTURED:
            frame.draw(cached.chart(PICTURED[claim.id]), f"{claim.id} picture")
        _facts(facts)


def _map(results: Sequence[ComparedPart], key: str) -> None:
    """Draw where the claim holds, if its parts differ in more than one respect."""
    chart = cached.chart(figures.outcomes, tuple(results))
    if chart.rows:
        with frame.card(
            "Where does it hold?", "parts map", reading=MAP_READING, stretch=False
        ) as head:
            frame.fill(head, chart, f"{key} map", file_name=f"{key}-map.csv")


def _facts(results: Sequence[ComputedPart]) -> None:
    """Draw the exact parts, a row each: verdict, statement, result, numbers."""
    for result in results:
        with st.container(horizontal=True, vertical_alignment="top", wrap=False):
            frame.badge(result.verdict)
            with st.container(gap=None):
                st.markdown(f"**{result.part.says}**")
                if result.fact:
                    st.markdown(f":gray[{result.fact.sentence}]")
                    if result.fact.rows:
                        rows, part = result.fact.rows, result.part
                        exports.menu(rows, "fact.csv", part.fact, title=part.says)


def _effects(
    results: Sequence[ComparedPart],
    title: str,
    card: str,
    key: str,
    guess: Guessed | None = None,
) -> None:
    """Draw the measured parts, one figure per unit."""
    for unit in Unit:
        chart = cached.chart(figures.effects, tuple(results), unit, guess)
        if not chart.rows:
            continue
        kind = unit.name.lower()
        heading = f"{title}{TITLE_ENDS[unit]}"
        with frame.card(
            heading, f"{card} {kind}", reading=INTERVALS_READING, stretch=False
        ) as head:
            # name each network once, even if several parts compare it
            drawn = (result for result in results if result.part.unit is unit)
            said = dict.fromkeys(sentence for result in drawn for sentence in cautions(result))
            frame.warn([(sentence,) for sentence in said])
            frame.fill(
                head,
                chart,
                f"{key} {kind}",
                file_name=f"{key.replace(' ', '-')}.csv",
                interval=figures.Reading.PARTS,
            )
