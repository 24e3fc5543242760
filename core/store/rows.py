"""How does a run become rows, and rows a run?

Every function takes an open connection. Weights are believed only if their hash is right and
they have the form of safetensors, which holds numbers and can run no code.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import lru_cache
from sqlite3 import Connection, Row
from typing import TypeVar

import safetensors

from core.config import Experiment
from core.errors import ConfigError
from core.run import Epoch, Machine, Run, RunSummary, Source, Status

J = TypeVar("J")

_INSERT_RUN = """
    INSERT INTO runs VALUES (
        :key, :flat, :canonical, :fingerprint, :status, :seed,
        :train_accuracy, :validation_accuracy, :test_accuracy, :parameters, :macs, :seconds,
        :epochs, :versions, :device, :capability, :created
    )
"""
_INSERT_EPOCH = """
    INSERT INTO epochs VALUES (
        :key, :number, :train_loss, :train_accuracy, :validation_loss, :validation_accuracy,
        :seconds
    )
"""
# any number of keys is one parameter: a JSON list
_DELETE = "DELETE FROM runs WHERE key IN (SELECT value FROM json_each(?))"
_CONFIGURATIONS = "SELECT key, flat FROM runs WHERE key IN (SELECT value FROM json_each(?))"
_RUNS = """
    SELECT key, flat, status, test_accuracy, parameters, macs, seconds, epochs, versions, device,
        capability, created
    FROM runs WHERE key IN (SELECT value FROM json_each(?))
"""
_EPOCHS = """
    SELECT key, number, train_loss, train_accuracy, validation_loss, validation_accuracy, seconds
    FROM epochs WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key, number
"""
_SUMMARIES = """
    SELECT flat, key, status, seed, train_accuracy, validation_accuracy, test_accuracy,
        parameters, macs, seconds, device, capability, created
    FROM runs
"""
_INCOMPLETE = """
    SELECT key FROM runs WHERE
        epochs <> (SELECT count(*) FROM epochs WHERE epochs.key = runs.key)
        OR NOT EXISTS (SELECT 1 FROM predictions WHERE predictions.key = runs.key)
        OR NOT EXISTS (SELECT 1 FROM weights WHERE weights.key = runs.key)
"""
# damage can have turned bytes into text, hence the casts
_PREDICTIONS = "SELECT CAST(content AS BLOB) AS content FROM predictions WHERE key = ?"
_WEIGHTS = "SELECT sha256, CAST(content AS BLOB) AS content FROM weights WHERE key = ?"
_WITH_WEIGHTS = """
    SELECT key FROM weights
    WHERE length(content) > 0 AND key IN (SELECT value FROM json_each(?))
"""
_ANALYSIS = """
    SELECT CAST(content AS BLOB) FROM analyses WHERE key = ? AND kind = ? AND settings = ?
"""
_ANALYSES = """
    SELECT key, kind, settings, CAST(content AS BLOB) AS content, created FROM analyses
"""
_SET_ASIDE = """
    INSERT INTO quarantine (key, reason, flat, sha256, content, created)
    SELECT runs.key, :reason, flat, sha256, content, :now
    FROM runs LEFT JOIN weights ON weights.key = runs.key WHERE runs.key = :key
