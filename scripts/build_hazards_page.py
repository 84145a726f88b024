"""Write `docs/reference/hazards.md`: the taxonomy, and what the lists of others call each hazard.

python scripts/build_hazards_page.py
"""

from __future__ import annotations

from pathlib import Path

from emergency_kepu.content.hazards_page import page

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "hazards.md"

if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
