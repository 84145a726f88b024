"""What people told public pages, and CAP documents, on every database that we run on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from emergency_kepu.domain.check_in import CheckIn, CheckInKind
from emergency_kepu.domain.errors import Refused
from emergency_kepu.store import cap_documents, check_ins, migrate
from emergency_kepu.store.cap_documents import CapDocument
from emergency_kepu.store.check_ins import Wanted
from emergency_kepu.store.database import Database

AT = datetime(2026, 6, 30, 8, 28, tzinfo=UTC)


@pytest.fixture
def database(store_url: str) -> Database:
    found = Database(store_url)
    migrate.ensure(found)
    return found


def call(number: int, **changes: object) -> CheckIn:
    row = CheckIn(
        id=f"{number:02}",
        at=AT - timedelta(minutes=number),
        campaign_id="c-1",
        revision=1,
        locale="zh-Hans",
        kind=CheckInKind.HELP,
        place="前进路5号",
    )
    return msgspec.structs.replace(row, **changes)


def test_calls_for_help_are_kept_once_listed_passed_on_and_forgotten(database: Database) -> None:
    rows = [call(0, kind=CheckInKind.SAFE), call(1), call(2), call(3, drill=True), call(4, kind=CheckInKind.SAFE)]
    with database.begin() as conn:
        assert [check_ins.add(conn, row) for row in (*rows, rows[1])] == [True] * 5 + [False]
    with database.begin() as conn:
        assert check_ins.waiting(conn) == check_ins.Waiting(number=2, oldest=rows[2].at, drills=1)
        passed = check_ins.pass_on(conn, "01", to="fire brigade", by="qian", at=AT)
        assert (passed.passed_to, passed.passed_by, passed.passed_at) == ("fire brigade", "qian", AT)
        with pytest.raises(Refused, match="qian passed it on to fire brigade already"):
            check_ins.pass_on(conn, "01", to="police", by="zhao", at=AT)
    seen: list[CheckIn] = []
    with database.reading() as conn:
        while part := check_ins.listing(
            conn,
            Wanted(),
            after=(check_ins.rank_of(seen[-1]), seen[-1].at, seen[-1].id) if seen else None,
            limit=2,
        ):
            seen += part
        assert [row.id for row in check_ins.everything(conn, Wanted(kind="help"))] == ["03", "02", "01"]
    assert [row.id for row in seen] == ["02", "03", "00", "01", "04"]
    with database.begin() as conn:
        assert check_ins.take_back(conn, "01") == rows[1]
        before = AT - timedelta(minutes=2)
        assert check_ins.any_before(conn, before)
        assert check_ins.forget(conn, before=before) == 2
        assert not check_ins.any_before(conn, before)


def test_the_first_text_under_an_identifier_stays(database: Database) -> None:
    one = CapDocument(identifier="c-1-r1", updated=AT, title="one", document=b"<one/>")
    other = msgspec.structs.replace(one, title="other", document=b"<other/>")
    with database.begin() as conn:
        assert cap_documents.keep(conn, "a@b", [one]) == {"c-1-r1": one}
    with database.begin() as conn:
        assert cap_documents.keep(conn, "a@b", [other]) == {"c-1-r1": one}
        assert cap_documents.keep(conn, "x@y", [other]) == {"c-1-r1": other}
