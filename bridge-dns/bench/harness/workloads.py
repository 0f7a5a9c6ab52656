"""What is asked, how fast, and what stands behind the server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    name: str
    about: str
    kind: str = "closed"  # closed: always `window` questions waiting; open: `rate` a second; hole, herd, start, idle; trouble
    names: str = "same:1000"  # of the generator, see load.c
    window: int = 100
    rate: int = 0
    edns: bool = False
    domain: str = "mn.internal"
    ttl: int = 30
    delay_ms: int = 0  # of the upstream
    upstreams: int = 1
    warm: float = 2.0
    seconds: float = 5.0
    timeout_ms: int = 2000
    threads: int = 1
    limit: str = "limit"  # which of the two floors applies
    hole_at: float = 0.0  # seconds of measuring after which the busier upstream stops answering
    capacity: int = 0  # of the one upstream, answers a second; 0: any number
    still: float = 0.0  # seconds that it stands still for, three seconds after the measuring has begun
    slow: float = 0.0  # seconds that each of its answers takes, once the measuring has begun

    @property
    def local(self):
        """Answered by the server's own authority; nothing is upstream of it, except where a server has no authority."""
        return self.domain != "mn.internal"


_ALL = [
    Workload("hit", "1,000 names in the cache, 100 questions waiting"),
    Workload("hit-edns", "the same, asked with EDNS", edns=True),
    Workload("zipf", "10,000 names by Zipf's law, A, AAAA, SRV and sets, TTL 5 s, 100 waiting",
             names="zipf:10000", ttl=5, warm=6, seconds=6),
    Workload("miss", "a new name each time, 100 waiting", names="fresh", limit="limit-relay"),
    Workload("directory", "1,000 names of the server's own zone, 100 waiting", domain="fsn1.internal"),
    Workload("hit-1k", "as hit, 1,000 questions a second", kind="open", window=8000, rate=1000, seconds=10),
    Workload("hit-5k", "as hit, 5,000 questions a second", kind="open", window=8000, rate=5000, seconds=10),
    Workload("hit-20k", "as hit, 20,000 questions a second", kind="open", window=8000, rate=20000, seconds=10),
    Workload("far-20k", "new names, 20,000 a second, upstream 100 ms away", kind="open", names="fresh", window=60000,
             rate=20000, delay_ms=100, timeout_ms=5000, limit="limit-relay"),
    Workload("black-hole", "new names, 2,000 a second, two upstreams; the busier one stops answering", kind="hole",
             names="fresh", window=20000, rate=2000, upstreams=2, warm=3, seconds=9, timeout_ms=5000, hole_at=3),
    Workload("herd", "500 waiting for one name, a new name each 100 ms, upstream 20 ms away", kind="herd",
             names="herd:100", window=512, delay_ms=20),
    Workload("two-loops", "as hit, with two event loops on two CPUs", threads=2),
    Workload("overload", "400 new names a second, an upstream that carries 600 and stands still for 2 s", kind="trouble", rate=400,
             capacity=600, still=2, warm=1, seconds=18),
    Workload("slow-0.6", "500 new names a second, an upstream that takes 0.6 s for each", kind="trouble", rate=500, slow=0.6, warm=1, seconds=8),
    Workload("slow-1.2", "the same, 1.2 s", kind="trouble", rate=500, slow=1.2, warm=1, seconds=8),
    Workload("start", "from start to the first answer", kind="start"),
    Workload("idle", "resident memory three seconds after the start, with nothing to do", kind="idle"),
]

ALL = {w.name: w for w in _ALL}
