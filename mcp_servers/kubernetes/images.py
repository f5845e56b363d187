"""Names of container images: which repository, which version."""

import re

from mcp_servers.common.envelope import RefusedError

_MAX_CHARS = 512
_IMAGE = re.compile(
    r"(?P<repository>(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?/)?"
    r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def require_other_version(before: str, after: str) -> None:
    """Refuse an image that is not a named version of the repository in use.

    Raises:
        RefusedError: `invalid_arguments` when it is no image or names no version, `forbidden` when
            it is of another repository.
    """
    wanted = _IMAGE.fullmatch(after) if len(after) <= _MAX_CHARS else None
    if wanted is None:
        raise RefusedError("invalid_arguments", "image is not the name of an image")
    if wanted["tag"] is None and wanted["digest"] is None:
        raise RefusedError("invalid_arguments", f"image {after} names neither a tag nor a digest")
    current = _IMAGE.fullmatch(before)
    if current is None or current["repository"] != wanted["repository"]:
        reason = f"only the tag or digest may change: the container runs {before}"
        raise RefusedError("forbidden", reason)


def is_image(text: str) -> bool:
    """Return whether a text is the name of an image and nothing else."""
    return len(text) <= _MAX_CHARS and _IMAGE.fullmatch(text) is not None


def names_version(image: str) -> bool:
    """Return whether a name says which version, by tag or digest."""
    found = _IMAGE.fullmatch(image)
    return found is not None and (found["tag"] or found["digest"]) is not None


def is_pinned(image: str) -> bool:
    """Return whether the name will mean the same image tomorrow."""
    found = _IMAGE.fullmatch(image)
    return found is not None and found["digest"] is not None
