"""Do imports point one way? The table below is the house; a checker holds the sources against it.

The checker parses, it does not import, so it sees what stands in functions too. The second half
of this file shows that it catches a violation of every rule.
"""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LEAVES = {"errors", "settings", "words"}
"""rooms of core that every other may enter"""

EVERYTHING = {"cli", "__main__"}
"""rooms that may enter all of core, and that nothing in core enters"""

# room of core -> the rooms that it imports from; nothing is inherited
ARROWS: dict[str, set[str]] = {
    "catalog": set(),
    "config": {"catalog"},
    "pictures": {"catalog", "config"},
    "network": {"catalog", "config"},
    "data": {"catalog", "config", "pictures"},
    "run": {"config"},
    "training": {"config", "data", "network", "run"},
    "store": {"config", "network", "run"},
    "comparison": {"catalog", "config", "network", "run"},
    "analyses": {"catalog", "config", "data", "network", "run"},
    "engine": {"analyses", "config", "run", "store"},
    "claims": {"analyses", "catalog", "comparison", "config", "run", "store"},
    "sentences": {"analyses", "catalog", "claims", "comparison", "network"},
    "figures": {
        *("analyses", "catalog", "claims", "comparison", "network", "run"),
        "sentences",
    },
    "hosting": {"analyses", "config", "engine", "network"},
}

# what it may import besides, but only inside functions: they run in a worker
IN_WORKERS: dict[str, set[str]] = {"engine": {"training"}}

TORCH = {"torch", "torchvision", "safetensors.torch"}
"""packages that are torch, or import it"""

# modules, or packages with all their modules
MAY_IMPORT_TORCH = (
    "core.network.branches",
    "core.network.build",
    "core.network.dropout",
    "core.network.heads",
    "core.network.maps",
    "core.network.pooling",
    "core.network.probe",
    "core.network.swap",
    "core.network.swapped",
    "core.data.tensors",
    "core.training",
    "core.analyses.autograd",
    "core.analyses.facts",
    "core.analyses.trained",
    "core.analyses.shift",
    "core.analyses.timing",
)
MAY_IMPORT_TORCH_IN_FUNCTIONS = ("core.engine", "core.analyses", "core.data.sources")

COMPUTING = (
    *("core.engine.Engine", "core.engine.compute", "core.engine.labels_of_test"),
    *("core.engine.Permit", "core.engine.waive_permits", "core.hosting.gate.Gate", "core.training"),
    *("core.engine.process_pool", "core.engine.dispatcher", "core.engine.cluster"),
    *("core.engine.Reader", "core.engine.reader"),
    *(f"core.analyses.{name}" for name in ("autograd", "facts", "shift", "timing", "trained")),
)
"""what takes time, and what lets it"""

GATES = ("pages.shared.gate",)
"""modules of the dashboard that may use these: no page is special"""

ASKING = {"submit", "train", "compute", "ask"}
"""methods that take time"""

ON_FIRST_USE = {"sklearn", "scipy.stats", "distributed", "dask", "captum"}
"""slow packages that no module imports at its top"""


@dataclass(frozen=True, slots=True)
class Import:
    """One import: what is imported, on which line, and whether only when a function runs."""

    name: str
    line: int
    in_function: bool

    def is_of(self, package: str) -> bool:
        """Whether it is the package or a part of it."""
        return self.name == package or self.name.startswith(f"{package}.")


