"""Does the README tell an operator every setting, and what a day of abuse costs at most?"""

import re

import pytest

from core.hosting.memory import over_memory
from core.hosting.worst import worst_day
from core.settings import PROJECT, Settings

README = (PROJECT / "README.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(POOLSCOPE_\w+)` \| (.*) \|$", README, flags=re.MULTILINE))
NUMBERS = {
    f"POOLSCOPE_{name.upper()}": field.default
    for name, field in Settings.model_fields.items()
    if isinstance(field.default, int | float) and not isinstance(field.default, bool)
}


def test_every_setting_has_its_row():
    assert {f"POOLSCOPE_{name.upper()}" for name in Settings.model_fields} == set(ROWS)


@pytest.mark.parametrize(("name", "default"), NUMBERS.items())
def test_a_row_ends_with_the_default(name, default):
    assert f"{default:g}" == ROWS[name].rsplit("| ", 1)[1]


def test_the_cost_of_the_worst_day_is_that_of_the_defaults():
    rows = worst_day(Settings(workers=2))
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    assert table in README, table


def test_a_server_beyond_its_memory_says_so(monkeypatch):
    monkeypatch.setattr("core.hosting.memory._resident", lambda _second: 150 * 2**20)
    monkeypatch.setenv("POOLSCOPE_MEMORY_MEGABYTES", "100")
    assert over_memory()
    monkeypatch.setenv("POOLSCOPE_MEMORY_MEGABYTES", "200")
    assert not over_memory()
