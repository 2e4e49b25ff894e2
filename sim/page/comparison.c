/* Two runs, and what differs: the differences of the comparison, each with the place in either
 * run's data that is to be marked. */
#include <string.h>

#include "base/memory.h"
#include "cadran.h"
#include "page/internal.h"

/* One side: its run, and where things are in its data. */
struct side {
    const struct page_run *run;
    struct page_choice choice;
    struct page_index index;
};

/* A section while it is made. `numbers`: of each difference its place in the page's list, which has
 * the roots first; CMP_NOBODY: it is not there. */
struct section {
    struct page *page;
    const struct cmp_result *result;
    struct side sides[CMP_SIDES];
    uint32_t *numbers;
    uint32_t count;
};

/* --- What is listed --------------------------------------------------------------------------- */

static void list_roots(struct section *section) {
    size_t roots = cmp_root_count(section->result);
    for (size_t i = 0; i < roots && i < PAGE_ROOTS_MAX; i++)
        section->numbers[cmp_root_at(section->result, i)] = section->count++;
}

/* Consequences of listed roots, the first in time. */
static void list_consequences(struct section *section) {
    size_t count = cmp_difference_count(section->result);
    for (uint32_t i = 0; i < count && section->count < PAGE_DIFFERENCES_MAX; i++) {
        uint32_t root = cmp_difference_at(section->result, i)->root;
        if (root != i && section->numbers[root] != CMP_NOBODY)
            section->numbers[i] = section->count++;
    }
}

static int list_differences(struct section *section) {
    size_t count = cmp_difference_count(section->result);
    section->numbers = base_alloc((count + 1) * sizeof *section->numbers);
    if (section->numbers == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < count; i++)
        section->numbers[i] = CMP_NOBODY;
    list_roots(section);
    list_consequences(section);
    return 0;
}

/* --- What of each run is shown ---------------------------------------------------------------- */

/* The track of a task on a side; TRACE_NO_INDEX. */
static uint32_t track_of(const struct section *section, int side, uint32_t task) {
    const struct trace_model *trace = section->sides[side].run->trace;
    uint64_t number = task == CMP_NOBODY ? 0 : cmp_task_at(section->result, task)->number[side];
    if (task == 0)
        number = TRACE_LOOP_TID;
    return number == 0 ? TRACE_NO_INDEX : trace_find_track(trace, 1, (int64_t)number);
}

static void prefer(const struct section *section, int side, uint32_t task, bool *preferred) {
    uint32_t track = track_of(section, side, task);
    if (track != TRACE_NO_INDEX)
        preferred[track] = true;
}

/* The tracks that listed differences are about, on either side. */
static void prefer_listed(const struct section *section, int side, bool *preferred) {
    size_t count = cmp_difference_count(section->result);
    for (uint32_t i = 0; i < count; i++) {
        if (section->numbers[i] == CMP_NOBODY)
            continue;
        const struct cmp_difference *difference = cmp_difference_at(section->result, i);
        for (int which = 0; which < CMP_SIDES; which++)
            if (difference->event[which].ordinal != 0) {
                prefer(section, side, difference->event[which].task, preferred);
                prefer(section, side, difference->event[which].other, preferred);
            }
    }
}

/* When the first root happens on a side, or, where it has none of it, on the other. */
static int64_t time_of_first_root(const struct section *section, int side) {
    if (cmp_root_count(section->result) == 0)
        return 0;
    const struct cmp_difference *root =
        cmp_difference_at(section->result, cmp_root_at(section->result, 0));
    if (root->event[side].ordinal == 0)
        side = cmp_side_of(root);
    return root->event[side].time_ns;
}

static int choose_side(struct section *section, int side) {
    struct side *chosen = &section->sides[side];
    const struct trace_model *trace = chosen->run->trace;
    struct page_stretch all = {trace->begin_ns, trace->end_ns};
    bool *preferred = base_zalloc(trace->track_count + 1, sizeof *preferred);
    if (preferred == NULL)
        return CAD_ENOMEM;
    prefer_listed(section, side, preferred);
    int error = page_choose(&chosen->choice, section->page, trace, all,
                            time_of_first_root(section, side), preferred);
    base_free(preferred);
    return error == 0 ? page_index_make(&chosen->index, trace, &chosen->choice) : error;
}

/* --- Where a difference is -------------------------------------------------------------------- */

/* A place in the data of a run; -1: none. */
struct spot {
    int64_t time_ns, lane, bar, mark;
};

static bool is_of_kind(const struct trace_slice *slice, enum trace_kind kind) {
    return slice->category == trace_kinds[kind].category;
}

/* The bar of an event that begins or ends one. The begin is known of both. */
static int64_t find_bar(const struct side *side, uint32_t track, const struct cmp_event *event,
                        const char *name) {
    const struct trace_model *trace = side->run->trace;
    int64_t begin_ns = event->begin_ns == CMP_NO_TIME ? event->time_ns : event->begin_ns;
    uint32_t past = trace->tracks[track].first_slice + trace->tracks[track].slice_count;
    for (uint32_t i = trace_slice_from(trace, track, begin_ns);
         i < past && trace->slices[i].begin_ns == begin_ns; i++)
        if (is_of_kind(&trace->slices[i], event->kind) &&
            (name[0] == '\0' || strcmp(trace_text(trace, trace->slices[i].name), name) == 0) &&
            side->index.bar_of_slice[i] != TRACE_NO_INDEX)
            return side->index.bar_of_slice[i];
    return -1;
}

