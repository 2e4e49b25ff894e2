/* What is selected, why it was so, and what came of it. Where the trace has no reasons - it is
 * another program's - there are the rows of its description alone. */
#include "tab_why.h"

#include "cadran.h"
#include "describe.h"
#include "why/slack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAITS_SHOWN = 8, EFFECTS_SHOWN = 12, PIECES_SHOWN = 24, LAST_SHOWN = 3, SHORT_PART = 200 };

/* What a thing is, in a word. */
static const char *chip_of(const struct viz_model *model, struct viz_id id) {
    static const char *const looks[VIZ_LOOK_COUNT] = {
        [VIZ_LOOK_SPAN] = "span",   [VIZ_LOOK_SLEEP] = "sleep", [VIZ_LOOK_WAIT] = "wait",
        [VIZ_LOOK_READY] = "ready", [VIZ_LOOK_RUN] = "run",     [VIZ_LOOK_LANE] = "lane"};
    switch ((enum viz_id_kind)id.kind) {
    case VIZ_ID_BAR:
        return looks[model->bars[id.index].look];
    case VIZ_ID_LANE:
        return "task";
    case VIZ_ID_INSTANT:
        return "event";
    case VIZ_ID_WAKE:
        return "wake";
    case VIZ_ID_OBJECT:
        return "object";
    default:
        return "trace";
    }
}

/* --- Sentences ------------------------------------------------------------------------------ */

static struct viz_link link_of(const struct viz_subject *subject, const struct why_mark *mark) {
    const struct viz_model *model = subject->model;
    const struct why_run *run = subject->reasons->run;
    struct viz_link link = {.to = {.kind = VIZ_ID_NOTHING}};
    uint32_t lane;
    switch ((enum why_mark_kind)mark->kind) {
    case WHY_MARK_TASK:
        lane = viz_lane_of_task(model, run, mark->index);
        if (lane != TRACE_NO_INDEX)
            link.to = (struct viz_id){.kind = VIZ_ID_LANE, .index = lane};
        break;
    case WHY_MARK_WAIT:
        link.to = viz_bar_of_wait(model, run, mark->index);
        break;
    case WHY_MARK_SPAN:
        link.to = viz_bar_of_span(model, run, mark->index);
        break;
    case WHY_MARK_TIME:
        link.timed = true;
        link.time_ns = mark->time_ns - model->origin_ns;
        break;
    case WHY_MARK_OBJECT:
        for (uint32_t i = 0; i < model->object_count; i++)
            if ((uint64_t)model->objects[i].id == run->objects[mark->index].id)
                link.to = (struct viz_id){.kind = VIZ_ID_OBJECT, .index = i};
        break;
    }
    return link;
}

/* A mark that leads to nothing that the picture has is no link. */
static bool leads(struct viz_link link) {
    return link.timed || link.to.kind != VIZ_ID_NOTHING;
}

/* What has been said, with its marks as links. */
static void put_said(struct viz_panel *panel, const struct viz_subject *subject) {
    struct why_said *said = &subject->reasons->said;
    size_t at = 0;
    for (size_t i = 0; i < said->mark_count; i++) {
        const struct why_mark *mark = &said->marks[i];
        struct viz_link link = link_of(subject, mark);
        if (mark->from < at || !leads(link))
            continue;
        viz_panel_say_bytes(panel, said->text.data + at, mark->from - at);
        viz_panel_link_bytes(panel, said->text.data + mark->from, mark->length, link);
        at = mark->from + mark->length;
    }
    if (said->text.length > at)
        viz_panel_say_bytes(panel, said->text.data + at, said->text.length - at);
    if (said->error != 0)
        panel->error = said->error;
    why_said_clear(said);
}

static void put_item(struct viz_panel *panel, const struct viz_subject *subject) {
    viz_panel_open(panel, VIZ_BLOCK_ITEM);
    put_said(panel, subject);
}

