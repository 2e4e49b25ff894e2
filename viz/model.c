/* From a trace to lanes of rows of bars, and what is looked up in them. */
#include "model.h"

#include "at_work.h"
#include "base/suggestion.h"
#include "busy.h"
#include "cadran.h"
#include "counters.h"
#include "map.h"
#include "objects.h"
#include "palette.h"
#include "shares.h"
#include "wakes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- What a slice is ---------------------------------------------------------------------- */

/* Where a slice goes, by slice; kept while the model is made. */
struct place {
    uint32_t row; /* TRACE_NO_INDEX: it is not drawn as a bar */
    uint16_t span_depth;
    uint8_t look;
    bool overlay;
};

int viz_look_of(const struct trace_slice *slice, uint32_t sleep) {
    switch (slice->category) {
    case TRACE_CATEGORY_LOOP:
    case TRACE_CATEGORY_TASK:
        return -1;
    case TRACE_CATEGORY_WAIT:
        return slice->name == sleep ? VIZ_LOOK_SLEEP : VIZ_LOOK_WAIT;
    case TRACE_CATEGORY_READY:
        return VIZ_LOOK_READY;
    case TRACE_CATEGORY_RUN:
        return VIZ_LOOK_RUN;
    case TRACE_CATEGORY_LANE:
        return VIZ_LOOK_LANE;
    default:
        return VIZ_LOOK_SPAN;
    }
}

/* Gives each slice of a track its look and its row within the lane; returns the lane's rows. */
static uint32_t place_track(const struct viz_model *model, const struct trace_track *track,
                            uint32_t sleep, struct place *places) {
    uint32_t rows = 1;
    for (uint32_t i = track->first_slice; i < track->first_slice + track->slice_count; i++) {
        const struct trace_slice *slice = &model->trace->slices[i];
        struct place *place = &places[i];
        uint32_t depth = 0;
        if (slice->parent != TRACE_NO_INDEX) {
            const struct place *parent = &places[slice->parent];
            depth = (uint32_t)parent->span_depth + (parent->look == VIZ_LOOK_SPAN);
        }
        int look = viz_look_of(slice, sleep);
        place->look = look < 0 ? VIZ_LOOK_COUNT : (uint8_t)look;
        place->span_depth = (uint16_t)depth;
        place->overlay = look != VIZ_LOOK_SPAN && depth > 0;
        place->row = place->overlay ? depth - 1 : depth;
        /* Time that passes inside a span is its work, and a moment in the queue is not worth a
         * mark there. */
        bool hidden = place->overlay && look != VIZ_LOOK_WAIT;
        if (look < 0 || hidden)
            place->row = TRACE_NO_INDEX;
        else if (place->row >= rows)
            rows = place->row + 1;
    }
    return rows;
}

/* The loop's lane is worth its place only where something is on it. */
static bool is_shown(const struct viz_model *model, const struct trace_track *track,
                     const struct place *places) {
    if (track->kind == TRACE_TRACK_TASK)
        return true;
    if (track->kind != TRACE_TRACK_LOOP)
        return track->slice_count > 0 || track->instant_count > 0;
    for (uint32_t i = track->first_slice; i < track->first_slice + track->slice_count; i++)
        if (places[i].row != TRACE_NO_INDEX &&
            model->trace->slices[i].end_ns > model->trace->slices[i].begin_ns)
            return true;
    return false;
}

/* --- Lanes, rows, bars -------------------------------------------------------------------- */

static void *array_of(size_t count, size_t size) {
    return calloc(count > 0 ? count : 1, size);
}

