"""The JSON Schema of scenarios, from the tables that `cadran-language` prints.

Steps, objects, exceptions and outcomes come from the tables. What stands around them, the document
itself, is written down here. Draft 7, which every editor knows.

A step is told by its verb: one `if`/`then` a verb, so that an editor complains about the members
of that step, and not about all steps that it is not. A list of steps that must not wait (setup,
callbacks) has a schema of its own, in which the steps that wait are missing.
"""
import json
import keyword

EXPRESSION = ["number", "boolean", "string"]
TEXT = ["string", "number", "boolean", "null"]
NAME = "(?:[A-Za-z_]|[^\\x00-\\x7f])(?:[A-Za-z0-9_]|[^\\x00-\\x7f])*"
ASCII_NAME = f"^{NAME}$"


def ref(name):
    return {"$ref": f"#/definitions/{name}"}


def described(schema, *texts):
    """The schema with a description; what stands beside a $ref would be ignored."""
    text = "\n\n".join(text for text in texts if text)
    if not text:
        return schema
    if "$ref" in schema:
        schema = {"allOf": [schema]}
    return {"description": text[0].upper() + text[1:], **schema}


def list_of(schema):
    return {"type": "array", "items": schema}


def record(properties, required=()):
    """An object with these members and no others."""
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def with_comments(schema):
    """The same, in which each object may have a member "//", with any value."""
    if isinstance(schema, list):
        return [with_comments(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: with_comments(part) for key, part in schema.items()}
    if schema.get("type") == "object" and "additionalProperties" in schema:
        found["patternProperties"] = {"^//$": True}
    if "propertyNames" in schema:
        found["propertyNames"] = {"anyOf": [{"const": "//"}, found["propertyNames"]]}
    return found


def mapping(names, values):
    return {"type": "object", "propertyNames": names, "additionalProperties": values}


# --- Kinds of members -------------------------------------------------------------------------

KINDS = {
    "duration": ref("time"),
    "limit": {"anyOf": [{"type": "null"}, ref("time")]},
    "count": ref("count"),
    "repeat": {"anyOf": [{"const": "forever"}, ref("count")]},
    "condition": ref("expression"),
    "items": ref("expression"),
    "text": ref("text"),
    "value": ref("value"),
    "target": {"type": "string"},
    "targets": {"type": ["string", "array"], "items": {"type": "string"}},
    "wait": {"type": ["string", "array"], "items": {"type": "string"}},
    "object": ref("newObject"),
    "variable": ref("name"),
    "variables": {"anyOf": [ref("name"), list_of(ref("name"))]},
    "parts": {"anyOf": [ref("name"), list_of(ref("name"))]},
    "bindings": ref("bindings"),
    "assignments": ref("bindings"),
    "coroutine": {"type": "string"},
    "spawn": {"type": "string"},
    "serve": {"type": "string"},
    "simulate": {"type": "string"},
    "protocol": {"type": "string"},
    "arguments": ref("arguments"),
    "exception": ref("exception"),
    "raise": {"anyOf": [{"const": True}, ref("exception")]},
    "true": {"const": True},
    "flag": {"type": "boolean"},
    "return_when": {"enum": ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"]},
    "callback": ref("immediateSteps"),
    "handled_signal": ref("handledSignal"),
    "signal": ref("anySignal"),
    "argv": {**list_of(ref("text")), "minItems": 1},
    "env": {"type": "object", "additionalProperties": ref("text")},
    "stdin": {"enum": ["pipe", "null"]},
    "stdout": {"enum": ["pipe", "null", "inherit"]},
    "stderr": {"enum": ["pipe", "null", "inherit", "stdout"]},
    "output": {"enum": ["stdout", "stderr"]},
}
OBJECT_KINDS = {
    "count": ref("count"),
    "order": {"enum": ["fifo", "lifo", "priority"]},
    "flag": {"type": "boolean"},
    "lock": {"type": "string"},
}

# What the members of one step ask of one another.
ASIDE = {
    "try": {"anyOf": [{"required": ["except"]}, {"required": ["except*"]}, {"required": ["finally"]}],
            "not": {"required": ["except", "except*"]}},
    "raise": {"if": {"properties": {"raise": {"const": True}}},
              "then": {"properties": {"message": False}}},
    "spawn": {"dependencies": {"index": ["count"]}},
    "write": {"oneOf": [{"required": ["data"]}, {"required": ["size"]}]},
    "sendto": {"oneOf": [{"required": ["data"]}, {"required": ["size"]}]},
    "create_datagram_endpoint": {"anyOf": [{"required": ["port"]}, {"required": ["to"]}]},
    "communicate": {"not": {"required": ["input", "size"]}},
}


# --- Steps ------------------------------------------------------------------------------------

def holds_steps(step):
    return any(member["kind"] in ("steps", "handlers") for member in step["members"])


# Where steps stand: in coroutines; where nothing may wait; in protocols, which can return as well.
COROUTINE, IMMEDIATE, PROTOCOL = "", "immediate", "protocol"
ALLOWED = {COROUTINE: ("never", "some", "may", "ends"), IMMEDIATE: ("never", "some"),
           PROTOCOL: ("never", "some", "ends")}


def of_place(where, name):
    """What a definition is called: `steps`, `immediateSteps`, `protocolSteps`."""
    return where + name.capitalize() if where else name


def member_schema(member, where):
    kind = member["kind"]
    if kind in ("steps", "handlers"):
        schema = ref(of_place(where, kind))
    else:
        schema = KINDS[kind]
    return described(schema, member["accepts"], member["summary"])


def python_call(step):
    return f"Python: `{step['python']}`" if step["python"] else None


def step_schema(step, where):
    properties, required = {}, []
    for member in step["members"]:
        name = member["name"] or step["verb"]
        properties[name] = member_schema(member, where)
        if member["required"]:
            required.append(name)
    schema = described(record(properties, required), step["summary"], python_call(step))
    examples = [part for part in step["example"] if step["verb"] in part]
    if examples and where == COROUTINE:
        schema["examples"] = examples[:1]
    return {**schema, **ASIDE.get(step["verb"], {})}


def where_verb(step, steps, definition):
    """What a step is that has this member: `timeout` is its verb, unless it is beside `wait`."""
    others = [other["verb"] for other in steps
              if any(member["name"] == step["verb"] for member in other["members"])]
    if not others:
        return definition
    return {"if": {"not": {"anyOf": [{"required": [other]} for other in others]}},
            "then": definition}


def any_step(steps, where, all_steps):
    """One of them. The verb, a member, says which: so a reader looks at that one alone, and there
    is one where not every member is something else."""
    def definition(step):
        suffix = f".{where}" if where and holds_steps(step) else ""
        return ref(f"step.{step['verb']}{suffix}")

    verbs = {step["verb"]: described({}, step["summary"], python_call(step)) for step in steps}
    return {
        "type": "object",
        "properties": verbs,
        "not": {"propertyNames": {"not": {"enum": list(verbs)}}},
        "dependencies": {step["verb"]: where_verb(step, all_steps, definition(step))
                         for step in steps},
    }


def step_definitions(steps):
    allowed = {where: [step for step in steps if step["waits"] in waits]
               for where, waits in ALLOWED.items()}
    definitions = {
        "steps": described(list_of(ref("step")), "Steps, one after another. Each has one verb."),
        "immediateSteps": described(list_of(ref("immediateStep")),
                                    "Steps that never wait, one after another."),
        "protocolSteps": described(list_of(ref("protocolStep")),
                                   "Steps that never wait, one after another; `return` ends them."),
        **{of_place(where, "step"): any_step(some, where, steps) for where, some in allowed.items()},
    }
    for step in steps:
        definitions[f"step.{step['verb']}"] = step_schema(step, COROUTINE)
        for where in (IMMEDIATE, PROTOCOL):
            if step in allowed[where] and holds_steps(step):
                definitions[f"step.{step['verb']}.{where}"] = step_schema(step, where)
    return definitions


def handlers(exceptions, steps):
    names = {name: steps for name in exceptions}
    return {
        "type": "object",
        "properties": {**names, "*": described(steps, "any exception but CancelledError")},
        "propertyNames": {"anyOf": [{"const": "*"}, ref("exceptionName")]},
        "additionalProperties": steps,
    }


# --- The document -----------------------------------------------------------------------------

# The parser knows these members only to say that it does not support them yet.
NOT_YET = {("document", "network"), ("task", "host")}


def object_schema(objects, common):
    """An object's declaration; `common` are members that every type has."""
    cases = []
    for kind in objects:
        properties = {"type": {"const": kind["type"]}, **common}
        for member in kind["members"]:
            properties[member["name"]] = described(OBJECT_KINDS[member["kind"]], member["summary"])
        cases.append({
            "if": {"properties": {"type": {"const": kind["type"]}}, "required": ["type"]},
            "then": described(record(properties), f"Python: `{kind['python']}`"),
        })
    types = [kind["type"] for kind in objects]
    return {
        "type": "object",
        "properties": {"type": described({"enum": types}, "what it is"), **common},
        "required": ["type"],
        "allOf": cases,
    }


def part(tables, name, properties):
    """The schema of a part of the document, whose members must be those that the parser takes."""
    rows = [row for row in tables["parts"][name] if (name, row["name"]) not in NOT_YET]
    names = {row["name"] for row in rows}
    if names != set(properties):
        raise SystemExit(f"schema.py and the parser disagree about members of {name}: "
                         f"{', '.join(sorted(names ^ set(properties)))}")
    return record(properties, [row["name"] for row in rows if row["required"]])


def expect_properties(outcomes):
    number = ref("expression")
    lines = list_of({"type": "string"})
    bounds = {**record({"min": ref("time"), "max": ref("time")}), "minProperties": 1}
    return {
        "outcome": described({"enum": outcomes}, "how the run ends"),
        "makespan": described({"anyOf": [ref("time"), bounds]},
                              "when the run ends: a time, or bounds for it"),
        "max_concurrent": described(number, "how many spans are open at once when most are"),
        "stdout": described(lines, "all that is printed, line by line"),
        "order": described(list_of({**lines, "minItems": 2, "maxItems": 2}),
                           "pairs of texts: the first line with the one in it comes before the first "
                           "line with the other"),
        "always": described(lines, "expressions that hold after every callback of the loop, such as "
                                    "`qsize(window) <= width`"),
        "tasks": described({"type": "object", "additionalProperties": {
            "anyOf": [{"enum": ["returned", "failed", "cancelled", "pending"]}, ref("exception")]}},
            "how tasks end, by their names: `returned`, `failed`, `cancelled`, `pending`, or with the "
            "exception of that name"),
        "table": described(lines, "rows of the sequencing table, as `--table` prints it; "
                                   "spaces do not count"),
        "tolerance": described(ref("time"),
                               "how far off times may be under the real clock; default 50ms"),
        "golden": described({"type": "boolean"},
                            "false: no trace of it is kept for `cadran test` to compare with"),
    }


def task_properties():
    return {
        "name": described({"type": "string"}, "the task's name; may use the index: `job{i}`"),
        "count": described(ref("count"), "how many such tasks; default 1"),
        "index": described(ref("name"), "the variable that counts them from 0; default `i`"),
        "let": described(ref("bindings"), "variables of the task, in order"),
        "start": described(ref("time"), "when it is created, after the loop's start; default: "
                                        "before the first iteration"),
        "main": described({"type": "boolean"},
                          "whether the run is over when this task has ended, as with "
                          "`asyncio.run`; default false"),
        "do": described(ref("steps"), "what it does"),
        "call": described({"type": "string"}, "the coroutine that it runs, in place of `do`"),
        "args": described(ref("arguments"), "what that coroutine is given"),
    }


def coroutine_properties():
    return {
        "params": described({**list_of(ref("name")), "uniqueItems": True}, "its parameters"),
        "do": described(ref("steps"), "what it does"),
    }


EVENTS = {
    "connection_made": "steps that run first: the connection is `transport`",
    "data_received": "when data come, in `data`; an exception closes the connection",
    "eof_received": "when the other side sends no more; after `return` of true the transport stays open "
                    "for writing, else it closes itself",
    "connection_lost": "once, at the end: `error` is None, or `Name: message`",
    "pause_writing": "in the middle of the `write` that rises above the high water mark",
    "resume_writing": "when what is unsent has come down to the low one",
    "datagram_received": "for each datagram, in `data`, from the port `sender`",
    "error_received": "when a datagram could not be sent, or the fixed peer is gone: `error`",
}


def protocol_properties():
    return {
        "params": described({**list_of(ref("name")), "uniqueItems": True}, "its parameters"),
        **{event: described(ref("protocolSteps"), summary) for event, summary in EVENTS.items()},
    }


def signal_properties():
    return {
        "at": described(ref("time"), "when"),
        "signal": described(ref("handledSignal"),
                            "which: `SIGINT`, or one that an `on_signal` handles"),
    }


def document_properties():
    whole = 2 ** 53 - 1
    return {
        "$schema": described({"type": "string"},
                             "where an editor finds this schema; cadran does not read it"),
        "cadran": described({"const": 1}, "the version of the format: 1"),
        "name": described({"type": "string"}, "the scenario's name; its trace carries it"),
        "description": described({"type": "string"}, "what it shows, for who reads it"),
        "seed": described({"type": "integer", "minimum": -whole, "maximum": whole},
                          "where random draws begin; default 0; `--seed` overrides it"),
        "vars": described(ref("variables"),
                          "variables of the scenario, in order; `--set NAME=VALUE` overrides them, "
                          "tasks read them, `assign` changes them"),
        "objects": described(mapping(ref("name"), ref("object")), "the primitives, by name"),
        "coroutines": described({"type": "object", "additionalProperties": ref("coroutine")},
                                "lists of steps with parameters, for `spawn` and `call`"),
        "protocols": described({"type": "object", "additionalProperties": ref("protocol")},
                               "what connections do, for `create_server` and its like: steps by event, "
                               "with variables that each connection has of its own"),
        "tasks": described(list_of(ref("task")),
                           "the tasks, created in this order before the loop starts"),
        "setup": described(ref("immediateSteps"),
                           "steps that run before the first iteration of the loop"),
        "on_interrupt": described(ref("immediateSteps"), "steps that run when SIGINT stops the loop"),
        "signals": described(list_of(ref("signal")), "signals that arrive"),
        "threads": described(ref("count"), "how many workers `to_thread` has; default 4"),
        "eager_tasks": described({"type": "boolean"},
                                 "whether tasks that are created while the loop runs start at once, "
                                 "in the turn of who creates them (asyncio's `eager_task_factory`); "
                                 "default false"),
        "until": described({"anyOf": [{"const": "complete"}, ref("time")]},
                           "when the run ends: with the last task (`complete`, the default), or at "
                           "a time"),
        "expect": described(ref("expect"),
                            "what the run must show; `cadran run` fails where it does not"),
    }


def definitions(tables):
    exceptions = [row["name"] for row in tables["exceptions"]]
    return {
        "expression": described({"type": EXPRESSION + ["array"],
                                 "items": {"anyOf": [{"type": "null"}, ref("expression")]}},
                                "a number, or an expression in Python's notation: "
                                "`\"i % 3 + 1\"`; an array is a list of such"),
        "time": described({"type": EXPRESSION},
                          "seconds: a number, or an expression, in which numbers can have units: "
                          "`\"250ms\"`, `\"2 * i\"`"),
        "count": described({"type": EXPRESSION}, "a whole number, or an expression that gives one"),
        "text": described({"type": TEXT + ["array"], "items": ref("value")},
                          "text, in which `{expression}` is replaced"),
        "value": described({"type": TEXT + ["array"], "items": ref("value")},
                           "a value, or text in which `{expression}` is replaced; "
                           "`{expression}` alone keeps the value's type; an array is a list of "
                           "such values"),
        "name": {"type": "string", "pattern": ASCII_NAME, "not": {"enum": sorted(keyword.kwlist)}},
        "exceptionName": {"type": "string", "pattern": ASCII_NAME,
                          "not": {"enum": sorted(keyword.kwlist)}},
        "exception": {"anyOf": [{"enum": exceptions}, ref("exceptionName")]},
        "handledSignal": {"enum": tables["handled_signals"]},
        "names": {"anyOf": [ref("name"), {
            "type": "string", "pattern": f"^ *{NAME} *(?:, *{NAME} *)+$"}]},
        "variables": mapping(ref("name"), ref("expression")),
        "bindings": mapping(ref("names"), ref("expression")),
        "anySignal": {"enum": tables["signals"]},
        "arguments": {"type": "object", "additionalProperties": ref("value")},
        "object": object_schema(tables["objects"], {"count": described(
            ref("count"), "how many: a list of them, `NAME[0]`, `NAME[1]`, ...; default: one, no list")}),
        "newObject": object_schema(tables["objects"], {}),
        "coroutine": part(tables, "coroutine", coroutine_properties()),
        "task": {
            **part(tables, "task", task_properties()),
            "oneOf": [{"required": ["do"]}, {"required": ["call"]}],
            "dependencies": {"args": ["call"]},
        },
        "protocol": part(tables, "protocol", protocol_properties()),
        "signal": part(tables, "signal", signal_properties()),
        "expect": part(tables, "expect", expect_properties(tables["outcomes"])),
        "handlers": handlers(exceptions, ref("steps")),
        "immediateHandlers": handlers(exceptions, ref("immediateSteps")),
        "protocolHandlers": handlers(exceptions, ref("protocolSteps")),
        **step_definitions(tables["steps"]),
    }


def schema(tables):
    return with_comments({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Cadran scenario",
        "description": "What an asynchronous program does: which primitives it has, which tasks "
                       "use them, in which order, for how long. docs/scenarios.md is the reference.",
        **part(tables, "document", document_properties()),
        "definitions": definitions(tables),
    })


# --- Layout -----------------------------------------------------------------------------------

def layout(value, indent="", width=100, prefix=0):
    """JSON with what fits on a line on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + prefix + len(line) < width or not value or not isinstance(value, (dict, list)):
        return line
    inner = indent + "  "
    if isinstance(value, list):
        rows = [layout(item, inner, width) for item in value]
        brackets = "[]"
    else:
        rows = [f"{json.dumps(key)}: " + layout(item, inner, width, len(key) + 4)
                for key, item in value.items()]
        brackets = "{}"
    body = ",\n".join(inner + row for row in rows)
    return f"{brackets[0]}\n{body}\n{indent}{brackets[1]}"


def text(tables):
    return layout(schema(tables)) + "\n"
