"""Secrets stay in the cluster, wherever they stand."""

from typing import Any

import pytest

from mcp_servers.kubernetes.containers import containers
from mcp_servers.kubernetes.secrets import (
    REDACTED,
    clean_arguments,
    clean_manifest,
    clean_text,
    is_secret_name,
)
from mcp_servers.kubernetes.template_changes import changes


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "password",
        "dbPassword",
        "API_TOKEN",
        "GITHUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "STRIPE_API_KEY",
        "apiKey",
        "private-key",
        "SIGNING_KEY",
        "client_secret",
        "PGPASSWORD",
        "MYSQL_PWD",
        "SENTRY_DSN",
        "BASIC_AUTH",
        "ssh.passphrase",
    ],
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "PORT",
        "LOG_LEVEL",
        "KEYBOARD",
        "MONKEY",
        "TOKENIZER_PATH",
        "AUTHOR",
        "SECRETARY_NAME",
        "PASSAGE",
    ],
)
def test_names_of_other_things_are_left_alone(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("postgres://app:s3cret@db/x", f"postgres://app:{REDACTED}@db/x"),
        ("redis://:s3cret@cache:6379", f"redis://:{REDACTED}@cache:6379"),
        ("--db-password=s3cret --port=80", f"--db-password={REDACTED} --port=80"),
        ('{"api_key": "s3cret", "n": 1}', f'{{"api_key": "{REDACTED}", "n": 1}}'),
        ("Authorization: Bearer abcdef123456", f"Authorization: Bearer {REDACTED}"),
        ("GET /orders?page=2 took 3 ms", "GET /orders?page=2 took 3 ms"),
        ("http://payments:8080/charge refused", "http://payments:8080/charge refused"),
    ],
)
def test_secrets_within_text_are_blotted_out(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def pod_template(password: str) -> dict[str, Any]:
    env = [
        {"name": "DB_PASSWORD", "value": password},
        {"name": "DB_URL", "value": f"postgres://app:{password}@db/x"},
        {"name": "LEVEL", "value": "info"},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "api", "key": "token"}}},
    ]
    args = [f"--password={password}"]
    return {"spec": {"containers": [{"name": "app", "image": "a:1", "env": env, "args": args}]}}


def test_a_container_shows_where_a_secret_comes_from_and_never_its_value() -> None:
    found = containers(pod_template("s3cret"))[0]

    assert "s3cret" not in str(found)
    shown = {variable.name: (variable.value, variable.source) for variable in found.env}
    assert shown["LEVEL"] == ("info", "")
    assert shown["TOKEN"] == (None, "secret api/token")
    assert shown["DB_PASSWORD"] == (REDACTED, "")


def test_a_changed_secret_is_seen_to_change_and_not_shown() -> None:
    found = changes(pod_template("before"), pod_template("after-it"))

    assert "after-it" not in str(found)
    assert "before" not in str([(change.before, change.after) for change in found])
    assert {change.path for change in found} == {
        "containers[app].args",
        "containers[app].env[DB_PASSWORD]",
        "containers[app].env[DB_URL]",
    }


def test_a_manifest_shows_no_secret_and_no_bookkeeping() -> None:
    manifest = {
        "kind": "Secret",
        "metadata": {
            "name": "api",
            "managedFields": [{"manager": "x"}],
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": '{"data": "c2VjcmV0"}',
                "note": "kept",
            },
        },
        "data": {"token": "c2VjcmV0"},
        "stringData": {"other": "secret text"},
    }

    cleaned = clean_manifest(manifest)

    assert cleaned["data"] == {"token": REDACTED}
    assert cleaned["stringData"] == {"other": REDACTED}
    assert cleaned["metadata"] == {"name": "api", "annotations": {"note": "kept"}}


def test_a_config_map_shows_what_is_not_secret() -> None:
    manifest = {"kind": "ConfigMap", "metadata": {}, "data": {"level": "info", "api_key": "abc"}}

    assert clean_manifest(manifest)["data"] == {"level": "info", "api_key": REDACTED}


def test_secrets_deep_inside_a_manifest_are_found() -> None:
    manifest = {"kind": "Deployment", "metadata": {}, "spec": {"template": pod_template("s3cret")}}

    assert "s3cret" not in str(clean_manifest(manifest))


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--password", "hunter2"], ["--password", "[redacted]"]),
        (["--token=hunter2"], ["--token=[redacted]"]),
        (["mysql", "-phunter2", "shop"], ["mysql", "-p[redacted]", "shop"]),
        (["sh", "-c", "mysql -u a -phunter2"], ["sh", "-c", "mysql -u a -p[redacted]"]),
        (["--port", "8080", "-p", "9090"], ["--port", "8080", "-p", "9090"]),
    ],
)
def test_a_secret_among_arguments_is_not_shown(words: list[str], shown: list[str]) -> None:
    assert clean_arguments(words) == shown
