"""The classes of the test images, for a process that does not load torch.

Predictions are stored with each run and labels are not: they belong to the data set. Loading it
needs torch, so a process of its own does, and ends.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from core.config import DataConfig
from core.errors import EngineError, PoolscopeError


def labels_of_test(data: DataConfig) -> bytes:
    """The class of each test image, one byte each, in the order of stored predictions.

    Raises:
        DataError: the data set is not there, likewise ConfigError for a folder.
        EngineError: the process ended before it answered.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(_labels, data).result()
        except PoolscopeError:
            raise
        except Exception as error:
            raise EngineError(f"the labels of the test images cannot be read: {error}") from error


def _labels(data: DataConfig) -> bytes:
    from core.data import load

    return bytes(load(data).test.labels.tolist())
