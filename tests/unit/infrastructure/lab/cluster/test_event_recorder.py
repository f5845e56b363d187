"""Events: the same news raises a count."""

from typing import Any

from infrastructure.lab.cluster import events
from infrastructure.lab.cluster.events import News, Recorder
from infrastructure.lab.cluster.store import KINDS, Store

EVENT = KINDS["Event"]


def pod(store: Store, name: str = "web-1") -> dict[str, Any]:
    return store.create(KINDS["Pod"], {"metadata": {"name": name, "namespace": "shop"}, "spec": {}})


def test_the_same_news_is_one_event_with_a_count() -> None:
    store = Store()
    about, recorder = pod(store), Recorder(store, "kubelet", "node-1")
    news = News("Warning", "BackOff", "Back-off restarting", "spec.containers{app}")

    for _ in range(3):
        recorder.record(about, news)

    (event,) = store.peek_all(EVENT)
    assert event["count"] == 3
    assert event["metadata"]["namespace"] == "shop"
    assert event["involvedObject"]["fieldPath"] == "spec.containers{app}"
    assert event["source"] == {"component": "kubelet", "host": "node-1"}
    assert event["firstTimestamp"] <= event["lastTimestamp"]


def test_other_news_and_other_objects_are_other_events() -> None:
    store = Store()
    one, two, recorder = pod(store), pod(store, "web-2"), Recorder(store, "kubelet")

    recorder.warning(one, "Failed", "a")
    recorder.warning(one, "Failed", "b")
    recorder.normal(two, "Failed", "a")

    assert [event["count"] for event in store.peek_all(EVENT)] == [1, 1, 1]


def test_one_trouble_in_ever_new_words_ends_up_in_one_event() -> None:
    store = Store()
    about, recorder = pod(store), Recorder(store, "replicaset-controller")

    for number in range(30):
        recorder.warning(about, "FailedCreate", f"no room for pod {number}")

    told = {event["message"]: event["count"] for event in store.peek_all(EVENT)}
    assert len(told) == events.SIMILAR + 1
    assert told["(combined from similar events): no room for pod 29"] == 30 - events.SIMILAR


def test_expected_steps_keep_events_of_their_own() -> None:
    store = Store()
    about, recorder = pod(store), Recorder(store, "deployment-controller")

    for number in range(30):
        recorder.normal(about, "ScalingReplicaSet", f"to {number}")

    assert len(store.peek_all(EVENT)) == 30


def test_an_event_that_expired_meanwhile_is_counted_anew() -> None:
    store = Store()
    about, recorder = pod(store), Recorder(store, "kubelet")
    recorder.normal(about, "Pulled", "done")
    (event,) = store.peek_all(EVENT)
    store.delete(EVENT, "shop", event["metadata"]["name"])

    recorder.normal(about, "Pulled", "done")

    (event,) = store.peek_all(EVENT)
    assert event["count"] == 1


def test_a_recorder_remembers_a_bounded_amount(monkeypatch: Any) -> None:
    monkeypatch.setattr(events, "REMEMBERED", 2)
    store = Store()
    about, recorder = pod(store), Recorder(store, "kubelet")

    for message in ("a", "b", "c", "a"):
        recorder.normal(about, "Pulled", message)

    assert sorted(event["message"] for event in store.peek_all(EVENT)) == ["a", "a", "b", "c"]


def test_events_of_cluster_wide_objects_stand_in_the_default_namespace() -> None:
    store = Store()
    node = store.create(KINDS["Node"], {"metadata": {"name": "node-1"}})

    Recorder(store, "kubelet").normal(node, "Starting", "Starting kubelet.")

    (event,) = store.peek_all(EVENT)
    assert event["metadata"]["namespace"] == "default"
    assert "namespace" not in event["involvedObject"]
