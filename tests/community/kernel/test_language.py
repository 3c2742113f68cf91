"""Of two texts the one in the reader's language."""

import pytest
from django.utils import translation

from community.kernel.api import in_language


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "roof rack"), ("zh-hans", "车顶架"), ("zh", "车顶架"), ("de", "roof rack"), (None, "roof rack")],
)
def test_everything_but_chinese_reads_english(language, text):
    with translation.override(language):
        assert in_language("车顶架", "roof rack") == text
