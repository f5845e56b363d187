"""The alerts that error budgets raise: they come in by the same door as everyone's."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from backend.db.admission import Arrival
from backend.db.slos import Look, Slo
from backend.db.tenancy import Tenant
from sre_agent.diagnosis.metrics import service_levels
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.slo import SloKind, Standing

SOURCE = "slo"
FAST, SLOW = "fast", "slow"

_NAMES = {
    SloKind.AVAILABILITY: "ErrorBudgetBurn",
    SloKind.ERROR_RATE: "ErrorBudgetBurn",
    SloKind.LATENCY: "LatencyBudgetBurn",
}
_WINDOWS = {FAST: "1 h and 5 min", SLOW: "6 h and 30 min"}
_LIMITS = {FAST: service_levels.FAST, SLOW: service_levels.SLOW}


def judge(slo: Slo, standing: Standing | None, reason: str, now: datetime) -> Look:
    """Return what is known of an objective now.

    What nobody can tell stays as it was: an alert does not end because its data is missing.
    """
    fast = standing.is_fast if standing else None
    slow = standing.is_slow if standing else None
    knows_rest = standing is not None and standing.remaining is not None
    return Look(
        standing=standing,
        reason=reason,
        fast_since=_since(slo.fast_since, now, is_burning=fast),
        slow_since=_since(slo.slow_since, now, is_burning=slow),
        is_low=standing.is_low if standing and knows_rest else slo.is_low,
    )


def arrivals(slo: Slo, look: Look, now: datetime) -> list[Arrival]:
    """Return what has to be told to the intake: what burns, and what does not any more."""
    found = [
        *_told(slo, FAST, (slo.fast_since, look.fast_since), look.standing, now),
        *_told(slo, SLOW, (slo.slow_since, look.slow_since), look.standing, now),
    ]
    return [Arrival(alert, slo.objective.service) for alert in found]


def ends(slo: Slo, now: datetime) -> list[Arrival]:
    """Return what ends the alerts of an objective that is not any more."""
    calm = Look(standing=None, reason="", fast_since=None, slow_since=None, is_low=False)
    return arrivals(slo, calm, now)


def _since(since: datetime | None, now: datetime, *, is_burning: bool | None) -> datetime | None:
    if is_burning is None:
        return since
    return (since or now) if is_burning else None


def _told(
    slo: Slo,
    burn: str,
    since: tuple[datetime | None, datetime | None],
    standing: Standing | None,
    now: datetime,
) -> Iterator[Alert]:
    was, is_now = since
    if is_now is not None:
        yield _alert(slo, burn, is_now, standing)
    elif was is not None:
        ended = {"status": AlertStatus.RESOLVED, "ends_at": now}
        yield _alert(slo, burn, was, standing).model_copy(update=ended)


def _alert(slo: Slo, burn: str, since: datetime, standing: Standing | None) -> Alert:
    objective = slo.objective
    name = _NAMES[objective.kind]
    severity = Severity.CRITICAL if burn == FAST else Severity.WARNING
    labels = {
        "alertname": name,
        "namespace": objective.namespace,
        "service": objective.service,
        "slo": objective.id,
        "burn": burn,
        "tier": str(objective.tier),
        "severity": severity.value,
    }
    return Alert(
        source=SOURCE,
        fingerprint=_fingerprint(slo.tenant, objective.id, burn),
        status=AlertStatus.FIRING,
        name=name,
        severity=severity,
        labels=labels,
        annotations={"summary": _summary(slo, burn), "description": _description(slo, standing)},
        starts_at=since,
        ends_at=None,
        generator_url="",
        group_key=f"slo:{objective.id}",
    )


def _fingerprint(tenant: Tenant, id_: str, burn: str) -> str:
    text = "\0".join((SOURCE, tenant.org_id, tenant.cluster_id, id_, burn))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _summary(slo: Slo, burn: str) -> str:
    objective = slo.objective
    return (
        f"{objective.service} burns the error budget of {objective.id} at least "
        f"{_LIMITS[burn]:g} times too fast over {_WINDOWS[burn]}"
    )


def _description(slo: Slo, standing: Standing | None) -> str:
    promise = f"Promised: {slo.objective.says()}."
    if standing is None or standing.remaining is None:
        return promise
    return f"{promise} Left of the budget: {standing.remaining:.0%}."
