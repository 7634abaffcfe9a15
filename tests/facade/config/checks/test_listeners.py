import pytest


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("listen: 127.0.0.1:1\nobserve: 127.0.0.1:1\n", ["2: listen and observe both listen on port 1"]),
        ("listen: 127.0.0.1:1\nadmin: 0.0.0.0:1\n", ["2: listen and admin both listen on port 1"]),
        ("observe: '[::]:1'\nadmin: {address: 127.0.0.1:1}\n", ["2: observe and admin both listen on port 1"]),
        ("listen: 127.0.0.1:9901\n", ["1: listen and admin both listen on port 9901"]),
        ("listen: 127.0.0.1:1\nobserve: 127.0.0.2:1\n", []),
        ("listen: 127.0.0.1:0\nobserve: 127.0.0.1:0\nadmin: 127.0.0.1:0\n", []),
    ],
)
def test_three_listeners_have_three_addresses(facade_told, text: str, mistakes: list[str]):
    assert facade_told(text) == [f"{mistake}; give each a port of its own" for mistake in mistakes]
