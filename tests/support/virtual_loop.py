"""asyncio's own loop on a virtual clock, which counts nanoseconds and jumps to the next timer; and
an order where asyncio leaves it to chance."""
import asyncio


class Deadlock(Exception):
    """Nothing is ready, nothing is scheduled, and tasks remain."""


class JumpingSelector:
    """Stands in for select(): instead of waiting it moves the clock to the next timer."""

    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout):
        if timeout is None:
            raise Deadlock
        if timeout > 0:
            self.loop.now = max(self.loop.now, self.loop._scheduled[0]._when)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """asyncio's own ready queue and timers, with a clock that jumps."""

    def __init__(self):
        super().__init__()
        self._selector = JumpingSelector(self)
        self._clock_resolution = 1
        self.now = 0

    def time(self):
        return self.now

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


class OrderedTimer(asyncio.TimerHandle):
    """A timer that, among those due at the same instant, fires in the order of creation."""

    __slots__ = ("number",)
    count = 0

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        OrderedTimer.count += 1
        self.number = OrderedTimer.count

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


def order_timers():
    """Of all loops from here on."""
    asyncio.events.TimerHandle = OrderedTimer


class OrderedSet(dict):
    """A set in the order of insertion, as far as asyncio's tasks use one: where it is that of their
    addresses, as of the tasks that a group cancels."""

    def __init__(self, items=()):
        super().__init__(dict.fromkeys(items))

    def add(self, item):
        self[item] = None

    def remove(self, item):
        del self[item]

    def discard(self, item):
        self.pop(item, None)
