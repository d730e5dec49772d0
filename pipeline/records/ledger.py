"""The append-only ledger: each event's hash covers the one before it, so no change stays hidden."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import String, Text, select, type_coerce
from sqlalchemy.orm import Session

from pipeline.records.canonical import canonical, sha256_hex
from pipeline.records.events import Fact
from pipeline.records.tables import Chain, Event, IsoTime

#: What stands for the event before the first.
NOTHING_BEFORE = "0" * 64


@dataclass(frozen=True)
class Fault:
    """Something wrong in the ledger.

    Attributes:
        node, seq: which event.
        what: one of ``changed``, ``missing``, ``reordered``, ``cut``.
    """

    node: str
    seq: int
    what: str


def append(session: Session, node: str, fact: Fact, *, subject: str, who: str) -> Event:
    """Add a fact to this node's chain; the caller's transaction must be a writing one."""
    begin(session, node)
    session.flush()
    chain = session.scalars(select(Chain).where(Chain.node == node).with_for_update()).one()
    session.refresh(chain)
    now = datetime.now(UTC)
    payload = fact.model_dump(mode="json")
    said = Said(node, chain.seq + 1, IsoTime.text(now), who, fact.kind, subject, canonical(payload))
    event = Event(
        node=node,
        seq=said.seq,
        at=now,
        who=who,
        kind=fact.kind,
        subject=subject,
        payload=payload,
        previous=chain.hash,
        hash=said.hash_after(chain.hash),
    )
    chain.seq, chain.hash = event.seq, event.hash
    session.add(event)
    session.flush()
    return event


@dataclass(frozen=True)
class Said:
    """Everything an event says, as text: what its hash covers, byte for byte."""

    node: str
    seq: int
    at: str
    who: str
    kind: str
    subject: str
    payload: str

    def hash_after(self, previous: str) -> str:
        """SHA-256 over the previous hash, the envelope and the payload, each a line of its own."""
        envelope = canonical(
            {
                "node": self.node,
                "seq": self.seq,
                "at": self.at,
                "who": self.who,
                "kind": self.kind,
                "subject": self.subject,
            }
        )
        return sha256_hex(f"{previous}\n{envelope}\n{self.payload}".encode())


def verify(session: Session) -> Iterator[Fault]:
    """Every event that is changed, missing or out of order, by node and place in its chain."""
    before: dict[str, tuple[int, str]] = {}
    # As text and one at a time: what was tampered with may be no JSON, and a night's ledger does
    # not fit into memory.
    rows = session.execute(
        select(
            Event.node,
            Event.seq,
            type_coerce(Event.at, String),
            Event.who,
            Event.kind,
            Event.subject,
            type_coerce(Event.payload, Text),
            Event.previous,
            Event.hash,
        )
        .order_by(Event.node, Event.seq)
        .execution_options(yield_per=200)
    )
    for node, seq, at, who, kind, subject, payload, previous, own in rows:
        said = Said(node, seq, at, who, kind, subject, payload)
        yield from _faults(said, previous, own, before.get(node, (0, NOTHING_BEFORE)))
        before[node] = (seq, own)
    heads = {chain.node: (chain.seq, chain.hash) for chain in session.scalars(select(Chain))}
    nothing = (0, NOTHING_BEFORE)
    for node in sorted(set(heads) | set(before)):
        head, last = heads.get(node, nothing), before.get(node, nothing)
        if head != last:
            yield Fault(node, max(head[0], last[0]), "cut")


def begin(session: Session, node: str) -> None:
    """Make the empty chain of a node, so that its first writers have a row to lock."""
    if session.get(Chain, node) is None:
        session.add(Chain(node=node, seq=0, hash=NOTHING_BEFORE))


def _faults(said: Said, previous: str, own: str, before: tuple[int, str]) -> Iterator[Fault]:
    seq_before, hash_before = before
    for missing in range(seq_before + 1, said.seq):
        yield Fault(said.node, missing, "missing")
    if said.seq == seq_before + 1 and previous != hash_before:
        yield Fault(said.node, said.seq, "reordered")
    if said.hash_after(previous) != own:
        yield Fault(said.node, said.seq, "changed")
