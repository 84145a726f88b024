"""The forms by the name of their layout, in plain sight.

A new one is a file here, a line below, a section in `docs/reference/layouts.md` and, unless it writes by itself, a
template in `templates/layouts/`.
"""

from __future__ import annotations

from emergency_kepu.content.forms.cap_info import CAP
from emergency_kepu.content.forms.card import FEISHU_CARD
from emergency_kepu.content.forms.cell import CELL
from emergency_kepu.content.forms.chat_marks import DINGTALK_MARKDOWN, WECOM_MARKDOWN
from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.forms.mail import EMAIL
from emergency_kepu.content.forms.speech import SSML, TTS
from emergency_kepu.content.forms.wea import WEA90, WEA360

FORMS: dict[str, Form] = {
    "wea90": WEA90,
    "wea360": WEA360,
    "cell": CELL,
    "tts": TTS,
    "ssml": SSML,
    "cap": CAP,
    "wecom_markdown": WECOM_MARKDOWN,
    "dingtalk_markdown": DINGTALK_MARKDOWN,
    "feishu_card": FEISHU_CARD,
    "email": EMAIL,
}
