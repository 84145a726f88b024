"""What each form makes of one small text is written down: a change of a layout or of a rule shows as a difference.

After a change that is meant: `python -m tests.content.test_forms_golden`; read the difference.
"""

from __future__ import annotations

from pathlib import Path

from emergency_kepu.content.forms.registry import FORMS
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.content.specimen import LONGEST, USUAL
from emergency_kepu.domain.campaign import CampaignKind
from tests.content.lint.sample import library

GOLDEN = Path(__file__).parent / "forms_golden.txt"
CASES = {
    "issue": {"facts": USUAL},
    "exercise": {"facts": LONGEST, "drill": True},
    "all clear": {"facts": USUAL, "kind": CampaignKind.ALL_CLEAR},
}


def text() -> str:
    """Every form in two languages."""
    catalog = library()
    parts = []
    for layout in FORMS:
        for locale in ("en", "zh-Hans"):
            for name, more in CASES.items():
                request = RenderRequest(hazard="flood", locale=locale, layout=layout, **more)  # type: ignore[arg-type]
                message = render(catalog, request)
                left_out = ", ".join(message.dropped) or "nothing"
                about = f"{layout} {locale} {name}: {message.size} {message.unit}, left out: {left_out}"
                parts.append(f"== {about}\n{message.text}\n")
    return "\n".join(parts)


def test_forms_are_as_they_were_read() -> None:
    assert text() == GOLDEN.read_text(encoding="utf-8"), "python -m tests.content.test_forms_golden"


if __name__ == "__main__":
    GOLDEN.write_text(text(), encoding="utf-8")
