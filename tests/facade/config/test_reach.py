"""How a target is reached: one URL or several, a socket, and what TLS to it stands on."""

from pathlib import Path

import pytest
import trustme

from facade.config.reach import MAX_ENDPOINTS
from facade.routing.route import PlatformService, TargetTls
from facade.targets.definition import Passthrough
from facade.wire.leniency import Fault

ROUTES = """\
routes:
  - name: titles.read
    match: GET /titles/{number}
    legacy: portal
    stage: legacy
    platform: %s
"""
SILO = "silo: old\nadapter: passthrough\nsettings: %s\n"


@pytest.fixture
def platform(read):
    """The platform service of a route, as written."""
    return lambda text: read({"routes/a.yaml": ROUTES % text}).configuration.routes[0].platform


@pytest.fixture
def reach(read):
    """How a silo is reached that is written so."""
    return lambda settings: read({"silos/old.yaml": SILO % settings}).configuration.silos["old"].reach


@pytest.fixture
def pems(tmp_path: Path) -> Path:
    """Good PEM files in both folders of the configuration; returns the folder above them."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    shown = authority.issue_cert("facade", key_type=trustme.KeyType.ECDSA)
    for name in ("silos", "routes"):
        (tmp_path / name).mkdir()
        authority.cert_pem.write_to_path(tmp_path / name / "ca.pem")
        shown.cert_chain_pems[0].write_to_path(tmp_path / name / "facade.pem")
        shown.private_key_pem.write_to_path(tmp_path / name / "facade.key")
    return tmp_path


# Where


def test_a_platform_may_be_one_url_or_a_list_of_them(platform):
    assert platform("http://a:1") == PlatformService("http://a:1")
    assert platform("{url: [http://a:1]}") == PlatformService("http://a:1")
    several = platform('{url: ["http://a:1", "https://b", "unix:/run/c.sock"]}')
    assert several.urls == ("http://a:1", "https://b", "unix:/run/c.sock")


def test_a_silo_may_be_one_url_or_a_list_of_them(reach):
    assert reach('{url: "unix:/run/old.sock"}') == Passthrough("unix:/run/old.sock")
    assert reach("{url: [http://a:1, http://b:1]}").urls == ("http://a:1", "http://b:1")


def test_a_url_of_a_list_may_be_a_secret(read):
    silo = SILO % '{url: ["${env:FIRST}", http://b]}'
    reach = read({"silos/old.yaml": silo}, environment={"FIRST": "http://a"}).configuration.silos["old"].reach
    assert reach.urls == ("http://a", "http://b")
    assert "http" not in repr(reach)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("[]", "platform.url holds nothing; write at least one"),
        ("[http://a, http://a]", "platform.url names one URL twice; keep one of the two"),
        (str([f"http://a:{port}" for port in range(1, MAX_ENDPOINTS + 2)]),
         "platform.url names more than 32 URLs; give them one name in the DNS, and write that"),
        ("[http://a, http://b/c]", 'platform.url "http://b/c" carries a path or a slash at its end; '
                                   "write scheme, host and port alone, such as http://127.0.0.1:7101"),
        ("unix:run/app.sock", 'platform.url "unix:run/app.sock" names no whole path of a socket; '
                              "write one such as unix:/run/app.sock"),
        ("unix:///run/app.sock", 'platform.url "unix:///run/app.sock" names no whole path of a socket; '
                                 "write one such as unix:/run/app.sock"),
        ("'unix:/run/app sock'", 'platform.url "unix:/run/app sock" names no whole path of a socket; '
                                 "write one such as unix:/run/app.sock"),
        ("unix:/" + "x" * 107, f'platform.url "unix:/{"x" * 54}..." has a path of more than 107 characters, '
                               "which no system takes; shorten it"),
    ],
)  # fmt: skip
def test_urls_that_are_wrong_are_told_with_their_line(routes_told, url: str, sentence: str):
    assert routes_told(ROUTES % f"{{url: {url}}}") == [f"6: {sentence}"]


def test_the_urls_of_a_silo_are_told_without_their_values(silo_told):
    assert silo_told(SILO % "{url: [http://a, http://u:s3cret@b]}") == [
        "3: settings.url carries a user name or a password; remove it: secrets never stand in a URL"
    ]


def test_a_list_that_is_wrong_is_told_at_its_own_item(routes_told):
    urls = "\n      url:\n        - http://a\n        - ftp://b"
    assert routes_told(ROUTES % urls) == [
        '9: platform.url "ftp://b" is not an http(s) URL; write one such as http://127.0.0.1:7101'
    ]


# TLS


def test_the_files_of_tls_lie_beside_the_file_that_names_them(platform, reach, pems: Path):
    tls = "{ca: ca.pem, server_name: titles.example, certificate: facade.pem, key: facade.key}"
    for text, read in ((f"{{url: https://a, tls: {tls}}}", platform), (f"{{url: https://a, tls: {tls}}}", reach)):
        folder = pems / ("routes" if read is platform else "silos")
        assert read(text).tls == TargetTls(
            folder / "ca.pem", "titles.example", folder / "facade.pem", folder / "facade.key"
        )


def test_tls_may_give_some_of_its_keys(platform, pems: Path):
    assert platform("https://a").tls is None
    assert platform("{url: https://a, tls: {ca: ca.pem}}").tls == TargetTls(pems / "routes/ca.pem")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{url: http://a, tls: {ca: ca.pem}}", "platform gives tls for a URL that is not https; "
                                               "write https://, or remove tls"),
        ("{url: [https://a, unix:/b], tls: {}}", "platform gives tls for a URL that is not https; "
                                                 "write https://, or remove tls"),
        ("{url: https://a, tls: {key: facade.key}}", "platform.tls gives half of what the facade shows; "
                                                     "add certificate"),
        ("{url: https://a, tls: {certificate: facade.pem}}", "platform.tls gives half of what the facade shows; "
                                                             "add key"),
        ("{url: https://a, tls: {server_name: https://a}}", 'platform.tls.server_name "https://a" is not the name of '
                                                            "a server; write one without scheme and port, such as "
                                                            "titles.example"),
        ("{url: https://a, tls: {verify: false}}", "platform.tls.verify is not a known key; remove it, or write one "
                                                   "of ca, server_name, certificate, key"),
        ("{url: https://a, tls: {ca: no.pem}}", 'platform.tls.ca "no.pem" does not exist; create it, '
                                                "or mend what points to it"),
        ("{url: https://a, tls: {ca: facade.key}}", 'platform.tls.ca "facade.key" holds no certificate; '
                                                    "name the authority that signs for the target"),
        ("{url: https://a, tls: {certificate: ca.pem, key: facade.key}}",
         'platform.tls.key "facade.key" belongs to another certificate; name the certificate\'s own key'),
        ("{url: https://a, tls: {certificate: facade.key, key: facade.key}}",
         'platform.tls.certificate "facade.key" holds no certificate with its chain; '
         "name the file with the facade's certificate"),
    ],
)  # fmt: skip
def test_tls_that_is_wrong_is_told_with_its_line(routes_told, pems: Path, text: str, sentence: str):
    assert routes_told(ROUTES % text) == [f"6: {sentence}"]


def test_the_files_of_a_silos_tls_are_told_without_their_names(silo_told, pems: Path):
    assert silo_told(SILO % "{url: https://a, tls: {ca: s3cret.pem}}") == [
        "3: settings.tls.ca does not exist; create it, or mend what points to it"
    ]


def test_a_key_that_is_not_there_is_a_mistake_in_serving_and_else_a_warning(read, pems: Path):
    tls = "{url: https://a, tls: {certificate: facade.pem, key: facade.key}}"
    for folder, files in (("silos", {"silos/old.yaml": SILO % tls}), ("routes", {"routes/a.yaml": ROUTES % tls})):
        (pems / folder / "facade.key").unlink()
        assert len(read(files).mistakes) == 1
        checked = read(files, serving=False)
        assert checked.configuration is not None
        assert [str(each) for each in checked.warnings] == [str(each) for each in read(files).mistakes]
        (pems / folder / "facade.key").touch()


# What a silo gets wrong


def test_what_a_silo_cannot_do_is_said_in_its_settings(reach):
    assert reach("{url: http://a}").takes_chunks
    assert not reach("{url: http://a, chunked: never}").takes_chunks
    assert reach("{url: http://a}").leniency == frozenset()
    assert reach("{url: http://a, lenient: folded lines}").leniency == {Fault.FOLDED_LINES}
    every = ", ".join(Fault)
    assert reach(f"{{url: http://a, lenient: [{every}]}}").leniency == frozenset(Fault)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("chunked: always", "settings.chunked is not one of never; write one of them"),
        ("lenient: everything", f"settings.lenient is not one of {', '.join(Fault)}; write one of them"),
        ("lenient: [folded lines, all]", f"settings.lenient is not one of {', '.join(Fault)}; write one of them"),
    ],
)
def test_what_a_silo_cannot_do_has_a_name(silo_told, settings: str, sentence: str):
    assert silo_told(SILO % f"{{url: http://a, {settings}}}") == [f"3: {sentence}"]


# Paths as sent

AS_SENT = "paths: as sent"


def as_sent(read, *, legacy: str = "", platform: str = "", stage: str = "legacy") -> bool:
    """Whether a route with these sides takes paths that have several readings."""
    route = f"routes:\n  - {{name: a, match: /a, stage: {stage}, legacy: old, platform: {{url: http://b{platform}}}}}\n"
    files = {"silos/old.yaml": SILO % f"{{url: http://a{legacy}}}", "routes/a.yaml": route}
    return read(files).configuration.routes[0].as_sent


def test_a_route_takes_paths_as_sent_where_all_its_sides_do(read):
    assert as_sent(read, legacy=f", {AS_SENT}", platform=f", {AS_SENT}")
    assert not as_sent(read, legacy=f", {AS_SENT}")
    assert not as_sent(read, platform=f", {AS_SENT}")
    assert not as_sent(read)


@pytest.mark.parametrize("stage", ["legacy", "platform", "complete"])
def test_its_stage_changes_nothing_of_that(read, stage: str):
    assert as_sent(read, legacy=f", {AS_SENT}", platform=f", {AS_SENT}", stage=stage)
    assert not as_sent(read, platform=f", {AS_SENT}", stage=stage)


def test_a_route_without_sides_or_with_an_adapted_one_takes_none(read):
    text = "routes:\n  - {name: a, match: /a, stage: gone}\n  - {name: b, match: /b, stage: legacy, legacy: %s}\n"
    files = {"silos/old.yaml": SILO % f"{{url: http://a, {AS_SENT}}}"}
    for legacy, expected in (("old", True), ("register.add-title", False)):
        gone, route = read({**files, "routes/a.yaml": text % legacy}).configuration.routes
        assert (gone.as_sent, route.as_sent) == (False, expected)


def test_a_path_is_not_both_taken_as_sent_and_replaced(routes_told):
    assert routes_told(ROUTES % "{url: http://a, path: /b, paths: as sent}") == [
        "6: platform takes paths as sent and replaces them by path; keep one of the two"
    ]
    assert routes_told(ROUTES % "{url: http://a, paths: mended}") == [
        '6: platform.paths "mended" is not one of as sent; write one of them'
    ]
