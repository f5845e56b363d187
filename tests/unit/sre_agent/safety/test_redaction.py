"""Secrets do not survive redaction; ordinary text does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.safety.redaction import MASK, redact, redact_json

JWT = "eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiJnLTEifQ.c2lnbmF0dXJlLWhlcmU"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAAAA\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdef123456.xyz", "abcdef123456"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"),
        (f"token was {JWT}", "eyJqdGkiOiJnLTEifQ"),
        ("password=hunter2", "hunter2"),
        ('{"db_password": "pa ss", "user": "ada"}', "pa ss"),
        ("DB_PASSWORD='pa ss'", "pa ss"),
        ("api_key: 0123456789", "0123456789"),
        ("DB_PASS=hunter2x", "hunter2x"),
        ("smtp_pass: s3cretPW9", "s3cretPW9"),
        ("pw=Zz9Yy8", "Zz9Yy8"),
        ('{"pass": "hunter2x"}', "hunter2x"),
        ('{"passphrase":"horse battery"}', "horse battery"),
        (f"ntn_{'a1B2' * 11}", "a1B2"),
        (f"lsv2_pt_{'0a' * 16}_{'b1' * 5}", "0a0a"),
        (f"https://discord.com/api/webhooks/1234567890/{'aB3-' * 8}", "aB3-"),
        ("x-api-key=0123456789&page=2", "0123456789"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI"),
        ("client_secret=s3cr3t", "s3cr3t"),
        ("postgresql://ada:l0vel@ce@db:5432/x", "l0vel"),
        ("postgresql://ada:l0velace@db:5432/x", "l0velace"),
        ("redis://:onlypass@cache:6379", "onlypass"),
        ("dsn=ada:l0velace@tcp(db:3306)/x", "l0velace"),
        ("dsn: ada:l0v/el@ce@tcp(db:3306)/x", "l0v/el"),
        ("jdbc:oracle:thin:ada/l0velace@//db:1521/x", "l0velace"),
        ("app --password hunter2 --port 80", "hunter2"),
        ("app --db-password 'hunter 2'", "hunter 2"),
        ("app -token hunter2", "hunter2"),
        ("app --token=hunter2", "hunter2"),
        ('["--password","hunter2"]', "hunter2"),
        ("args: ['--api-key', 'hunter2']", "hunter2"),
        ("mysqldump -u root -phunter2 shop", "hunter2"),
        ('["mysql","-uroot","-phunter2"]', "hunter2"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        ("ghp_" + "a1" * 18, "a1a1a1"),
        ("xoxb-123456789012-abcdef", "123456789012"),
        (f"before {KEY} after", "MIIEow"),
        (KEY.partition("-----END")[0], "MIIEow"),
    ],
)
def test_a_secret_is_masked(text: str, secret: str) -> None:
    found = redact(text)

    assert secret not in found
    assert MASK in found


@pytest.mark.parametrize(
    "text",
    [
        "app --password-file /run/pw --port 80",
        "mysql -h db -P3306 shop",
        "docker run -p8080:80 web",
        "errors rose from 0.0% to 41.2% at 11:58:50",
        "kubernetes.rollback_rollout(namespace='shop', name='web', to_revision=2)",
        "http://grafana:3000/d/abc?from=now-1h",
        "Deployment/shop/tokenizer: 2 of 2 pods ready",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "the password was wrong",
        "tests pass=12 fail=3",
        "pass: 12, bypass=true, compass=north1",
    ],
)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text


@given(st.text())
def test_redacting_twice_is_redacting_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_json_is_redacted_by_text_and_by_name_and_keeps_its_shape() -> None:
    value = {
        "env": [
            {"name": "DB_PASSWORD", "value": "hunter2"},
            {"name": "DB_URL", "value": "postgresql://ada:hunter2@db:5432/x"},
            {"name": "PORT", "value": "8080"},
        ],
        "api-key": "hunter2",
        "token_count": 3,
        "template_hash": "7c9477f4c4",
        "lines": ["ok", "Authorization: Bearer hunter2hunter2"],
        "none": None,
    }

    found = redact_json(value)

    assert "hunter2" not in str(found)
    assert found["env"][1]["value"] == f"postgresql://ada:{MASK}@db:5432/x"
    assert found["env"][2] == {"name": "PORT", "value": "8080"}
    assert (found["token_count"], found["template_hash"]) == (3, "7c9477f4c4")
    assert found["none"] is None


def test_the_versions_of_images_are_left_and_what_is_no_image_is_not() -> None:
    image = "registry.local:5000/team/auth-token:1.4"
    value = {
        "image": image,
        "images": [image, f"secrets@sha256:{'a' * 64}"],
        "changes": [{"path": "containers[app].image", "before": image, "after": "secrets:2"}],
    }

    assert redact_json(value) == value
    assert redact_json({"image": "password=hunter2"})["image"] == f"password={MASK}"
    assert redact_json({"images": [f"x {JWT}"]})["images"] == [f"x {MASK}"]
    assert redact_json({"image": "http://ada:hunter2@host"})["image"] == f"http://ada:{MASK}@host"
    assert redact_json({"path": "env[X]", "before": image})["before"] != image


def test_the_value_after_a_flag_in_a_list_of_arguments_is_masked() -> None:
    arguments = ["serve", "--password", "hunter2", "--token", "--port", "80"]

    found = redact_json({"args": arguments, "command": ["/bin/mysql", "-phunter2", "-P3306"]})

    assert found["args"] == ["serve", "--password", MASK, "--token", "--port", "80"]
    assert found["command"] == ["/bin/mysql", f"-p{MASK}", "-P3306"]


@pytest.mark.parametrize(
    "text",
    ["token: x1", "password=abc def", '{"password": "x"}', "fetch oauth token: unexpected status"],
)
def test_what_was_masked_stays_as_it_is(text: str) -> None:
    once = redact(text)

    assert MASK in once
    assert redact(once) == once


def test_what_stands_behind_a_mask_is_masked_with_it() -> None:
    assert "hunter2" not in redact(f"password={MASK}hunter2")