def imports_of(path: Path, package: str) -> Iterator[Import]:
    """Every import in a file, relative ones resolved against its package."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    yield from _imports(tree, package, in_function=False)


def _imports(node: ast.AST, package: str, *, in_function: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        for name in _imported_names(child, package):
            yield Import(name, child.lineno, in_function)
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for_types = _is_for_type_checkers(child)
        yield from _imports(child, package, in_function=in_function or inside or for_types)


def _imported_names(node: ast.AST, package: str) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            parents = package.split(".")[: len(package.split(".")) + 1 - level] if level else []
            source = ".".join([*parents, *([module] if module else [])])
            # `from core import run` imports core.run: each name could be a module
            return [f"{source}.{alias.name}" for alias in names]
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            called = getattr(function, "id", getattr(function, "attr", ""))
            return [name] if called in {"import_module", "__import__"} else []
    return []


def _is_for_type_checkers(node: ast.AST) -> bool:
    """Whether this is `if TYPE_CHECKING:`, whose body never runs."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def violations(root: Path) -> list[str]:
    """What is wrong with the imports below a folder, one line each."""
    found: list[str] = []
    for path in sorted([*root.glob("core/**/*.py"), *root.glob("pages/**/*.py"), root / "app.py"]):
        if not path.exists():
            continue
        parts = path.relative_to(root).with_suffix("").parts
        for item in imports_of(path, ".".join(parts[:-1])):
            rules = _core_rules if parts[0] == "core" else _page_rules
            problems = (*rules(parts, item), *_common_rules(parts, item))
            found += [f"{path.relative_to(root)}:{item.line}: {problem}" for problem in problems]
        if parts[0] == "core" and len(parts) > 1 and _unknown(parts[1]):
            found.append(f"{path.relative_to(root)}: not in the table of this test")
    return found


def _unknown(room: str) -> bool:
    return room not in {*ARROWS, *LEAVES, *EVERYTHING, "__init__"}


def _core_rules(parts: tuple[str, ...], item: Import) -> Iterator[str]:
    room = parts[1]
    if item.is_of("streamlit"):
        yield "core imports streamlit"
    if item.is_of("pages") or item.is_of("app"):
        yield "core imports the dashboard"
    target = _core_room(item)
    if target is None or target in {room, *LEAVES}:
        return
    if room == "__init__":
        # the public names, which are imported when they are first used
        if not item.in_function:
            yield f"core itself imports {target} at its top"
    elif target == "cli" and room != "__main__":
        yield f"{room} imports cli"
    elif room in EVERYTHING or target in ARROWS.get(room, set()):
        return
    elif target not in IN_WORKERS.get(room, set()):
        yield f"{room} imports {target}, against the arrows"
    elif not item.in_function:
        yield f"{room} imports {target} at its top; only its functions may"


def _core_room(item: Import) -> str | None:
    """The room of core that is imported from; None if it is something else."""
    _, *rest = item.name.split(".")
    if not item.is_of("core") or not rest or rest[0].startswith("__"):
        return None
    return rest[0]


def _page_rules(parts: tuple[str, ...], item: Import) -> Iterator[str]:
    if item.is_of("core.cli"):
        yield "the dashboard imports cli"
    # a page may be cut into cards; the main script holds nothing but the router
    shared = item.name == "pages" or item.is_of("pages.shared") or item.is_of("pages.cards")
    routed = parts == ("pages", "main") and item.is_of("pages.router")
    if item.is_of("pages") and not shared and not routed:
        yield "a page is imported; only pages.shared and pages.cards may be"
    if any(map(item.is_of, COMPUTING)) and ".".join(parts) not in GATES:
        yield f"{item.name} computes past the gate (pages.shared.gate)"


def _common_rules(parts: tuple[str, ...], item: Import) -> Iterator[str]:
    if any(map(item.is_of, TORCH)) and not _among(parts, MAY_IMPORT_TORCH):
        if not item.in_function:
            yield "torch is imported at the top"
        elif not _among(parts, MAY_IMPORT_TORCH_IN_FUNCTIONS):
            yield "torch is imported"
    if any(map(item.is_of, ON_FIRST_USE)) and not item.in_function:
        yield f"{item.name} is slow and imported at the top"


def _among(parts: tuple[str, ...], modules: Iterable[str]) -> bool:
    """Whether a file is one of some modules, or lies in one of some packages."""
    name = ".".join(parts)
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def test_every_import_of_the_project_keeps_the_rules():
    assert [] == violations(ROOT)


