"""Write `docs/reference/library/`: the coverage of the content library, and every hazard as readers get it.

python scripts/build_library_page.py
"""

from __future__ import annotations

from pathlib import Path

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.library_page import pages

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "library"


def main() -> None:
    """Write every page, and remove those of hazards that are gone."""
    TARGET.mkdir(parents=True, exist_ok=True)
    wanted = pages(load_catalog(shipped("templates")))
    for path in TARGET.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (TARGET / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
