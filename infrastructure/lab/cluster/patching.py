"""The patch of a request, applied to a document by the rules of its content type."""

from __future__ import annotations

from typing import Any

from infrastructure.lab.cluster import calls, errors, jsonpatch, jsonvalue, strategic
from infrastructure.lab.cluster.calls import MAX_DEPTH, Call
from infrastructure.lab.cluster.errors import ApiError
from infrastructure.lab.cluster.kinds import Kind

Object = dict[str, Any]

_JSON_PATCH = "application/json-patch+json"
_MERGE_PATCH = "application/merge-patch+json"
_STRATEGIC_PATCH = "application/strategic-merge-patch+json"
_MAX_GROWTH = 4 * 1024 * 1024
"""Operations times document size that a JSON patch may cost, a guard against copy bombs."""


def apply(kind: Kind, call: Call, document: Object) -> Object:
    """Return the document after the request's patch.

    Raises:
        ApiError: 415 for an unknown content type, 400 for a malformed patch, 422 for one that does not fit.
    """
    media = call.content_type.partition(";")[0].strip()
    if media not in {_JSON_PATCH, _MERGE_PATCH, _STRATEGIC_PATCH}:
        raise errors.unsupported_media_type()
    body = calls.parsed(call.raw)
    try:
        patched = _applied(media, document, body)
    except jsonpatch.MalformedPatchError as error:
        raise errors.bad_request(f"error decoding patch: {error}") from error
    except jsonpatch.PatchError as error:
        raise _unfit(kind, media, error) from error
    if not isinstance(patched, dict) or jsonvalue.is_deeper(patched, MAX_DEPTH):
        raise errors.bad_request("the patch does not leave an object")
    return patched


def _applied(media: str, document: Object, body: Any) -> Any:
    if media == _JSON_PATCH:
        return jsonpatch.apply(document, body)
    if not isinstance(body, dict):
        raise jsonpatch.MalformedPatchError("json: cannot unmarshal into an object")
    if media == _MERGE_PATCH:
        return jsonpatch.merge(document, body)
    return strategic.apply(document, body)


def _unfit(kind: Kind, media: str, error: jsonpatch.PatchError) -> ApiError:
    if media == _JSON_PATCH:
        message = f"the server rejected our request due to an error in our request: {error}"
        return ApiError(422, "Invalid", message, {})
    return ApiError(400, "BadRequest", f"{kind.name}: {error}")
