"""Trained networks, and what a process with torch says of them, kept between reruns."""

from functools import partial
from urllib.parse import urlencode

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core import settings
from core.analyses.inspection import (
    INSPECTED_IMAGES,
    Floats,
    Patch,
    Response,
    StoredNetwork,
    questions,
)
from core.comparison import Arm
from core.config import DataConfig, Experiment
from core.engine import Job
from core.errors import DataError
from core.run import Status
from pages.shared import cached, gate
from pages.shared.touch import Shown


@st.cache_resource(max_entries=questions.MOST_OPEN_NETWORKS, show_spinner="Waiting for PyTorch…")
def _network(experiment: Experiment, weights_of: str) -> StoredNetwork | None:  # noqa: ARG001 (the key)
    weights = cached.store().weights(experiment.key)
    if not weights:
        return None
    network = StoredNetwork(experiment, weights)
    # without PyTorch only the browser opens it
    fits = not settings.has_torch() or gate.glance_into(partial(questions.fits, network))
    return network if fits else None


def network(arm: Arm, seed: int) -> StoredNetwork | None:
    """The trained network of an arm; None without a run or weights, or if the run diverged."""
    experiment = arm.seeded(seed)
    run = cached.store().runs([experiment.key]).get(experiment.key)
    done = run is not None and run.status is Status.DONE
    return _network(experiment, f"{run.key} {run.created}") if run and done else None


def _load(data: DataConfig) -> None:
    # share one cache entry: neither setting affects test images
    of_test = data.model_copy(update={"train_size": "all", "augment_shift": 0})
    gate.load(of_test, partial(questions.load_images, of_test))


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
    return gate.glance(partial(questions.test_image, data, number))


def test_images(data: DataConfig, numbers: tuple[int, ...]) -> NDArray[np.uint8]:
    """Test images (N, C, H, W) as stored, by their numbers."""
    return _test_images(data.source, numbers)


@st.cache_data(max_entries=32, show_spinner=False)
def _test_images(data: DataConfig, numbers: tuple[int, ...]) -> NDArray[np.uint8]:
    _load(data)
    return gate.glance(partial(questions.test_images, data, numbers))


def scaling(data: DataConfig) -> tuple[float, float]:
    """What stored bytes are multiplied with, and what is added, to make a network's input."""
    return _scaling(data)


@st.cache_data(max_entries=16, show_spinner=False)
def _scaling(data: DataConfig) -> tuple[float, float]:
    _load(data)
    return gate.glance(partial(questions.scaling, data))


def shown(arm: Arm, seed: int) -> Shown:
    """A trained network as a browser computes with it, addresses below that of the dashboard."""
    experiment = arm.seeded(seed)
    run = cached.store().runs([experiment.key])[experiment.key]
    states = cached.store().checkpoint_steps([run.key]).get(run.key, ())
    # another training of the same network has another address, so that a browser may keep this one
    version = urlencode({"created": run.created})
    return Shown(
        arm=arm,
        weights=f"weights/{run.key}?{version}",
        checkpoints=f"checkpoints/{run.key}?{version}" if states else None,
        steps=tuple(step for step, _ in states),
        accuracies=tuple(accuracy for _, accuracy in states),
        epochs=tuple(epoch.validation_accuracy for epoch in run.epochs),
        batches=experiment.batches,
    )


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


def response(network: StoredNetwork, image: NDArray[np.uint8]) -> Response:
    """The maps and prediction of a network for one stored image, (C, H, W)."""
    _load(network.experiment.data)
    return gate.look(network.experiment, 1, 1, partial(questions.respond, network, image))


def filters(network: StoredNetwork) -> Floats:
    """The weights of the first convolution (filters, rows, columns), averaged over colours."""
    return gate.glance_into(partial(questions.filters, network))


def patches(network: StoredNetwork, layer: str, channel: int, count: int) -> tuple[Patch, ...]:
    """The parts of test images that most activate a channel.

    Raises:
        KeyError: the network has no such layer.
        IndexError: the layer has no such channel.
    """
    return _patches(network.experiment.key, layer, channel, count, network)


@st.cache_data(max_entries=64, show_spinner=False)
def _patches(
    key: str,  # noqa: ARG001 (stands for the network)
    layer: str,
    channel: int,
    count: int,
    _network: StoredNetwork,
) -> tuple[Patch, ...]:
    _load(_network.experiment.data)
    question = partial(questions.exciting, _network, layer, channel, count)
    return gate.look(_network.experiment, INSPECTED_IMAGES, INSPECTED_IMAGES, question)


def softened(network: StoredNetwork, temperatures: tuple[float, ...]) -> dict[float, float]:
    """The accuracy of a max network with softened pools, by temperature."""
    return _softened(network.experiment.key, temperatures, network)


@st.cache_data(max_entries=32, show_spinner=False)
def _softened(
    key: str,  # noqa: ARG001 (stands for the network)
    temperatures: tuple[float, ...],
    _network: StoredNetwork,
) -> dict[float, float]:
    _load(_network.experiment.data)
    question = partial(questions.softened_accuracy, _network, temperatures)
    passes = INSPECTED_IMAGES * len(temperatures)
    return gate.look(_network.experiment, passes, INSPECTED_IMAGES, question)


def predicted(arms: list[Arm], seed: int, number: int) -> dict[Arm, int]:
    """The classes that trained networks gave to a test image when they were tested."""
    kept = {arm: cached.store().predictions(arm.seeded(seed).key) for arm in arms}
    return {arm: answers[min(number, len(answers) - 1)] for arm, answers in kept.items() if answers}


def disagreements(arms: list[Arm], seed: int) -> list[int]:
    """The numbers of the test images for which trained networks predict different classes."""
    answers = [
        np.frombuffer(predictions, dtype=np.uint8)
        for arm in arms
        if (predictions := cached.store().predictions(arm.seeded(seed).key))
    ]
    if len(answers) < 2:  # noqa: PLR2004
        return []
    return np.flatnonzero(np.ptp(np.stack(answers), axis=0)).tolist()
