"""Is what a visitor sees inside a network what a plain forward and backward pass gives?"""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
import safetensors.torch
import torch

from core.analyses.effective_field import effective_field
from core.analyses.inspection import (
    Patch,
    level,
    ranking,
    silent,
    winners,
)
from core.analyses.inspection.network import Network, images_of_test, prepared
from core.analyses.inspection.patches import exciting
from core.analyses.inspection.response import filters, respond
from core.analyses.inspection.softening import softened_accuracy
from core.catalog import POOLINGS
from core.config import Experiment
from core.figures import tiles as sheet
from core.network import describe
from core.network.build import build_model
from core.network.receptive_field import fields


def opened(**flat):
    """A network with weights that nobody trained."""
    experiment = Experiment.from_flat({"widths": "4,6", **flat})
    model = build_model(experiment.model, experiment.input_shape, experiment.classes, 1)
    return Network.of(experiment, safetensors.torch.save(model.state_dict()))


@pytest.fixture(scope="module")
def data():
    return images_of_test(Experiment.from_flat({}))


def image(data, number=0):
    return prepared(data.images[number].numpy(), data)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_maps_are_those_that_hooks_see_in_a_plain_pass(data, pooling):
    network = opened(pooling=pooling, norm="batch", head="flatten")
    seen, handles = {}, []
    for name, module in network.model.named_modules():
        if name.count(".") == 1:

            def keep(_module, _inputs, output, name=name):
                seen[name] = output.detach()[0].numpy()

            handles.append(module.register_forward_hook(keep))
    x = image(data)
    logits = network.model(x)
    for handle in handles:
        handle.remove()
    found = respond(network, x)
    maps = {n: m for n, m in seen.items() if m.ndim == 3 and not n.endswith("margins")}
    assert set(maps) == set(found.maps)
    assert all(np.array_equal(maps[name], found.maps[name]) for name in maps)
    assert np.allclose(logits.softmax(1)[0].detach().numpy(), found.probabilities)
    assert int(logits.argmax()) == found.answer


def test_weights_of_another_network_are_refused():
    other = build_model(Experiment.from_flat({"widths": "5,5"}).model, (1, 8, 8), 10)
    weights = safetensors.torch.save(other.state_dict())
    for content in (weights, b"no weights at all"):
        with pytest.raises(ValueError, match="the weights are not those of this network"):
            Network.of(Experiment.from_flat({"widths": "4,6"}), content)


def test_looking_changes_nothing(data):
    network = opened()
    before = torch.get_rng_state(), {k: v.clone() for k, v in network.model.state_dict().items()}
    respond(network, image(data))
    exciting(network, "block1.pool", 0, data)
    softened_accuracy(network, (1.0,), data)
    assert torch.equal(before[0], torch.get_rng_state())
    assert all(torch.equal(before[1][k], v) for k, v in network.model.state_dict().items())
    assert not network.model.training
    assert not any(module._forward_hooks for module in network.model.modules())
    assert not any(p.requires_grad or p.grad is not None for p in network.model.parameters())


def test_many_visitors_of_one_network_see_the_same(data):
    network = opened()
    alone = respond(network, image(data)).probabilities
    patches = [each.image for each in exciting(network, "block1.pool", 0, data)]

    def visit(number):
        if number % 2:
            return patches == [each.image for each in exciting(network, "block1.pool", 0, data)]
        return np.array_equal(alone, respond(network, image(data)).probabilities)

    with ThreadPoolExecutor(8) as visitors:
        assert all(visitors.map(visit, range(40)))


@pytest.mark.parametrize(
    "look",
    [
        lambda network, data: respond(network, image(data)),
        lambda network, data: exciting(network, "block1.pool", 0, data),
        lambda network, data: softened_accuracy(network, (1.0,), data),
    ],
)
def test_a_network_is_never_hooked_nor_differentiated_while_others_may_read_it(data, look):
    network = opened()
    relu = network.model.get_submodule("block1.relu")
    plain, seen = relu.forward, []

    def watched(x):
        hooks = [hook for module in network.model.modules() for hook in module._forward_hooks]
        asking = [name for name, p in network.model.named_parameters() if p.requires_grad]
        seen.append((hooks, asking, network.model.training))
        return plain(x)

    relu.forward = watched
    look(network, data)
    assert {False} == {training for _, _, training in seen}
    assert [] == [each for hooks, asking, _ in seen for each in (*hooks, *asking)]


