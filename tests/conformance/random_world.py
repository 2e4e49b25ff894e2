"""Makes random scenarios that act on the world outside, by family: program(FAMILY, SEED).

Each connection has two sides, written together: what one says the other hears, in steps that wait for
one another, so that what a side prints follows from what it was told, whatever the machine is at. Where
only time orders two things they stand far enough apart. Each line begins with the side's name; lines of
different sides may change places.
"""
from random_programs import Program

APART, LATER = "30ms", "150ms"  # a limit that is over, and when what it waited for comes
ERRORS = "OSError"
UNREAD = 60_000_000  # above what a kernel keeps of a connection, whose buffers may grow to 36 MB


def caught(step, *branches):
    return {"try": [step], "except": dict(branches)}


class Outside(Program):
    """What the families draw with. Each side is a list of steps that grows as they talk."""

    def __init__(self, seed):
        super().__init__(seed)
        self.document = {"cadran": 1, "vars": {}, "objects": {}, "coroutines": {}, "protocols": {},
                         "tasks": [{"name": "main", "do": []}]}
        self.main = self.document["tasks"][0]["do"]

    def say(self, tag, what):
        self.lines += 1
        return {"print": f"{tag} #{self.lines} {what}"}

    def coroutine(self, name, params, steps):
        self.document["coroutines"][name] = {"params": params, "do": steps}

    def event(self, name):
        self.document["objects"][name] = {"type": "event"}
        return name

    def tolerate(self, tag, step, what):
        """The step may fail as the connection does."""
        return caught(step, (ERRORS, [self.say(tag, f"{what}: {{error}}")]))

    def size(self):
        return self.one_of([1, 7, 1000, 65535, 65536, 65537, 200000, 1000000])

    def finish(self):
        for part in ("vars", "objects", "coroutines", "protocols"):
            if not self.document[part]:
                del self.document[part]
        return self.document


class Side:
    def __init__(self, tag):
        self.tag, self.steps, self.speaks, self.ahead = tag, [], True, False

    def do(self, *steps):
        self.steps.extend(steps)


