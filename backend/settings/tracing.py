"""Where it is told what models are asked: nowhere unless it is named, and what was said nowhere by itself."""

import re
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import Field, Secret, field_validator
from pydantic_settings import NoDecode

from backend.settings.common import CommonSettings
from sre_agent.tools.addresses import is_credential_service

_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")

AUTO, NONE, OTLP, LANGSMITH = "auto", "none", "otlp", "langsmith"

_Secret = Secret[str] | None
"""What opens a collector. We did not choose it: its form is not judged."""


class TracingSettings(CommonSettings):
    """Spans of OpenTelemetry's conventions for generative AI, sent as OTLP over HTTP."""

    llm_tracing: Annotated[frozenset[str], NoDecode] = frozenset({AUTO})
    """`auto` (to OTEL_EXPORTER_OTLP_ENDPOINT where it is set), `none`, `otlp`, `langsmith`, or both with a
    comma between."""

    llm_tracing_local: bool = False
    """`true` says that the collector is in your own house: it may be told what local models are told."""

    otel_exporter_otlp_endpoint: str = ""
    """A collector of OpenTelemetry, as `http://127.0.0.1:4318`; `/v1/traces` is put behind it."""

    otel_exporter_otlp_traces_endpoint: str = ""
    """The whole address instead, as `https://host/v1/traces`."""

    otel_exporter_otlp_headers: _Secret = None
    """What opens the collector: `name=value`, with commas between."""

    otel_instrumentation_genai_capture_message_content: bool = False
    """`true` sends prompts and answers, redacted, to the collector too; else only names, counts and times."""

    langsmith_api_key: _Secret = None
    """Read where LLM_TRACING names `langsmith`."""

    langsmith_endpoint: str = "https://api.smith.langchain.com"
    """Where LangSmith is; another one for its other regions, or for your own."""

    langsmith_project: str = Field(default="", max_length=200)
    """The project of LangSmith; its default one unless you say otherwise."""

    @field_validator("llm_tracing", mode="before")
    @classmethod
    def _split_tracing(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        names = frozenset(part.strip().lower() for part in value.split(",") if part.strip())
        if names not in ({AUTO}, {NONE}) and not names <= {OTLP, LANGSMITH}:
            raise ValueError("is not known; write auto, none, otlp, langsmith, or otlp,langsmith")
        return names

    @field_validator(
        "otel_exporter_otlp_endpoint",
        "otel_exporter_otlp_traces_endpoint",
        "langsmith_endpoint",
        mode="after",
    )
    @classmethod
    def _check_endpoint(cls, value: str) -> str:
        return _checked(value) if value else ""

    @field_validator("otel_exporter_otlp_headers", mode="after")
    @classmethod
    def _check_headers(cls, value: _Secret) -> _Secret:
        if value is not None:
            headers(value.get_secret_value())
        return value


def headers(written: str) -> dict[str, str]:
    """Return the headers in `name=value,name=value`.

    Raises:
        ValueError: They are not written so; values are never part of the message.
    """
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in written.split(","))):
        name, is_written, value = part.partition("=")
        named, given = name.strip().lower(), unquote(value.strip())
        if not is_written or not _NAME.fullmatch(named) or not given.isprintable():
            raise ValueError("write name=value, with a comma between two")
        found[named] = given
    return found


def _checked(url: str) -> str:
    """Return a URL without a slash at its end.

    Raises:
        ValueError: It is none, has credentials in it, or leads where clouds hand out such.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("this is no URL; write http://host:4318") from None
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise ValueError("write http://host:port or https://host, and a path")
    if parts.username is not None or parts.password is not None:
        raise ValueError("leave credentials out of it; OTEL_EXPORTER_OTLP_HEADERS is for them")
    if is_credential_service(host):
        raise ValueError(f"{host} is where clouds hand out credentials")
    return url.rstrip("/")
