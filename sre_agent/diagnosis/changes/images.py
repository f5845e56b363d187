"""Which commit an image was built from, and how sure that is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from sre_agent.domain.timeline import Change, ChangeKind

REVISION = "org.opencontainers.image.revision"
SOURCE = "org.opencontainers.image.source"

_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")
_TAG = re.compile(r":([\w][\w.-]{0,127})$")
_SHA = re.compile(r"(?:^|[._-])(?:sha-?|g)?([0-9a-f]{7,40})$")
_FULL = 40
_REPOSITORY = re.compile(r"^(?:[a-z+]+://)?(?:[^@/]+@)?[^/:]+[:/](.+?)(?:\.git)?/?$")


class Sureness(IntEnum):
    """How sure it is that an image was built from a commit, the surest last."""

    SHORT_TAG = 1
    """Its tag ends in what may be the begin of a hash."""
    FULL_TAG = 2
    """Its tag is, or ends in, a whole hash."""
    DEPLOYED = 3
    """Whoever deployed just this tag said so."""
    DEPLOYED_DIGEST = 4
    """Whoever deployed just this digest said so."""
    LABELLED = 5
    """The image itself says so."""


@dataclass(frozen=True)
class Origin:
    """A commit that an image was built from, its repository as far as that is known, and by what."""

    commit: str
    repository: str
    sureness: Sureness


@dataclass(frozen=True)
class Reference:
    """An image's reference, apart: where it is kept, its tag, its digest; empty where it has none."""

    name: str
    tag: str
    digest: str


def read(image: str) -> Reference:
    """Return an image's reference, apart; a port of a registry is no tag."""
    digest = _DIGEST.search(image)
    rest = image[: digest.start()] if digest else image
    tag = _TAG.search(rest) if ":" in rest.rpartition("/")[2] else None
    return Reference(
        name=rest[: tag.start()] if tag else rest,
        tag=tag[1] if tag else "",
        digest=digest[1] if digest else "",
    )


def repository_of(url: str) -> str:
    """Return `owner/name` of an address of a repository, or an empty text."""
    found = _REPOSITORY.match(url.strip())
    return found[1] if found else ""


def origin(
    image: str, *, labels: Mapping[str, str] | None = None, deployed: Iterable[Change] = ()
) -> Origin | None:
    """Return the commit of an image by the surest that is known, or None.

    Args:
        image: its reference, such as `registry/name:tag@sha256:…`.
        labels: its OCI labels, where somebody read them.
        deployed: what was deployed; of several records of the same image the newest counts.
    """
    labels = labels or {}
    source = repository_of(labels.get(SOURCE, ""))
    revision = labels.get(REVISION, "").strip().lower()
    if re.fullmatch(r"[0-9a-f]{7,64}", revision):
        return Origin(revision, source, Sureness.LABELLED)
    reference = read(image)
    return _by_record(image, reference, deployed) or _by_tag(reference, source)


def _by_record(image: str, reference: Reference, deployed: Iterable[Change]) -> Origin | None:
    found: list[tuple[Sureness, Change]] = []
    for change in deployed:
        is_record = change.kind in {ChangeKind.DEPLOY, ChangeKind.ROLLOUT} and change.is_in_effect
        if not (is_record and change.commit and change.image):
            continue
        told = read(change.image)
        if reference.digest and told.digest == reference.digest:
            found.append((Sureness.DEPLOYED_DIGEST, change))
        elif change.image == image or (
            not (reference.digest and told.digest)
            and reference.tag
            and (told.name, told.tag) == (reference.name, reference.tag)
        ):
            found.append((Sureness.DEPLOYED, change))
    if not found:
        return None
    sureness, best = max(found, key=lambda item: (item[0], item[1].at, item[1].id))
    return Origin(best.commit, best.repository, sureness)


def _by_tag(reference: Reference, repository: str) -> Origin | None:
    found = _SHA.search(reference.tag.lower())
    # A word or a date can be spelled with these letters and digits alone.
    if not found or found[1].isdigit() or found[1].isalpha():
        return None
    is_full = len(found[1]) == _FULL
    return Origin(found[1], repository, Sureness.FULL_TAG if is_full else Sureness.SHORT_TAG)
