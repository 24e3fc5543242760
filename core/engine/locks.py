"""Which process trains a key: one file lock per key, freed by the system if its holder dies."""

from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import StoreError


class KeyLocks:
    """The locks that this process holds on the keys of a store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, FileLock] = {}

    def acquire(self, key: str) -> bool:
        """Take the lock of a key without waiting; False if someone else holds it.

        Raises:
            StoreError: the lock file cannot be made.
        """
        # not bound to a thread: the one that closes the engine may be another one
        lock = FileLock(self._folder / f"{key}.lock", blocking=False, thread_local=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise StoreError(
                f"{self._folder}: a lock cannot be made there ({error.strerror or error}); set "
                f"POOLSCOPE_HOME to a folder on a local disk that can be written"
            ) from error
        self._held[key] = lock
        return True

    def release(self, key: str) -> None:
        """Free the lock of a key, if it is held."""
        lock = self._held.pop(key, None)
        if lock is not None:
            lock.release()

    def release_all(self) -> None:
        """Free every lock."""
        for key in tuple(self._held):
            self.release(key)
