"""Does the command line answer as promised: documents, exit statuses, one line per mistake?"""

import csv
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial

import psutil
import pytest
from rich.console import Console
from typer.testing import CliRunner

from core.analyses import EffectiveFieldRequest, ShiftMapRequest
from core.analyses.shift_map import ShiftSettings
from core.catalog import DATASETS, HEADS, POOLINGS
from core.claims import CLAIMS
from core.cli import dashboard, main, report, workers
from core.cli.app import app
from core.cli.flags import flag_help
from core.comparison.grids import read_grid
from core.config import SECTION_OF, Experiment
from core.config.fields import FIELDS
from core.engine import Job, JobState, stored
from core.errors import EngineError
from core.network import describe
from core.run import Epoch, Machine, Run, Status
from core.settings import PROJECT
from core.store import RunStore, write_copy
from tests.pictures.folder_samples import write_plain
from tests.processes import workers_of
from tests.store.store_samples import a_trained_run, some_weights

ROOT = PROJECT


@dataclass(frozen=True)
class Answer:
    """What a command left: its exit status, stdout and stderr."""

    status: int
    out: str
    err: str

    @property
    def document(self):
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def no_bundled_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(tmp_path / "gallery.db"))


@pytest.fixture
def cli(capsys):
    def run(*arguments):
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Answer(status, captured.out, captured.err)

    return run


@pytest.fixture
def store(home):
    return RunStore(home / "runs.db")


def finished(**flat):
    """A run as a training leaves it, after two epochs."""
    return Run(
        experiment=Experiment.from_flat(flat),
        status=Status.DONE,
        epochs=tuple(
            Epoch(
                number=number,
                train_loss=1 / number,
                train_accuracy=0.5,
                validation_loss=1 / number,
                validation_accuracy=0.25,
                seconds=float(number),
            )
            for number in (1, 2)
        ),
        test_accuracy=0.75,
        parameters=100,
        macs=1000,
        seconds=2.5,
        machine=Machine(device="cpu", capability="AVX2", versions={"torch": "2.14"}),
        created="2026-01-01T00:00:00.000+00:00",
        predictions=b"\x01\x02",
    )