def test_visitors_who_look_at_different_things_do_not_disturb_one_another(data):
    network = opened(dataset="digits", head="flatten")
    every = (0.0, 4.0, float("inf"))
    accuracy, weights = softened_accuracy(network, every, data), filters(network)
    maps = respond(network, image(data)).maps
    patches = [each.image for each in exciting(network, "block1.pool", 0, data)]
    answering = Event()

    def look():
        found = []
        while not answering.is_set():
            found.append(
                accuracy == softened_accuracy(network, every, data)
                and np.array_equal(weights, filters(network))
                and patches == [each.image for each in exciting(network, "block1.pool", 0, data)]
            )
        return all(found)

    def answer():
        return all(
            np.array_equal(after, maps[name])
            for _ in range(40)
            for name, after in respond(network, image(data)).maps.items()
        )

    with ThreadPoolExecutor(3) as visitors:
        looking = [visitors.submit(look) for _ in range(2)]
        try:
            assert visitors.submit(answer).result()
        finally:
            answering.set()
        assert [True, True] == [each.result() for each in looking]


def test_winners_are_the_cells_that_max_passes_on():
    maps = np.array([[[1, 2, 0, 0], [3, 0, 0, 5], [7, 7, 1, 1], [7, 7, 1, 2]]], dtype=np.float32)
    expected = [[0, 0, 0, 0], [1, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]]
    assert expected == winners(maps, 2, 2)[0].astype(int).tolist()


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (2, 1), (3, 3), (2, 3)])
def test_winners_are_those_of_torch(size, stride):
    # few values, so that many are equal
    maps = np.random.default_rng(0).integers(0, 4, (5, 7, 8)).astype(np.float32)
    _, index = torch.nn.functional.max_pool2d(
        torch.from_numpy(maps)[None], size, stride, return_indices=True
    )
    chosen = [np.flatnonzero(channel).tolist() for channel in winners(maps, size, stride)]
    assert [sorted(set(channel.flatten().tolist())) for channel in index[0]] == chosen


def test_silent_channels_are_zero_everywhere():
    maps = np.zeros((3, 2, 2), dtype=np.float32)
    maps[1, 0, 1] = -1
    assert [True, False, True] == silent(maps).tolist()


def test_level_channels_hold_one_value_other_than_zero():
    maps = np.zeros((3, 2, 2), dtype=np.float32)
    maps[1], maps[2, 0, 1] = 0.5, 0.5
    assert [False, True, False] == level(maps).tolist()
    assert [False] == level(np.ones((1, 1, 1), dtype=np.float32)).tolist()


def test_a_map_that_is_zero_everywhere_is_crossed_out():
    maps = np.stack([np.zeros((4, 4)), np.ones((4, 4))]).astype(np.float32)
    page = sheet.sheet(maps, sheet.Scale(0, 1))
    blank, even = np.split(page[sheet.TILE_GAP : -sheet.TILE_GAP], 2, axis=1)
    colours = [{tuple(c) for c in part[part[..., 3] == 255]} for part in (blank, even)]
    assert [2, 1] == [len(each) for each in colours]


def test_filters_are_the_weights_of_the_first_convolution():
    network = opened(dataset="cifar10")
    assert (4, 3, 3) == filters(network).shape
    weight = network.model.block1.conv.weight
    assert np.allclose(weight.mean(dim=1), filters(network))


def test_soft_pools_reach_from_average_to_max(data):
    network = opened()
    x = image(data)
    found = softened_accuracy(network, (0.0, 1e4, float("inf")), data)
    average = opened(pooling="average")
    average.model.load_state_dict(network.model.state_dict())
    with torch.no_grad():
        answers = average.model(prepared_all(data)).argmax(1)
        largest = network.model(prepared_all(data)).argmax(1)
    assert float((answers == data.labels).float().mean()) == found[0.0]
    assert float((largest == data.labels).float().mean()) == found[float("inf")]
    assert pytest.approx(found[float("inf")], abs=0.01) == found[1e4]
    assert x.shape == (1, 1, 8, 8)


def prepared_all(data):
    from core.data.tensors import to_input

    return to_input(data.images, data.normalisation)


def test_only_max_can_be_softened(data):
    with pytest.raises(ValueError, match="max pooling is needed; received average"):
        softened_accuracy(opened(pooling="average"), (1.0,), data)


# effective receptive fields


