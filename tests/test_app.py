"""Does the application leave the process fit for threads that import?"""

import os
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


def test_a_bad_setting_ends_the_server_with_a_sentence():
    environment = {**os.environ, "POOLSCOPE_SESSIONS": "none"}
    command = [sys.executable, "-c", "import app"]
    done = subprocess.run(  # noqa: PLW1510 (its failure is what is looked at)
        command, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert 1 == done.returncode
    assert done.stderr.startswith("poolscope: POOLSCOPE_SESSIONS: ")
    assert 1 == len(done.stderr.splitlines())


def test_the_main_script_brings_nothing_into_a_process_that_is_spawned():
    program = "import runpy, sys; runpy.run_path('pages/main.py', run_name='__mp_main__');"
    program += "print('streamlit' in sys.modules, 'pages.router' in sys.modules)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "False False" == done.stdout.strip()


def test_a_running_script_does_not_shift_the_list_that_other_threads_import_by():
    assert "True" == _stays("import app")


def test_without_the_application_it_would():
    assert "False" == _stays("")
