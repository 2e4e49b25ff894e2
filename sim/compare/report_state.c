/* The state of a run, in lines: the objects, each with who stands in its lines and what is in it;
 * then who does what; then, of a trace with details, the ready queue and the variables. */
#include "compare/report_state.h"

#include "base/map.h"
#include "base/memory.h"
#include "cadran.h"
#include "compare/words.h"
#include "trace/state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How many objects, groups of tasks, and names in a line one looks at. */
enum { OBJECTS_SHOWN = 4, GROUPS_SHOWN = 6, NAMES_SHOWN = 6 };

struct shown {
    struct cmp_writer writer;
    const struct cmp_result *result;
    const struct trace_state *state;
    int side;
    bool all;
};

static void end_line(struct shown *shown) {
    cmp_write_bytes(&shown->writer, "", 1);
}

static void write_text(struct shown *shown, uint32_t text) {
    const char *string = trace_state_text(shown->state, text);
    cmp_write_shown(&shown->writer, string, strlen(string));
}

static void write_task(struct shown *shown, int64_t tid) {
    uint32_t task = cmp_find_task(shown->result, shown->side, tid);
    cmp_write_task(&shown->writer, shown->result, task == CMP_NOBODY ? 0 : task, shown->side);
}

/* One more name of a list that may be long: false where it is not written. */
static bool write_name(struct shown *shown, uint64_t place) {
    if (place >= NAMES_SHOWN && !shown->all)
        return false;
    cmp_write(&shown->writer, place == 0 ? " " : ", ");
    return true;
}

static void write_rest(struct shown *shown, uint64_t count) {
    if (count > NAMES_SHOWN && !shown->all)
        cmp_write(&shown->writer, " and %" PRIu64 " more", count - NAMES_SHOWN);
}

/* --- Objects -------------------------------------------------------------------------------- */

static void write_line(struct shown *shown, const struct trace_line *line) {
    uint64_t place = 0;
    cmp_write(&shown->writer, "; ");
    write_text(shown, line->name);
    for (int64_t tid = line->first; tid != 0; tid = trace_state_task(shown->state, tid)->behind) {
        if (write_name(shown, place++))
            write_task(shown, tid);
    }
    write_rest(shown, place);
}

/* How many stand in a line is seen there. */
static bool is_said_by_line(const struct trace_state_object *object, uint32_t key) {
    for (uint32_t i = 0; i < object->line_count; i++)
        if (object->lines[i].name == key && object->lines[i].count > 0)
            return true;
    return false;
}

static void write_field(struct shown *shown, const struct trace_state_field *field, bool first) {
    cmp_write(&shown->writer, first ? ": " : ", ");
    write_text(shown, field->key);
    cmp_write(&shown->writer, " ");
    if (field->value != 0 && strcmp(trace_state_text(shown->state, field->key), "owner") == 0)
        write_task(shown, field->value);
    else
        cmp_write(&shown->writer, "%" PRId64, field->value);
}

static void write_items(struct shown *shown, const struct trace_state_object *object) {
    uint64_t count = trace_state_items(object);
    if (count == 0)
        return;
    cmp_write(&shown->writer, "; items");
    for (uint64_t i = 0; i < count && write_name(shown, i); i++)
        write_text(shown, trace_state_item(object, i));
    write_rest(shown, count);
}

static void add_object(struct shown *shown, const struct trace_state_object *object) {
    uint32_t index = cmp_find_object(shown->result, shown->side, object->id);
    bool first = true;
    if (index != CMP_NOBODY)
        cmp_write_object(&shown->writer, shown->result, index, shown->side);
    else
        write_text(shown, object->name);
    for (uint32_t i = 0; i < object->field_count; i++) {
        if (is_said_by_line(object, object->fields[i].key))
            continue;
        write_field(shown, &object->fields[i], first);
        first = false;
    }
    for (uint32_t i = 0; i < object->line_count; i++)
        if (object->lines[i].count > 0)
            write_line(shown, &object->lines[i]);
    write_items(shown, object);
    end_line(shown);
}

