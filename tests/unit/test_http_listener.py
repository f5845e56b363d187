"""Servers of the tests themselves: what one of them prints would be another test's output."""

import socket
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from http_listener import answering

HEAD = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"


@pytest.mark.parametrize(("error", "is_told"), [(BrokenPipeError, False), (ValueError, True)])
def test_only_a_client_that_is_gone_is_not_worth_a_word(
    error: type[Exception], is_told: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    answered = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            answered.set()
            raise error

    with answering(Handler) as address:
        host, _, port = address.partition(":")
        with socket.create_connection((host, int(port)), 5) as client:
            client.sendall(HEAD)
            assert answered.wait(5)
            while client.recv(100):
                pass

    assert (error.__name__ in capfd.readouterr().err) is is_told
