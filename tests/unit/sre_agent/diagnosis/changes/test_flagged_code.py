"""A flag that no complaint names is told by the code that fails: it asks for the flag right above."""

from collections.abc import Sequence

import pytest
from commit_story import ago, guilty, seen, verdict
from repository_seen import REPOSITORY, detail, file, head, listed, sha

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.github import FileText
from sre_agent.testing.world import World

PATH = "services/ledger/accounts.py"
ROWS = "def total(order):\n    if is_on(QUICK_SUMS):\n        return SUMS[order]\n    return add(order)"


def switched(world: World) -> list[Observation]:
    """Return a commit that switches a flag on of which no complaint speaks."""
    name = world.services["core"].name
    patch = f"@@ -1,2 +1,2 @@\n {name}:\n-  quick-sums: false\n+  quick-sums: true"
    found = head("e", ago(world, 61), "Go faster")
    return [listed(found), detail(found, file("flags.yaml", patch))]


def text(rows: str = ROWS) -> FileText:
    return FileText(repository=REPOSITORY, path=PATH, first_line=9, lines=40, text=rows)


def asked(world: World, evidence: Sequence[Evidence]) -> list[Question]:
    found = diagnose(evidence, world.incident("core"), world.now)
    return [item for item in found.questions if item.tool == "get_file"]


def test_the_code_that_fails_is_asked_for_where_a_flag_was_switched(world: World) -> None:
    evidence = seen(world, switched(world))

    [question] = asked(world, evidence)

    assert verdict(world, evidence).suspect is None
    assert question.specialist == "github"
    assert question.arguments == {
        "repository": REPOSITORY,
        "path": PATH,
        "first_line": 1,
        "lines": 25,
    }


def test_a_flag_that_the_failing_code_asks_for_is_the_cause(world: World) -> None:
    evidence = seen(world, [*switched(world), text()])

    told = verdict(world, evidence)

    assert told.suspect is not None
    assert told.suspect.commit == sha("e")
    assert f"the code at {PATH}:11, where it fails, asks for it" in told.suspect.speaks_for
    [place] = told.suspect.explains
    assert (place.said, place.path) == (f"{PATH}:11 asks for quick-sums", "flags.yaml")
    assert place.evidence_ids == ("git-1.2", "git-1.3")
    causes = diagnose(evidence, world.incident("core"), world.now).causes
    found = {cause.fault_class: cause for cause in causes}
    assert found[FaultClass.BAD_FEATURE_FLAG].facts["commit"] == sha("e")
    assert asked(world, evidence) == []


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(ROWS.replace("QUICK_SUMS", "SLOW_SUMS"), id="it asks for another"),
        pytest.param(f"pass\npass\npass\n{ROWS}", id="it asks below what fails"),
    ],
)
def test_code_that_does_not_ask_for_it_says_nothing(world: World, rows: str) -> None:
    assert verdict(world, seen(world, [*switched(world), text(rows)])).suspect is None


def test_nobody_asks_for_code_where_no_flag_was_switched(world: World) -> None:
    assert asked(world, seen(world, guilty(world))) == []
    assert asked(world, seen(world, [])) == []
