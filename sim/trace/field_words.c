/* What the keys of trace-format.md's table of objects mean, as people say it. */
#include "trace/field_words.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* How a list has it. */
struct field {
    const char *key;
    bool holds;       /* 1 or 0: it does, or it does not */
    const char *none; /* at 0 */
    const char *one;  /* at 1; NULL: as more */
    const char *more; /* before the number, and behind it */
    const char *behind;
};

static const struct field fields[] = {
    {"set", true, "not set", "set", "", ""},
    {"locked", true, "free", "locked", "", ""},
    {"done", true, "not done", "done", "", ""},
    {"broken", true, "", "broken", "", ""},
    {"shut_down", true, "", "shut down", "", ""},
    {"waiters", false, "nobody waits", "1 waits", "", " wait"},
    {"getters", false, "", "1 waits to get", "", " wait to get"},
    {"putters", false, "", "1 waits to put", "", " wait to put"},
    {"joiners", false, "", "1 waits in join", "", " wait in join"},
    {"unfinished", false, "", NULL, "", " unfinished"},
    {"size", false, "empty", "1 item", "", " items"},
    {"value", false, "value 0", NULL, "value ", ""},
    {"n_waiting", false, "nobody has come", "1 has come", "", " have come"},
};

static const struct field *field_of(const char *key) {
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
    return NULL;
}

void trace_field_name(const char *key, char *out, size_t size) {
    (void)snprintf(out, size, "%s", key);
    for (char *at = out; *at != '\0'; at++)
        if (*at == '_')
            *at = ' ';
}

void trace_field_value(const char *key, int64_t value, char out[TRACE_FIELD_WORDS]) {
    static const char *const orders[] = {"first in, first out", "last in, first out",
                                         "the least first"};
    const struct field *field = field_of(key);
    if (field != NULL && field->holds && (value == 0 || value == 1))
        (void)snprintf(out, TRACE_FIELD_WORDS, "%s", value != 0 ? "yes" : "no");
    else if (strcmp(key, "order") == 0 && value >= 0 && value < 3)
        (void)snprintf(out, TRACE_FIELD_WORDS, "%s", orders[value]);
    else
        (void)snprintf(out, TRACE_FIELD_WORDS, "%" PRId64, value);
}

void trace_field_phrase(const char *key, int64_t value, int64_t most, char *out, size_t size) {
    const struct field *field = field_of(key);
    char name[TRACE_FIELD_WORDS], text[TRACE_FIELD_WORDS];
    trace_field_name(key, name, sizeof name);
    trace_field_value(key, value, text);
    if (field == NULL)
        (void)snprintf(out, size, "%s %s", name, text);
    else if (most > 0 && value > 0)
        (void)snprintf(out, size, "%s%" PRId64 " of %" PRId64, value >= most ? "full: " : "", value,
                       most);
    else if (value == 0)
        (void)snprintf(out, size, "%s", field->none);
    else if (value == 1 && field->one != NULL)
        (void)snprintf(out, size, "%s", field->one);
    else
        (void)snprintf(out, size, "%s%" PRId64 "%s", field->more, value, field->behind);
}