/* `shown`: which tracks may have a lane; NULL: all. */
static int make_lanes(struct viz_model *model, struct place *places, const bool *shown) {
    const struct trace_model *trace = model->trace;
    model->lanes = array_of(trace->track_count, sizeof *model->lanes);
    model->lane_of_track = array_of(trace->track_count, sizeof *model->lane_of_track);
    if (model->lanes == NULL || model->lane_of_track == NULL)
        return CAD_ENOMEM;
    uint32_t sleep = trace_find_text(trace, "sleep");
    for (uint32_t i = 0; i < trace->track_count; i++) {
        const struct trace_track *track = &trace->tracks[i];
        uint32_t rows = place_track(model, track, sleep, places);
        model->lane_of_track[i] = TRACE_NO_INDEX;
        if (!is_shown(model, track, places) || (shown != NULL && !shown[i]))
            continue;
        model->lane_of_track[i] = (uint32_t)model->lane_count;
        model->task_count += track->kind == TRACE_TRACK_TASK;
        model->lanes[model->lane_count++] = (struct viz_lane){
            .begin_ns = track->begin_ns - model->origin_ns,
            .end_ns = track->end_ns - model->origin_ns,
            .track = i,
            .first_row = (uint32_t)model->row_count,
            .row_count = rows,
        };
        model->row_count += rows;
    }
    return 0;
}

/* Adds what a task does between its bars; without `fill` it is counted only. */
static void add_busy(struct viz_model *model, const struct viz_lane *lane,
                     struct viz_busy_walk *walk, int64_t until_ns, bool fill) {
    struct viz_row *row = &model->rows[lane->first_row];
    struct viz_busy_piece piece;
    while (viz_busy_next(walk, until_ns, &piece)) {
        if (fill)
            model->bars[row->first_bar + row->bar_count] =
                (struct viz_bar){.begin_ns = piece.begin_ns - model->origin_ns,
                                 .end_ns = piece.end_ns - model->origin_ns,
                                 .slice = piece.slice,
                                 .look = VIZ_LOOK_RUN,
                                 .flags = VIZ_BAR_OWN};
        row->bar_count++;
        model->bar_count += !fill;
    }
}

/* A bar of the lane's first row comes next. */
static void pass_bar(struct viz_model *model, const struct viz_lane *lane,
                     struct viz_busy_walk *walk, const struct trace_slice *slice, bool fill) {
    add_busy(model, lane, walk, slice->begin_ns, fill);
    walk->from_ns = slice->end_ns > walk->from_ns ? slice->end_ns : walk->from_ns;
}

static void count_bars(struct viz_model *model, const struct viz_lane *lane,
                       const struct place *places, const struct viz_busy *busy) {
    const struct trace_track *track = &model->trace->tracks[lane->track];
    struct viz_busy_walk walk = viz_busy_begin(busy, model->trace, lane->track);
    for (uint32_t i = track->first_slice; i < track->first_slice + track->slice_count; i++) {
        if (places[i].row == TRACE_NO_INDEX)
            continue;
        struct viz_row *row = &model->rows[lane->first_row + places[i].row];
        if (places[i].overlay) {
            row->overlay_count++;
        } else {
            if (places[i].row == 0)
                pass_bar(model, lane, &walk, &model->trace->slices[i], false);
            row->bar_count++;
        }
        model->bar_count++;
    }
    add_busy(model, lane, &walk, INT64_MAX, false);
}

static int make_rows(struct viz_model *model, const struct place *places,
                     const struct viz_busy *busy) {
    model->rows = array_of(model->row_count, sizeof *model->rows);
    if (model->rows == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < model->lane_count; i++) {
        const struct viz_lane *lane = &model->lanes[i];
        for (uint32_t k = 0; k < lane->row_count; k++)
            model->rows[lane->first_row + k].lane = (uint32_t)i;
        count_bars(model, lane, places, busy);
    }
    uint32_t next = 0;
    for (size_t i = 0; i < model->row_count; i++) {
        struct viz_row *row = &model->rows[i];
        row->first_bar = next;
        row->first_overlay = next + row->bar_count;
        next = row->first_overlay + row->overlay_count;
        row->bar_count = row->overlay_count = 0; /* counted again while they are filled */
    }
    model->bars = array_of(model->bar_count, sizeof *model->bars);
    return model->bars != NULL ? 0 : CAD_ENOMEM;
}

