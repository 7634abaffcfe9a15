"""callers.yaml: who calls, by what it shows, and what is wrong with what is written of it."""

from __future__ import annotations

import hashlib
import json
import sys
from textwrap import dedent

import pytest
from tokens import AUDIENCE, ISSUER, key, key_set, rsa

from facade.callers.register import ALGORITHMS, LEEWAY, Caller, Identity, IdentityKind, Register
from facade.config.read_callers import MOST_CALLERS

KEYS = {"login.jwks.json": key_set()}
TOKENS = """\
tokens:
  - issuer: https://login.example
    keys: login.jwks.json
    audience: platform
"""
ALL = (
    TOKENS
    + f"""\
api_key_header: X-Consumer
callers:
  - name: bailiffs
    api_key: ["${{env:BAILIFFS_KEY}}", "sha256:{hashlib.sha256(b"former").hexdigest()}"]
  - name: courts
    certificate: CN=courts,O=Justice
  - name: mesh
    san: [URI:spiffe://a/b, DNS:mesh.example]
  - name: portal
    claim: azp=portal
  - name: intake
    header: X-Caller=intake
"""
)
TRUSTING = {"facade.yaml": "forwarded: {trust: 127.0.0.0/8}\n"}
SECRET = "a-secret-of-the-bailiffs"


@pytest.fixture
def callers_told(told):
    """The mistakes of callers.yaml, without its name."""

    def lines(text: str, **files: bytes) -> list[str]:
        every = {"callers.yaml": dedent(text), **KEYS, **files}
        return [line.removeprefix("callers.yaml:") for line in told(every, environment={"K": SECRET})]

    return lines


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def test_every_caller_is_known_by_what_it_shows(read):
    loaded = read({"callers.yaml": ALL, **KEYS, **TRUSTING}, environment={"BAILIFFS_KEY": SECRET})
    assert (loaded.mistakes, loaded.warnings) == ((), ())
    register = loaded.configuration.callers
    assert register.callers == (
        Caller("bailiffs", tuple(Identity(IdentityKind.API_KEY, digest(text)) for text in (SECRET, "former"))),
        Caller("courts", (Identity(IdentityKind.CERTIFICATE, b"CN=courts,O=Justice"),)),
        Caller("mesh", tuple(Identity(IdentityKind.SAN, name) for name in (b"URI:spiffe://a/b", b"DNS:mesh.example"))),
        Caller("portal", (Identity(IdentityKind.CLAIM, b"portal", "azp"),)),
        Caller("intake", (Identity(IdentityKind.HEADER, b"intake", "x-caller"),)),
    )
    assert register.api_key_header == "x-consumer"
    (issuer,) = register.issuers
    assert (issuer.issuer, issuer.audience, issuer.leeway) == (ISSUER, (AUDIENCE,), LEEWAY)
    assert issuer.algorithms == frozenset(ALGORITHMS)
    assert [public.kid for public in issuer.keys] == ["one"]


def test_an_issuer_may_be_read_more_strictly(read):
    more = "    algorithms: [ES256]\n    leeway: 2m\n"
    loaded = read({"callers.yaml": TOKENS.replace("platform", "[a, b]") + more, **KEYS})
    (issuer,) = loaded.configuration.callers.issuers
    assert (issuer.audience, issuer.algorithms, issuer.leeway) == (("a", "b"), {"ES256"}, 120.0)


def test_without_the_file_nobody_is_known(read):
    assert read().configuration.callers == Register()


def test_a_shadow_knows_where_callers_show_their_keys(read):
    shadowed = """
    routes:
      - {name: a, match: GET /a, legacy: portal, platform: "http://p", stage: shadow, shadow: {sample: 5%}}
      - {name: b, match: GET /b, legacy: portal, stage: legacy}
    """
    files = {"callers.yaml": "api_key_header: X-Consumer\n", "routes/a.yaml": dedent(shadowed)}
    known, none = read(files).configuration.routes
    assert known.shadow.api_key_header == "x-consumer"
    assert none.shadow is None
    assert read({**files, "callers.yaml": "callers: []\n"}).configuration.routes[0].shadow.api_key_header == "x-api-key"


