import pytest

from facade.config.environment import KEYS, VARIABLES
from facade.config.facade_file import FacadeFile
from facade.config.settings import Listener

WRITTEN = """\
listen: 127.0.0.1:1111
admin: {address: 127.0.0.1:2222, token: "${env:TOKEN}"}
log: {level: info, requests: 5%}
"""


def test_the_environment_beats_the_file(read):
    environment = {
        "FACADE_LISTEN": "0.0.0.0:3333",
        "FACADE_OBSERVE": "0.0.0.0:4444",
        "FACADE_LOG_LEVEL": "debug",
        "FACADE_DRAIN_PAUSE": "1s",
        "TOKEN": "t",
    }
    loaded = read({"facade.yaml": WRITTEN}, environment=environment)
    assert loaded.mistakes == loaded.warnings == ()
    settings = loaded.configuration.settings
    assert settings.listen == Listener("0.0.0.0", 3333)
    assert settings.observe == Listener("0.0.0.0", 4444)
    assert (settings.log.level, settings.log.requests) == ("debug", 0.05)
    assert (settings.drain.pause, settings.drain.limit) == (1.0, 25.0)


def test_the_address_of_a_listener_is_beaten_and_the_rest_of_it_stays(read):
    settings = read(
        {"facade.yaml": WRITTEN}, environment={"FACADE_ADMIN": "127.0.0.1:5555", "TOKEN": "s3cret"}
    ).configuration.settings
    assert settings.admin == Listener("127.0.0.1", 5555)
    assert settings.admin_token == "s3cret"


def test_an_empty_variable_is_one_that_is_not_set(read):
    settings = read({"facade.yaml": "listen: 127.0.0.1:1\n"}, environment={"FACADE_LISTEN": ""}).configuration.settings
    assert settings.listen == Listener("127.0.0.1", 1)


def test_a_mistake_in_a_variable_is_told_at_the_variable(told):
    assert told(
        {}, environment={"FACADE_LISTEN": "8080", "FACADE_LIMITS_BODY": "1GB", "FACADE_UNMATCHED": "nobody"}
    ) == [
        'environment FACADE_LIMITS_BODY: limits.body "1GB" is not a size; '
        "write a whole number and B, KiB, MiB or GiB, such as 64KiB",
        'environment FACADE_LISTEN: listen "8080" is not an address; '
        "write host:port, such as 127.0.0.1:8080 or [::1]:8080",
        'environment FACADE_UNMATCHED: unmatched names "nobody", and there is no such silo; '
        "write one of portal, register",
    ]


def test_a_variable_that_beats_a_mistaken_value_mends_it(told):
    assert told({"facade.yaml": "listen: nonsense\n"}, environment={"FACADE_LISTEN": "127.0.0.1:1"}) == []


def test_a_flag_beats_its_variable_and_is_told_as_what_was_typed(read, told):
    environment = {"FACADE_LISTEN": "127.0.0.1:1", "--listen": "127.0.0.1:2", "--state": "/kept"}
    settings = read({}, environment=environment).configuration.settings
    assert (settings.listen.port, str(settings.state)) == (2, "/kept")
    both = {"FACADE_OBSERVE": "127.0.0.1:1", "--observe": "127.0.0.1:7", "--admin": "127.0.0.1:7"}
    assert told({}, environment=both) == [
        "--admin: observe and admin both listen on port 7; give each a port of its own"
    ]
    assert told({}, environment={**environment, "--listen": "here"})[0].startswith('--listen: listen "here" is not an')


@pytest.mark.parametrize(
    ("name", "mend"),
    [("FACADE_LISTN", "set FACADE_LISTEN, or unset it"), ("FACADE_ZZZZZZ", "unset it")],
)
def test_a_variable_that_is_not_read_is_warned_of(read, name: str, mend: str):
    loaded = read(environment={name: "s3cret"})
    assert loaded.configuration is not None
    assert [str(each) for each in loaded.warnings] == [
        f"environment {name}: is not a variable that the facade reads; {mend}"
    ]


@pytest.mark.parametrize(
    "name",
    ["FACADE_SERVICE_HOST", "FACADE_SERVICE_PORT_HTTP", "FACADE_PORT_80_TCP_ADDR", "FACADE_X_PORT", "FACADE_CONFIG"],
)
def test_what_kubernetes_and_the_command_line_set_is_not_warned_of(read, name: str):
    assert read(environment={name: "tcp://10.0.0.1:80"}).warnings == ()


def test_a_variable_that_a_substitution_names_is_not_warned_of(read):
    silo = 'silo: portal\nadapter: passthrough\nsettings: {url: "${env:FACADE_PORTAL}"}\n'
    assert read({"silos/portal.yaml": silo}, environment={"FACADE_PORTAL": "http://a"}).warnings == ()


def test_every_variable_names_a_key_of_the_file():
    assert set(KEYS) == set(VARIABLES.values())
    assert {key.split(".")[0] for key in KEYS} <= set(FacadeFile.model_fields)
