/* Statistics as JSON: docs/export.md has what each member says. */
#include "statistics/statistics.h"

static void put_text(const struct stat_run *run, doc_writer *writer, const char *key,
                     uint32_t text) {
    if (text != 0)
        doc_write_text(writer, key, stat_text(run, text));
}

static void put_parts(doc_writer *writer, const int64_t parts_ns[STAT_PART_COUNT]) {
    for (int part = 0; part < STAT_PART_COUNT; part++) {
        char key[32];
        snprintf(key, sizeof key, "%s_ns", stat_part_names[part]);
        doc_write_whole(writer, key, parts_ns[part]);
    }
}

void stat_write_run_json(const struct stat_run *run, doc_writer *writer, const char *key) {
    doc_write_open(writer, key, '{');
    doc_write_text(writer, "scenario", stat_text(run, run->scenario));
    doc_write_text(writer, "clock", stat_text(run, run->clock));
    doc_write_whole(writer, "seed", run->seed);
    put_text(run, writer, "outcome", run->outcome);
    doc_write_whole(writer, "length_ns", run->end_ns);
    doc_write_whole(writer, "tasks", (int64_t)run->task_count);
    doc_write_whole(writer, "spans", (int64_t)run->span_count);
    doc_write_whole(writer, "waits", (int64_t)run->wait_count);
    doc_write_whole(writer, "wakes", (int64_t)run->wake_count);
    doc_write_number(writer, "at_work_mean", stat_at_work_mean(run));
    doc_write_whole(writer, "at_work_peak", (int64_t)run->at_work_peak);
    doc_write_whole(writer, "life_ns", run->life_ns);
    put_parts(writer, run->parts_ns);
    doc_write_close(writer, '}');
}

/* --- Primitives ------------------------------------------------------------------------------- */

static void put_longest(const struct stat_run *run, doc_writer *writer,
                        const struct stat_longest *longest) {
    if (longest->task == STAT_NO_INDEX)
        return;
    const struct stat_task *task = &run->tasks[longest->task];
    doc_write_open(writer, "longest_wait", '{');
    doc_write_text(writer, "task", stat_text(run, task->name));
    doc_write_whole(writer, "tid", task->tid);
    doc_write_text(writer, "for", stat_text(run, longest->name));
    doc_write_whole(writer, "begin_ns", longest->begin_ns);
    doc_write_whole(writer, "length_ns", longest->length_ns);
    doc_write_close(writer, '}');
}

/* How full it was, and what it served. */
static void put_level(const struct stat_run *run, doc_writer *writer,
                      const struct stat_object *object) {
    if (object->capacity > 0) {
        doc_write_whole(writer, "capacity", object->capacity);
        doc_write_number(writer, "utilisation", stat_object_utilisation(object));
        doc_write_whole(writer, "full_ns", object->full_ns);
    }
    doc_write_number(writer, "level_mean", stat_object_level(object));
    doc_write_whole(writer, "level_peak", object->peak);
    doc_write_whole(writer, "empty_ns", object->empty_ns);
    doc_write_whole(writer, "served", (int64_t)object->served);
    doc_write_number(writer, "per_second", stat_object_throughput(run, object));
}

void stat_write_object_json(const struct stat_run *run, doc_writer *writer,
                            const struct stat_object *object) {
    doc_write_open(writer, NULL, '{');
    doc_write_whole(writer, "object", (int64_t)object->id);
    doc_write_text(writer, "type", stat_text(run, object->type));
    doc_write_text(writer, "name", stat_text(run, object->name));
    doc_write_whole(writer, "begin_ns", object->begin_ns);
    doc_write_whole(writer, "end_ns", object->end_ns);
    if (stat_served_word(stat_text(run, object->type)) != NULL)
        put_level(run, writer, object);
    doc_write_whole(writer, "waits", (int64_t)object->waits);
    doc_write_whole(writer, "waited_ns", object->waited_ns);
    doc_write_whole(writer, "contended_ns", object->contended_ns);
    doc_write_number(writer, "contended", stat_object_contention(object));
    put_longest(run, writer, &object->longest);
    doc_write_close(writer, '}');
}

