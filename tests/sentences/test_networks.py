"""Is any network compared with any other, and no more said than the seeds allow?"""

import pytest

from core.analyses.shift_map import ShiftMap, ShiftSettings
from core.comparison import Arm
from core.config import Experiment
from core.figures import two_shift_rows
from core.sentences.cost import two_costs
from core.sentences.headlines import plain
from core.sentences.networks import two_under_shift


def arm(pooling="max", head="gap", dropout="none"):
    flat = {"dataset": "digits", "pooling": pooling, "head": head, "dropout": dropout}
    return Arm(Experiment.from_flat(flat))


def steady(share):
    """A map in which this share of the answers stays under every shift, and half are right."""
    same, right = (((part,) * 3,) * 3 for part in (share, share / 2))
    return ShiftMap(ShiftSettings(circular=False, reach=1), (8, 8), 100, same, right)


def under_shift(own, other, one=None, reference=None):
    maps = ({seed: steady(share) for seed, share in each.items()} for each in (own, other))
    one, reference = one or arm(dropout="head"), reference or arm("average", "flatten")
    return plain(two_under_shift(one, reference, *maps))


def test_a_difference_under_shift_is_paired_by_seed():
    said = under_shift({0: 0.80, 1: 0.71, 2: 0.62, 9: 0.1}, {0: 0.70, 1: 0.60, 2: 0.53})
    assert said.startswith(
        "Max + GAP, dropout in the head is steadier under one pixel than average + Flatten by "
        "10.0 points [+7.5, +12.5], over 3 seeds"
    )


def test_the_less_steady_network_is_called_so():
    said = under_shift({0: 0.5, 1: 0.4, 2: 0.31}, {0: 0.7, 1: 0.6, 2: 0.5})
    assert " is less steady under one pixel than " in said


def test_what_the_seeds_do_not_decide_stays_undecided():
    said = under_shift({0: 0.8, 1: 0.6}, {0: 0.7, 1: 0.7})
    assert said.startswith("It is undecided which of max + GAP")


def test_one_seed_has_no_interval():
    said = under_shift({0: 0.8, 3: 0.1}, {0: 0.7, 4: 0.9})
    assert said.startswith("For seed 0, one pixel leaves 80.0 % of the predictions as they are")
    assert said.endswith("average + Flatten. One seed has no interval.")
    assert "[" not in said


def test_nothing_is_said_of_one_network_twice_or_without_a_common_seed():
    assert "" == under_shift({0: 0.8}, {0: 0.8}, arm(), arm())
    assert "" == under_shift({0: 0.8}, {1: 0.8})


def test_the_table_has_the_same_seeds_as_the_sentence():
    own, other = {0: steady(0.8), 1: steady(0.1)}, {0: steady(0.7)}
    rows = two_shift_rows(arm(), arm("average"), own, other)
    assert ["80.0", "80.0", "40.0"] == [row["Max + GAP, %"] for row in rows]
    assert ["+10.0", "+10.0", "+5.0"] == [row["difference, points"] for row in rows]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            arm(head="flatten"),
            (
                " + Flatten has 1.2 times the parameters of max + GAP; "
                "MACs and activation memory are about the same."
            ),
        ),
        (
            arm("average"),
            " + GAP has exactly the parameters, MACs and activation memory of max + GAP.",
        ),
        (
            arm(dropout="head"),
            (
                " + GAP, dropout in the head has about the parameters, "
                "MACs and activation memory of max + GAP."
            ),
        ),
        (
            arm("strided"),
            (
                " + GAP has 0.25 times the MACs and 0.23 times the activation memory of max + GAP; "
                "parameters are the same."
            ),
        ),
    ],
)
def test_the_costs_of_two_networks_are_compared_one_with_the_other(one, said):
    sentence = plain(two_costs(one, arm()))
    assert one.label_without_dropout.split(" + ")[0] + said == sentence


def test_nothing_is_said_of_the_costs_of_one_network_twice():
    assert () == two_costs(arm(), arm())
