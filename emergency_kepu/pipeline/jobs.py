"""What the records of the flow carry, and how each gets its key and its id.

Keys decide what is handled in order; ids make publishing twice harmless. Values are msgspec JSON.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TypeVar

import msgspec

from emergency_kepu.bus.port import DISPATCH_IMMEDIATE, DISPATCH_ROUTINE, FEED, LAUNCH, RECEIPT, Record
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import Unprocessable


class FeedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One payload of a feed as it came, on `kepu.feed`. Key: the feed, so that its documents stay in order."""

    feed: str
    body: bytes
    received_at: datetime
    received_wall: float
    """Machine time in seconds since 1970: where the latency from alert to first send begins."""
    origin: str
    """poll, push, replay, drill."""
    backlog: bool = False
    """The first answer of a feed after start-up: what is in it may be old."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """Plan (the rest of) one launched revision, on `kepu.launch`. Key: the incident."""

    campaign_id: str
    revision: int
    incident_id: str
    step: int = 0
    """0 is the first page of recipients; the record that continues counts up."""
    reached_only: bool = False
    after: str = ""
    """The last recipient id planned: where this page begins."""
    large: bool | None = None
    """Whether the audience is better walked through than sorted; None: the first page finds out."""
    follow: int = 0
    """Not a page at all: prepare this step (from 1) that the revision planned."""
    tries: int = 0
    """How often that step was put off."""
    ask: str = ""
    """Not a page at all: prepare the interpretation that answered this question. `campaign_id` is empty then, so that
    a worker of an older version finds nothing to do; it is handed over again until it is settled."""


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """Send what is due of one batch, on `kepu.dispatch.*`."""

    batch_id: str
    channel: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says later about one message, on `kepu.receipt`. Key: the provider's id."""

    channel: str
    provider_id: str
    state: str
    """delivered, failed, or opted_out."""
    detail: str = ""
    target: str = ""
    tries: int = 0
    """How often it found no delivery with this id."""


_encoder = msgspec.json.Encoder()


def feed_record(
    *, feed: str, body: bytes, received_at: datetime, received_wall: float, origin: str, backlog: bool = False
) -> Record:
    """The record for one payload. The same bytes of the same feed are the same record.

    So a document that cannot be read is one dead letter, however often the feed shows it.
    """
    document = FeedDocument(
        feed=feed,
        body=body,
        received_at=received_at,
        received_wall=received_wall,
        origin=origin,
        backlog=backlog,
    )
    digest = hashlib.blake2b(body, digest_size=12, person=b"kepu.feed").hexdigest()
    return Record(
        topic=FEED,
        key=feed,
        id=f"{feed}/{digest}",
        value=_encoder.encode(document),
    )


def planned_next(stored: bytes) -> Launch:
    """The page that `encoded` wrote down."""
    return msgspec.json.decode(stored, type=Launch)


def encoded(launch: Launch) -> bytes:
    """As it is kept with its campaign."""
    return _encoder.encode(launch)


def launch_record(launch: Launch) -> Record:
    """Key: the incident, so that a later revision is planned after an earlier one."""
    return Record(
        topic=LAUNCH,
        key=launch.incident_id,
        id=f"{launch.campaign_id}.{launch.revision}/{launch.step}",
        value=_encoder.encode(launch),
    )


def step_record(launch: Launch) -> Record:
    """A step that waits in the due table. One that is put off is another record: the scheduler that published the
    first is about to forget its entry, and would forget the new one with it."""
    again = f"@{launch.tries}" if launch.tries else ""
    return Record(
        topic=LAUNCH,
        key=launch.incident_id,
        id=f"{launch.campaign_id}.{launch.revision}/follow{launch.follow}{again}",
        value=_encoder.encode(launch),
    )


def answer_record(ask: str, *, incident_id: str, tries: int) -> Record:
    """An expert's interpretation on its way to a campaign. Each time it is handed over is a record of its own."""
    launch = Launch(campaign_id="", revision=0, incident_id=incident_id, ask=ask, tries=tries)
    return Record(topic=LAUNCH, key=incident_id, id=f"ask/{ask}@{tries}", value=_encoder.encode(launch))


def dispatch_record(batch_id: str, *, channel: str, lane: Lane, one_owner: bool, again: str = "") -> Record:
    """`one_owner`: the channel's provider counts its rate over all targets, so one worker must own it (key: the
    channel); otherwise each batch may go to any worker (key: the batch). `again` tells a later try from the first."""
    return Record(
        topic=DISPATCH_IMMEDIATE if lane is Lane.IMMEDIATE else DISPATCH_ROUTINE,
        key=channel if one_owner else batch_id,
        id=f"{batch_id}{again}",
        value=_encoder.encode(Dispatch(batch_id=batch_id, channel=channel)),
    )


def receipt_record(receipt: Receipt) -> Record:
    """Key: the provider's id, so that the receipts of one message stay in order."""
    return Record(
        topic=RECEIPT,
        key=receipt.provider_id,
        id=f"{receipt.channel}/{receipt.provider_id}/{receipt.state}" + (f"@{receipt.tries}" if receipt.tries else ""),
        value=_encoder.encode(receipt),
    )


T = TypeVar("T")


def decode(record: Record, kind: type[T]) -> T:
    """The record's value. Unprocessable when it is not what its topic carries: it goes to the dead letters."""
    try:
        return msgspec.json.decode(record.value, type=kind)
    except msgspec.DecodeError as problem:
        detail = f"record {record.id} on {record.topic} is not a {kind.__name__}: {problem}"
        raise Unprocessable(Reason.MALFORMED, detail) from problem
