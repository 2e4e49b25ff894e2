"""The figures as text."""
from programs import NOT_ASKED_FOR


def duration(ns):
    """Three digits that count: 46.2 ns, 1.53 us, 12.0 ms."""
    for limit, unit, scale in ((1e3, "ns", 1), (1e6, "us", 1e3), (1e9, "ms", 1e6)):
        if ns < limit * 0.9995:
            return f"{digits(ns / scale)} {unit}"
    return f"{digits(ns / 1e9)} s"


def digits(number):
    if number >= 99.95:
        return f"{number:.0f}"
    return f"{number:.1f}" if number >= 9.995 else f"{number:.2f}"


def size(count):
    for limit, unit, scale in ((1e4, "B", 1), (1e6, "kB", 1e3), (1e9, "MB", 1e6)):
        if count < limit:
            return f"{count / scale:.0f} {unit}"
    return f"{count / 1e9:.2f} GB"


def aligned(rows, left):
    """Rows of cells in columns; the columns in `left` are flush left. A row that is a string is
    a line of its own."""
    widths = [max(len(row[i]) for row in rows if not isinstance(row, str))
              for i in range(len(next(row for row in rows if not isinstance(row, str))))]
    lines = []
    for row in rows:
        if isinstance(row, str):
            lines.append(row)
            continue
        cells = [cell.ljust(width) if i in left else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return lines


# --- the works ------------------------------------------------------------------------------

def goal_text(goal):
    limit = {"time": duration, "memory": size, "ratio": lambda x: f"{x:g} times"}[goal["what"]]
    value = {"time": duration, "memory": size, "ratio": lambda x: f"{x:.2f}"}[goal["what"]]
    verdict = "reached" if goal["reached"] else "MISSED"
    note = ""
    if goal["what"] == "ratio":
        note = f" ({value(goal['value'])}, with {size(max(0, goal['extra_bytes']))} more memory)"
    return f"{limit(goal['limit'])}{note}: {verdict}"


def earlier_ns(earlier, work, program):
    for old in (earlier or {}).get("works", ()):
        if old["name"] == work["name"]:
            for candidate in old["programs"]:
                if candidate["program"] == program["program"]:
                    return candidate.get("ns")
    return None


def why_missing(row):
    """Why a program has no figures; "" where it has some."""
    if "failed" in row:
        return "FAILED: " + " ".join(row["failed"].split())
    return "skipped: " + row["skipped"] if "skipped" in row else ""


def memory_text(program):
    if "result_bytes" in program:
        return f"{size(program['result_bytes'])}, peak {size(max(0, program['bytes']))}"
    return size(max(0, program["bytes"])) if "bytes" in program else ""


def work_rows(work, earlier):
    goals = "; ".join(goal_text(goal) for goal in work["reach"])
    rows = ["", f"{work['title']}; per {work['unit']}"]
    for program in work["programs"]:
        if program.get("skipped") == NOT_ASKED_FOR:
            continue
        kind = {"ours": "", "floor": "floor: ", "peer": ""}[program["kind"]]
        name = "    " + kind + program["program"]
        if why_missing(program):
            rows.append([name, "", "", "", "", "", why_missing(program)])
            continue
        old = earlier_ns(earlier, work, program)
        was = "" if old is None else f"{program['ns'] / old - 1:+.0%}"
        whole = f"{duration(program['ns'] * program['items'])}, {size(program['peak_bytes'])}"
        if "trace_bytes" in program:
            whole += f", trace {size(program['trace_bytes'])}"
        rows.append([
            name, duration(program["ns"]), f"±{program['spread']:.0%}",
            digits(program["ratio"]) if "ratio" in program else "", memory_text(program),
            was, f"{program['items']:,} in {whole}" + (f"   to reach {goals}" if goals else ""),
        ])
        goals = ""
    return rows


# --- scaling and corners --------------------------------------------------------------------

def scaling_lines(scaling):
    rows = [["jobs", "cost of a job", "middle half of the runs", "memory of a job", "peak"]]
    for program in scaling:
        if why_missing(program):
            rows.append(f"    {program['program']}: {why_missing(program)}")
            continue
        rows.append("    " + program["program"])
        for point in program["points"]:
            rows.append([f"{point['jobs']:,}", duration(point["ns"]),
                         f"{duration(point['ns_low'])} to {duration(point['ns_high'])}, "
                         f"of {point['runs']}",
                         size(max(0, point["bytes"])), size(point["peak_bytes"])])
        for jobs in program["left_out"]:
            rows.append(f"    {jobs:,} jobs left out: not enough memory is free")
    return ["", "Scaling: the window, by the number of jobs", *aligned(rows, ())]


def corner_lines(corners):
    few, many = corners[0]["items"]
    rows = [["", f"each of {few:,}", f"each of {many:,}", "growth", ""]]
    for corner in corners:
        if why_missing(corner):
            rows.append(["    " + corner["title"], "", "", "", why_missing(corner)])
            continue
        rows.append(["    " + corner["title"], duration(corner["ns"][0]),
                     duration(corner["ns"][1]), f"{corner['growth']:.1f}",
                     "" if corner["flat"] else "NOT FLAT"])
    return ["", "Corners: the cost of one among many (a quadratic one would grow 100 times)",
            *aligned(rows, (0, 4))]


# --- pictures -------------------------------------------------------------------------------

def frame_lines(pictures):
    if why_missing(pictures[0]):
        return ["", f"Frames: {why_missing(pictures[0])}"]
    rows = [["", "size", "first", "median", "99 %", "slowest", "to reach"]]
    for row in pictures:
        verdict = "reached" if row["reached"] else "MISSED"
        rows.append(["    " + row["title"], row["screen"],
                     *(f"{row[key]:.1f} ms" for key in ("first_picture_ms", "median_ms", "99_ms",
                                                        "worst_ms")),
                     f"{row['limit_ms']} ms: {verdict}"])
    return ["", "Frames: a picture of the viewer, by the processor's time", *aligned(rows, (0, 6))]


# --- all of it ------------------------------------------------------------------------------

def heading(result):
    machine = result["machine"]
    return [
        f"{machine['cpu']}, {machine['cores']} cores, {size(machine['memory_bytes'])}; "
        f"{machine['system']}, Linux {machine['kernel']} {machine['machine']}",
        f"{machine['compiler']}; {machine['build_type']}"
        + (f" ({machine['sanitizers']})" if machine["sanitizers"] else "")
        + f"; load {machine['load_before']:.2f} before, {machine['load_after']:.2f} after",
        f"Sizes: {result['sizes']}. Medians of at least {result['runs']} runs, ± half their range. "
        "times ours: above 1, the program is so many times slower than ours.",
    ]


def goal_lines(works):
    goals = [(work["name"], goal) for work in works for goal in work["reach"]]
    missed = [f"{name} ({goal['what']})" for name, goal in goals if not goal["reached"]]
    if not goals:
        return []
    return ["", f"Goals: {len(goals) - len(missed)} of {len(goals)} reached"
            + (f"; missed: {', '.join(missed)}" if missed else "")]


def table(result, earlier=None):
    lines = heading(result)
    if result["works"]:
        rows = [["", "time", "spread", "times ours", "memory",
                 "change" if earlier else "", "items, whole time, peak"]]
        for work in result["works"]:
            rows += work_rows(work, earlier)
        lines += ["", *aligned(rows, (0, 6)), *goal_lines(result["works"])]
    if result["frames"]:
        lines += frame_lines(result["frames"])
    if result["scaling"]:
        lines += scaling_lines(result["scaling"])
    if result["corners"]:
        lines += corner_lines(result["corners"])
    return "\n".join(lines)


def instructions(rows):
    table_rows = [["work", "program", "instructions", ""]]
    table_rows += [[work, program, f"{count:,.0f}", "per " + unit]
                   for work, program, count, unit in rows]
    return "\n".join(aligned(table_rows, (0, 1, 3)))
