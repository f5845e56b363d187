"""The samples of one series, held as two columns: a model for each sample would cost more than all else."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple, Self, overload

from pydantic import BaseModel, PlainSerializer, PlainValidator, TypeAdapter
from typing_extensions import TypedDict, override


class Point(NamedTuple):
    """One sample."""

    at: datetime
    value: float


class Samples(Sequence[Point]):
    """Samples, oldest first; read-only. `times` and `values` are as long as each other."""

    __slots__ = ("times", "values")

    def __init__(self, times: tuple[datetime, ...], values: tuple[float, ...]) -> None:
        """Hold two columns.

        Raises:
            ValueError: One is longer than the other.
        """
        if len(times) != len(values):
            raise ValueError(f"there are {len(times)} times and {len(values)} values")
        self.times = times
        self.values = values

    @classmethod
    def of(cls, points: Sequence[Point]) -> Self:
        """Return points as samples, or what is samples already as it is."""
        if isinstance(points, cls):
            return points
        return cls(tuple([point.at for point in points]), tuple([point.value for point in points]))

    @overload
    def __getitem__(self, place: int) -> Point: ...
    @overload
    def __getitem__(self, place: slice) -> Self: ...
    @override
    def __getitem__(self, place: int | slice) -> Point | Self:
        if isinstance(place, slice):
            return type(self)(self.times[place], self.values[place])
        return Point(self.times[place], self.values[place])

    @override
    def __len__(self) -> int:
        return len(self.values)

    @override
    def __iter__(self) -> Iterator[Point]:
        return map(Point, self.times, self.values)

    @override
    def __reversed__(self) -> Iterator[Point]:
        return map(Point, reversed(self.times), reversed(self.values))

    @override
    def __eq__(self, other: object) -> bool:
        if isinstance(other, Samples):
            return self.times == other.times and self.values == other.values
        return isinstance(other, tuple) and tuple(self) == other

    @override
    def __hash__(self) -> int:
        return hash(tuple(self))

    @override
    def __repr__(self) -> str:
        return f"Samples({tuple(self)!r})"


class _Written(BaseModel):
    """One sample as it is written on the wire and in the log."""

    at: datetime
    value: float


class _Row(TypedDict):
    """The same, to be written."""

    at: datetime
    value: float


_WRITTEN = TypeAdapter(tuple[_Written, ...])


def _read(raw: object) -> Samples:
    """Return samples from themselves, from points, or from what was written of them.

    Raises:
        ValueError: They are none; it says which and why.
    """
    if isinstance(raw, Samples):
        return raw
    if isinstance(raw, (list, tuple)):
        try:
            return _in_one_pass(raw)
        except (KeyError, TypeError, ValueError):
            pass  # whatever is unusual is read slowly, and its faults are told one by one
    slowly = _WRITTEN.validate_python(raw)
    return Samples(tuple([item.at for item in slowly]), tuple([item.value for item in slowly]))


def _in_one_pass(raw: Sequence[Any]) -> Samples:
    if raw and isinstance(raw[0], Point):
        return Samples.of(raw)
    parse = datetime.fromisoformat
    times = [item["at"] for item in raw]
    return Samples(
        tuple([at if isinstance(at, datetime) else parse(at) for at in times]),
        tuple([float(item["value"]) for item in raw]),
    )


def _written(points: Sequence[Point]) -> list[_Row]:
    samples = Samples.of(points)
    return [
        {"at": at, "value": value} for at, value in zip(samples.times, samples.values, strict=True)
    ]


Points = Annotated[Sequence[Point], PlainValidator(_read), PlainSerializer(_written)]
"""A field of samples. On the wire and in the log: `[{"at": "2026-01-31T12:00:00Z", "value": 1.0}]`."""
