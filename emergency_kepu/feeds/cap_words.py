"""The words CAP 1.2 allows (OASIS, section 3.2), found whatever their case, spelled as the standard does."""

from __future__ import annotations

from emergency_kepu.feeds.flags import Flags


def _spelled(*words: str) -> dict[str, str]:
    """Every usual spelling to the standard one; the exact one first, since nearly all feeds use it."""
    return {**{word: word for word in words}, **{word.lower(): word for word in words}}


STATUS = _spelled("Actual", "Exercise", "System", "Test", "Draft")
MSG_TYPE = _spelled("Alert", "Update", "Cancel", "Ack", "Error")
SCOPE = _spelled("Public", "Restricted", "Private")
CATEGORY = _spelled(
    "Geo",
    "Met",
    "Safety",
    "Security",
    "Rescue",
    "Fire",
    "Health",
    "Env",
    "Transport",
    "Infra",
    "CBRNE",
    "Other",
)
RESPONSE_TYPE = _spelled("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None")
URGENCY = _spelled("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITY = _spelled("Extreme", "Severe", "Moderate", "Minor", "Unknown")
# "Very Likely" is of CAP 1.0; CAP 1.1 and 1.2 ask to read it as "Likely".
CERTAINTY = {**_spelled("Observed", "Likely", "Possible", "Unlikely", "Unknown"), "very likely": "Likely"}


def spell(text: str, words: dict[str, str]) -> str | None:
    """The standard spelling, or None when the word is not of the list."""
    return words.get(text) or words.get(" ".join(text.split()).lower())


def graded(text: str | None, words: dict[str, str], flag: str, flags: Flags) -> str:
    """Urgency, severity or certainty; an empty or unknown word is `Unknown` and raises `flag`."""
    if text is not None and (word := words.get(text) or spell(text, words)):
        return word
    flags.add(flag)
    return "Unknown"


def listed(texts: list[str], words: dict[str, str], flag: str, flags: Flags) -> tuple[str, ...]:
    """Categories or response types:
    known words in standard spelling, once; a foreign word is kept with a flag.
    """
    if not texts:
        return ()
    if len(texts) == 1 and (only := words.get(texts[0])):
        return (only,)
    found: dict[str, None] = {}
    for text in texts:
        if not (trimmed := text.strip()):
            continue
        word = spell(trimmed, words)
        if word is None:
            flags.add(flag)
        found[word or trimmed] = None
    return tuple(found)
