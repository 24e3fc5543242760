"""Which process trains a key? One file lock per key, released by the system if its holder dies."""

from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import StoreError


class KeyLocks:
    """The locks that this process holds on the keys of a store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, FileLock] = {}

    def acquire(self, key: str) -> bool:
        """Take the lock of a key without waiting; return False if another process holds it.

        Raises:
            StoreError: the lock file cannot be created.
        """
        # not bound to a thread, because the engine may be closed from another thread
        lock = FileLock(self._folder / f"{key}.lock", blocking=False, thread_local=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise StoreError(
                f"{self._folder}: a lock cannot be created there ({error.strerror or error}); set "
                f"POOLSCOPE_HOME to a writable folder on a local disk"
            ) from error
        self._held[key] = lock
        return True

    def release(self, key: str) -> None:
        """Release the lock of a key, if it is held."""
        lock = self._held.pop(key, None)
        if lock is not None:
            lock.release()

    def release_all(self) -> None:
        """Release every lock."""
        for key in tuple(self._held):
            self.release(key)
