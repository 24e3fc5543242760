"""Exceptions whose messages are meant for the person who asked. A leaf of the import graph.

Each message is one sentence that states what was received and what is allowed, or what to do.
"""


class PoolscopeError(Exception):
    """Base class of every failure that Poolscope reports in its own words."""


class ConfigError(PoolscopeError, ValueError):
    """Something the caller named is wrong: a flag, a value, a file, a key or a folder."""


class StoreError(PoolscopeError):
    """The run store cannot be opened, read or written."""


class DataError(PoolscopeError):
    """A data set cannot be loaded."""


class EngineError(PoolscopeError):
    """The workers cannot be reached or used."""
