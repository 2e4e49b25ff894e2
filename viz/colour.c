/* Which colour a span gets, and what the legend says about it. */
#include "axis.h"
#include "model.h"

#include <stdio.h>
#include <string.h>

/* Under the real clock spans whose durations differ by less than this part, or by less than this
 * time, took equally long: jitter makes no new class. Under the virtual one equal means equal. */
#define SAME_PART 0.05
#define SAME_TIME_NS INT64_C(50000)
/* Durations that run into one another class by class are not classes. */
#define CLASS_PART 0.25

/* Durations by their first two digits: 90 buckets for each power of ten. */
enum { DECADES = 19, BUCKETS_A_DECADE = 90, BUCKET_COUNT = 1 + DECADES * BUCKETS_A_DECADE };

/* One of so many durations is rare. */
enum { FEW = 12 };

struct bucket {
    int64_t least_ns; /* of what is in it */
    int64_t most_ns;
    size_t count;
};

/* A class of durations: all up to most_ns that are in no class before. */
struct duration_class {
    int64_t least_ns;
    int64_t most_ns;
};

static size_t bucket_of(int64_t duration_ns) {
    if (duration_ns <= 0)
        return 0;
    size_t decade = 0;
    while (duration_ns >= 100) {
        duration_ns /= 10;
        decade++;
    }
    if (duration_ns < 10) /* 1 to 9 ns, as if they were 10 to 90 */
        return 1 + (size_t)(duration_ns * 10 - 10);
    return 1 + (decade + 1) * BUCKETS_A_DECADE + (size_t)(duration_ns - 10);
}

static bool is_span(const struct viz_bar *bar) {
    return bar->look == VIZ_LOOK_SPAN;
}

static void fill_buckets(const struct viz_model *model, struct bucket *buckets) {
    for (size_t i = 0; i < model->bar_count; i++) {
        const struct viz_bar *bar = &model->bars[i];
        if (!is_span(bar))
            continue;
        int64_t length = bar->end_ns - bar->begin_ns;
        struct bucket *bucket = &buckets[bucket_of(length)];
        if (bucket->count++ == 0)
            bucket->least_ns = bucket->most_ns = length;
        if (length < bucket->least_ns)
            bucket->least_ns = length;
        if (length > bucket->most_ns)
            bucket->most_ns = length;
    }
}

/* Classes of durations that are all but equal. Returns how many; 0 where there are more than fit,
 * or where they are no classes but a range. */
static int distinct_classes(const struct bucket *buckets, struct duration_class *classes) {
    int count = 0;
    for (size_t i = 0; i < BUCKET_COUNT; i++) {
        if (buckets[i].count == 0)
            continue;
        struct duration_class *last = count > 0 ? &classes[count - 1] : NULL;
        double near = last != NULL ? (double)last->most_ns * (1 + SAME_PART) + SAME_TIME_NS : 0;
        if (last != NULL && (double)buckets[i].least_ns <= near) {
            last->most_ns = buckets[i].most_ns;
            if ((double)(last->most_ns - last->least_ns) >
                CLASS_PART * (double)last->least_ns + 4.0 * SAME_TIME_NS)
                return 0;
            continue;
        }
        if (count == VIZ_COLOUR_COUNT)
            return 0;
        classes[count].least_ns = buckets[i].least_ns;
        classes[count++].most_ns = buckets[i].most_ns;
    }
    return count;
}

/* Classes of durations that are equal, the shortest first. Returns how many; 0 where there are more
 * than fit. */
static int equal_classes(const struct viz_model *model, struct duration_class *classes) {
    int count = 0;
    for (size_t i = 0; i < model->bar_count; i++) {
        if (!is_span(&model->bars[i]))
            continue;
        int64_t length = model->bars[i].end_ns - model->bars[i].begin_ns;
        int at = 0;
        while (at < count && classes[at].most_ns < length)
            at++;
        if (at < count && classes[at].most_ns == length)
            continue;
        if (count == VIZ_COLOUR_COUNT)
            return 0;
        memmove(&classes[at + 1], &classes[at], (size_t)(count - at) * sizeof *classes);
        classes[at] = (struct duration_class){length, length};
        count++;
    }
    return count;
}

/* The longest duration, and one that few are shorter than: the first class, which takes all that
 * are below it, must not stretch the others over what is rare. -1 where there is none. */
static int64_t bounds_of(const struct bucket *buckets, int64_t *least_ns) {
    size_t all = 0;
    for (size_t i = 0; i < BUCKET_COUNT; i++)
        all += buckets[i].count;
    int64_t most_ns = -1;
    size_t below = 0;
    for (size_t i = 0; i < BUCKET_COUNT; i++) {
        if (buckets[i].count == 0)
            continue;
        if (below <= all / FEW)
            *least_ns = buckets[i].least_ns;
        below += buckets[i].count;
        most_ns = buckets[i].most_ns;
    }
    return most_ns;
}

/* Ranges with round limits, in steps as fine as the number of colours allows. */
static int range_classes(int64_t least_ns, int64_t most_ns, struct duration_class *classes) {
    static const struct {
        int64_t mantissas[3];
        int count;
        int64_t factor;
    } grids[] = {{{1, 2, 5}, 3, 10}, {{1, 3}, 2, 10}, {{1}, 1, 10},      {{1}, 1, 100},
                 {{1}, 1, 1000},     {{1}, 1, 10000}, {{1}, 1, 1000000}, {{1}, 1, 1000000000}};
    for (size_t g = 0; g < sizeof grids / sizeof grids[0]; g++) {
        int count = 0;
        int64_t low = 0;
        bool done = false;
        for (int64_t power = 1; !done; power *= grids[g].factor)
            for (int m = 0; m < grids[g].count && !done; m++) {
                int64_t high = power * grids[g].mantissas[m];
                done = high > most_ns || power > INT64_MAX / grids[g].factor / 10;
                if (high <= least_ns) {
                    low = high;
                    continue;
                }
                if (count < VIZ_COLOUR_COUNT)
                    classes[count] = (struct duration_class){low, done ? INT64_MAX : high - 1};
                count++;
                low = high;
            }
        if (count <= VIZ_COLOUR_COUNT)
            return count;
    }
    return 0;
}

