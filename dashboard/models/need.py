"""Needs: the mappings that failed exports lacked, kept once for all exports of a connection that lacked the same."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, closed_set
from dashboard.vocabulary.mappings import MappingKind


class NeedSet(Base):
    """What a failure lacked, `size` values in all, and the error it showed. A set is never changed.

    `is_all` says that nothing but these mappings was in the way. `error_subject` is empty where the document itself is
    what the error is about. `digest` tells sets of one connection apart.
    """

    __tablename__ = "need_set"
    __table_args__ = (UniqueConstraint("connection_id", "digest"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    digest: Mapped[str] = mapped_column(String(64))
    error_code: Mapped[str] = mapped_column(String(40))
    error_subject: Mapped[str] = mapped_column(String(255))
    is_all: Mapped[bool]
    size: Mapped[int]


class Need(Base):
    """A value of records whose mapping was lacking."""

    __tablename__ = "need"

    need_set_id: Mapped[int] = mapped_column(ForeignKey("need_set.id"), primary_key=True)
    kind: Mapped[MappingKind] = mapped_column(closed_set(MappingKind), primary_key=True)
    source_value: Mapped[str] = mapped_column(String(300), primary_key=True)
