/* The statistics of a range, as sim/statistics has them: of the run, its objects, its tasks; and a
 * list of marks. */
#include "tab_range.h"

#include "axis.h"
#include "travel.h"

#include <inttypes.h>
#include <stdio.h>

/* Told one by one; of more those that come first. */
enum { TASKS_TOLD = 12, OBJECTS_TOLD = 12, WAITS_TOLD = 3 };

static void row_time(struct viz_panel *panel, const char *name, int64_t time_ns) {
    char text[VIZ_TIME_SIZE];
    viz_format_duration(time_ns, text);
    viz_panel_row(panel, name, text);
}

static void put_more(struct viz_panel *panel, size_t all, size_t told, const char *what) {
    char text[64];
    if (all <= told)
        return;
    snprintf(text, sizeof text, "and %zu more %s", all - told, what);
    viz_panel_open(panel, VIZ_BLOCK_TEXT);
    viz_panel_say(panel, text);
}

/* --- The run -------------------------------------------------------------------------------- */

static void put_span_of_time(struct viz_panel *panel, const struct viz_range *range,
                             const struct viz_model *model) {
    char from[VIZ_TIME_SIZE], to[VIZ_TIME_SIZE], text[2 * VIZ_TIME_SIZE + 8];
    int64_t from_ns = range->given ? range->from_ns : 0;
    int64_t to_ns = range->given ? range->to_ns : model->end_ns;
    viz_format_within(from_ns, to_ns - from_ns, from);
    viz_format_within(to_ns, to_ns - from_ns, to);
    snprintf(text, sizeof text, "%s \xE2\x80\x93 %s", from, to);
    viz_panel_title(panel, range->given ? "range" : "the whole run", text);
}

static void put_parts(struct viz_panel *panel, const int64_t parts_ns[STAT_PART_COUNT]) {
    for (int part = 0; part < STAT_PART_COUNT; part++)
        if (parts_ns[part] > 0)
            row_time(panel, stat_part_names[part], parts_ns[part]);
}

static void put_run(struct viz_panel *panel, const struct stat_run *run) {
    char text[2 * VIZ_TIME_SIZE + 32], mean[VIZ_TIME_SIZE], peak[VIZ_TIME_SIZE];
    viz_format_number(stat_at_work_mean(run), mean);
    viz_format_count(run->at_work_peak, peak);
    snprintf(text, sizeof text, "%s on average, %s at most", mean, peak);
    row_time(panel, "length", run->end_ns);
    viz_panel_row(panel, "at work", text);
    snprintf(text, sizeof text, "%" PRIu64, run->span_count);
    viz_panel_row(panel, "spans", text);
    snprintf(text, sizeof text, "%" PRIu64, run->wait_count);
    viz_panel_row(panel, "waits", text);
    viz_panel_section(panel, "All tasks");
    put_parts(panel, run->parts_ns);
}

/* --- Objects -------------------------------------------------------------------------------- */

static int64_t waited(const void *of, size_t index) {
    return ((const struct stat_run *)of)->objects[index].waited_ns;
}

static int64_t lived_badly(const void *of, size_t index) {
    const struct stat_task *task = &((const struct stat_run *)of)->tasks[index];
    return task->parts_ns[STAT_WAITING] + task->parts_ns[STAT_READY];
}

/* The `most` of `count` things that have the greatest keys, the greatest first; what comes first of
 * equal ones. Returns how many there are in first[]. */
static size_t choose(const struct stat_run *run, size_t count,
                     int64_t (*key)(const void *of, size_t index), size_t *first, size_t most) {
    size_t chosen = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = chosen < most ? chosen++ : most;
        for (; at > 0 && key(run, first[at - 1]) < key(run, i); at--)
            if (at < most)
                first[at] = first[at - 1];
        if (at < most)
            first[at] = i;
    }
    return chosen;
}

static void put_object(struct viz_panel *panel, const struct stat_run *run,
                       const struct stat_object *object) {
    char waited_text[VIZ_TIME_SIZE], level[VIZ_TIME_SIZE], text[3 * VIZ_TIME_SIZE + 64];
    viz_format_duration(object->waited_ns, waited_text);
    viz_format_number(stat_object_level(object), level);
    snprintf(text, sizeof text,
             "waited for %s, contended %.0f %%, %s on average, %" PRId64 " at most", waited_text,
             100 * stat_object_contention(object), level, object->peak);
    viz_panel_row(panel, stat_text(run, object->name), text);
}

static void put_objects(struct viz_panel *panel, const struct stat_run *run) {
    size_t first[OBJECTS_TOLD];
    size_t count = choose(run, run->object_count, waited, first, OBJECTS_TOLD);
    if (count == 0)
        return;
    viz_panel_section(panel, "Objects, by the time that was waited for them");
    for (size_t i = 0; i < count; i++)
        put_object(panel, run, &run->objects[first[i]]);
    put_more(panel, run->object_count, count, "objects");
}

