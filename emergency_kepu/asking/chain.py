"""Who is asked, who is asked next, and when people at the desk are told. Each function is part of a transaction.

The first expert is asked; whoever says "not my field", cannot be reached or does not answer in time gives way to the
next; when nobody is left, or after the set time, it waits for the desk. One answer ends the chain. Asking never holds a
message up: what goes out was decided without it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from emergency_kepu.asking.around import Around
from emergency_kepu.domain.ask import ANSWERED, LINKS_HOLD, OPEN, Ask, Asking, AskState, ask_id
from emergency_kepu.domain.decision import Action, Reason
from emergency_kepu.domain.errors import NotFound, Refused, UserError
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.store import asks, incidents
from emergency_kepu.store.locks import one_at_a_time

CLOCK = "clock"


def begin(
    conn: Connection, around: Around, incident: Incident, *, revision: int, asking: Asking, now: datetime
) -> Ask | None:
    """A campaign about it was prepared: the best expert is asked, or the desk told that there is none. None for an
    exercise where no expert has a drill channel: nobody takes part, and nobody has to telephone.

    What an earlier revision asked and nobody has answered yet is asked anew: the level has changed. Takes no lock:
    intake may hold several incidents at once, and must never wait for an expert's answer.
    """
    experts = around.settings.experts
    if incident.drill and not any(around.ways(expert, drill=True) for expert in experts):
        return None
    round_ = f"r{revision}"
    for older in asks.of_incident(conn, incident.id):
        by_machine = older.round != round_ and older.round.startswith("r")
        if older.state is AskState.DESK or (by_machine and older.state in OPEN):
            asks.change(conn, older, state=AskState.CLOSED, next_at=None, detail="asked anew: the incident has changed")
    known = asks.of_incident(conn, incident.id)
    pattern = _pattern(incident, round_, asking, created_by="intake", now=now)
    return _ask_next(conn, around, incident, pattern, known, now=now, actor="intake")


def by_hand(conn: Connection, around: Around, incident_id: str, *, expert: str, actor: str, now: datetime) -> Ask:
    """Somebody at the desk asks one expert, or (without a name) the best who was not asked yet.

    Refused when the incident is over or nobody can be asked; NotFound for an unknown incident or expert; UserError
    where the house cannot make links.
    """
    incident = incidents.get(conn, incident_id)
    one_at_a_time(conn, f"ask/{incident.id}")
    if not around.ready:
        msg = "experts answer by link: set desk.public_url in kepu.yaml and the variable KEPU_LINK_KEY"
        raise UserError(msg)
    if incident.status is not IncidentStatus.OPEN:
        raise Refused(Reason.NO_CHANGE, f"{incident_id} is {incident.status.value}: there is nothing left to ask")
    known = asks.of_incident(conn, incident_id)
    if expert:
        found = around.expert(expert)
        if found is None:
            msg = f"no expert {expert!r} in experts.yaml; `kepu experts list` shows them"
            raise NotFound(msg)
        if not around.ways(found, drill=incident.drill):
            kind = "drill" if incident.drill else "private"
            raise Refused(Reason.NO_ADDRESS, f"{expert} has no {kind} channel in experts.yaml")
        if any(ask.expert == expert and ask.state in OPEN for ask in known):
            raise Refused(Reason.NO_CHANGE, f"{expert} is being asked about {incident_id} already")
        name, why = expert, f"{actor} chose them"
    else:
        asked = {ask.expert for ask in known}
        candidates = around.candidates(conn, incident, off_duty=True, now=now)
        best = next((item for item in candidates if item.expert.id not in asked), None)
        if best is None:
            raise Refused(Reason.NO_EXPERT, f"nobody is left to ask about {incident_id}; name one, or telephone")
        name, why = best.expert.id, "; ".join(best.why)
    for waiting in known:
        if waiting.state is AskState.DESK:
            asks.change(conn, waiting, state=AskState.TAKEN, next_at=None, detail=f"{actor} asked {name}")
    by_people = {ask.round for ask in known if ask.round.startswith("m")}
    pattern = _pattern(incident, f"m{len(by_people) + 1}", Asking(), created_by=actor, now=now)
    return _put(conn, around, pattern, name, why, now=now, actor=actor)


def advance(conn: Connection, around: Around, incident: Incident, ask: Ask, *, now: datetime) -> Ask | None:
    """After a question that brought nothing: the next expert, the desk, or nobody because somebody has answered."""
    known = asks.of_incident(conn, incident.id)
    ours = [other for other in known if other.round == ask.round]
    if any(other.state in (*OPEN, *ANSWERED, AskState.DESK, AskState.TAKEN) for other in ours):
        return None
    return _ask_next(conn, around, incident, ask, known, now=now, actor=CLOCK)


def take(conn: Connection, around: Around, incident_id: str, *, actor: str, now: datetime) -> int:
    """Somebody at the desk has seen to what no expert answered; how many questions that were. Refused when there are
    none."""
    incidents.get(conn, incident_id)
    taken = 0
    for ask in asks.of_incident(conn, incident_id):
        done = ask.state is AskState.DESK and asks.change(
            conn, ask, state=AskState.TAKEN, next_at=None, answered_at=now, detail=f"{actor} has taken it up"
        )
        if done:
            detail = f"{actor} has taken up question {ask.id}, which no expert answered"
            around.say(conn, ask, Reason.OPERATOR, detail, now=now, actor=actor, action=Action.WATCH)
            taken += 1
    if not taken:
        raise Refused(Reason.NO_CHANGE, f"nothing about {incident_id} waits for the desk")
    return taken


def _ask_next(
    conn: Connection,
    around: Around,
    incident: Incident,
    pattern: Ask,
    known: Collection[Ask],
    *,
    now: datetime,
    actor: str,
) -> Ask:
    """Whoever was asked in this round, is being asked, or has said that it is not their field, is passed over."""
    passed = {ask.expert for ask in known if ask.round == pattern.round or ask.state in (*OPEN, AskState.DECLINED)}
    if not around.ready:
        return _to_desk(conn, around, pattern, "no link can be made: KEPU_LINK_KEY or desk.public_url is missing", now)
    if now >= pattern.desk_at:
        detail = f"no expert has answered by {pattern.desk_at:%F %H:%MZ}"
        return _to_desk(conn, around, pattern, detail, now)
    for item in around.candidates(conn, incident, off_duty=pattern.off_duty, now=now):
        if item.expert.id not in passed:
            return _put(conn, around, pattern, item.expert.id, "; ".join(item.why), now=now, actor=actor)
    tried = ", ".join(sorted(ask.expert for ask in known if ask.expert and ask.round == pattern.round))
    detail = f"nobody else can be asked (asked: {tried})" if tried else "nobody who knows it can be asked now"
    return _to_desk(conn, around, pattern, detail, now)


def _pattern(incident: Incident, round_: str, asking: Asking, *, created_by: str, now: datetime) -> Ask:
    """What all questions of a round share."""
    return Ask(
        id="",
        incident_id=incident.id,
        round=round_,
        expert="",
        state=AskState.QUEUED,
        created_at=now,
        created_by=created_by,
        answer_minutes=asking.answer_minutes,
        off_duty=asking.off_duty,
        desk_at=now + timedelta(minutes=asking.desk_minutes),
        expires_at=now + LINKS_HOLD,
    )


def _put(conn: Connection, around: Around, pattern: Ask, expert: str, why: str, *, now: datetime, actor: str) -> Ask:
    ask = _row(pattern, expert, state=AskState.QUEUED, next_at=now, now=now)
    if asks.add(conn, ask):
        detail = f"{expert} is asked ({why}); the desk is told at {ask.desk_at:%F %H:%MZ} if nobody answers"
        around.say(conn, ask, Reason.EXPERT_ASKED, detail, now=now, actor=actor, action=Action.WATCH)
    return ask


def _to_desk(conn: Connection, around: Around, pattern: Ask, detail: str, now: datetime) -> Ask:
    ask = _row(pattern, "", state=AskState.DESK, next_at=None, now=now, detail=detail)
    if asks.add(conn, ask):
        around.say(conn, ask, Reason.NO_EXPERT, detail, now=now, actor=CLOCK, action=Action.WATCH)
    return ask


def _row(
    pattern: Ask, expert: str, *, state: AskState, next_at: datetime | None, now: datetime, detail: str = ""
) -> Ask:
    return Ask(
        id=ask_id(pattern.incident_id, pattern.round, expert),
        incident_id=pattern.incident_id,
        round=pattern.round,
        expert=expert,
        state=state,
        created_at=now,
        created_by=pattern.created_by,
        answer_minutes=pattern.answer_minutes,
        off_duty=pattern.off_duty,
        desk_at=pattern.desk_at,
        expires_at=now + LINKS_HOLD,
        next_at=next_at,
        detail=detail,
    )
