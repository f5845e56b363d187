"""Cut out of GitHub's OpenAPI description what the contract tests need, without its prose.

The description is 13 MB of a package of 460 MB. `npm ci` in this folder fetches it, then
`python extract.py` writes description.json anew; nothing of it is needed to run the tests.
"""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PACKAGE = HERE / "node_modules" / "@octokit" / "openapi"
TARGET = HERE.parent / "description.json"
REPOSITORY = "/repos/{owner}/{repo}"
OPERATIONS = {
    "": ("get",),
    "/commits": ("get",),
    "/commits/{ref}": ("get",),
    "/commits/{ref}/check-runs": ("get",),
    "/commits/{ref}/status": ("get",),
    "/commits/{commit_sha}/pulls": ("get",),
    "/compare/{basehead}": ("get",),
    "/contents/{path}": ("get",),
    "/deployments": ("get",),
    "/deployments/{deployment_id}/statuses": ("get",),
    "/actions/runs": ("get",),
    "/actions/runs/{run_id}": ("get",),
    "/actions/runs/{run_id}/rerun": ("post",),
    "/releases": ("get",),
    "/git/ref/{ref}": ("get",),
    "/git/refs": ("post",),
    "/git/refs/{ref}": ("patch", "delete"),
    "/git/commits": ("post",),
    "/git/commits/{commit_sha}": ("get",),
    "/git/trees": ("post",),
    "/git/trees/{tree_sha}": ("get",),
    "/git/blobs": ("post",),
    "/git/blobs/{file_sha}": ("get",),
    "/hooks": ("get", "post"),
    "/hooks/{hook_id}": ("delete",),
    "/installation": ("get",),
    "/issues": ("get", "post"),
    "/issues/{issue_number}": ("get",),
    "/issues/{issue_number}/comments": ("get", "post"),
    "/pulls": ("get", "post"),
    "/pulls/{pull_number}": ("get",),
    "/pulls/{pull_number}/commits": ("get",),
    "/pulls/{pull_number}/files": ("get",),
    "/pulls/{pull_number}/merge": ("put",),
}
ELSEWHERE = {
    "/search/code": ("get",),
    "/rate_limit": ("get",),
    "/app/installations/{installation_id}/access_tokens": ("post",),
}
PROSE = {"description", "summary", "example", "examples", "externalDocs", "tags", "title"}
HINTS = {"discriminator"}
"""What says nothing that the alternatives do not say by themselves."""
NAMES = {"properties", "schemas", "parameters", "responses", "headers", "patternProperties"}
"""Below these stand names that were chosen, which may be the same as words of prose."""


def main() -> None:
    """Write description.json."""
    whole = json.loads((PACKAGE / "generated" / "api.github.com.json").read_text("utf-8"))
    asked = {REPOSITORY + path: methods for path, methods in OPERATIONS.items()} | ELSEWHERE
    paths = {
        path: {method: _bare(whole["paths"][path][method]) for method in methods}
        for path, methods in asked.items()
    }
    components: dict[str, dict[str, Any]] = {}
    _gather(paths, whole, components)
    version = json.loads((PACKAGE / "package.json").read_text("utf-8"))["version"]
    document = {
        "openapi": whole["openapi"],
        "info": {"title": "GitHub's REST API, in part", "version": version, "license": "MIT"},
        "paths": paths,
        "components": components,
    }
    TARGET.write_text(json.dumps(document, sort_keys=True, indent=0) + "\n", "utf-8")


def _bare(node: Any, *, is_of_names: bool = False) -> Any:
    """Return a part of the description without prose."""
    if isinstance(node, list):
        return [_bare(each) for each in node]
    if not isinstance(node, dict):
        return node
    bare = {
        key: _bare(value, is_of_names=not is_of_names and key in NAMES)
        for key, value in node.items()
        if is_of_names or (key not in PROSE | HINTS and not key.startswith("x-"))
    }
    return _nulled(bare) if bare.get("nullable") is True else bare


def _nulled(schema: dict[str, Any]) -> dict[str, Any]:
    """Let null be where `nullable` alone does not: beside an enum or alternatives.

    OpenAPI 3.0 asks for more than the word; GitHub means it so, and answers null.
    """
    null = {"enum": [None], "nullable": True}
    if None not in schema.get("enum", (None,)):
        return {**schema, "enum": [*schema["enum"], None]}
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return {**schema, choice: [*schema[choice], null]}
    if "allOf" in schema:
        return {"anyOf": [{"allOf": schema["allOf"]}, null]}
    return schema


def _gather(node: Any, whole: Any, components: dict[str, dict[str, Any]]) -> None:
    """Take in what a part refers to, and what that refers to."""
    if isinstance(node, list):
        for each in node:
            _gather(each, whole, components)
    if not isinstance(node, dict):
        return
    reference = node.get("$ref")
    if isinstance(reference, str):
        _, _, kind, name = reference.split("/")
        if name not in components.setdefault(kind, {}):
            components[kind][name] = _bare(whole["components"][kind][name])
            _gather(components[kind][name], whole, components)
    for value in node.values():
        _gather(value, whole, components)


if __name__ == "__main__":
    main()
