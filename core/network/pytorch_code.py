"""A network as plain PyTorch: one file that runs without Poolscope.

Operators and heads are the project's own classes, copied from their source files with everything
they need, so that the exported code cannot differ from the code that was trained. The files are
read instead of imported, so that no page has to load torch.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from core.catalog import DropoutKind, Head, Padding, Pooling
from core.config import Experiment
from core.network import Layer, LayerKind, describe
from core.network.layers import margins_name

ROOT = Path(__file__).resolve().parents[2]

REMARK = re.compile(r"  # (noqa|type: ignore)[^\n]*")
"""comments for this project's linter and type checker, which are left out"""

HEADS_FILE = "core.network.heads"
BRANCHES_FILE = "core.network.branches"
OPERATOR_FILES = tuple(
    f"core.network.pooling.{path.stem}"
    for path in sorted((ROOT / "core" / "network" / "pooling").glob("[!_]*.py"))
)

# operators and heads that PyTorch provides
PLAIN_POOLS = {Pooling.MAX: "nn.MaxPool2d", Pooling.AVERAGE: "nn.AvgPool2d"}
PLAIN_HEADS = {Head.FLATTEN: "nn.Flatten()", Head.FLATTEN_MATCHED: "nn.Flatten()"}


@dataclass(slots=True)
class _Collected:
    """The definitions to copy, each after those it depends on, and the imports of all."""

    imports: set[str] = field(default_factory=set)
    definitions: dict[tuple[str, str], str] = field(default_factory=dict)


def torch_code(experiment: Experiment) -> str:
    """Python code that builds a network, with the parameter names of its stored weights.

    Args:
        experiment: the experiment with the network; the code can load the weights written by
            `export --format safetensors`.

    Raises:
        ConfigError: the network cannot be built.
    """
    layers = describe(experiment).layers
    collected = _Collected(
        {"from collections import OrderedDict", "import torch", "from torch import nn"}
    )
    body = "\n".join(_parts(layers, experiment, collected))
    flat = experiment.to_flat()
    what = ", ".join(
        f"{name} {flat[name]}" for name in ("pooling", "head", "widths", "body", "depth", "dataset")
    )
    shape = ", ".join(map(str, experiment.input_shape))
    build = (
        f"def network() -> nn.Sequential:\n"
        f'    """Build the network: (N, {shape}) to logits (N, {experiment.classes})."""\n'
        f"    return nn.Sequential(\n        OrderedDict(\n            [\n{body}\n"
        f"            ]\n        )\n    )"
    )
    show = (
        'if __name__ == "__main__":\n'
        "    model = network().eval()\n"
        f"    print(model(torch.zeros(1, {shape})).shape)"
    )
    sections = [
        _docstring(f"A small CNN, written by Poolscope: {what}."),
        "\n".join(sorted(collected.imports)),
        *collected.definitions.values(),
        build,
        show,
    ]
    return "\n\n\n".join(sections) + "\n"


def _docstring(text: str) -> str:
    """Text as a docstring, escaped so that its contents cannot end the docstring."""
    quoted = text.replace("\\", r"\\").replace('"', r"\"")
    # `ascii` writes unprintable characters as escapes
    visible = (letter if letter.isprintable() else ascii(letter)[1:-1] for letter in quoted)
    return f'"""{"".join(visible)}"""'


def _parts(
    layers: tuple[Layer, ...], experiment: Experiment, collected: _Collected
) -> Iterator[str]:
    """Yield the lines of the parts of the network, each part an entry of the outer list."""
    for part, members in groupby(layers, key=lambda layer: layer.name.split(".")[0]):
        lines, reads = [], {}
        for layer in members:
            modules = list(_modules(layer, experiment, collected))
            lines += [f'                    ("{name}", {code}),' for name, code in modules]
            if layer.reads:
                reads[modules[0][0]] = layer.reads_within
        if reads:
            _collect(BRANCHES_FILE, "Branches", collected)
        cls = "Branches" if reads else "nn.Sequential"
        others = f", {reads}".replace("'", '"') if reads else ""
        yield f'                ("{part}", {cls}(OrderedDict(['
        yield from lines
        yield f"                ]){others})),"


def _modules(
    layer: Layer, experiment: Experiment, collected: _Collected
) -> Iterator[tuple[str, str]]:
    """Yield name and code of the modules of a layer, as `core.network.build` builds them."""
    name, model = layer.name.split(".")[1], experiment.model
    match layer.kind:
        case LayerKind.CONVOLUTION:
            yield from _convolution(layer, name, model.padding, collected)
        case LayerKind.NORM:
            yield name, f"nn.BatchNorm2d({layer.inputs[0]})"
        case LayerKind.ACTIVATION:
            yield name, "nn.ReLU()"
        case LayerKind.POOL:
            yield name, _pool(layer, experiment, collected)
        case LayerKind.DROPOUT:
            whole = model.dropout_kind is DropoutKind.CHANNEL and len(layer.inputs) > 1
            yield name, f"nn.Dropout{'2d' if whole else ''}({model.dropout_rate!r})"
        case LayerKind.HEAD:
            yield name, PLAIN_HEADS.get(model.head) or _head(layer, model.head, collected)
        case LayerKind.DENSE:
            yield name, f"nn.Linear({layer.inputs[0]}, {layer.shape[0]})"
        case LayerKind.IDENTITY:
            yield name, _margins(layer, model.padding, collected)
        case LayerKind.ADDITION:
            _collect(BRANCHES_FILE, "Addition", collected)
            yield name, "Addition()"


