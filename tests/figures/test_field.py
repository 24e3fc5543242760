"""Are the pixels that a cell is said to see those that its gradient reaches, at a border too?"""

import random
import re

import numpy as np
import pytest
import safetensors.torch
import torch

from core import figures
from core.analyses.effective_field import effective_field
from core.analyses.trained import Network, images_of_test
from core.catalog import POOLINGS, Body, Padding
from core.config import Experiment
from core.data.tensors import to_input
from core.errors import ConfigError
from core.figures import Look
from core.network import describe
from core.network.build import build_model, steps
from core.network.receptive_field import fields, seen_by
from tests.inspection import exciting

# with positive weights and values every pixel that is read has a gradient
READING_ALL = ("none", "average", "blur-average", "strided", "conv")


def described(experiment):
    return describe(experiment)


def drawn(count, poolings, seed=0, **fixed):
    """Small networks of all paddings, windows and strides, on images that their fields leave."""
    chance = random.Random(seed)  # noqa: S311
    found = []
    while len(found) < count:
        flat = {
            "dataset": "shapes",
            "image_size": chance.choice([8, 9, 10, 13]),
            "padding": chance.choice(["zeros", "circular", "circular", "valid"]),
            "pooling": poolings[len(found) % len(poolings)],
            "pool_size": chance.choice([2, 2, 3, 4]),
            "pool_stride": chance.choice([1, 2, 2, 3, 4]),
            "widths": chance.choice(["2", "2,2", "2,2,2"]),
            # in training, batch norm reads the whole map
            "norm": "none",
            **fixed,
        }
        try:
            experiment = Experiment.from_flat(flat)
            described(experiment)
        except ConfigError:
            continue
        found.append(experiment)
    return found


def reached(experiment, layer, cell, *, seed=0, training=False):
    """Which pixels of the image have a gradient in one cell: (H, W)."""
    model = build_model(experiment.model, experiment.input_shape, experiment.classes)
    model.train(training)
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.abs_().add_(0.01)
    x = torch.rand(1, *experiment.input_shape).add_(0.1).requires_grad_()
    for step in steps(model, x):
        if step.name == layer:
            step.output[0, :, cell[0], cell[1]].sum().backward()
            return x.grad[0].abs().sum(0).numpy() > 0
    raise KeyError(layer)


def seen(field):
    """The same, by theory."""
    there = np.zeros(field.image, dtype=bool)
    there[np.ix_(*field.seen)] = True
    return there


def last_map(experiment):
    return [layer for layer in described(experiment).layers if layer.name.startswith("block")][-1]


