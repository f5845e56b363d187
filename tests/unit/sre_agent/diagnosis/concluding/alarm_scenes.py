"""Curves, alerts and incidents for alarms that may be about nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.metrics import (
    ActiveAlert,
    AlertList,
    GoldenSignals,
)
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def at(world: World, ago_s: float) -> datetime:
    return world.now - timedelta(seconds=ago_s)


def between(world: World, began_s: float, ended_s: float, level: float) -> Callable[..., float]:
    """Return a curve that is high from so many seconds ago to so many seconds ago."""
    return lambda moment: level if at(world, began_s) <= moment < at(world, ended_s) else 0.0


def signals(world: World, role: str, errors: build.Curve, traffic: float = 10.0) -> Evidence:
    total = build.group(world.now, errors=errors, traffic=traffic)
    told: GoldenSignals = build.golden_signals(world.namespace, world.services[role].name, total)
    return build.evidence("met-9.1", told, world.now)


def alerts(world: World, *found: ActiveAlert) -> Evidence:
    return build.evidence("met-9.2", AlertList(alerts=found), world.now)


def judged(world: World, incident: Incident, *more: Evidence) -> Diagnosis:
    return diagnose([*views.evidence(world, *ROLES), *more], incident, world.now)


def named(world: World, alert_name: str, *, ago_s: float = 30) -> Incident:
    incident = world.incident("core", ago_s=ago_s)
    [alert] = incident.alerts
    renamed = alert.model_copy(update={"name": alert_name})
    return incident.model_copy(update={"alerts": (renamed,)})
