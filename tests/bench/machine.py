"""What the figures were measured on."""
import os
import platform
import re
import subprocess


def first_line(command):
    try:
        output = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL).stdout
    except OSError:
        return ""
    return output.splitlines()[0] if output else ""


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def cpu_model():
    match = re.search(r"^(?:model name|Hardware|CPU part)\s*:\s*(.+)$", read("/proc/cpuinfo"),
                      re.MULTILINE)
    return match[1] if match else platform.processor() or platform.machine()


def memory_bytes():
    match = re.search(r"^MemTotal:\s*(\d+) kB", read("/proc/meminfo"), re.MULTILINE)
    return int(match[1]) * 1024 if match else 0


def system():
    match = re.search(r'^PRETTY_NAME="?([^"\n]+)', read("/etc/os-release"), re.MULTILINE)
    return match[1] if match else platform.system()


def cached(build, name):
    match = re.search(rf"^{name}:[A-Z]+=(.*)$", read(os.path.join(build, "CMakeCache.txt")),
                      re.MULTILINE)
    return match[1] if match else ""


def describe(build, load=None):
    """`load`: as it was before the build, which is a load itself."""
    compiler = cached(build, "CMAKE_C_COMPILER") or "cc"
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "memory_bytes": memory_bytes(),
        "system": system(),
        "kernel": platform.release().split("-")[0],
        "machine": platform.machine(),
        "compiler": first_line([compiler, "--version"]),
        "build_type": cached(build, "CMAKE_BUILD_TYPE"),
        "sanitizers": cached(build, "CADRAN_SANITIZE"),
        "load_before": os.getloadavg()[0] if load is None else load,
    }


def warnings(description):
    """What makes the figures not worth much."""
    lines = []
    if description["build_type"] != "Release" or description["sanitizers"]:
        kind = description["sanitizers"] or description["build_type"] or "unknown"
        lines.append(f"This is no release build ({kind}): the figures say nothing about speed.")
    if description["load_before"] > 0.5 * description["cores"]:
        lines.append(f"The machine is busy (load {description['load_before']:.1f}): figures will "
                     "be too high, and spread.")
    return lines
