"""Secrets in files and diffs are masked by servers, before anything is stored, and before a model hears of them.

What only reads a secret from elsewhere stays readable, and a diff keeps its lines and their signs.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_servers.common import source_secrets as of_hands
from mcp_servers.common.text import without_secrets_line_by_line
from sre_agent.llm.redaction import redact as for_models
from sre_agent.safety import source_secrets as of_brain
from sre_agent.safety.redaction import redact

PLANTED = "Tq7vN2xWp9Lk"
OTHER = "Zb4mC8yRd1Hs"
LINE = (PLANTED * 6)[:64]
LINE_TOO = (OTHER * 6)[:64]

MASKERS = [
    pytest.param(without_secrets_line_by_line, id="server"),
    pytest.param(redact, id="store"),
    pytest.param(lambda text: for_models(text, b"k" * 32).text, id="model"),
]

DIFFS = {
    "a pair over two lines": f"""@@ -1,3 +1,3 @@
         - name: DB_PASSWORD
-          value: {OTHER}
+          value: "{PLANTED}"
""",
    "a pair that was added": f"+- name: STRIPE_API_KEY\n+  value: '{PLANTED}'",
    "a pair with its value first": f"+  - value: {PLANTED}\n+    name: DB_PASSWORD",
    "a pair of JSON": f'+    {{\n+      "name": "DB_PASSWORD",\n+      "value": "{PLANTED}"\n+    }}',
    "a pair of JSON, value first": f'+  "value": "{PLANTED}",\n+  "name": "DB_PASSWORD"',
    "a parameter": f"+ - ParameterKey: DbPassword\n+   ParameterValue: {PLANTED}",
    "a pair in one line": f"+  - {{ name: DB_PASSWORD, value: {PLANTED} }}",
    "a pair with text": f"+- name: API_TOKEN\n+  value: >-\n+    {PLANTED}",
    "a Secret": f" kind: Secret\n data:\n-  db: {OTHER}\n+  db: {PLANTED}",
    "a Secret told in another order": f" data:\n+  db: {PLANTED}\n kind: Secret",
    "a Secret's text": f" kind: Secret\n stringData:\n   a.ini: |\n+    [db]\n+    {PLANTED}",
    "a Secret of JSON": f'+ "kind": "Secret",\n+ "data": {{\n+   "db": "{PLANTED}"\n+ }}',
    "a Secret with conditions": f" kind: Secret\n data:\n {{{{- if .Values.db }}}}\n+  db: {PLANTED}",
    "a Secret that only the heading names": f"@@ -9,2 +9,2 @@ stringData:\n-  db: {OTHER}\n+  db: {PLANTED}",
    "a value below its name": f"+password:\n+  {PLANTED}",
    "another value below its name": f" password:\n-  {OTHER}\n+  {PLANTED}",
    "a folded value": f"+  password: >-\n+    {PLANTED}\n+  user: app",
    "a value of several lines": f"+  password: |\n+    abc\n+    {PLANTED}",
    "a value in quotes over two lines": f'+password: "abc\n+  {PLANTED}"',
    "code broken after the sign": f'+  const password =\n+    "{PLANTED}";',
    "one of a list": f" passwords:\n-  - {OTHER}\n+  - {PLANTED}",
    "one of a list of JSON": f'+"passwords": ["{PLANTED}", "{OTHER}"]',
    "one of a list over lines": f' "passwords": [\n   "abc",\n+  "{PLANTED}",\n ]',
    "an argument below its flag": f" args:\n   - --password\n+  - {PLANTED}",
    "an argument of JSON": f'+ "--api-key",\n+ "{PLANTED}"',
    "the middle of a key": f"@@ -5,3 +5,3 @@\n {LINE}\n-{LINE_TOO}\n+{LINE[::-1]}",
    "the end of a key": f"@@ -5,2 +5,2 @@\n-{OTHER}{OTHER}\n+{LINE}\n -----END RSA PRIVATE KEY-----",
    "a whole key": f"+-----BEGIN PRIVATE KEY-----\n+{LINE}\n+-----END PRIVATE KEY-----\n+port: 80",
    "a key with no end": f"+  key: |\n+    -----BEGIN EC PRIVATE KEY-----\n+    {LINE}",
    "a variable of an image": f"+ENV DB_PASSWORD {PLANTED}",
    "an argument of an image": f"+ARG NPM_TOKEN={PLANTED}",
    "Terraform": f' variable "db_password" {{\n+  default = "{PLANTED}"\n }}',
    "Terraform in one line": f'+variable "db_password" {{ default = "{PLANTED}" }}',
    "a chart's setting": f'+  name  = "db.password"\n+  value = "{PLANTED}"',
    "SQL": f"+CREATE USER app WITH PASSWORD '{PLANTED}';",
    "MySQL": f"+CREATE USER app IDENTIFIED BY '{PLANTED}';",
    "MySQL with a method": f"+ALTER USER app IDENTIFIED WITH caching_sha2_password BY '{PLANTED}';",
    "Oracle": f"+CREATE USER app IDENTIFIED BY {PLANTED};",
    "MySQL's function": f"+SET PASSWORD FOR app = PASSWORD('{PLANTED}');",
    "a setter": f'+    ds.setPassword("{PLANTED}");',
    "a builder": f'+  .user("app").password("{PLANTED}")',
    "what is put into the environment": f"+os.environ['DB_PASSWORD'] = '{PLANTED}'",
    "what is put into headers": f'+headers["X-Api-Key"] = "{PLANTED}"',
    "what stands in": f"+pw = os.getenv('DB_PASSWORD', '{PLANTED}')",
    "what stands in for a property": f'+System.getProperty("db.password", "{PLANTED}")',
    "what stands in, in JavaScript": f"+const password = process.env.DB_PASSWORD || '{PLANTED}'",
    "what stands in, in Kotlin": f'+val pw = System.getenv("DB_PASSWORD") ?: "{PLANTED}"',
    "what stands in, in Rust": f'+let pw = env::var("DB_PASSWORD").unwrap_or("{PLANTED}".into());',
    "what stands in, in a shell": f"+psql ${{DB_PASSWORD:-{PLANTED}}}",
    "what stands in, in Spring": f"+  x: ${{db.password:{PLANTED}}}",
    "a property that is set": f'+props.setProperty("password", "{PLANTED}");',
    "Go": f'+\tpassword := "{PLANTED}"',
    "Go with a type": f'+var dbPassword string = "{PLANTED}"',
    "Go's bytes": f'+var jwtSecret = []byte("{PLANTED}")',
    "Python with a type": f'+    password: str = "{PLANTED}"',
    "a wrapped one": f'+password=SecretStr("{PLANTED}")',
    "Rust": f'+let password: &str = "{PLANTED}";',
    "C": f'+#define DB_PASSWORD "{PLANTED}"',
    "PHP": f"+ 'password' => '{PLANTED}',",
    "what is compared": f'+if password == "{PLANTED}":',
    "what is compared to differ": f'+if (token !== "{PLANTED}")',
    "Redis": f"+requirepass {PLANTED}",
    "Redis, another server": f"+masterauth {PLANTED}",
    "redis-cli": f"+redis-cli -h cache -a {PLANTED} ping",
    "Slack": f"+  url: https://hooks.slack.com/services/T000/B000/{PLANTED}{PLANTED}",
    "Teams": f"+  url: https://shop.webhook.office.com/webhookb2/{PLANTED}{PLANTED}@x/y",
    "an element": f"+      <password>{PLANTED}</password>",
    "an element over lines": f"+<password>\n+  {PLANTED}\n+</password>",
    "an attribute": f'+<property name="connection.password" value="{PLANTED}"/>',
    "an attribute of .NET": f'+<add key="DbPassword" value="{PLANTED}" />',
    "an element with a name": f'+<property name="db.password">{PLANTED}</property>',
    "Azure": f"+AccountName=a;AccountKey={PLANTED}{PLANTED}==;EndpointSuffix=x",
    "curl": f"+curl -u admin:{PLANTED} https://x",
    "docker": f"+docker login -u app -p {PLANTED} registry.example",
    "htpasswd": f"+htpasswd -bc users admin {PLANTED}",
    "kubectl": f"+kubectl create secret generic db --from-literal=db={PLANTED}",
    "sshpass": f"+sshpass -p {PLANTED} ssh app@host",
    "openssl": f"+openssl rsa -in k.pem -passin pass:{PLANTED}",
    "netrc": f"+machine a login b password {PLANTED}",
    "a key to encrypt with": f"+  encryption_key: {PLANTED}{PLANTED}",
    "a mail service": f"+x = 'SG.{PLANTED}{PLANTED[:10]}.{(PLANTED * 4)[:43]}'",
    "a hash of a password": f"+admin:$apr1${OTHER[:8]}${(PLANTED * 2)[:22]}",
}


@pytest.mark.parametrize("mask", MASKERS)
@pytest.mark.parametrize("diff", DIFFS.values(), ids=DIFFS.keys())
def test_a_secret_in_a_diff_is_masked(mask: Callable[[str], str], diff: str) -> None:
    told = mask(diff)

    assert not [part for part in (PLANTED, PLANTED[::-1], OTHER) if part in told]


@pytest.mark.parametrize("mask", [without_secrets_line_by_line, redact])
@pytest.mark.parametrize("diff", DIFFS.values(), ids=DIFFS.keys())
def test_a_masked_diff_keeps_its_lines_and_their_signs(
    mask: Callable[[str], str], diff: str
) -> None:
    told = mask(diff)

    assert [row[:1] for row in told.split("\n")] == [row[:1] for row in diff.split("\n")]
    assert "[redacted]" in told
    assert mask(told) == told


@pytest.mark.parametrize("mask", [without_secrets_line_by_line, redact])
@pytest.mark.parametrize("diff", DIFFS.values(), ids=DIFFS.keys())
def test_lines_around_a_secret_stay(mask: Callable[[str], str], diff: str) -> None:
    told = mask(f" replicas: 2\n{diff}\n@@ -90,2 +90,2 @@\n-  memory: 512Mi\n+  memory: 64Mi")

    assert told.startswith(" replicas: 2\n")
    assert told.endswith("\n@@ -90,2 +90,2 @@\n-  memory: 512Mi\n+  memory: 64Mi")


READABLE = [
    '+    password = request.form["password"]',
    '+\ttoken := r.Header.Get("x")',
    '+    token = os.environ["TOKEN"]',
    "+    hash = getPassword(user)",
    "+    password = getPassword(user)",
    "+  password: ${DB_PASSWORD}",
    '+  password: "${DB_PASSWORD}"',
    "+  password: {{ .Values.db.password }}",
    "+  const password = process.env.DB_PASSWORD;",
    "+    self.check(token=self.token)",
    "+  secretKeyRef: {name: x}",
    "+  - name: DB_PASSWORD\n+    valueFrom:\n+      secretKeyRef:\n+        name: db\n+        key: password",
    "+  - name: DB_PASSWORD\n+    value: $(OTHER)\n+  - name: LOG_LEVEL\n+    value: debug",
    "+  - name: LOG_LEVEL\n+    value: debug\n+  - name: PORT\n+    value: '8080'",
    "+  - name: DB_PASSWORD\n+    value: ''",
    "+kind: ConfigMap\n+data:\n+  LOG_LEVEL: debug\n+  url: http://ledger:8080",
    "+kind: Secret\n+metadata:\n+  name: db\n+type: Opaque",
    "+secret:\n+  secretName: db-tls\n+  optional: true",
    "+secrets:\n+  - db_password\n+services:\n+  web: {}",
    "+if not password:\n+    raise ValueError(user)",
    "+if not token:\n+    return None",
    '+password:\n+  type: string\n+  minLength: 8\n+  description: "what they chose"',
    '+variable "db_password" {\n+  type = string\n+  sensitive = true\n+}',
    '+variable "region" {\n+  default = "eu-central-1"\n+}',
    '+fields = ("username", "password", "email")',
    "+def login(user: str, password: str) -> None:",
    "+    setPassword(password)",
    "+    check_password(form.password, user.hash)",
    "+ARG NPM_TOKEN",
    "+ENV LOG_LEVEL debug",
    "+<passwordPolicy>strong</passwordPolicy>",
    "+-----BEGIN CERTIFICATE-----\n+" + LINE + "\n+" + LINE_TOO + "\n+-----END CERTIFICATE-----",
    "+      resources:\n+        limits: {memory: 64Mi}\n-      replicas: 2",
    '+  "integrity": "sha512-' + "aB3/" * 21 + '=="',
    "+" + "0123456789abcdef" * 4 + "\n+" + "fedcba9876543210" * 4,
    "+  args: [--password-file, /run/pw]",
    "+args:\n+  - --password\n+  - --verbose",
    "+ALTER USER app WITH LOGIN;",
]


@pytest.mark.parametrize("mask", [without_secrets_line_by_line, redact])
@pytest.mark.parametrize("diff", READABLE)
def test_what_tells_no_secret_stays_readable(mask: Callable[[str], str], diff: str) -> None:
    assert mask(diff) == diff


def test_a_file_that_holds_a_key_tells_no_line_of_it() -> None:
    diff = f"@@ -5,1 +5,1 @@\n-{LINE}\n+short"

    assert PLANTED not in without_secrets_line_by_line(diff, "tls/server.key")
    assert PLANTED not in redact(f"--- a/server.pem\n+++ b/server.pem\n{diff}")
    assert without_secrets_line_by_line(diff, "web/icon.svg") == diff


def test_a_file_of_secrets_is_known_by_its_name_and_the_heading() -> None:
    diff = f"@@ -9,2 +9,2 @@ data:\n+  db: {PLANTED}"

    assert PLANTED not in without_secrets_line_by_line(diff, "deploy/db-secret.yaml")
    assert without_secrets_line_by_line(diff, "deploy/settings.yaml") == diff


_PIECES = [*DIFFS.values(), *READABLE, "@@ -1 +1 @@", "--- a/x\n+++ b/y.pem", " ---", "", " "]


@given(st.integers())
def test_any_diff_keeps_its_lines_and_signs(seed: int) -> None:
    chance = random.Random(seed)
    rows = "\n".join(chance.choices(_PIECES, k=6)).split("\n")
    kept = "\n".join(row for row in rows if chance.random() > 0.2)

    for mask in (redact, without_secrets_line_by_line):
        told = mask(kept)

        assert [row[:1] for row in told.split("\n")] == [row[:1] for row in kept.split("\n")]


def test_both_sides_of_the_wire_know_the_same_secrets() -> None:
    """Servers and brain share no code, so what both have to know stands twice, and alike."""
    names = ["names", "shapes"]
    files = [*(f"secret_{name}.py" for name in names)]
    files += [f"source_{name}.py" for name in ("shapes", "rows", "sides", "secrets")]
    brain, hands = (Path(str(module.__file__)).parent for module in (of_brain, of_hands))

    for file in files:
        told = (brain / file).read_text().replace("sre_agent.safety", "mcp_servers.common")
        assert told == (hands / file).read_text(), file
