"""Send one specialist to look, and record everything it asks and finds."""

from langgraph.runtime import Runtime

from sre_agent.agents import loop, specialists
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.evidence import Evidence, Gap
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.graph import call_log, run_state
from sre_agent.graph.context import RunContext


async def investigate(
    state: run_state.SpecialistTask, runtime: Runtime[RunContext]
) -> run_state.RunState:
    """Return the specialist's evidence and gaps. What it cannot see costs its evidence only."""
    context = runtime.context
    id_ = run_state.incident_id(state)
    name, round_ = state["specialist"], state["round"]
    questions = run_state.questions(state)
    wait_s = max((question.wait_s for question in questions), default=0.0)
    if wait_s > 0:
        await context.clock.sleep(wait_s)

    async def record_call(
        call: ToolCall, result: ToolResult, duration_ms: float, evidence_id: EvidenceId | None
    ) -> None:
        made = call_log.Made("read", call, result, duration_ms)
        await context.journal.append(
            id_,
            EventDraft(
                actor=name,
                kind=EventKind.TOOL_CALLED,
                payload={
                    **call_log.payload(made),
                    "round": round_,
                    **({"evidence_id": evidence_id} if evidence_id else {}),
                },
                step_key=f"tool_called:{name}:{round_}:{call}",
            ),
        )

    report = await loop.run(
        specialists.BY_NAME[name],
        loop.Assignment(
            incident=await context.incidents.load(id_),
            round=round_,
            run=run_state.run(state),
            questions=questions,
            evidence=run_state.evidence(state),
            gaps=run_state.gaps(state),
        ),
        context.toolbox,
        loop.Limits(
            allowed=context.allowlist,
            deadline_s=context.limits.specialist_deadline_s,
            call_deadline_s=context.limits.tool_deadline_s,
        ),
        on_call=record_call,
    )
    return {
        "evidence": await _record(context, state, report),
        "gaps": [item.model_dump(mode="json") for item in report.gaps],
    }


async def _record(
    context: RunContext, state: run_state.SpecialistTask, report: loop.SpecialistReport
) -> list[run_state.Json]:
    """Return the evidence as the log has it: after a crash that is what was seen the first time."""
    drafts = [_evidence_added(item) for item in report.evidence]
    events = await context.journal.append_all(
        run_state.incident_id(state), [*drafts, _ended(state["round"], report)]
    )
    return [event.payload["evidence"] for event in events[:-1]]


def _evidence_added(item: Evidence) -> EventDraft:
    return EventDraft(
        actor=item.specialist,
        kind=EventKind.EVIDENCE_ADDED,
        payload={"evidence": item.model_dump(mode="json")},
        step_key=f"evidence:{item.id}",
    )


def _ended(round_: int, report: loop.SpecialistReport) -> EventDraft:
    told = [gap for gap in report.gaps if not _is_plain_absence(report, gap)]
    blind = bool(told) and not report.evidence
    return EventDraft(
        actor=report.specialist,
        kind=EventKind.SPECIALIST_FAILED if blind else EventKind.SPECIALIST_FINISHED,
        payload={
            "specialist": report.specialist,
            "round": round_,
            "calls": report.calls,
            "evidence": [item.id for item in report.evidence],
            "gaps": [item.model_dump(mode="json") for item in report.gaps],
            **({"reason": told[0].reason} if blind else {}),
        },
        step_key=f"specialist_ended:{report.specialist}:{round_}",
    )


def _is_plain_absence(report: loop.SpecialistReport, gap: Gap) -> bool:
    """Return whether a gap only says that there is none of what many workloads do not have."""
    specialist = specialists.BY_NAME[report.specialist]
    return specialist.may_find_nothing and gap.status == ToolStatus.NO_DATA
