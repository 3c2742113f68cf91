"""What the editors' area calls our pages and their parts: also in Chinese."""

import re

import pytest
from django.utils.translation import override
from wagtail.models import get_page_models

from crm_bridge.models import Keyword

HAN = re.compile("[\u4e00-\u9fff]")
OURS = [model for model in get_page_models() if model._meta.app_label == "community_pages"]


def names_of(page):
    """What a kind of page, its own fields and the blocks of its text are called."""
    own = [page._meta.get_field(panel.field_name) for panel in page.content_panels if hasattr(panel, "field_name")]
    blocks = page.body.field.stream_block.child_blocks.values() if hasattr(page, "body") else ()
    yield from (page._meta.verbose_name, page._meta.verbose_name_plural)
    yield from (field.verbose_name for field in own)
    yield from (block.label for block in blocks)


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.__name__)
def test_kinds_of_pages_their_fields_and_blocks_have_chinese_names(page):
    with override("zh-hans"):
        assert [str(name) for name in names_of(page) if not HAN.search(str(name))] == []
    with override("en"):
        assert [str(name) for name in names_of(page) if HAN.search(str(name))] == []


def test_every_column_of_the_vocabulary_has_a_chinese_name():
    with override("zh-hans"):
        assert [field.name for field in Keyword._meta.fields if not HAN.search(str(field.verbose_name))] == []
