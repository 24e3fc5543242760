"""Does the light installation show what is stored, and say what it leaves out?

The programs run in an environment in which torch, torchvision and captum are not installed.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import figures, settings
from core.analyses import FactRequest, LabelsRequest, autograd
from core.analyses.hand import is_worked
from core.catalog import PAGES, POOLINGS, Page, Pooling
from core.config import DataConfig, Experiment
from core.engine import Engine, JobState, compute
from core.errors import EngineError
from core.hosting import Visitor
from core.hosting.gate import Gate, RefusedError
from core.settings import Settings
from core.store import RunStore
from tests.bundled import bundled
from tests.light import LEFT_OUT, make_light, run_light

SENTENCE = "needs PyTorch, which this installation leaves out: pip install '.[train]'"
SHOWN = "Training needs PyTorch, which this installation leaves out: `pip install '.[train]'`."
UNTRAINED = {"dataset": "digits", "pooling": "max", "head": "gap", "widths": "8,16"}
"""a comparison of which no run is bundled"""

# opens all pages by a link in one session, and says what stands on each
OPEN_ALL = """
import json, sys
from streamlit.testing.v1 import AppTest
from core.catalog import PAGES

app = AppTest.from_file("pages/main.py", default_timeout=120)
app.query_params.update(json.loads(sys.argv[1]))
app.run()
shown = {}
for page, entry in PAGES.items():
    app.switch_page(page.file).run()
    kinds = (app.main.markdown, app.main.caption, app.main.info, app.main.warning)
    shown[page] = {
        "title": [each.value for each in app.title],
        "wrong": [each.value for each in (*app.exception, *app.error)],
        "text": [each.value for kind in kinds for each in kind],
        "buttons": [each.key for each in app.main.button],
        "computed": {
            name: len(json.loads(part.json)["networks"])
            for part in (part.proto for part in app.get("bidi_component"))
            if (name := part.component_name) in ("maps", "patches", "filters", "softened")
        },
    }
print(json.dumps(shown))
"""
CARDS = dict.fromkeys(("maps", "patches", "filters", "softened"), 4)
"""cards on Features that the browser computes -> networks in them"""


# opens By hand by several links, and says what its figures show
OPEN_BY_HAND = """
import json, sys
from streamlit.testing.v1 import AppTest

shown = []
for link in json.loads(sys.argv[1]):
    app = AppTest.from_file("pages/main.py", default_timeout=120)
    app.query_params.update(link)
    app.switch_page("by_hand.py").run()
    parts = (part.proto for part in app.get("bidi_component"))
    shown.append({
        "title": [each.value for each in app.title],
        "wrong": [each.value for each in (*app.exception, *app.error)],
        "alts": [json.loads(part.json)["alt"] for part in parts if part.component_name == "plot"],
        "tables": len(app.dataframe),
    })
