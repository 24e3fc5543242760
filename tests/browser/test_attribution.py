"""Does the browser explain an answer as captum does, for every strategy, head and body?"""

import base64
import random

import numpy as np
import pytest
import safetensors.torch
import torch

from core.analyses.trained import Network
from core.catalog import HEADS, POOLINGS, Body, Head, Pooling
from core.config import Experiment
from core.network.plain import plain_model
from tests.browser import attribution
from tests.browser.engine import run
from tests.browser.networks import CLASSES, drawn, error, filled, floats
from tests.bundled import bundled

OF_ATTRIBUTIONS = 1e-4
OF_SUMS = 1e-6
"""of what was added up or subtracted in single precision, where most of it cancels out"""
DRAWN = 24
REASONS = {
    "Grad-CAM": {"against", "outweighed", "silent", "unmoved"},
    "CAM": {"silent", "unmoved"},
    "saliency": {"unmoved"},
    "occlusion": {"unmoved"},
}
"""method -> why its map may be zero everywhere"""
BUNDLED = [
    (dataset, pooling, head)
    for dataset, poolings in (
        ("digits", ("max", "average", "none", "soft", "strided", "conv")),
        ("fashion", ("max", "average")),
    )
    for pooling in poolings
    for head in ("gap", "flatten")
]


def _asked(model, description, image, target):
    return {
        "description": description,
        "weights": base64.b64encode(safetensors.torch.save(model.state_dict())).decode(),
        "image": base64.b64encode(image.numpy().tobytes()).decode(),
        "target": target,
    }


def _case(seed, **fixed):
    """A configuration, its network with drawn numbers, and what the browser is asked."""
    config, shape, description = drawn(random.Random(seed), **fixed)  # noqa: S311
    image = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    model = filled(config, shape, seed)
    return config, model, _asked(model, description, image, seed % CLASSES), image


def _bundled(number, dataset, pooling, head):
    """The same of a bundled network, for a class that it does not answer as well."""
    flat = {"dataset": dataset, "pooling": pooling, "head": head}
    experiment = Experiment.from_flat(flat)
    model = Network.of(experiment, bundled().weights(experiment.key)).model
    image = torch.randn(
        experiment.input_shape, generator=torch.Generator().manual_seed(number)
    ).clamp(-1, 2)
    description = plain_model(experiment.model, experiment.input_shape, experiment.classes)
    return experiment.model, model, _asked(model, description, image, number % 10), image


