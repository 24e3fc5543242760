"""Do description, built network, torchinfo and fvcore agree on any network that may be asked for?

Random configurations over the whole flat table of the model, on odd and even maps. Pools are left
out of the count of multiplications on both sides: fvcore counts the fixed filter of the blurred
pools as a convolution.
"""

from collections import Counter

import pytest
import torch
from fvcore.nn import FlopCountAnalysis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode
from torchinfo import summary

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
from core.config import Experiment, ModelConfig
from core.errors import ConfigError
from core.network import LayerKind, describe_model
from core.network.build import build_model
from core.network.heads import HeadModule

flats = st.fixed_dictionaries(
    {
        "widths": st.lists(st.integers(1, 6), min_size=1, max_size=3).map(
            lambda widths: ",".join(map(str, widths))
        ),
        "body": st.sampled_from(list(Body)),
        "depth": st.sampled_from([1, 1, 2, 3, 4]),
        "pooling": st.sampled_from(list(POOLINGS)),
        "pools": st.one_of(st.just("all"), st.integers(0, 3)),
        "pool_size": st.integers(2, 4),
        "pool_stride": st.integers(1, 4),
        "pool_order": st.sampled_from(list(PoolOrder)),
        "padding": st.sampled_from(list(Padding)),
        "norm": st.sampled_from(list(Norm)),
        "head": st.sampled_from(list(HEADS)),
        "hidden": st.sampled_from([0, 0, 1, 7]),
        "dropout": st.sampled_from(list(DropoutPosition)),
        "dropout_rate": st.sampled_from([0, 0.25, 0.9]),
        "dropout_kind": st.sampled_from(list(DropoutKind)),
    }
)
shapes = st.tuples(st.sampled_from([1, 3]), st.integers(6, 18), st.integers(6, 18))


def _macs(model, shape):
    """Multiplications of convolutions and dense layers outside pools, as fvcore traces them."""
    analysis = FlopCountAnalysis(model, torch.zeros(1, *shape))
    analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
    by_module = analysis.by_module_and_operator()
    # the innermost modules are the ones whose operators are their own
    return sum(
        by_module[name][operator]
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear) and ".pool" not in name
        for operator in ("conv", "linear")
    )


def _torch_macs(model, shape):
    """The same by torch's own counter, which also counts products of matrices within a head."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *shape))
    counts = {name: sum(found.values()) for name, found in counter.get_flop_counts().items()}
    pools = sum(count for name, count in counts.items() if name.endswith(".pool"))
    own = sum(
        counts.get(f"Sequential.{name}", 0)
        - sum(counts.get(f"Sequential.{name}.{part}", 0) for part, _ in module.named_children())
        for name, module in model.named_modules()
        if isinstance(module, HeadModule)
    )
    return (counts["Global"] - pools - own) // 2


def _refusal(flat, shape):
    """Why a network is refused; None if it is not."""
    try:
        describe_model(Experiment.from_flat(flat).model, shape, 10)
    except ConfigError as error:
        return str(error)
    return None


def _compare(config, shape):
    architecture, model = describe_model(config, shape, 10), build_model(config, shape, 10).eval()
    parameters = architecture.totals.parameters
    assert parameters == sum(p.numel() for p in model.parameters())
    assert parameters == summary(model, verbose=0).total_params
    assert [layer.parameters for layer in architecture.layers] == [
        sum(p.numel() for p in model.get_submodule(layer.name).parameters())
        for layer in architecture.layers
    ]
    macs = sum(layer.macs for layer in architecture.layers if layer.kind is not LayerKind.POOL)
    assert macs == _macs(model, shape) == _torch_macs(model, shape)
    assert (1, 10) == model(torch.zeros(1, *shape)).shape


# shapes are constants of a trace, as these warnings say
@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
@pytest.mark.filterwarnings("ignore:`torch.jit.trace:DeprecationWarning")
def test_every_count_agrees_or_the_network_is_refused_with_a_reason():
    seen = Counter()

    # an eighth of a second each: three libraries count
    @settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
    @given(flats, shapes)
    def agree(flat, shape):
        reason = _refusal(flat, shape)
        if reason:
            assert reason.startswith(("pools: the network has", "block"))
        else:
            _compare(Experiment.from_flat(flat).model, shape)
        seen["refused" if reason else "agreed"] += 1

    agree()
    assert seen["agreed"] >= 125
    assert seen["refused"] >= 5


WILD = ["", "x", "-1", "2.5", "nan", "all", "1,2", "max", True, None, -1, 0, 1, 3, 9, 10**9, 0.5]
WILD += [float("nan"), float("inf"), [], [1, 2], {}, b"max"]


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(list(ModelConfig.model_fields)), st.sampled_from(WILD)))
def test_values_of_any_kind_are_taken_or_refused_with_a_reason(flat):
    reason = _refusal(flat, (1, 8, 8))
    assert reason != ""
    assert reason is None or "\n" not in reason


def test_the_convolutions_of_pools_agree_with_fvcore_too():
    for pooling in ("conv", "conv-max", "lip"):
        for size, stride in [(2, 2), (3, 2), (4, 3)]:
            flat = {"pooling": pooling, "pool_size": size, "pool_stride": stride, "widths": "4"}
            config = Experiment.from_flat(flat).model
            layers = describe_model(config, (1, 11, 8), 10).layers
            pool = build_model(config, (1, 11, 8), 10).eval().block1.pool
            layer = next(layer for layer in layers if layer.kind is LayerKind.POOL)
            counted = FlopCountAnalysis(pool, torch.zeros(1, *layer.inputs))
            counted.unsupported_ops_warnings(enabled=False)
            counted.uncalled_modules_warnings(enabled=False)
            assert layer.macs == counted.by_operator()["conv"]
