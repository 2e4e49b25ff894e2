/* How full an object is, and what it serves, from the fields of its state. */
#include "statistics/level.h"

#include <string.h>

/* `level` is a field, or, where the type gives permits away, what is missing of it to the capacity.
 * The capacity is a constant, `capacity`, where there is one; else `most`, or, for permits, the
 * first value. `served` counts how much `counted` rises, or falls. A permit that is given back
 * while somebody waits is handed on, and the value stays: then it is the waits that count. */
struct stat_level_row {
    const char *type;
    const char *level;
    const char *capacity;
    int64_t most;
    bool permits;
    const char *counted;
    int direction;
    const char *word;
};

static const struct stat_level_row rows[] = {
    {"queue", "size", "maxsize", 0, false, "size", -1, "taken out"},
    {"lock", "locked", NULL, 1, false, "locked", 1, "acquired"},
    {"semaphore", "value", "bound", 0, true, "value", -1, "acquired"},
    {"event", "set", NULL, 1, false, "set", 1, "set"},
    {"condition", "waiters", NULL, 0, false, "waiters", -1, "left"},
    {"barrier", "n_waiting", "parties", 0, false, "n_waiting", -1, "left"},
    {"future", "done", NULL, 1, false, "done", 1, "done"},
    {"task_group", "tasks", NULL, 0, false, "tasks", -1, "ended"},
    {"server", "connections", NULL, 0, false, "connections", 1, "accepted"},
};

static bool equals(struct trace_string text, const char *word) {
    return strlen(word) == text.length && memcmp(text.text, word, text.length) == 0;
}

/* False where the event does not have it. */
static bool find_field(const struct trace_event *event, const char *key, int64_t *value) {
    for (size_t i = 0; i < event->field_count; i++) {
        if (!equals(event->fields[i].key, key))
            continue;
        *value = event->fields[i].number;
        return true;
    }
    return false;
}

void stat_level_begin(struct stat_level *level, struct stat_object *object,
                      const struct trace_event *event) {
    *level = (struct stat_level){.since_ns = object->begin_ns};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (equals(event->args[TRACE_ARG_TYPE].text, rows[i].type))
            level->row = &rows[i];
    if (level->row == NULL)
        return;
    object->capacity = level->row->most;
    if (level->row->capacity != NULL)
        (void)find_field(event, level->row->capacity, &object->capacity);
    if (object->capacity < 0)
        object->capacity = 0;
}

void stat_level_settle(struct stat_level *level, struct stat_object *object, int64_t now_ns) {
    int64_t passed_ns = now_ns - level->since_ns;
    level->since_ns = now_ns;
    if (!level->known || passed_ns == 0)
        return;
    object->level_ns += (double)level->level * (double)passed_ns;
    if (level->level > object->peak)
        object->peak = level->level;
    if (level->level == 0)
        object->empty_ns += passed_ns;
    if (object->capacity > 0 && level->level >= object->capacity)
        object->full_ns += passed_ns;
}

/* How many permits of the capacity are taken, of which `value` are left; none where that is more.
 */
static int64_t taken(int64_t capacity, int64_t value) {
    if (value >= capacity)
        return 0;
    return value > 0 ? capacity - value : capacity;
}

void stat_level_take(struct stat_level *level, struct stat_object *object,
                     const struct trace_event *event, int64_t now_ns) {
    const struct stat_level_row *row = level->row;
    int64_t value, counted;
    if (row == NULL)
        return;
    stat_level_settle(level, object, now_ns);
    if (find_field(event, row->counted, &counted)) {
        int64_t more = row->direction > 0 ? counted : level->counted;
        int64_t less = row->direction > 0 ? level->counted : counted;
        bool known = level->known || row->direction > 0; /* what rises begins at 0 */
        if (known && more > less && !level->handed_on)
            object->served += (uint64_t)more - (uint64_t)less;
        level->counted = counted;
    }
    if (row->permits && find_field(event, "waiters", &value))
        level->handed_on = value > 0;
    if (!find_field(event, row->level, &value))
        return;
    if (row->permits && !level->known && object->capacity == 0)
        object->capacity = value;
    level->level = row->permits ? taken(object->capacity, value) : value;
    level->known = true;
}

void stat_level_take_wait(const struct stat_level *level, struct stat_object *object) {
    if (level->row != NULL && level->row->permits)
        object->served++;
}

const char *stat_served_word(const char *type) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].type, type) == 0)
            return rows[i].word;
    return NULL;
}
