/* Asks a DNS server over UDP, checks every answer, and says what came of it as one JSON object.
 *
 *   -s ADDRESS -p PORT   the server
 *   -d DOMAIN            the zone of dns.h, mn.internal unless told
 *   -n NAMES             same:N    N names, each as likely as the others, A
 *                        zipf:N    N names by Zipf's law; of 100 questions 76 A, 18 AAAA, 3 SRV, 3 sets of addresses
 *                        fresh     a name that was never asked for, A
 *                        herd:MS   one fresh name, another one every MS milliseconds
 *   -w N                 at most N questions without an answer (closed loop: always N)
 *   -r N                 N questions a second whatever the server does (open loop)
 *   -W S -l S            seconds of warm-up, and of measuring: 20 together at most
 *   -t MS                when an answer counts as lost
 *   -e                   ask with EDNS
 *   -x ADDRESS           the address of shop-0, 10.32.0.0 unless told; 0.0.0.0: believe any
 *   -c N                 sockets, each with its own address from 127.0.1.1 on: so many clients
 *   -P PID,PID           the server's processes: their CPU time and memory are read when measuring starts and ends
 *   -O PID,PID           the bench's other processes: what the machine did beyond all these was somebody else's
 *   -b MS                answers later than this are counted as slow in the series
 *
 * A latency runs from the system call that sent the question to the one that fetched the answer. In the open loop the
 * generator's own lateness is given beside it: a run in which that is large says little about the server.
 */
#define _GNU_SOURCE
#include "dns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, LONGEST = 96, MAX_SECONDS = 20, SPANS = 10 * (MAX_SECONDS + 10), MAX_PIDS = 64 };

static const uint64_t SECOND = 1000000000u, SPAN = 100000000u;

static uint64_t now_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* ---- latencies: 128 steps for each doubling, so within 0.8 % ----------------------------------------------------- */

enum { STEPS = 128, STEP_BITS = 7, DOUBLINGS = 40 };

struct latencies {
  uint64_t count, sum, most, steps[DOUBLINGS * STEPS];
};

static void record(struct latencies *l, uint64_t ns)
{
  unsigned shift = 0;
  while (ns >> shift >= 2 * STEPS) shift++;
  size_t step = shift * STEPS + (ns >> shift);
  l->steps[step < DOUBLINGS * STEPS ? step : DOUBLINGS * STEPS - 1]++;
  l->count++;
  l->sum += ns;
  if (ns > l->most) l->most = ns;
}

static double quantile_us(const struct latencies *l, double q)
{
  uint64_t rank = (uint64_t)ceil(q * (double)l->count), seen = 0;
  for (size_t i = 0; i < DOUBLINGS * STEPS && rank > 0; i++)
    if ((seen += l->steps[i]) >= rank) {
      size_t shift = i < 2 * STEPS ? 0 : i / STEPS - 1;
      return (double)((i - shift * STEPS) << shift) / 1e3;
    }
  return 0;
}

/* ---- questions --------------------------------------------------------------------------------------------------- */

struct question {
  uint8_t bytes[LONGEST];
  uint16_t length;
  uint32_t hash, address; /* address 0: whatever it is */
};

enum names { SAME, ZIPF, FRESH, HERD };
enum { ZIPF_DRAWS = 1 << 20, KINDS = 4 };

static const char *domain = "mn.internal";
static enum names names;
static uint32_t name_count = 1000, herd_ms = 100, service_address = SERVICES;
static bool edns, believe;
static struct question *questions[KINDS]; /* A, AAAA, SRV, set */
static struct question fresh;
static uint16_t *zipf;
static uint64_t herd_since, fresh_count, herd_names;
static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t draw(uint32_t below)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(((state >> 32) * below) >> 32);
}

