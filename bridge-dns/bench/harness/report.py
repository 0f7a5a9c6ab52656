"""Tables of results: a full one for each workload, and a summary in Markdown."""

import statistics

from . import servers, workloads

BRIDGE = "region-bridge"
PEERS = ["dnsdist", "dnsdist-64", "unbound", "coredns"]


class Results:
    def __init__(self, rows):
        self.rows = [r for r in rows if "workload" in r]
        self.machine = next((r["machine"] for r in rows if "machine" in r), "")

    def of(self, workload, server=None):
        return [r for r in self.rows if r["workload"] == workload and server in (None, r["server"])]

    def servers(self, workload):
        there = {r["server"] for r in self.of(workload)}
        return [s for s in servers.ALL if s in there]

    def workloads(self):
        there = {r["workload"] for r in self.rows}
        return [w for n, w in workloads.ALL.items() if n in there]

    def median(self, workload, server, key):
        values = [r[key] for r in self.of(workload, server) if key in r]
        return statistics.median(values) if values else None

    def total(self, workload, server, *keys):
        return sum(r.get(k, 0) for r in self.of(workload, server) for k in keys)

    def ratio(self, workload, server, other, key, other_workload=None):
        """The median of the ratios within each turn: they drift less than the figures."""
        there = {turn(r): r[key] for r in self.of(other_workload or workload, other) if r.get(key)}
        values = [r[key] / there[turn(r)] for r in self.of(workload, server) if r.get(key) and turn(r) in there]
        return statistics.median(values) if values else None

    def upstream_per_name(self, workload, server):
        values = [r["asked"]["fresh"] / r["names"] for r in self.of(workload, server) if r.get("names")]
        return statistics.median(values) if values else None


def turn(row):
    """Which turn of which results a run belongs to."""
    return row.get("file"), row["repeat"]


def text(value, form="{:,.2f}"):
    return "–" if value is None else form.format(value)


def columns(results, w):
    """Heads and functions from a server's name to a cell."""
    def m(key, form):
        return lambda s: text(results.median(w.name, s, key), form)

    def r(other):
        return lambda s: text(results.ratio(w.name, s, other, "cpu_us"))

    if w.kind == "start":
        return [("ms", m("start_ms", "{:,.0f}"))]
    if w.kind == "idle":
        return [("MiB", m("rss_mib", "{:,.0f}"))]
    bad = ("nxdomain", "servfail", "refused", "other", "wrong")
    last = [("lost", lambda s: text(results.total(w.name, s, "lost"), "{:,}")),
            ("bad", lambda s: text(results.total(w.name, s, *bad), "{:,}")),
            ("MiB", m("rss_mib", "{:,.0f}")), ("noise", m("strange_cores", "{:.2f}"))]
    if w.kind == "hole":
        return [("lost", m("hole_lost", "{:,.0f}")), ("failed", m("hole_servfail", "{:,.0f}")), ("over 1 s", m("hole_late", "{:,.0f}")),
                ("recovered ms", m("recovered_ms", "{:,.0f}")), ("usual again ms", m("usual_ms", "{:,.0f}")), last[3]]
    if w.kind == "trouble":
        back = [("back after s", m("back_s", "{:.1f}"))] if w.still else []
        return [("packets each", m("each", "{:.2f}")), ("most over 3 s", m("most", "{:.2f}")), ("most for one", m("most_for_one", "{:.0f}")),
                ("answered %", m("answered_percent", "{:.1f}"))] + back + [last[3]]
    if w.kind == "herd":
        return [("upstream per name", lambda s: text(results.upstream_per_name(w.name, s))), ("p99 us", m("p99_us", "{:,.0f}"))] + last
    ratios = [(f"x {n}", r(n)) for n in [w.limit] + PEERS if n in results.servers(w.name)]
    latency = [("p50 us", m("p50_us", "{:,.0f}")), ("p99 us", m("p99_us", "{:,.0f}")), ("p99.99 us", m("p9999_us", "{:,.0f}"))]
    if w.kind == "open":
        latency.append(("own lag p99", m("lag_p99_us", "{:,.0f}")))
    return [("QPS", m("qps", "{:,.0f}")), ("CPU us", m("cpu_us", "{:,.2f}")), ("user us", m("user_us", "{:,.2f}"))] + ratios + \
        [("busy", m("server_cores", "{:.2f}"))] + latency + last


