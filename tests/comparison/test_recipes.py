"""Are recipes counted as they are, and is a setting named only where it decides?"""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from core.catalog import Pooling
from core.comparison import Chance, Comparison, Results
from core.comparison.grids import read_grid
from core.comparison.recipes import recipes
from core.comparison.until_decided import Outcome
from core.config import Experiment
from core.sentences.headlines import plain
from core.sentences.recipes import in_words, over_recipes, what_decides
from core.settings import recipe_grid, recipe_sets
from tests.store.store_samples import a_run

LRS, EPOCHS, NORMS = (0.05, 0.1, 0.2), (10, 20), ("none", "batch")
SEEDS = range(5)


def made_up(effect, noise=0.001, norms=NORMS, **how):
    """Results in which max is ahead of average by `effect(flat)` in every recipe."""
    rng = np.random.default_rng(3)
    arms, runs = [], {}
    for lr, epochs, norm, pooling in product(LRS, EPOCHS, norms, ("max", "average")):
        flat = {"dataset": "digits", "lr": lr, "epochs": epochs, "norm": norm, "pooling": pooling}
        arms.append(Experiment.from_flat(flat))
        for seed in SEEDS:
            ahead = effect(flat) if pooling == "max" else 0.0
            accuracy = 0.9 + ahead + rng.normal(0, noise)
            run = replace(a_run(seed, **flat), test_accuracy=float(accuracy))
            runs[run.key] = run
    return Results(Comparison.of(arms, SEEDS), runs, chance=Chance.SEEDS, **how)


def of_grid(dataset, effect, noise=0.001):
    """Runs of the bundled recipes of a data set, in which max is ahead by `effect(flat)`."""
    rng = np.random.default_rng(3)
    for each in read_grid(recipe_grid(dataset)):
        flat = each.to_flat()
        ahead = effect(flat) if flat["pooling"] == "max" else 0.0
        accuracy = 0.8 + ahead + rng.normal(0, noise)
        yield replace(a_run(0), experiment=each, test_accuracy=float(accuracy))


def found(effect, smallest=0.005, of=(Pooling.MAX, Pooling.AVERAGE), **how):
    return recipes(made_up(effect, **how), *of, smallest)


def test_each_recipe_is_compared_by_itself_and_counted():
    effects = {10: 0.02, 20: -0.02}
    seen = found(lambda flat: 0.0 if flat["norm"] == "batch" else effects[flat["epochs"]])
    assert 12 == len(seen.each)
    assert [3, 3, 6, 0] == [
        seen.count(outcome)
        for outcome in (Outcome.HIGHER, Outcome.LOWER, Outcome.ALIKE, Outcome.OPEN)
    ]
    assert {1} == {recipe.difference.comparisons for recipe in seen.each}
    assert {"lr", "epochs", "norm"} == set(seen.each[0].settings)
    said = plain(over_recipes(seen))
    assert "In 3 of 12 recipes max is ahead of average; behind in 3 and alike in 6." == said


def test_the_setting_that_decides_is_named_with_what_comes_out_for_its_values():
    seen = found(lambda flat: 0.03 if flat["norm"] == "none" else 0.0)
    assert "norm" == seen.decides.setting
    assert 1.0 == pytest.approx(seen.decides.share, abs=0.02)
    # of 924 ways to choose six of twelve recipes, two put all large effects together, and so it is
    # with the other setting of two values
    assert 4 / 924 == pytest.approx(seen.decides.p_value, abs=0.003)
    said = what_decides(seen)
    assert "What decides most: norm, with " in said
    assert "With no norm, ahead in 6 of 6 (+3.0 points on average)" in said
    assert "with batch norm, ahead in 0 of 6 " in said


def test_shares_are_eta_squared():
    seen = found(lambda flat: {0.05: 0.01, 0.1: 0.02, 0.2: 0.04}[flat["lr"]], noise=0.004)
    effects = [recipe.difference.mean for recipe in seen.each]
    (split,) = [split for split in seen.splits if split.setting == "lr"]
    groups = [[recipe.difference.mean for recipe in group] for group in split.groups.values()]
    between = sum(len(group) * (np.mean(group) - np.mean(effects)) ** 2 for group in groups)
    assert between / np.sum((effects - np.mean(effects)) ** 2) == pytest.approx(split.share)
    assert [split.share for split in seen.splits] == sorted(
        (split.share for split in seen.splits), reverse=True
    )


def test_where_nothing_decides_a_setting_is_named_in_at_most_one_case_of_twenty():
    from core.comparison import recipes as module

    rng = np.random.default_rng(11)
    members = [
        [np.flatnonzero(rng.permutation(np.arange(24) % groups) == i) for i in range(groups)]
        for groups in (2, 2, 3, 2)
    ]
    named = 0
    for _ in range(200):
        effects = rng.normal(size=24)
        shares = [float(module._share(effects[None], groups)[0]) for groups in members]
        largest = module._largest_by_chance(effects, members)
        named += (1 + (largest >= max(shares)).sum()) / (1 + len(largest)) <= 0.05
    assert named <= 20


def test_equal_effects_decide_nothing():
    seen = found(lambda _: 0.01, noise=0.0)
    assert {0.0} == {split.share for split in seen.splits}
    assert seen.decides is None
    assert "No single setting decides" in what_decides(seen)


def test_a_recipe_without_two_pairs_is_left_out_and_few_recipes_say_nothing():
    results = made_up(lambda _: 0.01)
    first = results.comparison.arms[0]
    gone = {first.seeded(seed).key for seed in (0, 1, 2, 3)}
    left = replace(results, runs={k: v for k, v in results.runs.items() if k not in gone})
    seen = recipes(left, Pooling.MAX, Pooling.AVERAGE)
    assert 11 == len(seen.each)
    assert recipes(results, Pooling.MAX, Pooling.MIN) is None
    few = replace(results, comparison=Comparison.of(results.comparison.arms[:6], SEEDS))
    assert recipes(few, Pooling.MAX, Pooling.AVERAGE) is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("lr", 0.1, "learning rate 0.1"),
        ("norm", "none", "no norm"),
        ("norm", "batch", "batch norm"),
        ("train_size", "all", "all training images"),
        ("widths", "16,32", "widths 16,32"),
        ("body", "residual", "residual body"),
    ],
)
def test_a_value_is_written_as_people_say_it(name, value, words):
    assert words == in_words(name, value)


def test_the_bundled_recipes_are_48_to_96_on_digits_and_a_quarter_of_them_on_fashion():
    counts = {}
    for name in recipe_sets():
        asked = read_grid(recipe_grid(name))
        strategies = {each.model.pooling for each in asked}
        seeds = {each.seed for each in asked}
        assert {name} == {each.data.dataset for each in asked}
        assert {"max", "average", "none"} == strategies
        assert 5 == len(seeds)
        counts[name] = len(asked) / len(strategies) / len(seeds)
    assert {"digits", "fashion"} == counts.keys()
    assert 48 <= counts["digits"] <= 96
    assert counts["fashion"] >= counts["digits"] / 4
