"""What `sre-agent ask` and `chat` say of answers that are not whole."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from backend.cli import asking
from sre_agent.domain.errors import TransientError


class Api:
    """Begins to answer, and breaks off."""

    def post_lines(self, _path: str, _body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield {"step": "looking", "what": "waiting"}


@pytest.fixture(autouse=True)
def _api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "client", Api)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_an_answer_that_breaks_off_is_told(more: list[str]) -> None:
    app = typer.Typer()
    app.command()(asking.ask)

    result = CliRunner().invoke(app, ["what waits?", *more])

    assert isinstance(result.exception, TransientError)
    assert "broke off" in str(result.exception)
    assert not result.output


def test_a_conversation_goes_on_after_an_answer_that_broke_off() -> None:
    app = typer.Typer()
    app.command()(asking.chat)

    result = CliRunner().invoke(app, [], input="what waits?\nand now?\nexit\n")

    assert result.exit_code == 0
    assert result.output.count("broke off") == 2
