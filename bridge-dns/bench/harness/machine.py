"""Processes and CPUs: started where they belong, metered from /proc, stopped by their ids."""

import ctypes
import mmap
import os
import signal
import struct
import subprocess
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def cpus_of(text):
    """'0,2-3' as a set of numbers."""
    out = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        out.update(range(int(first), int(last or first) + 1))
    return out


def description():
    """What CPU and kernel this is, for those who read the figures elsewhere."""
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), os.uname().machine)
    return f"{len(os.sched_getaffinity(0))} CPUs ({model}), Linux {os.uname().release.split('-')[0]}"


class Processes:
    """What one run has started. Leaving the with block stops all of it, children of children included."""

    def __init__(self):
        self._started = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self._started):
            _stop(process)

    def start(self, command, cpus, output=subprocess.DEVNULL, **more):
        def prepare():
            os.sched_setaffinity(0, cpus)
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing outlives the benchmark, however that ends

        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT if output != subprocess.PIPE else None,
                                   start_new_session=True, preexec_fn=prepare, **more)
        self._started.append(process)
        return process


def tree(pid):
    """A process and all that came from it."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parent = int(stat.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry))
    found = [pid]
    for p in found:
        found += children.get(p, [])
    return found


def _stop(process):
    pids = tree(process.pid) if process.poll() is None else []
    for how, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
        for pid in pids:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                pass
        end = time.monotonic() + patience
        while time.monotonic() < end:
            process.poll()
            if not any(os.path.exists(f"/proc/{pid}") for pid in pids):
                return
            time.sleep(0.01)


def cpu_seconds(pids):
    """CPU time that processes have taken so far, user and system."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as stat:
            total += sum(int(x) for x in stat.read().rsplit(")", 1)[1].split()[11:13])
    return total / os.sysconf("SC_CLK_TCK")


def memory_mib(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/status") as status:
            total += sum(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    return total / 1024


def busy_seconds():
    """CPU time of the whole machine."""
    with open("/proc/stat") as stat:
        v = [int(x) for x in stat.readline().split()[1:9]]
    return (sum(v) - v[3] - v[4]) / os.sysconf("SC_CLK_TCK")  # all but idle and waiting for a disk


def wait_until_quiet(limit, patience):
    """Waits, within bounds, for half a second in which others use less than `limit` CPUs."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        began, busy = time.monotonic(), busy_seconds()
        time.sleep(0.5)
        if (busy_seconds() - busy) / (time.monotonic() - began) < limit:
            return


class Counter:
    """The questions an upstream has seen, which it writes into a mapped file: all, and those for fresh names."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self._map = mmap.mmap(file.fileno(), 16, prot=mmap.PROT_READ)

    def read(self):
        return struct.unpack("=QQ", self._map[:16])
