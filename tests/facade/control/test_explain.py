from __future__ import annotations

import pytest
from tokens import NOW, key_set, token

from facade.control.asked import Asked, Unsendable
from facade.control.build import callers_of
from facade.control.explain import Explanation, explain
from facade.routing.table import RouteTable


@pytest.fixture
def ask(files):
    def explained(method: str, url: str, *headers: tuple[str, str], address: str = "127.0.0.1") -> Explanation:
        configuration = files.configuration()
        table = RouteTable.compile(configuration.routes)
        callers = callers_of(configuration, lambda: NOW)
        return explain(configuration, table, Asked(method, url, headers, address), callers)

    return explained


def test_a_matched_call_names_route_stage_side_reason_and_place(ask):
    assert ask("GET", "/titles/1?all=yes") == Explanation(
        answered_by="legacy, registry",
        side="legacy",
        reason="stage legacy",
        route="titles.read",
        stage="legacy",
        share=0.0,
        legacy="registry",
        platform="http://127.0.0.1:7101",
        place="routes/property.yaml:2",
    )


def test_a_canary_is_explained_by_the_key_that_decides(ask):
    sides = {ask("GET", "/searches/1", ("Cookie", f"session=user{number}")).side for number in range(50)}
    assert sides == {"legacy", "platform"}
    explained = ask("GET", "/charges/1")
    assert (explained.side, explained.reason, explained.group) == ("legacy", "no key: legacy", "conveyancing")


def test_the_routes_of_a_group_agree_on_every_caller(ask):
    for number in range(30):
        header = ("cookie", f"session=user{number}")
        assert ask("GET", "/searches/1", header).side == ask("GET", "/charges/2", header).side


def test_a_route_that_is_gone_is_answered_by_the_facade(ask, files):
    assert ask("GET", "/search").answered_by == "the facade: 308 to /find, the route is gone"
    assert ask("GET", "/search").status == 308
    files.change("routes/property.yaml", "    successor: /find\n", "")
    assert ask("GET", "/search").answered_by == "the facade: 410, the route is gone"
    assert ask("GET", "/search").status == 410


def test_what_no_route_covers_goes_to_the_unmatched_silo_or_is_a_404(ask, files):
    assert ask("GET", "/nothing").answered_by == "legacy, portal: the silo that takes what no route covers"
    files.change("facade.yaml", "unmatched: portal\n", "")
    assert (ask("GET", "/nothing").status, ask("GET", "/nothing").reason) == (404, "no_route")


def test_a_known_path_with_another_method_is_a_405_that_names_the_methods(ask):
    explained = ask("DELETE", "/titles/1")
    assert explained.status == 405
    assert explained.answered_by.endswith("GET, HEAD")


@pytest.mark.parametrize("url", ["/titles/../admin", "/titles//1", "/titles/a%2fb"])
def test_a_path_that_could_be_read_twice_is_a_400(ask, url: str):
    assert (ask("GET", url).status, ask("GET", url).reason) == (400, "target")
    assert ask("GET", url).answered_by == (
        "the facade: 400, the request's path could be read in more than one way; send it in normal form"
    )