def _plain_gap(config):
    return config.head is Head.GAP and not config.hidden


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Networks, with what the browser says of an image."""
    cases = [
        *(_case(800 + seed, pooling=name) for seed, name in enumerate(POOLINGS)),
        *(_case(900 + seed, head=name) for seed, name in enumerate(HEADS)),
        *(_case(1000 + seed, body=body, depth=2) for seed, body in enumerate(Body)),
        *(_case(1100 + seed) for seed in range(DRAWN)),
        *(_bundled(number, *each) for number, each in enumerate(BUNDLED)),
    ]
    given = run("attributions", tmp_path_factory.mktemp("attribution"), [case[2] for case in cases])
    return [(*case, answer) for case, answer in zip(cases, given, strict=True)]


def test_every_strategy_head_and_body_is_compared(compared):
    models = [model for model, *_ in compared]
    assert set(POOLINGS) == {model.pooling for model in models}
    assert set(HEADS) == {model.head for model in models}
    assert set(Body) == {model.body for model in models}


def test_grad_cam_of_every_layer_is_captums(compared):
    shown = 0
    for config, model, case, image, answer in compared:
        model.requires_grad_()
        for layer in case["description"]["layers"]:
            if len(layer["shape"]) != 3:
                continue
            name = layer["name"]
            expected = attribution.grad_cam(model, image[None], case["target"], name)
            given = floats(answer["grad_cam"][name]["values"])
            added = attribution.size_of_parts(model, image[None], case["target"], name)
            least = max(OF_SUMS / OF_ATTRIBUTIONS * added, 1e-12)
            assert error(expected, given, least) <= OF_ATTRIBUTIONS, (name, config)
            assert bool(given.any()) == (answer["grad_cam"][name]["empty"] is None), (name, config)
            shown += bool(given.any())
        model.requires_grad_(requires_grad=False)
    assert shown > 300


def test_grad_cam_begins_at_the_map_that_the_head_reads(compared):
    for config, model, case, image, answer in compared:
        last = model[:-1](image[None])[0]
        (layer,) = [
            each for each in case["description"]["layers"] if each["name"] == answer["last"]
        ]
        assert list(last.shape) == layer["shape"], config


def test_cam_is_the_weighted_last_map_where_the_head_is_gap(compared):
    shown = 0
    for config, model, case, image, answer in compared:
        assert _plain_gap(config) == (answer["cam"] is not None), config
        if answer["cam"]:
            expected = attribution.cam(model, image[None], case["target"])
            assert error(expected, floats(answer["cam"]["values"])) < OF_ATTRIBUTIONS, config
            shown += 1
    assert shown > 12


def test_cam_is_grad_cam_up_to_a_scale_where_the_head_is_gap(compared):
    """Grad-CAM averages the gradient, of which GAP gives each cell a share, and cuts negatives."""
    for config, _, _, _, answer in compared:
        if answer["cam"]:
            cam = floats(answer["cam"]["values"])
            grad_cam = floats(answer["grad_cam"][answer["last"]]["values"])
            expected = np.maximum(cam, 0) / cam.size
            assert error(expected, grad_cam, OF_SUMS) < OF_ATTRIBUTIONS, config


def _least(model, image):
    """Drops of a score are differences of scores in single precision."""
    return OF_SUMS / OF_ATTRIBUTIONS * float(model(image[None]).detach().abs().max())


def test_saliency_is_captums(compared):
    for config, model, case, image, answer in compared:
        expected = attribution.saliency(model, image[None], case["target"])
        assert error(expected, floats(answer["saliency"]["values"])) < OF_ATTRIBUTIONS, config


def test_occlusion_is_captums(compared):
    for config, model, case, image, answer in compared:
        expected = attribution.occlusion(model, image[None], case["target"])
        given = floats(answer["occlusion"]["values"])
        assert error(expected, given, _least(model, image)) < OF_ATTRIBUTIONS, config


def test_trained_networks_agree_without_an_allowance_for_what_cancels_out(compared):
    for config, model, case, image, answer in compared[-len(BUNDLED) :]:
        model.requires_grad_()
        last = answer["last"]
        grad_cam = attribution.grad_cam(model, image[None], case["target"], last)
        model.requires_grad_(requires_grad=False)
        occlusion = attribution.occlusion(model, image[None], case["target"])
        for expected, given in (
            (grad_cam, answer["grad_cam"][last]),
            (occlusion, answer["occlusion"]),
        ):
            assert error(expected, floats(given["values"])) < OF_ATTRIBUTIONS, config


def test_occlusion_of_one_class_serves_all(compared):
    for config, model, case, image, answer in compared[:: len(POOLINGS)]:
        other = (case["target"] + 1) % case["description"]["layers"][-1]["shape"][0]
        expected = attribution.occlusion(model, image[None], other)
        given = floats(answer["other_class"])
        assert error(expected, given, _least(model, image)) < OF_ATTRIBUTIONS, config


def _small(weights, image, bias=None):
    """One 1x1 convolution, a ReLU, GAP and two classes, with given numbers."""
    convolution, dense = weights
    layers = [
        {"name": "block1.conv", "kind": "convolution", "reads": ["input"], "shape": [2, 2, 2]},
        {"name": "block1.relu", "kind": "relu", "reads": ["block1.conv"], "shape": [2, 2, 2]},
        {"name": "head.gap", "kind": "head", "reads": ["block1.relu"], "shape": [2]},
        {"name": "head.logits", "kind": "dense", "reads": ["head.gap"], "shape": [2]},
    ]
    layers[0] |= {"size": 1, "stride": 1, "margins": [0, 0], "wraps": False}
    layers[2] |= {"operator": "gap"}
    tensors = {
        "block1.conv.weight": torch.tensor(convolution).reshape(2, 1, 1, 1),
        "block1.conv.bias": torch.tensor(bias or [0.0, 0.0]),
        "head.logits.weight": torch.tensor(dense),
        "head.logits.bias": torch.zeros(2),
    }
    return {
        "description": {"input": [1, 2, 2], "layers": layers},
        "weights": base64.b64encode(safetensors.torch.save(tensors)).decode(),
        "image": base64.b64encode(torch.tensor(image).numpy().tobytes()).decode(),
        "target": 0,
    }


@pytest.mark.parametrize(
    ("weights", "image", "why"),
    [
        (([1.0, 1.0], [[1.0, -2.0], [0.0, 0.0]]), [1.0, 2.0, 0.0, 0.0], "outweighed"),
        (([1.0, 1.0], [[-1.0, -2.0], [0.0, 0.0]]), [1.0, 2.0, 0.0, 0.0], "against"),
        (([1.0, 1.0], [[0.0, 0.0], [1.0, 1.0]]), [1.0, 2.0, 0.0, 0.0], "unmoved"),
        (([-1.0, -1.0], [[1.0, 2.0], [0.0, 0.0]]), [1.0, 2.0, 0.0, 0.0], "silent"),
        (([1.0, -1.0], [[1.0, -2.0], [0.0, 0.0]]), [1.0, 2.0, 0.0, 0.0], None),
    ],
)
def test_a_map_that_is_zero_everywhere_says_why(tmp_path, weights, image, why):
    (answer,) = run("attributions", tmp_path, [_small(weights, image)])
    given = answer["grad_cam"]["block1.relu"]
    assert why == given["empty"]
    assert (why is None) == bool(floats(given["values"]).any())
    # no negative part is cut from CAM, so that nothing is outweighed or against
    assert (why if why in {"unmoved", "silent"} else None) == answer["cam"]["empty"]
    moved = why in {"outweighed", "against", None}
    assert (None if moved else "unmoved") == answer["saliency"]["empty"]
    assert (None if moved else "unmoved") == answer["occlusion"]["empty"]


def test_every_reason_has_its_words(tmp_path):
    said = run("zeros", tmp_path, [])
    assert list(REASONS) == list(said)
    for method, words in said.items():
        assert REASONS[method] == set(words)
        assert all(method in each or method.lower() in each for each in words.values())
        assert len(words) == len(set(words.values()))
    assert (
        "No channel after block 2 pool speaks for cat: Grad-CAM is zero everywhere."
        == said["Grad-CAM"]["against"]
    )


def test_the_reference_tells_strategies_apart():
    """Otherwise agreement would say little."""
    maps = {}
    for pooling in (Pooling.MAX, Pooling.AVERAGE):
        config, shape, _ = drawn(random.Random(5), pooling=pooling, head="gap")  # noqa: S311
        image = torch.randn(shape, generator=torch.Generator().manual_seed(5))
        maps[pooling] = attribution.saliency(filled(config, shape, 5), image[None], 0)
    assert error(maps[Pooling.MAX].numpy(), maps[Pooling.AVERAGE].numpy().ravel()) > 0.1