def test_no_secret_is_shown_or_kept(read):
    loaded = read({"callers.yaml": ALL, **KEYS}, environment={"BAILIFFS_KEY": SECRET})
    assert SECRET not in repr(loaded)
    assert SECRET not in repr(loaded.configuration)


def test_a_secret_that_is_not_there_is_a_warning_to_who_checks_and_a_mistake_to_who_serves(read):
    files = {"callers.yaml": ALL, **KEYS, **TRUSTING}
    sentence = "callers.yaml:8: ${env:BAILIFFS_KEY} is not set; set BAILIFFS_KEY in the environment of the facade"
    assert [str(each) for each in read(files, serving=False).warnings] == [sentence]
    assert [str(each) for each in read(files, serving=True).mistakes] == [sentence]
    checked = read(files, serving=False).configuration
    assert [caller.name for caller in checked.callers.callers][:2] == ["bailiffs", "courts"]
    assert checked.callers.callers[0].identities == (), "what stands in a secret's place is nobody's key"


@pytest.mark.parametrize(
    ("caller", "sentence"),
    [
        ("{name: a}", "2: shows nothing that it is known by; add one of certificate, san, api_key, claim, header"),
        ("{name: a/b, header: X-A=a}", '2: name "a/b" is not a name; write up to 100 letters, digits, dots, - and _, '
                                       "beginning with a letter or digit"),
        ("{name: a, header: X-A=a, headers: 1}", "2: headers is not a known key; write header, or remove it"),
        ("{header: X-A=a}", "2: name is missing; add it"),
        ("{name: a, header: X-A}", '2: header "X-A" is not a header field; write its name and its value, such as '
                                   "X-Caller=intake"),
        ("{name: a, claim: azp}", '2: claim "azp" is not a claim; write its name and its value, such as azp=portal'),
        ("{name: a, san: spiffe://a}", '2: san "spiffe://a" is not an alternative name; write it as X-Client-Cert-San '
                                       "has it, such as DNS:a.example or URI:spiffe://a/b"),
        ("{name: a, certificate: courts}", '2: certificate "courts" is not a subject; write it as '
         "X-Client-Cert-Subject has it, without spaces behind its commas, such as CN=courts,O=Justice"),
        ("{name: a, certificate: 'CN=a, O=b'}", '2: certificate "CN=a, O=b" is not a subject; write it as '
         "X-Client-Cert-Subject has it, without spaces behind its commas, such as CN=courts,O=Justice"),
        ("{name: a, api_key: written-out-in-the-file}", "2: api_key is written out in the file; write "
         "${file:/run/secrets/NAME} or ${env:NAME}, or sha256: and its hash, and change that key"),
        ("{name: a, api_key: sha256:00}", '2: api_key is no SHA-256; write sha256: and 64 digits of 0-9 '
                                          "and a-f"),
        ("{name: a, api_key: '${K}'}",
         "2: ${K} is no substitution; write ${env:NAME} or ${file:/path}, and $${ for ${"),
        ("{name: a, header: 'X-A=${env:K}'}", "2: callers.header holds a substitution; write the value itself: only "
                                              "settings, admin.token and api_key take a substitution"),
        ("a", '2: is not a block of keys; write keys, such as "name: value", one a line'),
    ],
)  # fmt: skip
def test_a_mistake_in_a_caller_is_told_with_its_line(callers_told, caller: str, sentence: str):
    assert sentence in callers_told(f"callers:\n  - {caller}\n  - {{name: z, header: X-Z=z}}\n")


def test_a_mistake_in_one_caller_hides_none_in_another(callers_told):
    text = "callers:\n  - {name: a, claim: a}\n  - {name: b, san: b}\ntokens:\n  - {issuer: x}\nmore: 1\n"
    assert [line.split(":")[0] for line in callers_told(text)] == ["2", "3", "5", "5", "6"]


@pytest.mark.parametrize("secret", ["short", "has a space in it, it does", "\u00e9" * 20])
def test_a_key_that_can_be_guessed_or_never_comes_is_a_mistake_that_does_not_show_it(told, secret: str):
    files = {"callers.yaml": "callers: [{name: a, api_key: '${env:K}'}]\n"}
    assert told(files, environment={"K": secret}) == [
        'callers.yaml:1: api_key "${env:K}" is no API key; give the caller one of 16 to 1024 visible ASCII characters'
    ]


