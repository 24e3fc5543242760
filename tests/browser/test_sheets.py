"""Do the sheets on Features show what PyTorch says: patches, winners, filters, softened pools?"""

import base64
import random
from functools import partial

import numpy as np
import pytest
import safetensors.torch
import torch

from core.catalog import Body, DropoutPosition, Head, Norm, Padding, Pooling
from core.figures.palette import SEQUENTIAL, rgb
from core.network import describe_model
from core.network.build import build_model
from core.network.plain import plain_model
from core.network.receptive_field import seen_by, sights
from tests.browser.engine import in_browser, run
from tests.browser.networks import CLASSES, drawn, error, filled, floats
from tests.inspection import after, softened_logits, strongest

IMAGES, MOST = 24, 5
SCALE, SHIFT = 0.013, -0.7
TEMPERATURES = (0.0, 0.5, 4.0, float("inf"))


def text(content):
    return base64.b64encode(content).decode()


class Case:
    """A network, stored images, and what the browser is asked about them."""

    def __init__(self, seed, *, whole=False, layer=None, **fixed):
        chance = random.Random(seed)  # noqa: S311
        few = {"widths": (3,), "hidden": 0, "norm": Norm.NONE} if whole else {}
        self.model, self.shape, plain = drawn(chance, **few | fixed)
        generator = np.random.default_rng(seed)
        top = 3 if whole else 256
        self.images = generator.integers(0, top, (IMAGES, *self.shape)).astype(np.uint8)
        # so that some images are alike
        self.images[IMAGES // 2] = self.images[0]
        self.labels = generator.integers(0, CLASSES, IMAGES)
        self.scale, self.shift = (1.0, 0.0) if whole else (SCALE, SHIFT)
        self.network = _whole(self.model, self.shape, seed) if whole else self._filled(seed)
        blocks = [each for each in plain["layers"] if each["name"].startswith("block")]
        names = [each["name"] for each in blocks if each["kind"] != "dropout"]
        self.layer = layer or chance.choice(names)
        (width,) = [each["shape"][0] for each in blocks if each["name"] == self.layer]
        self.channels = [0, width - 1, width]
        self.ground = tuple(range(7, 7 + self.shape[0]))

    def _filled(self, seed):
        return filled(self.model, self.shape, seed)

    @property
    def x(self):
        return torch.from_numpy(self.images).float() * self.scale + self.shift

    @property
    def asked(self):
        architecture = describe_model(self.model, self.shape, CLASSES)
        rows, columns = sights(architecture, self.model, self.layer)
        return {
            "description": plain_model(self.model, self.shape, CLASSES),
            "weights": text(safetensors.torch.save(self.network.state_dict())),
            "file": text(self.labels.astype(np.uint8).tobytes() + self.images.tobytes()),
            "images": {"held": IMAGES, "count": IMAGES, "shape": self.shape},
            "input": {"scale": self.scale, "shift": self.shift},
            "ground": self.ground,
            "fields": {"rows": rows, "columns": columns},
            "layer": self.layer,
            "channels": self.channels,
            "most": MOST,
            "temperatures": [None if t == float("inf") else t for t in TEMPERATURES],
        }

    def patches(self, channel):
        """What PyTorch says of a channel; None if there is none."""
        maps = after(self.network, self.layer, self.x)
        if channel >= maps.shape[1]:
            return None
        architecture = describe_model(self.model, self.shape, CLASSES)
        sight = partial(seen_by, architecture, self.model, self.layer)
        return strongest(maps[:, channel], self.images, sight, self.ground, MOST)


def _whole(model, shape, seed):
    """A network whose weights are small whole numbers, so that sums are exact."""
    network = build_model(model, shape, CLASSES, seed).eval()
    generator = torch.Generator().manual_seed(seed)
    for parameter in network.parameters():
        if parameter.dim() > 1:
            parameter.data = torch.randint(-1, 2, parameter.shape, generator=generator).float()
    return network.requires_grad_(requires_grad=False)


def of_kinds():
    """Networks of the kinds that decide what a cell sees, and of any kind."""
    fixed = [
        *({"padding": padding, "pooling": Pooling.MAX} for padding in Padding),
        *({"padding": Padding.CIRCULAR, "body": body} for body in Body),
        {"pooling": Pooling.APS, "padding": Padding.CIRCULAR},
        {"pooling": Pooling.APS, "padding": Padding.ZEROS},
        {"pooling": Pooling.FRACTIONAL_MAX},
        {"pooling": Pooling.SPECTRAL},
        {"pooling": Pooling.BLUR_AVERAGE, "padding": Padding.CIRCULAR},
        {"head": Head.FLATTEN, "body": Body.RESIDUAL, "depth": 2},
        {"pool_stride": 3},
    ]
    return [
        *(Case(seed, **each) for seed, each in enumerate(fixed)),
        *(Case(100 + seed) for seed in range(20)),
    ]


def same(expected, actual, model):
    """Whether parts are those of PyTorch, in order, up to rounding."""
    assert (expected is None) == (actual is None), model
    if expected is None:
        return
    assert [each.image for each in expected] == [each["image"] for each in actual], model
    for one, other in zip(expected, actual, strict=True):
        assert pytest.approx(one.value, rel=1e-4, abs=1e-5) == other["value"], model
        assert list(one.pixels.shape) == other["shape"], model
        assert one.pixels.ravel().tolist() == other["pixels"], model
        assert one.tied == other["tied"], model


def test_the_strongest_parts_are_those_that_torch_finds(tmp_path):
    cases = of_kinds()
    given = run("patches", tmp_path, [case.asked for case in cases])
    seen = 0
    for case, answer in zip(cases, given, strict=True):
        for channel, parts in zip(case.channels, answer, strict=True):
            same(case.patches(channel), parts, (case.model, case.layer, channel))
            seen += bool(parts)
    assert seen >= len(cases)


def test_equally_strong_parts_stand_in_the_order_of_the_images(tmp_path):
    """Small whole numbers: sums are exact, and many images are as strong as others."""
    kinds = (Pooling.MAX, Pooling.NONE, Pooling.STRIDED, Pooling.SUBSAMPLE)
    cases = [
        Case(seed, whole=True, pooling=pooling, body=body, layer="block1.relu")
        for seed, (pooling, body) in enumerate((p, b) for p in kinds for b in Body)
    ]
    given = run("patches", tmp_path, [case.asked for case in cases])
    tied = 0
    for case, answer in zip(cases, given, strict=True):
        for channel, parts in zip(case.channels, answer, strict=True):
            same(case.patches(channel), parts, (case.model, channel))
            tied += any(each["tied"] > 1 for each in parts or ())
    assert tied >= len(cases)


def test_with_circular_padding_a_part_goes_on_with_the_other_side(tmp_path):
    cases = [
        Case(seed, padding=Padding.CIRCULAR, pooling=Pooling.MAX, body=Body.PLAIN, widths=(3,))
        for seed in range(6)
    ]
    given = run("patches", tmp_path, [case.asked for case in cases])
    for case, answer in zip(cases, given, strict=True):
        for parts in answer[:2]:
            for each in parts:
                # no pixel of the ground, whose values no image has
                shape = each["shape"]
                pixels = np.array(each["pixels"]).reshape(shape)
                image = case.images[each["image"]]
                assert {*pixels.ravel().tolist()} <= {*image.ravel().tolist()}, case.layer


def test_an_image_that_does_not_excite_a_channel_is_no_part(tmp_path):
    case = Case(1, pooling=Pooling.NONE, norm=Norm.NONE, body=Body.PLAIN, layer="block1.relu")
    with torch.no_grad():
        case.network.get_submodule("block1.conv").bias.fill_(-1e6)
    assert [[], [], None] == run("patches", tmp_path, [case.asked])[0]


def a_part(image, value, tied=1, shade=None):
    pixels = [0, 1, 2, 3] if shade is None else [shade] * 4
    return {"image": image, "value": value, "tied": tied, "pixels": pixels}


RANKED = [
    ([a_part(5, 3.0), a_part(2, 2.0)], "Test images 5, 2, strongest first."),
    ([a_part(5, 3.0)], "Test image 5; no other activates it."),
    (
        [a_part(0, 3.0, 40, 0), a_part(1, 3.0, 40, 0)],
        "Test images 0, 1: equally strong, like 40 of 300. Each of these parts is of one shade.",
    ),
    ([a_part(0, 3.0, 2), a_part(1, 3.0, 2)], "Test images 0, 1: equally strong."),
    (
        [a_part(7, 4.0), a_part(1, 3.0, 3)],
        "Test images 7, 1, strongest first; 2 more are as strong as the last.",
    ),
    (
        [a_part(7, 4.0), a_part(1, 3.0, 2)],
        "Test images 7, 1, strongest first; 1 more is as strong as the last.",
    ),
]


def test_parts_are_ranked_only_as_far_as_they_differ(tmp_path):
    asked = [{"parts": parts, "asked": 2, "tested": 300} for parts, _ in RANKED]
    assert [said for _, said in RANKED] == run("rankings", tmp_path, asked)


def of_channels(maps, size=2, stride=2):
    maps = np.asarray(maps, dtype=np.float32)
    data = text(maps.tobytes())
    return {"shape": maps.shape, "data": data, "size": size, "stride": stride}


def test_winners_are_the_cells_that_max_passes_on(tmp_path):
    maps = [[[1, 2, 0, 0], [3, 0, 0, 5], [7, 7, 1, 1], [7, 7, 1, 2]]]
    (given,) = run("channels", tmp_path, [of_channels(maps)])
    expected = [[0, 0, 0, 0], [1, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]]
    assert expected == np.reshape(given["winners"], (4, 4)).tolist()


def test_winners_are_those_of_torch(tmp_path):
    # few values, so that many are equal
    maps = np.random.default_rng(0).integers(0, 4, (5, 7, 8)).astype(np.float32)
    windows = [(2, 2), (3, 2), (2, 1), (3, 3), (2, 3)]
    given = run("channels", tmp_path, [of_channels(maps, *each) for each in windows])
    for (size, stride), answer in zip(windows, given, strict=True):
        _, index = torch.nn.functional.max_pool2d(
            torch.from_numpy(maps)[None], size, stride, return_indices=True
        )
        chosen = np.reshape(answer["winners"], (5, -1))
        for channel, expected in zip(chosen, index[0], strict=True):
            assert sorted(set(expected.flatten().tolist())) == np.flatnonzero(channel).tolist()


def test_channels_that_hold_one_value_are_counted(tmp_path):
    maps = np.zeros((4, 2, 2), dtype=np.float32)
    maps[1, 0, 1], maps[2], maps[3] = -1, 0.5, -0.25
    one_cell = np.array([[[1.0]], [[0.0]]], dtype=np.float32)
    given = run("channels", tmp_path, [of_channels(maps), of_channels(one_cell, 1, 1)])
    expected = [{"silent": 1, "level": 2}, {"silent": 1, "level": 0}]
    assert expected == [each["still"] for each in given]


def test_such_channels_are_named_network_by_network(tmp_path):
    def counted(*three):
        return [
            [name, {"silent": silent, "level": level}]
            for name, silent, level in zip(("A", "B", "C"), *three, strict=True)
        ]

    cases = [
        counted((0, 0, 0), (0, 0, 0)),
        counted((2, 0, 0), (0, 1, 0)),
        counted((2, 3, 1), (0, 0, 0)),
    ]
    assert [
        "",
        " Silent on this image: A 2. The same everywhere: B 1.",
        " Silent on this image: A 2, B 3 and C 1.",
    ] == run("remarks", tmp_path, cases)


def test_softened_pools_answer_as_in_torch(tmp_path):
    cases = [
        Case(200 + seed, pooling=Pooling.MAX, padding=padding, body=body)
        for seed, (padding, body) in enumerate((p, b) for p in Padding for b in Body)
    ]
    given = run("softenings", tmp_path, [case.asked for case in cases])
    for case, answer in zip(cases, given, strict=True):
        expected = softened_logits(case.network, case.model, TEMPERATURES, case.x)
        right = []
        for temperature, logits in zip(TEMPERATURES, answer["logits"], strict=True):
            theirs = np.stack([floats(each) for each in logits])
            assert error(expected[temperature].numpy(), theirs.ravel()) < 1e-4, temperature
            right.append(int((theirs.argmax(1) == case.labels).sum()))
        assert right == answer["right"]


def test_soft_pools_reach_from_average_to_max(tmp_path):
    """At t = 0 they give what average gives with the same weights; at infinity, max itself."""
    case = Case(300, pooling=Pooling.MAX)
    (answer,) = run("softenings", tmp_path, [case.asked])
    average = build_model(
        case.model.model_copy(update={"pooling": Pooling.AVERAGE}), case.shape, CLASSES
    ).eval()
    average.load_state_dict(case.network.state_dict())
    with torch.inference_mode():
        for network, place in ((average, 0), (case.network, -1)):
            given = np.concatenate([floats(each) for each in answer["logits"][place]])
            assert error(network(case.x).numpy(), given) < 1e-4


def test_filters_are_the_weights_of_the_first_convolution_on_one_scale(tmp_path):
    cases = [
        Case(400 + seed, body=body, dropout=dropout, widths=(6,))
        for seed, (body, dropout) in enumerate((b, d) for b in Body for d in DropoutPosition)
    ]
    asked = {"networks": [case.asked for case in cases], "most": 4}
    (answer,) = run("filters", tmp_path, [asked])
    weights = [case.network.get_submodule("block1.conv").weight.mean(dim=1) for case in cases]
    largest = max(float(each.abs().max()) for each in weights)
    assert (-answer["high"], pytest.approx(largest)) == (answer["low"], answer["high"])
    for expected, sheet in zip(weights, answer["sheets"], strict=True):
        assert [4, 3, 3] == sheet["shape"]
        assert error(expected[:4].numpy(), floats(sheet["data"])) < 1e-6


GAP, SIDE = 10, 128
"""of a picture of tiles, px"""


def pictures(tmp_path, maps, first=0, most=16, **marks):
    maps = np.asarray(maps, dtype=np.float32)
    case = {"shape": maps.shape, "data": maps.ravel().tolist(), "first": first, "most": most}
    (given,) = run("pictures", tmp_path, [case | {"marks": {"dot": 1, "cross": 2, **marks}}])
    page = np.reshape(given["pixels"], (given["height"], given["width"]))
    return page[GAP:-GAP, GAP:-GAP], given


def test_tiles_stand_side_by_side_eight_to_a_row(tmp_path):
    maps = np.arange(1, 12)[:, None, None] * np.ones((1, 4, 4))
    page, _ = pictures(tmp_path, maps)
    tiles = page[:: SIDE + GAP, :: SIDE + GAP]
    assert [[*range(101, 109)], [109, 110, 111, *[0] * 5]] == tiles.tolist()
    assert {0} == set(page[:, SIDE : SIDE + GAP].ravel().tolist())
    page, _ = pictures(tmp_path, maps, first=8, most=2)
    assert [[109, 110]] == page[:: SIDE + GAP, :: SIDE + GAP].tolist()


def test_a_map_that_is_zero_everywhere_is_crossed_out(tmp_path):
    maps = np.stack([np.zeros((4, 4)), np.ones((4, 4)), np.full((4, 4), -1.0)])
    page, given = pictures(tmp_path, maps)
    blank, even, negative = (page[:, n * (SIDE + GAP) :][:, :SIDE] for n in range(3))
    assert [{2, 100}, {101}, {99}] == [
        set(each.ravel().tolist()) for each in (blank, even, negative)
    ]
    assert (2, 2) == (blank[0, 0], blank[-1, 0])
    assert ([-1, 1], [-1, 1]) == (given["around"], given["even"])


def test_a_dot_stands_in_the_middle_of_its_cell(tmp_path):
    dotted = np.zeros((1, 4, 4), dtype=int)
    dotted[0, 1, 2] = 1
    page, _ = pictures(tmp_path, np.ones((1, 4, 4)), dotted=dotted.ravel().tolist())
    cell = SIDE // 4
    places = np.argwhere(page == 1)
    assert [1 * cell + cell // 2, 2 * cell + cell // 2] == (places.mean(0) + 0.5).tolist()
    assert len(places) < cell * cell / 4


def test_larger_values_are_darker_on_a_light_page_and_lighter_on_a_dark_one(tmp_path):
    values = [-2.0, -1.0, 0.0, 0.5, 1.0, 3.0, 4.0]
    asked = [{"anchors": each, "low": -1.0, "high": 3.0, "values": values} for each in SEQUENTIAL]
    light, dark = run("shades", tmp_path, asked)
    for given, order in ((light, -1), (dark, 1)):
        sums = [order * sum(each[:3]) for each in given["values"]]
        assert sorted(sums) == sums
        # beyond its ends a scale goes on as it ends
        assert [given["anchors"][0]] * 2 == given["values"][:2]
        assert [given["anchors"][-1]] * 2 == given["values"][-2:]
        assert {255} == {each[3] for each in given["values"]}
    assert [list(rgb(each)) for each in SEQUENTIAL[0]] == [each[:3] for each in light["anchors"]]


def test_the_ends_of_a_scale(tmp_path):
    for maps, around, even in (
        ([[[-1.0, 3.0]]], [-1, 3], [-3, 3]),
        ([[[0.0, 0.0]]], [0, 1], [-1, 1]),
        ([[[2.0, 5.0]]], [0, 5], [-5, 5]),
    ):
        _, given = pictures(tmp_path, maps)
        assert (around, even) == (given["around"], given["even"])


def test_a_browser_gives_the_same_as_node(tmp_path):
    cases = [Case(seed).asked for seed in (500, 501)]
    assert run("patches", tmp_path, cases) == in_browser("patches", cases)
