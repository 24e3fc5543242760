"""Does the statement for experts say what is known of two strategies, and no more?"""

from dataclasses import replace

import pytest

from core.catalog import Pooling
from core.comparison import Chance
from core.sentences.headlines import plain
from core.sentences.statement import main_pair, statement
from tests.comparison.fabricated import fabricated
from tests.comparison.test_recipes import found

TWO = {"max": 0.97, "average": 0.90}


def said(rates, tried=None, preferred=None, **how):
    results = replace(fabricated(rates), **how)
    return plain(statement(results, main_pair(results, preferred), tried))


def recipes_where(effect, **how):
    """Recipes of average against max, as a page with max as its reference has them."""
    return found(effect, of=(Pooling.AVERAGE, Pooling.MAX), **how)


MOSTLY = ", in 6 of 12 recipes; most often with no norm (6 of 6), alike with batch norm."


def by_norm(flat):
    return 0.03 if flat["norm"] == "none" else 0.0


def test_a_difference_has_its_interval_and_what_it_rests_on():
    evidence = " on images like these (5 seeds, 300 images)."
    (effect,) = [pair.difference for pair in [main_pair(fabricated(TWO))]]
    size, low, high = (f"{100 * end:.1f}" for end in (-effect.mean, -effect.high, -effect.low))
    assert f"Max is ahead of average by {size} points [+{low}, +{high}]{evidence}" == said(TWO)
    behind = said(TWO, preferred=Pooling.AVERAGE)
    assert f"Average is behind max by {size} points [−{high}, −{low}]{evidence}" == behind
    assert said(TWO, chance=Chance.SEEDS).endswith(" on these 300 images (5 seeds).")


def test_the_recipes_are_counted_for_what_the_sentence_says():
    tried = recipes_where(by_norm)
    assert said(TWO, tried).endswith(MOSTLY)
    reverse = recipes_where(lambda flat: -by_norm(flat))
    assert said(TWO, reverse).endswith(
        ", in 0 of 12 recipes (behind in 6); behind with no norm (6 of 6)."
    )
    other = found(by_norm, of=(Pooling.MAX, Pooling.AVERAGE))
    backwards = said(TWO, other, preferred=Pooling.AVERAGE)
    assert backwards.endswith(MOSTLY)


def test_the_setting_that_decides_is_told_by_its_most_and_its_least():
    tried = recipes_where(lambda flat: {0.05: 0.0, 0.1: 0.02, 0.2: -0.04}[flat["lr"]])
    end = (
        ", in 4 of 12 recipes (behind in 4); most often with learning rate 0.1 (4 of 4), behind "
        "with learning rate 0.2 (4 of 4)."
    )
    assert said(TWO, tried).endswith(end)
    fewer = recipes_where(lambda flat: by_norm(flat) or 0.01 * (flat["lr"] == 0.2))
    assert said(TWO, fewer).endswith(
        ", in 8 of 12 recipes; most often with no norm (6 of 6), least with batch norm (2 of 6)."
    )
    often = recipes_where(lambda flat: {10: 0.02, 20: 0.04}[flat["epochs"]])
    assert said(TWO, often).endswith(", in 12 of 12 recipes; what decides by how much is epochs.")


def test_without_a_setting_that_decides_none_is_named():
    tried = recipes_where(lambda _: 0.02, noise=0.0)
    assert said(TWO, tried).endswith("12 recipes.")


def test_what_is_undecided_here_is_not_called_ahead():
    tried = recipes_where(by_norm)
    sentence = said({"max": 0.97, "average": 0.969}, tried)
    assert sentence.startswith("Undecided here: max minus average is ")
    assert sentence.endswith("; max is ahead in 6 of 12 recipes, behind in 0.")


def test_of_several_pairs_it_is_about_the_largest_that_is_decided():
    assert "Max is ahead of min by " in said({"max": 0.97, "average": 0.90, "min": 0.5})
    assert main_pair(fabricated({"max": 0.97, "average": 0.969, "min": 0.971})) is None


@pytest.mark.parametrize("rates", [{"max": 0.97}, {"max": 0.1, "average": 0.1}])
def test_one_network_or_none_that_learned_is_no_statement(rates):
    assert main_pair(fabricated(rates)) is None
