"""Loaded networks and their test images, cached between reruns. Importing this loads torch."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.analyses.inspection import (
    INSPECTED_IMAGES,
    Floats,
    LabelledImages,
    Method,
    Network,
    Patch,
    Response,
    attribution,
    exciting,
    images_of_test,
    prepared,
    respond,
    softened_accuracy,
)
from core.comparison import Arm
from core.config import DataConfig, Experiment
from core.hosting import Visitor
from core.network.work import BACKWARD_FACTOR
from core.run import Status
from pages.shared import cached, gate, visitor

MOST_OPEN_NETWORKS = 24
"""networks kept in memory, a few hundred kilobytes each"""
OCCLUSION_PASSES, AT_ONCE = 256, 32
"""the most windows of an image that are greyed out, and windows per batch"""


@st.cache_resource(max_entries=MOST_OPEN_NETWORKS)
def _network(experiment: Experiment, weights_of: str) -> Network | None:  # noqa: ARG001 (the key)
    weights = cached.store().weights(experiment.key)
    try:
        return Network.of(experiment, weights) if weights else None
    except ValueError:
        # weights of another version of Poolscope
        return None


def network(arm: Arm, seed: int) -> Network | None:
    """The trained network of an arm; None without a run or weights, or if the run diverged."""
    experiment = arm.seeded(seed)
    run = cached.store().runs([experiment.key]).get(experiment.key)
    done = run is not None and run.status is Status.DONE
    return _network(experiment, f"{run.key} {run.created}") if run and done else None


@st.cache_resource(max_entries=2)
def _images(data: DataConfig, _who: Visitor) -> LabelledImages:
    with gate.loading(data, _who):
        return images_of_test(Experiment(data=data))


def test_images(experiment: Experiment) -> LabelledImages:
    """The test images of an experiment, as its network sees them."""
    # share one cache entry: neither setting affects test images
    data = experiment.data.model_copy(update={"train_size": "all", "augment_shift": 0})
    return _images(data, visitor.current())


def response(network: Network, image: NDArray[np.uint8]) -> Response:
    """The maps and prediction of a network for one stored image, (C, H, W)."""
    x = prepared(image, test_images(network.experiment))
    with gate.looking(network.experiment, 1, 1, visitor.current()):
        return respond(network, x)


def source(
    network: Network, image: NDArray[np.uint8], target: int, method: Method, layer: str
) -> Floats:
    """How much each position of an image supports a class."""
    x = prepared(image, test_images(network.experiment))
    passes = OCCLUSION_PASSES if method is Method.OCCLUSION else BACKWARD_FACTOR
    with gate.looking(network.experiment, passes, AT_ONCE, visitor.current()):
        return attribution(network, x, target, method, layer)


def patches(network: Network, layer: str, channel: int, count: int) -> tuple[Patch, ...]:
    """The parts of test images that most activate a channel.

    Raises:
        KeyError: the network has no such layer.
        IndexError: the layer has no such channel.
    """
    return _patches(network.experiment.key, layer, channel, count, network, visitor.current())


@st.cache_data(max_entries=64, show_spinner=False)
def _patches(
    key: str,  # noqa: ARG001 (stands for the network)
    layer: str,
    channel: int,
    count: int,
    _network: Network,
    _who: Visitor,
) -> tuple[Patch, ...]:
    data = test_images(_network.experiment)
    with gate.looking(_network.experiment, INSPECTED_IMAGES, INSPECTED_IMAGES, _who):
        return exciting(_network, layer, channel, data, count)


def softened(network: Network, temperatures: tuple[float, ...]) -> dict[float, float]:
    """The accuracy of a max network with softened pools, by temperature."""
    return _softened(network.experiment.key, temperatures, network, visitor.current())


@st.cache_data(max_entries=32, show_spinner=False)
def _softened(
    key: str,  # noqa: ARG001 (stands for the network)
    temperatures: tuple[float, ...],
    _network: Network,
    _who: Visitor,
) -> dict[float, float]:
    data = test_images(_network.experiment)
    with gate.looking(
        _network.experiment, INSPECTED_IMAGES * len(temperatures), INSPECTED_IMAGES, _who
    ):
        return softened_accuracy(_network, temperatures, data)


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
