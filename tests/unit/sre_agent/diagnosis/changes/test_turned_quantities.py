"""Who gives more of what lacks is not blamed for the lack of it, and who takes some away is."""

import pytest
from changes_told import commit, deploy, lines, stepped, told

from sre_agent.diagnosis.changes import judgement, scene

CASES = [
    pytest.param(
        "429 too many requests: limiter rejected client",
        "requests_per_second: {}",
        (500, 50),
        id="rate",
    ),
    pytest.param(
        "timed out acquiring connection from pool (in use 60)",
        "max_open_conns: {}",
        (60, 5),
        id="pool",
    ),
    pytest.param("container killed: out of memory", "memory: {}", ("1Gi", "512Mi"), id="memory"),
    pytest.param("cpu throttled", "cpu: {}", ("2", "500m"), id="cpu"),
    pytest.param(
        "call to ledger failed: context deadline exceeded",
        "timeout: {}",
        ("5s", "300ms"),
        id="timeout",
    ),
    pytest.param(
        "FATAL: remaining connection slots are reserved",
        "max_connections = {}",
        (400, 100),
        id="slots",
    ),
    pytest.param(
        "cache hit ratio fell, every lookup is a miss", "ttl: {}", ("600s", "60s"), id="cache"
    ),
]


def is_blamed(words: str, diff: str, path: str = "deploy/pay/values.yaml") -> bool:
    """Return whether a commit is blamed that went live just before a service failed with these words."""
    story = told(
        "pay",
        {("pay", "error_ratio"): stepped(0.003, 0.6)},
        lines("pay", words),
        [commit("p", 66, "Change", path, diff)],
        [deploy("p", 68, "pay")],
    )
    return judgement.judge(scene.build(story)).culprit is not None


@pytest.mark.parametrize(("words", "setting", "sizes"), CASES)
def test_more_of_what_lacks_is_no_reason_of_its_lack_and_less_is(
    words: str, setting: str, sizes: tuple[object, object]
) -> None:
    much, little = (setting.format(size) for size in sizes)

    assert is_blamed(words, f"@@ -9 +9 @@\n-  {much}\n+  {little}")
    assert not is_blamed(words, f"@@ -9 +9 @@\n-  {little}\n+  {much}")


def test_a_larger_pool_can_be_too_large_for_whom_it_connects_to() -> None:
    words = "FATAL: sorry, too many clients already"

    assert is_blamed(words, "@@ -9 +9 @@\n-  max_open_conns: 5\n+  max_open_conns: 60")
    assert not is_blamed(words, "@@ -9 +9 @@\n-  max_open_conns: 60\n+  max_open_conns: 5")


def test_a_program_that_takes_more_memory_for_itself_can_run_out_of_what_it_is_given() -> None:
    assert is_blamed("container killed: out of memory", "@@ -9 +9 @@\n-  heap: 1g\n+  heap: 4g")


def test_where_it_was_only_set_nobody_knows_and_both_may_be() -> None:
    assert is_blamed(
        "timed out acquiring connection from pool", "@@ -9,0 +9 @@\n+  max_open_conns: 5"
    )


@pytest.mark.parametrize(
    "diff",
    [
        "@@ -9,0 +9,2 @@\n+\tt.mu.Lock()\n+\tdefer t.mu.Unlock()",
        "@@ -9,0 +9 @@\n+from threading import Lock",
    ],
)
def test_who_adds_a_lock_is_not_blamed_for_a_race_but_for_a_wait(diff: str) -> None:
    path = "services/pay/tally.go"

    assert not is_blamed("fatal error: concurrent map writes", diff, path)
    assert is_blamed("deadlock: waiting for the lock of sums", diff, path)


def test_who_takes_a_lock_away_is_blamed_for_a_race() -> None:
    diff = "@@ -9,2 +9,0 @@\n-\tt.mu.Lock()\n-\tdefer t.mu.Unlock()"

    assert is_blamed("fatal error: concurrent map writes", diff, "services/pay/tally.go")


def test_who_gives_a_lock_back_no_more_is_blamed_for_a_wait() -> None:
    diff = "@@ -9,2 +9,1 @@\n \tt.mu.Lock()\n-\tdefer t.mu.Unlock()"

    assert is_blamed("deadlock: waiting for the lock of sums", diff, "services/pay/tally.go")


def test_an_index_is_no_reason_of_a_scan_but_of_a_wait_for_a_lock() -> None:
    path, diff = "db/42.sql", "@@ -0,0 +1 @@\n+CREATE INDEX entries_day ON entries (day);"

    assert not is_blamed("slow query: seq scan on entries (5.8 s)", diff, path)
    assert is_blamed("lock wait timeout exceeded", diff, path)


def test_an_index_that_is_gone_is_a_reason_of_a_scan() -> None:
    diff = "@@ -0,0 +1 @@\n+DROP INDEX entries_day;"

    assert is_blamed("slow query: seq scan on entries (5.8 s)", diff, "db/42.sql")


@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        ("429 too many requests", "rate_limit_per_second: 0", "rate_limit_per_second: 10"),
        ("timed out acquiring connection from pool", "max_open: -1", "max_open: 5"),
        ("container killed: out of memory", "{cpu: 1, memory: 1Gi}", "{cpu: 2, memory: 128Mi}"),
        ("QueuePool limit of size 5 reached, connection timed out", "threads: 4", "threads: 64"),
        ("FATAL: sorry, too many clients already", "max_connections: 500", "max_connections: 20"),
        ("container killed: out of memory", "page_limit: 100", "page_limit: 100000"),
        (
            "FATAL: sorry, too many clients already",
            "max_connections: 640",
            "max_connections: ${MAX}",
        ),
    ],
)
def test_what_is_not_surely_more_of_what_lacks_is_blamed(
    words: str, before: str, after: str
) -> None:
    assert is_blamed(words, f"@@ -9 +9 @@\n-  {before}\n+  {after}")


def test_who_sets_a_field_no_more_is_blamed_where_it_is_absent() -> None:
    words = "panic: runtime error: invalid memory address or nil pointer dereference"
    diff = "@@ -30,4 +30,3 @@\n \treturn &Desk{\n \t\tdb: db,\n-\t\tledger: newLedger(db),\n \t}"

    assert is_blamed(words, diff, "services/pay/desk.go")
