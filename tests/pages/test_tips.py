"""Has every pill of the sidebar its line?"""

import pytest

from core.config.fields import FIELDS
from pages.shared.parameters import HEAD_CHOICES, MORE_HEADS, POOLING_CHOICES
from pages.shared.tips import texts


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("pooling", POOLING_CHOICES),
        ("head", HEAD_CHOICES),
        ("more_heads", MORE_HEADS),
        ("dropout", FIELDS["dropout"].words),
    ],
)
def test_every_pill_has_one_line(key, options):
    lines = texts()[key]
    assert [] == [name for name in options if name not in lines]
    for name in options:
        assert lines[name].endswith(".")
        assert lines[name][0] == lines[name][0].upper()
        assert "\n" not in lines[name]