class Streams(Outside):
    """Pairs of streams, over TCP and over a path."""

    LIMIT = 64

    def program(self):
        for i in range(self.random.randint(1, 4)):
            self.pair(i)
        for i in range(self.pairs):
            self.main.append({"await": f"t{i}"})
            self.main.extend([{"close": f"s{i}"}, {"wait_closed": f"s{i}"}])
        self.main.append(self.say("main", "all closed"))
        return self.finish()

    pairs = 0

    def pair(self, i):
        self.pairs = i + 1
        here, there = Side(f"c{i}"), Side(f"s{i}")
        small = self.chance(.3)
        limit = {"limit": self.LIMIT} if small else {}
        for _ in range(self.random.randint(1, 6)):
            speaker, hearer = (here, there) if self.chance(.5) else (there, here)
            self.one_of([self.line, self.line, self.lines_at_once, self.exactly, self.exactly, self.until,
                         self.part, self.late, self.cut, *([self.overrun] * 3 if small else [])])(speaker, hearer)
        first, second = (here, there) if self.chance(.5) else (there, here)
        self.one_of([self.end_close, self.end_half, self.end_partial, self.end_abort, self.end_unread,
                     self.end_both])(first, second)
        path = {"path": f"w{i}.sock"} if self.chance(.3) else None
        self.coroutine(f"serve{i}", ["c"], there.steps)
        if path:
            self.main.append({"start_unix_server": f"serve{i}", **path, **limit, "as": f"s{i}"})
            opening = {"open_unix_connection": path["path"], **limit, "as": "c"}
        else:
            self.main.append({"start_server": f"serve{i}", "port": 0, **limit, "as": f"s{i}"})
            opening = {"open_connection": "at", **limit, "as": "c"}
        self.coroutine(f"client{i}", ["at"], [opening, *here.steps])
        self.main.append({"spawn": f"client{i}", "args": {"at": "0" if path else f"{{port(s{i})}}"}, "as": f"t{i}"})

    def drained(self):
        return [{"drain": "c"}] if self.chance(.4) else []

    def acknowledge(self, speaker, hearer):
        """The speaker goes on when it was heard."""
        hearer.do({"write": "c", "data": "ok\n"})
        speaker.do({"readline": "c", "as": "x"}, self.say(speaker.tag, "{strip(x)}"))

    def line(self, speaker, hearer):
        word = self.one_of(["tea", "caf\u00e9", "two words", ""])
        speaker.do({"write": "c", "data": f"{word}\n"}, *self.drained())
        hearer.do({"readline": "c", "as": "x"}, self.say(hearer.tag, "line {len(x)} {strip(x)}"))

    def lines_at_once(self, speaker, hearer):
        count = self.random.randint(2, 4)
        speaker.do({"write": "c", "data": "".join(f"{n}\n" for n in range(count))})
        for _ in range(count):
            hearer.do({"readline": "c", "as": "x"}, self.say(hearer.tag, "one of several {strip(x)}"))

    def exactly(self, speaker, hearer):
        size = self.size()
        speaker.do({"write": "c", "size": size}, *self.drained())
        if self.chance(.5):
            hearer.do({"readexactly": "c", "n": size, "as": "x"}, self.say(hearer.tag, "block {len(x)}"))
            return
        piece = self.one_of([1000, 5000, 65536])
        hearer.do({"let": {"got": "0"}}, {"while": f"got < {size}", "do": [
            {"read": "c", "n": f"min({size} - got, {piece})", "as": "x"}, {"let": {"got": "got + len(x)"}}]},
            self.say(hearer.tag, "gathered {got}"))

    def until(self, speaker, hearer):
        separator = self.one_of([";", "\r\n", "aab"])
        speaker.do({"write": "c", "data": f"aa{separator}"})
        hearer.do({"readuntil": "c", "separator": separator, "as": "x"}, self.say(hearer.tag, "until {len(x)}"))

    def part(self, speaker, hearer):
        self.acknowledge(speaker, hearer)
        speaker.do({"write": "c", "data": "part"})
        hearer.do({"read": "c", "n": 100, "as": "x"}, self.say(hearer.tag, "read {x}"))
        self.acknowledge(speaker, hearer)

    def late(self, speaker, hearer):
        self.acknowledge(speaker, hearer)
        reading = self.one_of([{"readline": "c", "as": "x"}, {"readexactly": "c", "n": 5, "as": "x"},
                               {"readuntil": "c", "as": "x"}, {"read": "c", "n": 9, "as": "x"}])
        hearer.do(caught({"timeout": APART, "do": [reading]},
                         ("TimeoutError", [self.say(hearer.tag, "too late {at_eof(c)}")])))
        speaker.do({"sleep": LATER}, {"write": "c", "data": "late\n"})
        hearer.do({"readline": "c", "as": "x"}, self.say(hearer.tag, "then {strip(x)}"))

    def cut(self, speaker, hearer):
        """A task that reads is cancelled; what it had seen stays."""
        self.coroutine("listen", ["c"], [{"readline": "c", "as": "x"}])
        self.acknowledge(speaker, hearer)
        speaker.do({"write": "c", "data": "half "})
        hearer.do({"spawn": "listen", "args": {"c": "{c}"}, "as": "t"}, {"sleep": self.one_of([0, "20ms"])},
                  {"cancel": "t"}, caught({"await": "t"}, ("CancelledError", [self.say(hearer.tag, "cut")])))
        self.acknowledge(speaker, hearer)
        speaker.do({"write": "c", "data": "whole\n"})
        hearer.do({"readline": "c", "as": "x"}, self.say(hearer.tag, "all of {strip(x)}"))

    def overrun(self, speaker, hearer):
        self.acknowledge(speaker, hearer)
        length = self.random.randint(self.LIMIT + 1, self.LIMIT + 40)
        speaker.do({"write": "c", "data": "y" * length + "\n"})
        if self.chance(.5):
            hearer.do(caught({"readline": "c", "as": "x"}, ("ValueError", [self.say(hearer.tag, "{error}")])))
        else:
            hearer.do(caught({"readuntil": "c", "as": "x"},
                             ("LimitOverrunError", [self.say(hearer.tag, "{consumed}: {error}")])),
                      {"readexactly": "c", "n": length + 1, "as": "x"}, self.say(hearer.tag, "skipped {len(x)}"))
        self.acknowledge(speaker, hearer)

    # --- ends

    def closed(self, *sides):
        for side in sides:
            side.do({"close": "c"}, self.tolerate(side.tag, {"wait_closed": "c"}, "closed with"),
                    self.say(side.tag, "closed {is_closing(c)}"))

    def hear_end(self, side):
        side.do(self.tolerate(side.tag, {"read": "c", "as": "x"}, "read"),
                self.say(side.tag, "end {at_eof(c)}"))

    def end_close(self, first, second):
        first.do({"write": "c", "data": "bye"})
        self.closed(first)
        second.do({"read": "c", "as": "x"}, self.say(second.tag, "{x} {at_eof(c)}"))
        self.closed(second)

    def end_half(self, first, second):
        first.do({"write": "c", "data": "last"}, {"write_eof": "c"},
                 caught({"write": "c", "data": "x"}, ("RuntimeError", [self.say(first.tag, "{error}")])))
        size = self.size()
        second.do({"read": "c", "as": "x"}, self.say(second.tag, "{x}"), {"write": "c", "size": size},
                  *self.drained())
        self.closed(second)
        first.do({"read": "c", "as": "x"}, self.say(first.tag, "answer {len(x)}"))
        self.closed(first)

    def end_partial(self, first, second):
        first.do({"write": "c", "data": "short"})
        self.closed(first)
        reading = self.one_of([{"readexactly": "c", "n": 10, "as": "x"}, {"readuntil": "c", "as": "x"}])
        second.do(caught(reading, ("IncompleteReadError", [self.say(second.tag, "{partial}: {error}")])))
        self.closed(second)

    def end_abort(self, first, second):
        self.acknowledge(first, second)
        first.do({"abort": "c"}, self.tolerate(first.tag, {"wait_closed": "c"}, "closed with"),
                 caught({"drain": "c"}, ("ConnectionError", [self.say(first.tag, "{error}")])))
        self.hear_end(second)
        self.closed(second)

    def end_unread(self, first, second):
        """More than the kernel keeps, which nobody reads: a reset."""
        self.acknowledge(first, second)
        second.do({"write": "c", "size": UNREAD}, self.say(second.tag, "unsent {buffered(c) > 0}"),
                  self.tolerate(second.tag, {"drain": "c"}, "drain"),
                  self.tolerate(second.tag, {"read": "c", "as": "x"}, "read"))
        self.closed(second)
        first.do({"sleep": LATER}, {"abort": "c"}, self.tolerate(first.tag, {"wait_closed": "c"}, "closed with"))

    def end_both(self, first, second):
        for side in (first, second):
            side.do({"write": "c", "data": "over"}, {"write_eof": "c"}, {"read": "c", "as": "x"},
                    self.say(side.tag, "{x}"))
        self.closed(first, second)


