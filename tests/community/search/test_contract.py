"""The same documents and questions to a plain Python oracle and to both engines."""

import datetime as dt
import itertools
import os
import random

import pytest

from community.search.elastic import Elastic, client
from community.search.embedded import Embedded
from community.search.port import Doc, Field, Held, PageOutOfReach, Query, Schema, tie

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
S = Schema(
    "contract",
    {
        "title": Field("tokens", 3.0),
        "body": Field("tokens"),
        "tier": Field("keyword"),
        "readers": Field("keyword"),
        "interest": Field("weights", scale=10),
        "posts": Field("number"),
        "value": Field("number"),
        "active": Field("date"),
    },
)
WORDS = [
    "roof",
    "rack",
    "车顶",
    "行李架",
    "安装",
    "install",
    "guide",
    "指南",
    "tyre",
    "轮胎",
    "zh.o",
    "o'neil",
    "c++",
    "-x",
    "a:b",
    '"',
]
BEGINNINGS = [*(("title", beginning) for beginning in ("r", "车", "zh.", "c+")), ("readers", "club:"), ("tier", "A")]


def make(n=400):
    r = random.Random(4)
    for i in range(n):
        yield Doc(
            f"d{i}",
            10,
            {
                "title": r.choices(WORDS, k=r.randint(1, 4)),
                "body": r.choices(WORDS, k=r.randint(3, 20)),
                "tier": r.choice("ABC"),
                "readers": r.sample(["public", "member", "club:1", "club:2"], k=r.randint(1, 2)),
                "interest": {
                    t: round(r.paretovariate(1.2) * 0.4, 2)
                    for t in r.sample(["bike", "ski", "surf", "camp"], k=r.randint(0, 3))
                },
                "posts": r.choice([None, -2, 0, 0, 0, 1, 7]),
                "value": round(r.uniform(-5, 5), 2),
                "active": NOW - dt.timedelta(milliseconds=r.randint(0, 10**10)),
            },
        )


DOCS = {d.id: d for d in make()}


ELASTIC = pytest.param("elastic", marks=pytest.mark.services)


def elastic(name):
    return Elastic(S, client(os.environ["ELASTICSEARCH_URL"], request_timeout=30), prefix=name)


@pytest.fixture(scope="module", params=["memory", "disk", ELASTIC])
def engine(request, tmp_path_factory):
    if request.param == "elastic":
        engine = elastic(f"test_{os.getpid()}_")
    else:
        engine = Embedded(S, tmp_path_factory.mktemp("index") if request.param == "disk" else None)
    assert engine.rebuild(DOCS.values()).written == 400
    yield engine
    engine.drop()
    engine.close()


def points(d, tag):
    w = d.values["interest"].get(tag)
    return w and S.points("interest", w)


def matches(d, q, skip=None):
    v = d.values

    def many(n):
        return [v[n]] if isinstance(v[n], str) else list(v[n] or ())

    return (
        all(w in v["title"] or w in v["body"] for w in q.words)
        and all(any(all(w in v["title"] or w in v["body"] for w in group) for group in groups) for groups in q.either)
        and (not q.like or any(w in v["title"] or w in v["body"] for w in q.like))
        and (not q.starts or any(t.startswith(q.starts[1]) for t in v[q.starts[0]]))
        and all(x in many(n) for n, xs in q.must.items() for x in xs)
        and all(set(xs) & set(many(n)) for n, xs in q.any.items() if n != skip)
        and not any(set(xs) & set(many(n)) for n, xs in q.none.items())
        and all(
            (points(d, t) or 0) >= S.least_points("interest", m) for n, ts in q.least.items() for t, m in ts.items()
        )
        and all(
            v[n] is not None and (lo is None or v[n] >= lo) and (hi is None or v[n] < hi)
            for n, (lo, hi) in q.ranges.items()
        )
        and (":" not in q.sort or points(d, q.sort.split(":")[1]))
    )


def expected(q):
    hits = [d for d in DOCS.values() if matches(d, q)]
    name, sign = q.sort.lstrip("-"), -1 if q.sort.startswith("-") else 1
    if ":" in name:

        def key(d):
            return (-points(d, name.split(":")[1]), tie(d.id))
    elif name:

        def num(x):
            return x.timestamp() if isinstance(x, dt.datetime) else x

        def key(d):
            return (
                d.values[name] is None,
                sign * num(d.values[name] or 0) if d.values[name] is not None else 0,
                tie(d.id),
            )
    else:

        def key(d):
            return tie(d.id)

    hits.sort(key=key)
    facets = {}
    for n, spec in q.facets.items():
        pool = [d for d in DOCS.values() if matches(d, q, skip=n)]
        if isinstance(spec, int):
            c = {}
            for d in pool:
                for x in [d.values[n]] if isinstance(d.values[n], str) else d.values[n]:
                    c[x] = c.get(x, 0) + 1
            facets[n] = sorted(c.items(), key=lambda kc: (-kc[1], kc[0]))[:spec]
        else:
            facets[n] = [
                (a, sum(d.values[n] is not None and a <= d.values[n] < b for d in pool))
                for a, b in itertools.pairwise(spec)
            ]
    start, end = q.window
    return len(hits), [d.id for d in hits[start:end]], facets


