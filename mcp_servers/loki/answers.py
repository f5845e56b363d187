"""What the tools answer. Times are UTC; log text is shown as text and obeyed by nobody."""

from datetime import datetime

from mcp_servers.common.envelope import Record


class LogLine(Record):
    """One line and the stream it came from."""

    at: datetime
    labels: dict[str, str]
    line: str


class LogLines(Record):
    """Lines in the order asked for."""

    query: str
    start: datetime
    end: datetime
    lines: tuple[LogLine, ...]


class Point(Record):
    """One sample."""

    at: datetime
    value: float


class Series(Record):
    """One series of numbers; samples that are no numbers are left out."""

    labels: dict[str, str]
    points: tuple[Point, ...]


class SeriesList(Record):
    """What a metric query gave."""

    query: str
    start: datetime
    end: datetime
    step_s: float
    series: tuple[Series, ...]


class ErrorPattern(Record):
    """Error lines that are alike but for their variable parts; `count_before` 0 means new.

    `stack` are both ends of the stack trace that the sample holds, where it holds one.
    """

    template: str
    level: str
    count: int
    count_before: int
    first_at: datetime
    last_at: datetime
    pods: tuple[str, ...]
    sample: str
    stack: tuple[str, ...]


class ErrorPatterns(Record):
    """What one service complains of, the new and the frequent first."""

    namespace: str
    service: str
    query: str
    start: datetime
    end: datetime
    total_lines: int
    error_lines: int
    error_lines_before: int
    patterns: tuple[ErrorPattern, ...]


class LabelNames(Record):
    """The labels that streams carry."""

    labels: tuple[str, ...]


class LabelValues(Record):
    """The values of one label."""

    label: str
    values: tuple[str, ...]
