"""Reading the shipped playbooks and classes of fault, or a folder of the user's in their place."""

from pathlib import Path

from sre_agent.config import action_kinds, catalogue, files
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain.catalogue import Catalogue
from sre_agent.planning import playbooks, repairs
from sre_agent.planning.playbooks import Playbooks


def load_playbooks(folder: Path | None = None) -> Playbooks:
    """Return the playbooks and the repairs they speak of.

    A folder of the user's holds playbooks instead of the shipped ones; in its own folder `repairs`
    it may hold repairs beside the shipped ones, or others under their names.

    Raises:
        InvalidConfigurationError: The folder cannot be read.
        InvalidPlaybookError: naming the file and what is wrong with it.
    """
    actions = action_kinds.shipped()
    try:
        known = repairs.parse(files.texts(files.shipped() / "repairs"), actions)
        own = folder / "repairs" if folder else None
        if own and own.is_dir():
            known |= repairs.parse(files.texts(own), actions)
        texts = files.texts(folder or files.shipped() / "playbooks")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfigurationError(f"the playbooks cannot be read: {error}") from error
    if not texts:
        raise InvalidConfigurationError(f"{folder}: there is no playbook (*.yaml) in it")
    return playbooks.parse(texts, known, actions)


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