static void add_bar(struct viz_model *model, struct viz_lane *lane, uint32_t index,
                    const struct place *place) {
    const struct trace_slice *slice = &model->trace->slices[index];
    struct viz_row *row = &model->rows[lane->first_row + place->row];
    uint32_t at = place->overlay ? row->first_overlay + row->overlay_count++
                                 : row->first_bar + row->bar_count++;
    struct viz_bar *bar = &model->bars[at];
    bar->begin_ns = slice->begin_ns - model->origin_ns;
    bar->end_ns = slice->end_ns - model->origin_ns;
    bar->slice = index;
    bar->look = place->look;
    bar->flags = (uint8_t)((slice->flags & TRACE_SLICE_OPEN ? VIZ_BAR_OPEN : 0) |
                           (slice->flags & TRACE_SLICE_PENDING ? VIZ_BAR_PENDING : 0));
    if (place->look == VIZ_LOOK_WAIT)
        lane->wait_ns += bar->end_ns - bar->begin_ns;
    model->looks[place->look] = true;
}

/* Whether a word can end after a byte. */
static bool ends_word(char byte) {
    return byte > 0 && !isalnum((unsigned char)byte);
}

/* How many bytes two texts begin with alike, of `most`. */
static size_t common(const char *a, const char *b, size_t most) {
    size_t length = 0;
    while (length < most && a[length] != '\0' && a[length] == b[length])
        length++;
    return length;
}

/* What all bars of a look begin their names with; of one name alone that is the lane's name. */
static uint16_t find_prefix(const struct viz_model *model, const struct viz_lane *lane,
                            enum viz_look look) {
    const struct trace_model *trace = model->trace;
    const struct viz_row *last = &model->rows[lane->first_row + lane->row_count - 1];
    uint32_t end = last->first_overlay + last->overlay_count;
    uint32_t first = TRACE_NO_INDEX;
    uint32_t before = TRACE_NO_INDEX;
    size_t length = UINT16_MAX;
    for (uint32_t i = model->rows[lane->first_row].first_bar; i < end && length > 0; i++) {
        uint32_t name = trace->slices[model->bars[i].slice].name;
        if (model->bars[i].look != look || name == before)
            continue;
        if (first == TRACE_NO_INDEX)
            first = name;
        else
            length = common(trace_text(trace, first), trace_text(trace, name), length);
        before = name;
    }
    if (first == TRACE_NO_INDEX)
        return 0;
    const char *text = trace_text(trace, first);
    if (length == UINT16_MAX) {
        const char *own = trace_text(trace, trace->tracks[lane->track].name);
        length = common(text, own, UINT16_MAX);
        if (own[length] != '\0')
            length = 0;
        while (length > 0 && text[length] != '\0' && ends_word(text[length]))
            length++;
    }
    while (length > 0 && (text[length] == '\0' || !ends_word(text[length - 1])))
        length--;
    return (uint16_t)length;
}

static void fill_bars(struct viz_model *model, const struct place *places,
                      const struct viz_busy *busy) {
    for (size_t i = 0; i < model->lane_count; i++) {
        struct viz_lane *lane = &model->lanes[i];
        const struct trace_track *track = &model->trace->tracks[lane->track];
        struct viz_busy_walk walk = viz_busy_begin(busy, model->trace, lane->track);
        for (uint32_t k = track->first_slice; k < track->first_slice + track->slice_count; k++) {
            if (places[k].row == 0 && !places[k].overlay)
                pass_bar(model, lane, &walk, &model->trace->slices[k], true);
            if (places[k].row != TRACE_NO_INDEX)
                add_bar(model, lane, k, &places[k]);
        }
        add_busy(model, lane, &walk, INT64_MAX, true);
        lane->span_prefix = find_prefix(model, lane, VIZ_LOOK_SPAN);
        lane->wait_prefix = find_prefix(model, lane, VIZ_LOOK_WAIT);
    }
}

/* --- The rest of the model ---------------------------------------------------------------- */