class Protocols(Outside):
    """Protocols on one side or on both."""

    def program(self):
        count = self.random.randint(1, 3)
        for i in range(count):
            self.one_of([self.served, self.served, self.both])(i)
        for i in range(count):
            self.main.extend([{"await": f"t{i}"}, {"wait": f"e{i}"}, {"close": f"s{i}"},
                              {"wait_closed": f"s{i}"}])
        self.main.append(self.say("main", "all closed"))
        return self.finish()

    def server(self, i, protocol, tag):
        protocol["connection_lost"] = [self.say(tag, "lost {error}"), {"set": self.event(f"e{i}")}]
        protocol.setdefault("pause_writing", [self.say(tag, "pause")])
        protocol.setdefault("resume_writing", [self.say(tag, "resume")])
        self.document["protocols"][f"p{i}"] = protocol
        if self.chance(.3):
            self.main.append({"create_unix_server": f"p{i}", "path": f"w{i}.sock", "as": f"s{i}"})
            return f"w{i}.sock"
        self.main.append({"create_server": f"p{i}", "port": 0, "as": f"s{i}"})
        return None

    def served(self, i):
        """A stream asks, a protocol answers: each word of its own."""
        tag, client, answers, asks = f"s{i}", f"c{i}", [], []
        made = [self.say(tag, "made"), {"let": {"n": "0"}}]
        if self.chance(.5):
            high = self.one_of([0, 1, 1000, 100000])
            made.append({"set_write_buffer_limits": "transport", "high": high,
                         **({"low": self.one_of([0, high])} if self.chance(.5) else {})})
        if self.chance(.4):
            made.append({"write": "transport", "data": "hello\n"})
            asks.extend([{"readline": "c", "as": "x"}, self.say(client, "{strip(x)}")])
        for j in range(self.random.randint(1, 4)):
            self.one_of([self.echo, self.much, self.hold, self.marks, self.twice])(f"m{j}", tag, client, answers, asks)
        protocol = {"connection_made": made}
        self.one_of([self.client_closes, self.client_halves, self.quits])(tag, client, answers, asks, protocol)
        protocol["data_received"] = [{"let": {"n": "n + 1"}}, *answers]
        path = self.server(i, protocol, tag)
        opening = {"open_unix_connection": path, "as": "c"} if path else {"open_connection": "at", "as": "c"}
        self.coroutine(f"client{i}", ["at"], [opening, *asks])
        self.main.append({"spawn": f"client{i}", "args": {"at": "0" if path else f"{{port(s{i})}}"}, "as": f"t{i}"})

    def answer(self, word, *steps):
        return {"if": f"strip(data) == '{word}'", "then": list(steps)}

    def ask(self, client, word, *more):
        return [{"write": "c", "data": f"{word}\n"}, *more]

    def hear(self, client):
        return [{"readline": "c", "as": "x"}, self.say(client, "{strip(x)}")]

    def echo(self, word, tag, client, answers, asks):
        answers.append(self.answer(word, self.say(tag, "{n} {strip(data)}"),
                                   {"write": "transport", "data": "[{strip(data)}]\n"}))
        asks.extend(self.ask(client, word, *self.hear(client)))

    def twice(self, word, tag, client, answers, asks):
        answers.append(self.answer(word, {"write": "transport", "data": "one\n"}, {"write": "transport", "data": "two\n"}))
        asks.extend(self.ask(client, word, *self.hear(client), *self.hear(client)))

    def much(self, word, tag, client, answers, asks):
        answers.append(self.answer(word, self.say(tag, "much"), {"write": "transport", "size": 12000000},
                                   self.say(tag, "unsent {buffered(transport) > 0}")))
        asks.extend(self.ask(client, word, {"readexactly": "c", "n": 12000000, "as": "x"},
                             self.say(client, "all {len(x)}"), {"sleep": APART}))

    def hold(self, word, tag, client, answers, asks):
        answers.append(self.answer(word, {"pause_reading": "transport"}, self.say(tag, "{is_reading(transport)}"),
                                   {"write": "transport", "data": "held\n"},
                                   {"call_later": APART, "do": [{"resume_reading": "transport"},
                                                                self.say(tag, "goes on")]}))
        answers.append(self.answer(f"{word}after", {"write": "transport", "data": "heard {n}\n"}))
        asks.extend(self.ask(client, word, *self.hear(client), *self.ask(client, f"{word}after", *self.hear(client))))

    def marks(self, word, tag, client, answers, asks):
        high, low = self.one_of([(5, 6), (-5, 1), (10, 2), (0, 0)])
        answers.append(self.answer(word, caught(
            {"set_write_buffer_limits": "transport", "high": high, "low": low},
            ("ValueError", [self.say(tag, "{error}")])), {"write": "transport", "data": "set\n"}))
        asks.extend(self.ask(client, word, *self.hear(client)))

    def over(self, client):
        return [self.tolerate(client, {"read": "c", "as": "x"}, "read"), {"close": "c"},
                self.tolerate(client, {"wait_closed": "c"}, "closed with"), self.say(client, "over")]

    def client_closes(self, tag, client, answers, asks, protocol):
        protocol["eof_received"] = [self.say(tag, "eof {is_closing(transport)}")]
        asks.extend([{"close": "c"}, {"wait_closed": "c"}, self.say(client, "closed")])

    def client_halves(self, tag, client, answers, asks, protocol):
        stays = self.chance(.6)
        steps = [self.say(tag, "eof")]
        if stays:
            steps.extend([{"call_later": APART, "do": [{"write": "transport", "data": "still here"},
                                                       {"close": "transport"}]}, {"return": True}])
        protocol["eof_received"] = steps
        asks.extend([{"write_eof": "c"}, {"read": "c", "as": "x"}, self.say(client, "rest {x}"), *self.over(client)])

    def quits(self, tag, client, answers, asks, protocol):
        how = self.one_of([[{"close": "transport"}], [{"abort": "transport"}],
                           [{"write": "transport", "data": "bye"}, {"close": "transport"},
                            {"write": "transport", "data": "never"}],
                           [{"write": "transport", "size": 12000000}, {"close": "transport"}],
                           [{"raise": "Boom", "message": "at data"}],
                           [{"write_eof": "transport"}, caught({"write": "transport", "data": "x"},
                                                               ("RuntimeError", [self.say(tag, "{error}")]))]])
        protocol["eof_received"] = [self.say(tag, "eof")]
        answers.append(self.answer("quit", self.say(tag, "quits"), *how))
        asks.extend(self.ask(client, "quit"))
        asks.extend([self.tolerate(client, {"read": "c", "as": "y"}, "read"),
                     *([self.say(client, "rest {len(y)}")] if how[0].get("raise") is None and "abort" not in how[0]
                       else []), *self.over(client)])

    def both(self, i):
        """Two protocols throw a ball, so many times; then one closes."""
        rounds, size = self.random.randint(1, 5), self.one_of([1, 10, 1000])
        tag, other = f"s{i}", f"c{i}"
        closing = self.one_of([{"close": "transport"}, {"write_eof": "transport"}, {"abort": "transport"}])
        protocol = {
            "connection_made": [self.say(tag, "made"), {"let": {"got": "0"}}],
            "data_received": [{"let": {"got": "got + len(data)"}},
                              {"if": f"got % {size} == 0", "then": [self.say(tag, "ball {got}"),
                                                                   {"write": "transport", "size": size}]}],
            "eof_received": [self.say(tag, "eof")]}
        path = self.server(i, protocol, tag)
        self.document["protocols"][f"q{i}"] = {
            "connection_made": [self.say(other, "made"), {"let": {"got": "0"}}, {"write": "transport", "size": size}],
            "data_received": [{"let": {"got": "got + len(data)"}},
                              {"if": f"got % {size} == 0", "then": [
                                  self.say(other, "ball {got}"),
                                  {"if": f"got < {rounds * size}", "then": [{"write": "transport", "size": size}],
                                   "else": [closing]}]}],
            "eof_received": [self.say(other, "eof")],
            "connection_lost": [self.say(other, "lost {error}"), {"set": self.event(f"f{i}")}]}
        making = {"create_unix_connection": f"q{i}", "path": path, "as": "t"} if path else \
            {"create_connection": f"q{i}", "port": "at", "as": "t"}
        self.coroutine(f"client{i}", ["at"], [making, {"wait": f"f{i}"},
                                              caught({"write": "t", "data": "never"},
                                                     ("RuntimeError", [self.say(f"m{i}", "{error}")])),
                                              self.say(f"m{i}", "{is_closing(t)} {buffered(t)}")])
        self.main.append({"spawn": f"client{i}", "args": {"at": "0" if path else f"{{port(s{i})}}"}, "as": f"t{i}"})


