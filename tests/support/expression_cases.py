#!/usr/bin/env python3
"""What Python makes of expressions of the scenario language.

    expression_cases.py generate        writes the table that test_expression reads
    expression_cases.py check TABLE     evaluates each row of the table again

A row is {"expression", "what printing its value shows"}, or {"expression", "!TypeError"} where
Python raises. The names are those of NAMES below.
"""
import math
import random
import re
import sys
import warnings

from plain_values import UNITS, show, without_units

NAMES = {"i": 7, "x": 2.5, "y": -3, "s": "abc", "t": True, "n": None, "z": 100}
FUNCTIONS = {"min": min, "max": max, "abs": abs, "round": round,
             "floor": math.floor, "ceil": math.ceil, "len": len,
             "range": lambda *bounds: list(range(*bounds))}

BY_HAND = r"""
0|7|00|1_000|1_0.5_0|0.1|.5|5.|1e3|1E+2|2.5e-3|1e16|1e15|123456789012345678|0x1F|0o17|0b101
1e-5|0.0001|0.00012345|1/3|2/3|100/3|1e22|1e23|5e-324|1.7976931348623157e308|0.1+0.2|-0.0
250ms|10us|3ns|1.5s|2min|1h|0.5min|250ms + 1s|08s|1.25h|7ms * 3
1 + 2 * 3|(1 + 2) * 3|2 ** 3 ** 2|-2 ** 2|2 ** -1|(-2) ** 3|(-2) ** -3|7 // 2|-7 // 2|7 // -2
7 % 3|-7 % 3|7 % -3|-7 % -3|7.5 % 2|-7.5 % 2|7.5 // 2|-7.5 // 2|6 % 3|-6 % 3|0 % 5|5 % 1e300
1 / 0|1 // 0|1 % 0|1.5 / 0|0 ** -1|0 ** 0|2 ** 0.5|10 ** 20|3 ** 40|2 ** 100|2 ** -1074|7 ** 0
1 < 2|1 < 2 < 3|1 < 3 < 2|3 > 2 > 1|1 == 1.0|1 == True|0 == False|1 != 2|1 <= 1 >= 1|1 < 2 == 2
'a' < 'b'|'a' < 'B'|'abc' < 'abd'|'ab' < 'abc'|'' < 'a'|'é' > 'z'|'a' == "a"|'1' == 1|'a' < 1
1 and 2|0 and 2|0 or 2|1 or 2|'' or 'x'|'' and 1 / 0|1 or 1 / 0|not 0|not 1|not ''|not 'a'|not n
not not 5|not 1 == 2|1 and 2 or 3|0 and 1 or 3|1 or 0 and 1 / 0|n or s|t and i|t + t|-t|+t|t * s
1 if 1 else 2|1 if 0 else 2|1 if 0 else 2 if 0 else 3|(1 if 1 else 2) + 1|1 if 1 else 2 + 1
1 / 0 if 0 else 4|i if t else z|'yes' if i > 5 else 'no'|(1 if 0 else 2) ** 2|-(3 if t else 4)
'a' + 'b'|'a' 'b' "c"|'ab' * 3|3 * 'ab'|'ab' * 0|'ab' * -1|'a' + 1|1 + 'a'|'a' - 'b'|'a' * 'b'
'a' * 1.5|'a' * 3.0|'a' * (6 / 2)|[1][2.0 / 2]|range(6 / 2)|'ab' * round(2.5)|'ab' * (2 * 1s)|-'a'|+'a'|s + '!'|s * t|'\n' == '\x0a'|'\t'|'\101'|'\u00e9'|'it\'s'|"it's"|'say "x"'
'b' in 'abc'|'x' in 'abc'|'' in 'abc'|'bc' in s|'x' not in s|1 in 'abc'|'a' in 1|not 'a' in s
n is None|i is None|i is not None|None is None|True is True|t is True|None == None|None == 0
True|False|None|True + 1|True == 1|False < True|None < 1|None + 1|abs(None)|min(None, 1)
min(3, 1, 2)|max(3, 1, 2)|min(1, 1.0)|max(t, 1)|min('b', 'a')|min(1, 'a')|max(i, x, y, z)|min(1, 2,)
abs(-3)|abs(-3.5)|abs(t)|abs('a')|round(2.5)|round(3.5)|round(-2.5)|round(2.675, 2)|round(0.125, 2)
round(1234.5, -2)|round(25, -1)|round(35, -1)|round(1.5, 0)|round('a')|round(1.25, 1)|round(5, -1)
round(1e300, 2)|round(0.5, n)|round(1, 0.5)|floor(2.7)|floor(-2.7)|ceil(2.1)|ceil(-2.1)|floor('a')
floor(1e300 * 1e300)|ceil(1e300 * 1e300 - 1e300 * 1e300)|1e300 * 1e300|-1e300 * 1e300|floor(5)
1e300 * 1e300 - 1e300 * 1e300|1e300 * 1e300 == 1e300 * 1e300|1e300*1e300-1e300*1e300 < 1
i % 3 + 1|i*2-1|x / i|i // 2 * 2 == i|y < i < z|z / 7|x * y|x ** 2|i ** 2 % 10|(i + 1) % 8|- -3|--3
[]|[1]|[1, 2,]|()|(1,)|(1, 'a')|[1, [2, (3,)], [], ()]|['a', "it's", 'say "x"', '\\n\\t\\x01\\\\']|(1)
['é', '\\u200b', '\\xa0', '\\U0001f600', '\\ud7ff', '\\ue000', '\\x7f']|[n, t, 2.5, 1e300]|[i, x + 1, s]
[1, 2][0]|[1, 2][-1]|[1, 2][2]|[1, 2][-3]|[][0]|(1, 2)[1]|(1, 2)[5]|s[0]|s[-1]|s[3]|'éa'[1]|'éa'[0]
[1, 2][1.5]|[1, 2]['a']|[1, 2][t]|[1, 2][None]|(1, 2)['a']|s[1.5]|s['a']|i[0]|n[0]|t[0]|[[1, 2], [3]][0][1]
[1, 2, 3][1:]|[1, 2, 3][:-1]|[1, 2, 3][:]|[1, 2, 3][::-1]|[1, 2, 3][-9:9]|[1, 2, 3][2:1]|[1, 2, 3][::2]
[1, 2, 3][5::-2]|[1, 2, 3][::0]|[1, 2, 3][:'a']|(1, 2, 3)[1:]|'héllo'[1:3]|'héllo'[::-1]|s[n:n:n]|i[1:]
len([])|len([1, [2, 3]])|len(s)|len('é')|len(())|len(i)|len(n)|len(x)|range(3)|range(2, 5)|range(5, 0, -2)
range(0)|range(-1)|range(1, 9, 0)|range(1.5)|range('a')|range(t)|max([1, 3, 2])|min('hello')|max([])|max(i)
max([1, 'a'])|min((2,))|min([2, 1], [2, 0], [3])|[1] + [2]|(1,) + (2,)|[1] + (2,)|[1] + 1|1 + [1]|s + [1]
[1] * 3|2 * (1, 2)|[1] * 0|[1] * -1|[1] * 1.5|[1] * [1]|[1] * 'a'|[1] - [1]|-[1]|+[1]|[1] * t|[[]] * 2
1 in [1, 2]|3 in [1, 2]|1.0 in (1, 2)|'a' not in ['a']|[1] in [[1]]|None in [n]|1 in i|[] in []|(1,) in [[1]]
[1, 2] == [1, 2]|[1, 2] == (1, 2)|[1] == [1.0]|[1] != [2]|[1] == 1|[[1], 's'] == [[1], s]|[True] == [1]
[1, 2] < [1, 3]|[1] < [1, 0]|[2] < [1, 9]|[] < [1]|[1, 'a'] < [1, 2]|[1, 'a'] < [2, 2]|(1, 2) <= (1, 2)
[1] < (1,)|[1] < 1|[1] > []|[[1], 2] >= [[1], 1]|[n] < [n]|[n, 1] < [n, 2]|[1, 2] > [1, 2]|[1] is None
not []|not [0]|[] or 1|[0] and 2|1 if () else 2|[1, 2][i % 2]|[1 if t else 2, 3]|[abs(-1)][0] ** 2|-[5][0]
i<5 or i>6 and t|( ( 1 ) )|1+-1|1 - - 1|2*-3|2**-3|1  + 2|10 % 4 * 2|2 * 10 % 4|1 - 2 - 3|8 / 2 / 2
"""