static void find_widest(struct viz_model *model) {
    size_t lengths[VIZ_WIDEST_COUNT] = {0};
    for (int k = 0; k < VIZ_WIDEST_COUNT; k++)
        model->widest[k] = TRACE_NO_INDEX;
    for (uint32_t i = 0; i < model->lane_count; i++) {
        char name[256];
        viz_lane_name(model, i, name, sizeof name);
        size_t length = strlen(name);
        int k = 0;
        while (k < VIZ_WIDEST_COUNT && model->widest[k] != TRACE_NO_INDEX && lengths[k] >= length)
            k++;
        if (k == VIZ_WIDEST_COUNT)
            continue;
        size_t after = (size_t)(VIZ_WIDEST_COUNT - 1 - k);
        memmove(&model->widest[k + 1], &model->widest[k], after * sizeof model->widest[0]);
        memmove(&lengths[k + 1], &lengths[k], after * sizeof lengths[0]);
        model->widest[k] = i;
        lengths[k] = length;
    }
}

enum viz_mark viz_mark_of(uint8_t category) {
    switch (category) {
    case TRACE_CATEGORY_WAKE:   /* where an arrow begins and ends */
    case TRACE_CATEGORY_OBJECT: /* a declaration: its counter says it */
    case TRACE_CATEGORY_FREED:  /* and the details of each step, which would cover all else */
    case TRACE_CATEGORY_TURN:
    case TRACE_CATEGORY_PARK:
    case TRACE_CATEGORY_OPERATION:
    case TRACE_CATEGORY_VARIABLE:
        return VIZ_MARK_NONE;
    case TRACE_CATEGORY_CANCEL:
    case TRACE_CATEGORY_TIMEOUT:
    case TRACE_CATEGORY_ERROR:
    case TRACE_CATEGORY_SIGNAL:
    case TRACE_CATEGORY_FAULT:
        return VIZ_MARK_DIAMOND;
    default:
        return VIZ_MARK_DOT;
    }
}

/* Signals and faults of no lane are lines through all lanes: those are found by find_signals(). */
static bool is_mark(const struct trace_instant *instant, bool has_lane) {
    bool line =
        instant->category == TRACE_CATEGORY_SIGNAL || instant->category == TRACE_CATEGORY_FAULT;
    return viz_mark_of(instant->category) != VIZ_MARK_NONE && (has_lane || !line);
}

static void add_marks(struct viz_model *model, const struct trace_track *track, bool has_lane) {
    const struct trace_model *trace = model->trace;
    const uint32_t *list = &trace->track_instants[track->first_instant];
    for (uint32_t i = 0; i < track->instant_count; i++)
        if (is_mark(&trace->instants[list[i]], has_lane))
            model->marks[model->mark_count++] = list[i];
}

static int find_marks(struct viz_model *model) {
    const struct trace_model *trace = model->trace;
    model->marks = array_of(trace->instant_count, sizeof *model->marks);
    if (model->marks == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < model->lane_count; i++) {
        struct viz_lane *lane = &model->lanes[i];
        lane->first_mark = (uint32_t)model->mark_count;
        add_marks(model, &trace->tracks[lane->track], true);
        lane->mark_count = (uint32_t)model->mark_count - lane->first_mark;
    }
    model->lane_mark_count = model->mark_count;
    for (size_t i = 0; i < trace->track_count; i++)
        if (model->lane_of_track[i] == TRACE_NO_INDEX)
            add_marks(model, &trace->tracks[i], false);
    return 0;
}

/* Wakes are shown by arrows and objects by counters; of the details nothing is. */
static void count_hidden(struct viz_model *model) {
    size_t counts[TRACE_CATEGORY_COUNT] = {0};
    for (size_t i = 0; i < model->trace->instant_count; i++) {
        uint8_t category = model->trace->instants[i].category;
        bool shown = category == TRACE_CATEGORY_WAKE || category == TRACE_CATEGORY_OBJECT;
        if (!shown && viz_mark_of(category) == VIZ_MARK_NONE)
            counts[category]++;
    }
    for (uint8_t i = 0; i < TRACE_CATEGORY_COUNT; i++)
        if (counts[i] > 0 && model->hidden_count < VIZ_HIDDEN_MAX)
            model->hidden[model->hidden_count++] = (struct viz_hidden){i, counts[i]};
}

