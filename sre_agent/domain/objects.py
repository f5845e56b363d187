"""The name of a thing in a cluster."""

from typing import Self

from typing_extensions import override

from sre_agent.domain.model import Value

CONTROLLERS = ("Deployment", "StatefulSet", "DaemonSet")
"""The kinds that keep pods running from a template, the commonest first."""
REPOSITORY = "Repository"
"""The kind of what holds code: its owner stands where others have their namespace."""
_WRITTEN_PARTS = (2, 3)


class ObjectRef(Value):
    """A Kubernetes object, by kind, namespace and name; `namespace` is empty for cluster-wide kinds."""

    kind: str
    namespace: str
    name: str

    @override
    def __eq__(self, other: object) -> bool:
        """Return whether both name the same object: asked millions of times, so without reflection."""
        return self is other or (
            isinstance(other, ObjectRef)
            and self.name == other.name
            and self.kind == other.kind
            and self.namespace == other.namespace
        )

    @override
    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash((self.kind, self.namespace, self.name))

    @override
    def __str__(self) -> str:
        """Return `Kind/namespace/name`, the form shown to people and used in reports."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)

    @classmethod
    def deployment(cls, namespace: str, name: str) -> Self:
        """Return the reference of a Deployment."""
        return cls(kind="Deployment", namespace=namespace, name=name)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the reference that is written `Kind/namespace/name`, or `Kind/name` without one.

        Raises:
            ValueError: The text is neither.
        """
        parts = text.split("/")
        if not all(parts) or len(parts) not in _WRITTEN_PARTS:
            raise ValueError(
                "an object is written Kind/namespace/name, such as Deployment/shop/web"
            )
        return cls(kind=parts[0], namespace="/".join(parts[1:-1]), name=parts[-1])
