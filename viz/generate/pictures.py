"""The pictures of the scenarios' timelines, scenarios/pictures/NAME.png, drawn from their golden
traces, scenarios/NAME.trace.json.

    pictures.py --check            says which picture is not of the trace that is there, with status 1
    pictures.py --write PROGRAM    draws those anew; PROGRAM is cadran-view

How a letter is drawn depends on the fonts and the libraries of the machine, so that a picture is no
file to compare. But it carries the SHA-256 of the trace that it was drawn from, and that is held. To
draw them all after a change of the viewer, remove them first.
"""

import hashlib
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter

SCENARIOS = pathlib.Path(__file__).resolve().parents[2] / "scenarios"
PICTURES = SCENARIOS / "pictures"
END = ".trace.json"

WIDTH = 900
LANE, AROUND = 27, 150  # of the height: a lane's, and what is above and below all of them
LEAST = 260
COLOURS = 128  # more than the eye tells apart in a picture; a byte a pixel, and small files
SIGNATURE = b"\x89PNG\r\n\x1a\n"
ORIGIN = b"Source\0"  # the keyword of PNG's for what a picture was made from


# --- PNG ----------------------------------------------------------------------------------------

def chunks(png):
    place = len(SIGNATURE)
    while place < len(png):
        size, = struct.unpack_from(">I", png, place)
        yield png[place + 4:place + 8], png[place + 8:place + 8 + size]
        place += size + 12


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def paeth(left, above, corner):
    """That of the three which is nearest to left + above - corner."""
    to_left, to_above = abs(above - corner), abs(left - corner)
    to_corner = abs(left + above - 2 * corner)
    if to_left <= to_above and to_left <= to_corner:
        return left
    return above if to_above <= to_corner else corner


PREDICTED = (lambda left, above, corner: 0, lambda left, above, corner: left,
             lambda left, above, corner: above, lambda left, above, corner: (left + above) // 2, paeth)


def unfiltered(line, filtered_by, above):
    """A line of bytes from the differences that PNG keeps: to the pixel before, the line above."""
    if filtered_by == 0:
        return line
    predicted, line = PREDICTED[filtered_by], bytearray(line)
    for i, difference in enumerate(line):
        left, corner = (line[i - 3], above[i - 3]) if i >= 3 else (0, 0)
        line[i] = (difference + predicted(left, above[i], corner)) & 255
    return bytes(line)


def rows(png):
    """The rows of a picture of red, green and blue, each a list of colours."""
    width, _, depth, kind = struct.unpack_from(">IIBB", next(data for name, data in chunks(png)))
    assert (depth, kind) == (8, 2), "cadran-view writes 8 bits of red, green and blue"
    packed = zlib.decompress(b"".join(data for name, data in chunks(png) if name == b"IDAT"))
    size, line = width * 3, bytes(width * 3)
    for place in range(0, len(packed), size + 1):
        line = unfiltered(packed[place + 1:place + 1 + size], packed[place], line)
        yield [line[i:i + 3] for i in range(0, size, 3)]


def distance(one, other):
    return sum((a - b) ** 2 for a, b in zip(one, other))


def with_palette(png, origin):
    """The same picture with its most frequent colours, each other as the nearest of them."""
    picture = list(rows(png))
    counted = Counter(colour for row in picture for colour in row)
    palette = [colour for colour, _ in counted.most_common(COLOURS)]
    index = {colour: i for i, colour in enumerate(palette)}
    for colour in counted.keys() - index.keys():
        index[colour] = min(range(len(palette)), key=lambda i: distance(palette[i], colour))
    lines = b"".join(b"\0" + bytes(index[colour] for colour in row) for row in picture)
    header = struct.pack(">IIBBBBB", len(picture[0]), len(picture), 8, 3, 0, 0, 0)
    return SIGNATURE + b"".join((
        chunk(b"IHDR", header), chunk(b"PLTE", b"".join(palette)),
        chunk(b"tEXt", ORIGIN + origin.encode()),
        chunk(b"IDAT", zlib.compress(lines, 9)), chunk(b"IEND", b"")))


# --- Pictures -----------------------------------------------------------------------------------

def picture_of(trace):
    return PICTURES / trace.name.replace(END, ".png")


def digest(trace):
    return hashlib.sha256(trace.read_bytes()).hexdigest()


def is_current(trace):
    picture = picture_of(trace)
    wanted = ORIGIN + digest(trace).encode()
    return picture.exists() and (b"tEXt", wanted) in chunks(picture.read_bytes())


def draw(trace, program):
    lanes = trace.read_bytes().count(b'"name":"thread_name"')
    size = f"{WIDTH}x{max(LEAST, AROUND + LANE * lanes)}"
    with tempfile.TemporaryDirectory() as folder:
        drawn = pathlib.Path(folder, "drawn.png")
        subprocess.run([program, "--png", drawn, "--size", size, trace], check=True)
        picture_of(trace).write_bytes(with_palette(drawn.read_bytes(), digest(trace)))


def main():
    action, *programs = sys.argv[1:]
    traces = sorted(SCENARIOS.glob("*" + END))
    stale = [trace for trace in traces if not is_current(trace)]
    strays = sorted(set(PICTURES.glob("*.png")) - set(map(picture_of, traces)))
    if action == "--write":
        PICTURES.mkdir(exist_ok=True)
        for trace in stale:
            draw(trace, *programs)
        for picture in strays:
            picture.unlink()
    elif stale or strays:
        names = ", ".join(picture.name for picture in [*map(picture_of, stale), *strays])
        sys.exit(f"not current: {names}; `cmake --build build --target pictures` mends it")


main()
