"""A release of the core that fails since a commit took a guard away, as its repository shows it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from repository_seen import deployed, detail, evidence, file, head, listed, pull, pulls

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.concluding import changes
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.model import Observation
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

PATH = "services/ledger/accounts.py"
PATCH = (
    "@@ -10,4 +10,2 @@ class Ledger:\n def total(account):\n"
    '-    if "balance" not in account:\n-        return 0\n'
    '     return account["balance"]'
)
TITLE = "Trust what accounts hold (#42)"
TRACE = (
    "KeyError: 'balance'\n"
    '  File "/app/services/ledger/accounts.py", line 11, in total\n'
    '    return account["balance"]'
)


def broken() -> World:
    """Return a world in which requests of the core fail since a minute, released ten seconds before."""
    found = World(5)
    found.release("core", ago_s=70, error_ratio=0.4)
    return found


def ago(world: World, seconds: float) -> datetime:
    return world.now - timedelta(seconds=seconds)


def guilty(world: World) -> list[Observation]:
    """Return a commit that was merged and deployed, and a harmless one before it."""
    bad = head(
        "a", ago(world, 120), f"{TITLE}\n\nReviewed-by: Rui Sá <rui@example.org>", parents="b"
    )
    docs = head("b", ago(world, 300), "Write it down", parents="c")
    name = world.services["core"].name
    return [
        listed(bad, docs),
        detail(bad, file(PATH, PATCH)),
        detail(docs, file("README.md", "@@ -1 +1 @@\n-a\n+b")),
        pulls(pull(42, "a", ago(world, 120), title="Trust what accounts hold")),
        deployed("a", ago(world, 75), state="success", description=f"Roll out {name}"),
    ]


def seen(world: World, found: Sequence[Observation], trace: str = TRACE) -> list[Evidence]:
    """Return what specialists saw, with a stack trace in the core's logs, and what GitHub tells."""
    return [
        *(_with_trace(item, trace) for item in views.evidence(world, *ROLES)),
        *evidence(found, world.now),
    ]


def _with_trace(item: Evidence, trace: str) -> Evidence:
    if item.kind != "logs.error_patterns" or not item.facts["patterns"]:
        return item
    patterns = [{**each, "sample": trace} for each in item.facts["patterns"]]
    return item.model_copy(update={"facts": {**item.facts, "patterns": patterns}})


def judged(world: World, evidence: Sequence[Evidence]) -> Diagnosis:
    return diagnose(evidence, world.incident("core"), world.now)


def verdict(world: World, evidence: Sequence[Evidence]) -> ChangeVerdict:
    found = changes.verdict(evidence, world.incident("core"), world.now)
    assert found is not None
    return found
