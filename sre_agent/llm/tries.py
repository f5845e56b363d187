"""Other tries: the same model once more when it answered badly, a larger one when that does not help."""

import time
from collections.abc import Callable
from dataclasses import replace

from typing_extensions import override

from sre_agent.llm.mind import Answer, Mind, MindAnswerInvalidError, MindError, Question

_LEAST_S = 1.0
"""With less time left nothing is tried again."""


class Repairing(Mind):
    """Tells a model once what was wrong with its answer."""

    def __init__(self, mind: Mind, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._mind = mind
        self._monotonic = monotonic

    @property
    @override
    def name(self) -> str:
        return self._mind.name

    @property
    @override
    def is_local(self) -> bool:
        return self._mind.is_local

    @override
    async def ask(self, question: Question) -> Answer:
        started = self._monotonic()
        try:
            return await self._mind.ask(question)
        except MindAnswerInvalidError as error:
            left_s = question.deadline_s - (self._monotonic() - started)
            if left_s < _LEAST_S:
                raise
            first = error
        told = f"{question.user}\n\nYour last answer could not be used: {first}. Answer once more."
        try:
            answer = await self._mind.ask(replace(question, user=told, deadline_s=left_s))
        except MindError as error:
            error.spending = (*first.spending, *error.spending)
            raise
        return replace(answer, earlier=(*first.spending, *answer.earlier))


class Escalating(Mind):
    """Asks a small model, and a large one when no answer of the small one can be used."""

    def __init__(
        self, small: Mind, large: Mind, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._small = small
        self._large = large
        self._monotonic = monotonic

    @property
    @override
    def name(self) -> str:
        return self._small.name

    @property
    @override
    def is_local(self) -> bool:
        return self._small.is_local and self._large.is_local

    @override
    async def ask(self, question: Question) -> Answer:
        started = self._monotonic()
        try:
            return await self._small.ask(question)
        except MindAnswerInvalidError as invalid:
            left_s = question.deadline_s - (self._monotonic() - started)
            if left_s < _LEAST_S:
                raise
            spent = invalid.spending
        try:
            larger = await self._large.ask(replace(question, deadline_s=left_s))
        except MindError as failed:
            failed.spending = (*spent, *failed.spending)
            raise
        return replace(larger, earlier=(*spent, *larger.earlier))
