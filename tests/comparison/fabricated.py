"""Results of networks that nobody trained, with made-up answers to the 300 images of the digits."""

from dataclasses import replace

import numpy as np

from core.comparison import Comparison, Results
from core.comparison.answers import with_answers
from core.config import Experiment
from core.run import Run, Status
from tests.store.store_samples import DIGITS, a_run

RATES = {"max": 0.97, "average": 0.90, "min": 0.96, "conv": 0.97}


def answered(right, seed, **flat) -> Run:
    """A run on the digits that is right about these images."""
    run = a_run(seed, dataset="digits", **flat)
    given = np.frombuffer(DIGITS, np.uint8)
    given = np.where(right, given, (given + 1) % 10).astype(np.uint8)
    return replace(run, test_accuracy=float(right.mean()), predictions=given.tobytes())


def fabricated(rates=RATES, seeds=5, heads=("gap",), **how) -> Results:
    """Results with answers, drawn so that all networks find the same images hard."""
    rng = np.random.default_rng(7)
    hard = rng.uniform(size=300)
    runs = {}
    arms = [
        Experiment.from_flat({"dataset": "digits", "pooling": p, "head": h})
        for h in heads
        for p in rates
    ]
    for arm in arms:
        for seed in range(seeds):
            right = hard + rng.normal(0, 0.02, 300) < rates[str(arm.model.pooling)]
            run = answered(right, seed, pooling=arm.model.pooling, head=arm.model.head)
            runs[run.key] = run
    results = Results(Comparison.of(arms, range(seeds)), runs, **how)
    return with_answers(results, {key: run.predictions for key, run in runs.items()}, DIGITS)


def without_predictions(results: Results, arm: int) -> Results:
    """The same results, as if the first run of an arm had been imported without predictions."""
    lost = results.comparison.arms[arm].seeded(0).key
    return replace(results, right={k: v for k, v in results.right.items() if k != lost})


def diverged(results: Results, arm: int, seed: int) -> Results:
    """The same results, with one run that diverged."""
    key = results.comparison.arms[arm].seeded(seed).key
    gone = replace(results.runs[key], status=Status.DIVERGED, test_accuracy=None, predictions=b"")
    return replace(results, runs={**results.runs, key: gone})
