"""Is everything known in one place, and is every part small enough to be read?

The lists of exceptions below must shrink: what is not needed any more fails as well.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from core.catalog import PAGES, Page
from tests.test_import_rules import imports_of

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py")])

MOST_LINES = 60
"""of a function, from its name to its end"""
MANY_LINES, MOST_LONG_FUNCTIONS = 40, 12
MOST_ROOMS, MOST_ARROWS, MOST_FLOORS = 26, 120, 11
MOST_FOUND = 16
"""bindings of a local `found`, which says only that there is a value"""

TOO_LONG: set[str] = set()
AMBIGUOUS: set[str] = set()
"""constants that mean something else in another module"""


@cache
def trees() -> dict[Path, ast.Module]:
    """What each file of the house says."""
    return {path: ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in SOURCES}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions() -> Iterator[tuple[str, int]]:
    """Every function with its number of lines."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{name_of(path)}: {node.name}", lines


def test_no_function_is_too_long_to_be_read_at_once():
    assert TOO_LONG == {name for name, lines in functions() if lines > MOST_LINES}


def test_hardly_any_function_is_long():
    long = {name: lines for name, lines in functions() if lines > MANY_LINES}
    assert len(long) <= MOST_LONG_FUNCTIONS, long


def constants(tree: ast.Module) -> Iterator[str]:
    """The public names in capitals that a module binds itself."""
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=targets):
                bound = [node for target in targets for node in ast.walk(target)]
            case ast.AnnAssign(target=target):
                bound = [target]
            case _:
                continue
        for node in bound:
            if isinstance(node, ast.Name) and node.id.isupper() and node.id[0] != "_":
                yield node.id


def test_a_constant_means_one_thing():
    # a type variable is no constant
    names = [name for tree in trees().values() for name in constants(tree) if len(name) > 1]
    assert AMBIGUOUS == {name for name, count in Counter(names).items() if count > 1}


def test_locals_say_what_they_hold():
    bound = [
        node
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == "found"
    ]
    assert len(bound) <= MOST_FOUND


@pytest.mark.parametrize("page", PAGES)
def test_the_file_title_and_icon_of_a_page_stand_in_one_place(page: Page):
    assert (ROOT / "pages" / page.file).is_file()
    said = [
        name_of(path)
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and node.value in {page.file, f":material/{PAGES[page].icon}:"}
    ]
    assert [] == said


def room_of(path: Path) -> str:
    """The part of the house that a file belongs to: a package or loose module of core, or pages."""
    top, *rest = path.relative_to(ROOT).with_suffix("").parts
    return rest[0] if top == "core" else top


def arrows() -> dict[str, set[str]]:
    """Room -> the rooms that it imports from."""
    rooms: dict[str, set[str]] = {room_of(path): set() for path in [*SOURCES, ROOT / "app.py"]}
    for path in [*SOURCES, ROOT / "app.py"]:
        package = ".".join(path.relative_to(ROOT).parent.parts)
        for item in imports_of(path, package):
            top, *rest = item.name.split(".")
            if top == "core":
                target = rest[0] if rest and rest[0] in rooms else "__init__"
            else:
                target = top
            if target in rooms:
                rooms[room_of(path)].add(target)
    return {room: to - {room} for room, to in rooms.items()}


def test_the_house_has_few_rooms_arrows_and_floors():
    rooms = arrows()
    assert len(rooms) <= MOST_ROOMS, sorted(rooms)
    assert sum(map(len, rooms.values())) <= MOST_ARROWS, rooms
    floors: dict[str, int] = {}
    while len(floors) < len(rooms):
        # a room stands above all that it imports from
        ready = {room for room, to in rooms.items() if room not in floors and to <= set(floors)}
        assert ready, f"a circle: {sorted(set(rooms) - set(floors))}"
        for room in ready:
            floors[room] = 1 + max((floors[below] for below in rooms[room]), default=0)
    assert max(floors.values()) <= MOST_FLOORS, floors


def test_what_is_drawn_again_by_itself_has_a_place_that_the_page_made():
    """Else the browser shows a white page now and then (`jobs.by_itself`)."""
    called = {
        path.name: count
        for path in SOURCES
        if (count := path.read_text(encoding="utf-8").count("st.fragment("))
    }
    assert {"jobs.py": 1} == called
