"""What was asked for in the last 24 hours, by whom, and what it took: a file that survives.

Cookies and addresses are kept as keyed hashes, and for a day only.
"""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.errors import StoreError
from core.hosting.visitor import Visitor

DAY_SECONDS = 24 * 3600.0
LEDGER_LOCK_SECONDS = 10.0

LEDGER_TABLES = """
CREATE TABLE IF NOT EXISTS work (
    id        INTEGER PRIMARY KEY,
    asked     REAL NOT NULL,              -- Unix time
    cookie    TEXT NOT NULL,              -- hashed, as the address
    address   TEXT NOT NULL,
    request   INTEGER NOT NULL,           -- what was asked for at once has one number
    name      TEXT NOT NULL,
    predicted REAL NOT NULL,              -- seconds of a core
    used      REAL NOT NULL DEFAULT 0,
    open      INTEGER NOT NULL DEFAULT 1  -- waiting or running
);
CREATE INDEX IF NOT EXISTS work_by_time ON work (asked);
CREATE TABLE IF NOT EXISTS kept (
    name TEXT PRIMARY KEY,                -- of a run or a result that a visitor caused
    size INTEGER NOT NULL,                -- bytes, at most
    made REAL NOT NULL                    -- Unix time
);
CREATE TABLE IF NOT EXISTS salt (value BLOB NOT NULL);
"""

_USED = "sum(CASE WHEN open THEN max(predicted, used) ELSE used END)"


@dataclass(frozen=True, slots=True)
class Spent:
    """What some visitors have had in the last 24 hours.

    Attributes:
        reserved: seconds used, and predicted for what has not ended.
        used: seconds used.
        places: computations that have not ended.
        requests: how often they asked.
    """

    reserved: float
    used: float
    places: int
    requests: int


@dataclass(frozen=True, slots=True)
class Account:
    """What was had by the cookie of a visitor, by the address, and by everybody."""

    cookie: Spent
    address: Spent
    everybody: Spent


class Ledger:
    """The book of what visitors had. Any thread may use it.

    Args:
        path: of its file; it and its folder are made.
        clock: Unix time.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path} cannot be made: {error.strerror or error}") from error
        with self._writing() as connection:
            salt = connection.execute("SELECT value FROM salt").fetchone()
            if salt is None:
                salt = (secrets.token_bytes(32),)
                connection.execute("INSERT INTO salt VALUES (?)", salt)
            # whatever another server left open ended with it
            connection.execute("UPDATE work SET open = 0")
        self._salt: bytes = salt[0]

    def account(self, who: Visitor) -> Account:
        """What was had so far; pages ask for it in every rerun, so nothing is locked for it."""
        try:
            with closing(
                sqlite3.connect(self._path, timeout=LEDGER_LOCK_SECONDS, isolation_level=None)
            ) as connection:
                return self._account(connection, who)
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def reserve(
        self,
        who: Visitor,
        predicted: Mapping[str, float],
        refusal: Callable[[Account], str | None],
    ) -> tuple[str | None, Mapping[str, int], int]:
        """Write down a request, unless it is refused; nobody else asks meanwhile.

        Args:
            who: asks.
            predicted: name of each computation -> seconds of a core.
            refusal: says why not, from what was had so far.

        Returns:
            Why not; else the number of each entry by its name, and how many requests of this
            visitor came before in the last 24 hours.
        """
        now = self._clock()
        with self._writing() as connection:
            connection.execute(
                "DELETE FROM work WHERE asked < ? AND NOT open", (now - DAY_SECONDS,)
            )
            account = self._account(connection, who)
            if reason := refusal(account):
                return reason, {}, 0
            cookie, address = self._hashed(who)
            (last,) = connection.execute("SELECT max(request) FROM work").fetchone()
            numbers = {
                name: int(
                    connection.execute(
                        "INSERT INTO work (asked, cookie, address, request, name, predicted) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        (now, cookie, address, (last or 0) + 1, name, seconds),
                    ).lastrowid
                    or 0
                )
                for name, seconds in predicted.items()
            }
            before = max(account.cookie.requests, account.address.requests)
            return None, numbers, before

    def use(self, used: Mapping[int, float]) -> None:
        """Write down how many seconds open entries have used so far."""
        if used:
            with self._writing() as connection:
                connection.executemany(
                    "UPDATE work SET used = max(used, ?) WHERE id = ? AND open",
                    [(seconds, number) for number, seconds in used.items()],
                )

    def close(self, number: int, used: float) -> None:
        """Write down that an entry has ended; the seconds that were used remain."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE work SET open = 0, used = max(used, ?) WHERE id = ? AND open",
                (used, number),
            )

    def keep(self, name: str, size: int) -> None:
        """Write down that something was left in the store."""
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (name, size, self._clock())
            )

    def surplus(self, most: int) -> list[str]:
        """Take off the list what is too much, the oldest first; the names."""
        with self._writing() as connection:
            (size,) = connection.execute("SELECT coalesce(sum(size), 0) FROM kept").fetchone()
            gone = []
            for name, each in connection.execute("SELECT name, size FROM kept ORDER BY made"):
                if size <= most:
                    break
                size -= each
                gone.append(name)
            connection.executemany("DELETE FROM kept WHERE name = ?", [(name,) for name in gone])
            return gone

    def _account(self, connection: sqlite3.Connection, who: Visitor) -> Account:
        cookie, address = self._hashed(who)
        since = self._clock() - DAY_SECONDS

        def spent(condition: str, *values: str) -> Spent:
            # the condition is one of the three below
            row = connection.execute(
                f"SELECT coalesce({_USED}, 0), coalesce(sum(used), 0), "  # noqa: S608
                "coalesce(sum(open), 0), count(DISTINCT request) FROM work "
                f"WHERE (asked >= ? OR open) AND {condition}",
                (since, *values),
            ).fetchone()
            return Spent(*row)

        return Account(spent("cookie = ?", cookie), spent("address = ?", address), spent("1"))

    def _hashed(self, who: Visitor) -> tuple[str, str]:
        return self._hash(who.cookie), self._hash(who.address)

    def _hash(self, text: str) -> str:
        return hashlib.blake2b(text.encode(), key=self._salt, digest_size=16).hexdigest()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, which nobody else's comes in between.

        Raises:
            StoreError: the file cannot be read or written.
        """
        try:
            with closing(
                sqlite3.connect(self._path, timeout=LEDGER_LOCK_SECONDS, isolation_level=None)
            ) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                # a power cut may cost the last seconds of the book, never the book
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.executescript(LEDGER_TABLES)
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.Error) -> StoreError:
        return StoreError(f"{self._path} cannot be used: {error}")
