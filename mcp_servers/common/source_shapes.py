"""What secrets look like in source, settings and command lines: where a name is not right beside its value.

As everywhere, the work must grow with the length of a text and no faster: what stands between a name
and its value is bounded. None of these reaches beyond its line, as the lines of a diff keep their signs.
"""

from mcp_servers.common.secret_names import NAME, Shape, shape

_QUOTED = r"(?P<quote>[\"'`])(?P<found>(?:(?!(?P=quote))[^\n\\]|\\[^\n]){1,400})"
_QUOTED_WORD = (
    r"(?P<quote>[\"'`])(?!-)(?P<found>(?:(?!(?P=quote))[^\s\\]|\\[^\s]){1,400})(?P=quote)"
)
_BARE = r"[\"']?(?P<found>(?!\$|\{\{|\[redacted\])[^\s\"']{1,200})"
_SIGN = r"[\"']?[ \t]{0,8}(?>:=|=>|[:=])[ \t]{0,8}"
_AFTER = r"[\"']?(?:[ \t]{1,8}|[ \t]{0,8}[:=][ \t]{0,8})"
_SEVERAL = r"(?:passwords|passwds|pwds|passphrases|passcodes|(?:api|access|private)[_-]?keys)"
_KEY_NAMES = r"(?:encryption|signing|master|hmac|jwt|license|shared|storage|cookie|session)[_-]?key"
_WRAPPERS = (
    r"(?:new\s)?(?:\[\]byte|b64decode|base64\.\w{1,20}|Buffer\.from|atob|bytes|str|String(?:::from)?"
    r"|Secret(?:Str|String|\.of)?|SecureString|GuardedString|encrypt|char\[\])"
)

_CODE: tuple[Shape, ...] = (
    # Set by a call: setPassword("..."), withToken('...'), builder.password("...").
    shape(
        "secret",
        rf"(?i)(?:(?<![a-z])(?:set|with|use)\w{{0,40}}?|(?<=[.>:])\w{{0,12}}?(?<!get)(?<!hash)(?<!check)(?<!verify)(?<!by))"
        rf"(?:{NAME})\([ \t]{{0,4}}{_QUOTED_WORD}",
    ),
    # Put under its name: environ['DB_PASSWORD'] = '...'.
    shape(
        "secret",
        rf"(?i)(?:{NAME})[\"'`][ \t]{{0,3}}\][ \t]{{0,3}}(?:\|\||\?\?|:)?=>?[ \t]{{0,3}}[bru]{{0,2}}{_QUOTED}",
    ),
    # By its name with what stands in for it: getenv('DB_PASSWORD', '...'), setProperty("password", "...").
    shape(
        "secret",
        rf"(?i)(?:env|get|set|put|fetch|property|default|config|option|setting|param|variable|add|header)\w{{0,20}}"
        rf"\([ \t]{{0,4}}[\"'`][\w.-]{{0,80}}?(?:{NAME})[\"'`][ \t]{{0,3}},[ \t]{{0,3}}{_QUOTED_WORD}",
    ),
    # What it is where it is not set: process.env.DB_PASSWORD || '...'.
    shape(
        "secret",
        rf"(?i)(?:{NAME})[\"'`\])]{{0,4}}"
        r"(?:[ \t]{0,3}(?:\|\||\?\?|\?:|\bor\b)[ \t]{0,3}|\.(?:unwrap_or|or_?else|get_?or_?else)\w{0,12}\((?:\|_?\|[ \t]?)?)"
        rf"{_QUOTED_WORD}",
    ),
    shape(
        "secret",
        rf"(?i)\$\{{[\w.-]{{0,80}}?(?:{NAME})(?>:[-=]?|[-=])(?P<found>[^\s?+$\"'{{}}][^}}\n]{{0,200}})(?=\}})",
    ),
    # Of several words, without quotes.
    shape(
        "password",
        rf"(?i)pass-?phrase{_SIGN}(?P<found>\w{{2,40}}(?:[ \t][\w-]{{1,40}}){{2,15}})(?=[ \t]*(?:$|[\n#,;}}]))",
    ),
    # With its type between, or in a call that only wraps it.
    shape(
        "secret",
        rf"(?i)(?:{NAME})[ \t]{{0,3}}:[ \t]{{0,3}}[&\w'.\[\]<>|?][&\w'.\[\]<>|? ]{{0,40}}=[ \t]{{0,3}}[bru]{{0,2}}{_QUOTED}",
    ),
    shape(
        "secret",
        rf"(?i)(?:{NAME})[ \t]{{1,3}}(?:string|\*?char|\[\]byte)[ \t]{{0,3}}=[ \t]{{0,3}}(?:\[\]byte\()?{_QUOTED}",
    ),
    shape("secret", rf"(?i)(?:{NAME}){_SIGN}{_WRAPPERS}\([ \t]{{0,3}}[bru]{{0,2}}{_QUOTED}"),
    shape("secret", rf"(?i)#define[ \t]{{1,8}}\w{{0,60}}?(?:{NAME})[ \t]{{1,16}}{_QUOTED}"),
    # More than one of them.
    shape(
        "secret",
        rf"(?i){_SEVERAL}{_SIGN}(?:\[|(?:list|set|array)\(|(?:new String\[\][ \t]?|\[\]string)\{{)[ \t]{{0,3}}"
        r"(?P<found>[\"'][^\])}\n]{1,2000})",
    ),
)

