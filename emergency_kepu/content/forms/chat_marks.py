"""Markdown for the robots of WeCom and DingTalk: a heading, bold labels, lists; nothing else looks alike in both.

WeCom: 4,096 bytes of UTF-8 (developer.work.weixin.qq.com, path 99110). DingTalk: 20,000 bytes for the whole request, of
which the address and JSON around the text take less than 1,000.
"""

from __future__ import annotations

import json

from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.forms.plain_marks import disarmed
from emergency_kepu.content.limits import Limit

WECOM_BYTES = 4_096
DINGTALK_BYTES = 19_000


def _bytes(text: str) -> int:
    return len(text.encode())


def _bytes_of_json(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode())


WECOM_MARKDOWN = Form(limit=Limit(unit="bytes", most=WECOM_BYTES, measure=_bytes), words=disarmed, roomy=True)
DINGTALK_MARKDOWN = Form(
    limit=Limit(unit="bytes", most=DINGTALK_BYTES, measure=_bytes_of_json), words=disarmed, roomy=True
)
