"""Makes random traces out of the goldens: trace(SEED) is one, as bytes, the same at each call.

A third keeps the rules of the format as far as it can, and changes what the rules leave open: names,
numbers, who is meant, how much time passes. A third is what another program might have written. In the
rest anything may have become of it. So most are read, and each way through who reads is taken.
"""
import functools
import json
import random
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 60000  # bytes of a golden: what is mutated is to be read often

# What a name, a message or an argument could be, of who means no good.
HOSTILE = [
    "", " ", "\0", "a\0b", "\x1b]0;x\x07\x1b[2J", "\x9b1m", "\u202e\u2066", "\u2028", "\ud800", "\udc00\ud800",
    "\ufffe", "</script><script>", "]]>", "<!--", "&amp;", "\"'`\\", "=1+1", "+1", "-1", "@x", "\t=1", "%s%n",
    "|a|b|", "{x}", "'; DROP TABLE tasks; --", "../../x", "#2", "a #2", "x" * 3000, "\u00e9" * 700, "a\u0300" * 200,
    "\U0001f468\u200d\U0001f469", "\u0645\u0631", "\n\nok 1", "sleep", "loop", "wait", "callback", "put ", "await "]
NUMBERS = [
    0, -1, 1, 2, 3, 255, 256, 4095, 4096, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 2 ** 63 - 1,
    2 ** 63, 2 ** 64, -2 ** 63, 0.5, -0.0, 1e-9, 1e15, 1e18, 1e300, 1e308, 9.3e15, 9223372036854775.807, 1000000001]
PHASES = "BEXiIMCsfbentNODPvVRcaTFSp()"


@functools.cache
def goldens():
    found = []
    for path in sorted((ROOT / "scenarios").glob("**/*.trace.json")):
        if path.stat().st_size <= LARGEST:
            found.append(json.loads(path.read_text(encoding="utf-8")))
    return found


class Mutator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.events = [dict(event) for event in self.random.choice(goldens())]

    def some(self):
        return self.random.choice(self.events) if self.events else {}

    def value(self):
        """Anything that JSON has."""
        kind = self.random.randint(0, 6)
        if kind <= 2:
            return self.random.choice(NUMBERS)
        if kind <= 4:
            return self.random.choice(HOSTILE)
        return self.random.choice([None, True, [], {}, [[[]]], {"a": {"b": 1}}, ["x"] * 50, {"": ""}])

    # --- What keeps to the rules ---------------------------------------------------------------

    def rename(self):
        """A name, wherever it stands: of an E, of the track, in arguments."""
        old = self.some().get("name")
        new = self.random.choice([*HOSTILE, self.some().get("name")])
        self.events = [self.with_other(event, old, new) for event in self.events]

    def with_other(self, node, old, new):
        if isinstance(node, dict):
            return {key: self.with_other(value, old, new) for key, value in node.items()}
        return new if isinstance(node, str) and node == old else node

    def stretch(self):
        """More or less time passes, everywhere or from some event on."""
        factor = self.random.choice([0, 0.001, 1, 1, 7, 1e6, 1e9])
        shift = self.random.choice([0, 0, 0.001, 5e5, 1e12])
        first = self.some().get("ts", 0)
        for event in self.events:
            if "ts" in event:
                event["ts"] = round(event["ts"] * factor, 3) + (shift if event["ts"] >= first else 0)

    def argument(self):
        """An argument has another value: of its type, mostly."""
        event = self.some()
        arguments = dict(event.get("args") or {})
        if not arguments:
            return
        key = self.random.choice(sorted(arguments))
        old = arguments[key]
        if self.random.random() < .1:
            arguments[key] = self.value()
        elif isinstance(old, str):
            arguments[key] = self.random.choice(HOSTILE)
        elif isinstance(old, (int, float)):
            arguments[key] = self.random.choice(NUMBERS)
        else:
            del arguments[key]
        event["args"] = arguments

    def borrow(self):
        """An event has the arguments of another one, too."""
        event, other = self.some(), self.some()
        event["args"] = {**(event.get("args") or {}), **(other.get("args") or {})}

    def double(self):
        """Instants and counters come again, at once or much later."""
        whole = [event for event in self.events if event.get("ph") in ("i", "C")]
        if whole:
            event = self.random.choice(whole)
            at = self.events.index(event)
            self.events[at:at] = [dict(event) for _ in range(self.random.choice([1, 2, 40]))]

    # --- What does not -------------------------------------------------------------------------

    def member(self):
        event = self.some()
        key = self.random.choice(["ph", "ts", "dur", "pid", "tid", "cat", "name", "s", "id", "bp", "args", "x"])
        if key == "ph":
            event[key] = self.random.choice(PHASES)
        elif self.random.random() < .2:
            event.pop(key, None)
        elif self.random.random() < .5 and key in self.some():
            event[key] = self.some().get(key, 0)
        else:
            event[key] = self.value()

    def move(self):
        if len(self.events) > 1:
            event = self.events.pop(self.random.randrange(len(self.events)))
            self.events.insert(self.random.randint(0, len(self.events)), event)

    def drop(self):
        first = self.random.randint(0, len(self.events))
        del self.events[first:first + self.random.choice([1, 1, 5, 50])]

    def splice(self):
        other = self.random.choice(goldens())
        first = self.random.randrange(len(other))
        at = self.random.randint(0, len(self.events))
        self.events[at:at] = [dict(event) for event in other[first:first + self.random.choice([1, 5, 50])]]

    def as_others_write(self):
        """Without the first line, with their phases: X, b and e, R."""
        for event in self.events:
            if event.get("ph") == "B" and self.random.random() < .3:
                event["ph"], event["dur"] = "X", self.random.choice([0, 1, 1000, 2500000.5, *NUMBERS])
            elif event.get("ph") in "BE" and self.random.random() < .2:
                event["ph"], event["id"] = event["ph"].lower(), self.random.choice([1, "0x2"])
        self.events = self.events[1:]

    # --- As bytes ------------------------------------------------------------------------------

    def written(self):
        lines = [json.dumps(event, separators=(",", ":")) for event in self.events]
        text = "[" + ",\n".join(lines) + "\n]\n"
        kind = self.random.randint(0, 11)
        if kind == 0:
            text = '{"traceEvents":' + text + ',"displayTimeUnit":"ms"}'
        elif kind == 1:
            text = json.dumps(self.events, indent=1)
        elif kind == 2:
            text = json.dumps(self.events, ensure_ascii=False)
        data = text.encode("utf-8", "surrogatepass")
        if kind == 3:
            return data[:self.random.randint(1, len(data))]
        if kind == 4:
            at = self.random.randrange(len(data))
            return data[:at] + self.random.randbytes(self.random.randint(1, 4)) + data[at + 1:]
        return data


def trace(seed):
    mutator = Mutator(seed)
    gentle = [mutator.rename, mutator.stretch, mutator.argument, mutator.borrow, mutator.double]
    rough = [mutator.member, mutator.move, mutator.drop, mutator.splice]
    kind = seed % 3
    if kind == 1:
        mutator.as_others_write()
    choices = gentle if kind == 0 else gentle + rough
    for _ in range(mutator.random.randint(1, 6)):
        mutator.random.choice(choices)()
    return mutator.written()


def plain(seed):
    """The golden that trace(seed) was made of."""
    return json.dumps(Mutator(seed).events, separators=(",", ":")).encode()
