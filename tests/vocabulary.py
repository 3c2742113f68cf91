"""A small vocabulary for tests, and somebody who wrote in its words."""

from community.members.api import Member
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.models import Keyword, Synonym
from tests.forgetting import forget_vocabulary
from tests.forums.places import topic
from tests.people import member, permit
from tests.relay import drain

WORDS = {
    "roof-rack": ("roof rack", "行李架", "part", ["roof racks", "roof bars", "车顶架"]),
    "winter-tyre": ("winter tyre", "冬季胎", "part", ["snow tyre", "雪地胎"]),
    "power": ("power", "动力", "topic", ["acceleration", "加速"]),
    "camping": ("camping", "露营", "activity", []),
    "norling-4t": ("Norling 4 Touring", "诺岭4旅行版", "model", []),
}


def load_words() -> None:
    """Make the keywords."""
    for code, (en, zh, kind, synonyms) in WORDS.items():
        keyword = Keyword.objects.create(code=code, name_en=en, name_zh=zh, kind=kind)
        Synonym.objects.bulk_create([Synonym(keyword=keyword, text=text) for text in synonyms])
    forget_vocabulary()
    vocabulary_changed()


def writer_of_racks() -> Member:
    """Ada, who wrote about roof racks, which was learnt: with the words loaded here."""
    load_words()
    found = permit(member("ada"), "profiling:onsite")
    topic(author=found, title="Which roof rack?")
    drain()
    return found
