"""Do verdicts follow from data by the rule, and are the claims what the evidence asks for?"""

import dataclasses
import json
from math import exp, log
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import stats

from core import figures
from core.analyses import Fact, FactRequest, LayerTime, Request, StepTime, Times
from core.analyses.facts import FACTS, fact
from core.analyses.timing import times
from core.claims import (
    CLAIMS,
    TIMED,
    ClaimVerdict,
    ComparedPart,
    Hypothesis,
    Metric,
    Unit,
    judge,
)
from core.claims.claim import (
    CHOOSING_SEEDS,
    VERDICT_SEEDS,
    Choice,
    ClaimArm,
    Expectation,
    Level,
)
from core.claims.tables import TABLE
from core.claims.verdict import together, verdict_on
from core.comparison.statistics import paired_difference
from core.config import Experiment
from core.engine import compute, stored
from core.run import Status
from core.sentences.claims import (
    claims_headline,
    effect,
    plain_answer,
    rule,
    verdict_sentence,
    verdict_word,
)
from core.store import RunStore
from tests.bundled import bundled
from tests.store.store_samples import a_run

SEEDS = 10

# the rule


def difference(values):
    arm = dict(enumerate(map(float, values)))
    return paired_difference(arm, dict.fromkeys(arm, 0.0))


def spread(mean, width=0.001, n=SEEDS):
    """N values around a mean whose 95 % interval has this half width."""
    z = np.linspace(-1, 1, n)
    half = stats.t.ppf(0.975, n - 1) * z.std(ddof=1) / n**0.5
    return difference(mean + z / half * width)


@pytest.mark.parametrize(
    ("mean", "expected", "verdict"),
    [
        (0.02, Expectation.MORE, ClaimVerdict.SUPPORTED),
        (0.01, Expectation.MORE, ClaimVerdict.UNDECIDED),
        (0.005, Expectation.MORE, ClaimVerdict.TOO_SMALL),
        (0.0005, Expectation.MORE, ClaimVerdict.ALIKE),
        (-0.005, Expectation.MORE, ClaimVerdict.REFUTED),
        (-0.02, Expectation.MORE, ClaimVerdict.REFUTED),
        (-0.02, Expectation.LESS, ClaimVerdict.SUPPORTED),
        (-0.01, Expectation.LESS, ClaimVerdict.UNDECIDED),
        (0.0, Expectation.LESS, ClaimVerdict.ALIKE),
        (-0.005, Expectation.LESS, ClaimVerdict.TOO_SMALL),
        (0.005, Expectation.LESS, ClaimVerdict.REFUTED),
    ],
)
def test_a_direction_is_judged_by_where_the_whole_interval_lies(mean, expected, verdict):
    assert verdict is verdict_on(hypothesis(expected=expected), spread(mean))


@pytest.mark.parametrize(
    ("mean", "width", "verdict"),
    [
        (0.0, 0.005, ClaimVerdict.SUPPORTED),
        (0.0, 0.02, ClaimVerdict.UNDECIDED),
        (0.01, 0.002, ClaimVerdict.UNDECIDED),
        (0.02, 0.002, ClaimVerdict.REFUTED),
        (-0.02, 0.002, ClaimVerdict.REFUTED),
        (-0.009, 0.0005, ClaimVerdict.SUPPORTED),
    ],
)
def test_alike_means_that_the_interval_lies_within_d(mean, width, verdict):
    assert verdict is verdict_on(hypothesis(expected=Expectation.ALIKE), spread(mean, width))


@pytest.mark.parametrize(
    ("mean", "width", "verdict"),
    [
        # wider than the effect that matters on the other side: neither alike nor too small
        (-0.005, 0.012, ClaimVerdict.REFUTED),
        (-0.001, 0.008, ClaimVerdict.ALIKE),
        (0.005, 0.0049, ClaimVerdict.TOO_SMALL),
        (0.005, 0.0051, ClaimVerdict.UNDECIDED),
    ],
)
def test_what_is_not_so_is_alike_too_small_or_refuted(mean, width, verdict):
    assert verdict is verdict_on(hypothesis(), spread(mean, width))
    less = hypothesis(expected=Expectation.LESS)
    assert verdict is verdict_on(less, spread(-mean, width))


