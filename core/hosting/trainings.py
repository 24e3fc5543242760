"""Which trainings does a hosted dashboard offer? Small ones, on data that need no download."""

from core.config import Experiment
from core.network import describe
from core.words import count, join

HOSTED_DATASETS = ("digits", "shapes", "fashion")
"""need no download"""
MOST_EPOCHS = 20
MOST_IMAGES = max(
    Experiment.from_flat({"dataset": name}).data.training_images for name in HOSTED_DATASETS
)
"""of one epoch: a bundled data set is offered whole, as it is trained by default"""
MOST_MACS = 6_000_000
"""for one image, forward"""


def too_large(experiment: Experiment) -> str | None:
    """Why a training is not offered here; None if it is."""
    data = experiment.data
    if data.dataset not in HOSTED_DATASETS:
        return f"this hosted dashboard trains on {join(HOSTED_DATASETS)} only"
    images = data.training_images
    epochs = experiment.hyperparameters.epochs
    if images > MOST_IMAGES:
        return (
            f"this hosted dashboard trains on {count(MOST_IMAGES)} images at most; choose fewer "
            f"training images under Advanced"
        )
    if epochs > MOST_EPOCHS:
        return f"this hosted dashboard trains {MOST_EPOCHS} epochs at most"
    macs = describe(experiment).totals.macs
    if macs > MOST_MACS:
        return (
            f"this network takes {count(macs)} MACs for an image; this hosted dashboard allows "
            f"{count(MOST_MACS)}"
        )
    return None
