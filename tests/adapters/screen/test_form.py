"""A form is sent as a browser would send it, and what a person could not enter is refused."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.screen.extraction import Changed
from adapters.screen.form import Request, pressed, sent
from adapters.screen.page import Page
from adapters.screen.steps import Filled
from facade.port import BadArgument

URL = "http://silo.example/app/search"


def page(html: str, codec: str = "iso-8859-1") -> Page:
    return Page(URL, 200, html.encode("cp1252" if codec == "iso-8859-1" else codec), told=codec)


def fill(html: str, button: str | None = None, form: str | None = None, **values: object) -> Request:
    fields = [Filled(name, value, f"{{body.{name}}}") for name, value in values.items()]
    return sent(page(html), 2, form, fields, button)


def entries(request: Request) -> list[tuple[str, str]]:
    assert request.body is not None
    return parse_qsl(request.body.decode(), keep_blank_values=True, encoding="cp1252")


FORM = """<form name=f method=post action=go><input type=hidden name=token value=t1><input name=who value=old>
<input type=checkbox name=box value=yes checked><input type=checkbox name=off value=1><input name=gone disabled>
<fieldset disabled><input name=too value=gone></fieldset><select name=one><option>A<option value=b selected>B</select>
<select name=many multiple><option selected>x<option selected>y</select><textarea name=text>\nline 1
line 2</textarea><input type=file name=file><input type=reset name=r value=Reset>
<button name=go value=1>Go</button><button name=stop value=1>Stop</button></form>"""


def test_what_the_page_put_into_its_fields_goes_with_it_and_the_first_button_is_pressed() -> None:
    request = fill(FORM, who="Zoë")
    assert (request.method, request.url, request.referer) == ("POST", "http://silo.example/app/go", URL)
    assert entries(request) == [
        ("token", "t1"),
        ("who", "Zoë"),
        ("box", "yes"),
        ("one", "b"),
        ("many", "x"),
        ("many", "y"),
        ("text", "line 1\r\nline 2"),
        ("go", "1"),
    ]


def test_another_button_is_pressed_by_its_name_id_or_words() -> None:
    for name in ("stop", "Stop"):
        assert entries(fill(FORM, name, who="x"))[-1] == ("stop", "1")
    with pytest.raises(Changed, match="the form has no such button"):
        fill(FORM, "Leave", who="x")


@pytest.mark.parametrize(
    ("field", "value", "sent_as"),
    [
        ("<select name=v><option value=1>Red<option value=2>Blue</select>", "Blue", ["2"]),
        ("<select name=v><option value=1>Red<option value=2>Blue</select>", "1", ["1"]),
        ("<input type=radio name=v value=a checked><input type=radio name=v value=b>", "b", ["b"]),
        ("<input type=checkbox name=v value=a><input type=checkbox name=v value=b checked>", "a", ["a"]),
        ("<input type=hidden name=v value=0><input type=checkbox name=v value=1>", True, ["0", "1"]),
        ("<input type=checkbox name=v value=1 checked>", False, []),
        ("<textarea name=v>old<b>er</b></textarea>", "a\nb", ["a\r\nb"]),
        ("<textarea name=v>\n\nold</textarea>", None, ["\r\nold"]),
        ("<textarea name=v></textarea>", "\nnew", ["\r\nnew"]),
        ("<input name=v value=kept>", None, ["kept"]),
        ("<input type=hidden name=v value=old>", "new", ["new"]),
    ],
)
def test_a_field_is_filled_as_a_person_fills_it(field: str, value: object, sent_as: list[str]) -> None:
    request = fill(f"<form method=post>{field}</form>", v=value)
    assert [each for name, each in entries(request) if name == "v"] == sent_as


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("<input name=v maxlength=3>", "four", "must have at most 3 characters"),
        ("<input name=v maxlength=1>", "\U0001f600", "must have at most 1 characters"),
        ("<input name=v minlength=3>", "ab", "must have at least 3 characters"),
        ("<input name=v required>", "", "must not be empty"),
        ("<input name=v>", "a\nb", "must be one line of text"),
        ("<input name=v>", "Ł", "holds a character that the silo cannot take"),
        ("<input name=v>", "a\x01b", "holds a character that the silo cannot take"),
        ("<select name=v><option>A</select>", "B", "must be one of the values that the silo offers"),
        ("<select name=v><option disabled>A<option>B</select>", "A", "must be one of the values that the silo offers"),
        ("<input type=radio name=v value=a>", "b", "must be one of the values that the silo offers"),
    ],
)
def test_what_a_person_could_not_enter_is_the_callers_mistake(field: str, value: str, said: str) -> None:
    with pytest.raises(BadArgument) as wrong:
        fill(f"<form method=post>{field}</form>", v=value)
    assert str(wrong.value) == f"{{body.v}}: {said}"


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>", "it has no form"),
        ("<form><input name=v></form><form><input name=v></form>", "it has such a form 2 times"),
        ("<form><input name=w></form>", "it has no form"),
        ("<form><input name=v readonly></form>", "the form's field v cannot be filled"),
        ("<form><input name=v disabled></form>", "the form has no field v that can be filled"),
        ("<form><input name=v><input name=v></form>", "the form has a field v 2 times"),
        ("<form action='http://other.example/'><input name=v></form>", "it leads to another host, or to a script"),
        ("<form action='javascript:x()'><input name=v></form>", "it leads to another host, or to a script"),
        ("<form method=dialog><input name=v></form>", "its form is sent in a way that no server knows"),
        (
            "<form method=post enctype=text/plain><input name=v></form>",
            "its form is sent in a way that no server knows",
        ),
        ("<form><input name=v><button disabled>Go</button></form>", "the button cannot be pressed"),
        (
            "<base href='http://other.example/'><form action=x><input name=v></form>",
            "its links start from another host",
        ),
    ],
)
def test_a_form_that_is_not_as_described_is_a_page_that_changed(html: str, said: str) -> None:
    with pytest.raises(Changed) as changed:
        fill(html, v="x")
    assert str(changed.value) == said


def test_a_get_form_is_a_query_and_takes_the_place_of_one() -> None:
    request = fill(
        "<form action='find?old=1'><input name=q><input name=b type=submit value='Find it'></form>", q="a&b é"
    )
    assert (request.method, request.body) == ("GET", None)
    assert request.url == "http://silo.example/app/find?q=a%26b+%E9&b=Find+it"


def test_fields_outside_a_form_may_name_it_and_a_button_may_send_it_elsewhere() -> None:
    html = "<form id=f></form><input form=f name=v><button form=f formmethod=post formaction=/there>Go</button>"
    request = fill(html, v="x")
    assert (request.method, request.url, request.body) == ("POST", "http://silo.example/there", b"v=x")


def test_an_image_says_where_it_was_pressed() -> None:
    assert entries(fill("<form method=post><input name=v><input type=image name=go></form>", v="x"))[1:] == [
        ("go.x", "0"),
        ("go.y", "0"),
    ]


def test_a_page_without_an_action_is_sent_to_itself_whatever_its_base_says() -> None:
    assert fill("<base href=/else/><form method=post><input name=v></form>", v="x").url == URL
    assert (
        fill("<base href=/else/><form method=post action=y><input name=v></form>", v="x").url
        == "http://silo.example/else/y"
    )


def test_a_link_is_followed_by_its_words_and_several_to_one_place_are_one() -> None:
    html = "<a href=/n?p=2>Next  page</a><div><a href='/n?p=2'><b>Next</b> page</a></div><a href=/o>Other</a>"
    assert pressed(page(html), 3, "Next page").url == "http://silo.example/n?p=2"
    with pytest.raises(Changed, match="there is no such button or link"):
        pressed(page(html), 3, "Last page")
    with pytest.raises(Changed, match="2 links have these words"):
        pressed(page("<a href=/1>x</a><a href=/2>x</a>"), 3, "x")


def test_no_value_is_shown() -> None:
    assert "secret" not in repr(fill("<form method=post><input name=v></form>", v="secret"))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40))
def test_in_a_form_of_parts_no_value_ends_its_part(value: str) -> None:
    fields = '<textarea name=v></textarea><input name="a&quot;b" value=1>'
    html = f"<form method=post enctype=multipart/form-data>{fields}</form>"
    request = sent(page(html, "utf-8"), 1, None, [Filled("v", value)], None)
    assert request.body is not None
    boundary = request.content_type.partition("boundary=")[2].encode()
    parts = request.body.split(b"--" + boundary)
    assert len(parts) == 4
    assert parts[1] == b'\r\nContent-Disposition: form-data; name="v"\r\n\r\n' + value.encode() + b"\r\n"
    assert parts[2].startswith(b'\r\nContent-Disposition: form-data; name="a%22b"\r\n')
    assert parts[3] == b"--\r\n"
