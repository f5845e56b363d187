"""Where a request came from: proxies are believed only when they are named."""

from ipaddress import ip_network

import pytest
from starlette.requests import HTTPConnection

from backend.api.accounts import origin

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def connection(
    peer: str | None, *forwarded: str, scheme: str = "http", proto: str | None = None
) -> HTTPConnection:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    if proto is not None:
        headers.append((b"x-forwarded-proto", proto.encode()))
    client = (peer, 1) if peer else None
    return HTTPConnection(
        {"type": "http", "scheme": scheme, "path": "/", "headers": headers, "client": client}
        | {"server": ("h", 80), "query_string": b""}
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.9", (), "192.0.2.9"),
        ("192.0.2.9", ("198.51.100.1",), "192.0.2.9"),
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("6.6.6.6, 198.51.100.1, 10.0.0.2",), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6", "198.51.100.1"), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6, nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        ("fd00::1", ("2001:db8::1",), "2001:db8::1"),
        ("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6, 198.51.100.1:5555",), "198.51.100.1"),
        ("10.0.0.1", ("[2001:db8::1]",), "2001:db8::1"),
        ("10.0.0.1", ("[2001:db8::1]:5555, 10.0.0.2:80",), "2001:db8::1"),
        (None, ("198.51.100.1",), "unknown"),
    ],
)
def test_the_last_address_that_no_trusted_proxy_answers_for_is_who_asks(
    peer: str | None, forwarded: tuple[str, ...], address: str
) -> None:
    assert origin.address_of(connection(peer, *forwarded), TRUSTED) == address


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert origin.address_of(connection("10.0.0.1", "198.51.100.1"), ()) == "10.0.0.1"
    assert not origin.is_https(connection("10.0.0.1", proto="https"), ())


@pytest.mark.parametrize(
    ("scheme", "peer", "proto", "is_https"),
    [
        ("https", "192.0.2.9", None, True),
        ("wss", "192.0.2.9", None, True),
        ("http", "192.0.2.9", "https", False),
        ("http", "10.0.0.1", "https", True),
        ("http", "10.0.0.1", "HTTPS", True),
        ("http", "10.0.0.1", "https, http", False),
        ("http", "10.0.0.1", None, False),
    ],
)
def test_https_is_what_we_see_or_a_trusted_proxy_says(
    scheme: str, peer: str, proto: str | None, is_https: bool
) -> None:
    asked = connection(peer, scheme=scheme, proto=proto)

    assert origin.is_https(asked, TRUSTED) is is_https
