/* trace/scan.h - JSON as traces need it: checked and cut into pieces where it lies, without a
 * tree. Private to the trace.
 */
#ifndef SIM_TRACE_SCAN_H
#define SIM_TRACE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A piece of the text, not terminated. */
struct sim_raw {
    const char *text; /* NULL: there is none */
    size_t length;
};

static inline bool sim_raw_is(struct sim_raw raw, const char *text) {
    return raw.length == strlen(text) && memcmp(raw.text, text, raw.length) == 0;
}

/* Any text that is scanned is followed by so many bytes of zero, which end every scan. */
enum { SIM_SCAN_PADDING = 64 };

enum sim_scan {
    SIM_SCAN_OK,
    SIM_SCAN_MORE, /* the text ends before the value does */
    SIM_SCAN_BAD,  /* not JSON; `at` is at the fault */
    SIM_SCAN_DEEP, /* nested deeper than SIM_TRACE_EVENT_DEPTH_MAX */
};

/* The first byte at or after `at` that ends a plain text, or the plain part of one: a quote, a
 * backslash, or what is below 32, as the zeroes are that end every scan. */
static inline const char *sim_scan_plain(const char *at) {
    const uint64_t each = UINT64_C(0x0101010101010101);
    for (;; at += sizeof(uint64_t)) {
        const unsigned char *from = (const unsigned char *)at;
        uint64_t bytes = 0;
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes |= (uint64_t)from[i] << 8 * i;
        /* The highest bit of each byte that is one of them, and perhaps of some after the first:
         * a borrow only goes upwards. */
        uint64_t quotes = bytes ^ each * '"';
        uint64_t backslashes = bytes ^ each * '\\';
        uint64_t found = ((quotes - each) & ~quotes) | ((backslashes - each) & ~backslashes) |
                         ((bytes - each * 32) & ~bytes);
        found &= each * 0x80;
        if (found != 0)
            return at + __builtin_ctzll(found) / 8;
    }
}

/* Steps over a member of an object, from its quote on, and over its value, if the key is without
 * escapes and the value a number without an exponent or a text without escapes, there is no space,
 * and a comma or a brace follows. On false *at is as it was. */
bool sim_scan_plain_member(const char **at, struct sim_raw *key, struct sim_raw *value);

/* Steps over one value, which begins at *at, and checks it (RFC 8259; text need not be UTF-8). */
enum sim_scan sim_scan_value(const char **at, const char *end);

/* Steps over white space, counting its lines. */
const char *sim_scan_space(const char *at, const char *end, uint64_t *lines);

/* What is between the quotes of a checked string, with its escapes undone, as valid UTF-8 without
 * '\0': bytes that are none become U+FFFD. At most `room` bytes, whole characters; 3 for each byte
 * of the string are enough. Returns how many; not terminated. */
size_t sim_scan_decode(struct sim_raw string, char *to, size_t room);

/* The same with its escapes left as they are. */
size_t sim_scan_clean(struct sim_raw text, char *to, size_t room);

/* Steps through the members of a checked object: *at begins at its brace. A key is between its
 * quotes, a value as it is written. False after the last one. */
bool sim_scan_member(const char **at, const char *end, struct sim_raw *key, struct sim_raw *value);

/* Times and whole numbers stay so far from the ends of int64_t that sums of two do not overflow. */
#define SIM_SCAN_WHOLE_MAX (INT64_MAX / 4)

/* A checked number as microseconds, in nanoseconds, rounded to nearest; and one that must be
 * whole. False: out of range, or not whole. */
bool sim_scan_time(struct sim_raw number, int64_t *time_ns);
bool sim_scan_whole(struct sim_raw number, int64_t *whole);
/* A checked number as a double, within an ulp. False: it is a text, or a word, or too large. */
bool sim_scan_number(struct sim_raw number, double *value);

/* One event, as pieces of its text. */
struct sim_event {
    char phase;           /* '\0': it has none */
    bool has_ts;          /* with ts_ns in range */
    bool has_duration;    /* likewise */
    bool binds_enclosing; /* "bp":"e" */
    bool odd;             /* a number where there should be text, and so on: not to be relied on */
    int64_t ts_ns;
    int64_t duration_ns;
    int64_t pid; /* 0 where there is none, or where it is a text */
    int64_t tid;
    struct sim_raw pid_text; /* between its quotes */
    struct sim_raw tid_text;
    struct sim_raw category; /* likewise */
    struct sim_raw name;
    struct sim_raw id;    /* as it is written: 12 or "0x12" */
    struct sim_raw scope; /* of an instant, "s"; of an id, "scope" */
    struct sim_raw args;  /* with its braces */
};

/* An event in exactly the form that the writer gives it, if its texts need no escapes. On success
 * *at is after its brace; otherwise nothing is known, and sim_scan_event() is to be asked. */
bool sim_scan_own_event(const char **at, struct sim_event *event);

/* An event from the text of an object, which is checked already, in any form. */
void sim_scan_event(struct sim_raw object, struct sim_event *event);

#endif
