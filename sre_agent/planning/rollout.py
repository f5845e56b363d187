"""Whether a workload's rollout is over."""

from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.planning.hold import Check, Standing


def check(workload: Workload) -> Check:
    """Return whether every pod is of the newest revision and available."""
    counts = workload.replicas
    name = str(workload.object)
    if workload.observed_generation < workload.generation:
        return Check(Standing.BAD, f"the cluster has not yet taken up the change of {name}")
    if counts.updated < counts.desired or counts.available < counts.desired:
        ready = f"{counts.updated} of {counts.desired} updated, {counts.available} available"
        return Check(Standing.BAD, f"the rollout of {name} is still going on: {ready}")
    if counts.current > counts.desired:
        return Check(Standing.BAD, f"pods of {name} from before are still there")
    return Check(Standing.GOOD, f"the rollout of {name} is complete")
