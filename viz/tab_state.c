/* The state of the run in rows: the loop, the ready queue, objects with their lines, tasks,
 * variables. Without details what is missing is named, with the command that gets it. */
#include "tab_state.h"

#include "axis.h"
#include "base/buffer.h"
#include "base/strings.h"
#include "trace/field_words.h"
#include "travel.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* So many are named of a line or of items, and so many objects and tasks have rows. */
enum { NAMED_MOST = 12, OBJECTS_MOST = 100, TASKS_MOST = 60, TASKS_LOOKED_AT = 50000 };

struct teller {
    struct viz_panel *panel;
    const struct viz_model *model;
    struct viz_travel *travel;
    const struct trace_state *state;
    struct trace_state *before; /* at the event before; NULL: there is none */
};

static const char *text_of(const struct teller *teller, uint32_t text) {
    return trace_state_text(teller->state, text);
}

/* --- Pieces --------------------------------------------------------------------------------- */

static void say(const struct teller *teller, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct teller *teller, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    viz_panel_say(teller->panel, text);
}

static void say_time(const struct teller *teller, const char *before, int64_t time_ns) {
    char text[VIZ_TIME_SIZE];
    viz_format_exact(time_ns - teller->model->origin_ns, text);
    say(teller, "%s%s", before, text);
}

/* A task's name, which leads to its lane. */
static void say_task(const struct teller *teller, int64_t tid) {
    const struct trace_state_task *task = trace_state_task(teller->state, tid);
    uint32_t lane = viz_lane_of_tid(teller->model, tid);
    const char *name = task != NULL ? text_of(teller, task->name) : "loop";
    if (lane == TRACE_NO_INDEX)
        viz_panel_say(teller->panel, name);
    else
        viz_panel_link(teller->panel, name,
                       (struct viz_link){.to = {.kind = VIZ_ID_LANE, .index = lane}});
}

static bool has_changed(const struct teller *teller, struct trace_subject subject) {
    return teller->before != NULL && trace_subject_value(teller->before, subject) !=
                                         trace_subject_value(teller->state, subject);
}

/* A value that can be chosen. */
static void say_value(const struct teller *teller, struct trace_subject subject, const char *text) {
    uint32_t index = viz_travel_add_value(teller->travel, subject);
    struct viz_id id = {.kind = VIZ_ID_VALUE, .index = index};
    if (viz_travel_is_chosen(teller->travel, subject))
        viz_panel_say(teller->panel, "\xE2\x96\xB8 ");
    viz_panel_link(teller->panel, text[0] != '\0' ? text : "''", (struct viz_link){.to = id});
    if (has_changed(teller, subject))
        viz_panel_underline(teller->panel);
}

static void say_field(const struct teller *teller, struct trace_subject subject, const char *key,
                      int64_t value) {
    char text[TRACE_FIELD_WORDS];
    trace_field_value(key, value, text);
    say_value(teller, subject, text);
}

static void say_number(const struct teller *teller, struct trace_subject subject, int64_t number) {
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    say_value(teller, subject, text);
}

static void open_row(const struct teller *teller, const char *name) {
    viz_panel_open(teller->panel, VIZ_BLOCK_ROW);
    viz_panel_say(teller->panel, name);
}

static void say_more(const struct teller *teller, uint64_t more) {
    if (more > 0)
        say(teller, ", and %" PRIu64 " more", more);
}

/* --- Loop and ready queue ------------------------------------------------------------------- */

static void tell_turn(const struct teller *teller) {
    const struct trace_now *now = trace_state_now(teller->state);
    const struct trace_subject turn = {.kind = TRACE_SUBJECT_TURN};
    const struct trace_subject outcome = {.kind = TRACE_SUBJECT_OUTCOME};
    open_row(teller, "turn");
    if (!now->in_turn) {
        say_value(teller, turn, now->outcome != 0 ? "over" : "nobody's");
    } else {
        const char *kind = text_of(teller, now->turn.kind);
        say_value(teller, turn, kind[0] != '\0' ? kind : "runs");
        if (now->turn.task != 0) {
            viz_panel_say(teller->panel, " of ");
            say_task(teller, now->turn.task);
        }
    }
    if (now->detailed) {
        open_row(teller, "iteration");
        say_number(teller, (struct trace_subject){.kind = TRACE_SUBJECT_ITERATION},
                   (int64_t)now->iteration);
    }
    if (now->outcome != 0) {
        open_row(teller, "outcome");
        say_value(teller, outcome, text_of(teller, now->outcome));
    }
}

