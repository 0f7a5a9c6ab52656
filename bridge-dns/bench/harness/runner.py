"""Runs: a fresh server and fresh upstreams for each, the servers in turns, everything bounded and stopped."""

import json
import os
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

from . import gateways, machine, servers, workloads

ADDRESS = "127.0.0.1"  # of the server; the upstreams have 127.0.0.2 and 127.0.0.3, all with the same port
READY_WITHIN = 30  # seconds: region-bridge's launcher may have to build it
STARTS = 5  # that each figure of `start` is the median of
STILL_AFTER = 3  # seconds
GIVE_UP = 3  # seconds for the last answers
WARM_WINDOW, WARM_SECONDS = 100, 8  # questions waiting, and how long, before a fixed rate


def log(text):
    print(text, file=sys.stderr, flush=True)


def compile_tools(here, target):
    os.makedirs(target, exist_ok=True)
    for name in ("load", "upstream"):
        source, program = os.path.join(here, "src", name + ".c"), os.path.join(target, name)
        newest = max(os.path.getmtime(f) for f in (source, os.path.join(here, "src", "dns.h")))
        if not os.path.exists(program) or os.path.getmtime(program) < newest:
            subprocess.run(["gcc", "-std=c11", "-O2", "-Wall", "-Wextra", "-o", program, source, "-lm"], check=True)


def question(name):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", 4711, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 1, 1)


def await_answer(server, port, name, within):
    """Asks again and again until there is a good answer. Returns when it came, by time.monotonic()."""
    end, asked = time.monotonic() + within, question(name)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((ADDRESS, port))
        s.settimeout(0.25)
        while time.monotonic() < end:
            try:
                s.send(asked)
                reply = s.recv(1500)
                if reply[:2] == asked[:2] and reply[3] & 15 == 0 and reply[7] > 0:
                    return time.monotonic()
            except OSError:
                pass  # nobody there yet, or too busy with starting
            if server.poll() is not None:
                raise RuntimeError(f"ended with exit code {server.returncode}")
            time.sleep(0.002)
    raise RuntimeError(f"no good answer for {name} within {within} s")


def fits(server, workload):
    if server.name in servers.FLOORS:
        return workload.kind in ("closed", "open") and workload.threads == 1 and server.name == workload.limit
    return True


