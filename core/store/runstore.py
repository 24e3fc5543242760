"""Which runs are there, and what is in them? The store of finished runs, and the gallery."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Concatenate, ParamSpec, TypeVar

from core.errors import ConfigError, StoreError
from core.run import Checkpoint, Run, RunSummary, Source
from core.store import checkpoints, notes, rows
from core.store.bundle import Bundle
from core.store.checkpoints import Space
from core.store.checks import check_checkpoints, check_values
from core.store.digests import NO_DIGEST, DamagedError, digest
from core.store.file import ReadOnlyStoreError, Stamp, StoreFile, stamp
from core.store.notes import MOST_LETTERS, Note

T = TypeVar("T")
P = ParamSpec("P")

LOCK_SECONDS = 30.0
"""how long an operation waits for another program before it gives up"""


class RunStore:
    """Finished runs by key: one's own, which can grow, and the bundled ones, which never change.

    Opening is lazy: the file and its folder are made by the first `put`, and a store that does
    not exist yet has what the gallery has. Every method may be called from any thread and any
    process. Every method raises StoreError, one sentence with the name of the file, if a file
    is no run store of this version or cannot be read or written; nothing has changed then.

    A run whose experiment has another key by now (an older code version) is listed by `summaries`
    and can be deleted, but `get`, `runs` and `present` pass over it. A run that is not as it was
    put there is moved to the quarantine by the method that notices, as if it had never been
    trained; a damaged run of the gallery, or of a store that this user cannot write, is passed
    over. `noticed` names both. A whole file of the gallery's folder that cannot be read is passed
    over as well, and `unreadable` says why.

    Args:
        path: the file of the store.
        gallery: the folder of the bundled runs, or their file; it need not exist.
        max_pages: largest size of the store in pages of 4096 bytes; None for no limit.
        timeout: seconds to wait while another program has locked the store.
        checkpoint_bytes: that all checkpoints together may take; those that were stored first go
            first. None for no limit.
    """

    def __init__(
        self,
        path: Path,
        gallery: Path | None = None,
        *,
        max_pages: int | None = None,
        timeout: float = LOCK_SECONDS,
        checkpoint_bytes: int | None = None,
    ) -> None:
        self._own = StoreFile(path, timeout, max_pages)
        self._bundle = Bundle(gallery, timeout)
        self._checkpoint_bytes = checkpoint_bytes
        self.noticed: dict[str, str] = {}

    @classmethod
    def only_read(cls, path: Path, *, foreign: bool = False) -> "RunStore":
        """A store that is never written, not even where it is damaged.

        Args:
            path: the file of the store.
            foreign: whether somebody else made it, so that time and sizes are limited.
        """
        store = cls(path)
        store._own = StoreFile(path, LOCK_SECONDS, bundled=True, foreign=foreign)
        return store

    @property
    def path(self) -> Path:
        """The file of the store."""
        return self._own.path

    @property
    def unreadable(self) -> Mapping[Path, str]:
        """Files of the gallery that were passed over -> why, in a sentence each."""
        return self._bundle.unreadable

    @property
    def stamp(self) -> tuple[Stamp, ...]:
        """A value that changes whenever what is stored does."""
        return (*self.own_stamp, *self.bundle_stamp)

    @property
    def own_stamp(self) -> tuple[Stamp, ...]:
        """A value that changes whenever what one's own store holds does."""
        return stamp(self.path), stamp(self.path.with_name(f"{self.path.name}-wal"))

    @property
    def bundle_stamp(self) -> tuple[Stamp, ...]:
        """A value that changes whenever what is bundled does."""
        return tuple(stamp(file.path) for file in self._bundle.files)

    def own_state(self, keys: Iterable[str]) -> str:
        """A value that changes whenever what one's own store holds about these runs does.

        Args:
            keys: of runs, or of what else something was computed about.
        """
        return self._own.ask(rows.state, keys) or ""

    def put(self, run: Run) -> bool:
        """Keep a run, whole or not at all; False, and no change, if its key is there already.

        A run that was kept without weights, or without checkpoints, is replaced by one that has
        them; if its weights are the same, it only gets the checkpoints.

        Raises:
            StoreError: also for figures that no run has, for weights that are neither empty nor
                safetensors, and for checkpoints of another network.
        """
        try:
            check_values(run)
            rows.check_weights(run.weights)
            check_checkpoints(run)
        except DamagedError as error:
            raise StoreError(f"run {run.key} cannot be kept: {error}") from error
        with self._own.writing() as connection:
            if not self._put(connection, run):
                return False
            if self._checkpoint_bytes is not None and run.checkpoints:
                checkpoints.keep_within(connection, self._checkpoint_bytes)
        return True

    def _put(self, connection: Connection, run: Run) -> bool:
        key = run.key
        if rows.present(connection, [key]):
            kept = rows.with_weights(connection, [key])
            lacks_steps = run.checkpoints and not checkpoints.steps(connection, [key])
            if (kept and not lacks_steps) or not run.weights:
                return False
            if kept and _has_weights(connection, run):
                # what workers computed about it stays
                checkpoints.insert(connection, key, run.checkpoints)
                return True
        # a row under this key that belongs to another experiment could never be read
        rows.remove(connection, [key])
        rows.insert(connection, run)
        return True

    def get(self, key: str) -> Run | None:
        """The run with epochs, predictions, verified weights and checkpoints; None without one."""
        return self._first(rows.whole, key)

    def predictions(self, key: str) -> bytes | None:
        """The class given to each test image, one byte each; None if there is no such run."""
        return self._first(rows.predictions, key)

    def predictions_of(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The predictions of those of these runs that are there, whole and not empty."""
        wanted = list(keys)
        contents: dict[str, bytes] = {}
        for file in self._knowing(wanted, contents):
            if read := self._ask(file, rows.predictions_of, _without(wanted, contents)):
                contents |= read.whole
                self._notice(file, read.damaged)
        return contents

    def weights(self, key: str) -> bytes | None:
        """Verified safetensors bytes, empty if not kept; None if there is no such run."""
        return self._first(rows.weights, key)

    def runs(self, keys: Iterable[str]) -> dict[str, Run]:
        """Those of these runs that are there, with epochs but without predictions and weights."""
        wanted = list(keys)
        found: dict[str, Run] = {}
        for file in self._knowing(wanted, found):
            if read := self._ask(file, rows.runs, _without(wanted, found)):
                self._notice(file, read.damaged)
                found |= read.whole
        return {key: found[key] for key in wanted if key in found}

    def present(self, keys: Iterable[str]) -> set[str]:
        """Which of these keys `runs` would give."""
        wanted = list(keys)
        there: set[str] = set()
        for file in self._knowing(wanted, there):
            there |= self._ask(file, rows.present, _without(wanted, there)) or set()
        return there

    def with_weights(self, keys: Iterable[str]) -> set[str]:
        """Which of these runs were kept with their weights."""
        wanted = list(keys)
        there: set[str] = set()
        for file in self._knowing(wanted, there):
            there |= self._ask(file, rows.with_weights, _without(wanted, there)) or set()
        return there

    def checkpoints(self, key: str) -> tuple[Checkpoint, ...]:
        """The checkpoints of a run that are as they were put there, by step."""
        return self._first(checkpoints.of_stored_run, key) or ()

    def checkpoint_steps(self, keys: Iterable[str]) -> dict[str, tuple[tuple[int, float], ...]]:
        """Step and validation accuracy of the checkpoints of runs that have some, by key."""
        wanted = list(keys)
        there: set[str] = set()
        listed: dict[str, tuple[tuple[int, float], ...]] = {}
        for file in self._knowing(wanted, there):
            # of two runs of one key the first counts, with or without checkpoints
            here = self._stored(file, set(_without(wanted, there)))
            listed |= self._ask(file, checkpoints.steps, here) or {}
            there |= here
        return listed

    def checkpoint_space(self) -> Space:
        """The space that checkpoints of one's own runs take, and may take."""
        runs, taken = self._own.ask(checkpoints.space) or (0, 0)
        return Space(runs, taken, self._checkpoint_bytes)

    def summaries(self) -> list[RunSummary]:
        """Every run, newest first; a run that is both one's own and bundled appears as HERE."""
        listed = {summary.key: summary for summary in self.bundled_summaries()}
        source = Source.BUNDLED if self._own.bundled else Source.HERE
        if read := self._own.ask(rows.summaries, source):
            self._notice(self._own, read.damaged)
            listed |= {summary.key: summary for summary in read.whole}
        return sorted(listed.values(), key=lambda row: (row.created, row.key), reverse=True)

    def bundled_summaries(self) -> list[RunSummary]:
        """Every bundled run, whether it is one's own as well or not."""
        listed: dict[str, RunSummary] = {}
        for file in self._bundle.files:
            if read := self._bundle.summaries(file):
                self._notice(file, read.damaged)
                for summary in read.whole:
                    listed.setdefault(summary.key, summary)
        return list(listed.values())

    def analysis(self, key: str, kind: str, settings: str) -> bytes | None:
        """What a worker computed about a run; None if it did not.

        Args:
            key: of the run.
            kind: what was computed.
            settings: how, as text.
        """
        files = (f for f in self._knowing([key]) if not self._trained_otherwise(f, {key}))
        return self._first(lambda c, k: rows.analysis(c, k, kind, settings), key, files)

    def put_analysis(self, key: str, kind: str, settings: str, content: bytes) -> None:
        """Keep what a worker computed about a run, also about a bundled one."""
        with self._own.writing() as connection:
            rows.put_analysis(connection, (key, kind, settings, content, _now()))

    def analyses(self, keys: Iterable[str]) -> Iterator[tuple[str, str, str, bytes]]:
        """What workers computed about some runs: key, kind, settings, content."""
        wanted = set(keys)
        for file in self._knowing(wanted):
            computed = self._ask(file, rows.analyses) or []
            told = wanted - self._trained_otherwise(file, wanted)
            yield from (row[:4] for row in computed if row[0] in told)

    def stored_here(self, keys: Iterable[str]) -> set[str]:
        """Which of these runs are one's own, readable or not."""
        return self._stored(self._own, set(keys))

    def delete_analysis(self, kind: str, key: str, settings: str) -> None:
        """Forget what a worker computed; what is bundled stays."""
        with self._own.writing() as connection:
            rows.delete_analysis(connection, (key, kind, settings))

    def notes(self) -> dict[str, Note]:
        """What was noted in this store about runs, one's own and bundled ones, by key."""
        return self._own.ask(notes.notes) or {}

    def note(self, key: str, note: Note) -> None:
        """Note something about a run in the place of what was noted before.

        Raises:
            ConfigError: the text is too long, or has more than one line.
        """
        if len(note.text) > MOST_LETTERS or not note.text.isprintable():
            raise ConfigError(
                f"a note has one line of at most {MOST_LETTERS} letters; received "
                f"{len(note.text):,}, {len(note.text.splitlines())} lines"
            )
        with self._own.writing() as connection:
            notes.put(connection, key, note)

    def delete(self, keys: Iterable[str]) -> int:
        """Delete runs of one's own with all that belongs to them; how many there were.

        Raises:
            ConfigError: a key is unknown or only bundled. Nothing is deleted then.
        """
        wanted = set(keys)
        own = self._stored(self._own, wanted)
        bundled = set[str]()
        for file in self._bundle.knowing(wanted - own):
            bundled |= self._stored(file, wanted - own)
        if unknown := wanted - own - bundled:
            raise ConfigError(f"{_words(unknown)}: no run has this key")
        if bundled:
            raise ConfigError(
                f"{_words(bundled)}: bundled with Poolscope and not to be deleted; "
                "only runs that were trained here can be"
            )
        if not own:
            return 0
        with self._own.writing() as connection:
            notes.remove(connection, own)
            return rows.remove(connection, own)

    def own_keys(self) -> set[str]:
        """Keys of all runs of the store (not of the gallery), whole or damaged."""
        with self._own.reading() as connection:
            return set() if connection is None else set(rows.keys(connection, most=-1))

    def check(self) -> None:
        """Look at every byte of the store (not of the gallery).

        Raises:
            StoreError: the file or a run in it is damaged; the message names the runs.
        """
        if damaged := self.damaged():
            raise StoreError(f"{self.path} holds damaged runs: {_words(set(damaged))}")

    def damaged(self) -> dict[str, str]:
        """Look at every byte of the store (not of the gallery): key of a damaged run -> why.

        Raises:
            StoreError: the file itself is damaged.
        """
        with self._own.reading() as connection:
            if connection is None:
                return {}
            report = [text for (text,) in connection.execute("PRAGMA integrity_check")]
            if report != ["ok"]:
                raise StoreError(f"{self.path} is damaged: {report[0]}")
            stored = rows.keys(connection, most=-1)
            damage = {key: _damage_of_steps(connection, key) for key in stored}
            damage |= {key: reason for key in stored if (reason := _damage(connection, key))}
            damage |= {
                key: f"what was computed of it ({kind}) is not what was put there"
                for key, kind, _ in rows.damaged_analyses(connection)
            }
        return {key: reason for key, reason in damage.items() if reason}

    def repair(self) -> dict[str, str]:
        """Set aside every damaged run, and bring the store to this version: key -> why.

        Raises:
            StoreError: the file itself is damaged (see `rescue`), or cannot be written.
        """
        damaged = self.damaged()
        if not self.path.exists():
            return damaged
        with self._own.writing() as connection:
            checkpoints.remove_damaged(connection)
            for key in damaged:
                if reason := _damage(connection, key):
                    rows.set_aside(connection, key, reason, _now())
            rows.remove_damaged_analyses(connection)
        return damaged

    def _knowing(self, wanted: Collection[str], found: Collection[str] = ()) -> Iterator[StoreFile]:
        """One's own store, then files of the gallery that know wanted keys not found by then."""
        yield self._own
        yield from self._bundle.knowing(set(wanted).difference(found))

    def _ask(
        self,
        file: StoreFile,
        question: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **how: P.kwargs,
    ) -> T | None:
        """The answer of one file; None if it has none."""
        if file is self._own:
            return file.ask(question, *args, **how)
        return self._bundle.ask(file, question, *args, **how)

    def _first(
        self,
        read: Callable[[Connection, str], T | None],
        key: str,
        files: Iterable[StoreFile] | None = None,
    ) -> T | None:
        """What one's own store has, else what the gallery has; or the first of some files."""
        for file in self._knowing([key]) if files is None else files:
            try:
                answer = self._ask(file, read, key)
            except DamagedError as damage:
                self._notice(file, {key: str(damage)})
            else:
                if answer is not None:
                    return answer
        return None

    def _trained_otherwise(self, file: StoreFile, keys: set[str]) -> set[str]:
        """Of these runs those that are one's own, and in a file of the gallery with other bits.

        What was computed of the one says nothing of the other.
        """
        own = self._own.ask(rows.networks, keys) if file.bundled else None
        if not own:
            return set()
        there = self._ask(file, rows.networks, own) or {}
        return {key for key, network in there.items() if _differ(network, own[key])}

    def _stored(self, file: StoreFile, keys: set[str]) -> set[str]:
        return self._ask(file, rows.stored, keys) or set()

    def _notice(self, file: StoreFile, damaged: Mapping[str, str]) -> None:
        """Remember which runs are damaged, and set them aside where that can be done."""
        self.noticed |= damaged
        if not file.bundled:
            for key in damaged:
                self._set_aside(key)

    def _set_aside(self, key: str) -> None:
        """Move a damaged run to the quarantine, unless someone else just has."""
        try:
            with self._own.writing() as connection:
                if reason := _damage(connection, key):
                    rows.set_aside(connection, key, reason, _now())
        except ReadOnlyStoreError:
            # its owner will notice; here the run counts as absent, as in the gallery
            return


def _damage(connection: Connection, key: str) -> str:
    """What of a run is not as it was put there; empty if all is."""
    try:
        rows.check_whole(connection, key)
    except DamagedError as damage:
        return str(damage)
    return ""


def _differ(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two runs have other predictions or other weights, as far as both kept theirs."""
    unknown = {digest(b""), NO_DIGEST}
    return any(len({*pair} - unknown) > 1 for pair in zip(one, other, strict=True))


def _has_weights(connection: Connection, run: Run) -> bool:
    """Whether a run is stored with the same weights."""
    try:
        return rows.weights(connection, run.key) == run.weights
    except DamagedError:
        return False


def _damage_of_steps(connection: Connection, key: str) -> str:
    """What of a run's checkpoints is not as it was put there; empty if all is."""
    try:
        checkpoints.check(connection, key)
    except DamagedError as damage:
        return str(damage)
    return ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _without(wanted: Iterable[str], found: Collection[str]) -> list[str]:
    return [key for key in wanted if key not in found]


def _words(keys: set[str]) -> str:
    return ", ".join(sorted(keys))
