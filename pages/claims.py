"""Claims: what is said about pooling, and what survives a fair test?"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core import figures
from core.catalog import PAGES, Page
from core.claims import CLAIMS, Contrast, Judged, Judgement, Kind, Outcome
from core.claims.leads import lead, networks
from core.comparison import Arm
from core.figures import Unit
from core.sentences.claims import (
    caution,
    cautions,
    claims_headline,
    outcome_word,
    verdict_sentence,
)
from core.sentences.differences import what_else
from core.words import about, plural
from pages.shared import cached, computing, controls, frame, jobs

GUESSES = [
    outcome_word(outcome)
    for outcome in (Outcome.SUPPORTED, Outcome.NUANCED, Outcome.REFUTED, Outcome.UNDECIDED)
]
MEANINGS = """
**Holds**: every part of the claim holds. **Depends**: some parts hold and some are refuted.
**Refuted**: every part is. **Undecided**: these seeds cannot tell.
"""
READING = """
Each row is one part. The bar is the 95 % interval of the paired difference over ten training
seeds, or ten timed rounds; the mark is its mean, filled if the part is decided. The part **holds**
if the whole bar lies in the grey zone, is **refuted** if the whole bar lies outside of it, and is
**undecided** otherwise. The line is no effect.
"""
KINDS = {Unit.POINTS: "", Unit.PERCENT: ": shares", Unit.TIMES: ": times"}
SECONDS_PER_COMPUTATION = 3.0
POINT = 0.01


def main() -> None:
    """Draw all claims, or the one that the link names."""
    chosen = st.query_params.get("claim")
    if chosen in CLAIMS:
        _one(cached.judgements()[chosen])
    else:
        _all(list(cached.judgements().values()), unknown=chosen)


def _all(judgements: list[Judgement], unknown: str | None) -> None:
    frame.top(
        "Claims: what is said about pooling, and what survives a fair test?",
        (claims_headline(judgement.outcome for judgement in judgements),),
    )
    if unknown:
        st.caption(f"There is no claim `{' '.join(unknown.replace('`', ' ').split())[:40]}`.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = st.pills(
            "Decided by",
            [str(kind) for kind in Kind],
            selection_mode="multi",
            key="kind",
            bind="query-params",
            help="**exact**: arithmetic or autograd; **measured**: trained networks, ten seeds for "
            "each arm; **both**.",
        )
        _predict_toggle()
    shown = [each for each in judgements if not kinds or str(each.claim.kind) in kinds]
    with st.grid(3, min_column_width=300, border=True):
        for judgement in shown:
            _tile(judgement)
    st.caption(
        "A verdict follows from the stored runs by a fixed rule: ten paired seeds for each arm, a "
        "95 % interval, and the smallest effect that would matter, stated for each part. On these "
        "test sets, over training seeds. Claims have arms of their own: the comparison in the "
        "sidebar is for the other pages."
    )


def _predict_toggle() -> bool:
    return st.toggle(
        "Predict before reveal",
        key="predict",
        bind="query-params",
        help="Hides every verdict until you have said what you expect.",
    )


def _tile(judgement: Judgement) -> None:
    claim = judgement.claim
    with st.container(height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            if _hidden(claim.id):
                st.badge("Your prediction?", icon=":material/help:", color="gray")
            else:
                frame.badge(judgement.outcome)
            st.markdown(f":small[:gray[{claim.kind}]]", width="stretch")
            st.button(
                "Open",
                key=f"open {claim.id}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=_go,
                args=(claim.id,),
            )
        st.markdown(f"**{claim.text}**")
        if not _hidden(claim.id):
            st.markdown(f":small[:gray[{frame.written((_said(judgement),))}]]")


def _said(judgement: Judgement) -> str:
    """What came out; where runs have not learned, that is said first."""
    return " ".join([*filter(None, [caution(judgement)]), verdict_sentence(judgement)])


def _hidden(name: str) -> bool:
    """Whether the visitor wants to predict first, and has not yet."""
    return bool(st.session_state.get("predict")) and not _guesses().get(name)


def _guesses() -> dict[str, str]:
    found: dict[str, str] = st.session_state.setdefault("guesses", {})
    return found


def _go(name: str | None) -> None:
    """Open a claim, or all of them."""
    if name is None:
        st.query_params.pop("claim", None)
    else:
        st.query_params["claim"] = name


def _one(judgement: Judgement) -> None:
    claim = judgement.claim
    frame.top("Claims: what is said about pooling, and what survives?", (f"“{claim.text}”",))
    _walk(claim.id)
    if not _predicted(claim.id):
        st.caption("The experiment and its outcome appear once you have predicted.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        frame.badge(judgement.outcome)
        st.markdown(f"**{_said(judgement)}**", help=MEANINGS, width="content")
        guess = _guesses().get(claim.id)
        if guess:
            hit = guess == outcome_word(judgement.outcome)
            st.markdown(
                f":gray[You predicted: {guess.lower()}{', rightly' if hit else ''}.]",
                width="content",
            )
    _missing(judgement)
    left, right = st.columns([3, 2])
    with left:
        _experiment(judgement)
    with right, frame.section("What the papers say"):
        _beyond(judgement)


def _walk(name: str) -> None:
    names = list(CLAIMS)
    place = names.index(name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("All claims", icon=":material/apps:", type="tertiary", on_click=_go, args=(None,))
        st.button(
            "Previous",
            icon=":material/chevron_left:",
            type="tertiary",
            on_click=_go,
            args=(names[place - 1],),
        )
        st.button(
            "Next",
            icon=":material/chevron_right:",
            icon_position="right",
            type="tertiary",
            on_click=_go,
            args=(names[(place + 1) % len(names)],),
        )
        st.markdown(f":gray[{place + 1} of {len(names)}]", width="content")
        _predict_toggle()


def _predicted(name: str) -> bool:
    """Ask for a prediction if the visitor wants that; whether the outcome may be shown."""
    if not _hidden(name):
        return True
    guess = st.segmented_control("What do you expect?", GUESSES, key=f"guess {name}", help=MEANINGS)
    if guess:
        _guesses()[name] = guess
        st.rerun()
    return False


def _missing(judgement: Judgement) -> None:
    runs = jobs.not_asked_for(judgement.runs)
    if runs:
        known = jobs.expected(runs)
        time = f", {about(known.text)}" if known else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{len(runs)} {plural('run', len(runs))} missing**{time}", width="content"
            )
            jobs.train_button(runs)
    elif judgement.requests:
        needed = [request.run for request in judgement.requests if request.run]
        bare = cached.without_weights(needed)
        jobs.train_again(bare)
        keys = {experiment.key for experiment in bare}
        computing.offer(
            [request for request in judgement.requests if request.key not in keys],
            "computation",
            "computations",
            SECONDS_PER_COMPUTATION,
            key="compute_claim",
        )
    jobs.watch()


def _experiment(judgement: Judgement) -> None:
    with frame.section("The experiment"), st.container(border=True):
        st.markdown("**The experiment**")
        st.markdown(judgement.claim.test)
        _facts(judgement.parts)
    _effects(judgement.parts, "What came out", judgement.claim.id)
    if judgement.beside:
        with (
            frame.section("Measured as well"),
            st.expander("Measured as well; no part of the verdict", icon=":material/add:"),
        ):
            _facts(judgement.beside)
            _effects(judgement.beside, "Beside the claim", f"{judgement.claim.id} beside")


def _facts(parts: tuple[Judged, ...]) -> None:
    """The exact parts, a row each: verdict, statement, what came out, its numbers."""
    for judged in parts:
        if isinstance(judged.part, Contrast):
            continue
        with st.container(horizontal=True, vertical_alignment="top", wrap=False):
            frame.badge(judged.outcome)
            with st.container(gap=None):
                st.markdown(f"**{judged.part.says}**")
                if judged.fact:
                    st.markdown(f":gray[{judged.fact.sentence}]")
                    if judged.fact.rows:
                        frame.numbers(judged.fact.rows, "fact.csv", judged.part.fact)


def _effects(parts: tuple[Judged, ...], title: str, key: str) -> None:
    """The measured parts, a figure for each kind of axis."""
    for unit in Unit:
        shown = figures.drawn(parts, unit)
        if not shown:
            continue
        name = f"{key} {unit.name.lower()}"
        # each network once, whatever it is compared with
        unlearned = list(dict.fromkeys(said for judged in shown for said in cautions(judged)))
        with frame.card(
            f"{title}{KINDS[unit]}",
            figures.effects_table(shown),
            file_name=f"{key.replace(' ', '-')}.csv",
            reading=READING,
            key=name,
            stretch=False,
        ):
            frame.warn([(each,) for each in unlearned])
            figure = figures.effects(shown, unit, **frame.look())
            frame.chart(figure, figures.effects_alt(shown, unit), name)
            arrow = " An arrow: the bar goes on." if figures.goes_beyond(figure) else ""
            st.caption(f"{_scope(shown)}{arrow}")


def _scope(shown: list[Judged]) -> str:
    pairs = {judged.difference.n for judged in shown if judged.difference}
    least = {judged.part.least for judged in shown if isinstance(judged.part, Contrast)}
    timed = all(isinstance(j.part, Contrast) and j.part.metric.is_timed for j in shown)
    what = "rounds on one machine" if timed else "paired seeds, on this test set"
    smallest = ""
    ratio = any(isinstance(j.part, Contrast) and j.part.metric.is_ratio for j in shown)
    if len(least) == 1 and (d := least.pop()):
        size = f"{100 * d:g} %" if ratio else f"{100 * d:g} {'point' if d == POINT else 'points'}"
        smallest = f" Smallest effect that counts: {size}."
    return f"{min(pairs)} {what}; 95 % intervals.{smallest}"


def _beyond(judgement: Judgement) -> None:
    claim = judgement.claim
    with st.container(border=True):
        st.markdown("**What the papers say**")
        for finding in claim.literature:
            st.markdown(f"{finding.source}: {finding.found} :gray[({finding.certainty})]")
        if not claim.literature:
            exact = claim.kind is Kind.EXACT
            none = "A matter of arithmetic." if exact else "We have no figure from a paper."
            st.markdown(f":gray[{none}]")
    with st.container(border=True):
        st.markdown("**What we expected, before looking**")
        st.markdown(claim.expected)
        st.markdown("**What would change our mind**")
        st.markdown(claim.change)
    _else(judgement)
    if claim.page:
        _try(*claim.page)


def _try(path: str, parameters: Mapping[str, Any]) -> None:
    """A page on which one can try what the claim computes, and what is to be seen there."""
    with st.container(border=True):
        _link(f"Try it on {PAGES[Page(path)].title}", path, parameters)
        comparison = controls.led_to(parameters)
        said = {
            "by_hand": "Numbers of your own choice, by the operators alone.",
            "cost": f"Counted there: {networks(comparison)}. Times are measured anew.",
        }[path]
        absent = 0
        if path == "cost":
            keys = {experiment.key for experiment in comparison.experiments}
            absent = len(keys - cached.store().present(keys))
        st.caption(said + (f" Its accuracies lack {absent} runs." if absent else ""))


def _link(label: str, path: str, parameters: Mapping[str, Any]) -> None:
    address = f"/{path}?{urlencode(parameters, doseq=True)}" if parameters else f"/{path}"
    st.link_button(label, address, icon=":material/open_in_new:")


def _else(judgement: Judgement) -> None:
    """What differs between the arms besides what is compared, and where else they are compared."""
    pairs = {
        _pair(judged.part): judged
        for judged in (*judgement.parts, *judgement.beside)
        if isinstance(judged.part, Contrast) and not judged.part.metric.is_timed
    }
    if not pairs:
        return
    with st.container(border=True):
        st.markdown("**What else changed between the arms**")
        name = st.selectbox("Arms", list(pairs), label_visibility="collapsed", key="arms")
        judged = pairs[name]
        if isinstance(judged.part, Contrast) and judged.part.control:
            _changes(judged)
        _lead(judged)


def _pair(part: Contrast) -> str:
    if part.control is None:
        return f"{part.arm.name}, {part.where}"
    return f"{part.arm.name} against {part.control.name}, {part.where}"


def _changes(judged: Judged) -> None:
    arm, control = (Arm(experiment) for experiment in judged.chosen)
    rows = [
        {"what": what, "control": first, "arm": second}
        for what, first, second in [
            *_recipe(control, arm),
            *((change.what, change.first, change.second) for change in what_else(control, arm)),
        ]
    ]
    if rows:
        st.dataframe(rows, hide_index=True, width="stretch", key="what else")
    else:
        st.caption("Nothing that the ledger counts.")


def _lead(judged: Judged) -> None:
    """The page that compares these networks, and every difference between there and here."""
    found = lead(judged, cached.store().present)
    if found is None:
        st.caption("No page gives these networks one recipe: they are compared here alone.")
        return
    page = PAGES[found.page].title
    text = "; ".join(found.differences)
    if found.missing:
        total = len(found.comparison.experiments)
        st.caption(
            f"{page} has no such comparison yet, {found.missing} of its {total} runs are missing: "
            f"{text}."
        )
    elif found.differences:
        _link(f"A similar comparison on {page}", found.page, found.parameters)
        st.caption(f"{text[:1].upper()}{text[1:]}.")
    else:
        _link(f"The same on {page}", found.page, found.parameters)


def _recipe(control: Arm, arm: Arm) -> list[tuple[str, str, str]]:
    """Fields of the configuration that differ: a chosen rate, a size, a position."""
    first, second = control.experiment.to_flat(), arm.experiment.to_flat()
    return [
        (name.replace("_", " "), str(first[name]), str(second[name]))
        for name in first
        if first[name] != second[name] and name != "seed"
    ]


main()
