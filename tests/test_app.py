"""Does the application say what is wrong, and leave the process fit for threads that import?"""

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


READY = """
import asyncio
import app
from core.config import Experiment
from core.engine import shared_engine
from core.engine.dispatcher import Dispatcher

def tell():
    answer = asyncio.run(app.ready(None))
    print(answer.status_code, answer.body.decode())

def fails(self, message):
    raise RuntimeError("the engine's thread dies of this")

if __name__ == "__main__":
    shared_engine()
    tell()
    Dispatcher._handle = fails
    shared_engine().submit([Experiment()])
    tell()
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


def test_it_is_not_ready_when_its_engine_is_dead():
    command = [sys.executable, "-c", READY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert [
        "200 ready",
        "503 the engine has stopped; start the server again",
    ] == done.stdout.splitlines()
    assert "dies of this" in done.stderr
