"""How the requests of a service are counted: by its cluster's Prometheus server, as everyone asks."""

from pydantic import ValidationError

from sre_agent import ports
from sre_agent.diagnosis.metrics import service_levels
from sre_agent.diagnosis.metrics.service_levels import Count
from sre_agent.domain.observations.metrics import RequestCounts
from sre_agent.domain.slo import Objective, Standing
from sre_agent.domain.tools import ToolCall, ToolStatus

SERVER = "prometheus"
TOOL = "request_counts"
DEADLINE_S = 20.0


async def stand(toolbox: ports.Toolbox, objective: Objective) -> tuple[Standing | None, str]:
    """Return how an objective stands now; or None, and why nobody can tell."""
    arguments = {
        "namespace": objective.namespace,
        "service": objective.service,
        "windows_s": list(service_levels.windows_s(objective)),
        "threshold_s": objective.threshold_s,
    }
    call = ToolCall(
        server=SERVER,
        tool=TOOL,
        arguments={name: value for name, value in arguments.items() if value is not None},
    )
    answer = await toolbox.read(call, deadline_s=DEADLINE_S)
    if answer.code == "not_configured":
        return None, "there is no Prometheus to ask"
    if answer.status is not ToolStatus.OK:
        return None, answer.reason or answer.status.value
    try:
        found = RequestCounts.model_validate(answer.data)
    except ValidationError:
        return None, "the answer of the Prometheus server cannot be read"
    counts = [Count(each.window_s, each.requests, each.bad, each.covered) for each in found.windows]
    standing = service_levels.stand(objective, counts)
    if standing.remaining is None:
        return standing, f"no requests were counted in {objective.window_days} days"
    return standing, ""
