"""Predictions of claims: asked before the reveal, kept in the session, and scored."""

import streamlit as st

from core.claims import CLAIMS, ClaimResult, ClaimVerdict, ComparedPart, Unit
from core.claims.guess import GUESSES, Guess, as_difference, asked, score
from core.sentences.claims import verdict_word
from core.sentences.guesses import question, score_sentence
from pages.shared import cached

VERDICT_OF_WORD = {verdict_word(verdict): verdict for verdict in GUESSES}
PREDICTIONS = """
**Holds**: every part of the claim holds. **Depends**: some parts hold and some do not.
**Refuted**: no part holds.
"""
SCALES = {
    Unit.POINTS: (-30.0, 30.0, 0.0, 0.5),
    Unit.PERCENT: (0.0, 100.0, 50.0, 1.0),
    Unit.TIMES: (0.1, 5.0, 1.0, 0.1),
}
"""ends, start and step of the slider, the same for every claim, so that they give nothing away"""


def made() -> dict[str, Guess]:
    """What the visitor has predicted in this session, by the claim's id."""
    guesses: dict[str, Guess] = st.session_state.setdefault("guesses", {})
    return guesses


def said() -> str:
    """How well the visitor has predicted so far; empty before the first prediction."""
    return score_sentence(score(made(), cached.claim_results().values()), len(CLAIMS))


def form(result: ClaimResult) -> None:
    """Ask for the verdict, and for the size of the first measured effect; then redraw the page."""
    name, part = result.claim.id, asked(result)
    with st.form(f"prediction {name}"):
        word = st.segmented_control(
            "What do you expect?", list(VERDICT_OF_WORD), key=f"guess {name}", help=PREDICTIONS
        )
        effect = _slider(name, part) if part else None
        if st.form_submit_button("Reveal", icon=":material/visibility:"):
            if word is None:
                st.caption("Choose a verdict first.")
                return
            _keep(name, VERDICT_OF_WORD[word], effect)


def _slider(name: str, part: ComparedPart) -> float:
    least, most, start, step = SCALES[part.part.unit]
    value = st.slider(question(part), least, most, start, step, key=f"size {name}")
    return as_difference(part, value)


def _keep(name: str, verdict: ClaimVerdict, effect: float | None) -> None:
    made()[name] = Guess(verdict, effect)
    st.rerun()