print(json.dumps(shown))
"""


@pytest.fixture(scope="session")
def light(tmp_path_factory) -> Path:
    """The interpreter of an environment without the extra `train`."""
    return make_light(tmp_path_factory.mktemp("light") / "venv")


def pages_of(light: Path, home: Path, **link: str) -> dict[str, dict[str, Any]]:
    """What stands on every page, opened by a link."""
    result = run_light(light, "-c", OPEN_ALL, json.dumps(link), POOLSCOPE_HOME=str(home))
    assert 0 == result.returncode, result.stderr
    return json.loads(result.stdout)


def command(light: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess:
    return run_light(light, "-m", "core", *arguments, POOLSCOPE_HOME=str(home))


def test_the_environment_leaves_out_these_packages_and_nothing_else(light):
    names = (*LEFT_OUT, "numpy", "streamlit", "sklearn")
    program = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n) is None])"
    assert f"{list(LEFT_OUT)}\n" == run_light(light, "-c", program).stdout


def test_every_page_of_the_bundled_runs_is_alive(light, tmp_path):
    shown = pages_of(light, tmp_path, dataset="digits")
    assert set(PAGES) == set(shown)
    for page in shown.values():
        assert [] == page["wrong"]
        assert 1 == len(page["title"])
    # what they show is in the store, or is computed with numpy or in the browser
    assert [] == [page for page, each in shown.items() if _says(each)]
    # two of the four networks use max
    assert {**CARDS, "softened": 2} == shown[Page.FEATURES]["computed"]


def test_by_hand_shows_the_numbers_of_every_strategy(light, tmp_path):
    worked = [name for name in POOLINGS if is_worked(name)]
    shown_at_once = [worked[first : first + 8] for first in range(0, len(worked), 8)]
    grids = ({"grid": "patch"}, {"grid": "edge", "invert": "true", "hand_padding": "1"})
    links = [{"pooling": each, "show_all": "true", **grids[0]} for each in shown_at_once]
    links += [{"pooling": each, "show_all": "true", **grids[1]} for each in shown_at_once]
    result = run_light(light, "-c", OPEN_BY_HAND, json.dumps(links), POOLSCOPE_HOME=str(tmp_path))
    assert 0 == result.returncode, result.stderr
    for link, page in zip(links, json.loads(result.stdout), strict=True):
        assert [] == page["wrong"]
        assert 1 == len(page["title"])
        # input, output and gradient of each, and window by window; sums and lines
        assert 3 * len(link["pooling"]) + 1 == len(page["alts"])
        assert 2 == page["tables"]
        if link["grid"] == "patch":
            outputs = page["alts"][1::3][: len(link["pooling"])]
            assert [_spoken(name) for name in link["pooling"]] == outputs


def _spoken(pooling: str) -> str:
    """What a figure says of the outputs that the operator of trainings gives for the patch."""
    grid = [[10, 10, 16, 4], [4, 16, 15, 3], [1, 9, 16, 15], [0, 0, 3, 16]]
    worked = autograd.work(Pooling(pooling), np.array(grid, dtype=float), 2, 2)
    return figures.hand_output(worked).alt


def test_features_answers_from_the_stored_predictions_and_offers_the_images_that_part(
    light, tmp_path
):
    features = pages_of(light, tmp_path, dataset="digits", image="17")[Page.FEATURES]
    assert ["All networks say 0."] == features["title"]
    assert any(key.startswith("disputed ") for key in features["buttons"])


def test_every_page_says_in_place_of_its_button_how_to_install_training(light, tmp_path):
    shown = pages_of(light, tmp_path, **UNTRAINED)
    for page in (Page.HOME, Page.ACCURACY, Page.COST, Page.SHIFT, Page.FEATURES, Page.TRAIN):
        assert [] == shown[page]["wrong"]
        said = [text for text in shown[page]["text"] if text.startswith("Training needs PyTorch")]
        assert [SHOWN] == said
        assert "train_missing" not in shown[page]["buttons"]
    (headline,) = shown[Page.TRAIN]["title"]
    assert headline.endswith("are missing; this installation trains none.")


def test_a_data_set_that_torchvision_reads_says_what_it_needs(light, tmp_path):
    features = pages_of(light, tmp_path, dataset="mnist")[Page.FEATURES]
    assert [] == features["wrong"]
    assert ["The images of MNIST cannot be read here."] == features["title"]
    assert _says(features)


def _says(page: dict[str, Any]) -> bool:
    return any("needs PyTorch, which this installation leaves out" in text for text in page["text"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("runs", "--limit", "3", "--json"),
        ("show", "{key}", "--json"),
        ("shift", "{key}", "--json"),
        ("export", "{key}", "--format", "csv"),
        ("export", "{key}", "--format", "html"),
        ("export", "{key}", "--format", "torch"),
        ("compare", "max", "average", "--json"),
        ("cost", "--pooling", "conv", "--json"),
        ("claims", "--json"),
        ("check", "--json"),
        ("train", "--json"),
    ],
    ids=" ".join,
)
def test_commands_that_read_do_as_always(light, tmp_path, arguments):
    key = Experiment.from_flat({}).key
    result = command(light, tmp_path, *(each.format(key=key) for each in arguments))
    assert (0, "") == (result.returncode, result.stderr)
    assert result.stdout


def test_runs_of_others_are_imported(light, tmp_path):
    key, file = Experiment.from_flat({}).key, str(tmp_path / "runs.db")
    written = command(light, tmp_path, "export", key, "--format", "db", "--output", file)
    assert (0, "") == (written.returncode, written.stderr)
    taken = run_light(
        *(light, "-m", "core", "import", file, "--json"),
        POOLSCOPE_HOME=str(tmp_path / "home"),
        POOLSCOPE_GALLERY=str(tmp_path / "none"),
    )
    (read,) = json.loads(taken.stdout)
    assert (0, 1, 0) == (taken.returncode, read["added"], read["refused"])


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("train", "--seed", "77"), "training"),
        (("train", "--checkpoints", "all", "--seed", "3"), "training"),
        (("sweep", "grid.toml"), "training"),
        (("shift", "{bare}", "--circular"), "computing this"),
        (("cost", "--module", "numpy:array", "--pooling", "max"), "building a network"),
    ],
    ids=str,
)
def test_commands_that_compute_end_with_one_sentence(light, tmp_path, arguments, what):
    grid = tmp_path / "grid.toml"
    grid.write_text('widths = "8,16"\nseed = [0, 1, 2]\n')
    bare = Experiment.from_flat({"seed": 5}).key
    named = [str(grid) if each == "grid.toml" else each.format(bare=bare) for each in arguments]
    result = command(light, tmp_path, *named)
    assert (1, "") == (result.returncode, result.stdout)
    assert f"poolscope: {what} {SENTENCE}\n" == result.stderr


def test_the_library_says_which_of_its_names_need_it(light):
    program = "import core\nfor name in core.__all__:\n    print(getattr(core, name).__name__)"
    result = run_light(light, "-c", program)
    assert result.stderr.endswith(f"ImportError: core.build_model {SENTENCE}\n")
    program = "import core; core.RunStore, core.compare, core.describe, core.with_folder"
    assert 0 == run_light(light, "-c", program).returncode


def test_the_bundled_data_sets_are_read(light):
    program = """