static int find_signals(struct viz_model *model) {
    const struct trace_model *trace = model->trace;
    for (int fill = 0; fill < 2; fill++) {
        size_t count = 0;
        for (size_t i = 0; i < trace->instant_count; i++) {
            uint8_t category = trace->instants[i].category;
            if (category != TRACE_CATEGORY_SIGNAL && category != TRACE_CATEGORY_FAULT)
                continue;
            if (fill)
                model->signals[count] = (uint32_t)i;
            count++;
        }
        model->signal_count = count;
        if (!fill && (model->signals = array_of(count, sizeof *model->signals)) == NULL)
            return CAD_ENOMEM;
    }
    return 0;
}

static int make(struct viz_model *model, struct place *places, const bool *shown) {
    struct viz_busy busy = {0};
    int error = make_lanes(model, places, shown);
    if (error == 0)
        error = viz_busy_find(&busy, model->trace);
    if (error == 0)
        error = make_rows(model, places, &busy);
    if (error == 0)
        fill_bars(model, places, &busy);
    viz_busy_free(&busy);
    if (error == 0) {
        find_widest(model);
        count_hidden(model);
        error = viz_shares_make(model);
    }
    if (error == 0)
        error = find_marks(model);
    if (error == 0)
        error = find_signals(model);
    if (error == 0)
        error = viz_wakes_make(model);
    if (error == 0)
        error = viz_find_work(model);
    if (error == 0)
        error = viz_counters_make(model);
    if (error == 0)
        error = viz_map_make(&model->density, model, NULL);
    if (error == 0)
        error = viz_objects_make(model);
    if (error == 0)
        viz_model_colour(model,
                         model->trace->version > 0 ? VIZ_COLOUR_BY_DURATION : VIZ_COLOUR_BY_NAME);
    return error;
}

int viz_model_new_of(const struct trace_model *trace, const char *path, const bool *shown,
                     struct viz_model **out) {
    *out = NULL;
    struct viz_model *model = calloc(1, sizeof *model);
    struct place *places = array_of(trace->slice_count, sizeof *places);
    int error = model != NULL && places != NULL ? 0 : CAD_ENOMEM;
    if (error == 0) {
        model->trace = trace;
        model->origin_ns = trace->version > 0 ? 0 : trace->begin_ns;
        model->end_ns = trace->end_ns - model->origin_ns;
        model->deadlocked = strcmp(trace_text(trace, trace->outcome), "deadlock") == 0;
        model->path = malloc(strlen(path) + 1);
        error = model->path != NULL ? 0 : CAD_ENOMEM;
    }
    if (error == 0) {
        memcpy(model->path, path, strlen(path) + 1);
        const char *slash = strrchr(model->path, '/');
        model->file_name = slash != NULL ? slash + 1 : model->path;
        error = make(model, places, shown);
    }
    free(places);
    if (error != 0) {
        viz_model_free(model);
        return error;
    }
    *out = model;
    return 0;
}

int viz_model_new(const struct trace_model *trace, const char *path, struct viz_model **model) {
    return viz_model_new_of(trace, path, NULL, model);
}

void viz_model_free(struct viz_model *model) {
    if (model == NULL)
        return;
    viz_counters_free(model);
    free(model->at_work.samples);
    free(model->density.cells);
    viz_objects_free(model);
    free(model->marks);
    free(model->signals);
    free(model->wakes);
    free(model->wake_ends);
    free(model->lane_of_track);
    free(model->sums);
    free(model->bars);
    free(model->rows);
    free(model->lanes);
    free(model->path);
    free(model);
}

/* --- Names -------------------------------------------------------------------------------- */

const char *viz_model_title(const struct viz_model *model) {
    const char *scenario = trace_text(model->trace, model->trace->scenario);
    return scenario[0] != '\0' ? scenario : model->file_name;
}

void viz_copy_text(char *out, size_t size, const char *text) {
    size_t length = strlen(text);
    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(out, text, length);
    out[length] = '\0';
}

