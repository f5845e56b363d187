"""What tells of persons: addresses, numbers and names, with the check digits that make them so."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from sre_agent.safety.secret_names import Shape, shape

_SIGN = r"(?:\\{0,3}[\"'])?\s{0,3}[=:]\s{0,3}(?:\\{0,3}[\"'])?"
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CARD_STARTS = re.compile(r"4|5[1-5]|2[2-7]|3[47]|3(?:0[0-5]|[68])|6(?:011|4[4-9]|5|2)|35")
_NOBODYS_NETS = tuple(
    ipaddress.ip_network(net)
    for net in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "8.8.8.8/32",
        "8.8.4.4/32",
        "1.1.1.1/32",
        "1.0.0.1/32",
        "9.9.9.9/32",
    ]
)
"""Addresses inside a cluster or a house, and name servers that everybody uses."""

_NOBODY = frozenset({"git", "noreply", "no-reply", "donotreply", "mailer-daemon"})
_MACHINES = (".gserviceaccount.com", ".local", ".internal", ".svc", ".localdomain")


@dataclass(frozen=True)
class Personal:
    """A shape, and whether what has it is one: a check digit, a net."""

    shape: Shape
    holds: Callable[[str], bool] = bool


def _digits(text: str) -> list[int]:
    return [int(char) for char in text if char.isdigit() and char.isascii()]


def is_card(text: str) -> bool:
    """Return whether it is the number of a payment card: known beginning, check digit (Luhn)."""
    digits = _digits(text)
    if not _CARD_STARTS.match("".join(map(str, digits))):
        return False
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """Return whether the check digits of an account number hold (ISO 7064, modulo 97)."""
    compact = text.replace(" ", "")
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def is_dni(text: str) -> bool:
    """Return whether the letter of a Spanish identity number fits."""
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return _DNI_LETTERS[int(number) % 23] == text[-1]


def is_cpf(text: str) -> bool:
    """Return whether the check digits of a Brazilian taxpayer number hold."""
    digits = _digits(text)
    checks = [
        sum(w * d for w, d in zip(range(n + 1, 1, -1), digits, strict=False)) * 10 % 11 % 10
        for n in (9, 10)
    ]
    return digits[9:] == checks


def is_someones(address: str) -> bool:
    """Return whether an address may be that of a person's line: none inside a cluster or a house."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        return found.is_global or address.lower().startswith("2001:db8")
    return not any(found in net for net in _NOBODYS_NETS)


def _is_persons_mail(text: str) -> bool:
    local, _, domain = text.lower().replace("%40", "@").rpartition("@")
    return local not in _NOBODY and not domain.endswith(_MACHINES)


_WORD = r"[A-Z\u00c0-\u00de][\w'\u2019.-]{0,40}"
_NAMED = r"(?:full|first|last|given|family|middle|maiden|customer|cardholder|patient|employee|contact|legal|real|passenger|recipient)[_ -]?name|sur[_ -]?name|cardholder|account[_ -]?holder"

PERSONAL: tuple[Personal, ...] = (
    Personal(
        shape(
            "email",
            r"(?<![\w.+%-])[\w.+%-]{1,128}(?:@|%40)(?:[^\W_](?:[^\W_]|-){0,62}\.){1,8}[^\W\d_]{2,24}(?![\w-])",
        ),
        _is_persons_mail,
    ),
    Personal(shape("phone", r"(?<![\w.+:/-])\+[1-9](?:[ .()/-]{0,3}\d){7,14}(?!\w)")),
    Personal(shape("phone", r"(?<![\w.+/-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}-)\d{3}-\d{4}(?![\w-])")),
    Personal(
        shape(
            "phone",
            rf"(?i)(?<![a-z])(?:(?:tele)?phone|tel|mobile|msisdn|fax|cell|whatsapp)(?:[_ -]?(?:number|no|nr))?{_SIGN}"
            r"(?P<found>\(?\+?\d(?:[ .()/-]{0,3}\d){5,14})",
        )
    ),
    Personal(
        shape(
            "phone", r"(?i)\btel(?:efon)?[.:]{0,2}\s(?P<found>\(?0\d(?:[ ()/-]{0,2}\d){6,12})(?!\w)"
        )
    ),
    Personal(
        shape(
            "iban",
            r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])",
        ),
        is_iban,
    ),
    # Looked for at every place, so that a number before it does not hide one.
    Personal(
        shape(
            "card",
            r"(?<![\w.-])(?=(?P<found>(?:\d{4}[ -]){3}\d{4}|\d{4}[ -]\d{6}[ -]\d{5}|\d{13,19})(?![\w-]))",
        ),
        is_card,
    ),
    Personal(
        shape("ip", r"(?<![\w.-])(?<!version )(?:\d{1,3}\.){3}\d{1,3}(?!\.?[\w-])"), is_someones
    ),
    Personal(
        shape(
            "ip",
            r"(?<![\w:.])[23][0-9a-fA-F]{3}:(?:[0-9a-fA-F]{0,4}:){1,6}[0-9a-fA-F]{0,4}(?![\w:])",
        ),
        is_someones,
    ),
    Personal(
        shape("national-id", r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
    ),
    Personal(
        shape(
            "national-id",
            r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)",
        )
    ),
    Personal(shape("national-id", r"(?<![\w-])[0-9XYZ]\d{7}[A-HJ-NP-TV-Z](?![\w-])"), is_dni),
    Personal(shape("national-id", r"(?<![\w.])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\w)"), is_cpf),
    Personal(shape("national-id", r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)")),
    Personal(
        shape(
            "national-id",
            rf"(?i)(?<![a-z])(?:ssn|national[_ -]?id|tax[_ -]?(?:id|number)|passport(?:[_ -]?(?:no|number))?|bsn|pesel|cpf|aadhaar|nino|insee|steuer[_-]?id|personnummer|driver[_ -]?licen[sc]e){_SIGN}"
            r"(?P<found>[A-Z0-9](?:[ .-]?[A-Z0-9]){5,19})",
        ),
        lambda text: any(map(str.isdigit, text)),
    ),
    Personal(
        shape(
            "name",
            rf"(?i:(?<![a-z])(?:{_NAMED}|customer|patient|employee|passenger)){_SIGN}(?P<found>{_WORD}(?: {_WORD}){{0,3}})",
        )
    ),
    Personal(
        shape(
            "name",
            rf"(?i)(?<![a-z])(?:{_NAMED}){_SIGN}(?P<found>[^\s,;&\"'}}\]\\]{{1,80}}(?: [a-z\u00df-\u00ff]{{2,40}}(?=[\"']))?)",
        )
    ),
    Personal(
        shape(
            "birth-date",
            rf"(?i)(?<![a-z])(?:dob|date[_ -]?of[_ -]?birth|birth[_ -]?da(?:te|y)){_SIGN}(?P<found>\d[\d./-]{{5,9}})",
        )
    ),
    Personal(
        shape(
            "address",
            rf"(?i)(?<![a-z])(?:street|home|billing|shipping|postal|mailing)[_ -]?address{_SIGN}(?P<found>[^\n\"'\\;]{{4,160}})",
        )
    ),
)
