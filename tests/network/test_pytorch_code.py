"""Does the copied PyTorch code run by itself, and give what the trained network gives?"""

import json
import random
import re
import subprocess
import sys

import pytest
import torch

from core.catalog import (
    HEADS,
    POOLINGS,
    Body,
    DropoutKind,
    DropoutPosition,
    Norm,
    Padding,
    PoolOrder,
)
from core.config import Experiment
from core.errors import ConfigError
from core.network.build import build_model
from core.network.pytorch_code import torch_code

COUNT = 90
LIMIT = 1e-6

# torch alone: no file of this project can be imported there
CHECK = """
import json, runpy, sys
import torch

for line in open(sys.argv[1]):
    case = json.loads(line)
    torch.manual_seed(0)
    model = runpy.run_path(case["code"])["network"]().eval()
    model.load_state_dict(torch.load(case["weights"]))
    x, expected = torch.load(case["data"])
    with torch.no_grad():
        print(float((model(x) - expected).abs().max()))
assert not any(name.split(".")[0] in ("core", "poolscope") for name in sys.modules)
"""


def _drawn(source):
    """A network drawn over the whole flat table."""
    while True:
        flat = {
            "dataset": source.choice(["digits", "shapes", "cifar10"]),
            "widths": source.choice(["4", "4,6", "4,6,8"]),
            "body": source.choice(list(Body)),
            "depth": source.choice([1, 1, 2, 3]),
            "pooling": source.choice(list(POOLINGS)),
            "pool_size": source.choice([2, 3]),
            "pool_stride": source.choice([1, 2]),
            "pool_order": source.choice(list(PoolOrder)),
            "padding": source.choice(list(Padding)),
            "norm": source.choice(list(Norm)),
            "head": source.choice(list(HEADS)),
            "hidden": source.choice([0, 7]),
            "dropout": source.choice(list(DropoutPosition)),
            "dropout_kind": source.choice(list(DropoutKind)),
        }
        try:
            experiment = Experiment.from_flat(flat)
            torch_code(experiment)
        except ConfigError:
            continue
        return experiment


def test_the_code_of_many_networks_runs_with_torch_alone_and_agrees(tmp_path):
    source = random.Random(0)  # noqa: S311
    experiments = [_drawn(source) for _ in range(COUNT - len(POOLINGS))]
    experiments += [Experiment.from_flat({"pooling": name, "head": "gap"}) for name in POOLINGS]
    lines = []
    for number, experiment in enumerate(experiments):
        code, weights, data = (tmp_path / f"{number}.{kind}" for kind in ("py", "pt", "data"))
        code.write_text(torch_code(experiment))
        model = build_model(experiment.model, experiment.input_shape, experiment.classes, number)
        torch.save(model.state_dict(), weights)
        x = torch.rand(3, *experiment.input_shape, generator=torch.manual_seed(number))
        torch.manual_seed(0)
        with torch.no_grad():
            torch.save((x, model.eval()(x)), data)
        lines.append(json.dumps({"code": str(code), "weights": str(weights), "data": str(data)}))
    (tmp_path / "cases").write_text("\n".join(lines))
    (tmp_path / "check.py").write_text(CHECK)
    answer = subprocess.run(
        [sys.executable, "-I", tmp_path / "check.py", tmp_path / "cases"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert "" == answer.stderr
    differences = [float(line) for line in answer.stdout.split()]
    assert COUNT == len(differences)
    assert max(differences) <= LIMIT


@pytest.mark.parametrize("pooling", POOLINGS)
def test_nothing_of_the_project_is_named_in_the_code(pooling):
    code = torch_code(Experiment.from_flat({"pooling": pooling, "head": "spp"}))
    assert not re.search(r"\bcore\.", code)
    assert "operator(" not in code
    compile(code, "network.py", "exec")


def test_what_pytorch_has_itself_is_called_by_its_name_there():
    code = torch_code(Experiment.from_flat({"pooling": "max", "head": "flatten"}))
    assert "nn.MaxPool2d(2, 2)" in code
    assert "nn.Flatten()" in code
    assert "class " not in code


def _built(experiment):
    """The network of the copied code, with the weights of the trained one."""
    namespace = {"__name__": "copied"}
    exec(compile(torch_code(experiment), "network.py", "exec"), namespace)  # noqa: S102
    model = namespace["network"]().eval()
    ours = build_model(experiment.model, experiment.input_shape, experiment.classes, seed=1)
    model.load_state_dict(ours.state_dict())
    return model, ours.eval()


NETWORKS = [
    *({"pooling": pooling} for pooling in POOLINGS),
    *({"pooling": "max", "head": head} for head in HEADS if head != "gap"),
    {"pooling": "fractional-max", "head": "flatten", "pool_size": 3},
    *({"pooling": pooling, "body": "residual"} for pooling in POOLINGS),
    {"pooling": "strided", "body": "residual", "depth": 2, "norm": "batch"},
    {"pooling": "strided", "body": "residual", "padding": "valid", "widths": "4"},
    {"pooling": "strided", "depth": 4, "norm": "batch"},
]


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:`torch.jit:FutureWarning")
@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize("flat", NETWORKS, ids=lambda flat: " ".join(map(str, flat.values())))
def test_the_code_can_be_traced_and_exported_with_any_batch(flat):
    model, ours = _built(Experiment.from_flat({"dataset": "shapes", "widths": "4,4", **flat}))
    x = torch.rand(7, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = ours(x)
        assert torch.equal(expected, model(x))
        traced = torch.jit.trace(model, x[:2], check_trace=False)
        batch = torch.export.Dim("batch", min=1, max=64)
        exported = torch.export.export(model, (x[:2],), dynamic_shapes=({0: batch},)).module()
        for size in (1, 5, 7):
            # a batch of another size may be summed in another order
            assert torch.allclose(expected[:size], traced(x[:size]), atol=1e-5)
            assert torch.allclose(expected[:size], exported(x[:size]), atol=1e-5)


@pytest.mark.parametrize("rate", [1 / 3, 0.1 + 0.2, 0.123456789, 0.5])
def test_a_rate_is_written_with_all_of_its_digits(rate):
    experiment = Experiment.from_flat({"dropout": "head", "dropout_rate": rate})
    model, _ = _built(experiment)
    assert [rate] == [part.p for part in model.modules() if isinstance(part, torch.nn.Dropout)]
