"""Numbers that name a person: they are neither answered nor kept."""

import re

# mobile telephone, identity card, e-mail; a number of the text is never so long, and 12345 is everybody's
_PERSONAL = re.compile(
    r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx])(?!\d)"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    re.ASCII,
)


def masked(text: str) -> str:
    """The text with each personal number made unreadable.

    >>> masked("我的手机是13812345678，身份证 11010519491231002X")
    '我的手机是***，身份证 ***'
    """
    return _PERSONAL.sub("***", text)