def test_without_any_spread_there_is_a_tie_or_nothing():
    ahead, alike = hypothesis(), hypothesis(expected=Expectation.ALIKE)
    assert ClaimVerdict.SUPPORTED is verdict_on(alike, difference([0.0] * SEEDS))
    assert ClaimVerdict.UNDECIDED is verdict_on(alike, difference([0.001] * SEEDS))
    assert ClaimVerdict.UNDECIDED is verdict_on(ahead, difference([0.05] * SEEDS))
    assert ClaimVerdict.UNDECIDED is verdict_on(ahead, difference([0.0] * SEEDS))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([ClaimVerdict.SUPPORTED, ClaimVerdict.SUPPORTED], ClaimVerdict.SUPPORTED),
        ([ClaimVerdict.REFUTED], ClaimVerdict.REFUTED),
        ([ClaimVerdict.ALIKE, ClaimVerdict.ALIKE], ClaimVerdict.ALIKE),
        ([ClaimVerdict.ALIKE, ClaimVerdict.TOO_SMALL], ClaimVerdict.REFUTED),
        ([ClaimVerdict.SUPPORTED, ClaimVerdict.TOO_SMALL], ClaimVerdict.NUANCED),
        ([ClaimVerdict.ALIKE, ClaimVerdict.UNDECIDED], ClaimVerdict.UNDECIDED),
        ([ClaimVerdict.SUPPORTED, ClaimVerdict.REFUTED], ClaimVerdict.NUANCED),
        (
            [ClaimVerdict.SUPPORTED, ClaimVerdict.REFUTED, ClaimVerdict.UNTESTED],
            ClaimVerdict.NUANCED,
        ),
        ([ClaimVerdict.SUPPORTED, ClaimVerdict.UNDECIDED], ClaimVerdict.UNDECIDED),
        ([ClaimVerdict.REFUTED, ClaimVerdict.UNDECIDED], ClaimVerdict.UNDECIDED),
        (
            [ClaimVerdict.SUPPORTED, ClaimVerdict.UNTESTED, ClaimVerdict.UNDECIDED],
            ClaimVerdict.UNTESTED,
        ),
        ([], ClaimVerdict.UNTESTED),
    ],
)
def test_a_claim_is_judged_from_its_parts(parts, expected):
    assert expected is together(parts)


@pytest.mark.parametrize("truth", [0.01, -0.01])
@pytest.mark.parametrize("alike", [False, True], ids=["direction", "alike"])
def test_at_the_boundary_a_wrong_verdict_is_rare(truth, alike):
    """With the true effect exactly at d, both verdicts count as wrong: 5.5 % of 20,000 at most."""
    direction = Expectation.MORE if truth > 0 else Expectation.LESS
    part = hypothesis(expected=Expectation.ALIKE if alike else direction)
    draws = default_rng(7).normal(truth, 0.004, size=(20_000, SEEDS))
    wrong = 0
    for values in draws:
        seeds = dict(enumerate(values.tolist()))
        verdict = verdict_on(part, paired_difference(seeds, dict.fromkeys(seeds, 0.0)))
        wrong += verdict is not ClaimVerdict.UNDECIDED
    assert wrong / len(draws) <= 0.055
    assert wrong / len(draws) > 0.01, "the simulation should come near the boundary"


def hypothesis(**changes):
    given = {
        "says": "Max is ahead of average.",
        "where": "digits",
        "metric": Metric.TEST_ACCURACY,
        "arm": ClaimArm("max", {}),
        "against": ClaimArm("average", {"pooling": "average"}),
        "least": 0.01,
    }
    return Hypothesis(**given | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "above +1.0 points"),
        ({"expected": Expectation.LESS}, "below −1.0 points"),
        ({"expected": Expectation.ALIKE}, "between −1.0 and +1.0 points"),
        ({"metric": Metric.STEP_TIME, "least": 0.25}, "above 1.25 times"),
        (
            {"metric": Metric.STEP_TIME, "least": 0.25, "expected": Expectation.LESS},
            "below 0.80 times",
        ),
        ({"metric": Metric.POOL_SHARE, "against": Level(0.5)}, "above 51.0 %"),
    ],
)
def test_the_rule_of_a_part_is_said_in_its_unit(changes, said):
    assert f"holds if the whole interval is {said}" == rule(hypothesis(**changes))


def compared(part, differences, **more):
    return ComparedPart(part=part, chosen=(), difference=differences, **more)


def test_fewer_than_ten_pairs_give_no_verdict():
    missing = (Experiment.from_flat({}),)
    assert ClaimVerdict.UNDECIDED is compared(hypothesis(), spread(0.05, n=9)).verdict
    assert ClaimVerdict.SUPPORTED is compared(hypothesis(), spread(0.05, n=10)).verdict
    assert ClaimVerdict.UNTESTED is compared(hypothesis(), spread(0.05), runs=missing).verdict
    assert ClaimVerdict.UNTESTED is compared(hypothesis(), spread(0.05), requests=(TIMED,)).verdict
    assert ClaimVerdict.UNDECIDED is compared(hypothesis(), None).verdict