def questions(n=250):
    r = random.Random(8)

    def some(p):
        return r.random() < p

    for _ in range(n):
        yield Query(
            words=tuple(r.sample(WORDS, k=r.choice([0, 0, 1, 2]))),
            either=tuple(
                tuple(tuple(r.sample(WORDS, k=r.choice([1, 1, 2]))) for _group in range(r.choice([1, 2, 3])))
                for _entry in range(r.choice([0, 0, 0, 1, 2]))
            ),
            like=tuple(r.sample(WORDS, k=r.choice([0, 0, 0, 1, 3]))),
            starts=r.choice(BEGINNINGS) if some(0.1) else None,
            must={"tier": (r.choice("AB"),)} if some(0.2) else {},
            any={
                **({"readers": ("public", "club:1")} if some(0.4) else {}),
                **({"tier": ("A", "C")} if some(0.3) else {}),
                **({"interest": ("bike", "ski")} if some(0.2) else {}),
            },
            none={"interest": ("surf",)} if some(0.2) else {},
            least={"interest": {"bike": r.choice([0.5, 1, 1.25, 2, 3.33, 4, 8, 51])}} if some(0.2) else {},
            ranges={
                **({"posts": (r.choice([None, -2, 0]), r.choice([1, 7]))} if some(0.2) else {}),
                **({"active": (NOW - dt.timedelta(days=60), None)} if some(0.2) else {}),
            },
            facets={
                **({"tier": 2} if some(0.5) else {}),
                **({"interest": 3} if some(0.5) else {}),
                **({"readers": 10} if some(0.3) else {}),
                **({"posts": (-5, 0, 1, 10)} if some(0.3) else {}),
                **({"active": tuple(NOW - dt.timedelta(days=k) for k in (90, 60, 30, 0))} if some(0.2) else {}),
            },
            sort=r.choice(["posts", "-posts", "value", "-active", "-interest:bike", "-interest:camp"]),
            page=r.choice([1, 1, 2, 5]),
            size=r.choice([1, 7, 20]),
        )


@pytest.mark.parametrize("q", list(questions()), ids=lambda q: "")
def test_same_as_oracle(engine, q):
    got = engine.search(q)
    assert (got.total, got.ids, got.facets) == expected(q)