"""


AnalysisRow = tuple[str, str, str, bytes, str]
"""key of the run, kind, settings, content, time"""


class DamagedError(Exception):
    """What is stored of a run is not what was put there; the text is the reason."""


def insert(connection: Connection, run: Run) -> None:
    """Write every row of a run."""
    experiment, machine = run.experiment, run.machine
    row = {
        "key": run.key,
        "flat": json.dumps(experiment.to_flat()),
        "canonical": experiment.canonical_json,
        "fingerprint": experiment.data.entry.fingerprint,
        "status": str(run.status),
        "seed": experiment.seed,
        "train_accuracy": run.train_accuracy,
        "validation_accuracy": run.validation_accuracy,
        "test_accuracy": run.test_accuracy,
        "parameters": run.parameters,
        "macs": run.macs,
        "seconds": run.seconds,
        "epochs": len(run.epochs),
        "versions": json.dumps(dict(machine.versions)),
        "device": machine.device,
        "capability": machine.capability,
        "created": run.created,
    }
    connection.execute(_INSERT_RUN, row)
    connection.executemany(
        _INSERT_EPOCH, [{"key": run.key, **asdict(epoch)} for epoch in run.epochs]
    )
    connection.execute(
        "INSERT INTO predictions VALUES (?, ?)", (run.key, zlib.compress(run.predictions))
    )
    connection.execute(
        "INSERT INTO weights VALUES (?, ?, ?)", (run.key, _sha256(run.weights), run.weights)
    )


def remove(connection: Connection, keys: Iterable[str]) -> int:
    """Delete runs with all that belongs to them; the number that were there."""
    return connection.execute(_DELETE, _chosen(keys)).rowcount


def stored(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these keys have a row, readable or not."""
    return {key for key, _ in connection.execute(_CONFIGURATIONS, _chosen(keys))}


