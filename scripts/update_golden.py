"""Write `tests/content/golden/<hazard>.<locale>.txt`: what readers of each language get, for review in a diff.

    python scripts/update_golden.py

Run it after a text, a layout, a shared phrase or a name has changed, and read the difference before committing it.
"""

from __future__ import annotations

from pathlib import Path

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.gallery import golden
from emergency_kepu.content.library import shipped

TARGET = Path(__file__).parent.parent / "tests" / "content" / "golden"


def main() -> None:
    """Write what changed, and remove files of texts that are gone."""
    catalog = load_catalog(shipped("templates"))
    TARGET.mkdir(exist_ok=True)
    wanted = {
        f"{hazard}.{locale}.txt": golden(catalog, hazard, locale)
        for hazard, topic in catalog.topics.items()
        for locale in topic.locales
    }
    for path in TARGET.glob("*.txt"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (TARGET / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