void viz_hidden_text(const struct viz_model *model, char out[VIZ_HIDDEN_SIZE]) {
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < model->hidden_count; i++) {
        char count[VIZ_TIME_SIZE];
        viz_format_count(model->hidden[i].count, count);
        length += (size_t)snprintf(out + length, VIZ_HIDDEN_SIZE - length, "%s%.20s %.10s",
                                   i > 0 ? ", " : "", count,
                                   trace_category_text(model->trace, model->hidden[i].category));
    }
}

void viz_lane_name(const struct viz_model *model, uint32_t lane, char *out, size_t size) {
    const struct trace_model *trace = model->trace;
    const struct trace_track *track = &trace->tracks[model->lanes[lane].track];
    const char *name = trace_text(trace, track->name);
    const char *process =
        trace->process_count > 1 ? trace_text(trace, trace->processes[track->process].name) : "";
    viz_copy_text(out, size, process);
    size_t used = strlen(out);
    if (used > 0 && used + 4 < size) {
        memcpy(out + used, " / ", 4);
        used += 3;
    }
    viz_copy_text(out + used, size - used, name);
}

uint32_t viz_find_lane(const struct viz_model *model, const char *name) {
    for (uint32_t lane = 0; lane < model->lane_count; lane++)
        if (strcmp(trace_text(model->trace, model->trace->tracks[model->lanes[lane].track].name),
                   name) == 0)
            return lane;
    return TRACE_NO_INDEX;
}

const char *viz_near_lane(const struct viz_model *model, const char *name) {
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, name, strlen(name));
    for (uint32_t lane = 0; lane < model->lane_count; lane++)
        base_suggestion_offer(
            &suggestion,
            trace_text(model->trace, model->trace->tracks[model->lanes[lane].track].name));
    return suggestion.best;
}

const char *viz_bar_name(const struct viz_model *model, const struct viz_bar *bar) {
    if (bar->flags & VIZ_BAR_OWN)
        return "computes";
    return trace_text(model->trace, model->trace->slices[bar->slice].name);
}

/* --- Searching ---------------------------------------------------------------------------- */

uint32_t viz_row_of_bar(const struct viz_model *model, uint32_t bar) {
    /* The last row that begins at or before it: an empty one begins where the next does. */
    size_t low = 0;
    size_t high = model->row_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (model->rows[middle].first_bar <= bar)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

uint32_t viz_lane_of(const struct viz_model *model, struct viz_id id) {
    switch ((enum viz_id_kind)id.kind) {
    case VIZ_ID_LANE:
        return id.index;
    case VIZ_ID_BAR:
    case VIZ_ID_BARS:
        return model->rows[viz_row_of_bar(model, id.index)].lane;
    case VIZ_ID_INSTANT:
        return model->lane_of_track[model->trace->instants[id.index].track];
    default:
        return TRACE_NO_INDEX;
    }
}

uint32_t viz_bar_from(const struct viz_model *model, uint32_t first, uint32_t count,
                      int64_t time_ns) {
    uint32_t end = first + count;
    uint32_t low = first;
    uint32_t high = first; /* what is near is found near */
    for (uint32_t step = 1; high < end && model->bars[high].end_ns < time_ns; step *= 2) {
        low = high + 1;
        high = end - high > step ? high + step : end;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (model->bars[middle].end_ns < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t viz_bar_near(const struct viz_model *model, uint32_t first, uint32_t count, uint32_t guess,
                      int64_t time_ns) {
    uint32_t end = first + count;
    uint32_t low = guess < count ? first + guess : end;
    for (uint32_t step = 1; low > first && model->bars[low - 1].end_ns >= time_ns; step *= 2) {
        end = low - 1; /* which may be the one */
        low = end - first > step ? end - step : first;
    }
    return viz_bar_from(model, low, end - low, time_ns);
}

size_t viz_mark_from(const struct viz_model *model, uint32_t lane, double time_ns, size_t *end) {
    size_t low = model->lane_mark_count;
    size_t high = model->mark_count;
    if (lane != TRACE_NO_INDEX) {
        low = model->lanes[lane].first_mark;
        high = low + model->lanes[lane].mark_count;
    }
    *end = high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct trace_instant *instant = &model->trace->instants[model->marks[middle]];
        if ((double)(instant->time_ns - model->origin_ns) < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
