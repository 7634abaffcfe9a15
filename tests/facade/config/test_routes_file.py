import pytest

ROUTE = """\
routes:
  - name: claims.read
    match: GET /claims/{reference}
    legacy: portal
    platform: http://127.0.0.1:7101
    stage: legacy
"""


def test_everything_of_the_language_is_read(routes_told):
    assert (
        routes_told("""\
routes:
  - name: claims.read
    match: {host: API.example, method: GET, path: "/claims/{reference}", headers: {X-Version: 2}}
    legacy: register.add-title
    platform: {url: "https://claims.example", path: "/v2/{reference}", timeout: 5s, host: target}
    stage: canary
    canary:
      share: 0.5%
      by: [cookie session, header X-User, path reference, address]
      without_key: platform
      platform_for: header X-Cohort=staff
      legacy_for: ["address 10.0.0.1"]
    records: shared
    timeout: 10s
    owner: Benefits
  - name: claims.form
    match: /cgi-bin/{x...}
    stage: gone
    successor: https://example.org/claims
""")
        == []
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("timeout: 10", '7: timeout "10" carries no unit; write it with one, such as 10s'),
        ("owner: ''", '7: owner "" is not a line of text; write 1 to 200 characters on one line'),
        ("records: both", '7: records "both" is not one of shared, legacy, platform; write one of them'),
        ("successor: later", '7: successor "later" is neither a path nor an http(s) URL; '
                             "write one such as /new/titles or https://example.org/new"),
        ("successor: /a?b", "7: successor: a path template has no query and no fragment; "
                            "leave out '?' or '#' and what follows"),
        ("stage: canary", '7: "stage" stands twice, here and in line 6; keep one of the two'),
        ("stages: canary", "7: stages is not a known key; write stage, or remove it"),
        ("share: 5%", "7: share is not a known key; write canary.share, or remove it"),
        ("canary: {share: 25, by: cookie s}", '7: canary.share "25" carries no sign; write it with %, such as 25%'),
        ("canary: {by: cookie s}", "7: canary.share is missing; add it"),
        ("canary: {share: 25%}", "7: canary has a share but no sticky key; add by, such as by: cookie session"),
        ("canary: {share: 5%, by: cookie}", "7: canary.by: the key 'cookie' needs a name; write 'cookie NAME'"),
        ("canary: {share: 5%, by: claim}", "7: canary.by: the key 'claim' needs a name; write 'claim NAME'"),
        ("canary: {share: 5%, by: network 10.0.0.0/8}", "7: canary.by: 'network 10.0.0.0/8' is not a sticky key; use "
            "'cookie NAME', 'header NAME', 'path NAME', 'claim NAME', 'caller' or 'address'"),
        ("canary: {share: 5%, by: address, legacy_for: network 10.1.1.1/8}", "7: canary.legacy_for: '10.1.1.1/8' has "
            "bits set behind its mask; write 'network 10.0.0.0/8'"),
        ("canary: {share: 5%, by: address, without_key: none}", '7: canary.without_key "none" is not one of '
                                                                "legacy, platform; write one of them"),
        ("canary: {share: 5%, by: address, platform_for: [header X]}", "7: canary.platform_for: the rule "
                                                                       "for 'header X' needs a value"),
        ("guard: {calls: 1000}", "7: guard has no check; add one, such as errors: +1 point"),
        ("shadow: {noise: 20%}", "7: shadow asks legacy twice for more than a tenth of its calls; "
                                 "write noise: 1%, which is enough"),
        ("shadow: {}", "7: shadow compares nothing; add sample, such as sample: 10%, or leave shadow out"),
        ("fallback: writes", '7: fallback "writes" is not one of none, reads; write one of them'),
        ("plan: []", "7: plan is not built yet; remove it"),
        ("contract: report", "7: contract is not built yet; remove it"),
        ("timeout:", '7: "timeout" has no value; write one, or remove it'),
        ("timeout: '${env:T}'", "7: routes.timeout holds a substitution; write the value itself: "
                                "only settings, admin.token and api_key take a substitution"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_route_is_told_with_its_line(routes_told, text: str, sentence: str):
    told = routes_told(f"{ROUTE}    {text}\n")
    assert any(each.startswith(sentence) for each in told), told
    assert len(told) == (2 if "$" in text else 1)


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        ("name", "a b", 'name "a b" is not a name; write up to 100 letters, digits, dots, - and _, '
                        "beginning with a letter or digit"),
        ("match", "titles", "match: the path 'titles' does not begin with a slash; write it like '/titles'"),
        ("match", "get /a", "match: 'get' is not a method; write it in capitals, as in 'GET /titles'"),
        ("match", "{path: a}", "match.path: the path 'a' does not begin with a slash; write it like '/titles'"),
        ("match", "{method: get, path: /a}", 'match.method "get" is not a method; write it in capitals, such as GET'),
        ("match", "{path: /a, host: 'http://a'}", 'match.host "http://a" is not a host; '
                                                  "write a name without scheme and port, such as api.example"),
        ("match", "{path: /a, headers: {A b: c}}", "match.headers.A b is not a header field's name; "
                                                   "write one such as X-Cohort"),
        ("match", "{path: /a, headers: {A: 1, a: 2}}", "match.headers names a header field twice; keep one"),
        ("match", "{path: /a, headers: {A: é}}", 'match.headers.A "é" is not a header field\'s value; '
                                                 "write visible ASCII characters"),
        ("match", "{host: a}", "match.path is missing; add it"),
        ("legacy", "a.b.c", 'legacy "a.b.c" names no silo; '
                            "write SILO.OPERATION, or SILO alone for one that is passed through"),
        ("platform", "payments:80", 'platform "payments:80" is not an http(s) URL; '
                                    "write one such as http://127.0.0.1:7101"),
        ("platform", "payments", 'platform names "payments", and there is no such external; '
                                 "add it, in externals/<name>.yaml, or the URL of a service, such as http://payments:8080"),
        ("platform", "http://u:s3cret@a", 'platform "http://...@a" carries a user name or a password; '
                                          "remove it: secrets never stand in a URL"),
        ("platform", "[http://a]", "platform is not a block of keys; write its keys below it, indented"),
        ("platform", "{url: {a: b}}", "platform.url is not a list; write its items below it, each behind \"- \""),
        ("platform", "{url: http://a, host: me}", 'platform.host "me" is not one of caller, target; write one of them'),
        ("stage", "live", 'stage "live" is not one of legacy, shadow, canary, platform, complete, gone; '
                          "write one of them"),
    ],
)  # fmt: skip
def test_a_value_that_is_wrong_is_told_with_its_line(routes_told, key: str, text: str, sentence: str):
    lines = [f"    {key}: {text}" if f"{key}:" in line.lstrip("- ")[:10] else line for line in ROUTE.splitlines()]
    lines = [line.replace("    name", "  - name", 1) if line.startswith("    name") else line for line in lines]
    number = next(at for at, line in enumerate(lines, 1) if f"{key}: {text}" in line)
    assert f"{number}: {sentence}" in routes_told("\n".join(lines))