class Datagrams(Outside):
    """Endpoints that write to one another, one letter at a time."""

    def program(self):
        for i in range(self.random.randint(1, 3)):
            self.letters(i)
        self.main.append(self.say("main", "all closed"))
        return self.finish()

    def letters(self, i):
        tag, other, come, back = f"a{i}", f"b{i}", self.event(f"come{i}"), self.event(f"back{i}")
        fixed = self.chance(.5)
        lost = lambda name, event: [self.say(name, "lost {error}"), {"set": event}]
        self.document["protocols"][f"p{i}"] = {
            "connection_made": [self.say(tag, "made"), {"let": {"n": "0"}}],
            "datagram_received": [{"let": {"n": "n + 1"}}, self.say(tag, "{n}: {len(data)}"),
                                  {"sendto": "transport", "data": "{data}{data}" if self.chance(.3) else "{data}",
                                   "to": "sender"}, {"set": come}],
            "error_received": [self.say(tag, "{error}")], "connection_lost": lost(tag, come)}
        self.document["protocols"][f"q{i}"] = {
            "connection_made": [self.say(other, "made")],
            "datagram_received": [self.say(other, f"back {{len(data)}} {{sender == port(transport)}}"), {"set": back}],
            "error_received": [self.say(other, "{error}"), {"set": back}], "connection_lost": lost(other, back)}
        self.main.extend([{"create_datagram_endpoint": f"p{i}", "port": 0, "as": f"d{i}"},
                          {"create_datagram_endpoint": f"q{i}", **({"to": f"port(d{i})"} if fixed else {"port": 0}),
                           "as": f"g{i}"}])
        for _ in range(self.random.randint(1, 4)):
            what = {"size": self.one_of([1, 100, 1400, 30000, 70000])} if self.chance(.6) else \
                {"data": self.one_of(["", "x", "caf\u00e9"])}
            to = {} if fixed and self.chance(.7) else {"to": f"port(d{i})"}
            self.main.extend([{"clear": back}, {"sendto": f"g{i}", **what, **to}, {"wait": back}])
        if fixed:
            self.main.append(caught({"sendto": f"g{i}", "data": "elsewhere", "to": 9},
                                    ("ValueError", [self.say(tag, "not elsewhere")])))
        self.main.extend([{"clear": come}, {self.one_of(["close", "abort"]): f"d{i}"}, {"wait": come}])
        if fixed:
            self.main.extend([{"clear": back}, {"sendto": f"g{i}", "data": "to nobody"}, {"wait": back}])
        self.main.extend([{"clear": back}, {"close": f"g{i}"}, {"wait": back}])


