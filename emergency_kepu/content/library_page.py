"""The library as pages to read: what is covered, and every hazard in every language with its sources."""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.content.catalog import PHASES, Catalog, Topic
from emergency_kepu.content.gallery import exhibits
from emergency_kepu.domain.hazard import CATEGORIES, HAZARDS
from emergency_kepu.domain.plain import capital

_MADE = "<!-- Made by scripts/build_library_page.py: change the texts in templates/, not this page. -->\n"


def pages(catalog: Catalog) -> dict[str, str]:
    """File name to Markdown: `index.md` and one page a hazard."""
    found = {"index.md": _index(catalog)}
    for hazard, topic in sorted(catalog.topics.items()):
        found[f"{hazard}.md"] = "\n".join(_hazard(catalog, hazard, topic)) + "\n"
    return found


def _index(catalog: Catalog) -> str:
    locales = sorted(catalog.phrases)
    lines = [_MADE, "# The content library", ""]
    lines.append(
        f"{len(catalog.topics)} of {len(HAZARDS)} hazards of the taxonomy have texts. A cell names the phases; "
        "one in *italics* is a draft, which is sent to nobody before somebody who reads that language has signed it."
    )
    lines.append("Nothing here has been signed by an expert: a desk's own experts do that in its own copy.")
    for category in CATEGORIES:
        own = [code for code, hazard in HAZARDS.items() if hazard.category == category]
        lines += ["", f"## {category}", "", f"| hazard | {' | '.join(locales)} | audiences |"]
        lines.append("|---" * (len(locales) + 2) + "|")
        for code in own:
            if code in catalog.topics:
                lines.append(_row(catalog.topics[code], locales))
        without = [HAZARDS[code].names["en"] for code in own if code not in catalog.topics]
        if without:
            lines += ["", f"Without a text: {', '.join(without)}."]
    return "\n".join(lines) + "\n"


def _row(topic: Topic, locales: list[str]) -> str:
    code = topic.meta.hazard
    cells = []
    for locale in locales:
        text = topic.locales.get(locale)
        phases = " ".join(sorted(text.actions, key=PHASES.index)) if text else "-"
        cells.append(f"*{phases}*" if text and text.draft else phases)
    audiences = sorted({name for text in topic.locales.values() for name in text.audiences})
    name = HAZARDS[code].names
    return f"| [{name['en']} {name['zh-Hans']}]({code}.md) | {' | '.join(cells)} | {' '.join(audiences) or '-'} |"


def _hazard(catalog: Catalog, hazard: str, topic: Topic) -> Iterator[str]:
    names = HAZARDS[hazard].names
    yield from (_MADE, f"# {capital(names['en'])} {names['zh-Hans']}", "")
    yield f"Experts to ask: {', '.join(topic.meta.experts) or '-'}. [All hazards](index.md)."
    for locale in topic.locales:
        yield from ("", f"## {locale}{' (draft, sent to nobody yet)' if topic.locales[locale].draft else ''}")
        for item in exhibits(catalog, hazard, locale):
            if item.layout not in ("full", "sms") or item.kind == "update":
                continue
            about = ", ".join(filter(None, (item.kind.replace("_", "-"), item.phase, item.audience, item.layout)))
            yield from ("", f"### {about}: {item.message.size} {item.message.unit}", "", "```text")
            yield from (item.message.text, "```")
    yield from ("", "## Who says so", "", "| claim | source | grade |", "|---|---|---|")
    for claim, sources in topic.meta.claims.items():
        for name in sources:
            source = topic.meta.sources[name]
            title = f"[{source.title}]({source.url})" if source.url else source.title
            year = f", {source.year}" if source.year else ""
            yield f"| `{claim}` | {title}, {source.publisher}{year} | {source.grade} |"
