"""Ids of events in a Redis or Valkey server, or a cluster of them: many receivers on many machines share it.

Every id is one key. A script changes it in one step, so that each method is one round trip; what many requests ask for
at once is sent together, and the server's disk is waited for once. The keys end by themselves past the retention.

    H<at>                               handled, at that time
    C<attempts> <ends> <holder>         claimed until then; without a holder its handling failed

Times are milliseconds since 1970. They are the server's own, one clock for all receivers, unless a clock is given.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import redis
from redis.cluster import RedisCluster
from redis.exceptions import RedisError

from gcsync.receiver.batches import Batches, Closed
from gcsync.receiver.interface import Claim, Claimed, StoreSize, StoreUnavailable
from gcsync.receiver.stores.opening import Retention
from gcsync.receiver.stores.redis_server import SOCKET_SECONDS, Server, is_replica, problem_of, reason, servers_of
from gcsync.receiver.stores.redis_url import Durability, RedisPlace

PATIENCE_SECONDS: Final = 10.0
_LONGEST_ID = 200
_WAITAOF_MILLISECONDS = round((SOCKET_SECONDS - 0.5) * 1000)

_log = logging.getLogger(__name__)

_Wish: TypeAlias = "tuple[str, str, str]"
"""A script, the key, and the holder."""

# KEYS: the id's. ARGV: holder, milliseconds of the retention, of a claim, and the time now or nothing. `attempts` is
# nil where the id is not claimed; a handled id past the retention counts as free.
_BEGIN = """
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local value = redis.call('GET', KEYS[1]) or ''
local at = string.match(value, '^H(%d+)$')
local handled = at and now - at <= tonumber(ARGV[2])
local attempts, ends, holder = string.match(value, '^C(%d+) (%d+) (.*)$')
local taken = attempts and holder ~= '' and tonumber(ends) > now
local function keep(value) redis.call('SET', KEYS[1], value, 'PX', ARGV[2]) end
"""
# A claim of one's own is found where the answer to it was lost on its way and it was sent again.
_CLAIM = f"""{_BEGIN}
if handled then return {{1, 1}} end
if taken then return {{holder == ARGV[1] and 0 or 2, tonumber(attempts)}} end
attempts = (attempts or 0) + 1
keep(string.format('C%d %.0f %s', attempts, now + ARGV[3], ARGV[1]))
return {{0, attempts}}
"""
_DONE = f"""{_BEGIN}
if holder ~= ARGV[1] then return 0 end
keep(string.format('H%.0f', now))
return 1
"""
_RELEASE = f"""{_BEGIN}
if holder == ARGV[1] then keep(string.format('C%d 0 ', attempts)) end
return 0
"""
_STATE = f"""{_BEGIN}
return handled and 1 or taken and 2 or 0
"""
_CLAIMS: Final = (Claim.MINE, Claim.HANDLED, Claim.TAKEN)


class RedisStore:
    """A Store. Raises StoreUnavailable when the server cannot be reached, does not answer in time, or refuses."""

    def __init__(
        self,
        client: Server,
        place: RedisPlace,
        retention: Retention,
        claim_seconds: float,
        clock: Callable[[], float] | None,
    ) -> None:
        self._client = client
        self._place = place
        self._clock = clock
        # The attempts of a claim are to outlive it.
        kept = max(retention.seconds, 2 * claim_seconds)
        self._times = (round(kept * 1000), round(claim_seconds * 1000))
        waits = place.durability is Durability.WAITAOF
        self._asking: Batches[_Wish, Any] = Batches("gcsync-store", self._send, end=client.close)
        # Claims need not wait while the disk is waited for.
        self._finishing = Batches("gcsync-store-done", self._send_and_wait) if waits else self._asking

    async def claim(self, event_id: str, holder: str) -> Claimed:
        """As the interface says."""
        claim, attempts = await self._ask(self._asking, _CLAIM, event_id, holder)
        return Claimed(_CLAIMS[claim], attempts)

    async def done(self, event_id: str, holder: str) -> bool:
        """As the interface says."""
        return bool(await self._ask(self._finishing, _DONE, event_id, holder))

    async def release(self, event_id: str, holder: str) -> None:
        """As the interface says."""
        await self._ask(self._asking, _RELEASE, event_id, holder)

    async def state(self, event_id: str) -> Claim | None:
        """As the interface says."""
        found = await self._ask(self._asking, _STATE, event_id, "")
        return _CLAIMS[found] if found else None

    async def size(self) -> StoreSize:
        """The bytes are those of the whole server, or of all of a cluster. Counting ids would read every key."""
        return StoreSize(ids=None, size=sum(await self._apart(self._memory)))

    async def sweep(self) -> int:
        """The server forgets by itself; it is looked at again, since its settings may have changed."""
        for problem in filter(None, await self._apart(self._problems)):
            _log.error("the store may forget ids: %s", problem)
        return 0

    async def close(self) -> None:
        """As the interface says."""
        await self._finishing.close()
        await self._asking.close()

    async def _ask(self, lane: Batches[_Wish, Any], script: str, event_id: str, holder: str) -> Any:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await lane.ask((script, self._key(event_id), holder))
        except TimeoutError:
            raise StoreUnavailable("the store did not answer in time") from None
        except Closed:
            raise StoreUnavailable("the store is closed") from None
        except (RedisError, OSError) as error:
            raise _unavailable(error) from None
        if isinstance(found, Exception):
            raise _unavailable(found)
        return found

    async def _apart(self, look: Callable[[], list[Any]]) -> list[Any]:
        """What is no event's: not in the batches, so that it waits behind none."""
        if self._asking.closed:
            raise StoreUnavailable("the store is closed")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asyncio.to_thread(look)
        except TimeoutError:
            raise StoreUnavailable("the store did not answer in time") from None
        except (RedisError, OSError) as error:
            raise _unavailable(error) from None

    def _send(self, wishes: list[_Wish]) -> list[Any]:
        return self._pipeline(wishes, [])[: len(wishes)]

    def _send_and_wait(self, wishes: list[_Wish]) -> list[Any]:
        found = self._pipeline(wishes, [("WAITAOF", 1, 0, _WAITAOF_MILLISECONDS)])
        waited = found.pop()
        if isinstance(waited, Exception):
            raise waited
        if int(waited[0]) < 1:
            raise redis.TimeoutError("WAITAOF")
        return found

    def _pipeline(self, wishes: list[_Wish], more: list[tuple[Any, ...]]) -> list[Any]:
        """An answer for each, which may be an error: one that is refused leaves the others alone."""
        now = "" if self._clock is None else str(round(self._clock() * 1000))
        with self._client.pipeline(transaction=False) as pipeline:
            for script, key, holder in wishes:
                pipeline.execute_command("EVAL", script, 1, key, holder, *self._times, now)
            for command in more:
                pipeline.execute_command(*command)
            found: list[Any] = pipeline.execute(raise_on_error=False)
        if any(isinstance(one, Exception) and is_replica(one) for one in found):
            # After a failover, the same name leads to the new primary, but a connection that is open does not.
            self._reconnect()
        return found

    def _reconnect(self) -> None:
        if isinstance(self._client, RedisCluster):
            self._client.nodes_manager.initialize()
        else:
            self._client.connection_pool.disconnect()

    def _memory(self) -> list[int]:
        """Raises RedisError also where no event could be taken."""
        found = []
        for server in servers_of(self._client):
            told: dict[str, Any] = server.info()
            if told.get("loading"):
                raise redis.ResponseError("LOADING")
            if told.get("role") == "slave":
                raise redis.ReadOnlyError("")
            found.append(int(told.get("used_memory", 0)))
        return found

    def _problems(self) -> list[str]:
        durability = self._place.durability
        if durability is Durability.UNCHECKED:
            return []
        return [problem_of(server, durability) for server in servers_of(self._client)]

    def _key(self, event_id: str) -> str:
        """A sender may choose an id of a megabyte: of a long one, the digest is kept."""
        if len(event_id) <= _LONGEST_ID:
            return f"{self._place.prefix}:id:{event_id}"
        return f"{self._place.prefix}:digest:{hashlib.sha256(event_id.encode()).hexdigest()}"


def _unavailable(error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"the store failed: {reason(error)}")