static void ask_for(struct question *q, const char *name, unsigned type, uint32_t address)
{
  memset(q, 0, sizeof *q);
  put16(q->bytes + 2, 0x0100); /* recursion desired */
  put16(q->bytes + 4, 1);
  uint8_t *p = put16(put16(put_name(q->bytes + HEADER, name), type), 1);
  q->hash = hash(q->bytes + HEADER, (size_t)(p - q->bytes) - HEADER);
  if (edns) {
    put16(q->bytes + 10, 1);
    *p++ = 0;
    p = put16(put32(put16(put16(p, OPT), PAYLOAD), 0), 0);
  }
  q->length = (uint16_t)(p - q->bytes);
  q->address = believe ? 0 : address;
}

static void prepare_names(const char *how)
{
  char name[128];
  if (sscanf(how, "same:%u", &name_count) == 1)
    names = SAME;
  else if (sscanf(how, "zipf:%u", &name_count) == 1)
    names = ZIPF;
  else if (sscanf(how, "herd:%u", &herd_ms) == 1)
    names = HERD;
  else if (strcmp(how, "fresh") == 0)
    names = FRESH;
  else {
    fprintf(stderr, "names are same:N, zipf:N, fresh or herd:MS, not %s\n", how);
    exit(2);
  }
  snprintf(name, sizeof name, "%016x.any.%s", 0, domain);
  ask_for(&fresh, name, A, 0);
  if (names == FRESH || names == HERD) return;
  for (int kind = 0; kind < KINDS; kind++)
    if (!(questions[kind] = calloc(name_count, sizeof(struct question)))) die("calloc");
  for (uint32_t i = 0; i < name_count; i++) {
    snprintf(name, sizeof name, "_http._tcp.shop-%u.team-%u.svc.%s", i, i % TEAMS, domain);
    ask_for(&questions[2][i], name, SRV, 0);
    ask_for(&questions[0][i], name + 11, A, service_address + i);
    ask_for(&questions[1][i], name + 11, AAAA, 0);
    snprintf(name, sizeof name, "set-%u.team-%u.svc.%s", i, i % TEAMS, domain);
    ask_for(&questions[3][i], name, A, 0);
  }
  if (names == SAME) return;
  /* A long table to draw from by one random number: the name of rank r fills 1/r of what the first one fills. */
  double sum = 0, reached = 0;
  if (!(zipf = malloc(ZIPF_DRAWS * sizeof *zipf))) die("malloc");
  for (uint32_t r = 1; r <= name_count; r++) sum += 1.0 / r;
  for (uint32_t r = 1, i = 0; r <= name_count; r++) {
    reached += 1.0 / r / sum;
    for (; i < ZIPF_DRAWS && (i < reached * ZIPF_DRAWS || r == name_count); i++) zipf[i] = (uint16_t)(r - 1);
  }
}

static void rename_fresh(void)
{
  static uint64_t salt;
  if (!salt) salt = (now_ns() ^ (uint64_t)getpid() << 40) * 0xff51afd7ed558ccdu;
  uint64_t label = salt + ++fresh_count * 0x9e3779b97f4a7c15u; /* no two alike, and not in order */
  for (int i = 0; i < 16; i++) fresh.bytes[HEADER + 1 + i] = (uint8_t)"0123456789abcdef"[label >> 4 * i & 15];
  size_t length = fresh.length - HEADER - (edns ? 11u : 0u);
  fresh.hash = hash(fresh.bytes + HEADER, length);
  fresh.address = believe ? 0 : any_address((char *)fresh.bytes + HEADER + 1, 16);
}

static const struct question *next_question(uint64_t now, bool measuring)
{
  if (names == SAME) return &questions[0][draw(name_count)];
  if (names == ZIPF) {
    uint32_t kind = draw(100);
    return &questions[kind < 76 ? 0 : kind < 94 ? 1 : kind < 97 ? 2 : 3][zipf[draw(ZIPF_DRAWS)]];
  }
  if (names == FRESH || now - herd_since >= herd_ms * (SECOND / 1000)) {
    herd_since = now;
    herd_names += measuring;
    rename_fresh();
  }
  return &fresh;
}