/* --- Tasks ---------------------------------------------------------------------------------- */

/* What a task waited for, the first few. */
static void put_waits(struct viz_panel *panel, const struct stat_run *run,
                      const struct stat_task *task) {
    int told = 0;
    for (uint32_t i = task->first_wait; i != STAT_NO_INDEX; i = run->waits[i].next) {
        char time[VIZ_TIME_SIZE];
        if (run->waits[i].total_ns == 0 || told++ >= WAITS_TOLD)
            continue;
        viz_format_duration(run->waits[i].total_ns, time);
        viz_panel_say(panel, told == 1 ? "; " : ", ");
        viz_panel_say(panel, stat_text(run, run->waits[i].name));
        viz_panel_say(panel, " ");
        viz_panel_say(panel, time);
    }
}

static void put_task(struct viz_panel *panel, const struct viz_model *model,
                     const struct stat_run *run, const struct stat_task *task) {
    uint32_t lane = viz_lane_of_tid(model, task->tid);
    viz_panel_open(panel, VIZ_BLOCK_ROW);
    if (lane != TRACE_NO_INDEX)
        viz_panel_link(panel, stat_text(run, task->name),
                       (struct viz_link){.to = {.kind = VIZ_ID_LANE, .index = lane}});
    else
        viz_panel_say(panel, stat_text(run, task->name));
    bool some = false;
    for (int part = 0; part < STAT_PART_COUNT; part++) {
        char time[VIZ_TIME_SIZE];
        if (task->parts_ns[part] == 0)
            continue;
        viz_format_duration(task->parts_ns[part], time);
        viz_panel_say(panel, some ? ", " : "");
        viz_panel_say(panel, stat_part_names[part]);
        viz_panel_say(panel, " ");
        viz_panel_say(panel, time);
        some = true;
    }
    if (!some)
        viz_panel_say(panel, "nothing that takes time");
    put_waits(panel, run, task);
}

static void put_tasks(struct viz_panel *panel, const struct viz_model *model,
                      const struct stat_run *run) {
    size_t first[TASKS_TOLD];
    size_t count = choose(run, run->task_count, lived_badly, first, TASKS_TOLD);
    viz_panel_section(panel, "Tasks, by the time that they waited or were ready");
    for (size_t i = 0; i < count; i++)
        put_task(panel, model, run, &run->tasks[first[i]]);
    put_more(panel, run->task_count, count, "tasks");
}

/* --- The tabs ------------------------------------------------------------------------------- */

void viz_tab_range(struct viz_panel *panel, const struct viz_subject *subject) {
    const struct stat_run *run = viz_range_statistics(subject->range, subject->model);
    put_span_of_time(panel, subject->range, subject->model);
    if (run == NULL) {
        viz_panel_open(panel, VIZ_BLOCK_TEXT);
        viz_panel_say(panel,
                      "Statistics are of traces of Cadran, in a file that can be read again.");
        return;
    }
    put_run(panel, run);
    put_objects(panel, run);
    put_tasks(panel, subject->model, run);
}

void viz_tab_marks(struct viz_panel *panel, const struct viz_subject *subject) {
    const struct viz_bookmarks *bookmarks = subject->bookmarks;
    char count[32];
    snprintf(count, sizeof count, "%zu", bookmarks->count);
    viz_panel_title(panel, "marks", count);
    if (bookmarks->count == 0) {
        viz_panel_open(panel, VIZ_BLOCK_TEXT);
        viz_panel_say(panel, "M marks a moment, or the chosen range, and takes a note.");
    }
    for (size_t i = 0; i < bookmarks->count; i++) {
        const struct viz_bookmark *bookmark = &bookmarks->list[i];
        char from[VIZ_TIME_SIZE], to[VIZ_TIME_SIZE], text[2 * VIZ_TIME_SIZE + 8];
        int64_t length_ns = subject->model->end_ns;
        viz_format_within(bookmark->from_ns, length_ns, from);
        viz_format_within(bookmark->to_ns, length_ns, to);
        bool moment = bookmark->to_ns == bookmark->from_ns;
        snprintf(text, sizeof text, "%s%s%s", from, moment ? "" : " \xE2\x80\x93 ",
                 moment ? "" : to);
        viz_panel_open(panel, VIZ_BLOCK_ROW);
        viz_panel_link(panel, text, (struct viz_link){.timed = true, .time_ns = bookmark->from_ns});
        viz_panel_say(panel, bookmark->note[0] != '\0' ? bookmark->note : "without a note");
    }
}
