"""What a run is given: the ports to the world, the data it judges by, and its limits."""

from dataclasses import dataclass, replace
from typing import Self

from sre_agent import ports
from sre_agent.agents.allowlist import AllowList
from sre_agent.domain.tools import ToolCall
from sre_agent.llm.inquirer import Inquirer
from sre_agent.llm.planner import Chooser
from sre_agent.llm.reflector import SecondMind
from sre_agent.llm.reporter import Reporter
from sre_agent.planning.playbooks import Playbooks
from sre_agent.planning.settings import PlanningSettings
from sre_agent.safety.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long and how often. Durations in seconds."""

    specialist_deadline_s: float = 30.0
    """One specialist's whole look, all of its calls together; what is late is a gap, not a crash."""

    tool_deadline_s: float = 10.0
    """One call. A healthy server answers in well under a second."""

    max_rounds: int = 4
    """How often the reflector may send specialists out before it must judge or abstain."""

    ask_anew_max: int = 3
    """How often a plan is asked anew because its objects changed, before people take over."""

    write_attempts: int = 5
    """How often an unanswered write is asked again. The grant makes repeating it harmless."""

    write_retry_s: float = 1.0
    """The pause between those attempts."""

    sample_interval_s: float = 2.0
    """How often the verifier looks."""

    forge_interval_s: float = 60.0
    """How often it looks at a forge, which answers so many questions an hour and no more."""

    checks_patience_s: float = 1200.0
    """How long a merge waits for checks that are not done. What takes longer is handed to people."""

    brake_patience_s: float = 60.0
    """How long an action waits for a brake to end. What takes longer is handed to people."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a run is judged by, beside what it sees."""

    allowlist: AllowList
    policy: Policy
    playbooks: Playbooks
    planning: PlanningSettings
    limits: Limits


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """Everything a node may use beside its state."""

    clock: ports.Clock
    journal: ports.Journal
    incidents: ports.Incidents
    toolbox: ports.Toolbox
    signer: ports.Signer
    allowlist: AllowList
    policy: Policy
    playbooks: Playbooks
    planning: PlanningSettings
    limits: Limits
    memory: ports.Memory | None = None
    """Past incidents; without it each incident is the first."""
    changes: ports.Changes | None = None
    """The timeline of changes; without it nobody told of any."""
    services: ports.Services | None = None
    """From what services are built, and who owns them; without it only they themselves say so."""
    objectives: ports.Objectives | None = None
    """What services promised; without it nobody did."""
    facts: ports.Facts | None = None
    """What rulings go by beside the plan; without it the time alone is known."""

    brakes: ports.Brakes | None = None
    """What would keep a plan from being carried out; without it the signer alone tells, at the deed."""

    inquirer: Inquirer | None = None
    """Who is asked where else specialists should look; without it nobody is."""

    reflector: SecondMind | None = None
    """Who is asked for a second opinion; without it nobody is."""

    chooser: Chooser | None = None
    """Who is asked which of the rules' repairs to take; without it the rules take the first."""

    reporter: Reporter | None = None
    """Who sums ended incidents up in prose; without it reports have none."""

    def deadline_s(self, call: ToolCall) -> float:
        """Return how long one attempt may take; a few kinds of action take longer than tools usually do."""
        kind = self.playbooks.actions.of(call)
        return max(self.limits.tool_deadline_s, kind.deadline_s if kind else 0.0)

    def of_run(self, run: int) -> Self:
        """Return the same for one run, whose steps are its own and refused once it is outdated."""
        return replace(self, journal=self.journal.of_run(run), incidents=self.incidents.of_run(run))