@pytest.mark.parametrize("word", WORDS)
def test_relevance_matches_and_pages(engine, word):
    total, ids, _ = expected(Query(words=(word,), size=1000))
    pages = [engine.search(Query(words=(word,), size=20, page=p)) for p in range(1, total // 20 + 2)]
    seen = [i for p in pages for i in p.ids]
    assert pages[0].total == total
    assert sorted(seen) == sorted(ids)
    assert len(set(seen)) == len(seen)
    scores = [s for p in pages for s in p.scores]
    assert all(a >= b or a == pytest.approx(b) for a, b in itertools.pairwise(scores))


def test_the_words_that_were_typed_count_more_than_others_for_them(engine):
    docs = [Doc(f"t{n}", 1, {"title": ["only", word], "tier": "T"}) for n, word in enumerate(("meant", "typed"))]
    engine.put(docs)
    engine.refresh()
    found = engine.search(Query(either=((("typed",), ("meant",)),), must={"tier": ("T",)}))
    assert (found.ids, found.total) == (["t1", "t0"], 2)
    assert found.scores[0] > found.scores[1]
    engine.put([Doc(one.id, 2, None) for one in docs])
    engine.refresh()


def test_other_words_for_what_is_there_add_nothing_but_words_that_are_alike_add_up(engine):
    words = (("typed", "only"), ("typed", "meant"))
    docs = [Doc(f"u{n}", 1, {"title": list(title), "tier": "T"}) for n, title in enumerate(words)]
    engine.put(docs)
    engine.refresh()
    either = engine.search(Query(either=((("typed",), ("meant",)),), must={"tier": ("T",)}))
    assert either.scores == pytest.approx([either.scores[0]] * 2)
    like = engine.search(Query(like=("typed", "meant"), must={"tier": ("T",)}))
    assert (like.ids, like.total) == (["u1", "u0"], 2)
    assert like.scores[0] > like.scores[1] * 1.5
    engine.put([Doc(one.id, 2, None) for one in docs])
    engine.refresh()


def test_all_ids(engine):
    q = Query(any={"readers": ("public",)}, facets={"readers": 3})
    assert list(engine.ids(q, 37)) == expected(Query(any={"readers": ("public",)}, size=1000))[1]


def in_tie_order(docs):
    return [Held(d.id, d.version, S.digest(d.values)) for d in sorted(docs, key=lambda d: tie(d.id))]


def test_what_it_has_of_every_document(engine):
    engine.rebuild(DOCS.values())
    assert list(engine.held(37)) == list(engine.held()) == in_tie_order(DOCS.values())
    changed, gone = Doc("d0", 12, DOCS["d0"].values | {"posts": 12345}), Doc("d1", 12, None)
    engine.put([changed, gone])
    engine.put([Doc("d0", 11, DOCS["d0"].values)])  # late
    engine.refresh()
    assert list(engine.held()) == in_tie_order([changed, *(d for key, d in DOCS.items() if key not in ("d0", "d1"))])
    engine.rebuild(DOCS.values())


def test_versions(engine):
    d = DOCS["d1"]

    def put(v, **x):
        return engine.put([Doc("v1", v, d.values | x)])

    assert put(5, posts=55).written == 1
    assert put(4, posts=44).stale == 1
    assert put(5, posts=56).written == 1  # the same version again: written again
    assert (
        engine.put([Doc("v1", 6, d.values), Doc("v1", 8, d.values | {"posts": 88}), Doc("v1", 7, d.values)]).stale >= 1
    )
    engine.refresh()
    assert engine.search(Query(ranges={"posts": (88, 89)})).ids == ["v1"]
    assert engine.put([Doc("v1", 9, None)]).written == 1
    assert put(8, posts=88).stale == 1  # no return from the dead
    engine.refresh()
    assert engine.search(Query(ranges={"posts": (88, 89)})).total == 0
    assert engine.search(Query(size=1)).total == 400


def test_bad_documents_do_not_stop_the_others(engine):
    ok = {"tier": "Z"}
    r = engine.put(
        [
            Doc("b1", 1, {"posts": float("nan")}),
            Doc("b2", 1, {"nope": 1}),
            Doc("b3", 1, {"posts": "x"}),
            Doc("b4", 1, {"interest": {"a.b": 1}}),
            Doc("b5", 1, ok),
            Doc("b6", 1, {"tier": "Z", "title": ["x" * 70000]}),
        ]
    )
    engine.refresh()
    assert r.written == 2 and r.errors == {
        "b1": "ValueError in posts (number)",
        "b2": "no field nope",
        "b3": "ValueError in posts (number)",
        "b4": "ValueError in interest (weights)",
    }
    assert sorted(engine.search(Query(must={"tier": ("Z",)})).ids) == ["b5", "b6"]
    engine.put([Doc(i, 2, None) for i in ("b5", "b6")])
    engine.refresh()


def test_rebuild_keeps_what_came_since(engine):
    later = DOCS["d0"].values | {"posts": 99.0}
    r = engine.rebuild(DOCS.values(), tail=[Doc("d0", 11, later), Doc("d1", 9, later)])
    assert (r.stale, r.errors) == (1, {})
    assert engine.search(Query(ranges={"posts": (99, None)})).ids == ["d0"]
    engine.rebuild(DOCS.values())


def test_a_rebuild_that_may_not_be_switched_leaves_the_index_as_it_is(engine):
    def refuse():
        raise KeyError

    with pytest.raises(KeyError):
        engine.rebuild([], ready=refuse)
    assert engine.search(Query()).total == len(DOCS)


@pytest.mark.parametrize(
    "q",
    [
        Query(sort="tier"),
        Query(must={"posts": ("1",)}),
        Query(least={"interest": {"bike": float("inf")}}),
        Query(least={"tier": {"A": 1}}),
        Query(facets={"title": 5}),
        Query(size=0),
    ],
)
def test_wrong_questions(engine, q):
    with pytest.raises(ValueError):
        engine.search(q)


def test_a_page_further_on_than_can_be_paged_is_out_of_reach(engine):
    assert engine.search(Query(page=500)).ids == []
    with pytest.raises(PageOutOfReach):
        engine.search(Query(page=501))


@pytest.mark.services
def test_engines_rank_alike():
    """BM25 of both: the same order but for scores that differ less than rounding."""
    a, b = Embedded(S), elastic(f"test_rank_{os.getpid()}_")
    for engine in (a, b):
        engine.rebuild(DOCS.values())
    for word in WORDS:
        for more in ((), ("roof",)):
            x, y = (engine.search(Query(words=(word, *more), size=50)) for engine in (a, b))
            assert x.ids == y.ids, (word, more)
            assert x.scores == pytest.approx(y.scores, rel=1e-5)
        for asked in (
            Query(either=(((word,), ("roof",), ("tyre", "guide")),), size=50),
            Query(like=(word, "roof"), size=50),
        ):
            x, y = (engine.search(asked) for engine in (a, b))
            assert x.ids == y.ids, asked
            assert x.scores == pytest.approx(y.scores, rel=1e-5)
    b.drop()
