"""What was changed in another namespace explains nothing here, unless what fails has to do with it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from commit_story import PATCH, TITLE, TRACE, ago, broken, seen, verdict
from repository_seen import NOON, REPOSITORY, detail, file, head, listed, sha

from sre_agent.diagnosis.changes import going_live, placing
from sre_agent.diagnosis.incident import case, situation
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.incident.topology import Graph
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.model import Observation
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.observations.kubernetes import RolloutHistory
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import World

ELSEWHERE = "tenant-b"
SETTING = "--- a/c.yaml\n+++ b/c.yaml\n@@ -1,2 +1,1 @@\n-balance: required\n+balances: optional"
FLAG: dict[str, Any] = {
    "kind": ChangeKind.FLAG,
    "object": "account-balance",
    "before": "off",
    "after": "on",
}
CONFIG: dict[str, Any] = {"kind": ChangeKind.CONFIG, "object": "the ledger", "diff": SETTING}
DEPLOY: dict[str, Any] = {
    "kind": ChangeKind.DEPLOY,
    "repository": REPOSITORY,
    "commit": sha("a"),
    "state": "success",
}


def told(world: World, **more: Any) -> Change:
    incident = world.incident("core")
    said = {
        "key": "told",
        "source": ChangeSource.WEBHOOK,
        "summary": "told of",
        "at": ago(world, 75),
        "told_at": ago(world, 75),
        "cluster_id": incident.cluster_id,
        "namespace": incident.namespace,
        "services": (world.services["core"].name,),
    }
    return Change(**{**said, **more})


def judged(world: World, change: Change) -> ChangeVerdict:
    bad = head("a", ago(world, 120), TITLE, parents="b")
    found: list[Observation] = [listed()]
    if change.kind is ChangeKind.DEPLOY:
        found = [listed(bad), detail(bad, file("services/ledger/other.py", PATCH))]
    near = NearChanges(since=ago(world, 9000), until=world.now, changes=(change,))
    return verdict(
        world, [*seen(world, found, TRACE), build.evidence("timeline-1.1", near, world.now)]
    )


@pytest.mark.parametrize("what", [FLAG, CONFIG, DEPLOY], ids=["flag", "config", "deploy"])
def test_a_change_for_a_service_of_the_same_name_elsewhere_is_not_this_one(
    what: dict[str, Any],
) -> None:
    world = broken()

    here = judged(world, told(world, **what))
    there = judged(world, told(world, namespace=ELSEWHERE, **what))

    assert here.suspect is not None
    if what is DEPLOY:
        named = there.suspect or there.ruled_out[0]
        assert "nothing shows that it went live" in named.speaks_against
    else:
        assert (there.suspect, there.ruled_out) == (None, ())


@pytest.mark.parametrize("what", [FLAG, CONFIG], ids=["flag", "config"])
@pytest.mark.parametrize(
    "place", [{"namespace": ELSEWHERE}, {"namespace": "", "object": "C/tenant-b/x"}]
)
def test_what_names_no_service_is_of_its_namespace(
    what: dict[str, Any], place: dict[str, str]
) -> None:
    world = broken()
    change = told(world, **{**what, "services": (), **place})

    verdict_ = judged(world, change)

    is_elsewhere = bool(place["namespace"]) or what is CONFIG
    assert (verdict_.suspect is None and verdict_.ruled_out == ()) is is_elsewhere


def assessed(world: World, calls: tuple[ObjectRef, ObjectRef] | None = None) -> Situation:
    """Return the incident's situation, in which a workload elsewhere has the name of its own."""
    other = elsewhere(world)
    built = case.build(
        [*views.evidence(world, "core"), _rolled(other)], world.incident("core"), NOON
    )
    names = replace(built.names, workloads=built.names.workloads | {other})
    edges = {calls[0]: {calls[1]: ()}} if calls else {}
    return replace(situation.assess(replace(built, names=names)), graph=Graph(edges))


def elsewhere(world: World) -> ObjectRef:
    return ObjectRef.deployment(ELSEWHERE, world.services["core"].name)


def _rolled(ref: ObjectRef) -> Evidence:
    revision = build.revision(1, "rs-1", NOON - timedelta(hours=1), is_current=True)
    history = RolloutHistory(object=ref, current_revision=1, revisions=(revision,))
    return build.evidence("k8s-9.1", history, NOON)


def test_a_rollout_elsewhere_is_none_of_the_service_of_that_name() -> None:
    world = broken()
    name = world.services["core"].name

    apart = {each.service for each in going_live.rollouts(assessed(world), [])}
    joined = assessed(world, (world.ref("core"), elsewhere(world)))

    assert apart == {name}
    assert {each.service for each in going_live.rollouts(joined, [])} == {
        name,
        f"{name}.{ELSEWHERE}",
    }


@pytest.mark.parametrize("is_called", [True, False])
def test_what_has_to_do_with_the_incident_counts_wherever_it_is(*, is_called: bool) -> None:
    world = broken()
    ends = (world.ref("core"), elsewhere(world))
    found = assessed(world, ends if is_called else ends[::-1])
    change = told(world, **FLAG, namespace=ELSEWHERE)

    assert placing.here(found, change) == change
    assert placing.here(assessed(world), change) is None


def test_of_several_services_those_elsewhere_are_left_out() -> None:
    world = broken()
    name = world.services["core"].name
    change = told(world, **FLAG, services=(f"{name}.{ELSEWHERE}.svc", name))

    kept = placing.here(assessed(world), change)

    assert kept is not None
    assert kept.services == (name,)


def test_what_a_whole_cluster_rests_on_is_changed_for_all() -> None:
    world = broken()
    change = told(world, **CONFIG, namespace="kube-system", services=("coredns",))

    assert placing.here(assessed(world), change) == change


def test_of_an_incident_in_no_namespace_no_change_is_elsewhere() -> None:
    world = broken()
    incident = world.incident("core").model_copy(
        update={"namespace": "", "service": "", "alerts": ()}
    )
    found = situation.assess(case.build([], incident, NOON))

    change = told(world, **FLAG, namespace=ELSEWHERE)

    assert placing.here(found, change) == change
