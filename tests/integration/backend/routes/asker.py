"""Somebody who asks the API questions, and what they are told."""

import json
from typing import Any

import httpx
from house import House

from backend.actors import Role


class Asker:
    """Somebody of a house who asks."""

    def __init__(self, http: httpx.AsyncClient, house: House, role: Role = Role.VIEWER) -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {house.tokens[role]}"}

    async def steps(self, question: str, thread: str | None = None) -> list[dict[str, Any]]:
        body = {"question": question, "thread": thread}
        answer = await self.http.post("/api/v1/ask", json=body, headers=self.headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/x-ndjson"
        return [json.loads(line) for line in answer.text.splitlines()]

    async def ask(self, question: str, thread: str | None = None) -> dict[str, Any]:
        done = (await self.steps(question, thread))[-1]
        assert done["step"] == "done", done
        return done

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(f"/api/v1/ask{path}", headers=self.headers)


def told(done: dict[str, Any]) -> str:
    answer = done["answer"]
    return "\n".join((*(item["text"] for item in answer["sentences"]), *answer["notes"]))


def cites(done: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    return [
        (cite["source"], cite["id"], cite["seq"])
        for item in done["answer"]["sentences"]
        for cite in item["cites"]
    ]
