/* Which colour a span gets, and what the legend says about it. */
#include "axis.h"
#include "model.h"
#include "pair.h"

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

/* The models whose spans share colours: of two runs both. Returns how many. */
static int models_of(const struct viz_model *model, const struct viz_model *models[CMP_SIDES]) {
    models[0] = model;
    if (model->pair == NULL)
        return 1;
    models[0] = model->pair->models[CMP_A];
    models[1] = model->pair->models[CMP_B];
    return CMP_SIDES;
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

/* Adds the durations of a model to classes of durations that are equal, the shortest first. Returns
 * how many there are; 0 where there are more than fit. */
static int add_equal_classes(const struct viz_model *model, struct duration_class *classes,
                             int count) {
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

static int equal_classes(const struct viz_model *model, struct duration_class *classes) {
    const struct viz_model *models[CMP_SIDES];
    int sides = models_of(model, models);
    int count = add_equal_classes(models[0], classes, 0);
    if (sides == 1 || (count == 0 && models[0]->looks[VIZ_LOOK_SPAN]))
        return count;
    return add_equal_classes(models[1], classes, count);
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

/* Where lengths that are equal are equal to the nanosecond: of two runs, in both, so that both have
 * the same classes. */
static bool is_exact(const struct viz_model *model) {
    const struct viz_model *models[CMP_SIDES];
    bool exact = true;
    for (int i = models_of(model, models); i-- > 0;) {
        const struct trace_model *trace = models[i]->trace;
        exact = exact && strcmp(trace_text(trace, trace->clock), "virtual") == 0;
    }
    return exact;
}

static void colour_by_duration(struct viz_model *model) {
    static const struct bucket empty;
    struct bucket buckets[BUCKET_COUNT];
    for (size_t i = 0; i < BUCKET_COUNT; i++)
        buckets[i] = empty;
    const struct viz_model *models[CMP_SIDES];
    for (int i = models_of(model, models); i-- > 0;)
        fill_buckets(models[i], buckets);
    struct duration_class classes[VIZ_COLOUR_COUNT];
    bool exact = is_exact(model);
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

/* Names get colours in the order in which they first appear, as long as there are some; of two runs
 * in the new one. Returns how many have one; *shared: there are more. */
static int find_names(const struct viz_model *model, uint32_t names[VIZ_COLOUR_COUNT],
                      bool *shared) {
    int count = 0;
    *shared = false;
    for (size_t i = 0; i < model->bar_count && !*shared; i++) {
        uint32_t name = model->trace->slices[model->bars[i].slice].name;
        int colour = 0;
        if (!is_span(&model->bars[i]))
            continue;
        while (colour < count && names[colour] != name)
            colour++;
        if (colour == VIZ_COLOUR_COUNT)
            *shared = true;
        else if (colour == count)
            names[count++] = name;
    }
    return count;
}

/* Names without a colour of their own share them. */
static void colour_by_name(struct viz_model *model) {
    const struct viz_model *first = model->pair != NULL ? model->pair->models[CMP_B] : model;
    uint32_t names[VIZ_COLOUR_COUNT];
    bool shared;
    int count = find_names(first, names, &shared);
    model->legend_count = shared ? 0 : count;
    for (int i = 0; i < count; i++) {
        const char *name = trace_text(first->trace, names[i]);
        snprintf(model->legend[i].text, VIZ_TIME_SIZE, "%.60s", name);
        if (first->trace != model->trace)
            names[i] = trace_find_text(model->trace, name);
    }
    for (size_t i = 0; i < model->bar_count; i++) {
        struct viz_bar *bar = &model->bars[i];
        uint32_t name = model->trace->slices[bar->slice].name;
        int colour = 0;
        if (!is_span(bar))
            continue;
        while (colour < count && names[colour] != name)
            colour++;
        bar->colour = (uint8_t)(colour < count ? (uint32_t)colour : name % VIZ_COLOUR_COUNT);
    }
}

/* The number of a lane; of two runs that of its task. */
static uint32_t number_of(const struct viz_model *model, uint32_t lane) {
    const struct viz_pair *pair = model->pair;
    if (pair == NULL)
        return lane;
    int side = model->trace == pair->models[CMP_A]->trace ? CMP_A : CMP_B;
    uint32_t task = pair->task_of_track[side][model->lanes[lane].track];
    return task != CMP_NOBODY ? task : lane;
}

static void colour_by_lane(struct viz_model *model) {
    for (size_t r = 0; r < model->row_count; r++) {
        const struct viz_row *row = &model->rows[r];
        uint32_t number = number_of(model, row->lane);
        for (uint32_t i = row->first_bar; i < row->first_bar + row->bar_count; i++)
            model->bars[i].colour = (uint8_t)(number % VIZ_COLOUR_COUNT);
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
