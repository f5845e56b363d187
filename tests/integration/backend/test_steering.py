"""Steering through the API on a real database: every verb, repeated, and in a state that forbids it."""

from typing import Any

import sqlalchemy as sa
from steering_scene import OTHER, ROLES, MakeIncident, Steering, action_started, move, rank

from backend.db import audit
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Plan


async def test_a_viewer_does_not_steer(steering: Steering, make_incident: MakeIncident) -> None:
    id_ = await make_incident()

    for verb in ("cancel", "pause", "resume", "acknowledge", "comment", "merge", "split"):
        assert (await steering.post(id_, verb, role="viewer")).status_code == 403

    assert await steering.incidents.events(id_) == []


async def test_a_cancelled_incident_is_closed_and_its_request_with_it(
    steering: Steering, make_incident: MakeIncident, plan: Plan
) -> None:
    id_ = await make_incident()
    approval = await steering.incidents.request_approval(id_, plan, ())

    done = await steering.twice(id_, "cancel", {"reason": "a test of ours"})

    decision = await steering.incidents.decision(approval.id)
    assert (done["kind"], done["status"]) == ("cancelled", "closed")
    assert done["payload"] == {
        "reason": "a test of ours",
        "actor": "responder-1",
        "channel": "api",
    }
    assert decision is not None
    assert (decision.verdict, decision.reason) == ("expired", "the incident ended")
    assert (decision.actor, decision.channel) == ("responder-1", "steering")
    assert await steering.jobs() == ["sre_agent.resume"]
    assert "closed" in await steering.refused(id_, "pause")


async def test_a_cancellation_lets_a_begun_write_be_settled_first(
    steering: Steering, make_incident: MakeIncident
) -> None:
    id_ = await make_incident(status="executing")
    assert await steering.incidents.start_action(id_, action_started()) is None

    done = await steering.do(id_, "cancel", {"reason": "stop"})

    assert done["status"] == "executing"
    assert (await steering.incidents.load(id_)).is_cancelled


async def test_an_ended_incident_is_not_cancelled(
    steering: Steering, make_incident: MakeIncident
) -> None:
    id_ = await make_incident(status="resolved")

    assert "resolved" in await steering.refused(id_, "cancel", {"reason": "late"})


async def test_a_pause_ends_with_a_resumption_that_wakes_the_run(
    steering: Steering, make_incident: MakeIncident
) -> None:
    id_ = await make_incident(status="investigating")
    assert "not paused" in await steering.refused(id_, "resume")

    paused = await steering.twice(id_, "pause", {"reason": "lunch"})
    resumed = await steering.twice(id_, "resume")

    assert (paused["is_paused"], resumed["is_paused"]) == (True, False)
    assert await steering.jobs() == ["sre_agent.resume"]
    assert (await steering.do(id_, "pause"))["seq"] > resumed["seq"]


async def test_an_ended_incident_is_investigated_anew_with_a_hint(
    steering: Steering, make_incident: MakeIncident
) -> None:
    id_ = await make_incident(status="resolved")
    wish = {"hint": "look at the store", "service": "store", "fault_class": "out_of_memory"}

    done = await steering.twice(id_, "reinvestigate", wish)

    assert (done["run"], done["status"]) == (2, "received")
    assert done["payload"]["hint"] == {
        "text": "look at the store",
        "object": {"kind": "Deployment", "namespace": "prod", "name": "store"},
        "fault_class": "out_of_memory",
        "specialist": None,
    }
    assert await steering.jobs() == ["sre_agent.investigate"]


async def test_nothing_is_investigated_anew_during_a_repair(
    steering: Steering, make_incident: MakeIncident
) -> None:
    for status in ("executing", "verifying"):
        id_ = await make_incident(f"inc-{status}", status, status)
        assert status in await steering.refused(id_, "reinvestigate")


async def test_a_hint_names_what_exists(steering: Steering, make_incident: MakeIncident) -> None:
    id_ = await make_incident()

    said = await steering.refused(id_, "reinvestigate", {"specialist": "oracle"}, 422)

    assert "there is no specialist oracle" in said
    for wrong in ({"object": "web"}, {"fault_class": "gremlins"}, {"hint": "x" * 4001}):
        assert (await steering.post(id_, "reinvestigate", wrong)).status_code == 422


async def test_a_dismissed_cause_takes_its_plan_back(
    steering: Steering, make_incident: MakeIncident, plan: Plan
) -> None:
    id_ = await make_incident(status="awaiting_approval")
    await rank(steering, id_, "web", "api")
    approval = await steering.incidents.request_approval(id_, plan, ())
    web = {**OTHER, "object": "Deployment/prod/web"}

    await steering.twice(id_, "dismiss", web)

    decision = await steering.incidents.decision(approval.id)
    assert decision is not None
    assert decision.reason == "responder-1 dismissed its cause: it is fine"
    assert await steering.jobs() == ["sre_agent.resume"]


async def test_another_cause_is_dismissed_without_touching_the_plan(
    steering: Steering, make_incident: MakeIncident, plan: Plan
) -> None:
    id_ = await make_incident(status="awaiting_approval")
    await rank(steering, id_, "web", "api")
    approval = await steering.incidents.request_approval(id_, plan, ())

    await steering.twice(id_, "dismiss", OTHER)

    assert await steering.incidents.decision(approval.id) is None


async def test_only_a_named_cause_is_dismissed_and_only_before_the_repair(
    steering: Steering, make_incident: MakeIncident
) -> None:
    id_, busy = await make_incident(), await make_incident("inc-2", "api", "executing")

    assert "none yet" in await steering.refused(id_, "dismiss", OTHER, 422)
    await rank(steering, id_, "web")
    said = await steering.refused(id_, "dismiss", OTHER, 422)
    assert "bad_release of Deployment/prod/web" in said
    assert "executing" in await steering.refused(busy, "dismiss", OTHER)


