"""Makes random documents out of those that there are: program(SEED) is one, the same at each call.

Steps of a document are put elsewhere in it, doubled, left out and wrapped, and steps that draw
numbers stand between them, in tasks and in callbacks of callbacks. Most are valid, few do anything
sensible, and some are refused: what matters is that every build says the same of each.
"""
import copy
import functools
import json
import random
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["scenarios", "scenarios/examples", "tests/conformance/cases"]
END = "1h"  # what goes on and on is cut off


def is_step(node):
    return isinstance(node, dict) and bool(node)


@functools.cache
def documents():
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.json")):
            document = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(document, dict) and document.get("cadran") == 1 and "tasks" in document:
                found.append(document)
    return found


def bodies(node, found):
    """All lists of steps in it: those under `do`, and what stands in steps in the same way."""
    if isinstance(node, dict):
        for name, value in node.items():
            if (name in {"do", "try", "finally", "else", "then", "call_soon", "setup"}
                    and isinstance(value, list) and value and all(map(is_step, value))):
                found.append(value)
            bodies(value, found)
    elif isinstance(node, list):
        for value in node:
            bodies(value, found)
    return found


class Splicer:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.document = copy.deepcopy(self.random.choice(documents()))
        self.draws = 0

    def draw(self):
        self.draws += 1
        what = self.random.choice(["uniform(0, 1)", "randint(1, 1000)", "normal(5, 1)",
                                   "exponential(2)", "now()"])
        return {"print": f"draw {self.draws}: {{{what}}}"}

    def callback(self, depth):
        body = [self.draw()]
        if depth > 0:
            body.append(self.callback(depth - 1))
        if self.random.random() < .5:
            return {"call_soon": body}
        return {"call_later": self.random.choice([0, 1, "10ms"]), "do": body}

    def new_step(self, steps):
        kind = self.random.randint(0, 9)
        if kind <= 2:
            return self.draw()
        if kind <= 4:
            return self.callback(self.random.randint(0, 3))
        if kind == 5:
            return {"sleep": self.random.choice([0, "1ms", 1, "uniform(0, 2)"])}
        step = copy.deepcopy(self.random.choice(steps))
        if kind == 6:
            return {"timeout": self.random.choice([0, "1ms", 1, "uniform(0, 3)"]), "do": [step]}
        if kind == 7:
            return {"try": [step], "except": {"*": [self.draw()]}}
        if kind == 8:
            return {"repeat": self.random.randint(0, 3), "do": [step, self.draw()]}
        return step

    def splice(self):
        lists = bodies(self.document, [])
        steps = [step for body in lists for step in body]
        for _ in range(self.random.randint(1, 8)):
            body = self.random.choice(lists)
            at = self.random.randint(0, len(body))
            if self.random.random() < .2 and len(body) > 1:
                del body[min(at, len(body) - 1)]
            else:
                body.insert(at, self.new_step(steps))
        self.document.pop("expect", None)
        self.document["until"] = END
        return self.document


def program(seed):
    return Splicer(seed).splice()
