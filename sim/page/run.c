/* A run as the data that page.js reads: lists of numbers, a row behind the other. What a row of
 * each list has says `fields` there. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "page/internal.h"

/* --- Texts ------------------------------------------------------------------------------------ */

uint32_t page_text(struct page *page, const char *text, size_t length) {
    base_buffer_clear(&page->scratch);
    int error = 0;
    for (size_t size; length > 0 && error == 0; text += size, length -= size) {
        size = base_utf8_length((const unsigned char *)text, length);
        bool fine = size > 0 && (*text == '\n' || !base_is_control(base_utf8_decode(text, size)));
        size += size == 0;
        error = base_buffer_append(&page->scratch, fine ? text : BASE_REPLACEMENT, fine ? size : 3);
    }
    return error != 0 ? UINT32_MAX
                      : base_strings_add(page->texts, page->scratch.data, page->scratch.length);
}

void page_put(struct page *page, int64_t number) {
    doc_write_whole(&page->data, NULL, number);
}

/* 0 for an empty one, and where there is no memory, which the data then knows. */
static uint32_t number_of(struct page *page, const char *text, size_t length) {
    uint32_t number = length == 0 ? 0 : page_text(page, text, length);
    if (number != UINT32_MAX)
        return number;
    if (page->data.error == 0)
        page->data.error = CAD_ENOMEM;
    return 0;
}

void page_put_text(struct page *page, const char *text, size_t length) {
    page_put(page, number_of(page, text, length));
}

void page_put_member(struct page *page, const char *key, const char *text) {
    doc_write_whole(&page->data, key, number_of(page, text, strlen(text)));
}

static void put_name(struct page *page, const struct trace_model *trace, uint32_t text) {
    page_put_text(page, trace_text(trace, text), trace_text_length(trace, text));
}

/* The first of the members of an object of the trace that is there, with a word before it. */
static void put_member(struct page *page, const struct trace_model *trace, uint32_t args,
                       const char *word, const char *key) {
    char text[512];
    size_t length = strlen(word);
    memcpy(text, word, length);
    bool found = trace_arg_text(trace, args, key, text + length, sizeof text - length);
    page_put_text(page, text, found ? strlen(text) : 0);
}

static bool has_member(const struct trace_model *trace, uint32_t args, const char *key) {
    char text[8];
    return trace_arg_text(trace, args, key, text, sizeof text);
}

/* --- What is in the page ---------------------------------------------------------------------- */

static uint32_t *make_numbers(size_t count) {
    uint32_t *numbers = base_alloc((count + 1) * sizeof *numbers);
    for (size_t i = 0; numbers != NULL && i < count; i++)
        numbers[i] = TRACE_NO_INDEX;
    return numbers;
}

/* Numbers the bars and marks of a lane; they come in this order in the data. */
static void index_track(struct page_index *index, const struct trace_model *trace,
                        const struct trace_track *track, const struct page_stretch *stretch,
                        uint32_t *bars, uint32_t *marks) {
    for (uint32_t i = track->first_slice; i < track->first_slice + track->slice_count; i++) {
        const struct trace_slice *slice = &trace->slices[i];
        if (page_kind_of(trace, slice) != PAGE_NO_KIND &&
            page_overlaps(stretch, slice->begin_ns, slice->end_ns))
            index->bar_of_slice[i] = (*bars)++;
    }
    for (uint32_t i = track->first_instant; i < track->first_instant + track->instant_count; i++) {
        uint32_t number = trace->track_instants[i];
        const struct trace_instant *instant = &trace->instants[number];
        if (page_is_mark(instant) && page_overlaps(stretch, instant->time_ns, instant->time_ns))
            index->mark_of_instant[number] = (*marks)++;
    }
}

int page_index_make(struct page_index *index, const struct trace_model *trace,
                    const struct page_choice *choice) {
    uint32_t lanes = 0, bars = 0, marks = 0;
    index->lane_of_track = make_numbers(trace->track_count);
    index->bar_of_slice = make_numbers(trace->slice_count);
    index->mark_of_instant = make_numbers(trace->instant_count);
    if (index->lane_of_track == NULL || index->bar_of_slice == NULL ||
        index->mark_of_instant == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < trace->track_count; i++) {
        if (!choice->tracks[i])
            continue;
        index->lane_of_track[i] = lanes++;
        index_track(index, trace, &trace->tracks[i], &choice->stretch, &bars, &marks);
    }
    return 0;
}

void page_index_free(struct page_index *index) {
    base_free(index->lane_of_track);
    base_free(index->bar_of_slice);
    base_free(index->mark_of_instant);
}

