"""What an operator says of a service: where its code is written, and who owns it."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from sre_agent.domain.model import Value
from sre_agent.domain.patterns import Patterns, fits
from sre_agent.domain.slo import Name

ALL = "/"
"""The path of a repository that stands for all of it."""
_REPOSITORY = re.compile(
    r"(?:https?://[^/\s?#]+/|(?:ssh://)?git@[\w.-]+[:/])?(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
)


def _named(text: str) -> str:
    found = _REPOSITORY.fullmatch(text.strip())
    if text and found is None:
        raise ValueError(
            f"{text!r} is no repository: write owner/name, or its address such as "
            "https://github.com/owner/name"
        )
    return found["name"] if found else ""


def _relative(text: str) -> str:
    path = text.strip().removeprefix("./").strip("/")
    if "*" in path or "?" in path or ".." in path.split("/"):
        raise ValueError(
            f"{text!r} is no path of a folder or file: write it whole, such as apps/web"
        )
    return path if path not in {"", "."} else ALL


Path = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_relative)]
Owner = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(?:[^\r\n]*\S)?$")]


class ServiceEntry(Value):
    """One service, wherever its cluster and namespace fit; of a service's entries the first that fits counts.

    `repository` is `owner/name`, an address of it is taken as such. `paths` are its folders and files
    there, `/` all of it; none where that is not known. `owners` are people and teams.
    """

    service: Name
    clusters: Patterns = ()
    namespaces: Patterns = ()
    repository: Annotated[str, AfterValidator(_named)] = ""
    paths: Annotated[tuple[Path, ...], Field(max_length=50)] = ()
    owners: Annotated[tuple[Owner, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.repository or self.paths or self.owners):
            raise ValueError("says nothing of the service: give it a repository, paths or owners")
        return self

    def covers(self, cluster: str, namespace: str) -> bool:
        """Return whether it speaks of a namespace; one that is not known is none that it names."""
        return fits(cluster, self.clusters) and fits(namespace, self.namespaces)