/* In order; those that have their turn in this iteration stand before the bar. */
static void tell_ready(const struct teller *teller) {
    const struct trace_now *now = trace_state_now(teller->state);
    open_row(teller, "ready");
    say_number(teller, (struct trace_subject){.kind = TRACE_SUBJECT_READY}, (int64_t)now->ready);
    for (uint64_t i = 0; i < now->ready && i < NAMED_MOST; i++) {
        struct trace_state_entry entry = trace_state_ready(teller->state, i);
        const char *kind = text_of(teller, entry.kind);
        viz_panel_say(teller->panel, i == 0 ? ": " : i == now->batch ? " | " : ", ");
        if (entry.task == 0 || strcmp(kind, "task") != 0)
            viz_panel_say(teller->panel, kind);
        if (entry.task != 0 && strcmp(kind, "task") != 0)
            viz_panel_say(teller->panel, " of ");
        if (entry.task != 0)
            say_task(teller, entry.task);
    }
    say_more(teller, now->ready > NAMED_MOST ? now->ready - NAMED_MOST : 0);
}

/* --- Objects -------------------------------------------------------------------------------- */

static void tell_line(const struct teller *teller, struct trace_subject subject,
                      const struct trace_line *line) {
    open_row(teller, text_of(teller, line->name));
    say_number(teller, subject, (int64_t)line->count);
    int64_t tid = line->first;
    for (uint64_t i = 0; i < line->count && i < NAMED_MOST; i++) {
        viz_panel_say(teller->panel, i == 0 ? ": " : ", ");
        say_task(teller, tid);
        tid = trace_state_task(teller->state, tid)->behind;
    }
    say_more(teller, line->count > NAMED_MOST ? line->count - NAMED_MOST : 0);
}

static void tell_items(const struct teller *teller, const struct trace_state_object *object) {
    uint64_t count = trace_state_items(object);
    char number[32];
    open_row(teller, "items");
    (void)snprintf(number, sizeof number, "%" PRIu64, count);
    say_value(teller, (struct trace_subject){.kind = TRACE_SUBJECT_ITEMS, .of = object->id},
              number);
    for (uint64_t i = 0; i < count && i < NAMED_MOST; i++) {
        viz_panel_say(teller->panel, i == 0 ? ": " : ", ");
        viz_panel_say(teller->panel, text_of(teller, trace_state_item(object, i)));
    }
    say_more(teller, count > NAMED_MOST ? count - NAMED_MOST : 0);
}

static bool is_line(const struct trace_state_object *object, uint32_t key) {
    for (uint32_t i = 0; i < object->line_count; i++)
        if (object->lines[i].name == key)
            return true;
    return false;
}

/* How many stand in a line says the line itself. */
static void tell_fields(const struct teller *teller, const struct trace_state_object *object) {
    for (uint32_t i = 0; i < object->field_count; i++) {
        const struct trace_state_field *field = &object->fields[i];
        const char *key = text_of(teller, field->key);
        const struct trace_subject subject = {
            .kind = TRACE_SUBJECT_FIELD, .of = object->id, .key = field->key};
        if (is_line(object, field->key))
            continue;
        char name[64];
        trace_field_name(key, name, sizeof name);
        open_row(teller, name);
        if (strcmp(key, "owner") != 0) {
            say_field(teller, subject, key, field->value);
        } else {
            say_value(teller, subject, field->value != 0 ? "held by" : "nobody");
            if (field->value != 0)
                viz_panel_say(teller->panel, " ");
            if (field->value != 0)
                say_task(teller, field->value);
        }
    }
}

static void tell_object(const struct teller *teller, const struct trace_state_object *object) {
    viz_panel_open(teller->panel, VIZ_BLOCK_SECTION);
    say(teller, "%.80s %.160s", text_of(teller, object->type), text_of(teller, object->name));
    tell_fields(teller, object);
    for (uint32_t i = 0; i < object->line_count; i++)
        tell_line(teller,
                  (struct trace_subject){
                      .kind = TRACE_SUBJECT_LINE, .of = object->id, .key = object->lines[i].name},
                  &object->lines[i]);
    if (trace_state_now(teller->state)->detailed &&
        strcmp(text_of(teller, object->type), "queue") == 0)
        tell_items(teller, object);
}

