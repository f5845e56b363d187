"""A platform and its world together, and the acts of which every scenario consists."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platform_process import APPROVER, Platform, until
from target_world import World

Json = dict[str, Any]

ENDS = {"resolved", "closed", "merged", "escalated"}


@dataclass
class Case:
    """One fault: the truth about it, and where the logs stood before."""

    truth: Json
    audit_before: int
    seen: dict[str, int]

    @property
    def name(self) -> str:
        """Return the name of the object at fault."""
        return str(self.truth["object"]["name"])


@dataclass
class Scene:
    """The platform, its world, and what happened so far."""

    platform: Platform
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = World(self.platform.root / ".run" / "lab")

    @property
    def seed(self) -> int:
        """Return what the names of this world were drawn from."""
        return int(self.world.record["seed"])

    @classmethod
    def open(cls, root: Path, seed: int, **settings: str) -> "Scene":
        """Bring everything up."""
        platform = Platform.prepare(root, **settings)
        try:
            platform.up(seed)
        except BaseException:
            platform.down()
            raise
        return cls(platform)

    def break_(self, fault: str = "bad-release") -> Case:
        """Inject a fault; the first one into a calm world."""
        if not self.world.notes():
            self._settle()
        seen = {row["id"]: row["last_seq"] for row in self.platform.incidents()}
        before = len(self.world.audit())
        return Case(self.world.break_(fault), before, seen)

    def _settle(self) -> None:
        """Wait until nothing is wrong, and close what was.

        Where much starts on a busy machine the shop is slow for a while. That is told, and what is told of
        the fault afterwards would join it.
        """

        def is_calm() -> bool:
            for row in self.platform.incidents():
                if row["status"] not in ENDS:
                    path = f"/api/v1/incidents/{row['id']}/cancel"
                    self.platform.post(path, {"reason": "it was slow to start"})
                    return False
            return not self.world.alerts()

        until("the world is calm", is_calm, 180, seen=lambda: str(self.world.alerts()))

    def await_request(self, case: Case) -> str:
        """Wait for the incident whose plan waits for a person; return its id."""

        def find() -> str | None:
            for row in self.fresh(case):
                if row["status"] == "awaiting_approval":
                    return str(row["id"])
            return None

        return until("a plan waits for approval", find, seen=lambda: self._said(case))

    def _said(self, case: Case) -> str:
        """Return what became of the incidents since the fault, in the words of their newest events."""
        told = [f"{case.truth['class']} of {case.name}"]
        for row in self.fresh(case):
            told.append(f"{row['id']} {row['status']}: {row['title']}")
            for kind in ("causes_ranked", "plan_withheld", "specialist_failed", "escalated"):
                told += [
                    f"  {kind} {str(event['payload'])[:2000]}"
                    for event in self.platform.events(row["id"], kind)
                ]
        return "\n".join(told)

    def await_end(self, incident_id: str, limit_s: float = 180.0) -> str:
        """Wait until the incident has ended and has its report; return its status."""

        def find() -> str | None:
            if not self.platform.events(incident_id, "report_written"):
                return None
            return str(self.platform.incident(incident_id)["status"])

        return until(f"the end of {incident_id}", find, limit_s)

    def await_event(self, incident_id: str, kind: str, limit_s: float = 120.0) -> Json:
        """Wait for an event of a kind; return the newest."""
        found = until(
            f"{kind} in {incident_id}", lambda: self.platform.events(incident_id, kind), limit_s
        )
        return found[-1]

    def approve(self, incident_id: str) -> str:
        """Approve the plan that waits; return its hash."""
        shown = self.platform.get(f"/api/v1/incidents/{incident_id}/plan")
        body = {"plan_sha256": shown["plan_sha256"], "comment": "go ahead"}
        answer = self.platform.post(f"/api/v1/incidents/{incident_id}/approve", body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["actor"] == APPROVER
        return str(shown["plan_sha256"])

    def fresh(self, case: Case) -> list[Json]:
        """Return the incidents opened since the fault, or opened again by it, newest first."""
        return [row for row in self.platform.incidents() if self._is_fresh(case, row)]

    def _is_fresh(self, case: Case, row: Json) -> bool:
        if row["id"] not in case.seen:
            return True
        since = case.seen[row["id"]]
        return any(event["seq"] > since for event in self.platform.events(row["id"], "reopened"))

    def outcomes(self, incident_id: str) -> list[str]:
        """Return how each action of an incident ended."""
        finished = self.platform.events(incident_id, "action_finished")
        return [event["payload"]["outcome"] for event in finished]

    def report(self, incident_id: str) -> str:
        """Return the report as it lies in the folder of reports."""
        return (self.platform.root / ".run/incidents" / f"{incident_id}.md").read_text()


OpenScene = Callable[..., Scene]
"""Opens a platform with its lab: `open_scene(seed, SETTING="value")`."""
