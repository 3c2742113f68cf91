import pytest

from community.kernel.models import OutboxEvent
from community.traces.api import record_search
from community.traces.services import record_referrer, searched_for
from tests.people import member, permit

pytestmark = pytest.mark.django_db


def test_a_search_is_written_down_only_under_the_profiling_permission(now):
    person = permit(member(), "product_news:email")
    OutboxEvent.objects.all().delete()
    assert not record_search(member=person, words="roof rack", found=3, now=now)
    assert not record_search(member=None, words="roof rack", found=3, now=now)
    assert not record_referrer(member=person, referrer="https://www.bing.com/search?q=roof+rack", now=now)
    assert OutboxEvent.objects.count() == 0
    permit(person, "profiling:onsite")
    assert record_search(member=person, words=" roof  rack ", found=3, now=now)
    event = OutboxEvent.objects.get(name="traces.site.searched")
    assert event.payload == {"words": "roof rack", "found": 3}


def test_the_same_words_again_are_the_same_search(now):
    person, other = permit(member(), "profiling:onsite"), permit(member(), "profiling:onsite")
    said = [
        record_search(member=who, words=words, found=3, now=now)
        for who, words in ((person, "roof rack"), (person, "Roof  rack"), (person, "tow bar"), (other, "roof rack"))
    ]
    assert said == [True, False, True, True]


def test_a_page_reloaded_is_the_same_search_of_an_engine(now):
    person, other = permit(member(), "profiling:onsite"), permit(member(), "profiling:onsite")
    bing, google = "https://www.bing.com/search?q=", "https://www.google.com/search?q="
    came = [(person, f"{bing}roof+rack"), (person, f"{bing}Roof+rack"), (person, f"{google}roof+rack")]
    came += [(person, f"{bing}tow+bar"), (other, f"{bing}roof+rack")]
    said = [record_referrer(member=who, referrer=referrer, now=now) for who, referrer in came]
    assert said == [True, False, True, True, True]
    assert OutboxEvent.objects.filter(name="traces.referrer.searched").count() == 4
    assert record_search(member=person, words="roof rack", found=3, now=now)


@pytest.mark.parametrize(
    ("referrer", "words"),
    [
        ("https://www.google.co.uk/search?q=roof+rack&x=1", "roof rack"),
        ("https://www.baidu.com/s?wd=%E8%A1%8C%E6%9D%8E%E6%9E%B6", "行李架"),
        ("https://www.sogou.com/web?query=GTI", "GTI"),
        ("https://www.google.com/", ""),
        ("https://evilgoogle.example/search?q=roof", ""),
        ("https://google.evil.example/search?q=roof", ""),
        ("https://www.google.evil/search?q=roof", ""),
        ("https://yahoo.evil.example/search?p=roof", ""),
        ("https://search.yandex.evil.example/?text=roof", ""),
        ("https://sites.google.com/view/mine?q=roof", ""),
        ("https://a.www.google.com/search?q=roof", ""),
        ("https://m.baidu.com/s?word=x&wd=roof", "roof"),
        ("https://uk.search.yahoo.com/search?p=roof", "roof"),
        ("https://cn.bing.com/search?q=roof", "roof"),
        ("https://WWW.Google.DE/search?q=roof", "roof"),
        ("https://yandex.ru/search/?text=roof", "roof"),
        ("https://notbing.com/search?q=roof", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_only_known_engines_are_read(referrer, words):
    assert searched_for(referrer)[1] == words


def test_words_no_database_keeps_are_read_without_what_it_does_not_keep(now):
    person = permit(member(), "profiling:onsite")
    referrer = "https://www.google.com/search?q=roof%00rack"
    assert record_referrer(member=person, referrer=referrer, now=now)
    assert OutboxEvent.objects.get(name="traces.referrer.searched").payload["words"] == "roofrack"
    assert not record_referrer(member=person, referrer="https://www.google.com/search?q=%00", now=now)
