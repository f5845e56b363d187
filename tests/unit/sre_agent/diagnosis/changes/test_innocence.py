"""Some changes cannot break a running service."""

import pytest
from changes_told import commit

from sre_agent.diagnosis.changes import innocence


@pytest.mark.parametrize(
    ("path", "diff"),
    [
        ("docs/setup.md", "+read this"),
        ("pkg/money/convert_test.go", "+\tt.Run()"),
        (".github/workflows/build.yml", "+  - uses: cache"),
        ("web/theme.ts", "-red\n+blue"),
        ("deploy/staging/tls.yaml", "-  cert: a1\n+  cert: b2"),
        ("pkg/cart/cart.go", "-\t// sums up\n+\t// adds up"),
        ("pkg/cart/cart.go", '+\tlog.Info("added", "id", id)'),
        (
            "pkg/cart/metrics.go",
            "+\tadds = prometheus.NewCounter(opts)\n+\tprometheus.MustRegister(adds)",
        ),
        ("pkg/cart/version.go", '-const Version = "1.2.3"\n+const Version = "1.2.4"'),
    ],
)
def test_what_cannot_break_a_service_has_a_reason_to_be_innocent(path: str, diff: str) -> None:
    assert innocence.reason(commit("a", 1, "chore", path, diff)) is not None


@pytest.mark.parametrize(
    ("path", "diff"),
    [
        ("pkg/cart/cart.go", "-\tttl := 300\n+\tttl := 3"),
        ("docs/setup.md pkg/cart/cart.go", "-\ta(1)\n+\ta(2)"),
        ("pkg/cart/cart.go", '-\tcheck(id)\n+\tlog.Info("added", "id", id)'),
        ("pkg/cart/cart.go", ""),
    ],
)
def test_what_touches_the_service_has_none(path: str, diff: str) -> None:
    assert innocence.reason(commit("a", 1, "chore", path, diff)) is None


def test_a_newer_patch_version_is_a_small_bump_and_a_new_minor_one_is_not() -> None:
    small = commit("a", 1, "bump", "go.mod", "-\tgit.example/x v1.4.1\n+\tgit.example/x v1.4.2")
    great = commit("b", 1, "bump", "go.mod", "-\tgit.example/x v1.4.1\n+\tgit.example/x v1.5.0")

    assert innocence.is_small_bump(small)
    assert not innocence.is_small_bump(great)
