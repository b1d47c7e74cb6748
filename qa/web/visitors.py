"""Who is behind a request: the address that limits are counted by, the language, the account."""

import ipaddress
import re
from typing import TYPE_CHECKING

from corpus.errors import SettingError
from index.settings import Settings

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

SIZE_COOKIE, LARGE = "planqa_size", "large"
_LANGUAGE = re.compile(r"^\s*([a-z]{1,8})(?:-[\w-]+)?\s*(?:;\s*q=([\d.]+))?\s*$", re.IGNORECASE)


def trusted(settings: Settings) -> frozenset[str]:
    """The addresses of the reverse proxies that are believed. Raises: SettingError."""
    found = [a.strip() for a in settings.trusted_proxies.split(",") if a.strip()]
    for address in found:
        try:
            ipaddress.ip_address(address)
        except ValueError as error:
            raise SettingError(f"PLANQA_TRUSTED_PROXIES={address}：不是 IP 地址；请改正") from error
    if settings.user_header and not found:
        raise SettingError("PLANQA_USER_HEADER 需要同时设置 PLANQA_TRUSTED_PROXIES；否则谁都能冒名登录")
    return frozenset(found)


def address_of(request: "HTTPConnection", proxies: frozenset[str]) -> str:
    """Where a request comes from: behind trusted proxies what the last of them saw, else the connection's own address."""
    peer = request.client.host if request.client else ""
    if peer not in proxies:
        return peer
    seen = [a.strip() for a in request.headers.get("x-forwarded-for", "").split(",") if a.strip()]
    return next((a for a in reversed(seen) if a not in proxies), peer)


def language_of_reader(request: "HTTPConnection") -> str:
    """`zh` or `en`: what the address asks for (`?lang=en`), else what the browser prefers, else Chinese."""
    chosen = request.query_params.get("lang", "")
    return chosen if chosen in ("zh", "en") else preferred_language(request.headers.get("accept-language", ""))


def wants_large(request: "HTTPConnection") -> bool:
    """Whether the reader has chosen large type."""
    return request.cookies.get(SIZE_COOKIE) == LARGE


def preferred_language(header: str) -> str:
    """`en` where an Accept-Language header prefers another language to Chinese, else `zh`.

    >>> preferred_language("de-DE,de;q=0.9,en;q=0.8"), preferred_language("zh-CN,zh;q=0.9,en;q=0.8"), preferred_language("")
    ('en', 'zh', 'zh')
    """
    weights: dict[str, float] = {}
    for part in header.split(","):
        found = _LANGUAGE.match(part)
        if found:
            weight = float(found[2]) if found[2] and found[2].count(".") <= 1 and found[2] != "." else 1.0
            weights[found[1].lower()] = max(weight, weights.get(found[1].lower(), 0.0))
    others = max((w for name, w in weights.items() if name != "zh"), default=0.0)
    return "en" if others > weights.get("zh", 0.0) else "zh"
