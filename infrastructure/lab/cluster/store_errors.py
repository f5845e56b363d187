"""How an operation on one stored object can fail."""

from __future__ import annotations

from infrastructure.lab.cluster.kinds import Kind


class StoreError(Exception):
    """An operation on one object failed; carries which object."""

    def __init__(self, kind: Kind, name: str, detail: str = "") -> None:
        super().__init__(detail or f"{kind.resource} {name!r}")
        self.kind = kind
        self.name = name
        self.detail = detail


class Conflict(StoreError):  # noqa: N818 - named as the API names it
    """The object is no longer the one the caller saw (resourceVersion or uid)."""


class NotFound(StoreError):  # noqa: N818 - named as the API names it
    """There is no such object."""


class Forbidden(StoreError):  # noqa: N818 - named as the API names it
    """Admission refuses the object; the detail says why."""

    def __init__(self, kind: Kind, name: str, detail: str) -> None:
        super().__init__(kind, name, detail)
        self.args = (f'{kind.resource} "{name}" is forbidden: {detail}',)


class AlreadyExists(StoreError):  # noqa: N818 - named as the API names it
    """There is such an object already."""
