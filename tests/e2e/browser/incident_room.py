"""The page of one incident, by what it calls its parts."""

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
        heading = self.plan.get_by_role("heading", name="Waits for your decision")
        expect(heading).to_be_visible(timeout=REPAIR_MS)

    def ends(self, heading: str) -> None:
        """Wait until it is over, and how."""
        found = self.outcome.get_by_role("heading", name=heading)
        expect(found).to_be_visible(timeout=REPAIR_MS)
