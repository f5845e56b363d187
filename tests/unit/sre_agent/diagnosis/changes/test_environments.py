"""A deployment to another environment reached nothing here; one to who knows where counts less."""

from datetime import timedelta
from typing import Any

import pytest
from repository_seen import NOON, REPOSITORY, sha

from sre_agent.diagnosis.changes import environments, taking
from sre_agent.diagnosis.changes.environments import Where
from sre_agent.diagnosis.incident import case
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World


def deployed(**more: Any) -> Change:
    return Change(
        key="d-1",
        source=more.pop("source", ChangeSource.GITHUB),
        kind=more.pop("kind", ChangeKind.DEPLOY),
        summary="deployed",
        at=NOON,
        told_at=NOON,
        repository=REPOSITORY,
        commit=sha("a"),
        services=("checkout",),
        **more,
    )


@pytest.mark.parametrize(
    ("told", "own", "expected"),
    [
        ("production", "production", Where.HERE),
        ("Prod", "production", Where.HERE),
        ("production-eu", "prod", Where.HERE),
        ("staging", "production", Where.ELSEWHERE),
        ("pre-production", "production", Where.ELSEWHERE),
        ("non_prod", "prod-eu", Where.ELSEWHERE),
        ("dev", "shop-staging", Where.ELSEWHERE),
        ("eu-production", "us-production", Where.UNKNOWN),
        ("blue", "production", Where.UNKNOWN),
        ("production", "", Where.UNKNOWN),
        ("staging", "", Where.UNKNOWN),
        ("blue", "blue", Where.HERE),
        ("", "production", Where.UNKNOWN),
    ],
)
def test_environments_are_compared_by_what_they_are_called(
    told: str, own: str, expected: Where
) -> None:
    assert environments.where(deployed(environment=told), own) is expected


def test_who_sent_a_clusters_token_and_names_no_environment_means_that_cluster() -> None:
    told = deployed(source=ChangeSource.WEBHOOK, cluster_id="east")

    assert environments.where(told, "production") is Where.HERE
    assert environments.where(told, "") is Where.HERE


@pytest.mark.parametrize("kind", [ChangeKind.DEPLOY, ChangeKind.FLAG, ChangeKind.CONFIG])
def test_what_went_elsewhere_reached_nothing_here(kind: ChangeKind) -> None:
    told = [(EvidenceId("e-1"), deployed(kind=kind, environment="staging", state="success"))]

    taken = taking.take(told, lambda _, name: name, "production")

    assert (taken.deploys, taken.flags, taken.commits) == ((), (), ())


@pytest.mark.parametrize(
    ("environment", "is_sure"), [("production", True), ("blue", False), ("", False)]
)
def test_a_deployment_to_who_knows_where_is_marked(environment: str, is_sure: bool) -> None:
    told = [(EvidenceId("e-1"), deployed(environment=environment))]

    [deploy] = taking.take(told, lambda _, name: name, "prod").deploys

    assert (deploy.environment, deploy.is_surely_here) == (environment, is_sure)


@pytest.mark.parametrize(
    ("labels", "policy", "place", "expected"),
    [
        ({"environment": "prod"}, "staging", "shop-dev", "prod"),
        ({"env": "qa"}, "", "shop", "qa"),
        ({}, "staging", "shop-dev", "staging"),
        ({}, "", "shop-dev", "shop-dev"),
        ({}, "", "test", ""),
        ({}, "", "shop", ""),
    ],
)
def test_an_incident_is_where_its_alerts_the_policy_or_its_names_say(
    labels: dict[str, str], policy: str, place: str, expected: str
) -> None:
    incident = World(5).incident("core")
    alerts = tuple(
        alert.model_copy(update={"labels": {**alert.labels, **labels}}) for alert in incident.alerts
    )
    update = {"alerts": alerts, "namespace": place, "cluster_id": "here"}
    near = NearChanges(since=NOON - timedelta(hours=1), until=NOON, changes=(), environment=policy)

    built = case.build(
        [build.evidence("timeline-1.1", near, NOON)], incident.model_copy(update=update), NOON
    )

    assert environments.of(built) == expected
