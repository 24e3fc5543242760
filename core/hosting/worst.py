"""What does a day of abuse cost whoever hosts a dashboard, at most?"""

from core.engine.reader import MOST_GROWN_BYTES
from core.hosting.prediction import FIRST_USE_BYTES, LIMIT_FACTOR
from core.settings import Settings
from core.words import MEGABYTE, count

BUDGET_OVERRUN = 1.1
"""of the budget: what runs is looked at twice a second, and a worker takes a moment to stop"""
IDLE_WORKER_MEGABYTES = 260
"""of a process that has imported torch"""
LEDGER_MEGABYTES = 5
"""of the book of what visitors had: 40 entries for each second of the day's budget"""


def worst_day(here: Settings) -> list[tuple[str, str, str]]:
    """What is bounded, by what, and what it comes to: rows of a table."""
    idle = IDLE_WORKER_MEGABYTES + FIRST_USE_BYTES // MEGABYTE
    # trainings have processes of their own, and so has all else
    processes = 2 * here.workers * (idle + LIMIT_FACTOR * here.run_megabytes)
    answering = idle + MOST_GROWN_BYTES // MEGABYTE
    budgets = (
        ("seconds of a core in 24 hours", "DAILY_SECONDS", here.daily_seconds),
        ("of these for one browser", "VISITOR_SECONDS", here.visitor_seconds),
        ("of these for one network address", "ADDRESS_SECONDS", here.address_seconds),
    )
    rows = [
        (what, f"{_name(setting)}, and 10 %", BUDGET_OVERRUN * most)
        for what, setting, most in budgets
    ]
    rows += [
        (
            "seconds of a core for one computation",
            f"{LIMIT_FACTOR} × {_name('RUN_SECONDS')}",
            LIMIT_FACTOR * here.run_seconds,
        ),
        (
            "MB on disk that visitors leave",
            f"{_name('VISITORS_MEGABYTES')}, and {LEDGER_MEGABYTES} for the book of what they had",
            here.visitors_megabytes + LEDGER_MEGABYTES,
        ),
        ("MB on disk of the whole store", _name("STORE_MEGABYTES"), here.store_megabytes),
        (
            "MB of memory of the server",
            f"{_name('MEMORY_MEGABYTES')}, then nobody else comes in",
            here.memory_megabytes,
        ),
        (
            f"MB of memory of {here.workers} workers and {here.workers} other processes",
            f"{idle} and {LIMIT_FACTOR} × {_name('RUN_MEGABYTES')} each",
            processes,
        ),
        (
            "MB of memory of the process that reads images",
            f"{answering}, and {LIMIT_FACTOR} × {_name('RUN_MEGABYTES')}",
            answering + LIMIT_FACTOR * here.run_megabytes,
        ),
    ]
    return [(what, bound, count(round(most))) for what, bound, most in rows]


def _name(setting: str) -> str:
    return f"`POOLSCOPE_{setting}`"
