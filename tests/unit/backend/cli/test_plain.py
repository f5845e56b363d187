"""What other people wrote cannot steer the terminal it is shown on."""

import io
from itertools import product

import pytest
from rich.console import Console
from rich.text import Text

from backend.cli.plain import escape
from backend.cli.session import tell_error
from backend.plain import plain
from sre_agent.domain.errors import PermanentError


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[31mred",
        "\x1b]0;another title\x07",
        "\x9b31m",
        "over\rwritten",
        "back\x08space",
        "\u202egnp.exe",
        "\u2066isolated\u2069",
        "zero\u200bwidth",
        "\x7f",
    ],
)
def test_characters_that_steer_a_terminal_become_visible(hostile: str) -> None:
    shown = plain(hostile)

    assert isinstance(shown, str)
    assert all(char.isprintable() for char in shown)
    assert len(shown) == len(hostile)


def test_everything_within_an_answer_is_made_plain() -> None:
    answer = {"\x1bkey": ["\x1b[2J", {"deep": "\x07"}], "number": 1, "none": None, "yes": True}

    assert plain(answer) == {
        "\ufffdkey": ["\ufffd[2J", {"deep": "\ufffd"}],
        "number": 1,
        "none": None,
        "yes": True,
    }


def test_words_of_any_language_lines_and_tabs_stay_as_they_are() -> None:
    text = "Ошибка 42 %\n\tnaïve → 日本語 🚀"

    assert plain(text) == text


def test_an_error_with_markup_of_its_own_is_told_literally() -> None:
    out = Console(file=io.StringIO(), width=200)

    tell_error(PermanentError("there is no incident [/bold] \x1b[2J"), out)

    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue() == "sre-agent: there is no incident [/bold] \ufffd[2J\n"


@pytest.mark.parametrize("text", ["\\", "C:\\", "a\\\\", "[x\\", "[x]\\\\\\", "[\\"])
@pytest.mark.parametrize("after", ["", " of", "[/bold]", "[dim]x[/]", "]"])
def test_a_backslash_at_the_end_is_shown_as_often_as_it_is_there(text: str, after: str) -> None:
    shown = Text.from_markup(f"[bold]{escape(text)}{after}").plain

    assert shown == text + Text.from_markup(f"[bold]{after}").plain


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("[/x", "]"),
        ("[link=https://collector.example", "]click"),
        ("\\[@click=app.bell", "]"),
        ("[reverse]x[/]\\\\\\", "[/]"),
    ],
)
def test_two_texts_side_by_side_make_no_tag(first: str, second: str) -> None:
    shown = Text.from_markup(f"[bold]alert[/] {escape(first)} of {escape(second)} [dim]now[/]")

    assert shown.plain == f"alert {first} of {second} now"
    assert [(span.style, shown.plain[span.start : span.end]) for span in shown.spans if span] == [
        ("bold", "alert"),
        ("dim", "now"),
    ]


def test_no_two_texts_of_brackets_and_backslashes_make_a_tag() -> None:
    texts = ["".join(chars) for size in range(5) for chars in product("[]/\\b", repeat=size)]

    for first, second in zip(texts, reversed(texts), strict=True):
        told = f"[dim]i[/] {escape(first)}, {escape(second)}[red]{escape(first)}[/]{escape(second)}"
        shown = Text.from_markup(told)

        said = f"i {first}, {second}{first}{second}"
        assert shown.plain.replace("\\", "") == said.replace("\\", ""), (first, second)
        assert {str(span.style) for span in shown.spans if span} <= {"dim", "red"}, (first, second)


def test_what_makes_no_tag_is_shown_as_it_was_written() -> None:
    for text in ("a [1] b", "[INFO] up", "C:\\[x] y", "[[x]", "list[int", "[bold]x[/bold]"):
        assert Text.from_markup(f"[dim]-[/] {escape(text)}").plain == f"- {text}"
