"""Opened networks and their test images, kept between reruns. Importing this loads torch."""

import numpy as np
import streamlit as st

from core.analyses.inspection import Network, Patch, exciting, images_of_test, softened_accuracy
from core.comparison import Arm
from core.config import DataConfig, Experiment
from core.data import LabelledImages
from core.run import Status
from pages.shared import cached

MOST_OPEN_NETWORKS = 24
"""networks kept open, of a few hundred kilobytes each"""


@st.cache_resource(max_entries=MOST_OPEN_NETWORKS)
def _network(experiment: Experiment, weights_of: str) -> Network | None:  # noqa: ARG001 (the key)
    weights = cached.store().weights(experiment.key)
    try:
        return Network.of(experiment, weights) if weights else None
    except ValueError:
        # of another version of Poolscope
        return None


def network(arm: Arm, seed: int) -> Network | None:
    """The trained network of an arm; None if it has no run, it diverged, or no weights are kept."""
    experiment = arm.seeded(seed)
    run = cached.store().runs([experiment.key]).get(experiment.key)
    done = run is not None and run.status is Status.DONE
    return _network(experiment, f"{run.key} {run.created}") if run and done else None


@st.cache_resource(max_entries=2)
def _images(data: DataConfig) -> LabelledImages:
    return images_of_test(Experiment(data=data))


def test_images(experiment: Experiment) -> LabelledImages:
    """The test images of an experiment, as its network sees them."""
    # the number of training images has no effect on these
    return _images(experiment.data.model_copy(update={"train_size": "all", "augment_shift": 0}))


def patches(network: Network, layer: str, channel: int, count: int) -> tuple[Patch, ...]:
    """What excites a channel; it does not depend on the image that is looked at.

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
    _network: Network,
) -> tuple[Patch, ...]:
    return exciting(_network, layer, channel, test_images(_network.experiment), count)


def softened(network: Network, temperatures: tuple[float, ...]) -> dict[float, float]:
    """Accuracy of a max network with softer pools; neither does this."""
    return _softened(network.experiment.key, temperatures, network)


@st.cache_data(max_entries=32, show_spinner=False)
def _softened(
    key: str,  # noqa: ARG001 (stands for the network)
    temperatures: tuple[float, ...],
    _network: Network,
) -> dict[float, float]:
    return softened_accuracy(_network, temperatures, test_images(_network.experiment))


def disagreements(arms: list[Arm], seed: int) -> list[int]:
    """Numbers of the test images to which trained networks give different answers."""
    answers = [
        np.frombuffer(found, dtype=np.uint8)
        for arm in arms
        if (found := cached.store().predictions(arm.seeded(seed).key))
    ]
    if len(answers) < 2:  # noqa: PLR2004
        return []
    return np.flatnonzero(np.ptp(np.stack(answers), axis=0)).tolist()
