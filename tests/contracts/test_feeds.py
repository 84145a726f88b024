"""The feed contract on every entry of the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency_kepu.domain.errors import UserError
from emergency_kepu.feeds.registry import FORMATS, load_format
from tests.contracts.feed import FeedContract

FIXTURES = Path(__file__).parents[1] / "unit" / "feeds" / "fixtures"


class TestCapBare(FeedContract):
    format_name = "cap"
    empty = b'<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id></feed>'

    def sample(self) -> bytes:
        return (FIXTURES / "cap_bilingual.xml").read_bytes()


class TestCapAtom(TestCapBare):
    def sample(self) -> bytes:
        return (FIXTURES / "cap_atom.xml").read_bytes()


class TestCapEdxl(TestCapBare):
    empty = b'<d:EDXLDistribution xmlns:d="urn:oasis:names:tc:emergency:EDXL:DE:1.0"/>'

    def sample(self) -> bytes:
        return (FIXTURES / "cap_edxl.xml").read_bytes()


class TestCapRss(TestCapBare):
    empty = b'<rss version="2.0"><channel/></rss>'

    def sample(self) -> bytes:
        return (FIXTURES / "cap_rss.xml").read_bytes()


class TestUsgs(FeedContract):
    format_name = "usgs"
    empty = b'{"type":"FeatureCollection","features":[]}'

    def sample(self) -> bytes:
        return (FIXTURES / "usgs.json").read_bytes()


class TestWhoDon(FeedContract):
    format_name = "who_don"
    empty = b'{"value":[]}'

    def sample(self) -> bytes:
        return (FIXTURES / "who_don.json").read_bytes()


class TestNmc(FeedContract):
    format_name = "nmc"
    empty = b'{"code":0,"msg":"success","data":{"page":{"list":[]},"provinceAlarms":null}}'

    def sample(self) -> bytes:
        return (FIXTURES / "nmc.json").read_bytes()


class TestWolfx(FeedContract):
    format_name = "wolfx_cenc"
    empty = b'{"md5":"0"}'

    def sample(self) -> bytes:
        return (FIXTURES / "wolfx_cenc.json").read_bytes()


class TestClaimReview(FeedContract):
    format_name = "claim_review"
    empty = b'{"@type":"DataFeed","dataFeedElement":[]}'

    def sample(self) -> bytes:
        return (FIXTURES / "claim_review.json").read_bytes()


def test_every_format_has_a_contract() -> None:
    def below(base: type[FeedContract]) -> set[str]:
        return {name for sub in base.__subclasses__() for name in {getattr(sub, "format_name", ""), *below(sub)}}

    assert below(FeedContract) == set(FORMATS)


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="known formats: cap, claim_review, nmc, usgs, who_don, wolfx_cenc"):
        load_format("telex")
