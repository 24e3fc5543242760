"""Does a link from a claim lead to the same numbers, or say what is different there?"""

import pytest

from core.catalog import Page
from core.claims import CLAIMS, TIMED, compared, judge
from core.claims.leads import differences, lead
from core.comparison import Comparison, Results
from core.comparison.families import compare_facet
from core.config import Experiment
from core.sentences.claims import networks
from pages.shared import controls, parameters
from tests.bundled import bundled


@pytest.fixture(scope="module")
def gallery():
    return bundled()


@pytest.fixture(scope="module")
def parts(gallery):
    """Every part of every claim that trained networks decide."""
    return [
        (result.claim.id, part)
        for result in judge(CLAIMS.values(), gallery, TIMED)
        for part in compared((*result.parts, *result.extras))
        if not part.part.metric.is_timed
    ]


def shown(found, gallery):
    """What the page that a lead leads to compares, from its link alone."""
    compared = controls.led_to(found.parameters)
    results = Results(compared, gallery.runs(each.key for each in compared.experiments))
    for facet in compared.facets:
        reference = next((a for a in facet.arms if a.pooling == found.reference), facet.arms[0])
        yield from (pair.difference for pair in compare_facet(results, facet, reference.pooling))


def test_every_link_shows_the_numbers_of_the_claim_or_says_what_is_different(parts, gallery):
    same = similar = 0
    for name, judged in parts:
        found = lead(judged, gallery.present)
        if found is None or found.missing:
            continue
        where = f"{name}: {judged.part.says}"
        here = judged.difference
        numbers = [(d.mean, d.low, d.high, d.seeds) for d in shown(found, gallery)]
        equal = numbers == [(here.mean, here.low, here.high, here.seeds)]
        if found.page == Page.ACCURACY and judged.part.metric == "test accuracy":
            assert equal is (found.differences == ()), where
        else:
            assert found.differences, where
        same += equal
        similar += bool(found.differences)
    # neither kind is an empty promise
    assert same > 10
    assert similar > 10


def test_the_comparison_of_every_link_is_there(parts, gallery):
    for name, judged in parts:
        found = lead(judged, gallery.present)
        if found is None:
            continue
        keys = {each.key for each in controls.led_to(found.parameters).experiments}
        assert len(keys - gallery.present(keys)) == found.missing, name


def test_a_link_writes_every_control_of_its_comparison_out(parts, gallery):
    for name, judged in parts:
        if found := lead(judged, gallery.present):
            given = found.parameters
            assert set(parameters.SHARED_SETTINGS) <= set(given), name
            led = controls.led_to(given)
            assert [a.experiment for a in found.comparison.arms] == [a.experiment for a in led.arms]
            assert tuple(range(10)) == led.seeds
            for parameter, allowed in parameters.of_sidebar(hosted=True).items():
                values = given.get(parameter) or []
                for value in values if isinstance(values, list) else [values]:
                    assert str(value) in allowed, (name, parameter)


def judged_of(parts, claim, says):
    return next(j for name, j in parts if name == claim and says in j.part.says)


def test_one_rate_for_all_is_said_with_what_the_claim_chose(parts, gallery):
    judged = judged_of(parts, "pooling-raises-accuracy", "Average is ahead of none, GAP head, dig")
    found = lead(judged, gallery.present)
    (said,) = found.differences
    assert said == (
        "one learning rate for all (0.1); the claim chose the best of three for each network "
        "(0.2 for none)"
    )
    (there,) = shown(found, gallery)
    # refuted here, established there: they must not pass for the same
    assert "-0.1 and +1.2" == f"{100 * judged.difference.mean:.1f} and {100 * there.mean:+.1f}"


def test_a_link_to_another_comparison_has_every_difference_named(parts):
    judged = judged_of(
        parts, "strided-conv-replaces-pooling", "Strided is within one point of max, s"
    )
    there = Comparison.of(
        [
            Experiment.from_flat({"pooling": pooling, "norm": "batch"})
            for pooling in ("max", "strided", "conv")
        ],
        range(5),
    )
    said = " | ".join(differences(judged, there))
    assert "dataset digits; the claim has shapes for strided and shapes for max" in said
    assert "one learning rate for all (0.1)" in said
    assert "five seeds; the claim has ten" in said
    assert "corrected there for two comparisons" in said
    without = Comparison.of([Experiment.from_flat({"pooling": "max"})], range(10))
    assert "without strided" in differences(judged, without)


def test_what_no_page_can_compare_has_no_link(parts, gallery):
    none = {name for name, judged in parts if lead(judged, gallery.present) is None}
    # different numbers of pools, and images moved while training
    assert {"pooling-can-underfit", "pooling-gives-invariance"} == none


def test_runs_that_are_missing_are_counted_and_not_linked(parts):
    judged = judged_of(parts, "pooling-raises-accuracy", "Max is ahead of none, GAP head, digits")
    assert 20 == lead(judged, lambda keys: set()).missing


def test_shares_under_shifts_lead_to_shift(parts, gallery):
    pages = {
        lead(judged, gallery.present).page
        for name, judged in parts
        if name == "pooling-gives-invariance" and lead(judged, gallery.present)
    }
    assert {Page.SHIFT} == pages


def test_the_networks_of_a_page_are_named_as_its_link_has_them():
    _, parameters = CLAIMS["pooling-speeds-training"].page
    said = networks(controls.led_to(parameters))
    assert "none, max and strided, GAP head, 28 × 28 images, 16 and 32 channels" == said


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS.values() if claim.page])
def test_every_page_that_a_claim_names_is_built(claim):
    _, parameters = claim.page
    assert controls.led_to(parameters).arms
