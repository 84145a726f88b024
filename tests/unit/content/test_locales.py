"""Which text a reader gets."""

import pytest

from emergency_kepu.content.locales import resolve

ALL = ("zh-Hans", "zh-Hant", "en")


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("zh-CN", ("zh-Hans", False)),
        ("zh_TW", ("zh-Hant", False)),
        ("zh-HK", ("zh-Hant", False)),
        ("zh-Hant-HK", ("zh-Hant", False)),
        ("zh", ("zh-Hans", False)),
        ("en-GB", ("en", False)),
        ("sw", ("zh-Hans", True)),
        ("", ("zh-Hans", True)),
    ],
)
def test_lookup(wanted: str, got: tuple[str, bool]) -> None:
    assert resolve(wanted, ALL, "zh-Hans") == got


def test_no_text_at_all() -> None:
    assert resolve("sw", ("en",), "zh-Hans") is None
