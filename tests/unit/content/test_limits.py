"""Which layout a configured channel gets."""

from __future__ import annotations

import pytest

from emergency_kepu.channels.registry import CHANNELS
from emergency_kepu.content.forms.registry import FORMS
from emergency_kepu.content.limits import LAYOUT_OF_KIND, LIMITS, kind_of


@pytest.mark.parametrize(
    ("raw", "layout"),
    [
        ({"kind": "wecom"}, "chat"),
        ({"kind": "wecom", "format": "text"}, "chat"),
        ({"kind": "wecom", "format": "markdown"}, "wecom_markdown"),
        ({"kind": "dingtalk", "format": "markdown"}, "dingtalk_markdown"),
        ({"kind": "feishu", "format": "card"}, "chat"),
        ({"kind": "email"}, "email"),
    ],
)
def test_by_kind_and_format(raw: dict[str, str], layout: str) -> None:
    assert LAYOUT_OF_KIND[kind_of(raw)] == layout


def test_every_kind_of_channel_has_a_layout_that_there_is() -> None:
    assert set(CHANNELS) <= set(LAYOUT_OF_KIND)
    assert set(LAYOUT_OF_KIND.values()) <= set(LIMITS) | set(FORMS)