/* --- Lists ------------------------------------------------------------------------------------ */

/* The statistics of a task; NULL: there are none. */
static const struct stat_task *statistics_of(const struct page_run *run,
                                             const struct trace_track *track, size_t *from) {
    const struct stat_run *statistics = run->statistics;
    if (statistics == NULL || track->kind != TRACE_TRACK_TASK)
        return NULL;
    while (*from < statistics->task_count && statistics->tasks[*from].tid < track->tid)
        ++*from;
    bool found = *from < statistics->task_count && statistics->tasks[*from].tid == track->tid;
    return found ? &statistics->tasks[*from] : NULL;
}

static void put_lane(struct page *page, const struct page_run *run, const struct trace_track *track,
                     const struct stat_task *task) {
    const struct trace_model *trace = run->trace;
    page_put(page, track->tid);
    put_name(page, trace, track->name);
    page_put(page, track->kind);
    page_put(page, track->begin_ns);
    page_put(page, track->end_ns);
    page_put(page, track->outcome);
    const struct trace_slice *life =
        track->slice_count > 0 ? &trace->slices[track->first_slice] : NULL;
    if (life != NULL && track->outcome == TRACE_OUTCOME_FAILED)
        put_member(page, trace, life->end_args, "", "error");
    else
        page_put(page, 0);
    for (int part = 0; part < STAT_PART_COUNT; part++)
        page_put(page, task == NULL ? 0 : task->parts_ns[part]);
}

static void put_lanes(struct page *page, const struct page_run *run,
                      const struct page_index *index) {
    const struct trace_model *trace = run->trace;
    size_t at = 0, left = 0;
    doc_write_open(&page->data, "lanes", '[');
    for (size_t i = 0; i < trace->track_count; i++) {
        if (index->lane_of_track[i] != TRACE_NO_INDEX)
            put_lane(page, run, &trace->tracks[i], statistics_of(run, &trace->tracks[i], &at));
        else
            left += trace->tracks[i].kind == TRACE_TRACK_TASK;
    }
    doc_write_close(&page->data, ']');
    doc_write_whole(&page->data, "lanes_left", (int64_t)left);
}

/* How many spans are around a slice. */
static unsigned depth_of(const struct trace_model *trace, const struct trace_slice *slice) {
    unsigned depth = 0;
    for (uint32_t at = slice->parent; at != TRACE_NO_INDEX; at = trace->slices[at].parent)
        depth += page_kind_of(trace, &trace->slices[at]) == PAGE_SPAN;
    return depth;
}

/* What else there is to say of a bar. */
static void put_detail(struct page *page, const struct page_run *run,
                       const struct trace_slice *slice) {
    const struct trace_model *trace = run->trace;
    if (trace->version == 0)
        page_put_text(page, trace_text(trace, slice->args),
                      slice->args == 0 ? 0 : strnlen(trace_text(trace, slice->args), 400));
    else if (has_member(trace, slice->end_args, "result"))
        put_member(page, trace, slice->end_args, "result ", "result");
    else if (has_member(trace, slice->end_args, "error"))
        put_member(page, trace, slice->end_args, "", "error");
    else if (has_member(trace, slice->end_args, "why"))
        put_member(page, trace, slice->end_args, "", "why");
    else if (has_member(trace, slice->args, "owner"))
        put_member(page, trace, slice->args, "held by ", "owner");
    else
        put_member(page, trace, slice->end_args, "", "outcome");
}

static void put_bars(struct page *page, const struct page_run *run,
                     const struct page_index *index) {
    const struct trace_model *trace = run->trace;
    doc_write_open(&page->data, "bars", '[');
    for (size_t i = 0; i < trace->track_count; i++) {
        const struct trace_track *track = &trace->tracks[i];
        for (uint32_t k = track->first_slice; k < track->first_slice + track->slice_count; k++) {
            const struct trace_slice *slice = &trace->slices[k];
            if (index->bar_of_slice[k] == TRACE_NO_INDEX)
                continue;
            page_put(page, index->lane_of_track[i]);
            page_put(page, (int64_t)page_kind_of(trace, slice));
            page_put(page, depth_of(trace, slice));
            page_put(page, slice->begin_ns);
            page_put(page, slice->end_ns - slice->begin_ns);
            put_name(page, trace, slice->name);
            page_put(page, slice->flags);
            put_detail(page, run, slice);
        }
    }
    doc_write_close(&page->data, ']');
}

