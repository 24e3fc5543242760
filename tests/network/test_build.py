"""Do networks that share a tensor start from the same values, and others not?"""

import itertools

import pytest
import torch

from core.catalog import HEADS, POOLINGS, DropoutPosition, Norm, Padding
from core.config import ModelConfig
from core.network import describe_model
from core.network.build import build_model, generator, steps

SHAPE = (1, 8, 8)


def _states(seed=0):
    for pooling, head, norm, padding in itertools.product(POOLINGS, HEADS, Norm, Padding):
        if padding is not Padding.VALID:  # the map would shrink away
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


def test_flatten_keeps_its_order_in_any_memory_layout():
    config = ModelConfig(head="flatten")
    model = build_model(config, SHAPE, 10).eval()
    x = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0))
    expected = model(x)
    actual = model.to(memory_format=torch.channels_last)(x.to(memory_format=torch.channels_last))
    assert torch.allclose(expected, actual, atol=1e-6)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_network_trains_under_deterministic_algorithms(pooling):
    x = torch.rand(4, *SHAPE, generator=torch.Generator().manual_seed(0))
    gradients = []
    torch.use_deterministic_algorithms(mode=True)
    try:
        for _ in range(2):
            model = build_model(ModelConfig(pooling=pooling), SHAPE, 10).train()
            torch.manual_seed(0)
            model.to(memory_format=torch.channels_last)(x).square().sum().backward()
            gradients.append([parameter.grad for parameter in model.parameters()])
    finally:
        torch.use_deterministic_algorithms(mode=False)
    assert all(map(torch.equal, *gradients))


def test_conv_and_its_control_start_from_the_same_convolution():
    first, second = (
        build_model(ModelConfig(pooling=pooling), SHAPE, 10).block1.pool.conv.weight
        for pooling in ("conv", "conv-max")
    )
    assert torch.equal(first, second)


# zeros come in at one side only where a strided convolution has uneven margins
@pytest.mark.parametrize("pooling", ["max", "strided", "conv"])
def test_its_layers_one_after_the_other_are_the_network(pooling):
    config = ModelConfig(pooling=pooling, norm="batch", head="gap+gmp", hidden=5, dropout="head")
    model = build_model(config, SHAPE, 10).eval()
    x = torch.rand(3, *SHAPE)
    taken_apart = list(steps(model, x))
    names = [step.name for step in taken_apart]
    assert [layer.name for layer in describe_model(config, SHAPE, 10).layers] == names
    y = x
    for step in taken_apart:
        (given,) = step.inputs
        assert torch.equal(y, given)
        y = step.layer(y)
        assert torch.equal(step.output, y)
    assert torch.equal(model(x), y)
