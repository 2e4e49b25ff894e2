/* A list of events, each in the words that the table of kinds has for it. */
#include "tab_events.h"

#include "axis.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* So many are listed before the playhead and behind it; so many are looked at for that. */
enum { BEFORE = 12, BEHIND = 60, LOOKED_AT = 1024, WORDS_SIZE = 320 };

/* An event that is listed. */
struct listed {
    uint64_t ordinal;
    int64_t time_ns;
    int64_t tid;
    char words[WORDS_SIZE];
};

/* Of those that come the last BEFORE ones are kept, in a ring; of those behind the first ones. */
struct listing {
    struct trace_consumer consumer;
    const struct viz_subject *subject;
    int64_t selected; /* the track that is filtered by */
    size_t room;
    bool behind;
    size_t count; /* that have come */
    struct listed *events;
};

/* --- Words ---------------------------------------------------------------------------------- */

static void add_text(char out[WORDS_SIZE], const char *before, struct trace_string text) {
    size_t length = strlen(out);
    (void)snprintf(out + length, WORDS_SIZE - length, "%s%.*s", before, (int)text.length,
                   text.text != NULL ? text.text : "");
}

static void add_argument(char out[WORDS_SIZE], const struct viz_model *model,
                         const struct trace_argument_row *row,
                         const struct trace_argument *argument) {
    char number[VIZ_TIME_SIZE] = "";
    size_t length = strlen(out);
    if (row->type == TRACE_TYPE_TIME) {
        viz_format_exact(argument->number - model->origin_ns, number);
    } else if (row->type == TRACE_TYPE_TRACK || row->type == TRACE_TYPE_TASK) {
        uint32_t lane = viz_lane_of_tid(model, argument->number);
        if (lane != TRACE_NO_INDEX)
            viz_lane_name(model, lane, number, sizeof number);
    } else if (row->type != TRACE_TYPE_TEXT) {
        (void)snprintf(number, sizeof number, "%" PRId64, argument->number);
    }
    const char *key = row->type == TRACE_TYPE_TRACK ? "task" : row->key;
    (void)snprintf(out + length, WORDS_SIZE - length, ", %s %s", key, number);
    if (row->type == TRACE_TYPE_TEXT)
        add_text(out, "", argument->text);
}

static void add_fields(char out[WORDS_SIZE], const struct trace_event *event) {
    for (size_t i = 0; i < event->field_count; i++) {
        char number[32];
        add_text(out, ", ", event->fields[i].key);
        (void)snprintf(number, sizeof number, " %" PRId64, event->fields[i].number);
        add_text(out, number, (struct trace_string){"", 0});
    }
}

static void word(char out[WORDS_SIZE], const struct viz_model *model,
                 const struct trace_event *event) {
    const struct trace_kind_row *row = &trace_kinds[event->kind];
    const char *what = event->phase == 'B' ? " begins" : event->phase == 'E' ? " ends" : "";
    out[0] = '\0';
    add_text(out, event->phase == 'M' ? "" : trace_categories[row->category],
             (struct trace_string){"", 0});
    add_text(out, out[0] != '\0' ? " " : "", event->name);
    add_text(out, what, (struct trace_string){"", 0});
    for (int i = 0; i < TRACE_ARG_COUNT; i++)
        if (trace_has(event, (enum trace_argument_index)i) && i != TRACE_ARG_STATE &&
            i != TRACE_ARG_SET)
            add_argument(out, model, &trace_arguments[i], &event->args[i]);
    add_fields(out, event);
}

/* --- Which ---------------------------------------------------------------------------------- */

static bool is_about(const struct trace_event *event, int64_t tid) {
    static const enum trace_argument_index tracks[] = {TRACE_ARG_TASK, TRACE_ARG_BY,
                                                       TRACE_ARG_OWNER};
    bool is = event->tid == tid;
    for (size_t i = 0; i < sizeof tracks / sizeof tracks[0]; i++)
        is = is || (trace_has(event, tracks[i]) && event->args[tracks[i]].number == tid);
    return is;
}

