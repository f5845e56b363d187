"""From settings to what every run is judged by."""

from backend.settings.running import RunSettings
from sre_agent.config import loader, permissions
from sre_agent.graph.context import Limits, Rules
from sre_agent.planning.settings import PlanningSettings


def rules(settings: RunSettings) -> Rules:
    """Return allow-list, policy, playbooks and limits as the settings name them.

    Raises:
        InvalidConfigurationError: A file cannot be read; a policy that cannot denies everything.
    """
    allowlist = permissions.load_allow_list(settings.agent_config)
    return Rules(
        allowlist=allowlist,
        policy=permissions.load_policy(allowlist, settings.policy_dir),
        playbooks=loader.load_playbooks(settings.playbook_dir).allowing(allowlist.writes),
        planning=PlanningSettings(
            catalogue=loader.load_catalogue(),
            hold_s=settings.verification_hold_seconds,
            deadline_s=settings.verification_deadline_seconds,
        ),
        limits=Limits(
            specialist_deadline_s=settings.specialist_deadline_seconds,
            max_rounds=settings.max_investigation_rounds,
            brake_patience_s=settings.brake_patience_seconds,
        ),
    )
