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
        ("web/theme.css", "-a { color: red }\n+a { color: blue }"),
        ("deploy/staging/tls.yaml", "-  cert: a1\n+  cert: b2"),
        ("pkg/cart/cart.go", "-\t// sums up\n+\t// adds up"),
        ("pkg/cart/cart.go", '+\tlog.Info("added", "id", id)'),
        ("pkg/cart/cart.go", '-\tlog.Info("added", id)\n+\tlog.Debug("added", id)'),
        ("svc/cart.py", ' def add(basket):\n+    log.info("adding to %s", basket)'),
        ("pkg/cart/cart.go", "-\ta  := 1\n+\ta := 1"),
        ("pkg/cart/cart.go", '-\t"fmt"\n-\t"errors"\n+\t"errors"\n+\t"fmt"'),
        ("svc/pay.py", "-import os\n-from re import sub\n+from re import sub\n+import os"),
        ("deploy/x.yaml", " a:\n-  c: 1\n-  b: 2\n+  b: 2\n+  c: 1"),
        ("conf/app.json", '-  "b": 2,\n-  "a": 1\n+  "a": 1,\n+  "b": 2'),
        (
            "svc/o.py",
            "-    self._flags = f\n+    self._switches = f\n     x = 1\n-    if self._flags:\n+    if self._switches:",
        ),
        ("README.md docs/setup.txt svc/tests/test_pay.py LICENSE", "-a\n+b"),
        ("config/values-staging.yaml", "-a: 1\n+a: 2"),
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


@pytest.mark.parametrize(
    ("path", "diff"),
    [
        ("web/theme.ts", "-red\n+blue"),
        (
            "pkg/cart/metrics.go",
            "+\tadds = prometheus.NewCounter(opts)\n+\tprometheus.MustRegister(adds)",
        ),
        ("pkg/cart/cart.go", '+\tlog.Info("added", "id", cart.Owner.ID)'),
        ("pkg/cart/cart.js", '+  console.log("added", nowhere)'),
        ("svc/cart.py", '+    log.info(f"added {cart.owner}")'),
        ("pkg/api/api.go", '-const Version = "1.2.3"\n+const Version = "2.0.0"'),
        ("scripts/start.sh", "-a\n+b"),
        ("svc/p.go", "-\t// plain\n+\t//go:build linux"),
        (".github/workflows/deploy.yml", "-a\n+b"),
        (
            ".github/workflows/build.yml",
            "-  run: helm upgrade shop\n+  run: helm upgrade --set a=0 shop",
        ),
        ("src/prompts/system.md", "-Be brief.\n+Be thorough."),
    ],
)
def test_what_hardly_breaks_a_service_is_not_taken_for_proven(path: str, diff: str) -> None:
    found = innocence.judge(commit("a", 1, "chore", path, diff))

    assert found is not None
    assert not found.is_proven