/* ---- what the machine did ---------------------------------------------------------------------------------------- */

struct spent {
  double server, others, machine, stolen; /* seconds of CPU */
  double server_user;
  long memory_kib;
};

static int server_pids[MAX_PIDS], other_pids[MAX_PIDS];

static void read_pids(char *text, int *pids)
{
  int n = 0;
  for (char *t = strtok(text, ","); t && n < MAX_PIDS - 1; t = strtok(NULL, ",")) pids[n++] = atoi(t);
}

static bool read_file(const char *path, char *text, size_t room)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? -1 : read(fd, text, room - 1);
  if (fd >= 0) close(fd);
  text[n > 0 ? n : 0] = 0;
  return n > 0;
}

static double process_seconds(int pid, double *user)
{
  char path[64], text[4096];
  unsigned long u = 0, s = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  if (!read_file(path, text, sizeof text)) return 0;
  char *after_name = strrchr(text, ')');
  if (after_name) sscanf(after_name + 2, "%*c%*d%*d%*d%*d%*d%*u%*u%*u%*u%*u%lu%lu", &u, &s);
  double tick = (double)sysconf(_SC_CLK_TCK);
  if (user) *user += (double)u / tick;
  return (double)(u + s) / tick;
}

static long process_memory_kib(int pid)
{
  char path[64], text[8192];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  char *line = read_file(path, text, sizeof text) ? strstr(text, "VmRSS:") : NULL;
  return line ? atol(line + 6) : 0;
}