@pytest.mark.parametrize(
    ("method", "url", "headers", "status", "reason"),
    [
        ("GET", "titles/1", (), 400, "malformed"),
        ("GET", "", (), 400, "malformed"),
        ("GET", "/titles/1#part", (), 400, "malformed"),
        ("GET", "/titles/a b", (), 400, "malformed"),
        ("GET", "/titles/\x1b[2J", (), 400, "malformed"),
        ("GET", "/titles/\u00e9", (), 400, "malformed"),
        ("", "/titles/1", (), 400, "malformed"),
        ("GE T", "/titles/1", (), 501, "not_implemented"),
        ("G@T", "/titles/1", (), 400, "malformed"),
        ("BREW", "/titles/1", (), 501, "not_implemented"),
        ("get", "/titles/1", (), 501, "not_implemented"),
        ("GET", "/" + "x" * 9000, (), 414, "target_size"),
        ("GET", "/titles/1", (("X", "y" * 70_000),), 431, "header_size"),
        ("GET", "/titles/1", (("X y", "z"),), 400, "malformed"),
        ("GET", "http://a.example/titles/1", (("Host", "b.example"),), 400, "host"),
        ("GET", "/titles/1", (("Host", "a/b"),), 400, "host"),
        ("GET", "/titles/1", (("Host", "a"), ("Host", "a")), 400, "host"),
        ("POST", "/claims/1", (("Content-Length", "1"), ("Content-Length", "2")), 400, "malformed"),
        ("POST", "/claims/1", (("Content-Length", "9" * 12),), 413, "body_size"),
        ("POST", "/claims/1", (("Transfer-Encoding", "gzip, chunked"),), 501, "not_implemented"),
        ("POST", "/claims/1", (("Content-Length", "1"), ("Expect", "more")), 417, "expectation"),
        ("GET", "/titles/1", (("Via", "1.1 facade, 1.1 facade, 1.1 facade, 1.1 facade"),), 508, "loop"),
        ("OPTIONS", "*", (), 200, "options"),
        ("OPTIONS", "/titles/1", (("Max-Forwards", "0"),), 200, "options"),
    ],
)
def test_what_the_wire_refuses_is_refused_here_for_the_same_reason(
    ask, method: str, url: str, headers: tuple[tuple[str, str], ...], status: int, reason: str
):
    explained = ask(method, url, *headers)
    assert (explained.status, explained.reason, explained.side) == (status, reason, "own")
    assert explained.answered_by.startswith(f"the facade: {status}, ")


def test_what_would_be_another_message_is_no_question(ask):
    for method, url, value in (("GET\r\nX:", "/", "y"), ("GET", "/ HTTP/1.1\nX: y", "z"), ("GET", "/", "y\rZ: z")):
        with pytest.raises(Unsendable, match="holds the end of a line, which no request can carry; leave it out"):
            ask(method, url, ("X", value))


def test_whoever_is_trusted_is_believed_about_the_client_and_nobody_else(ask, files):
    files.change("facade.yaml", "unmatched: portal", "unmatched: portal\nforwarded: {trust: 10.0.0.0/8}")
    files.change("routes/journey.yaml", "by: cookie session", "by: address, platform_for: [address 192.0.2.7]")
    client = ("X-Forwarded-For", "192.0.2.7")
    assert ask("GET", "/charges/1", client, address="10.0.0.1").reason == "platform_for address"
    assert ask("GET", "/charges/1", client, address="172.16.0.1").reason != "platform_for address"
    assert ask("GET", "/charges/1", address="192.0.2.7").reason == "platform_for address"


def test_such_a_path_goes_where_all_readings_lead_if_paths_are_taken_as_sent_there(ask, files):
    files.change("silos/old.yaml", 'url: "http://127.0.0.1:7001"', 'url: "http://127.0.0.1:7001", paths: as sent')
    assert ask("GET", "/titles/a%2fb").status == 400
    files.change("routes/property.yaml", "    platform: http://127.0.0.1:7101\n", "")
    files.change("routes/property.yaml", "    canary: {share: 10%, by: cookie session}\n", "")
    files.change("routes/property.yaml", "/titles/{number} ", "/titles/{number...} ")
    assert ask("GET", "/titles/a%2fb").route == "titles.read"
    assert [ask("GET", url).status for url in ("/titles/../claims/1", "/x/../titles/1", "/x//y")] == [400] * 3
    files.change("silos/old.yaml", 'url: "http://127.0.0.1:7000"', 'url: "http://127.0.0.1:7000", paths: as sent')
    assert ask("GET", "/x//y").reason == "unmatched"


@pytest.mark.parametrize("method", ["CONNECT", "TRACE"])
def test_what_the_data_plane_refuses_is_refused_here(ask, method: str):
    assert ask(method, "/titles/1").status == 405


def test_the_host_is_that_of_the_url_or_of_the_header(ask, files):
    files.change("routes/property.yaml", "match: GET /search", "match: {path: /search, host: 'old.example'}")
    assert ask("GET", "http://OLD.example:8080/search").route == "old.search"
    assert ask("GET", "/search", ("Host", "old.example:80")).route == "old.search"
    assert ask("GET", "/search").route is None
    assert ask("GET", "https://old.example").route is None


def test_a_shadow_is_told_with_its_share(ask, files):
    shadow = "stage: shadow\n    shadow: {sample: 10%, noise: 1%}\n    canary"
    files.change("routes/property.yaml", "stage: legacy\n    canary", shadow)
    explained = ask("GET", "/titles/1")
    assert explained.side == "legacy"
    assert explained.notes == ("10% of the safe calls are asked of the other side too, and compared",)


