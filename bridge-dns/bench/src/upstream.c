/* The other side of the server under test, and the floor that no server gets under.
 *
 *   upstream -m authority  answers for the zone of dns.h, after a delay if told; SIGUSR1 makes it a black hole, SIGUSR2 not
 *   upstream -m canned     the limit of a hit: batches in, one fixed answer, batches out, nothing looked at
 *   upstream -m relay      the limit of a miss: batches to an upstream and back with another ID, no timeout, no check
 *
 *   -a ADDRESS -p PORT     where to listen, UDP
 *   -d DOMAIN -t TTL -l MS (authority) the zone, the TTL of its records, the delay
 *   -u ADDRESS:PORT        (relay) where to
 *   -c FILE                (authority) a file to map: queries so far, and those for LABEL.any, as two 64-bit numbers
 */
#define _GNU_SOURCE
#include "dns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, ROOM = 768, HELD = 1 << 16 };

struct batch {
  struct mmsghdr headers[BATCH];
  struct iovec parts[BATCH];
  struct sockaddr_in peers[BATCH];
  uint8_t bytes[BATCH][ROOM];
};

static const char *domain = "mn.internal";
static uint32_t ttl = 30;
static uint64_t delay_ns;
static uint64_t uncounted[2], *counted = uncounted;
static volatile sig_atomic_t black_hole;

static void on_signal(int signal) { black_hole = signal == SIGUSR1; }

static uint64_t now_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct sockaddr_in endpoint(const char *address, int port)
{
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, address, &a.sin_addr) != 1) {
    fprintf(stderr, "no IPv4 address: %s\n", address);
    exit(2);
  }
  return a;
}

static int udp_socket(void)
{
  int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = 8 << 20;
  if (s < 0) die("socket");
  if (setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0) /* not root: what the system allows */
    setsockopt(s, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  return s;
}

static struct batch *new_batch(void)
{
  struct batch *b = calloc(1, sizeof *b);
  if (!b) die("calloc");
  for (int i = 0; i < BATCH; i++) {
    b->parts[i].iov_base = b->bytes[i];
    b->headers[i].msg_hdr = (struct msghdr){.msg_iov = &b->parts[i], .msg_iovlen = 1};
  }
  return b;
}

static int receive(int s, struct batch *b, int flags)
{
  for (int i = 0; i < BATCH; i++) {
    b->parts[i].iov_len = 512;
    b->headers[i].msg_hdr.msg_name = &b->peers[i];
    b->headers[i].msg_hdr.msg_namelen = sizeof b->peers[i];
  }
  return recvmmsg(s, b->headers, BATCH, flags, NULL);
}

static void send_all(int s, struct batch *b, int n)
{
  for (int done = 0; done < n;) {
    int sent = sendmmsg(s, b->headers + done, (unsigned)(n - done), 0);
    if (sent > 0)
      done += sent;
    else if (errno != EINTR)
      done++; /* this one cannot be sent; the next may */
  }
}

/* ---- authority ------------------------------------------------------------------------------------------------- */

/* PREFIXnumber, followed by REST or anything that starts with it. Returns the number, or -1. */
static long numbered(const char *name, const char *prefix, const char *rest)
{
  size_t n = strlen(prefix);
  if (strncmp(name, prefix, n) != 0) return -1;
  char *end;
  long v = strtol(name + n, &end, 10);
  return end > name + n && strncmp(end, rest, strlen(rest)) == 0 ? v : -1;
}

static uint8_t *put_record(uint8_t *p, unsigned type, unsigned length)
{
  p = put16(p, 0xc000 | HEADER); /* the question's name */
  p = put16(p, type);
  p = put16(p, 1);
  p = put32(p, ttl);
  return put16(p, length);
}

static uint8_t *put_soa(uint8_t *p)
{
  p = put_name(p, domain);
  p = put16(put16(p, SOA), 1);
  p = put32(p, ttl);
  uint8_t *length = p;
  p = put_name(put_name(p + 2, "ns.invalid"), "admin.invalid");
  for (int i = 0; i < 5; i++) p = put32(p, i == 4 ? ttl : 3600);
  put16(length, (unsigned)(p - length - 2));
  return p;
}

/* The question's name as lower-case text without the domain, or false when it is not below it. */
static bool below_domain(const uint8_t *question, char *text)
{
  char *t = text;
  for (const uint8_t *p = question; *p; p += *p + 1) {
    if (t > text) *t++ = '.';
    for (int i = 1; i <= *p; i++) *t++ = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i]);
  }
  *t = 0;
  size_t n = strlen(domain), all = (size_t)(t - text);
  if (all < n || strcmp(t - n, domain) != 0) return false;
  if (all == n) return text[0] = 0, true;
  return t[-(long)n - 1] == '.' ? (t[-(long)n - 1] = 0, true) : false;
}