class Bench:
    def __init__(self, options, here, target):
        self.options, self.target = options, target
        self.root = os.path.dirname(os.path.dirname(here))
        self.load_cpus = machine.cpus_of(options.load_cpus)
        self.every_cpu = os.sched_getaffinity(0)

    def server_cpus(self, workload):
        if self.options.server_cpus:
            return machine.cpus_of(self.options.server_cpus)
        free = sorted(self.every_cpu - self.load_cpus, reverse=True) or sorted(self.every_cpu)
        # With two loops the generator must share on a small machine; CPU per answer still tells.
        return set(free[:workload.threads]) if len(free) >= workload.threads else set(self.every_cpu)

    def run(self, server, workload):
        """One run: a dict of figures. RuntimeError when the server does not serve."""
        with tempfile.TemporaryDirectory(prefix="bench-") as directory, machine.Processes() as processes:
            upstreams = [(f"127.0.0.{2 + i}", self.options.port) for i in range(workload.upstreams)]
            if workload.kind == "trouble":
                with gateways.Region(ADDRESS, [a for a, _ in upstreams], self.options.port, workload.domain,
                                     per_second=workload.capacity, only_addresses=True) as region:
                    process, _ = self._serve(server, workload, upstreams, directory, processes)
                    return _trouble(region, workload, process)
            behind, counters = [], []
            for i, (address, port) in enumerate(upstreams):
                file = os.path.join(directory, f"asked-{i}")
                behind.append(processes.start(
                    [os.path.join(self.target, "upstream"), "-a", address, "-p", str(port), "-d", workload.domain,
                     "-t", str(workload.ttl), "-l", str(workload.delay_ms), "-c", file], self.load_cpus))
                counters.append(self._counter(file))
            process, figures = self._serve(server, workload, upstreams, directory, processes)
            if workload.kind == "start":
                return figures
            time.sleep(3 if workload.kind == "idle" else 0.3)
            pids = machine.tree(process.pid)
            if workload.kind == "idle":
                return figures | {"rss_mib": machine.memory_mib(pids)}
            figures |= self._load(server, workload, processes, pids, behind, counters)
            if process.poll() is not None:
                raise RuntimeError(f"{server.name}: died under load with exit code {process.returncode}")
            return figures

    def _serve(self, server, workload, upstreams, directory, processes):
        """Starts the server; returns its process once it answers, and how long that took."""
        setup = servers.Setup(ADDRESS, self.options.port, upstreams, workload.domain, workload.local, workload.threads, directory,
                              self.target, self.root, self.options.bridge)
        command = server.command(setup)
        with open(os.path.join(self.target, server.name + ".log"), "w") as output:
            try:
                began = time.monotonic()
                process = processes.start(command, self.server_cpus(workload), output,
                                          cwd=self.root, env=os.environ | setup.environment)
                ready = await_answer(process, self.options.port, f"shop-0.team-0.svc.{workload.domain}", READY_WITHIN)
                return process, {"start_ms": (ready - began) * 1000}
            except (RuntimeError, OSError) as e:
                raise RuntimeError(f"{server.name}: {e}; its output is in {output.name}") from None

    def _counter(self, file):
        end = time.monotonic() + 5
        while not os.path.exists(file) or os.path.getsize(file) < 16:
            if time.monotonic() > end:
                raise RuntimeError("the upstream does not start: is another benchmark running?")
            time.sleep(0.01)
        return machine.Counter(file)

    def _load(self, server, w, processes, pids, behind, counters):
        warm, seconds = w.warm, w.seconds
        if self.options.seconds and not w.hole_at:
            warm, seconds = min(warm, self.options.seconds), self.options.seconds
        command = [os.path.join(self.target, "load"), "-s", ADDRESS, "-p", str(self.options.port), "-d", w.domain, "-n", w.names,
                   "-t", str(w.timeout_ms), "-P", ",".join(map(str, pids)), "-O", ",".join(str(p.pid) for p in behind)]
        command += ["-e"] if w.edns else []
        command += ["-x", "0.0.0.0"] if server.name == "limit" else []
        cpus = self.load_cpus if w.threads == 1 else self.every_cpu

        def start(window, rate, warm, seconds):
            shape = ["-w", str(window), "-r", str(rate), "-W", str(warm), "-l", str(seconds)]
            return processes.start(command + shape, cpus, subprocess.PIPE, text=True)

        if w.rate and not w.delay_ms:
            # A node lives for days at such a rate. A JVM compiles what is called often, which takes a minute at 1,000 a second.
            start(WARM_WINDOW, 0, 1, WARM_SECONDS).communicate(timeout=40)
        else:
            warm += server.warm
        generator = start(w.window, w.rate, warm, seconds)
        asked, cut = {}, {}
        watch = threading.Thread(target=self._watch, args=(warm, seconds, w, behind, counters, asked, cut), daemon=True)
        watch.start()
        out, _ = generator.communicate(timeout=40)
        watch.join()
        if generator.returncode != 0:
            raise RuntimeError("the generator failed")
        figures = json.loads(out)
        figures["asked"] = {"all": asked["end"][0] - asked["begin"][0], "fresh": asked["end"][1] - asked["begin"][1]}
        if w.hole_at:
            figures |= _after_the_hole(figures, cut["ns"])
        return figures

    def _watch(self, warm, seconds, w, behind, counters, asked, cut):
        """Reads the upstreams' counters around the measuring, and makes one of them a black hole half-way."""
        began = time.monotonic()

        def total():
            return [sum(pair) for pair in zip(*(c.read() for c in counters))]

        def sleep_until(second):
            time.sleep(max(0, began + second - time.monotonic()))

        sleep_until(warm)
        asked["begin"] = total()
        if w.hole_at:
            sleep_until(warm + w.hole_at - 0.5)
            before = [c.read()[1] for c in counters]
            sleep_until(warm + w.hole_at)
            grown = [c.read()[1] - b for c, b in zip(counters, before)]
            busier = grown.index(max(grown))
            cut["ns"] = time.monotonic_ns()
            os.kill(behind[busier].pid, signal.SIGUSR1)
        sleep_until(warm + seconds)
        asked["end"] = total()