@pytest.mark.parametrize("body", ["plain", "residual"])
@pytest.mark.parametrize("pooling", ["max", "average", "strided", "blur-max"])
def test_the_gradient_of_a_cell_stays_within_its_field(pooling, body):
    network = opened(pooling=pooling, body=body)
    found = effective_field(network)
    experiment = network.experiment
    architecture = describe(experiment)
    theory = {each.layer: each for each in fields(architecture, experiment.model)}
    assert set(theory) == set(found.shares)
    for layer, shares in found.shares.items():
        grid = np.array(shares)
        assert grid.sum() == pytest.approx(1)
        inside = np.zeros(grid.shape, dtype=bool)
        (top, bottom), (left, right) = theory[layer].rows, theory[layer].columns
        inside[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = True
        assert not grid[~inside].any()


def test_the_sight_of_a_first_convolution_is_the_mean_of_its_absolute_weights():
    """Over one image: the gradient of the summed channels is the sum of the filters."""
    network = opened(pooling="average")
    shares = np.array(effective_field(network).shares["block1.conv"])
    total = network.model.get_submodule("block1.conv").weight.sum(0)[0].abs().numpy()
    assert np.allclose(shares[3:6, 3:6], total / total.sum(), atol=1e-6)


# what excites a channel


def test_the_strongest_patches_are_where_the_channel_is_largest(data):
    network = opened(pooling="max")
    found = exciting(network, "block2.pool", 3, data, 5)
    maps = np.stack(
        [respond(network, image(data, n)).maps["block2.pool"][3] for n in range(len(data))]
    )
    tops = maps.reshape(len(maps), -1).max(1)
    assert sorted(tops, reverse=True)[:5] == pytest.approx([patch.value for patch in found])
    assert 5 == len({patch.image for patch in found})
    assert {(1, 10, 10)} == {patch.pixels.shape for patch in found}


def test_a_patch_holds_the_pixels_that_the_cell_sees(data):
    """One filter that copies its middle pixel: the patch has the brightest pixel in its middle."""
    network = opened(pooling="none", widths="1")
    with torch.no_grad():
        weight = network.model.get_submodule("block1.conv").weight
        weight.zero_()
        weight[0, 0, 1, 1] = 1.0
    for patch in exciting(network, "block1.conv", 0, data, 8):
        assert (1, 3, 3) == patch.pixels.shape
        assert int(patch.pixels[0, 1, 1]) == int(data.images[patch.image].max())


def test_a_patch_beyond_the_border_is_filled_with_the_ground(data):
    network = opened(pooling="none", widths="1")
    with torch.no_grad():
        network.model.get_submodule("block1.conv").weight.fill_(-1.0)
    # darkest surroundings: the corner, where two sides of the patch lie outside
    patches = exciting(network, "block1.conv", 0, data, 8)
    assert 8 == len(patches)
    assert all((1, 3, 3) == patch.pixels.shape for patch in patches)


def one_filter(value, **flat):
    """A network whose one filter copies the middle pixel, times a value."""
    network = opened(pooling="none", widths="1", **flat)
    with torch.no_grad():
        weight = network.model.get_submodule("block1.conv").weight
        weight.zero_()
        weight[0, 0, 1, 1] = value
    return network


def test_images_that_do_not_excite_a_channel_are_no_patches(data):
    network = one_filter(1.0)
    with torch.no_grad():
        bias = network.model.get_submodule("block1.conv").bias
        largest = (data.images[:, 0].amax((1, 2)) == 16).sum()
        brightest = prepared_all(data).max()
        # as bright as can be, or silent
        bias.fill_(-float(brightest) + 1e-3)
    assert largest > 8
    assert 8 == len(exciting(network, "block1.relu", 0, data, 8))
    with torch.no_grad():
        bias.fill_(-float(brightest))
    assert () == exciting(network, "block1.relu", 0, data, 8)


def test_patches_say_how_many_images_excite_the_channel_as_much(data):
    found = exciting(one_filter(1.0), "block1.conv", 0, data, 8)
    values = data.images[:, 0].amax((1, 2))
    assert {int((values == 16).sum())} == {each.tied for each in found}


def a_patch(image, value, tied=1, shade=None):
    pixels = np.arange(4, dtype=np.uint8) if shade is None else np.full(4, shade, np.uint8)
    return Patch(image, value, pixels.reshape(1, 2, 2), tied)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([a_patch(5, 3.0), a_patch(2, 2.0)], "Test images 5, 2, strongest first."),
        ([a_patch(5, 3.0)], "Test image 5; no other activates it."),
        (
            [a_patch(0, 3.0, 40, 0), a_patch(1, 3.0, 40, 0)],
            (
                "Test images 0, 1: equally strong, like 40 of 300. Each of these parts is of one "
                "shade."
            ),
        ),
        ([a_patch(0, 3.0, 2), a_patch(1, 3.0, 2)], "Test images 0, 1: equally strong."),
        (
            [a_patch(7, 4.0), a_patch(1, 3.0, 3)],
            "Test images 7, 1, strongest first; 2 more are as strong as the last.",
        ),
    ],
)
def test_patches_are_ranked_only_as_far_as_they_differ(found, said):
    assert said == ranking(found, 2, 300)


def test_unknown_layers_and_channels_are_refused(data):
    network = opened(pooling="max")
    with pytest.raises(KeyError):
        exciting(network, "block9.pool", 0, data)
    with pytest.raises(IndexError):
        exciting(network, "block1.pool", 99, data)
