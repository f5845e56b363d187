"""From which repository and folders workloads are built, as their own labels and annotations say."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sre_agent.diagnosis.changes import images
from sre_agent.diagnosis.incident.case import Case
from sre_agent.domain.observations.kubernetes import Workload

REPOSITORY = "sre-agent.io/repository"
PATHS = "sre-agent.io/paths"
_SLUG = "github.com/project-slug"
_LOCATION = "backstage.io/source-location"
_IMAGE_SOURCE = f"annotations[{images.SOURCE}]"

_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_PLACE = re.compile(
    r"^(?:url:)?https?://[^/]+/(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?(?:/(?:tree|blob)/[^/]+/(?P<path>[^?#]+))?/?$"
)


@dataclass(frozen=True)
class Source:
    """Where what a workload runs is written: `owner/name`, and the folders or files of it; empty if all."""

    repository: str = ""
    paths: tuple[str, ...] = ()

    def holds(self, repository: str, paths: Iterable[str]) -> bool:
        """Return whether a change of some paths of a repository (empty: not known) lies in here."""
        is_other = repository and self.repository and repository.lower() != self.repository.lower()
        return not is_other and any(
            path == own or path.startswith(f"{own}/") for path in paths for own in self.paths
        )


def read(case: Case) -> Mapping[str, Source]:
    """Return what workloads of the incident's namespace say of themselves, by their names."""
    namespace = case.incident.namespace
    found = {
        ref.name: _source(seen.fact)
        for ref, seen in sorted(case.workloads.items(), key=lambda item: str(item[0]))
        if not namespace or ref.namespace == namespace
    }
    return {name: source for name, source in found.items() if source != Source()}


def _source(workload: Workload) -> Source:
    said = {**workload.labels, **workload.annotations}
    place = _PLACE.match(said.get(_LOCATION, "").strip())
    named = [said.get(REPOSITORY, ""), said.get(_SLUG, ""), place["name"] if place else ""]
    named += [images.repository_of(said.get(images.SOURCE, "")), *_of_images(workload)]
    paths = said.get(PATHS, "") or (place["path"] if place and place["path"] else "")
    return Source(
        repository=next((name for name in named if _NAME.fullmatch(name)), ""),
        paths=tuple(dict.fromkeys(filter(None, (each.strip(" /") for each in paths.split(","))))),
    )


def _of_images(workload: Workload) -> Iterator[str]:
    """Yield the repositories that revisions name as those of their images, the newest first."""
    for revision in workload.revisions:
        for change in revision.changes:
            if change.path == _IMAGE_SOURCE and change.after:
                yield images.repository_of(change.after)
