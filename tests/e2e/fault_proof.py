"""What has to be true of every fault, whichever it is, read off from outside."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import repair_proof
from platform_process import APPROVER, ROOT, TRUST, until
from scene import Scene
from target_world import grant_ids

Json = dict[str, Any]

KEPT = ROOT / ".run" / "failures"
"""Where the logs of what went wrong are kept."""

OVER = frozenset({"resolved", "closed", "merged", "escalated"})
HARMLESS = frozenset({"resolved", "closed", "merged"})
REST_LIMIT_S = 150.0
PLAN_LIMIT_S = 150.0
END_LIMIT_S = 240.0
SETTLED_AFTER = dt.timedelta(seconds=32)


@dataclass(frozen=True)
class Trial:
    """One injection: the truths about it, and where every log stood before."""

    scene: Scene
    truths: tuple[Json, ...]
    audit_before: int
    seen: dict[str, int]

    @property
    def causes(self) -> list[Json]:
        """Return the objects at fault."""
        return [truth["object"] for truth in self.truths]

    def incidents(self) -> list[Json]:
        """Return the incidents opened, or opened again, since the injection."""
        return [
            row
            for row in self.scene.platform.incidents()
            if self.events(row["id"], "incident_opened", "reopened")
        ]

    def events(self, incident_id: str, *kinds: str) -> list[Json]:
        """Return what happened in an incident since the injection."""
        after = self.seen.get(incident_id, 0)
        log = self.scene.platform.events(incident_id)
        return [event for event in log if event["seq"] > after and event["kind"] in kinds]

    def writes(self) -> list[Json]:
        """Return what was really changed since the injection."""
        return self.scene.world.writes(self.audit_before)

    def waiting(self) -> list[str]:
        """Return the incidents whose plan waits for a person."""
        rows = self.incidents()
        return [str(row["id"]) for row in rows if row["status"] == "awaiting_approval"]

    def is_over(self) -> bool:
        """Say whether there was an incident, and each has ended and is told."""
        rows = self.incidents()
        return bool(rows) and all(
            row["status"] in OVER and self.events(row["id"], "report_written") for row in rows
        )


def inject(scene: Scene, fault: str) -> Trial:
    """Break what is whole; start only when everything is at rest."""
    _come_to_rest(scene)
    if fault == "false-alarm":  # so short that it could pass for the echo of the repair before
        until("the last repair has settled", lambda: _is_settled(scene))
    seen = {row["id"]: row["last_seq"] for row in scene.platform.incidents()}
    before = len(scene.world.audit())
    notes = len(scene.world.notes())
    scene.world.command("break", fault)
    return Trial(scene, tuple(scene.world.notes()[notes:]), before, seen)


def is_repaired_by_its_own_plan(trial: Trial) -> None:
    """Approve each plan, one for each cause, and hold all that happens against the promises."""
    planned: dict[str, Json] = {}
    for _ in trial.truths:
        known = frozenset(planned)
        new = until(
            "another plan waits for approval",
            lambda known=known: [id_ for id_ in trial.waiting() if id_ not in known],  # type: ignore[misc]
            PLAN_LIMIT_S,
        )
        if not planned:
            nothing_changed(trial)
        truth = names_its_cause(trial, new[0])
        assert truth not in planned.values(), f"two plans for {truth['object']}"
        planned[new[0]] = truth
        trial.scene.approve(new[0])

    until("every incident has ended", trial.is_over, END_LIMIT_S)

    for incident_id, truth in planned.items():
        _is_resolved(trial, incident_id, truth)
    until("no alert is left", lambda: not restless(trial.scene), REST_LIMIT_S)
    until("whatever alerted late has ended", trial.is_over, END_LIMIT_S)
    assert len(trial.writes()) == len(planned)
    nobody_else_is_blamed(trial, planned)


def was_foreseen(trial: Trial) -> None:
    """Hold the diagnosis of a leak against what happened: nothing was killed before the repair."""
    (truth,) = trial.truths
    told = [
        event["payload"]["diagnosis"]["causes"][0]
        for row in trial.incidents()
        for event in trial.events(row["id"], "causes_ranked")
    ]
    leaks = [cause for cause in told if cause["fault_class"] == truth["class"]]
    assert leaks, told
    assert "reaches its limit in" in leaks[0]["statement"]
    since = dt.datetime.fromisoformat(truth["at"])
    assert trial.scene.world.killed_for_memory(truth["object"]["name"], since) == []


def is_named_and_handed_over(trial: Trial) -> None:
    """Hold what a person has to mend against the promises: the cause is told, nothing is touched."""
    expected = {name for truth in trial.truths for name in truth["alerts"]}
    # One alert is enough to hand over by; the others may fire a little later.
    until("every alert was told", lambda: expected <= _told(trial), END_LIMIT_S)
    until("every incident has ended", trial.is_over, END_LIMIT_S)

    found = [row for row in trial.incidents() if row["status"] == "escalated"]
    assert found, [(row["service"], row["status"]) for row in trial.incidents()]
    for row in found:
        names_its_cause(trial, row["id"])
        assert trial.events(row["id"], "approval_requested", "action_started") == []
        assert "Escalated to people" in trial.scene.report(row["id"])
    others = [row for row in trial.incidents() if row not in found]
    assert {row["status"] for row in others} <= HARMLESS
    entries = trial.scene.world.audit(trial.audit_before)
    assert [entry for entry in entries if entry["user"] != "admin"] == []
    repair_proof.audit_holds(trial.scene)


def is_explained_and_left_alone(trial: Trial) -> None:
    """Hold a false alarm against the promises: told, explained, closed, nothing touched."""
    until("every incident has ended", trial.is_over, END_LIMIT_S)

    told = _told(trial)
    assert {name for truth in trial.truths for name in truth["alerts"]} <= told
    for row in trial.incidents():
        id_ = row["id"]
        assert row["status"] in {"closed", "merged"}, (row["status"], _conclusions(trial, id_))
        assert trial.events(id_, "plan_proposed", "approval_requested", "action_started") == []
        report = trial.scene.report(id_)
        assert "There is nothing to repair: " in report
        assert "No action was planned." in report
    assert trial.scene.world.audit(trial.audit_before) == []
    repair_proof.audit_holds(trial.scene)


@contextmanager
def kept_when_it_fails(trial: Trial, name: str) -> Iterator[None]:
    """Keep the logs of the trial's incidents for whoever has to find out why."""
    try:
        yield
    except BaseException:
        KEPT.mkdir(parents=True, exist_ok=True)
        logs = {row["id"]: trial.scene.platform.events(row["id"]) for row in trial.incidents()}
        text = json.dumps({"truths": trial.truths, "incidents": logs}, indent=1)
        (KEPT / f"{name}.json").write_text(text)
        for id_ in trial.waiting():  # the next trial begins when nothing is open
            trial.scene.platform.post(f"/api/v1/incidents/{id_}/reject", {"reason": "failed"})
        raise


