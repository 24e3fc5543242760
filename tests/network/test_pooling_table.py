"""Does every operator of the catalog keep what all promise, and what its entry says?

An operator is tested by being in the catalog; the end of the file shows that one that is added
passes, and that one with a wrong entry is caught.
"""

import dataclasses

import pytest
import torch
import torch.nn.functional as F

from core.catalog import POOLINGS, Combining, Downsampling, Family, Padding, Pooling, PoolingEntry
from core.catalog.poolings.entry import PoolShape
from core.network.pooling import OPERATORS, make_pooling, operator
from core.network.pooling.windows import WindowPool
from tests.network import pooling_properties as properties
from tests.network.pooling_properties import PROPERTIES

POOL_LAYERS = [name for name, entry in POOLINGS.items() if entry.downsampling is Downsampling.POOL]


@pytest.mark.parametrize("name", POOL_LAYERS)
@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_an_operator(holds, name):
    holds(name)


def test_operators_and_catalog_name_the_same_strategies():
    assert set(POOL_LAYERS) == set(OPERATORS)


def test_every_name_has_an_entry_and_headline_strategies_come_first():
    assert list(Pooling) == list(POOLINGS)
    headline = [name for name, entry in POOLINGS.items() if entry.headline]
    expected = ["max", "average", "none", "soft", "stochastic", "blur-max", "strided", "conv"]
    assert expected == headline == list(POOLINGS)[:8]


@pytest.mark.parametrize("name", Pooling)
def test_an_entry_has_a_label_a_sentence_and_a_reference(name):
    entry = POOLINGS[name]
    assert entry.label
    assert entry.label[0].isupper()
    assert entry.sentence[0].islower()
    assert not entry.sentence.endswith(".")
    assert entry.reference


@pytest.mark.parametrize("entry", POOLINGS.values(), ids=lambda entry: entry.name)
def test_what_computes_has_a_measured_weight(entry):
    """Without one, estimates and the gate of a hosted server would take it for free."""
    shape = PoolShape(channels=1, size=2, stride=2, inputs=(4, 4), outputs=(2, 2))
    assert (entry.operations(shape) > 0) is (entry.weight > 0)


@pytest.mark.parametrize("name", POOL_LAYERS)
def test_an_operator_states_its_formula_and_source(name):
    text = OPERATORS[name].__doc__
    assert " = " in text
    # average, max and median are older than any network: min alone has no paper
    assert name is Pooling.MIN or any(year in text for year in map(str, range(1970, 2030)))


class MidRangePool(WindowPool):
    """y = (max + min) / 2 over W."""

    def compute(self, x):
        highest = F.max_pool2d(x, self.size, self.stride)
        return (highest - F.max_pool2d(-x, self.size, self.stride)) / 2


MID_RANGE = PoolingEntry(
    name="mid-range",
    label="Mid-range",
    family=Family.FIXED,
    headline=False,
    sentence="takes the middle between the largest and the smallest value of each window",
    reference="made up",
    combining=Combining.AVERAGES,
    # two extremes of n - 1 comparisons, an addition and a multiplication
    operations=lambda shape: shape.output_values * 2 * shape.cells,
)


@pytest.fixture
def mid_range(monkeypatch):
    """Enters a made-up operator with an entry, for one test."""
    # the table that the decorator writes to is put back at the end
    monkeypatch.setitem(OPERATORS, MID_RANGE.name, None)

    def enter(**changes):
        operator(MID_RANGE.name)(MidRangePool)
        monkeypatch.setitem(POOLINGS, MID_RANGE.name, dataclasses.replace(MID_RANGE, **changes))
        return MID_RANGE.name

    return enter


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_an_added_operator(holds, mid_range):
    holds(mid_range())


@pytest.mark.parametrize(
    ("wrong", "holds"),
    [
        ({"channel_independent": False}, properties.mixes_channels_only_if_it_says_so),
        ({"commutes_with_relu": True}, properties.gives_the_bits_of_relu_first_if_it_commutes),
        ({"random": True}, properties.draws_in_training_only_if_it_says_so_and_then_from_the_seed),
        ({"tensors": lambda c, k: {"a": ()}}, properties.has_the_parameters_that_its_entry_says),
        ({"reach": lambda k, s: k + 1}, properties.reads_the_rows_that_its_entry_says),
        ({"lead": lambda k, s: 1}, properties.reads_the_rows_that_its_entry_says),
        ({"combining": Combining.SELECTS}, properties.selects_a_value_of_its_map_if_it_says_so),
        (
            {"combining": Combining.TRANSFORMS},
            properties.keeps_a_constant_away_from_the_border_unless_it_has_its_own_scale,
        ),
    ],
)
def test_an_added_operator_with_a_wrong_entry_is_caught(wrong, holds, mid_range):
    name = mid_range(**wrong)
    with pytest.raises(AssertionError):
        holds(name)


def test_an_added_operator_can_be_made_by_name(mid_range):
    pool = make_pooling(mid_range(), 1, padding_mode=Padding.CIRCULAR)
    x = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])
    assert 3.5 == pool(x).item()
