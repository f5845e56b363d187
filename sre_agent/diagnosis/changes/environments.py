"""Whether what was changed was changed here: which environment an incident is in, and which is meant."""

import re
from collections.abc import Iterable, Mapping
from enum import Enum

from sre_agent.diagnosis.incident.case import Case
from sre_agent.domain.timeline import Change, ChangeSource

LABELS = ("environment", "env", "deployment_environment_name", "deployment_environment", "stage")
"""Labels by which alerts name their environment, the surest first."""
_TIERS: Mapping[str, frozenset[str]] = {
    "production": frozenset({"production", "prod", "prd"}),
    "staging": frozenset({"staging", "stage", "stg", "preproduction", "preprod"}),
    "development": frozenset({"development", "develop", "dev"}),
    "test": frozenset({"test", "testing", "qa", "uat"}),
    "preview": frozenset({"preview", "sandbox"}),
    "nonproduction": frozenset({"nonproduction", "nonprod"}),
}
_OF_PLACES = frozenset({"production", "staging", "development"})
"""What names of clusters and namespaces tell for sure: `test` and `preview` are names of much else."""
_TIER_OF = {word: tier for tier, words in _TIERS.items() for word in words}
_ONE_WORD = re.compile(r"\b(pre|non)[^a-z0-9]+(?=prod)")
_WORD = re.compile(r"[a-z]+|[0-9]+")


class Where(Enum):
    """Where a change was made, seen from an incident."""

    HERE = "here"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"


def of(case: Case) -> str:
    """Return the environment of an incident: as its alerts say, the policy, or the names of its place.

    Empty where none of them does, or alerts name several.
    """
    incident = case.incident
    for label in LABELS:
        said = {alert.labels[label] for alert in incident.alerts if alert.labels.get(label)}
        if said:
            return said.pop() if len(said) == 1 else ""
    by_policy = next((seen.fact.environment for seen in reversed(case.changes)), "")
    places = (incident.namespace, incident.cluster_id)
    named = (name for name in places if len(_tiers(name)) == 1 and _tiers(name) <= _OF_PLACES)
    return by_policy or next(named, "")


def where(change: Change, environment: str) -> Where:
    """Return whether a change was made in an environment.

    Of one that names none it is known where its cluster is: whoever told it sent that cluster's token.
    """
    if not change.environment:
        is_here = bool(change.cluster_id) or change.source is ChangeSource.CLUSTER
        return Where.HERE if is_here else Where.UNKNOWN
    told, own = change.environment.casefold(), environment.casefold()
    if told == own:
        return Where.HERE
    theirs, ours = _tiers(told), _tiers(own)
    if len(theirs) != 1 or len(ours) != 1:
        return Where.UNKNOWN
    if theirs != ours:
        return Where.ELSEWHERE
    one, other = _others(told), _others(own)
    return Where.HERE if one <= other or other <= one else Where.UNKNOWN


def where_files(paths: Iterable[str], environment: str) -> Where:
    """Return whether files that are each of an environment, by their paths, are of this one.

    Those of none, such as examples and what people set on their own machines, are of another.
    """
    ours = _tiers(environment)
    found = [_tiers(path) for path in paths]
    if len(ours) == 1 and ours in found:
        return Where.HERE
    is_clear = all(ours.isdisjoint(theirs) for theirs in found)
    return Where.ELSEWHERE if is_clear and (ours or not any(found)) else Where.UNKNOWN


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_ONE_WORD.sub(r"\1", name.casefold())))


def _tiers(name: str) -> frozenset[str]:
    return frozenset(_TIER_OF[word] for word in _words(name) if word in _TIER_OF)


def _others(name: str) -> frozenset[str]:
    """Return the words of a name besides the one that says what kind of environment it is."""
    return frozenset(word for word in _words(name) if word not in _TIER_OF)
