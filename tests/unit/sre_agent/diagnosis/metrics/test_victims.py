"""Victims: symptoms that travel along calls are discounted, the use of resources never."""

from sre_agent.diagnosis.metrics import victims
from sre_agent.diagnosis.metrics.anomalies import Anomaly, Deviant
from sre_agent.domain.telemetry import MetricKey


def deviant(entity: str, **scores: float) -> Deviant:
    """Return an entity whose metrics have these scores."""
    metrics = [Anomaly(MetricKey(entity, name), score, 0.0, 0.0) for name, score in scores.items()]
    return Deviant(entity, tuple(sorted(metrics, key=lambda item: -item.score)))


CALLS = {"web": ["store", "web"]}


def test_a_caller_as_slow_as_its_callee_is_a_victim() -> None:
    found = victims.discounted([deviant("web", latency=9.0), deviant("store", latency=8.0)], CALLS)

    assert [item.entity for item in found] == ["store", "web"]


def test_a_caller_far_slower_than_its_callee_has_trouble_of_its_own() -> None:
    found = victims.discounted([deviant("web", latency=9.0), deviant("store", latency=3.0)], CALLS)

    assert [(item.entity, item.score) for item in found] == [("web", 9.0), ("store", 3.0)]


def test_memory_of_a_caller_is_never_its_callees_doing() -> None:
    found = victims.discounted([deviant("web", memory=9.0), deviant("store", latency=9.0)], CALLS)

    assert found[1].score == 9.0


def test_nothing_is_taken_off_where_nobody_deviates() -> None:
    found = victims.discounted([deviant("web", latency=0.0), deviant("store", latency=0.0)], CALLS)

    assert [item.score for item in found] == [0.0, 0.0]


def test_who_fell_ill_first_is_nobodys_victim() -> None:
    caller = Deviant("web", (Anomaly(MetricKey("web", "latency"), 9.0, 0.0, 0.0, since_s=100.0),))
    later, sooner = (
        Deviant("store", (Anomaly(MetricKey("store", "latency"), 8.0, 0.0, 0.0, since_s=at),))
        for at in (200.0, 110.0)
    )

    assert victims.discounted([caller, later], CALLS)[0].entity == "web"
    assert victims.discounted([caller, sooner], CALLS)[0].entity == "store"
