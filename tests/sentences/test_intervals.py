"""Are means with intervals and paired differences written as the statistics mean them?"""

import pytest

from core.comparison.statistics import Interval, paired_difference
from core.sentences import intervals


def test_an_accuracy_carries_half_its_interval():
    assert "97.8 ± 0.3 %" == intervals.accuracy(Interval(0.978, 0.975, 0.981, 5))


def test_an_accuracy_of_one_seed_has_no_interval():
    assert "97.8 %" == intervals.accuracy(Interval(0.978, None, None, 1))


def difference(*values):
    return paired_difference(dict(enumerate(values)), dict.fromkeys(range(len(values)), 0.0))


def test_a_difference_that_is_decided_is_written_with_its_interval():
    decided = difference(-0.040, -0.044, -0.042, -0.038, -0.046)
    assert "−4.2 points [−4.6, −3.8]" == intervals.difference(decided)


def test_a_difference_that_is_not_decided_says_what_the_seeds_would_miss():
    undecided = difference(-0.002, 0.003, -0.006, 0.001, -0.006)
    assert (
        "Undecided: −0.2 points [−0.7, +0.3]; 5 seeds would usually miss less than 0.7."
        == intervals.difference(undecided)
    )


@pytest.mark.parametrize(("each", "expected"), [(0.0, "0.0"), (0.01, "+1.0")])
def test_an_exact_tie_claims_no_precision(each, expected):
    assert (
        f"Undecided: {expected} points in each of 3 seeds, no spread to judge it by."
        == intervals.difference(difference(each, each, each))
    )
