"""Does any name that comes from data stay data in the files that are written from it?

Folders are named by other people, and so are the classes in them and the machines of their runs.
"""

import ast
import csv
import io
import tomllib
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cli.report import facts, say, table
from core.comparison import Comparison
from core.comparison.grids import as_toml
from core.config import Experiment
from core.config.folder import Folder
from core.figures import Look, confusion
from core.figures import report as html
from core.figures.report import report, results_of
from core.network.pytorch_code import torch_code
from core.run import Machine
from core.words import FORMULA_STARTS, as_csv
from tests.figures.answers import answers
from tests.store.store_samples import a_run
from tests.strangers import PACKS, TEXTS

EVIL = [
    '"""\nimport os\nos.system("true")\n"""',
    '\\"""\nraise SystemExit',
    "'''",
    "\\",
    '"',
    "\\u0022\\u0022\\u0022",
    "#",
    "]]\n[[grids]]\nseed = 1",
    '"\nlr = 9',
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "--><svg onload=alert(1)>",
    "&lt;b&gt;",
    "=HYPERLINK(1)",
    "+1",
    "-1+2",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "a,b\n=1",
    "$\\href{javascript:alert(1)}{x}$",
    "\\end{document}",
    "\x1b[31m",
    "\x7f\x85\u2028",
    "\u202eevil",
    "💥é",
]
NAMES = st.one_of(
    st.sampled_from(EVIL),
    st.lists(st.sampled_from(EVIL), min_size=2, max_size=3).map("".join),
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00./"),
        min_size=1,
        max_size=30,
    ),
)


def of_a_folder(name):
    """An experiment whose images lie in a folder of that name, with classes of that name."""
    folder = {
        "path": f"/{name}",
        "fingerprint": "0" * 64,
        "classes": ["a", name],
        "train": 20,
        "validation": 5,
        "test": 5,
    }
    data = Experiment().data.model_copy(
        update={"dataset": f"folder:/{name}", "folder": Folder.model_validate(folder)}
    )
    return Experiment().model_copy(update={"data": data})


PLAIN = of_a_folder("plain")


def statements(code):
    """The syntax tree without the text of its docstring."""
    tree = ast.parse(code)
    assert ast.get_docstring(tree) is not None
    return ast.dump(ast.Module(tree.body[1:], []))


@settings(max_examples=100)
@given(NAMES)
def test_no_name_becomes_a_statement_of_the_pytorch_code(name):
    code = torch_code(of_a_folder(name))
    assert statements(torch_code(PLAIN)) == statements(code)
    assert name in ast.get_docstring(ast.parse(code), clean=False)


@settings(max_examples=100)
@given(NAMES)
def test_no_name_becomes_a_line_of_a_grid(name):
    (grid,) = tomllib.loads(as_toml(Comparison.of([of_a_folder(name)], [0, 1])))["grids"]
    (plain,) = tomllib.loads(as_toml(Comparison.of([PLAIN], [0, 1])))["grids"]
    assert {**plain, "dataset": f"folder:/{name}"} == grid


@settings(max_examples=100)
@given(NAMES, NAMES)
def test_no_name_becomes_a_formula_or_a_cell_of_a_csv(name, other):
    text = as_csv([{"a": name, other + "x": 1, "b": -1.5, "c": None}], ["a", other + "x", "b", "c"])
    head, row = csv.reader(io.StringIO(text, newline=""))
    assert not any(cell.startswith(FORMULA_STARTS) for cell in (*head, row[0]))
    assert row == [f"'{name}" if name.startswith(FORMULA_STARTS) else name, "1", "-1.5", ""]


class Tags(HTMLParser):
    """Collects the tags with the names of their attributes, and the contents of scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *(name for name, _ in attrs)))

    def handle_comment(self, data):
        self.tags.append(("comment", data))


def report_of(name, monkeypatch):
    monkeypatch.setattr(html, "_plotly", lambda: "")
    run = a_run(dataset="digits")
    machine = Machine(device=name, capability=name, versions={name: name})
    runs = [
        replace(
            run, experiment=of_a_folder(name).model_copy(update={"seed": seed}), machine=machine
        )
        for seed in range(2)
    ]
    return report(results_of(runs))


@pytest.mark.parametrize("name", [*EVIL, *PACKS])
def test_no_name_becomes_a_tag_of_the_report(name, monkeypatch):
    text = report_of(name, monkeypatch)
    plain = report_of("plain", monkeypatch)
    assert Tags(plain).tags == Tags(text).tags
    assert plain.lower().count("<script") == text.lower().count("<script")


@pytest.mark.parametrize("name", [*EVIL, *TEXTS])
def test_no_class_name_becomes_a_tag_or_a_formula_of_a_figure(name):
    figure = confusion(*answers([[1, 1], [0, 2]]), ["a", name]).draw(Look())
    texts = [figure.layout.xaxis.ticktext[1], figure.layout.yaxis.ticktext[1]]
    assert [name, name] == list(map(unescape, texts))
    for text in (*texts, *(text for row in figure.data[0].customdata for text in row)):
        assert not {"<", ">", "$"} & set(text)


def test_two_hundred_texts_stay_data_in_every_export():
    code, grid = torch_code(PLAIN), as_toml(Comparison.of([PLAIN], [0, 1]))
    (plain,) = tomllib.loads(grid)["grids"]
    for pack in PACKS:
        assert statements(code) == statements(torch_code(of_a_folder(pack)))
        (read,) = tomllib.loads(as_toml(Comparison.of([of_a_folder(pack)], [0, 1])))["grids"]
        assert {**plain, "dataset": f"folder:/{pack}"} == read
    _, *rows = csv.reader(io.StringIO(as_csv([{"a": text} for text in TEXTS], ["a"]), newline=""))
    assert not any(cell.startswith(FORMULA_STARTS) for (cell,) in rows)
    assert list(TEXTS) == [cell.removeprefix("'") for (cell,) in rows]


@pytest.mark.parametrize("name", [*EVIL, *TEXTS])
def test_no_name_moves_the_cursor_of_a_terminal(name, capsys):
    facts({"device": name})
    table(["device"], [[name]])
    say(name)
    written = capsys.readouterr()
    assert not set(written.out + written.err) & set("\x1b\x7f\x85\r\t\u202e")