class Processes(Outside):
    """Programs, several at once, each with a task of its own."""

    def program(self):
        count = self.random.randint(1, 4)
        for i in range(count):
            steps = []
            for _ in range(self.random.randint(1, 3)):
                steps.extend(self.one_of([self.code, self.cat, self.cat_stream, self.dialogue, self.signal, self.late,
                                          self.outputs, self.environment, self.early, self.nobody, self.gone,
                                          self.grandchild, self.twice, self.no_pipe, self.parts])(f"p{i}"))
            self.coroutine(f"work{i}", [], steps)
            self.main.append({"spawn": f"work{i}", "as": f"t{i}"})
        self.main.extend({"await": f"t{i}"} for i in range(count))
        self.main.append(self.say("main", "all ended"))
        return self.finish()

    def start(self, *argv, **how):
        return {"exec": list(argv), "stdout": "null", **how, "as": "p"}

    def end(self, tag):
        return [{"wait": "p", "as": "code"}, self.say(tag, "code {code} {returncode(p)}")]

    def code(self, tag):
        return [self.start("sh", "-c", f"exit {self.one_of([0, 1, 7, 255])}"), *self.end(tag)]

    def cat(self, tag):
        size = self.size()
        return [self.start("cat", stdin="pipe", stdout="pipe"),
                {"communicate": "p", "size": size, "as": ["out", "err"]},
                self.say(tag, "{len(out)} {err}"), *self.end(tag)]

    def cat_stream(self, tag):
        size = self.one_of([10, 65537, 300000])
        self.coroutine("feed", ["p", "n"], [{"write": "p", "size": "n"}, {"drain": "p"}, {"write_eof": "p"}])
        return [self.start("cat", stdin="pipe", stdout="pipe"),
                {"spawn": "feed", "args": {"p": "{p}", "n": f"{{{size}}}"}, "as": "f"},
                {"readexactly": "p", "n": size, "as": "x"}, {"await": "f"}, {"read": "p", "as": "y"},
                self.say(tag, "{len(x)} {len(y)} {at_eof(p)}"), *self.end(tag)]

    def dialogue(self, tag):
        steps = [self.start("sh", "-c", 'while read x; do echo "[$x]"; done; echo end', stdin="pipe", stdout="pipe")]
        for n in range(self.random.randint(1, 3)):
            steps.extend([{"write": "p", "data": f"word {n}\n"}, {"drain": "p"}, {"readline": "p", "as": "x"},
                          self.say(tag, "{strip(x)}")])
        return [*steps, {self.one_of(["close", "write_eof"]): "p"}, {"wait_closed": "p"},
                {"readline": "p", "as": "x"}, self.say(tag, "{strip(x)}"), {"readline": "p", "as": "x"},
                self.say(tag, "{len(x)} {at_eof(p)}"), *self.end(tag)]

    def signal(self, tag):
        act = self.one_of([{"terminate": "p"}, {"kill": "p"}, {"send_signal": "p", "signal": "SIGINT"},
                           {"send_signal": "p", "signal": "SIGUSR1"}])
        return [self.start("sleep", "60"), self.say(tag, "{returncode(p)}"), act, *self.end(tag),
                caught({"kill": "p"}, ("ProcessLookupError", [self.say(tag, "{error}")]))]

    def late(self, tag):
        waiting = self.one_of([{"wait": "p", "as": "x"}, {"read": "p", "as": "x"}, {"readline": "p", "as": "x"},
                               {"communicate": "p", "as": ["x", "y"]}])
        return [self.start("sleep", "60", stdout="pipe"),
                caught({"timeout": APART, "do": [waiting]}, ("TimeoutError", [self.say(tag, "too late")])),
                {"kill": "p"}, *self.end(tag)]

    def outputs(self, tag):
        to = self.one_of(["pipe", "stdout", "null"])
        return [self.start("sh", "-c", "echo out; echo err >&2; exit 3", stdout="pipe", stderr=to),
                {"communicate": "p", "as": ["out", "err"]},
                self.say(tag, "{len(out)} {err if err is None else strip(err)}"), *self.end(tag)]

    def environment(self, tag):
        return [self.start("sh", "-c", 'echo "$WORD-$HOME-$(pwd)"', env={"WORD": "{1 + 1}", "PATH": "/bin:/usr/bin"},
                           cwd=self.one_of(["/", "/usr"]), stdout="pipe"),
                {"readline": "p", "as": "x"}, self.say(tag, "{strip(x)}"), *self.end(tag)]

    def early(self, tag):
        """It does not read what it is sent."""
        return [self.start("true", stdin="pipe", stdout="pipe"), {"communicate": "p", "size": 1000000, "as": ["out", "err"]},
                self.say(tag, "{len(out)}"), *self.end(tag)]

    def nobody(self, tag):
        return [self.start("sh", "-c", "exec 0<&-; exec sleep 60", stdin="pipe"), {"sleep": LATER},
                {"write": "p", "size": 200000},
                caught({"drain": "p"}, ("ConnectionError", [self.say(tag, "nobody reads")])), {"kill": "p"}, *self.end(tag)]

    def gone(self, tag):
        name, error = self.one_of([("no-such-program", "FileNotFoundError"), ("/", "PermissionError"),
                                   ("/etc/passwd", "PermissionError")])
        return [caught(self.start(name, stdin="pipe", stdout="pipe"), (error, [self.say(tag, f"{name}: {{error}}")]))]

    def grandchild(self, tag):
        return [self.start("sh", "-c", "sleep 0.3 & echo soon; exit 5", stdout="pipe"), *self.end(tag),
                {"readline": "p", "as": "x"}, self.say(tag, "{strip(x)}"), {"read": "p", "as": "x"},
                self.say(tag, "{len(x)}")]

    def twice(self, tag):
        self.coroutine("ends", ["p"], [{"wait": "p", "as": "code"}, {"return": "code"}])
        return [self.start("sh", "-c", "sleep 0.05; exit 9"), {"spawn": "ends", "args": {"p": "{p}"}, "as": "f"},
                {"spawn": "ends", "args": {"p": "{p}"}, "as": "g"}, {"gather": ["f", "g"], "as": "codes"},
                self.say(tag, "{codes}"), *self.end(tag)]

    def no_pipe(self, tag):
        return [self.start("true"), *(caught(step, ("ValueError", [self.say(tag, "no pipe")])) for step in (
            {"read": "p", "as": "x"}, {"communicate": "p", "input": "x", "as": ["x", "y"]})), *self.end(tag)]

    def parts(self, tag):
        return [self.start("printf", "abc;def", stdout="pipe"),
                {"readuntil": "p", "separator": ";", "as": "x"}, self.say(tag, "{x}"),
                caught({"readexactly": "p", "n": 9, "as": "x"},
                       ("IncompleteReadError", [self.say(tag, "{partial}: {error}")])), *self.end(tag)]


