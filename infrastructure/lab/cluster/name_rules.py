"""Which names, labels and annotations an object may have."""

from __future__ import annotations

import re
from typing import Any

from infrastructure.lab.cluster.errors import Cause, missing, wrong
from infrastructure.lab.cluster.kinds import Kind

Object = dict[str, Any]

_LABEL_FORM = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN_FORM = rf"{_LABEL_FORM}(\.{_LABEL_FORM})*"
_SERVICE_FORM = "[a-z]([-a-z0-9]*[a-z0-9])?"
_VALUE_FORM = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_QUALIFIED_FORM = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_SUBDOMAIN = re.compile(_SUBDOMAIN_FORM)
_SERVICE_NAME = re.compile(rf"(?=.{{1,63}}$){_SERVICE_FORM}")
_PATH_RULE = "may not contain '/' or '%'"
_LABEL_MAX = 63
_SUBDOMAIN_MAX = 253
_ANNOTATIONS_MAX_BYTES = 256 * 1024

_ENDS = "must start and end with an alphanumeric character"
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    f"{_ENDS} (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL_FORM}')"
)
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    f"'.', and {_ENDS} (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN_FORM}')"
)
_SERVICE_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or "
    f"'abc-123', regex used for validation is '{_SERVICE_FORM}')"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    f"'.', and {_ENDS} (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation "
    f"is '{_VALUE_FORM}')"
)
_QUALIFIED_RULE = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and "
    f"{_ENDS} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    f"'{_QUALIFIED_FORM}')"
)


def metadata(kind: Kind, meta: Object) -> list[Cause]:
    """Return the complaints about an object's metadata."""
    causes = _object_name(kind, meta)
    causes += labels(meta.get("labels") or {}, "metadata.labels")
    for key in meta.get("annotations") or {}:
        causes += qualified_name(key.lower(), "metadata.annotations")
    size = sum(len(key) + len(value) for key, value in (meta.get("annotations") or {}).items())
    if size > _ANNOTATIONS_MAX_BYTES:
        text = f"Too long: may not be more than {_ANNOTATIONS_MAX_BYTES} bytes"
        causes.append(Cause("metadata.annotations", "FieldValueTooLong", text))
    return causes


def labels(values: dict[str, str], field: str) -> list[Cause]:
    """Return the complaints about labels."""
    causes: list[Cause] = []
    for key, value in values.items():
        causes += qualified_name(key, field)
        if len(value) > _LABEL_MAX:
            causes.append(wrong(field, value, "must be no more than 63 bytes"))
        elif not re.fullmatch(_VALUE_FORM, value):
            causes.append(wrong(field, value, _VALUE_RULE))
    return causes


def qualified_name(key: str, field: str) -> list[Cause]:
    """Return the complaints about a key such as `example.com/part`."""
    prefix, slash, name = key.rpartition("/")
    if slash and not re.fullmatch(_SUBDOMAIN_FORM, prefix):
        return [wrong(field, key, f"prefix part {_SUBDOMAIN_RULE}")]
    if not name or len(name) > _LABEL_MAX or not re.fullmatch(_QUALIFIED_FORM, name):
        return [wrong(field, key, _QUALIFIED_RULE)]
    return []


def dns_label(name: str, field: str) -> list[Cause]:
    """Return the complaints about a name that must be one DNS label."""
    if not name:
        return [missing(field)]
    if len(name) > _LABEL_MAX:
        return [wrong(field, name, "must be no more than 63 characters")]
    return [] if re.fullmatch(_LABEL_FORM, name) else [wrong(field, name, _LABEL_RULE)]


def _object_name(kind: Kind, meta: Object) -> list[Cause]:
    name = meta.get("name", "")
    field = "metadata.name"
    if not name:
        return [missing(field, "name or generateName is required")]
    match kind.name:
        case "Event":
            fits, rule = not re.search("[/%]", name) and name not in {".", ".."}, _PATH_RULE
        case "Namespace":
            return dns_label(name, field)
        case "Service":
            fits, rule = bool(_SERVICE_NAME.fullmatch(name)), _SERVICE_RULE
        case _:
            fits, rule = bool(_SUBDOMAIN.fullmatch(name)), _SUBDOMAIN_RULE
    if len(name) > _SUBDOMAIN_MAX:
        fits, rule = False, f"must be no more than {_SUBDOMAIN_MAX} characters"
    return [] if fits else [wrong(field, name, rule)]
