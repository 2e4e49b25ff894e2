/* The engine's own state of a wait, in words. */
#include "wait/words.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "base/quantity.h"

int wait_append_time(base_buffer *buffer, int64_t time_ns) {
    char text[BASE_TIME_TEXT];
    base_time_write(time_ns, false, text);
    return base_buffer_append(buffer, text, strlen(text));
}

static int64_t field(const cad_object_info *info, const char *key) {
    for (size_t i = 0; i < info->count; i++)
        if (strcmp(info->fields[i].key, key) == 0)
            return info->fields[i].value;
    return 0;
}

int wait_append_state(base_buffer *buffer, const cad_wait_info *wait,
                      const cad_object_info *object) {
    if (strcmp(wait->verb, "put") == 0)
        return base_buffer_format(buffer, ", full: %" PRId64 " of %" PRId64, field(object, "size"),
                                  field(object, "maxsize"));
    if (strcmp(wait->verb, "get") == 0)
        return base_buffer_format(buffer, ", empty");
    if (strcmp(wait->verb, "join") == 0) {
        int64_t unfinished = field(object, "unfinished");
        return base_buffer_format(buffer, ": %" PRId64 " item%s unfinished, %" PRId64 " in it",
                                  unfinished, base_plural((uint64_t)unfinished),
                                  field(object, "size"));
    }
    if (strcmp(object->type, "barrier") == 0 && strcmp(wait->verb, "wait") == 0)
        return base_buffer_format(buffer, ": %" PRId64 " of %" PRId64, field(object, "n_waiting"),
                                  field(object, "parties"));
    return 0;
}

/* A format of its parts: `%t` is a time, `%u` the time at which it was undone, `%s` the task. */
static int append_parts(base_buffer *buffer, const char *format, const cad_lost_info *lost) {
    int error = 0;
    while (error == 0 && *format != '\0') {
        size_t plain = strcspn(format, "%");
        error = base_buffer_append(buffer, format, plain);
        format += plain;
        if (error != 0 || *format == '\0')
            break;
        if (format[1] == 's')
            error = base_buffer_format(buffer, "%s", lost->task);
        else
            error = wait_append_time(buffer, format[1] == 't' ? lost->when_ns : lost->undone_ns);
        format += 2;
    }
    return error;
}

int wait_append_lost(base_buffer *buffer, const cad_wait_info *wait) {
    static const struct {
        const char *verb;
        bool named; /* where a task is known to whom it went */
        const char *format;
    } rows[] = {
        {"notify", true, "the last notify, at %t, went to %s, which was cancelled in that instant"},
        {"notify", false, "the last notify, at %t, came while nobody waited"},
        {"set", false, "the last set, at %t, was cleared at %u"},
        {"put", true, "%s, woken at %t to put, was cancelled in that instant"},
        {"get", true, "%s, woken at %t to get, was cancelled in that instant"},
        {"wait", true, "%s, which waited there, was cancelled at %t"},
    };
    cad_lost_info lost;
    if (!cad_wait_lost(wait, &lost))
        return 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].verb, lost.verb) == 0 && rows[i].named == (lost.task != NULL))
            return append_parts(buffer, rows[i].format, &lost);
    return 0;
}
