"""The generated parts of docs/scenarios.md.

The page is written by hand, but for what stands between `<!-- generated: NAME -->` and
`<!-- end -->`, which is what the parser knows; and for what the examples print, a block of text
after each block of JSON.
"""
import json
import pathlib
import re
import subprocess
import tempfile

import schema

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "scenarios" / "examples"
REGION = re.compile(r"(?P<start><!-- generated: (?P<name>[\w ]+) -->\n).*?(?P<end><!-- end -->)",
                    re.DOTALL)
EXAMPLE = re.compile(r"```json\n(?P<document>(?:(?!```).)*)```\n\n```text\n.*?```\n", re.DOTALL)

KINDS = {
    "duration": "seconds",
    "limit": "seconds, or `null`",
    "count": "a whole number",
    "repeat": "a whole number, or `\"forever\"`",
    "condition": "an expression",
    "items": "an expression: a list, a tuple or a text",
    "text": "text",
    "value": "a value",
    "targets": "names of tasks and futures, or an expression that gives a list of them",
    "object": "an object's `type`, with its [members](#objects)",
    "variable": "a variable",
    "variables": "a variable, or a list of variables",
    "parts": "a variable, or a list of variables that take it apart",
    "bindings": "variables and their expressions",
    "assignments": "variables and their expressions",
    "coroutine": "a coroutine",
    "spawn": "a coroutine",
    "serve": "a coroutine, whose first parameter is the connection",
    "simulate": "a coroutine, whose first parameter is the other end of the pipes",
    "protocol": "a protocol",
    "arguments": "parameters and their values",
    "exception": "an exception",
    "raise": "an exception, or `true`",
    "handlers": "",
    "steps": "steps",
    "callback": "steps that never wait",
    "true": "`true`",
    "flag": "`true` or `false`",
    "handled_signal": "the name of a signal that a program can handle, such as `\"SIGTERM\"`",
    "signal": "the name of a signal",
    "argv": "a program and its arguments, each a text",
    "env": "names and their values, each a text",
    "stdin": "`\"pipe\"`, `\"null\"`",
    "stdout": "`\"pipe\"`, `\"null\"`, `\"inherit\"`",
    "stderr": "`\"pipe\"`, `\"null\"`, `\"inherit\"`, `\"stdout\"`",
    "output": "`\"stdout\"`, `\"stderr\"`",
    "return_when": "`\"ALL_COMPLETED\"`, `\"FIRST_COMPLETED\"`, `\"FIRST_EXCEPTION\"`",
}

FUNCTIONS = {
    "min": ("min(a, b, ...)", "the least of them, or of the items of one list"),
    "max": ("max(a, b, ...)", "the greatest"),
    "abs": ("abs(x)", "without its sign"),
    "round": ("round(x)`, `round(x, digits)", "rounded, halves to the even digit"),
    "floor": ("floor(x)", "the next whole number below"),
    "ceil": ("ceil(x)", "the next whole number above"),
    "len": ("len(x)", "how many items a list has, how many characters a text; in a scenario with "
                      "steps that act on [the world outside](#the-world-outside): how many bytes"),
    "range": ("range(n)`, `range(a, b)`, `range(a, b, step)",
              "the list `[0, 1, ...]` of `n` whole numbers; from `a` up to, but not, `b`"),
    "str": ("str(x)", "what printing it shows, as text"),
    "type": ("type(x)", "the name of its type: `int`, `str`, `Task`; of an exception `ValueError`"),
    "exceptions": ("exceptions(e)", "the members of an ExceptionGroup, a tuple"),
    "expired": ("expired(s)", "whether a timeout (`as`) has expired"),
    "when": ("when(s)", "its deadline, in the loop's time; `None`: it has none"),
    "current_task": ("current_task()", "the task that runs; `None` in a callback"),
    "get_name": ("get_name(), get_name(task)", "the name of the task that runs, or of another"),
    "now": ("now()", "the loop's time: seconds since its start"),
    "qsize": ("qsize(q)", "how many items are in a queue"),
    "maxsize": ("maxsize(q)", "how many it holds; 0: any number"),
    "full": ("full(q)", "whether `put` would wait"),
    "empty": ("empty(q)", "whether `get` would wait"),
    "unfinished": ("unfinished(q)", "how many items were put without a `task_done` yet"),
    "locked": ("locked(l)", "whether `acquire` of a lock, a semaphore or a condition would wait"),
    "value": ("value(s)", "how often a semaphore can be acquired yet"),
    "is_set": ("is_set(e)", "whether an event is set"),
    "n_waiting": ("n_waiting(b)", "how many tasks wait at a barrier"),
    "parties": ("parties(b)", "for how many it waits"),
    "broken": ("broken(b)", "whether it is broken"),
    "done": ("done(t)", "whether a task or a future has ended"),
    "cancelled": ("cancelled(t)", "whether it ended by being cancelled"),
    "cancelling": ("cancelling(t)", "how many requests to cancel a task are pending"),
    "waiters": ("waiters(x)", "how many wait for an object or a task: tasks, and of a task or future also each `gather`, `shield`, `wait`, `as_completed` and `task_group` that follows it"),
    "strip": ("strip(x)", "a text without the white space at its ends"),
    "int": ("int(x)", "the whole number that a text is; of a number the part before the point"),
    "returncode": ("returncode(p)", "the exit code of a process, -N after signal N; `None`: it runs"),
    "pid": ("pid(p)", "the number by which the system knows a process"),
    "at_eof": ("at_eof(c)", "whether the end of a connection, or of a process's output, has been read"),
    "is_closing": ("is_closing(c)", "whether it, or a process's input, is closed or is being closed"),
    "is_reading": ("is_reading(t)", "whether a transport receives: it is neither paused nor closing"),
    "buffered": ("buffered(c)", "how many bytes are unsent"),
    "port": ("port(s)", "where a server listens; of a connection, a transport or an endpoint its own; 0: it is closed"),
    "is_serving": ("is_serving(s)", "whether a server takes new connections"),
    "uniform": ("uniform(a, b)", "a random number from `a` up to `b`"),
    "normal": ("normal(mean, sd)", "one of a normal distribution"),
    "exponential": ("exponential(mean)", "one of an exponential distribution"),
    "randint": ("randint(a, b)", "a whole number from `a` to `b`, both included"),
}

