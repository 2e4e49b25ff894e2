/* Statistics for people: a head, a line or two for each primitive, a table of tasks. */
#include "statistics/statistics.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/quantity.h"
#include "base/text.h"
#include "cadran.h"

/* --- Cells ------------------------------------------------------------------------------------ */

/* "1.5 s", "250 ms", "0". */
static int put_time(base_buffer *text, int64_t time_ns) {
    char time[BASE_TIME_TEXT];
    base_time_write(time_ns, true, time);
    return base_buffer_format(text, "%s", time_ns == 0 ? "0" : time);
}

/* A text of the trace, of which a terminal shows everything and obeys nothing. */
static int put_name(base_buffer *text, const char *name) {
    int error = 0;
    size_t length;
    for (size_t left = strlen(name); left > 0 && error == 0; name += length, left -= length) {
        length = base_utf8_length((const unsigned char *)name, left);
        bool control = base_is_control(base_utf8_decode(name, length));
        error = base_buffer_append(text, control ? " " : name, control ? 1 : length);
    }
    return error;
}

/* --- A table ---------------------------------------------------------------------------------- */

enum { COLUMNS = 9 };

/* Cells one behind the other, each ended by '\0'; the first row is the head. */
struct grid {
    base_buffer cells;
    size_t rows;
    int error;
};

static void end_cell(struct grid *grid) {
    if (grid->error == 0)
        grid->error = base_buffer_append(&grid->cells, "", 1);
}

static void add_word(struct grid *grid, const char *word) {
    if (grid->error == 0)
        grid->error = put_name(&grid->cells, word);
    end_cell(grid);
}

static void add_time(struct grid *grid, int64_t time_ns) {
    if (grid->error == 0)
        grid->error = time_ns == 0 ? base_buffer_append(&grid->cells, "-", 1)
                                   : put_time(&grid->cells, time_ns);
    end_cell(grid);
}

static void put_spaces(FILE *file, size_t count) {
    fprintf(file, "%*s", (int)count, "");
}

/* The first column and the last to the left, the others, of numbers, to the right. */
static void print_grid(const struct grid *grid, FILE *file) {
    size_t widths[COLUMNS] = {0};
    const char *cell = grid->cells.data;
    for (size_t i = 0; i < grid->rows * COLUMNS; i++, cell += strlen(cell) + 1) {
        size_t width = base_text_width(cell);
        if (width > widths[i % COLUMNS])
            widths[i % COLUMNS] = width;
    }
    cell = grid->cells.data;
    for (size_t i = 0; i < grid->rows * COLUMNS; i++, cell += strlen(cell) + 1) {
        size_t column = i % COLUMNS, before = widths[column] - base_text_width(cell);
        bool last = column == COLUMNS - 1;
        if (column > 0)
            fputs(last && *cell == '\0' ? "" : "  ", file);
        if (column > 0 && !last)
            put_spaces(file, before);
        fputs(cell, file);
        if (column == 0)
            put_spaces(file, before);
        if (last)
            putc('\n', file);
    }
}

/* --- Tasks ------------------------------------------------------------------------------------ */

/* What a task waited for, the longest first, in a cell. */
static void add_waits(struct grid *grid, const struct stat_run *run, const struct stat_task *task) {
    enum { SHOWN = 3 };
    const struct stat_wait *top[SHOWN] = {NULL};
    size_t count = 0;
    for (uint32_t at = task->first_wait; at != STAT_NO_INDEX; at = run->waits[at].next) {
        const struct stat_wait *wait = &run->waits[at];
        if (wait->total_ns == 0)
            continue;
        count++;
        for (int i = 0; i < SHOWN && wait != NULL; i++)
            if (top[i] == NULL || wait->total_ns > top[i]->total_ns) {
                const struct stat_wait *after = top[i];
                top[i] = wait;
                wait = after;
            }
    }
    for (size_t i = 0; i < SHOWN && i < count && grid->error == 0; i++) {
        grid->error = i == 0 ? 0 : base_buffer_append(&grid->cells, ", ", 2);
        if (grid->error == 0)
            grid->error = put_name(&grid->cells, stat_text(run, top[i]->name));
        if (grid->error == 0)
            grid->error = base_buffer_append(&grid->cells, " ", 1);
        if (grid->error == 0)
            grid->error = put_time(&grid->cells, top[i]->total_ns);
    }
    if (count > SHOWN && grid->error == 0)
        grid->error = base_buffer_format(&grid->cells, ", and %zu more", count - SHOWN);
    end_cell(grid);
}

