/* The columns of the table of kinds that are about arguments, as a rule. */
#include "trace/arguments.h"

#include <string.h>

/* How each type is called in a message. */
static const char *const type_names[] = {
    [TRACE_TYPE_TEXT] = "text",
    [TRACE_TYPE_INTEGER] = "whole number",
    [TRACE_TYPE_TIME] = "time",
    [TRACE_TYPE_TRACK] = "track",
    [TRACE_TYPE_TASK] = "task: a name, and its track with \"_tid\" behind the key",
    [TRACE_TYPE_OBJECT] = "number of an object",
    [TRACE_TYPE_STATE] = "whole number",
    [TRACE_TYPE_TEXTS] = "object of texts",
};

/* What has been found so far. */
struct found {
    uint64_t present; /* TRACE_A(...) of each */
    uint64_t names;   /* of tasks: those of which the name is there, and the track */
    uint64_t tracks;
};

static bool is_text(struct trace_raw value) {
    return value.text[0] == '"';
}

static bool is_object_of_texts(struct trace_raw value) {
    struct trace_raw key, text;
    const char *at = value.text;
    if (*at != '{')
        return false;
    while (trace_scan_member(&at, value.text + value.length, &key, &text))
        if (!is_text(text))
            return false;
    return true;
}

static bool is_of(enum trace_type type, struct trace_raw value) {
    int64_t number;
    switch (type) {
    case TRACE_TYPE_TEXT:
        return is_text(value);
    case TRACE_TYPE_TIME:
        return trace_scan_time(value, &number);
    case TRACE_TYPE_TEXTS:
        return is_object_of_texts(value);
    default:
        return trace_scan_integer(value, &number);
    }
}

/* One that is a task has two members, each of a type of its own. */
static bool take_argument(struct found *found, int index, bool is_tid, struct trace_raw value) {
    uint64_t bit = UINT64_C(1) << index;
    enum trace_type type = trace_arguments[index].type;
    found->present |= bit;
    if (type != TRACE_TYPE_TASK)
        return is_of(type, value);
    *(is_tid ? &found->tracks : &found->names) |= bit;
    return is_of(is_tid ? TRACE_TYPE_TRACK : TRACE_TYPE_TEXT, value);
}

/* The argument of the set that has the key, or, of a task, the key with "_tid"; -1: none. */
static int find_argument(uint64_t set, struct trace_raw key, bool *is_tid) {
    for (; set != 0; set &= set - 1) {
        int index = __builtin_ctzll(set);
        const struct trace_argument_row *row = &trace_arguments[index];
        if (key.length < row->key_length || memcmp(key.text, row->key, row->key_length) != 0)
            continue;
        size_t more = key.length - row->key_length;
        *is_tid = row->type == TRACE_TYPE_TASK && more == 4 &&
                  memcmp(key.text + row->key_length, "_tid", 4) == 0;
        if (more == 0 || *is_tid)
            return index;
    }
    return -1;
}

static bool refuse(struct trace_argument_fault *fault, int index, bool missing) {
    *fault = (struct trace_argument_fault){.argument = (enum trace_argument_index)index,
                                           .missing = missing,
                                           .type = type_names[trace_arguments[index].type]};
    return false;
}

/* Those that must be there; and of a task both members. */
static bool check_missing(const struct trace_kind_row *row, const struct found *found,
                          struct trace_argument_fault *fault) {
    uint64_t missing = row->required & ~found->present;
    uint64_t half = found->names ^ found->tracks;
    if (missing != 0)
        return refuse(fault, __builtin_ctzll(missing), true);
    return half == 0 || refuse(fault, __builtin_ctzll(half), false);
}

bool trace_arguments_fit(enum trace_kind kind, struct trace_members members,
                         struct trace_argument_fault *fault) {
    const struct trace_kind_row *row = &trace_kinds[kind];
    /* What a counter has beside them are its values; what an object has, its constants, and
     * perhaps what a later version says of it. */
    bool all_numbers = row->phase == 'C';
    struct found found = {0};
    struct trace_raw key, value;
    if (kind == TRACE_UNKNOWN)
        return true;
    while (trace_members_next(&members, &key, &value)) {
        bool is_tid = false;
        int index = all_numbers ? TRACE_ARG_STATE : find_argument(row->arguments, key, &is_tid);
        if (index >= 0 && !take_argument(&found, index, is_tid, value))
            return refuse(fault, index, false);
    }
    return check_missing(row, &found, fault);
}
