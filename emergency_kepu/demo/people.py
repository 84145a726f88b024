"""5,000 people in three languages, 40 rooms and 6 broadcasters: the same ones every time."""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind

ROOMS = 40
SCHOOLS = ("school-yibin", "school-leshan", "school-chongqing")
BROADCASTERS = (
    ("radio-yibin", "511500"),
    ("radio-leshan", "511123"),
    ("tv-sichuan", "511123"),
    ("radio-chongqing", "500103"),
    ("speakers-changning", "511524"),
    ("radio-beijing", "110105"),
)
STUBBORN_ROOM = "room-01"
INVALID_NUMBER = "+8613900000007"
OPTED_OUT_NUMBER = "+8613900000014"
"""Refused for good by the provider: one that does not exist, one that has opted out."""
LANDLINE = "+8613900000022"
"""Taken by the provider, which says later that it cannot be delivered."""
SPARES = {
    7: (Address(channel="sms", target="+8613900990007"),),
    22: (Address(channel="schools", target="school-yibin"),),
}
"""Second addresses: of whom the first one does not reach."""

_PLACES = (
    (1500, ("511524", "511526", "511502", "511525", "511504")),  # Yibin: the earthquake
    (1200, ("511123",)),  # Qianwei in Leshan: the rain (and the earthquake was felt there)
    (1500, ("500103", "500106", "500112", "500108")),  # Chongqing: the heat
    (60, ("SD",)),  # people in Sudan: the outbreak
    (740, ("110105", "440106")),  # far away: nothing concerns them
)
_ROOM_PLACES = ("511524", "511526", "511502", "511123", "500103", "500106", "110105", "SD")
_SCHOOL_PLACES = {"school-yibin": "511502", "school-leshan": "511123", "school-chongqing": "500103"}


def recipients() -> Iterator[Recipient]:
    """All of them; ids sort the way they are made."""
    yield from _people()
    for number in range(1, ROOMS - len(SCHOOLS) + 1):
        name = f"room-{number:02}"
        yield Recipient(
            id=f"r-{number:02}",
            kind=RecipientKind.ROOM,
            locale="zh-Hans" if number % 8 else "en",
            place=_ROOM_PLACES[number % len(_ROOM_PLACES)],
            addresses=(Address(channel="rooms", target=name),),
        )
    for name, place in _SCHOOL_PLACES.items():
        yield Recipient(
            id=f"s-{name}",
            kind=RecipientKind.ROOM,
            locale="zh-Hans",
            place=place,
            addresses=(Address(channel="schools", target=name),),
        )
    for name, place in BROADCASTERS:
        yield Recipient(
            id=f"b-{name}",
            kind=RecipientKind.BROADCASTER,
            locale="zh-Hans",
            place=place,
            addresses=(Address(channel="broadcast", target=name),),
        )
    yield Recipient(
        id="x-drill-xiamen",
        kind=RecipientKind.ROOM,
        locale="zh-Hans",
        place="350200",
        addresses=(Address(channel="drills", target="drill-log"), Address(channel="sms", target="+8613900009999")),
        drill=True,
    )


def _people() -> Iterator[Recipient]:
    number = 0
    for count, places in _PLACES:
        for _ in range(count):
            number += 1
            yield Recipient(
                id=f"p-{number:05}",
                kind=RecipientKind.PERSON,
                locale=_locale(number),
                place=places[number % len(places)],
                addresses=(Address(channel="sms", target=f"+86139{number:08}"), *SPARES.get(number, ())),
                audience="elderly" if number % 10 == 0 else "",
            )


def _locale(number: int) -> str:
    """Most read zh-Hans, some zh-Hant (as people from Hong Kong say it), some English; one Swahili, without a text."""
    if number == 21:
        return "sw"
    return {0: "en-GB", 1: "zh-HK"}.get(number % 8, "zh-CN")


def robots() -> str:
    """name=key pairs for the rooms' channel."""
    return ",".join(f"room-{number:02}=key-{number:04}" for number in range(1, ROOMS - len(SCHOOLS) + 1))
