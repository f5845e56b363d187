"""CODEOWNERS as GitHub reads it: the last rule that matches a path holds."""

import time

import pytest

from mcp_servers.github import code_owners

TEXT = """\
# who looks after what
*                 @acme/all
*.js              @acme/web   # their language
/build/logs/      @acme/ops
docs/*            docs@example.org
apps/             @acme/apps
/apps/github
**/secrets        @acme/keys
with\\ space.txt   @acme/space
!nobody           @acme/none
"""

OWNERS = {
    "README.md": ("@acme/all",),
    "web/app.js": ("@acme/web",),
    "build/logs/a/b.log": ("@acme/ops",),
    "sub/build/logs/b.log": ("@acme/all",),
    "docs/guide.md": ("docs@example.org",),
    "docs/deep/guide.md": ("@acme/all",),
    "other/apps/x.py": ("@acme/apps",),
    "apps/github/x.py": (),
    "a/b/secrets/key": ("@acme/keys",),
    "secrets": ("@acme/keys",),
    "with space.txt": ("@acme/space",),
    "nobody": ("@acme/all",),
}


@pytest.mark.parametrize("path", OWNERS)
def test_the_last_rule_that_matches_holds(path: str) -> None:
    rule = code_owners.owning(code_owners.parse(TEXT), path)

    assert rule is not None
    assert rule.owners == OWNERS[path]


def test_a_hostile_pattern_takes_no_time() -> None:
    rules = code_owners.parse("*a" * 50 + "b @x\n" + "**/a/" * 50 + "b @y\n")
    started = time.perf_counter()

    found = code_owners.owning(rules, "/".join(["a" * 200] * 100))

    assert found is None
    assert time.perf_counter() - started < 5