def some_cells(layer):
    _, height, width = layer.shape
    return {(0, 0), (height // 2, width // 2), (height - 1, width - 1), (0, width - 1)}


BRANCHED = [*drawn(30, READING_ALL, seed=5, body="residual"), *drawn(20, READING_ALL, depth=2)]


@pytest.mark.parametrize(
    "experiment", [*drawn(60, READING_ALL), *BRANCHED], ids=lambda e: str(e.key)
)
def test_a_cell_reads_exactly_the_pixels_that_it_is_said_to_see(experiment):
    layer = last_map(experiment)
    for cell in some_cells(layer):
        field = seen_by(described(experiment), experiment.model, layer.name, cell)
        assert np.array_equal(seen(field), reached(experiment, layer.name, cell))
        assert field.pixels == seen(field).sum()


@pytest.mark.parametrize("training", [False, True], ids=["evaluation", "training"])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_no_gradient_comes_from_a_pixel_that_a_cell_is_not_said_to_see(pooling, training):
    for experiment in (*drawn(8, [pooling], seed=1), *drawn(4, [pooling], body="residual")):
        layer = last_map(experiment)
        for seed, cell in enumerate(some_cells(layer)):
            field = seen_by(described(experiment), experiment.model, layer.name, cell)
            found = reached(experiment, layer.name, cell, seed=seed, training=training)
            assert not (found & ~seen(field)).any(), (experiment.to_flat(), cell)


def test_windows_on_a_drawn_grid_reach_every_pixel_of_their_field_and_no_other():
    """fractional-max: its steps are uneven, so windows drift away from multiples of the stride."""
    flat = {
        "dataset": "shapes",
        "pooling": "fractional-max",
        "pool_stride": 3,
        "widths": "2",
        "norm": "none",
    }
    experiment = Experiment.from_flat(flat)
    architecture = described(experiment)
    last = last_map(experiment).shape[1] - 1
    field = seen_by(architecture, experiment.model, "block1.pool", (last, last))
    found = np.zeros(field.image, dtype=bool)
    for seed in range(60):
        found |= reached(experiment, "block1.pool", (last, last), seed=seed, training=True)
    assert np.array_equal(seen(field).any(0), found.any(0))


def opened(**flat):
    experiment = Experiment.from_flat({"widths": "4,6", **flat})
    model = build_model(experiment.model, experiment.input_shape, experiment.classes, 1)
    return Network.of(experiment, safetensors.torch.save(model.state_dict()))


@pytest.mark.parametrize("padding", Padding)
@pytest.mark.parametrize("pooling", ["average", "blur-max", "aps", "strided"])
@pytest.mark.parametrize("body", Body)
def test_nine_tenths_of_a_gradient_come_from_no_more_pixels_than_there_are(pooling, padding, body):
    widths = "4" if (body, padding) == (Body.RESIDUAL, Padding.VALID) else "4,6"
    network = opened(pooling=pooling, padding=padding, pools=1, body=body, widths=widths)
    experiment = network.experiment
    shares = effective_field(network).shares
    for field in fields(described(experiment), experiment.model):
        grid = np.array(shares[field.layer])
        assert not grid[~seen(field)].any()
        assert (grid > 0).sum() <= field.pixels <= 64


# drawn and said


def drawn_field(found, chosen):
    """Where the solid squares are, where the padding is shaded, and which of it is the image.

    Counts over an area that is three times as high and wide as the image, with it in the middle.
    """
    height, width = found[chosen].image
    figure = figures.field_squares(np.zeros((height, width), np.uint8), found, chosen).draw(Look())
    squares, shaded, image = (np.zeros((3 * height, 3 * width), dtype=int) for _ in range(3))
    for shape in figure.layout.shapes[1:]:
        if shape.line.dash != "dot":
            ends = (shape.y0, shape.y1, shape.x0, shape.x1)
            top, bottom, left, right = (round(end + 0.5) for end in ends)
            target = squares if shape.line.dash == "solid" else shaded
            target[height + top : height + bottom, width + left : width + right] += 1
    image[height : 2 * height, width : 2 * width] = 1
    return squares, shaded, image


@pytest.mark.parametrize("experiment", drawn(30, list(POOLINGS), seed=2), ids=lambda e: str(e.key))
def test_the_solid_squares_cover_each_pixel_that_is_seen_once_and_beyond_it_only_padding(
    experiment,
):
    found = fields(described(experiment), experiment.model)
    for chosen, field in enumerate(found):
        squares, shaded, image = drawn_field(found, chosen)
        height, width = field.image
        inside = squares[height : 2 * height, width : 2 * width]
        assert np.array_equal(seen(field).astype(int), inside)
        assert np.array_equal(squares * (1 - image), shaded)


def test_padding_is_drawn_so_that_the_square_is_as_large_as_the_caption_says():
    experiment = Experiment.from_flat({"widths": "4,4"})
    found = fields(described(experiment), experiment.model)
    field = found[-1]
    assert field.side > min(map(len, field.seen))
    squares, shaded, _ = drawn_field(found, len(found) - 1)
    assert (field.side, field.side) == (squares.any(1).sum(), squares.any(0).sum())
    assert shaded.any()
    chart = figures.field_squares(np.zeros(field.image, np.uint8), found, len(found) - 1)
    assert "Shaded: padding." in chart.caption
    layout = chart.draw(Look()).layout
    for axis, (first, last) in ((layout.xaxis, field.columns), (layout.yaxis, field.rows)):
        assert min(axis.range) < first - 0.5 < last + 0.5 < max(axis.range)


def test_without_padding_nothing_is_shaded():
    experiment = Experiment.from_flat({"widths": "4", "padding": "valid"})
    found = fields(described(experiment), experiment.model)
    assert not drawn_field(found, len(found) - 1)[1].any()


@pytest.mark.parametrize("experiment", drawn(30, list(POOLINGS), seed=3), ids=lambda e: str(e.key))
def test_caption_and_alternative_text_say_how_many_pixels_are_seen(experiment):
    found = fields(described(experiment), experiment.model)
    for chosen, field in enumerate(found):
        chart = figures.field_squares(np.zeros(field.image, np.uint8), found, chosen)
        for sentence, by in ((chart.alt, "by"), (chart.caption, "×")):
            sizes = re.findall(rf"(\d+) {by} (\d+)", sentence)
            assert sizes[0] == (str(field.side),) * 2
            rows, columns = map(int, sizes[-1])
            assert field.pixels == rows * columns
            assert ("wrap around the border" in sentence) == field.wraps


def test_a_field_that_wraps_is_drawn_on_both_sides():
    experiment = Experiment.from_flat(
        {"dataset": "shapes", "padding": "circular", "pooling": "none", "widths": "2,2"}
    )
    field = seen_by(described(experiment), experiment.model, "block2.conv", (0, 31))
    assert (-2, 2) == field.rows
    assert ((0, 1, 2, 30, 31), (0, 1, 29, 30, 31)) == field.seen
    assert 25 == field.pixels
    figure = figures.field_squares(np.zeros((32, 32), np.uint8), [field], 0).draw(Look())
    edges = {(shape.x0, shape.x1, shape.y0, shape.y1) for shape in figure.layout.shapes[1:]}
    assert {
        (left, right, top, bottom)
        for left, right in ((-0.5, 1.5), (28.5, 31.5))
        for top, bottom in ((-0.5, 2.5), (29.5, 31.5))
    } == edges
    assert "5 × 5 px wrapped" in figure.layout.annotations[0].text


# patches


@pytest.fixture(scope="module")
def data():
    return images_of_test(Experiment.from_flat({}))


def patches_and_cells(network, layer, channel, data, count):
    """The patches, each with its cell."""
    x = to_input(data.images, data.normalisation)
    for step in steps(network.model, x):
        if step.name == layer:
            maps = step.output[:, channel]
            for patch in exciting(network, layer, channel, data, count):
                index = int(maps[patch.image].flatten().argmax())
                yield patch, divmod(index, maps.shape[2])
            return


@pytest.mark.parametrize("pooling", ["max", "aps", "blur-average"])
def test_a_patch_goes_on_with_the_other_side_of_the_image_where_padding_is_circular(pooling, data):
    network = opened(pooling=pooling, padding="circular")
    beyond = 0
    with torch.no_grad():
        for channel in range(4):
            layer = "block1.pool"
            for patch, cell in patches_and_cells(network, layer, channel, data, 8):
                field = seen_by(
                    described(network.experiment), network.experiment.model, layer, cell
                )
                rows, columns = (
                    np.arange(first, last + 1) for first, last in (field.rows, field.columns)
                )
                image = data.images[patch.image].numpy()
                there = image[:, rows[:, None] % 8, columns % 8]
                assert np.array_equal(there, patch.pixels)
                beyond += field.wraps
    assert beyond > 0


def test_with_zeros_a_patch_has_the_ground_beyond_the_border(data):
    network = opened(pooling="max", widths="4")
    with torch.no_grad():
        for patch, cell in patches_and_cells(network, "block1.conv", 0, data, 300):
            rows, columns = (np.arange(place - 1, place + 2) for place in cell)
            outside = ((rows < 0) | (rows > 7))[:, None] | (columns < 0) | (columns > 7)
            assert not patch.pixels[0][outside].any()
            image = data.images[patch.image, 0].numpy()
            inner = image[rows[:, None] % 8, columns % 8]
            assert np.array_equal(inner[~outside], patch.pixels[0][~outside])


@pytest.mark.parametrize("padding", Padding)
def test_patches_of_one_channel_have_one_size(padding, data):
    for pooling in POOLINGS:
        network = opened(pooling=pooling, padding=padding, widths="4", pool_stride=3)
        layer = last_map(network.experiment).name
        assert 1 == len({patch.pixels.shape for patch in exciting(network, layer, 0, data)})
