"""Numbers with units, and what printing a value shows, in the words of the scenario language."""
import re

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
NUMBER = re.compile(r"('[^']*')|(?<![\w.])(\d+(?:\.\d+)?)(ns|us|ms|min|s|h)\b")


def without_units(text):
    """An expression as Python has it: 250ms is 0.25."""
    return NUMBER.sub(lambda m: m[1] or repr(float(m[2]) * UNITS[m[3]]), text)


def show(value, show_other=str):
    """`show_other` is for what is no number, list or tuple."""
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)
    if isinstance(value, (list, tuple)):
        items = ", ".join(repr(item) if isinstance(item, str) else show(item, show_other)
                          for item in value)
        if isinstance(value, list):
            return f"[{items}]"
        return f"({items},)" if len(value) == 1 else f"({items})"
    return show_other(value)