static void add_head(struct grid *grid) {
    static const char *const heads[COLUMNS] = {"task",     "ended",     "life",
                                               "working",  "waiting",   "ready",
                                               "sleeping", "computing", "waited for"};
    for (int i = 0; i < COLUMNS; i++)
        add_word(grid, heads[i]);
    grid->rows++;
}

static void add_parts(struct grid *grid, const int64_t parts_ns[STAT_PART_COUNT]) {
    static const enum stat_part order[] = {STAT_WORKING, STAT_WAITING, STAT_READY, STAT_SLEEPING,
                                           STAT_COMPUTING};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        add_time(grid, parts_ns[order[i]]);
}

static void add_task(struct grid *grid, const struct stat_run *run, const struct stat_task *task) {
    add_word(grid, stat_text(run, task->name));
    add_word(grid, task->outcome == 0 ? "" : stat_text(run, task->outcome));
    add_time(grid, task->end_ns - task->begin_ns);
    add_parts(grid, task->parts_ns);
    add_waits(grid, run, task);
    grid->rows++;
}

static void add_all(struct grid *grid, const struct stat_run *run) {
    add_word(grid, "all");
    add_word(grid, "");
    add_time(grid, run->life_ns);
    add_parts(grid, run->parts_ns);
    add_word(grid, "");
    grid->rows++;
}

/* --- Which are shown -------------------------------------------------------------------------- */

/* What is shown of many: those with the highest figures, in their own order. */
struct choice {
    int64_t figure;
    uint32_t index;
};

