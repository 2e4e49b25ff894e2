"""Traces that are hard to draw: the works of frames go through them, picture by
picture. They are another program's: nobody but its bars and arrows counts here."""
import itertools

LINES = 10_000  # that are written at once


def span(name, begin, length, lane):
    return (f'{{"ph":"X","ts":{begin},"dur":{length},"pid":1,"tid":{lane},"cat":"span",'
            f'"name":"{name}"}}')


def arrow(number, at, length, source, target):
    common = f'"pid":1,"cat":"wake","name":"wake","id":{number}'
    yield f'{{"ph":"s","ts":{at},"tid":{source},{common}}}'
    yield f'{{"ph":"f","bp":"e","ts":{at + length},"tid":{target},{common}}}'


def lane(count):
    """All in one lane; no two lengths are the same."""
    for number in range(count):
        yield span(f"step {number % 1000}", number * 10, 2 + number * 7 % 8, 1)


def dense(count):
    """The same in forty lanes."""
    for number in range(count):
        yield span(f"step {number % 1000}", number // 40 * 10, 2 + number * 7 % 8, number % 40 + 1)


def arrows(count):
    """From any of two hundred tasks to another."""
    for task in range(200):
        yield span(f"job{task}", 0, count * 10, task + 1)
    for number in range(count):
        yield from arrow(number + 1, number * 10, 5, number % 200 + 1, number * 7 % 200 + 1)


KINDS = {"lane": lane, "dense": dense, "arrows": arrows}


def write(path, kind, count):
    with open(path, "w", encoding="utf-8") as file:
        lines = KINDS[kind](count)
        file.write("[\n" + next(lines))
        while piece := list(itertools.islice(lines, LINES)):
            file.write(",\n" + ",\n".join(piece))
        file.write("\n]\n")