static struct spent spent(void)
{
  struct spent s = {0};
  char text[512];
  unsigned long v[8] = {0};
  for (int *p = server_pids; *p; p++) {
    s.server += process_seconds(*p, &s.server_user);
    s.memory_kib += process_memory_kib(*p);
  }
  for (int *p = other_pids; *p; p++) s.others += process_seconds(*p, NULL);
  if (read_file("/proc/stat", text, sizeof text))
    sscanf(text, "cpu %lu%lu%lu%lu%lu%lu%lu%lu", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7);
  double tick = (double)sysconf(_SC_CLK_TCK);
  s.machine = (double)(v[0] + v[1] + v[2] + v[5] + v[6]) / tick;
  s.stolen = (double)v[7] / tick;
  struct rusage own;
  getrusage(RUSAGE_SELF, &own);
  s.others += (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) + (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6;
  return s;
}

/* ---- exchanges --------------------------------------------------------------------------------------------------- */

/* What was asked under one ID of one socket. A free ID is used again as late as can be. */
struct exchange {
  uint64_t sent; /* 0: free */
  uint32_t hash, address;
  bool measured;
};

struct port {
  int socket;
  struct exchange *exchanges;
  uint16_t *free; /* a ring of IDs */
  uint32_t first, last;
};

struct span {
  uint32_t sent, good, bad, lost, slow, late;
};

static struct port *ports;
static uint32_t port_count = 32, ids;
static uint32_t window = 100, waiting, most_waiting;
static uint64_t timeout = 2000000000u, slow = 20000000u, started;
static struct latencies latencies, lags;
static struct span spans[SPANS];
static uint64_t sent, answered, received, noerror, nxdomain, servfail, refused, otherwise, lost, unmatched, wrong;
static bool measuring;

static struct mmsghdr out[BATCH], in[BATCH];
static struct iovec out_parts[BATCH], in_parts[BATCH];
static uint8_t out_bytes[BATCH][LONGEST], in_bytes[BATCH][1500];

static struct span *span_of(uint64_t t)
{
  uint64_t i = (t - started) / SPAN;
  return &spans[i < SPANS ? i : SPANS - 1];
}

static void release(struct port *p, uint16_t id)
{
  p->exchanges[id].sent = 0;
  p->free[p->last++ % ids] = id;
  waiting--;
}

static void open_ports(struct sockaddr_in server)
{
  struct sockaddr_in client = {.sin_family = AF_INET};
  ports = calloc(port_count, sizeof *ports);
  for (ids = 256; ids < 65536 && ids < 4 * window / port_count; ids *= 2) continue;
  for (uint32_t i = 0; ports && i < port_count; i++) {
    struct port *p = &ports[i];
    int room = 8 << 20;
    p->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (p->socket < 0) die("socket");
    if (setsockopt(p->socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
      setsockopt(p->socket, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    client.sin_addr.s_addr = htonl(0x7f000100 + 1 + i);
    if (bind(p->socket, (struct sockaddr *)&client, sizeof client) < 0) die("bind");
    if (connect(p->socket, (struct sockaddr *)&server, sizeof server) < 0) die("connect");
    p->exchanges = calloc(ids, sizeof *p->exchanges);
    p->free = malloc(ids * sizeof *p->free);
    if (!p->exchanges || !p->free) die("malloc");
    for (uint32_t id = 0; id < ids; id++) p->free[p->last++] = (uint16_t)id;
  }
  for (int i = 0; i < BATCH; i++) {
    out_parts[i].iov_base = out_bytes[i];
    out[i].msg_hdr = (struct msghdr){.msg_iov = &out_parts[i], .msg_iovlen = 1};
    in_parts[i] = (struct iovec){.iov_base = in_bytes[i], .iov_len = sizeof in_bytes[i]};
    in[i].msg_hdr = (struct msghdr){.msg_iov = &in_parts[i], .msg_iovlen = 1};
  }
}

static uint32_t ask(struct port *p, uint32_t n)
{
  uint16_t taken[BATCH];
  uint64_t t = now_ns();
  if (n > BATCH) n = BATCH;
  if (n > p->last - p->first) n = p->last - p->first;
  for (uint32_t i = 0; i < n; i++) {
    const struct question *q = next_question(t, measuring);
    uint16_t id = taken[i] = p->free[p->first++ % ids];
    p->exchanges[id] = (struct exchange){.sent = t, .hash = q->hash, .address = q->address, .measured = measuring};
    memcpy(out_bytes[i], q->bytes, q->length);
    put16(out_bytes[i], id);
    out_parts[i].iov_len = q->length;
  }
  int done = n > 0 ? sendmmsg(p->socket, out, n, 0) : 0;
  if (done < 0) done = sendmmsg(p->socket, out, n, 0); /* the first call only reported an ICMP error */
  if (done < 0) done = 0;
  waiting += n;
  for (uint32_t i = (uint32_t)done; i < n; i++) release(p, taken[i]);
  if (waiting > most_waiting) most_waiting = waiting;
  span_of(t)->sent += (uint32_t)done;
  if (measuring) sent += (uint64_t)done;
  return (uint32_t)done;
}

/* The address in the first answer record, or 0. */
static uint32_t first_address(const uint8_t *m, size_t length, size_t at)
{
  while (at < length && m[at] != 0 && m[at] < 0xc0) at += m[at] + 1u;
  if (at >= length) return 0;
  at += m[at] == 0 ? 1 : 2;
  return at + 14 <= length && get16(m + at) == A && get16(m + at + 8) == 4 ? get32(m + at + 10) : 0;
}

static bool take(struct port *p, const uint8_t *m, size_t length, uint64_t t)
{
  uint16_t id = length >= HEADER ? get16(m) : 0xffff;
  size_t question = length >= HEADER && m[2] & 0x80 ? question_length(m, length) : 0;
  struct exchange *e = id < ids ? &p->exchanges[id] : NULL;
  if (question == 0 || !e || !e->sent || hash(m + HEADER, question) != e->hash) {
    unmatched += measuring; /* not to anything asked, or too late */
    return false;
  }
  struct span *span = span_of(e->sent);
  uint64_t latency = t - e->sent;
  int code = m[3] & 15;
  *(code == NOERROR ? &span->good : &span->bad) += 1;
  span->slow += latency > slow;
  span->late += latency > SECOND;
  received += measuring;
  if (e->measured) {
    answered++;
    record(&latencies, latency);
    *(code == NOERROR    ? &noerror
      : code == NXDOMAIN ? &nxdomain
      : code == SERVFAIL ? &servfail
      : code == REFUSED  ? &refused
                         : &otherwise) += 1;
    if (code == NOERROR && e->address) wrong += first_address(m, length, HEADER + question) != e->address;
  }
  release(p, id);
  return true;
}

/* Takes what has come; in a closed loop asks as much again. */
static void turn(struct port *p, bool ask_again)
{
  for (int n = BATCH; n == BATCH;) {
    n = recvmmsg(p->socket, in, BATCH, MSG_DONTWAIT, NULL);
    uint64_t t = now_ns();
    uint32_t matched = 0;
    for (int i = 0; i < n; i++) matched += take(p, in_bytes[i], in[i].msg_len, t);
    if (ask_again && matched) ask(p, matched);
  }
}

static void give_up_on_late(uint64_t t)
{
  for (uint32_t i = 0; i < port_count; i++)
    for (uint32_t id = 0; id < ids; id++) {
      struct exchange *e = &ports[i].exchanges[id];
      if (!e->sent || t - e->sent <= timeout) continue;
      span_of(e->sent)->lost++;
      lost += e->measured;
      release(&ports[i], (uint16_t)id);
    }
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static void print_series(void)
{
  size_t n = SPANS;
  while (n > 0 && spans[n - 1].sent == 0) n--;
  printf(",\n\"series\": [");
  for (size_t i = 0; i < n; i++) {
    struct span *s = &spans[i];
    printf("%s[%u,%u,%u,%u,%u,%u]", i ? "," : "", s->sent, s->good, s->bad, s->lost, s->slow, s->late);
  }
  printf("]");
}

int main(int argc, char **argv)
{
  const char *address = "127.0.0.1", *how = "same:1000";
  double rate = 0, warm = 2, seconds = 5;
  int port = 53, option;
  struct in_addr services;
  while ((option = getopt(argc, argv, "s:p:d:n:w:r:W:l:t:ex:c:P:O:b:")) != -1) switch (option) {
    case 's': address = optarg; break;
    case 'p': port = atoi(optarg); break;
    case 'd': domain = optarg; break;
    case 'n': how = optarg; break;
    case 'w': window = (uint32_t)atoi(optarg); break;
    case 'r': rate = atof(optarg); break;
    case 'W': warm = atof(optarg); break;
    case 'l': seconds = atof(optarg); break;
    case 't': timeout = (uint64_t)(atof(optarg) * 1e6); break;
    case 'e': edns = true; break;
    case 'x':
      if (inet_pton(AF_INET, optarg, &services) != 1) return 2;
      service_address = ntohl(services.s_addr);
      believe = service_address == 0;
      break;
    case 'c': port_count = (uint32_t)atoi(optarg); break;
    case 'P': read_pids(optarg, server_pids); break;
    case 'O': read_pids(optarg, other_pids); break;
    case 'b': slow = (uint64_t)(atof(optarg) * 1e6); break;
    default: return 2;
    }
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, address, &server.sin_addr) != 1 || port_count == 0 || window < port_count ||
      warm + seconds > MAX_SECONDS || seconds <= 0) {
    fprintf(stderr, "needs an address, a window of at least one question a socket, and at most %d s\n", MAX_SECONDS);
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1);
  prepare_names(how);
  open_ports(server);
  int poller = epoll_create1(EPOLL_CLOEXEC);
  for (uint32_t i = 0; i < port_count; i++) {
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = i};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, ports[i].socket, &e) < 0) die("epoll_ctl");
  }

