"""The words of the pages: each that is used is there in both languages, and none is left over."""

import re
from pathlib import Path

import pytest

from corpus.parse import NOTICE
from qa.web import words
from qa.web.words import WORDS, Words

WEB = Path(words.__file__).parent
OWN = {"language", "html_lang", "other_language", "part"}


def used() -> set[str]:
    """What follows `words.` or `Words(…).` in the modules and templates."""
    files = [file for file in (*WEB.glob("*.py"), *WEB.glob("templates/*.html")) if file.name != "words.py"]
    found = (
        re.findall(r'\b(?:words|Words\("\w+"\)|Words\([^()]*\([^()]*\)\))\.([a-z_]+)', f.read_text("utf-8")) for f in files
    )
    return {name for names in found for name in names}


def test_every_word_is_used_and_every_one_that_is_used_is_there():
    assert used() - OWN == set(WORDS)
    assert not OWN & set(WORDS)  # an attribute would hide the word


@pytest.mark.parametrize("name", WORDS)
def test_a_word_is_there_in_both_languages_with_the_same_gaps(name):
    chinese, english = WORDS[name]
    assert chinese.strip()
    assert english.strip()
    assert chinese.count("{}") == english.count("{}")


def test_a_part_outside_the_numbered_headings_has_an_english_name():
    assert (Words("zh").part(NOTICE, "通知"), Words("en").part(NOTICE, "通知")) == ("通知", "Covering notice")
    assert Words("en").part("附件1", "附件1") == "附件1"


def test_a_word_that_there_is_not_is_a_fault():
    with pytest.raises(AttributeError, match=r"^nonsense$"):
        _ = Words("zh").nonsense
