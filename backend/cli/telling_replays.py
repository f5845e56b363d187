"""What a replay came to, in lines for people: what is the same, what is not, what could not be known."""

import json
from collections.abc import Iterator
from typing import Any

from backend.cli.plain import escape
from backend.evals.replaying import Taken
from backend.plain import plain
from sre_agent.replay.differences import Difference
from sre_agent.replay.outcome import Outcome

LINES_MOST = 40
_CHARACTERS = 160
_MICRO = 1_000_000


def lines(taken: Taken) -> Iterator[str]:
    """Yield what was then, what is now, each difference and each note."""
    found = taken.replayed
    if not found.differences:
        yield f"[green]no difference[/]: {words(_outcome(found.now))}"
    else:
        yield f"then: {words(_outcome(found.then))}"
        yield f"now:  {words(_outcome(found.now))}"
    for item in found.differences[:LINES_MOST]:
        yield _difference(item)
    if len(found.differences) > LINES_MOST:
        yield f"and {len(found.differences) - LINES_MOST} more differences: --json tells them all"
    for note in found.notes:
        yield f"[yellow]note[/] {words(note)}"
    if taken.bills:
        yield f"[dim]{words(_bill(taken))}[/]"


def as_json(taken: Taken, incident_id: str, run: int) -> dict[str, Any]:
    """Return the same for programs, in full."""
    found = taken.replayed
    return {
        "incident_id": incident_id,
        "run": run,
        "then": found.then.view(),
        "now": found.now.view(),
        "differences": [item.model_dump(mode="json") for item in found.differences],
        "notes": list(found.notes),
        "model_use": [
            {
                "tokens": bill.tokens,
                "micro_usd": bill.micro_usd,
                "seconds": round(bill.seconds, 3),
                "is_estimated": bill.usage.is_estimated,
            }
            for bill in taken.bills
        ],
        "seconds": round(taken.seconds, 3),
    }


def _outcome(of: Outcome) -> str:
    causes = of.diagnosis.causes
    named = f"{causes[0].fault_class} of {causes[0].object}" if causes else "no cause"
    sure = f", {causes[0].confidence:.0%}" if causes else ""
    return f"{named}{sure}; {of.end}"


def _difference(item: Difference) -> str:
    where = words(" · ".join((item.part, *item.about)))
    return f"  [bold]{where}[/]: {words(_value(item.then))} → {words(_value(item.now))}"


def _value(value: Any) -> str:
    """Return a value in short; a cause or an action that is there or not by what matters of it."""
    if value is None:
        return "nothing"
    if isinstance(value, dict) and {"rank", "confidence"} <= value.keys():
        return f"place {value['rank']}, {value['confidence']:.0%}"
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= _CHARACTERS else f"{said[: _CHARACTERS - 1]}…"


def _bill(taken: Taken) -> str:
    costs = [bill.micro_usd for bill in taken.bills]
    known = [cost for cost in costs if cost is not None]
    cost = f"${sum(known) / _MICRO:.4f}" if len(known) == len(costs) else "price unknown"
    tokens = sum(bill.tokens for bill in taken.bills)
    return f"the model was asked {len(taken.bills)} times: {tokens:,} tokens, {cost}"


def words(text: str) -> str:
    """Return text of others as markup that says it and steers nothing."""
    return escape(str(plain(text)))