  started = now_ns();
  uint64_t begin = started + (uint64_t)(warm * 1e9), end = begin + (uint64_t)(seconds * 1e9);
  uint64_t next_check = started, asked = 0, measured_from = 0;
  uint32_t turn_of = 0;
  struct spent before = {0}, after = {0};
  bool closed = rate <= 0;
  for (bool done = false;;) {
    uint64_t t = now_ns();
    if (!measuring && !done && t >= begin) {
      measuring = true;
      before = spent();
      measured_from = now_ns();
    }
    if (measuring && t >= end) {
      after = spent();
      end = now_ns();
      measuring = false;
      done = true;
    }
    if (done && (waiting == 0 || t > end + timeout + SECOND / 5)) break;
    if (t >= next_check) {
      give_up_on_late(t);
      next_check = t + SECOND / 20;
      /* What was lost is asked again, so that the loop stays as full as it was. */
      for (uint32_t i = 0; closed && !done && waiting < window && i < port_count; i++)
        ask(&ports[i], (window - waiting) / (port_count - i));
    }
    uint64_t wake = next_check;
    if (!closed && !done) {
      uint64_t due;
      while ((due = started + (uint64_t)((double)asked * 1e9 / rate)) <= t && waiting < window) {
        if (ask(&ports[turn_of++ % port_count], 1) && measuring) record(&lags, now_ns() - due);
        asked++; /* one that could not be sent is not made up for */
      }
      if (due <= t) due = t + SECOND / 1000; /* the window is full */
      if (due < wake) wake = due;
    }
    struct epoll_event events[64];
    t = now_ns();
    uint64_t rest = wake > t ? wake - t : 0;
    struct timespec wait = {.tv_sec = (time_t)(rest / SECOND), .tv_nsec = (long)(rest % SECOND)};
    int n = epoll_pwait2(poller, events, 64, &wait, NULL);
    for (int i = 0; i < n; i++) turn(&ports[events[i].data.u32], closed && !done);
  }

