"""Are the bundled runs what a training gives, are they enough for every claim, are they small?"""

import random
import re

import pytest
import torch

from core.catalog import HEADS, POOLINGS
from core.claims import CLAIMS, TIMED, Outcome, judge
from core.comparison import Comparison
from core.config import Experiment
from core.data import load
from core.errors import DataError
from core.run import Status
from core.sentences.claims import outcome_word
from core.settings import PROJECT
from core.store import RunStore
from core.training import train

GALLERY = PROJECT / "assets" / "gallery.db"
MOST_BYTES = 25_000_000
HANDFUL = 6
TOLERANCE = 0.03
"""of test accuracy, where another processor rounds differently"""


@pytest.fixture(scope="module")
def gallery():
    return RunStore.only_read(GALLERY)


@pytest.fixture(scope="module")
def judgements(gallery):
    return judge(CLAIMS.values(), gallery, TIMED)


def test_the_gallery_is_small_and_whole(gallery):
    assert GALLERY.stat().st_size <= MOST_BYTES
    gallery.check()


def test_every_claim_has_its_verdict(judgements):
    untested = [j.claim.id for j in judgements if j.outcome is Outcome.UNTESTED]
    missing = {j.claim.id: (len(j.runs), len(j.requests)) for j in judgements}
    assert [] == untested
    assert {} == {name: count for name, count in missing.items() if count != (0, 0)}


def test_the_readme_says_what_the_gallery_shows(judgements):
    text = (PROJECT / "README.md").read_text()
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (.+?) \| (exact|measured|both) \| (\w+) \|", text, re.MULTILINE
    )
    expected = [
        (j.claim.id, j.claim.text, str(j.claim.kind), outcome_word(j.outcome)) for j in judgements
    ]
    assert expected == rows


def test_the_readme_counts_the_bundled_runs(gallery):
    text = (PROJECT / "README.md").read_text()
    assert f"which holds {len(gallery.summaries()):,} runs" in text


def test_every_strategy_is_there_under_both_heads_with_ten_seeds_and_first_weights(gallery):
    experiments = [
        Experiment.from_flat({"pooling": pooling, "head": head})
        for pooling in POOLINGS
        for head in ("gap", "flatten")
    ]
    wanted = Comparison.of(experiments, range(10)).experiments
    keys = {experiment.key for experiment in wanted}
    assert keys == gallery.present(keys)
    first = {experiment.key for experiment in wanted if experiment.seed == 0}
    assert first == gallery.with_weights(first)
    assert len(POOLINGS) * 2 == len(first)
    assert set(HEADS) > {"gap", "flatten"}


def test_a_random_handful_trained_anew_gives_the_same(gallery):
    """Bit by bit on the kind of processor that trained them, within a tolerance elsewhere."""
    here = torch.backends.cpu.get_cpu_capability()
    source = random.Random(HANDFUL)  # noqa: S311
    keys = sorted(s.key for s in gallery.summaries() if s.status is Status.DONE and s.seconds < 3)
    for key in source.sample(keys, HANDFUL):
        bundled = gallery.get(key)
        try:
            load(bundled.experiment.data)
        except DataError:
            continue
        found = train(bundled.experiment)
        if bundled.machine.capability == here and bundled.machine.versions["torch"] == str(
            torch.__version__
        ):
            assert bundled.predictions == found.predictions, bundled.experiment.to_flat()
            assert [e.train_loss for e in bundled.epochs] == [e.train_loss for e in found.epochs]
            if bundled.weights:
                assert bundled.weights == found.weights
        else:
            assert abs(bundled.test_accuracy - found.test_accuracy) <= TOLERANCE
