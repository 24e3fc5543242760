"""Claims: what is said about pooling, and what survives a fair test?"""

from collections.abc import Collection
from typing import Literal

import streamlit as st

from core.claims import CLAIMS, ClaimResult, Kind
from core.claims.guess import asked
from core.sentences.claims import caution, claims_headline, plain_answer, tuning
from core.sentences.guesses import reaction
from core.words import about, capitalised, number_word, plural
from pages.cards import background, evidence, prediction
from pages.shared import cached, computing, frame, jobs, talk

MEANINGS = """
A part **holds** if its whole 95 % interval lies beyond the smallest effect that matters. Otherwise,
if the interval leaves no doubt, it is **too small to matter** (the direction is there), **alike**
(smaller than that on both sides of zero), or **refuted**. It is **undecided** if these seeds are
too few to tell. A claim **depends** if some parts hold and some do not.
"""


def main() -> None:
    """Draw all claims, or only the one that the link names."""
    results = cached.claim_results()
    name = st.query_params.get("claim")
    if name in results:
        _one(results[name])
    else:
        _all(results.values(), unknown=name)


def _all(results: Collection[ClaimResult], unknown: str | None) -> None:
    predict = bool(st.session_state.get("predict", "true" in st.query_params.get_all("predict")))
    if talk.in_scene():
        _overview(results, predict=predict)
        return
    frame.top(
        "Claims: what is said about pooling, and what survives a fair test?",
        # how many depend would give the prediction away
        (f"{capitalised(number_word(len(CLAIMS)))} sentences about pooling: which of them hold?",)
        if predict
        else (claims_headline(result.verdict for result in results),),
    )
    if score := prediction.said():
        st.markdown(f"**{score}**")
    if unknown:
        st.caption(f"There is no claim `{' '.join(unknown.replace('`', ' ').split())[:40]}`.")
    with frame.filters():
        st.markdown("**Show claims**")
        kinds = st.pills(
            "Decided by",
            [str(kind) for kind in Kind],
            selection_mode="multi",
            key="kind",
            bind="query-params",
            help="**exact**: arithmetic or autograd; **measured**: trained networks, ten seeds for "
            "each network; **both**.",
        )
        predict = _predict_toggle()
    with st.grid(3, min_column_width=300, border=True):
        for result in results:
            if not kinds or result.claim.kind in kinds:
                _tile(result, hidden=predict and result.claim.id not in prediction.made())
    st.caption(
        "A verdict follows from the stored runs by a fixed rule: ten paired seeds of each network, "
        "a 95 % interval, and the smallest effect that would matter, stated for each part. It is "
        "valid for these test sets, over training seeds. Claims use their own networks; the "
        "comparison in the sidebar does not affect them."
    )


def _overview(results: Collection[ClaimResult], *, predict: bool) -> None:
    """Draw all claims for a talk: the sentences, and the verdicts unless they are to be predicted.

    Args:
        results: of all claims.
        predict: whether the audience has yet to think.
    """
    if not predict and not talk.waiting():
        st.header(claims_headline(result.verdict for result in results), anchor=False)
    with st.grid(4, min_column_width=250, border=True):
        for result in results:
            with st.container(gap="xsmall"):
                if not predict:
                    frame.badge(result.verdict)
                st.markdown(f":small[{result.claim.text}]")


def _predict_toggle() -> bool:
    return st.toggle(
        "Predict before reveal",
        key="predict",
        bind="query-params",
        help="Hides every verdict until you have said what you expect.",
    )


def _tile(result: ClaimResult, *, hidden: bool) -> None:
    claim = result.claim
    with st.container(height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            if hidden:
                st.badge("Your prediction?", icon=":material/help:", color="gray")
            else:
                frame.badge(result.verdict)
            st.markdown(f":small[:gray[{claim.kind}]]", width="stretch")
            st.button(
                "Open",
                key=f"open {claim.id}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=_go,
                args=(claim.id,),
            )
        frame.heading(claim.text)
        if not hidden:
            answer = plain_answer(result) or cached.verdict_sentences()[claim.id]
            said = " ".join(filter(None, (answer, caution(result))))
            st.markdown(f":small[:gray[{frame.written((said,))}]]")


def _go(name: str | None) -> None:
    """Open a claim, or all of them."""
    if name is None:
        st.query_params.pop("claim", None)
    else:
        st.query_params["claim"] = name


def _one(result: ClaimResult) -> None:
    claim = result.claim
    guess = prediction.made().get(claim.id)
    if talk.in_scene():
        if not talk.says(claim.text):
            st.header(f"“{claim.text}”", anchor=False)
        if talk.waiting():
            evidence.description(claim)
            return
    else:
        frame.top("Claims: what is said about pooling, and what survives?", (f"“{claim.text}”",))
        if _walk(claim.id) and not guess:
            evidence.experiment(claim)
            prediction.form(result)
            return
    plain, said = plain_answer(result), cached.verdict_sentences()[claim.id]
    with st.container(horizontal=True, vertical_alignment="center"):
        frame.badge(result.verdict)
        st.markdown(f"**{plain or said}**", help=MEANINGS, width="content")
    if plain:
        st.markdown(said.removeprefix(plain).strip())
    if warning := caution(result):
        frame.warn([(warning,)])
    if rates := tuning(result):
        st.caption(rates)
    part = asked(result)
    if guess:
        st.markdown(f"{reaction(guess, result, part)} :gray[{prediction.said()}]")
    _missing(result)
    wide, narrow = frame.columns((3, 2))
    with wide:
        effect = guess.effect if guess else None
        evidence.draw(result, (part, effect) if part and effect is not None else None)
    with narrow, frame.section("papers"):
        background.draw(result)


def _walk(name: str) -> bool:
    """Draw buttons to all claims and to the neighbours; return whether to predict first."""
    names = list(CLAIMS)
    place = names.index(name)
    buttons: tuple[tuple[str, str, Literal["left", "right"], str | None], ...] = (
        ("All claims", "apps", "left", None),
        ("Previous", "chevron_left", "left", names[place - 1]),
        ("Next", "chevron_right", "right", names[(place + 1) % len(names)]),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, icon, side, target in buttons:
            st.button(
                label,
                icon=f":material/{icon}:",
                icon_position=side,
                type="tertiary",
                on_click=_go,
                args=(target,),
            )
        st.markdown(f":gray[{place + 1} of {len(names)}]", width="content")
        return _predict_toggle()


def _missing(result: ClaimResult) -> None:
    """Offer to train the missing runs; once they exist, offer the missing computations."""
    runs = jobs.not_asked_for(result.runs)
    if runs:
        known = jobs.expected(runs)
        time = f", {about(known.text)}" if known else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            missing = f"**{len(runs)} {plural('run', len(runs))} missing**{time}"
            st.markdown(missing, width="content")
            jobs.train_button(runs)
    elif result.requests:
        needed = [request.run for request in result.requests if request.run]
        bare = cached.without_weights(needed)
        jobs.train_again(bare)
        keys = {experiment.key for experiment in bare}
        computing.offer(
            [request for request in result.requests if request.key not in keys],
            "computation",
            "computations",
            key="compute_claim",
        )


main()
