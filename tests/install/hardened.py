"""Reads off installed programs and libraries how they are protected.

    hardened.py FILE ...
"""
import subprocess
import sys


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def flaws(path):
    """What a file lacks, in words."""
    dynamic, headers = output("readelf", "-dW", path), output("readelf", "-hlW", path)
    symbols = output("nm", "-D", "--undefined-only", path)
    machine = headers.split("Machine:")[1].split("\n")[0].strip()
    protections = {
        "relocations that are read-only from the start": "GNU_RELRO" in headers and "NOW" in dynamic,
        "a place that nobody knows": "Type:                              DYN" in headers,
        "a stack that is not executed": "GNU_STACK" in headers and " RWE " not in headers,
        "a guard above the arrays of the stack": "__stack_chk_fail" in symbols,
        "calls of the C library that know the size of what they fill": "_chk" in
            symbols.replace("__stack_chk_fail", ""),
    }
    if machine == "Advanced Micro Devices X86-64":
        code = output("objdump", "-d", "--no-show-raw-insn", path)
        protections["branches that are checked"] = code.count("endbr64") > 100
    return [what for what, there in protections.items() if not there]


def main():
    status = 0
    for path in sys.argv[1:]:
        for what in flaws(path):
            print(f"{path} lacks {what}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
