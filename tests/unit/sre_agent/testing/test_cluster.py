from dataclasses import fields

import pytest

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.testing import cluster
from sre_agent.testing.cluster_kinds import FIELDS


def test_a_built_pod_belongs_to_the_deployment_it_was_built_for() -> None:
    web = cluster.deployment("web")
    pod, service = cluster.pod(web), cluster.service("web")

    view = View(cluster.snapshot(web, pod, service))

    assert view.owner_of(pod) == web.meta.ref
    assert view.behind(service) == (web.meta.ref,)


def test_everything_a_snapshot_holds_can_be_built_into_one() -> None:
    known = {"taken_at", "namespaces", "complete", "sources", "declared_claims"}

    assert set(FIELDS) == {field.name for field in fields(Snapshot)} - known


def test_what_a_cluster_does_not_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="holds no str"):
        cluster.snapshot("web")