def evaluate(text):
    warnings.simplefilter("ignore")
    code = without_units(text)
    try:
        return show(eval(code, {"__builtins__": {}}, {**NAMES, **FUNCTIONS}))
    except Exception as error:
        return f"!{type(error).__name__}"


def differs_by_design(text):
    """The language has no complex numbers, and no int beyond 2^50 apart from a float that is whole;
    and a random expression can be none at all."""
    code = without_units(text)
    try:
        return isinstance(eval(code, {"__builtins__": {}}, {**NAMES, **FUNCTIONS}), complex)
    except Exception as error:
        words = ("complex", "index-sized")
        return isinstance(error, SyntaxError) or any(word in str(error) for word in words)


class Maker:
    """Random expressions."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def atom(self):
        pick = self.random
        r = pick.random()
        if r < .45:
            return str(pick.randint(0, 12))
        if r < .55:
            return repr(round(pick.uniform(0, 10), pick.randint(1, 4)))
        if r < .65:
            return str(pick.randint(0, 50)) + pick.choice(list(UNITS))
        if r < .9:
            return pick.choice(["i", "x", "y", "t", "z"])
        return pick.choice(["'a'", "'bc'", "''", "s", "n", "None", "True", "False"])

    def make(self, depth):
        pick, inner = self.random, lambda: self.make(depth - 1)
        if depth == 0:
            return self.atom()
        form = pick.choice([
            "{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} // {}", "{} % {}", "({}) ** 2",
            "({})", "{} < {}", "{} >= {}", "{} == {}", "{} != {}", "{} < {} <= {}",
            "{} and {}", "{} or {}", "not {}", "{} if {} else {}", "-{}", "min({}, {})",
            "max({}, {}, {})", "abs({})", "round({})", "round({}, 1)", "floor({})", "({}) * ({})",
        ])
        return form.format(*(inner() for _ in range(form.count("{}"))))


def quote(text):
    out = []
    for char in text:
        if char in '"\\':
            out.append("\\" + char)
        elif " " <= char <= "~":
            out.append(char)
        else:
            out.extend(f"\\{byte:03o}" for byte in char.encode())
    return '"' + "".join(out) + '"'


def generate():
    cases = [text for line in BY_HAND.strip().split("\n") for text in line.split("|")]
    maker = Maker(1)
    while len(cases) < 1200:
        text = maker.make(maker.random.randint(1, 3))
        if text not in cases and len(text) < 90 and not differs_by_design(text):
            cases.append(text)
    print("/* Made by support/expression_cases.py: what Python shows, or raises. */")
    for text in cases:
        print("{%s, %s}," % (quote(text), quote(evaluate(text))))


def check(path):
    literal = r'"((?:[^"\\]|\\.)*)"'
    bytes_of = lambda text: text.encode("latin-1").decode("unicode_escape").encode("latin-1").decode()
    wrong = count = 0
    for line in open(path, encoding="ascii"):
        row = re.fullmatch(r"\{%s, %s\}," % (literal, literal), line.strip())
        if row is None:
            continue
        count += 1
        text, shown = bytes_of(row[1]), bytes_of(row[2])
        if evaluate(text) != shown:
            wrong += 1
            print(f"{text}: the table has {shown}, Python says {evaluate(text)}")
    print(f"{count} expressions, {wrong} wrong")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        sys.exit(check(sys.argv[2]))
    generate()
