import json

import pytest

from facade.demo.portal import LAND_REGISTER, LICENSING, Office, page
from facade.demo.records import encode, title


def test_the_old_server_says_the_same_as_the_new_service_in_its_own_style():
    found = page(LAND_REGISTER, "/titles/DN100001")
    assert (found.status, found.media_type) == (200, "application/json")
    assert json.loads(found.body) == json.loads(encode(title("DN100001")))
    assert found.body != encode(title("DN100001"))


@pytest.mark.parametrize("office", [LAND_REGISTER, LICENSING])
def test_the_menu_is_html_in_latin_1_and_names_an_example_that_exists(office: Office):
    menu = page(office, "/")
    assert menu.media_type.endswith("charset=iso-8859-1")
    example = menu.body.decode("iso-8859-1").split('HREF="')[1].split('"')[0]
    assert page(office, example).status == 200


@pytest.mark.parametrize(
    "path", ["/titles/", "/titles/DN1", "/titlesDN100001", "/licences/L10001", "/titles/DN100001/"]
)
def test_what_the_land_register_does_not_have_is_an_html_page_with_a_pound_sign(path: str):
    missing = page(LAND_REGISTER, path)
    assert missing.status == 404
    assert b"\xa34" in missing.body
