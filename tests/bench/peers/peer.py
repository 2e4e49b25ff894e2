"""What the peers in Python have in common. Usage and output are those of bench.h:

    PROGRAM NAME ITEMS [PARAMETER]
"""
import json
import sys
import time


class Run:
    def __init__(self, items, parameter):
        self.items = items
        self.parameter = parameter
        self.end_ns = 0
        self.done = 0

    def start(self):
        self.cpu_ns = -time.process_time_ns()
        self.wall_ns = -time.monotonic_ns()

    def stop(self):
        self.wall_ns += time.monotonic_ns()
        self.cpu_ns += time.process_time_ns()


def main(benches):
    """`benches`: a name to a function that takes a Run, and its default parameter."""
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in benches:
        sys.exit(f"usage: PROGRAM {'|'.join(benches)} ITEMS [PARAMETER]")
    work, parameter = benches[sys.argv[1]]
    if len(sys.argv) == 4:
        parameter = int(sys.argv[3])
    run = Run(int(sys.argv[2]), parameter)
    work(run)
    if run.done < run.items:
        sys.exit(f"{sys.argv[0]}: the work was not done")
    result = {"items": run.items, "wall_ns": run.wall_ns, "cpu_ns": run.cpu_ns}
    if run.end_ns:
        result["end_ns"] = run.end_ns
    print(json.dumps(result))
