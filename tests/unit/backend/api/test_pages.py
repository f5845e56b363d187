"""The war room's files on the API's port: what is served, how, and what is not."""

import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from backend.api import pages
from backend.api.app import create_app
from backend.db.engine import create_engine
from backend.settings.api import ApiSettings

SECRET = SecretStr("0123456789abcdef0123")
SCRIPT = "export const room = 1;\n" * 100
Open = Callable[[Path | None], httpx.AsyncClient]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build, and beside it something that must not get out."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>War room</title>")
    (folder / "theme.js").write_text("1")
    (folder / "assets" / "index-abc.js").write_text(SCRIPT)
    (folder / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "assets" / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


def open_app(folder: Path | None) -> FastAPI:
    settings = ApiSettings(
        database_url="postgresql://nobody@127.0.0.1:1/none",
        webhook_token=SECRET,
        api_tokens=SecretStr(f"alice:viewer:{SECRET.get_secret_value()}"),
        dashboard_dir=folder,
    )
    return create_app(settings, create_engine(settings.database_url))


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(open_app(built)) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/", "/incidents/inc-1", "/clusters/prod.eu-1", "/settings", "/apis", "/decisions/"]
)
async def test_every_address_of_a_page_answers_with_the_page(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.text) == (200, "<title>War room</title>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/v1/nothing",
        "/ws/nothing",
        "/webhook",
        "/health/x",
        "/ready/x",
        "/metrics/x",
        "/docs",
    ],
)
async def test_a_program_that_asks_for_nothing_gets_no_page(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/assets/index-old.js", "/favicon.ico", "/assets", "/theme.css"])
async def test_a_file_that_is_not_there_is_not_the_page(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_page_may_load_and_run_only_what_is_ours(client: httpx.AsyncClient) -> None:
    for path in ("/", "/incidents/inc-1"):
        answer = await client.get(path)
        policy = {
            name: value
            for name, _, value in (
                rule.strip().partition(" ")
                for rule in answer.headers["content-security-policy"].split(";")
            )
        }
        assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]


@pytest.mark.parametrize("path", ["/", "/theme.js", "/api/v1/nothing", "/assets/none"])
async def test_every_answer_says_what_a_browser_must_not_do(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_what_the_api_says_is_kept_by_nobody(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/nothing")

    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_crash_is_answered_with_the_same_care(client: httpx.AsyncClient) -> None:
    answer = await client.get("/ready")  # nothing was started, so this cannot work

    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_file_with_a_hash_in_its_name_is_kept_for_ever(client: httpx.AsyncClient) -> None:
    hashed = await client.get("/assets/index-abc.js")
    named = await client.get("/theme.js")

    assert "immutable" in hashed.headers["cache-control"]
    assert named.headers["cache-control"] == "no-cache"


async def test_a_packed_copy_is_sent_to_whom_it_suits(client: httpx.AsyncClient) -> None:
    packed = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "br, gzip"})
    plain = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "br, gzip;q=0"})

    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(SCRIPT) / 4
    assert "content-encoding" not in plain.headers
    for answer in (packed, plain):
        assert answer.text == SCRIPT
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["vary"] == "Accept-Encoding"


async def test_a_browser_that_has_the_page_is_told_so(client: httpx.AsyncClient) -> None:
    first = await client.get("/")

    again = await client.get("/", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


async def test_head_is_answered_without_a_body_and_nothing_else_is_taken(
    client: httpx.AsyncClient,
) -> None:
    head = await client.head("/incidents/inc-1")
    post = await client.post("/incidents/inc-1")

    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    assert (post.status_code, post.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets//etc/passwd",
        "/assets/link.txt",
        "/assets/index-abc.js%00",
        "/assets/" + "a" * 5000,
        "/..%5csecret.txt",
    ],
)
async def test_nothing_outside_of_the_build_can_be_read(built: Path, path: str) -> None:
    raw = httpx.URL("http://test", raw_path=path.encode())
    async with client_of(open_app(built)) as client:
        answer = await client.get(raw)

    assert answer.status_code == 404, answer.text
    assert "secret" not in answer.text.replace("secret.txt", "")


async def test_a_build_made_later_is_served_without_a_restart(tmp_path: Path) -> None:
    async with client_of(open_app(tmp_path / "dist")) as client:
        before = await client.get("/", headers={"Accept-Encoding": "gzip"})
        missing = await client.get("/assets/index.js")
        (tmp_path / "dist").mkdir()
        (tmp_path / "dist" / "index.html").write_text("built")
        after = await client.get("/")

    assert before.status_code == 503
    assert "make dashboard" in before.text
    assert "script-src 'self'" in before.headers["content-security-policy"]
    assert missing.status_code == 404
    assert after.text == "built"


def test_without_a_setting_the_wheels_files_or_the_checkouts_are_served() -> None:
    root = Path(__file__).parents[4]

    assert root / "backend" / "dashboard_files" == pages.IN_WHEEL
    assert root / "dashboard" / "dist" == pages.IN_CHECKOUT
