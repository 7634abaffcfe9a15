"""The words of a page, as a person reads them."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from adapters.screen.texts import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<td>a</td><td>b</td>", "ab"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b c"),
        ("one<br>two", "one two"),
        ("<b>bo</b>ld", "bold"),
        (" a \n\t b\u00a0c ", "a b c"),
        ("<p>seen<script>not()</script><style>p{}</style><!-- nor this --><template>nor that</template>", "seen"),
        ("<p>seen<span hidden>not</span><i style='display : none'>nor</i>", "seen"),
        ("&lt;b&gt; &amp; &eacute;", "<b> & é"),
        ("", ""),
    ],
)
def test_words_are_apart_where_a_person_sees_them_apart(html: str, text: str) -> None:
    root = LexborHTMLParser(f"<div>{html}</div>").css_first("div")
    assert root is not None
    assert text_of(root) == text


def test_a_deep_page_is_read_without_recursion() -> None:
    root = LexborHTMLParser("<i>" * 400 + "deep").root
    assert root is not None
    assert text_of(root) == "deep"
