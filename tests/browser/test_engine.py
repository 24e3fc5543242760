"""Does the browser compute what torch computes, for every strategy, head and body?"""

import base64
import random
from math import prod

import numpy as np
import pytest
import safetensors.torch
import torch

from core.catalog import (
    HEADS,
    POOLINGS,
    Body,
    Norm,
    Padding,
    Pooling,
)
from core.network.build import build_model, steps
from core.network.plain import plain_model
from tests.browser.engine import in_browser, run
from tests.browser.networks import CLASSES, drawn, error, filled, floats

DRAWN = 120
OF_MAPS, OF_LOGITS, OF_GRADIENTS = 1e-5, 1e-4, 1e-4


def _expected(network, image, target, middle):
    """Maps by layer, and the gradients of a logit and of a value in the middle."""
    image = image.clone().requires_grad_()
    outputs = {step.name: step.output for step in steps(network, image[None])}
    value = outputs[middle["layer"]].flatten()[middle["index"]]
    (of_middle,) = torch.autograd.grad(value, image, retain_graph=True)
    logits = next(reversed(outputs.values()))
    (of_logit,) = torch.autograd.grad(logits[0, target], image)
    return {name: each.detach()[0].numpy() for name, each in outputs.items()}, of_logit, of_middle


def _case(seed, **fixed):
    """A configuration, what the browser is asked, and what torch says."""
    model, shape, _ = drawn(random.Random(seed), **fixed)  # noqa: S311
    image = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    return _asked(model, filled(model, shape, seed), image, seed)


def _whole(seed, **fixed):
    """The same with small whole numbers in the image and in all weights."""
    model, shape, _ = drawn(random.Random(seed), widths=(3,), hidden=0, **fixed)  # noqa: S311
    generator = torch.Generator().manual_seed(seed)
    network = build_model(model, shape, CLASSES, seed).eval()
    for parameter in network.parameters():
        if parameter.dim() > 1:
            parameter.data = torch.randint(-1, 2, parameter.shape, generator=generator).float()
    image = torch.randint(0, 3, shape, generator=generator).float()
    return _asked(model, network.requires_grad_(requires_grad=False), image, seed)


