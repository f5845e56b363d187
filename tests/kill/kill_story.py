"""One incident from its alert to its end, as Alertmanager and an approver live through it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import httpx
import kill_metrics
import psycopg
from kill_borders import Order
from kill_cluster import Workload, stamp
from kill_settings import APPROVER, PAIR, SECOND
from kill_stage import Death, Stage
from kill_target import Manners

Json = dict[str, Any]

LIMIT_S = 180.0
"""Longer than this after the last that happened to it, an incident is stuck."""

POLL_S = 0.05
_ENDED = frozenset({"resolved", "escalated", "closed", "merged"})
_NEVER = "0001-01-01T00:00:00Z"

_LOOK = """
    SELECT id, status, last_seq,
        (SELECT count(*) FROM checkpoints WHERE thread_id = ANY(threads.ids)),
        (SELECT count(*) FROM checkpoint_writes WHERE thread_id = ANY(threads.ids)),
        (SELECT count(*) FROM grants WHERE incident_id = incidents.id),
        (SELECT count(*) FROM events
            WHERE incident_id = incidents.id AND kind = 'report_written'),
        (SELECT count(*) FROM procrastinate_jobs
            WHERE args ->> 'incident_id' = incidents.id AND status IN ('todo', 'doing')),
        ARRAY(SELECT worker_id FROM procrastinate_jobs
            WHERE args ->> 'incident_id' = incidents.id AND status = 'doing'
                AND worker_id IS NOT NULL)
    FROM incidents, LATERAL (
        SELECT ARRAY(SELECT id || ':' || run FROM generate_series(1, incidents.run) AS run) AS ids
    ) AS threads
    WHERE namespace = %s ORDER BY opened_at
"""
"""Asked twenty times a second: what grows with the runs before it must not make the later ones slow."""
_OPEN_REQUEST = """
    SELECT incident_id, plan_sha256 FROM approvals JOIN incidents ON incidents.id = incident_id
    WHERE namespace = %s AND approvals.status = 'open'
