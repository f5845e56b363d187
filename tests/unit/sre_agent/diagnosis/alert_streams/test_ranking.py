"""Without any history the instance whose own trouble stands out is suspected, not its victims."""

from alert_scene import call, metric, stream

from sre_agent.diagnosis import alert_streams
from sre_agent.diagnosis.alert_streams import Stream, features


def test_the_one_whose_memory_rises_is_suspected_before_those_that_wait_for_it() -> None:
    ranked = alert_streams.rank(
        stream(
            metric("cart-1", "container_memory_rss", source="rss"),
            call("front-0", "cart-1"),
            call("front-1", "cart-1"),
            metric("front-0", "latency_p99"),
        )
    )

    assert ranked[0].entity == "cart-1"
    assert "rss" in ranked[0].evidence_ids
    assert ranked[0].reasons


def test_a_failure_without_instances_has_no_suspects() -> None:
    assert alert_streams.rank(Stream((), ())) == ()


def test_the_order_of_alerts_makes_no_difference() -> None:
    signals = [metric("cart-0", "cpu"), metric("stock-0", "memory"), call("front-0", "cart-0")]

    forth = alert_streams.rank(stream(*signals))
    back = alert_streams.rank(stream(*reversed(signals)))

    assert [item.entity for item in forth] == [item.entity for item in back]


def test_metrics_are_sorted_by_what_they_measure_in_any_spelling() -> None:
    told = {
        name: features.resource(name)
        for name in ("docker_memory_rss_pct", "node_cpu_seconds", "dest_p95", "src_qps", "zz")
    }

    assert list(told.values()) == ["memory", "cpu", "latency", "traffic", "other"]


def test_an_alert_of_an_unknown_instance_is_passed_over() -> None:
    table = features.table(stream(metric("nobody", "cpu")))

    assert not table[:, features.FEATURES.index("count metric")].any()


def test_memory_that_rises_and_falls_at_once_is_no_rise() -> None:
    both_ways = [
        metric("front-1", "memory_rss_huge"),
        metric("front-1", "memory_rss", "down"),
        metric("front-1", "cpu_user"),
    ]
    share = features.FEATURES.index("share memory up")

    alone = features.table(stream(*both_ways))
    beside = features.table(stream(*both_ways, metric("cart-1", "memory_rss")))

    assert not alone[:, share].any()
    assert beside[:, share].argmax() == 3
