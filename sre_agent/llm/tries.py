"""Other tries: the same model once more when it answered badly, a larger one when that does not help."""

import time
from collections.abc import Callable
from dataclasses import replace

from typing_extensions import override

from sre_agent.llm.mind import Answer, Mind, MindAnswerInvalidError, MindError, Question

LOW_ABILITY = 0.5
"""A schema may have the model say in `ability`, from 0 to 1, how well it could judge."""

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
    """Asks a small model, and a large one when the small one answered badly or says it cannot judge."""

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
        answer: Answer | None = None
        error: MindAnswerInvalidError | None = None
        try:
            answer = await self._small.ask(question)
        except MindAnswerInvalidError as invalid:
            error = invalid
        left_s = question.deadline_s - (self._monotonic() - started)
        if answer is not None and (not _is_unsure(answer) or left_s < _LEAST_S):
            return answer
        if error is not None and left_s < _LEAST_S:
            raise error
        spent = answer.spending if answer is not None else error.spending if error else ()
        try:
            larger = await self._large.ask(replace(question, deadline_s=left_s))
        except MindError as failed:
            if answer is not None:
                return replace(answer, earlier=(*answer.earlier, *failed.spending))
            failed.spending = (*spent, *failed.spending)
            raise
        return replace(larger, earlier=(*spent, *larger.earlier))


def _is_unsure(answer: Answer) -> bool:
    stated = getattr(answer.value, "ability", None)
    return isinstance(stated, int | float) and stated < LOW_ABILITY
