"""Does a verdict name the smallest set of attributes that separates the outcomes?"""

import pytest

from core.catalog import HEADS, Head
from core.claims import CLAIMS, ComparedPart, Hypothesis, Metric
from core.claims.arms import arm
from core.claims.claim import of_type
from core.claims.dependence import ATTRIBUTES, Attribute, attributes, dependence, varying
from core.comparison.statistics import paired_difference
from core.sentences.dependence import alternatives, depends

PARTS = [
    part for claim in CLAIMS.values() for part in of_type(Hypothesis, (*claim.parts, *claim.extras))
]
EFFECTS = {"yes": 0.05, "no": -0.05, "open": 0.01}


def part(says, head="gap", data="digits", name="max", metric=Metric.TEST_ACCURACY, against="none"):
    """A part with an outcome; "open" lies across the smallest effect, one point."""
    values = {seed: EFFECTS[says] + 0.001 * (seed - 4.5) for seed in range(10)}
    return ComparedPart(
        part=Hypothesis(
            says="Max is ahead.",
            where="",
            metric=metric,
            arm=arm(data, name, head),
            against=arm(data, against, head),
            least=0.01,
        ),
        chosen=(),
        difference=paired_difference(values, dict.fromkeys(values, 0.0)),
    )


def said(*parts):
    found = dependence(parts)
    return depends(found, parts), alternatives(found)


@pytest.mark.parametrize("part", PARTS, ids=[part.says for part in PARTS])
def test_a_part_has_the_head_that_its_networks_are_named_by(part):
    # on a map of one cell Flatten is GAP, and none the less the part is one with a Flatten head
    heads = {arm.flat.get("head", Head.GAP) for arm in part.arms}
    if len(heads) == 1:
        assert HEADS[Head(heads.pop())].label == attributes(part)[Attribute.HEAD]


def test_one_attribute_that_separates_is_named_with_its_effects():
    parts = [
        part("yes" if head == "gap" else "no", head, data)
        for head in ("gap", "flatten")
        for data in ("digits", "shapes")
    ]
    assert (Attribute.HEAD,) == dependence(parts).attributes
    assert said(*parts) == (
        "Yes with a GAP head (+5.0 points); no with a Flatten head (−5.0 points)",
        "",
    )


def test_two_attributes_are_named_as_briefly_as_they_can():
    parts = [
        part("yes" if (head, data) == ("gap", "mnist") else "no", head, data, name)
        for head in ("gap", "flatten")
        for data in ("digits", "shapes", "mnist")
        for name in ("max", "average")
    ]
    assert (Attribute.HEAD, Attribute.DATA) == dependence(parts).attributes
    (sentence, others) = said(*parts)
    assert sentence == (
        "Yes with a GAP head on MNIST (+5.0 points); no with a GAP head on digits and shapes "
        "(−5.0 points) and with a Flatten head (−5.0 points)"
    )
    assert "" == others


def test_undecided_parts_fit_anywhere_and_are_counted():
    parts = [part("yes"), part("open", data="shapes"), part("no", "flatten"), part("open", "spp")]
    assert said(*parts)[0] == (
        "Yes with a GAP head (+5.0 points; one of two undecided); no with a Flatten head "
        "(−5.0 points); undecided with a SPP head"
    )


def test_attributes_that_separate_as_well_are_said_to():
    parts = [
        part("yes"),
        part("open", data="shapes"),
        part("open", name="average"),
        part("no", data="shapes", name="average"),
    ]
    assert (Attribute.DATA,) == dependence(parts).attributes
    assert ((Attribute.STRATEGY,),) == dependence(parts).alternatives
    assert said(*parts)[1].startswith("The strategy would separate these parts just as well")


def test_what_only_names_every_part_separates_nothing():
    """Yes and no in turns, as on a chessboard: head and data set together name each part."""
    parts = [
        part("yes"),
        part("no", "flatten"),
        part("no", data="mnist"),
        part("yes", "flatten", "mnist"),
    ]
    assert () == dependence(parts).attributes
    assert said(*parts)[0] == (
        "Yes in two of four parts (+5.0 points), no in two (−5.0 points); neither the head nor the "
        "data set separates the outcomes"
    )


def test_what_measures_different_things_has_no_alternatives():
    parts = [part("yes"), part("no", "flatten", metric=Metric.AGREEMENT)]
    found = dependence(parts)
    assert (Attribute.MEASURE,) == found.attributes
    assert () == found.alternatives


@pytest.mark.parametrize("says", ["yes", "no", "open"])
def test_without_a_yes_and_a_no_nothing_depends(says):
    assert dependence([part(says), part("open", "flatten")]) is None


def test_an_attribute_that_repeats_another_is_not_named_twice():
    """Here the reference changes with the data set."""
    parts = [part("yes").part, part("no", data="shapes", against="strided").part]
    assert (Attribute.DATA,) == varying(parts)


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_the_attributes_tell_all_parts_of_a_claim_apart(claim):
    """Otherwise a map of the parts would show two in one place."""
    for parts in (claim.parts, claim.extras):
        every = [attributes(each) for each in of_type(Hypothesis, parts)]
        assert all(set(ATTRIBUTES) == set(each) for each in every)
        assert len(every) == len({tuple(each.values()) for each in every})
