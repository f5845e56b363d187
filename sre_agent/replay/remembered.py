"""What past incidents told then, and what models thought and chose then, as the log holds it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError
from typing_extensions import override

from sre_agent import ports
from sre_agent.diagnosis.alert_streams import Stream
from sre_agent.domain import model_choice, observations
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import Incident
from sre_agent.domain.inquiry import ModelInquiry
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.observations.memory import AlertPatterns, PastIncidents
from sre_agent.domain.observations.services import ServiceEntries
from sre_agent.domain.timeline import Change, ChangeWindow
from sre_agent.graph import inquiries, services, timeline
from sre_agent.graph.recalling import SPECIALIST
from sre_agent.llm import inquirer as asking
from sre_agent.llm import planner
from sre_agent.llm.inquirer import Errand, Inquirer
from sre_agent.llm.planner import Chooser
from sre_agent.llm.reflector import Heard, SecondMind
from sre_agent.memory.features import Features
from sre_agent.planning.options import Option
from sre_agent.replay.course import Course
from sre_agent.replay.recording import Recording

_Seen = TypeVar("_Seen", bound=Observation)


@dataclass(frozen=True)
class RecordedLessons(ports.Lessons):
    """What was learned by then, as far as the log has it: what it told of these alerts."""

    told: AlertPatterns

    @override
    def apply(self, stream: Stream) -> AlertPatterns:
        return self.told


@dataclass(frozen=True)
class RecordedMemory(ports.Memory):
    """A `Memory` that is reminded of what the run was reminded of, and of nothing since."""

    course: Course

    @override
    async def recall(self, incident_id: IncidentId, present: Features) -> PastIncidents:
        none = PastIncidents(incidents=(), considered=0)
        return _newest(self.course, PastIncidents, SPECIALIST) or none

    @override
    async def lessons(self, incident_id: IncidentId) -> ports.Lessons | None:
        told = _newest(self.course, AlertPatterns, SPECIALIST)
        return None if told is None else RecordedLessons(told)


def _newest(course: Course, kind: type[_Seen], finder: str) -> _Seen | None:
    """Return what a finder of the platform's own last found by now."""
    for event in reversed(course.recording.events):
        is_evidence = event.kind is EventKind.EVIDENCE_ADDED and event.actor == finder
        if is_evidence and event.seq <= course.horizon:
            try:
                evidence = Evidence.model_validate(event.payload.get("evidence"))
                found = observations.read(evidence, kind)
            except ValidationError:
                continue
            if found is not None:
                return found
    return None


@dataclass(frozen=True)
class RecordedChanges(ports.Changes):
    """A timeline that tells what it told the run then."""

    course: Course

    @override
    async def near(self, incident: Incident, window: ChangeWindow) -> NearChanges:
        none = NearChanges(since=window.since, until=window.until, changes=())
        return _newest(self.course, NearChanges, timeline.SPECIALIST) or none

    @override
    async def keep(self, incident: Incident, changes: Sequence[Change]) -> None:
        """Tell nobody: what was seen then was told then."""


@dataclass(frozen=True)
class RecordedServices(ports.Services):
    """Says of services what the operator's file said then."""

    course: Course

    @override
    async def of(self, incident: Incident) -> ServiceEntries | None:
        return _newest(self.course, ServiceEntries, services.SPECIALIST)


@dataclass(frozen=True)
class RecordedMind(SecondMind):
    """Says what the model said then. It is not asked: its claims were held against what was seen then."""

    heard: Heard

    @override
    async def opine(
        self, incident: Incident, evidence: Sequence[Evidence], diagnosis: Diagnosis
    ) -> Heard:
        return self.heard


@dataclass(frozen=True)
class RecordedChooser(Chooser):
    """Chooses as the model did then, cause by cause. What the rules offer now decides what comes of it."""

    log: Sequence[Event]

    @override
    async def choose(
        self,
        incident: Incident,
        evidence: Sequence[Evidence],
        diagnosis: Diagnosis,
        options: Sequence[Option],
    ) -> planner.Heard:
        cause = diagnosis.causes[0]
        event = model_choice.of_cause(self.log, cause.fault_class, cause.object)
        said = event.payload.get("heard") if event else None
        try:
            return planner.Heard.model_validate(said)
        except ValidationError:
            return planner.Heard(model="nobody", note="nobody was asked then")


def chooser(recording: Recording) -> RecordedChooser | None:
    """Return the model that was asked then which repair to take; None where none was."""
    is_asked = any(event.kind is EventKind.MODEL_CHOICE for event in recording.events)
    return RecordedChooser(recording.events) if is_asked else None


def mind(recording: Recording) -> RecordedMind | None:
    """Return the mind that was asked then; None where nobody was, or its words cannot be read."""
    for event in recording.events:
        if event.kind is EventKind.MODEL_OPINION and "heard" in event.payload:
            try:
                return RecordedMind(Heard.model_validate(event.payload["heard"]))
            except ValidationError:
                return None
    return None


@dataclass(frozen=True)
class RecordedInquirer(Inquirer):
    """Chooses what models chose then, of the answers that are recorded. No model is asked instead.

    What another one would look at nobody knows the answer to.
    """

    then: Mapping[tuple[str, int], ModelInquiry]

    @property
    @override
    def round_s(self) -> float:
        return math.inf

    @override
    def is_wanted(self, diagnosis: Diagnosis, round_: int) -> bool:
        return any(number == round_ for _, number in self.then)

    @override
    async def choose(self, errand: Errand, left_s: float) -> asking.Heard:
        name = errand.specialist.name
        silent = ModelInquiry(specialist=name, model="", note="it was not asked then")
        return asking.Heard(inquiry=self.then.get((name, errand.round), silent))


def inquirer(recording: Recording) -> RecordedInquirer | None:
    """Return what models chose to look at then; None where none was asked, or it cannot be read."""
    try:
        then = inquiries.read(recording.events)
    except (ValidationError, LookupError, TypeError, ValueError):
        return None
    return RecordedInquirer(then) if then else None
