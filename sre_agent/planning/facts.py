"""The facts of a cause that repairs and conditions may speak of, and what each of them says."""

from collections.abc import Mapping

KNOWN: Mapping[str, str] = {
    # of any cause
    "onset_at": "when the trouble began",
    "container": "the container in trouble",
    "reason": "what the cluster calls it",
    "detail": "more about the reason",
    "symptom": "how it shows: errors or latency",
    # of a release
    "revision": "the revision that the trouble came with",
    "previous_revision": "the revision in force before it, where one worked",
    "current_revision": "the revision in force now",
    "released_at": "when the revision came into force",
    "image_before": "the images before the release",
    "image_after": "the images of the release",
    "image_changed": "whether the release changed an image",
    "change_cause": "what the release says of itself",
    # of a change, where it can be taken back in its repository
    "change": "the change that brought the trouble: its entry in the timeline, or where it stands",
    "repository": "the repository of the change, owner/name",
    "commit": "the commit that the change is on its branch, by its whole name",
    "pull_request": "the pull request by which it came",
    "branch": "the branch that it came to",
    "flag": "the feature flag that was switched",
    "migrations": "the migrations of stored data that a way back would cross",
    # of a scaling
    "previous_replicas": "how many pods there were before it was scaled",
    "current_replicas": "how many pods it has now",
    "scaled_at": "when it was scaled",
    "replicas": "how many pods a workload has that cannot keep up",
    "suggested_replicas": "how many pods would keep up, at most twice as many",
    "autoscaler": "the autoscaler that sets how many pods there are",
    "max_replicas": "the most pods that it may ask for",
    # of memory, in bytes
    "memory_limit_bytes": "the memory limit now",
    "memory_limit_before_bytes": "the memory limit before the release",
    "memory_peak_bytes": "the most memory that was seen in use",
    "limit_reached_at": "when memory that grows reaches its limit",
    "limit_lowered": "whether the release lowered the memory limit",
    # worked out by the planner
    "memory_limit_now": "the memory limit now, as Kubernetes writes it",
    "memory_limit_new": "the memory limit to set, as Kubernetes writes it",
    "memory_limit_why": "why that much",
    "repository_owner": "who owns the repository",
    "repository_name": "what the repository is called",
    "commit_short": "the commit's short name",
    "revert_sha": "the commit to take back where it came with no pull request",
    "revert_pull": "the pull request to take back whole",
    "revert_base": "the branch that it is taken back on, the default branch where none is known",
    "revert_branch": "the branch that takes it back",
    "revert_obstacle": "why it is not taken back now",
    # of a configuration
    "variable": "the variable that is missing",
    "variable_value": "the value that the service's own runbook gives it",
    # of a Service or a probe that leads astray, where one thing only can be meant
    "selecting_service": "the Service that selects no pod",
    "selector_now": "the labels that it selects by",
    "selector_new": "the labels of the one workload that it can mean",
    "leading_service": "the Service that leads to a port where nobody listens",
    "service_port": "which of its ports",
    "target_port_now": "the port of its pods that it leads to",
    "target_port_new": "the one port that its pods offer",
    "probed_container": "the container that the probe asks",
    "probe": "which probe it is",
    "probe_port_now": "the port that the probe asks at",
    "probe_port_new": "the one port that the container offers",
    # of single pods and nodes
    "pod": "the one pod that is ill",
    "node": "the node that is ill",
    "ready_pods": "how many other pods are ready",
}
"""Every fact by name. A file that names another is refused, so that a slip of the pen is found."""


def check(name: str) -> str:
    """Return the name of a fact.

    Raises:
        ValueError: No cause ever has it.
    """
    if name not in KNOWN:
        raise ValueError(f"no cause has a fact {name}")
    return name
