/* --report: the result of a run as JSON. */
#include "cli/run_report.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

/* A whole number with all its digits, which a double might not have. */
static bool add_whole(cJSON *object, const char *name, int64_t value) {
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRId64, value);
    return cJSON_AddRawToObject(object, name, digits) != NULL;
}

static bool add_failures(cJSON *root, const run_machine *machine) {
    cJSON *list = cJSON_AddArrayToObject(root, "failures");
    bool fine =
        list != NULL && add_whole(root, "failure_count", (int64_t)machine->result.failure_count);
    for (size_t i = 0; fine && i < machine->result.failure_count && i < RUN_FAILURES_KEPT; i++) {
        const run_failure *failure = &machine->result.failures[i];
        base_buffer where = {0};
        cJSON *item = cJSON_CreateObject();
        fine = item != NULL && cJSON_AddItemToArray(list, item);
        if (failure->place != DOC_NOWHERE)
            (void)doc_format_place(machine->program->document, failure->place, &where);
        fine = fine && failure->who != NULL && failure->what != NULL &&
               cJSON_AddStringToObject(item, "who", failure->who) != NULL &&
               cJSON_AddStringToObject(item, "what", failure->what) != NULL &&
               (where.data == NULL || cJSON_AddStringToObject(item, "where", where.data) != NULL);
        base_buffer_free(&where);
    }
    return fine;
}

/* --- Deadlock -------------------------------------------------------------------------------- */

static bool add_object(cJSON *item, const run_stuck *stuck) {
    if (stuck->type == NULL)
        return true;
    cJSON *object = cJSON_AddObjectToObject(item, "waits_for");
    return object != NULL && cJSON_AddStringToObject(object, "type", stuck->type) != NULL &&
           cJSON_AddStringToObject(object, "name", stuck->object) != NULL;
}

static bool add_holder(cJSON *item, const run_stuck *stuck) {
    return stuck->holder == NULL ||
           (cJSON_AddStringToObject(item, "held_by", stuck->holder) != NULL &&
            cJSON_AddBoolToObject(item, "holder_ended", stuck->holder_ended) != NULL);
}

/* Takes NULL for the array, and is false then. */
static bool fill_waits(cJSON *array, const run_stuck_list *list) {
    bool fine = array != NULL;
    for (size_t i = 0; fine && i < list->count; i++) {
        const run_stuck *stuck = &list->items[i];
        cJSON *item = cJSON_CreateObject();
        fine = item != NULL && cJSON_AddItemToArray(array, item) &&
               cJSON_AddStringToObject(item, "task", stuck->task) != NULL &&
               cJSON_AddStringToObject(item, "verb", stuck->verb) != NULL &&
               add_object(item, stuck) && add_holder(item, stuck) &&
               add_whole(item, "since_ns", stuck->since_ns);
    }
    return fine;
}

static bool add_deadlock(cJSON *root, const run_deadlock *deadlock) {
    if (deadlock->task_count == 0)
        return true;
    cJSON *object = cJSON_AddObjectToObject(root, "deadlock");
    bool fine =
        object != NULL && fill_waits(cJSON_AddArrayToObject(object, "tasks"), &deadlock->tasks) &&
        add_whole(object, "more_tasks", (int64_t)(deadlock->task_count - deadlock->tasks.count));
    cJSON *cycles = fine ? cJSON_AddArrayToObject(object, "cycles") : NULL;
    fine = cycles != NULL;
    for (size_t i = 0; fine && i < deadlock->cycle_count; i++) {
        cJSON *cycle = cJSON_CreateArray();
        fine = cycle != NULL && cJSON_AddItemToArray(cycles, cycle) &&
               fill_waits(cycle, &deadlock->cycles[i]);
    }
    return fine;
}

/* --- Limits ---------------------------------------------------------------------------------- */

static bool add_running(cJSON *root, const run_machine *machine) {
    base_buffer where = {0};
    if (machine->result.running == NULL)
        return true;
    cJSON *object = cJSON_AddObjectToObject(root, "still_running");
    bool fine =
        doc_format_place(machine->program->document, machine->result.running_place, &where) == 0 &&
        object != NULL && cJSON_AddStringToObject(object, "who", machine->result.running) != NULL &&
        cJSON_AddStringToObject(object, "where", where.data) != NULL;
    base_buffer_free(&where);
    return fine;
}

/* --- The whole ------------------------------------------------------------------------------- */

const char *cli_limit_option(enum run_limit limit) {
    static const char *const options[] = {
        [RUN_LIMIT_NONE] = "",
        [RUN_LIMIT_STEPS] = " (--max-steps)",
        [RUN_LIMIT_STILL] = " (--max-still)",
        [RUN_LIMIT_TASKS] = " (--max-tasks)",
        [RUN_LIMIT_TIME] = " (--max-time)",
        [RUN_LIMIT_MEMORY] = " (--max-memory)",
    };
    return options[limit];
}

static bool add_reason(cJSON *root, const run_result *result) {
    char text[sizeof result->reason + 32];
    (void)snprintf(text, sizeof text, "%s%s", result->reason, cli_limit_option(result->limit));
    return text[0] == '\0' || cJSON_AddStringToObject(root, "reason", text) != NULL;
}

static bool fill(cJSON *root, const run_machine *machine, size_t unmet, int status) {
    const char *outcome = run_outcome_name(machine->result.outcome);
    return root != NULL && cJSON_AddStringToObject(root, "scenario", machine->program->name) &&
           cJSON_AddStringToObject(root, "clock", machine->options->real ? "real" : "virtual") &&
           add_whole(root, "seed", machine->result.seed) &&
           cJSON_AddStringToObject(root, "outcome", outcome) &&
           add_reason(root, &machine->result) &&
           add_whole(root, "end_ns", machine->result.end_ns) && add_whole(root, "status", status) &&
           cJSON_AddBoolToObject(root, "as_expected", status == 0) &&
           add_whole(root, "unmet_expectations", (int64_t)unmet) &&
           add_whole(root, "tasks", (int64_t)machine->result.task_count) &&
           add_whole(root, "tasks_pending", (int64_t)machine->result.pending_count) &&
           add_whole(root, "steps", (int64_t)machine->result.steps) &&
           add_whole(root, "max_concurrent", (int64_t)machine->result.spans_most) &&
           add_running(root, machine) && add_deadlock(root, &machine->result.deadlock) &&
           add_failures(root, machine);
}

FILE *cli_open_report(const char *path) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        fprintf(stderr, "cadran: %s: %s\n", path, strerror(errno));
    return file;
}

bool cli_write_report(const run_machine *machine, const char *path, FILE *file, size_t unmet,
                      int status) {
    cJSON *root = cJSON_CreateObject();
    char *text = fill(root, machine, unmet, status) ? cJSON_Print(root) : NULL;
    cJSON_Delete(root);
    bool fine = text != NULL && fprintf(file, "%s\n", text) > 0;
    int reason = errno;
    if (fclose(file) != 0 && fine) {
        reason = errno;
        fine = false;
    }
    if (!fine)
        fprintf(stderr, "cadran: %s: %s\n", path,
                text == NULL ? "out of memory" : strerror(reason));
    cJSON_free(text);
    return fine;
}