def test_a_ratio_is_judged_by_its_logarithm():
    faster = hypothesis(metric=Metric.STEP_TIME, least=0.1, expected=Expectation.LESS)
    z = np.linspace(-0.01, 0.01, SEEDS)
    assert ClaimVerdict.SUPPORTED is verdict_on(faster, difference(log(0.5) + z))
    assert ClaimVerdict.TOO_SMALL is verdict_on(faster, difference(log(0.95) + z / 10))
    assert ClaimVerdict.REFUTED is verdict_on(faster, difference(log(1.2) + z))


# the claims


def test_there_are_twenty_claims_each_under_its_id_in_the_order_of_the_table():
    assert 20 == len(CLAIMS)
    assert [claim.id for claim in TABLE] == list(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_is_complete(claim):
    for text in (claim.text, claim.test, claim.expected, claim.change):
        assert text.endswith(".")
        assert text[0].isupper()
    assert all(part.says.endswith(".") for part in (*claim.parts, *claim.extras))
    assert all(part.least >= 0 for part in claim.hypotheses)


def test_every_fact_is_used_and_every_used_one_is_there():
    assert set(FACTS) == {name for claim in CLAIMS.values() for name in claim.facts}


TRUE = {
    *("light-line", "routing-average", "routing-max", "routing-overlap", "routing-zero"),
    *("parameters-fixed", "jump-doubles", "field-grows", "dense-factor", "flatten-grows"),
    *("conv-fewer", "macs-none", "average-convolution", "size-plain", "size-formula"),
    *("relu-zeros", "gate-none", "gate-multiples", "gate-aps"),
}


@pytest.mark.parametrize("name", FACTS)
def test_each_fact_comes_out_as_arithmetic_says(name):
    found = fact(name)
    assert found.holds is (name in TRUE)
    assert found.sentence.endswith(".")
    request = FactRequest(name)
    # what the store keeps is JSON: tuples become lists there
    assert json.loads(request.write(found)) == json.loads(
        request.write(request.read(request.write(found)))
    )


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("light-line", ["100 %", "50 %"]),
        ("dark-line", ["0 %", "50 %", "100 %"]),
        ("routing-max", ["25 %"]),
        ("gate-max", ["240 of 256 circular shifts change"]),
        ("parameters-learned", ["mixed 1", "gated 4", "GeM 1", "LIP 4,160", "conv 36,928"]),
        ("field-doubles", ["3 to 4", "8 to 10", "18 to 22"]),
        ("dense-factor", ["1,280", "320", "4 times", "49 times"]),
        ("max-additive", ["is 7 ", "is 8;"]),
        ("size-plain", ["give 6"]),
        ("size-always", ["give 8 with padding 1", "3 at stride 2"]),
    ],
)
def test_the_numbers_of_a_fact_are_those_that_one_gets_by_hand(name, numbers):
    sentence = fact(name).sentence
    assert [] == [number for number in numbers if number not in sentence]


# evidence from a store


def filled(store, arm, values, seeds=VERDICT_SEEDS, **figures):
    """Runs of an arm with these test accuracies."""
    for seed, value in zip(seeds, values, strict=True):
        experiment = Experiment.from_flat({**arm.flat, "seed": seed})
        store.put(
            dataclasses.replace(
                a_run(0), experiment=experiment, test_accuracy=value, weights=b"", **figures
            )
        )


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs.db")


def one(part, store):
    claim = dataclasses.replace(CLAIMS["pooling-raises-accuracy"], parts=(part,), extras=())
    return judge([claim], store, TIMED)[0]


def test_an_empty_store_asks_for_every_seed_of_both_arms(store):
    found = one(hypothesis(), store)
    assert ClaimVerdict.UNTESTED is found.verdict
    assert 2 * len(VERDICT_SEEDS) == len(found.runs)
    assert "Nothing has been trained" in verdict_sentence(found)


def test_ten_paired_seeds_decide(store):
    part = hypothesis()
    steps = [0.001 * seed for seed in VERDICT_SEEDS]
    filled(store, part.arm, [0.95 + 0.1 * step for step in steps])
    filled(store, part.against, [0.90 - step for step in steps])
    found = one(part, store)
    assert ClaimVerdict.SUPPORTED is found.verdict
    assert () == found.runs
    assert "over ten training seeds" in verdict_sentence(found)
    assert effect(found.parts[0]).startswith("+5.5 points [")