/* A wake that came from no lane that is shown has -1 for it. */
static void put_wakes(struct page *page, const struct page_run *run,
                      const struct page_stretch *stretch, const struct page_index *index) {
    const struct trace_model *trace = run->trace;
    doc_write_open(&page->data, "wakes", '[');
    for (size_t i = 0; i < trace->wake_count; i++) {
        const struct trace_wake *wake = &trace->wakes[i];
        uint32_t to = index->lane_of_track[wake->to_track];
        uint32_t from = index->lane_of_track[wake->from_track];
        uint32_t bar = wake->wait == TRACE_NO_INDEX ? wake->wait : index->bar_of_slice[wake->wait];
        if (to == TRACE_NO_INDEX || !page_overlaps(stretch, wake->from_ns, wake->to_ns))
            continue;
        page_put(page, wake->from_ns);
        page_put(page, wake->to_ns);
        page_put(page, from == TRACE_NO_INDEX ? -1 : (int64_t)from);
        page_put(page, to);
        page_put(page, bar == TRACE_NO_INDEX ? -1 : (int64_t)bar);
    }
    doc_write_close(&page->data, ']');
}

static void put_marks(struct page *page, const struct page_run *run,
                      const struct page_index *index) {
    const struct trace_model *trace = run->trace;
    doc_write_open(&page->data, "marks", '[');
    for (size_t i = 0; i < trace->track_count; i++) {
        const struct trace_track *track = &trace->tracks[i];
        for (uint32_t k = 0; k < track->instant_count; k++) {
            uint32_t number = trace->track_instants[track->first_instant + k];
            const struct trace_instant *instant = &trace->instants[number];
            const char *category = trace_category_text(trace, instant->category);
            if (index->mark_of_instant[number] == TRACE_NO_INDEX)
                continue;
            page_put(page, index->lane_of_track[i]);
            page_put(page, instant->time_ns);
            page_put_text(page, category, strlen(category));
            put_name(page, trace, instant->name);
            put_member(page, trace, instant->args, "",
                       instant->category == TRACE_CATEGORY_DATA ? "bytes" : "message");
        }
    }
    doc_write_close(&page->data, ']');
}

/* --- The run ---------------------------------------------------------------------------------- */

static void put_statistics(struct page *page, const struct stat_run *run) {
    doc_writer *data = &page->data;
    if (run == NULL)
        return;
    doc_write_open(data, "statistics", '{');
    stat_write_run_json(run, data, "run");
    doc_write_open(data, "primitives", '[');
    for (size_t i = 0; i < run->object_count && i < PAGE_PRIMITIVES_MAX; i++)
        stat_write_object_json(run, data, &run->objects[i]);
    doc_write_close(data, ']');
    if (run->object_count > PAGE_PRIMITIVES_MAX)
        doc_write_whole(data, "primitives_left",
                        (int64_t)(run->object_count - PAGE_PRIMITIVES_MAX));
    doc_write_open(data, "lanes", '[');
    for (size_t i = 0; i < run->lane_count && i < PAGE_PRIMITIVES_MAX; i++)
        stat_write_lane_json(run, data, &run->lanes[i]);
    doc_write_close(data, ']');
    if (run->lane_count > PAGE_PRIMITIVES_MAX)
        doc_write_whole(data, "lanes_left", (int64_t)(run->lane_count - PAGE_PRIMITIVES_MAX));
    doc_write_close(data, '}');
}

void page_write_run(struct page *page, const struct page_run *run,
                    const struct page_stretch *stretch, const struct page_index *index) {
    const struct trace_model *trace = run->trace;
    doc_writer *data = &page->data;
    doc_write_open(data, NULL, '{');
    doc_write_open(data, "head", '[');
    page_put_text(page, run->name, strlen(run->name));
    put_name(page, trace, trace->scenario);
    put_name(page, trace, trace->clock);
    put_name(page, trace, trace->outcome);
    doc_write_close(data, ']');
    doc_write_truth(data, "own", trace->version > 0);
    doc_write_truth(data, "complete", trace->complete);
    doc_write_whole(data, "seed", trace->seed);
    doc_write_whole(data, "events", (int64_t)trace->event_count);
    doc_write_whole(data, "begin", trace->begin_ns);
    doc_write_whole(data, "end", trace->end_ns);
    doc_write_whole(data, "from", stretch->from_ns);
    doc_write_whole(data, "to", stretch->to_ns);
    put_lanes(page, run, index);
    put_bars(page, run, index);
    put_wakes(page, run, stretch, index);
    put_marks(page, run, index);
    put_statistics(page, run->statistics);
    doc_write_close(data, '}');
}
