"""What the operator's file says of services: beside and before what workloads say of themselves."""

import pytest
from commit_story import PATCH, PATH, ago, broken, guilty, seen
from repository_seen import NOON, REPOSITORY, detail, file, head, listed

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.changes import sources
from sre_agent.diagnosis.changes.sources import Source
from sre_agent.diagnosis.concluding import changes
from sre_agent.diagnosis.incident import case
from sre_agent.domain.attribution import JudgedChange
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.services import ServiceEntries
from sre_agent.domain.services import ServiceEntry
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import World

FILE = "services.yaml"
DECLARED = "services-1.1"


def declared(world: World, *entries: ServiceEntry) -> Evidence:
    return build.evidence(DECLARED, ServiceEntries(file=FILE, entries=entries), world.now)


def annotated(world: World, repository: str = "", paths: str = "") -> Evidence:
    said = {"sre-agent.io/repository": repository, "sre-agent.io/paths": paths}
    told = views.workload(world, "core").model_copy(update={"annotations": said})
    return build.evidence("k8s-2.1", told, world.now)


def entry(world: World, **said: object) -> ServiceEntry:
    return ServiceEntry.model_validate({"service": world.services["core"].name, **said})


def read(world: World, *evidence: Evidence) -> Source | None:
    known = case.build(evidence, world.incident("core"), NOON)
    return sources.read(known).get(world.services["core"].name)


OWN = {"repository": "acme/store", "paths": ("apps/till",)}


@pytest.mark.parametrize(
    ("said", "repository", "paths"),
    [
        ({"repository": "acme/till", "paths": ("src",)}, "acme/till", ("src",)),
        ({"repository": "acme/till"}, "acme/till", ()),
        ({"repository": "Acme/Store"}, "Acme/Store", ("apps/till",)),
        ({"paths": ("src",)}, "acme/store", ("src",)),
        ({"owners": ("ines",)}, "acme/store", ("apps/till",)),
    ],
)
def test_the_file_counts_before_the_workload_and_what_it_leaves_out_the_workload_says(
    said: dict[str, object], repository: str, paths: tuple[str, ...]
) -> None:
    world = World(5)
    own = annotated(world, "acme/store", "apps/till")

    found = read(world, own, declared(world, entry(world, **said)))

    assert found is not None
    assert (found.repository, found.paths) == (repository, paths)
    is_all_of_the_file = "repository" in said and paths != ("apps/till",)
    assert found.evidence_ids == ((DECLARED,) if is_all_of_the_file else (DECLARED, "k8s-2.1"))


def test_the_first_entry_that_speaks_of_the_place_counts() -> None:
    world = World(5)
    incident = world.incident("core")
    entries = (
        entry(world, namespaces=("elsewhere",), owners=("a",)),
        entry(world, clusters=("another-*",), owners=("b",)),
        entry(world, namespaces=(f"{incident.namespace[:2]}*",), owners=("c",)),
        entry(world, owners=("d",)),
    )

    found = read(world, annotated(world), declared(world, *entries))

    assert found is not None
    assert found.owners == ("c",)


def test_only_entries_of_what_is_known_concern_an_incident() -> None:
    world = World(5)
    known = case.build([annotated(world)], world.incident("core"), NOON)
    own = entry(world, owners=("a",))
    others = (
        ServiceEntry(service="nobody-knows-it", owners=("a",)),
        entry(world, clusters=("other",), owners=("b",)),
    )

    assert sources.concerning(known, (*others, own)) == (own,)


def judged(world: World, evidence: list[Evidence]) -> JudgedChange:
    verdict = changes.verdict(evidence, world.incident("core"), world.now)
    assert verdict is not None
    return verdict.suspect or verdict.ruled_out[0]


@pytest.mark.parametrize("said", [{"paths": ("services/ledger",)}, {"paths": ("/",)}])
def test_a_commit_is_brought_to_the_service_that_the_file_names_and_its_cause_cites_the_file(
    said: dict[str, object],
) -> None:
    world = broken()
    bad = head("a", ago(world, 120), "Trust what accounts hold")
    found = seen(world, [listed(bad), detail(bad, file(PATH, PATCH))])
    told = [*found, declared(world, entry(world, repository=REPOSITORY, **said))]

    without, with_it = judged(world, found), judged(world, told)

    assert "nothing shows that it went live" in without.speaks_against
    assert with_it.speaks_against == ("it went live with a later deploy",)
    assert with_it.evidence_ids[:2] == ("git-1.2", DECLARED)
    top = diagnose(told, world.incident("core"), world.now).causes[0]
    assert top.facts["commit"] == bad.sha
    assert DECLARED in {id_ for item in top.findings for id_ in item.evidence_ids}


def test_the_file_is_not_cited_for_a_commit_that_lies_elsewhere() -> None:
    world = broken()
    other = declared(world, entry(world, repository="acme/other", paths=("services/ledger",)))

    found = judged(world, [*seen(world, guilty(world)), other])

    assert DECLARED not in found.evidence_ids


def test_who_has_a_whole_repository_may_have_its_manifests_in_another_one() -> None:
    world = broken()
    name = world.services["core"].name
    bump = head("f", ago(world, 90), "Trust what accounts hold")
    found = [listed(bump), detail(bump, file(f"deploy/{name}.yaml", PATCH))]

    told = judged(
        world,
        [
            *seen(world, found),
            declared(world, entry(world, repository="acme/other", paths=("/",))),
        ],
    )

    assert "it went live with a later deploy" in told.speaks_against


def test_owners_of_the_file_know_the_code_and_the_file_is_named() -> None:
    world = broken()
    name = world.services["core"].name
    told = declared(world, entry(world, owners=("@ines", "acme/money")))

    found = judged(world, [*seen(world, guilty(world)), told])

    known_by = {item.who: item for item in found.known_by}
    assert known_by["ines"].how == (f"owns {name} ({FILE})",)
    assert known_by["ines"].evidence_ids == (DECLARED,)
    assert "acme/money" in known_by


def test_owners_of_what_the_change_is_not_in_are_not_told() -> None:
    world = broken()
    others = [world.services[role].name for role in world.services if role != "core"]
    told = declared(world, *(ServiceEntry(service=name, owners=("otto",)) for name in others))

    found = judged(world, [*seen(world, guilty(world)), told])

    assert others
    assert "otto" not in [item.who for item in found.known_by]


def test_another_repository_that_the_file_names_is_asked_for() -> None:
    world = broken()
    told = declared(world, entry(world, repository="acme/till"))

    found = diagnose(
        [*seen(world, guilty(world)), told], world.incident("core"), world.now
    ).questions

    assert [item.arguments["repository"] for item in found if item.tool == "list_commits"] == [
        "acme/till"
    ]
