"""How does a run become rows, and rows a run?

Every function takes an open connection. What is read is held against its digest, and has the form
of what a training leaves; weights are in the format safetensors, which holds numbers and can run no
code.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import lru_cache
from math import inf
from sqlite3 import Connection
from typing import Any, Generic, TypeVar

import pydantic_core
import safetensors

from core.config import Experiment
from core.errors import ConfigError
from core.run import Epoch, Run, RunSummary, Source, Status
from core.store import checkpoints
from core.store.checks import read_run
from core.store.digests import (
    COLUMNS,
    DIGESTS,
    NO_DIGEST,
    TEXTS,
    DamagedError,
    analysis_digest,
    check_row,
    digest,
    epochs_digest,
    row_digest,
)
from core.store.fetching import Row, fetched

T = TypeVar("T")

MOST_PREDICTIONS = 16 * 2**20
"""bytes that predictions may unpack to; the largest test set that is known has 26,032 images"""

MOST_TEXT = 2**20
"""bytes of configuration, versions and the other texts of a run; 256 classes have long names"""
MOST_EPOCH_ROWS = 1000
"""as TrainingConfig allows"""
MOST_WEIGHTS = 64 * 2**20
"""bytes of the weights that a run from elsewhere may bring along"""

_NO_DIGESTS = [f"'{NO_DIGEST}' AS {name}" if name in DIGESTS else name for name in COLUMNS]

_STORED = {*COLUMNS, "canonical", "fingerprint"}
_INSERT_RUN = (
    f"INSERT INTO runs ({', '.join(sorted(_STORED))}) "  # noqa: S608
    f"VALUES ({', '.join(f':{name}' for name in sorted(_STORED))})"
)
_INSERT_EPOCH = "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?)"
# any number of keys is one parameter: a JSON list
_AMONG = "WHERE key IN (SELECT value FROM json_each(?))"
_DELETE = f"DELETE FROM runs {_AMONG}"  # noqa: S608
_EPOCHS = f"""
    SELECT key, number, train_loss, train_accuracy, validation_loss, validation_accuracy, seconds
    FROM epochs {_AMONG} ORDER BY key, number
"""  # noqa: S608
_WITH_WEIGHTS = f"SELECT key FROM weights {_AMONG} AND length(content) > 0"  # noqa: S608
# damage can have turned bytes into text, hence the casts
_PREDICTIONS = "SELECT CAST(content AS BLOB) FROM predictions WHERE key = ?"
_WEIGHTS = "SELECT sha256, CAST(content AS BLOB) FROM weights WHERE key = ?"
_TEXT_SIZES = (f"coalesce(length(CAST({name} AS BLOB)), 0)" for name in ("flat", *TEXTS[3:7]))
_SIZES = f"""
    SELECT
        (SELECT {" + ".join(_TEXT_SIZES)} FROM runs WHERE key = :key),
        (SELECT count(*) FROM epochs WHERE key = :key),
        (SELECT length(content) FROM weights WHERE key = :key)
"""  # noqa: S608
_ANALYSES = "SELECT key, kind, settings, CAST(content AS BLOB), created, {} FROM analyses {}"
_PLACE = "WHERE key = ? AND kind = ? AND settings = ?"
_SET_ASIDE = """
    INSERT INTO quarantine (key, reason, flat, sha256, content, created)
    SELECT runs.key, :reason, coalesce(flat, ''), weights.sha256, content, :now
    FROM runs LEFT JOIN weights ON weights.key = runs.key WHERE runs.key = :key
"""

AnalysisRow = tuple[str, str, str, bytes, str]
"""key of the run, kind, settings, content, time"""


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What was read.

    Attributes:
        whole: what is as it was put there.
        damaged: key of a run that is not -> the reason.
    """

    whole: T
    damaged: dict[str, str] = field(default_factory=dict)


