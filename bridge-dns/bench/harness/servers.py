"""The servers under test: for each, the configuration it gets and the command that starts it.

All keep 100,000 answers for at most 30 s, ask the same upstreams, and have as many threads as the workload says. Beyond that
they are as they come, except where a comment says why.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import Callable

SERVICES = 1000
TEAMS = 40
ENTRIES = 100_000


@dataclass
class Setup:
    """What a server is told."""

    address: str
    port: int
    upstreams: list  # of (address, port)
    domain: str
    local: bool  # answer `domain` by one's own authority, if one has any
    threads: int
    directory: str  # an empty one, for files
    bench: str  # where `upstream` and `load` are
    root: str  # of the project
    bridge: str | None = None
    environment: dict = field(default_factory=dict)

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(text)
        return path


@dataclass(frozen=True)
class Server:
    name: str
    about: str
    command: Callable[[Setup], list]
    warm: float = 0.0  # seconds of warm-up beyond the workload's own: a JVM compiles what is hot


def _tool(name):
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    path = os.path.join(cache, "region-bridge", "bin")
    found = shutil.which(name, path=os.pathsep.join([path, os.environ.get("PATH", ""), "/usr/sbin"]))
    if not found:
        raise RuntimeError(f"{name} is not installed: run .ci/tools bench")
    return found


def _services():
    """Name, namespace and address of each Service, as upstream.c and load.c have them."""
    for i in range(SERVICES):
        yield f"shop-{i}", f"team-{i % TEAMS}", f"10.{32 + (i >> 16)}.{i >> 8 & 255}.{i & 255}"


# ---- region-bridge ------------------------------------------------------------------------------------------------------

_SERVICE = """\
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{clusterIP: 172.30.{high}.{low}, ports: [{{name: http, port: 8080}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {name}-1, namespace: {namespace}, labels: {{kubernetes.io/service-name: {name}}}}}
addressType: IPv4
ports: [{{name: http, port: 8080}}]
endpoints: [{{addresses: [{address}], conditions: {{ready: true}}}}]
"""


def _region_bridge(s):
    if s.local:
        manifests = s.write("services.yaml", "".join(
            _SERVICE.format(name=name, namespace=namespace, address=address, high=i >> 8, low=i & 255)
            for i, (name, namespace, address) in enumerate(_services())))
        own, rest = "10.32.0.0/12", f"directory: {{files: [{manifests}]}}\n"
    else:
        gateways = ", ".join(f'"{a}:{p}"' for a, p in s.upstreams)
        own, rest = "172.16.0.0/12", f"""\
regions:
  - {{name: mn, domain: mn.internal, podCIDRs: [10.0.0.0/8], gateways: [{gateways}]}}
"""
    config = s.write("bridge.yaml", f"""\
region: {{name: fsn1, podCIDRs: [{own}]}}
dns:
  listen: ["{s.address}:{s.port}"]
  allow: [127.0.0.0/8]
  threads: {s.threads}
  drain: 0s  # nobody is asking any more when it is stopped
  cache: {{maxEntries: {ENTRIES}, maxTtl: 30s}}
overlay: {{mode: none}}
kubernetes: {{enabled: false}}
admin: {{listen: "127.0.0.9:{s.port}"}}
{rest}""")
    command = s.bridge or os.path.join(s.root, "region-bridge") + " serve --config {config}"
    return command.format(config=config).split()


# ---- peers --------------------------------------------------------------------------------------------------------------

def _coredns(program):
    def command(s):
        if s.local:
            hosts = "".join(f"{name}.{namespace}.svc 30 IN A {address}\n" for name, namespace, address in _services())
            zone = s.write("zone", f"$ORIGIN {s.domain}.\n@ 30 IN SOA ns.invalid. admin.invalid. 1 3600 3600 3600 30\n"
                                   f"@ 30 IN NS ns.invalid.\n{hosts}")
            what = f"file {zone}"
        else:
            what = f"cache 30 {{\n success {ENTRIES}\n denial {ENTRIES}\n }}\n" \
                   f" forward . {' '.join(f'{a}:{p}' for a, p in s.upstreams)}"
        corefile = s.write("Corefile", f"{s.domain}:{s.port} {{\n bind {s.address}\n {what}\n}}\n")
        s.environment["GOMAXPROCS"] = str(s.threads)
        return [_tool(program), "-quiet", "-conf", corefile]
    return command


def _dnsdist(datagrams):
    """It has no zones of its own: its cache stands in where the others answer from theirs."""
    def command(s):
        lines = [f"addLocal('{s.address}:{s.port}', {{reusePort=true}})"] * s.threads
        lines += [f"newServer({{address='{a}:{p}', checkName='{s.domain}.', checkType='SOA'}})" for a, p in s.upstreams]
        lines += [
            "setACL('127.0.0.0/8')",
            "setSecurityPollSuffix('')",  # asks the Internet otherwise
            f"getPool(''):setCache(newPacketCache({ENTRIES}, {{maxTTL=30}}))",
        ]
        if datagrams > 1:
            lines.append(f"setUDPMultipleMessagesVectorSize({datagrams})")
        return [_tool("dnsdist"), "--supervised", "--disable-syslog", "-C", s.write("dnsdist.conf", "\n".join(lines) + "\n")]
    return command


def _unbound(s):
    if s.local:
        zone = f'  local-zone: "{s.domain}." static\n' + "".join(
            f'  local-data: "{name}.{namespace}.svc.{s.domain}. 30 IN A {address}"\n' for name, namespace, address in _services())
    else:
        zone = f'  local-zone: "{s.domain}." nodefault\n' \
               f'forward-zone:\n  name: "{s.domain}."\n' + "".join(f"  forward-addr: {a}@{p}\n" for a, p in s.upstreams)
    return [_tool("unbound"), "-d", "-p", "-c", s.write("unbound.conf", f"""\
server:
  interface: {s.address}@{s.port}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  num-threads: {s.threads}
  # Stay what and where it was started.
  username: ""
  chroot: ""
  directory: "{s.directory}"
  use-syslog: no
  # A relay inside one's own network: no validation, and the same upstream is asked for all of the name.
  module-config: "iterator"
  domain-insecure: "{s.domain}"
  qname-minimisation: no
  cache-max-ttl: 30
  cache-max-negative-ttl: 30
  # Room for bursts and for thousands of questions on their way; as it comes it would drop them.
  so-rcvbuf: 4m
  outgoing-range: 16384
  num-queries-per-thread: 8192
  msg-cache-size: 64m
  rrset-cache-size: 128m
{zone}remote-control:
  control-enable: no
""")]


# ---- the floors ---------------------------------------------------------------------------------------------------------

def _limit(s):
    return [os.path.join(s.bench, "upstream"), "-m", "canned", "-a", s.address, "-p", str(s.port)]


def _limit_relay(s):
    return [os.path.join(s.bench, "upstream"), "-m", "relay", "-a", s.address, "-p", str(s.port),
            "-u", "%s:%d" % s.upstreams[0]]


_ALL = [
    Server("region-bridge", "this one", _region_bridge, warm=4),
    Server("coredns", "CoreDNS with forward and cache", _coredns("coredns")),
    Server("coredns-old", "the oldest CoreDNS that is supported", _coredns("coredns-old")),
    Server("dnsdist", "dnsdist with its packet cache, one datagram a call as it comes", _dnsdist(1)),
    Server("dnsdist-64", "the same, up to 64 datagrams a call", _dnsdist(64)),
    Server("unbound", "unbound as a forwarder without validation", _unbound),
    Server("limit", "the floor of a hit: a fixed answer in C, 64 datagrams a call", _limit),
    Server("limit-relay", "the floor of a miss: a bare relay in C, 64 datagrams a call", _limit_relay),
]

_VERSIONS = {"coredns": ["coredns", "-version"], "dnsdist": ["dnsdist", "--version"], "unbound": ["unbound", "-V"]}


def versions(names):
    """The peers among them with their versions."""
    for name in names:
        if name in _VERSIONS:
            program, argument = _VERSIONS[name]
            said = subprocess.run([_tool(program), argument], capture_output=True, text=True).stdout
            found = re.search(r"\d+\.\d+(\.\d+)?", said)
            yield f"{name} {found.group() if found else '?'}"


ALL = {s.name: s for s in _ALL}
DEFAULT = [s.name for s in _ALL if s.name != "coredns-old"]
FLOORS = {"limit", "limit-relay"}