def _convolution(
    layer: Layer, name: str, padding: Padding, collected: _Collected
) -> Iterator[tuple[str, str]]:
    window = layer.window
    if window is None:
        raise ValueError(f"{layer.name}: a convolution needs a window")
    even = window.before == window.after >= 0
    options = [f"{layer.inputs[0]}, {layer.shape[0]}, {window.size}"]
    if window.stride != 1:
        options.append(f"stride={window.stride}")
    if even and window.before:
        options.append(f"padding={window.before}")
    if padding is Padding.CIRCULAR and window.size > 1:
        options.append('padding_mode="circular"')
    if not even:
        yield margins_name(name), _margins(layer, padding, collected)
    yield name, f"nn.Conv2d({', '.join(options)})"


def _margins(layer: Layer, padding: Padding, collected: _Collected) -> str:
    _collect("core.network.pooling.margins", "make_margins", collected)
    before, after = layer.margins
    return f"make_margins({before}, {after}, Padding.{padding.name})"


def _pool(layer: Layer, experiment: Experiment, collected: _Collected) -> str:
    model = experiment.model
    if plain := PLAIN_POOLS.get(model.pooling):
        return f"{plain}({model.pool_size}, {model.pool_stride})"
    file, cls = _operators()[model.pooling]
    _collect(file, cls, collected)
    # with valid padding, a pool that needs margins gets zeros, as in the network that was trained
    mode = Padding.ZEROS if model.padding is Padding.VALID else model.padding
    _collect("core.catalog.names", "Padding", collected)
    return f"{cls}({layer.inputs[0]}, {model.pool_size}, {model.pool_stride}, Padding.{mode.name})"


def _head(layer: Layer, head: Head, collected: _Collected) -> str:
    """Code that makes a head; its class is read from the table at the end of the heads' file."""
    for node in ast.walk(_tree(HEADS_FILE)):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Attribute) and key.attr == head.name:
                    cls = ast.unparse(value)
                    _collect(HEADS_FILE, cls, collected)
                    return f"{cls}({layer.inputs[0]})"
    raise ValueError(f"{head}: has no class in {HEADS_FILE}")


@lru_cache(maxsize=1)
def _operators() -> dict[Pooling, tuple[str, str]]:
    """Strategy -> file and class, read from the decorators `@operator(Pooling.NAME)`."""
    operators = {}
    for file in OPERATOR_FILES:
        for node in _tree(file).body:
            if isinstance(node, ast.ClassDef):
                for decorator in filter(_is_entry, node.decorator_list):
                    name = ast.unparse(decorator).removesuffix(")").rpartition(".")[2]
                    operators[Pooling[name]] = (file, node.name)
    return operators


def _is_entry(decorator: ast.expr) -> bool:
    """Whether a decorator registers a class in Poolscope's table, which the copy lacks."""
    return ast.unparse(decorator).startswith("operator(")


def _collect(module: str, name: str, collected: _Collected) -> None:
    """Collect a definition and all that it uses; names from other packages stay imports."""
    if (module, name) in collected.definitions:
        return
    node = _defined(module).get(name)
    if node is None:
        source, line = _imported(module)[name]
        if source.split(".")[0] == "core":
            _collect(source, name, collected)
        else:
            collected.imports.add(line)
        return
    decorators = [d for d in getattr(node, "decorator_list", []) if not _is_entry(d)]
    known = {*_defined(module), *_imported(module)}
    entered = {n for d in getattr(node, "decorator_list", []) if _is_entry(d) for n in _names(d)}
    for used in sorted(
        (_names(node) - entered | {n for d in decorators for n in _names(d)}) & known
    ):
        if used != name:
            _collect(module, used, collected)
    text = REMARK.sub("", ast.get_source_segment(_text(module), node) or "")
    head = "".join(f"@{ast.unparse(decorator)}\n" for decorator in decorators)
    collected.definitions[module, name] = head + text


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


@lru_cache
def _text(module: str) -> str:
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return file.read_text(encoding="utf-8")


@lru_cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_text(module))


@lru_cache
def _defined(module: str) -> dict[str, ast.stmt]:
    """Name -> its definition at the top of a module."""
    definitions: dict[str, ast.stmt] = {}
    for node in _tree(module).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                definitions[node.name] = node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                definitions[name] = node
    return definitions


@lru_cache
def _imported(module: str) -> dict[str, tuple[str, str]]:
    """Name -> the module that it comes from, and the line that imports it."""
    imports = {}
    for node in _tree(module).body:
        if isinstance(node, ast.Import):
            for item in node.names:
                line = f"import {item.name}" + (f" as {item.asname}" if item.asname else "")
                imports[item.asname or item.name.split(".")[0]] = (item.name, line)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for item in node.names:
                imports[item.name] = (node.module, f"from {node.module} import {item.name}")
    return imports
