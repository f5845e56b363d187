"""Reading who may call what, and the policy: all that the signer has to know of the configuration.

It stands apart from the playbooks, so that the process with the signing key loads nothing of the
diagnosis, which reads what strangers wrote.
"""

from pathlib import Path

import yaml
from pydantic import ValidationError

from sre_agent.agents.allowlist import AllowList
from sre_agent.agents.specialists import BY_NAME
from sre_agent.config import action_kinds, files
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain import yaml_text
from sre_agent.safety import policy
from sre_agent.safety.policy import Policy, Tools


def load_allow_list(path: Path | None = None) -> AllowList:
    """Return the tool allow-list, from `path` instead of the shipped one if given.

    Raises:
        InvalidConfigurationError: naming the file and what is wrong with it.
    """
    source = path or files.shipped() / "agent_config.yaml"
    try:
        allowed = AllowList.model_validate(yaml_text.read(source.read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise InvalidConfigurationError(f"{source}: {error}") from error
    unknown = sorted(set(allowed.specialists) - set(BY_NAME))
    if unknown:
        raise InvalidConfigurationError(f"{source}: no specialist is called {', '.join(unknown)}")
    for server, tool in sorted(allowed.reads & allowed.writes):
        raise InvalidConfigurationError(f"{source}: a specialist may not hold {server}.{tool}")
    for server, tool in sorted(allowed.writes - set(action_kinds.shipped().kinds)):
        raise InvalidConfigurationError(
            f"{source}: the executor may not hold {server}.{tool}, which is not in the catalogue of "
            "actions"
        )
    return allowed


def load_policy(allowed: AllowList, folder: Path | None = None) -> Policy:
    """Return the policy; one that cannot be read denies everything and says why."""
    tools = Tools(allowed.reads, allowed.writes, action_kinds.shipped())
    place = folder or files.shipped() / "policies"
    try:
        return policy.load(files.texts(place), tools)
    except OSError as error:
        return policy.broken(f"the policy in {place} cannot be read: {error}")
    except UnicodeDecodeError as error:
        return policy.broken(f"the policy in {place} is not all UTF-8 text: {error}")


def load_rules(agent_config: Path | None = None, folder: Path | None = None) -> Policy:
    """Return the policy over the allow-list of `agent_config`; a fault in either denies everything."""
    try:
        return load_policy(load_allow_list(agent_config), folder)
    except InvalidConfigurationError as error:
        return policy.broken(f"the allow-list cannot be read: {error}")
