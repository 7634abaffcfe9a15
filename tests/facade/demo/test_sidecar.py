from facade.demo.provider import KEY, KEY_NAME
from facade.demo.sidecar import environment


def test_the_sidecar_inherits_the_environment_but_nothing_that_would_beat_the_files_or_open_another_provider():
    outside = {"PATH": "/bin", "FACADE_LISTEN": "0.0.0.0:1", "HOME": "/home/ada", KEY_NAME: "a real one"}
    assert environment(outside) == {"PATH": "/bin", "HOME": "/home/ada", "PYTHONUNBUFFERED": "1", KEY_NAME: KEY}
