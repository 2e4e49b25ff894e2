/* The engine's own state of a wait, in words. */
#include "wait/words.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"

int wait_append_time(base_buffer *buffer, int64_t time_ns) {
    char text[BASE_NUMBER_TEXT];
    (void)base_number_format((double)time_ns / 1e9, text);
    return base_buffer_format(buffer, "%ss", text);
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
                                  unfinished, unfinished == 1 ? "" : "s", field(object, "size"));
    }
    if (strcmp(object->type, "barrier") == 0 && strcmp(wait->verb, "wait") == 0)
        return base_buffer_format(buffer, ": %" PRId64 " of %" PRId64, field(object, "n_waiting"),
                                  field(object, "parties"));
    return 0;
}

int wait_append_lost(base_buffer *buffer, const cad_wait_info *wait,
                     const cad_object_info *object) {
    int64_t when_ns;
    const char *task;
    if (strcmp(object->type, "condition") != 0 ||
        !cad_condition_lost(wait->object, &when_ns, &task) || when_ns > wait->since_ns)
        return 0;
    int error = base_buffer_format(buffer, "the last notify, at ");
    if (error == 0)
        error = wait_append_time(buffer, when_ns);
    if (error == 0 && task != NULL)
        return base_buffer_format(buffer, ", went to %s, which was cancelled in that instant",
                                  task);
    return error != 0 ? error : base_buffer_format(buffer, ", came while nobody waited");
}
