"""One action of an incident of its own, from its plan to its outcome, as the worker takes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from backend.actors import Actor, Role
from backend.db import approvals
from backend.db.tables.incidents import incidents as rows
from benchmarks.deed_stage import CLUSTER_ID, Stage
from mcp_servers.common import grants as gate
from mcp_servers.common.toolset import Call
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId, EvidenceId, IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, BlastRadius, DryRun, Plan, Risk, SignalBound, Verification
from sre_agent.domain.ruling import PolicyRuling, Verdict
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.graph import call_log, ends
from sre_agent.planning import reach
from sre_agent.safety import policy

ACTION = ActionId("act-1")
NAMESPACE = "prod"
_APPROVER = Actor(name="bench", role=Role.APPROVER, org_id="default")
_DEADLINE_S = 60.0


@dataclass
class Stopwatch:
    """How many milliseconds each part of each action took."""

    parts: dict[str, list[float]] = field(default_factory=dict)

    @asynccontextmanager
    async def time(self, part: str) -> AsyncIterator[None]:
        """Time what is done within."""
        started = perf_counter()
        yield
        self.parts.setdefault(part, []).append((perf_counter() - started) * 1000)


@dataclass(frozen=True)
class Deed:
    """An action that restarts a Deployment of the cluster."""

    stage: Stage
    id: IncidentId
    plan: Plan

    @classmethod
    async def propose(cls, stage: Stage, number: int, name: str) -> "Deed":
        """Open an incident and write a rehearsed plan for a Deployment into its log."""
        id_ = IncidentId(f"inc-{number}")
        call = ToolCall(
            server="kubernetes",
            tool="restart_rollout",
            arguments={"namespace": NAMESPACE, "name": name},
        )
        tried = await stage.toolbox.rehearse(call, deadline_s=_DEADLINE_S)
        deed = cls(stage, id_, _plan(call, name, DryRun.model_validate(_data(tried))))
        await deed._open()
        said = {"plan": deed.plan.model_dump(mode="json"), "plan_sha256": deed.plan.sha256}
        await deed.log(EventKind.PLAN_PROPOSED, said)
        return deed

    async def rule(self, watch: Stopwatch) -> PolicyRuling:
        """Rule on the action by what is known now, and record the ruling."""
        stage, action = self.stage, self.plan.actions[0]
        async with watch.time("ruling"):
            incident = await stage.incidents.load(self.id)
            known = await stage.facts.of(incident, self.plan)
            ruling = policy.rule(stage.rules, action, self.plan, incident, known[ACTION])
        async with watch.time("journal: ruled"):
            said = {
                "plan_sha256": self.plan.sha256,
                "rulings": [ruling.model_dump(mode="json")],
                "circumstances": {each: at.written() for each, at in known.items()},
            }
            await self.log(EventKind.POLICY_RULED, said)
        return ruling

    async def approve(self, ruling: PolicyRuling) -> None:
        """Let a person say yes, and go on to carrying it out."""
        stage = self.stage
        asked = await stage.incidents.request_approval(self.id, self.plan, (ruling,))
        answer = approvals.Answer(asked.id, Verdict.APPROVED, _APPROVER, "api")
        await approvals.decide(stage.engine, answer, now=stage.clock.now())
        await stage.incidents.set_status(
            self.id, IncidentStatus.EXECUTING, reason="approved", step_key="status:executing"
        )

    async def carry_out(self, watch: Stopwatch) -> None:
        """Get a grant, write down what is begun, write, and write down what came of it."""
        stage, action = self.stage, self.plan.actions[0]
        async with watch.time("grant"):
            grant = await stage.signer.mint(self.id, ACTION)
        if isinstance(grant, ports.GrantDenied):
            raise RuntimeError(f"no grant: {grant.reason}")  # noqa: TRY004 - a refusal
        about = {"action_id": ACTION, "grant_id": grant.id}
        async with watch.time("journal: begun"):
            begun = {**about, "call": action.call.model_dump(mode="json")}
            begun["target"] = str(action.target)
            draft = _draft(EventKind.ACTION_STARTED, begun)
            obstacle = await stage.incidents.start_action(self.id, draft)
        if obstacle is not None:
            raise RuntimeError(f"the action was not begun: {obstacle}")
        async with watch.time(WRITE):
            asked = stage.toolbox.write(action.call, grant=grant.token, deadline_s=_DEADLINE_S)
            made = await call_log.timed("write", action.call, asked)
        _data(made.result)
        async with watch.time("gate"):
            self._pass_gate(grant)
        async with watch.time("journal: told and ended"):
            told = call_log.draft(call_log.EXECUTOR, made, **about)
            end = ends.written(ends.End(grant.id, made.result))
            said = {"action_id": ACTION, **end, "touched": reach.of(action)}
            ended = _draft(EventKind.ACTION_FINISHED, said)
            await stage.journal.append_all(self.id, [told, ended])

    def _pass_gate(self, grant: ports.Grant) -> None:
        """Have the grant judged as the server that writes judges it, without anything on the way."""
        action, shown = self.plan.actions[0], self.plan.actions[0].dry_run
        verifier = gate.Verifier(f"mcp:kubernetes:{CLUSTER_ID}", self.stage.public_keys)
        # The tool's own default; the server hashes the arguments with it.
        arguments = {**action.call.arguments}
        call = Call(action.call.tool, arguments, grant.token)
        target = action.target
        found = verifier.admit(
            call, gate.Target(kind=target.kind, namespace=target.namespace, name=target.name)
        )
        if shown is None:
            raise RuntimeError("the plan was not rehearsed")
        gate.require_in_time(found, self.stage.clock.now())
        gate.require_unchanged(found, uid=shown.uid, state_sha256=shown.state_sha256)
        gate.require_same_result(found, shown.result_sha256, shown.figures_sha256)

    async def log(self, kind: EventKind, payload: dict[str, Any]) -> None:
        """Append an entry to the incident's log."""
        await self.stage.journal.append(self.id, _draft(kind, payload))

    async def _open(self) -> None:
        now, target = self.stage.clock.now(), self.plan.cause_object
        row = {
            "id": self.id,
            "org_id": "default",
            "cluster_id": CLUSTER_ID,
            "namespace": target.namespace,
            "service": f"caller-of-{self.id}",  # a service has one open incident at a time
            "title": "Errors",
            "severity": "critical",
            "status": IncidentStatus.RECEIVED.value,
            "started_at": now,
            "opened_at": now,
            "last_at": now,
        }
        async with self.stage.engine.begin() as connection:
            await connection.execute(sa.insert(rows).values(row))


