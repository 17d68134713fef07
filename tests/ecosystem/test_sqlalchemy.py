"""SQLAlchemy's asyncio on PostgreSQL by asyncpg, and on SQLite by aiosqlite: its greenlets await on this loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import ForeignKey, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

from .servers import PostgreSQL
from .waiting import cancelled, cancelled_after, until_sleeping


class Base(AsyncAttrs, DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    books: Mapped[list["Book"]] = relationship(back_populates="author")


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")


@contextlib.asynccontextmanager
async def engine_of(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url, pool_pre_ping=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.drop_all)
            await connection.run_sync(Base.metadata.create_all)
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture(params=("postgresql", "sqlite"))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'books.db'}"
    return asyncpg_url(request.getfixturevalue("postgresql"))


def asyncpg_url(server: PostgreSQL) -> str:
    return server.url.replace("postgresql://", "postgresql+asyncpg://")


async def test_objects_are_stored_and_found(url: str) -> None:
    async with engine_of(url) as engine:
        sessions = async_sessionmaker(engine, expire_on_commit=False)

        async def add(number: int) -> None:
            async with sessions.begin() as session:
                books = [Book(title=f"book {number}.{part}") for part in range(3)]
                session.add(Author(name=f"author {number}", books=books))

        await asyncio.gather(*(add(number) for number in range(10)))
        async with sessions() as session:
            authors = (await session.scalars(select(Author).options(selectinload(Author.books)))).all()
            assert {author.name: len(author.books) for author in authors} == {f"author {n}": 3 for n in range(10)}
            book = await session.get_one(Book, 1)
            assert (await book.awaitable_attrs.author).name.startswith("author")  # loaded when it is asked for
            streamed = await session.stream_scalars(select(Book.title).order_by(Book.title))
            assert len([title async for title in streamed]) == 30


async def test_a_transaction_that_fails_is_undone(url: str) -> None:
    async with engine_of(url) as engine:
        async with AsyncSession(engine) as session:
            session.add(Author(name="one"))
            await session.commit()
            session.add_all([Author(name="two"), Author(name="one")])
            with pytest.raises(IntegrityError):
                await session.commit()
            await session.rollback()
            assert await session.scalar(select(func.count()).select_from(Author)) == 1


async def test_sessions_cancelled_in_the_middle_of_a_query(postgresql: PostgreSQL) -> None:
    async with engine_of(asyncpg_url(postgresql)) as engine:

        async def add(number: int) -> None:
            async with AsyncSession(engine) as session, session.begin():
                session.add(Author(name=f"author {number}"))
                await session.flush()
                await session.execute(text("SELECT pg_sleep(50)"))

        for _ in range(2):
            adding = [asyncio.create_task(add(number)) for number in range(10)]
            await until_sleeping(postgresql.url, 10)
            for task in adding:
                await cancelled(task)
            assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        await until_sleeping(postgresql.url, 0)
        async with AsyncSession(engine) as session:
            assert await session.scalar(select(func.count()).select_from(Author)) == 0


async def test_a_session_cancelled_between_two_queries(url: str) -> None:
    async with engine_of(url) as engine:
        flushed = asyncio.Event()

        async def add() -> None:
            async with AsyncSession(engine) as session, session.begin():
                session.add(Author(name="one"))
                await session.flush()
                flushed.set()
                await asyncio.Event().wait()

        await cancelled_after(flushed, add())
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        async with AsyncSession(engine) as session, session.begin():
            session.add(Author(name="one"))  # neither there nor locked
        async with AsyncSession(engine) as session:
            assert (await session.scalars(select(Author.name))).all() == ["one"]


async def test_a_server_killed_and_started_again(postgresql: PostgreSQL) -> None:
    async with engine_of(asyncpg_url(postgresql)) as engine:
        async with AsyncSession(engine) as session:
            session.add(Author(name="kept"))
            await session.commit()
        async with AsyncSession(engine) as session:
            await session.execute(text("SELECT 1"))
            postgresql.kill()
            with pytest.raises(DBAPIError):
                await session.execute(text("SELECT 1"))
        postgresql.start()
        async with AsyncSession(engine) as session:
            assert await session.scalar(select(Author.name)) == "kept"


async def test_idle_connections_are_made_anew_after_a_kill(postgresql: PostgreSQL) -> None:
    async with engine_of(asyncpg_url(postgresql)) as engine:

        async def backend() -> int:
            async with AsyncSession(engine) as session:
                pid = await session.scalar(select(func.pg_backend_pid()))
                await together.wait()  # so that each has a connection of its own
                assert isinstance(pid, int)
                return pid

        together = asyncio.Barrier(5)
        before = await asyncio.gather(*(backend() for _ in range(5)))
        postgresql.kill()
        postgresql.start()
        after = await asyncio.gather(*(backend() for _ in range(5)))
        assert len({*before}) == len({*after}) == 5
        assert engine.pool.checkedin() == 5  # type: ignore[attr-defined]