static void tell_objects(const struct teller *teller) {
    const struct trace_state_object *object = NULL;
    uint64_t told = 0, more = 0;
    while ((object = trace_state_next_object(teller->state, object)) != NULL) {
        if (told == OBJECTS_MOST) {
            more++;
            continue;
        }
        tell_object(teller, object);
        told++;
    }
    if (more == 0)
        return;
    viz_panel_open(teller->panel, VIZ_BLOCK_TEXT);
    say(teller, "%" PRIu64 " more objects", more);
}

/* --- Tasks ---------------------------------------------------------------------------------- */

static void say_doing(const struct teller *teller, const struct trace_state_task *task) {
    static const char *const words[TRACE_DOING_COUNT] = {
        [TRACE_DOING_NOTHING] = "is not there", [TRACE_DOING_SOMETHING] = "ready or runs",
        [TRACE_DOING_READY] = "ready",          [TRACE_DOING_RUNS] = "runs",
        [TRACE_DOING_WAITS] = "waits",          [TRACE_DOING_SLEEPS] = "sleeps",
        [TRACE_DOING_ENDED] = "has ended",
    };
    const struct trace_subject subject = {.kind = TRACE_SUBJECT_TASK, .of = (uint64_t)task->tid};
    say_value(teller, subject, words[task->doing]);
    if (task->doing == TRACE_DOING_WAITS)
        say(teller, ": %.200s", text_of(teller, task->wait));
    say_time(teller, ", since ", task->since_ns);
    if (task->until_ns != INT64_MAX && task->doing != TRACE_DOING_ENDED)
        say_time(teller, ", until ", task->until_ns);
    if (task->doing == TRACE_DOING_ENDED)
        say(teller, ": %.40s %.80s %.120s", text_of(teller, task->outcome),
            text_of(teller, task->error), text_of(teller, task->message));
}

static void tell_variables(const struct teller *teller, int64_t tid) {
    const struct trace_state_variable *variable = NULL;
    while ((variable = trace_state_next_variable(teller->state, tid, variable)) != NULL) {
        open_row(teller, text_of(teller, variable->name));
        say_value(teller,
                  (struct trace_subject){
                      .kind = TRACE_SUBJECT_VARIABLE, .of = (uint64_t)tid, .key = variable->name},
                  text_of(teller, variable->value));
    }
}

static void tell_task(const struct teller *teller, const struct trace_state_task *task) {
    viz_panel_open(teller->panel, VIZ_BLOCK_ROW);
    say_task(teller, task->tid);
    say_doing(teller, task);
    if (task->waiters.count > 0)
        tell_line(teller,
                  (struct trace_subject){.kind = TRACE_SUBJECT_AWAITED, .of = (uint64_t)task->tid},
                  &task->waiters);
    tell_variables(teller, task->tid);
}

/* How many do what. */
static void tell_counts(const struct teller *teller) {
    static const char *const words[TRACE_DOING_COUNT] = {[TRACE_DOING_SOMETHING] = "ready or run",
                                                         [TRACE_DOING_READY] = "ready",
                                                         [TRACE_DOING_RUNS] = "runs",
                                                         [TRACE_DOING_WAITS] = "wait",
                                                         [TRACE_DOING_SLEEPS] = "sleep",
                                                         [TRACE_DOING_ENDED] = "ended"};
    const struct trace_now *now = trace_state_now(teller->state);
    viz_panel_open(teller->panel, VIZ_BLOCK_TEXT);
    say(teller, "%" PRIu64 " task%s", now->tasks, now->tasks == 1 ? "" : "s");
    const char *before = ": ";
    for (int i = TRACE_DOING_SOMETHING; i < TRACE_DOING_COUNT; i++) {
        if (now->doing[i] == 0)
            continue;
        say(teller, "%s%" PRIu64 " %s", before, now->doing[i], words[i]);
        before = ", ";
    }
    /* Who works sleeps or runs there, and has been counted. */
    if (teller->model->looks[VIZ_LOOK_SPAN])
        say(teller, "; %" PRIu64 " at work", now->at_work);
}

