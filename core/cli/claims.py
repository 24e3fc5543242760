"""`claims`: what do the stored runs say about the claims?"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from core import settings
from core.claims import CLAIMS, TIMED, ClaimResult, ComparedPart, ComputedPart, PartResult, judge
from core.cli.app import Json, app, open_store
from core.cli.report import document, facts, say
from core.cli.workers import say_work, train_or_stop
from core.engine import JobState, compute
from core.errors import ConfigError
from core.sentences.claims import (
    account,
    caution,
    cautions,
    rule,
    verdict_sentence,
    verdict_word,
)
from core.sentences.effects import effect
from core.store import RunStore

STAGES = 4
"""the most rounds of training: first candidates, then the chosen ones with all seeds"""


@app.command("claims")
def claims(
    id: Annotated[  # noqa: A002 (the name of the flag)
        str | None, typer.Option("--id", metavar="ID", help="One claim; default all of them.")
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="Train and compute what is missing first.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the verdict on every claim, or on one in full."""
    if id is not None and id not in CLAIMS:
        raise ConfigError(f"id: {id!r} is not known; allowed: {', '.join(CLAIMS)}")
    names = [id] if id else list(CLAIMS)
    store = open_store()
    failed = _complete(names, store) if run else 0
    results = _judged(names, store)
    if as_json:
        document([_document(result) for result in results])
    elif id:
        _show(results[0])
    else:
        for result in results:
            _summarise(result)
    if failed:
        raise typer.Exit(1)


def _summarise(result: ClaimResult) -> None:
    claim = result.claim
    typer.echo(f"{verdict_word(result.verdict):<10}  {claim.id} ({claim.kind})")
    for line in filter(None, (claim.text, caution(result), verdict_sentence(result))):
        typer.echo(f"{'':<12}{line}")


def _judged(names: Sequence[str], store: RunStore) -> list[ClaimResult]:
    return judge([CLAIMS[name] for name in names], store, TIMED)


def _complete(names: Sequence[str], store: RunStore) -> int:
    """Train and compute what is missing; return the number of trainings that failed."""
    chosen = settings.load()
    failed = _train(names, store, chosen)
    requests = {
        (request.key, request.kind, request.settings): request
        for result in _judged(names, store)
        for request in result.requests
    }
    needed = {request.run.key: request.run for request in requests.values() if request.run}
    bare = [run for key, run in needed.items() if key not in store.with_weights(needed)]
    if bare:
        say(f"{len(bare)} runs were stored without weights and are trained again")
        train_or_stop(bare, store, chosen, with_weights=True)
    if requests:
        say(f"{len(requests)} computations")
        compute(store, list(requests.values()), chosen.workers, _tell(len(requests)))
    return failed


def _train(names: Sequence[str], store: RunStore, chosen: settings.Settings) -> int:
    """Train what is missing, stage by stage, until one fails; return how many failed."""
    for _ in range(STAGES):
        missing = {run.key: run for result in _judged(names, store) for run in result.runs}
        if not missing:
            break
        runs = list(missing.values())
        say_work(runs, store, chosen)
        failed = [
            job for job in train_or_stop(runs, store, chosen) if job.state is not JobState.DONE
        ]
        for job in failed:
            say(f"run {job.key} {job.state}: {job.cause or 'no cause was given'}")
        if failed:
            return len(failed)
    return 0


def _tell(total: int) -> Callable[[int], None]:
    def told(done: int) -> None:
        if done == total or done % 20 == 0:
            say(f"{done} of {total} computations")

    return told


def _show(result: ClaimResult) -> None:
    claim = result.claim
    facts(
        {
            "claim": claim.text,
            "verdict": verdict_word(result.verdict),
            **({"first": first} if (first := caution(result)) else {}),
            "result": verdict_sentence(result),
            "test": claim.test,
            "expected": claim.expected,
            "to change our mind": claim.change,
        }
    )
    _parts("Parts", result.parts)
    _parts("Also measured; not part of the verdict", result.extras)
    if claim.literature:
        typer.echo("\nWhat the papers say")
        for finding in claim.literature:
            typer.echo(f"  {finding.source}: {finding.result} ({finding.certainty})")


def _parts(heading: str, results: Sequence[PartResult]) -> None:
    if not results:
        return
    typer.echo(f"\n{heading}")
    for result in results:
        typer.echo(f"  {verdict_word(result.verdict):<10}  {result.part.says}")
        for line in account(result):
            typer.echo(f"{'':<14}{line}")


def _document(result: ClaimResult) -> dict[str, Any]:
    claim = result.claim
    return {
        "id": claim.id,
        "claim": claim.text,
        "kind": claim.kind,
        "verdict": result.verdict,
        "sentence": verdict_sentence(result),
        "missing_runs": len(result.runs),
        "missing_computations": len(result.requests),
        "parts": [_part(part) for part in result.parts],
        "beside": [_part(part) for part in result.extras],
    }


def _part(result: PartResult) -> dict[str, Any]:
    content: dict[str, Any] = {"says": result.part.says, "verdict": result.verdict}
    match result:
        case ComputedPart(fact=fact):
            return content | ({"found": fact.sentence} if fact else {})
        case ComparedPart(part=part, difference=difference):
            content |= {"least": part.least, "rule": rule(part)}
            if difference is None:
                return content
            return content | {
                "effect": effect(result),
                "seeds": difference.n,
                "mean": difference.mean,
                "low": difference.low,
                "high": difference.high,
                "arms": [experiment.to_flat() for experiment in result.chosen],
                "not_learned": list(cautions(result)),
            }
