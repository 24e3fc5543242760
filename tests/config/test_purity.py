"""Is a configuration built without reading the disk?"""

import builtins
import io
import os
from pathlib import Path

import pytest

from core.config import DataConfig, Experiment
from core.config.folder import Folder
from core.errors import ConfigError

FOLDER = Folder(
    path="/no/such/folder",
    fingerprint="f" * 64,
    classes=("a", "b"),
    train=24,
    validation=8,
    test=8,
    ground=(255, 255, 255),
    brightness=200.0,
    commonest=4,
)


@pytest.fixture
def no_disk(monkeypatch):
    """Whoever asks the operating system for a file fails the test."""

    def refuse(*arguments, **_):
        raise AssertionError(f"somebody looked at the disk: {arguments}")

    for module, names in (
        (builtins, ["open"]),
        (io, ["open"]),
        (os, ["open", "stat", "lstat", "scandir", "listdir", "readlink", "access", "mkdir"]),
        (os.path, ["exists", "realpath"]),
    ):
        for name in names:
            monkeypatch.setattr(module, name, refuse)


@pytest.mark.usefixtures("no_disk")
def test_the_guard_sees_every_look():
    for look in (
        lambda: Path("/etc/passwd").read_bytes(),
        lambda: Path("/etc").exists(),
        lambda: list(Path("/etc").iterdir()),
        lambda: os.walk("/etc").__next__(),
        lambda: Path("/etc/..").resolve(),
    ):
        with pytest.raises(AssertionError, match="looked at the disk"):
            look()


@pytest.mark.usefixtures("no_disk")
@pytest.mark.parametrize(
    "flat",
    [
        {},
        {"dataset": "mnist", "pooling": "conv", "dropout": "head", "train_size": "100"},
        {"dataset": "shapes", "image_size": 64, "difficulty": "hard"},
        {"dataset": "folder:/no/such/folder", "folder": FOLDER, "image_size": 16, "ground": 7},
        {"dataset": "folder:/no/such/folder", "folder": FOLDER.model_dump(mode="json")},
    ],
)
def test_no_configuration_looks_at_the_disk(flat):
    experiment = Experiment.from_flat(flat)
    again = Experiment.from_flat(experiment.to_flat())
    assert experiment.key == again.with_flat(seed=0).key
    assert experiment.data.entry.fingerprint in experiment.canonical_json


@pytest.mark.usefixtures("no_disk")
@pytest.mark.parametrize("given", [None, FOLDER.model_copy(update={"path": "/another"})])
@pytest.mark.parametrize("path", ["/no/such/folder", "~", "relative", "\0", "~nobody/x"])
def test_a_folder_that_nobody_looked_into_is_refused(path, given):
    flat = {"dataset": f"folder:{path}", "folder": given}
    with pytest.raises(ConfigError, match=r"is not known; look into it with core\.with_folder"):
        Experiment.from_flat(flat)
    with pytest.raises(ValueError, match=r"look into it with core\.with_folder"):
        DataConfig(**flat)


def test_no_module_of_the_configuration_could_look():
    import core.config

    modules = set(Path(core.config.__file__).parent.glob("*.py"))
    # the script of a talk is a file that the server is started with
    for path in {path for path in modules if path.name != "talk.py"}:
        text = path.read_text(encoding="utf-8")
        for name in ("import os", "import io", " Path(", "open(", "core.settings", "from PIL"):
            assert name not in text, (path.name, name)
