"""No cluster is connected whose servers would be a cloud's service of credentials."""

import pytest
from attack_counts import Attack
from pydantic import ValidationError

from backend.api.clusters.shapes import NewEndpoint

METADATA = (
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.1.1/mcp",
    "http://2852039166/mcp",
    "http://0xA9FEA9FE/mcp",
    "http://0251.0376.0251.0376/mcp",
    "http://169.254.43518/mcp",
    "http://[::ffff:169.254.169.254]/mcp",
    "http://[::ffff:a9fe:a9fe]/mcp",
    "http://[64:ff9b::a9fe:a9fe]/mcp",
    "http://[2002:a9fe:a9fe::]/mcp",
    "http://[fe80::1%25eth0]/mcp",
    "http://[fd00:ec2::254]/mcp",
    "http://\uff11\uff16\uff19.254.169.254/mcp",
    "http://169\u3002254\u3002169\u3002254/mcp",
    "http://metadata.google.internal/mcp",
    "http://METADATA.google.internal./mcp",
    "http://100.100.100.200/mcp",
)
NO_SERVER = (
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://host/mcp",
    "http://user@169.254.169.254/mcp",
    "http://host@169.254.169.254/mcp",
    "http:///mcp",
    "//host/mcp",
    "http://host/mcp#x",
    "http://host/mcp?x",
    "http://host:0/mcp",
    "javascript:alert(1)",
)


@pytest.mark.attack("SSRF to a service of credentials")
@pytest.mark.parametrize("url", METADATA)
def test_an_address_that_hands_out_credentials_is_refused_however_it_is_spelled(
    url: str, attack: Attack
) -> None:
    attack.throws(url)

    with pytest.raises(ValidationError, match="credentials"):
        NewEndpoint.model_validate({"url": url, "read_token": "r" * 20})


@pytest.mark.attack("SSRF by another scheme or by credentials in a URL")
@pytest.mark.parametrize("url", NO_SERVER)
def test_what_is_no_plain_address_of_a_server_is_refused(url: str, attack: Attack) -> None:
    attack.throws(url)

    with pytest.raises(ValidationError, match=r"must|has no"):
        NewEndpoint.model_validate({"url": url, "read_token": "r" * 20})


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8081/mcp", "http://10.0.0.7/mcp", "https://[fd12::1]/mcp", "http://mcp:80/"],
)
def test_private_and_own_addresses_may_be_a_clusters(url: str) -> None:
    assert NewEndpoint.model_validate({"url": url, "read_token": "r" * 20}).url == url