class FakeEngine:
    """Ends every job at once, as `ending` says, and stores the runs of those that are done."""

    def __init__(self, store, workers, scheduler, device):
        self.store, self.asked = store, {}
        made.append((workers, scheduler, str(device)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, experiments, *, checkpoints=(), **_):
        recorded.append(frozenset(checkpoints))
        self.asked = {each.key: each for each in experiments}
        return tuple(self.asked)

    def wait(self, keys, on_change):
        jobs = [Job(experiment=self.asked[key]) for key in keys]
        for index, job in enumerate(jobs):
            on_change(tuple(jobs))
            jobs[index] = ending(job)
            if jobs[index].state is JobState.DONE:
                self.store.put(finished(**job.experiment.to_flat()))
        on_change(tuple(jobs))
        return tuple(jobs)

    def cancel(self, keys):
        self.cancelled = keys


made, recorded = [], []


def ending(job):
    """Seed 3 fails, seed 4 was trained by another process, seed 5 is interrupted."""
    match job.experiment.seed:
        case 3:
            return replace(job, state=JobState.FAILED, cause="the worker\nwas killed")
        case 4:
            return replace(job, state=JobState.DONE, elsewhere=True)
        case 5:
            raise KeyboardInterrupt
        case 6:
            raise EngineError("the scheduler does not answer")
    return replace(job, state=JobState.DONE, seconds=1.0)


@pytest.fixture
def engine(monkeypatch):
    """No worker process: what the engine was made with, once per use."""
    made.clear()
    recorded.clear()
    monkeypatch.setattr(workers, "Engine", FakeEngine)
    return made


@pytest.fixture
def grid(tmp_path):
    def write(text):
        path = tmp_path / "grid.toml"
        path.write_text(text)
        return path

    return write


# flags


@pytest.mark.parametrize("name", SECTION_OF)
def test_every_flat_name_is_a_flag_of_cost_and_train(name):
    for command in ("cost", "train"):
        help_text = CliRunner().invoke(app, [command, "--help"]).output
        assert f"--{name.replace('_', '-')} " in help_text


@pytest.mark.parametrize("name", SECTION_OF)
def test_every_flag_takes_its_default_as_text(cli, name):
    default = Experiment().to_flat()[name]
    answer = cli("cost", f"--{name.replace('_', '-')}", default, "--json")
    assert (0, cli("cost", "--json").out) == (answer.status, answer.out)


@pytest.mark.parametrize(
    ("flags", "idle"),
    [
        (["--dropout-rate", "0.5"], "--dropout-rate"),
        (["--dropout-rate", "0.5", "--dropout", "head"], None),
        (["--dropout-rate", "0.25"], None),
        (["--dropout-rate", ".250"], None),
        (["--pooling", "strided", "--pool-size", "3"], "--pool-size"),
        (["--pooling", "max"], None),
        (["--difficulty", "hard", "--image-size", "64"], "--image-size and --difficulty"),
        (["--dataset", "shapes", "--image-size", "64"], None),
    ],
)
def test_a_flag_without_effect_is_named(cli, flags, idle):
    answer = cli("cost", *flags)
    assert 0 == answer.status
    assert (f"{idle}: no effect here\n" if idle else "") == answer.err


@pytest.mark.parametrize(("named", "taken"), [(None, "fashion"), ("shapes", "shapes")])
def test_without_a_data_set_the_dashboards_is_taken(cli, monkeypatch, named, taken):
    monkeypatch.delenv("POOLSCOPE_DATASET")
    if named:
        monkeypatch.setenv("POOLSCOPE_DATASET", named)
    without = cli("cost", "--json")
    assert without.out == cli("cost", "--dataset", taken, "--json").out
    assert without.out != cli("cost", "--dataset", "digits", "--json").out
    assert "" == without.err


def test_flag_help_tells_values_and_default():
    smaller = "how each block makes its map smaller"
    assert f"{smaller}; {', '.join(POOLINGS)}; default max" == flag_help(FIELDS["pooling"])
    # the sentence on heads stands before their names
    _, heads = flag_help(FIELDS["head"]).split("each channel; ")
    assert f"{', '.join(sorted(HEADS))}; default gap" == ordered(heads)
    named = (
        f"{', '.join(DATASETS)}, or folder:PATH; default fashion, or what POOLSCOPE_DATASET names"
    )
    assert named == flag_help(FIELDS["dataset"])
    assert "of shapes and folders, px; 8 to 128; default 32" == flag_help(FIELDS["image_size"])
    assert "of pooling layers; 2 to 4; default 2" == flag_help(FIELDS["pool_size"])
    assert "1 or more, or all; default the data set's own" == flag_help(FIELDS["train_size"])
    assert "above 0 to 10; default the data set's own" == flag_help(FIELDS["lr"])
    channels = "channels of each block, such as 16,32"
    widths = f"{channels}; numbers separated by commas, each 1 to 1024; default the data set's own"
    assert widths == flag_help(FIELDS["widths"])


def ordered(text):
    names, _, rest = text.partition("; ")
    return f"{', '.join(sorted(names.split(', ')))}; {rest}"


# cost


def test_cost_is_the_ledger_of_the_architecture(cli):
    experiment = Experiment.from_flat({"pooling": "conv", "head": "flatten"})
    architecture = describe(experiment)
    document = cli("cost", "--pooling", "conv", "--head", "flatten", "--json").document
    assert asdict(architecture.totals) == document["totals"]
    assert architecture.head_ratio == document["head_ratio"] > 1
    assert [layer.name for layer in architecture.layers] == [
        layer["name"] for layer in document["layers"]
    ]
    assert [
        "name",
        "kind",
        "shape",
        "parameters",
        "macs",
        "pooling_ops",
        "receptive_field",
        "jump",
        "dropped",
        "activation_bytes",
    ] == list(document["layers"][0])


def test_cost_of_a_module_is_the_table_of_the_swap(cli):
    module = ["--module", "torchvision.models:resnet18", "--image-size", "32"]
    arguments = ["cost", *module, "--pooling", "blur-max", "--epochs", "3"]
    answer = cli(*arguments, "--json")
    assert (0, "--epochs: no effect here\n") == (answer.status, answer.err)
    assert ["maxpool"] == [row["name"] for row in answer.document["replaced"]]
    assert {"before": 435, "after": 439} == answer.document["totals"]["receptive_field"]
    assert "avgpool" == answer.document["left"][-1]["name"]
    out = cli(*arguments, "--convolutions").out
    for said in (
        "layer4.0.downsample.0",
        "Conv2d at stride 1, blur-max 2 × 2",
        "avgpool: adaptive",
    ):
        assert said in out


def test_cost_as_a_table_has_every_layer_and_the_totals(cli):
    out = cli("cost").out
    for word in ("block1.conv", "block2.pool", "head.logits", "16 × 8 × 8", "5,130"):
        assert word in out


# train


def test_train_returns_a_stored_run_without_an_engine(cli, store, engine):
    run = finished(pooling="average")
    store.put(run)
    answer = cli("train", "--pooling", "average", "--json")
    assert [] == engine
    assert {
        "key": run.key,
        "cached": True,
        "seconds": 2.5,
        "parameters": 100,
        "train_accuracy": 0.5,
        "validation_accuracy": 0.25,
        "test_accuracy": 0.75,
        "status": "done",
    } == answer.document


def test_train_of_a_stored_run_imports_neither_torch_nor_dask(store):
    store.put(finished(seed=1))
    program = (
        "import sys; from core.cli import main; main(['train', '--seed', '1', '--json']); "
        "print([name for name in ('torch', 'distributed', 'sklearn') if name in sys.modules])"
    )
    result = python("-c", program)
    assert "[]" == result.out.splitlines()[-1]


def test_train_trains_what_is_missing(cli, engine):
    answer = cli("train", "--seed", "1", "--json")
    assert (0, False) == (answer.status, answer.document["cached"])
    assert [(0, None, "cpu")] == engine


def test_a_run_that_another_process_trained_meanwhile_counts_as_cached(cli, engine):
    assert cli("train", "--seed", "4", "--json").document["cached"]


def test_a_failed_training_is_one_line_with_its_cause(cli, engine):
    answer = cli("train", "--seed", "3", "--json")
    assert (1, "") == (answer.status, answer.out)
    assert ["poolscope: the worker was killed"] == answer.err.splitlines()


def test_an_interrupted_training_says_what_was_kept(cli, engine, store):
    answer = cli("train", "--seed", "5", "--json")
    assert (130, "") == (answer.status, answer.out)
    assert "0 of 1 runs were finished and are kept in" in answer.err.replace("\n", " ")


def test_a_diverged_run_is_an_answer_with_a_word_of_advice(cli, store):
    store.put(replace(finished(), status=Status.DIVERGED, test_accuracy=None))
    answer = cli("train", "--json")
    assert (0, "diverged", None) == (
        answer.status,
        answer.document["status"],
        answer.document["test_accuracy"],
    )
    assert "--lr" in answer.err


def test_a_scheduler_that_does_not_answer_is_a_failure(cli, engine):
    answer = cli("train", "--seed", "6", "--scheduler", "tcp://host:8786")
    assert (1, ["poolscope: the scheduler does not answer"]) == (
        answer.status,
        answer.err.splitlines(),
    )
    assert [(1, "tcp://host:8786", "cpu")] == engine


# sweep


def test_sweep_counts_what_it_trained_found_and_failed(cli, engine, store, grid):
    store.put(finished(seed=0))
    answer = cli("sweep", grid("seed = [0, 1, 2, 3, 4]"), "--workers", "3", "--json")
    document = answer.document
    assert 1 == answer.status
    assert (2, 2, 1) == (document["trained"], document["cached"], document["failed"])
    assert [Experiment(seed=seed).key for seed in range(5)] == document["keys"]
    assert document["seconds"] >= 0
    assert "failed: the worker was killed" in answer.err
    assert [(3, None, "cpu")] == engine


def test_sweep_of_stored_runs_starts_no_engine(cli, engine, store, grid):
    store.put(finished(seed=0))
    answer = cli("sweep", grid("seed = [0]"), "--json")
    assert (0, 0, 1) == (answer.status, answer.document["trained"], answer.document["cached"])
    assert [] == engine


@pytest.mark.parametrize(
    ("arguments", "seeds"),
    [
        ([], {1}),
        (["--checkpoints", "lowest"], {1}),
        (["--checkpoints", "all"], {1, 2, 6}),
        (["--checkpoints", "none"], set()),
    ],
)
def test_a_sweep_keeps_checkpoints_of_the_lowest_seed_of_each_network_or_as_asked(
    cli, engine, grid, arguments, seeds
):
    cli("sweep", grid('pooling = ["max", "average"]\nseed = [2, 1, 6]'), *arguments)
    keys = {Experiment.from_flat({"pooling": p, "seed": s}).key for p in POOLS for s in seeds}
    assert [keys] == recorded


POOLS = ("max", "average")


@pytest.mark.parametrize(("arguments", "again"), [([], 0), (["--checkpoints", "lowest"], 1)])
def test_stored_runs_are_trained_again_for_checkpoints_only_where_asked(
    cli, engine, store, grid, arguments, again
):
    store.put(finished(seed=0))
    store.put(finished(seed=1))
    cli("sweep", grid("seed = [0, 1]"), *arguments)
    assert again == len(engine)
    assert [{Experiment(seed=0).key}] * again == recorded


def test_train_keeps_checkpoints_unless_told_otherwise(cli, engine):
    cli("train", "--seed", "1")
    cli("train", "--seed", "2", "--checkpoints", "none")
    assert [{Experiment(seed=1).key}, set()] == recorded


def test_sweep_tells_its_progress_on_stderr(cli, engine, grid, monkeypatch):
    monkeypatch.setattr(workers, "QUIET_SECONDS", 0)
    answer = cli("sweep", grid("seed = [0, 1, 2]"))
    first, *lines = answer.err.splitlines()
    assert "3 runs to train" == first
    assert ["1 of 3 runs", "2 of 3 runs"] == [line.partition(",")[0] for line in lines]
    assert all("left" in line for line in lines)


def test_a_sweep_says_what_a_grid_takes_and_trains_nothing(cli, engine, store, grid):
    store.put(finished(seed=0))
    few, many = (
        cli("sweep", grid(f"seed = {list(range(count))}"), "--estimate", "--json").document
        for count in (2, 40)
    )
    assert (2, 1) == (few["keys"], few["missing"])
    assert (40, 39) == (many["keys"], many["missing"])
    assert 0 < few["seconds"] < many["seconds"]
    assert "time" in cli("sweep", grid("seed = [0, 1]"), "--estimate").out
    assert [] == engine
    refused = cli("sweep", grid("seed = [0]"), "--estimate", "--until-decided")
    assert (2, True) == (refused.status, "its looks take" in refused.err)


def test_an_interrupted_sweep_keeps_what_was_finished(cli, engine, store, grid):
    answer = cli("sweep", grid("seed = [0, 1, 5, 7]"), "--json")
    assert (130, "") == (answer.status, answer.out)
    assert "2 of 4 runs were finished and are kept" in answer.err.replace("\n", " ")
    assert 2 == len(store.summaries())


def test_a_grid_crosses_its_lists_and_leaves_out_what_is_one_network_twice(grid):
    path = grid('pooling = ["none", "strided"]\npool_size = [2, 3]\nwidths = "8,16"\nseed = [0, 1]')
    experiments = read_grid(path)
    assert 4 == len(experiments)
    assert {"8,16"} == {experiment.to_flat()["widths"] for experiment in experiments}


def test_the_grid_of_the_bundled_runs_is_whole():
    sizes = {p.name: len(read_grid(p)) for p in (ROOT / "assets" / "gallery").glob("*.toml")}
    assert {
        "catalog.toml": 640,
        "dropout.toml": 330,
        "fashion.toml": 160,
        "heads.toml": 150,
        "shapes.toml": 160,
    } == sizes


def test_networks_that_shrink_away_are_named_before_anything_is_trained(cli, engine, grid):
    answer = cli("sweep", grid('pooling = ["max", "none"]\nwidths = ["8", "8,8,8,8"]'))
    assert (2, [], 1) == (answer.status, engine, len(answer.err.splitlines()))
    assert "pooling=max widths=8,8,8,8" in answer.err
    assert "block4.pool" in answer.err
    assert "pooling=none" not in answer.err


def test_widths_as_a_list_of_numbers_would_be_several_networks(cli, grid):
    answer = cli("sweep", grid("widths = [16, 32]"))
    assert 2 == answer.status
    assert 'write "16,32" for one, ["16,32", "8,16"] for two' in answer.err


# runs, show, delete


def test_runs_can_be_cut_short_and_says_how_many_are_left(cli, store):
    for seed in range(3):
        store.put(finished(seed=seed))
    assert 2 == len(cli("runs", "--limit", "2", "--json").document)
    answer = cli("runs", "--limit", "1")
    assert 2 == len(answer.out.splitlines())
    assert "2 more; --limit 3 lists all" in answer.err


def test_own_runs_are_listed_by_themselves(cli, store, tmp_path):
    store.put(finished(seed=1))
    write_copy(store, [finished(seed=1).key], tmp_path / "gallery.db")
    store.put(finished(seed=2))
    store.delete([finished(seed=1).key])
    assert 2 == len(cli("runs", "--json").document)
    (row,) = cli("runs", "--here", "--json").document
    assert 2 == row["seed"]


def test_a_narrow_terminal_cuts_texts_and_neither_keys_nor_numbers(monkeypatch, capsys):
    monkeypatch.setattr(report, "Console", partial(Console, force_terminal=True, width=40))
    report.table(
        ["key", "dataset", "test"],
        [["0123456789abcdef", "a very long name of a data set", "100.0 %"]],
        numbers=["test"],
    )
    out = capsys.readouterr().out
    assert "0123456789abcdef" in out
    assert "100.0 %" in out
    assert "a very" in out
    assert "data set" not in out


def test_runs_lists_configuration_and_figures(cli, store):
    run = finished(pooling="average", seed=7)
    store.put(run)
    (row,) = cli("runs", "--json").document
    assert (run.key, "done", 7, 0.75, "here") == (
        row["key"],
        row["status"],
        row["seed"],
        row["test_accuracy"],
        row["source"],
    )
    assert run.experiment.to_flat() == row["config"]


def test_runs_as_a_table_has_one_line_a_run_and_is_not_cut_off(cli, store):
    store.put(finished(widths="16,32,64,128"))
    _, line = cli("runs").out.splitlines()
    for word in (finished(widths="16,32,64,128").key, "16,32,64,128", "75.0 %", "here"):
        assert word in line


def test_runs_of_an_empty_store_is_an_empty_list(cli):
    assert [] == cli("runs", "--json").document


def test_show_takes_the_first_digits_of_a_key(cli, store):
    run = finished()
    store.put(run)
    document = cli("show", run.key[:4], "--json").document
    assert run.key == document["key"]
    assert [asdict(epoch) for epoch in run.epochs] == document["epochs"]
    assert {"torch": "2.14"} == document["versions"]


def test_show_for_a_person_has_configuration_and_epochs(cli, store):
    store.put(finished(pooling="average"))
    out = cli("show", finished(pooling="average").key).out
    for word in ("average", "75.0 %", "torch 2.14", "validation accuracy"):
        assert word in out


def test_delete_removes_the_named_run(cli, store):
    store.put(finished(seed=0))
    store.put(finished(seed=1))
    answer = cli("delete", finished(seed=0).key[:8], "--json")
    assert {"deleted": 1, "keys": [finished(seed=0).key]} == answer.document
    assert [finished(seed=1).key] == [summary.key for summary in store.summaries()]


@pytest.mark.parametrize(("said", "left", "status"), [("y\n", 0, 0), ("n\n", 1, 1), ("", 1, 1)])
def test_delete_asks_first(cli, store, monkeypatch, said, left, status):
    store.put(finished())
    monkeypatch.setattr(sys, "stdin", io.StringIO(said))
    assert status == cli("delete", finished().key).status
    assert left == len(store.summaries())


def test_delete_does_not_ask_when_told_so(cli, store):
    store.put(finished())
    assert 0 == cli("delete", finished().key, "--yes").status
    assert [] == store.summaries()


def test_a_bundled_run_is_not_deleted(cli, tmp_path):
    RunStore(tmp_path / "gallery.db").put(finished())
    answer = cli("delete", finished().key, "--yes")
    assert (2, 1) == (answer.status, len(answer.err.splitlines()))
    assert "bundled" in answer.err


# export


def test_export_as_json_is_what_show_gives(cli, store):
    store.put(finished())
    assert [cli("show", finished().key, "--json").document] == cli("export", "--all").document


def test_export_as_csv_has_a_line_a_run_and_every_flat_name(cli, store, tmp_path):
    store.put(finished(widths="8,16", seed=1))
    store.put(finished(seed=2))
    output = tmp_path / "runs.csv"
    answer = cli("export", "--all", "--format", "csv", "--output", output, "--json")
    assert {"format": "csv", "output": str(output), "runs": 2} == answer.document
    with output.open(newline="") as file:
        rows = {row["seed"]: row for row in csv.DictReader(file)}
    assert set(SECTION_OF) < rows["1"].keys()
    assert ("8,16", "0.75") == (rows["1"]["widths"], rows["1"]["test_accuracy"])


def test_export_as_a_store_can_be_opened_as_one(cli, store, tmp_path):
    store.put(finished(seed=1))
    store.put(finished(seed=2))
    output = tmp_path / "some.db"
    assert 0 == cli("export", finished(seed=1).key, "--format", "db", "--output", output).status
    exported = RunStore(output)
    exported.check()
    assert finished(seed=1) == exported.get(finished(seed=1).key)
    assert 1 == len(exported.summaries())


def test_an_exported_store_is_one_file_that_a_read_only_folder_can_hold(cli, store, tmp_path):
    store.put(finished())
    output = tmp_path / "out" / "all.db"
    output.parent.mkdir()
    cli("export", "--all", "--format", "db", "--output", output)
    assert [output] == list(output.parent.iterdir())
    with closing(sqlite3.connect(output)) as connection:
        assert ("delete",) == connection.execute("PRAGMA journal_mode").fetchone()


def test_export_takes_bundled_runs_too(cli, tmp_path):
    RunStore(tmp_path / "gallery.db").put(finished())
    output = tmp_path / "all.db"
    cli("export", "--all", "--format", "db", "--output", output)
    assert finished() == RunStore(output).get(finished().key)


def test_export_of_one_data_set_takes_its_runs_alone(cli, store, tmp_path):
    store.put(finished())
    store.put(finished(dataset="shapes"))
    output = tmp_path / "shapes.db"
    arguments = ("export", "--all", "--format", "db", "--output", output)
    answer = cli(*arguments, "--dataset", "shapes", "--json")
    assert 1 == answer.document["runs"]
    assert ["shapes"] == [row.config["dataset"] for row in RunStore(output).summaries()]
    refused = cli(*arguments, "--force", "--dataset", "mnist")
    assert (2, 1) == (refused.status, len(refused.err.splitlines()))
    assert "'mnist'; stored: digits, shapes" in refused.err
    assert 2 == cli("export", finished().key, "--dataset", "shapes").status


def test_export_replaces_a_file_only_when_told_so(cli, store, tmp_path):
    store.put(finished())
    output = tmp_path / "runs.json"
    output.write_text("mine")
    arguments = ("export", "--all", "--output", output)
    assert (2, "mine") == (cli(*arguments).status, output.read_text())
    assert 0 == cli(*arguments, "--force").status
    assert finished().key == json.loads(output.read_text())[0]["key"]


def test_an_export_that_fails_leaves_the_old_file(cli, store, tmp_path):
    output = tmp_path / "all.db"
    output.write_text("mine")
    answer = cli("export", "--all", "--format", "db", "--output", output, "--force")
    assert (1, ["poolscope: there is no run to export"]) == (
        answer.status,
        answer.err.splitlines(),
    )
    assert "mine" == output.read_text()


def test_export_never_writes_over_the_store_itself(cli, store):
    store.put(finished())
    answer = cli("export", "--all", "--format", "db", "--output", store.path, "--force")
    assert (2, 1) == (answer.status, len(store.summaries()))
    assert "run store itself" in answer.err


# mistakes

MISTAKES = {
    "no command": [],
    "unknown command": ["trian"],
    "unknown flag": ["cost", "--poolign", "max"],
    "flag without a value": ["cost", "--pooling"],
    "unknown value": ["train", "--pooling", "big"],
    "folder that is not there": ["train", "--dataset", "folder:missing"],
    "folder without a path": ["train", "--dataset", "folder:"],
    "folder without images": ["cost", "--dataset", "folder:."],
    "value out of range": ["train", "--dropout-rate", "0.95"],
    "no number": ["cost", "--epochs", "many"],
    "negative seed": ["train", "--seed", "-1"],
    "empty value": ["cost", "--widths", ""],
    "markup in a value": ["cost", "--pooling", "[red]max[/blue]"],
    "line break in a value": ["cost", "--pooling", "max\nmin"],
    "module without a name": ["cost", "--module", "torch.nn", "--pooling", "max"],
    "module of no package": ["cost", "--module", "nowhere:net", "--pooling", "max"],
    "module that is not there": ["cost", "--module", "torch.nn:Nothing", "--pooling", "max"],
    "module that needs arguments": ["cost", "--module", "torch.nn:Linear", "--pooling", "max"],
    "module that is no network": ["cost", "--module", "os:getcwd", "--pooling", "max"],
    "module without a pooling": ["cost", "--module", "torch.nn:Identity"],
    "module with nothing to replace": ["cost", "--module", "torch.nn:ReLU", "--pooling", "max"],
    "module and an unknown pooling": ["cost", "--module", "torch.nn:ReLU", "--pooling", "big"],
    "module and no size": [
        "cost",
        "--module",
        "torch.nn:ReLU",
        "--pooling",
        "max",
        "--image-size=-1",
    ],
    "map that shrinks away": ["train", "--widths", "8,8,8,8"],
    "too many arguments": ["runs", "extra"],
    "workers below one": ["sweep", "grid.toml", "--workers", "0"],
    "workers no number": ["sweep", "grid.toml", "--workers", "two"],
    "device that nobody knows": ["train", "--device", "abacus"],
    "scheduler of another form": ["train", "--scheduler", "localhost"],
    "no grid": ["sweep"],
    "grid that is not there": ["sweep", "missing.toml"],
    "grid that is a folder": ["sweep", "."],
    "show without a key": ["show"],
    "key of no run": ["show", "0123456789abcdef"],
    "key that is none": ["show", "digits"],
    "key too short": ["show", "012"],
    "key too long": ["show", "0" * 17],
    "delete nothing": ["delete"],
    "delete what is not there": ["delete", "0123456789abcdef", "--yes"],
    "export nothing": ["export"],
    "export keys and all": ["export", "0123", "--all"],
    "export in another format": ["export", "--all", "--format", "xml"],
    "export a store to stdout": ["export", "--all", "--format", "db"],
    "export into a missing folder": ["export", "--all", "--output", "missing/runs.json"],
    "export onto a folder": ["export", "--all", "--output", ".", "--force"],
    "port out of range": ["dashboard", "--port", "0"],
}


@pytest.mark.parametrize("as_json", [False, True], ids=["plain", "json"])
@pytest.mark.parametrize("arguments", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_line_on_stderr_and_status_2(
    cli, engine, tmp_path, monkeypatch, arguments, as_json
):
    monkeypatch.chdir(tmp_path)
    answer = cli(*arguments, *(["--json"] if as_json and arguments else []))
    assert (2, "", 1) == (answer.status, answer.out, len(answer.err.splitlines()))
    assert answer.err.startswith("poolscope: ")
    assert [] == engine


GRID_MISTAKES = {
    "malformed": ("seed = [", "not valid TOML"),
    "unknown name": ("poling = 'max'", "poling"),
    "seeds": ("seeds = 5", "seeds"),
    "table": ("[data]\ndataset = 'digits'", "data"),
    "table as a value": ("pooling = {a = 1}", "pooling"),
    "list in a list": ("seed = [[0, 1]]", "[0, 1]"),
    "empty list": ("seed = []", "empty"),
    "truth value": ("seed = true", "True"),
    "date": ("seed = 2026-01-01", "seed"),
    "unknown value": ("pooling = ['max', 'big']", "big"),
    "too many": (
        "seed = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\nepochs = [1" + ", 2" * 1000 + "]",
        "10,010",
    ),
}


@pytest.mark.parametrize(("text", "named"), GRID_MISTAKES.values(), ids=GRID_MISTAKES.keys())
def test_a_mistake_in_a_grid_is_one_line_that_names_it(cli, engine, grid, text, named):
    answer = cli("sweep", grid(text), "--json")
    assert (2, "", 1) == (answer.status, answer.out, len(answer.err.splitlines()))
    assert named in answer.err
    assert [] == engine


def test_a_grid_that_is_no_text_is_one_line(cli, tmp_path):
    path = tmp_path / "grid.toml"
    path.write_bytes(b"\xff\xfe\x00")
    answer = cli("sweep", path)
    assert (2, 1) == (answer.status, len(answer.err.splitlines()))


def test_a_key_that_fits_several_runs_lists_them(cli, store):
    first, second = seeds_with_keys_that_begin_alike()
    store.put(finished(seed=first))
    store.put(finished(seed=second))
    answer = cli("show", finished(seed=first).key[:4])
    assert (2, 1) == (answer.status, len(answer.err.splitlines()))
    assert finished(seed=first).key in answer.err
    assert finished(seed=second).key in answer.err


def seeds_with_keys_that_begin_alike():
    """The first two seeds whose keys share four digits; some hundreds are enough to find them."""
    seen, seed = {}, 0
    while (start := Experiment(seed=seed).key[:4]) not in seen:
        seen[start] = seed
        seed += 1
    return seen[start], seed


def test_a_setting_of_the_environment_that_is_wrong_is_named(cli, monkeypatch):
    monkeypatch.setenv("POOLSCOPE_WORKERS", "0")
    answer = cli("runs")
    assert (2, 1) == (answer.status, len(answer.err.splitlines()))
    assert "POOLSCOPE_WORKERS" in answer.err


def test_a_foreign_file_in_the_place_of_the_store_is_one_line_and_stays(cli, home):
    home.mkdir()
    (home / "runs.db").write_text("a diary, not a database")
    answer = cli("runs", "--json")
    assert (1, "", 1) == (answer.status, answer.out, len(answer.err.splitlines()))
    assert str(home) in answer.err
    assert "a diary, not a database" == (home / "runs.db").read_text()


# as a person starts it


def python(*arguments, **options):
    """Run this interpreter in the checkout, as another program would."""
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )
    return Answer(result.returncode, result.stdout, result.stderr)


def test_a_training_is_found_again_with_identical_numbers():
    line = ("-m", "core", "train", "--widths", "2", "--epochs", "1", "--train-size", "20", "--json")
    first, second = python(*line), python(*line)
    assert (0, 0) == (first.status, second.status)
    assert {**first.document, "cached": True} == second.document
    assert not first.document["cached"]


def test_a_mistake_ends_the_program_with_status_2_and_no_traceback():
    answer = python("-m", "core", "train", "--pooling", "big")
    assert (2, "", 1) == (answer.status, answer.out, len(answer.err.splitlines()))


def test_a_reader_that_goes_away_is_no_traceback():
    command = [sys.executable, "-m", "core", "cost"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        program.stdout.close()
        assert b"" == program.stderr.read()


ENDINGS = pytest.mark.parametrize(
    ("sent", "status", "said"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)


def ended_by(sent, status, after, *arguments):
    """The sentence of a program that gets a signal when it has written a line and has workers."""
    with subprocess.Popen(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        while not (line := program.stderr.readline()).startswith(after):
            assert line
        deadline = time.monotonic() + 60
        while not workers_of(psutil.Process(program.pid)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        if sent == signal.SIGINT:
            # a terminal sends it to the workers too
            os.killpg(program.pid, sent)
        else:
            program.send_signal(sent)
        out, err = program.communicate(timeout=60)
    assert (status, "", 1) == (program.returncode, out, len(err.splitlines())), err
    return err


@ENDINGS
def test_a_signal_ends_a_sweep_with_its_status_and_keeps_the_finished_run(
    grid, store, sent, status, said
):
    path = grid('widths = "2"\ntrain_size = 20\nepochs = [1, 1000]')
    err = ended_by(sent, status, "1 of 2 runs", "sweep", str(path), "--workers", "1", "--json")
    assert err.startswith(f"{said}: 1 of 2 runs were finished")
    assert 1 == len(store.summaries())


@ENDINGS
def test_a_signal_ends_the_maps_of_a_sweep_with_its_status(grid, sent, status, said):
    path = grid('dataset = "shapes"\nwidths = "2"\ntrain_size = 20\nepochs = 1')
    err = ended_by(sent, status, "4 computations", "sweep", str(path), "--maps")
    assert re.match(rf"{said}: \d of 4 computations were finished", err)


def test_version_is_the_version_of_the_library(cli):
    import core

    assert f"{core.__version__}\n" == cli("--version").out


# dashboard


def test_the_dashboard_of_an_installed_package_says_what_it_needs(cli, tmp_path, monkeypatch):
    monkeypatch.setattr(dashboard, "PROJECT", tmp_path)
    answer = cli("dashboard", "--json")
    assert (1, "", 1) == (answer.status, answer.out, len(answer.err.splitlines()))
    assert "checkout" in answer.err


def test_the_dashboard_tells_its_address_once_it_answers(tmp_path):
    (tmp_path / "app.py").write_text("import streamlit as st\nst.write('here')\n")
    with closing(socket.socket()) as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    program = (
        "import sys, pathlib; from core.cli import dashboard, main; "
        f"dashboard.PROJECT = pathlib.Path({str(tmp_path)!r}); "
        f"sys.exit(main(['dashboard', '--headless', '--port', '{port}', '--json']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as server:
        lines = [server.stdout.readline() for _ in range(3)]
        os.killpg(server.pid, signal.SIGINT)
        assert 0 == server.wait(timeout=30)
    assert {"url": f"http://localhost:{port}"} == json.loads("".join(lines))


def test_a_port_that_is_taken_is_named_before_anything_starts(cli, tmp_path, monkeypatch):
    (tmp_path / "app.py").touch()
    monkeypatch.setattr(dashboard, "PROJECT", tmp_path)
    with closing(socket.create_server(("localhost", 0))) as taken:
        port = taken.getsockname()[1]
        answer = cli("dashboard", "--port", port, "--json")
    assert (1, "") == (answer.status, answer.out)
    assert f"port {port} is in use; name another one with --port" in answer.err


# claims


def test_a_claim_in_full_tells_from_which_effect_on_it_holds(cli):
    said = "holds if the whole interval is above +1.0 points"
    assert said in cli("claims", "--id", "pooling-raises-accuracy").out
    (claim,) = cli("claims", "--id", "pooling-raises-accuracy", "--json").document
    assert (0.01, said) == (claim["parts"][0]["least"], claim["parts"][0]["rule"])


def test_claims_lists_all_twenty(cli):
    answer = cli("claims")
    assert 0 == answer.status
    assert all(name in answer.out for name in CLAIMS)
    document = cli("claims", "--json").document
    assert list(CLAIMS) == [each["id"] for each in document]
    assert {"untested"} == {each["verdict"] for each in document}


def test_one_claim_is_run_and_shown_in_full(cli):
    answer = cli("claims", "--id", "max-keeps-edges", "--run")
    assert 0 == answer.status
    assert "Depends" in answer.out
    assert "Max keeps 0 % of the contrast of a dark line one pixel wide" in answer.out
    document = cli("claims", "--id", "max-keeps-edges", "--json").document
    assert [["supported", "refuted"]] == [[p["verdict"] for p in d["parts"]] for d in document]


def test_a_claim_that_nobody_made_is_refused(cli):
    answer = cli("claims", "--id", "nonsense")
    assert (2, 1) == (answer.status, len(answer.err.splitlines()))
    assert "allowed: pooling-raises-accuracy" in answer.err


# import, and the rarer exports


def test_import_says_what_each_file_added(cli, store, tmp_path):
    store.put(a_trained_run(1))
    cli("export", "--all", "--format", "db", "--output", tmp_path / "one.db")
    store.put(a_trained_run(2))
    cli("export", "--all", "--format", "db", "--output", tmp_path / "two.db")
    cli("delete", a_trained_run(1).key, a_trained_run(2).key, "--yes")
    answer = cli("import", tmp_path / "one.db", tmp_path / "two.db", "--json")
    assert [(1, 0, 0), (1, 1, 0)] == [
        (row["added"], row["known"], row["refused"]) for row in answer.document
    ]
    assert 2 == len(store.summaries())


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("no store")])
def test_import_refuses_what_is_no_store_in_one_line(cli, tmp_path, make):
    path = tmp_path / "runs.db"
    make(path)
    answer = cli("import", path)
    assert answer.status in {1, 2}
    assert 1 == len(answer.err.splitlines())
    assert "runs.db" in answer.err


def test_export_as_html_is_one_page(cli, store, tmp_path):
    store.put(finished(seed=1))
    output = tmp_path / "report.html"
    assert 0 == cli("export", "--all", "--format", "html", "--output", output).status
    text = output.read_text()
    assert text.startswith("<!doctype html>")
    assert "1 of 1 runs" in text


def test_export_as_torch_is_a_program(cli, store):
    store.put(finished(seed=1))
    answer = cli("export", finished(seed=1).key, "--format", "torch")
    assert "from torch import nn" in answer.out
    compile(answer.out, "network.py", "exec")


def test_export_as_safetensors_is_the_weights(cli, store, tmp_path):
    run = replace(finished(seed=1), weights=some_weights())
    store.put(run)
    output = tmp_path / "weights.safetensors"
    answer = cli("export", run.key, "--format", "safetensors", "--output", output)
    assert 0 == answer.status
    assert run.weights == output.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--all", "--format", "torch"], "holds one run; 2 were named"),
        (["--all", "--format", "safetensors"], "holds one run; 2 were named"),
        (
            ["--all", "--format", "json", "--weights-of", "1"],
            "--weights-of, --weights-under and --checkpoints-of are",
        ),
        (
            ["--all", "--format", "csv", "--checkpoints-of", "0"],
            "--weights-of, --weights-under and --checkpoints-of are",
        ),
        (["--all", "--format", "db"], "needs a file here"),
    ],
)
def test_exports_that_cannot_be_are_refused(cli, store, arguments, said):
    store.put(finished(seed=1))
    store.put(finished(seed=2))
    answer = cli("export", *arguments)
    assert (2, 1) == (answer.status, len(answer.err.splitlines()))
    assert said in answer.err


def test_a_sweep_computes_maps_of_the_first_seed_where_it_is_asked_to(cli, store, tmp_path):
    grid = tmp_path / "grid.toml"
    grid.write_text('pooling = "max"\nwidths = "4"\nepochs = 1\ntrain_size = 50\nseed = [0, 1]\n')
    assert 0 == cli("sweep", grid, "--maps", "--workers", 1).status
    first, second = (
        Experiment.from_flat(
            {"widths": "4", "epochs": 1, "train_size": 50, "pooling": "max", "seed": seed}
        )
        for seed in (0, 1)
    )
    usual = [ShiftSettings.of((1, 8, 8), circular=circular) for circular in (False, True)]
    assert all(stored(store, ShiftMapRequest(first, each)) for each in usual)
    assert stored(store, EffectiveFieldRequest(first)) is not None
    assert stored(store, EffectiveFieldRequest(second)) is None


def test_commands_say_the_ground_of_a_folder_and_what_is_wrong_with_its_images(cli, tmp_path):
    root = write_plain(tmp_path / "own", {"a": 0, "b": 100}, 10)
    (root / "a" / "x.heic").write_bytes(b"x")
    said = [
        "own: dark on light, ground 255 of 255 (measured on the borders of 12 training images).",
        (
            "1 image file is left out because Poolscope cannot read the format (1 .heic); save as "
            "JPEG or PNG."
        ),
    ]
    folder = ("--dataset", f"folder:{root}", "--image-size", 8)
    assert said == cli("cost", *folder, "--json").err.splitlines()
    assert said == cli("train", *folder, "--epochs", 1, "--json").err.splitlines()[:2]
    (tmp_path / "grid.toml").write_text(f'dataset = "folder:{root}"\nimage_size = 8\nepochs = 1\n')
    assert said == cli("sweep", tmp_path / "grid.toml", "--json").err.splitlines()[:2]


def test_a_sweep_without_weights_keeps_all_but_these(cli, store, grid):
    flags = ("--checkpoints", "none", "--no-weights", "--workers", "1")
    path = grid("seed = [0]\nepochs = 1\ntrain_size = 30\nwidths = '4'")
    assert 0 == cli("sweep", path, *flags).status
    (summary,) = store.summaries()
    assert b"" == store.weights(summary.key)
    assert store.predictions(summary.key)
    assert 0 == cli("sweep", path, *flags).status


@pytest.mark.parametrize(
    "flags", [[], ["--checkpoints", "lowest"], ["--checkpoints", "none", "--maps"]]
)
def test_a_sweep_that_needs_weights_keeps_them(cli, grid, flags):
    answer = cli("sweep", grid("seed = [0]"), "--no-weights", *flags)
    assert 2 == answer.status
    assert "--no-weights goes with --checkpoints none, without --maps" in answer.err