def test_one_missing_seed_leaves_a_part_untested(store):
    part = hypothesis()
    filled(store, part.arm, [0.95] * 9, VERDICT_SEEDS[:9])
    filled(store, part.against, [0.9] * 10)
    found = one(part, store)
    assert ClaimVerdict.UNTESTED is found.verdict
    assert [9] == [run.seed for run in found.runs]


def test_a_diverged_run_is_no_pair(store):
    part = hypothesis()
    filled(store, part.against, [0.9 - 0.001 * seed for seed in VERDICT_SEEDS])
    filled(store, part.arm, [0.95] * 9, VERDICT_SEEDS[:9])
    filled(store, part.arm, [None], VERDICT_SEEDS[9:], status=Status.DIVERGED)
    assert ClaimVerdict.UNDECIDED is one(part, store).verdict


def test_validation_chooses_the_rate_and_the_test_set_judges(store):
    tried = ClaimArm("max", {}, Choice("lr", (0.1, 0.05)))
    part = hypothesis(arm=tried)
    filled(store, part.against, [0.9 - 0.001 * seed for seed in VERDICT_SEEDS])
    assert 6 <= len([run for run in one(part, store).runs if run.seed in CHOOSING_SEEDS])
    # nothing tells them apart yet: the first stands
    assert 0.1 == one(part, store).parts[0].chosen[0].hyperparameters.lr
    better, worse = (
        tuple(dataclasses.replace(epoch, validation_accuracy=value) for epoch in a_run(0).epochs)
        for value in (0.99, 0.5)
    )
    # the default is lower on validation and higher on test: validation decides
    filled(store, ClaimArm("", {"lr": 0.1}), [0.99] * 3, CHOOSING_SEEDS, epochs=worse)
    filled(store, ClaimArm("", {"lr": 0.05}), [0.7] * 3, CHOOSING_SEEDS, epochs=better)
    found = one(part, store)
    assert {0.05} == {run.hyperparameters.lr for run in found.runs}
    assert list(VERDICT_SEEDS[3:]) == sorted(run.seed for run in found.runs)
    assert 0.05 == found.parts[0].chosen[0].hyperparameters.lr


def test_gaps_are_read_at_equal_training_loss(store):
    part = hypothesis(metric=Metric.MATCHED_GAP, expected=Expectation.LESS)
    first, second = (
        dataclasses.replace(
            a_run(0).epochs[0],
            number=number,
            train_loss=loss,
            train_accuracy=train,
            validation_accuracy=0.8,
        )
        for number, loss, train in ((1, 0.5, 0.9), (2, 0.1, 1.0))
    )
    wobble = [0.001 * seed for seed in VERDICT_SEEDS]
    # the control gets to a loss of .5 only: the arm is read there too, not at its end
    filled(store, part.arm, wobble, epochs=(first, second))
    for seed, more in zip(VERDICT_SEEDS, wobble, strict=True):
        lone = dataclasses.replace(first, train_accuracy=0.97 + more)
        filled(store, part.against, [0.5], (seed,), epochs=(lone,))
    found = one(part, store).parts[0]
    assert ClaimVerdict.SUPPORTED is found.verdict
    assert found.difference.mean == pytest.approx(0.1 - 0.17 - sum(wobble) / 10)


def test_times_are_compared_as_ratios(store):
    part = CLAIMS["pooling-speeds-training"].hypotheses[0]
    networks = {
        each.key: StepTime(
            tuple((2.0 if each.model.pooling == "none" else 1.0) + 0.01 * i for i in range(10)),
            {"block1.conv": LayerTime((3.0,) * 10, (0.0,) * 10)},
        )
        for each in TIMED.experiments
    }
    text = TIMED.write(Times("here", 64, networks))
    store.put_analysis(TIMED.key, TIMED.kind, TIMED.settings, text.encode())
    found = one(part, store).parts[0]
    assert ClaimVerdict.SUPPORTED is found.verdict
    assert 0.5 == pytest.approx(exp(found.difference.mean), abs=0.02)
    assert "times [" in effect(found)


def test_facts_are_computed_by_workers_and_kept(store):
    requests: list[Request[Any]] = [FactRequest("light-line"), FactRequest("dark-line")]
    done = []
    compute(store, requests, 1, done.append)
    assert [1, 2] == done
    assert (True, False) == tuple(stored(store, request).holds for request in requests)
    (found,) = judge([CLAIMS["max-keeps-edges"]], store, TIMED)
    assert ClaimVerdict.NUANCED is found.verdict
    assert "Max keeps 100 %" in verdict_sentence(found)


