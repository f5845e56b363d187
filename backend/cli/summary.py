"""What became of a demo: the causes, what was done, how it ended, how long it took, what is left to do."""

from datetime import datetime
from typing import Any

from backend.cli.following import Event, Followed
from sre_agent.domain.causes import Conclusion


def summarize(scenario: str, began: datetime, incidents: list[Followed]) -> dict[str, Any]:
    """Return the result of a demo, an entry for each incident that was not merged into another.

    The keys of the first one that was repaired (else of the first) stand on top as well, so that
    whoever expects one incident need not look into the list.
    """
    told = [_one(began, item) for item in incidents]
    own = [entry for entry in told if entry["status"] != "merged"] or told
    main = max(own, key=lambda entry: bool(entry["actions_executed"]))
    return {"scenario": scenario, **main, "incidents": own}


def left_to_do(incidents: list[Followed]) -> str | None:
    """Return what a person may do about a fault that was handed over, or None where none was."""
    services = sorted({item.service for item in incidents if item.status == "escalated"})
    if not services:
        return None
    return (
        f"{' and '.join(services)} was left to a person, and the lab stays as it is. "
        "Mend it as the report says, or put everything back with `sre-agent lab heal` "
        "(the next demo does so by itself)."
    )


def _one(began: datetime, incident: Followed) -> dict[str, Any]:
    ranked = incident.find("causes_ranked", last=True)
    diagnosis = ranked["payload"]["diagnosis"] if ranked else {}
    causes = (
        []
        if diagnosis.get("conclusion") == Conclusion.NOTHING_WRONG
        else diagnosis.get("causes", [])
    )
    finished = incident.find("verification_finished", last=True)
    return {
        "incident_id": incident.id,
        "service": incident.service,
        "status": incident.status,
        "top_cause": _cause(causes[0]) if causes else None,
        "explanation": _explanation(incident),
        "actions_executed": sum(map(_is_done, incident.events)),
        "verification": finished["payload"]["result"] if finished else "not_verified",
        "seconds": _seconds(began, incident),
    }


def _is_done(event: Event) -> bool:
    return bool(event["kind"] == "action_finished" and event["payload"]["status"] == "ok")


def _explanation(incident: Followed) -> str | None:
    """Return why nothing was done, when nothing was."""
    ended = incident.find("escalated", last=True) or incident.find("plan_withheld", last=True)
    return None if ended is None else ended["payload"]["reason"]


def _cause(cause: dict[str, Any]) -> dict[str, Any]:
    where = "/".join(cause["object"][key] for key in ("kind", "namespace", "name"))
    return {
        "class": cause["fault_class"],
        "object": where,
        "confidence": round(cause["confidence"], 3),
    }


def _seconds(began: datetime, incident: Followed) -> dict[str, float | None]:
    def at(kind: str) -> datetime | None:
        event = incident.find(kind)
        return datetime.fromisoformat(event["at"]) if event else None

    def between(start: datetime | None, end: datetime | None) -> float | None:
        return round((end - start).total_seconds(), 2) if start and end else None

    opened = at("incident_opened") or at("run_started")
    return {
        "alert": between(began, opened),
        "plan": between(opened, at("plan_proposed")),
        "approval": between(at("approval_requested"), at("approval_decided")),
        "execution": between(at("approval_decided"), at("action_finished")),
        "verification": between(at("action_finished"), at("verification_finished")),
        "total": between(began, datetime.fromisoformat(incident.events[-1]["at"])),
    }
