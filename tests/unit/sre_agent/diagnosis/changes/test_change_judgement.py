"""Which change is blamed: what fits is, what is merely near is not, and often none is."""

import pytest
from change_stories import GUILTY, INNOCENT, LOGS, changed, tidy
from changes_told import at, commit, deploy, lines, stepped, told

from sre_agent.diagnosis.changes import judgement, scene
from sre_agent.diagnosis.changes.judgement import Judgement
from sre_agent.diagnosis.changes.told import Told
from sre_agent.domain.changes import Deploy, FlagChange


def judged(story: Told) -> Judgement:
    return judgement.judge(scene.build(story))


def blamed(story: Told) -> str:
    """Return the first letter of the commit that is blamed, or none."""
    culprit = judged(story).culprit
    return culprit.commit.sha[0] if culprit else "none"


@pytest.mark.parametrize("name", GUILTY)
def test_a_change_is_blamed_where_what_it_breaks_is_what_fails(name: str) -> None:
    assert blamed(GUILTY[name]) == "p"


@pytest.mark.parametrize("name", INNOCENT)
def test_a_change_that_is_merely_near_is_not_blamed(name: str) -> None:
    assert blamed(INNOCENT[name]) == "none"


def test_what_went_live_after_the_onset_is_no_reason() -> None:
    late = changed(
        "ledger",
        {("ledger", "error_ratio"): stepped(0.01, 0.7)},
        "pq: could not serialize access",
        "services/ledger/tx.go",
        "@@ c @@\n+\ttx.Isolation = sql.LevelSerializable",
        minute=72,
    )

    found = judged(late)

    assert "p" not in {charge.commit.sha[0] for charge in found.charges}


def test_a_module_that_a_new_version_brought_is_blamed_and_not_the_bump() -> None:
    module = commit(
        "m",
        60,
        "tidy names",
        "libs/parcel/parcel.go",
        '@@ p @@\n-\tWeight int `json:"weight_g"`\n+\tWeight int `json:"grams"`',
    )
    vehicle = commit(
        "v",
        64,
        "take the new module",
        "packer/go.mod",
        "@@ go.mod @@\n-\tgit.example/libs/parcel v1.4.0\n+\tgit.example/libs/parcel v1.5.0",
    )
    story = told(
        "shipper",
        {("shipper", "decode_error_ratio"): stepped(0.001, 0.9)},
        lines("shipper", "cannot decode parcel: missing field 'weight_g'"),
        [module, vehicle, tidy(66, "shipper"), LOGS],
        [deploy("v", 67, "packer"), deploy("t", 68, "shipper")],
    )

    assert blamed(story) == "m"


def test_a_flag_is_blamed_where_what_fails_speaks_of_what_it_is_for() -> None:
    flags = [
        FlagChange(flag="cart_bulk_discount", at_s=at(69), change="off->on", service="cart"),
        FlagChange(flag="web_new_banner", at_s=at(69.5), change="off->on", service="web"),
    ]
    story = told(
        "cart",
        {("cart", "error_ratio"): stepped(0.003, 0.5)},
        lines("cart", "bulk discount engine: cannot read tier table"),
        [tidy(50, "cart"), LOGS],
        [deploy("t", 51, "cart")],
        flags=flags,
    )

    found = judged(story)

    assert found.culprit is None
    assert found.flag is not None
    assert found.flag.flag.flag == "cart_bulk_discount"


def test_the_commit_behind_a_flag_is_blamed_though_it_went_live_long_before() -> None:
    behind = commit(
        "p",
        20,
        "feat: bulk discount behind flag",
        "services/cart/discount.go",
        "@@ c @@\n+func bulkDiscount(tiers []int, total int) int {\n+\treturn total / len(tiers)\n+}",
    )
    story = told(
        "cart",
        {("cart", "error_ratio"): stepped(0.003, 0.5)},
        lines("cart", "bulk discount engine: division by zero in tier lookup"),
        [tidy(66, "cart"), behind, LOGS],
        [deploy("t", 67, "cart"), deploy("p", 22, "cart")],
        flags=[
            FlagChange(flag="cart_bulk_discount", at_s=at(69), change="off->on", service="cart")
        ],
    )

    assert blamed(story) == "p"


def test_the_order_of_the_evidence_makes_no_difference() -> None:
    story = GUILTY["a lower limit"]
    turned = Told(
        service=story.service,
        metric=story.metric,
        text=story.text,
        fired_at_s=story.fired_at_s,
        table=story.table,
        lines=story.lines[::-1],
        commits=story.commits[::-1],
        deploys=story.deploys[::-1],
    )

    one, other = judged(story), judged(turned)

    assert one == other


def test_the_file_in_the_stack_trace_beats_the_newest_deploy() -> None:
    words = "fatal error: boom\nservices/pay/ledger.go:18 Ledger.book"
    older = commit(
        "p",
        60,
        "simplify booking",
        "services/pay/ledger.go",
        "@@ c @@\n-\tbook(a, 1)\n+\tbook(a, 2)",
    )
    newer = commit(
        "n", 66, "other handler", "services/pay/http.go", "@@ c @@\n-\tserve(a, 1)\n+\tserve(a, 2)"
    )
    story = told(
        "pay",
        {("pay", "error_ratio"): stepped(0.01, 0.7)},
        lines("pay", words),
        [older, newer],
        [
            Deploy(service="pay", at_s=at(62), sha="p" * 10),
            Deploy(service="pay", at_s=at(68), sha="n" * 10),
        ],
    )

    assert blamed(story) == "p"


def test_what_says_the_same_in_other_words_has_that_held_for_it() -> None:
    renamed = commit(
        "p",
        66,
        "other names",
        "services/web/token.go",
        "-\tparser := jwt.NewParser(opts)\n+\treader := jwt.NewParser(options)",
    )
    story = told(
        "web",
        {("web", "http_401_ratio"): stepped(0.003, 0.5)},
        lines("web", "401 unauthorized: no session"),
        [renamed],
        [deploy("p", 68, "web")],
    )

    found = judged(story)

    assert found.culprit is None
    assert "mechanism.rearranged" in {reason.rule for reason in found.charges[0].reasons}


def test_a_change_of_other_files_than_the_stack_traces_name_has_that_held_for_it() -> None:
    elsewhere = commit(
        "p", 66, "other handler", "services/web/http.go", "-\tserve(a, 1)\n+\tserve(a, 2)"
    )
    story = told(
        "web",
        {("web", "error_ratio"): stepped(0.003, 0.5)},
        lines("web", "fatal error: boom\nservices/web/ledger.go:18 Ledger.book"),
        [elsewhere],
        [deploy("p", 68, "web")],
    )

    assert "frames.elsewhere" in {reason.rule for reason in judged(story).charges[0].reasons}
