"""Settings of this process, read from environment variables: folders, workers, limits.

Every variable starts with `POOLSCOPE_`. A leaf of the import graph: any module may import it.
"""

import os
from enum import StrEnum
from functools import lru_cache
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import ConfigError

__version__ = "0.1.0"
"""version of Poolscope; runs record it, and workers must run the same one"""

PREFIX = "POOLSCOPE_"

PROJECT = Path(__file__).resolve().parent.parent
"""the checkout, or the folder of the installed package"""

RECIPE_GRIDS = PROJECT / "assets" / "gallery" / "recipes"
"""a grid file of bundled recipes for each data set that has some"""

INSTALL_TRAINING = "pip install '.[train]'"
"""the command that brings what the light installation leaves out"""


class Mode(StrEnum):
    """How the dashboard is used."""

    LOCAL = "local"
    HOSTED = "hosted"
    TALK = "talk"


def _processors() -> int:
    """Number of cores this process may use; a container may grant fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def recipe_grid(dataset: str) -> Path:
    """The grid file of the recipes that are bundled for a data set; it may not be there."""
    return RECIPE_GRIDS / f"{dataset}.toml"


def recipe_sets() -> list[str]:
    """The data sets for which recipes are bundled."""
    return sorted(file.stem for file in RECIPE_GRIDS.glob("*.toml"))


class Device(StrEnum):
    """The device that networks are trained on; results are deterministic on the CPU only."""

    AUTO = "auto"
    """CUDA or MPS if the worker has one, else the CPU"""
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


class Settings(BaseSettings):
    """Settings of one process.

    Attributes:
        home: folder of the run store and its locks.
        data: root of the torchvision data sets; downloads go there.
        dataset: name of the data set that the dashboard opens with.
        gallery: folder of the bundled runs, or one file of them, read-only; it may be missing.
        workers: number of one-thread training processes.
        scheduler: address of a Dask scheduler to use instead of a local cluster.
        device: device that the workers train on.
        mode: local, hosted or talk.
        talk: script of the talk mode.
        training: whether a hosted dashboard trains at all.
        imports: whether visitors to a hosted dashboard may import runs.
        sessions: maximum number of simultaneous visitors to a hosted dashboard.
        daily_seconds: core seconds that all visitors together may use in 24 hours.
        visitor_seconds: core seconds that one browser may use in 24 hours.
        address_seconds: core seconds that one network address may use in 24 hours.
        run_seconds: core seconds that one computation of a visitor may take.
        run_megabytes: memory that one computation of a visitor may take.
        places: computations of all visitors that may be queued or running.
        visitor_places: computations of one browser or address that may be queued or running.
        absence_seconds: time after which a computation that nobody waits for is ended.
        visitors_megabytes: part of the store that visitors' runs and results may take.
        store_megabytes: largest size of the store of a hosted dashboard.
        checkpoints_megabytes: part of the store that checkpoints may take; the oldest go first.
        weights_kilobytes: larger weights of visitors' runs are not kept.
        memory_megabytes: memory use at which a hosted dashboard admits nobody else.
        proxies: reverse proxies in front of a hosted dashboard: how many, or their addresses.
        address_sessions: maximum number of simultaneous visitors from one network address.
        silent_seconds: time after which a visitor's socket that has asked for no page is closed.
        idle_seconds: time after which a page that nobody uses is closed.
        uploads_megabytes: largest size of all visitors' files together.
        import_megabytes: largest size of a file with runs.
        embed: origins whose pages may show the dashboard in a frame, separated by spaces.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("poolscope")))
    data: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("poolscope")) / "data"
    )
    dataset: str = "fashion"
    gallery: Path = PROJECT / "assets" / "gallery"
    workers: int = Field(default_factory=_processors, ge=1, le=256)
    scheduler: str | None = None
    device: Device = Device.CPU
    mode: Mode = Mode.LOCAL
    talk: Path = PROJECT / "assets" / "talk.toml"
    training: bool = True
    imports: bool = False
    sessions: int = Field(default=100, ge=1)
    daily_seconds: float = Field(default=3600.0, ge=0)
    visitor_seconds: float = Field(default=600.0, ge=0)
    address_seconds: float = Field(default=1200.0, ge=0)
    run_seconds: float = Field(default=120.0, ge=0)
    run_megabytes: int = Field(default=600, ge=1)
    places: int = Field(default=200, ge=1)
    visitor_places: int = Field(default=40, ge=1)
    absence_seconds: float = Field(default=20.0, ge=0)
    visitors_megabytes: float = Field(default=200.0, ge=0)
    store_megabytes: int = Field(default=1000, ge=1)
    checkpoints_megabytes: float = Field(default=200.0, ge=0)
    weights_kilobytes: int = Field(default=400, ge=0)
    memory_megabytes: int = Field(default=2000, ge=100)
    proxies: str = ""
    address_sessions: int = Field(default=40, ge=1)
    silent_seconds: float = Field(default=10.0, gt=0)
    idle_seconds: float = Field(default=1800.0, gt=0)
    uploads_megabytes: int = Field(default=100, ge=1)
    import_megabytes: int = Field(default=25, ge=1)
    embed: str = Field(default="", pattern=r"^[^;,\n\r]*$")

    @field_validator("home", "data")
    @classmethod
    def _is_not_a_file(cls, folder: Path) -> Path:
        """Refuse the path of a file where a folder is needed."""
        if folder.exists() and not folder.is_dir():
            raise ValueError("a folder is needed, and this is a file")
        return folder

    @field_validator("proxies")
    @classmethod
    def _names_proxies(cls, text: str) -> str:
        """Refuse anything but a number or a list of addresses."""
        if not text.isdecimal():
            for address in filter(None, text.split(",")):
                ip_network(address.strip(), strict=False)
        return text

    @property
    def hosted(self) -> bool:
        """Whether strangers use the dashboard."""
        return self.mode is Mode.HOSTED

    @property
    def may_import(self) -> bool:
        """Whether visitors may import files with runs."""
        return self.imports or not self.hosted

    @property
    def most_weights(self) -> int:
        """Maximum size in bytes of the weights that a hosted dashboard keeps with a run."""
        return self.weights_kilobytes * 1000

    @property
    def checkpoint_bytes(self) -> int:
        """Maximum size in bytes of all checkpoints in the store."""
        return int(self.checkpoints_megabytes * 1_000_000)

    @property
    def max_pages(self) -> int | None:
        """Maximum number of pages of the store, 4096 bytes each; None means no limit."""
        return self.store_megabytes * 2**20 // 4096 if self.hosted else None

    @property
    def store(self) -> Path:
        """The file of the run store."""
        return self.home / "runs.db"


@lru_cache(maxsize=1)
def has_torch() -> bool:
    """Whether PyTorch is installed: the extra `train` brings it, and everything else goes without.

    The one place that decides it; nothing is imported.
    """
    return find_spec("torch") is not None


def without_torch(what: str) -> str | None:
    """Why something that PyTorch computes is not to be had, in a sentence; None if it is.

    Args:
        what: its name, the beginning of the sentence.
    """
    if has_torch():
        return None
    if load().hosted:
        return f"{what} needs PyTorch, which this dashboard leaves out; install Poolscope for it"
    return f"{what} needs PyTorch, which this installation leaves out: {INSTALL_TRAINING}"


def load() -> Settings:
    """Read the settings from the environment.

    Raises:
        ConfigError: a variable has a value that is not allowed.
    """
    # cached, because a page asks a hundred times and validation takes milliseconds
    return _load(tuple(map(os.environ.get, _VARIABLES)))


_VARIABLES = tuple(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)


@lru_cache(maxsize=8)
def _load(values: tuple[str | None, ...]) -> Settings:  # noqa: ARG001 (the key)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{name}: {message}; received {str(first['input'])!r}") from None
