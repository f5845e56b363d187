"""What a lying system answers: too much, too deep, packed or elsewhere; told clearly, within bounds."""

import gzip
import json
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import httpx
import pytest
import zstandard
from attack_counts import Attack
from every_server import SYSTEMS, UPSTREAM_TOKEN, over, serving_app
from liar import Liar
from peak import measured

from sre_agent.domain.tools import ToolResult, ToolStatus

UPSTREAMS = tuple(system for system in SYSTEMS if system != "runbooks")
MIB = 1024 * 1024
UNPACKED = 512 * MIB
LEADING_ELSEWHERE = (301, 302, 303, 307, 308)
MOST_MIB = 160
"""The bound of a body is 32 MiB; it is held up to three times while it is read and told."""

DEEP = b"[" * 200_000


@cache
def gzipped() -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    piece = bytes(MIB)
    return b"".join([*(packer.compress(piece) for _ in range(UNPACKED // MIB)), packer.flush()])


@cache
def zstandarded() -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    piece = bytes(MIB)
    return b"".join([*(packer.compress(piece) for _ in range(UNPACKED // MIB)), packer.flush()])


def gzip_bomb() -> Liar:
    return Liar(gzipped(), {"Content-Encoding": "gzip"})


def gzip_in_gzip() -> Liar:
    return Liar(gzip.compress(gzipped(), 1), {"Content-Encoding": "gzip, gzip"})


def zstandard_bomb() -> Liar:
    return Liar(zstandarded(), {"Content-Encoding": "zstd"})


def endless() -> Liar:
    return Liar(b" " * MIB, times=512)


def too_deep() -> Liar:
    return Liar(DEEP)


def too_deep_a_refusal() -> Liar:
    return Liar(DEEP, status=400)


def cut_short() -> Liar:
    return Liar(
        gzip.compress(json.dumps([*range(9999)]).encode())[:999], {"Content-Encoding": "gzip"}
    )


def no_gzip() -> Liar:
    return Liar(b"{}", {"Content-Encoding": "gzip"})


async def healthy(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{url.removesuffix('/mcp')}/health")).status_code == 200


def is_told(result: ToolResult) -> bool:
    """Return whether a failure is told as what it is, and not as a fall of the tool."""
    is_failure = result.status in {ToolStatus.REFUSED, ToolStatus.UNREACHABLE}
    return is_failure and result.code != "internal_error" and bool(result.reason)


@pytest.mark.attack("packed, endless and deep answers of a system")
@pytest.mark.parametrize("system", UPSTREAMS)
@pytest.mark.parametrize(
    "lie",
    [
        gzip_bomb,
        gzip_in_gzip,
        zstandard_bomb,
        endless,
        too_deep,
        too_deep_a_refusal,
        cut_short,
        no_gzip,
    ],
)
async def test_an_answer_that_would_burst_the_server_is_refused_within_bounds(
    lie: Callable[[], Liar], system: str, attack: Attack, tmp_path: Path
) -> None:
    liar = lie()
    async with over(system, liar, tmp_path) as scene:
        grown_mib = measured()

        told = [await scene.ask() for _ in range(2)]

        assert grown_mib() < MOST_MIB
        assert [each for each in told if not is_told(each)] == []
        assert await healthy(scene.url)
    attack.asks(2)


@pytest.mark.attack("an answer that leads elsewhere")
@pytest.mark.parametrize("system", UPSTREAMS)
async def test_nobody_is_followed_to_another_host_nor_told_the_token(
    system: str, attack: Attack, tmp_path: Path
) -> None:
    elsewhere = Liar(b'{"status": "success", "data": [], "items": [], "metadata": {}}')
    told = []
    async with serving_app(elsewhere) as there:
        liar = Liar(b"", {"Location": f"{there}/latest/meta-data/"})
        async with over(system, liar, tmp_path) as scene:
            for liar.status in LEADING_ELSEWHERE:
                told.append(await scene.ask())

    attack.asks(len(told))
    attack.leaks_nothing(elsewhere.asked)
    assert [each for each in told if not is_told(each)] == []
    assert all(UPSTREAM_TOKEN in token for _, token in liar.asked)


@pytest.mark.attack("characters that no text may hold, in an answer")
@pytest.mark.parametrize("system", UPSTREAMS)
async def test_no_character_of_an_answer_makes_a_server_fall(
    system: str, attack: Attack, tmp_path: Path
) -> None:
    bad = "a\0b\ud800\udfff\x1b[2J\u202e" + "x" * 10 * MIB
    attack.throws(bad)
    labels = {"__name__": bad, bad: bad}
    body = {
        "status": "success",
        "data": [bad, labels],
        "metadata": {},
        "items": [{"metadata": {"name": bad, "labels": labels, "annotations": labels}}],
    }
    async with over(system, Liar(json.dumps(body).encode()), tmp_path) as scene:
        grown_mib = measured()

        told = await scene.ask()

        assert grown_mib() < 2 * MOST_MIB
        assert told.code != "internal_error"
        assert len(told.model_dump_json()) < 3 * MIB
        assert "\x1b" not in str(told.data)
        assert await healthy(scene.url)
    attack.asks(1)
