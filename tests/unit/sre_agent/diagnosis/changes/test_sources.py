"""What workloads say of the repository and the folders that they are built from."""

import pytest
from commit_story import PATCH, PATH, ago, broken, guilty, seen
from repository_seen import NOON, REPOSITORY, detail, file, head, listed

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.changes import sources
from sre_agent.diagnosis.changes.sources import Source
from sre_agent.diagnosis.concluding import changes
from sre_agent.diagnosis.incident import case
from sre_agent.domain.evidence import Evidence
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import World


def said(world: World, annotations: dict[str, str]) -> Evidence:
    told = views.workload(world, "core").model_copy(update={"annotations": annotations})
    return build.evidence("k8s-2.1", told, world.now)


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        (
            {
                "sre-agent.io/repository": "acme/store",
                "sre-agent.io/paths": "apps/till/, deploy/till.yaml",
            },
            Source("acme/store", ("apps/till", "deploy/till.yaml")),
        ),
        ({"github.com/project-slug": "acme/store"}, Source("acme/store")),
        (
            {
                "backstage.io/source-location": "url:https://git.example/acme/store/tree/main/apps/till/"
            },
            Source("acme/store", ("apps/till",)),
        ),
        (
            {"org.opencontainers.image.source": "https://git.example/acme/store.git"},
            Source("acme/store"),
        ),
        ({"sre-agent.io/repository": "https://evil.example/?x"}, None),
        ({}, None),
    ],
)
def test_a_workload_says_what_it_is_built_from(
    annotations: dict[str, str], expected: Source | None
) -> None:
    world = World(5)
    known = case.build([said(world, annotations)], world.incident("core"), NOON)

    assert sources.read(known).get(world.services["core"].name) == expected


@pytest.mark.parametrize(
    ("repository", "path", "expected"),
    [
        ("acme/store", "apps/till/main.py", True),
        ("Acme/Store", "apps/till", True),
        ("", "apps/till/main.py", True),
        ("acme/site", "apps/till/main.py", False),
        ("acme/store", "apps/tiller/main.py", False),
    ],
)
def test_a_change_lies_in_what_a_workload_is_built_from(
    repository: str, path: str, *, expected: bool
) -> None:
    assert Source("acme/store", ("apps/till",)).holds(repository, [path]) is expected


def test_a_commit_is_brought_to_the_service_that_says_it_is_built_from_its_folder() -> None:
    world = broken()
    bad = head("a", ago(world, 120), "Trust what accounts hold")
    found = seen(world, [listed(bad), detail(bad, file(PATH, PATCH))])
    told = said(world, {"sre-agent.io/paths": "services/ledger"})

    without, with_it = (
        changes.verdict(evidence, world.incident("core"), world.now)
        for evidence in (found, [*found, told.model_copy(update={"id": "k8s-9.1"})])
    )

    assert without is not None
    assert with_it is not None
    assert with_it.suspect is not None
    before = without.suspect or without.ruled_out[0]
    assert "nothing shows that it went live" in before.speaks_against
    assert with_it.suspect.speaks_against == ("it went live with a later deploy",)
    assert with_it.confidence > without.confidence


def test_another_repository_that_what_suffers_is_built_from_is_asked_for() -> None:
    world = broken()
    told = said(world, {"sre-agent.io/repository": "acme/till"}).model_copy(
        update={"id": "k8s-9.1"}
    )

    def asked(evidence: list[Evidence]) -> list[tuple[str, object]]:
        found = diagnose(evidence, world.incident("core"), world.now)
        return [
            (item.tool, item.arguments["repository"])
            for item in found.questions
            if item.tool == "list_commits"
        ]

    found = seen(world, guilty(world))
    assert asked([*found, told]) == [("list_commits", "acme/till")]
    assert asked(found) == []
    assert asked([*seen(world, []), told]) == []
    assert REPOSITORY != "acme/till"
