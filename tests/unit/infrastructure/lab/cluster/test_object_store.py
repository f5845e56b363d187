"""The store: versions, conflicts, generations, the deletion mark and bounded events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infrastructure.lab.cluster.store import (
    KINDS,
    AlreadyExists,
    Conflict,
    Gone,
    NotFound,
    Store,
)

DEPLOYMENT, POD, EVENT = KINDS["Deployment"], KINDS["Pod"], KINDS["Event"]
QUOTA = KINDS["ResourceQuota"]


def obj(name: str = "a", **fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "n"}, **fields}


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_new_object_is_given_uid_time_version_and_generation() -> None:
    created = Store(now=Clock()).create(DEPLOYMENT, obj(spec={}))

    meta = created["metadata"]
    assert (created["kind"], created["apiVersion"]) == ("Deployment", "apps/v1")
    assert len(meta["uid"]) == 36
    assert meta["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert (meta["generation"], int(meta["resourceVersion"])) == (1, 2)


def test_what_the_caller_holds_is_its_own() -> None:
    store = Store()
    given = obj(spec={"list": [1]})
    created = store.create(DEPLOYMENT, given)
    given["spec"]["list"].append(2)
    created["spec"]["list"].append(3)
    store.get(DEPLOYMENT, "n", "a")["spec"]["list"].append(4)

    assert store.get(DEPLOYMENT, "n", "a")["spec"] == {"list": [1]}


def test_only_a_change_of_spec_raises_the_generation() -> None:
    store = Store()
    held = store.create(DEPLOYMENT, obj(spec={"replicas": 1}))
    held["metadata"]["labels"] = {"a": "b"}
    labelled = store.update(DEPLOYMENT, held)
    labelled["spec"]["replicas"] = 2
    scaled = store.update(DEPLOYMENT, labelled)
    reported = store.update(DEPLOYMENT, {**scaled, "status": {"replicas": 2}}, status=True)

    generations = [each["metadata"]["generation"] for each in (labelled, scaled, reported)]
    assert generations == [1, 2, 2]


def test_an_update_that_changes_nothing_keeps_the_version_and_tells_nobody() -> None:
    store = Store()
    created = store.create(DEPLOYMENT, obj(spec={}))
    subscription = store.subscribe()

    updated = store.update(DEPLOYMENT, created)

    assert updated == created
    assert not subscription.has_pending()


def test_an_update_of_an_old_version_is_a_conflict() -> None:
    store = Store()
    old = store.create(DEPLOYMENT, obj(spec={"replicas": 1}))
    store.update(DEPLOYMENT, {**old, "spec": {"replicas": 2}})

    with pytest.raises(Conflict):
        store.update(DEPLOYMENT, {**old, "spec": {"replicas": 3}})
    with pytest.raises(Conflict):
        store.update(DEPLOYMENT, {**old, "status": {}}, status=True)

    assert store.get(DEPLOYMENT, "n", "a")["spec"] == {"replicas": 2}


def test_an_update_without_a_version_is_unconditional() -> None:
    store = Store()
    store.create(DEPLOYMENT, obj(spec={"replicas": 1}))

    updated = store.update(DEPLOYMENT, obj(spec={"replicas": 3}))

    assert updated["spec"] == {"replicas": 3}


def test_another_object_of_the_same_name_is_a_conflict() -> None:
    store = Store()
    first = store.create(POD, obj(spec={}))
    store.delete(POD, "n", "a")
    store.create(POD, obj(spec={}))

    with pytest.raises(Conflict):
        store.delete(POD, "n", "a", uid=first["metadata"]["uid"])


def test_an_update_keeps_what_only_the_server_may_set() -> None:
    store = Store()
    created = store.create(POD, obj(spec={"nodeName": "x"}))
    store.begin_delete(POD, "n", "a", grace_s=5)
    forged = obj(spec={"nodeName": "x"}, status={"phase": "Failed"})
    forged["metadata"] |= {"creationTimestamp": "1999-01-01T00:00:00Z", "generation": 99}

    updated = store.update(POD, forged)

    assert updated["metadata"]["creationTimestamp"] == created["metadata"]["creationTimestamp"]
    assert updated["metadata"]["generation"] == 1
    assert updated["metadata"]["deletionGracePeriodSeconds"] == 5
    assert "status" not in updated


def test_names_are_taken_and_missing_per_namespace() -> None:
    store = Store()
    store.create(POD, obj(spec={}))
    other = obj(spec={})
    other["metadata"]["namespace"] = "m"
    store.create(POD, other)

    with pytest.raises(AlreadyExists):
        store.create(POD, obj(spec={}))
    with pytest.raises(NotFound):
        store.get(POD, "x", "a")
    assert len(store.list(POD)[0]) == 2
    assert len(store.list(POD, "m")[0]) == 1


def test_the_end_of_a_scheduled_pod_is_marked_and_may_only_come_sooner() -> None:
    store = Store(now=Clock())
    store.create(POD, obj(spec={"nodeName": "x", "terminationGracePeriodSeconds": 20}))

    marked = [
        store.begin_delete(POD, "n", "a", grace_s=grace_s)["metadata"]
        for grace_s in (None, 25, 5, 10)
    ]

    assert [meta["deletionGracePeriodSeconds"] for meta in marked] == [20, 20, 5, 5]
    assert marked[-1]["deletionTimestamp"] == "2026-01-01T00:00:05Z"


@pytest.mark.parametrize(("spec", "grace_s"), [({}, None), ({"nodeName": "x"}, 0)])
def test_a_pod_that_runs_nowhere_or_gets_no_grace_is_gone_at_once(
    spec: dict[str, Any], grace_s: int | None
) -> None:
    store = Store()
    store.create(POD, obj(spec=spec))

    store.begin_delete(POD, "n", "a", grace_s=grace_s)

    assert store.list(POD)[0] == []


def test_a_dry_run_stores_nothing() -> None:
    store = Store()
    created = store.create(DEPLOYMENT, obj(spec={"replicas": 1}))
    version = store.resource_version

    preview = store.update(DEPLOYMENT, obj(spec={"replicas": 2}), dry_run=True)
    new = store.create(DEPLOYMENT, obj("b", spec={}), dry_run=True)

    assert preview["spec"] == {"replicas": 2}
    assert "resourceVersion" not in new["metadata"]
    assert store.resource_version == version
    assert store.list(DEPLOYMENT)[0] == [created]


def test_the_changes_since_a_version_are_replayed_in_order() -> None:
    store = Store()
    first = store.create(POD, obj("a", spec={}))
    store.create(POD, obj("b", spec={}))
    store.delete(POD, "n", "a")

    changes = store.since(int(first["metadata"]["resourceVersion"]))

    assert [(each.type, each.object["metadata"]["name"]) for each in changes] == [
        ("ADDED", "b"),
        ("DELETED", "a"),
    ]
    assert changes[1].previous is not None


def test_a_version_older_than_the_history_is_gone() -> None:
    store = Store()
    for number in range(2000):
        store.create(POD, obj(f"p{number}", spec={}))

    with pytest.raises(Gone):
        store.since(1)
    assert len(store.since(store.resource_version - 10)) == 10


async def test_a_subscriber_that_falls_behind_is_cut_off_instead_of_growing() -> None:
    store = Store(max_events=5)
    subscription = store.subscribe()
    for number in range(5000):
        store.create(EVENT, obj(f"e{number}"))

    with pytest.raises(Gone):
        await anext(subscription)


async def test_a_closed_subscription_ends() -> None:
    store = Store()
    subscription = store.subscribe()
    store.create(POD, obj(spec={}))
    subscription.close()
    store.create(POD, obj("b", spec={}))

    seen = [change.object["metadata"]["name"] async for change in subscription]

    assert seen == ["a"]


async def test_waiting_for_a_change_ends_at_its_time() -> None:
    subscription = Store().subscribe()

    assert await subscription.next_within(0.01) is None


def test_only_the_newest_events_are_kept() -> None:
    store = Store(max_events=3)
    for number in range(10):
        store.create(EVENT, obj(f"e{number}"))

    assert [each["metadata"]["name"] for each in store.list(EVENT)[0]] == ["e7", "e8", "e9"]


def test_events_not_seen_for_an_hour_expire() -> None:
    clock = Clock()
    store = Store(now=clock)
    store.create(EVENT, obj("old"))
    repeated = store.create(EVENT, obj("repeated"))
    clock.now += timedelta(minutes=50)
    store.update(EVENT, {**repeated, "lastTimestamp": "2026-01-01T00:50:00Z"})
    store.create(EVENT, obj("new"))
    clock.now += timedelta(minutes=20)

    count = store.expire_events(timedelta(hours=1))

    assert count == 1
    assert [each["metadata"]["name"] for each in store.list(EVENT)[0]] == ["new", "repeated"]


def test_what_people_write_tells_when_it_was_last_written() -> None:
    clock = Clock()
    store = Store(now=clock)

    def dated(held: dict[str, Any]) -> str:
        (entry,) = held["metadata"]["managedFields"]
        return str(entry["time"])

    made = store.create(QUOTA, obj(spec={"hard": {"pods": "9"}}))
    clock.now += timedelta(minutes=1)
    same = store.update(QUOTA, made)
    reported = store.update(QUOTA, {**same, "status": {"used": {"pods": "1"}}}, status=True)
    clock.now += timedelta(minutes=1)
    written = store.update(QUOTA, {**reported, "spec": {"hard": {"pods": "4"}}})

    assert [dated(held) for held in (made, same, reported)] == ["2026-01-01T00:00:00Z"] * 3
    assert same["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]
    assert dated(written) == "2026-01-01T00:02:00Z"
