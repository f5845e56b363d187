"""One person at one browser: what they see and do, and what their browser complains of."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from platform_process import ADMIN, Platform
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    WebSocket,
    expect,
)

Json = dict[str, Any]
Theme = Literal["dark", "light"]

PATIENCE_MS = 20_000
SIGN_IN_PATIENCE_MS = 75_000
"""Five tries a minute are allowed from one address, and all of ours come from one."""
EXPECTED = ("Failed to load resource", "WebSocket connection to")
"""What a browser says of an answer like 401 or of a connection that was cut: we cut some."""

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Person:
    """Someone with an account."""

    name: str
    password: str


def let_in(platform: Platform, name: str, role: str) -> Person:
    """Make an account with a role, as an administrator does."""
    answer = platform.post("/api/v1/users", {"name": name, "role": role}, actor=ADMIN)
    assert answer.status_code == 201, answer.text
    return Person(name, str(answer.json()["password"]))


@dataclass
class Visitor:
    """A browser window of its own, with its own cookies."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    heard: list[tuple[str, Json | Request]] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("websocket", self._on_socket)
        self.page.on("requestfinished", self._on_answer)

    def go(self, path: str) -> None:
        """Open an address of the platform."""
        self.page.goto(path)

    def sign_in(self, person: Person) -> None:
        """Sign in at the door that is open before us."""
        page = self.page
        if not page.url.endswith("/sign-in"):
            self.go("/")
        page.get_by_label("Name", exact=True).fill(person.name)
        page.get_by_label("Password", exact=True).fill(person.password)
        page.get_by_role("button", name="Sign in").click()
        inside = page.get_by_role("navigation", name="Pages")
        again = page.get_by_role("button", name="Try again in")
        expect(inside.or_(again)).to_be_visible()
        if again.is_visible():
            button = page.get_by_role("button", name="Sign in")
            expect(button).to_be_enabled(timeout=SIGN_IN_PATIENCE_MS)
            button.click()
        expect(inside).to_be_visible()

    def sees(self, role: Any, name: str) -> Locator:
        """Return something on the page by its role and name, and wait until it is seen."""
        found = self.page.get_by_role(role, name=name)
        expect(found).to_be_visible()
        return found

    def ask(self, method: str, path: str, body: Json | None = None, **headers: str) -> Json:
        """Send a request from within the page, as a script in it could: status and answer."""
        found: Json = self.page.evaluate(
            """async ([method, path, body, headers]) => {
                 const answer = await fetch(path, {
                   method, headers: { "Content-Type": "application/json", ...headers },
                   body: body === null ? undefined : JSON.stringify(body),
                 });
                 const text = await answer.text();
                 return { status: answer.status, body: text ? JSON.parse(text) : null };
               }""",
            [method, path, body, headers],
        )
        return found

    def csrf_token(self) -> str:
        """Return what the session has to repeat with every change."""
        return str(self.ask("GET", "/api/v1/auth/me")["body"]["csrf_token"])

    def seqs(self, incident_id: str) -> list[int]:
        """Return the numbers of the incident's events as they reached the page, by socket or by HTTP."""
        return [seq for _, seqs in self.deliveries(incident_id) for seq in seqs]

    def deliveries(self, incident_id: str) -> list[tuple[str, list[int]]]:
        """Return by which address the incident's events reached the page, and which came together."""
        sources = (f"/ws/incidents/{incident_id}?", f"/api/v1/incidents/{incident_id}/events?")
        told = [
            (url, _told(said)) for url, said in self.heard if any(part in url for part in sources)
        ]
        return [(url, [event["seq"] for event in said.get("events", ())]) for url, said in told]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.complaints.append(f"console: {message.text}")

    def _on_socket(self, socket: WebSocket) -> None:
        self.sockets.append(socket.url)
        url = socket.url
        socket.on("framereceived", lambda frame: self.heard.append((url, json.loads(frame))))

    def _on_answer(self, request: Request) -> None:
        if re.search(r"/incidents/[^/]+/events\?", request.url):
            self.heard.append((request.url, request))


def _told(said: Json | Request) -> Json:
    """Return a frame, or what a request was answered with: an error page tells of no events."""
    if not isinstance(said, Request):
        return said
    answer = said.response()
    return dict(answer.json()) if answer is not None and answer.ok else {}


@contextmanager
def visiting(
    browser: Browser, url: str, *, theme: Theme = "dark", width: int = 1600, height: int = 1000
) -> Iterator[Visitor]:
    """Open a fresh window; whatever happens in it, its browser must have nothing to complain of."""
    context = browser.new_context(
        base_url=url,
        color_scheme=theme,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    visitor = Visitor(context, context.new_page())
    try:
        yield visitor
        assert visitor.complaints == []
    finally:
        context.close()


Enter = Callable[..., Visitor]
"""Lets someone in at a window of their own: `enter(scene, "nell", "viewer")`."""