static void put_text(struct viz_panel *panel, const struct viz_subject *subject) {
    viz_panel_open(panel, VIZ_BLOCK_TEXT);
    put_said(panel, subject);
}

/* --- A bar ---------------------------------------------------------------------------------- */

static void put_slack(struct viz_panel *panel, int64_t slack_ns) {
    char text[VIZ_TIME_SIZE], value[VIZ_TIME_SIZE + 24];
    if (slack_ns == WHY_FREE)
        return;
    viz_format_duration(slack_ns, text);
    snprintf(value, sizeof value, "could end %s later", text);
    viz_panel_row(panel, "slack", slack_ns == 0 ? "none: the run would be longer" : value);
}

/* The waits that the task ended from one event on, up to its next pause. */
static void put_effects(struct viz_panel *panel, const struct viz_subject *subject, uint32_t task,
                        uint64_t from, uint64_t to) {
    const struct why_run *run = subject->reasons->run;
    struct why_said *said = &subject->reasons->said;
    uint32_t place = why_deed_from(run, task, from);
    uint32_t end = run->tasks[task].first_deed + run->tasks[task].deed_count, count = 0;
    for (; place < end && run->waits[run->task_deeds[place]].by_ordinal < to; place++, count++) {
        if (count == 0)
            viz_panel_section(panel, "Effects");
        if (count >= EFFECTS_SHOWN)
            continue;
        why_say_wait(said, run->task_deeds[place]);
        put_item(panel, subject);
    }
    if (count > EFFECTS_SHOWN) {
        why_say(said, "and %" PRIu32 " more", count - EFFECTS_SHOWN);
        put_item(panel, subject);
    }
}

/* Of a way of many pieces those that are less than a part of it are counted, and not told. */
static bool is_told(const struct why_path *path, size_t index) {
    const struct why_piece *piece = &path->pieces[index];
    int64_t all_ns = path->pieces[path->count - 1].end_ns;
    return path->count <= PIECES_SHOWN || piece->end_ns - piece->begin_ns >= all_ns / SHORT_PART;
}

static void put_piece(struct viz_panel *panel, const struct viz_subject *subject,
                      const struct why_path *path, size_t index) {
    const struct why_piece *piece = &path->pieces[index];
    struct why_said *said = &subject->reasons->said;
    why_say_moment(said, piece->begin_ns);
    why_say(said, ": ");
    if (piece->task != WHY_NONE) {
        why_say_task(said, piece->task);
        why_say(said, " ");
    }
    why_say_piece(said, piece);
    if (piece->end_ns > piece->begin_ns) {
        why_say(said, ", ");
        why_say_length(said, piece->end_ns - piece->begin_ns);
    }
    if (piece->lead != WHY_GOES_ON && index + 1 < path->count) {
        why_say(said, ", and ");
        why_say_lead(said, piece, path->pieces[index + 1].task);
    }
    put_item(panel, subject);
}

static void put_rest(struct viz_panel *panel, const struct viz_subject *subject, size_t count) {
    if (count == 0)
        return;
    why_say(&subject->reasons->said, "and %zu more piece%s", count, count == 1 ? "" : "s");
    put_item(panel, subject);
}

/* The way from the beginning to a place, the last piece first. */
static void put_way(struct viz_panel *panel, const struct viz_subject *subject, uint32_t task,
                    uint64_t ordinal, int64_t time_ns) {
    struct why_path path;
    if (why_find_path_to(subject->reasons->run, task, ordinal, time_ns, &path) != 0) {
        panel->error = CAD_ENOMEM;
        return;
    }
    size_t shown = 0, left = 0;
    for (size_t i = path.count; i-- > 0;) {
        const struct why_piece *piece = &path.pieces[i];
        if (piece->begin_ns == piece->end_ns && i + 1 == path.count)
            continue; /* what is selected itself */
        if (shown + left == 0)
            viz_panel_section(panel, "Causes");
        if (shown >= PIECES_SHOWN || (shown >= LAST_SHOWN && !is_told(&path, i))) {
            left++;
            continue;
        }
        put_piece(panel, subject, &path, i);
        shown++;
    }
    put_rest(panel, subject, left);
    why_path_free(&path);
}

