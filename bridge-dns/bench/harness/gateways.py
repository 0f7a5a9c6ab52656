"""Gateways with troubles, and clients that ask for new names at a steady rate: one thread, real sockets.

A gateway answers so many questions a second in turn, stands still, answers late, loses packets or is dead, as it is told. Packets are
dated by the kernel where they arrive, so a busy machine blurs little; `lag` tells how late the thread itself was.
"""

import bisect
import collections
import heapq
import random
import selectors
import socket
import struct
import threading
import time

A, SOA, AAAA = 1, 6, 28
SO_TIMESTAMPNS = 35
TICK = 0.002
ROOM = 20_000  # packets that wait in a gateway
BUFFER = 8 << 20
ADDRESS = bytes([10, 52, 0, 7])


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def question(name, ident, qtype=A):
    return struct.pack("!6H", ident, 0x0100, 1, 0, 0, 0) + wire(name) + struct.pack("!2H", qtype, 1)


class Gateway:
    """One gateway. What is public may be changed at any time."""

    def __init__(self, address, port, domain, dice, per_second=None):
        self.address, self.domain, self.dice = address, wire(domain), dice
        self.per_second = per_second  # answers a second in turn; None: any number
        self.delay = 0.0  # seconds until an answer leaves
        self.loss = 0.0  # of the packets in each direction
        self.still_until = 0.0  # by time.time()
        self.dead = False
        self.arrivals = []  # when each packet of a client's question came
        self.packets = collections.Counter()  # by question
        self.queue, self.later, self.order = collections.deque(), [], 0
        self.credit, self.last = 0.0, time.time()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setblocking(False)
        self.socket.bind((address, port))

    def well(self):
        self.delay = self.loss = self.still_until = 0.0
        self.dead = False

    def read(self):
        for _ in range(64):
            try:
                packet, extra, _, sender = self.socket.recvmsg(2048, 64)
            except OSError:
                return
            if len(packet) < 17:
                continue
            end = 12
            while packet[end]:
                end += 1 + packet[end]
            end += 5
            asked = bytes(packet[12:end])
            # Names that the clients ask for begin with a label q; all others are probes of some server.
            if asked.lower().startswith(b"\1q"):
                self.arrivals.append(self._arrived(extra))
                self.packets[asked.lower()] += 1
            if self.dead or self._lost():
                continue
            if len(self.queue) < ROOM:
                self.queue.append((self._reply(packet, end), sender))

    @staticmethod
    def _arrived(extra):
        for _, kind, data in extra:
            if kind == SO_TIMESTAMPNS:
                seconds, nanos = struct.unpack("qq", data[:16])
                return seconds + nanos / 1e9
        return time.time()

    def _lost(self):
        return self.loss > 0 and self.dice.random() < self.loss

    def _reply(self, packet, end):
        qtype = struct.unpack("!H", packet[end - 4:end - 2])[0]
        soa = wire("ns") + wire("host") + struct.pack("!5I", 1, 7200, 1800, 86400, 5)
        if qtype == A:
            counts, record = (1, 1, 0, 0), b"\xc0\x0c" + struct.pack("!HHIH", A, 1, 5, 4) + ADDRESS
        else:
            counts = (1, 1, 0, 0) if qtype == SOA else (1, 0, 1, 0)
            record = self.domain + struct.pack("!HHIH", SOA, 1, 5, len(soa)) + soa
        return packet[:2] + b"\x85\x00" + struct.pack("!4H", *counts) + packet[12:end] + record

    def answer(self, now):
        if now < self.still_until:
            self.last = now
            return
        if self.per_second:
            self.credit = min(self.credit + (now - self.last) * self.per_second, max(1, self.per_second * 0.05))
        self.last = now
        while self.queue and (not self.per_second or self.credit >= 1):
            self.credit -= 1
            self.order += 1
            heapq.heappush(self.later, (now + self.delay, self.order, *self.queue.popleft()))
        self.credit = max(0.0, self.credit)
        while self.later and self.later[0][0] <= now:
            _, _, reply, sender = heapq.heappop(self.later)
            if not self._lost():
                try:
                    self.socket.sendto(reply, sender)
                except OSError:
                    pass  # who asked is gone