def test_a_staff_only_canary_needs_no_sticky_key(routes_told):
    assert routes_told(f"{ROUTE}    canary: {{share: 0%, platform_for: header X-Cohort=staff}}\n") == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("routes: []\ngruops: []\n", ['2: "gruops" is not a known key; remove it, or write one of routes, groups']),
        ("routes: titles\n", ['1: routes is not a list; begin each of them with "- "']),
        ("routes: [a]\n", ['1: is not a block of keys; write keys, such as "name: value", one a line']),
        ("routes: [{}]\n", ["1: name is missing; add it", "1: match is missing; add it"]),
        ("groups: [{name: a}]\n", ["1: routes is missing; add it", "1: stage is missing; add it"]),
        ("groups: [{name: a, stage: legacy, routes: []}]\n", ["1: routes holds nothing; write at least one"]),
        (
            "groups: [{name: a, stage: legacy, routes: [b], guard: {}}]\n",
            ["1: guard has no check; add one, such as errors: +1 point"],
        ),
    ],
)
def test_the_lists_of_a_file_are_told(told, text: str, sentences: list[str]):
    found = told({"routes/b.yaml": text})
    assert [each.removeprefix("routes/b.yaml:") for each in found if each.startswith("routes/b")][: len(sentences)] == (
        sentences
    )


def test_every_document_of_a_file_is_read(routes_told):
    second = ROUTE.replace("claims", "titles")
    assert routes_told(f"{ROUTE}---\n{second}") == []
    assert routes_told(f"{ROUTE}---\n{second}    timeout: 1\n") == [
        '14: timeout "1" carries no unit; write it with one, such as 1s'
    ]


def test_a_file_with_four_mistakes_gives_four_lines(routes_told):
    text = """\
routes:
  - name: claims.read
    match: GET claims
    legacy: portl
    stage: canary
    stage: legacy
    canary: {share: 25, by: cookie session}
"""
    assert routes_told(text) == [
        "3: match: the path 'claims' does not begin with a slash; write it like '/titles'",
        '4: legacy names "portl", and there is no such silo; write portal',
        '6: "stage" stands twice, here and in line 5; keep one of the two',
        '7: canary.share "25" carries no sign; write it with %, such as 25%',
    ]