def test_an_explanation_holds_nothing_of_the_call(ask):
    explained = ask("GET", "/searches/private?q=private", ("Cookie", "session=private"), ("X-Name", "private"))
    assert "private" not in repr(explained)


CALLERS = """\
tokens:
  - {issuer: "https://login.example", keys: login.jwks.json, audience: platform}
callers:
  - {name: bailiffs, claim: azp=bailiffs}
  - {name: courts, certificate: CN=courts}
"""


@pytest.fixture
def rules(files):
    """Writes the rules of the journey's canary, with callers to name in them."""

    def write(rules: str) -> None:
        files.write("callers.yaml", CALLERS)
        files.write("login.jwks.json", key_set().decode())
        files.change("facade.yaml", "version: 1", "version: 1\nforwarded: {trust: 10.0.0.0/8}")
        files.change(
            "routes/journey.yaml", "canary: {share: 25%, by: cookie session}", f"canary: {{share: 0%, {rules}}}"
        )

    return write


def bearer(**claims: object) -> tuple[str, str]:
    return "Authorization", f"Bearer {token(**claims).decode()}"


def test_a_token_is_judged_as_on_the_wire_and_nothing_of_it_is_told(ask, rules):
    rules("by: claim sub, platform_for: claim cohort=staff")
    staff = ask("GET", "/searches/1", bearer(cohort="staff"))
    assert (staff.side, staff.reason, staff.notes) == ("platform", "platform_for claim cohort", ())
    anybody = ask("GET", "/searches/1", bearer())
    assert (anybody.side, anybody.reason) == ("legacy", "key above share 0%")
    former = ask("GET", "/searches/1", bearer(cohort="staff", exp=NOW - 60))
    assert (former.side, former.reason) == ("legacy", "no key: legacy")
    assert former.notes == ("its token is not believed: it has expired",)
    assert not any(told in repr([staff, anybody, former]) for told in ("citizen-7", "eyJ", "login.example"))


def test_a_caller_is_told_by_its_configured_name(ask, rules):
    rules("by: caller, legacy_for: caller courts, platform_for: caller bailiffs")
    known = ask("GET", "/charges/1", bearer(azp="bailiffs"))
    assert (known.side, known.reason) == ("platform", "platform_for caller bailiffs")
    assert known.notes == ("the caller is bailiffs",)
    certified = ("X-Client-Cert-Subject", "CN=courts")
    trusted = ask("GET", "/charges/1", certified, address="10.0.0.1")
    assert (trusted.reason, trusted.notes) == ("legacy_for caller courts", ("the caller is courts",))
    forged = ask("GET", "/charges/1", certified)
    assert (forged.reason, forged.notes) == ("no key: legacy", ())


def test_a_network_is_asked_of_the_client_that_a_trusted_peer_names(ask, rules):
    rules("by: address, platform_for: network 192.0.2.0/24")
    client = ("X-Forwarded-For", "192.0.2.7")
    assert ask("GET", "/charges/1", address="192.0.2.7").reason == "platform_for network"
    assert ask("GET", "/charges/1", client, address="10.0.0.1").reason == "platform_for network"
    assert ask("GET", "/charges/1", client, address="11.0.0.1").reason == "key above share 0%"


def test_a_route_that_asks_nobody_says_nothing_of_its_caller(ask, rules):
    rules("by: cookie session")
    assert ask("GET", "/charges/1", bearer(azp="bailiffs", exp=1)).notes == ()


def test_a_route_to_an_external_says_that_it_is_asked_once(ask, files):
    operations = "operations:\n  find: {call: GET /v1, send: {}}\n"
    files.write("externals/pay.yaml", f"external: pay\nadapter: rest\nsettings: {{url: 'http://a'}}\n{operations}")
    files.change("routes/property.yaml", "platform: http://127.0.0.1:7101", "platform: pay.find")
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: platform\n    canary")
    explained = ask("GET", "/titles/1")
    assert (explained.answered_by, explained.platform) == ("the platform, pay.find", "pay.find")
    assert explained.notes == ("pay.find is an external: it is asked once, and nothing is compared",)
