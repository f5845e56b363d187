"""What a demo follows, and what it says at the end."""

from datetime import UTC, datetime
from typing import Any

import pytest
from typing_extensions import override

from backend.cli import client
from backend.cli.client import Client
from backend.cli.following import Followed, Follower
from backend.cli.summary import left_to_do, summarize
from sre_agent.domain.errors import TransientError

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
Json = dict[str, Any]


class Api(Client):
    """An API that knows the logs it was given."""

    def __init__(self) -> None:
        self.logs: dict[str, list[Json]] = {}
        self.is_away = False

    def happens(self, incident_id: str, *kinds: str) -> None:
        """Append events to a log."""
        log = self.logs.setdefault(incident_id, [])
        log += [event(kind, len(log) + at + 1) for at, kind in enumerate(kinds)]

    @override
    def get(self, path: str, **parameters: str | int) -> Any:
        if self.is_away:
            raise TransientError("it does not answer")
        if path == "/api/v1/incidents":
            return {"incidents": [self._row(id_) for id_ in reversed(self.logs)]}
        log = self.logs[path.split("/")[-2]]
        after = int(parameters["after"])
        return {"events": log[after:], "last_seq": len(log), "status": "investigating"}

    def _row(self, incident_id: str) -> Json:
        log = self.logs[incident_id]
        return {"id": incident_id, "service": "a", "status": "resolved", "last_seq": len(log)}


def event(kind: str, second: int, **payload: Any) -> Json:
    at = BEGAN.replace(second=second).isoformat()
    return {"kind": kind, "seq": second, "at": at, "payload": payload}


def incident(id_: str, status: str, *events: Json) -> Followed:
    return Followed(id_, f"service-of-{id_}", status, list(events))


def ranked(fault_class: str, name: str) -> Json:
    where = {"kind": "Deployment", "namespace": "n", "name": name}
    cause = {"fault_class": fault_class, "object": where, "confidence": 0.91234}
    return event("causes_ranked", 5, diagnosis={"causes": [cause]})


def repaired(id_: str, name: str) -> Followed:
    return incident(
        id_,
        "resolved",
        event("incident_opened", 3),
        ranked("bad_release", name),
        event("plan_proposed", 6),
        event("action_finished", 8, status="ok"),
        event("verification_finished", 20, result="resolved"),
        event("report_written", 21),
    )


def test_what_was_over_before_is_not_followed() -> None:
    api = Api()
    api.happens("old", "incident_opened", "report_written")
    log = Follower(api)

    api.happens("old", "alert_resolved")
    api.happens("new", "incident_opened", "run_started")

    assert [(item.id, news["kind"]) for item, news in log.fresh()] == [
        ("new", "incident_opened"),
        ("new", "run_started"),
    ]
    assert list(log.fresh()) == []
    assert [item.id for item in log.incidents] == ["new"]


def test_an_old_incident_that_begins_again_is_followed_from_there() -> None:
    api = Api()
    api.happens("old", "incident_opened", "report_written")
    log = Follower(api)

    api.happens("old", "reopened", "run_started")

    assert [news["kind"] for _, news in log.fresh()] == ["reopened", "run_started"]
    assert not log.incidents[0].is_over
    api.happens("old", "report_written")
    assert len(list(log.fresh())) == 1
    assert log.incidents[0].is_over


def test_an_api_that_is_restarted_is_waited_for_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "_AGAIN_S", 0)
    api = Api()
    log = Follower(api)
    api.happens("new", "incident_opened", "run_started")
    api.is_away = True

    assert list(log.fresh()) == []
    api.is_away = False
    assert len(list(log.fresh())) == 2


def test_an_api_that_stays_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PATIENCE_S", -1)
    api = Api()
    log = Follower(api)
    api.is_away = True

    with pytest.raises(TransientError, match="does not answer"):
        list(log.fresh())


def test_the_summary_of_one_repair_stands_on_top() -> None:
    told = summarize("bad-release", BEGAN, [repaired("one", "a")])

    assert (told["scenario"], told["incident_id"]) == ("bad-release", "one")
    assert told["top_cause"] == {
        "class": "bad_release",
        "object": "Deployment/n/a",
        "confidence": 0.912,
    }
    assert (told["actions_executed"], told["verification"]) == (1, "resolved")
    assert told["seconds"]["alert"] == 3
    assert told["seconds"]["total"] == 21


def test_two_repairs_are_both_told_and_what_was_merged_is_not() -> None:
    merged = incident("three", "merged", event("incident_opened", 3))

    told = summarize("two-at-once", BEGAN, [merged, repaired("one", "a"), repaired("two", "b")])

    assert [entry["incident_id"] for entry in told["incidents"]] == ["one", "two"]
    assert told["incident_id"] == "one"


def test_a_false_alarm_is_told_with_its_explanation() -> None:
    withheld = event("plan_withheld", 7, reason="a spike that ended by itself")
    quiet = incident("one", "closed", event("incident_opened", 3), withheld)

    told = summarize("false-alarm", BEGAN, [quiet])

    assert told["explanation"] == "a spike that ended by itself"
    assert (told["top_cause"], told["actions_executed"]) == (None, 0)
    assert told["verification"] == "not_verified"


def test_what_is_too_unlikely_is_no_top_cause_where_nothing_is_wrong() -> None:
    looked = ranked("bad_release", "a")
    looked["payload"]["diagnosis"]["conclusion"] = "nothing_wrong"

    told = summarize("false-alarm", BEGAN, [incident("one", "closed", looked)])

    assert told["top_cause"] is None


def test_after_a_fault_that_was_handed_over_the_demo_says_how_to_heal() -> None:
    handed_over = incident("i2", "escalated", event("escalated", 9, reason="no playbook"))

    told = left_to_do([repaired("i1", "a"), handed_over])

    assert told is not None
    assert told.startswith("service-of-i2 was left to a person")
    assert "`sre-agent lab heal`" in told


def test_after_a_repair_there_is_nothing_left_to_do() -> None:
    assert left_to_do([repaired("i1", "a"), incident("i2", "closed")]) is None
