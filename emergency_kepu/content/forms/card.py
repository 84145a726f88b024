"""A card for Feishu: the colour of the warning in its head, every text as `plain_text`, in which nothing is markup.

A request holds 20 KB (open.feishu.cn, custom bots); time, signature and type around the card take less than 1,000
bytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.limits import Limit
from emergency_kepu.domain.campaign import CampaignKind

if TYPE_CHECKING:
    from emergency_kepu.content.catalog import Phrases
    from emergency_kepu.content.render import Elements, RenderRequest

MOST_BYTES = 19_000
_COLOURS = frozenset({"red", "orange", "yellow", "blue"})


def write(said: Elements, phrases: Phrases, request: RenderRequest) -> str:
    """The card as JSON."""
    actions = [f"{number}. {action}" for number, action in enumerate(said.actions, 1)]
    blocks = [
        phrases.joiner.join(filter(None, (said.what, said.impact))),
        "\n".join([phrases.do, *actions]) if actions else "",
        "\n".join([phrases.avoid, *(f"- {item}" for item in said.avoid)]) if said.avoid else "",
        f"{phrases.why} {said.why}" if said.why else "",
        "\n".join(f"{phrases.myth} {claim} {fact}" for claim, fact in said.myths),
        "\n".join(filter(None, (said.more, said.hotline, said.drill_note, said.relay, said.link))),
    ]
    elements: list[dict[str, Any]] = []
    for block in filter(None, blocks):
        elements += [{"tag": "hr"}] if elements else []
        elements.append({"tag": "div", "text": _text(block)})
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": _text(said.lead + said.headline), "template": colour(request)},
        "elements": elements,
    }
    return json.dumps(card, ensure_ascii=False)


def colour(request: RenderRequest) -> str:
    """The warning's own colour; grey for an exercise, green when it is over, blue where nobody gave one."""
    if request.drill:
        return "grey"
    if request.kind is CampaignKind.ALL_CLEAR:
        return "green"
    return request.facts.level_colour if request.facts.level_colour in _COLOURS else "blue"


def _text(content: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": content}


def shown(document: str) -> str:
    """What a reader of the card sees."""
    card = json.loads(document)
    texts = [card["header"]["title"], *(each["text"] for each in card["elements"] if "text" in each)]
    return "\n".join(str(text["content"]) for text in texts)


FEISHU_CARD = Form(
    limit=Limit(unit="bytes", most=MOST_BYTES, measure=lambda document: len(document.encode())),
    write=write,
    version="feishu card 1",
    headings=True,
    read=shown,
    roomy=True,
)
