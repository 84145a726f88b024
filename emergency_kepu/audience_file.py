"""Recipients as files: CSV for spreadsheets, JSON lines for programs. Every line is checked before any is believed.

CSV columns: `id,kind,locale,place,addresses` and, as wanted, `lat,lon,tags,audience,drill`. `addresses` holds
`channel:target` pairs separated by `;`, the preferred first: `sms:+8613800000000;rooms:room-01`. `tags` are separated
by `|`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from emergency_kepu.channels.mail_message import is_address
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.places.china import by_adcode
from emergency_kepu.places.world import is_country

COLUMNS = ("id", "kind", "locale", "place", "addresses", "lat", "lon", "tags", "audience", "drill")
REQUIRED = COLUMNS[:5]
AUDIENCES = ("", "elderly", "children", "farmers", "workers", "visitors")
_PHONES = ("twilio", "aliyun_sms", "tencent_sms", "smpp")
"""Kinds of channel whose targets are E.164 numbers."""
_YES = {"": False, "false": False, "no": False, "0": False, "true": True, "yes": True, "1": True}


def read_csv(text: str, name: str, channels: Mapping[str, Mapping[str, Any]]) -> Iterator[Recipient]:
    """UserError with file, line, column and mend at the first line that is wrong."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    missing = [column for column in REQUIRED if column not in (reader.fieldnames or ())]
    strange = [column for column in reader.fieldnames or () if column not in COLUMNS]
    if missing or strange:
        what = f"column {missing[0]!r} is missing" if missing else f"column {strange[0]!r} is not known"
        msg = f"{name}:1: {what}; the columns are {','.join(COLUMNS)}"
        raise UserError(msg)
    seen: dict[str, int] = {}
    try:
        for row in reader:
            where = f"{name}:{reader.line_num}"
            if None in row or None in row.values():
                msg = f"{where}: has {'more' if None in row else 'fewer'} fields than the first line"
                raise UserError(msg)
            yield _checked(_of_row(row, where), where, channels, seen, reader.line_num)
    except csv.Error as problem:
        msg = f"{name}:{reader.line_num}: not CSV: {problem}"
        raise UserError(msg) from problem


def read_jsonl(text: str, name: str, channels: Mapping[str, Mapping[str, Any]]) -> Iterator[Recipient]:
    """UserError with file, line and mend at the first line that is wrong."""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            where = f"{name}:{number}"
            try:
                recipient = msgspec.json.decode(line, type=Recipient)
            except msgspec.DecodeError as problem:
                msg = f"{where}: {problem}"
                raise UserError(msg) from problem
            yield _checked(recipient, where, channels, seen, number)


def to_row(recipient: Recipient) -> dict[str, str]:
    """One line of CSV."""
    return {
        "id": recipient.id,
        "kind": recipient.kind.value,
        "locale": recipient.locale,
        "place": recipient.place,
        "addresses": ";".join(f"{item.channel}:{item.target}" for item in recipient.addresses),
        "lat": "" if recipient.lat is None else repr(recipient.lat),
        "lon": "" if recipient.lon is None else repr(recipient.lon),
        "tags": "|".join(recipient.tags),
        "audience": recipient.audience,
        "drill": "true" if recipient.drill else "",
    }


def _of_row(row: Mapping[str, str], where: str) -> Recipient:
    kind = row["kind"].strip()
    if kind not in tuple(RecipientKind):
        msg = f"{where}: kind {kind!r}: one of {', '.join(RecipientKind)}"
        raise UserError(msg)
    drill = _YES.get((row.get("drill") or "").strip().lower())
    if drill is None:
        msg = f"{where}: drill {row['drill']!r}: true or empty"
        raise UserError(msg)
    return Recipient(
        id=row["id"].strip(),
        kind=RecipientKind(kind),
        locale=row["locale"].strip(),
        place=row["place"].strip(),
        addresses=tuple(_address(part.strip(), where) for part in row["addresses"].split(";") if part.strip()),
        lat=_degrees(row, "lat", 90.0, where),
        lon=_degrees(row, "lon", 180.0, where),
        tags=tuple(tag.strip() for tag in (row.get("tags") or "").split("|") if tag.strip()),
        audience=(row.get("audience") or "").strip(),
        drill=drill,
    )


def _address(text: str, where: str) -> Address:
    channel, colon, target = text.partition(":")
    if not (channel and colon and target):
        msg = f"{where}: address {text!r}: write it as channel:target, e.g. sms:+8613800000000"
        raise UserError(msg)
    return Address(channel=channel.strip(), target=target.strip())


def _degrees(row: Mapping[str, str], column: str, most: float, where: str) -> float | None:
    text = (row.get(column) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = most + 1
    if not -most <= value <= most:
        msg = f"{where}: {column} {text!r}: degrees from {-most:g} to {most:g} (WGS 84)"
        raise UserError(msg)
    return value


def _checked(
    recipient: Recipient,
    where: str,
    channels: Mapping[str, Mapping[str, Any]],
    seen: dict[str, int],
    number: int,
) -> Recipient:
    problem = _problem(recipient, channels)
    if not problem and recipient.id in seen:
        problem = f"id {recipient.id!r}: is on line {seen[recipient.id]} already"
    if problem:
        msg = f"{where}: {problem}"
        raise UserError(msg)
    seen[recipient.id] = number
    return recipient


def _problem(recipient: Recipient, channels: Mapping[str, Mapping[str, Any]]) -> str:
    if not recipient.id:
        return "id: is empty"
    if not recipient.locale:
        return "locale: is empty; give a BCP 47 tag such as zh-CN"
    if not is_country(recipient.place) and by_adcode(recipient.place) is None:
        return f"place {recipient.place!r}: give a 6-digit adcode or an ISO 3166 country code"
    if recipient.audience not in AUDIENCES:
        return f"audience {recipient.audience!r}: empty or one of {', '.join(AUDIENCES[1:])}"
    if not recipient.addresses:
        return "addresses: is empty; nobody could be reached there"
    return next((found for address in recipient.addresses if (found := _bad_address(address, channels))), "")


def _bad_address(address: Address, channels: Mapping[str, Mapping[str, Any]]) -> str:
    raw = channels.get(address.channel)
    if raw is None:
        return f"channel {address.channel!r}: not in kepu.yaml, which has: {', '.join(sorted(channels))}"
    if raw.get("kind") in _PHONES and not _is_e164(address.target):
        return f"number {address.target!r}: write it in E.164 form, e.g. +8613800000000"
    if raw.get("kind") == "email" and not is_address(address.target):
        return f"e-mail address {address.target!r}: a plain one, e.g. name@example.org"
    return ""


def _is_e164(text: str) -> bool:
    """As ITU-T E.164 and the country's own lengths say; whether it is in use only the operator knows."""
    import phonenumbers  # large, and only needed here

    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return False
    same = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == text
    return same and phonenumbers.is_possible_number(number)
