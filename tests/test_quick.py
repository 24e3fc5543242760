"""Does `make quick` choose the tests that a change can break, and end in time?"""

import subprocess

import pytest

from core.settings import PROJECT
from tests.quick import ALWAYS, Limit, changed, near


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ("tests/store/test_exchange.py", "tests/store/test_exchange.py"),
        ("core/words.py", "tests/test_words.py"),
        ("core/comparison/statistics.py", "tests/comparison/test_statistics.py"),
        ("core/network/pooling/fixed.py", "tests/network/test_pooling.py"),
        ("pages/cost.py", "tests/pages/test_cost.py"),
        ("core/cli/claims.py", "tests/cli/test_cli.py"),
    ],
)
def test_the_nearest_tests_come_first(change, first):
    assert first == near(PROJECT, [change])[0]


def test_what_imports_a_module_through_its_package_is_near():
    assert "tests/store/test_exchange.py" in near(PROJECT, ["core/store/runstore.py"])


def test_tests_in_a_browser_are_left_for_the_whole_suite():
    chosen = near(PROJECT, ["core/words.py", "pages/home.py"])
    assert [] == [test for test in chosen if "e2e" in test]


def test_documents_ask_for_the_tests_of_the_project():
    assert list(ALWAYS) == near(PROJECT, ["README.md"])


def test_nothing_changed_nothing_tested():
    assert [] == near(PROJECT, [])


def test_a_changed_and_a_new_file_are_seen(tmp_path):
    for command in (
        ("init", "--quiet"),
        ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "x"),
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)  # noqa: S607
    (tmp_path / "ümlaut.py").touch()
    assert ["ümlaut.py"] == list(changed(tmp_path))


def test_a_session_ends_when_its_time_is_up(pytester):
    pytester.makepyfile("def test_first(): pass\n\ndef test_second(): pass")
    limit = Limit(0)
    outcome = pytester.inline_run("-p", "no:xdist", plugins=[limit])
    assert (1, True, False) == (len(outcome.listoutcomes()[0]), limit.reached, limit.failed)
