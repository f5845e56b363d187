"""Policy files read: what they say, the conditions compiled, and all that is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

import cel
import yaml
from pydantic import ValidationError
from typing_extensions import override

from sre_agent.domain import yaml_text
from sre_agent.safety import condition_cost, policy_words, rule_words, zones
from sre_agent.safety.policy_text import MAX_RULES, PolicyText, RuleText

_Path = Sequence[str | int]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in which file, in which line (from 1) where that is known, and what."""

    file: str
    line: int | None
    told: str

    @property
    def place(self) -> str:
        """Return the file, with the line where it is known."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    @override
    def __str__(self) -> str:
        return f"{self.place}: {self.told}" if self.file else self.told


@dataclass
class Reading:
    """What some files say, by their names; with a fault there is no policy."""

    texts: dict[str, PolicyText] = field(default_factory=dict)
    rules: list[tuple[RuleText, cel.Program]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    steps: int = 0
    """What the conditions may take at most, together."""

    @property
    def zone(self) -> tzinfo:
        """Return the time zone that the files name; UTC where they name none that is known."""
        for text in self.texts.values():
            if text.zone is not None:
                with suppress(ValueError):
                    return zones.find(text.zone)
        return UTC

    @property
    def fault(self) -> str | None:
        """Return the first fault in words, and how many more there are; None when all is well."""
        if not self.faults:
            return None
        more = len(self.faults) - 1
        return f"{self.faults[0]}{f' (and {more} more)' if more else ''}"


def read(files: Mapping[str, str]) -> Reading:
    """Return what YAML texts by file name say; it never raises, what is wrong is told."""
    found = Reading()
    lines = {name: _Lines.of(files[name]) for name in files}
    for name in sorted(files):
        text = _text(name, files[name], lines[name], found.faults)
        if text is not None:
            found.texts[name] = text
            _compile(name, text, lines[name], found)
    found.faults += _doubled(found.texts, lines)
    found.faults += _zones(found.texts, lines)
    if found.steps > condition_cost.MAX_STEPS_OF_ALL or len(found.rules) > MAX_RULES:
        found.faults.append(Fault("", None, condition_cost.told_of_all(found.steps, MAX_RULES)))
    if not found.rules and not found.faults:
        found.faults.append(Fault("", None, "there are no policy rules"))
    return found


def _text(name: str, raw: str, lines: "_Lines", faults: list[Fault]) -> PolicyText | None:
    try:
        return PolicyText.model_validate(yaml_text.read_exactly(raw))
    except ValidationError as error:
        found = error.errors(include_url=False)
        for one in found:
            if any(_is_within(other["loc"], one["loc"]) for other in found):
                continue  # it is wrong because what it holds is
            faults.append(Fault(name, lines.at(one["loc"]), policy_words.told(one)))
        faults += _conditions(name, yaml_text.read_exactly(raw), lines)
    except yaml.MarkedYAMLError as error:
        faults.append(_torn(name, error))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        faults.append(Fault(name, None, rule_words.first_line(error)))
    return None


def _conditions(name: str, said: object, lines: "_Lines") -> Iterator[Fault]:
    """Yield the conditions of a file that is otherwise wrong which cannot be read either."""
    rules = said.get("rules") if isinstance(said, dict) else None
    for number, rule in enumerate(rules[:MAX_RULES] if isinstance(rules, list) else ()):
        when = rule.get("when") if isinstance(rule, dict) else None
        if isinstance(when, str) and when:
            fault = _uncompilable(str(rule.get("name")), when)
            if fault is not None:
                yield Fault(name, lines.at(("rules", number, "when")), fault)


def _uncompilable(rule: str, when: str) -> str | None:
    try:
        condition_cost.compile_bounded(when)
    except ValueError as error:
        return f"rule {rule}: {rule_words.first_line(error)}"
    return None


def _is_within(inner: _Path, outer: _Path) -> bool:
    return len(inner) > len(outer) and tuple(inner[: len(outer)]) == tuple(outer)


def _torn(name: str, error: yaml.MarkedYAMLError) -> Fault:
    """Return what is no YAML, with its line and column, both counted from 1."""
    mark = error.problem_mark or error.context_mark
    said = error.problem or error.context or "it is no YAML"
    if mark is None:
        return Fault(name, None, said)
    place = f"(line {mark.line + 1}, column {mark.column + 1})"
    return Fault(name, mark.line + 1, f"{said} {place}")


def _compile(name: str, text: PolicyText, lines: "_Lines", into: Reading) -> None:
    for number, rule in enumerate(text.rules):
        try:
            condition, steps = condition_cost.compile_bounded(rule.when)
            into.rules.append((rule, condition))
            into.steps += steps
        except ValueError as error:
            told = f"rule {rule.name}: {rule_words.first_line(error)}"
            into.faults.append(Fault(name, lines.at(("rules", number, "when")), told))


def _doubled(texts: Mapping[str, PolicyText], lines: Mapping[str, "_Lines"]) -> Iterator[Fault]:
    """Yield what is said a second time, in the same file or in another one."""
    first: dict[tuple[str, str], str] = {}
    for name, text in texts.items():
        for what, said, path in _sayings(text):
            place = Fault(name, lines[name].at(path), "")
            if (what, said) in first:
                told = f"{what} {said} is there already: {first[what, said]}"
                yield Fault(name, place.line, told)
            else:
                first[what, said] = place.place


def _sayings(text: PolicyText) -> Iterator[tuple[str, str, _Path]]:
    """Yield what may be said once in all the files: what it is, its name, and where it stands."""
    yield from (("rule", rule.name, ("rules", n)) for n, rule in enumerate(text.rules))
    yield from (("bound", name, ("bounds", name)) for name in text.bounds)
    yield from (("environment", name, ("environments", name)) for name in text.environments)


def _zones(texts: Mapping[str, PolicyText], lines: Mapping[str, "_Lines"]) -> Iterator[Fault]:
    """Yield time zones that nobody knows, or that another file contradicts."""
    named = {name: text.zone for name, text in texts.items() if text.zone is not None}
    for name, zone in named.items():
        line = lines[name].at(("zone",))
        try:
            zones.find(zone)
        except ValueError as error:
            yield Fault(name, line, str(error))
        other = next(iter(named))
        if zone != named[other]:
            told = f"the files name several time zones: {zone} here, {named[other]} in {other}"
            yield Fault(name, line, told)


@dataclass(frozen=True)
class _Lines:
    """Where in a text things stand."""

    root: yaml.Node | None

    @classmethod
    def of(cls, text: str) -> "_Lines":
        """Return the lines of a text; of what is no YAML nothing is known."""
        try:
            yaml_text.bound(text)
            return cls(yaml.compose(text, Loader=yaml_text.LOADER))
        except (yaml.YAMLError, ValueError, RecursionError):
            return cls(None)

    def at(self, path: _Path) -> int | None:
        """Return the line of what a path leads to, or of the last thing on its way that is there."""
        node, line = self.root, None
        for part in path:
            found = _step(node, part)
            if found is None:
                break
            line, node = found
        if line is None and node is not None:
            return int(node.start_mark.line) + 1
        return line


def _step(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    """Return the line of one part of a node, and the part itself."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return value.start_mark.line + 1, value
    return None
