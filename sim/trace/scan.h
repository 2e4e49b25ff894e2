/* trace/scan.h - JSON as traces need it: checked and cut into pieces where it lies, without a
 * tree. Private to the trace.
 */
#ifndef TRACE_SCAN_H
#define TRACE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A piece of the text, not terminated. */
struct trace_raw {
    const char *text; /* NULL: there is none */
    size_t length;
};

/* Of a literal the compiler knows the length, and compares without a call. */
__attribute__((always_inline)) static inline bool trace_raw_is(struct trace_raw raw,
                                                               const char *text) {
    return raw.length == strlen(text) && memcmp(raw.text, text, strlen(text)) == 0;
}

/* Any text that is scanned is followed by so many bytes of zero, which end every scan; arguments
 * that are kept by one, and by what may be read (BASE_SYMBOL_BEHIND). */
enum { TRACE_SCAN_PADDING = 64 };

enum trace_scan {
    TRACE_SCAN_OK,
    TRACE_SCAN_MORE, /* the text ends before the value does */
    TRACE_SCAN_BAD,  /* not JSON; `at` is at the fault */
    TRACE_SCAN_DEEP, /* nested deeper than TRACE_EVENT_DEPTH_MAX */
};

/* The first byte at or after `at` that ends a plain text, or the plain part of one: a quote, a
 * backslash, or what is below 32, as the zeroes are that end every scan. */
