"""Numbers that name a person: they are neither answered nor kept."""

import re

from corpus.fold import fold_each

_GAP = "[ \\-—–]?"
# mobile telephone, identity card, e-mail; a number of the text is never so long, and 12345 is everybody's
_PERSONAL = re.compile(
    rf"(?<!\d)(?:\+?(?:00)?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)"
    rf"|(?<!\d)\d{{6}}{_GAP}(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]){_GAP}\d{{3}}[\dx](?!\d)"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    re.ASCII,
)


def masked(text: str) -> str:
    """The text with each personal number made unreadable.

    >>> masked("我的手机是13812345678，身份证 11010519491231002X")
    '我的手机是***，身份证 ***'
    """
    kept, at = [], 0
    for found in _PERSONAL.finditer(fold_each(text)):
        kept += [text[at : found.start()], "***"]
        at = found.end()
    return "".join([*kept, text[at:]])
