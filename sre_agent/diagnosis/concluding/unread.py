"""What of a cluster nobody read: without it, that all is well cannot be said, or not of all."""

from sre_agent.diagnosis.kubernetes.view import View

_BASICS = (
    ("pods", ("Pod",)),
    ("workloads", ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")),
    ("events", ("Event",)),
    ("Services", ("Service",)),
    ("nodes", ("Node",)),
)
"""What every cluster has, in words, and the kinds that tell of it."""


def explain(view: View) -> str | None:
    """Return why nothing can be called well: neither pods nor what makes them were read."""
    told = view.snapshot
    runs = told.pods or view.workloads or told.jobs or told.cronjobs or told.replicasets
    if runs or view.knows_all("Pod"):
        return None
    return (
        f"what was read is in order, but it says nothing of what runs. Missing: {_listed(view)}; "
        "kubectl get pods,deployments,statefulsets,daemonsets,events,nodes tells of it."
    )


def beside(view: View, *, with_requests: bool = False) -> str:
    """Return what else was not read or not judged, as the end of a sentence; nothing where all was.

    Of saved requests only failures are judged: how long they take on good days is not known.
    """
    missing = _listed(view)
    unread = f"; not read, so not judged: {missing}" if missing else ""
    return f"{unread}; not judged: how long the saved requests take" if with_requests else unread


def _listed(view: View) -> str:
    found = view.snapshot.complete | _told_of(view)
    return ", ".join(words for words, kinds in _BASICS if not found.intersection(kinds))


def _told_of(view: View) -> frozenset[str]:
    """Return the kinds of which anything at all was read, whether all of them were or not."""
    told = view.snapshot
    return frozenset(
        kind
        for kind, objects in (
            ("Pod", told.pods),
            ("Deployment", view.workloads or told.replicasets),
            ("Job", told.jobs or told.cronjobs),
            ("Event", told.events),
            ("Service", told.services),
            ("Node", told.nodes),
        )
        if objects
    )
