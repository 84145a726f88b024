"""Places as people write them."""

from __future__ import annotations

import pytest

from emergency_kepu.domain.errors import UserError
from emergency_kepu.places.search import find_place


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("511123", "511123"),
        ("犍为县", "511123"),
        ("乐山市犍为县", "511123"),
        ("四川省乐山市犍为县", "511123"),
        (" Qianwei County ", "511123"),
        ("重庆市渝北区", "500112"),
        ("北京市", "110000"),
        ("北京市朝阳区", "110105"),
        ("四川省", "510000"),
        ("SD", "SD"),
        ("sudan", "SD"),
    ],
)
def test_found(text: str, code: str) -> None:
    assert find_place(text) == code


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("朝阳区", "110105 北京市朝阳区"),
        ("乌有县", "nothing"),
        ("999999", "adcode"),
        ("5111", "adcode"),
        ("", "nothing"),
    ],
)
def test_asked_back(text: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        find_place(text)
