"""Poolscope's library: train small CNNs that differ in their pooling, and compare them fairly.

    Experiment     one training, described: data, network, hyperparameters and seed
    with_folder    add what a folder of your own images holds to a description
    describe       the layers of its network: shapes, parameters, MACs, receptive field
    make_pooling   one pooling operator, as a torch module
    build_model    a whole network, as a torch module
    swap           one pooling operator in place of all pools of your own network
    train          train an experiment; returns a run
    RunStore       a file of runs
    compare        the paired difference between two arms, from a store

    >>> import core
    >>> average = core.Experiment.from_flat({"pooling": "average"})
    >>> run = core.train(average)
    >>> core.RunStore("runs.db").put(run)

Each name is imported on first use, so `import core` is fast; only `make_pooling`, `build_model`,
`swap` and `train` load torch. Other names of the package may move.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.comparison.compare import compare
    from core.config import Experiment
    from core.network import describe
    from core.network.build import build_model
    from core.network.pooling import make_pooling
    from core.network.swap import swap
    from core.pictures import with_folder
    from core.settings import __version__ as __version__
    from core.store import RunStore
    from core.training import train

__all__ = [
    "Experiment",
    "RunStore",
    "build_model",
    "compare",
    "describe",
    "make_pooling",
    "swap",
    "train",
    "with_folder",
]

_HOMES = {
    "Experiment": "core.config",
    "RunStore": "core.store",
    "__version__": "core.settings",
    "build_model": "core.network.build",
    "compare": "core.comparison.compare",
    "describe": "core.network",
    "make_pooling": "core.network.pooling",
    "swap": "core.network.swap",
    "train": "core.training",
    "with_folder": "core.pictures",
}
"""name -> the module that it is imported from"""

_WITH_TORCH = ("build_model", "make_pooling", "swap", "train")
"""names that only the extra `train` brings"""


def __getattr__(name: str) -> object:
    """Import a public name on first use.

    Raises:
        AttributeError: there is no such name.
        ImportError: it needs PyTorch, which this installation leaves out.
    """
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _WITH_TORCH:
        from core.settings import without_torch

        if reason := without_torch(f"core.{name}"):
            raise ImportError(reason)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The module's names, including public ones that are not imported yet."""
    return sorted({*globals(), *__all__})
