"""What is too much for a hosted dashboard, in a sentence."""

from collections.abc import Sequence

from core.config import Experiment
from core.hosting.ledger import Account
from core.hosting.prediction import Prediction
from core.hosting.trainings import too_large
from core.settings import Settings
from core.words import MEGABYTE, duration


def training_refusal(experiment: Experiment, here: Settings) -> str | None:
    """Why a training is not offered, however little it takes; None if it is."""
    if not here.training:
        return "training is switched off on this dashboard; install Poolscope to train your own"
    return too_large(experiment)


def size_refusal(
    prediction: Prediction, here: Settings, most_seconds: float | None = None
) -> str | None:
    """Why one computation is too large; None if it is not."""
    most = min(here.run_seconds, most_seconds or here.run_seconds)
    if prediction.seconds > most:
        return (
            f"this takes about {duration(prediction.seconds)} of a core; this dashboard allows "
            f"{duration(most)} for one computation"
        )
    if prediction.memory > here.run_megabytes * MEGABYTE:
        return (
            f"this takes about {_megabytes(prediction.memory)} of memory; this dashboard allows "
            f"{here.run_megabytes:,} MB for one computation"
        )
    if prediction.kept > here.visitors_megabytes * MEGABYTE:
        return f"this would leave {_megabytes(prediction.kept)}, more than this dashboard keeps"
    return None


def places_refusal(account: Account, count: int, here: Settings) -> str | None:
    """Why so many computations have no place in the queue; None if they have."""
    if account.everybody.places + count > here.places:
        return f"{account.everybody.places} computations are waiting; try again in some minutes"
    own = max(account.cookie.places, account.address.places)
    if own + count > here.visitor_places:
        asked = f"{own} of yours are waiting or running and " if own else ""
        return (
            f"{asked}{count} are missing; this dashboard takes {here.visitor_places} at once from "
            f"one visitor: choose fewer strategies or seeds"
        )
    return None


def budget_refusal(
    account: Account, predictions: Sequence[Prediction], here: Settings
) -> str | None:
    """Why a request does not fit into the queue or what is left of the day; None if it does."""
    if reason := places_refusal(account, len(predictions), here):
        return reason
    seconds = sum(prediction.seconds for prediction in predictions)
    for had, budget, whose in (
        (account.cookie, here.visitor_seconds, "your browser"),
        (account.address, here.address_seconds, "your network address"),
        (account.everybody, here.daily_seconds, "all visitors together"),
    ):
        if had.reserved + seconds > budget:
            return (
                f"this takes about {duration(seconds)} of a core, and of the {duration(budget)} "
                f"that this dashboard gives {whose} in 24 hours {_left(budget - had.reserved)} "
                f"left; try again tomorrow, or install Poolscope"
            )
    return None


def _left(seconds: float) -> str:
    return f"{duration(seconds)} are" if seconds >= 1 else "nothing is"


def _megabytes(size: int) -> str:
    return f"{max(1, round(size / MEGABYTE)):,} MB"