def print_tables(rows):
    results = Results(rows)
    for w in results.workloads():
        print(f"\n{w.name}: {w.about}")
        cols = columns(results, w)
        lines = [[""] + [head for head, _ in cols]] + [[s] + [cell(s) for _, cell in cols] for s in results.servers(w.name)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        for line in lines:
            print("  " + line[0].ljust(widths[0]) + "".join("  " + c.rjust(n) for c, n in zip(line[1:], widths[1:])))
    bars = list(judged(results))
    if bars:
        print("\nbars:")
        for what, bar, value, met in bars:
            print(f"  {'met   ' if met else 'MISSED'} {what}: {value} (bar: {bar})")


def judged(results):
    """Each bar that the results say something about: what, the bar, the figure, whether it is met."""
    def bar(what, value, most=None, least=None, form="{:.2f}", unit=""):
        if value is None:
            return
        met = (most is None or value <= most) and (least is None or value >= least)
        limit = f"at most {form.format(most)}{unit}" if most is not None else f"at least {form.format(least)}{unit}"
        yield what, limit, form.format(value) + unit, met

    def cpu(workload, other, other_workload=None):
        return results.ratio(workload, BRIDGE, other, "cpu_us", other_workload)

    for w in ("hit", "hit-edns"):
        yield from bar(f"{w}, CPU against dnsdist", cpu(w, "dnsdist"), 1.0)
        yield from bar(f"{w}, CPU against dnsdist with 64 datagrams a call", cpu(w, "dnsdist-64"), 1.0)
        yield from bar(f"{w}, CPU against the limit", cpu(w, "limit"), 1.3)
    yield from bar("zipf, CPU against unbound", cpu("zipf", "unbound"), 1.0)
    yield from bar("miss, CPU against dnsdist", cpu("miss", "dnsdist"), 0.9)
    yield from bar("miss, CPU against the limit", cpu("miss", "limit-relay"), 1.35)
    yield from bar("directory, CPU against dnsdist's hit", cpu("directory", "dnsdist", "hit"), 1.0)
    yield from bar("directory, CPU against the limit", cpu("directory", "limit"), 1.3)
    yield from bar("hit, queries a second against CoreDNS", results.ratio("hit", BRIDGE, "coredns", "qps"), least=3)
    yield from bar("miss, queries a second against CoreDNS", results.ratio("miss", BRIDGE, "coredns", "qps"), least=2)
    yield from bar("hit-20k, p99 against dnsdist", results.ratio("hit-20k", BRIDGE, "dnsdist", "p99_us"), 1.2)
    p9999 = results.median("hit-20k", BRIDGE, "p9999_us")
    yield from bar("hit-20k, p99.99", p9999 and p9999 / 1000, 5, unit=" ms")
    if results.of("far-20k", BRIDGE):
        delay = workloads.ALL["far-20k"].delay_ms
        yield from bar("far-20k, lost", results.total("far-20k", BRIDGE, "lost"), 0, form="{:.0f}")
        yield from bar("far-20k, p99 beyond the upstream's delay", results.median("far-20k", BRIDGE, "p99_us") / 1000 - delay, 2, unit=" ms")
    if results.of("black-hole", BRIDGE):
        for key, what in (("hole_lost", "lost"), ("hole_servfail", "failed"), ("hole_late", "over a second")):
            yield from bar(f"black-hole, {what}", results.median("black-hole", BRIDGE, key), 0, form="{:.0f}")
        yield from bar("black-hole, usual latency again", results.median("black-hole", BRIDGE, "usual_ms"), 1000, form="{:.0f}", unit=" ms")
    yield from bar("herd, upstream questions per name", results.upstream_per_name("herd", BRIDGE), 1.1)
    for w in (w for w in results.workloads() if w.kind == "trouble"):
        yield from bar(f"{w.name}, packets for each question over any 3 s", results.median(w.name, BRIDGE, "most"), 1.3)
        yield from bar(f"{w.name}, packets for one question", results.median(w.name, BRIDGE, "most_for_one"), 3, form="{:.0f}")
        if w.still:
            yield from bar(f"{w.name}, all answered again", results.median(w.name, BRIDGE, "back_s"), 3, form="{:.1f}", unit=" s")
        else:
            yield from bar(f"{w.name}, answered", results.median(w.name, BRIDGE, "answered_percent"), least=99.5, form="{:.1f}", unit=" %")
    inverse = results.ratio("two-loops", BRIDGE, BRIDGE, "cpu_us", "hit")
    yield from bar("two loops, answers for the CPU of two against one", inverse and 2 / inverse, least=1.7)
    yield from bar("start", results.median("start", BRIDGE, "start_ms"), 400, form="{:.0f}", unit=" ms")
    yield from bar("idle", results.median("idle", BRIDGE, "rss_mib"), 70, form="{:.0f}", unit=" MiB")


def write_markdown(rows, out):
    """What docs/develop/performance.md gets, below a heading with the date."""
    results = Results(rows)
    repeats = len({turn(r) for r in results.rows})
    print(f"Measured on {results.machine}. {quietness(results)}\n", file=out)
    loads = [w for w in results.workloads() if w.kind in ("closed", "open")]
    if loads:
        there = [s for s in PEERS if any(r["server"] == s for r in results.rows)]
        print(f"CPU microseconds per answer, user and system, medians of {repeats} turns; in brackets what region-bridge takes of that, the "
              "median of the ratios within each turn. The limit is a fixed answer, or for new names a bare relay, in C.\n", file=out)
        print("| | region-bridge | " + " | ".join(there) + " | limit | p99 µs: region-bridge, " + ", ".join(there) + " | lost |", file=out)
        print("|---|" + "---|" * (len(there) + 4), file=out)
        for w in loads:
            cells = [text(results.median(w.name, BRIDGE, "cpu_us"))]
            for s in there + [w.limit]:
                share = results.ratio(w.name, BRIDGE, s, "cpu_us")
                cells.append(text(results.median(w.name, s, "cpu_us")) + ("" if share is None else f" ({share:.2f} ×)"))
            cells.append(", ".join(text(results.median(w.name, s, "p99_us"), "{:,.0f}") for s in [BRIDGE] + there))
            cells.append(text(results.total(w.name, BRIDGE, "lost"), "{:,}"))
            print(f"| {w.name}: {w.about} | " + " | ".join(cells) + " |", file=out)
    for w in results.workloads():
        if w in loads:
            continue
        print(f"\n{w.name}: {w.about}\n", file=out)
        cols = columns(results, w)
        print("| | " + " | ".join(head for head, _ in cols) + " |", file=out)
        print("|---|" + "---|" * len(cols), file=out)
        for s in results.servers(w.name):
            print(f"| {s} | " + " | ".join(cell(s) for _, cell in cols) + " |", file=out)
    bars = list(judged(results))
    if bars:
        print("\n| bar | wanted | measured | |\n|---|---|---|---|", file=out)
        for what, wanted, value, met in bars:
            print(f"| {what} | {wanted} | {value} | {'met' if met else '**missed**'} |", file=out)


def quietness(results):
    noise = [r["strange_cores"] for r in results.rows if "strange_cores" in r]
    noisy = sum(bool(r.get("noisy")) for r in results.rows)
    if not noise:
        return ""
    others = f"other work took {max(0, statistics.median(noise)):.2f} CPUs in the median run, {max(noise):.2f} in the worst"
    return f"The machine was quiet: {others}." if not noisy else \
        f"The machine was NOT quiet in {noisy} of {len(noise)} runs: {others}. Only the ratios within a turn say something."
