/* The bytes of DNS, and the made-up zone that upstream.c answers for and load.c asks for:
 *
 *   shop-N.team-T.svc.DOMAIN              A     one address, base + N          (AAAA: no data)
 *   set-N.team-T.svc.DOMAIN               A     four addresses
 *   _http._tcp.shop-N.team-T.svc.DOMAIN   SRV   8080 on shop-N.team-T.svc
 *   LABEL.any.DOMAIN                      A     an address made of the label: a name nobody asked for before
 *
 * T is N mod 40. All else under DOMAIN does not exist.
 */
#ifndef DNS_H
#define DNS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { A = 1, NS = 2, SOA = 6, AAAA = 28, SRV = 33, OPT = 41 };
enum { NOERROR = 0, SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5 };
enum { HEADER = 12, TEAMS = 40, PAYLOAD = 1232 };

#define SERVICES 0x0a200000u /* 10.32.0.0 */
#define SETS 0x0a600000u     /* 10.96.0.0 */
#define ANY 0x0a800000u      /* 10.128.0.0/9 */

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }
static inline uint8_t *put16(uint8_t *p, unsigned v)
{
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
  return p + 2;
}
static inline uint8_t *put32(uint8_t *p, uint32_t v) { return put16(put16(p, v >> 16), v & 0xffff); }

/* FNV-1a over bytes as they are. */
static inline uint32_t hash(const uint8_t *p, size_t n)
{
  uint32_t h = 2166136261u;
  while (n--) h = (h ^ *p++) * 16777619u;
  return h;
}

static inline uint32_t any_address(const char *label, size_t n)
{
  return ANY | (hash((const uint8_t *)label, n) & 0x7fffff);
}

/* Writes a dotted name in wire form; returns what follows it. */
static inline uint8_t *put_name(uint8_t *p, const char *name)
{
  while (*name) {
    size_t n = strcspn(name, ".");
    *p++ = (uint8_t)n;
    memcpy(p, name, n);
    p += n;
    name += n + (name[n] == '.');
  }
  *p++ = 0;
  return p;
}

/* The length of the question section's only entry, which starts at HEADER; 0 if it is not whole. */
static inline size_t question_length(const uint8_t *message, size_t length)
{
  size_t i = HEADER;
  while (i < length && message[i] != 0) {
    if (message[i] > 63) return 0;
    i += message[i] + 1u;
  }
  return i + 5 <= length ? i + 5 - HEADER : 0;
}

_Noreturn static inline void die(const char *what)
{
  perror(what);
  exit(1);
}

#endif