from core.config import DataConfig
from core.data import load
print([load(DataConfig(dataset=name)).test.images.shape for name in ("digits", "shapes", "fashion")])
"""  # noqa: E501
    assert (
        "[(300, 1, 8, 8), (3000, 1, 32, 32), (3000, 1, 28, 28)]\n"
        == run_light(light, "-c", program).stdout
    )


# the same, where it is decided


@pytest.fixture
def bare(monkeypatch):
    """This process as if it had no PyTorch."""
    monkeypatch.setattr(settings, "has_torch", lambda: False)


ANNA = Visitor("anna", "192.0.2.1")


def gate_of(home, **more):
    here = Settings(home=home, **more)
    return Gate(lambda: Engine(RunStore(here.store), 1), here)


@pytest.mark.usefixtures("bare")
def test_the_gate_lets_nothing_pass_that_needs_it(home):
    gate, experiment = gate_of(home), Experiment.from_flat({})
    for wanted in ([experiment], [FactRequest("max-is-local")]):
        assert gate.refusal(wanted, ANNA).endswith(SENTENCE)
    with pytest.raises(RefusedError, match="training needs PyTorch"):
        gate.train([experiment], ANNA)
    with pytest.raises(RefusedError, match="computing this needs PyTorch"):
        gate.compute([FactRequest("max-is-local")], ANNA)


@pytest.mark.usefixtures("bare")
def test_labels_and_what_is_nothing_need_none_of_it(home):
    assert gate_of(home).refusal([LabelsRequest(DataConfig())], ANNA) is None
    assert gate_of(home).refusal([], ANNA) is None


@pytest.mark.usefixtures("bare")
def test_workers_of_somebody_elses_scheduler_train_without_it_here(home):
    gate = gate_of(home, scheduler="tcp://192.0.2.1:8786")
    assert gate.refusal([Experiment.from_flat({})], ANNA) is None


def test_with_it_nothing_is_left_out(home):
    assert gate_of(home).left_out([Experiment.from_flat({}), FactRequest("max-is-local")]) is None


@pytest.mark.usefixtures("bare")
def test_visitors_are_not_told_to_install_into_a_server_of_others(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_MODE", "hosted")
    said = "training needs PyTorch, which this dashboard leaves out; install Poolscope for it"
    assert said == settings.without_torch("training")


@pytest.mark.usefixtures("bare")
def test_the_engine_and_the_process_pool_say_it_too(home):
    with Engine(RunStore(home / "runs.db"), 1) as engine:
        (job,) = engine.wait(engine.submit([Experiment.from_flat({"seed": 77})]))
    assert (JobState.FAILED, f"training {SENTENCE}") == (job.state, job.cause)
    with pytest.raises(EngineError, match="computing this needs PyTorch"):
        compute(bundled(), [FactRequest("max-is-local")], 1)
