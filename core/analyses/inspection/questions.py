"""Questions about a trained network, to be answered in a process that has torch.

Importing this module imports no torch; calling one of its functions does.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.analyses.inspection.results import Floats, Patch, Response, StoredNetwork
from core.config import DataConfig

if TYPE_CHECKING:
    from core.analyses.inspection.network import Network
    from core.data import LabelledImages
    from core.data.tensors import LabelledTensors

MOST_OPEN_NETWORKS = 24
"""networks that a process keeps in memory, a few hundred kilobytes each"""
MOST_IMAGE_SETS = 2
"""data sets whose test images a process keeps in memory"""


def fits(network: StoredNetwork) -> bool:
    """Whether the weights are those of the network; another version's may not be."""
    try:
        _opened(network)
    except ValueError:
        return False
    return True


def load_images(data: DataConfig) -> int:
    """Load the test images of a data set; their number.

    Raises:
        DataError: they cannot be loaded.
    """
    return len(_images(_of_test(data)))


def test_image(data: DataConfig, number: int) -> tuple[NDArray[np.uint8], int]:
    """A test image (C, H, W) as stored, the last if there are fewer, and its class."""
    images = _images(_of_test(data))
    index = min(number, len(images) - 1)
    return images.images[index], int(images.labels[index])


def test_images(data: DataConfig, numbers: Sequence[int]) -> NDArray[np.uint8]:
    """Test images (N, C, H, W) as stored, by their numbers."""
    images: NDArray[np.uint8] = _images(_of_test(data)).images[list(numbers)]
    return images


def scaling(data: DataConfig) -> tuple[float, float]:
    """What stored bytes are multiplied with, and what is added, to make a network's input."""
    normalisation = _images(_of_test(data)).normalisation
    return normalisation.scale, normalisation.shift


def respond(network: StoredNetwork, image: NDArray[np.uint8]) -> Response:
    """The maps and the prediction of a network for one stored image, (C, H, W)."""
    from core.analyses.inspection import network as opened
    from core.analyses.inspection import response

    x = opened.prepared(image, _images_of(network))
    return response.respond(_opened(network), x)


def exciting(network: StoredNetwork, layer: str, channel: int, count: int) -> tuple[Patch, ...]:
    """The parts of test images in which a channel is largest.

    Raises:
        KeyError: the network has no such layer.
        IndexError: the layer has no such channel.
    """
    from core.analyses.inspection import patches

    return patches.exciting(_opened(network), layer, channel, _images_of(network), count)


def softened_accuracy(
    network: StoredNetwork, temperatures: tuple[float, ...]
) -> dict[float, float]:
    """The accuracy of a max network with softened pools, by temperature."""
    from core.analyses.inspection import softening

    return softening.softened_accuracy(_opened(network), temperatures, _images_of(network))


def filters(network: StoredNetwork) -> Floats:
    """The weights of the first convolution (filters, rows, columns), averaged over colours."""
    from core.analyses.inspection import response

    return response.filters(_opened(network))


@lru_cache(maxsize=MOST_OPEN_NETWORKS)
def _opened(network: StoredNetwork) -> "Network":
    from core.analyses.inspection.network import Network

    return Network.of(network.experiment, network.weights)


def _images_of(network: StoredNetwork) -> "LabelledTensors":
    from core.data.tensors import as_tensors

    return as_tensors(_images(_of_test(network.experiment.data)))


def _of_test(data: DataConfig) -> DataConfig:
    """The data set without what does not concern its test images, so that they are kept once."""
    return data.model_copy(update={"train_size": "all", "augment_shift": 0})


@lru_cache(maxsize=MOST_IMAGE_SETS)
def _images(data: DataConfig) -> "LabelledImages":
    from core.data import load

    return load(data).test
