"""A name that complaints mention founds no verdict on who merely writes it."""

import pytest
from changes_told import commit, deploy, lines, stepped, told

from sre_agent.diagnosis.changes import judgement, scene
from sre_agent.diagnosis.changes.commits import HARMLESS
from sre_agent.diagnosis.changes.judgement import Judgement


def judged(words: str, path: str, diff: str) -> Judgement:
    story = told(
        "pay",
        {("pay", "error_ratio"): stepped(0.003, 0.6)},
        lines("pay", words),
        [commit("p", 66, "Change", path, diff)],
        [deploy("p", 68, "pay")],
    )
    return judgement.judge(scene.build(story))


@pytest.mark.parametrize(
    ("words", "path", "diff"),
    [
        (
            'pq: too many connections for role "orders"',
            "deploy/pay/values.yaml",
            '@@ -9 +9,2 @@\n labels:\n+  team: "orders"',
        ),
        (
            "PaymentGatewayException: upstream answered 503 for chargeCard",
            "pay/menu.ts",
            "@@ -9 +9,2 @@\n   a,\n+  { title: chargeCard },",
        ),
        (
            "could not connect to orders_db:5432: Connection refused",
            "pay/report.py",
            '@@ -9 +9,2 @@\n     pass\n+    report("rows", orders_db.count())',
        ),
    ],
)
def test_who_writes_a_name_that_fails_is_not_blamed_for_that(
    words: str, path: str, diff: str
) -> None:
    assert judged(words, path, diff).culprit is None


def test_a_name_that_stood_there_is_not_brought_and_a_line_that_logs_it_does_no_harm() -> None:
    words = "SMTPError: 421 too many connections from smtp_relay"
    diff = (
        '@@ -9,2 +9,3 @@\n logger.info("sent")\n smtp_relay = relay\n'
        '+logger.info("relay %s", smtp_relay)'
    )

    found = judged(words, "pay/send.py", diff)

    rules = {reason.rule for reason in found.charges[0].reasons}
    assert HARMLESS in rules
    assert "words.brought" not in rules


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("unhandled exception: ValueError: 500", "    raise ValueError(order)"),
        ("IllegalCartException: cart 7", "    throw new IllegalCartException(cart.id);"),
        ("500: voucher has expired", '    return errors.New("voucher has expired")'),
    ],
)
def test_who_raises_what_is_complained_of_is_blamed(words: str, line: str) -> None:
    diff = f"@@ -9,2 +9,2 @@\n def total(order):\n-    return order.net\n+{line}"

    assert judged(words, "pay/total.py", diff).culprit is not None


def test_who_takes_the_name_away_is_blamed() -> None:
    words = "ImportError: cannot import name 'chargeCard' from 'pay.gateway'"
    diff = "@@ -9,2 +9,1 @@\n a = 1\n-chargeCard = charge"

    assert judged(words, "pay/gateway.py", diff).culprit is not None


@pytest.mark.parametrize(
    ("words", "diff"),
    [
        (
            "UnboundLocalError: local variable 'total' referenced before assignment",
            "@@ -9,2 +9,4 @@\n log(order)\n+if order.refund:\n+    total = 0\n total += order.cents",
        ),
        (
            "ReferenceError: Cannot access 'sessionStore' before initialization",
            "@@ -5,2 +5,3 @@\n const app = make()\n+app.use(sessionStore)\n const sessionStore = open()",
        ),
        (
            'column "vat_code" of relation "orders" does not exist',
            "@@ -5,2 +5,3 @@\n q = insert(\n+    vat_code=o.vat_code,\n     id=o.id)",
        ),
    ],
)
def test_who_writes_a_name_that_is_missed_is_blamed(words: str, diff: str) -> None:
    assert judged(words, "pay/save.py", diff).culprit is not None
