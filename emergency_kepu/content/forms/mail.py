"""E-mail: the full text. The subject is the message's title; the HTML beside the text is made by the channel.

RFC 5322 wants lines of at most 998 octets; the transfer encoding of the channel keeps that. The limit is ours.
"""

from __future__ import annotations

from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.limits import Limit

MOST_CHARACTERS = 8_000

EMAIL = Form(limit=Limit(unit="characters", most=MOST_CHARACTERS, measure=len), roomy=True)
