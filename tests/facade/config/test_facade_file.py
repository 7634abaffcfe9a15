import pytest

GOOD = """\
version: 1
listen: {address: "[::1]:8443"}
observe: 0.0.0.0:9902
admin: {address: 127.0.0.1:9901, token: "${env:TOKEN}"}
timezone: Europe/London
drain: {pause: 0s, limit: 25s}
state: /var/lib/facade
limits: {header_bytes: 64KiB, headers: 100, url_bytes: 8KiB, body: 1GiB, connections: 10000,
  header_timeout: 10s, idle_timeout: 75s}
forwarded: {trust: [127.0.0.0/8, "::1"]}
unmatched: portal
log: {requests: 1%, errors: all, level: info}
freeze:
  - {from: Fri 15:00, to: Mon 09:00}
  - {from: 2026-12-18 17:00, to: 2027-01-04 09:00, why: Christmas}
"""


def test_everything_of_the_language_is_read(told):
    assert told({"facade.yaml": GOOD}, environment={"TOKEN": "t"}) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("version: 2", 'version "2" is not a version that this program reads; write 1'),
        ("version: 1.0", 'version "1.0" is not a version that this program reads; write 1'),
        ("listen: 8080", 'listen "8080" is not an address; write host:port, such as 127.0.0.1:8080 or [::1]:8080'),
        ("listen: {tls: {certificate: a, key: b}}", "listen.address is missing; add it"),
        ("listen: {address: 127.0.0.1:1, tls: {certificate: a}}", "listen.tls.key is missing; add it"),
        ("admin: {adress: 127.0.0.1:1}", "admin.adress is not a known key; write admin.address, or remove it"),
        (
            "timezone: Europe/Londn",
            'timezone "Europe/Londn" is not a known time zone; write one such as Europe/London or UTC',
        ),
        ("drain: {limit: 0s}", 'drain.limit "0s" is no time at all; write a duration above 0'),
        ("limits: {headers: many}", 'limits.headers "many" is not a whole number; '
                                    "write it in decimal digits, without leading zeros"),
        ("limits: {connections: 0}", 'limits.connections "0" is none; write 1 or more'),
        (
            "limits: {body: 1GB}",
            'limits.body "1GB" is not a size; write a whole number and B, KiB, MiB or GiB, such as 64KiB',
        ),
        ("limits: {idle_timeout: 75}", 'limits.idle_timeout "75" carries no unit; write it with one, such as 75s'),
        ("limit: {headers: 1}", "limit is not a known key; write limits, or remove it"),
        ("headers: 1", "headers is not a known key; write limits.headers, or remove it"),
        ("forwarded: {trust: 10.1.1.1/8}", 'forwarded.trust "10.1.1.1/8" '
                                          'has bits set behind its mask; write 10.0.0.0/8'),
        ("log: {requests: 1}", 'log.requests "1" carries no sign; write it with %, such as 1%'),
        ("log: {errors: off}", 'log.errors "off" is not one of all, none; write one of them'),
        ("log: info", 'log "info" is not a block of keys; write its keys below it, indented'),
        ("freeze: [{from: Fri 15:00}]", "freeze.to is missing; add it"),
        (
            "freeze: [{from: Fri 15:00, to: 2027-01-04 09:00}]",
            "freeze mixes a weekday and a date; write two weekdays, or two dates",
        ),
        ("freeze: {from: Fri 15:00}", 'freeze is not a list; write its items below it, each behind "- "'),
        ("tunnel_grace: 1h", "tunnel_grace is not built yet; remove it"),
        ("state: [a]", "state is a list or a block where one value belongs; "
                       "write one value, in quotes if it holds braces"),
        ("listen: '${env:A}'", "listen holds a substitution; write the value itself: "
                               "only settings, admin.token and api_key take a substitution"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(facade_told, text: str, sentence: str):
    told = facade_told(f"\n{text}\n")
    assert f"2: {sentence}" in told
    assert len(told) == (2 if text.startswith("listen: '") else 1)


def test_the_tokens_value_is_never_told(told):
    facade = 'admin: {address: 127.0.0.1:1, token: "two words"}\n'
    assert told({"facade.yaml": facade}) == [
        "facade.yaml:1: admin.token is written out in the file; write ${file:/run/secrets/admin} or ${env:NAME}, "
        "and put it there",
        "facade.yaml:1: admin.token is no token; write visible ASCII characters without spaces",
    ]
    facade = 'admin: {address: 127.0.0.1:1, token: "${env:TOKEN}"}\n'
    assert told({"facade.yaml": facade}, environment={"TOKEN": "näive s3cret"}) == [
        'facade.yaml:1: admin.token "${env:TOKEN}" is no token; write visible ASCII characters without spaces'
    ]


def test_a_second_document_is_a_mistake(facade_told):
    assert facade_told("version: 1\n---\nversion: 1\n") == [
        "3: holds a second document; remove it, and the --- above it"
    ]


def test_a_file_that_is_no_block_is_a_mistake(facade_told):
    assert facade_told("- version: 1\n") == ['1: is not a block of keys; write keys, such as "name: value", one a line']
