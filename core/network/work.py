"""How much work is a training, or a look at a trained network, whatever the machine?

Work is counted in multiply-accumulate operations (MACs): those of convolutions and dense layers,
pooling operations at their weight, and what every image and every step cost besides. Memory and
bytes are upper bounds: what a computation may hold at its worst moment, and what it leaves.
"""

from dataclasses import dataclass
from math import ceil, prod

from core.catalog import POOLINGS, Dataset, Pooling
from core.config import Experiment
from core.network.description import describe
from core.network.layers import FLOAT_BYTES, LayerKind

# forward and backward cost about three forward passes
BACKWARD_FACTOR = 3
IMAGE_MACS, STEP_MACS = 100_000, 13_600_000
"""work that does not grow with the network, of one pass of an image and of one step of the
optimiser, as MACs. Fitted to 1,716 runs, of which nine in ten then take 0.4 to 1.3 times what is
predicted, and to trainings with batches of 1 to 256"""
EVALUATED_IMAGES = 5_000
"""training images on which the figures of an epoch are taken: the first ones, for every seed"""
EVALUATION_BATCH = 256
DRAWING_MACS = 1_100
"""of one pixel of a data set that is drawn"""
BUILD_SECONDS = 0.008
"""of a run's own time: building the network and the optimiser, whatever its size"""
RUN_SECONDS = 0.1
"""of handing out a run and taking it back, whatever its size"""
MAC_SECONDS = 6e-11
"""on one core of the machine that trained the bundled runs: where no run tells the speed"""

STATE_COPIES = 5
"""of the weights: themselves, gradients, momentum, and two while they are written"""
KEPT_MAPS = 3
"""of each map while a batch is trained: itself, its gradient, what a layer keeps for it"""
KEPT_WINDOWS = 5
"""of the values of all windows, where an operator lays them out"""
DRAWING_COPIES = 7
"""of the pixels of a data set while it is drawn, a byte each"""
ROW_BYTES = 4_000
"""of a run or a result in the store besides its weights and epochs"""
EPOCH_BYTES = 80

IN_PLACE = frozenset(
    (
        *(Pooling.MAX, Pooling.MIN, Pooling.AVERAGE, Pooling.NONE),
        *(Pooling.BLUR_MAX, Pooling.BLUR_AVERAGE),
        *(Pooling.STRIDED, Pooling.CONV, Pooling.CONV_MAX),
    )
)
"""operators that read their windows where they lie; all others lay them out"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a computation takes, whatever the machine.

    Attributes:
        macs: of the computation itself.
        setup: MACs before it begins: a data set that is drawn, once for each process.
        memory: bytes at its worst moment, beyond an idle worker.
        kept: bytes that it leaves in the store.
    """

    macs: float
    setup: float = 0.0
    memory: int = 0
    kept: int = 0


def pass_macs(experiment: Experiment) -> float:
    """MACs of one image through a network, forward."""
    totals = describe(experiment).totals
    weight = POOLINGS[experiment.model.pooling].weight
    return totals.macs + weight * totals.pooling_ops + IMAGE_MACS


def training_work(experiment: Experiment) -> Work:
    """Training, evaluation after each epoch, and the test images at the end.

    Raises:
        ConfigError: the network cannot be built.
    """
    recipe, splits = experiment.hyperparameters, experiment.data.entry.splits
    images = experiment.data.training_images
    steps = ceil(images / recipe.batch_size)
    evaluated = min(images, EVALUATED_IMAGES) + splits.validation
    passes = recipe.epochs * (BACKWARD_FACTOR * images + evaluated) + splits.test
    batch = ceil(images / steps)
    weights = weight_bytes(experiment)
    trained = batch * _image_bytes(experiment, KEPT_MAPS)
    evaluating = EVALUATION_BATCH * _image_bytes(experiment, 1)
    return Work(
        macs=passes * pass_macs(experiment) + recipe.epochs * steps * STEP_MACS,
        setup=_setup_macs(experiment),
        memory=_data_bytes(experiment) + STATE_COPIES * weights + max(trained, evaluating),
        kept=weights + splits.test + recipe.epochs * EPOCH_BYTES + ROW_BYTES,
    )


def passes_work(
    experiment: Experiment, passes: float, batch: int, kept: int, *, maps: int = KEPT_MAPS
) -> Work:
    """Images through a network.

    Args:
        experiment: its network and its data set.
        passes: of one image, forward; a gradient counts as two.
        batch: images at once.
        kept: bytes of the result.
        maps: how often each map is held: once, if there are no gradients.
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
    """Computations one after the other in one process."""
    return Work(
        macs=sum(part.macs for part in parts),
        setup=sum(part.setup for part in parts),
        memory=sum(part.memory for part in parts),
        kept=sum(part.kept for part in parts),
    )


def weight_bytes(experiment: Experiment) -> int:
    """Of the weights of a network as float32."""
    return FLOAT_BYTES * describe(experiment).totals.parameters


def _image_bytes(experiment: Experiment, maps: int) -> int:
    """Of one image on its way through a network whose maps are held so many times."""
    layers = describe(experiment).layers
    held = maps * sum(layer.activation_bytes for layer in layers)
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
