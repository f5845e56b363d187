"""Where sessions of MCP servers connect to, and what they take from there."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx2
import pytest
from attack_counts import Attack
from every_server import serving_app
from hands_lab import READ_TOKEN, RealClock
from liar import Liar
from peak import measured

from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.tools import transport, trust
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox
from sre_agent.tools.transport import GuardedTransport, ServerRefusedError

MIB = 1024 * 1024
MOST_MIB = 160
CALL = ToolCall(server="loki", tool="label_names", arguments={})
METADATA = (
    "169.254.169.254",
    "169.254.0.1",
    "100.100.100.200",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
)


class Names:
    """A resolver that a test commands: the answers come in turn, the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(f"{host}:{port}")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@asynccontextmanager
async def client_of(names: Names) -> AsyncIterator[httpx2.AsyncClient]:
    inner = httpx2.AsyncHTTPTransport(trust_env=False)
    async with httpx2.AsyncClient(transport=GuardedTransport(inner, names)) as client:
        yield client


async def asked(url: str, *, times: int = 1) -> list[ToolResult]:
    async with McpToolbox({"loki": Endpoint(url, READ_TOKEN)}, RealClock(), wait_s=0) as toolbox:
        return [await toolbox.read(CALL, deadline_s=20.0) for _ in range(times)]


@pytest.mark.attack("SSRF by a name that leads to a service of credentials")
@pytest.mark.parametrize("address", METADATA)
async def test_a_name_that_leads_to_credentials_is_not_connected_to(
    address: str, attack: Attack
) -> None:
    names = Names(["127.0.0.1", address])
    attack.throws(address)
    async with client_of(names) as client:
        with pytest.raises(ServerRefusedError, match="credentials"):
            await client.get("http://harmless.example:8080/mcp")

    assert names.asked == ["harmless.example:8080"]


@pytest.mark.attack("SSRF by a name that leads elsewhere a moment later")
async def test_a_name_is_looked_at_with_every_request_and_connected_to_as_it_was(
    attack: Attack,
) -> None:
    here = Liar()
    async with serving_app(here) as base:
        names = Names(["127.0.0.1"], ["169.254.169.254"])
        url = base.replace("127.0.0.1", "harmless.example")
        async with client_of(names) as client:
            first = await client.get(url)
            with pytest.raises(ServerRefusedError):
                await client.get(url)

    attack.asks(2)
    assert first.status_code == 200
    assert len(here.asked) == 1


async def test_of_several_addresses_the_first_that_answers_is_taken() -> None:
    here = Liar()
    async with serving_app(here) as base:
        names = Names(["127.0.0.9", "127.0.0.1"])
        async with client_of(names) as client:
            answer = await client.get(base.replace("127.0.0.1", "two.example"))

    assert answer.status_code == 200
    assert answer.request.headers["host"].startswith("two.example")


async def test_a_name_without_an_address_is_told_by_its_name() -> None:
    async with client_of(Names([])) as client:
        with pytest.raises(httpx2.ConnectError, match=r"nowhere\.example has no address"):
            await client.get("http://nowhere.example/mcp")


async def test_the_machine_itself_is_asked_for_names() -> None:
    here = Liar()
    async with (
        serving_app(here) as base,
        httpx2.AsyncClient(transport=transport.opened(trust.authorities())) as client,
    ):
        answer = await client.get(base.replace("127.0.0.1", "localhost"))

    assert answer.status_code == 200
    assert isinstance(trust.authorities(), ssl.SSLContext)


@pytest.mark.attack("an answer that leads elsewhere")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_session_follows_a_server_elsewhere_or_tells_its_token_there(
    status: int, attack: Attack
) -> None:
    elsewhere = Liar()
    async with serving_app(elsewhere) as there:
        lure = Liar(b"", {"Location": f"{there}/mcp"}, status=status)
        async with serving_app(lure) as base:
            [told] = await asked(f"{base}/mcp")

    attack.asks(1)
    attack.leaks_nothing(elsewhere.asked)
    assert lure.asked
    assert told.status in {ToolStatus.REFUSED, ToolStatus.UNREACHABLE}


@pytest.mark.attack("packed, endless and deep answers of an MCP server")
@pytest.mark.parametrize(
    "liar",
    [
        Liar(b" " * MIB, times=512),
        Liar(b"[" * 200_000),
        Liar(b"x", {"Content-Encoding": "zstd"}),
        Liar(b"x", {"Content-Encoding": "gzip"}),
    ],
    ids=["endless", "deep", "zstd", "gzip"],
)
async def test_a_turned_mcp_server_cannot_burst_who_asks_it(liar: Liar, attack: Attack) -> None:
    async with serving_app(liar) as base:
        grown_mib = measured()

        told = await asked(f"{base}/mcp", times=2)

        assert grown_mib() < MOST_MIB
    attack.asks(2)
    assert {each.status for each in told} <= {ToolStatus.REFUSED, ToolStatus.UNREACHABLE}
    assert all(each.reason for each in told)
