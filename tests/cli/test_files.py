"""Does every argument that names a file refuse a wrong one with status 2 and one line?"""

import sqlite3
from contextlib import closing

import pytest

from core.cli import dashboard, main

WRONG = ("missing", "a folder", "empty", "junk", "another program's", "text")


def wrong_file(kind, folder):
    """A path at which there is not what was asked for."""
    path = folder / kind.replace(" ", "-").replace("'", "")
    match kind:
        case "a folder":
            path.mkdir()
        case "empty":
            path.touch()
        case "junk":
            path.write_bytes(b"junk\x00\xff\xfe" * 99)
        case "another program's":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE diary (day TEXT)")
        case "text":
            path.write_text("= no toml [", encoding="utf-8")
    return path


ARGUMENTS = {
    "import": ["import", "{}"],
    "sweep": ["sweep", "{}"],
    "a folder of images": ["cost", "--dataset", "folder:{}"],
}


def refused(capsys, arguments, path):
    status = main([argument.format(path) for argument in arguments])
    answer = capsys.readouterr()
    assert (2, "", 1) == (status, answer.out, len(answer.err.splitlines())), answer.err
    assert str(path) in answer.err
    return answer.err


# an empty grid is no wrong one: it is that of the default experiment
@pytest.mark.parametrize(
    ("name", "kind"),
    [(name, kind) for name in ARGUMENTS for kind in WRONG if (name, kind) != ("sweep", "empty")],
)
def test_a_wrong_file_is_refused_as_bad_input(capsys, tmp_path, name, kind):
    refused(capsys, ARGUMENTS[name], wrong_file(kind, tmp_path))


@pytest.mark.parametrize("kind", WRONG)
def test_a_good_file_beside_a_wrong_one_is_not_taken_in(capsys, tmp_path, kind, store_file, home):
    refused(capsys, ["import", str(store_file), "{}"], wrong_file(kind, tmp_path))
    assert not (home / "runs.db").exists()


@pytest.fixture
def store_file(tmp_path):
    from core.store import RunStore
    from tests.store.store_samples import a_run

    store = RunStore(tmp_path / "other.db")
    store.put(a_run())
    return store.path


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
def test_a_folder_is_not_written_over(capsys, tmp_path, force):
    error = refused(
        capsys, ["export", "--all", "--format", "csv", "--output", "{}", *force], tmp_path
    )
    assert "is a folder" in error


@pytest.mark.parametrize("variable", ["HOME", "DATA"])
def test_a_file_named_where_a_folder_is_needed_is_refused(capsys, tmp_path, monkeypatch, variable):
    path = wrong_file("junk", tmp_path)
    monkeypatch.setenv(f"POOLSCOPE_{variable}", str(path))
    assert f"POOLSCOPE_{variable}: a folder is needed" in refused(capsys, ["runs"], path)


# a folder without files is a bundle without runs
@pytest.mark.parametrize("kind", [kind for kind in WRONG if kind not in {"missing", "a folder"}])
def test_a_gallery_that_was_named_and_is_none_is_refused(capsys, tmp_path, monkeypatch, kind):
    path = wrong_file(kind, tmp_path)
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(path))
    assert "POOLSCOPE_GALLERY" in refused(capsys, ["runs"], path)


@pytest.mark.parametrize("kind", WRONG)
def test_a_script_that_is_none_is_refused_before_a_server_starts(
    capsys, tmp_path, monkeypatch, kind
):
    path = wrong_file(kind, tmp_path)
    monkeypatch.setenv("POOLSCOPE_TALK", str(path))
    monkeypatch.setattr(dashboard.subprocess, "Popen", None)
    refused(capsys, ["dashboard", "--talk"], path)
