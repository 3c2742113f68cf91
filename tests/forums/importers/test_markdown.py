"""HTML of another forum as Markdown."""

import pytest

from forums.importers.markdown import from_html


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One</p>\n\n<p>Two <strong>bold</strong></p>", "One\n\nTwo **bold**"),
        ('<a href="https://example.org/a b">here</a>', "[here](<https://example.org/ab>)"),
        ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
        ("<blockquote><p>said</p><p>more</p></blockquote>", "> said\n>\n> more"),
        ("<pre><code>a * b\n</code></pre>", "```\na * b\n\n```"),
        ("2 * 3 &lt;b&gt;", "2 \\* 3 \\<b\\>"),
        ("a<script>alert(1)</script>b", "ab"),
        ("", ""),
    ],
)
def test_html_says_the_same_as_markdown(html, markdown):
    assert from_html(html) == markdown


def test_unclosed_and_stray_tags_are_survived():
    assert from_html("</ul></blockquote><blockquote><li>x<ol><b>") == "- x\n\n**"
