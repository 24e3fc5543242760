"""Are the latencies those of the networks that were asked for, by batch and threads?"""

import torch

from core.analyses.latency import (
    LATENCY_PASSES,
    LEAST_PASSES,
    Latency,
    LatencyRequest,
    thread_counts,
)
from core.config import Experiment

SMALL = Experiment.from_flat({"widths": "4", "pools": 1})
LARGE = Experiment.from_flat({"dataset": "shapes", "widths": "32,32", "pooling": "none"})


def test_each_network_is_measured_by_batch_and_threads():
    before = torch.get_num_threads()
    measured = LatencyRequest((SMALL, LARGE)).compute(b"")
    assert before == torch.get_num_threads()
    every = [(batch, threads) for batch in (1, 64) for threads in thread_counts()]
    for experiment in (SMALL, LARGE):
        own = measured.networks[experiment.key]
        assert every == [(one.batch, one.threads) for one in own]
        assert all(LEAST_PASSES <= one.passes <= LATENCY_PASSES for one in own)
        assert all(0 < one.median <= one.high for one in own)
    # on one thread: on a busy machine several mostly wait for each other
    small, large = (
        [one.median for one in measured.networks[experiment.key] if one.threads == 1]
        for experiment in (SMALL, LARGE)
    )
    assert all(one < other for one, other in zip(small, large, strict=True))


def test_the_latency_of_an_image_is_its_part_of_the_batch():
    assert (0.5, 1.0) == Latency(64, 1, 60, 32.0, 64.0).image


def test_one_thread_is_always_among_those_that_are_tried():
    counts = thread_counts()
    assert 1 == counts[0]
    assert len(counts) == len(set(counts)) <= 2
