"""What the forge refuses, in GitHub's words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

DOCUMENTATION: Final = "https://docs.github.com/rest"


class RefusalError(Exception):
    """A request that is answered with an error."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Take the status, what is said, and what is wrong with which field."""
        super().__init__(message)
        self.status, self.message = status, message
        self.errors, self.headers = errors, dict(headers or {})

    @property
    def document(self) -> dict[str, Any]:
        """Return the body of the answer."""
        errors = {"errors": [dict(each) for each in self.errors]} if self.errors else {}
        return {
            "message": self.message,
            **errors,
            "documentation_url": DOCUMENTATION,
            "status": str(self.status),
        }


def missing() -> RefusalError:
    """Say that something is not there, or not to be seen."""
    return RefusalError(404, "Not Found")


def invalid(resource: str, field: str, code: str, message: str = "") -> RefusalError:
    """Say that a field is none that can be taken."""
    told = {"resource": resource, "field": field, "code": code}
    return RefusalError(
        422, "Validation Failed", errors=[{**told, "message": message} if message else told]
    )


def unprocessable(message: str) -> RefusalError:
    """Say that a request makes no sense as things stand."""
    return RefusalError(422, message)
