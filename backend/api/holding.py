"""What would hold a plan back, were it approved now: so that nobody says yes and wonders."""

from backend.api.context import ApiContext
from backend.brakes.foreseeing import Foresight
from sre_agent.config import permissions
from sre_agent.domain.brakes import Brake, Obstacle
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Plan
from sre_agent.safety.policy import Policy

_SWITCHED_OFF = (
    "KILL_SWITCH is set in the settings; writing goes on once the programs are started without it"
)


async def held_by(context: ApiContext, incident: Incident, plan: Plan) -> list[Obstacle]:
    """Return the brakes that hold now, each with its end where it has one."""
    settings = context.settings
    if settings.kill_switch:
        return [Obstacle(brake=Brake.STOP, reason=_SWITCHED_OFF)]

    async def load() -> Policy:
        return permissions.load_rules(settings.agent_config, settings.policy_dir)

    # Compiling the rules takes some 20 ms, and a page asks every few seconds.
    rules: Policy = await context.recent.recall("rules that name environments", load)
    foresight = Foresight(context.engine, context.clock, rules, context.brakes)
    return await foresight.held_by(incident, plan)
