"""Is a text of strangers shown as text, wherever it is shown?

They name folders, classes, files and devices, write links and let jobs fail.
"""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from google.protobuf.message import Message

from core.config import Experiment
from core.config.folder import Folder
from core.engine import Job, JobState
from core.figures.base import literal as literal_in_figures
from core.pictures import with_folder
from core.pictures.findings import Findings
from core.store import RunStore
from core.words import literal
from pages.shared import link
from tests.pages.dashboard import FEATURES, HISTORY, PAGES, a_picture, messages, opened
from tests.store.store_samples import a_run
from tests.strangers import MARK, PACKS, TEXTS

FOLDER = f"folder:/{PACKS[0]}"
NOT_MARKDOWN = {
    *("id", "element_id", "form_id", "file_name", "url", "page_script_hash", "query_param_key"),
    # of text boxes, and of lists to choose from
    *(
        "default",
        "value",
        "placeholder",
        "options",
        "raw_value",
        "raw_values",
        "string_data",
        "code_text",
    ),
}
"""fields of Streamlit's messages that browsers show as they are"""


STEERING = set("\u202e\u202c\r\t")
"""what changes how the text around it is read"""


def strings(message: Message, name: str = ""):
    """Every text of a message and the messages in it, with the name of its field."""
    for field, value in message.ListFields():
        several = value if field.is_repeated else [value]
        for each in several:
            if isinstance(each, Message):
                yield from strings(each, field.name)
            elif isinstance(each, str):
                yield field.name, each


def nodes(node):
    yield node
    for child in getattr(node, "children", {}).values():
        yield from nodes(child)


def texts_of(value):
    """Every text of a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)


def without(text, forms):
    for form in forms:
        text = text.replace(form, "")
    return text


def misshown(app):
    """What is not shown as text: places at which a text of strangers stands unescaped."""
    markdown = sorted(
        {
            form.replace("\xa0", " ")
            for text in (*PACKS, *TEXTS)
            for form in (literal(text), link._quoted(text))
        },
        key=len,
        reverse=True,
    )
    in_figures = sorted({literal_in_figures(each) for each in PACKS}, key=len, reverse=True)
    wrong = []
    for node in nodes(app._tree):
        proto = getattr(node, "proto", None)
        if proto is None:
            continue
        for name, text in strings(proto):
            if MARK not in text:
                continue
            if name == "json":
                given = json.loads(text)
                if "spec" not in given:
                    # the modules of pages/browser write it as nodes of text
                    continue
                spec = json.loads(given["spec"])
                found = [each for each in texts_of(spec) if MARK in without(each, in_figures)]
                wrong += [("figure", each) for each in found]
            elif name not in NOT_MARKDOWN:
                # a rule of typography may have put no-break spaces into it
                left = without(text.replace("\xa0", " "), markdown)
                if MARK in left or STEERING & set(text):
                    wrong.append((f"{type(proto).__name__}.{name}", left))
    return wrong


def shows_strangers(app):
    """Whether a page shows any of it, so that a test is not empty."""
    return any(
        MARK in text
        for node in nodes(app._tree)
        if getattr(node, "proto", None) is not None
        for _, text in strings(node.proto)
    )


@pytest.fixture
def strange_folder(home, monkeypatch):
    """A folder whose name, and the names of whose classes, are hostile; with runs and networks."""
    folder = Folder(
        path=f"/{PACKS[0]}",
        fingerprint="0" * 64,
        classes=PACKS,
        train=20,
        validation=10,
        test=300,
    )
    remarks = Findings(ground=None, twins=(), unread={PACKS[1]: 3}, loose=2)
    monkeypatch.setattr("core.pictures.folder._look", lambda *_: (folder, remarks))
    for pooling in ("max", "average"):
        for seed in range(2):
            flat = {"dataset": FOLDER, "pooling": pooling, "head": "gap", "seed": seed}
            experiment = Experiment.from_flat(with_folder(flat))
            RunStore(home / "runs.db").put(replace(a_run(), experiment=experiment))
    opened_networks = SimpleNamespace(
        is_there=lambda *_: True,
        unreadable=lambda _: None,
        scaling=lambda _: (1 / 255, 0.0),
        test_image=lambda data, _: (np.zeros(data.entry.shape, np.uint8), 3),
        predicted=lambda arms, *_: {arm: 4 if arm.pooling == "max" else 5 for arm in arms},
    )
    for name, function in vars(opened_networks).items():
        monkeypatch.setattr(f"pages.shared.networks.{name}", function)
    monkeypatch.setattr("pages.shared.gate.glance", lambda _: b"")


def test_there_are_two_hundred_texts():
    assert 200 == len(set(TEXTS)) == sum(pack.count("qz") for pack in PACKS)


@pytest.mark.usefixtures("strange_folder")
@pytest.mark.parametrize("page", PAGES)
def test_names_of_folders_and_classes(page):
    app = opened(page, dataset=FOLDER, pooling=["max", "average"], head="gap", seeds="2")
    assert [] == [each.value for each in app.exception]
    assert shows_strangers(app)
    assert [] == misshown(app)


@pytest.mark.parametrize("page", PAGES)
def test_causes_of_failures_and_links(page, engine):
    engine.listed = tuple(
        Job(experiment=Experiment(seed=seed), state=JobState.FAILED, cause=pack)
        for seed, pack in enumerate(PACKS)
    )
    names = dict.fromkeys(TEXTS[5:9], "1")
    app = opened(page, pooling=TEXTS[0], head=TEXTS[31], claim=TEXTS[26], **names)
    assert [] == [each.value for each in app.exception]
    assert shows_strangers(app)
    assert [] == misshown(app)


def test_names_of_files_that_are_uploaded():
    app = opened(FEATURES, head="gap")
    app.get("file_uploader")[0].upload(f"{PACKS[0]}.png", a_picture(), "image/png").run()
    assert [] == messages(app)
    assert [] == misshown(app)
    app.get("file_uploader")[0].upload(f"{PACKS[1]}.png", b"no picture", "image/png").run()
    assert 1 == len(messages(app))
    assert [] == misshown(app)


def test_names_of_files_that_are_imported():
    app = opened(HISTORY)
    app.button(key="open_import").click().run()
    # pressed again each time, because the dialog is open in that run alone
    app.button(key="open_import").click()
    app.get("file_uploader")[0].upload(f"{PACKS[0]}.db", b"no store", "x/y").run()
    app.button(key="open_import").click()
    app.button(key="import").click().run()
    assert [] == messages(app)
    (table,) = [each.value for each in app.dataframe if "remark" in each.value]
    assert [f"{PACKS[0]}.db"] == table["file"].tolist()
    assert [] == misshown(app)
