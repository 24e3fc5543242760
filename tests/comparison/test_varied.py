"""Is it said in what runs differ, and what they share beyond the defaults?"""

import pytest

from core.comparison.address import address
from core.comparison.varied import ALWAYS_SAID, holding, varied
from core.config import Experiment
from core.config.fields import FIELDS


def flat(**given):
    return Experiment.from_flat({"dataset": "digits", **given}).to_flat()


def test_settings_that_differ_are_columns_in_their_order():
    configs = [flat(pooling="max", lr=0.1), flat(pooling="conv", lr=0.2), flat(widths="8,8")]
    columns = varied(configs).columns
    assert ("widths", "pooling", "lr") == columns
    assert [name for name in FIELDS if name in columns] == list(columns)


def test_what_is_shared_is_said_if_it_is_no_default():
    shared = varied([flat(seed=seed, norm="batch") for seed in range(3)]).shared
    assert {"dataset": "digits", "pooling": "max", "head": "gap", "norm": "batch"} == shared


def test_a_default_of_one_data_set_is_said_where_another_has_its_own():
    # fashion has batch norm by default, the digits have none
    both = [flat(norm="batch"), Experiment.from_flat({"dataset": "fashion"}).to_flat()]
    assert "batch" == varied(both).shared["norm"]


def test_seeds_are_no_setting():
    assert () == varied([flat(seed=1), flat(seed=2)]).columns


def test_without_runs_there_is_nothing_to_say():
    assert ((), {}) == (varied([]).columns, varied([]).shared)


def test_settings_of_another_version_do_no_harm():
    old = {"dataset": "pictures of yore", "pooling": "max", "shine": 3}
    said = varied([old, old])
    assert () == said.columns
    assert {"dataset": "pictures of yore", "pooling": "max"} == said.shared
    assert set(said.shared) <= set(ALWAYS_SAID)


def test_experiments_of_one_recipe_are_held_by_a_comparison():
    wanted = [
        Experiment.from_flat({"pooling": "max", "head": "gap", "seed": 3, "lr": 0.3}),
        Experiment.from_flat({"pooling": "conv", "head": "flatten", "seed": 1, "lr": 0.3}),
    ]
    held = holding(wanted)
    assert set(wanted) <= set(held.experiments)
    assert 4 == len(held.seeds)
    assert 0.3 == address(held)["lr"]


def test_a_setting_without_effect_on_one_of_them_does_not_part_them():
    # without dropout its rate is at the default
    wanted = [
        Experiment.from_flat({"pooling": "max", "dropout": "none"}),
        Experiment.from_flat({"pooling": "max", "dropout": "head", "dropout_rate": 0.5}),
    ]
    assert set(wanted) <= set(holding(wanted).experiments)


@pytest.mark.parametrize("differing", [{"lr": 0.3}, {"widths": "8,8"}, {"dataset": "shapes"}])
def test_networks_that_differ_in_what_all_share_are_held_by_none(differing):
    assert holding([Experiment(), Experiment.from_flat(differing)]) is None
