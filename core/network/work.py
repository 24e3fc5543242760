"""How much work is a training, or an analysis of a trained network, whatever the machine?

Work is counted in multiply-accumulate operations (MACs): those of convolutions and dense layers,
weighted pooling operations, and a fixed cost per image and per step. Memory and stored bytes are
upper bounds: the peak memory of a computation, and the size of what it stores.
"""

from dataclasses import dataclass
from math import ceil, prod

from core.catalog import HEADS, POOLINGS, Dataset, Pooling
from core.config import Experiment
from core.network.description import describe
from core.network.layers import FLOAT_BYTES, LayerKind

# forward and backward together cost about as much as three forward passes
BACKWARD_FACTOR = 3
IMAGE_MACS, STEP_MACS = 100_000, 13_600_000
"""work in MACs that does not grow with the network, per image pass and per optimiser step; fitted
to trainings with batches of 1 to 256 and to 1,716 runs, nine in ten of which take 0.4 to 1.3 times
the predicted time"""
EVALUATION_BATCH = 256
DRAWING_MACS = 1_100
"""work in MACs per pixel of a data set that is drawn"""
BUILD_SECONDS = 0.008
"""part of a run's time: building network and optimiser, whatever their size"""
RUN_SECONDS = 0.1
"""time to send a run to a worker and take it back, whatever its size"""
MAC_SECONDS = 6e-11
"""time of a MAC on one core of the machine that trained the bundled runs, if no rate is known"""

STATE_COPIES = 5
"""copies of the weights: themselves, gradients, momentum, and two while they are written"""
KEPT_MAPS = 3
"""copies of each map during training: itself, its gradient, and what a layer keeps for it"""
KEPT_WINDOWS = 5
"""copies of the values of all windows, for operators that lay them out"""
DRAWING_COPIES = 7
"""bytes per pixel of a data set while it is drawn"""
ROW_BYTES = 4_000
"""stored size of a run or a result without its weights and epochs"""
EPOCH_BYTES = 80
"""stored size of an epoch"""

IN_PLACE = frozenset(
    (
        *(Pooling.MAX, Pooling.MIN, Pooling.AVERAGE, Pooling.NONE),
        *(Pooling.BLUR_MAX, Pooling.BLUR_AVERAGE),
        *(Pooling.STRIDED, Pooling.CONV, Pooling.CONV_MAX),
    )
)
"""operators that read their windows in place; all others copy every window's values"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The resources that a computation takes, whatever the machine.

    Attributes:
        macs: work of the computation itself, in MACs.
        setup: work before it begins, in MACs: drawing a data set, once per process.
        memory: peak memory in bytes, in addition to that of an idle worker.
        kept: bytes that it adds to the store.
    """

    macs: float
    setup: float = 0.0
    memory: int = 0
    kept: int = 0


def pass_macs(experiment: Experiment) -> float:
    """Work in MACs of one forward pass of one image."""
    network = describe(experiment)
    weight, head = POOLINGS[experiment.model.pooling].weight, HEADS[experiment.model.head]
    work = float(network.totals.macs + IMAGE_MACS)
    for layer in network.layers:
        if layer.kind is LayerKind.HEAD:
            work += head.weight * layer.pooling_ops + head.vector_weight * prod(layer.shape)
        else:
            work += weight * layer.pooling_ops
    return work


def training_work(experiment: Experiment) -> Work:
    """The work of a run: training, evaluation after each epoch, and the test images at the end.

    Raises:
        ConfigError: the network cannot be built.
    """
    hyperparameters, splits = experiment.hyperparameters, experiment.data.entry.splits
    epochs, images = hyperparameters.epochs, experiment.data.training_images
    steps = ceil(images / hyperparameters.batch_size)
    evaluated = min(images, experiment.data.entry.evaluated) + splits.validation
    passes = epochs * (BACKWARD_FACTOR * images + evaluated) + splits.test
    batch = ceil(images / steps)
    weights = weight_bytes(experiment)
    trained = batch * _image_bytes(experiment, KEPT_MAPS)
    evaluating = EVALUATION_BATCH * _image_bytes(experiment, 1)
    return Work(
        macs=passes * pass_macs(experiment) + epochs * steps * STEP_MACS,
        setup=_setup_macs(experiment),
        memory=_data_bytes(experiment) + STATE_COPIES * weights + max(trained, evaluating),
        kept=weights + splits.test + epochs * EPOCH_BYTES + ROW_BYTES,
    )


def passes_work(
    experiment: Experiment, passes: float, batch: int, kept: int, *, maps: int = KEPT_MAPS
) -> Work:
    """The work of passing images through a network.

    Args:
        experiment: the network and its data set.
        passes: number of forward passes of one image; a backward pass counts as two.
        batch: number of images at a time.
        kept: size of the result in bytes.
        maps: number of copies of each map in memory: one, if there are no gradients.
    """
    return Work(
        macs=passes * pass_macs(experiment),
        setup=_setup_macs(experiment),
        memory=_data_bytes(experiment)
        + STATE_COPIES * weight_bytes(experiment)
        + batch * _image_bytes(experiment, maps),
        kept=kept + ROW_BYTES,
    )


def together(parts: list[Work]) -> Work:
    """The work of computations that run one after the other in one process."""
    return Work(
        macs=sum(part.macs for part in parts),
        setup=sum(part.setup for part in parts),
        memory=sum(part.memory for part in parts),
        kept=sum(part.kept for part in parts),
    )


def weight_bytes(experiment: Experiment) -> int:
    """Size of the weights of a network in bytes, as float32."""
    return FLOAT_BYTES * describe(experiment).totals.parameters


def _image_bytes(experiment: Experiment, maps: int) -> int:
    """Bytes per image if each map is kept `maps` times, plus what pools and head copy."""
    layers = describe(experiment).layers
    held = maps * sum(layer.activation_bytes for layer in layers)
    head = HEADS[experiment.model.head]
    for layer in layers:
        if layer.kind is LayerKind.HEAD:
            held += FLOAT_BYTES * head.map_copies * prod(layer.inputs)
            held += head.vector_copies * layer.activation_bytes
    if experiment.model.pooling in IN_PLACE:
        return held
    windows = (
        layer.activation_bytes * layer.window.size**2
        for layer in layers
        if layer.kind is LayerKind.POOL and layer.window
    )
    return held + KEPT_WINDOWS * sum(windows)


def _pixels(experiment: Experiment) -> int:
    splits = experiment.data.entry.splits
    return (splits.train + splits.validation + splits.test) * prod(experiment.input_shape)


def _data_bytes(experiment: Experiment) -> int:
    drawn = experiment.data.dataset is Dataset.SHAPES
    return _pixels(experiment) * (DRAWING_COPIES if drawn else 1)


def _setup_macs(experiment: Experiment) -> float:
    drawn = experiment.data.dataset is Dataset.SHAPES
    return DRAWING_MACS * _pixels(experiment) if drawn else 0.0
