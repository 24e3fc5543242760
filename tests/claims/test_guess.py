"""Are predictions of claims scored by what came out?"""

from math import log

import pytest

from core.claims import CLAIMS, ClaimResult, ClaimVerdict, ComparedPart, Hypothesis, Metric
from core.claims.arms import arm
from core.claims.claim import Expectation
from core.claims.guess import Guess, Score, as_difference, asked, right, score
from core.comparison.statistics import paired_difference
from core.sentences.guesses import reaction, score_sentence


def result(name, *means, **changes):
    parts = []
    for mean in means:
        values = {seed: mean + 0.001 * (seed - 4.5) for seed in range(10)}
        given = {
            "says": "Max is ahead of none.",
            "where": "GAP, digits",
            "metric": Metric.TEST_ACCURACY,
            "arm": arm("digits", "max"),
            "against": arm("digits", "none"),
            "least": 0.01,
        }
        difference = paired_difference(values, dict.fromkeys(values, 0.0))
        part = Hypothesis(**given | changes)
        parts.append(ComparedPart(part=part, chosen=(), difference=difference))
    return ClaimResult(CLAIMS[name], tuple(parts))


FIRST, SECOND, *_ = CLAIMS


@pytest.mark.parametrize(
    ("means", "guess", "expected"),
    [
        ((0.05,), ClaimVerdict.SUPPORTED, True),
        ((0.05,), ClaimVerdict.REFUTED, False),
        ((0.05, -0.05), ClaimVerdict.NUANCED, True),
        # alike is one of the ways not to hold
        ((0.0,), ClaimVerdict.REFUTED, True),
        # nobody is right if it is undecided
        ((0.01,), ClaimVerdict.SUPPORTED, None),
    ],
)
def test_a_verdict_is_right_if_it_came_out(means, guess, expected):
    assert expected is right(Guess(guess), result(FIRST, *means))


def test_a_score_counts_verdicts_directions_and_sizes():
    results = [result(FIRST, 0.05), result(SECOND, -0.05)]
    guesses = {
        FIRST: Guess(ClaimVerdict.SUPPORTED, 0.05),
        SECOND: Guess(ClaimVerdict.SUPPORTED, -0.3),
    }
    found = score(guesses, results)
    assert Score(guesses=2, decided=2, right=1, sizes=2, directions=2, inside=1) == found
    assert score_sentence(found, 20) == (
        "You have predicted two of twenty claims: 1 of 2 decided verdicts right; 2 of 2 directions "
        "right, 1 inside the interval."
    )
    assert "" == score_sentence(score({}, results), 20)


def test_a_guess_is_a_difference_in_the_scale_of_its_part():
    points = asked(result(FIRST, 0.05))
    assert 0.125 == as_difference(points, 12.5)
    ratio = asked(result(FIRST, 0.05, metric=Metric.STEP_TIME, expected=Expectation.LESS))
    assert log(2) == as_difference(ratio, 2)


def test_the_reaction_names_the_guess_beside_what_was_measured():
    found = result(FIRST, 0.05)
    assert reaction(Guess(ClaimVerdict.REFUTED, -0.02), found, asked(found)) == (
        "You predicted “refuted”. Your size, −2.0 points, lies outside the interval; measured: "
        "+5.0 points."
    )
