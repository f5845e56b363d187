"""What secrets look like: one place for their patterns, whoever masks or replaces them.

Whoever writes the text may be hostile, so the work must grow with its length and no faster: what
may be long is looked through from where its run of characters starts, not from each place in it.
"""

import re

from mcp_servers.common.secret_names import LOOKUP, NAME_ENDS, Shape, shape
from mcp_servers.common.source_shapes import IN_SOURCE

WITH_CONTEXT: tuple[Shape, ...] = (
    # A private key, with all its lines.
    shape(
        "private-key",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
        re.DOTALL,
    ),
    # A JSON Web Token: three base64url parts, the first an object.
    shape(
        "jwt",
        r"(?<![\w-])(?=[\w-]++\.[\w-]{5,}+\.)[\w-]*?\b(?P<found>eyJ[\w-]{5,}+\.[\w-]{5,}+\.[\w-]*(?:\.[\w-]{2,}\.[\w-]{2,})?)",
    ),
    # Credentials of an HTTP header.
    shape("credential", r"(?i)\b(?:bearer|basic|token)[^\S\n]+(?P<found>[A-Za-z0-9+/=._~-]{8,})"),
    # User and password in a URL or connection string.
    shape(
        "password",
        r"(?i)(?<![^\s@])(?=[^\s@]++@)[^\s@]*?[a-z0-9+.-]://[^\s:/@]*+:(?P<found>[^\s@]++(?:@(?![^\s@]{0,60}://)[^\s@\"'<>,;&?|]{1,60}(?=@)){0,3})@",
    ),
    shape("password", r"(?i)\boracle:thin:[^\s/:@]{1,64}/(?P<found>[^\s@\"']{1,128})@"),
    # The same without a scheme, as the drivers of Go and Oracle write it.
    shape(
        "password",
        r"(?<![\w.%+-])[\w.%+-]{1,64}[:/](?!/)(?P<found>[^\s\"'(]{1,128})@(?=(?:tcp|unix|udp|tls)\(|//)",
    ),
    # A named secret in JSON, a query string, an assignment or a header.
    shape(
        "secret",
        rf"(?i)(?:{NAME_ENDS}|auth[_-]?token|access[_-]?token|refresh[_-]?token|token|credential)s?"
        rf"[\"']?[^\S\n]*+(?>:=|=>|[:=]={{0,2}}|!={{1,2}})[^\S\n]*+(?!{LOOKUP})"
        r"(?P<found>\[redacted\](?:(?=[):]{1,4}(?:[\s,;&\"'}\]]|$))|[^\s,;&\"'}\]]*)|[bru]{0,2}\"[^\"\n]+\"?|[bru]{0,2}'[^'\n]+'?|[^\s,;&\"'}\]]+)",
    ),
    # A short name by itself: a number beside it counts what passed.
    shape(
        "secret",
        r"(?i)(?<![\w.-])(?:pass|pw)(?:[\"'][^\S\n]*+:|[^\S\n]?=|:)[^\S\n]*+(?!\d+(?![^\s,;&\"'}\]]))"
        r"(?P<found>\[redacted\](?:(?=[):]{1,4}(?:[\s,;&\"'}\]]|$))|[^\s,;&\"'}\]]*)|\"[^\"\n]+\"?|'[^'\n]+'?|(?=[^\s,;&\"'}\]]*\d)[^\s,;&\"'}\]]+)",
    ),
    # The value after a flag, on a command line or as the next argument of a list.
    shape(
        "secret",
        rf"(?i)(?<![\w.-])(?=-|[\w.-]*?\.-)[\w.-]*-(?:{NAME_ENDS}|token|credentials?)"
        r"(?:[\"'][^\S\n]*,[^\S\n]*[\"']|[^\S\n]+)(?!-)(?P<found>\"[^\"\n]+\"?|'[^'\n]+'?|[^\s\"',;]+)",
    ),
    # MySQL's short flag, which has its value attached; the capital one is a port.
    shape(
        "password",
        r"(?<![\w-])(?>[\w-]*?\b(?:mysql|mariadb))[\w-]*+[^\n;|]{0,400}?[\s\"']-p"
        r"(?P<found>\"[^\"\n]+\"?|'[^'\n]+'?|[^\s\"',;]+)",
    ),
)
"""Secrets that are known by what stands beside them."""

