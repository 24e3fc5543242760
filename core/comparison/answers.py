"""Which test images did each run classify correctly? From its stored predictions and the labels."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.comparison.comparison import Results
from core.run import Run


def right_answers(
    runs: Iterable[Run], predictions: Mapping[str, bytes], labels: bytes
) -> dict[str, NDArray[np.bool_]]:
    """Key of a run -> whether it is right about each test image: (images,).

    Runs without predictions are left out, and so are those whose predictions do not give the
    accuracy that was measured: their images or labels are others.

    Args:
        runs: runs on one data set.
        predictions: key -> class given to each test image, one byte each.
        labels: class of each test image, one byte each.
    """
    truth = np.frombuffer(labels, np.uint8)
    right: dict[str, NDArray[np.bool_]] = {}
    for run in runs:
        given = np.frombuffer(predictions.get(run.key, b""), np.uint8)
        if run.test_accuracy is None or len(given) != len(truth) or not len(truth):
            continue
        correct = given == truth
        if int(correct.sum()) == round(run.test_accuracy * len(truth)):
            right[run.key] = correct
    return right


def with_answers(results: Results, predictions: Mapping[str, bytes], labels: bytes) -> Results:
    """Results whose intervals are over seeds and images, where the predictions are known.

    Args:
        results: all of its arms are on one data set.
        predictions: key -> class given to each test image, one byte each.
        labels: class of each test image, one byte each.
    """
    return replace(results, right=right_answers(results.runs.values(), predictions, labels))
