"""Secrets and personal data made from a seed: how each is issued, and nothing of how it is found."""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_LETTERS = string.ascii_letters
_ALNUM = string.ascii_letters + string.digits
_URLSAFE = _ALNUM + "-_"
_FIRST = [
    "Ada",
    "Grace",
    "Linus",
    "Margaret",
    "Edsger",
    "Barbara",
    "Tim",
    "Radia",
    "Ken",
    "Hedy",
    "Åsa",
    "Jürgen",
    "Zoë",
    "José",
    "Chloé",
]
_LAST = [
    "Lovelace",
    "Hopper",
    "Sørensen",
    "Hamilton",
    "Dijkstra",
    "O'Neill",
    "Berners-Lee",
    "Müller",
    "García",
    "Nowak",
]


@dataclass(frozen=True)
class Planted:
    """A text and the secret in it."""

    kind: str
    text: str
    secret: str


class Maker:
    """Makes things by chance, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def of(self, alphabet: str, size: int) -> str:
        return "".join(self.chance.choices(alphabet, k=size))

    def one(self, choices: list[str]) -> str:
        return self.chance.choice(choices)

    def password(self) -> str:
        """As people and generators choose them."""
        word = self.one(["Sommer", "tiger", "Kaffee", "letmein", "Wolke", "qwertz", "N1mbus"])
        chosen = f"{word}{self.of('!#$%^*-_', 1)}{self.chance.randrange(10, 9999)}"
        return self.one([chosen, self.of(_ALNUM, 16), self.of(_ALNUM + "!#$^*", 20)])

    def base64(self, size: int) -> str:
        return base64.b64encode(self.chance.randbytes(size)).decode()

    def urlsafe(self, value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    def with_check(self, prefix: str, length: int) -> str:
        """A number with the check digit of payment cards."""
        body = prefix + self.of(string.digits, length - len(prefix) - 1)
        total = 0
        for place, char in enumerate(reversed(body)):
            digit = int(char) * (2 if place % 2 == 0 else 1)
            total += digit - 9 if digit > 9 else digit
        return body + str(-total % 10)

    def person(self) -> str:
        return f"{self.one(_FIRST)} {self.one(_LAST)}"


def _in_text(make: Callable[[Maker], str]) -> Callable[[Maker], tuple[str, str]]:
    """A thing that gives itself away, anywhere in a text."""

    def planted(maker: Maker) -> tuple[str, str]:
        secret = make(maker)
        frame = maker.one(
            [
                "could not call upstream with {} after 3 tries",
                '{{"level":"error","msg":"refused {}","pod":"web-0"}}',
                "time=2026-05-04T10:11:12Z level=warn detail='{}'",
                "panic: ({}) is not valid here",
                "https://hooks.example/x?v={}&page=2",
                "seen: {}, retrying in 5s",
            ]
        )
        return frame.format(secret), secret

    return planted


def _named(names: list[str], make: Callable[[Maker], str]) -> Callable[[Maker], tuple[str, str]]:
    """A thing that only its name gives away."""

    def planted(maker: Maker) -> tuple[str, str]:
        secret, name = make(maker), maker.one(names)
        inner = json.dumps({name: secret, "port": 80}, ensure_ascii=False)
        text = maker.one(
            [
                f"{name}={secret}",
                f"export {name.upper()}='{secret}'",
                f"{name}: {secret}\nreplicas: 2",
                f'{name}: "{secret}"',
                inner,
                json.dumps({"msg": inner}, ensure_ascii=False),
                f"starting with {name}={secret} log=debug",
            ]
        )
        return text, secret

    return planted


def _aws(m: Maker) -> str:
    return m.one(["AKIA", "ASIA"]) + m.of(string.ascii_uppercase + "234567", 16)


def _jwt(m: Maker) -> str:
    head = m.urlsafe({"alg": m.one(["RS256", "EdDSA"]), "typ": "JWT"})
    body = m.urlsafe({"sub": m.of(string.digits, 9), "iss": "kubernetes/serviceaccount"})
    return f"{head}.{body}.{m.of(_URLSAFE, 43)}"


def _pem(m: Maker) -> tuple[str, str]:
    kind = m.one(["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED "])
    lines = [m.of(_ALNUM + "+/", 64) for _ in range(6)]
    joint = m.one(["\n", "\\n"])
    body = joint.join(
        [f"-----BEGIN {kind}PRIVATE KEY-----", *lines, f"-----END {kind}PRIVATE KEY-----"]
    )
    return f"loaded tls.key {body} from volume", m.one(lines)


def _url(m: Maker) -> tuple[str, str]:
    secret = m.of(_ALNUM, 12) + m.one(["", "!", "$x"])
    scheme = m.one(["postgresql", "redis", "amqp", "mongodb+srv", "https", "mysql"])
    user = m.one(["app", "svc_orders", "", "ada"])
    return f"dial {scheme}://{user}:{secret}@db-0.shop.svc:5432/orders failed", secret


def _connection(m: Maker) -> tuple[str, str]:
    secret = m.password()
    return m.one(
        [
            f"Server=tcp:db.shop,1433;Database=orders;User Id=app;Password={secret};Encrypt=true;",
            f"Host=db;Username=app;Pwd={secret};Timeout=15;",
            f"host=db port=5432 user=app password={secret} sslmode=disable",
            f"app:{secret.replace('(', '')}@tcp(db:3306)/orders",
        ]
    ), secret


def _header(m: Maker) -> tuple[str, str]:
    frame = m.one(["Authorization: {}", '"authorization":"{}"', "-H 'authorization: {}'"])
    basic = base64.b64encode(f"app:{m.password()}".encode()).decode()
    scheme, secret = m.chance.choice([("Basic", basic), ("Bearer", m.of(_URLSAFE, 40))])
    return frame.format(f"{scheme} {secret}"), secret


def _cookie(m: Maker) -> tuple[str, str]:
    secret = m.of(_ALNUM, 26)
    return m.one(
        [
            f"Cookie: theme=dark; sid={secret}; lang=de",
            f"set-cookie: __Host-auth={secret}; Path=/; HttpOnly",
            f'request headers {{"cookie": "JSESSIONID={secret}"}}',
            f"GET /cart?jsessionid={secret} 500",
        ]
    ), secret


def _mail(m: Maker) -> str:
    first, last = (
        m.one(["ada", "grace.b", "li", "maria-jose"]),
        m.one(["lovelace", "hopper", "nowak9"]),
    )
    return f"{first}{m.one(['.', '_', '+shop', ''])}{last}@{m.one(['mail.example', 'firma.co.uk', 'x-y.example.org'])}"


def _phone(m: Maker) -> tuple[str, str]:
    digits = m.of("23456789", 9)
    number = m.one(
        [
            f"+49 30 {digits[:3]} {digits[3:]}",
            f"+44{digits}",
            f"+1 ({digits[:3]}) {digits[3:6]}-4{digits[6:]}",
            f"+33-6-{digits[:2]}-{digits[2:4]}-{digits[4:6]}-{digits[6:8]}",
            f"({digits[:3]}) {digits[3:6]}-1{digits[6:]}",
        ]
    )
    return m.one(["sms to {} failed", '{{"phone": "{}"}}', "callback={}", "mobile: {}"]).format(
        number
    ), number


def _iban(m: Maker) -> str:
    country, length = m.chance.choice([("DE", 18), ("FR", 23), ("GB", 18), ("NL", 14), ("ES", 20)])
    bank = m.of(string.ascii_uppercase, 4) if country in {"GB", "NL"} else ""
    account = bank + m.of(string.digits, length - len(bank))
    as_number = "".join(
        str(string.digits.find(c)) if c.isdigit() else str(ord(c) - 55)
        for c in account + country + "00"
    )
    whole = f"{country}{98 - int(as_number) % 97:02d}{account}"
    grouped = " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))
    return m.one([whole, grouped])


def _card(m: Maker) -> str:
    prefix, length = m.chance.choice(
        [("4", 16), ("51", 16), ("2223", 16), ("37", 15), ("6011", 16)]
    )
    number = m.with_check(prefix, length)
    if length == 15:
        return m.one([number, f"{number[:4]} {number[4:10]} {number[10:]}"])
    return m.one([number, m.one([" ", "-"]).join(number[i : i + 4] for i in (0, 4, 8, 12))])


def _address(m: Maker) -> tuple[str, str]:
    four = ".".join(str(m.chance.randrange(1, 255)) for _ in range(3))
    secret = m.one(
        [
            f"{m.one(['203', '81', '93', '198', '45'])}.{four}",
            f"2a02:8109:{m.of('0123456789abcdef', 4)}:{m.of('123456789abcdef', 4)}::{m.of('123456789abcdef', 3)}",
        ]
    )
    return m.one(
        [
            f'{secret} - - [04/May/2026:10:11:12 +0000] "GET /cart HTTP/1.1" 500 12',
            f"x-forwarded-for: {secret}, 10.0.3.4",
            f'{{"client_ip":"{secret}","status":502}}',
            f"login refused from {secret}",
        ]
    ), secret


def _identity(m: Maker) -> tuple[str, str]:
    ssn = f"{m.chance.randrange(100, 665)}-{m.chance.randrange(10, 99)}-{m.chance.randrange(1000, 9999)}"
    number = m.chance.randrange(10_000_000, 99_999_999)
    dni = f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"
    nino = f"{m.one(['AB', 'CE', 'JT'])} {m.of(string.digits, 2)} {m.of(string.digits, 2)} {m.of(string.digits, 2)} {m.one(['A', 'B', 'C', 'D'])}"
    passport = f"C{m.of('0123456789', 8)}"
    return m.chance.choice(
        [
            (f"applicant {ssn} not found", ssn),
            (f"dni {dni} rejected", dni),
            (f"no record for {nino}", nino),
            (f'{{"passport_number":"{passport}"}}', passport),
            (
                f"tax_id={m.of(string.digits, 0)}{ssn.replace('-', '')} invalid",
                ssn.replace("-", ""),
            ),
        ]
    )


def _name(m: Maker) -> tuple[str, str]:
    secret = m.person()
    field = m.one(
        ["full_name", "customer_name", "cardholder", "patientName", "customer", "contact_name"]
    )
    return m.one(
        [
            f'{{"{field}": "{secret}", "order": 7}}',
            f"{field}={secret}; order=7",
            f"{field}: {secret}",
            f"{field}='{secret}'",
        ]
    ), secret


def _cluster(m: Maker) -> tuple[str, str]:
    low = string.ascii_lowercase + string.digits
    joining = f"{m.of(low, 4)}7x.{m.of(low, 13)}4q8"
    blob = base64.b64encode(b"-----BEGIN PRIVATE KEY-----\n" + m.chance.randbytes(90)).decode()
    service = _jwt(m)
    return m.chance.choice(
        [
            (
                f"kubeadm join 10.0.0.1:6443 --token {joining} --discovery-token-unsafe-skip-ca-verification",
                joining,
            ),
            (f"discovery with {joining} refused", joining),
            (f"users:\n- name: admin\n  user:\n    client-key-data: {blob}", blob),
            (f"kubeconfig user token: {service}", service),
            (f"- name: DB_PASSWORD\n  value: {(pw := m.of(_ALNUM, 14))}", pw),
        ]
    )


def _random(m: Maker) -> tuple[str, str]:
    secret = m.one([m.base64(24), m.base64(32), m.of(_ALNUM, 32)])
    name = m.one(
        [
            "signing_key",
            "encryption-key",
            "session_secret",
            "salt",
            "hmac",
            "X-Signature",
            "license_key",
        ]
    )
    return m.one([f"{name}={secret}", f'"{name}": "{secret}"', f"{name}: {secret}"]), secret


def _below(m: Maker) -> tuple[str, str]:
    """Given away by another line of a file or a diff."""
    secret, sign = m.of(_ALNUM, 14), m.one(["+", "-", " "])
    name = m.one(["DB_PASSWORD", "STRIPE_API_KEY", "AUTH_TOKEN", "CLIENT_SECRET"])
    row, key = m.of(_ALNUM + "+/", 64), m.of(_ALNUM + "+/", 60) + "aB3="
    return m.chance.choice(
        [
            (f"{sign} - name: {name}\n{sign}   value: {secret}", secret),
            (f'{sign} - value: "{secret}"\n{sign}   name: {name}', secret),
            (f'{sign} "name": "{name}",\n{sign} "value": "{secret}"', secret),
            (f" kind: Secret\n data:\n{sign}   user: {secret}", secret),
            (f"@@ -1,3 +1,3 @@ stringData:\n{sign}   user: {secret}", secret),
            (f"{sign}password:\n{sign}  {secret}", secret),
            (f"{sign}password: {m.one(['>-', '|', '|-'])}\n{sign}  {secret}", secret),
            (f"{sign}passwords:\n{sign}  - {secret}", secret),
            (f"{sign} - --password\n{sign} - {secret}", secret),
            (f' variable "db_password" {{\n{sign}  default = "{secret}"\n }}', secret),
            (f"@@ -5,2 +5,2 @@\n aB3{row[3:]}\n{sign}{key}", key),
            (f"{sign}aB3{row[3:]}\n -----END EC PRIVATE KEY-----", row[3:]),
        ]
    )


def _coded(m: Maker) -> tuple[str, str]:
    """Written into source, a setting or a command."""
    secret, sign = m.of(_ALNUM, 14), m.one(["+", "-", " "])
    frame = m.one(
        [
            'ds.setPassword("{}");',
            "os.environ['DB_PASSWORD'] = '{}'",
            "pw = os.getenv('DB_PASSWORD', '{}')",
            "const password = process.env.DB_PASSWORD || '{}'",
            'password := "{}"',
            'password: str = "{}"',
            'var jwtSecret = []byte("{}")',
            "ENV DB_PASSWORD {}",
            'variable "token" {{ default = "{}" }}',
            "CREATE USER app WITH PASSWORD '{}';",
            "ALTER USER app IDENTIFIED BY '{}';",
            '"passwords": ["{}"]',
            "requirepass {}",
            "<password>{}</password>",
            '<add key="DbPassword" value="{}" />',
            "curl -uadmin:{} https://x",
            "docker login -u app -p {} registry",
            "redis-cli -a {} ping",
            "machine a login b password {}",
        ]
    )
    return sign + frame.format(secret), secret


def _disguised(m: Maker) -> tuple[str, str]:
    """Encoded, with a word of another language, or beside what goes with it."""
    secret = m.of(_ALNUM, 14)
    encoded = base64.b64encode(f"password={secret}".encode()).decode()
    parts = ".".join(m.of(_URLSAFE.replace("-", ""), size) for size in (40, 16, 48, 22))
    words = " ".join(m.one(["horse", "battery", "staple", "orbit"]) for _ in range(4))
    return m.chance.choice(
        [
            (f"jdbc:mysql://h/x?user\\u003dapp\\u0026password\\u003d{secret}", secret),
            (f"headers: {{b'password': b'{secret}'}}", secret),
            (f"password\uff1a{secret}", secret),
            (f"Passwort: {secret}", secret),
            (f"passphrase: {words}", words.partition(" ")[2]),
            (f"postgres://app:p@{secret}/x@db:5432/x", secret),
            (f"jdbc:oracle:thin:app/{secret}@db:1521:x", secret),
            (f"AWS {_aws(m)} {(key := m.of(_ALNUM + '+/', 40))}", key),
            (
                f"POST https://api.telegram.org/bot110201543:AA{secret}{m.of(_ALNUM, 19)}/send",
                secret,
            ),
            (f"refused {m.urlsafe({'alg': 'RSA-OAEP'})}.{parts}", parts),
            (f"payload {encoded}", encoded),
        ]
    )


def _foreign(m: Maker) -> tuple[str, str]:
    """Personal data as other countries and encodings write it."""
    name = m.of(string.ascii_lowercase, 8)
    number = f"0170/{m.of('123456789', 7)}"
    return m.chance.choice(
        [
            (f"GET /u?user={name}.m%40example.com", name),
            (f"mail to jürgen.{name}@exämple.de failed", name),
            (f"Tel. {number} called", number),
        ]
    )


_PASSWORDS = [
    *("password", "db_password", "passwd", "client_secret", "admin-pwd", "secret"),
    *("db_pass", "smtp-pass", "passphrase", "ssh_passphrase", "root_pw"),
]

KINDS: dict[str, Callable[[Maker], tuple[str, str]]] = {
    "AWS access key": _in_text(_aws),
    "AWS secret key": _named(
        ["aws_secret_access_key", "secret_access_key"], lambda m: m.of(_ALNUM + "+/", 40)
    ),
    "Google key": _in_text(
        lambda m: m.one(
            [
                f"AIza{m.of(_URLSAFE, 35)}",
                f"GOCSPX-{m.of(_URLSAFE, 28)}",
                f"ya29.{m.of(_URLSAFE, 60)}",
            ]
        )
    ),
    "Azure key": lambda m: (
        f"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={(k := m.base64(64))};EndpointSuffix=core",
        k,
    ),
    "GitHub token": _in_text(
        lambda m: m.one(
            [
                f"gh{m.one(list('pousr'))}_{m.of(_ALNUM, 36)}",
                f"github_pat_{m.of(_ALNUM, 22)}_{m.of(_ALNUM, 59)}",
            ]
        )
    ),
    "Slack token": _in_text(
        lambda m: m.one(
            [
                f"xoxb-{m.of(string.digits, 12)}-{m.of(string.digits, 12)}-{m.of(_ALNUM, 24)}",
                f"xoxp-{m.of(string.digits, 11)}-{m.of(_ALNUM, 32)}",
            ]
        )
    ),
    "Stripe key": _in_text(
        lambda m: f"{m.one(['sk', 'rk'])}_{m.one(['live', 'test'])}_{m.of(_ALNUM, 24)}"
    ),
    "model provider's key": _in_text(
        lambda m: m.one(
            [
                f"sk-proj-{m.of(_URLSAFE, 64)}",
                f"sk-ant-api03-{m.of(_URLSAFE, 80)}",
                f"gsk_{m.of(_ALNUM, 52)}",
                f"sk-{m.of(_ALNUM, 48)}",
            ]
        )
    ),
    "forge token": _in_text(
        lambda m: m.one(
            [
                f"glpat-{m.of(_URLSAFE, 20)}",
                f"npm_{m.of(_ALNUM, 36)}",
                f"hvs.{m.of(_URLSAFE, 90)}",
                f"dckr_pat_{m.of(_URLSAFE, 27)}",
            ]
        )
    ),
    "token of a service": _in_text(
        lambda m: m.one(
            [
                f"ntn_{m.of(_ALNUM, 46)}",
                f"secret_{m.of(_ALNUM, 43)}",
                f"lsv2_pt_{m.of('0123456789abcdef', 32)}_{m.of('0123456789abcdef', 10)}",
                f"glsa_{m.of(_ALNUM, 32)}_{m.of('0123456789abcdef', 8)}",
                f"NRAK-{m.of(string.ascii_uppercase + string.digits, 27)}",
                f"lin_api_{m.of(_ALNUM, 40)}",
                f"figd_{m.of(_URLSAFE, 40)}",
                f"dp.pt.{m.of(_ALNUM, 43)}",
                f"sbp_{m.of('0123456789abcdef', 40)}",
                f"dapi{m.of('0123456789abcdef', 32)}",
                f"ATATT3xFfGF0{m.of(_URLSAFE, 100)}",
                f"shpat_{m.of('0123456789abcdef', 32)}",
                f"{m.of('0123456789abcdef', 32)}-us{m.chance.randrange(1, 20)}",
            ]
        )
    ),
    "JSON web token": _in_text(_jwt),
    "private key": _pem,
    "password in an address": _url,
    "named password": _named(_PASSWORDS, Maker.password),
    "named token": _named(
        ["api_key", "auth_token", "x-api-key", "token", "refreshToken"], lambda m: m.of(_ALNUM, 28)
    ),
    "connection string": _connection,
    "header of authorization": _header,
    "cookie": _cookie,
    "e-mail address": _in_text(_mail),
    "phone number": _phone,
    "account number": _in_text(_iban),
    "payment card": _in_text(_card),
    "person's network address": _address,
    "identity number": _identity,
    "person's name": _name,
    "cluster token": _cluster,
    "random under a name": _random,
    "given away by another line": _below,
    "written into source": _coded,
    "disguised": _disguised,
    "personal data of elsewhere": _foreign,
}


def planted(seed: int, each: int) -> Iterator[Planted]:
    """Yield so many of each kind."""
    maker = Maker(seed)
    for kind, make in KINDS.items():
        for _ in range(each):
            text, secret = make(maker)
            yield Planted(kind, text, secret)
