"""The file of services of a checkout: whether it can be read, and which repositories nobody looks at."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from backend.settings.common import SettingsError
from sre_agent.config import services
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain.services import ServiceEntry

MEND = "correct the file (`sre-agent services check FILE`), or empty SERVICES_FILE in .env"
LIST_THEM = "add them to GITHUB_REPOSITORIES in .env, or correct the file that SERVICES_FILE names"
_SHOWN = 5


def load(root: Path, settings: Mapping[str, str]) -> tuple[ServiceEntry, ...]:
    """Return the entries of the file that a checkout's settings name; none where they name none.

    Raises:
        InvalidConfigurationError: It cannot be read, or what is wrong with it.
    """
    named = settings.get("SERVICES_FILE")
    return services.load(root / named) if named else ()


def check(root: Path, settings: Mapping[str, str]) -> None:
    """Refuse a start with a file that nobody could use: whoever starts is there to correct it.

    Raises:
        SettingsError: It is one; the message says why and what to do.
    """
    try:
        load(root, settings)
    except InvalidConfigurationError as error:
        raise SettingsError(f"SERVICES_FILE: {error}; {MEND}") from error


def strangers(entries: Sequence[ServiceEntry], settings: Mapping[str, str]) -> Iterator[str]:
    """Yield the repositories that the file names and GITHUB_REPOSITORIES does not, if that names any."""
    listed = [name.strip() for name in settings.get("GITHUB_REPOSITORIES", "").split(",")]
    unlisted = services.unlisted(entries, listed) if any(listed) else {}
    for repository, names in unlisted.items():
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield (
            f"{repository} (of {', '.join(names[:_SHOWN])}{more}) is not among GITHUB_REPOSITORIES: "
            "nobody looks there"
        )
