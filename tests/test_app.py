"""Does the application leave the process fit for threads that import?"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

PROGRAM = """
import sys
{first}
from streamlit.runtime.scriptrunner.exec_code import modified_sys_path
before = list(sys.path)
with modified_sys_path("pages/main.py"):
    print(before == sys.path)
"""


def _stays(first):
    """Whether Streamlit leaves sys.path alone while a script runs."""
    command = [sys.executable, "-c", PROGRAM.format(first=first)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_running_script_does_not_shift_the_list_that_other_threads_import_by():
    assert "True" == _stays("import app")


def test_without_the_application_it_would():
    assert "False" == _stays("")
