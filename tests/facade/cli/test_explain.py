from __future__ import annotations

from tokens import AUDIENCE, ISSUER, key_set, token


def test_a_call_is_explained_in_plain_words(facade, files):
    said = facade("explain", "GET", "/titles/1", "--config", str(files.folder))
    assert said.status == 0
    assert said.lines == [
        "GET /titles/1 is answered by legacy, registry",
        "  route     titles.read, routes/property.yaml:2",
        "  stage     legacy, platform share 0%",
        "  why       stage legacy",
        "  legacy    registry",
        "  platform  http://127.0.0.1:7101",
    ]


def test_header_fields_and_the_address_decide_as_they_would(facade, files):
    asked = ("explain", "GET", "/searches/1", "--config", str(files.folder), "--json")
    sides = {facade(*asked, "-H", f"Cookie: session=user{number}").document["side"] for number in range(40)}
    assert sides == {"legacy", "platform"}
    files.change("routes/journey.yaml", "by: cookie session", "by: address")
    sides = {facade(*asked, "--address", f"10.0.0.{number}").document["side"] for number in range(40)}
    assert sides == {"legacy", "platform"}


def test_a_note_is_told(facade, files):
    files.change(
        "routes/property.yaml", "stage: legacy\n    canary", "stage: shadow\n    shadow: {sample: 5%}\n    canary"
    )
    said = facade("explain", "GET", "/titles/1", "--config", str(files.folder))
    assert said.lines[-1] == "  note      5% of the safe calls are asked of the other side too, and compared"


def test_an_unmatched_call_says_so_and_exits_0(facade, files):
    said = facade("explain", "GET", "/nothing", "--config", str(files.folder))
    assert said.status == 0
    assert said.lines[0] == "GET /nothing is answered by legacy, portal: the silo that takes what no route covers"


def test_mistaken_files_explain_nothing(facade, files):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: lgeacy\n    canary")
    said = facade("explain", "GET", "/titles/1", "--config", str(files.folder))
    assert said.status == 1
    assert said.lines[0].startswith("routes/property.yaml:6: ")
    said = facade("explain", "GET", "/titles/1", "--config", str(files.folder), "--json")
    assert said.document["mistakes"][0]["line"] == 6


def test_a_header_without_a_colon_is_usage(facade, files):
    said = facade("explain", "GET", "/", "-H", "Cookie")
    assert said.status == 2
    assert "'Cookie' is no header field; write 'Name: value'" in said.err


def test_a_token_is_believed_by_the_time_of_day_and_never_repeated(facade, files):
    files.write("login.jwks.json", key_set().decode())
    files.write("callers.yaml", f"tokens: [{{issuer: '{ISSUER}', keys: login.jwks.json, audience: {AUDIENCE}}}]\n")
    files.change("routes/journey.yaml", "by: cookie session", "by: address, platform_for: claim sub=citizen-7")
    for expires, reason in ((32_503_680_000, "platform_for claim sub"), (1_000_000_000, "key ")):
        shown = token(exp=expires).decode()
        asked = ("explain", "GET", "/searches/1", "--config", str(files.folder))
        said = facade(*asked, "-H", f"Authorization: Bearer {shown}")
        assert any(line.startswith(f"  why       {reason}") for line in said.lines)
        assert not any(part in "\n".join(said.lines) for part in (*shown.split("."), "citizen"))
    assert said.lines[-1] == "  note      its token is not believed: it has expired"