static void put_wait(struct viz_panel *panel, const struct viz_subject *subject, uint32_t number) {
    const struct why_run *run = subject->reasons->run;
    const struct why_wait *wait = &run->waits[number];
    why_say_wait(&subject->reasons->said, number);
    put_text(panel, subject);
    put_slack(panel, wait->slack_ns);
    if (wait->end_ordinal != 0)
        put_way(panel, subject, wait->task, wait->end_ordinal + 1, wait->end_ns);
    else
        put_way(panel, subject, wait->task, wait->begin_ordinal, wait->begin_ns);
    if (wait->end_ordinal != 0)
        put_effects(panel, subject, wait->task, wait->end_ordinal,
                    why_next_pause(run, wait->task, wait->end_ordinal + 1));
}

/* It began then, and what it had waited for until then. */
static void put_span(struct viz_panel *panel, const struct viz_subject *subject, uint32_t number) {
    const struct why_run *run = subject->reasons->run;
    const struct why_span *span = &run->spans[number];
    struct why_said *said = &subject->reasons->said;
    uint32_t wait = why_wait_before(run, span->task, span->begin_ordinal);
    why_say_task(said, span->task);
    why_say(said, " began it at ");
    why_say_moment(said, span->begin_ns);
    if (wait != WHY_NONE) {
        why_say(said, run->waits[wait].end_ns == span->begin_ns ? ": it " : "; before that it ");
        why_say_waited(said, wait);
    }
    put_text(panel, subject);
    put_slack(panel, span->slack_ns);
    put_way(panel, subject, span->task, span->begin_ordinal, span->begin_ns);
    if (span->end_ordinal != 0)
        put_effects(panel, subject, span->task, span->begin_ordinal,
                    why_next_pause(run, span->task, span->end_ordinal));
}

static void put_bar(struct viz_panel *panel, const struct viz_subject *subject, uint32_t bar) {
    const struct why_run *run = subject->reasons->run;
    uint32_t wait = viz_wait_of_bar(subject->model, run, bar);
    uint32_t span = viz_span_of_bar(subject->model, run, bar);
    if (wait != WHY_NONE)
        put_wait(panel, subject, wait);
    else if (span != WHY_NONE)
        put_span(panel, subject, span);
}

/* --- A task --------------------------------------------------------------------------------- */

struct length {
    int64_t ns;
    uint32_t wait;
};

static int longest_first(const void *left, const void *right) {
    const struct length *a = left, *b = right;
    if (a->ns != b->ns)
        return a->ns > b->ns ? -1 : 1;
    return a->wait < b->wait ? -1 : a->wait > b->wait;
}

/* The longest waits of a task that are for more than time: of many, the first of equal ones. */
static size_t find_longest(const struct why_run *run, uint32_t task,
                           struct length longest[WAITS_SHOWN + 1]) {
    size_t count = 0;
    for (uint32_t i = 0; i < run->tasks[task].wait_count; i++) {
        uint32_t number = run->task_waits[run->tasks[task].first_wait + i];
        const struct why_wait *wait = &run->waits[number];
        if (wait->sleeps && wait->end == WHY_TIMER && wait->until_ns == wait->end_ns)
            continue;
        longest[count++] = (struct length){wait->end_ns - wait->begin_ns, number};
        qsort(longest, count, sizeof *longest, longest_first);
        if (count > WAITS_SHOWN)
            count = WAITS_SHOWN;
    }
    return count;
}

static void put_task(struct viz_panel *panel, const struct viz_subject *subject, uint32_t task) {
    struct length longest[WAITS_SHOWN + 1];
    size_t count = find_longest(subject->reasons->run, task, longest);
    why_say_life(&subject->reasons->said, task);
    put_text(panel, subject);
    for (size_t i = 0; i < count; i++) {
        if (i == 0)
            viz_panel_section(panel, "Its longest waits");
        why_say_waited(&subject->reasons->said, longest[i].wait);
        put_item(panel, subject);
    }
}