def _asked(model, network, image, seed):
    chance = random.Random(seed)  # noqa: S311
    description = plain_model(model, tuple(image.shape), CLASSES)
    maps = [each for each in description["layers"] if len(each["shape"]) == 3]
    layer = chance.choice([each for each in maps if each["kind"] == "pool"] or maps)
    middle = {"layer": layer["name"], "index": chance.randrange(prod(layer["shape"]))}
    target = chance.randrange(CLASSES)
    case = {
        "description": description,
        "weights": base64.b64encode(safetensors.torch.save(network.state_dict())).decode(),
        "image": base64.b64encode(image.numpy().tobytes()).decode(),
        "target": target,
        "middle": middle,
    }
    return model, case, _expected(network, image, target, middle)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Configurations, with what torch and the browser say of each."""
    cases = [
        *(_case(seed, pooling=name) for seed, name in enumerate(POOLINGS)),
        *(_case(100 + seed, head=name) for seed, name in enumerate(HEADS)),
        *(_case(200 + seed, body=body, depth=2) for seed, body in enumerate(Body)),
        *(_case(300 + seed) for seed in range(DRAWN)),
    ]
    given = run("answers", tmp_path_factory.mktemp("engine"), [case for _, case, _ in cases])
    return [(*case, answer) for case, answer in zip(cases, given, strict=True)]


def test_the_tables_name_what_the_catalog_names_in_its_order(tmp_path):
    known = run("names", tmp_path, [])
    assert list(POOLINGS) == known["pools"] == known["formulas"]
    assert list(HEADS) == known["heads"] == known["words"]


def test_every_strategy_head_and_body_is_compared(compared):
    models = [model for model, *_ in compared]
    assert set(POOLINGS) == {model.pooling for model in models}
    assert set(HEADS) == {model.head for model in models}
    assert {(body, padding) for body in Body for padding in Padding} == {
        (model.body, model.padding) for model in models
    }


def test_each_layers_map_is_torchs(compared):
    for model, _, (maps, *_), answer in compared:
        for name, expected in maps.items():
            assert error(expected, floats(answer["maps"][name])) < OF_MAPS, (name, model)


def test_the_logits_and_the_class_are_torchs(compared):
    for model, _, (maps, *_), answer in compared:
        logits = list(maps.values())[-1]
        given = floats(list(answer["maps"].values())[-1])
        assert np.abs(logits - given).max() < OF_LOGITS, model
        assert int(logits.argmax()) == answer["answer"], model


@pytest.mark.parametrize(("place", "key"), [(1, "of_logit"), (2, "of_middle")])
def test_gradients_by_the_image_are_torchs(compared, place, key):
    for model, case, expected, answer in compared:
        wrong = error(expected[place], floats(answer[key]))
        assert wrong < OF_GRADIENTS, (wrong, case["middle"], model)


def test_ties_go_where_torch_lets_them_go(tmp_path):
    """Small whole numbers: sums are exact, and many values of a window are equal."""
    compared = [
        *(_whole(seed, pooling=name, norm=Norm.NONE) for name in POOLINGS for seed in range(2)),
        *(_whole(seed, head=name, norm=Norm.NONE) for name in HEADS for seed in range(2)),
    ]
    given = run("answers", tmp_path, [case for _, case, _ in compared])
    for (model, _, expected), answer in zip(compared, given, strict=True):
        for by_torch, key in zip(expected[1:], ("of_logit", "of_middle"), strict=True):
            assert error(by_torch, floats(answer[key])) < OF_GRADIENTS, (key, model)


@pytest.fixture(scope="module")
def explained(tmp_path_factory):
    """Configurations, with the explanation of one cell of each layer."""
    cases = [
        *(_case(500 + seed, pooling=name) for seed, name in enumerate(POOLINGS)),
        *(_case(600 + seed, head=name) for seed, name in enumerate(HEADS)),
        *(_case(700 + seed) for seed in range(30)),
    ]
    folder = tmp_path_factory.mktemp("explained")
    given = run("explanations", folder, [case for _, case, _ in cases])
    return [
        (model, each) for (model, _, _), found in zip(cases, given, strict=True) for each in found
    ]


def test_nothing_changes_a_cell_that_it_is_not_said_to_read(explained):
    for model, each in explained:
        assert each["outside"] <= 1e-9, (each["layer"], model)


def test_a_formula_ends_with_the_value_of_its_cell(explained):
    for model, each in explained:
        assert each["output"] == each["value"], (each["layer"], model)
        assert each["words"], (each["layer"], model)
        written = each["formula"].split()[-1].replace("−", "-").rstrip(")")
        if "⁻" not in written:
            shown = pytest.approx(each["value"], rel=0.06, abs=0.006)
            assert shown == float(written), (each["formula"], model)


def test_products_that_are_listed_in_full_add_up_to_the_value(explained):
    checked = set()
    for model, each in explained:
        left, _, _ = each["formula"].rpartition(" = ")
        if "pool" not in each["layer"] or "·" not in left or not set("…^/⁻√").isdisjoint(left):
            continue
        products = [term.split("·") for term in left.replace("−", "-").split(" + ")]
        if not all(len(term) == 2 for term in products):
            continue
        added = sum(float(a.strip("()")) * float(b.strip("()")) for a, b in products)
        assert added == pytest.approx(each["value"], rel=0.03, abs=0.03), (each["formula"], model)
        checked.add(model.pooling)
    assert {Pooling.SOFT, Pooling.DETAIL, Pooling.ADAPOOL, Pooling.LIP} <= checked


def test_max_is_the_largest_of_the_numbers_beside_it(explained):
    seen = [each for model, each in explained if model.pooling is Pooling.MAX]
    pools = [
        each for each in seen if each["formula"].startswith("max(") and "pool" in each["layer"]
    ]
    assert pools
    for each in pools:
        assert max(each["values"][0]) == each["value"]


def test_a_browser_gives_the_same_as_node():
    compared = [_case(400, pooling=name) for name in (Pooling.MAX, Pooling.LIP, Pooling.SPECTRAL)]
    given = in_browser("answers", [case for _, case, _ in compared])
    for (model, _, (maps, *_)), answer in zip(compared, given, strict=True):
        for name, expected in maps.items():
            assert error(expected, floats(answer["maps"][name])) < OF_MAPS, (name, model)
