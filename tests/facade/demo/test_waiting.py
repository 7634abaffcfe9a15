import pytest

from facade.demo.trouble import Trouble
from facade.demo.waiting import until


async def test_waiting_ends_when_it_holds():
    answers = iter([False, False, True])

    async def holds() -> bool:
        return next(answers)

    await until(holds, 60, "the third answer")
    assert list(answers) == []


async def test_waiting_in_vain_says_for_what():
    async def never() -> bool:
        return False

    with pytest.raises(Trouble, match=r"waited 0\.1 s for the tide, in vain"):
        await until(never, 0.1, "the tide")
