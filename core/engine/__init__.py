"""Trains experiments in worker processes: submit, watch, cancel.

The engine is one object with a list of jobs. A single thread (`dispatcher`) makes every change;
Dask (`cluster`) runs the trainings (`worker`) in other processes. Importing this package imports
neither torch nor Dask: they are imported when something has to be trained.
"""

from core.engine.engine import Engine
from core.engine.jobs import Job, JobState, Newest
from core.engine.permit import Limit, Permit, demand_permits, waive_permits
from core.engine.process_pool import compute, labels_of_test, stored
from core.engine.reader import Reader
from core.engine.shared import (
    close_shared_engine,
    expect_training,
    serve_pages,
    shared_engine,
    shared_engine_problem,
)
from core.engine.worker import NEWEST_BYTES

__all__ = [
    "NEWEST_BYTES",
    "Engine",
    "Job",
    "JobState",
    "Limit",
    "Newest",
    "Permit",
    "Reader",
    "close_shared_engine",
    "compute",
    "demand_permits",
    "expect_training",
    "labels_of_test",
    "serve_pages",
    "shared_engine",
    "shared_engine_problem",
    "stored",
    "waive_permits",
]
