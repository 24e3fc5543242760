"""The one way to a computation: what it takes, who asks, whether that is too much, and its end.

Pages hand experiments and requests to a `Gate`. On one's own machine it lets everything pass. On a
hosted dashboard it predicts, refuses in a sentence or writes the request down, gives the permit
without which nothing is computed there, counts what is used while it is used, and ends what is over
its budget and what nobody waits for any more.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from threading import Event, Lock, Thread
from typing import Any

from core import settings
from core.analyses import Request
from core.config import DataConfig, Experiment
from core.engine import Engine, Limit, Permit, compute, labels_of_test, stored
from core.errors import ConfigError, StoreError
from core.hosting.bounds import (
    budget_refusal,
    places_refusal,
    size_refusal,
    training_refusal,
)
from core.hosting.ledger import Account, Ledger
from core.hosting.line import Line
from core.hosting.prediction import Prediction, predict
from core.hosting.visitor import Visitor
from core.network.work import MAC_SECONDS, Work, passes_work, training_work, weight_bytes
from core.settings import Settings
from core.words import MEGABYTE

TICK_SECONDS = 0.5
"""between two looks at what is used, and by whom it is waited for"""
CANCEL_SECONDS = 1.0
"""that a worker may go on with what was cancelled, until it notices"""
MOST_LOOK_SECONDS = 20.0
"""of a core that may pass while a page is drawn; whatever takes longer has a button"""


class RefusedError(ConfigError):
    """The gate does not let something pass; the text is the reason."""


@dataclass(slots=True, eq=False)
class _Entry:
    """A computation that has not ended.

    Attributes:
        number: of its entry in the ledger.
        name: of the computation.
        payer: who asked first.
        kept: bytes that it leaves, at most; 0 for what was in the store before.
        waiting: who waits for it.
        training: whether the engine has it.
        began: when, on the monotonic clock, if the process pool has it.
        unwanted: set when it is to end.
        alone_since: since when, on the monotonic clock, none of these has been there.
    """

    number: int
    name: str
    payer: Visitor
    kept: int
    waiting: set[Visitor] = field(default_factory=set)
    training: bool = False
    began: float | None = None
    unwanted: Event = field(default_factory=Event)
    alone_since: float | None = None


class Gate:
    """Lets computations pass, or refuses them. Any thread may use it.

    Args:
        engine: gives the engine that trains, whose store also keeps results.
        here: the settings of the server, with all bounds.
        speed: gives the seconds for a unit of work on a data set, or on none in particular.
        present: whether a visitor has a page open.
    """

    def __init__(
        self,
        engine: Callable[[], Engine],
        here: Settings,
        speed: Callable[[str | None], float] = lambda _: MAC_SECONDS,
        present: Callable[[Visitor], bool] = lambda _: True,
    ) -> None:
        self._engine = engine
        self._here = here
        self._speed = speed
        self._present = present
        self._ledger = Ledger(here.home / "visitors.db") if here.hosted else None
        self._line = Line()
        self._looks = Line()
        self._lock = Lock()
        self._entries: dict[int, _Entry] = {}
        self._closing = Event()
        self._watch: Thread | None = None

    def left_out(self, wanted: Sequence[Experiment | Request[Any]]) -> str | None:
        """Why this installation can compute none of this, in a sentence; None if it can.

        Workers of an external scheduler train without PyTorch here.
        """
        if any(isinstance(each, Request) and each.needs_torch for each in wanted):
            return settings.without_torch("computing this")
        if self._here.scheduler is None and any(isinstance(each, Experiment) for each in wanted):
            return settings.without_torch("training")
        return None

    def refusal(self, wanted: Sequence[Experiment | Request[Any]], who: Visitor) -> str | None:
        """Why a visitor may not have this computed, in a sentence; None if it may be."""
        if reason := self.left_out(wanted):
            return reason
        if self._ledger is None or not wanted:
            return None
        account = self._ledger.account(who)
        if len(wanted) > self._here.visitor_places:
            # said at once: predicting hundreds takes a tenth of a second
            return places_refusal(account, len(wanted), self._here)
        try:
            predictions = [self.predict(each) for each in wanted]
        except ConfigError as error:
            return str(error)
        return self._too_large(wanted, predictions) or budget_refusal(
            account, predictions, self._here
        )

    def predict(self, wanted: Experiment | Request[Any]) -> Prediction:
        """What a computation takes on this machine.

        Raises:
            ConfigError: a network of it cannot be built.
        """
        if isinstance(wanted, Experiment):
            whole = predict(training_work(wanted), self._speed(wanted.data.dataset))
            weights = weight_bytes(wanted)
            bare = weights > self._here.most_weights
            return Prediction(
                whole.seconds, whole.memory, whole.kept - weights if bare else whole.kept
            )
        dataset = wanted.run.data.dataset if wanted.run else None
        return predict(wanted.work, self._speed(dataset))

    def train(
        self,
        experiments: Sequence[Experiment],
        who: Visitor,
        *,
        with_weights: bool = False,
        checkpoints: Collection[str] = (),
        with_checkpoints: bool = False,
    ) -> None:
        """Have experiments trained; those that are trained already are joined.

        As `Engine.submit` takes them, but a hosted dashboard keeps no checkpoints: they would take
        time and space that no visitor was told of.

        Raises:
            RefusedError: that is too much, or needs PyTorch.
        """
        self._demand_torch_for(experiments)
        if self._ledger is None:
            self._engine().submit(
                experiments,
                with_weights=with_weights,
                checkpoints=checkpoints,
                with_checkpoints=with_checkpoints,
            )
            return
        active = {job.key for job in self._engine().jobs() if not job.state.ended}
        fresh = [each for each in experiments if each.key not in active]
        joined = {each.key for each in experiments} & active
        with self._lock:
            for entry in self._entries.values():
                if entry.name in joined:
                    entry.waiting.add(who)
        if fresh:
            permit, _ = self._admit(fresh, who, with_weights=with_weights)
            self._engine().submit(fresh, with_weights=with_weights, permit=permit)

    def compute(
        self,
        requests: Sequence[Request[Any]],
        who: Visitor,
        on_done: Callable[[int], None] | None = None,
    ) -> None:
        """Have requests computed and kept, when it is their turn; returns at their end.

        Raises:
            RefusedError: that is too much, or needs PyTorch.
            EngineError: a computation was ended, or failed.
        """
        self._demand_torch_for(requests)
        with self._line_of(requests, who) as (permit, wanted):
            compute(
                self._store,
                # somebody else may have had the same computed meanwhile
                [each for each in requests if stored(self._store, each) is None],
                self._here.workers,
                on_done,
                permit=permit,
                wanted=wanted,
            )

    def labels(self, data: DataConfig, who: Visitor) -> bytes:
        """The class of each test image of a data set, one byte each.

        Raises:
            RefusedError: that is too much.
        """
        if self._ledger is None:
            return labels_of_test(data)
        work = passes_work(Experiment(data=data), 0, 0, 0)
        with self._measured("labels", work, data.dataset, who, self._line) as prediction:
            return labels_of_test(data, Permit(limits={"labels": prediction.limit}))

    @contextmanager
    def loading(self, data: DataConfig, who: Visitor) -> Iterator[Limit | None]:
        """Have a data set loaded inside; yields the limit.

        Raises:
            RefusedError: that is too much.
        """
        if self._ledger is None:
            yield None
            return
        work = passes_work(Experiment(data=data), 0, 0, 0)
        with self._measured("images", work, data.dataset, who, self._looks) as prediction:
            yield prediction.limit

    def _demand_torch_for(self, wanted: Sequence[Experiment | Request[Any]]) -> None:
        if reason := self.left_out(wanted):
            raise RefusedError(reason)

    def waited_for(self, who: Visitor) -> frozenset[str]:
        """Names of the computations that a visitor waits for, in whatever tab."""
        with self._lock:
            return frozenset(
                entry.name for entry in self._entries.values() if _same(who, entry.waiting)
            )

    def cancel(self, who: Visitor) -> frozenset[str]:
        """A visitor waits no longer; what nobody else waits for ends. The names of that."""
        with self._lock:
            left = [entry for entry in self._entries.values() if _same(who, entry.waiting)]
            for entry in left:
                entry.waiting = {each for each in entry.waiting if each.cookie != who.cookie}
            ending = [entry for entry in left if not entry.waiting]
        self._end(ending)
        return frozenset(entry.name for entry in ending)

    def close(self) -> None:
        """Stop looking after what is computed."""
        self._closing.set()
        if self._watch is not None:
            self._watch.join()

    def _too_large(
        self, wanted: Sequence[Experiment | Request[Any]], predictions: Sequence[Prediction]
    ) -> str | None:
        for each in wanted:
            if isinstance(each, Experiment) and (reason := training_refusal(each, self._here)):
                return reason
        for prediction in predictions:
            if reason := size_refusal(prediction, self._here):
                return reason
        return None

    def _admit(
        self,
        wanted: Sequence[Experiment | Request[Any]],
        who: Visitor,
        *,
        with_weights: bool = False,
    ) -> tuple[Permit, list[_Entry]]:
        """The permit for a request, which is written down, and its entries.

        Raises:
            RefusedError: it is too much.
        """
        predictions = {_name(each): self.predict(each) for each in wanted}
        if reason := self._too_large(wanted, list(predictions.values())):
            raise RefusedError(reason)
        if with_weights and self._too_heavy(wanted):
            raise RefusedError("weights of this size are not kept on this dashboard")
        numbers, before = self._reserve(predictions, who)
        there = self._store.stored_here(predictions)
        trainings = {each.key for each in wanted if isinstance(each, Experiment)}
        entries = [
            _Entry(
                numbers[name],
                name,
                who,
                kept=0 if name in there else each.kept,
                waiting={who},
                training=name in trainings,
            )
            for name, each in predictions.items()
        ]
        with self._lock:
            self._entries |= {entry.number: entry for entry in entries}
        self._start_watching()
        asked = accumulate((each.seconds for each in predictions.values()), initial=0.0)
        permit = Permit(
            limits={name: each.limit for name, each in predictions.items()},
            ranks={
                name: (before, seconds) for name, seconds in zip(predictions, asked, strict=False)
            },
            most_weights=self._here.most_weights,
            on_end=lambda name, used: self._ended(numbers[name], used),
        )
        return permit, entries

    def _too_heavy(self, wanted: Sequence[Experiment | Request[Any]]) -> bool:
        return any(
            isinstance(each, Experiment) and weight_bytes(each) > self._here.most_weights
            for each in wanted
        )

    def _reserve(
        self, predictions: dict[str, Prediction], who: Visitor
    ) -> tuple[dict[str, int], int]:
        """Write a request down; the numbers of its entries, and how many came before."""

        def refusal(account: Account) -> str | None:
            return budget_refusal(account, list(predictions.values()), self._here)

        seconds = {name: each.seconds for name, each in predictions.items()}
        reason, numbers, before = self._book.reserve(who, seconds, refusal)
        if reason:
            raise RefusedError(reason)
        return dict(numbers), before

    @cached_property
    def _store(self) -> Any:
        # kept: an engine that closes still tells what has ended
        return self._engine().store

    @property
    def _book(self) -> Ledger:
        if self._ledger is None:
            raise StoreError("there is no ledger: this is no hosted dashboard")
        return self._ledger

    @contextmanager
    def _line_of(
        self, requests: Sequence[Request[Any]], who: Visitor
    ) -> Iterator[tuple[Permit | None, Callable[[], bool]]]:
        """Wait for the turn of some requests; their permit, and whether somebody still waits."""
        if self._ledger is None:
            with self._line.turn((0, 0.0), lambda: True):
                yield None, lambda: True
            return
        fresh = [each for each in requests if stored(self._store, each) is None]
        permit, entries = self._admit(fresh, who)

        def wanted() -> bool:
            return not any(entry.unwanted.is_set() for entry in entries)

        try:
            with self._line.turn(min(permit.ranks.values(), default=(0, 0.0)), wanted):
                began = time.monotonic()
                for entry in entries:
                    entry.began = began
                yield permit, wanted
        finally:
            # what never had its turn took nothing; all others are closed by now
            for entry in entries:
                self._ended(entry.number, 0.0)

    @contextmanager
    def _measured(
        self, name: str, work: Work, dataset: str, who: Visitor, line: Line
    ) -> Iterator[Prediction]:
        """Something short that is computed inside, when it is its turn."""
        prediction = predict(work, self._speed(dataset))
        if reason := size_refusal(prediction, self._here, MOST_LOOK_SECONDS):
            raise RefusedError(reason)
        numbers, before = self._reserve({name: prediction}, who)
        used = 0.0
        try:
            with line.turn((before, 0.0), lambda: True):
                began = time.monotonic()
                try:
                    yield prediction
                finally:
                    # in one process of one thread
                    used = time.monotonic() - began
        finally:
            self._book.close(numbers[name], used)

    def _ended(self, number: int, used: float) -> None:
        """A computation has ended: what it took is written down, and what it left."""
        with self._lock:
            entry = self._entries.pop(number, None)
        if entry is None:
            return
        left = self._left(entry)
        idle = entry.training and used and not left
        self._book.close(entry.number, used + (CANCEL_SECONDS if idle else 0.0))
        if left and entry.kept:
            self._book.keep(entry.name, entry.kept)

    def _left(self, entry: _Entry) -> bool:
        """Whether something of a computation is in the store."""
        try:
            return bool(not entry.training or self._store.stored_here([entry.name]))
        except StoreError:
            return False

    def _start_watching(self) -> None:
        with self._lock:
            if self._watch is None:
                self._watch = Thread(target=self._watching, name="poolscope-gate", daemon=True)
                self._watch.start()

    def _watching(self) -> None:
        while not self._closing.wait(TICK_SECONDS):
            # a ledger or a store that is locked for a moment is looked after the next time
            with suppress(StoreError):
                self.look_after()

    def look_after(self) -> None:
        """Write down what is used; end what is too much or unwanted; make room in the store."""
        with self._lock:
            entries = list(self._entries.values())
        if entries:
            jobs = {job.key: job.used for job in self._engine().jobs()}
            now = time.monotonic()
            self._book.use(
                {
                    each.number: jobs.get(each.name, 0.0)
                    if each.began is None
                    else now - each.began
                    for each in entries
                }
            )
            self._end([each for each in entries if self._alone(each) or self._over(each.payer)])
        self._make_room()

    def _alone(self, entry: _Entry) -> bool:
        """Whether nobody who waits for a computation has been there for some time."""
        if any(self._present(each) for each in list(entry.waiting)):
            entry.alone_since = None
            return False
        entry.alone_since = entry.alone_since or time.monotonic()
        return time.monotonic() - entry.alone_since > self._here.absence_seconds

    def _over(self, who: Visitor) -> bool:
        """Whether a visitor, or all of them, have used more than they may."""
        account, here = self._book.account(who), self._here
        return (
            account.cookie.used > here.visitor_seconds
            or account.address.used > here.address_seconds
            or account.everybody.used > here.daily_seconds
        )

    def _end(self, entries: Sequence[_Entry]) -> None:
        for entry in entries:
            entry.unwanted.set()
        keys = [entry.name for entry in entries if entry.training]
        if keys:
            self._engine().cancel(keys)

    def _make_room(self) -> None:
        """Delete the oldest of what visitors left, if it is too much; what is pinned stays."""
        pinned = {key for key, note in self._store.notes().items() if note.pinned}
        for name in self._book.surplus(int(self._here.visitors_megabytes * MEGABYTE)):
            if " " in name:
                self._store.delete_analysis(*name.split(" ", 2))
            elif name not in pinned and self._store.stored_here([name]):
                self._store.delete([name])


def _name(wanted: Experiment | Request[Any]) -> str:
    return wanted.key if isinstance(wanted, Experiment) else wanted.id


def _same(who: Visitor, waiting: set[Visitor]) -> bool:
    """Whether a browser is among those who wait, from whatever address."""
    return any(each.cookie == who.cookie for each in waiting)
