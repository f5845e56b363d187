"""Who is behind what an alert complains of: the culprit among those it calls, not the victims.

An entity is suspected by the share of the complaint that it costs itself: beyond what those it calls
cost, beyond its own noise, and while the complaint lasted. That is the intuition of anomaly
propagation on call graphs (Liu et al., "MicroHECL", ICSE-SEIP 2021; Hardt et al., "The PetShop
dataset", CLeaR 2024), with totals over requests in place of learned causal mechanisms.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sre_agent.diagnosis.metrics.burdens import Burden, burden
from sre_agent.diagnosis.metrics.kinds import Kind
from sre_agent.domain.telemetry import Floats, MetricTable

Calls = Mapping[str, Collection[str]]
"""Whom each entity calls."""

CLEAR = 2.0
"""What a callee costs explains its caller once it is so many times its own noise."""
OTHER_KIND = 0.25
"""The weight of latency where the alert is about errors, and the other way round."""
_BURDENS = (Kind.LATENCY, Kind.ERRORS)


@dataclass(frozen=True)
class Complaint:
    """What an alert is about: whose requests, and whether they fail or are slow."""

    entity: str
    kind: Kind


@dataclass(frozen=True)
class Culprit:
    """A suspect: `score` is between 0 and 1, the share of the complaint that is its own doing.

    `level` and `peak` are the usual and the worst recent value of the metric of `kind`; `cost` is what
    it costs beyond the usual with all it calls, `own_cost` without them, in seconds or failed
    requests per row.
    """

    entity: str
    score: float
    kind: Kind
    level: float
    peak: float
    cost: float
    own_cost: float


def rank(
    usual: MetricTable, lately: MetricTable, calls: Calls, about: Complaint
) -> tuple[Culprit, ...]:
    """Return all that the complaint's entity reaches by calls, itself included, worst first.

    Args:
        usual: metrics, named by their kind, of a time in which all was well.
        lately: the same around the alert, from shortly before the trouble.
        calls: who calls whom; cycles are allowed.
        about: what the alert complains of.
    """
    reached = reachable(calls, about.entity)
    kinds = (about.kind, *(kind for kind in _BURDENS if kind is not about.kind))
    found = [
        culprit
        for place, kind in enumerate(kinds)
        for culprit in _of_kind(
            [burden(usual, lately, entity, kind) for entity in reached],
            calls,
            about.entity,
            1.0 if place == 0 else OTHER_KIND,
        )
    ]
    return _best_of_each(found, reached)


def reachable(calls: Calls, start: str) -> list[str]:
    """Return the entities that calls lead to, the nearest first, from the start itself."""
    seen = {start: None}
    frontier = [start]
    while frontier:
        callees = sorted({callee for entity in frontier for callee in calls.get(entity, ())})
        frontier = [entity for entity in callees if entity not in seen]
        seen.update(dict.fromkeys(frontier))
    return list(seen)


def _of_kind(
    burdens: Sequence[Burden], calls: Calls, target: str, weight: float
) -> Iterable[Culprit]:
    by_entity = {item.entity: item for item in burdens}
    when = _when(by_entity[target].excess)
    cost = {entity: item.total(when) for entity, item in by_entity.items()}
    own = {
        entity: max(0.0, total - _explained(entity, calls, by_entity, cost))
        for entity, total in cost.items()
    }
    whole = max(cost[target], *own.values())
    for entity, item in by_entity.items():
        share = own[entity] / whole if whole > 0.0 else 0.0
        yield Culprit(
            entity=entity,
            score=weight * share * _clearness(cost[entity], item.noise),
            kind=item.kind,
            level=item.level,
            peak=_peak(item),
            cost=cost[entity],
            own_cost=own[entity],
        )


def _when(excess: Floats) -> Floats:
    """Return how much each row counts: as much as the complaint's own entity was in excess."""
    total = float(excess.sum())
    return excess / total if total > 0.0 else np.full(len(excess), 1.0 / max(len(excess), 1))


def _explained(
    entity: str, calls: Calls, burdens: Mapping[str, Burden], cost: Mapping[str, float]
) -> float:
    """Return what those that an entity calls cost, as far as that is more than their noise."""
    callees = sorted({callee for callee in calls.get(entity, ()) if callee != entity})
    return sum(
        cost[callee]
        for callee in callees
        if callee in cost and cost[callee] > CLEAR * burdens[callee].noise
    )


def _clearness(cost: float, noise: float) -> float:
    return cost / (cost + CLEAR * noise) if cost > 0.0 else 0.0


def _peak(item: Burden) -> float:
    known = item.values[~np.isnan(item.values)]
    return float(known.max()) if known.size else item.level


def _best_of_each(found: Iterable[Culprit], reached: Sequence[str]) -> tuple[Culprit, ...]:
    """Return each entity once, by its best score; among equals those nearest to the alert first."""
    distance = {entity: place for place, entity in enumerate(reached)}
    best: dict[str, Culprit] = {}
    for item in found:
        if item.entity not in best or item.score > best[item.entity].score:
            best[item.entity] = item
    ordered = sorted(best.values(), key=lambda item: (-item.score, distance[item.entity]))
    return tuple(ordered)
