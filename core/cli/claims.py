"""`claims`: what do the stored runs say about what is said?"""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from core import settings
from core.claims import CLAIMS, TIMED, Contrast, Judged, Judgement, judge
from core.cli.app import Json, app, open_store
from core.cli.report import document, facts, say
from core.cli.workers import train_or_stop
from core.comparison.estimate import START_SECONDS, estimate, rates
from core.engine import JobState, compute
from core.errors import ConfigError
from core.sentences.claims import caution, cautions, effect, outcome_word, rule, verdict_sentence
from core.store import RunStore
from core.words import about

STAGES = 4
"""rounds of training at most: rates are tried, then the chosen ones get all seeds"""


@app.command("claims")
def claims(
    id: Annotated[  # noqa: A002 (the name of the flag)
        str | None, typer.Option("--id", metavar="ID", help="One claim; default all twenty.")
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
    found = _judged(names, store)
    if as_json:
        document([_document(each) for each in found])
    elif id:
        _show(found[0])
    else:
        for each in found:
            typer.echo(f"{outcome_word(each.outcome):<10}  {each.claim.id} ({each.claim.kind})")
            typer.echo(f"{'':<12}{each.claim.text}")
            if first := caution(each):
                typer.echo(f"{'':<12}{first}")
            typer.echo(f"{'':<12}{verdict_sentence(each)}")
    if failed:
        raise typer.Exit(1)


def _judged(names: Sequence[str], store: RunStore) -> list[Judgement]:
    return judge([CLAIMS[name] for name in names], store, TIMED)


def _complete(names: Sequence[str], store: RunStore) -> int:
    """Train and compute what is missing; the number of trainings that failed."""
    chosen, failed = settings.load(), 0
    for _ in range(STAGES):
        found = _judged(names, store)
        missing = {run.key: run for each in found for run in each.runs}
        if not missing:
            break
        known = estimate(
            list(missing.values()),
            rates(store.summaries()),
            chosen.workers,
            start=START_SECONDS,
        )
        say(f"{len(missing)} runs to train" + (f", {about(known.text)}" if known else ""))
        jobs = train_or_stop(list(missing.values()), store, chosen)
        bad = [job for job in jobs if job.state is not JobState.DONE]
        for job in bad:
            say(f"run {job.key} {job.state}: {job.cause or 'no cause was given'}")
        failed = len(bad)
        if failed:
            break
    requests = {
        (one.key, one.kind, one.settings): one
        for each in _judged(names, store)
        for one in each.requests
    }
    needed = {one.run.key: one.run for one in requests.values() if one.run}
    bare = [run for key, run in needed.items() if key not in store.with_weights(needed)]
    if bare:
        say(f"{len(bare)} runs were kept without weights and are trained again")
        train_or_stop(bare, store, chosen, with_weights=True)
    if requests:
        say(f"{len(requests)} computations")
        compute(store, list(requests.values()), chosen.workers, _tell(len(requests)))
    return failed


def _tell(total: int) -> Any:
    def told(done: int) -> None:
        if done == total or done % 20 == 0:
            say(f"{done} of {total} computations")

    return told


def _show(judgement: Judgement) -> None:
    claim = judgement.claim
    facts(
        {
            "claim": claim.text,
            "verdict": outcome_word(judgement.outcome),
            **({"first": first} if (first := caution(judgement)) else {}),
            "what came out": verdict_sentence(judgement),
            "test": claim.test,
            "expected": claim.expected,
            "to change our mind": claim.change,
        }
    )
    _parts("Parts", judgement.parts)
    _parts("Measured as well; no part of the verdict", judgement.beside)
    if claim.literature:
        typer.echo("\nWhat papers found")
        for each in claim.literature:
            typer.echo(f"  {each.source}: {each.found} ({each.certainty})")


def _parts(heading: str, parts: Sequence[Judged]) -> None:
    if not parts:
        return
    typer.echo(f"\n{heading}")
    for judged in parts:
        typer.echo(f"  {outcome_word(judged.outcome):<10}  {judged.part.says}")
        seeds = judged.difference.n if judged.difference else None
        found = effect(judged)
        for said in cautions(judged):
            typer.echo(f"{'':<14}{said}")
        if found:
            typer.echo(f"{'':<14}{found}{f', n = {seeds}' if seeds else ''}")
        if isinstance(judged.part, Contrast):
            typer.echo(f"{'':<14}{rule(judged.part)}")


def _document(judgement: Judgement) -> dict[str, Any]:
    claim = judgement.claim
    return {
        "id": claim.id,
        "claim": claim.text,
        "kind": claim.kind,
        "verdict": judgement.outcome,
        "sentence": verdict_sentence(judgement),
        "missing_runs": len(judgement.runs),
        "missing_computations": len(judgement.requests),
        "parts": [_part(judged) for judged in judgement.parts],
        "beside": [_part(judged) for judged in judgement.beside],
    }


def _part(judged: Judged) -> dict[str, Any]:
    difference = judged.difference
    content: dict[str, Any] = {"says": judged.part.says, "verdict": judged.outcome}
    if judged.fact:
        content |= {"found": judged.fact.sentence}
    if isinstance(judged.part, Contrast):
        content |= {"least": judged.part.least, "rule": rule(judged.part)}
    if difference:
        content |= {
            "effect": effect(judged),
            "seeds": difference.n,
            "mean": difference.mean,
            "low": difference.low,
            "high": difference.high,
            "arms": [experiment.to_flat() for experiment in judged.chosen],
            "not_learned": list(cautions(judged)),
        }
    return content
