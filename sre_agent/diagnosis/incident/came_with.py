"""Trouble of pods that the cluster's objects show, and the release that it came with."""

from dataclasses import replace

from sre_agent.diagnosis.changes import Release
from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.proposing import bad_release
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Pod


def dated(situation: Situation, hypothesis: Hypothesis) -> Hypothesis:
    """Return a hypothesis with what a planner needs to undo the release that its pods came with.

    Pods are in trouble that are not ready, or were restarted. A release is behind them where they are
    all its own; what ails pods of older revisions too was there before it.
    """
    ref = hypothesis.object
    onset = situation.onset(ref)
    facts = {"onset_at": onset.at.isoformat(), **hypothesis.facts}
    release = hypothesis.release or _release(situation, ref)
    if release is None:
        return replace(hypothesis, facts=facts)
    since = min((pod.created_at for pod in _troubled(situation, ref)), default=release.started_at)
    undoing = bad_release.facts(situation, release, since, onset)
    return replace(hypothesis, release=release, facts={**undoing, **facts})


def _release(situation: Situation, ref: ObjectRef) -> Release | None:
    """Return the release in force whose pods alone are in trouble."""
    ill = _troubled(situation, ref)
    if not ill:
        return None
    found = bad_release.release_at(situation, ref, min(pod.created_at for pod in ill))
    if found is None or {pod.template_hash for pod in ill} != {found.revision.template_hash}:
        return None
    return found


def _troubled(situation: Situation, ref: ObjectRef) -> list[Pod]:
    seen = situation.case.workloads.get(ref)
    return [
        pod
        for pod in (seen.fact.pods if seen else ())
        if pod.phase != "Succeeded"
        and (not pod.ready or any(container.restarts for container in pod.containers))
    ]