@pytest.mark.parametrize(
    ("path", "diff"),
    [
        ("svc/price.py", "-    p = catalog.find(sku)\n+    p = catalog.find(sku).price"),
        ("svc/price.py", "-    if catalog.has(sku):\n+    catalog.price(sku)"),
        ("pkg/url.go", '-\tu := fmt.Sprintf("%s/v1", b)\n+\tu := fmt.Sprintf("%s/v2", b)'),
        ("svc/s.py", "-  s3.get_object(Bucket=b, Key=key)\n+  s3.get_object(Bucket=b, Key=name)"),
        ("svc/pay.py", "-    transfer(source, target)\n+    transfer(target, source)"),
        ("svc/pay.py", "-    return a - b\n+    return b - a"),
        ("svc/pay.py", "-        commit(session)\n+    commit(session)"),
        ("svc/pay.py", "-    return total()\n+    return total"),
        ("svc/p.c", "-  flags = a & b;\n+  flags = a | b;"),
        ("svc/p.c", "---i;\n+++i;"),
        ("svc/p.go", "-\tb := 2\n-\tf()\n+\tf()\n+\tb := 2"),
        ("svc/p.go", "-\tf()\n \tg()\n+\tf()"),
        ("svc/p.go", '-\tsay("a  b")\n+\tsay("a b")'),
        ("svc/p.go", '+\tlog.Fatal("gone")'),
        ("svc/p.py", '+    log.info("a")\n+    raise KeyError'),
        ("svc/o.py", "-    self._flags = f\n+    self._switches = f\n     if self._flags:"),
        ("svc/o.py", "-    self._flags = self._on\n+    self._on = self._flags"),
        ("svc/o.py", "-    self.flags = f\n+    self.switches = f"),
        ("svc/o.py", "-    self._flags = f(a, b)\n+    self._switches = f(b, a)"),
        ("conf/app.json", '-  "a": [1],\n+  "a": 1'),
        ("deploy/x.yaml", "-  a: 1\n b:\n+  a: 1"),
        ("deploy/x.yaml", "-    a: 1\n+  a: 1"),
        ("deploy/x.yaml", "-        image: redis:6.2.1\n+        image: redis:7.0.0"),
        ("src/lim.c", "-#define MAX_CONN 100\n+#define MAX_CONN 1"),
        ("src/main/java/com/example/Pay.java", "-  return x;\n+  throw new Error();"),
        ("svc/checkout/local_cache.py", "-  return x\n+  raise KeyError(k)"),
        ("services/dev-portal/app.py", "-  return x\n+  raise KeyError(k)"),
        ("services/notices/notice_service.py", "-  return x\n+  raise KeyError(k)"),
        ("src/license.go", "-  return x\n+  panic(k)"),
        ("tools/gateway/main.go", "-  return x\n+  panic(k)"),
        ("spec/openapi.yaml", "-  required: [a]\n+  required: [a, b]"),
        ("dashboard/src/main.ts", "-  go()\n+  stop()"),
        ("package.json", '-    "pg": "7.18.2",\n+    "pg": "8.0.0",'),
        ("deploy/Chart.yaml", '-  tag: "7.18.2"\n+  tag: "8.0.0"'),
        ("ai/prompts/system.txt", "-Be brief.\n+Be thorough."),
    ],
)
def test_what_looks_harmless_and_is_not_has_no_reason(path: str, diff: str) -> None:
    assert innocence.judge(commit("a", 1, "chore", path, diff)) is None


def test_a_diff_that_leaves_files_out_proves_nothing() -> None:
    diff = "--- a/one.go\n+++ b/one.go\n@@ -1 +1 @@\n-\t// a\n+\t// b"

    assert innocence.reason(commit("a", 1, "chore", "one.go", diff)) == "it touches only comments"
    assert innocence.reason(commit("a", 1, "chore", "one.go two.go", diff)) is None


def test_a_newer_patch_version_is_a_small_bump_and_a_new_minor_one_is_not() -> None:
    small = commit("a", 1, "bump", "go.mod", "-\tgit.example/x v1.4.1\n+\tgit.example/x v1.4.2")
    great = commit("b", 1, "bump", "go.mod", "-\tgit.example/x v1.4.1\n+\tgit.example/x v1.5.0")

    assert innocence.is_small_bump(small)
    assert not innocence.is_small_bump(great)


def test_a_bump_that_nobody_saw_is_not_known_to_be_small() -> None:
    assert not innocence.is_small_bump(commit("a", 1, "bump", "go.mod"))


@pytest.mark.parametrize(
    ("path", "diff"),
    [
        pytest.param(
            "svc/o.js", "-  find(user._id)\n+  find(user._key)", id="a field of a document"
        ),
        pytest.param("svc/o.js", "-  save({ _id: 1 })\n+  save({ _key: 1 })", id="a key"),
        pytest.param("svc/o.js", "-  a = /x  y/\n+  a = /x y/", id="a pattern"),
        pytest.param("svc/run.sh", " cat <<EOF\n-a  b\n+a b\n EOF", id="a text that is handed on"),
        pytest.param("svc/q.go", " q := `\n-a  b\n+a b\n `", id="a raw text"),
        pytest.param(
            "deploy/c.yaml", "   app.conf: |\n-    # on\n+    # off", id="a block of text"
        ),
    ],
)
def test_what_may_be_read_by_somebody_is_not_proven_to_be_nothing(path: str, diff: str) -> None:
    found = innocence.judge(commit("a", 1, "chore", path, diff))

    assert found is None or not found.is_proven
