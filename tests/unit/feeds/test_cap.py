"""CAP in its carriers, and what is made of odd messages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from emergency_kepu.domain.alert import Alert, Effect
from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.cap import parse
from emergency_kepu.feeds.format import FeedContext

FIXTURES = Path(__file__).parent / "fixtures"
FEED = FeedContext(name="unit")
CAP = "urn:oasis:names:tc:emergency:cap:1.2"


def read(name: str) -> tuple[Alert, ...]:
    return parse((FIXTURES / name).read_bytes(), feed=FEED).alerts


def message(body: str = "", *, info: str | None = "", msg_type: str = "Alert", scope: str = "Public") -> Alert:
    """A small message with more elements of the alert, and of one info."""
    inner = f"<info><event>Storm</event>{info}</info>" if info is not None else ""
    text = (
        f'<alert xmlns="{CAP}"><identifier>A1</identifier><sender>s@example.org</sender>'
        f"<sent>2026-02-03T04:05:06+08:00</sent><status>Actual</status><msgType>{msg_type}</msgType>"
        f"<scope>{scope}</scope>{body}{inner}</alert>"
    )
    (alert,) = parse(text.encode(), feed=FEED).alerts
    return alert


def test_two_languages_are_one_alert() -> None:
    (alert,) = read("cap_bilingual.xml")
    assert [info.language for info in alert.infos] == ["zh-CN", "en"]
    assert alert.effect is Effect.UPDATE
    assert alert.flags == ()
    assert [reference.identifier for reference in alert.references] == ["EX-2026-0718-0040", "EX-2026-0718-0041"]
    assert alert.incidents == ("heat wave", "EX-HEAT-7")
    chinese, english = alert.infos
    assert chinese.description == "预计明天白天最高气温将升至 38℃以上。"
    assert english.description == "Above 38 degrees tomorrow afternoon."
    assert chinese.event_codes == {"OET": ("OET-103",)}
    assert chinese.parameters == {"colour": ("orange",), "note": ("",)}
    assert chinese.areas[0].desc == "示例市"
    assert chinese.areas[0].polygons[0][1] == (30.5, 104.2)
    assert chinese.areas[0].altitude == 0
    assert english.areas[0].circles[0].radius_km == 12.5


def test_an_atom_feed_gives_what_can_be_read_and_names_what_cannot() -> None:
    result = parse((FIXTURES / "cap_atom.xml").read_bytes(), feed=FEED)
    first, indexed = result.alerts
    assert (first.identifier, first.infos[0].certainty) == ("EX11-1", "Likely")
    assert first.infos[0].expires == datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert "offset_missing" in first.flags
    assert (indexed.sender, indexed.infos[0].event) == ("office@alerts.example", "Air Quality Alert")
    assert {"from_index", "scope_assumed"} <= set(indexed.flags)
    assert indexed.infos[0].areas[0].geocodes == {"FIPS6": ("009001", "009002"), "UGC": ("EXZ001",)}
    assert [(error.member, error.detail) for error in result.errors] == [("member 2", "no identifier")]
    assert result.links == ("https://alerts.example/4.cap",)


def test_edxl_holds_many_and_an_empty_part_is_an_error() -> None:
    result = parse((FIXTURES / "cap_edxl.xml").read_bytes(), feed=FEED)
    fire, cancelled = result.alerts
    assert fire.infos[0].areas[0].circles[0].radius_km == 0
    assert (cancelled.effect, cancelled.status, cancelled.infos) == (Effect.CANCEL, "Exercise", ())
    assert [error.member for error in result.errors] == ["member 2"]


def test_rss_keeps_a_private_scope_and_flags_words_it_does_not_know() -> None:
    (alert,) = read("cap_rss.xml")
    assert alert.scope == "Private"
    assert (alert.infos[0].severity, alert.infos[0].certainty) == ("Unknown", "Unknown")
    assert {"severity_unknown", "certainty_unknown"} <= set(alert.flags)


@pytest.mark.parametrize(
    ("msg_type", "info", "effect"),
    [
        ("Alert", "", Effect.ISSUE),
        ("Update", "", Effect.UPDATE),
        ("Cancel", "", Effect.CANCEL),
        ("Ack", "", Effect.INFO),
        ("Error", "", Effect.INFO),
        ("Alert", "<responseType>AllClear</responseType>", Effect.CANCEL),
        ("Update", "<urgency>Past</urgency>", Effect.CANCEL),
        ("Update", "<category>Geo</category><urgency>Past</urgency>", Effect.UPDATE),
        ("Alert", "<category>Geo</category><urgency>Past</urgency>", Effect.ISSUE),
        ("Alert", "<urgency>Past</urgency>", Effect.INFO),
        ("Update", "<headline>The Storm Warning has been cancelled.</headline>", Effect.CANCEL),
        ("Alert", "<headline>Storm warning: roads cancelled trains</headline>", Effect.ISSUE),
        ("Update", "<headline>某县气象台解除大风蓝色预警信号</headline>", Effect.CANCEL),
        ("Update", "<headline>解除大风蓝色预警信号，发布大风黄色预警信号</headline>", Effect.UPDATE),
        ("Alert", "<headline>EQ alert</headline><parameter><valueName>alertlevel</valueName><value>Green</value>"
         "</parameter>", Effect.INFO),
        ("Alert", "<parameter><valueName>awareness_level</valueName><value>1; green; Minor</value></parameter>",
         Effect.INFO),
        ("Alert", "<parameter><valueName>awareness_level</valueName><value>3; orange; Severe</value></parameter>",
         Effect.ISSUE),
        ("Update", "<parameter><valueName>VTEC</valueName><value>/O.CAN.KXXX.SV.W.0003.000000T0000Z-260203T0000Z/"
         "</value></parameter>", Effect.CANCEL),
        ("Update", "<parameter><valueName>VTEC</valueName><value>/O.CAN.KXXX.SV.W.0003.000000T0000Z-260203T0000Z/"
         " /O.CON.KXXX.FF.W.0004.000000T0000Z-260203T0000Z/</value></parameter>", Effect.UPDATE),
    ],
)  # fmt: skip
def test_the_effect_is_found_under_other_names(msg_type: str, info: str, effect: Effect) -> None:
    assert message(msg_type=msg_type, info=info).effect is effect


def test_a_message_that_ends_in_part_goes_on() -> None:
    body = "<info><event>Storm</event><responseType>AllClear</responseType></info>"
    alert = message(body, msg_type="Update")
    assert alert.effect is Effect.UPDATE
    assert "partly_ended" in alert.flags


def test_an_upgrade_is_told_from_an_all_clear() -> None:
    vtec = "/O.UPG.KXXX.WS.A.0003.000000T0000Z-260203T0000Z/"
    info = f"<parameter><valueName>VTEC</valueName><value>{vtec}</value></parameter>"
    alert = message(info=info)
    assert alert.effect is Effect.CANCEL
    assert "upgraded" in alert.flags


def test_a_missing_scope_or_status_is_never_read_as_public() -> None:
    text = f'<alert xmlns="{CAP}"><identifier>A</identifier><sender>s</sender><msgType>Alert</msgType></alert>'
    (alert,) = parse(text.encode(), feed=FEED).alerts
    assert (alert.scope, alert.status, alert.sent) == ("", "", None)
    assert {"scope_missing", "status_missing", "no_sent", "no_info"} <= set(alert.flags)


def test_references_that_cannot_be_used_are_flagged() -> None:
    alert = message("<references>s@example.org,A1,2026-02-03T04:05:06+08:00 lost other,B,x</references>")
    assert [(ref.sender, ref.identifier, ref.sent) for ref in alert.references] == [("other", "B", None)]
    assert {"self_reference", "bad_reference", "bad_time"} <= set(alert.flags)


def test_unusable_geometry_is_dropped_with_a_flag() -> None:
    alert = message(
        info="<area><areaDesc>x</areaDesc><polygon/><circle></circle><polygon>1,2 3,4</polygon>"
        "<polygon>91,0 1,1 2,2 91,0</polygon><circle>1,2 -5</circle><polygon>1,1 1,2 2,2</polygon></area>"
    )
    (area,) = alert.infos[0].areas
    assert area.polygons == (((1, 1), (1, 2), (2, 2), (1, 1)),)
    assert area.circles == ()
    assert {"bad_polygon", "bad_circle", "polygon_closed"} <= set(alert.flags)


def test_a_name_without_cap_is_not_read_as_cap() -> None:
    with pytest.raises(ParseError, match="no CAP alert"):
        parse(b"<alert><identifier>1</identifier></alert>", feed=FEED)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&b;</identifier></alert>'
)


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b"<!-- x -->" + BOMB.partition(b"?>")[2],
        BOMB.replace(b'version="1.0"', b'version="1.0" encoding="UTF-16"').decode().encode("utf-16"),
        b'<!DOCTYPE alert SYSTEM "file:///etc/passwd"><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>',
        b"<a>" * 300 + b"</a>" * 300,
    ],
    ids=["entities", "behind a comment", "in UTF-16", "external", "deep"],
)
def test_hostile_documents_are_refused_by_name(body: bytes) -> None:
    with pytest.raises(ParseError, match="hostile"):
        parse(body, feed=FEED)


def test_a_doctype_inside_cdata_is_harmless_text() -> None:
    alert = message(info="<description><![CDATA[<!DOCTYPE html><p>Stay <b>in</b>]]></description>")
    assert alert.infos[0].description == "Stay in"


def test_too_large_is_refused_unread() -> None:
    with pytest.raises(ParseError, match="more than"):
        parse(b"<alert>" + b" " * 20_000_001, feed=FEED)


def test_a_language_that_we_do_not_read_is_known_by_its_awareness_type() -> None:
    """MeteoAlarm and MET Norway write the event in the language of the country."""
    info = (
        "<event>Vindkast</event><parameter><valueName>awareness_type</valueName><value>1; Wind</value></parameter>"
        "<parameter><valueName>other</valueName><value>x</value></parameter>"
    )
    head = '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a</identifier>'
    document = f"{head}<info>{info}</info></alert>"
    (found,) = parse(document.encode(), feed=FEED).alerts[0].infos
    assert found.hazard == "gale"
    assert found.event_codes == {}
    assert found.parameters["awareness_type"] == ("1; Wind",)
