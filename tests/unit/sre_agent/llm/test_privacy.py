"""What is private does not reach a mind, and comes back only in what people read."""

import pytest
from pydantic import BaseModel, Field
from typing_extensions import override

from sre_agent.llm.mind import Answer, Mind, Question, ToolRequest, Usage
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor

MAIL = "ada@firma.example"
SECRET = "Xk29fLqPz7Tq"  # noqa: S105 - made up


class Opinion(BaseModel):
    statement: str = Field(max_length=40)


class Echo(Mind):
    """Says back what it was told, in whatever form is asked for."""

    name = "test/echo"
    is_local = False

    def __init__(self, *, in_tools: bool = False) -> None:
        self.heard = ""
        self._in_tools = in_tools

    @override
    async def ask(self, question: Question) -> Answer:
        self.heard = question.system + question.user
        word = question.user.split()[-1]
        if self._in_tools:
            call = ToolRequest("get_logs", {"pod": word})
            return Answer(tool_calls=(call,), usage=Usage(), model=self.name, seconds=0)
        if question.schema is not None:
            value = question.schema.model_validate({"statement": f"it was {word}"})
            return Answer(value=value, usage=Usage(), model=self.name, seconds=0)
        return Answer(text=f"it was {word}", usage=Usage(), model=self.name, seconds=0)


def question(user: str, schema: type[BaseModel] | None = None) -> Question:
    return Question(
        role="test",
        system=f"password={SECRET}",
        user=user,
        schema=schema,
        max_output_tokens=10,
        deadline_s=1,
    )


def private(mind: Mind) -> Private:
    return Private(mind, Redactor(b"k" * 32))


async def test_a_mind_hears_placeholders_and_people_read_what_they_stand_for() -> None:
    echo = Echo()

    answer = await private(echo).ask(question(f"Who wrote? {MAIL}"))

    assert MAIL not in echo.heard
    assert SECRET not in echo.heard
    assert answer.text == f"it was {MAIL}"


@pytest.mark.parametrize(
    "told",
    [
        f"the password={SECRET}",
        f"it failed with token: {SECRET}; {SECRET}",
        f"redis://a:{SECRET}@db.firma.example",
    ],
)
async def test_a_secret_is_put_back_nowhere_not_even_for_people(told: str) -> None:
    prose = await private(Echo()).ask(question(told))
    value = await private(Echo()).ask(question(told, Opinion))

    assert SECRET not in prose.text
    assert SECRET not in str(value.value)


async def test_values_are_put_back_where_their_schema_has_room() -> None:
    short = await private(Echo()).ask(question(f"Who? {MAIL}", Opinion))
    long_mail = f"{'a' * 60}@firma.example"
    long = await private(Echo()).ask(question(f"Who? {long_mail}", Opinion))

    assert short.value == Opinion(statement=f"it was {MAIL}")
    assert isinstance(long.value, Opinion)
    assert "[email:" in long.value.statement


async def test_nothing_is_put_back_into_the_arguments_of_tools() -> None:
    answer = await private(Echo(in_tools=True)).ask(question(f"Who? {MAIL}"))

    [call] = answer.tool_calls
    assert MAIL not in str(call.arguments)
    assert "[email:" in str(call.arguments)


async def test_what_is_hidden_between_letters_does_not_save_a_secret_from_being_found() -> None:
    echo = Echo()

    await private(echo).ask(question(f"pass\u200bword={SECRET[:6]}\u2060{SECRET[6:]}x9 was used"))

    assert SECRET not in echo.heard.replace("\u2060", "")