def insert(connection: Connection, run: Run) -> None:
    """Write every row of a run."""
    experiment, machine = run.experiment, run.machine
    epochs = [astuple(epoch) for epoch in run.epochs]
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
        "epochs_sha256": epochs_digest(epochs),
        "predictions_sha256": digest(run.predictions),
        "weights_sha256": digest(run.weights),
        "sha256": None,
    }
    row["sha256"] = row_digest([row[name] for name in COLUMNS])
    connection.execute(_INSERT_RUN, row)
    connection.executemany(_INSERT_EPOCH, [(run.key, *epoch) for epoch in epochs])
    connection.execute(
        "INSERT INTO predictions VALUES (?, ?)", (run.key, zlib.compress(run.predictions))
    )
    connection.execute(
        "INSERT INTO weights VALUES (?, ?, ?)", (run.key, row["weights_sha256"], run.weights)
    )
    checkpoints.insert(connection, run.key, run.checkpoints)


def remove(connection: Connection, keys: Iterable[str]) -> int:
    """Delete runs with all that belongs to them; the number that were there."""
    return connection.execute(_DELETE, _chosen(keys)).rowcount


def stored(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these keys have a row, readable or not."""
    rows = connection.execute(f"SELECT key FROM runs {_AMONG}", _chosen(keys))  # noqa: S608
    return {key for (key,) in rows}


def keys(connection: Connection, most: int) -> list[str]:
    """Keys of the first runs, readable or not; what is no text is none."""
    rows = connection.execute("SELECT key FROM runs WHERE typeof(key) = 'text' LIMIT ?", (most,))
    return [key for (key,) in rows]


def known_keys(connection: Connection) -> set[str]:
    """Keys of all runs, and of all that was computed about any."""
    found = connection.execute("SELECT key FROM runs UNION SELECT key FROM analyses")
    return {key for (key,) in found if isinstance(key, str)}


def present(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these keys have a run that `runs` would give, its epochs not read."""
    readable = set()
    for row in _rows(connection, _AMONG, _chosen(keys)):
        try:
            if _experiment_of(row):
                readable.add(row[0])
        except DamagedError:
            continue
    return readable


def with_weights(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these keys have weights, whole or damaged."""
    return {key for (key,) in connection.execute(_WITH_WEIGHTS, _chosen(keys))}


def networks(connection: Connection, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Digests of predictions and weights of the runs that are stored, by key."""
    stored = (
        dict(zip(COLUMNS, row, strict=True)) for row in _rows(connection, _AMONG, _chosen(keys))
    )
    return {row["key"]: (row["predictions_sha256"], row["weights_sha256"]) for row in stored}


def state(connection: Connection, keys: Iterable[str]) -> str:
    """A digest of which of these runs are stored, and of what was computed about them.

    It does not look at the bytes, only at the digests that were stored with them; empty if there
    is nothing.
    """
    recorded = "sha256" if has_digests(connection) else "created"
    columns = {"runs": "key", "analyses": "key, kind, settings"}
    chosen = _chosen(keys)
    stored = [
        row
        for table, names in columns.items()
        for row in fetched(connection, f"SELECT {names}, {recorded} FROM {table} {_AMONG}", chosen)  # noqa: S608
    ]
    return digest("\n".join(sorted(map(repr, stored))).encode()) if stored else ""


def runs(connection: Connection, keys: Iterable[str]) -> Read[dict[str, Run]]:
    """Runs with their epochs, without predictions and weights.

    Rows of an older code version are left out: their experiment has another key by now.
    """
    chosen = _chosen(keys)
    epochs: dict[str, list[Row]] = {}
    for key, *figures in fetched(connection, _EPOCHS, chosen):
        epochs.setdefault(key, []).append(tuple(figures))
    read: Read[dict[str, Run]] = Read({})
    for row in _rows(connection, _AMONG, chosen):
        try:
            experiment = _experiment_of(row)
            if experiment:
                read.whole[row[0]] = _run(row, experiment, epochs.get(row[0], []))
        except DamagedError as damage:
            read.damaged[row[0]] = str(damage)
    return read


def whole(connection: Connection, key: str) -> Run | None:
    """A run with everything, but for damaged checkpoints.

    Raises:
        DamagedError: a part of it is not what was put there.
    """
    read = runs(connection, [key])
    if key in read.damaged:
        raise DamagedError(read.damaged[key])
    run = read.whole.get(key)
    if run is None:
        return None
    return replace(
        run,
        predictions=predictions(connection, key) or b"",
        weights=weights(connection, key) or b"",
        checkpoints=checkpoints.whole(connection, key),
    )


def summaries(connection: Connection, source: Source) -> Read[list[RunSummary]]:
    """Every row of `runs`, whatever its code version, in no order."""
    read: Read[list[RunSummary]] = Read([])
    secured: list[Row] = []
    for row in _rows(connection):
        try:
            check_row(row)
            _check_figures(row)
            secured.append(row)
        except DamagedError as damage:
            read.damaged[str(row[0])] = str(damage)
    for row, config in zip(secured, _configs(secured), strict=True):
        if isinstance(config, dict):
            read.whole.append(_summary(row, config, source))
        else:
            read.damaged[row[0]] = "its configuration is no JSON object"
    return read


def predictions(connection: Connection, key: str) -> bytes | None:
    """The class given to each test image, one byte each; None without such a run.

    Raises:
        DamagedError: they are not what was put there.
    """
    row = _row(connection, key)
    contents = fetched(connection, _PREDICTIONS, (key,))
    if row is None:
        return None
    if not contents:
        raise DamagedError("its predictions are missing")
    content = _unpacked(contents[0][0])
    if row["predictions_sha256"] not in {NO_DIGEST, digest(content)}:
        raise DamagedError("the SHA-256 of its predictions is not the recorded one")
    return content


def predictions_of(connection: Connection, keys: Iterable[str]) -> Read[dict[str, bytes]]:
    """The predictions of several runs, without those that have none."""
    read: Read[dict[str, bytes]] = Read({})
    for key in keys:
        try:
            if content := predictions(connection, key):
                read.whole[key] = content
        except DamagedError as damage:
            read.damaged[key] = str(damage)
    return read


def weights(connection: Connection, key: str) -> bytes | None:
    """Safetensors bytes, empty if they were not kept; None without such a run.

    Raises:
        DamagedError: they are not what was put there, or no safetensors.
    """
    row = _row(connection, key)
    contents = fetched(connection, _WEIGHTS, (key,))
    if row is None:
        return None
    if not contents:
        raise DamagedError("its weights are missing")
    recorded, content = contents[0]
    if recorded != digest(content) or row["weights_sha256"] not in {NO_DIGEST, recorded}:
        raise DamagedError("the SHA-256 of its weights is not the recorded one")
    check_weights(content)
    return bytes(content)


def check_sizes(connection: Connection, key: str) -> None:
    """Look at the sizes of what is stored of a run, before any of it is read.

    Raises:
        DamagedError: no run can be as large, or its weights are larger than is taken in.
    """
    ((texts, epochs, size),) = fetched(connection, _SIZES, {"key": key})
    if (texts or 0) > MOST_TEXT:
        raise DamagedError(f"its texts take more than {MOST_TEXT:,} bytes")
    if epochs > MOST_EPOCH_ROWS:
        raise DamagedError(f"it has {epochs:,} epochs; at most {MOST_EPOCH_ROWS:,} are allowed")
    if (size or 0) > MOST_WEIGHTS:
        raise DamagedError(
            f"its weights take more than {MOST_WEIGHTS // 2**20} MiB; export it with "
            f"--weights-under"
        )


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
    """What a worker computed about a run; None if it did not, or if that is damaged."""
    computed = _analyses(connection, _PLACE, (key, kind, settings))
    return next((row[3] for row, whole in computed if whole), None)


def analyses(connection: Connection) -> list[AnalysisRow]:
    """Everything that workers computed and that is as it was put there."""
    return [row for row, whole in _analyses(connection) if whole]


def damaged_analyses(connection: Connection) -> list[tuple[str, str, str]]:
    """Key, kind and settings of what is not as it was put there."""
    return [row[:3] for row, whole in _analyses(connection) if not whole]


def remove_damaged_analyses(connection: Connection) -> None:
    """Delete what is not as it was put there; it is computed again when it is asked for."""
    for place in damaged_analyses(connection):
        connection.execute(f"DELETE FROM analyses {_PLACE}", place)  # noqa: S608


def put_analysis(connection: Connection, row: AnalysisRow) -> None:
    """Keep what a worker computed: key, kind, settings, content, time; newer replaces older."""
    connection.execute(
        "INSERT OR REPLACE INTO analyses VALUES (?, ?, ?, ?, ?, ?)", (*row, analysis_digest(row))
    )


def delete_analysis(connection: Connection, place: tuple[str, str, str]) -> None:
    """Forget what a worker computed: key, kind, settings."""
    connection.execute(f"DELETE FROM analyses {_PLACE}", place)  # noqa: S608


def check_whole(connection: Connection, key: str) -> None:
    """Look at everything that is stored of a run.

    Raises:
        DamagedError: a part of it is not what was put there, or is missing.
    """
    row = _row(connection, key)
    if row is None:
        return
    _check_figures(tuple(row.values()))
    epochs = [values[1:] for values in fetched(connection, _EPOCHS, _chosen([key]))]
    _check_epochs(row, epochs)
    if _experiment_of(tuple(row.values())) and key in (read := runs(connection, [key])).damaged:
        raise DamagedError(read.damaged[key])
    predictions(connection, key)
    weights(connection, key)


def set_aside(connection: Connection, key: str, reason: str, now: str) -> None:
    """Move the weights of a run to the quarantine and remove the run."""
    connection.execute(_SET_ASIDE, {"key": key, "reason": reason, "now": now})
    remove(connection, [key])


def has_digests(connection: Connection) -> bool:
    """Whether the store is of a version that has them."""
    column = connection.execute("SELECT 1 FROM pragma_table_info('runs') WHERE name = 'sha256'")
    return column.fetchone() is not None


def digests(connection: Connection, key: str) -> dict[str, str]:
    """The digests of a run that has none yet, by the names of their columns.

    Raises:
        DamagedError: it cannot be read.
    """
    row = _row(connection, key)
    contents = fetched(connection, _WEIGHTS, (key,))
    if row is None or not contents:
        raise DamagedError("its weights are missing")
    epochs = [values[1:] for values in fetched(connection, _EPOCHS, _chosen([key]))]
    row["epochs_sha256"] = epochs_digest(epochs)
    row["predictions_sha256"] = digest(predictions(connection, key) or b"")
    row["weights_sha256"] = contents[0][0]
    row["sha256"] = row_digest(list(row.values()))
    return {"key": key, **{name: row[name] for name in DIGESTS}}


def put_digests(connection: Connection, found: Iterable[Mapping[str, str]]) -> None:
    """Write the digests of runs: key, and `DIGESTS` by their names."""
    changes = ", ".join(f"{name} = :{name}" for name in DIGESTS)
    connection.executemany(f"UPDATE runs SET {changes} WHERE key = :key", found)  # noqa: S608


def add_analysis_digests(connection: Connection) -> None:
    """Compute the digests of what workers computed and that has none; what is damaged goes."""
    for row in fetched(connection, _ANALYSES.format("NULL", ""), ()):
        place = row[:3]
        try:
            computed = analysis_digest(row[:5])
        except (TypeError, UnicodeError):
            connection.execute(f"DELETE FROM analyses {_PLACE}", place)  # noqa: S608
        else:
            connection.execute(f"UPDATE analyses SET sha256 = ? {_PLACE}", (computed, *place))  # noqa: S608


def _rows(connection: Connection, which: str = "", values: Sequence[object] = ()) -> list[Row]:
    columns = COLUMNS if has_digests(connection) else _NO_DIGESTS
    return fetched(connection, f"SELECT {', '.join(columns)} FROM runs {which}", values)  # noqa: S608


def _row(connection: Connection, key: str) -> dict[str, Any] | None:
    """A row by the names of its columns.

    Raises:
        DamagedError: it is not what was put there.
    """
    for row in _rows(connection, "WHERE key = ?", (key,)):
        check_row(row)
        return dict(zip(COLUMNS, row, strict=True))
    return None


def _analyses(
    connection: Connection, which: str = "", place: Sequence[object] = ()
) -> Iterator[tuple[AnalysisRow, bool]]:
    """Each, and whether it is as it was put there."""
    recorded = "sha256" if has_digests(connection) else "NULL"
    for *values, known in fetched(connection, _ANALYSES.format(recorded, which), place):
        row: Row = tuple(values)
        try:
            computed = analysis_digest(row)
        except (TypeError, UnicodeError):
            yield row, False
        else:
            yield row, known in {computed, None} and (recorded == "NULL") == (known is None)


def _chosen(keys: Iterable[str]) -> tuple[str]:
    return (json.dumps(list(keys)),)


def _experiment_of(row: Row) -> Experiment | None:
    """The experiment of a row; None if it has another key than the row says.

    Raises:
        DamagedError: the row is not what was put there.
    """
    check_row(row)
    experiment = _from_flat(row[1])
    return experiment if experiment is not None and experiment.key == row[0] else None


@lru_cache(maxsize=4096)
def _from_flat(flat: str) -> Experiment | None:
    """Validation takes longer than reading the row, and pages ask for the same rows often."""
    try:
        content = json.loads(flat)
        return Experiment.from_flat(content) if isinstance(content, dict) else None
    except (ConfigError, ValueError, RecursionError):
        return None


def _run(row: Row, experiment: Experiment, epochs: Sequence[Row]) -> Run:
    values = dict(zip(COLUMNS, row, strict=True))
    _check_epochs(values, epochs)
    names = Epoch.__slots__
    return read_run(
        {
            **{name: values[name] for name in _COPIED},
            "experiment": experiment,
            "status": values["status"],
            "epochs": [dict(zip(names, epoch, strict=True)) for epoch in epochs],
            "machine": {
                "device": values["device"],
                "capability": values["capability"],
                "versions": _object(values["versions"]),
            },
        }
    )


def _check_epochs(row: Mapping[str, Any], epochs: Sequence[Row]) -> None:
    if len(epochs) != row["epochs"] or (row["status"] == Status.DONE and not epochs):
        raise DamagedError(f"it has {len(epochs)} of its {row['epochs']} epochs")
    if row["epochs_sha256"] not in {NO_DIGEST, epochs_digest(epochs)}:
        raise DamagedError("the SHA-256 of its epochs is not the recorded one")


_COPIED = ("test_accuracy", "parameters", "macs", "seconds", "created")


def _object(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"its versions are no JSON ({error})") from error
    if not isinstance(content, dict):
        raise DamagedError("its versions are no JSON object")
    return content


def _configs(rows: Sequence[Row]) -> list[Any]:
    """The configurations of rows; None for one that is no JSON."""
    try:
        # as one text they are parsed faster, and equal names share their memory
        configs: list[Any] = pydantic_core.from_json(f"[{','.join(row[1] for row in rows)}]")
    except ValueError:
        configs = []
    return configs if len(configs) == len(rows) else [_parsed(row[1]) for row in rows]


def _parsed(text: str) -> Any:
    try:
        return pydantic_core.from_json(text)
    except ValueError:
        return None


def _check_figures(row: Row) -> None:
    """Refuse figures that no run has, in a row whose kinds are right.

    Raises:
        DamagedError: it has one.
    """
    status, (train, validation, test, seconds), counts = row[2], row[10:14], row[14:18]
    accuracies = (train, validation, test)
    if status == Status.DONE and None not in accuracies:
        possible = min(accuracies) >= 0 and max(accuracies) <= 1
    else:
        possible = status == Status.DIVERGED and accuracies == (None, None, None)
    if not possible:
        stated = ", ".join(map(str, accuracies))
        raise DamagedError(f"its status is {status!r} and its accuracies are {stated}")
    if seconds is None or not 0 <= seconds < inf or min(counts) < 0:
        raise DamagedError("its seconds or counts are negative or not finite")


def _summary(row: Row, config: Mapping[str, object], source: Source) -> RunSummary:
    (
        key, _, status, _, device, capability, created, _, _, _, train, validation, test, seconds,
        seed, parameters, macs, _, _,
    ) = row  # fmt: skip
    return RunSummary(
        key=key,
        config=config,
        status=Status(status),
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


def _unpacked(content: bytes) -> bytes:
    """Predictions as they were, if they are not too many.

    Raises:
        DamagedError: they are too many, or cannot be decompressed.
    """
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(content, MOST_PREDICTIONS)
    except zlib.error as error:
        raise DamagedError(f"its predictions cannot be decompressed ({error})") from error
    if not unpacking.eof:
        raise DamagedError(
            f"its predictions are cut short, or unpack to more than {MOST_PREDICTIONS:,} bytes"
        )
    return unpacked
