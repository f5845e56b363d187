"""Records of a plan that must not get a grant: unfinished, overtaken, or tampered with."""

from signer_case import ACTION, ANN, ID, Case

from backend.db import steering, switch
from backend.db.runs import Beginning, begin_run
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.ruling import Ruling, Verdict


async def falsely_allowed(case: Case) -> None:
    await case.propose()
    await case.rule(Ruling.ALLOW)
    await case.execute()


async def nothing_proposed(case: Case) -> None:
    await case.execute()


async def two_actions_of_one_name(case: Case) -> None:
    [shown] = case.plan.actions
    target = ObjectRef.deployment("prod", "another")
    arguments = {**shown.call.arguments, "name": "another"}
    call = shown.call.model_copy(update={"arguments": arguments})
    other = shown.model_copy(update={"target": target, "call": call})
    case.plan = case.plan.model_copy(update={"actions": (other, shown)})
    await case.approve()


async def not_ruled(case: Case) -> None:
    await case.propose()
    await case.execute()


async def denied(case: Case) -> None:
    await case.propose()
    await case.rule(Ruling.DENY)
    await case.execute()


async def denied_after_approval(case: Case) -> None:
    await case.approve()
    await case.rule(Ruling.DENY)


async def nobody_asked(case: Case) -> None:
    await case.propose()
    await case.rule()
    await case.execute()


async def undecided(case: Case) -> None:
    await case.propose()
    await case.rule()
    await case.ask()
    await case.execute()


async def rejected(case: Case) -> None:
    await case.propose()
    await case.rule()
    await case.decide(Verdict.REJECTED)
    await case.execute()


async def another_plan_since(case: Case) -> None:
    await case.approve()
    await case.propose(case.plan.model_copy(update={"summary": "another"}))


