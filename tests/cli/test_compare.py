"""Does `compare` say what the stored runs show, what it covers, and what is missing?"""

import json

import pytest

from core.analyses import Labels, LabelsRequest
from core.cli import main
from core.config import Experiment
from core.store import RunStore
from tests.comparison.fabricated import DIGITS, fabricated

DATA = ("--dataset", "digits", "--head", "gap")


@pytest.fixture
def store(home, monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(tmp_path / "gallery.db"))
    store = RunStore(home / "runs.db")
    for run in fabricated(seeds=3).runs.values():
        store.put(run)
    request = LabelsRequest(Experiment.from_flat({"dataset": "digits"}).data)
    labels = request.write(Labels(DIGITS.hex())).encode()
    store.put_analysis(request.key, request.kind, request.settings, labels)
    return store


def test_it_compares_with_the_first_and_names_what_is_missing(store, capsys):
    assert 0 == main(["compare", "max", "average", "min", *DATA, "--seeds", "4"])
    said = capsys.readouterr()
    rows = [line.split() for line in said.out.splitlines()]
    assert ["average", "max"] == rows[1][:2]
    assert "lower" in rows[1]
    assert "missing: max, seed 3; average, seed 3; min, seed 3" in said.err
    assert "on images like these, over seeds and 300 test images" in said.err
    assert "corrected for 2 comparisons (Holm)" in said.err


def test_the_document_has_differences_ranks_and_keys(store, capsys):
    assert 0 == main(["compare", "max", "average", "min", *DATA, "--seeds", "4", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert ["average", "min"] == [row["pooling"] for row in answer["differences"]]
    assert {"seeds and images"} == {row["covers"] for row in answer["differences"]}
    assert {1, 2, 3} >= {rank["observed"] for rank in answer["ranks"]}
    assert 3 == len(answer["missing"])


def test_seeds_alone_are_narrower_and_say_so(store, capsys):
    widths = []
    for chance in ("seeds-and-images", "seeds"):
        arguments = ["compare", "max", "average", *DATA, "--seeds", "3", "--json"]
        assert 0 == main([*arguments, "--chance", chance])
        answer = json.loads(capsys.readouterr().out)
        (row,) = answer["differences"]
        widths.append(row["high_points"] - row["low_points"])
    assert widths[0] > widths[1]
    assert "over seeds alone" in answer["notes"][0]


def test_every_pair_comes_with_the_order(store, capsys):
    assert 0 == main(["compare", "max", "average", "conv", *DATA, "--seeds", "3", "--all-pairs"])
    out = capsys.readouterr().out
    assert 3 == sum("max" in line or "average" in line for line in out.splitlines()[1:4])
    assert "> average" in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["max"], "name two strategies or more"),
        (["max", "max"], "name two strategies or more"),
        (["max", "strided"], "strided, 10 seeds"),
        (["max", "middle"], "'middle' is not one of"),
    ],
)
def test_what_cannot_be_compared_is_one_line(store, capsys, arguments, complaint):
    assert 2 == main(["compare", *arguments, *DATA])
    said = capsys.readouterr()
    assert "" == said.out
    assert complaint in said.err
    assert 1 == len(said.err.strip().splitlines())
