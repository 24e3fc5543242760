"""Does a page without room for all networks choose fairly, and describe only those it shows?"""

from itertools import product

import pytest

from core.analyses.shift_map import ShiftMap, ShiftSettings
from core.comparison import Comparison
from core.config import Experiment
from core.sentences.headlines import plain
from core.sentences.shown import (
    answers_headline,
    in_turns,
    picked,
    steadiness_headline,
)

CLASSES = tuple("0123456789")
POOLS = ("max", "average", "lp", "blur-max", "conv", "median", "soft", "min")


def comparison(pooling=POOLS, head=("gap", "flatten"), dropout=("none",), seeds=5):
    """In the order of the sidebar: all strategies under one head, then under the next."""
    arms = [
        Experiment.from_flat({"pooling": p, "head": h, "dropout": d})
        for d, h, p in product(dropout, head, pooling)
    ]
    return Comparison.of(arms, range(seeds))


def names(arms):
    return [arm.name for arm in arms]


def steady(share):
    """A map in which this share of the answers stays under every shift."""
    row = (share, share, share)
    settings = ShiftSettings(reach=1, images=10, circular=False)
    return ShiftMap(settings, (8, 8), 10, (row, row, row), (row, row, row), 0)


def test_the_heads_take_turns_where_not_all_networks_fit():
    assert ["max gap", "average gap", "max flatten", "average flatten"] == names(
        in_turns(comparison().arms, 4)
    )


def test_turns_go_on_with_the_other_heads_when_one_has_no_more():
    arms = [*comparison(("max",), ("gap",)).arms, *comparison(POOLS, ("flatten",)).arms]
    assert ["max gap", "max flatten", "average flatten", "lp flatten"] == names(in_turns(arms, 4))


def test_all_are_shown_where_there_is_room():
    arms = comparison(("max", "lp")).arms
    assert arms == in_turns(arms, 4)


def test_the_networks_that_a_link_names_are_shown_in_the_order_of_the_comparison():
    arms = comparison().arms
    assert ["lp gap", "max flatten"] == names(picked(arms, ["max flatten", "lp gap"], 4))
    assert in_turns(arms, 4) == picked(arms, ["no such network"], 4)
    assert 4 == len(picked(arms, names(arms), 4))


def test_every_network_of_a_comparison_has_a_name_and_a_label_of_its_own():
    arms = comparison(("max", "none"), ("gap", "gap+gmp"), ("none", "head", "after-pool")).arms
    assert len(arms) == len(set(names(arms))) == len({arm.label for arm in arms})
    assert "max gap+gmp after-pool" in names(arms)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (4, "Of the four networks shown, all say 3."),
        (2, "Of the two networks shown, both say 3."),
        (16, "All networks say 3."),
    ],
)
def test_agreement_is_said_of_those_that_were_asked(shown, said):
    compared = comparison()
    answers = dict.fromkeys(compared.arms[:shown], 3)
    assert said == plain(answers_headline(answers, compared, CLASSES))


def test_disagreement_is_said_of_those_that_were_asked():
    compared = comparison(("max", "average"), ("gap",), ("none", "head"))
    answers = dict(zip(compared.arms[:3], (8, 3, 3), strict=True))
    assert (
        "Of the three networks shown, max with GAP says 8; average with GAP, max with GAP and "
        "dropout in the head say 3."
    ) == plain(answers_headline(answers, compared, CLASSES))


def test_one_network_that_was_asked_is_named_with_its_head():
    compared = comparison()
    said = plain(answers_headline({compared.arms[0]: 7}, compared, CLASSES))
    assert "Max with GAP says 7." == said


def test_without_a_network_that_can_be_asked_nothing_is_said_of_the_others():
    said = plain(answers_headline({}, comparison(), CLASSES))
    assert "No network shown has weights of seed 0 yet." == said


def test_the_extremes_are_those_of_the_networks_shown():
    compared = comparison()
    shares = (0.8, 0.55, 0.7, 0.9)
    maps = {arm: steady(s) for arm, s in zip(compared.arms, shares, strict=False)}
    assert (
        "Of the four networks shown, one pixel changes 45.0 % of the predictions with average and "
        "GAP, the most, and 10.0 % with blur-max and GAP, the fewest, for seed 0."
    ) == plain(steadiness_headline(maps, compared, 0))


def test_nothing_is_said_of_those_shown_where_all_are():
    compared = comparison(("max", "average"), ("gap",))
    maps = {arm: steady(s) for arm, s in zip(compared.arms, (0.8, 0.5), strict=True)}
    assert (
        "One pixel changes 50.0 % of the predictions with average and GAP, 20.0 % with max and "
        "GAP, for seed 0."
    ) == plain(steadiness_headline(maps, compared, 0))


def test_no_network_is_called_the_steadiest_where_all_are_alike():
    compared = comparison(("max", "average", "lp"), ("gap",))
    maps = dict.fromkeys(compared.arms, steady(1.0))
    assert "One pixel changes 0.0 % of the predictions with each network, for seed 0." == plain(
        steadiness_headline(maps, compared, 0)
    )
