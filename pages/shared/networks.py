"""Trained networks and test images as pages show them, kept between reruns."""

from functools import partial
from math import prod
from urllib.parse import urlencode

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.analyses import lookup
from core.comparison import Arm
from core.config import DataConfig, Experiment
from core.engine import Job
from core.errors import DataError
from core.network.tensors import fits
from core.run import Run, Status
from pages.shared import cached, gate
from pages.shared.images import FILES, INSPECTED_IMAGES, MOST_IMAGE_BYTES, ImageFile
from pages.shared.touch import Shown


@st.cache_data(max_entries=256, show_spinner=False)
def _fits(experiment: Experiment, weights_of: str) -> bool:  # noqa: ARG001 (the key)
    weights = cached.store().weights(experiment.key)
    return weights is not None and fits(weights, experiment)


def is_there(arm: Arm, seed: int) -> bool:
    """Whether the trained network of an arm can be opened: not if its run diverged."""
    experiment = arm.seeded(seed)
    run = cached.run(experiment.key)
    if run is None or run.status is not Status.DONE:
        return False
    return _fits(experiment, f"{run.key} {run.created}")


def _load(data: DataConfig) -> None:
    # share one cache entry: neither setting affects test images
    of_test = data.model_copy(update={"train_size": "all", "augment_shift": 0})
    gate.load(of_test, partial(lookup.load_images, of_test))


def unreadable(data: DataConfig) -> str | None:
    """Why the test images of a data set cannot be read, in a sentence; None if they can be."""
    try:
        _load(data)
    except DataError as error:
        return str(error)
    return None


def test_image(data: DataConfig, number: int) -> tuple[NDArray[np.uint8], int]:
    """A test image (C, H, W) as stored, the last if there are fewer, and its class."""
    _load(data)
    return gate.glance(partial(lookup.test_image, data, number))


def test_images(data: DataConfig, numbers: tuple[int, ...]) -> NDArray[np.uint8]:
    """Test images (N, C, H, W) as stored, by their numbers."""
    return _test_images(data.source, numbers)


@st.cache_data(max_entries=32, show_spinner=False)
def _test_images(data: DataConfig, numbers: tuple[int, ...]) -> NDArray[np.uint8]:
    _load(data)
    return gate.glance(partial(lookup.test_images, data, numbers))


def image_file(data: DataConfig) -> ImageFile:
    """The first test images of a data set as a file that browsers fetch.

    Raises:
        EngineError: the process that reads images was ended.
    """
    of_test, shape = data.source, data.entry.shape
    most = max(1, MOST_IMAGE_BYTES // prod(shape))
    count = min(INSPECTED_IMAGES, data.entry.splits.test, most)
    name = FILES.name(of_test)
    if name is None:
        _load(data)
        name = FILES.put(of_test, gate.glance(partial(lookup.first_images, of_test, count)))
    return ImageFile(f"images/{name}", count, count, shape)


def scaling(data: DataConfig) -> tuple[float, float]:
    """What stored bytes are multiplied with, and what is added, to make a network's input."""
    return _scaling(data)


@st.cache_data(max_entries=16, show_spinner=False)
def _scaling(data: DataConfig) -> tuple[float, float]:
    _load(data)
    return gate.glance(partial(lookup.scaling, data))


def shown(arm: Arm, seed: int) -> Shown:
    """A trained network as a browser computes with it, addresses below that of the dashboard."""
    run = _run(arm, seed)
    states = cached.steps(run.key)
    return Shown(
        arm=arm,
        weights=_address("weights", run),
        checkpoints=_address("checkpoints", run) if states else None,
        steps=tuple(step for step, _ in states),
        accuracies=tuple(accuracy for _, accuracy in states),
        epochs=tuple(epoch.validation_accuracy for epoch in run.epochs),
        batches=run.experiment.batches,
    )


def address(arm: Arm, seed: int) -> str:
    """Where a browser finds the weights of a trained network, below the dashboard's address."""
    return _address("weights", _run(arm, seed))


def _run(arm: Arm, seed: int) -> Run:
    key = arm.seeded(seed).key
    run = cached.run(key)
    if run is None:
        raise KeyError(key)
    return run


def _address(what: str, run: Run) -> str:
    # another training of the same network has another address, so that a browser may keep this one
    return f"{what}/{run.key}?{urlencode({'created': run.created})}"


def growing(arm: Arm, job: Job) -> Shown | None:
    """The same of a network that is being trained; None as long as nothing is known of it."""
    if job.newest is None:
        return None
    return Shown(
        arm=arm,
        weights=f"newest/{job.key}/{job.newest.step}",
        checkpoints=None,
        steps=(),
        accuracies=(),
        epochs=(),
        batches=job.experiment.batches,
        step=job.newest.step,
    )


def predicted(arms: list[Arm], seed: int, number: int) -> dict[Arm, int]:
    """The classes that trained networks gave to a test image when they were tested."""
    kept = {arm: cached.predictions(arm.seeded(seed).key) for arm in arms}
    return {arm: answers[min(number, len(answers) - 1)] for arm, answers in kept.items() if answers}


def disagreements(arms: list[Arm], seed: int) -> list[int]:
    """The numbers of the test images for which trained networks predict different classes."""
    answers = [
        np.frombuffer(predictions, dtype=np.uint8)
        for arm in arms
        if (predictions := cached.predictions(arm.seeded(seed).key))
    ]
    if len(answers) < 2:  # noqa: PLR2004
        return []
    return np.flatnonzero(np.ptp(np.stack(answers), axis=0)).tolist()
