"""Which file of a repository a frame of a stack stands in."""

import pytest
from changes_told import commit, lines, stepped, told

from sre_agent.diagnosis.changes import paths, scene

PACKAGE = "com/acme/pay"


@pytest.mark.parametrize(
    ("file", "others", "expected"),
    [
        ("/app/services/pay/price.py", ["services/pay/price.py"], {"services/pay/price.py"}),
        ("/app/services/pay/price.py", ["services/ship/price.py"], set()),
        (
            "/app/services/pay/price.py",
            ["price.py", "services/pay/price.py"],
            {"services/pay/price.py"},
        ),
        ("Price.java", ["a/Price.java", "b/Price.java"], {"a/Price.java", "b/Price.java"}),
        ("/srv/price.py", ["src/price.py"], {"src/price.py"}),
        ("/app/price.py", ["orders.py"], set()),
        *(
            (f"{told}/Price.java", [f"svc/src/main/java/{PACKAGE}/Price.java"], set())
            for told in ("com/acme/ship", "org/acme/pay", "org/other")
        ),
        (
            f"{PACKAGE}/Price.java",
            [f"svc/src/main/java/{PACKAGE}/Price.java", "old/Price.java"],
            {f"svc/src/main/java/{PACKAGE}/Price.java"},
        ),
        (
            "com/acme/pay/Price.kt",
            ["src/main/kotlin/pay/Price.kt"],
            {"src/main/kotlin/pay/Price.kt"},
        ),
        ("com/acme/pay/Price.java", ["pay/Price.java"], {"pay/Price.java"}),
        (
            "Price.java",
            [f"src/main/java/{PACKAGE}/Price.java"],
            {f"src/main/java/{PACKAGE}/Price.java"},
        ),
    ],
)
def test_the_file_whose_folders_are_most_alike_is_meant(
    file: str, others: list[str], expected: set[str]
) -> None:
    assert paths.alike(file, others) == expected


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("/usr/local/lib/python3.11/site-packages/requests/models.py", "services/pay/models.py"),
        ("/app/node_modules/express/lib/index.js", "src/index.js"),
        ("/go/pkg/mod/github.com/acme/x@v1.2.0/server.go", "cmd/server.go"),
    ],
)
def test_a_file_of_a_library_is_none_of_the_repository(file: str, path: str) -> None:
    said = lines("pay", f'ValueError: odd\n  File "{file}", line 9, in f')
    metrics = {("pay", "error_ratio"): stepped(0.01, 0.7)}

    found = scene.build(told("pay", metrics, said, [commit("a", 60, "Tidy", path)], []))

    assert found.frames == ()
    assert found.stack_places == {}


@pytest.mark.parametrize(
    ("package", "is_touched"),
    [("com.acme.pay", True), ("com.acme.ship", False), ("org.other", False)],
)
def test_a_class_of_the_same_name_in_another_package_is_another(
    package: str, is_touched: bool
) -> None:
    path = f"services/pay/src/main/java/{PACKAGE}/Price.java"
    trace = f"java.lang.IllegalStateException: odd\n\tat {package}.Price.total(Price.java:9)"
    metrics = {("pay", "error_ratio"): stepped(0.01, 0.7)}

    found = scene.build(
        told("pay", metrics, lines("pay", trace), [commit("a", 60, "Tidy", path)], [])
    )

    assert found.stack_places == {
        f"{package.replace('.', '/')}/Price.java": {path} if is_touched else set()
    }


def test_the_language_itself_is_none_of_the_repository() -> None:
    trace = "\n".join(
        (
            "java.util.NoSuchElementException",
            "\tat java.base/java.util.Optional.get(Optional.java:143)",
        )
    )
    metrics = {("pay", "error_ratio"): stepped(0.01, 0.7)}
    own = commit("a", 60, "Tidy", "src/main/java/com/acme/Optional.java")

    found = scene.build(told("pay", metrics, lines("pay", trace), [own], []))

    assert found.frames == ()