def past_the_gate(root: Path) -> list[str]:
    """Calls in the dashboard of what takes time, other than of the gate."""
    found = []
    for path in sorted(root.glob("pages/**/*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if ".".join(parts) in GATES:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            asked = ast.unparse(node.func.value)
            if node.func.attr in ASKING and asked != "gate":
                found.append(f"{path.relative_to(root)}:{node.lineno}: {asked}.{node.func.attr}")
    return found


def test_the_dashboard_computes_through_its_gate_alone():
    assert [] == past_the_gate(ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "shared_engine().submit(missing)",
        "def main():\n    engine.submit(missing, permit=None)",
        "request.compute(b'')",
        "training.train(experiment)",
        "reader.ask(partial(first_images, data, 3))",
    ],
)
def test_a_computation_past_the_gate_is_caught(tmp_path, text):
    write(tmp_path, "pages/careless.py", text)
    (found,) = past_the_gate(tmp_path)
    assert found.startswith("pages/careless.py:")


def test_every_arrow_is_used():
    used = {room: set[str | None]() for room in ARROWS}
    for path in ROOT.glob("core/**/*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[1] in used:
            used[parts[1]] |= set(map(_core_room, imports_of(path, ".".join(parts[:-1]))))
    assert {} == {room: left for room, to in ARROWS.items() if (left := to - used[room])}


def test_the_arrows_run_one_way():
    order = list(ARROWS)
    back = [(a, b) for a, to in ARROWS.items() for b in to if order.index(b) >= order.index(a)]
    assert [] == back


def test_the_checker_sees_the_imports_of_the_project():
    names = {item.name for item in imports_of(ROOT / "core" / "training.py", "core")}
    assert {"torch", "core.config.Experiment", "core.run.Run"} <= names


# every rule, broken once: file, its text, what the checker says
BROKEN = {
    "arrow": ("core/catalog.py", "import core.config", "catalog imports config, against"),
    "arrow, inherited": (
        "core/training.py",
        "from core.catalog import POOLINGS",
        "training imports catalog, against",
    ),
    "arrow, from": ("core/config.py", "from core.run import Run", "config imports run, against"),
    "arrow, module": ("core/run.py", "from core import store", "run imports store, against"),
    "arrow, relative": ("core/config.py", "from .run import Run", "config imports run, against"),
    "arrow, package": (
        "core/store/rows.py",
        "from ..engine import Engine",
        "store imports engine, against",
    ),
    "arrow, in a function": (
        "core/config.py",
        "def f():\n    from core.run import Run",
        "config imports run, against",
    ),
    "arrow, for types": (
        "core/config.py",
        "if TYPE_CHECKING:\n    from core.run import Run",
        "config imports run, against",
    ),
    "arrow, by name": (
        "core/config.py",
        "import_module('core.run')",
        "config imports run, against",
    ),
    "leaf": ("core/errors.py", "from core.config import ALL", "errors imports config, against"),
    "new module": ("core/helpers.py", "", "not in the table"),
    "core itself": (
        "core/__init__.py",
        "from core.run import Run",
        "core itself imports run at its top",
    ),
    "cli": ("core/figures.py", "from core.cli import main", "figures imports cli"),
    "worker": (
        "core/engine.py",
        "from core.training import train",
        "engine imports training at its top",
    ),
    "streamlit": ("core/figures.py", "import streamlit as st", "core imports streamlit"),
    "streamlit, in a function": (
        "core/cli.py",
        "def f():\n    from streamlit.web import cli",
        "core imports streamlit",
    ),
    "dashboard": ("core/cli.py", "import pages.shared.cached", "core imports the dashboard"),
    "page": ("pages/home.py", "from pages import cost", "a page is imported"),
    "page, relative": ("pages/home.py", "from . import cost", "a page is imported"),
    "router": ("pages/router.py", "import pages.home", "a page is imported"),
    "page and cli": ("pages/train.py", "import core.cli", "the dashboard imports cli"),
    "past the gate": (
        "pages/cost.py",
        "from core.engine import compute",
        "core.engine.compute computes past the gate",
    ),
    "past the gate, in a card": (
        "pages/cards/answers.py",
        "def f():\n    from core.analyses.trained import Network",
        "core.analyses.trained.Network computes past the gate",
    ),
    "past the gate, by a permit of its own": (
        "pages/shared/jobs.py",
        "from core.engine import Permit",
        "core.engine.Permit computes past the gate",
    ),
    "torch": (
        "core/network/description.py",
        "from torch import nn",
        "torch is imported at the top",
    ),
    "torch, in a function": (
        "core/figures.py",
        "def f():\n    import torch",
        "torch is imported",
    ),
    "torch, by a friend": (
        "core/store.py",
        "from safetensors.torch import load",
        "torch is imported at the top",
    ),
    "torch, in a worker's module": (
        "core/engine.py",
        "import torch",
        "torch is imported at the top",
    ),
    "torch, in a page": (
        "pages/features.py",
        "def f():\n    import torchvision",
        "torch is imported",
    ),
    "torch, in the application": ("app.py", "import torch", "torch is imported at the top"),
    "scikit-learn": ("core/data.py", "import sklearn.datasets", "sklearn.datasets is slow"),
    "scipy": ("core/comparison/statistics.py", "from scipy import stats", "scipy.stats is slow"),
    "distributed": (
        "core/engine.py",
        "from distributed import Client",
        "distributed.Client is slow",
    ),
    "captum": (
        "core/analyses/trained.py",
        "try:\n    import captum\nfinally:\n    pass",
        "captum is slow",
    ),
}


@pytest.mark.parametrize(("path", "text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_the_checker_catches(tmp_path, path, text, expected):
    write(tmp_path, path, text)
    (found,) = violations(tmp_path)
    assert found.startswith(path)
    assert expected in found


KEPT = {
    "along an arrow": ("core/config.py", "from core.catalog import POOLINGS"),
    "within a package": ("core/store/rows.py", "from core.store.schema import VERSION"),
    "a leaf": ("core/catalog.py", "from core import errors, settings"),
    "core itself": ("core/training.py", "import core"),
    "cli": ("core/cli/train.py", "from core.training import train"),
    "worker": (
        "core/engine.py",
        "def f():\n    import torch, distributed\n    from core.training import train",
    ),
    "scipy": ("core/comparison/statistics.py", "def f():\n    from scipy import stats"),
    "torch": ("core/analyses/shift.py", "import torch"),
    "shared": ("pages/home.py", "from pages.shared.controls import comparison"),
    "page": ("pages/home.py", "import streamlit as st\nfrom core.engine import Job"),
    "gate": ("pages/shared/gate.py", "from core.hosting.gate import Gate"),
}


@pytest.mark.parametrize(("path", "text"), KEPT.values(), ids=KEPT.keys())
def test_the_checker_lets_pass(tmp_path, path, text):
    write(tmp_path, path, text)
    assert [] == violations(tmp_path)


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


HEAVY = ("torch", "sklearn", "distributed", "scipy.stats")


def heavy_after_importing(modules: Iterable[str], root: Path) -> dict[str, list[str]]:
    """Module -> the slow packages that an interpreter has loaded after it and those before it."""
    program = f"""
import importlib, sys
loaded = {{}}
for module in {list(modules)}:
    importlib.import_module(module)
    loaded[module] = [name for name in {HEAVY} if name in sys.modules]
print(loaded)
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    return ast.literal_eval(result.stdout)


LIGHT = ("config", "network", "data", "store", "comparison", "analyses", "claims", "figures", "cli")


def test_importing_loads_no_slow_package():
    modules = [f"core.{name}" for name in LIGHT]
    assert {module: [] for module in modules} == heavy_after_importing(modules, ROOT)


def test_a_slow_package_that_is_loaded_would_be_seen(tmp_path):
    write(tmp_path, "torch/__init__.py", "")
    write(tmp_path, "innocent.py", "import torch")
    assert {"innocent": ["torch"]} == heavy_after_importing(["innocent"], tmp_path)
