"""English words to the plans' words: glossary, dictionary, phrases."""

import pytest

from index.bilingual import build_table, in_words, read_cedict, stems, translate


def table(glossary=(), **definitions):
    return build_table(definitions, glossary, definitions)


def test_the_glossary_beats_the_dictionary():
    found = table([("greenway", "绿道")], 绿色通道=["greenway", "green channel"])
    assert translate("greenways", found) == (("greenway", ("绿道",)),)
    assert translate("green channel", found) == (("green channel", ("绿色通道",)),)


def test_the_glossary_may_know_several_words_for_one():
    found = table([("sludge", "污泥"), ("sludge", "底泥")])
    assert translate("sludge", found) == (("sludg", ("污泥", "底泥")),)


def test_the_longest_phrase_wins():
    found = table([("water", "水"), ("water quality", "水质"), ("water quality monitoring station", "水质监测站")])
    assert translate("water quality monitoring stations", found) == (("water qualiti monitor station", ("水质监测站",)),)
    assert translate("quality of the water", found) == (("qualiti", ()), ("water", ("水",)))
    assert translate("the water quality and water", found) == (("water qualiti", ("水质",)), ("water", ("水",)))


def test_a_word_of_a_longer_gloss_counts_too_where_nothing_translates_it_alone():
    found = table(污水=["waste water"], 废物=["waste"])
    assert translate("water", found) == (("water", ("污水",)),)
    assert translate("waste", found) == (("wast", ("废物",)),)
    assert translate("waste water", found) == (("wast water", ("污水",)),)


def test_a_single_character_gets_no_part_of_a_gloss():
    assert translate("river", table(江=["large river"])) == (("river", ()),)


def test_a_part_of_too_many_glosses_says_nothing():
    many = {f"词{i}": [f"public thing{i}"] for i in range(13)}
    assert translate("public", build_table(many, (), many)) == (("public", ()),)
    few = dict(list(many.items())[:12])
    assert translate("public", build_table(few, (), few)) == (("public", tuple(sorted(few))),)


def test_a_word_has_twelve_translations_at_the_most():
    many = {f"词{i:02}": ["greenway"] for i in range(20)}
    assert build_table(many, (), many)["greenway"] == [f"词{i:02}" for i in range(12)]


@pytest.mark.parametrize(
    ("definition", "asked", "known"),
    [
        ("park (for the public); garden", "park", True),
        ("park (for the public); garden", "garden", True),
        ("park (for the public); garden", "public", False),
        ("CL:座[zuo4]", "cl", False),
        ("surname Park", "park", False),
        ("variant of park", "park", False),
        ("to make", "make", False),
    ],
)
def test_what_counts_as_a_gloss(definition, asked, known):
    assert translate(asked, table(公园=[definition])) in ((), ((asked, ("公园",) if known else ()),))
    assert any(found for _, found in translate(asked, table(公园=[definition]))) is known


def test_an_unknown_word_stays_with_nothing():
    assert translate("quantum physics", table([("park", "公园")])) == (("quantum", ()), ("physic", ()))


def test_a_text_without_words_translates_to_nothing():
    assert translate("?!", table([("park", "公园")])) == ()
    assert translate("", {}) == ()


def test_stems_leave_out_what_says_nothing():
    assert stems("What is the target for the District's green-ways?") == ("target", "district", "green", "way")


def test_the_dictionary_knows_the_words_of_plans():
    found = read_cedict(["公园", "绿色", "没有这个词吧"])
    assert set(found) == {"公园", "绿色"}
    assert "green" in found["绿色"]
    assert translate("public parks", build_table(found, (), found)) == (("public", ()), ("park", ("公园",)))


def test_the_shipped_glossary_speaks_in_the_built_index(qa):
    assert qa.index.translations("greenway") == (("greenway", ("绿道",)),)


def test_the_surest_word_has_the_phrase_first_among_its_meanings():
    found = table(
        利用=["to use", "to exploit", "to draw on", "to recycle"], 回收=["to recycle", "to reclaim"], 收=["to recycle"]
    )
    assert translate("recycle", found) == (("recycl", ("回收", "收", "利用")),)


def test_a_text_in_the_surest_words():
    found = table([("recycling rate", "回收利用率")], 回收=["to recycle"], 垃圾=["waste", "trash"])
    assert in_words("What is the waste recycling rate? Who recycles parrots?", found) == "垃圾回收利用率回收"
    assert in_words("parrots", found) == ""
