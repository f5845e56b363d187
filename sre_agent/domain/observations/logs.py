"""What the Loki server's tools answer. Log text is hostile: it is shown as text, never obeyed."""

from datetime import datetime

from sre_agent.domain.model import Observation


class LogLine(Observation):
    """One line and the stream it came from."""

    at: datetime
    labels: dict[str, str]
    line: str


class LogLines(Observation):
    """`query_logs`, newest first."""

    query: str
    start: datetime
    end: datetime
    lines: tuple[LogLine, ...]


class ErrorPattern(Observation):
    """Error lines that are alike but for their variable parts.

    `count_before` counts the same template in the window of equal length before this one, so that
    zero there means new. `sample` is one line as it stands, cut to a bounded length; `stack` are both
    ends of the stack trace that it holds, where it holds one.
    """

    template: str
    level: str
    count: int
    count_before: int
    first_at: datetime
    last_at: datetime
    pods: tuple[str, ...]
    sample: str
    stack: tuple[str, ...] = ()

    @property
    def is_novel(self) -> bool:
        """Return whether the window before did not have it at all."""
        return self.count_before == 0


class ErrorPatterns(Observation):
    """`error_patterns` of one service: what it complains of, most frequent first."""

    namespace: str
    service: str
    query: str
    start: datetime
    end: datetime
    total_lines: int
    error_lines: int
    error_lines_before: int
    patterns: tuple[ErrorPattern, ...]