OUTCOMES = {
    "complete": "every task has ended, or the [main one](#the-main-task), none with an exception that nobody retrieved",
    "failed": "every task has ended, at least one with an exception that nobody retrieved; or a "
              "callback, or a protocol's step, raised one",
    "deadlock": "tasks remain, and nothing can ever wake them",
    "interrupted": "SIGINT stopped the loop",
    "stopped": "the time given by `until` was reached",
    "limit": "a [bound](#limits) was hit",
}

LIMITS = {
    "--max-steps": "after so many steps",
    "--max-still": "after so many steps while the clock stands still",
    "--max-tasks": "when more tasks than that are created",
    "--max-time": "when the loop's time goes beyond that",
    "--max-memory": "when more memory is needed, such as `512M`",
}

FAMILIES = {
    "time": "Time and output",
    "control": "Variables and control",
    "primitives": "Primitives",
    "tasks": "Tasks and callbacks",
    "outside": "The world outside",
}


def agree(what, known, rows):
    """What is described here must be what the parser has."""
    if set(known) != set(rows):
        raise SystemExit(f"page.py and the parser disagree about {what}: "
                         f"{', '.join(sorted(set(known) ^ set(rows)))}")


def table(head, rows):
    rule = ["---"] * len(head)
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rule, *rows))


# --- Steps ------------------------------------------------------------------------------------

def takes(member):
    if member["kind"] == "target":
        return member["accepts"]
    if member["kind"] == "wait":
        return f"{member['accepts']}, or a list of tasks and futures"
    return KINDS[member["kind"]]


def member_says(step, member):
    """What it is called, and what it takes."""
    name = f"`{member['name'] or step['verb']}`" + ("" if member["required"] else " (optional)")
    return name, "; ".join(note for note in (takes(member), member["summary"]) if note)


def nature(step):
    """Which call it stands for, and whether it waits."""
    calls = step["python"].split(", ") if step["python"] else []
    waits = {"never": "Waits only in its steps." if schema.holds_steps(step) else "Never waits.",
             "may": "May wait.", "some": "May wait, at a barrier.", "ends": "Only in coroutines."}[step["waits"]]
    python = f"Python: {', '.join(f'`{call}`' for call in calls)}. " if calls else ""
    return python + waits


def example_path(step):
    """Those that act on the world outside are apart: they need the real clock."""
    name = f"{step['verb']}.json"
    world = EXAMPLES / "world" / name
    return world if world.exists() else EXAMPLES / name


def step_section(step):
    example = example_path(step).read_text(encoding="utf-8")
    return (f"#### `{step['verb']}`\n\n{step['summary']}\n\n"
            + "".join("- {}: {}\n".format(*member_says(step, member)) for member in step["members"])
            + f"\n*{nature(step)}*\n\n```json\n{example}```\n\n```text\n```\n")


def family(name):
    def region(tables, _):
        steps = [step for step in tables["steps"] if step["family"] == name]
        return "\n".join(step_section(step) for step in steps)
    return region


def examples():
    """Without the traces that are kept beside them."""
    return sorted(path for path in EXAMPLES.rglob("*.json")
                  if not path.name.endswith(".trace.json"))


def overview(tables, _):
    agree("families of steps", FAMILIES, [step["family"] for step in tables["steps"]])
    agree("examples", [path.stem for path in examples()],
          [step["verb"] for step in tables["steps"]])
    rows = []
    for name, title in FAMILIES.items():
        verbs = [step["verb"] for step in tables["steps"] if step["family"] == name]
        rows.append([f"**{title}**", " ".join(f"[`{verb}`](#{verb})" for verb in verbs)])
    return table(["", ""], rows)