/* What happened at a moment, and has no length. */
static int64_t find_mark(const struct side *side, uint32_t track, const struct cmp_event *event,
                         const char *name) {
    const struct trace_model *trace = side->run->trace;
    const struct trace_track *lane = &trace->tracks[track];
    for (uint32_t i = lane->first_instant; i < lane->first_instant + lane->instant_count; i++) {
        uint32_t number = trace->track_instants[i];
        const struct trace_instant *instant = &trace->instants[number];
        if (instant->time_ns == event->time_ns &&
            instant->category == trace_kinds[event->kind].category &&
            (name[0] == '\0' || strcmp(trace_text(trace, instant->name), name) == 0) &&
            side->index.mark_of_instant[number] != TRACE_NO_INDEX)
            return side->index.mark_of_instant[number];
    }
    return -1;
}

static struct spot find_spot(const struct section *section, int side,
                             const struct cmp_event *event) {
    struct spot spot = {-1, -1, -1, -1};
    if (event->ordinal == 0)
        return spot;
    const struct side *shown = &section->sides[side];
    uint32_t track = track_of(section, side, event->task);
    const char *name = cmp_text(section->result, event->name);
    spot.time_ns = event->time_ns;
    if (track == TRACE_NO_INDEX || shown->index.lane_of_track[track] == TRACE_NO_INDEX)
        return spot;
    spot.lane = shown->index.lane_of_track[track];
    spot.bar = find_bar(shown, track, event, name);
    if (spot.bar < 0)
        spot.mark = find_mark(shown, track, event, name);
    return spot;
}

/* --- The list --------------------------------------------------------------------------------- */

static void put_spot(struct page *page, const struct spot *spot) {
    page_put(page, spot->time_ns);
    page_put(page, spot->lane);
    page_put(page, spot->bar);
    page_put(page, spot->mark);
}

static int put_difference(struct section *section, uint32_t number) {
    const struct cmp_difference *difference = cmp_difference_at(section->result, number);
    const char *kind = cmp_kind_words[difference->kind];
    base_buffer sentence = {0};
    int error = cmp_sentence(section->result, difference, &sentence);
    if (error == 0) {
        page_put_text(section->page, kind, strlen(kind));
        page_put(section->page, section->numbers[difference->root]);
        page_put(section->page, difference->root == number ? difference->consequences : 0);
        page_put_text(section->page, sentence.data, sentence.length);
        for (int side = 0; side < CMP_SIDES; side++) {
            struct spot spot = find_spot(section, side, &difference->event[side]);
            put_spot(section->page, &spot);
        }
    }
    base_buffer_free(&sentence);
    return error;
}

/* In the order of their numbers: the roots, then what follows from them. */
static int put_differences(struct section *section) {
    const struct cmp_result *result = section->result;
    doc_writer *data = &section->page->data;
    uint32_t count = (uint32_t)cmp_difference_count(result),
             roots = (uint32_t)cmp_root_count(result);
    int error = 0;
    doc_write_whole(data, "roots", roots);
    doc_write_whole(data, "followers", (int64_t)count - roots);
    doc_write_whole(data, "left", (int64_t)count - section->count);
    doc_write_open(data, "differences", '[');
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < count && error == 0; i++)
            if (section->numbers[i] != CMP_NOBODY && cmp_is_root(result, i) == (pass == 0))
                error = put_difference(section, i);
    doc_write_close(data, ']');
    return error;
}

/* --- The section ------------------------------------------------------------------------------ */

static int put_section(struct section *section, const char *name, const char *text) {
    struct page *page = section->page;
    page_open_section(page, name, text);
    doc_write_open(&page->data, "runs", '[');
    for (int side = 0; side < CMP_SIDES; side++) {
        const struct side *shown = &section->sides[side];
        page_write_run(page, shown->run, &shown->choice.stretch, &shown->index);
    }
    doc_write_close(&page->data, ']');
    int error = put_differences(section);
    doc_write_close(&page->data, '}');
    return error != 0 ? error : page->data.error;
}

int page_add_comparison(struct page *page, const char *name, const char *text,
                        const struct page_run runs[CMP_SIDES], const struct cmp_result *result) {
    struct section section = {.page = page, .result = result};
    int error = list_differences(&section);
    for (int side = 0; side < CMP_SIDES && error == 0; side++) {
        section.sides[side].run = &runs[side];
        error = choose_side(&section, side);
    }
    if (error == 0)
        error = put_section(&section, name, text);
    for (int side = 0; side < CMP_SIDES; side++) {
        base_free(section.sides[side].choice.tracks);
        page_index_free(&section.sides[side].index);
    }
    base_free(section.numbers);
    return error;
}
