"""Opens what is kept: the data folder and the database, as one thing to pass around."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from pipeline.records.database import WRITES, open_engine
from pipeline.records.ledger import begin
from pipeline.records.migrate import upgrade
from pipeline.records.photos import PhotoStore, write_durably

#: Only the user that runs Cermat may look into the data folder: it holds names and signatures.
FOLDER_MODE = 0o700


@dataclass(frozen=True)
class Records:
    """All that a node keeps.

    Attributes:
        data: the data folder.
        engine: the database.
        photos: the original photos.
        node: this node's name in the ledger.
    """

    data: Path
    engine: Engine
    photos: PhotoStore
    node: str

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One writing transaction: everything in it happens, or nothing."""
        engine = self.engine.execution_options(**{WRITES: True})
        with Session(engine) as session, session.begin():
            yield session


def open_records(data: Path, database_url: str | None = None) -> Records:
    """Open or make a data folder, and bring its database to the newest schema."""
    data.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    photos = data / "photos"
    photos.mkdir(exist_ok=True, mode=FOLDER_MODE)
    engine = open_engine(database_url or f"sqlite:///{data.resolve() / 'cermat.db'}")
    upgrade(engine)
    records = Records(data, engine, PhotoStore(photos), _node_name(data / "node"))
    with records.write() as session:
        begin(session, records.node)
    return records


def _node_name(file: Path) -> str:
    """The node's name, made at random at its first start."""
    if not file.is_file():
        write_durably(file, secrets.token_hex(8).encode())
    return file.read_text().strip()