@pytest.mark.parametrize(
    ("issuer", "sentence"),
    [
        ("{keys: login.jwks.json, audience: a}", "2: issuer is missing; add it"),
        ("{issuer: a, keys: login.jwks.json}", "2: audience is missing; add it"),
        ("{issuer: a, keys: login.jwks.json, audience: []}", "2: audience holds nothing; write at least one"),
        ("{issuer: a, keys: 'https://a/jwks.json', audience: a}", '2: keys "https://a/jwks.json" is not the name of a '
         "file of keys; put one beside callers.yaml and write it, such as login.jwks.json"),
        ("{issuer: a, keys: ../login.jwks.json, audience: a}", '2: keys "../login.jwks.json" is not the name of a '
         "file of keys; put one beside callers.yaml and write it, such as login.jwks.json"),
        ("{issuer: a, keys: other.jwks.json, audience: a}", "2: keys names other.jwks.json, which cannot be read "
         "beside callers.yaml; put the issuer's JWK Set there, under that name"),
        ("{issuer: a, keys: login.jwks.json, audience: a, algorithms: none}", '2: algorithms "none" is no signature '
         "that is verified; write one of " + ", ".join(ALGORITHMS)),
        ("{issuer: a, keys: login.jwks.json, audience: a, algorithms: [HS256]}", '2: algorithms "HS256" is no '
         "signature that is verified; write one of " + ", ".join(ALGORITHMS)),
        ("{issuer: a, keys: login.jwks.json, audience: a, algorithms: RS256}", "2: algorithms names none that the "
         "issuer's keys can be used with; write one of ES256, or leave it out"),
        ("{issuer: a, keys: login.jwks.json, audience: a, leeway: 1h}", '2: leeway "1h" is more than 5m; write less, '
         "and set the clocks"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_issuer_is_told_with_its_line(callers_told, issuer: str, sentence: str):
    assert callers_told(f"tokens:\n  - {issuer}\n") == [sentence]


def test_a_mistake_in_a_file_of_keys_is_told_with_that_file(told):
    private = json.dumps({"keys": [key().as_dict(private=True)]})
    assert told({"callers.yaml": TOKENS, "login.jwks.json": private}) == [
        "login.jwks.json:1: holds a private or a shared key; export the public ones alone, and change that key"
    ]


def test_who_has_not_the_extra_is_told_what_to_install(told, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "facade.callers.signature", raising=False)
    monkeypatch.setitem(sys.modules, "joserfc.errors", None)
    assert told({"callers.yaml": TOKENS, **KEYS}) == [
        "callers.yaml:3: tokens need joserfc, which is not installed; install strangler-facade[auth]"
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "1: is empty; write its keys, or delete the file"),
        ("- a\n", '1: is not a block of keys; write keys, such as "name: value", one a line'),
        ("callers: {}\n", '1: callers is not a list; begin each of them with "- "'),
        ("caller: []\n", "1: caller is not a known key; write callers, or remove it"),
        ("callers: []\n---\ncallers: []\n", "3: holds a second document; remove it, and the --- above it"),
        (
            "api_key_header: X Key\n",
            '1: api_key_header "X Key" is not a header field\'s name; write one such as X-Cohort',
        ),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(callers_told, text: str, sentence: str):
    assert sentence in callers_told(text)


def test_the_number_of_callers_is_bounded(callers_told):
    text = "callers:\n" + "".join(f"  - {{name: c{n}, header: X-A={n}}}\n" for n in range(MOST_CALLERS + 5))
    assert callers_told(text) == [
        f"{MOST_CALLERS + 2}: is one caller too many: {MOST_CALLERS} are known at the most; give callers that move "
        "together one name"
    ]


def test_keys_that_were_changed_are_another_configuration(read):
    first, again, other = (
        read({"callers.yaml": TOKENS, "login.jwks.json": keys}).configuration.callers
        for keys in (key_set(), key_set(), key_set(rsa()))
    )
    assert first == again
    assert first != other