/* Turns the query into its answer, in place. Returns the answer's length, 0 for none. */
static size_t answer(uint8_t *m, size_t length)
{
  size_t question = length < HEADER || m[2] & 0x80 ? 0 : question_length(m, length);
  if (question == 0 || get16(m + 4) != 1 || question > 260) return 0;
  bool edns = get16(m + 10) > 0;
  unsigned type = get16(m + HEADER + question - 4), answers = 0, authority = 0;
  uint8_t rcode = NOERROR, *p = m + HEADER + question;
  char name[264];
  __atomic_add_fetch(&counted[0], 1, __ATOMIC_RELAXED);
  if (!below_domain(m + HEADER, name)) {
    rcode = REFUSED;
  } else {
    size_t n = strlen(name);
    long i;
    bool apex = n == 0, any = n > 4 && strcmp(name + n - 4, ".any") == 0;
    if (any) {
      __atomic_add_fetch(&counted[1], 1, __ATOMIC_RELAXED);
      if (type == A) p = put32(put_record(p, A, 4), any_address(name, n - 4)), answers = 1;
    } else if ((i = numbered(name, "shop-", ".team-")) >= 0) {
      if (type == A) p = put32(put_record(p, A, 4), SERVICES + (uint32_t)i), answers = 1;
    } else if ((i = numbered(name, "set-", ".team-")) >= 0) {
      for (uint32_t k = 0; type == A && k < 4; k++) {
        p = put32(put_record(p, A, 4), SETS + (uint32_t)i * 4 + k);
        answers++;
      }
    } else if (numbered(name, "_http._tcp.shop-", ".team-") >= 0) {
      if (type == SRV) { /* the target is the owner without _http._tcp, by a pointer: it is our own bytes */
        uint8_t *target = m + HEADER + 11;
        size_t target_length = question - 4 - 11;
        p = put_record(p, SRV, (unsigned)(6 + target_length));
        p = put16(put32(p, 0), 8080);
        memcpy(p, target, target_length);
        p += target_length;
        answers = 1;
      }
    } else if (apex) {
      if (type == SOA) {
        p = put_soa(p);
        answers = 1;
      } else if (type == NS) {
        p = put_name(put_record(p, NS, 12), "ns.invalid");
        answers = 1;
      }
    } else if (strcmp(name, "svc") != 0 && strcmp(name, "any") != 0) {
      rcode = NXDOMAIN;
    }
    if (answers == 0) {
      p = put_soa(p);
      authority = 1;
    }
  }
  m[2] = (uint8_t)(0x84 | (m[2] & 1)); /* response, authoritative, RD as asked */
  m[3] = rcode;
  put16(put16(put16(m + 6, answers), authority), edns);
  if (edns) {
    *p++ = 0;
    p = put32(put16(put16(p, OPT), PAYLOAD), 0);
    p = put16(p, 0);
  }
  return (size_t)(p - m);
}

struct held {
  uint64_t due;
  struct sockaddr_in peer;
  uint16_t length;
  uint8_t bytes[ROOM];
};

