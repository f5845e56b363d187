"""Stories of incidents, each with the change that is to blame, or with changes that are merely near."""

from changes_told import at, commit, deploy, lines, rising, stepped, told

from sre_agent.diagnosis.changes.told import Told
from sre_agent.domain.changes import Commit, StatusNotice


def tidy(minute: float, service: str) -> Commit:
    """Return a decoy: the same in other words, in the service that fails, just before it does."""
    return commit(
        "t",
        minute,
        f"refactor: tidy {service} handler",
        f"services/{service}/handler.go",
        "@@ x @@\n-\tif err != nil {\n-\t\thttp.Error(w, err.Error(), 500)\n-\t\treturn\n-\t}\n"
        "+\tif failed(w, err) {\n+\t\treturn\n+\t}",
    )


LOGS = commit(
    "l",
    50,
    "feat: log request id",
    "internal/log/mw.go",
    '@@ a @@\n+\tlog.Info("request", "id", id)',
)


BUMP = commit(
    "b",
    60,
    "chore: bump deps",
    "go.mod go.sum",
    "@@ go.mod @@\n-\tgoogle.golang.org/grpc v1.60.1\n+\tgoogle.golang.org/grpc v1.60.2",
)


def changed(
    service: str,
    metrics: dict[tuple[str, str], list[float]],
    words: str,
    path: str,
    diff: str,
    *,
    message: str = "chore: small change",
    minute: float = 66,
) -> Told:
    """Return an incident with one real change and a decoy that went live after it."""
    culprit = commit("p", minute, message, path, diff)
    return told(
        service,
        metrics,
        lines(service, words),
        [culprit, tidy(67, service), LOGS, BUMP],
        [deploy("p", minute + 2, service), deploy("t", 69, service)],
    )


GUILTY = {
    "a pool that became smaller": changed(
        "orders",
        {
            ("orders", "http_p99_ms"): stepped(80, 4000),
            ("orders", "db_pool_wait_ms"): stepped(2, 900),
        },
        "timed out acquiring connection from pool (in use 5)",
        "services/orders/config.yaml",
        "@@ c @@\n-  max_open_conns: 60\n+  max_open_conns: 5",
    ),
    "a timeout in another unit": changed(
        "orders",
        {("orders", "error_ratio"): stepped(0.003, 0.4)},
        "call to ledger failed: context deadline exceeded after 300ms",
        "services/orders/client.go",
        "@@ c @@\n-\tclient := ledger.New(5 * time.Second)\n+\tclient := ledger.New(300 * time.Millisecond)",
    ),
    "a query for each element": changed(
        "catalog",
        {("catalog", "http_p99_ms"): stepped(90, 2500)},
        "slow request: 310 queries in 2400 ms",
        "services/catalog/list.py",
        "@@ c @@\n-    prices = price_repo.find_many(ids)\n-    return [render(p, prices[p.id]) for p in products]\n+    return [render(p, price_repo.find(p.id)) for p in products]",
    ),
    "a setting that is read by another name": changed(
        "mail",
        {("mail", "error_ratio"): stepped(0.003, 1.0)},
        'required setting "SMTP_RELAY" is not set',
        "services/mail/config.go",
        '@@ c @@\n-\trelay := os.Getenv("SMTP_HOST")\n+\trelay := must(os.Getenv("SMTP_RELAY"))',
    ),
    "a pattern that backtracks": changed(
        "router",
        {
            ("router", "cpu_utilization"): stepped(0.2, 0.99),
            ("router", "http_p99_ms"): stepped(20, 3000),
        },
        "request timed out in path matching",
        "services/router/match.js",
        "@@ c @@\n-const OK = /^[a-z]+$/\n+const OK = /^([a-z]+)+$/",
    ),
    "a leeway that is gone": changed(
        "gateway",
        {("gateway", "http_401_ratio"): stepped(0.003, 0.5)},
        "401 unauthorized: token used before issued (iat)",
        "services/gateway/auth.go",
        "@@ c @@\n-\tparser := jwt.NewParser(jwt.WithLeeway(30*time.Second))\n+\tparser := jwt.NewParser()",
    ),
    "a lower limit": changed(
        "gateway",
        {("gateway", "http_429_ratio"): stepped(0.001, 0.6)},
        "429 too many requests: limiter rejected client",
        "deploy/gateway/limits.yaml",
        "@@ c @@\n-  requests_per_second: 500\n+  requests_per_second: 50",
    ),
    "an index that was dropped": changed(
        "ledger",
        {("ledger", "db_query_p99_ms"): stepped(12, 6000)},
        "slow query: seq scan on entries filter account_id (5.8 s)",
        "migrations/0042.sql",
        "@@ c @@\n+DROP INDEX entries_account_id;",
    ),
    "a column that was renamed": changed(
        "ledger",
        {("ledger", "error_ratio"): stepped(0.01, 0.7)},
        'pq: column "owner_ref" does not exist',
        "migrations/0043.sql",
        "@@ c @@\n+ALTER TABLE accounts RENAME COLUMN owner_ref TO owner_id;",
    ),
    "a guard that is gone": changed(
        "pay",
        {("pay", "error_ratio"): stepped(0.01, 0.7)},
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "services/pay/receipt.go",
        "@@ c @@\n-\tif order.Voucher == nil {\n-\t\treturn 0\n-\t}\n \treturn order.Voucher.Cents",
    ),
    "a lock that is gone": changed(
        "pay",
        {("pay", "error_ratio"): stepped(0.01, 0.7)},
        "fatal error: concurrent map writes",
        "services/pay/tally.go",
        "@@ c @@\n-\tt.mu.Lock()\n-\tdefer t.mu.Unlock()\n \tt.sums[day] += cents",
    ),
    "a subscription that is never closed": changed(
        "feed",
        {("feed", "http_p99_ms"): stepped(50, 2000)},
        "accept: too many open files",
        "services/feed/stream.go",
        "@@ c @@\n-\tdefer sub.Close()\n+\tgo pump(sub)",
    ),
    "fewer replicas": changed(
        "api",
        {("api", "cpu_utilization"): stepped(0.4, 0.99), ("api", "http_p99_ms"): stepped(50, 2000)},
        "request timed out waiting for worker",
        "deploy/api/values.yaml",
        "@@ c @@\n-  replicas: 8\n+  replicas: 2",
    ),
    "one message at a time": changed(
        "worker",
        {("worker", "queue_lag_messages"): rising(20, 90000, 70)},
        "consumer lag growing on topic invoices",
        "services/worker/consumer.py",
        "@@ c @@\n-    channel.basic_qos(prefetch_count=50)\n+    channel.basic_qos(prefetch_count=1)",
    ),
    "a step too far": changed(
        "list",
        {("list", "error_ratio"): stepped(0.001, 0.3)},
        "runtime error: index out of range [20] with length 20\nlist/page.go:41 Page.last",
        "services/list/page.go",
        "@@ c @@\n-\tfor i := 0; i < len(items); i++ {\n+\tfor i := 0; i <= len(items); i++ {",
    ),
}