class Signals(Outside):
    """Signals to the run itself, and from programs."""

    NAMES = ["SIGUSR1", "SIGUSR2", "SIGHUP"]

    def program(self):
        handled = set()
        self.document["vars"] = {"n": 0}
        for _ in range(self.random.randint(2, 7)):
            name = self.one_of(self.NAMES)
            kind = self.one_of(["handle", "raise", "raise", "remove", "send"])
            if kind == "handle" or (kind in ("raise", "send") and name not in handled):
                handled.add(name)
                self.main.append({"on_signal": name, "do": [{"assign": {"n": "n + 1"}}, self.say(name, "came, {n}")]})
            elif kind == "raise":
                self.main.extend({"raise_signal": name} for _ in range(self.random.randint(1, 3)))
            elif kind == "send":
                self.coroutine("send", ["name"], [
                    {"exec": ["sh", "-c", "kill -{name} $PPID"], "as": "p"}, {"wait": "p", "as": "code"},
                    {"sleep": APART}])
                self.main.append({"call": "send", "args": {"name": name[3:]}})
            else:
                handled.discard(name)
                self.main.extend([{"sleep": "10ms"}, {"remove_signal_handler": name, "as": "x"},
                                  self.say("main", "removed {x}")])
            if self.chance(.4):
                self.main.extend([{"sleep": self.one_of([0, "20ms"])}])
        self.main.extend([{"sleep": APART}, self.say("main", "{n} in all")])
        return self.finish()


FAMILIES = {"streams": Streams, "protocols": Protocols, "datagrams": Datagrams, "processes": Processes,
            "signals": Signals}


def program(family, seed):
    return FAMILIES[family](f"{family} {seed}").program()
