"""What changes explain, in the report: hostile text stays text."""

from datetime import UTC, datetime
from typing import Any

from incident_log import repaired

from sre_agent.domain.attribution import (
    ChangeVerdict,
    Explained,
    Explanation,
    JudgedChange,
    Knower,
)
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.timeline import ChangeKind

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SUSPECT = JudgedChange(
    id="github:acme/till@1f0e8b7a4c5d",
    kind=ChangeKind.COMMIT,
    summary="Round prices",
    at=AT,
    actor="ada",
    repository="acme/till",
    commit="1f0e8b7a4c5d9e2f3a4b5c6d7e8f0d6c1f0e8b7a",
    pull_request=7,
    explains=(
        Explanation(
            what=Explained.STACK_FRAME,
            said="KeyError: 'JPY' at /app/price.py:12 in price",
            path="price.py",
            line=12,
            hunk=" def price():\n-    return 1\n+    return UNITS[currency]",
            evidence_ids=(EvidenceId("git-1.2"), EvidenceId("log-1.1")),
        ),
    ),
    known_by=(Knower(who="ines", how=("owns /till/ (CODEOWNERS:3)", "wrote the lines before")),),
)
DOCS = JudgedChange(
    id="chg-2",
    kind=ChangeKind.COMMIT,
    summary="Write it down",
    at=AT,
    speaks_against=("it touches only documents",),
)
VERDICT = ChangeVerdict(
    suspect=SUSPECT,
    ruled_out=(DOCS,),
    left_out=2,
    onset_at=AT,
    confidence=0.93,
    reason="Round prices explains what fails (93%)",
)


async def report(verdict: ChangeVerdict | None, change: str = SUSPECT.id) -> str:
    """Return the report of a repaired incident whose leading cause names a change."""
    _, log, _ = await repaired()
    ranked = next(event for event in reversed(log.events) if event.kind is EventKind.CAUSES_RANKED)
    told: dict[str, Any] = {"changes": verdict.model_dump(mode="json")} if verdict else {}
    diagnosis = ranked.payload["diagnosis"]
    first, *others = diagnosis["causes"]
    first = {**first, "facts": {**first["facts"], "change": change}}
    told["diagnosis"] = {**diagnosis, "causes": [first, *others]}
    await log.add(EventKind.CAUSES_RANKED, **{**ranked.payload, **told})
    return log.report(IncidentStatus.RESOLVED)


async def test_the_report_shows_the_diff_next_to_what_it_explains() -> None:
    told = await report(VERDICT)

    assert "## Changes" in told
    assert "**Round prices (commit 1f0e8b7a4c5d of acme/till by pull request #7 of ada)**" in told
    assert "KeyError: 'JPY' at /app/price.py:12 in price; price.py:12" in told
    assert (
        "(`git-1.2`, `log-1.1`):\n\n     def price():\n    -    return 1\n    +    return" in told
    )
    assert "Who knows this code: ines (owns /till/ (CODEOWNERS:3), wrote the lines before)." in told
    assert "- Write it down: it touches only documents\n- 2 more" in told


async def test_people_are_told_to_mend_the_very_change_and_with_whom() -> None:
    told = await report(VERDICT)

    assert (
        "- [ ] Mend Round prices (commit 1f0e8b7a4c5d of acme/till by pull request #7 of ada) "
        "before it is rolled out again, with ada, ines; look at price.py:12" in told
    )
    assert "Find out what is wrong in revision" not in told


async def test_nobody_is_told_to_mend_a_change_that_is_not_of_the_leading_cause() -> None:
    told = await report(VERDICT, change="chg-9")

    assert "Mend Round prices" not in told
    assert "Find out what is wrong in revision" in told


async def test_the_report_says_that_no_change_explains_it() -> None:
    reason = "no change explains this: 0 changes were in effect before the onset"
    none = VERDICT.model_copy(
        update={"suspect": None, "ruled_out": (), "left_out": 0, "reason": reason}
    )

    told = await report(none)

    assert "## Changes\n\nNo change explains this: 0 changes were in effect" in told
    assert "Ruled out" not in told


async def test_where_nobody_looked_for_changes_the_report_is_silent_about_them() -> None:
    assert "## Changes" not in await report(None)


async def test_a_hostile_diff_is_no_markup_in_the_report() -> None:
    hostile = SUSPECT.explains[0].model_copy(
        update={"hunk": "+\u202eevil\n+```\n+<script>", "said": "[x](http://evil) `code`"}
    )
    suspect = SUSPECT.model_copy(update={"explains": (hostile,)})

    told = await report(VERDICT.model_copy(update={"suspect": suspect}))

    assert "\u202e" not in told
    assert "    +```\n    +<script>" in told
    assert "](http://evil)" not in told
