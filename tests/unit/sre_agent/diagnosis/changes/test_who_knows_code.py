"""Who knows the code of a suspect is asked for once, and told with how we know."""

from datetime import timedelta

from commit_story import PATH, ago, guilty, judged, seen, verdict
from repository_seen import REPOSITORY, head, listed, sha

from sre_agent.domain.causes import Conclusion, Diagnosis, Question
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.github import (
    Blame,
    BlameRange,
    CodeOwners,
    PathOwners,
    PullRequestDetail,
    PullRequestList,
)
from sre_agent.testing.world import World


def asked(found: Diagnosis) -> dict[str, Question]:
    return {item.tool: item for item in found.questions if item.specialist == "github"}


def test_who_knows_the_code_is_asked_once_the_cause_is_found(world: World) -> None:
    found = judged(world, seen(world, guilty(world)))

    assert found.conclusion is Conclusion.CAUSE_FOUND
    wanted = asked(found)
    assert wanted["get_pull_request"].arguments == {"number": 42, "repository": REPOSITORY}
    assert wanted["codeowners"].arguments == {"paths": PATH, "repository": REPOSITORY}
    assert wanted["blame"].arguments == {
        "path": PATH,
        "ref": sha("b"),
        "first_line": 10,
        "last_line": 13,
        "repository": REPOSITORY,
    }


def people(world: World) -> list[Observation]:
    """Return what the questions about the code bring."""
    pulls = next(item for item in guilty(world) if isinstance(item, PullRequestList))
    before = BlameRange(
        first_line=1,
        last_line=12,
        sha=sha("9"),
        author="ines",
        committed_at=world.now - timedelta(days=90),
    )
    elsewhere = before.model_copy(update={"first_line": 40, "last_line": 50, "author": "otto"})
    return [
        PullRequestDetail(
            repository=REPOSITORY,
            pull_request=pulls.pull_requests[0],
            merged_by="mara",
        ),
        CodeOwners(
            repository=REPOSITORY,
            file=".github/CODEOWNERS",
            paths=(
                PathOwners(
                    path=PATH, owners=("@ines", "@acme/money"), pattern="/services/", line=3
                ),
            ),
        ),
        Blame(repository=REPOSITORY, path=PATH, ref=sha("b"), ranges=(before, elsewhere)),
    ]


def test_who_knows_the_code_is_told_with_how_we_know(world: World) -> None:
    evidence = seen(world, [*guilty(world), *people(world)])

    told = verdict(world, evidence)

    assert told.suspect is not None
    known_by = {item.who: item.how for item in told.suspect.known_by}
    day = f"{world.now - timedelta(days=90):%Y-%m-%d}"
    assert known_by == {
        "author-a": ("wrote the change",),
        "Rui Sá": ("reviewed it",),
        "mara": ("merged #42",),
        "ines": (
            "owns /services/ (.github/CODEOWNERS:3)",
            f"wrote the lines before, {day} (9999999)",
        ),
        "acme/money": ("owns /services/ (.github/CODEOWNERS:3)",),
    }
    assert asked(judged(world, evidence)) == {}


def test_nobody_asks_about_the_code_where_no_commit_is_the_cause(world: World) -> None:
    found = judged(world, seen(world, [listed(head("b", ago(world, 500)))]))

    assert asked(found) == {}
