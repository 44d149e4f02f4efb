"""Carry out tasks on an existing Dask cluster (`--scheduler ADDRESS`); docs/cluster.md says how to start one.

Tasks are handed out a few at a time, so that the scheduler's memory does not grow with their number. Dask gives a task whose worker died to
another one; after the cluster's `allowed-failures` (three) the task itself counts as failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import secrets
import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

from urbsim.errors import UserError
from urbsim.experiments.failure import RunError
from urbsim.experiments.tasks import DIED, Failure, Outcome, Receive, Work, attempt
from urbsim.text import Text

KNOCK_SECONDS, GREET_SECONDS, POLL_SECONDS = 4.0, 15.0, 2.0
LEAST_AHEAD, AHEAD = 64, 4  # tasks handed out: at least so many (a cluster that grows looks at what waits), else so many per core


def in_cluster(work: Work, tasks: Iterable[Any], address: str, receive: Receive) -> None:
    """Carry out tasks on the workers of the cluster at `address`; see `urbsim.experiments.tasks.execute`.

    Raises UserError if it cannot be reached, RunError if the connection is lost on the way.
    """
    session = secrets.token_hex(4)
    source = iter(enumerate(tasks))
    ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
    flying: dict[str, tuple[int, Any]] = {}
    with connected(address) as client:

        def submit(room: int) -> None:
            while room > 0 and (following := next(source, None)) is not None:
                i, task = following
                future = client.submit(_attempt, work, task, key=f"urbsim-{session}-{i}", pure=False)
                flying[future.key] = i, future
                future.add_done_callback(ended.put)
                room -= 1

        try:
            submit(LEAST_AHEAD)
            while flying:
                try:
                    future = ended.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    if client.status != "running":
                        raise _lost(address) from None
                    continue
                i, _ = flying.pop(future.key)
                receive(i, _outcome(future, address))
                del future
                submit(max(LEAST_AHEAD, AHEAD * _cores(client)) - len(flying))
        finally:
            with contextlib.suppress(Exception):
                client.cancel([future for _, future in flying.values()])


def _attempt(work: Work, task: Any) -> Outcome:
    """Carry out one task on a worker."""
    return attempt(work, task, lambda q: None)


def _outcome(future: Any, address: str) -> Outcome:
    from distributed import KilledWorker

    try:
        found: Outcome = future.result(timeout=60)
    except KilledWorker:
        return Outcome(failure=Failure(DIED))
    except (CancelledError, TimeoutError, OSError) as error:
        raise _lost(address) from error
    except Exception as error:  # noqa: BLE001 - the task never began there: urbsim is missing on the worker, say
        told = f"{type(error).__name__}: {error}"
        return Outcome(failure=Failure(Text(zh=told, en=told)))
    return found


def _cores(client: Any) -> int:
    return int(sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()))


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """Give a client of the cluster at `address`; raises UserError within seconds if nobody answers there."""
    from distributed import Client

    reach(address)
    make: Any = Client
    try:
        client: Any = make(address, timeout=GREET_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _silent(address, error) from error
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=GREET_SECONDS)


def reach(address: str) -> None:
    """Raise UserError within seconds if no Dask scheduler answers at `address`."""
    from distributed.comm.addressing import get_address_host_port

    try:
        host, port = get_address_host_port(address, strict=True)
    except (ValueError, TypeError):
        raise UserError.one(
            zh=f"“{address}”不是 Dask 调度器的地址，应写成 tcp://主机:端口。",
            en=f"'{address}' is not the address of a Dask scheduler; write tcp://host:port.",
        ) from None
    try:
        socket.create_connection((host, port), timeout=KNOCK_SECONDS).close()
        _greet(address)
    except (OSError, ValueError) as error:
        raise _silent(address, error) from error


def _silent(address: str, error: Exception) -> UserError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return UserError.one(
        zh=f"连不上 {address} 的 Dask 调度器：{reason}。请确认它已启动、地址和端口无误（见 docs/cluster.md）。",
        en=f"No Dask scheduler answers at {address}: {reason}. Is it running, are host and port right? See docs/cluster.md.",
    )


def _greet(address: str) -> None:
    """Ask the scheduler who it is; raises OSError if it says nothing, since a client would wait for it without end."""

    async def ask() -> Any:
        from distributed import rpc

        make: Any = rpc
        other = make(address, timeout=GREET_SECONDS)
        try:
            return await asyncio.wait_for(other.identity(n_workers=0), GREET_SECONDS)
        finally:
            await other.close_rpc()

    with ThreadPoolExecutor(1) as thread:  # a notebook has a loop of its own
        try:
            identity = thread.submit(asyncio.run, ask()).result()
        except (MemoryError, TypeError, KeyError, AttributeError) as error:  # bytes of another protocol, read as lengths and names
            raise OSError("something else than a scheduler answers") from error
    if identity.get("type") != "Scheduler":
        raise OSError(f"a {identity.get('type')} answers")


def _lost(address: str) -> RunError:
    return RunError(
        Text(
            zh=f"与 {address} 的调度器失去联系。sweep 已完成的运行都在，再次运行同一命令即可继续。",
            en=f"The connection to the scheduler at {address} was lost. Finished runs of a sweep are kept: start the same command again.",
        )
    )
