"""A query's stages made ready to run over lines."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from infrastructure.lab.logs.engine.conditions import condition_step
from infrastructure.lab.logs.engine.fields import parser_step
from infrastructure.lab.logs.engine.rows import Row, Step
from infrastructure.lab.logs.logql.pipelines import matches
from infrastructure.lab.logs.logql.regex import compile_regex
from infrastructure.lab.logs.logql.syntax import (
    Comparison,
    JsonParser,
    Junction,
    LabelPicking,
    LineFilter,
    LogfmtParser,
    Matcher,
    RegexpParser,
    Stage,
)

LineTest = Callable[[str], bool]
_WORDS = re.compile(r"(\(\?i\))?([A-Za-z0-9 _:=/-]+(?:\|[A-Za-z0-9 _:=/-]+)*)")
_PARSERS = (JsonParser, LogfmtParser, RegexpParser)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A test on the bare text first, since it is cheap; then steps that need labels."""

    accepts: LineTest | None
    steps: tuple[Step, ...]

    def run(self, row: Row) -> bool:
        """Take a line through the steps; False when one of them drops it."""
        for step in self.steps:  # noqa: SIM110 - a plain loop is the faster one, on every line
            if not step(row):
                return False
        return True


def selector_test(selector: Iterable[Matcher]) -> Callable[[Mapping[str, str]], bool]:
    """Return the test whether a stream's labels meet all matchers."""
    wanted = tuple(selector)
    return lambda labels: all(matches(one, labels.get(one.name, "")) for one in wanted)


def build(stages: tuple[Stage, ...], *, labels_matter: bool = True) -> Pipeline:
    """Make the stages ready.

    Args:
        stages: in the order of the query.
        labels_matter: False when only the number or size of lines is asked for; parsers are then
            left out, as Loki does, and cannot fail on a line that is not of their format.
    """
    leading = list(takewhile(lambda stage: isinstance(stage, LineFilter), stages))
    rest = stages[len(leading) :]
    if not labels_matter and not any(isinstance(one, Comparison | Junction) for one in rest):
        rest = tuple(stage for stage in rest if not isinstance(stage, _PARSERS))
    tests = [_line_test(stage) for stage in leading if isinstance(stage, LineFilter)]
    return Pipeline(_all_of(tests), tuple(_step(stage) for stage in rest))


def _all_of(tests: list[LineTest]) -> LineTest | None:
    if len(tests) <= 1:
        return tests[0] if tests else None
    first, *others = tests
    rest = _all_of(others)
    return lambda line: first(line) and (rest is None or rest(line))


def _step(stage: Stage) -> Step:
    match stage:
        case LineFilter():
            test = _line_test(stage)
            return lambda row: test(row.line)
        case LabelPicking(keeps, labels):
            return _picking_step(keeps, frozenset(labels))
        case Comparison() | Junction():
            return condition_step(stage)
        case JsonParser() | LogfmtParser() | RegexpParser():
            return parser_step(stage)


def _picking_step(keeps: bool, labels: frozenset[str]) -> Step:  # noqa: FBT001 - from the tree
    def step(row: Row) -> bool:
        row.labels = {
            name: value for name, value in row.labels.items() if (name in labels) == keeps
        }
        return True

    return step


def _line_test(stage: LineFilter) -> LineTest:
    tests = [_one_test(stage.op[1], text) for text in stage.texts]
    if stage.op.startswith("!"):
        return lambda line: not any(test(line) for test in tests)
    if len(tests) == 1:
        return tests[0]
    return lambda line: any(test(line) for test in tests)


def _one_test(kind: str, text: str) -> LineTest:
    if kind == "=":
        return lambda line: text in line
    if kind == ">":
        text = "^" + ".+?".join(re.escape(part) for part in text.split("<_>")) + "$"
    return _literal_test(text) or _regex_test(text)


def _regex_test(pattern: str) -> LineTest:
    search = compile_regex(pattern).search
    return lambda line: search(line) is not None


def _literal_test(pattern: str) -> LineTest | None:
    # `error|timeout`, with or without `(?i)`, is asked most and is much faster without an engine.
    match = _WORDS.fullmatch(pattern)
    if match is None:
        return None
    folded = match[1] is not None
    words = tuple((match[2].lower() if folded else match[2]).split("|"))
    if folded:
        return lambda line: _has_any(line.lower(), words)
    return lambda line: _has_any(line, words)


def _has_any(line: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110 - as above
        if word in line:
            return True
    return False
