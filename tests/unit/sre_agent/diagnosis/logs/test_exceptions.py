"""A stack trace is one message, and its innermost exception is the cause."""

import pytest

from sre_agent.diagnosis.logs import exceptions
from sre_agent.diagnosis.logs.exceptions import Frame
from sre_agent.diagnosis.logs.statements import statement_of

JAVA = """ERROR cannot book
java.lang.RuntimeException: booking failed
\tat org.example.book.Booker.book(Booker.java:41)
\tat org.example.Main.run(Main.java:7)
Caused by: java.net.SocketTimeoutException: Read timed out
\tat org.example.net.Client.read(Client.java:88)
\t... 12 more"""


def test_the_lines_of_a_stack_trace_are_folded_to_the_message_they_belong_to() -> None:
    lines = ["INFO before", *JAVA.splitlines()[:1], *JAVA.splitlines()[2:], "INFO after"]

    folded = list(exceptions.fold(lines))

    assert [text.partition("\n")[0] for text in folded] == [
        "INFO before",
        "ERROR cannot book",
        "INFO after",
    ]


def test_lines_without_stack_traces_stay_apart() -> None:
    assert list(exceptions.fold(["one", "two"])) == ["one", "two"]


def test_the_chain_is_read_to_its_innermost_exception() -> None:
    found = exceptions.read(JAVA)

    assert [raised.name.rpartition(".")[2] for raised in found.chain] == [
        "RuntimeException",
        "SocketTimeoutException",
    ]
    assert found.cause is not None
    assert found.cause.message == "Read timed out"


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("\tat org.example.Main.run(Main.java:7)", Frame("Main.java", "org.example.Main.run", 7)),
        ('  File "shop/cart.py", line 12, in total', Frame("shop/cart.py", "total", 12)),
        ("    at total (/app/cart.js:9:4)", Frame("/app/cart.js", "total", 9)),
        ("stock/shelf.go:57 Shelf.take", Frame("stock/shelf.go", "", 57)),
        (
            "runtime.panicIndex -> stock.(*Shelf).Take(shelf.go:61)",
            Frame("shelf.go", "stock.(*Shelf).Take", 61),
        ),
    ],
)
def test_frames_of_several_languages_are_read(text: str, frame: Frame) -> None:
    assert exceptions.read(text).frames == (frame,)


def test_a_host_is_no_file() -> None:
    assert exceptions.read("lookup books.example.com on 10.0.0.10:53").frames == ()


def test_a_panic_is_an_exception_too() -> None:
    found = exceptions.read("panic: runtime error: index out of range")

    assert found.cause is not None
    assert found.cause.message == "runtime error: index out of range"


def test_nothing_in_a_line_gives_an_empty_trace() -> None:
    assert exceptions.read("all is well") == exceptions.Trace((), ())


def test_a_statement_is_named_by_its_place_in_the_code_or_else_by_its_words() -> None:
    assert statement_of("12:00 INFO c.e.Cart#41 added 3") == statement_of(
        "12:01 INFO c.e.Cart#41 removed"
    )
    assert statement_of("12:00 INFO c.e.Cart#41 added 3") != statement_of(
        "12:00 INFO c.e.Cart#42 added 3"
    )
    assert statement_of("added 3 items") == statement_of("added 17 items")
    assert statement_of("added 3 items") != statement_of("removed 3 items")


@pytest.mark.parametrize(
    ("frame", "path"),
    [
        (Frame("Price.java", "com.acme.pay.Price.total"), "com/acme/pay/Price.java"),
        (Frame("Price.java", "app//com.acme.pay.Price$Sum.of"), "com/acme/pay/Price.java"),
        (Frame("Price.kt", "com.acme.PriceKt.total"), "com/acme/Price.kt"),
        (Frame("Price.java", "Price.total"), "Price.java"),
        (Frame("/app/cart.js", "a.b.Cart.total"), "/app/cart.js"),
        (Frame("shop/cart.py", "total"), "shop/cart.py"),
    ],
)
def test_a_frame_lies_where_its_package_does(frame: Frame, path: str) -> None:
    assert frame.path == path
