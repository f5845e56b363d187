"""A mind that hears no secret and no personal data, while those who ask need not know."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError
from typing_extensions import override

from sre_agent.llm.fencing import clean
from sre_agent.llm.mind import Answer, Around, MindAnswerInvalidError, Question
from sre_agent.llm.redaction import Redactor


@dataclass(frozen=True)
class Private(Around):
    """Replaces what is private in every question, and puts data of persons back in what people are told.

    In the arguments of tools nothing is put back: they leave the platform again. Secrets never are.
    """

    redactor: Redactor

    @override
    async def ask(self, question: Question) -> Answer:
        sent = replace(
            question,
            system=self.redactor.redact(clean(question.system)),
            user=self.redactor.redact(clean(question.user)),
        )
        try:
            answer = await self.mind.ask(sent)
        except MindAnswerInvalidError as error:
            error.text = self.redactor.tell(error.text)
            raise
        return replace(
            answer,
            text=self.redactor.tell(answer.text),
            value=None if answer.value is None else self._told(answer.value),
        )

    def _told(self, value: BaseModel) -> BaseModel:
        """Return a value as people read it, or as it is where it has no room for that."""
        found: Any = self.redactor.tell_json(value.model_dump(mode="json"))
        try:
            return type(value).model_validate(found)
        except ValidationError:
            return value
