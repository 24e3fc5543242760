"""Is the reference of what a visitor sees inside a network what a plain pass gives?

tests/browser/test_sheets.py holds the browser against it.
"""

import numpy as np
import pytest
import safetensors.torch
import torch

from core.analyses.effective_field import effective_field
from core.analyses.trained import Network, images_of_test
from core.catalog import POOLINGS
from core.config import Experiment
from core.network import describe
from core.network.build import build_model
from core.network.receptive_field import fields
from tests.inspection import exciting, filters, prepared, respond, softened_accuracy


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


def test_unknown_layers_and_channels_are_refused(data):
    network = opened(pooling="max")
    with pytest.raises(KeyError):
        exciting(network, "block9.pool", 0, data)
    with pytest.raises(IndexError):
        exciting(network, "block1.pool", 99, data)
