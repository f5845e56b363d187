"""How each kind of server writes what it answers, as the providers document it."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from model_acts import Call, Say

Body = Mapping[str, Any]
_AT = "2026-11-22T03:00:00Z"
_ANTHROPIC_STOPS = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}
_GOOGLE_STOPS = {"stop": "STOP", "length": "MAX_TOKENS", "refusal": "SAFETY"}


class Dialect(Protocol):
    """One kind of server."""

    def written(self, asked: Body, act: Say | Call) -> tuple[str, list[bytes]]:
        """Return the content type and the pieces of an answer."""
        ...

    def piece(self) -> tuple[str, bytes, bytes]:
        """Return the content type, the beginning and a repeatable middle of an endless answer."""
        ...

    def look(self, path: str) -> bytes | None:
        """Return what is answered to a GET, if anything."""
        ...


class Ollama:
    """`/api/chat`, `/api/tags` and `/api/show` of Ollama."""

    def __init__(self, *models: str) -> None:
        self._models = models or ("llama3.2:latest",)

    def written(self, asked: Body, act: Say | Call) -> tuple[str, list[bytes]]:
        model = asked["model"]
        pieces = [self._line(model, message) for message in self._messages(act)]
        end: dict[str, Any] = {
            "model": model,
            "created_at": _AT,
            "message": {"role": "assistant", "content": ""},
            "done": True,
            "done_reason": act.finish if isinstance(act, Say) else "stop",
            "total_duration": 1,
        }
        if act.counts is not None:
            end |= {"prompt_eval_count": act.counts[0], "eval_count": act.counts[1]}
        if asked.get("stream", True):
            return "application/x-ndjson", [*pieces, _line(end)]
        return "application/json", [_line(end | {"message": self._whole(act)})]

    def piece(self) -> tuple[str, bytes, bytes]:
        line = self._line("m", {"role": "assistant", "content": "and so on " * 200})
        return "application/x-ndjson", b"", line

    def look(self, path: str) -> bytes | None:
        if path == "/api/tags":
            listed = [{"name": name, "model": name, "size": 1} for name in self._models]
            return json.dumps({"models": listed}).encode()
        return None

    def _messages(self, act: Say | Call) -> list[dict[str, Any]]:
        if isinstance(act, Call):
            return [self._whole(act)]
        third = max(1, len(act.text) // 3)
        parts = [act.text[at : at + third] for at in range(0, len(act.text), third)]
        return [{"role": "assistant", "content": part} for part in parts]

    def _whole(self, act: Say | Call) -> dict[str, Any]:
        if isinstance(act, Say):
            return {"role": "assistant", "content": act.text}
        calls = [{"function": {"name": name, "arguments": dict(args)}} for name, args in act.calls]
        return {"role": "assistant", "content": "", "tool_calls": calls}

    def _line(self, model: str, message: dict[str, Any]) -> bytes:
        return _line({"model": model, "created_at": _AT, "message": message, "done": False})


class OpenAIChat:
    """`/chat/completions` of OpenAI, and of all that copy it."""

    def written(self, asked: Body, act: Say | Call) -> tuple[str, list[bytes]]:
        message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
        finish = "tool_calls"
        if isinstance(act, Say):
            finish = act.finish
            message |= {"refusal": act.text} if finish == "refusal" else {"content": act.text}
            finish = "stop" if finish == "refusal" else finish
        else:
            message["tool_calls"] = [
                {
                    "id": f"call_{number}",
                    "type": "function",
                    "function": {"name": name, "arguments": json.dumps(dict(args))},
                }
                for number, (name, args) in enumerate(act.calls)
            ]
        said = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1795316400,
            "model": asked["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
        if act.counts is not None:
            read, wrote = act.counts
            said["usage"] = {
                "prompt_tokens": read,
                "completion_tokens": wrote,
                "total_tokens": read + wrote,
            }
        return "application/json", [json.dumps(said).encode()]

    def piece(self) -> tuple[str, bytes, bytes]:
        begin = b'{"id":"chatcmpl-1","object":"chat.completion","choices":[{"message":{"content":"'
        return "application/json", begin, b"and so on " * 200

    def look(self, path: str) -> bytes | None:
        return None


class OpenAIResponses:
    """`/responses` of OpenAI."""

    def written(self, asked: Body, act: Say | Call) -> tuple[str, list[bytes]]:
        output: list[dict[str, Any]]
        if isinstance(act, Say):
            kind = "refusal" if act.finish == "refusal" else "output_text"
            key = "refusal" if act.finish == "refusal" else "text"
            content = {"type": kind, key: act.text, "annotations": []}
            output = [
                {
                    "type": "message",
                    "id": "msg_1",
                    "role": "assistant",
                    "status": "completed",
                    "content": [content],
                }
            ]
        else:
            output = [
                {
                    "type": "function_call",
                    "id": f"fc_{number}",
                    "call_id": f"call_{number}",
                    "name": name,
                    "arguments": json.dumps(dict(args)),
                    "status": "completed",
                }
                for number, (name, args) in enumerate(act.calls)
            ]
        is_cut = isinstance(act, Say) and act.finish == "length"
        said: dict[str, Any] = {
            "id": "resp_1",
            "object": "response",
            "created_at": 1795316400,
            "model": asked["model"],
            "status": "incomplete" if is_cut else "completed",
            "incomplete_details": {"reason": "max_output_tokens"} if is_cut else None,
            "error": None,
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
        }
        if act.counts is not None:
            read, wrote = act.counts
            said["usage"] = {
                "input_tokens": read,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": wrote,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": read + wrote,
            }
        return "application/json", [json.dumps(said).encode()]

    def piece(self) -> tuple[str, bytes, bytes]:
        return "application/json", b'{"id":"resp_1","output":"', b"and so on " * 200

    def look(self, path: str) -> bytes | None:
        return None


class Anthropic:
    """`/v1/messages` of Anthropic."""

    def written(self, asked: Body, act: Say | Call) -> tuple[str, list[bytes]]:
        stop = "tool_use"
        forced = asked.get("tool_choice", {}).get("name")
        if isinstance(act, Say) and forced and act.finish == "stop":
            # Made to call a tool, it writes what it says as the tool's arguments.
            content = [_tool_use(0, forced, _object_in(act.text))]
        elif isinstance(act, Say):
            stop = _ANTHROPIC_STOPS[act.finish]
            content = [{"type": "text", "text": act.text}]
        else:
            content = [_tool_use(n, name, dict(args)) for n, (name, args) in enumerate(act.calls)]
        read, wrote = act.counts or (0, 0)
        said = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": asked["model"],
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {"input_tokens": read, "output_tokens": wrote},
        }
        return "application/json", [json.dumps(said).encode()]

    def piece(self) -> tuple[str, bytes, bytes]:
        return "application/json", b'{"id":"msg_1","content":"', b"and so on " * 200

    def look(self, path: str) -> bytes | None:
        return None


class Google:
    """`:generateContent` of Google's Gemini."""

    def written(self, asked: Body, act: Say | Call) -> tuple[str, list[bytes]]:
        stop, parts = "STOP", list[dict[str, Any]]()
        if isinstance(act, Say):
            stop = _GOOGLE_STOPS[act.finish]
            parts = [{"text": act.text}]
        else:
            parts = [{"functionCall": {"name": n, "args": dict(args)}} for n, args in act.calls]
        content = {"role": "model", "parts": parts}
        said: dict[str, Any] = {
            "candidates": [{"content": content, "finishReason": stop, "index": 0}],
            "modelVersion": "gemini",
        }
        if act.counts is not None:
            read, wrote = act.counts
            said["usageMetadata"] = {
                "promptTokenCount": read,
                "candidatesTokenCount": wrote,
                "totalTokenCount": read + wrote,
            }
        return "application/json", [json.dumps(said).encode()]

    def piece(self) -> tuple[str, bytes, bytes]:
        return "application/json", b'{"candidates":"', b"and so on " * 200

    def look(self, path: str) -> bytes | None:
        return None


def _tool_use(number: int, name: str, arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": arguments}


def _object_in(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {"said": text}
    return found if isinstance(found, dict) else {"said": found}


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"