/* Keeps answers until they are due. All wait equally long, so they leave in the order of their coming. */
static void serve_late(int s, struct batch *b)
{
  struct held *ring = calloc(HELD, sizeof *ring);
  uint32_t head = 0, tail = 0;
  if (!ring) die("calloc");
  for (;;) {
    uint64_t t = now_ns();
    struct timespec wait = {.tv_sec = 1};
    if (head != tail) {
      uint64_t due = ring[head % HELD].due, left = due > t ? due - t : 0;
      wait = (struct timespec){.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
    }
    struct pollfd fd = {.fd = s, .events = POLLIN};
    ppoll(&fd, 1, &wait, NULL);
    if (fd.revents) {
      int n = receive(s, b, MSG_DONTWAIT);
      t = now_ns();
      for (int i = 0; i < n; i++) {
        size_t length = answer(b->bytes[i], b->headers[i].msg_len);
        if (length == 0 || black_hole || tail - head == HELD) continue;
        struct held *h = &ring[tail++ % HELD];
        *h = (struct held){.due = t + delay_ns, .peer = b->peers[i], .length = (uint16_t)length};
        memcpy(h->bytes, b->bytes[i], length);
      }
    }
    t = now_ns();
    int n = 0;
    for (; head != tail && n < BATCH && ring[head % HELD].due <= t; head++) {
      struct held *h = &ring[head % HELD];
      memcpy(b->bytes[n], h->bytes, h->length);
      b->peers[n] = h->peer;
      b->parts[n].iov_len = h->length;
      b->headers[n].msg_hdr.msg_name = &b->peers[n];
      b->headers[n++].msg_hdr.msg_namelen = sizeof h->peer;
    }
    if (!black_hole) send_all(s, b, n);
  }
}

static void serve(int s, struct batch *b)
{
  if (delay_ns) serve_late(s, b);
  for (;;) {
    int n = receive(s, b, MSG_WAITFORONE), kept = 0;
    for (int i = 0; i < n; i++) {
      size_t length = answer(b->bytes[i], b->headers[i].msg_len);
      b->parts[i].iov_len = length;
      kept += length > 0;
    }
    if (black_hole || n <= 0) continue;
    if (kept == n)
      send_all(s, b, n);
    else
      for (int i = 0; i < n; i++)
        if (b->parts[i].iov_len) sendmsg(s, &b->headers[i].msg_hdr, 0);
  }
}

/* ---- the limits ------------------------------------------------------------------------------------------------ */

static void serve_canned(int s, struct batch *b)
{
  for (;;) {
    int n = receive(s, b, MSG_WAITFORONE);
    for (int i = 0; i < n; i++) {
      uint8_t *m = b->bytes[i];
      m[2] |= 0x80;
      put32(put16(m + 6, 1), 0);
      uint8_t *end = put32(put_record(m + b->headers[i].msg_len, A, 4), SERVICES);
      b->parts[i].iov_len = (size_t)(end - m);
    }
    if (n > 0) send_all(s, b, n);
  }
}

static void relay(int s, struct batch *b, struct sockaddr_in to)
{
  static struct client {
    struct sockaddr_in peer;
    uint16_t id;
  } clients[1 << 16];
  uint16_t next = 0;
  int up = udp_socket();
  if (connect(up, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  for (;;) {
    struct pollfd fds[2] = {{.fd = s, .events = POLLIN}, {.fd = up, .events = POLLIN}};
    if (poll(fds, 2, -1) < 0) continue;
    for (int side = 0; side < 2; side++) {
      if (!fds[side].revents) continue;
      int n = receive(fds[side].fd, b, MSG_DONTWAIT);
      for (int i = 0; i < n; i++) {
        uint8_t *m = b->bytes[i];
        struct msghdr *h = &b->headers[i].msg_hdr;
        b->parts[i].iov_len = b->headers[i].msg_len;
        if (side == 0) {
          clients[next] = (struct client){b->peers[i], get16(m)};
          put16(m, next++);
          h->msg_name = NULL;
          h->msg_namelen = 0;
        } else {
          struct client *c = &clients[get16(m)];
          put16(m, c->id);
          b->peers[i] = c->peer;
          h->msg_name = &b->peers[i];
          h->msg_namelen = sizeof c->peer;
        }
      }
      if (n > 0) send_all(fds[1 - side].fd, b, n);
    }
  }
}

int main(int argc, char **argv)
{
  const char *mode = "authority", *address = "127.0.0.1", *counter = NULL;
  char *to = NULL;
  int port = 0, option;
  while ((option = getopt(argc, argv, "m:a:p:d:t:l:u:c:")) != -1) switch (option) {
    case 'm': mode = optarg; break;
    case 'a': address = optarg; break;
    case 'p': port = atoi(optarg); break;
    case 'd': domain = optarg; break;
    case 't': ttl = (uint32_t)atoi(optarg); break;
    case 'l': delay_ns = (uint64_t)(atof(optarg) * 1e6); break;
    case 'u': to = optarg; break;
    case 'c': counter = optarg; break;
    default: return 2;
    }
  if (counter) {
    int fd = open(counter, O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || ftruncate(fd, sizeof uncounted) < 0) die(counter);
    counted = mmap(NULL, sizeof uncounted, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (counted == MAP_FAILED) die("mmap");
  }
  signal(SIGUSR1, on_signal);
  signal(SIGUSR2, on_signal);
  prctl(PR_SET_TIMERSLACK, 1);
  int s = udp_socket();
  struct sockaddr_in here = endpoint(address, port);
  if (bind(s, (struct sockaddr *)&here, sizeof here) < 0) die("bind");
  struct batch *b = new_batch();
  if (strcmp(mode, "authority") == 0) serve(s, b);
  if (strcmp(mode, "canned") == 0) serve_canned(s, b);
  char *colon = to ? strchr(to, ':') : NULL;
  if (strcmp(mode, "relay") == 0 && colon) {
    *colon = 0;
    relay(s, b, endpoint(to, atoi(colon + 1)));
  }
  fprintf(stderr, "unknown mode, or a relay without -u: %s\n", mode);
  return 2;
}
