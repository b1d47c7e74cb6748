import pytest

from corpus.words import Words, background_questions, latin_words, stopwords


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    return Words(["云岭古道"], cache=tmp_path_factory.mktemp("words"))


def test_a_word_of_the_lexicon_is_not_cut(words):
    assert words.cut("修缮云岭古道") == ["修缮", "云岭古道"]
    assert Words().cut("修缮云岭古道") == ["修缮", "云岭", "古道"]


def test_a_word_of_the_lexicon_is_known_in_every_width_and_case():
    assert Words(["VOCs治理"]).cut("开展ＶＯＣｓ治理") == ["开展", "vocs治理"]


def test_lexicons_do_not_leak_from_one_object_to_another(words):
    import jieba

    assert words.knows("云岭古道")
    assert not Words().knows("云岭古道")
    assert "云岭古道" not in jieba.lcut("修缮云岭古道")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("綠化覆蓋率達到３０.１０％。", ["绿化", "覆盖率", "达到", "30.10%"]),
        ("加强水环境保护", ["加强", "水", "环境保护"]),
        ("，。！", []),
        ("", []),
    ],
)
def test_words_are_folded_and_without_punctuation(words, text, expected):
    assert words.cut(text) == expected


def test_pieces_joined_are_the_text(words):
    text = "推进“一网通办”，到2023年达到30.10%。"
    assert "".join(words.cut_all(text)) == text


def test_terms_hold_the_shorter_words_but_no_stop_words(words):
    assert words.terms("海绵城市的建设") == ["海绵", "城市", "建设"]
    assert words.terms("土壤环境保护") == ["土壤", "环境", "保护", "环境保护"]


def test_content_holds_each_word_once(words):
    assert words.content("绿地和公园，公园与绿地") == ["绿地", "公园"]


def test_words_carry_their_part_of_speech(words):
    assert words.tagged("上海建设公园") == [("上海", "ns"), ("建设", "vn"), ("公园", "n")]


def test_what_the_dictionary_holds(words):
    assert words.knows("公园")
    assert not words.knows("公元园")


def test_the_compiled_dictionary_stays_in_its_folder(tmp_path):
    words = Words(cache=tmp_path / "inner")
    assert words.cut("建设公园") == ["建设", "公园"]
    assert [f.name for f in (tmp_path / "inner").iterdir()] == ["jieba.cache"]


@pytest.mark.parametrize(
    ("text", "expected"), [("VOCs and ＰＭ2.5 治理", ["vocs", "and", "pm2.5"]), ("2021-2023年", ["2021-2023"]), ("绿地", [])]
)
def test_latin_words(text, expected):
    assert latin_words(text) == expected


def test_stop_words_carry_no_content():
    assert {"的", "多少", "the", "what"} <= stopwords()
    assert not any(w.startswith("#") or w != w.strip() or not w for w in stopwords())


def test_background_questions_are_questions_in_both_languages():
    questions = background_questions()
    assert len(set(questions)) == len(questions) >= 40
    assert sum(q.isascii() for q in questions) >= 10
    assert not any(q.startswith("#") for q in questions)