def present(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these keys have a run that `runs` would give."""
    rows = connection.execute(_CONFIGURATIONS, _chosen(keys))
    return {key for key, flat in rows if _experiment(key, flat)}


def with_weights(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these keys have weights, whole or damaged."""
    return {key for (key,) in connection.execute(_WITH_WEIGHTS, _chosen(keys))}


def runs(connection: Connection, keys: Iterable[str]) -> dict[str, Run]:
    """Runs with their epochs, without predictions and weights.

    Rows of an older code version are left out: their experiment has another key by now.

    Raises:
        DamagedError: a row says what no run can be.
    """
    chosen = _chosen(keys)
    epochs: dict[str, list[Epoch]] = {}
    for row in connection.execute(_EPOCHS, chosen):
        figures = dict(row)
        epochs.setdefault(figures.pop("key"), []).append(Epoch(**figures))
    rows = connection.execute(_RUNS, chosen)
    found = {row["key"]: _run(row, tuple(epochs.get(row["key"], ()))) for row in rows}
    return {key: run for key, run in found.items() if run is not None}


def summaries(connection: Connection, source: Source) -> Iterator[RunSummary]:
    """Every row of `runs`, whatever its code version, in no order.

    Raises:
        DamagedError: a row says what no run can be.
    """
    rows = [tuple(row) for row in connection.execute(_SUMMARIES)]
    # as one text they are parsed a third faster, and equal names share their memory
    configs = _json(f"[{','.join(row[0] for row in rows)}]", list)
    for (
        _, key, status, seed, train, validation, test, parameters, macs, seconds, device,
        capability, created,
    ), config in zip(rows, configs, strict=True):  # fmt: skip
        yield RunSummary(
            key=key,
            config=config,
            status=_status(status),
            seed=seed,
            train_accuracy=train,
            validation_accuracy=validation,
            test_accuracy=test,
            parameters=parameters,
            macs=macs,
            seconds=seconds,
            device=device,
            capability=capability,
            created=created,
            source=source,
        )


def predictions(connection: Connection, key: str) -> bytes | None:
    """The class given to each test image, one byte each; None without such a run.

    Raises:
        DamagedError: the bytes cannot be decompressed.
    """
    row = connection.execute(_PREDICTIONS, (key,)).fetchone()
    if row is None:
        return None
    try:
        return zlib.decompress(row[0])
    except zlib.error as error:
        raise DamagedError(f"its predictions cannot be decompressed ({error})") from error


def weights(connection: Connection, key: str) -> bytes | None:
    """Safetensors bytes, empty if they were not kept; None without such a run.

    Raises:
        DamagedError: the hash is wrong, or these are no safetensors.
    """
    row = connection.execute(_WEIGHTS, (key,)).fetchone()
    if row is None:
        return None
    sha256, content = row
    if _sha256(content) != sha256:
        raise DamagedError("the SHA-256 of its weights is not the recorded one")
    check_weights(content)
    return bytes(content)


def check_weights(content: bytes) -> None:
    """Refuse bytes that are neither empty nor safetensors.

    Raises:
        DamagedError: they are neither.
    """
    try:
        if content:
            safetensors.deserialize(content)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError as error:
        raise DamagedError(f"its weights are no safetensors ({error})") from error


def analysis(connection: Connection, key: str, kind: str, settings: str) -> bytes | None:
    """What a worker computed about a run; None if it did not."""
    row = connection.execute(_ANALYSIS, (key, kind, settings)).fetchone()
    return None if row is None else bytes(row[0])


def analyses(connection: Connection) -> list[AnalysisRow]:
    """Everything that workers computed: key, kind, settings, content, time."""
    return [tuple(row) for row in connection.execute(_ANALYSES)]


def put_analysis(connection: Connection, row: AnalysisRow) -> None:
    """Keep what a worker computed: key, kind, settings, content, time; newer replaces older."""
    connection.execute("INSERT OR REPLACE INTO analyses VALUES (?, ?, ?, ?, ?)", row)


def delete_analysis(connection: Connection, place: tuple[str, str, str]) -> None:
    """Forget what a worker computed: key, kind, settings."""
    connection.execute("DELETE FROM analyses WHERE key = ? AND kind = ? AND settings = ?", place)


def incomplete(connection: Connection) -> set[str]:
    """Keys of runs without all their epochs, their predictions or their weights."""
    return {key for (key,) in connection.execute(_INCOMPLETE)}


def set_aside(connection: Connection, key: str, reason: str, now: str) -> None:
    """Move the weights of a run to the quarantine and remove the run."""
    connection.execute(_SET_ASIDE, {"key": key, "reason": reason, "now": now})
    remove(connection, [key])


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _chosen(keys: Iterable[str]) -> tuple[str]:
    return (json.dumps(list(keys)),)


def _experiment(key: str, flat: str) -> Experiment | None:
    """The experiment of a row; None if it has another key than the row says."""
    experiment = _from_flat(flat)
    return experiment if experiment is not None and experiment.key == key else None


@lru_cache(maxsize=4096)
def _from_flat(flat: str) -> Experiment | None:
    """Validation takes longer than reading the row, and pages ask for the same rows often."""
    try:
        return Experiment.from_flat(_json(flat, dict))
    except (ConfigError, DamagedError):
        return None


def _run(row: Row, epochs: tuple[Epoch, ...]) -> Run | None:
    experiment = _experiment(row["key"], row["flat"])
    if experiment is None:
        return None
    status = _status(row["status"])
    if len(epochs) != row["epochs"] or (status is Status.DONE and not epochs):
        raise DamagedError(f"it has {len(epochs)} of its {row['epochs']} epochs")
    # SQLite keeps whatever kind of value it is given
    figures = (row[name] for name in ("test_accuracy", "parameters", "macs", "seconds"))
    if not all(value is None or isinstance(value, int | float) for value in figures):
        raise DamagedError("its figures are no numbers")
    return Run(
        experiment=experiment,
        status=status,
        epochs=epochs,
        test_accuracy=row["test_accuracy"],
        parameters=row["parameters"],
        macs=row["macs"],
        seconds=row["seconds"],
        machine=Machine(
            device=row["device"],
            capability=row["capability"],
            versions=_json(row["versions"], dict),
        ),
        created=row["created"],
    )


def _json(text: str, kind: type[J]) -> J:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise DamagedError(f"its configuration is no JSON ({error})") from error
    if not isinstance(content, kind):
        raise DamagedError(f"its configuration is no JSON {kind.__name__}")
    return content


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError as error:
        raise DamagedError(f"its status is {text!r}") from error
