from facade.demo.sidecar import environment


def test_the_sidecar_inherits_the_environment_but_nothing_that_would_beat_the_files():
    outside = {"PATH": "/bin", "FACADE_LISTEN": "0.0.0.0:1", "HOME": "/home/ada"}
    assert environment(outside) == {"PATH": "/bin", "HOME": "/home/ada", "PYTHONUNBUFFERED": "1"}