class Region:
    """Gateways, and clients that ask one server. Runs from `with` to its end."""

    def __init__(self, server, addresses, port, domain, seed=1, per_second=None, only_addresses=False):
        self.server, self.port, self.domain = server, port, domain
        self.types = (A,) if only_addresses else (A, A, A, AAAA)
        self.gateways = [Gateway(a, port, domain, random.Random(seed + i), per_second) for i, a in enumerate(addresses)]
        self.rate = 0.0
        self.asked = []  # when, for each question
        self.outcome = {}  # number of a question -> (rcode, seconds that it took)
        self.lags = []  # (when, seconds) that the thread was late
        self._waiting, self._due, self._began = {}, 0.0, 0.0
        self._over = threading.Event()
        self._clients = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._clients.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._clients.setblocking(False)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._clients.connect((self.server, self.port))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        for s in [self._clients] + [g.socket for g in self.gateways]:
            s.close()

    def ask(self, rate, seconds):
        """Asks for `rate` new names a second; returns after so long."""
        self._due, self._began = 0.0, time.time()
        self.rate = rate
        time.sleep(seconds)

    def pause(self):
        self.rate = 0.0

    def _run(self):
        with selectors.DefaultSelector() as ready:
            ready.register(self._clients, selectors.EVENT_READ, self._read)
            for g in self.gateways:
                ready.register(g.socket, selectors.EVENT_READ, g.read)
            looked = time.time()
            while not self._over.is_set():
                for key, _ in ready.select(TICK):
                    key.data()
                now = time.time()
                if now - looked > 0.1:
                    self.lags.append((now, now - looked))
                looked = now
                for g in self.gateways:
                    g.answer(now)
                self._send(now)

    def _send(self, now):
        if not self.rate:
            return
        due = (now - self._began) * self.rate
        if due - self._due > self.rate / 4:
            self._due = due - 1  # late itself: what was missed is not made up for in a burst
        while self._due < due:
            self._due += 1
            number = len(self.asked)
            packet = question(f"q.n{number}.svc.{self.domain}", number & 0xFFFF, self.types[number % len(self.types)])
            at = time.time()
            self._waiting[number & 0xFFFF] = number
            self.asked.append(at)
            try:
                self._clients.send(packet)
            except OSError:
                pass

    def _read(self):
        for _ in range(256):
            try:
                reply = self._clients.recv(2048)
            except OSError:
                return
            number = self._waiting.pop(struct.unpack("!H", reply[:2])[0], None)
            if number is not None:
                self.outcome[number] = (reply[3] & 15, time.time() - self.asked[number])

    # ---- what came of it ------------------------------------------------------------------------------------------------

    def arrivals(self):
        return sorted(t for g in self.gateways for t in g.arrivals)

    def numbers(self, begin, end):
        """The questions asked between two times."""
        return [n for n, t in enumerate(self.asked) if begin <= t < end]

    def answered(self, begin, end):
        """Of the questions asked between two times: how many, and how many of them were answered."""
        numbers = self.numbers(begin, end)
        return len(numbers), sum(self.outcome.get(n, (2, 0))[0] == 0 for n in numbers)

    def most_for_one(self):
        return max((n for g in self.gateways for n in g.packets.values()), default=0)

    def lag(self, begin, end):
        """The longest that the thread was kept from running between two times."""
        return max((seconds for at, seconds in self.lags if begin <= at < end + seconds), default=0.0)


def windows(asked, arrivals, begin, end, width=3.0, step=0.25):
    """(start, packets for each question) of each window of three seconds between two times."""
    at = begin
    while at + width <= end:
        questions = bisect.bisect_left(asked, at + width) - bisect.bisect_left(asked, at)
        packets = bisect.bisect_left(arrivals, at + width) - bisect.bisect_left(arrivals, at)
        if questions:
            yield at, packets / questions
        at += step
