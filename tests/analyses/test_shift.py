"""Are predictions compared under the right shifts, and do the exact tests hold?"""

import json

import numpy as np
import pytest
import safetensors.torch
import torch

from core import figures
from core.analyses import ShiftMapRequest
from core.analyses.shift import shift_map
from core.analyses.shift_map import ShiftMap, ShiftSettings
from core.analyses.trained import Network, images_of_test
from core.catalog import HEADS, POOLINGS
from core.comparison import Arm
from core.config import Experiment
from core.data.tensors import to_input
from core.engine import compute, stored
from core.errors import EngineError
from core.figures import Look
from core.network.build import build_model
from core.store import RunStore
from core.training import train
from tests.store.store_samples import a_run

IMAGES = 40


def untrained(seed=0, **flat):
    experiment = Experiment.from_flat({"widths": "6,6", **flat})
    model = build_model(experiment.model, experiment.input_shape, experiment.classes, seed)
    return Network.of(experiment, safetensors.torch.save(model.state_dict()))


def settings(reach=4, *, circular=True):
    return ShiftSettings(circular, reach, IMAGES)


@pytest.mark.parametrize("head", [name for name in HEADS if HEADS[name].is_global])
@pytest.mark.parametrize("pooling", ["none", "aps"])
def test_answers_never_change_where_theory_says_so(pooling, head):
    network = untrained(pooling=pooling, head=head, padding="circular")
    found = shift_map(network, settings())
    # images whose two best classes are equal up to rounding may go either way
    assert np.array(found.same).min() >= 1 - found.ties / IMAGES
    assert found.ties <= 1


@pytest.mark.parametrize(
    "pooling", [n for n in POOLINGS if POOLINGS[n].regular_grid and n not in ("none", "aps")]
)
def test_answers_stay_at_multiples_of_the_jump(pooling):
    network = untrained(pooling=pooling, head="gap", padding="circular", norm="batch")
    found = shift_map(network, settings())
    at_jump = [found.at(down, right) for down in (-4, 0, 4) for right in (-4, 0, 4)]
    assert min(at_jump) >= 1 - found.ties / IMAGES


def test_other_shifts_do_change_answers_with_a_stride():
    found = shift_map(untrained(pooling="max", padding="circular"), settings())
    assert found.mean_same() < 1


@pytest.mark.parametrize("circular", [False, True])
def test_the_map_is_that_of_a_plain_loop(circular):
    network = untrained(head="flatten", seed=3)
    data = images_of_test(network.experiment).first(IMAGES)

    def answers(images):
        with torch.no_grad():
            return network.model(to_input(images, data.normalisation)).argmax(1)

    start = answers(data.images)
    found = shift_map(network, settings(2, circular=circular))
    for down in range(-2, 3):
        for right in range(-2, 3):
            moved = np.roll(data.images.numpy(), (down, right), (2, 3))
            if not circular:
                keep = np.zeros((8, 8), dtype=bool)
                keep[max(down, 0) : 8 + min(down, 0), max(right, 0) : 8 + min(right, 0)] = True
                moved = np.where(keep, moved, 0).astype(np.uint8)
            here = answers(torch.from_numpy(np.ascontiguousarray(moved)))
            assert float((here == start).double().mean()) == found.at(down, right)
            both = (here == start) & (start == data.labels)
            assert float(both.double().mean()) == found.right[down + 2][right + 2]


def test_the_unmoved_image_always_stays_and_is_left_out_of_means():
    same = ((0.5, 0.5, 0.5), (0.5, 1.0, 0.5), (0.5, 0.5, 0.5))
    found = ShiftMap(settings(1), (8, 8), IMAGES, same, same)
    assert (1.0, 0.5, 0.5) == (found.at(0, 0), found.mean_same(), found.one_pixel())


def test_circular_duplicates_count_once():
    # on 4 x 4, shifts of -2 and 2 are the same
    same = [[0.0] * 5 for _ in range(5)]
    same[0] = same[4] = [1.0] * 5
    found = ShiftMap(settings(2), (4, 4), IMAGES, tuple(map(tuple, same)), tuple(map(tuple, same)))
    # 15 distinct shifts besides (0, 0), of which 4 go down by two
    assert pytest.approx(4 / 15) == found.mean_same()
    filled = ShiftMap(settings(2, circular=False), (4, 4), IMAGES, found.same, found.right)
    assert pytest.approx(10 / 24) == filled.mean_same()


@pytest.mark.parametrize("circular", [False, True])
def test_a_part_of_a_map_is_the_map_of_fewer_shifts(circular):
    network = untrained(head="flatten", seed=3)
    whole = shift_map(network, settings(4, circular=circular))
    near = shift_map(network, settings(2, circular=circular))
    part = whole.within(2)
    assert (near.settings, near.same, near.right) == (part.settings, part.same, part.right)
    assert near.mean_same() == part.mean_same() != whole.mean_same()
    assert near.one_pixel() == part.one_pixel() == whole.one_pixel()
    assert whole is whole.within(4) is whole.within(5)