/* To two digits. */
static int64_t rounded(int64_t duration_ns) {
    int64_t power = 1;
    while (duration_ns / power >= 100)
        power *= 10;
    return (duration_ns + power / 2) / power * power;
}

static void label_equal(struct viz_model *model, const struct duration_class *classes, int count) {
    for (int i = 0; i < count; i++)
        viz_format_exact(classes[i].least_ns, model->legend[i].text);
}

/* By the duration, by the first two digits that all in it have in common, else by its range. */
static void label_distinct(struct viz_model *model, const struct duration_class *classes,
                           int count) {
    for (int i = 0; i < count; i++) {
        int64_t least_ns = classes[i].least_ns;
        int64_t most_ns = classes[i].most_ns;
        char least[VIZ_TIME_SIZE];
        char most[VIZ_TIME_SIZE];
        viz_format_duration(least_ns == most_ns ? least_ns : rounded(least_ns), least);
        viz_format_duration(least_ns == most_ns ? most_ns : rounded(most_ns), most);
        bool same = strcmp(least, most) == 0;
        snprintf(model->legend[i].text, VIZ_TIME_SIZE, "%.25s%s%.25s", least, same ? "" : " to ",
                 same ? "" : most);
    }
}

static void label_ranges(struct viz_model *model, const struct duration_class *classes, int count) {
    for (int i = 0; i < count; i++) {
        char low[VIZ_TIME_SIZE];
        char high[VIZ_TIME_SIZE];
        viz_format_duration(classes[i].least_ns, low);
        viz_format_duration(i + 1 < count ? classes[i + 1].least_ns : 0, high);
        if (i + 1 == count)
            snprintf(model->legend[i].text, VIZ_TIME_SIZE, "from %.40s", low);
        else
            snprintf(model->legend[i].text, VIZ_TIME_SIZE, "below %.40s", high);
    }
}

static void colour_by_duration(struct viz_model *model) {
    static const struct bucket empty;
    struct bucket buckets[BUCKET_COUNT];
    for (size_t i = 0; i < BUCKET_COUNT; i++)
        buckets[i] = empty;
    fill_buckets(model, buckets);
    struct duration_class classes[VIZ_COLOUR_COUNT];
    bool exact = strcmp(trace_text(model->trace, model->trace->clock), "virtual") == 0;
    int count = exact ? equal_classes(model, classes) : distinct_classes(buckets, classes);
    if (count > 0 && exact) {
        label_equal(model, classes, count);
    } else if (count > 0) {
        label_distinct(model, classes, count);
    } else {
        int64_t least_ns = 0;
        int64_t most_ns = bounds_of(buckets, &least_ns);
        count = most_ns >= 0 ? range_classes(least_ns, most_ns, classes) : 0;
        label_ranges(model, classes, count);
    }
    model->legend_count = count;
    for (size_t i = 0; i < model->bar_count; i++) {
        struct viz_bar *bar = &model->bars[i];
        int colour = 0;
        while (colour + 1 < count && bar->end_ns - bar->begin_ns > classes[colour].most_ns)
            colour++;
        bar->colour = (uint8_t)colour;
    }
}

/* Names get colours in the order in which they first appear, as long as there are some; then
 * they share them. */
static void colour_by_name(struct viz_model *model) {
    uint32_t names[VIZ_COLOUR_COUNT];
    int count = 0;
    bool shared = false;
    for (size_t i = 0; i < model->bar_count; i++) {
        struct viz_bar *bar = &model->bars[i];
        if (!is_span(bar))
            continue;
        uint32_t name = model->trace->slices[bar->slice].name;
        int colour = 0;
        while (colour < count && names[colour] != name)
            colour++;
        if (colour == count && count < VIZ_COLOUR_COUNT) {
            names[count++] = name;
        } else if (colour == count) {
            colour = (int)(name % VIZ_COLOUR_COUNT);
            shared = true;
        }
        bar->colour = (uint8_t)colour;
    }
    model->legend_count = shared ? 0 : count;
    for (int i = 0; i < model->legend_count; i++)
        snprintf(model->legend[i].text, VIZ_TIME_SIZE, "%.60s", trace_text(model->trace, names[i]));
}

static void colour_by_lane(struct viz_model *model) {
    for (size_t r = 0; r < model->row_count; r++) {
        const struct viz_row *row = &model->rows[r];
        for (uint32_t i = row->first_bar; i < row->first_bar + row->bar_count; i++)
            model->bars[i].colour = (uint8_t)(row->lane % VIZ_COLOUR_COUNT);
    }
    model->legend_count = 0;
}

void viz_model_colour(struct viz_model *model, enum viz_colouring colouring) {
    model->colouring = colouring;
    if (colouring == VIZ_COLOUR_BY_DURATION)
        colour_by_duration(model);
    else if (colouring == VIZ_COLOUR_BY_NAME)
        colour_by_name(model);
    else
        colour_by_lane(model);
}
