"""The page of one incident, by what it calls its parts."""

import re
from collections import Counter
from dataclasses import dataclass

from playwright.sync_api import Locator, expect
from visitor import Visitor

REPAIR_MS = 180_000


@dataclass(frozen=True)
class IncidentRoom:
    """What a visitor sees of an incident."""

    visitor: Visitor

    @classmethod
    def open(cls, visitor: Visitor, incident_id: str) -> "IncidentRoom":
        """Go to the incident's page."""
        visitor.go(f"/incidents/{incident_id}")
        return cls(visitor)

    @property
    def plan(self) -> Locator:
        """The plan and the decision on it."""
        return self.visitor.page.get_by_role("region", name="Plan")

    @property
    def causes(self) -> Locator:
        """What could be behind it."""
        return self.visitor.page.get_by_role("region", name="Causes")

    @property
    def outcome(self) -> Locator:
        """How it ended."""
        return self.visitor.page.get_by_role("region", name="Outcome")

    @property
    def way_to_the_postmortem(self) -> Locator:
        """Where the report can be opened, once it is written."""
        return self.visitor.page.get_by_role("link", name="Read the postmortem")

    def open_postmortem(self) -> Locator:
        """Open the report that is written at the end."""
        self.way_to_the_postmortem.click()
        return self.visitor.page.get_by_role("region", name="Postmortem")

    @property
    def stream(self) -> Locator:
        """What happened, step by step."""
        return self.visitor.page.get_by_role("list", name="Steps, oldest first")

    @property
    def steps(self) -> list[str]:
        """What the stream says, step by step."""
        return self.stream.locator(":scope > li").all_inner_texts()

    def shown(self) -> Counter[str]:
        """Count what the stream shows of the log, by kind: each call, each finding, each line."""
        kinds = "all => all.map(one => one.dataset.kind)"
        lines = self.stream.locator(":scope > li[data-kind]").evaluate_all(kinds)
        found = Counter(kind for kind in lines if kind not in ("work", "verification_sampled"))
        # Those of a specialist are within its work; planner, executor and verifier have lines.
        found["tool_called"] += self.stream.locator("details.calls > ul > li").count()
        found["evidence_added"] = self.stream.locator("ul.found button").count()
        return found

    def open_evidence(self, evidence_id: str) -> Locator:
        """Look at a piece of evidence that the stream names; return what is shown of it."""
        self.stream.get_by_role("button", name=re.compile(rf"^{re.escape(evidence_id)}\b")).click()
        return self.visitor.page.get_by_role("complementary", name=f"Evidence {evidence_id}")

    def approve(self, comment: str = "") -> None:
        """Say yes, in the two steps it takes."""
        self.plan.get_by_role("button", name="Approve…").click()
        if comment:
            self.plan.get_by_label("Why (optional").fill(comment)
        self.plan.get_by_role("button", name="Yes, do exactly this").click()

    def reject(self, reason: str) -> None:
        """Say no, and why."""
        self.plan.get_by_role("button", name="Reject…").click()
        self.plan.get_by_label("Why not?").fill(reason)
        self.plan.get_by_role("button", name="Reject the plan").click()

    def waits_for_a_decision(self) -> None:
        """Wait until a plan asks for a person."""
        heading = self.plan.get_by_role("heading", name=re.compile("^Waits for (your|a) decision$"))
        expect(heading).to_be_visible(timeout=REPAIR_MS)

    def ends(self, heading: str) -> None:
        """Wait until it is over, and how."""
        found = self.outcome.get_by_role("heading", name=heading)
        expect(found).to_be_visible(timeout=REPAIR_MS)
