"""Do the tests and the programs pass whatever shell, language or folder they are started from?"""

import os
import signal
import subprocess
import sys

import pytest

from core.settings import PROJECT

HANDLERS = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"


def test_programs_that_tests_start_can_be_interrupted():
    assert signal.default_int_handler is signal.getsignal(signal.SIGINT)
    answer = subprocess.run([sys.executable, "-c", HANDLERS], capture_output=True, check=True)
    assert b"True\n" == answer.stdout


def test_the_tests_do_not_mind_a_shell_that_ignores_interrupts():
    """As `nohup` and a background job of a script do."""
    probe = f"{__file__}::{test_programs_that_tests_start_can_be_interrupted.__name__}"
    command = f'trap "" INT; exec "{sys.executable}" -m pytest -q -p no:cacheprovider "{probe}"'
    answer = subprocess.run(["sh", "-c", command], cwd=PROJECT, capture_output=True, text=True)  # noqa: PLW1510, S607
    assert (0, True) == (answer.returncode, "1 passed" in answer.stdout), answer.stdout


COMMAND = [sys.executable, "-m", "core", "cost", "--json", "--pooling", "gem"]


def answer_under(home, **shell):
    """What the command says under an environment of little more than these variables."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = {**plain, "POOLSCOPE_HOME": str(home), **shell}
    return subprocess.run(COMMAND, cwd=PROJECT, env=env, capture_output=True, check=True)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return answer_under(tmp_path_factory.mktemp("home")).stdout


@pytest.mark.parametrize(
    "shell",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"TZ": "Asia/Kathmandu"},
        {"TERM": ""},
        {"COLUMNS": "80"},
        {"HOME": "/nowhere"},
        {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"},
    ],
    ids=lambda shell: " ".join(f"{name}={value}" for name, value in shell.items()),
)
def test_a_command_answers_the_same_under_any_shell(shell, home, expected):
    received = answer_under(home, **shell)
    assert (expected, b"") == (received.stdout, received.stderr)


def test_a_table_can_be_printed_where_the_terminal_knows_ascii_alone(home):
    """Signs such as × are replaced, not a reason to stop."""
    answer = subprocess.run(
        [sys.executable, "-m", "core", "cost"],
        cwd=PROJECT,
        env={
            "PATH": os.environ["PATH"],
            "POOLSCOPE_HOME": str(home),
            "LC_ALL": "C",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONIOENCODING": "ascii",
        },
        capture_output=True,
        check=False,
    )
    assert (0, b"") == (answer.returncode, answer.stderr)
