"""Does a map of the parts of a claim have an axis for each thing that varies, and no other?"""

import pytest

from core.claims import CLAIMS, ComparedPart, Metric
from core.claims.arms import arm
from core.claims.claim import Hypothesis, of_type
from core.figures.outcomes import outcomes


def mapped(claim):
    return outcomes(
        [ComparedPart(part=each, chosen=()) for each in of_type(Hypothesis, claim.parts)]
    )


def part(head, data, norm):
    settings = {"norm": norm}
    arms = [arm(data, name, head, **settings) for name in ("max", "none")]
    return ComparedPart(
        part=Hypothesis(
            says="Max is ahead.",
            where="",
            metric=Metric.TEST_ACCURACY,
            arm=arms[0],
            against=arms[1],
            least=0.01,
        ),
        chosen=(),
    )


def test_a_norm_that_each_data_set_has_is_no_axis_of_its_own():
    norms = {"digits": "none", "mnist": "none", "shapes": "batch"}
    chart = outcomes([part(head, *each) for head in ("gap", "flatten") for each in norms.items()])
    assert "Columns: data set. Rows: head. The norm follows from these." == chart.caption
    assert ["GAP"] * 3 + ["Flatten"] * 3 == [row.where for row in chart.rows]
    varied = outcomes([part("gap", data, norm) for data in norms for norm in ("none", "batch")])
    assert "Columns: norm. Rows: data set." == varied.caption


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_the_map_of_a_claim_is_not_mostly_empty_and_has_a_place_for_each_part(claim):
    rows = mapped(claim).rows
    places = {(row.where, row.column) for row in rows}
    assert len(places) == len(rows)
    size = len({row.where for row in rows}) * len({row.column for row in rows})
    assert size <= 2 * len(rows)
