"""Search engines that pass words on, by their own hosts: anybody may have ``google.their-site.example``."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from community.kernel.api import one_line

MAX_WORDS = 200
# https://www.google.com/supported_domains
GOOGLE = """
    com ad ae al am as at az ba be bf bg bi bj bs bt by ca cat cd cf cg ch ci cl cm cn cv cz de dj dk dm dz ee es fi fm
    fr ga ge gg gl gm gr gy hn hr ht hu ie im iq is it je jo kg ki kz la li lk lt lu lv md me mg mk ml mn mu mv mw ne nl
    no nr nu pl pn ps pt ro rs ru rw sc se sh si sk sm sn so sr st td tg tl tm tn to tt vu ws co.ao co.bw co.ck co.cr
    co.id co.il co.in co.jp co.ke co.kr co.ls co.ma co.mz co.nz co.th co.tz co.ug co.uk co.uz co.ve co.vi co.za co.zm
    co.zw com.af com.ag com.ar com.au com.bd com.bh com.bn com.bo com.br com.bz com.co com.cu com.cy com.do com.ec
    com.eg com.et com.fj com.gh com.gi com.gt com.hk com.jm com.kh com.kw com.lb com.ly com.mm com.mt com.mx com.my
    com.na com.ng com.ni com.np com.om com.pa com.pe com.pg com.ph com.pk com.pr com.py com.qa com.sa com.sb com.sg
    com.sl com.sv com.tj com.tr com.tw com.ua com.uy com.vc com.vn
"""
YAHOO = ".search.yahoo.com"  # each country has a name before it
# host, without "www.": the engine's name and the parameter with the words
HOSTS = {
    **{f"google.{ending}": ("google", "q") for ending in GOOGLE.split()},
    **dict.fromkeys(("bing.com", "cn.bing.com"), ("bing.com", "q")),
    **dict.fromkeys(("duckduckgo.com", "html.duckduckgo.com", "lite.duckduckgo.com"), ("duckduckgo.com", "q")),
    **dict.fromkeys(("search.yahoo.com", "search.yahoo.co.jp"), ("yahoo", "p")),
    **{f"yandex.{ending}": ("yandex", "text") for ending in ("ru", "com", "by", "kz", "uz", "com.tr", "eu")},
    "ya.ru": ("yandex", "text"),
    "ecosia.org": ("ecosia.org", "q"),
    **dict.fromkeys(("baidu.com", "m.baidu.com"), ("baidu.com", "wd")),
    **dict.fromkeys(("sogou.com", "m.sogou.com", "wap.sogou.com"), ("sogou.com", "query")),
    **dict.fromkeys(("so.com", "m.so.com"), ("so.com", "q")),
    **dict.fromkeys(("sm.cn", "m.sm.cn", "so.m.sm.cn"), ("sm.cn", "q")),
}


def searched_for(referrer: str) -> tuple[str, str]:
    """The engine and the words of a referrer; empty where it is no search or the words are not passed on."""
    try:
        parts = urlsplit(referrer)
        host = (parts.hostname or "").removeprefix("www.")
        name, parameter = HOSTS.get("search.yahoo.com" if host.endswith(YAHOO) else host, ("", ""))
        values = parse_qs(parts.query, max_num_fields=50).get(parameter, []) if name else []
    except ValueError:
        return "", ""
    return (name, one_line(values[0], MAX_WORDS)) if values else ("", "")
