"""Keeping secrets inside the cluster: what is never shown, wherever it stands."""

import re
from typing import Any

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(
    r"(pass(word|wd|phrase)?|secret|token|credential|api_?key|access_?key|private_?key|auth)s?$"
    r"|(^|[_.-])(pass(word|wd|phrase)?|pwd|secret|token|credentials?|key|dsn)($|[_.-])",
    re.IGNORECASE,
)
_ONLY_NAMES_A_SECRET = re.compile(
    r"(?<!access_key)(?<!accesskey)[_.-](id|name|file|path)$", re.IGNORECASE
)
_ASSIGNMENT = re.compile(
    r"(?P<name>(?:password|passwd|secret|token|credential|api[_-]?key|access[_-]?key)[\w.-]{0,64})"
    r"(?P<sign>[\"']?\s*[=:]\s*[\"']?)(?P<value>[^\s\"',;&}]+)",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_USERINFO = re.compile(r"(?P<start>\w://[^\s/:@]*:)[^\s/@]+@")
_FLAG = re.compile(r"--?[A-Za-z][\w.-]{0,64}")
_SHORT_PASSWORD = re.compile(r"(?P<flag>(?:^|\s)-p)[^\s-]\S*")
_CLIENTS = re.compile(r"\b(mysql|mysqldump|mysqladmin|mariadb)\b")
_DROPPED_ANNOTATIONS = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})


def is_secret_name(name: str) -> bool:
    """Return whether a variable or key of that name is likely to hold a secret.

    The id of a key or the path of a file with a secret is none; an access key's id is half of one.
    """
    return bool(_SECRET_NAME.search(name)) and not _ONLY_NAMES_A_SECRET.search(name)


def clean_text(text: str) -> str:
    """Return the text with passwords, tokens and the like blotted out."""
    text = _USERINFO.sub(rf"\g<start>{REDACTED}@", text)
    text = _AUTHORIZATION.sub(rf"\1 {REDACTED}", text)
    if _CLIENTS.search(text):
        text = _SHORT_PASSWORD.sub(rf"\g<flag>{REDACTED}", text)
    return _ASSIGNMENT.sub(rf"\g<name>\g<sign>{REDACTED}", text)


def clean_arguments(words: list[str]) -> list[str]:
    """Return a command line, word by word, without the value behind a secret's flag."""
    client = any(_CLIENTS.search(word) for word in words)
    cleaned: list[str] = []
    follows_secret = False
    for word in words:
        told = REDACTED if follows_secret else clean_text(word)
        if client and not follows_secret:
            told = _SHORT_PASSWORD.sub(rf"\g<flag>{REDACTED}", told)
        cleaned.append(told)
        follows_secret = bool(_FLAG.fullmatch(word)) and is_secret_name(word.lstrip("-"))
    return cleaned


def clean_value(name: str, value: str) -> str:
    """Return the value of something called `name`, fit to be shown."""
    return REDACTED if value and is_secret_name(name) else clean_text(value)


def clean_annotations(annotations: dict[str, str] | None) -> dict[str, str]:
    """Return annotations without copies of whole manifests."""
    kept = (annotations or {}).items()
    return {key: clean_value(key, value) for key, value in kept if key not in _DROPPED_ANNOTATIONS}


def clean_manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return an object as it may be shown: no secret's value, no bookkeeping."""
    cleaned: dict[str, Any] = {
        key: _clean(value) for key, value in manifest.items() if key not in {"metadata", "data"}
    }
    metadata = dict(manifest.get("metadata") or {})
    metadata.pop("managedFields", None)
    if "annotations" in metadata:
        metadata["annotations"] = clean_annotations(metadata["annotations"])
    cleaned["metadata"] = metadata
    is_secret = manifest.get("kind") == "Secret"
    for field in ("data", "stringData"):
        if field in manifest:
            cleaned[field] = {
                key: REDACTED if is_secret else clean_value(key, str(value))
                for key, value in (manifest[field] or {}).items()
            }
    return cleaned


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return _clean_mapping(value)
    if isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            return clean_arguments(value)
        return [_clean(item) for item in value]
    return clean_text(value) if isinstance(value, str) else value


def _clean_mapping(mapping: dict[str, Any]) -> dict[str, Any]:
    """Clean a mapping; in `{name, value}` pairs the name tells whether the value is secret."""
    name = mapping.get("name")
    if isinstance(name, str) and isinstance(mapping.get("value"), str):
        return {**mapping, "value": clean_value(name, mapping["value"])}
    return {
        key: clean_annotations(value)
        if key == "annotations" and isinstance(value, dict)
        else _clean(value)
        for key, value in mapping.items()
    }