def nothing_changed(trial: Trial) -> None:
    """Nothing was written unasked, and only what is at fault was rehearsed upon."""
    assert trial.writes() == []
    rehearsed = {
        entry["name"] for entry in trial.scene.world.audit(trial.audit_before) if entry["dryRun"]
    }
    assert rehearsed <= {cause["name"] for cause in trial.causes}


def names_its_cause(trial: Trial, incident_id: str) -> Json:
    """Return the truth that the incident found."""
    ranked = trial.events(incident_id, "causes_ranked")[-1]["payload"]["diagnosis"]
    assert not ranked["abstained"]
    top = ranked["causes"][0]
    found = [
        truth
        for truth in trial.truths
        if (top["fault_class"], top["object"]) == (truth["class"], truth["object"])
    ]
    assert found, f"{top['fault_class']} of {top['object']}, but it is {trial.truths}"
    return found[0]


def _is_resolved(trial: Trial, incident_id: str, truth: Json) -> None:
    """One action, a right one, once, on the object at fault, approved, verified and told."""
    scene, name = trial.scene, truth["object"]["name"]
    assert scene.platform.incident(incident_id)["status"] == "resolved"
    (started,) = trial.events(incident_id, "action_started")
    assert started["payload"]["call"]["tool"] == truth["repairs"][0]["action"]
    (finished,) = trial.events(incident_id, "action_finished")
    assert finished["payload"]["outcome"] in {"applied", "already_applied"}
    (decided,) = trial.events(incident_id, "approval_decided")
    assert decided["payload"]["actor"] == APPROVER
    verified = trial.events(incident_id, "verification_finished")[-1]["payload"]
    assert verified["result"] == "resolved"

    (write,) = [entry for entry in trial.writes() if entry["name"] == name]
    (grant,) = {event["payload"]["grant_id"] for event in trial.events(incident_id, "grant_minted")}
    assert grant_ids(write)[-1] == grant
    kind = started["payload"]["target"].partition("/")[0]
    assert scene.world.grants_on(name, kind)[-1] == grant
    assert name in repair_proof.is_told(scene, incident_id)
    repair_proof.audit_holds(scene)


def nobody_else_is_blamed(trial: Trial, planned: dict[str, Json]) -> None:
    """Whoever only suffers is neither accused nor left to people."""
    for row in trial.incidents():
        assert row["status"] in HARMLESS, (row["service"], _conclusions(trial, row["id"]))
        if row["id"] not in planned and row["top_cause"] is not None:
            assert row["top_cause"]["object"] in trial.causes


def _conclusions(trial: Trial, incident_id: str) -> list[str]:
    ends = trial.events(incident_id, "escalated", "incident_closed", "merged")
    return [json.dumps(event["payload"]) for event in ends]


def _told(trial: Trial) -> set[str]:
    """Return the names of the alerts that are known of the incidents."""
    found = [trial.scene.platform.incident(row["id"])["alerts"] for row in trial.incidents()]
    return {alert["name"] for alerts in found for alert in alerts}


def _come_to_rest(scene: Scene) -> None:
    """Undo what is left, and wait until nothing alerts and nobody works."""
    scene.world.command("heal")
    until("nothing alerts", lambda: not restless(scene), REST_LIMIT_S)
    until("no incident is open", lambda: not _open(scene), END_LIMIT_S)


def _is_settled(scene: Scene) -> bool:
    before = dt.datetime.now(dt.UTC) - SETTLED_AFTER
    ends = [row["ended_at"] for row in scene.platform.incidents() if row["ended_at"]]
    return all(dt.datetime.fromisoformat(end) < before for end in ends)


def _open(scene: Scene) -> list[str]:
    return [row["id"] for row in scene.platform.incidents() if row["status"] not in OVER]


def restless(scene: Scene) -> set[str]:
    """Return the alerts that Prometheus knows, but for the one that always fires."""
    url = f"{scene.world.record['prometheus']['url']}/api/v1/alerts"
    alerts = httpx.get(url, timeout=10, trust_env=False, verify=TRUST).json()["data"]["alerts"]
    return {alert["labels"]["alertname"] for alert in alerts} - {"Watchdog"}