BY_FORM: tuple[Shape, ...] = (
    shape("aws-key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    shape("github-token", r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"),
    shape("slack-token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    shape("slack-token", r"hooks\.slack\.com/services/(?P<found>[A-Z0-9]{2,}/[A-Z0-9]{2,}/\w{8,})"),
    shape("api-key", r"\b(?:sk|rk|pk)[-_](?:live|test|proj|ant|or)[-_][A-Za-z0-9_-]{10,}"),
    shape("api-key", r"\bwhsec_\w{20,}|\bsk-(?:svcacct-[\w-]{10,}|[A-Za-z0-9]{40,})"),
    shape("api-key", r"\b(?:gsk|hf|r8|pplx)[_-][A-Za-z0-9]{30,}"),
    shape("google-key", r"\bAIza[A-Za-z0-9_-]{30,}|\bGOCSPX-[\w-]{20,}|\bya29\.[\w.-]{20,}"),
    shape("azure-key", r"(?i)\b(?:AccountKey|SharedAccessKey)=(?P<found>[A-Za-z0-9+/]{40,}={0,2})"),
    shape("azure-key", r"\b[A-Za-z0-9_]{3}\dQ~[\w.~-]{31,}"),
    shape(
        "forge-token",
        r"\b(?:glpat|gldt|glrt)-[\w-]{20,}|\bnpm_[A-Za-z0-9]{36}|\bpypi-AgE[\w-]{20,}",
    ),
    shape("forge-token", r"\bdckr_pat_[\w-]{20,}|\bdop_v1_[0-9a-f]{40,}|\bhvs\.[\w-]{20,}"),
    shape("mail-key", r"\bSG\.[\w-]{16,32}\.[\w-]{30,64}"),
    shape("chat-token", r"api\.telegram\.org/(?:file/)?bot(?P<found>\d{6,12}:[\w-]{30,})"),
    shape("chat-token", r"(?<![\w:])\d{8,10}:AA[\w-]{33}(?![\w-])"),
    shape("api-key", r"\b(?:ntn_[A-Za-z0-9]{30,}|secret_[A-Za-z0-9]{40,}|lsv2_(?:pt|sk)_\w{20,})"),
    shape("api-key", r"\b(?:glsa_\w{20,}|NRAK-[A-Z0-9]{20,}|lin_api_\w{20,}|figd_[\w-]{20,})"),
    shape("api-key", r"\bdp\.(?:pt|st|ct|sa)\.\w{20,}|\bsbp_[0-9a-f]{40}|\bdapi[0-9a-f]{32}"),
    shape(
        "api-key",
        r"\bATATT3[\w=-]{20,}|\bshp(?:at|ca|pa|ss)_[0-9a-f]{32}|\b[0-9a-f]{32}-us\d{1,2}\b",
    ),
    shape("chat-token", r"discord(?:app)?\.com/api/webhooks/\d{5,}/(?P<found>[\w-]{20,})"),
    shape("private-key", r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}|\bLS0tLS1CRUdJTi[A-Za-z0-9+/=]{20,}"),
    shape(
        "password-hash",
        r"\$(?:2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|argon2id?\$[\w$=,+/.]{20,200}|(?:apr1|[156y])\$[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{20,86})",
    ),
)
"""Secrets that are known by their own form, wherever they stand."""

STORED = (*IN_SOURCE, *WITH_CONTEXT, *BY_FORM)
"""What nothing that is stored, shown or sent may hold."""