WRITE = "write, told to the cluster through the server's gate"
"""The one part that is not the price of being sure: the write itself, and its way there."""


def _data(result: ToolResult) -> dict[str, Any]:
    """Return what a server answered.

    Raises:
        RuntimeError: It refused, or did not answer.
    """
    if result.status is not ToolStatus.OK or result.data is None:
        raise RuntimeError(f"{result.status}: {result.code} {result.reason}")
    return result.data


def _plan(call: ToolCall, name: str, tried: DryRun) -> Plan:
    target = ObjectRef.deployment(NAMESPACE, name)
    bound = SignalBound(namespace=NAMESPACE, service=name, error_ratio_max=0.05)
    action = Action(
        id=ACTION,
        call=call,
        target=target,
        risk=Risk.MEDIUM,
        rationale="Its pods hang",
        evidence_ids=(EvidenceId("ev-1"),),
        blast_radius=BlastRadius(pods=2, callers=(), statement="two pods"),
        inverse=None,
        verification=Verification(object=target, bounds=(bound,), hold_s=10, deadline_s=60),
        dry_run=tried,
    )
    return Plan(
        playbook="restart",
        fault_class="hung",
        cause_object=target,
        confidence=0.9,
        summary=f"Restart {name}",
        actions=(action,),
    )


def _draft(kind: EventKind, payload: dict[str, Any]) -> EventDraft:
    return EventDraft(actor="bench", kind=kind, payload=payload, step_key=kind.value)
