"""Does every address belong to a paper that a claim names?"""

import pytest

from core.claims import CLAIMS
from core.claims.papers import PAPERS, cited

SOURCES = {finding.source for claim in CLAIMS.values() for finding in claim.literature}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_is_named_by_a_claim(paper):
    assert any(source.startswith(paper) for source in SOURCES)


def test_a_source_keeps_what_follows_its_year():
    assert "[Zhang 2019](https://arxiv.org/abs/1904.11486) (ImageNet)" == cited(
        "Zhang 2019 (ImageNet)"
    )
    assert "somebody 1999" == cited("somebody 1999")


def test_most_sources_have_an_address():
    assert 2 * sum("](" in cited(source) for source in SOURCES) > len(SOURCES)