/* First the one that the difference is about. */
static void add_objects(struct shown *shown, uint32_t first) {
    uint64_t number =
        first == CMP_NOBODY ? 0 : cmp_object_at(shown->result, first)->number[shown->side];
    const struct trace_state_object *object =
        number == 0 ? NULL : trace_state_object(shown->state, number);
    uint64_t count = 0;
    if (object != NULL) {
        add_object(shown, object);
        count++;
    }
    uint64_t left = 0;
    for (object = trace_state_next_object(shown->state, NULL); object != NULL;
         object = trace_state_next_object(shown->state, object)) {
        if (object->id == number)
            continue;
        if (count++ < OBJECTS_SHOWN || shown->all)
            add_object(shown, object);
        else
            left++;
    }
    if (left > 0) {
        cmp_write(&shown->writer, "... and %" PRIu64 " more objects", left);
        end_line(shown);
    }
}

/* --- Tasks ---------------------------------------------------------------------------------- */

/* Tasks that do the same. */
struct group {
    enum trace_doing doing;
    uint32_t wait;
    int64_t first; /* track */
    uint64_t count;
};

static const char *const doing_words[TRACE_DOING_COUNT] = {
    [TRACE_DOING_NOTHING] = "",      [TRACE_DOING_SOMETHING] = "ready, or running",
    [TRACE_DOING_READY] = "ready",   [TRACE_DOING_RUNS] = "running",
    [TRACE_DOING_WAITS] = "waiting", [TRACE_DOING_SLEEPS] = "asleep",
    [TRACE_DOING_ENDED] = "ended"};

static bool is_in(const struct group *group, const struct trace_state_task *task) {
    return task->doing == group->doing &&
           (task->doing != TRACE_DOING_WAITS || task->wait == group->wait);
}

/* Who is running comes first, who has ended last. */
static int compare_groups(const void *a, const void *b) {
    static const int order[TRACE_DOING_COUNT] = {
        [TRACE_DOING_RUNS] = 0,   [TRACE_DOING_SOMETHING] = 1, [TRACE_DOING_READY] = 2,
        [TRACE_DOING_WAITS] = 3,  [TRACE_DOING_SLEEPS] = 4,    [TRACE_DOING_ENDED] = 5,
        [TRACE_DOING_NOTHING] = 6};
    const struct group *left = a, *right = b;
    int difference = order[left->doing] - order[right->doing];
    return difference != 0 ? difference : left->first < right->first ? -1 : 1;
}

static void add_group(struct shown *shown, const struct group *group) {
    uint64_t place = 0;
    cmp_write(&shown->writer, "%s", doing_words[group->doing]);
    if (group->doing == TRACE_DOING_WAITS) {
        cmp_write(&shown->writer, " (");
        write_text(shown, group->wait);
        cmp_write(&shown->writer, ")");
    }
    cmp_write(&shown->writer, ":");
    if (group->doing == TRACE_DOING_ENDED && group->count > NAMES_SHOWN && !shown->all) {
        cmp_write(&shown->writer, " %" PRIu64 " tasks", group->count);
        end_line(shown);
        return;
    }
    uint64_t tasks = trace_state_now(shown->state)->tasks;
    for (int64_t tid = group->first; place < group->count && (uint64_t)tid <= tasks + 1; tid++) {
        const struct trace_state_task *task = trace_state_task(shown->state, tid);
        if (task == NULL || !is_in(group, task))
            continue;
        if (!write_name(shown, place++))
            break;
        write_task(shown, tid);
        if (task->doing == TRACE_DOING_SLEEPS && task->until_ns != INT64_MAX) {
            cmp_write(&shown->writer, " until ");
            cmp_write_time(&shown->writer, task->until_ns, false);
        }
    }
    write_rest(shown, group->count);
    end_line(shown);
}

/* What tasks of one group have in common, as a number. */
static uint64_t group_key(const struct trace_state_task *task) {
    return (uint64_t)task->doing << 32 | (task->doing == TRACE_DOING_WAITS ? task->wait : 0);
}

