"""Who feels an action, read off what was seen around its target."""

from datetime import UTC, datetime, timedelta

from sre_agent.domain.causes import Dependency
from sre_agent.domain.cluster.meta import Meta, Selector
from sre_agent.domain.cluster.network import Service
from sre_agent.domain.cluster.pods import PodSpec, Volume
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.cluster.workloads import DisruptionBudget, Workload
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import BlastRadius
from sre_agent.safety import blast
from sre_agent.safety.blast import Surroundings

NOW = datetime(2026, 5, 4, tzinfo=UTC)
E1 = EvidenceId("e1")
WEB = ObjectRef.deployment("shop", "web")
SHELF = ObjectRef(kind="StatefulSet", namespace="shop", name="shelf")
FEW = BlastRadius(pods=2, callers=("front",), statement="", pods_total=2)


def meta(kind: str, name: str, namespace: str = "shop") -> Meta:
    return Meta(ref=ObjectRef(kind=kind, namespace=namespace, name=name), source=E1)


def workload(ref: ObjectRef, *volumes: Volume) -> Workload:
    return Workload(
        meta=Meta(ref=ref, source=E1),
        template=PodSpec(volumes=volumes),
        template_labels={"app": ref.name, "color": "blue"},
    )


def test_callers_are_found_through_others() -> None:
    front, cart = (ObjectRef.deployment("shop", name) for name in ("front", "cart"))
    calls = [
        Dependency(caller=front, callee=cart, evidence_ids=(E1,)),
        Dependency(caller=cart, callee=WEB, evidence_ids=(E1,)),
    ]

    found = blast.blast_radius(WEB, Surroundings(dependencies=calls))

    assert found.callers == ("cart", "front")


def test_services_and_budgets_are_those_that_select_the_pods() -> None:
    cluster = Snapshot(
        taken_at=NOW,
        deployments=(workload(WEB),),
        services=(
            Service(meta=meta("Service", "web"), selector={"app": "web"}),
            Service(meta=meta("Service", "web-green"), selector={"app": "web", "color": "green"}),
            Service(meta=meta("Service", "outside")),
            Service(meta=meta("Service", "far", "elsewhere"), selector={"app": "web"}),
        ),
        disruption_budgets=(
            DisruptionBudget(
                meta=meta("PodDisruptionBudget", "guard"),
                selector=Selector(labels={"app": "web"}),
                healthy=2,
                desired_healthy=1,
                allowed=1,
            ),
            DisruptionBudget(
                meta=meta("PodDisruptionBudget", "other"), selector=Selector(labels={"app": "x"})
            ),
        ),
    )

    found = blast.blast_radius(WEB, Surroundings(cluster=cluster))

    assert found.services == ("web",)
    assert [(item.name, item.allowed) for item in found.disruptions] == [("guard", 1)]


def test_pods_that_keep_data_are_known_by_kind_and_claims() -> None:
    data = Volume(name="data", kind="persistentVolumeClaim", claim="shelf-data")
    cluster = Snapshot(taken_at=NOW, statefulsets=(workload(SHELF, data),))

    found = blast.blast_radius(SHELF, Surroundings(cluster=cluster))

    assert (found.is_stateful, found.claims) == (True, ("shelf-data",))


def test_the_share_of_traffic_is_of_the_busiest_service() -> None:
    front = ObjectRef.deployment("shop", "front")

    found = blast.blast_radius(WEB, Surroundings(rates={front: 20.0, WEB: 5.0}))
    alone = blast.blast_radius(WEB, Surroundings(rates={WEB: 5.0}))

    assert (found.traffic_pct, alone.traffic_pct) == (25, None)


def test_what_was_not_seen_is_not_made_up() -> None:
    found = blast.blast_radius(WEB, Surroundings(seen_at=NOW + timedelta(hours=1)))

    assert found == BlastRadius(pods=0, callers=(), statement="pods unknown; no caller is known")


def test_one_pod_of_many_is_one_pod() -> None:
    many = FEW.model_copy(update={"pods": 50})

    found = blast.of_one_pod(many, WEB)

    assert (found.pods, found.statement) == (1, "one pod of web is replaced")
