"""Do networks that share a tensor start from the same values, and others not?"""

import itertools

import pytest
import torch

from core.catalog import HEADS, POOLINGS, Downsampling, DropoutPosition, Norm, Padding
from core.config import ModelConfig
from core.model import build_model, generator
from core.pooling import make_pooling

SHAPE = (1, 8, 8)


def _states(seed=0):
    for pooling, head, norm, padding in itertools.product(POOLINGS, HEADS, Norm, Padding):
        if padding is not Padding.VALID:
            config = ModelConfig(pooling=pooling, head=head, norm=norm, padding=padding)
            yield config, build_model(config, SHAPE, 10, seed=seed).state_dict()


def test_every_tensor_that_two_networks_share_starts_from_the_same_values():
    seen = {}
    shared = 0
    for config, state in _states():
        for name, tensor in state.items():
            first = seen.setdefault((name, tensor.shape), tensor)
            assert torch.equal(first, tensor), (name, config)
            shared += first is not tensor
    assert shared > 100


def test_another_seed_gives_other_values_to_every_weight():
    first = build_model(ModelConfig(), SHAPE, 10, seed=0).state_dict()
    second = build_model(ModelConfig(), SHAPE, 10, seed=1).state_dict()
    unchanged = [name for name in first if torch.equal(first[name], second[name])]
    assert ["block1.conv.bias", "block2.conv.bias", "head.logits.bias"] == unchanged


def test_tensors_of_different_names_differ():
    state = build_model(ModelConfig(widths=(8, 8, 8)), SHAPE, 10).state_dict()
    assert not torch.equal(state["block2.conv.weight"], state["block3.conv.weight"])


def test_values_fill_the_range_of_one_over_the_root_of_the_fan_in():
    weight = build_model(ModelConfig(widths=(64, 64)), SHAPE, 10).block2.conv.weight
    bound = (64 * 9) ** -0.5
    assert weight.abs().max() <= bound
    assert pytest.approx(bound / 3**0.5, rel=0.02) == weight.std().item()


def test_building_leaves_the_global_random_state_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    generator(0, "anything")
    drawn = torch.rand(1, generator=generator(3, "order"))
    assert torch.equal(drawn, torch.rand(1, generator=generator(3, "order")))
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("position", DropoutPosition)
def test_a_network_in_evaluation_is_the_same_with_and_without_dropout(position):
    x = torch.rand(4, *SHAPE, generator=torch.Generator().manual_seed(0))
    plain = build_model(ModelConfig(), SHAPE, 10).eval()
    dropped = build_model(ModelConfig(dropout=position), SHAPE, 10).eval()
    assert torch.equal(plain(x), dropped(x))


@pytest.mark.parametrize("position", [p for p in DropoutPosition if p is not DropoutPosition.NONE])
def test_a_network_in_training_drops_at_random(position):
    x = torch.rand(4, *SHAPE, generator=torch.Generator().manual_seed(0))
    model = build_model(ModelConfig(dropout=position, dropout_rate=0.5), SHAPE, 10).train()
    torch.manual_seed(0)
    assert not torch.equal(model(x), model(x))


def test_what_the_catalog_calls_commuting_gives_the_same_bits_in_either_order():
    x = torch.randn(4, 3, 7, 7, generator=torch.Generator().manual_seed(0))
    for name, entry in POOLINGS.items():
        if entry.downsampling is Downsampling.POOL:
            pool = make_pooling(name, 3)
            same = torch.equal(pool(torch.relu(x)), torch.relu(pool(x)))
            assert entry.commutes_with_relu == same, name


def test_flatten_keeps_its_order_in_any_memory_layout():
    config = ModelConfig(head="flatten")
    model = build_model(config, SHAPE, 10).eval()
    x = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0))
    expected = model(x)
    actual = model.to(memory_format=torch.channels_last)(x.to(memory_format=torch.channels_last))
    assert torch.allclose(expected, actual, atol=1e-6)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("gap", [2.5, -1.0]),
        ("gmp", [4.0, 0.0]),
        ("flatten", [1.0, 2.0, 3.0, 4.0, 0.0, -1.0, -1.0, -2.0]),
    ],
)
def test_a_head_gives_what_a_hand_computes(head, expected):
    model = build_model(ModelConfig(widths=(2,), pooling="none", head=head), (1, 2, 2), 3)
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[0.0, -1.0], [-1.0, -2.0]]]])
    assert expected == model.head[0](x)[0].tolist()