  double span = (double)(end - measured_from) / 1e9, cpu = after.server - before.server;
  double stranger = (after.machine - before.machine) - cpu - (after.others - before.others);
  uint64_t replies = received ? received : 1;
  printf("{\"started_ns\": %llu, \"seconds\": %.3f, \"sent\": %llu, \"answered\": %llu, \"qps\": %.0f,\n",
         (unsigned long long)started, span, (unsigned long long)sent, (unsigned long long)answered, (double)received / span);
  printf("\"noerror\": %llu, \"nxdomain\": %llu, \"servfail\": %llu, \"refused\": %llu, \"other\": %llu, \"lost\": %llu,\n",
         (unsigned long long)noerror, (unsigned long long)nxdomain, (unsigned long long)servfail, (unsigned long long)refused,
         (unsigned long long)otherwise, (unsigned long long)lost);
  printf("\"unmatched\": %llu, \"wrong\": %llu, \"names\": %llu, \"waiting\": %u,\n", (unsigned long long)unmatched,
         (unsigned long long)wrong, (unsigned long long)(names == HERD ? herd_names : 0), most_waiting);
  printf("\"mean_us\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"p9999_us\": %.1f, \"max_us\": %.1f, \"lag_p99_us\": %.1f,\n",
         latencies.count ? (double)latencies.sum / (double)latencies.count / 1e3 : 0, quantile_us(&latencies, .5),
         quantile_us(&latencies, .99), quantile_us(&latencies, .9999), (double)latencies.most / 1e3, quantile_us(&lags, .99));
  printf("\"cpu_us\": %.3f, \"user_us\": %.3f, \"server_cores\": %.3f, \"load_cores\": %.3f, \"strange_cores\": %.3f,\n",
         cpu * 1e6 / (double)replies, (after.server_user - before.server_user) * 1e6 / (double)replies, cpu / span,
         (after.others - before.others) / span, (stranger + after.stolen - before.stolen) / span);
  printf("\"rss_mib\": %.1f", (double)after.memory_kib / 1024);
  print_series();
  printf("}\n");
  return 0;
}
