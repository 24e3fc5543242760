"""What can go wrong, in words for the person who asked. A leaf of the import graph.

Each message is one sentence that says what was received, and what is allowed or what to do.
"""


class PoolscopeError(Exception):
    """Any failure that Poolscope explains itself."""


class ConfigError(PoolscopeError, ValueError):
    """Something that the caller named is wrong: a flag, a value, a file, a key, a folder."""


class StoreError(PoolscopeError):
    """The run store cannot be opened, read or written."""


class DataError(PoolscopeError):
    """A data set cannot be loaded."""


class EngineError(PoolscopeError):
    """The workers cannot be reached or used."""
