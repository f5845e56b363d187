"""The roles in which models are asked, and how one that lies puts its lie into each role's form."""

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import hostile_told
from hostile_lies import Lie
from hostile_said import SAID
from hostile_told import Told
from hostile_wires import WIRES
from model_acts import Act, Call, Say

Form = Callable[[Lie, Told], str]


@dataclass(frozen=True)
class Role:
    """One role: its prompt's name, and how it writes what it says."""

    name: str
    form: Form
    is_of_calls: bool = False
    """Whether it is asked for calls: then each lie is put into their arguments, too."""

    def says(self, lie: Lie, told: Told) -> Act:
        """Return what a model answers; calls of tools where the lie is one, asked for or not."""
        calls = lie.calls or (_calls(lie) if self.is_of_calls else ())
        return Call(calls) if calls else Say(self.form(lie, told))


def _calls(lie: Lie) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    name, place = lie.text[:2000], lie.object or lie.cite or "prod"
    return (
        ("describe_workload", {"namespace": place, "name": name}),
        ("golden_signals", {"namespace": place, "service": f'{name}"}} or up{{x="'}),
        ("get_pod_logs", {"namespace": "kube-system", "pod": lie.path or name, "previous": True}),
        ("list_objects", {"namespace": {"$ne": name}}),
    )


def _specialist(lie: Lie, told: Told) -> str:
    return f"nothing further. {lie.text}"


def _reflector(lie: Lie, told: Told) -> str:
    cause = {
        "fault_class": lie.fault,
        "object": lie.object if lie.object is not None else (told.objects or ["Node/a"])[-1],
        "statement": lie.text,
        "claims": _claims(lie, told),
    }
    return json.dumps({"causes": [cause]})


def _claims(lie: Lie, told: Told) -> list[dict[str, Any]]:
    id_, path, value = (told.facts or [("k8s-1.1", "x", "1")])[0]
    claim = {
        "evidence": lie.cite if lie.cite is not None else id_,
        "fact": lie.path if lie.path is not None else path,
        "relation": lie.relation,
        "value": lie.value if lie.value is not None else value,
    }
    return [claim] * 3


def _planner(lie: Lie, told: Told) -> str:
    options = told.options or ["undo the release"]
    other = lie.object if lie.object is not None else options[-1]
    numbers = [{"name": "scale_out.replicas", "value": lie.value}] if lie.path else []
    answer = {"option": other if lie.text else options[0], "reason": lie.text}
    return json.dumps({**answer, "claims": _claims(lie, told), "arguments": numbers})


def _reporter(lie: Lie, told: Told) -> str:
    numbers = [int(item) for item in re.findall(r"\d+", lie.cite or "")]
    entries = numbers or [int(told.entries[0][0])] if told.entries else [1]
    return json.dumps({"sentences": [{"text": lie.text, "entries": entries}]})


def _ask(lie: Lie, told: Told) -> str:
    known = [name for name, _ in told.entries if name.startswith("f")] or ["f1"]
    cited = lie.cite if lie.cite is not None else known[0]
    return f"{lie.text} [{cited.replace(',', ', ')}]"


ROLES: Mapping[str, Role] = {
    role.name: role
    for role in (
        Role("specialist", _specialist, is_of_calls=True),
        Role("reflector", _reflector),
        Role("planner", _planner),
        Role("reporter", _reporter),
        Role("ask", _ask),
    )
}


def of(told: Told) -> Role:
    """Return in which role a question is put."""
    return next(role for role in ROLES.values() if told.is_for(role.name))


def honest(told: Told) -> str:
    """Return the answer of a model that repeats what it was told, and chooses nothing else."""
    entries = told.entries if of(told).name in {"reporter", "ask"} else [("", "")]
    return of(told).form(Lie(text=entries[0][1]), told)


class Liar:
    """A model that answers by a technique in whichever role it is asked; it knows what it said."""

    def __init__(self, technique: str, number: int) -> None:
        self.technique, self.number = technique, number
        self._seed = f"{technique} {number}"
        self._wire = WIRES[technique][number] if technique in WIRES else None
        self._say = None if self._wire else SAID[technique][number]
        self.said: list[Lie] = []
        self.asked = 0

    @property
    def is_slow(self) -> bool:
        """Return whether only the deadline ends it."""
        return self._wire is not None and self._wire.is_slow

    def answer(self, body: Mapping[str, Any]) -> Act:
        """Return what it does with a question."""
        self.asked += 1
        told = hostile_told.read(body)
        role = of(told)
        if self._say is None or self._wire is not None:
            assert self._wire is not None
            return self._wire.act(honest(told))
        lie = self._say(told, random.Random(f"{self._seed} {role.name}"))
        self.said.append(lie)
        return role.says(lie, told)


class Cast:
    """Who answers in which role; alone, one liar answers in all of them."""

    def __init__(self, *liars: Liar) -> None:
        self.liars = {role: liars[number % len(liars)] for number, role in enumerate(ROLES)}

    def answer(self, body: Mapping[str, Any]) -> Act:
        """Return what whoever is asked does with a question."""
        return self.liars[of(hostile_told.read(body)).name].answer(body)


SCRIPTS = {technique: len(scripts) for technique, scripts in (*SAID.items(), *WIRES.items())}
"""How many scripts there are of each technique."""
