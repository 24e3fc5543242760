"""Whatever comes from outside is taken or refused in a sentence, and never ends in a traceback.

Databases are in test_exchange.py, pictures of the known kinds of evil in test_upload.py, links on
pages in test_pages.py.
"""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cli import main
from core.comparison.grids import read_grid
from core.config import SECTION_OF, Experiment
from core.config.talk import read_talk
from core.errors import ConfigError, PoolscopeError
from core.pictures import uploaded

TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *("", " ", "nan", "inf", "-1", "1e999", "0x10", "٣", "1_000", "max", "all", "16,32"),
            *("../../etc/passwd", "folder:", "folder:/nowhere", "'; DROP TABLE runs; --"),
            *("<script>alert(1)</script>", "%00", "\x00", "💥" * 9, "9" * 400, "1," * 200),
        ]
    ),
)
VALUES = st.one_of(
    TEXTS,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(TEXTS, max_size=3),
    st.dictionaries(TEXTS, TEXTS, max_size=2),
)
FLATS = st.dictionaries(st.one_of(st.sampled_from(sorted(SECTION_OF)), TEXTS), VALUES, max_size=5)


def one_sentence(error):
    text = str(error)
    assert text
    assert "Traceback" not in text


@settings(max_examples=500)
@given(FLATS)
def test_any_configuration_is_taken_or_refused(flat):
    try:
        experiment = Experiment.from_flat(flat)
    except ConfigError as error:
        one_sentence(error)
    else:
        assert Experiment.from_flat(experiment.to_flat()) == experiment


TOML = st.one_of(
    st.binary(max_size=200),
    FLATS.map(
        lambda flat: "\n".join(
            f"{json.dumps(name)} = {json.dumps(value)}" for name, value in flat.items()
        ).encode("utf-8", "replace")
    ),
    st.sampled_from(
        [
            b"seed = [" + b"1," * 20_000 + b"1]",
            b"lr = 1e400",
            b"a" + b".a" * 500 + b" = 1",
            b"[[grids]]\n" * 50,
            b"\xef\xbb\xbfpooling = 'max'",
            b"pooling = ['max']\npooling = ['average']",
            b"pooling = 2026-01-01",
        ]
    ),
)


@settings(max_examples=300)
@given(TOML, st.sampled_from([read_grid, read_talk]))
def test_any_file_is_read_or_refused(tmp_path_factory, content, read):
    path = tmp_path_factory.mktemp("toml") / "file.toml"
    path.write_bytes(content)
    try:
        read(path)
    except ConfigError as error:
        one_sentence(error)


HEADS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\x00\x00\x00\x00WEBPVP8 ", b"GIF89a", b"")


@settings(max_examples=200)
@given(st.sampled_from(HEADS), st.binary(max_size=500))
def test_any_upload_is_a_picture_or_refused(head, rest):
    try:
        uploaded(head + rest)
    except ConfigError as error:
        one_sentence(error)


HOSTILE = [
    ["train", "--pooling", "banana"],
    ["train", "--widths", "💥"],
    ["train", "--lr", "nan"],
    ["train", "--epochs", "9" * 40],
    ["train", "--dataset", "folder:/nowhere"],
    ["train", "--train-size", "-5"],
    ["train", "--nonsense"],
    ["cost", "--widths", "1," * 500],
    ["cost", "--image-size", "1e9"],
    ["sweep", "/dev/null/x.toml"],
    ["sweep", "/"],
    ["show", "../../x"],
    ["show", "zzzz"],
    ["delete", "'; DROP TABLE runs"],
    ["export", "--all", "--format", "pickle"],
    ["import", "/etc/passwd"],
    ["import", "/"],
    ["claims", "--id", "\u202e"],
    ["shift", "0" * 99],
    ["\x1b[31m"],
]


@pytest.mark.parametrize(
    "arguments", HOSTILE, ids=lambda a: " ".join(a)[:30].encode("ascii", "replace")
)
def test_a_program_that_is_called_wrongly_ends_with_a_sentence(arguments, capsys):
    """In this process, which takes a tenth; tests/cli/test_cli.py starts one that is as wrong."""
    status = main(arguments)
    result = capsys.readouterr()
    assert status in {1, 2}
    assert 1 == len(result.err.strip().splitlines())
    assert "Traceback" not in result.err
    assert not result.out


def test_settings_that_make_no_sense_end_in_a_sentence(monkeypatch):
    from core import settings as read

    source = random.Random(1)  # noqa: S311
    names = ["WORKERS", "DEVICE", "MODE", "SESSIONS", "DAILY_SECONDS", "TRAINING", "PROXIES"]
    for _ in range(50):
        name = source.choice(names)
        monkeypatch.setenv(f"POOLSCOPE_{name}", source.choice(["many", "-3", "", "∞", "1e999x"]))
        with pytest.raises(PoolscopeError):
            read.load()
        monkeypatch.delenv(f"POOLSCOPE_{name}")