async def test_notes_are_kept_with_who_made_them(
    steering: Steering, make_incident: MakeIncident
) -> None:
    id_ = await make_incident(status="resolved")

    await steering.twice(id_, "acknowledge")
    await steering.twice(id_, "assign", {"to": "grace"})
    await steering.twice(id_, "comment", {"text": "the disk was full"})
    await steering.do(id_, "comment", {"text": "and is not any more"})

    headers = {"Authorization": f"Bearer {ROLES['viewer']}"}
    row = (await steering.http.get(f"/api/v1/incidents/{id_}", headers=headers)).json()
    assert (row["acknowledged_by"], row["assigned_to"]) == ("responder-1", "grace")
    events = await steering.incidents.events(id_)
    assert [event.kind.value for event in events] == [
        "acknowledged",
        "assigned",
        "commented",
        "commented",
    ]
    assert {event.actor for event in events} == {"responder-1"}
    assert (await steering.post(id_, "comment", {"text": "x" * 4001})).status_code == 422


async def test_an_incident_is_merged_into_an_open_one(
    steering: Steering, make_incident: MakeIncident
) -> None:
    id_, into = await make_incident(), await make_incident("inc-2", "api")

    done = await steering.twice(id_, "merge", {"into": into, "reason": "the same store"})

    assert (done["kind"], done["status"]) == ("merged", "merged")
    assert done["payload"]["into"] == into
    assert [event.kind for event in await steering.incidents.events(into)] == [EventKind.MERGED]
    assert into in await steering.refused(id_, "reinvestigate")


async def test_an_incident_is_merged_only_where_work_goes_on(
    steering: Steering, make_incident: MakeIncident
) -> None:
    id_ = await make_incident()
    over, busy = (
        await make_incident("inc-2", "api", "closed"),
        await make_incident("inc-3", "db", "executing"),
    )

    def body(into: str) -> dict[str, Any]:
        return {"into": into, "reason": "r"}

    assert "has ended" in await steering.refused(id_, "merge", body(over), 422)
    assert "itself" in await steering.refused(id_, "merge", body(id_), 422)
    assert (await steering.post(id_, "merge", body("inc-none"))).status_code == 404
    assert "executing" in await steering.refused(busy, "merge", body(id_))
    assert "closed" in await steering.refused(over, "merge", body(id_))


async def test_alerts_of_another_service_go_on_in_an_incident_of_their_own(
    steering: Steering,
) -> None:
    id_ = await steering.fire("web", "store")

    done = await steering.twice(
        id_, "split", {"fingerprints": ["print-store"], "reason": "another failure"}
    )

    into = IncidentId(done["payload"]["into"])
    origin, new = (
        await steering.incidents.load(IncidentId(id_)),
        await steering.incidents.load(into),
    )
    assert [alert.fingerprint for alert in origin.alerts] == ["print-web"]
    assert [alert.fingerprint for alert in new.alerts] == ["print-store"]
    assert (new.service, new.status) == ("store", IncidentStatus.RECEIVED)
    kinds = [event.kind.value for event in await steering.incidents.events(into)]
    assert kinds == ["incident_opened", "split", "alert_received"]
    async with steering.engine.connect() as connection:
        assert (await audit.verify_incident(connection, into)).broken is None
        jobs = await connection.execute(sa.text("SELECT args FROM procrastinate_jobs"))
        assert {"incident_id": into} in [row.args for row in jobs]


async def test_an_incident_whose_own_service_goes_takes_that_of_what_stays(
    steering: Steering,
) -> None:
    id_ = await steering.fire("web", "store")

    done = await steering.do(id_, "split", {"fingerprints": ["print-web"], "reason": "r"})

    origin = await steering.incidents.load(IncidentId(id_))
    new = await steering.incidents.load(IncidentId(done["payload"]["into"]))
    assert (origin.service, new.service) == ("store", "web")
    async with steering.engine.connect() as connection:
        found = await connection.execute(sa.text("SELECT id, title FROM incidents"))
        titles = {row.id: row.title for row in found}
    assert (titles[origin.id], titles[new.id]) == ("store fails", "web fails")


async def test_what_the_platform_splits_is_split_once(steering: Steering) -> None:
    id_ = IncidentId(await steering.fire("web", "store"))

    first, again = [
        await steering.incidents.split(id_, ["print-store"], reason="r", step_key="split:s")
        for _ in range(2)
    ]

    assert first == again


async def test_alerts_that_cannot_go_stay(steering: Steering) -> None:
    id_ = await steering.fire("web", "store")

    def body(*fingerprints: str) -> dict[str, Any]:
        return {"fingerprints": list(fingerprints), "reason": "r"}

    assert "print-store, print-web" in await steering.refused(id_, "split", body("none"), 422)
    said = await steering.refused(id_, "split", body("print-web", "print-store"), 422)
    assert "nothing would be left" in said
    await move(steering, IncidentId(id_), IncidentStatus.VERIFYING)
    assert "verifying" in await steering.refused(id_, "split", body("print-web"))


async def test_another_organization_cannot_be_steered(
    steering: Steering, make_incident: MakeIncident
) -> None:
    id_ = await make_incident()
    async with steering.engine.begin() as connection:
        await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        await connection.execute(sa.text("UPDATE incidents SET org_id = 'other'"))

    for verb in ("pause", "acknowledge"):
        assert (await steering.post(id_, verb)).status_code == 404