/* --- An object ------------------------------------------------------------------------------ */

static void put_longest(struct viz_panel *panel, const struct viz_subject *subject,
                        uint32_t object) {
    uint32_t longest = why_longest_wait(subject->reasons->run, object);
    if (longest == WHY_NONE)
        return;
    viz_panel_section(panel, "The longest wait");
    why_say_wait(&subject->reasons->said, longest);
    put_item(panel, subject);
}

/* How it stands at the playhead, else in the end. */
static void put_object(struct viz_panel *panel, const struct viz_subject *subject, uint32_t index) {
    const struct why_run *run = subject->reasons->run;
    const struct viz_travel *travel = subject->travel;
    uint32_t object = 0;
    while (object < run->object_count &&
           run->objects[object].id != (uint64_t)subject->model->objects[index].id)
        object++;
    if (object == run->object_count)
        return;
    why_say_object_at(&subject->reasons->said, object,
                      travel->ordinal != 0 ? travel->time_ns : run->end_ns);
    put_text(panel, subject);
    put_longest(panel, subject, object);
}

/* --- The run -------------------------------------------------------------------------------- */

static void put_run(struct viz_panel *panel, const struct viz_subject *subject) {
    const struct viz_reasons *reasons = subject->reasons;
    struct why_said *said = &subject->reasons->said;
    viz_panel_section(panel, "What stands out");
    for (size_t i = 0; i < reasons->findings.count; i++) {
        why_say_finding(said, &reasons->findings.items[i]);
        put_item(panel, subject);
    }
    if (reasons->findings.count == 0) {
        why_say(said, "nothing");
        put_item(panel, subject);
    }
    put_longest(panel, subject, WHY_NONE);
    viz_panel_section(panel, reasons->way.ends ? "The longest way"
                                               : "The longest way to the last thing that happened");
    if (reasons->way.count > 0) {
        why_say_shares(said, &reasons->way);
        put_text(panel, subject);
    }
    size_t shown = 0;
    for (size_t i = 0; i < reasons->way.count; i++) {
        if (shown >= PIECES_SHOWN || !is_told(&reasons->way, i))
            continue;
        put_piece(panel, subject, &reasons->way, i);
        shown++;
    }
    put_rest(panel, subject, reasons->way.count - shown);
}

/* --- The whole ------------------------------------------------------------------------------ */

static void put_why(struct viz_panel *panel, const struct viz_subject *subject, struct viz_id id) {
    const struct why_run *run = subject->reasons->run;
    uint32_t task =
        id.kind == VIZ_ID_LANE ? viz_task_of_lane(subject->model, run, id.index) : WHY_NONE;
    if (id.kind == VIZ_ID_BAR)
        put_bar(panel, subject, id.index);
    else if (task != WHY_NONE)
        put_task(panel, subject, task);
    else if (id.kind == VIZ_ID_OBJECT)
        put_object(panel, subject, id.index);
    else if (id.kind == VIZ_ID_TRACE)
        put_run(panel, subject);
}

void viz_tab_why(struct viz_panel *panel, const struct viz_subject *subject) {
    struct viz_id id = subject->selected;
    struct viz_description said;
    if (!viz_describe(subject->model, id, &said)) {
        id = (struct viz_id){.kind = VIZ_ID_TRACE};
        (void)viz_describe(subject->model, id, &said);
    }
    viz_panel_title(panel, chip_of(subject->model, id), said.heading);
    bool told = viz_reasons_read(subject->reasons);
    if (told)
        put_why(panel, subject, id);
    if (told && said.count > 0)
        viz_panel_section(panel, "Details");
    for (int i = 0; i < said.count; i++)
        viz_panel_row(panel, said.facts[i].name, said.facts[i].value);
}