static int by_figure(const void *left, const void *right) {
    const struct choice *a = left, *b = right;
    if (a->figure != b->figure)
        return a->figure > b->figure ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static int by_index(const void *left, const void *right) {
    const struct choice *a = left, *b = right;
    return a->index < b->index ? -1 : 1;
}

/* Sorts so that those to show come first; returns how many. */
static size_t choose(struct choice *choices, size_t count) {
    if (count <= STAT_TEXT_ROWS)
        return count;
    qsort(choices, count, sizeof *choices, by_figure);
    qsort(choices, STAT_TEXT_ROWS, sizeof *choices, by_index);
    return STAT_TEXT_ROWS;
}

static int print_tasks(const struct stat_run *run, FILE *file) {
    struct grid grid = {.rows = 0};
    struct choice *choices = base_alloc(run->task_count * sizeof *choices);
    if (choices == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < run->task_count; i++)
        choices[i] = (struct choice){run->tasks[i].parts_ns[STAT_WAITING], i};
    size_t shown = choose(choices, run->task_count);
    add_head(&grid);
    for (size_t i = 0; i < shown; i++)
        add_task(&grid, run, &run->tasks[choices[i].index]);
    add_all(&grid, run);
    if (grid.error == 0) {
        putc('\n', file);
        print_grid(&grid, file);
        if (shown < run->task_count)
            fprintf(file, "and %zu tasks that waited less: --format json has all\n",
                    run->task_count - shown);
    }
    base_free(choices);
    base_buffer_free(&grid.cells);
    return grid.error;
}

/* --- Primitives ------------------------------------------------------------------------------- */

static int put_level(base_buffer *text, const struct stat_object *object) {
    if (object->capacity == 0)
        return base_buffer_format(text, "%.2f on average, %lld at most", stat_object_level(object),
                                  (long long)object->peak);
    if (object->capacity == 1)
        return base_buffer_format(text, "%.1f %% of the time",
                                  100 * stat_object_utilisation(object));
    return base_buffer_format(text, "%.1f %% used, %.2f of %lld on average",
                              100 * stat_object_utilisation(object), stat_object_level(object),
                              (long long)object->capacity);
}

static int put_longest(base_buffer *text, const struct stat_run *run,
                       const struct stat_longest *longest) {
    int error = base_buffer_format(text, "; longest wait ");
    if (error == 0)
        error = put_time(text, longest->length_ns);
    if (error == 0)
        error = base_buffer_format(text, ": ");
    if (error == 0)
        error = put_name(text, stat_text(run, run->tasks[longest->task].name));
    if (error == 0)
        error = base_buffer_format(text, ", ");
    if (error == 0)
        error = put_name(text, stat_text(run, longest->name));
    if (error == 0)
        error = base_buffer_format(text, " from ");
    return error == 0 ? put_time(text, longest->begin_ns) : error;
}

/* "  queue window: 80.0 % used, 3.20 of 4 on average; 8 taken out, 1.6 a second", and who waited.
 */
static int put_object(base_buffer *text, const struct stat_run *run,
                      const struct stat_object *object) {
    const char *type = stat_text(run, object->type);
    const char *word = stat_served_word(type); /* of those that have a level */
    int error = base_buffer_format(text, "  ");
    if (error == 0)
        error = put_name(text, type);
    if (error == 0)
        error = base_buffer_append(text, " ", 1);
    if (error == 0)
        error = put_name(text, stat_text(run, object->name));
    if (error == 0 && word != NULL)
        error = base_buffer_append(text, ": ", 2);
    if (error == 0 && word != NULL)
        error = put_level(text, object);
    if (error == 0 && word != NULL)
        error =
            base_buffer_format(text, "; %llu %s, %.6g a second", (unsigned long long)object->served,
                               word, stat_object_throughput(run, object));
    if (error == 0)
        error = base_buffer_append(text, "\n", 1);
    if (error != 0 || object->waits == 0)
        return error;
    error = base_buffer_format(text, "    %llu wait%s, somebody waits %.1f %% of the time",
                               (unsigned long long)object->waits, base_plural(object->waits),
                               100 * stat_object_contention(object));
    if (error == 0 && object->longest.task != STAT_NO_INDEX)
        error = put_longest(text, run, &object->longest);
    return error == 0 ? base_buffer_append(text, "\n", 1) : error;
}

/* Of a connection for which nobody waited all there is to say is said of its lane. */
static bool is_told(const struct stat_run *run, const struct stat_object *object) {
    return object->waits > 0 || stat_served_word(stat_text(run, object->type)) != NULL;
}

static int print_objects(const struct stat_run *run, FILE *file) {
    base_buffer text = {0};
    size_t count = 0;
    struct choice *choices = base_alloc(run->object_count * sizeof *choices);
    if (choices == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < run->object_count; i++)
        if (is_told(run, &run->objects[i]))
            choices[count++] = (struct choice){run->objects[i].waited_ns, i};
    size_t shown = choose(choices, count);
    int error = 0;
    for (size_t i = 0; i < shown && error == 0; i++)
        error = put_object(&text, run, &run->objects[choices[i].index]);
    if (error == 0 && count > 0)
        fprintf(file, "\nprimitives\n%s", text.data);
    if (error == 0 && shown < count)
        fprintf(file, "  and %zu that were waited for less: --format json has all\n",
                count - shown);
    base_free(choices);
    base_buffer_free(&text);
    return error;
}

/* --- Connections and programs ----------------------------------------------------------------- */

static int put_bytes(base_buffer *text, const struct stat_lane *lane) {
    int error = 0;
    if (lane->received > 0)
        error =
            base_buffer_format(text, ", %llu bytes received", (unsigned long long)lane->received);
    if (error == 0 && lane->sent > 0)
        error = base_buffer_format(text, ", %llu bytes sent", (unsigned long long)lane->sent);
    return error;
}

/* How it ended, where there is something to say of that. */
static int put_lane_end(base_buffer *text, const struct stat_run *run,
                        const struct stat_lane *lane) {
    int error = 0;
    if (lane->has_result)
        return base_buffer_format(text, ", result %lld", (long long)lane->result);
    if (lane->error == 0)
        return lane->open || lane->outcome != 0 ? base_buffer_format(text, ", not ended") : 0;
    error = base_buffer_append(text, ", ", 2);
    return error == 0 ? put_name(text, stat_text(run, lane->error)) : error;
}

/* "  connection stream-5: 1.2 s from 10 ms, 24 bytes received, 24 bytes sent" */
static int put_lane(base_buffer *text, const struct stat_run *run, const struct stat_lane *lane) {
    int error = base_buffer_format(text, "  ");
    if (error == 0)
        error = put_name(text, stat_text(run, lane->what));
    if (error == 0 && lane->object != STAT_NO_INDEX)
        error = base_buffer_append(text, " ", 1);
    if (error == 0 && lane->object != STAT_NO_INDEX)
        error = put_name(text, stat_text(run, run->objects[lane->object].name));
    if (error == 0)
        error = base_buffer_append(text, ": ", 2);
    if (error == 0)
        error = put_time(text, lane->end_ns - lane->begin_ns);
    if (error == 0)
        error = base_buffer_append(text, " from ", 6);
    if (error == 0)
        error = put_time(text, lane->begin_ns);
    if (error == 0)
        error = put_bytes(text, lane);
    if (error == 0)
        error = put_lane_end(text, run, lane);
    return error == 0 ? base_buffer_append(text, "\n", 1) : error;
}

static int print_lanes(const struct stat_run *run, FILE *file) {
    base_buffer text = {0};
    if (run->lane_count == 0)
        return 0;
    struct choice *choices = base_alloc(run->lane_count * sizeof *choices);
    if (choices == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < run->lane_count; i++)
        choices[i] = (struct choice){(int64_t)(run->lanes[i].received + run->lanes[i].sent), i};
    size_t shown = choose(choices, run->lane_count);
    int error = 0;
    for (size_t i = 0; i < shown && error == 0; i++)
        error = put_lane(&text, run, &run->lanes[choices[i].index]);
    if (error == 0)
        fprintf(file, "\nconnections and programs\n%s", text.data);
    if (error == 0 && shown < run->lane_count)
        fprintf(file, "  and %zu on which less came and went: --format json has all\n",
                run->lane_count - shown);
    base_free(choices);
    base_buffer_free(&text);
    return error;
}

/* --- The run ---------------------------------------------------------------------------------- */

/* What a run that has come to its end took is its makespan; what one that has not is no figure of
 * the program. */
static int print_run(const struct stat_run *run, FILE *file) {
    base_buffer text = {0};
    bool complete = strcmp(stat_text(run, run->outcome), "complete") == 0;
    int error = put_name(&text, stat_text(run, run->scenario));
    if (error == 0)
        error = base_buffer_format(&text, ", ");
    if (error == 0)
        error = put_name(&text, stat_text(run, run->clock));
    if (error == 0)
        error = base_buffer_format(&text, " clock, seed %lld: ", (long long)run->seed);
    if (error == 0)
        error = put_name(&text, run->outcome == 0 ? "cut short" : stat_text(run, run->outcome));
    if (error == 0)
        error = base_buffer_format(&text, "\n\n%-9s", complete ? "makespan" : "ended at");
    if (error == 0)
        error = put_time(&text, run->end_ns);
    if (error == 0)
        error = base_buffer_format(&text, "\ntasks    %zu: %llu spans, %llu waits, %llu wakes\n",
                                   run->task_count, (unsigned long long)run->span_count,
                                   (unsigned long long)run->wait_count,
                                   (unsigned long long)run->wake_count);
    if (error == 0)
        error = base_buffer_format(&text, "at work  %.2f on average, %llu at most\n",
                                   stat_at_work_mean(run), (unsigned long long)run->at_work_peak);
    if (error == 0)
        fputs(text.data, file);
    base_buffer_free(&text);
    return error;
}

int stat_write_text(const struct stat_run *run, FILE *file) {
    int error = print_run(run, file);
    if (error == 0)
        error = print_objects(run, file);
    if (error == 0)
        error = print_lanes(run, file);
    return error == 0 ? print_tasks(run, file) : error;
}