def decoyed(
    service: str,
    metrics: dict[tuple[str, str], list[float]],
    words: str,
    *others: Commit,
    notices: tuple[StatusNotice, ...] = (),
) -> Told:
    """Return an incident that no change is the reason of, with decoys that went live just before."""
    return told(
        service,
        metrics,
        lines(service, words),
        [tidy(66, service), LOGS, BUMP, *others],
        [
            deploy("t", 68, service),
            deploy("b", 61, service),
            *(deploy(item.sha[0], 67, service) for item in others),
        ],
        notices=notices,
    )


INNOCENT = {
    "a provider that is out": decoyed(
        "checkout",
        {("checkout", "payment_error_ratio"): stepped(0.003, 0.6)},
        "POST https://api.acmepay.com/v1/charges: 503 Service Unavailable",
        commit(
            "p",
            64,
            "refactor: rename payment client variables",
            "services/checkout/pay.go",
            "@@ c @@\n-\tc := pay.NewClient(key)\n-\treturn c.Charge(ctx, amt)\n"
            "+\tclient := pay.NewClient(key)\n+\treturn client.Charge(ctx, amount)",
        ),
    ),
    "a certificate that expired": decoyed(
        "gateway",
        {("gateway", "tls_handshake_errors"): stepped(0.1, 50)},
        "x509: certificate has expired or is not yet valid",
        commit(
            "p",
            58,
            "chore: rotate cert",
            "deploy/staging/tls.yaml",
            "@@ x @@\n-  cert: a1b2\n+  cert: c3d4",
        ),
    ),
    "more visitors": decoyed(
        "web",
        {
            ("web", "http_p99_ms"): stepped(80, 1500),
            ("web", "requests_per_sec"): stepped(300, 2600, 69),
        },
        "request shed: too many in flight",
    ),
    "a full disk": decoyed(
        "store",
        {("store", "write_error_ratio"): stepped(0.001, 0.9)},
        "write failed: no space left on device",
    ),
    "a network that is out": decoyed(
        "cart",
        {("cart", "error_ratio"): stepped(0.01, 0.4)},
        "dial tcp 10.2.3.4:5432: no route to host",
        notices=(
            StatusNotice(component="network", at_s=at(70), status="degraded", text="packet loss"),
        ),
    ),
    "one record that nobody can read": decoyed(
        "ingest",
        {("ingest", "validation_error_ratio"): stepped(0.001, 0.9)},
        "cannot book parcel: weight below zero; event_id=ev-77a41 offset=991; trying again",
    ),
    "names that do not resolve": decoyed(
        "mail",
        {("mail", "send_error_ratio"): stepped(0.001, 0.9)},
        "lookup smtp.post.example on 10.0.0.10:53: no such host",
    ),
    "nothing that is known": decoyed(
        "ledger",
        {("ledger", "error_ratio"): stepped(0.01, 0.7)},
        "replica lag 90 s: reads are stale",
    ),
}
