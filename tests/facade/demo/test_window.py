from collections import Counter

from facade.demo.window import LOOKS, Window
from facade.routing.stage import Side

KEY = ("titles.read", Side.LEGACY)


def test_before_the_first_look_nobody_answered():
    assert Window().recent() == Counter()


def test_only_the_last_looks_count():
    window = Window()
    for total in range(0, 10 * (LOOKS + 3), 10):
        window.look(Counter({KEY: total}))
    assert window.recent() == Counter({KEY: 10 * LOOKS})


def test_a_count_that_goes_on_growing_does_not_change_what_was_seen():
    window, answered = Window(), Counter({KEY: 1})
    window.look(answered)
    answered[KEY] += 5
    assert window.recent() == Counter({KEY: 1})