@pytest.mark.parametrize(
    ("side", "near", "everywhere"), [(8, 2, 4), (28, 8, 8), (32, 8, 8), (4, 1, 2)]
)
def test_near_shifts_leave_most_of_the_image(side, near, everywhere):
    shape = (1, side, side)
    assert near == ShiftSettings.of(shape, circular=False).near(shape)
    # what leaves on one side comes in on the other
    assert everywhere == ShiftSettings.of(shape, circular=True).near(shape)


def test_a_map_goes_through_the_store(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    experiment = Experiment.from_flat({"epochs": 1, "train_size": 50, "widths": "4"})
    store.put(train(experiment))
    wanted = ShiftSettings(circular=True, reach=1, images=20)
    assert stored(store, ShiftMapRequest(experiment, wanted)) is None
    done = []
    compute(store, [ShiftMapRequest(experiment, wanted)], 1, done.append)
    found = stored(store, ShiftMapRequest(experiment, wanted))
    assert [1] == done
    network = Network.of(experiment, store.weights(experiment.key))
    assert shift_map(network, wanted) == found
    other = ShiftSettings(circular=False, reach=1)
    assert stored(store, ShiftMapRequest(experiment, other)) is None
    store.delete([experiment.key])
    assert stored(store, ShiftMapRequest(experiment, wanted)) is None


def test_without_weights_there_is_no_map(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    with pytest.raises(EngineError, match="has no weights; train it again"):
        compute(store, [ShiftMapRequest(Experiment.from_flat({}), settings())], 1)


def test_weights_of_another_network_end_in_one_sentence(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    store.put(a_run(0))
    with pytest.raises(EngineError, match="a worker process failed: the weights are not those"):
        compute(store, [ShiftMapRequest(a_run(0).experiment, settings())], 1)


def test_the_usual_reach_is_half_the_image_and_at_most_eight():
    reaches = [ShiftSettings.of((1, n, n), circular=True).reach for n in (6, 8, 28)]
    assert [3, 4, 8] == reaches
    assert {"circular": True, "images": 1000, "reach": 8} == json.loads(
        ShiftSettings.of((1, 28, 28), circular=True).text
    )


# figures

ARM = Arm(Experiment.from_flat({}))


def some(reach=4):
    side = 2 * reach + 1
    same = tuple(tuple(1 - 0.01 * (abs(i) + abs(j)) for j in range(side)) for i in range(side))
    return ShiftMap(settings(reach), (2 * reach, 2 * reach), IMAGES, same, same)


def test_the_map_has_a_number_per_shift_and_a_blank_middle():
    figure = figures.shift_map(ARM, some(), 0.5).draw(Look())
    assert np.isnan(figure.data[0].z[4][4])
    values = 100 * np.array(some().same)
    numbers = figure.data[1]
    shown = dict(zip(zip(numbers.y, numbers.x, strict=True), numbers.text, strict=True))
    assert {
        (down, right): f"{values[down + 4][right + 4]:.0f}"
        for down in range(-4, 5)
        for right in range(-4, 5)
        if (down, right) != (0, 0)
    } == shown
    assert 1 == len(figures.shift_map(ARM, some(8), 0.5).draw(Look()).data)


def test_the_profile_is_the_row_through_the_middle():
    arms = [(Arm(Experiment.from_flat({"pooling": name})), some()) for name in ("max", "average")]
    figure = figures.shift_profile(arms).draw(Look())
    expected = [round(100 * some().at(0, right), 2) for right in range(-4, 5)]
    assert [expected, expected] == [list(trace.y) for trace in figure.data]
    assert 2 == len(figure.layout.annotations)


def test_the_table_lists_every_shift():
    chart = figures.shift_map(ARM, some(), 0.5)
    rows = chart.rows
    assert 81 == len(rows)
    assert {(row.down, row.right): row.same_percent for row in rows}[0, 1] == round(
        100 * some().at(0, 1), 3
    )
    assert "of up to 4 pixels" in chart.alt


def test_on_a_telephone_the_names_of_lines_stand_below_them():
    arms = [
        (Arm(Experiment.from_flat({"pooling": name, "head": head})), some())
        for name in ("max", "blur-average")
        for head in ("gap", "flatten")
    ]
    layout = figures.shift_profile(arms).draw(Look()).layout
    narrow = layout.meta["narrow"]["changes"]
    card = 320
    assert card - layout.margin.l - layout.margin.r < 0.4 * card
    assert card - narrow["margin"]["l"] - narrow["margin"]["r"] > 0.7 * card
    assert [] == narrow["annotations"]
    assert narrow["showlegend"]
    # the plane is as high as on a wide page
    wide = layout.height - layout.margin.t - layout.margin.b
    assert wide == narrow["height"] - narrow["margin"]["t"] - narrow["margin"]["b"]
