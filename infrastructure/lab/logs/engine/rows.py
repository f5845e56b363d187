"""A line on its way through a pipeline, with the labels it has so far."""

from collections.abc import Callable, Mapping

ERROR = "__error__"
DETAILS = "__error_details__"


class Row:
    """One line; `base` are its stream's own labels, which a parser never overwrites."""

    __slots__ = ("base", "labels", "line", "value")

    def __init__(self, line: str, base: Mapping[str, str], labels: dict[str, str]) -> None:
        self.line = line
        self.base = base
        self.labels = labels
        self.value = 0.0  # the sample, once unwrapped

    @property
    def failed(self) -> bool:
        """Whether an earlier stage could not do its work on this line."""
        return ERROR in self.labels

    def fail(self, kind: str, details: str) -> None:
        """Note that a stage could not do its work; the line goes on."""
        self.labels[ERROR] = kind
        self.labels[DETAILS] = details

    def extract(self, name: str, value: str) -> None:
        """Set a label found in the line; nothing is set to emptiness."""
        if value:
            self.labels[f"{name}_extracted" if name in self.base else name] = value


Step = Callable[[Row], bool]
