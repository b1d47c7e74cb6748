"""Who is behind a request: address, language, trusted proxies."""

import pytest
from starlette.requests import Request

from corpus.errors import SettingError
from index.settings import Settings
from qa.web.visitors import address_of, language_of_reader, preferred_language, trusted

PROXIES = frozenset({"10.0.0.1", "10.0.0.2", "::1"})


def request(peer: str | None = "192.0.2.17", query: str = "", **headers: str) -> Request:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    client = (peer, 1234) if peer else None
    return Request({"type": "http", "client": client, "headers": lines, "query_string": query.encode()})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.9", "zh"),
        ("en;q=0.9,zh;q=0.9", "zh"),  # as dear: the plan's own language
        ("de-DE,de;q=0.9", "en"),
        ("EN", "en"),
        ("en;q=0", "zh"),
        ("zh;q=0,fr;q=0.1", "en"),
        ("*", "zh"),
        ("en;q=.", "en"),
        ("en;q=1.2.3", "en"),
        (";;;,,q=,en;q=x", "zh"),
        ("\x00zh<script>", "zh"),
    ],
)
def test_the_language_that_a_browser_prefers(header, language):
    assert preferred_language(header) == language
    assert language_of_reader(request(accept_language=header)) == language


@pytest.mark.parametrize(
    ("query", "language"), [("lang=zh", "zh"), ("lang=en", "en"), ("lang=fr", "en"), ("lang=", "en"), ("q=zh", "en")]
)
def test_what_the_address_asks_for_comes_before_the_browser(query, language):
    assert language_of_reader(request(query=query, accept_language="en")) == language
    assert language_of_reader(request(query="lang=en", accept_language="zh")) == "en"


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.17", "198.51.100.1", "192.0.2.17"),  # anybody can write this header
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the left one was brought along by the visitor
        ("10.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", " 198.51.100.1 ,, ", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "198.51.100.1", "127.0.0.1"),
        (None, "198.51.100.1", ""),
    ],
)
def test_the_address_is_what_the_last_trusted_proxy_saw(peer, forwarded, address):
    assert address_of(request(peer, x_forwarded_for=forwarded), PROXIES) == address


def test_without_proxies_nobody_is_believed():
    assert address_of(request(x_forwarded_for="198.51.100.1"), frozenset()) == "192.0.2.17"


def test_the_proxies_of_the_settings():
    assert trusted(Settings.load({})) == frozenset()
    assert trusted(Settings.load({"PLANQA_TRUSTED_PROXIES": "10.0.0.1, ::1,"})) == {"10.0.0.1", "::1"}


@pytest.mark.parametrize("address", ["proxy.local", "10.0.0.0/8", "10.0.0.1:80", "*"])
def test_a_proxy_that_is_no_address_is_named_in_one_line(address):
    with pytest.raises(SettingError) as raised:
        trusted(Settings.load({"PLANQA_TRUSTED_PROXIES": f"10.0.0.1,{address}"}))
    assert str(raised.value) == f"PLANQA_TRUSTED_PROXIES={address}：不是 IP 地址；请改正"


def test_a_user_header_without_a_proxy_would_let_anybody_in():
    with pytest.raises(SettingError) as raised:
        trusted(Settings.load({"PLANQA_USER_HEADER": "Remote-User"}))
    assert str(raised.value) == "PLANQA_USER_HEADER 需要同时设置 PLANQA_TRUSTED_PROXIES；否则谁都能冒名登录"
    assert trusted(Settings.load({"PLANQA_USER_HEADER": "Remote-User", "PLANQA_TRUSTED_PROXIES": "10.0.0.1"})) == {"10.0.0.1"}
