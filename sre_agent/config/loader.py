"""Reading the shipped configuration, or a folder of the user's in its place."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml
from pydantic import ValidationError

from sre_agent.agents.allowlist import AllowList
from sre_agent.agents.specialists import BY_NAME
from sre_agent.config import catalogue
from sre_agent.domain import yaml_text
from sre_agent.domain.catalogue import Catalogue
from sre_agent.domain.errors import PermanentError
from sre_agent.planning import playbooks, repairs
from sre_agent.planning.playbooks import Playbooks
from sre_agent.safety import policy
from sre_agent.safety.policy import Policy, Tools

_SUFFIXES = (".yaml", ".yml")


class InvalidConfigurationError(PermanentError):
    """A configuration file is missing or does not say what it has to say."""


def load_allow_list(path: Path | None = None) -> AllowList:
    """Return the tool allow-list, from `path` instead of the shipped one if given.

    Raises:
        InvalidConfigurationError: naming the file and what is wrong with it.
    """
    source = path or _shipped() / "agent_config.yaml"
    try:
        allowed = AllowList.model_validate(yaml_text.read(source.read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise InvalidConfigurationError(f"{source}: {error}") from error
    unknown = sorted(set(allowed.specialists) - set(BY_NAME))
    if unknown:
        raise InvalidConfigurationError(f"{source}: no specialist is called {', '.join(unknown)}")
    for server, tool in sorted(allowed.reads & allowed.writes):
        raise InvalidConfigurationError(f"{source}: a specialist may not hold {server}.{tool}")
    return allowed


def load_policy(allowed: AllowList, folder: Path | None = None) -> Policy:
    """Return the policy; one that cannot be read denies everything and says why."""
    tools = Tools(reads=allowed.reads, writes=allowed.writes)
    try:
        return policy.load(_texts(folder or _shipped() / "policies"), tools)
    except (OSError, UnicodeDecodeError) as error:
        return policy.broken(f"the policy cannot be read: {error}")


def load_rules(agent_config: Path | None = None, folder: Path | None = None) -> Policy:
    """Return the policy over the allow-list of `agent_config`; a fault in either denies everything."""
    try:
        return load_policy(load_allow_list(agent_config), folder)
    except InvalidConfigurationError as error:
        return policy.broken(f"the allow-list cannot be read: {error}")


def load_playbooks(folder: Path | None = None) -> Playbooks:
    """Return the playbooks and the repairs they speak of.

    A folder of the user's holds playbooks instead of the shipped ones; in its own folder `repairs`
    it may hold repairs beside the shipped ones, or others under their names.

    Raises:
        InvalidConfigurationError: The folder cannot be read.
        InvalidPlaybookError: naming the file and what is wrong with it.
    """
    try:
        known = repairs.parse(_texts(_shipped() / "repairs"))
        own = folder / "repairs" if folder else None
        if own and own.is_dir():
            known |= repairs.parse(_texts(own))
        texts = _texts(folder or _shipped() / "playbooks")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfigurationError(f"the playbooks cannot be read: {error}") from error
    if not texts:
        raise InvalidConfigurationError(f"{folder}: there is no playbook (*.yaml) in it")
    return playbooks.parse(texts, known)


def load_catalogue() -> Catalogue:
    """Return what each class of fault means, checked against the shipped playbooks.

    Raises:
        InvalidCatalogueError: naming the class and what is wrong with its entry.
    """
    found = catalogue.shipped()
    known = {
        item.name: frozenset(item.trigger.fault_classes) for item in load_playbooks().playbooks
    }
    catalogue.check_playbooks(found, known)
    return found


def _shipped() -> Traversable:
    return resources.files("sre_agent.config")


def _texts(folder: Traversable) -> dict[str, str]:
    return {
        item.name: item.read_text("utf-8")
        for item in folder.iterdir()
        if item.is_file() and item.name.endswith(_SUFFIXES)
    }