def test_a_plain_answer_stands_first_where_the_outcomes_are_those_it_is_true_for():
    (found,) = judge([CLAIMS["pooling-gives-invariance"]], bundled(), TIMED)
    (answer,) = found.claim.answers
    assert verdict_sentence(found).startswith(f"{answer.says} Yes for ")
    assert answer.says.startswith("Only in part: ")


@pytest.mark.parametrize("metric", [Metric.AGREEMENT, Metric.ONE_PIXEL])
@pytest.mark.parametrize("how", ["undecided", "the other way"])
def test_no_plain_answer_is_given_for_other_outcomes(metric, how):
    (found,) = judge([CLAIMS["pooling-gives-invariance"]], bundled(), TIMED)

    def otherwise(part):
        if not isinstance(part, ComparedPart) or part.part.metric is not metric:
            return part
        if how == "undecided":
            return dataclasses.replace(part, difference=None)
        seen = part.difference
        return dataclasses.replace(part, difference=dataclasses.replace(seen, mean=-seen.mean))

    other = dataclasses.replace(found, parts=tuple(map(otherwise, found.parts)))
    assert plain_answer(found)
    assert not plain_answer(other)
    assert not verdict_sentence(other).startswith("Only in part")


def test_networks_are_timed_layer_by_layer_in_turns():
    experiments = [Experiment.from_flat({"pooling": name}) for name in ("max", "strided")]
    found = times(experiments, rounds=2)
    assert [each.key for each in experiments] == list(found.networks)
    layers = found.networks[experiments[0].key]
    assert {"block1.conv", "block1.relu", "block1.pool", "head.logits"} <= set(layers.layers)
    assert 2 == len(layers.step)
    assert 0 < layers.share(("block1.pool", "block2.pool"), 0) < 1
    assert "block1.pool" not in found.networks[experiments[1].key].layers


def test_the_headline_counts():
    outcomes = [ClaimVerdict.SUPPORTED] * 3 + [ClaimVerdict.NUANCED] + [ClaimVerdict.REFUTED] * 2
    assert (
        claims_headline(outcomes)
        == "Of six claims about pooling, three hold as stated, one depends and two are refuted."
    )
    assert "None of these two claims" in claims_headline([ClaimVerdict.UNTESTED] * 2)
    assert "Depends" == verdict_word(ClaimVerdict.NUANCED)


def test_a_fact_is_what_was_stored():
    request = FactRequest("light-line")
    kept = Fact(holds=True, sentence="So it is.", rows=({"operator": "max"},))
    assert kept == request.read(request.write(kept))


# the figure of a claim's parts


def _result(*differences):
    chosen = (Experiment.from_flat({}), Experiment.from_flat({"pooling": "average"}))
    return ComparedPart(part=hypothesis(), chosen=chosen, difference=difference(differences))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_part_is_a_marker_with_its_interval_filled_if_it_is_decided(dark):
    results = [
        _result(*np.linspace(0.02, 0.03, SEEDS)),
        _result(*np.linspace(-0.01, 0.03, SEEDS)),
    ]
    figure = figures.effects(results, Unit.POINTS).draw(figures.Look(dark=dark))
    for result, trace in zip(results, figure.data, strict=True):
        interval, (x,) = result.difference, trace.x
        ends = x - trace.error_x.arrayminus[0], x + trace.error_x.array[0]
        assert pytest.approx((100 * interval.low, 100 * interval.high)) == ends
        assert pytest.approx(100 * interval.mean) == x
    filled = [trace.marker.color == trace.marker.line.color for trace in figure.data]
    assert [True, False] == filled
    assert ["Holds", "Undecided"] == [note.text for note in figure.layout.annotations]


def test_a_part_without_an_interval_is_not_drawn():
    untrained = ComparedPart(part=hypothesis(), chosen=(Experiment.from_flat({}),))
    chart = figures.effects([untrained, _result(0.01, 0.02)], Unit.POINTS)
    assert 1 == len(chart.rows)
    empty = figures.effects([untrained], Unit.POINTS)
    assert [] == empty.rows
    assert "Nothing has been trained or timed" in empty.caption


def test_the_numbers_of_a_fact_are_percent():
    rows = {row["operator"]: row for row in fact("dark-line").rows}
    assert 100.0 == rows["max"]["light line kept, %"]
    assert 0.0 == rows["max"]["dark line kept, %"]
    assert {50.0} == {rows["average"][f"{kind} line kept, %"] for kind in ("light", "dark")}