static inline const char *trace_scan_plain(const char *at) {
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
bool trace_scan_plain_member(const char **at, struct trace_raw *key, struct trace_raw *value);

/* Steps over one value, which begins at *at, and checks it. It is what RFC 8259 says, and what
 * other programs write: NaN, Infinity and -inf for numbers, a comma too many at the end; text need
 * not be UTF-8. */
enum trace_scan trace_scan_value(const char **at, const char *end);

/* Steps over white space, counting its lines. */
const char *trace_scan_space(const char *at, const char *end, uint64_t *lines);

/* What is between the quotes of a checked string, with its escapes undone, as valid UTF-8 without
 * '\0': bytes that are none become U+FFFD. At most `room` bytes, whole characters; 3 for each byte
 * of the string are enough. Returns how many; not terminated. */
size_t trace_scan_decode(struct trace_raw string, char *to, size_t room);

/* The same with its escapes left as they are. */
size_t trace_scan_clean(struct trace_raw text, char *to, size_t room);

/* Steps through the members of a checked object: *at begins at its brace. A key is between its
 * quotes, a value as it is written. False after the last one. */
bool trace_scan_member(const char **at, const char *end, struct trace_raw *key,
                       struct trace_raw *value);
/* The one of this name; false where there is none. */
bool trace_raw_member(struct trace_raw object, const char *name, struct trace_raw *value);

struct trace_raw_member {
    struct trace_raw key;
    struct trace_raw value;
};

/* What remains of an object's members: those that have been taken apart already, or else the text,
 * NULL where there is none. */
struct trace_members {
    const struct trace_raw_member *next;
    const struct trace_raw_member *last; /* behind it */
    const char *at;
    const char *end;
};

static inline struct trace_members trace_members_of(struct trace_raw object) {
    const char *end = object.text != NULL ? object.text + object.length : NULL;
    return (struct trace_members){.at = object.text, .end = end};
}

/* False after the last one. */
static inline bool trace_members_next(struct trace_members *members, struct trace_raw *key,
                                      struct trace_raw *value) {
    if (members->next != members->last) {
        *key = members->next->key;
        *value = members->next++->value;
        return true;
    }
    return members->at != NULL && trace_scan_member(&members->at, members->end, key, value);
}

/* Times and whole numbers stay so far from the ends of int64_t that sums of two do not overflow. */
#define TRACE_SCAN_WHOLE_MAX (INT64_MAX / 4)

/* The number that a checked value is, or, as some programs write it, that its text is: "12.5". */
bool trace_scan_numeral(struct trace_raw value, struct trace_raw *number);

/* A checked number as microseconds, in nanoseconds, rounded to nearest; and one that must be
 * whole. False: out of range, or not whole. */
bool trace_scan_time(struct trace_raw number, int64_t *time_ns);
bool trace_scan_any_whole(struct trace_raw number, int64_t *whole);
/* A checked number that is whole, of all of int64_t. */
bool trace_scan_any_integer(struct trace_raw number, int64_t *whole);

/* As most are: digits alone, and no more than surely fit. */
static inline bool trace_scan_short_whole(struct trace_raw number, int64_t *whole) {
    int64_t value = 0;
    if (number.length == 0 || number.length > 18)
        return false;
    for (size_t i = 0; i < number.length; i++) {
        unsigned digit = (unsigned char)number.text[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        value = 10 * value + digit;
    }
    *whole = value;
    return true;
}

static inline bool trace_scan_whole(struct trace_raw number, int64_t *whole) {
    return trace_scan_short_whole(number, whole) || trace_scan_any_whole(number, whole);
}

static inline bool trace_scan_integer(struct trace_raw number, int64_t *whole) {
    return trace_scan_short_whole(number, whole) || trace_scan_any_integer(number, whole);
}

/* A checked number as a double, within an ulp. False: it is a text, or a word, or too large. */
bool trace_scan_number(struct trace_raw number, double *value);

/* One event, as pieces of its text. */
struct trace_raw_event {
    char phase;           /* '\0': it has none, or none of one letter */
    bool has_ts;          /* with ts_ns in range */
    bool has_duration;    /* there is one; without bad_duration it is in duration_ns */
    bool bad_duration;    /* it is no number, below 0, or out of range */
    bool binds_enclosing; /* "bp":"e" */
    bool flow_in;         /* a flow with bind_id comes in, goes out */
    bool flow_out;
    bool id_is_local; /* the id is one of the process's own */
    bool has_stack;   /* "sf" or "stack" */
    bool odd_args;    /* arguments that are no object */
    bool odd;         /* a member is not of the type that it should be; it is read as it can be */
    int64_t ts_ns;
    int64_t duration_ns;
    int64_t pid; /* 0 where there is none, or where it is a text */
    int64_t tid;
    struct trace_raw pid_text; /* between its quotes */
    struct trace_raw tid_text;
    struct trace_raw category; /* likewise */
    struct trace_raw name;
    struct trace_raw id;      /* as it is written: 12 or "0x12" */
    struct trace_raw bind_id; /* likewise */
    struct trace_raw scope;   /* of an instant, "s"; of an id, "scope" */
    struct trace_raw args;    /* with its braces */
    /* The members of args, where they have been taken apart; NULL where they have not. */
    const struct trace_raw_member *arguments;
    size_t argument_count;
};

static inline struct trace_members trace_arguments_of(const struct trace_raw_event *event) {
    if (event->arguments == NULL)
        return trace_members_of(event->args);
    return (struct trace_members){.next = event->arguments,
                                  .last = event->arguments + event->argument_count};
}

/* The id of an event of our own: a whole number, or a text of one. False where there is none, or it
 * is neither. */
bool trace_raw_id(const struct trace_raw_event *event, int64_t *id);

/* The argument of this name; false where there is none. */
bool trace_raw_argument(const struct trace_raw_event *event, const char *name,
                        struct trace_raw *value);

/* Of so many the arguments are taken apart as they are scanned; of more, when they are asked for.
 */
enum { TRACE_SCAN_ARGUMENTS = 16 };

/* What the lines of one moment have in common, from the phase to the track: as it is written, and
 * what it says. All zero: no line has come. */
struct trace_scan_moment {
    char text[48];
    size_t length;
    int64_t ts_ns;
    int64_t pid;
};

/* An event in exactly the form that the writer gives it, if its texts need no escapes. On success
 * *at is after its brace; otherwise nothing is known, and trace_scan_event() is to be asked.
 * `moment` is the last line's. `arguments` has room for TRACE_SCAN_ARGUMENTS, and belongs to the
 * event then. */
bool trace_scan_own_event(const char **at, struct trace_scan_moment *moment,
                          struct trace_raw_event *event, struct trace_raw_member *arguments);

/* An event from the text of an object, which is checked already, in any form. */
void trace_scan_event(struct trace_raw object, struct trace_raw_event *event);

#endif
