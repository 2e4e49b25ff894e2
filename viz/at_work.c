/* How many tasks are at work, over time: the stretches in which each of them is, and their sum.
 *
 * Of the stretches only the begins and the ends are kept, each sorted on its own: how many have
 * begun less how many have ended is how many there are, whichever belong together. What begins and
 * ends at one time is one change, so that nothing counts that has no length. */
#include "at_work.h"

#include "cadran.h"

#include <stdlib.h>
#include <string.h>

/* Digits that the sort goes by. */
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

struct times {
    int64_t *begins;
    int64_t *ends;
    size_t count;
};

/* No more stretches than there are slices: each begins with a span, or behind what it waits for. */
static int times_new(struct times *times, size_t most) {
    *times = (struct times){.begins = malloc((most + 1) * sizeof *times->begins),
                            .ends = malloc((most + 1) * sizeof *times->ends)};
    return times->begins != NULL && times->ends != NULL ? 0 : CAD_ENOMEM;
}

static void times_free(struct times *times) {
    free(times->begins);
    free(times->ends);
}

/* Adds a stretch, where it has a length, and returns that. */
static int64_t add_stretch(struct times *times, int64_t begin_ns, int64_t end_ns) {
    if (end_ns <= begin_ns)
        return 0;
    times->begins[times->count] = begin_ns;
    times->ends[times->count++] = end_ns;
    return end_ns - begin_ns;
}

static bool is_idle(int look) {
    return look == VIZ_LOOK_WAIT || look == VIZ_LOOK_READY;
}

/* What a track's outermost spans leave after what is idle in them. Returns how long it is. */
static int64_t add_track(const struct trace_model *trace, const struct trace_track *track,
                         uint32_t sleep, struct times *times) {
    int64_t work_ns = 0;
    int64_t from_ns = 0;
    int64_t span_end_ns = INT64_MIN; /* of the outermost span at hand; none is open before it */
    for (uint32_t i = track->first_slice; i < track->first_slice + track->slice_count; i++) {
        const struct trace_slice *slice = &trace->slices[i];
        int look = viz_look_of(slice, sleep);
        if (look == VIZ_LOOK_SPAN && slice->begin_ns >= span_end_ns) {
            work_ns += add_stretch(times, from_ns, span_end_ns);
            from_ns = slice->begin_ns;
            span_end_ns = slice->end_ns;
        } else if (is_idle(look) && slice->begin_ns < span_end_ns &&
                   slice->end_ns > slice->begin_ns) {
            work_ns += add_stretch(times, from_ns, slice->begin_ns);
            from_ns = slice->end_ns > from_ns ? slice->end_ns : from_ns;
        }
    }
    return work_ns + add_stretch(times, from_ns, span_end_ns);
}

/* Sorts times that are not negative, the lowest digits first: in a trace there may be millions. */
static void sort(int64_t *times, int64_t *spare, size_t count, int64_t most) {
    for (int shift = 0; shift < 63 && most >> shift > 0; shift += DIGIT_BITS) {
        size_t places[DIGITS + 1] = {0};
        for (size_t i = 0; i < count; i++)
            places[(times[i] >> shift & (DIGITS - 1)) + 1]++;
        for (int i = 1; i < DIGITS; i++)
            places[i] += places[i - 1];
        for (size_t i = 0; i < count; i++)
            spare[places[times[i] >> shift & (DIGITS - 1)]++] = times[i];
        memcpy(times, spare, count * sizeof *times);
    }
}

static void add_sample(struct trace_counter *counter, int64_t time_ns, double value) {
    double before =
        counter->sample_count > 0 ? counter->samples[counter->sample_count - 1].value : 0;
    if (value == before)
        return;
    counter->samples[counter->sample_count++] = (struct trace_sample){time_ns, value};
    counter->max = value > counter->max ? value : counter->max;
}

static int count_over_time(const struct times *times, struct trace_counter *counter) {
    counter->samples = malloc((2 * times->count + 1) * sizeof *counter->samples);
    if (counter->samples == NULL)
        return CAD_ENOMEM;
    size_t begun = 0;
    size_t ended = 0;
    while (ended < times->count) {
        int64_t time_ns = times->ends[ended];
        if (begun < times->count && times->begins[begun] < time_ns)
            time_ns = times->begins[begun];
        while (begun < times->count && times->begins[begun] == time_ns)
            begun++;
        while (ended < times->count && times->ends[ended] == time_ns)
            ended++;
        add_sample(counter, time_ns, (double)(begun - ended));
    }
    return 0;
}

static int count_at_work(struct viz_model *model, struct times *times) {
    int64_t *spare = malloc((times->count + 1) * sizeof *spare);
    if (spare == NULL)
        return CAD_ENOMEM;
    sort(times->begins, spare, times->count, model->trace->end_ns);
    sort(times->ends, spare, times->count, model->trace->end_ns);
    free(spare);
    return count_over_time(times, &model->at_work);
}

int viz_find_work(struct viz_model *model) {
    const struct trace_model *trace = model->trace;
    uint32_t sleep = trace_find_text(trace, "sleep");
    struct times times;
    int error = times_new(&times, trace->slice_count);
    for (size_t i = 0; error == 0 && i < trace->track_count; i++) {
        int64_t work_ns = add_track(trace, &trace->tracks[i], sleep, &times);
        if (model->lane_of_track[i] != TRACE_NO_INDEX)
            model->lanes[model->lane_of_track[i]].work_ns = work_ns;
    }
    if (error == 0 && trace->open_spans != TRACE_NO_INDEX)
        error = count_at_work(model, &times);
    times_free(&times);
    return error;
}