/* There are as many groups as tasks where each waits for another thing. 0 or CAD_ENOMEM. */
static int find_groups(struct shown *shown, struct group **groups, size_t *count) {
    uint64_t tasks = trace_state_now(shown->state)->tasks;
    struct base_map known = {0};
    size_t capacity = 0;
    int error = 0;
    for (int64_t tid = TRACE_LOOP_TID + 1; (uint64_t)tid <= tasks + 1 && error == 0; tid++) {
        const struct trace_state_task *task = trace_state_task(shown->state, tid);
        if (task == NULL || task->doing == TRACE_DOING_NOTHING)
            continue;
        uint32_t place = base_map_get(&known, group_key(task));
        if (place != UINT32_MAX) {
            (*groups)[place].count++;
        } else if (base_grow(groups, &capacity, *count, sizeof **groups) &&
                   base_map_put(&known, group_key(task), (uint32_t)*count)) {
            (*groups)[(*count)++] = (struct group){task->doing, task->wait, tid, 1};
        } else {
            error = CAD_ENOMEM;
        }
    }
    base_map_free(&known);
    return error;
}

static int add_tasks(struct shown *shown) {
    struct group *groups = NULL;
    size_t count = 0;
    int error = find_groups(shown, &groups, &count);
    if (error == 0 && count > 0)
        qsort(groups, count, sizeof *groups, compare_groups);
    size_t shown_count = shown->all || count <= GROUPS_SHOWN ? count : GROUPS_SHOWN - 1;
    for (size_t i = 0; i < shown_count && error == 0; i++)
        add_group(shown, &groups[i]);
    if (error == 0 && shown_count < count) {
        cmp_write(&shown->writer, "... and %zu more kinds of waits", count - shown_count);
        end_line(shown);
    }
    base_free(groups);
    return error;
}

/* --- Details -------------------------------------------------------------------------------- */

static void add_ready(struct shown *shown) {
    const struct trace_now *now = trace_state_now(shown->state);
    cmp_write(&shown->writer, "iteration %" PRIu64 "; ready queue:", now->iteration);
    if (now->ready == 0)
        cmp_write(&shown->writer, " empty");
    for (uint64_t i = 0; i < now->ready && write_name(shown, i); i++) {
        struct trace_state_entry entry = trace_state_ready(shown->state, i);
        write_text(shown, entry.kind);
        if (entry.task == 0)
            continue;
        cmp_write(&shown->writer, " ");
        write_task(shown, entry.task);
    }
    write_rest(shown, now->ready);
    end_line(shown);
}

static void add_variables(struct shown *shown, int64_t tid) {
    const struct trace_state_variable *variable =
        trace_state_next_variable(shown->state, tid, NULL);
    uint64_t place = 0;
    if (variable == NULL)
        return;
    cmp_write(&shown->writer, "variables");
    if (tid != TRACE_LOOP_TID) {
        cmp_write(&shown->writer, " of ");
        write_task(shown, tid);
    }
    cmp_write(&shown->writer, ":");
    for (; variable != NULL; variable = trace_state_next_variable(shown->state, tid, variable)) {
        if (!write_name(shown, place++))
            continue;
        write_text(shown, variable->name);
        cmp_write(&shown->writer, " ");
        write_text(shown, variable->value);
    }
    write_rest(shown, place);
    end_line(shown);
}

/* The scenario's own, and those of the task that the difference is about; or of all. */
static void add_details(struct shown *shown, uint32_t task) {
    uint64_t own =
        task == CMP_NOBODY || task == 0 ? 0 : cmp_task_at(shown->result, task)->number[shown->side];
    add_ready(shown);
    add_variables(shown, TRACE_LOOP_TID);
    uint64_t tasks = trace_state_now(shown->state)->tasks;
    if (own != 0 && !shown->all)
        add_variables(shown, (int64_t)own);
    for (int64_t tid = TRACE_LOOP_TID + 1; shown->all && (uint64_t)tid <= tasks + 1; tid++)
        if (trace_state_task(shown->state, tid) != NULL)
            add_variables(shown, tid);
}

int cmp_put_state(const struct cmp_result *result, const struct cmp_difference *difference,
                  int side, const struct trace_state *state, bool all, base_buffer *out) {
    struct shown shown = {
        .writer = {.out = out}, .result = result, .state = state, .side = side, .all = all};
    const struct cmp_event *event = &difference->event[cmp_side_of(difference)];
    add_objects(&shown, event->object);
    int error = add_tasks(&shown);
    if (trace_state_now(state)->detailed)
        add_details(&shown, event->task);
    return error != 0 ? error : shown.writer.error;
}
