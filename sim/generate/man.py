"""The man page of the language, cadran-scenario(5): docs/scenarios.md in mdoc.

What is written by hand on the page is turned from Markdown into mdoc, as far as the page uses
Markdown: headings, paragraphs, lists, tables, blocks of code. The steps come from the parser's
tables, as they do on the page, each with its short example in place of a document and its output.

Inline code is bold by an escape and not by a macro, since what stands in it would be read as
macros where it looks like one.
"""
import re

import page
import schema

DATE = "November 30, 2026"  # of the language's last change
EXAMPLE_WIDTH = 60  # so that it fits, indented, on a terminal of 80 columns

HEAD = f"""\
.\\" Made by sim/generate/man.py: cmake --build build --target reference writes it anew.
.Dd {DATE}
.Dt CADRAN-SCENARIO 5
.Os Cadran
.Sh NAME
.Nm cadran-scenario
.Nd the language of scenarios
.Sh DESCRIPTION
"""

FOOT = """\
.Sh SEE ALSO
.Xr cadran 1 ,
.Xr cadran-run 1
"""

ESCAPES = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
SPAN = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>.+?)\*\*|\*(?P<emphasis>[^*]+)\*"
                  r"|\[(?P<link>[^]]*)\]\([^)]*\)|\\(?P<plain>.)")
SENTENCE_END = re.compile(r"(?<=[\w)`\"]\.) (?=[A-Z`{\"])")


# --- Text -------------------------------------------------------------------------------------

def literal(text):
    """Text as it is, to the character."""
    escaped = "".join(ESCAPES.get(c, c if c < "\x7f" else f"\\[u{ord(c):04X}]") for c in text)
    return "\\&" + escaped if escaped.startswith(".") else escaped


def span(match):
    if match["code"]:
        return f"\\fB{literal(match['code'])}\\fR"
    if match["strong"] or match["emphasis"]:
        return f"\\fI{literal(match['strong'] or match['emphasis'])}\\fR"
    return inline(match["link"] or match["plain"])


def inline(text):
    """Text with marks in it, of a paragraph or of a cell."""
    out, at = [], 0
    for match in SPAN.finditer(text):
        out += literal(text[at:match.start()]), span(match)
        at = match.end()
    return "".join(out) + literal(text[at:])


def sentences(text):
    """A line for each sentence, so that troff knows where they end."""
    lines = SENTENCE_END.split(" ".join(text.split()))
    return "".join(inline(line) + "\n" for line in lines)


def item(name):
    """The head of an item; as one argument that no macro begins."""
    return ".It \"\\&" + inline(name).replace('"', "\\(dq") + "\"\n"


# --- Blocks -----------------------------------------------------------------------------------

def heading(text):
    marks, title = text.split(" ", 1)
    return f".Sh {inline(title.upper())}\n" if marks == "##" else f".Ss {inline(title)}\n"


def code(lines):
    return ".Bd -literal -offset indent\n" + "".join(literal(line) + "\n" for line in lines) + ".Ed\n"


def bullets(text):
    """A list; but a table of contents, whose items are links, is nothing for a man page."""
    items = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
    if all(one.startswith("[") for one in items):
        return ""
    return ".Bl -bullet\n" + "".join(f".It\n{sentences(one)}" for one in items) + ".El\n"


def table(text):
    """The first column names; the second tells, and so do the others, with their headings."""
    head, _, *rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in text.split("\n")]
    out = ".Bl -tag -width Ds\n"
    for name, first, *others in rows:
        notes = first.split("<br>") if first else []
        notes += [f"{title}: {cell}" for title, cell in zip(head[2:], others) if cell]
        out += item(name) + ".br\n".join(sentences(note) for note in notes)
    return out + ".El\n"


def block(text):
    if text.startswith("<!--"):
        return ""
    if text.startswith("#"):
        return heading(text)
    if text.startswith("```"):
        return code(text.split("\n")[1:-1])
    if text.startswith("- "):
        return bullets(text)
    if text.startswith("|"):
        return table(text)
    return ".Pp\n" + sentences(text)


def blocks(markdown):
    """The blocks of a page, which blank lines part, each as its text."""
    lines, fenced = [], False
    for line in [*markdown.split("\n"), ""]:
        fenced ^= line.startswith("```")
        if line or fenced:
            lines.append(line)
        elif lines:
            yield "\n".join(lines)
            lines = []


# --- Steps ------------------------------------------------------------------------------------

def step_item(step):
    members = "".join(item(name) + sentences(says)
                      for name, says in (page.member_says(step, member) for member in step["members"]))
    example = "\n".join(schema.layout(part, "", EXAMPLE_WIDTH) for part in step["example"])
    return (item(f"`{step['verb']}`") + sentences(step["summary"])
            + f".Bl -tag -width Ds -compact\n{members}.El\n"
            + f".Pp\n{sentences(page.nature(step))}" + code(example.split("\n")))


def family(tables, name):
    steps = [step for step in tables["steps"] if step["family"] == name]
    return ".Bl -tag -width Ds\n" + "".join(step_item(step) for step in steps) + ".El\n"


# --- The page ---------------------------------------------------------------------------------

def text(made, tables):
    """The man page, of docs/scenarios.md as page.py makes it."""
    made = made[made.index("\n"):]  # the title is the man page's own
    for name, title in page.FAMILIES.items():
        made = re.sub(rf"<!-- generated: {name} steps -->.*?<!-- end -->", f"<steps {name}>", made,
                      flags=re.DOTALL)
    out = HEAD
    for part in blocks(made):
        steps = re.fullmatch("<steps (.*)>", part)
        out += family(tables, steps[1]) if steps else block(part)
    return re.sub(r"(?<=\n)(\.S[hs] .*\n)\.Pp\n", r"\1", out) + FOOT
