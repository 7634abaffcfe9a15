from facade.demo import folder
from facade.demo.addresses import Addresses
from facade.demo.live import introduction

WHERE = Addresses(*(("127.0.0.1", port) for port in (8080, 9901, 9902, 7001, 7002, 7003, 7004, 7005, 7006, 7101, 7102)))


def test_the_introduction_says_where_to_look_and_which_line_to_change():
    shipped = folder.shipped()
    text = introduction(shipped, True, WHERE, ".venv/bin/facade")
    for expected in (
        "http://127.0.0.1:8080/titles/DN100001",
        "http://127.0.0.1:9901/",
        "http://127.0.0.1:9902/metrics",
        f"{shipped}/routes/property.yaml:8, write stage: canary",
        f'.venv/bin/facade move titles.read shadow --reason "are the answers the same?" --config {shipped}',
        f'.venv/bin/facade move titles.read canary --share 25% --reason "nobody noticed" --config {shipped}',
        f"touch {shipped}/records/bad-release",
        f".venv/bin/facade back titles.read --config {shipped}",
        f'.venv/bin/facade move payments.take platform --reason "no till has to be kept" --config {shipped}',
    ):
        assert expected in text


def test_a_folder_that_was_kept_is_said_to_be_kept():
    assert "copied from the shipped one" in introduction(folder.shipped(), True, WHERE, "facade")
    assert "kept as you left it" in introduction(folder.shipped(), False, WHERE, "facade")
