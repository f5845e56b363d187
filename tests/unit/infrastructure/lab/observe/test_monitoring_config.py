"""What Prometheus and Alertmanager are told."""

from pathlib import Path

import yaml

from infrastructure.lab import world
from infrastructure.lab.observe import alertmanager, prometheus

SOURCES = prometheus.Sources(
    targets_file=Path("/somewhere/targets.json"),
    node_addresses=("127.0.0.1:10255",),
    alertmanager_address="127.0.0.1:9093",
    team="storefront",
)


def test_prometheus_scrapes_and_evaluates_each_second() -> None:
    settings = yaml.safe_load(prometheus.config(SOURCES))["global"]

    assert (settings["scrape_interval"], settings["evaluation_interval"]) == ("1s", "1s")


def test_rules_speak_of_no_service_of_any_world() -> None:
    rules = prometheus.RULES.read_text()
    words = set(rules.replace("/", " ").replace('"', " ").split())

    for seed in (1, 2, 3):
        assert words.isdisjoint(world.make(seed).services.values())


def test_every_alert_says_how_bad_it_is_and_what_to_read() -> None:
    groups = yaml.safe_load(prometheus.RULES.read_text())["groups"]
    alerts = [rule for group in groups for rule in group["rules"] if "alert" in rule]

    for alert in alerts:
        assert alert["labels"]["severity"] in {"critical", "warning", "none"}
        assert alert["annotations"].keys() >= {"summary", "description", "runbook_url"}
        assert alert["annotations"]["runbook_url"].endswith(alert["alert"])


def test_alertmanager_sends_the_token_of_the_file_and_what_is_resolved(tmp_path: Path) -> None:
    token_file = tmp_path / "token"
    webhook = alertmanager.Webhook("http://127.0.0.1:8080/webhook/alert", token_file)

    config = yaml.safe_load(alertmanager.config(webhook))

    (settings,) = config["receivers"][1]["webhook_configs"]
    assert settings["send_resolved"] is True
    assert settings["http_config"]["authorization"]["credentials_file"] == str(token_file)
    assert config["route"]["receiver"] == "webhook"
    assert config["route"]["group_by"] == ["namespace", "alertname"]


def test_without_a_webhook_alertmanager_tells_nobody() -> None:
    config = yaml.safe_load(alertmanager.config(None))

    assert config["route"]["receiver"] == "nobody"
    assert config["receivers"] == [{"name": "nobody"}]


def test_alertmanager_does_not_gossip() -> None:
    command = alertmanager.command(Path("alertmanager"), Path("/lab"), "127.0.0.1:9093")

    assert "--cluster.listen-address=" in command
    assert "--web.listen-address=127.0.0.1:9093" in command
