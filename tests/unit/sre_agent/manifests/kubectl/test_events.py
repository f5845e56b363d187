"""Events are read from each form in which kubectl lists them."""

from datetime import timedelta

import pytest
from outputs import NOW, asked

from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests import kubectl

HEADING = "LAST SEEN   TYPE      REASON      OBJECT        MESSAGE\n"
FAILED = "30s         Warning   Unhealthy   pod/web-1     Readiness probe failed: refused\n"


@pytest.mark.parametrize(
    ("namespace", "text"),
    [
        ("shop", HEADING + FAILED),
        ("shop", FAILED),
        ("", f"NAMESPACE   {HEADING}shop        {FAILED}"),
    ],
)
def test_an_event_is_read_with_or_without_headings_and_namespaces(
    namespace: str, text: str
) -> None:
    (event,) = kubectl.read({asked("get", "Event", namespace=namespace): text}, NOW).events

    assert event.ref == ObjectRef(kind="Pod", namespace="shop", name="web-1")
    assert (event.type, event.reason) == ("Warning", "Unhealthy")
    assert event.message == "Readiness probe failed: refused"
    assert event.last_at == NOW - timedelta(seconds=30)


def test_a_count_is_read_where_it_is_told() -> None:
    text = FAILED.replace("30s     ", "30s (x7 over 5m)")

    (event,) = kubectl.read({asked("get", "Event"): text}, NOW).events

    assert event.count == 7
    assert event.first_at == NOW - timedelta(minutes=5)


def test_what_is_said_of_every_pod_that_starts_or_stops_is_left_out() -> None:
    text = """\
30s         Normal    Pulled      pod/web-1     Container image already present
30s         Normal    Killing     pod/web-1     Stopping container main
30s         Normal    Killing     pod/web-2     Container main failed liveness probe, will be restarted
"""
    (event,) = kubectl.read({asked("get", "Event"): text}, NOW).events

    assert event.ref.name == "web-2"


def test_an_event_that_is_listed_and_described_is_told_once() -> None:
    described = """\
Name:             web-1
Namespace:        shop
Status:           Running
Events:
  Type     Reason     Age               From     Message
  ----     ------     ----              ----     -------
  Warning  Unhealthy  30s (x9 over 3m)  kubelet  Readiness probe failed: refused
"""
    texts = {
        asked("get", "Event"): HEADING + FAILED,
        asked("describe", "Pod", "web-1"): described,
    }

    (event,) = kubectl.read(texts, NOW).events

    assert (event.count, event.component) == (9, "kubelet")