def _trouble(region, w, process):
    """The upstream stands still or is slow: packets that it got for each question, and what the clients saw."""
    region.ask(w.rate, w.warm)
    if w.slow:
        region.pause()
        time.sleep(0.5)  # what is out is answered as quickly as ever
    upstream, pids = region.gateways[0], machine.tree(process.pid)
    began, busy, ours = time.time(), machine.busy_seconds(), machine.cpu_seconds(pids + [os.getpid()])
    upstream.delay = w.slow
    if w.still:
        region.ask(w.rate, STILL_AFTER)
        upstream.still_until = time.time() + w.still
        region.ask(w.rate, w.seconds - STILL_AFTER)
    else:
        region.ask(w.rate, w.seconds)
    end = time.time()
    region.pause()
    time.sleep(GIVE_UP)
    others = machine.busy_seconds() - busy - (machine.cpu_seconds(pids + [os.getpid()]) - ours)
    arrivals = [t for t in region.arrivals() if t >= began]
    asked, good = region.answered(began, end)
    figures = {"asked_all": asked, "each": len(arrivals) / asked, "most": max(r for _, r in gateways.windows(region.asked, arrivals, began, end)),
               "answered_percent": 100 * good / asked, "most_for_one": region.most_for_one(),
               "strange_cores": max(0, others / (time.time() - began)), "lag_ms": 1000 * region.lag(began, end)}
    if w.still:
        # The end of the last half second of which more than one in a hundred questions failed, from the end of the stall.
        bad, at = upstream.still_until, upstream.still_until
        while at + 0.5 <= end:
            n, well = region.answered(at, at + 0.5)
            at += 0.5
            bad = at if well < 0.99 * n else bad
        figures["back_s"] = bad - upstream.still_until
    return figures


def _after_the_hole(figures, cut_ns):
    """What the clients saw from 100 ms before the upstream fell silent: the series has 100 ms a step, by time of asking."""
    first = (cut_ns - figures["started_ns"]) // 100_000_000
    out = {"hole_lost": 0, "hole_servfail": 0, "hole_late": 0, "recovered_ms": 0, "usual_ms": 0}
    for i, (sent, _, bad, lost, slow, late) in enumerate(figures["series"]):
        if i < first - 1:
            continue
        out["hole_lost"] += lost
        out["hole_servfail"] += bad
        out["hole_late"] += late
        since = int((i + 1 - first) * 100)
        if bad + lost + late > 0:
            out["recovered_ms"] = since
        if bad + lost + slow > sent * 0.01:
            out["usual_ms"] = since
    return out


def run_all(options, here, target, file):
    compile_tools(here, target)
    bench, results = Bench(options, here, target), []
    if "region-bridge" in options.servers and not options.bridge:
        # Builds what changed, so that no start is measured that has to.
        subprocess.run([os.path.join(bench.root, "region-bridge"), "--version"], check=True, stdout=subprocess.DEVNULL)
    with open(file, "a") as out:
        results.append({"machine": machine.description() + "; " + ", ".join(servers.versions(options.servers))})
        out.write(json.dumps(results[0]) + "\n")
        for repeat in range(options.repeats):
            for workload in (workloads.ALL[n] for n in options.workloads):
                turn = repeat % len(options.servers)  # nobody is always first
                for server in (servers.ALL[n] for n in options.servers[turn:] + options.servers[:turn]):
                    if not fits(server, workload):
                        continue
                    figures = _one(bench, server, workload, options)
                    if figures is None:
                        continue
                    figures |= {"noisy": figures.get("strange_cores", 0) > options.noise, "server": server.name, "workload": workload.name, "repeat": repeat, "time": time.strftime("%H:%M:%S")}
                    results.append(figures)
                    out.write(json.dumps(figures) + "\n")
                    out.flush()
    return results


def _one(bench, server, workload, options):
    """The least noisy of several tries; the start's is a median already."""
    best = None
    try:
        if workload.kind == "start":
            starts = []
            for _ in range(STARTS):
                machine.wait_until_quiet(0.2, min(options.patience, 5))
                starts.append(bench.run(server, workload)["start_ms"])
            best = {"start_ms": statistics.median(starts), "starts_ms": starts}
        for _ in range(options.tries if best is None else 0):
            machine.wait_until_quiet(0.1, options.patience)
            figures = bench.run(server, workload)
            if best is None or figures.get("strange_cores", 0) < best.get("strange_cores", 0):
                best = figures
            if best.get("strange_cores", 0) <= options.noise:
                break
    except RuntimeError as e:
        log(f"FAILED  {workload.name:12} {e}")
        return None
    parts = [f"{workload.name:12} {server.name:14}"]
    for key, form in (("qps", "{:>9,.0f} a second"), ("cpu_us", "{:6.2f} us CPU"), ("p99_us", "p99 {:8,.0f} us"), ("lost", "{:.0f} lost"),
                      ("each", "{:.2f} packets each"), ("most", "{:.2f} at most over 3 s"), ("answered_percent", "{:.1f} % answered"),
                      ("back_s", "back after {:.1f} s"), ("recovered_ms", "recovered in {} ms"), ("start_ms", "start {:,.0f} ms"), ("rss_mib", "{:.0f} MiB"),
                      ("strange_cores", "noise {:.2f}")):
        if key in best and (key != "start_ms" or workload.kind == "start"):
            parts.append(form.format(best[key]))
    log("  ".join(parts))
    return best