"""


class Kind(StrEnum):
    """How an incident goes, apart from being killed."""

    HEALS = "heals"
    IN_VAIN = "in-vain"
    """The repair does not help and is taken back."""
    LATE = "late"
    """The cluster answers writes late."""
    DROPPED = "dropped"
    """The cluster carries the first write out and cuts the connection."""
    REJECTED = "rejected"
    PAIR = "pair"
    """Two people have to say yes."""

    def namespace(self, name: str) -> str:
        """Return the namespace of an incident of this kind."""
        return f"{PAIR if self is Kind.PAIR else 'team-'}{name}"


@dataclass(frozen=True)
class Look:
    """How far an incident is: whatever changes between two looks is progress."""

    incident_id: str = ""
    status: str = ""
    steps: tuple[int, ...] = ()
    reports: int = 0
    jobs: int = 0
    incidents: int = 0
    workers: tuple[int, ...] = ()
    """Who is at work on it."""

    @property
    def is_over(self) -> bool:
        """Return whether it has ended, its report is there, and no job of it is left."""
        return self.status in _ENDED and self.reports > 0 and self.jobs == 0

    @property
    def is_parked(self) -> bool:
        """Return whether it waits for a person and nothing else."""
        return self.status == "awaiting_approval" and self.jobs == 0


@dataclass
class Course:
    """What came of a run: how it stood at last, and how long each death held it up, in seconds."""

    namespace: str
    kind: Kind
    look: Look = field(default_factory=Look)
    resumed_after_s: list[float] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    is_stuck: bool = False


@dataclass
class _Wait:
    """A death and how far the incident was then."""

    death: Death
    look: Look


class Story:
    """Plays one incident on a stage."""

    def __init__(self, stage: Stage, namespace: str, kind: Kind) -> None:
        self._stage = stage
        self._course = Course(namespace, kind)
        self._since = len(stage.deaths)
        self._waits: list[_Wait] = []
        workload = Workload(namespace, is_curable=kind is not Kind.IN_VAIN)
        manners = Manners(is_late=kind is Kind.LATE, drops=int(kind is Kind.DROPPED))
        self._began = stamp(workload.begun)
        stage.target.workloads[namespace] = workload
        stage.target.manners[namespace] = manners

    def play(self, second: Order | None = None) -> Course:
        """Send the alert, decide, and look on until the end; `second` is ordered at the first death."""
        course = self._course
        is_told, decided = False, set[str]()
        end = time.monotonic() + LIMIT_S
        with self._stage.connect() as connection:
            while not (course.look.is_over and not self._waits):
                if time.monotonic() > end:
                    course.is_stuck = True
                    break
                is_told = is_told or self._alert("firing")
                before, course.look = course.look, self._look(connection)
                has_moved = replace(before, workers=()) != replace(course.look, workers=())
                if self._note_deaths(course.look, second) or has_moved:
                    end = time.monotonic() + LIMIT_S
                self._note_progress(course.look)
                self._decide(connection, decided)
                time.sleep(POLL_S)
        return course

    def calm(self) -> None:
        """Say that the alert is over, so that nobody looks at it again."""
        del self._stage.target.workloads[self._course.namespace]
        end = time.monotonic() + LIMIT_S
        while not self._alert("resolved") and time.monotonic() < end:
            time.sleep(POLL_S)

    def _look(self, connection: psycopg.Connection[tuple[Any, ...]]) -> Look:
        rows = connection.execute(_LOOK, (self._course.namespace,)).fetchall()
        if not rows:
            return Look()
        id_, status, *steps, reports, jobs, workers = rows[0]
        return Look(id_, status, tuple(steps), reports, jobs, len(rows), tuple(workers))

    def _note_deaths(self, look: Look, second: Order | None) -> bool:
        fresh = self._stage.deaths[self._since :]
        self._since += len(fresh)
        for death in fresh:
            if second is not None and not self._course.deaths:
                self._stage.order(second)
            self._course.deaths.append(death.program)
            if death.program == "api" or not (look.is_over or look.is_parked):
                self._waits.append(_Wait(death, look))
        return bool(fresh)

    def _note_progress(self, look: Look) -> None:
        for wait in list(self._waits):
            has_resumed = self._has_resumed(wait, look)
            if has_resumed:
                self._course.resumed_after_s.append(time.monotonic() - wait.death.at)
            if has_resumed or look.is_over:
                self._waits.remove(wait)

    def _has_resumed(self, wait: _Wait, look: Look) -> bool:
        """Return whether a death holds the incident up no longer.

        Its next step says so, except where nobody waits for one: between two looks of a verification
        the run sleeps, for a minute where the repair is in vain. There it is enough that it sleeps
        with a worker that lives, and that who is asked next is there.
        """
        died, settings = wait.death.program, self._stage.settings
        if died == "api":
            return _is_served(settings.api_url)
        if _progress(look) != _progress(wait.look):
            return True
        if look.status != "verifying":
            return False
        if died.startswith("worker"):
            return any(worker != wait.death.worker_id for worker in look.workers)
        return _is_served(settings.hands_url if died == "hands" else settings.signer_url)

    def _alert(self, status: str) -> bool:
        """Send the alert; return whether it was taken, otherwise it is sent again."""
        name = self._course.namespace
        alert = {
            "status": status,
            "labels": kill_metrics.labels(name),
            "annotations": {"summary": "the rollout is stuck"},
            "startsAt": self._began,
            "endsAt": _NEVER,
            "generatorURL": "",
            "fingerprint": name,
        }
        body = {
            "version": "4",
            "groupKey": name,
            "truncatedAlerts": 0,
            "status": status,
            "receiver": "platform",
            "groupLabels": {},
            "commonLabels": {},
            "commonAnnotations": {},
            "externalURL": "http://alertmanager.example",
            "alerts": [alert],
        }
        answer = self._post("/webhook/alert", body, self._stage.settings.tokens["hook"])
        return answer is not None and answer.status_code == HTTPStatus.ACCEPTED

    def _decide(self, connection: psycopg.Connection[tuple[Any, ...]], decided: set[str]) -> None:
        row = connection.execute(_OPEN_REQUEST, (self._course.namespace,)).fetchone()
        if row is None:
            return
        people = (APPROVER, SECOND) if self._course.kind is Kind.PAIR else (APPROVER,)
        who = next((each for each in people if f"{row[1]} {each}" not in decided), None)
        if who is None:
            return
        verdict = "reject" if self._course.kind is Kind.REJECTED else "approve"
        body = {"plan_sha256": row[1]} | ({"reason": "not now"} if verdict == "reject" else {})
        path = f"/api/v1/incidents/{row[0]}/{verdict}"
        answer = self._post(path, body, self._stage.settings.tokens[who])
        # A conflict: the answer to the decision was lost, the decision was not.
        if answer is not None and answer.status_code in {HTTPStatus.OK, HTTPStatus.CONFLICT}:
            decided.add(f"{row[1]} {who}")

    def _post(self, path: str, body: Mapping[str, Any], token: str) -> httpx.Response | None:
        headers = {"authorization": f"Bearer {token}"}
        url = self._stage.settings.api_url + path
        try:
            return httpx.post(url, json=body, headers=headers, timeout=10, trust_env=False)
        except httpx.TransportError:
            return None


def _is_served(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _progress(look: Look) -> tuple[object, ...]:
    return look.status, look.steps, look.reports