/* The selected one before the others. */
static void tell_tasks(const struct teller *teller, int64_t selected) {
    const struct trace_now *now = trace_state_now(teller->state);
    viz_panel_section(teller->panel, "Tasks");
    tell_counts(teller);
    const struct trace_state_task *task = trace_state_task(teller->state, selected);
    if (task != NULL)
        tell_task(teller, task);
    int told = 0;
    int64_t end = TRACE_LOOP_TID + 1 + (int64_t)now->tasks;
    for (int64_t tid = TRACE_LOOP_TID + 1; tid < end && tid < TASKS_LOOKED_AT; tid++) {
        task = trace_state_task(teller->state, tid);
        if (task == NULL || tid == selected || task->doing == TRACE_DOING_ENDED)
            continue;
        if (told++ == TASKS_MOST)
            break;
        tell_task(teller, task);
    }
    uint64_t left = now->tasks - now->doing[TRACE_DOING_ENDED];
    if (told <= TASKS_MOST)
        return;
    viz_panel_open(teller->panel, VIZ_BLOCK_TEXT);
    say(teller, "The first %d of %" PRIu64 "; a selected one stands before them.", TASKS_MOST,
        left);
}

/* --- What is missing ------------------------------------------------------------------------ */

/* The values that were set, as options. */
static void say_settings(const struct teller *teller) {
    const struct trace_model *trace = teller->model->trace;
    struct trace_args left = trace_args_of(trace, trace->header);
    struct trace_arg arg;
    while (trace_args_next(&left, &arg)) {
        if (arg.key_length != 3 || memcmp(arg.key, "set", 3) != 0)
            continue;
        struct trace_args inside = {arg.value, arg.value + arg.value_length};
        struct trace_arg setting;
        char value[128];
        while (trace_args_next(&inside, &setting)) {
            (void)trace_arg_decode(&setting, value, sizeof value);
            say(teller, " --set %.*s=%s", (int)setting.key_length, setting.key, value);
        }
    }
}

static void tell_missing(const struct teller *teller) {
    const struct trace_model *trace = teller->model->trace;
    if (trace_state_now(teller->state)->detailed)
        return;
    viz_panel_open(teller->panel, VIZ_BLOCK_TEXT);
    viz_panel_say(teller->panel,
                  "This trace has no details: it does not tell the ready queue, the loop's "
                  "turns, items of queues and variables; waiters are in the order in which their "
                  "waits are told. With them it is written by");
    viz_panel_open(teller->panel, VIZ_BLOCK_ITEM);
    say(teller, "cadran run --detail --trace detailed.json");
    if (trace->seed != 0)
        say(teller, " --seed %" PRId64, trace->seed);
    say_settings(teller);
    say(teller, " SCENARIO"); /* the trace knows its name, and not its file */
}

/* --- The whole ------------------------------------------------------------------------------ */

static void tell_nothing(const struct viz_subject *subject, struct viz_panel *panel) {
    viz_panel_title(panel, "state", viz_model_title(subject->model));
    viz_panel_open(panel, VIZ_BLOCK_TEXT);
    viz_panel_say(panel, subject->model->trace->version == 0
                             ? "The state of a run is known for traces of Cadran alone."
                         : subject->travel->timeline == NULL
                             ? "The steps of the trace are still being read."
                             : "A full stop puts the playhead into the run, and goes on by an "
                               "event; a comma goes back. So does a click on the axis.");
}

static void tell_head(const struct teller *teller) {
    const struct viz_travel *travel = teller->travel;
    char time[VIZ_TIME_SIZE], title[128];
    viz_format_exact(travel->time_ns - teller->model->origin_ns, time);
    (void)snprintf(title, sizeof title, "%s, event %" PRIu64 " of %" PRIu64, time,
                   travel->ordinal - travel->first + 1, travel->last - travel->first + 1);
    viz_panel_title(teller->panel, "state", title);
}

void viz_tab_state(struct viz_panel *panel, const struct viz_subject *subject) {
    struct viz_travel *travel = subject->travel;
    struct teller teller = {.panel = panel, .model = subject->model, .travel = travel};
    travel->value_count = 0;
    if (travel->timeline == NULL || travel->ordinal == 0) {
        tell_nothing(subject, panel);
        return;
    }
    if (trace_timeline_seek(travel->timeline, travel->ordinal - 1, &teller.state) == 0)
        teller.before = trace_state_copy(teller.state);
    if (trace_timeline_seek(travel->timeline, travel->ordinal, &teller.state) == 0) {
        tell_head(&teller);
        tell_missing(&teller);
        tell_turn(&teller);
        if (trace_state_now(teller.state)->detailed)
            tell_ready(&teller);
        tell_variables(&teller, TRACE_LOOP_TID);
        tell_objects(&teller);
        tell_tasks(&teller, viz_tid_of(subject->model, subject->selected));
    }
    trace_state_free(teller.before);
}
