"""What tests of replays share: the rules by which runs are judged again."""

from run_scene import ALLOW_LIST, POLICY

from sre_agent.config import loader
from sre_agent.domain.events import Event
from sre_agent.graph.context import Limits, Rules
from sre_agent.planning.settings import PlanningSettings
from sre_agent.replay import playing, recording
from sre_agent.replay.playing import Replayed

RULES = Rules(
    allowlist=ALLOW_LIST,
    policy=POLICY,
    playbooks=loader.load_playbooks(),
    planning=PlanningSettings(catalogue=loader.load_catalogue(), hold_s=20, deadline_s=120),
    limits=Limits(),
)


async def play(events: list[Event], rules: Rules = RULES) -> Replayed:
    return await playing.play(recording.read(events), rules)
