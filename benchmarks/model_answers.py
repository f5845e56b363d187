"""A model's server that answers at once, in the way of OpenAI's: `python -m benchmarks.model_answers`.

It prints the port that it listens on. Its answer about causes names facts that it was shown, so that
they are checked as those of a real one are.
"""

import asyncio
import json
import re
from typing import Any

_SHOWN = re.compile(r"^\| \[([a-z0-9-]+\.[0-9.]+)\]|^\| (\S+) = (\S.*)$", re.MULTILINE)
_CLAIMS = 4


def content(asked: dict[str, Any]) -> str:
    """Return what it says to a question."""
    shape = asked.get("response_format", {}).get("json_schema", {}).get("schema", {})
    told = str(asked["messages"][-1]["content"])
    if "causes" in shape.get("properties", {}):
        return json.dumps({"causes": [_cause(told)]})
    if "sentences" in shape.get("properties", {}):
        return json.dumps({"sentences": [{"text": "The alert came in.", "entries": [1]}]})
    return "All is as the facts above say."


def _cause(told: str) -> dict[str, Any]:
    evidence, claims = "", list[dict[str, Any]]()
    for id_, fact, value in _SHOWN.findall(told):
        evidence = id_ or evidence
        if fact and evidence and len(claims) < _CLAIMS:
            claims.append({"evidence": evidence, "fact": fact, "value": value})
    thing = re.search(r"\b[A-Z][A-Za-z]+/[a-z0-9-]+/[a-z0-9-]+\b", told)
    return {
        "fault_class": "bad_release",
        "object": thing[0] if thing else "",
        "statement": "The release is bad.",
        "claims": claims,
    }


def body(asked: dict[str, Any]) -> bytes:
    """Return the whole answer to a request."""
    said = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795316400,
        "model": asked["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content(asked), "refusal": None},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 2000, "completion_tokens": 100, "total_tokens": 2100},
    }
    return json.dumps(said).encode()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = re.search(r"content-length: (\d+)", head)
            asked = json.loads(await reader.readexactly(int(length[1]) if length else 0))
            answer = body(asked)
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                + f"content-length: {len(answer)}\r\n\r\n".encode()
                + answer
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    """Serve until stopped."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
