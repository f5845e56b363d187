"""From which repository and folders workloads are built, and who owns them.

The operator's file of services says so, and what it leaves out labels and annotations do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sre_agent.diagnosis.changes import images
from sre_agent.diagnosis.incident.case import Case
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.domain.services import ALL, ServiceEntry

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
    """Where what a workload runs is written: `owner/name`, and the folders or files of it.

    `paths` are empty where they are not known. `owners` are whom the file calls so that is named `file`.
    `evidence_ids` is what says all this.
    """

    repository: str = ""
    paths: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    file: str = ""
    evidence_ids: tuple[EvidenceId, ...] = field(default=(), compare=False)

    @property
    def is_all(self) -> bool:
        """Return whether all of the repository is its own."""
        return ALL in self.paths

    def holds(self, repository: str, paths: Iterable[str]) -> bool:
        """Return whether a change of some paths of a repository (empty: not known) lies in here."""
        is_same = repository.lower() == self.repository.lower()
        if repository and self.repository and not is_same:
            return False
        if self.is_all and repository and is_same:
            return True
        return any(
            path == own or path.startswith(f"{own}/") for path in paths for own in self.paths
        )


def read(case: Case) -> Mapping[str, Source]:
    """Return what is known of workloads of the incident's namespace, by their names."""
    namespace = case.incident.namespace
    found = {
        ref.name: _source(seen.fact, seen.id)
        for ref, seen in sorted(case.workloads.items(), key=lambda item: str(item[0]))
        if not namespace or ref.namespace == namespace
    }
    for name, source in _declared(case).items():
        found[name] = _joined(source, found.get(name, Source()))
    return {name: source for name, source in found.items() if source != Source()}


def concerning(case: Case, entries: Iterable[ServiceEntry]) -> tuple[ServiceEntry, ...]:
    """Return the entries of a file that speak of workloads that are known, or of what is alerted about."""
    return tuple(
        entry
        for entry in entries
        if any(
            is_known or entry.service == case.incident.service
            for _, is_known in _names(case, entry)
        )
    )


def _declared(case: Case) -> Mapping[str, Source]:
    """Return what the file says of each workload: the first entry that speaks of it."""
    told = case.declared
    if told is None:
        return {}
    found: dict[str, Source] = {}
    for entry in told.fact.entries:
        for name, _ in _names(case, entry):
            source = Source(entry.repository, entry.paths, entry.owners, told.fact.file, (told.id,))
            found.setdefault(name, source)
    return found


def _names(case: Case, entry: ServiceEntry) -> Iterator[tuple[str, bool]]:
    """Yield what the workloads are called that an entry speaks of, and whether they are known."""
    incident = case.incident
    spaces = {incident.namespace} if incident.namespace else _namespaces(case)
    for space in sorted(spaces):
        if entry.covers(incident.cluster_id, space):
            ref = case.names.resolve(space, entry.service)
            yield (ref.name, True) if ref else (entry.service, False)


def _namespaces(case: Case) -> set[str]:
    return {ref.namespace for ref in case.names.workloads} or {""}


def _joined(declared: Source, own: Source) -> Source:
    """Return what the file says, and what the workload says of itself where the file is silent.

    Folders that it names belong to its own repository, and say nothing of another one.
    """
    is_same = declared.repository.lower() in {"", own.repository.lower()} or not own.repository
    paths = declared.paths or (own.paths if is_same else ())
    repository = declared.repository or own.repository
    is_own_used = bool((paths and not declared.paths) or (repository and not declared.repository))
    ids = (*declared.evidence_ids, *(own.evidence_ids if is_own_used else ()))
    return replace(declared, repository=repository, paths=paths, evidence_ids=ids)


def _source(workload: Workload, id_: EvidenceId) -> Source:
    said = {**workload.labels, **workload.annotations}
    place = _PLACE.match(said.get(_LOCATION, "").strip())
    named = [said.get(REPOSITORY, ""), said.get(_SLUG, ""), place["name"] if place else ""]
    named += [images.repository_of(said.get(images.SOURCE, "")), *_of_images(workload)]
    paths = said.get(PATHS, "") or (place["path"] if place and place["path"] else "")
    return Source(
        repository=next((name for name in named if _NAME.fullmatch(name)), ""),
        paths=tuple(dict.fromkeys(filter(None, (each.strip(" /") for each in paths.split(","))))),
        evidence_ids=(id_,),
    )


def _of_images(workload: Workload) -> Iterator[str]:
    """Yield the repositories that revisions name as those of their images, the newest first."""
    for revision in workload.revisions:
        for change in revision.changes:
            if change.path == _IMAGE_SOURCE and change.after:
                yield images.repository_of(change.after)