static bool is_listed(const struct listing *listing, const struct trace_event *event) {
    uint8_t category = trace_kinds[event->kind].category;
    switch (listing->subject->travel->filter) {
    case VIZ_EVENTS_OF_SELECTED:
        return listing->selected == 0 || is_about(event, listing->selected);
    case VIZ_EVENTS_OF_OBJECTS:
        return category == TRACE_CATEGORY_OBJECT || category == TRACE_CATEGORY_OPERATION;
    case VIZ_EVENTS_OF_TURNS:
        return category == TRACE_CATEGORY_TURN || category == TRACE_CATEGORY_RUN;
    case VIZ_EVENTS_TOLD:
        return category >= TRACE_CATEGORY_PRINT && category <= TRACE_CATEGORY_FAULT;
    default:
        return true;
    }
}

static int list(struct trace_consumer *consumer, const struct trace_event *event) {
    struct listing *listing = (struct listing *)(void *)consumer;
    if (!is_listed(listing, event) || (listing->behind && listing->count == listing->room))
        return 0;
    struct listed *listed = &listing->events[listing->count++ % listing->room];
    listed->ordinal = event->ordinal;
    listed->time_ns = event->time_ns;
    listed->tid = event->tid;
    word(listed->words, listing->subject->model, event);
    return 0;
}

/* --- Rows ----------------------------------------------------------------------------------- */

static void write_row(struct viz_panel *panel, const struct viz_subject *subject,
                      const struct listed *listed) {
    const struct viz_travel *travel = subject->travel;
    char number[VIZ_TIME_SIZE + 40], time[VIZ_TIME_SIZE];
    struct viz_id step = {.kind = VIZ_ID_STEP, .index = (uint32_t)listed->ordinal};
    bool here = listed->ordinal == travel->ordinal;
    viz_format_exact(listed->time_ns - subject->model->origin_ns, time);
    (void)snprintf(number, sizeof number, "%s%" PRIu64 "  %s", here ? "\xE2\x96\xB8 " : "",
                   listed->ordinal, time);
    viz_panel_open(panel, VIZ_BLOCK_ROW);
    viz_panel_link(panel, number, (struct viz_link){.to = step});
    if (here)
        viz_panel_underline(panel);
    uint32_t lane = viz_lane_of_tid(subject->model, listed->tid);
    char name[128];
    if (lane != TRACE_NO_INDEX) {
        viz_lane_name(subject->model, lane, name, sizeof name);
        viz_panel_link(panel, name, (struct viz_link){.to = {.kind = VIZ_ID_LANE, .index = lane}});
        viz_panel_say(panel, ": ");
    }
    viz_panel_say(panel, listed->words);
}

static void write_events(struct viz_panel *panel, const struct viz_subject *subject, bool behind,
                         uint64_t from, uint64_t to) {
    struct listing listing = {.consumer.take = list,
                              .subject = subject,
                              .selected = viz_tid_of(subject->model, subject->selected),
                              .room = behind ? BEHIND : BEFORE,
                              .behind = behind};
    listing.events = base_zalloc(listing.room, sizeof *listing.events);
    if (listing.events == NULL || from > to) {
        base_free(listing.events);
        return;
    }
    (void)trace_timeline_tell(subject->travel->timeline, from, to, &listing.consumer);
    size_t first = listing.count > listing.room ? listing.count - listing.room : 0;
    for (size_t i = first; i < listing.count; i++)
        write_row(panel, subject, &listing.events[i % listing.room]);
    base_free(listing.events);
}

void viz_tab_events(struct viz_panel *panel, const struct viz_subject *subject) {
    static const char *const filters[VIZ_EVENTS_COUNT] = {
        [VIZ_EVENTS_ALL] = "all events",
        [VIZ_EVENTS_OF_SELECTED] = "events of the selected task",
        [VIZ_EVENTS_OF_OBJECTS] = "events of objects",
        [VIZ_EVENTS_OF_TURNS] = "turns of the loop",
        [VIZ_EVENTS_TOLD] = "output, signals, cancellations, errors",
    };
    const struct viz_travel *travel = subject->travel;
    viz_panel_title(panel, "events", filters[travel->filter]);
    if (travel->timeline == NULL || travel->ordinal == 0) {
        viz_panel_open(panel, VIZ_BLOCK_TEXT);
        viz_panel_say(panel, "Those around the playhead: a full stop puts it into the run.");
        return;
    }
    uint64_t here = travel->ordinal;
    write_events(panel, subject, false, here > LOOKED_AT ? here - LOOKED_AT : 1, here - 1);
    write_events(panel, subject, true, here, here + LOOKED_AT);
}
