"""What went live, with the commits that it brought: as the cluster shows it, and as records of it say."""

import re
from collections.abc import Iterator, Sequence

from sre_agent.diagnosis.changes import images, placing, templates
from sre_agent.diagnosis.changes.releases import Release, releases
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.changes import Deploy
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

_SHORT_SHA = re.compile(r"\b[0-9a-f]{7,40}\b")
_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_ORIGIN = frozenset({f"annotations[{images.REVISION}]", f"labels[{images.REVISION}]"})


def rollouts(situation: Situation, told: Sequence[Change]) -> Iterator[Deploy]:
    """Yield what the cluster tells of versions that went live here, each commit that came with one."""
    case = situation.case
    known = sorted({*case.workloads, *case.histories}, key=str)
    by_repository = [change for change in told if change.source is ChangeSource.GITHUB]
    for ref in placing.concerned(situation, known):
        found = releases(case, ref)
        for release in found:
            if release.is_restart:
                continue
            # As long as pods of another revision run beside it, it shows nothing of what ran.
            vouched = "" if release.is_rolling_out else _built_from(release, by_repository)
            for commit in brought(release, told) or ("",):
                yield Deploy(
                    service=placing.called(situation, ref),
                    at_s=release.started_at.timestamp(),
                    sha=commit,
                    version=", ".join(release.revision.images),
                    is_seen=True,
                    is_vouched=bool(vouched) and commit == vouched,
                    built_by_s=None if release.is_rolling_out else _built_by(release, found),
                    source=release.evidence_ids[-1],
                )


def services(case: Case, change: Change) -> tuple[str, ...]:
    """Return which services a record of a deployment is about: those it names, as a word of its own."""
    if change.services or change.kind is not ChangeKind.DEPLOY:
        return change.services
    names = case.names.mentioned(change.namespace or case.incident.namespace)
    said = {*_WORD.findall(change.summary), change.environment}
    return tuple(sorted({ref.name for name, ref in names.items() if name in said}))


def brought(release: Release, told: Sequence[Change]) -> tuple[str, ...]:
    """Return the commits that a release brought, the one it was built from first.

    An image that ran before brings none of its own: what is new then is what the release says of itself.
    """
    origin = _origin(release, told)
    cause = release.revision.change_cause.lower()
    said = tuple(_SHORT_SHA.findall(cause))
    named = (change.commit for change in told if change.commit.startswith(said)) if said else ()
    return tuple(dict.fromkeys([*([origin] if origin else []), *named]))


def _built_by(release: Release, found: Sequence[Release]) -> float | None:
    """Return when images that came back first ran; None where others did not run since, or a tag may have moved."""
    own = release.revision.images
    references = [images.read(image) for image in own]
    if not all(each.digest or re.search(r"\d", each.tag) for each in references):
        return None
    first = min(other.revision.created_at for other in found if other.revision.images == own)
    came_back = any(
        other.revision.images != own and first < other.started_at < release.started_at
        for other in found
    )
    return first.timestamp() if came_back else None


def _built_from(release: Release, told: Sequence[Change]) -> str:
    """Return the commit that all images of a release were built from, or nothing where they are of several."""
    found = {images.origin(image, deployed=told) for image in release.revision.images}
    commits = {origin.commit if origin else "" for origin in found}
    own = _origin(release, told)
    is_marked = any(change.path in _ORIGIN for change in release.revision.changes)
    return own if is_marked or commits == {own} else ""


def _origin(release: Release, told: Sequence[Change]) -> str:
    """Return the commit that a release was built from: as its pods are marked, else by its image."""
    changes = release.revision.changes
    marks = [change.after for change in changes if change.path in _ORIGIN and change.after]
    labels = {images.REVISION: marks[0]} if marks else {}
    if changes and not marks and not templates.has_another_image(release):
        return ""
    found = (
        images.origin(image, labels=labels, deployed=told) for image in release.revision.images
    )
    return next((origin.commit for origin in found if origin), "")