# --- Tables -----------------------------------------------------------------------------------

def part(name, properties_of):
    def region(tables, _):
        properties = properties_of(tables)
        schema.part(tables, name, properties)
        required = [row["name"] for row in tables["parts"][name] if row["required"]]
        rows = []
        for member, described in properties.items():
            meaning = described["description"]
            meaning = meaning[0].lower() + meaning[1:]
            rows.append([f"`{member}`", ("**required**: " if member in required else "") + meaning])
        return table(["member", "meaning"], rows)
    return region


def objects(tables, _):
    rows = []
    for kind in tables["objects"]:
        members = "<br>".join(f"`{member['name']}`: {member['summary']}"
                              for member in kind["members"])
        rows.append([f"`{kind['type']}`", members, f"`{kind['python']}`"])
    return table(["type", "members", "asyncio"], rows)


def functions(tables, _):
    agree("functions", FUNCTIONS, [row["name"] for row in tables["functions"]])
    return table(["function", "gives"], ([f"`{call}`", gives] for call, gives in FUNCTIONS.values()))


def exceptions(tables, _):
    children = {}
    for row in tables["exceptions"]:
        children.setdefault(row["parent"], []).append(row["name"])

    def tree(parent, indent):
        return "".join(f"{indent}{name}\n" + tree(name, indent + "    ")
                       for name in children.get(parent, ()))
    return f"```\n{tree(None, '')}```\n"


def outcomes(tables, _):
    agree("outcomes", OUTCOMES, tables["outcomes"])
    return table(["outcome", "when"], ([f"`{name}`", when] for name, when in OUTCOMES.items()))


def limits(_, cadran):
    usage = subprocess.run([cadran, "run", "--help"], capture_output=True, text=True,
                           check=True).stdout
    found = re.findall(r"^ +(--max-\S+) (\S+) .*\(default:? (.*)\)$", usage, re.MULTILINE)
    agree("limits", LIMITS, [option for option, _, _ in found])
    return table(["option", "ends the run", "default"],
                 ([f"`{option} {value}`", LIMITS[option],
                   f"{int(default):,}" if default.isdigit() else default]
                  for option, value, default in found))


REGIONS = {
    "document": part("document", lambda _: schema.document_properties()),
    "task": part("task", lambda _: schema.task_properties()),
    "coroutine": part("coroutine", lambda _: schema.coroutine_properties()),
    "protocol": part("protocol", lambda _: schema.protocol_properties()),
    "signal": part("signal", lambda _: schema.signal_properties()),
    "expect": part("expect", lambda tables: schema.expect_properties(tables["outcomes"])),
    "functions": functions,
    "objects": objects,
    "exceptions": exceptions,
    "outcomes": outcomes,
    "limits": limits,
    "steps": overview,
    **{f"{name} steps": family(name) for name in FAMILIES},
}


# --- The page ---------------------------------------------------------------------------------

REAL = ["--clock", "real", "--allow-exec", "--allow-net", "--allow-unix=."]


def verbs_in(node):
    """The keys of all objects of a document."""
    if isinstance(node, dict):
        yield from node
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from verbs_in(item)


def options_for(document, tables):
    """What acts on the world outside needs the real clock, and leave."""
    outside = {step["verb"] for step in tables["steps"] if step["family"] == "outside"}
    return REAL if not outside.isdisjoint(verbs_in(document)) else []


def without_end(shown):
    """Under the real clock a run ends when it ends."""
    return re.sub(r"^(outcome \w+ at )[\d.]+ s$", r"\1...", shown, flags=re.MULTILINE)


def run(cadran, document, tables):
    """What a document shows in a terminal."""
    options = options_for(json.loads(document), tables)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "example.json").write_text(document, encoding="utf-8")
        result = subprocess.run([cadran, "run", *options, "example.json"], cwd=folder, text=True,
                                capture_output=True, check=False, timeout=60)
    shown = result.stdout + result.stderr
    return without_end(shown) if options else shown


def check_links(page):
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    dead = [link for link in re.findall(r"\]\(#([^)]*)\)", page) if link not in anchors]
    if dead:
        raise SystemExit(f"docs/scenarios.md: no heading for the links to {', '.join(dead)}")


def text(page, tables, cadran):
    """The page with its generated parts made anew."""
    agree("generated parts of the page", REGIONS, [match["name"] for match in REGION.finditer(page)])
    page = REGION.sub(lambda match: (f"{match['start']}\n{REGIONS[match['name']](tables, cadran)}"
                                     f"\n{match['end']}"), page)
    page = EXAMPLE.sub(lambda match: (f"```json\n{match['document']}```\n\n```text\n"
                                      f"{run(cadran, match['document'], tables)}```\n"), page)
    check_links(page)
    return page
