"""Does the browser show a training as it was: which steps, with which networks and accuracies?"""

import base64

import numpy as np
import safetensors.torch
import torch

from core.config import Experiment
from core.network.build import build_model
from core.network.plain import plain_network
from core.training import train
from pages.shared.touch import packed
from tests.browser.engine import run

OF_LOGITS = 1e-4

MAX = {
    "steps": [0, 1, 2, 4, 5, 10],
    "accuracies": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    "epochs": [0.5, 0.6, 0.7],
    "batches": 5,
    "total": 15,
}
COARSE = {**MAX, "steps": [0, 4], "accuracies": [0.1, 0.4]}
BARE = {**MAX, "steps": [], "accuracies": []}


def _floats(text):
    return np.frombuffer(base64.b64decode(text), dtype=np.float32)


def _text(content):
    return base64.b64encode(content).decode()


def _learned(tmp_path, rows, asked=(), answers=None):
    case = {"learnings": rows, "asked": list(asked), "answers": answers}
    return run("learnings", tmp_path, [case])[0]


def test_numbers_of_half_precision_are_read_exactly(tmp_path):
    expected = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)
    given = _floats(run("halves", tmp_path, []))
    assert np.array_equal(expected, given, equal_nan=True)
    assert np.array_equal(np.signbit(expected[:: 2**15]), np.signbit(given[:: 2**15]))


def test_every_checkpoint_answers_as_torch_does(tmp_path):
    experiment = Experiment.from_flat(
        {"widths": "4,4", "norm": "batch", "epochs": 2, "train_size": 200, "batch_size": 64}
    )
    trained = train(experiment, checkpoints=True)
    image = torch.randn(experiment.input_shape, generator=torch.Generator().manual_seed(1))
    steps = [each.step for each in trained.checkpoints]
    case = {
        "description": plain_network(experiment),
        "file": _text(packed(trained.checkpoints)),
        "image": _text(image.numpy().tobytes()),
        # between two checkpoints, the one before
        "steps": [*steps, 3, 7],
    }
    (given,) = run("states", tmp_path, [case])
    assert [0, 1, 2, 4] == steps
    model = build_model(
        experiment.model, experiment.input_shape, experiment.classes, experiment.seed
    ).eval()
    expected = []
    for each in trained.checkpoints:
        state = safetensors.torch.load(each.weights)
        model.load_state_dict(state)
        expected.append(model(image[None]).detach()[0].numpy())
    for logits, text in zip([*expected, expected[2], expected[3]], given, strict=True):
        assert np.abs(logits - _floats(text)).max() < OF_LOGITS
    assert np.abs(expected[0] - expected[-1]).max() > 100 * OF_LOGITS


def test_the_slider_has_the_steps_of_all_checkpoints_and_the_end(tmp_path):
    assert [0, 1, 2, 4, 5, 10, 15] == _learned(tmp_path, [MAX, COARSE, BARE])["places"]
    assert [0, 4, 15] == _learned(tmp_path, [COARSE, BARE])["places"]


def test_without_any_checkpoint_there_is_no_slider(tmp_path):
    assert [] == _learned(tmp_path, [BARE, BARE])["places"]


def test_a_step_between_two_checkpoints_is_the_one_before_and_none_is_the_end(tmp_path):
    asked = [0, 3, 4, 9, 14, 15, 99, None]
    assert [0, 2, 3, 4, 5, 6, 6, 6] == _learned(tmp_path, [MAX, BARE], asked)["nearest"]


def test_accuracies_are_those_of_checkpoints_and_epochs(tmp_path):
    given = _learned(tmp_path, [MAX, COARSE, BARE])
    assert [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7] == given["shown"][0]
    # where a row has no checkpoint, it stays at the one before
    assert [0.1, 0.1, 0.1, 0.4, 0.5, 0.6, 0.7] == given["shown"][1]
    assert [0.1, None, None, 0.4, 0.5, 0.6, 0.7] == given["drawn"][1]
    # and without any at its end
    assert [0.7] * 7 == given["shown"][2]
    assert [None, None, None, None, 0.5, 0.6, 0.7] == given["drawn"][2]


def test_an_answer_is_settled_from_the_step_on_after_which_it_never_changes(tmp_path):
    for answers, step in (
        ([3, 3, 3, 3, 3, 3, 3], 0),
        ([1, 3, 1, 1, 3, 3, 3], 5),
        ([1, 1, 1, 1, 1, 1, 3], 15),
    ):
        assert step == _learned(tmp_path, [MAX], answers=answers)["settled"]