_SETTINGS: tuple[Shape, ...] = (
    # A variable of an image, by the old way to write it.
    shape(
        "secret",
        rf"(?im)^[+-]?[ \t]{{0,40}}(?:ENV|ARG)[ \t]{{1,8}}[\w.-]{{0,80}}?(?:{NAME})[ \t]{{1,8}}"
        r"(?P<found>(?!\$|\[redacted\])[^\s=][^\n]{0,400})",
    ),
    # Name and value of one entry.
    shape(
        "secret",
        rf"(?i)(?<![\w-])(?:name|key|parameterkey)[\"']?[ \t]{{0,3}}[:=][ \t]{{0,3}}[\"']?[\w.:-]{{0,80}}?(?:{NAME})[\"']?"
        r"[ \t]{0,3}[,;]?[ \t]{1,3}[\"']?(?:value|default|parametervalue)[\"']?[ \t]{0,3}[:=][ \t]{0,3}"
        r"(?P<found>(?!\[redacted\]|[\"']?(?:\$[({]|\{\{))(?:\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|[^\s\"',}]{1,400}))",
    ),
    shape(
        "secret",
        rf"(?i)\bvariable[ \t]{{1,8}}\"[\w-]{{0,80}}?(?:{NAME})\"[ \t]{{0,8}}\{{[^}}\n]{{0,200}}?\bdefault[ \t]{{0,8}}=[ \t]{{0,8}}{_QUOTED}",
    ),
    # An element, or what an attribute names.
    shape(
        "secret",
        rf"(?i)<[\w:.-]{{0,40}}?(?:{NAME}|passphrase)(?:\s[^<>\n]{{0,80}})?>(?P<found>(?!\$\{{|\[redacted\])[^<>\s][^<>\n]{{0,400}})</",
    ),
    shape(
        "secret",
        rf"(?i)\b(?:name|key)=[\"'][\w:.-]{{0,80}}?(?:{NAME})[\"'][^<>\n]{{0,80}}>(?P<found>(?!\$\{{|\[redacted\])[^<>\s][^<>\n]{{0,400}})</",
    ),
    shape(
        "secret",
        rf"(?i)(?:{_KEY_NAMES}){_SIGN}[\"']?(?P<found>(?![/~.])(?=[\w+/=~.-]{{0,200}}?\d)"
        r"(?=[\w+/=~.-]{0,200}?[A-Za-z])[\w+/=~.-]{16,400})",
    ),
    shape(
        "secret",
        rf"(?i)(?:routing|integration|service)[_-]?key{_SIGN}[\"']?(?P<found>[0-9a-f]{{32}})\b",
    ),
    shape(
        "azure-key",
        r"(?i)\b(?:Account|SharedAccess|Primary|Secondary)Key=(?P<found>[A-Za-z0-9+/]{8,}={0,2})",
    ),
    shape("azure-key", r"(?i)\bSharedAccessSignature=(?P<found>[^\s;\"']{8,1000})"),
    shape(
        "chat-token",
        r"(?i)(?:webhook\.office\.com/webhookb2|outlook\.office(?:365)?\.com/webhook)/(?P<found>[^\s\"'<>]{20,400})",
    ),
)

_COMMANDS: tuple[Shape, ...] = (
    shape("password", rf"(?i)(?<![\w.-])password[ \t]{{0,4}}[( \t][ \t]{{0,4}}{_QUOTED_WORD}"),
    shape(
        "password",
        rf"(?i)\bidentified\s{{1,4}}(?:with\s{{1,4}}\S{{1,80}}\s{{1,4}})?(?:by|as)\s{{1,4}}(?:password\s{{1,4}})?{_QUOTED}",
    ),
    shape(
        "password",
        r"(?i)\bidentified[ \t]{1,4}by[ \t]{1,4}(?!password\b|values\b|random\b|\[redacted\])(?P<found>[^\s;\"'`&:]{1,200})",
    ),
    shape(
        "password",
        rf"(?i)(?<![\w-])(?:requirepass|masterauth|primaryauth|masterpass|insecure-password){_AFTER}{_BARE}",
    ),
    shape("password", rf"(?i)\blogin[ \t]{{1,4}}\S{{1,80}}[ \t]{{1,4}}password[ \t]{{1,4}}{_BARE}"),
    shape(
        "password",
        rf"\bcurl\b[^\n|;]{{0,120}}?[ \t](?:-u|--user)[ \t=]?[\"']?[^\s:\"'$]{{1,64}}:{_BARE}",
    ),
    shape(
        "password",
        rf"\b(?:sshpass|mongo\w{{0,8}}|docker login|podman login|helm registry login)\b[^\n|;]{{0,120}}?[ \t]-p[ \t]{{0,3}}{_BARE}",
    ),
    shape("password", rf"\bredis-cli\b[^\n|;]{{0,120}}?[ \t]-a[ \t]{{1,3}}{_BARE}"),
    shape("password", rf"\bldap\w{{1,12}}\b[^\n|;]{{0,120}}?[ \t]-w[ \t]{{0,3}}{_BARE}"),
    shape(
        "password",
        rf"\bhtpasswd[ \t]{{1,3}}-\w{{0,6}}b\w{{0,6}}(?:[ \t]{{1,3}}[^\s-]\S{{0,200}}){{1,2}}[ \t]{{1,3}}{_BARE}(?=[ \t]*(?:$|[\n|;&>]))",
    ),
    shape(
        "password",
        rf"(?<![\w-])-(?:passin|passout|storepass|keypass|srcstorepass|deststorepass)[ \t]{{1,3}}(?>(?:pass:)?){_BARE}",
    ),
    shape("secret", rf"--from-literal[= ][\"']?[\w.-]{{1,100}}={_BARE}"),
)

IN_SOURCE: tuple[Shape, ...] = (*_CODE, *_SETTINGS, *_COMMANDS)
"""Secrets that source, settings and command lines give away."""
