"""The generated parts of docs/trace-format.md: the tables of events and of their arguments."""
import page

TYPES = {
    "text": "text",
    "integer": "whole number",
    "time": "time",
    "track": "track",
    "task": "text, and with `_tid` behind the key the track",
    "object": "whole number",
    "texts": "an object of texts",
}


def cells(*row):
    return f"| {' | '.join(row)} |"


def quoted(text):
    return "" if text is None else f"`{text}`"


def arguments_of(keys):
    """The state of an object has keys of its own, and none as a whole."""
    return ", ".join(quoted(key) if key else "its state" for key in keys)


def events(tables):
    yield cells("ph", "cat", "name", "track", "has", "may have", "meaning")
    yield cells(*["---"] * 7)
    for row in tables["events"]:
        detail = "*detail*: " if row["detail"] else ""
        yield cells(quoted(row["phase"]), quoted(row["category"]), quoted(row["name"]),
                    row["place"], arguments_of(row["has"]), arguments_of(row["may_have"]),
                    detail + row["meaning"])


def arguments(tables):
    yield cells("argument", "type", "meaning")
    yield cells(*["---"] * 3)
    for row in tables["arguments"]:
        if row["key"]:
            yield cells(quoted(row["key"]), TYPES[row["type"]], row["meaning"])


REGIONS = {"events": events, "arguments": arguments}


def text(document, tables):
    """The page with its tables made anew."""
    page.agree("generated parts of the page of traces", REGIONS,
               [match["name"] for match in page.REGION.finditer(document)])
    return page.REGION.sub(
        lambda match: "\n".join([match["start"], *REGIONS[match["name"]](tables), "",
                                 match["end"]]), document)