/* --- Lanes ------------------------------------------------------------------------------------ */

void stat_write_lane_json(const struct stat_run *run, doc_writer *writer,
                          const struct stat_lane *lane) {
    doc_write_open(writer, NULL, '{');
    doc_write_whole(writer, "tid", lane->tid);
    if (lane->object != STAT_NO_INDEX) {
        doc_write_whole(writer, "object", (int64_t)run->objects[lane->object].id);
        doc_write_text(writer, "name", stat_text(run, run->objects[lane->object].name));
    }
    doc_write_text(writer, "what", stat_text(run, lane->what));
    if (lane->by != 0)
        doc_write_whole(writer, "by_tid", lane->by);
    put_text(run, writer, "outcome", lane->outcome);
    put_text(run, writer, "error", lane->error);
    if (lane->has_result)
        doc_write_whole(writer, "result", lane->result);
    doc_write_whole(writer, "begin_ns", lane->begin_ns);
    doc_write_whole(writer, "end_ns", lane->end_ns);
    doc_write_whole(writer, "received", (int64_t)lane->received);
    doc_write_whole(writer, "sent", (int64_t)lane->sent);
    doc_write_close(writer, '}');
}

/* --- Tasks ------------------------------------------------------------------------------------ */

static void put_waits(const struct stat_run *run, doc_writer *writer,
                      const struct stat_task *task) {
    doc_write_open(writer, "waits", '[');
    for (uint32_t at = task->first_wait; at != STAT_NO_INDEX; at = run->waits[at].next) {
        const struct stat_wait *wait = &run->waits[at];
        doc_write_open(writer, NULL, '{');
        doc_write_text(writer, "for", stat_text(run, wait->name));
        if (wait->object != 0)
            doc_write_whole(writer, "object", (int64_t)wait->object);
        doc_write_whole(writer, "count", (int64_t)wait->count);
        doc_write_whole(writer, "total_ns", wait->total_ns);
        doc_write_whole(writer, "longest_ns", wait->longest_ns);
        doc_write_close(writer, '}');
    }
    doc_write_close(writer, ']');
}

static void put_task(const struct stat_run *run, doc_writer *writer, const struct stat_task *task) {
    doc_write_open(writer, NULL, '{');
    doc_write_text(writer, "name", stat_text(run, task->name));
    doc_write_whole(writer, "tid", task->tid);
    put_text(run, writer, "outcome", task->outcome);
    put_text(run, writer, "error", task->error);
    doc_write_whole(writer, "begin_ns", task->begin_ns);
    doc_write_whole(writer, "end_ns", task->end_ns);
    doc_write_whole(writer, "life_ns", task->end_ns - task->begin_ns);
    put_parts(writer, task->parts_ns);
    doc_write_whole(writer, "spans", (int64_t)task->spans);
    put_waits(run, writer, task);
    doc_write_close(writer, '}');
}

void stat_write_json(const struct stat_run *run, doc_writer *writer, const char *key) {
    doc_write_open(writer, key, '{');
    doc_write_whole(writer, "cadran_statistics", 1);
    stat_write_run_json(run, writer, "run");
    doc_write_open(writer, "primitives", '[');
    for (size_t i = 0; i < run->object_count; i++)
        stat_write_object_json(run, writer, &run->objects[i]);
    doc_write_close(writer, ']');
    doc_write_open(writer, "lanes", '[');
    for (size_t i = 0; i < run->lane_count; i++)
        stat_write_lane_json(run, writer, &run->lanes[i]);
    doc_write_close(writer, ']');
    doc_write_open(writer, "tasks", '[');
    for (size_t i = 0; i < run->task_count; i++)
        put_task(run, writer, &run->tasks[i]);
    doc_write_close(writer, ']');
    doc_write_close(writer, '}');
}
