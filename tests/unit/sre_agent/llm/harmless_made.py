"""Operational text without anything to hide, made from a seed: what must reach a model as it is."""

import random
import string
import uuid
from collections.abc import Callable, Iterator

_HEX = "0123456789abcdef"
_POD = "bcdfghjklmnpqrstvwxz2456789"
_SERVICES = [
    "checkout",
    "payments",
    "inventory",
    "frontend",
    "ledger",
    "search",
    "auth-gateway",
    "cart-cache",
]

FORMS: tuple[Callable[[random.Random], str], ...] = (
    lambda c: (
        f"Pod shop/{_service(c)}-{_of(c, _POD, 10)}-{_of(c, _POD, 5)} is in CrashLoopBackOff, {c.randrange(40)} restarts"
    ),
    lambda c: (
        f"Back-off pulling image registry.shop.svc:5000/team/{_service(c)}:{c.randrange(9)}.{c.randrange(40)}.{c.randrange(9)}@sha256:{_of(c, _HEX, 64)}"
    ),
    lambda c: f"merge {_of(c, _HEX, 40)} into main; reverts {_of(c, _HEX, 7)}",
    lambda c: (
        f"trace_id={_of(c, _HEX, 32)} span_id={_of(c, _HEX, 16)} parent_id={_of(c, _HEX, 16)} duration_ms={c.randrange(9000)}"
    ),
    lambda c: f"traceparent: 00-{_of(c, _HEX, 32)}-{_of(c, _HEX, 16)}-01",
    lambda c: (
        f"request_id={_uuid(c)} path=/api/v1/orders/{c.randrange(10**6)} status={c.choice([200, 404, 500, 503])}"
    ),
    lambda c: (
        f"2026-05-{c.randrange(10, 29)}T{c.randrange(10, 24)}:11:12.{c.randrange(10**9):09d}Z INFO started in {c.random() * 9:.3f}s"
    ),
    lambda c: (
        f"ts={1_763_000_000 + c.randrange(10**6)}.{c.randrange(1000):03d} offset={c.randrange(10**9)} lag={c.randrange(10**5)}"
    ),
    lambda c: (
        f"ns={1_763_000_000_000_000_000 + c.randrange(10**15)} heap_bytes={c.randrange(10**11)}"
    ),
    lambda c: (
        f"upgraded {_service(c)} from v{c.randrange(9)}.{c.randrange(30)}.{c.randrange(9)} to v{c.randrange(9)}.{c.randrange(30)}.{c.randrange(9)}-rc.{c.randrange(9)}+build.{c.randrange(999)}"
    ),
    lambda c: (
        f"dial tcp 10.{c.randrange(256)}.{c.randrange(256)}.{c.randrange(256)}:{c.choice([5432, 8080, 6379])}: connect: connection refused"
    ),
    lambda c: (
        f"endpoint 172.{c.randrange(16, 32)}.{c.randrange(256)}.{c.randrange(256)} of {_service(c)} not ready; node 192.168.{c.randrange(256)}.{c.randrange(256)}"
    ),
    lambda c: (
        f'histogram_quantile(0.99, sum(rate(http_request_duration_seconds_bucket{{service="{_service(c)}"}}[{c.randrange(1, 30)}m])) by (le)) = {c.random() * 9:.4f}'
    ),
    lambda c: (
        f'container_memory_working_set_bytes{{namespace="shop",pod="{_service(c)}-{c.randrange(9)}"}} {c.randrange(10**10)}'
    ),
    lambda c: (
        f"OOMKilled: limit {c.randrange(64, 4096)}Mi, usage {c.randrange(64, 4096)}Mi, exit code 137, signal 9"
    ),
    lambda c: (
        f"java.lang.NullPointerException at com.shop.{_service(c).replace('-', '')}.Handler.run(Handler.java:{c.randrange(900)})"
    ),
    lambda c: (
        f"goroutine {c.randrange(9000)} [running]: main.(*Server).handle(0xc000{_of(c, _HEX, 6)}, 0x{_of(c, _HEX, 8)})"
    ),
    lambda c: (
        f"GET /healthz HTTP/1.1 {c.choice([200, 503])} {c.randrange(900)}us kube-probe/1.{c.randrange(20, 40)}"
    ),
    lambda c: (
        f"etcdserver: request took too long ({c.randrange(900)}ms) to execute, revision={c.randrange(10**8)} resourceVersion={c.randrange(10**9)}"
    ),
    lambda c: (
        f"ReplicaSet {_service(c)}-{_of(c, _POD, 10)} scaled from {c.randrange(9)} to {c.randrange(9)} by deployment-controller"
    ),
    lambda c: (
        f"FailedScheduling: 0/{c.randrange(3, 60)} nodes are available: {c.randrange(9)} Insufficient cpu, {c.randrange(9)} node(s) had untolerated taint"
    ),
    lambda c: (
        f"error budget {c.random() * 100:.2f}% left, burn rate {c.random() * 20:.1f} over 1h and {c.random() * 9:.1f} over 6h"
    ),
    lambda c: (
        f"deadlock detected: process {c.randrange(9000)} waits for ShareLock on transaction {c.randrange(10**8)}; blocked by process {c.randrange(9000)}"
    ),
    lambda c: (
        f"x509: certificate has expired or is not yet valid: current time 2026-05-0{c.randrange(1, 9)}T10:11:12Z is after 2026-04-30T00:00:00Z"
    ),
    lambda c: (
        f"kafka: partition orders-{c.randrange(24)} leader epoch {c.randrange(99)} high watermark {c.randrange(10**9)} group {_service(c)}"
    ),
    lambda c: (
        f"env LOG_LEVEL=debug HTTP_TIMEOUT={c.randrange(60)}s GOMAXPROCS={c.randrange(1, 9)} FEATURE_{_of(c, string.ascii_uppercase, 6)}=true"
    ),
    lambda c: (
        f"alert HighErrorRate firing since 11:58:{c.randrange(10, 60)} for {_service(c)}.shop.svc.cluster.local:8080, value {c.random():.4f}"
    ),
    lambda c: (
        f"configmap/{_service(c)}-config changed: max_connections {c.randrange(10, 99)} -> {c.randrange(10, 99)}, max_tokens={c.randrange(10**4)}"
    ),
    lambda c: (
        f"diff --git a/charts/{_service(c)}/values.yaml index {_of(c, _HEX, 9)}..{_of(c, _HEX, 9)} 100644"
    ),
    lambda c: (
        f"cache key=orders:{c.randrange(10**6)}:v{c.randrange(9)} miss ratio {c.random():.3f}; idempotency-key: {_uuid(c)}"
    ),
    lambda c: (
        f"volume pvc-{_uuid(c)} attached to node ip-10-0-{c.randrange(256)}-{c.randrange(256)}.eu-central-1.compute.internal"
    ),
    lambda c: (
        f"cpu throttled {c.random() * 100:.1f}% over 15m; quota {c.randrange(10, 900)}m; periods {c.randrange(10**5)}/{c.randrange(10**6)}"
    ),
    lambda c: (
        f"git clone git@github.com:shop/{_service(c)}.git at refs/tags/v{c.randrange(9)}.{c.randrange(9)} ({_of(c, _HEX, 12)})"
    ),
    lambda c: (
        f"systemd[1]: {_service(c)}.service: Main process exited, code=exited, status={c.randrange(256)}/FAILURE"
    ),
    lambda c: (
        f'the password was wrong for role app; {c.randrange(90)} authentication failures, secret "shop/{_service(c)}-tls" not found'
    ),
    lambda c: (
        f"upstream prematurely closed connection, upstream: http://10.0.{c.randrange(256)}.{c.randrange(256)}:8080/v1/charge, host: {_service(c)}.shop"
    ),
    # What reads a secret from elsewhere, in source and settings.
    lambda c: f'+    password = request.form["{_service(c)}"]',
    lambda c: f'+\ttoken := r.Header.Get("X-{_service(c)}")',
    lambda c: f"+  password: ${{{_of(c, string.ascii_uppercase, 8)}}}",
    lambda c: f"+    setPassword(password); retries = {c.randrange(9)}",
    lambda c: f"+  secretKeyRef: {{name: {_service(c)}, key: value}}",
    lambda c: (
        f"+  - name: DB_PASSWORD\n+    valueFrom:\n+      secretKeyRef:\n+        name: {_service(c)}"
    ),
    lambda c: f"+kind: ConfigMap\n+data:\n+  HOST: {_service(c)}\n-  PORT: '{c.randrange(9000)}'",
    lambda c: f"+if not password:\n+    return {c.randrange(9)}",
)


def lines(seed: int, each: int) -> Iterator[str]:
    """Yield so many lines of each form."""
    chance = random.Random(seed)
    for form in FORMS:
        for _ in range(each):
            yield form(chance)


def _of(chance: random.Random, alphabet: str, size: int) -> str:
    return "".join(chance.choices(alphabet, k=size))


def _service(chance: random.Random) -> str:
    return chance.choice(_SERVICES)


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