async def not_yet_executing(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE incidents SET status = 'investigating'")


async def over(case: Case) -> None:
    await case.approve()
    await case.execute(IncidentStatus.ESCALATED)


async def halted(case: Case) -> None:
    await case.approve()
    async with case.engine.begin() as connection:
        await switch.throw(
            connection,
            "default",
            switch.Throw(is_halted=True, actor="ann", reason="freeze"),
            now=case.clock.now(),
        )


async def halted_in_its_cluster(case: Case) -> None:
    await case.approve()
    thrown = switch.Throw(is_halted=True, actor="ann", reason="freeze", cluster_id="default")
    async with case.engine.begin() as connection:
        await switch.throw(connection, "default", thrown, now=case.clock.now())


async def in_a_later_run(case: Case) -> None:
    await case.approve()
    begins = Beginning(kind=EventKind.REINVESTIGATED, actor="ann", reason="look again")
    begins.more["hint"] = {}
    async with case.engine.begin() as connection:
        await begin_run(connection, ID, begins, now=case.clock.now())
    await case.sql("UPDATE incidents SET status = 'executing'")


async def paused(case: Case) -> None:
    await case.approve()
    async with case.engine.begin() as connection:
        step = await steering.begin(connection, ID, ANN, channel="test", now=case.clock.now())
        await steering.pause(step, "wait")


async def cancelled(case: Case) -> None:
    await case.approve()
    async with case.engine.begin() as connection:
        step = await steering.begin(connection, ID, ANN, channel="test", now=case.clock.now())
        await steering.cancel(step, "stop")


async def cancelled_amid_a_write(case: Case) -> None:
    await case.approve()
    await case.log(EventKind.ACTION_STARTED, {"action_id": ACTION, "grant_id": "g"})
    async with case.engine.begin() as connection:
        step = await steering.begin(connection, ID, ANN, channel="test", now=case.clock.now())
        await steering.cancel(step, "stop")


async def dismissed(case: Case) -> None:
    await case.approve()
    dismissal = Dismissal(object=case.plan.cause_object, fault_class=FaultClass.BAD_RELEASE)
    payload = {"dismissal": dismissal.model_dump(mode="json")}
    await case.log(EventKind.CAUSE_DISMISSED, payload)


async def approved_in_the_table_only(case: Case) -> None:
    await undecided(case)
    await case.sql(
        "UPDATE approvals SET status = 'approved', decided_by = 'ann', channel = 'x', reason = '',"
        " decided_role = 'approver', decided_at = requested_at"
    )


async def approved_before_it_was_asked(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET requested_at = decided_at + interval '1 second'")


async def time_to_decide_prolonged(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET expires_at = expires_at + interval '1 hour'")


async def shown_another_plan(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET plan = replace(plan::text, 'web', 'db')::json")


async def promoted_in_the_table(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET decided_role = 'admin'")


async def approved_by_an_event_of_the_worker(case: Case) -> None:
    """A row and an event that agree, but the event is not said by the one who decided."""
    await undecided(case)
    await case.sql(
        "UPDATE approvals SET status = 'approved', decided_by = 'ann', channel = 'x', reason = '',"
        " decided_role = 'approver', decided_at = requested_at"
    )
    decision = await case.incidents.decision((await case.ask()).id)
    assert decision is not None
    await case.log(
        EventKind.APPROVAL_DECIDED, {**decision.model_dump(mode="json"), "role": "approver"}
    )


async def approved_by_someone_who_may_not(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET decided_role = 'responder'")


async def approved_too_late(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET expires_at = decided_at")


async def forge_yes(case: Case, *, role: str, at: str) -> None:
    """Tell of a yes alike in the rows and in the log, as whoever holds the database's password can."""
    await undecided(case)
    id_ = (await case.ask()).id
    await case.sql(
        "INSERT INTO approval_answers (approval_id, person, verdict, org_id, actor, role, channel,"  # noqa: S608 - a forger's
        f" reason, left_out, decided_at) SELECT '{id_}', 'name:ann', 'approved', 'default', 'ann',"
        f" '{role}', 'x', '', '[]', {at} FROM approvals"
    )
    await case.sql(
        "UPDATE approvals SET status = 'approved', decided_by = 'ann', channel = 'x', reason = '',"  # noqa: S608 - a forger's
        f" decided_role = '{role}', decided_at = {at}"
    )
    decision = await case.incidents.decision(id_)
    assert decision is not None
    own = {"role": role, "person": "name:ann", "left_out": []}
    payload = {**decision.model_dump(mode="json"), **own}
    kind = EventKind.APPROVAL_DECIDED
    draft = EventDraft(actor="ann", kind=kind, payload=payload, step_key="forged")
    await case.journal.append(ID, draft)


async def approved_by_a_viewer_as_everything_says(case: Case) -> None:
    await forge_yes(case, role="viewer", at="requested_at")


async def approved_in_a_role_that_nobody_has(case: Case) -> None:
    await forge_yes(case, role="king", at="requested_at")


async def approved_too_late_as_everything_says(case: Case) -> None:
    await forge_yes(case, role="approver", at="expires_at")


async def voided(case: Case) -> None:
    await case.approve()
    await case.incidents.void_approval(ID, (await case.ask()).id, reason="it was changed")


async def log_edited(case: Case) -> None:
    await case.approve()
    await case.sql(
        "UPDATE events SET payload = replace(payload::text, '\"to_revision\"\\:1',"
        " '\"to_revision\"\\:9')::json WHERE kind = 'plan_proposed'"
    )


async def log_shortened(case: Case) -> None:
    await case.approve()
    await case.sql("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")


async def plan_and_hash_differ(case: Case) -> None:
    forged = case.plan.model_dump(mode="json")
    forged["actions"][0]["call"]["arguments"]["to_revision"] = 9
    await case.approve()
    payload = {"plan": forged, "plan_sha256": case.plan.sha256}
    await case.log(EventKind.PLAN_PROPOSED, payload)
