"""What was over when the trouble began explains nothing: errors that ended, and commits taken back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from commit_story import PATCH, PATH, ago, guilty, seen, verdict
from repository_seen import REPOSITORY, deployed, detail, file, head, listed, sha

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World

BACK = (
    "@@ -10,2 +10,4 @@\n def total(account):\n"
    '+    if "balance" not in account:\n+        return 0\n     return account["balance"]'
)
IN_PART = BACK.replace("+        return 0\n", "")


def written(world: World, evidence: Sequence[Evidence], last_ago_s: float) -> list[Evidence]:
    """Return the evidence with error lines that were written last so long ago."""
    last = ago(world, last_ago_s)
    times = {"first_at": (last - timedelta(minutes=3)).isoformat(), "last_at": last.isoformat()}
    return [_dated(item, times) for item in evidence]


def _dated(item: Evidence, times: Mapping[str, str]) -> Evidence:
    if item.kind != "logs.error_patterns":
        return item
    patterns = [{**each, **times} for each in item.facts["patterns"]]
    return item.model_copy(update={"facts": {**item.facts, "patterns": patterns}})


@pytest.mark.parametrize(("last_ago_s", "is_blamed"), [(5, True), (900, False)])
def test_who_is_behind_an_error_that_ended_before_is_not_blamed(
    world: World, last_ago_s: float, is_blamed: bool
) -> None:
    evidence = written(world, seen(world, guilty(world)), last_ago_s)

    assert (verdict(world, evidence).suspect is not None) is is_blamed


REVERT = 'Revert "it"\n\nThis reverts commit {}.'


def history(
    world: World, *reverts: tuple[str, str, float, float], back: str = BACK
) -> list[Observation]:
    """Return the guilty commit `a`, and reverts with what they take back, when they came and went live."""
    name = world.services["core"].name
    bad = head("a", ago(world, 1200), "Trust what accounts hold")
    heads = [
        head(letter, ago(world, came), REVERT.format(sha(of)), parents=below)
        for (letter, of, came, _), below in zip(reverts, "ab", strict=False)
    ]
    lives = [("a", 1100.0), *((letter, live) for letter, _, _, live in reverts)]
    return [
        listed(*reversed(heads), bad),
        detail(bad, file(PATH, PATCH)),
        *(detail(each, file(PATH, diff)) for each, diff in zip(heads, (back, PATCH), strict=False)),
        *(
            deployed(letter, ago(world, live), state="success", description=f"Roll out {name}")
            for letter, live in lives
        ),
    ]


TAKEN = ("b", "a", 400.0, 300.0)


@pytest.mark.parametrize(
    ("reverts", "is_taken_back"),
    [
        pytest.param([TAKEN], True, id="live before the onset"),
        pytest.param([("b", "a", 100.0, 20.0)], False, id="live after it"),
        pytest.param([TAKEN, ("c", "b", 250.0, 200.0)], False, id="and back again"),
        pytest.param([("b", "9", 400.0, 300.0)], False, id="another commit"),
    ],
)
def test_a_commit_that_was_taken_back_before_is_not_blamed_again(
    world: World, reverts: list[tuple[str, str, float, float]], is_taken_back: bool
) -> None:
    found = verdict(world, seen(world, history(world, *reverts)))

    told = [found.suspect] if found.suspect else []
    [bad] = [item for item in (*told, *found.ruled_out) if item.commit == sha("a")]
    said = [text for text in bad.speaks_against if text.startswith("it was taken back, and that")]
    assert bool(said) is is_taken_back
    if is_taken_back:
        assert found.suspect is None or found.suspect.commit != sha("a")


def test_a_revert_that_left_a_part_of_it_excuses_nobody(world: World) -> None:
    found = verdict(world, seen(world, history(world, TAKEN, back=IN_PART)))

    told = [found.suspect] if found.suspect else []
    [bad] = [item for item in (*told, *found.ruled_out) if item.commit == sha("a")]
    assert not [text for text in bad.speaks_against if "taken back" in text]


def test_a_revert_that_somebody_only_posted_excuses_nobody(world: World) -> None:
    revert = posted(world, ChangeKind.COMMIT, REVERT.format(sha("a")), paths=(PATH,), diff=BACK)
    deploy = posted(world, ChangeKind.DEPLOY, "", state="success")
    near = NearChanges(
        since=ago(world, 3600), until=ago(world, 0), changes=(revert, deploy), grants=()
    )

    found = verdict(
        world, [*seen(world, history(world)), build.evidence("timeline-1.1", near, world.now)]
    )

    assert found.suspect is not None
    assert found.suspect.commit == sha("a")


def posted(world: World, kind: ChangeKind, message: str, **more: Any) -> Change:
    """Return what somebody posted of a commit that is in no repository."""
    return Change(
        key=f"{kind}:made-up",
        source=ChangeSource.WEBHOOK,
        kind=kind,
        summary="Made up",
        message=message,
        at=ago(world, 300),
        told_at=ago(world, 290),
        services=(world.services["core"].name,),
        repository=REPOSITORY,
        commit=sha("f"),
        **more,
    )
