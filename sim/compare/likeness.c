/* Which things of two runs are alike.
 *
 * Things that one side alone has may be the other's under another name. So names must not count:
 * not their own, and not each other's, as tasks that work together are renamed together. Each event
 * that a nameless thing takes part in is kept, with a hash of what it says and with who takes part.
 * Then all of them get colours: at first one by their type; and, some times over, another one,
 * which is made of what happens to them and of the colours of who takes part in that. Two that have
 * the same colour then did the same with things that did the same, and so on. What has changed in
 * one place spreads with each round; how much two things have in common is told by the first. */
#include "compare/likeness.h"

#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "compare/sources.h"

#include <stdlib.h>
#include <string.h>

/* Who takes part in an event: whose it is, what it is about, and who else. */
enum { SUBJECT, OBJECT, OTHER, ROLES };

/* So often are colours made of colours. */
enum { ROUNDS = 6 };

struct mention {
    uint64_t hash, name; /* of what it says, and of what it is called */
    uint32_t who[ROLES]; /* things; CMP_NOBODY */
    bool is_usual;       /* that a task is made, or returns, makes no two alike */
};

struct reading {
    struct trace_consumer consumer;
    const struct cmp_result *result;
    const struct cmp_names *nameless;
    int side;
    struct mention *mentions; /* of both sides */
    size_t count, capacity;
    struct mention wake; /* the last one, of which is not known yet who is woken */
};

/* --- Mentions ------------------------------------------------------------------------------- */

static bool is_open(const struct cmp_result *result, uint32_t thing) {
    const struct cmp_thing *found = thing == CMP_NOBODY ? NULL : cmp_thing_at(result, thing);
    return found != NULL && (cmp_is_alone(found, CMP_A) || cmp_is_alone(found, CMP_B));
}

static uint32_t task_at(const struct reading *reading, const struct trace_event *event,
                        int64_t tid) {
    return tid == 0
               ? CMP_NOBODY
               : cmp_find(&reading->result->things.tasks, reading->side, cmp_track_of(event, tid));
}

static uint32_t object_at(const struct reading *reading, const struct trace_event *event) {
    const struct cmp_things *things = &reading->result->things;
    uint64_t number = event->id;
    if (event->kind != TRACE_STATE)
        number =
            trace_has(event, TRACE_ARG_OBJECT) ? (uint64_t)event->args[TRACE_ARG_OBJECT].number : 0;
    uint32_t object = cmp_find(&things->objects, reading->side, number);
    return object == CMP_NOBODY ? CMP_NOBODY : (uint32_t)things->tasks.count + object;
}

static uint32_t other_at(const struct reading *reading, const struct trace_event *event) {
    static const enum trace_argument_index arguments[] = {TRACE_ARG_BY, TRACE_ARG_OWNER,
                                                          TRACE_ARG_TASK};
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        if (trace_has(event, arguments[i]))
            return task_at(reading, event, event->args[arguments[i]].number);
    return CMP_NOBODY;
}

/* A printed line may say the time. */
static uint64_t hash_name(const struct reading *reading, const struct trace_event *event) {
    return event->kind == TRACE_PRINT
               ? cmp_hash_beside_numbers(reading->nameless, reading->side, event->name)
               : cmp_hash_text(reading->nameless, reading->side, 0, event->name);
}

static uint64_t hash_texts(const struct reading *reading, uint64_t hash,
                           const struct trace_event *event) {
    static const enum trace_argument_index arguments[] = {TRACE_ARG_TYPE, TRACE_ARG_OUTCOME,
                                                          TRACE_ARG_ERROR, TRACE_ARG_MESSAGE};
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        if (trace_has(event, arguments[i]))
            hash = cmp_hash_text(reading->nameless, reading->side, base_mix(hash, arguments[i]),
                                 event->args[arguments[i]].text);
    return hash;
}

/* A mention of what an event says, without its name. */
static struct mention mention_of(const struct reading *reading, const struct trace_event *event,
                                 enum trace_kind kind) {
    return (struct mention){.hash = hash_texts(reading, (uint64_t)kind, event),
                            .who = {[SUBJECT] = task_at(reading, event, event->tid),
                                    [OBJECT] = object_at(reading, event),
                                    [OTHER] = other_at(reading, event)}};
}

static int keep(struct reading *reading, struct mention mention) {
    bool open = false;
    for (int role = 0; role < ROLES; role++)
        open = open || is_open(reading->result, mention.who[role]);
    if (!open)
        return 0;
    if (!base_grow(&reading->mentions, &reading->capacity, reading->count,
                   sizeof *reading->mentions))
        return CAD_ENOMEM;
    reading->mentions[reading->count++] = mention;
    return 0;
}

static int keep_named(struct reading *reading, const struct trace_event *event,
                      enum trace_kind kind) {
    struct mention mention = mention_of(reading, event, kind);
    bool own = kind == TRACE_SPAN_BEGIN || kind == TRACE_SPAN_END || kind == TRACE_PRINT;
    uint64_t name = hash_name(reading, event);
    if (own)
        mention.name = name;
    else
        mention.hash = base_mix(mention.hash, name);
    return keep(reading, mention);
}

static int keep_both(struct reading *reading, const struct trace_event *event,
                     enum trace_kind begin, enum trace_kind end) {
    int error = keep_named(reading, event, begin);
    return error == 0 ? keep_named(reading, event, end) : error;
}

static int keep_task(struct reading *reading, const struct trace_event *event) {
    struct mention mention = mention_of(reading, event, event->kind);
    mention.is_usual = !trace_has(event, TRACE_ARG_ERROR);
    return keep(reading, mention);
}

/* What a state says of a task is who that is; of an object nothing: both have their colours. */
static int keep_object(struct reading *reading, const struct trace_event *event) {
    struct mention mention = mention_of(reading, event, event->kind);
    if (event->kind == TRACE_STATE)
        mention.who[SUBJECT] = CMP_NOBODY;
    for (size_t i = 0; i < event->field_count; i++) {
        const struct trace_field *field = &event->fields[i];
        if (cmp_key_is(field, "owner"))
            mention.who[OTHER] = task_at(reading, event, field->number);
        else if (!cmp_key_is(field, "lock") && !cmp_is_detail(field))
            mention.hash = base_mix(cmp_hash(mention.hash, field->key), (uint64_t)field->number);
    }
    return keep(reading, mention);
}

/* What the comparison takes, and no details, which one side may not have. */
static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct reading *reading = (struct reading *)(void *)consumer;
    switch (event->kind) {
    case TRACE_TASK_BEGIN:
    case TRACE_TASK_END:
        return keep_task(reading, event);
    case TRACE_OBJECT:
    case TRACE_STATE:
        return keep_object(reading, event);
    case TRACE_SPAN_POINT:
        return keep_both(reading, event, TRACE_SPAN_BEGIN, TRACE_SPAN_END);
    case TRACE_WAIT_POINT:
        return keep_both(reading, event, TRACE_WAIT_BEGIN, TRACE_WAIT_END);
    case TRACE_WAKES:
        reading->wake = mention_of(reading, event, TRACE_WAKES);
        return 0;
    case TRACE_WAKE_END:
        reading->wake.who[OTHER] = task_at(reading, event, event->tid);
        return keep(reading, reading->wake);
    case TRACE_SPAN_BEGIN:
    case TRACE_SPAN_END:
    case TRACE_WAIT_BEGIN:
    case TRACE_WAIT_END:
    case TRACE_PRINT:
    case TRACE_SIGNAL:
    case TRACE_CANCEL:
    case TRACE_TIMEOUT:
    case TRACE_ERROR:
    case TRACE_FAULT:
        return keep_named(reading, event, event->kind);
    default:
        return 0;
    }
}

/* --- Colours -------------------------------------------------------------------------------- */

static uint64_t type_of(const struct cmp_result *result, uint32_t thing) {
    return base_mix(base_mix(cmp_thing_at(result, thing)->type, 0),
                    thing < result->things.tasks.count);
}

static uint64_t colour_of(const struct cmp_result *result, const uint64_t *colours,
                          uint32_t thing) {
    if (thing == CMP_NOBODY)
        return 1;
    return is_open(result, thing) ? colours[thing] : base_mix(thing, 2);
}

/* What happens to the one who takes part in that role; with what the program calls it, or without.
 */
static uint64_t feature_of(const struct cmp_result *result, const uint64_t *colours,
                           const struct mention *mention, int role, bool named) {
    uint64_t feature = base_mix(mention->hash, (uint64_t)role);
    if (named)
        feature = base_mix(feature, mention->name);
    for (int other = 0; other < ROLES; other++)
        if (other != role)
            feature = base_mix(feature, colour_of(result, colours, mention->who[other]));
    return feature;
}

static void first_colours(const struct cmp_result *result, uint64_t *colours) {
    for (uint32_t i = 0; i < cmp_thing_count(result); i++)
        colours[i] = type_of(result, i);
}

/* Sums: in which order things that do not depend on each other happened makes no difference. */
static void refine(const struct reading *reading, uint64_t *colours, uint64_t *sums) {
    const struct cmp_result *result = reading->result;
    size_t count = cmp_thing_count(result);
    memset(sums, 0, count * sizeof *sums);
    for (size_t i = 0; i < reading->count; i++) {
        const struct mention *mention = &reading->mentions[i];
        for (int role = 0; role < ROLES; role++)
            if (is_open(result, mention->who[role]))
                sums[mention->who[role]] += feature_of(result, colours, mention, role, true);
    }
    for (size_t i = 0; i < count; i++)
        colours[i] = base_mix(colours[i], sums[i]);
}

/* --- Features ------------------------------------------------------------------------------- */

static int compare_features(const void *a, const void *b) {
    const uint64_t *left = a, *right = b;
    return *left < *right ? -1 : *left > *right;
}

/* Counts the features of each thing, and where they begin. */
static size_t count_features(const struct reading *reading, size_t *begins) {
    size_t count = cmp_thing_count(reading->result), sum = 0;
    memset(begins, 0, (count + 1) * sizeof *begins);
    for (size_t i = 0; i < reading->count; i++)
        for (int role = 0; role < ROLES && !reading->mentions[i].is_usual; role++)
            if (is_open(reading->result, reading->mentions[i].who[role]))
                begins[reading->mentions[i].who[role]]++;
    for (size_t i = 0; i <= count; i++) {
        sum += begins[i];
        begins[i] = sum; /* the end, from which they are filled */
    }
    return sum;
}

static void fill_features(const struct reading *reading, struct cmp_likeness *likeness, int set) {
    const struct cmp_result *result = reading->result;
    uint64_t *features = likeness->features[set];
    for (size_t i = 0; i < reading->count; i++) {
        const struct mention *mention = &reading->mentions[i];
        for (int role = 0; role < ROLES && !mention->is_usual; role++)
            if (is_open(result, mention->who[role]))
                features[--likeness->begins[mention->who[role]]] =
                    feature_of(result, likeness->colours, mention, role, set == CMP_LIKENESS_WHOLE);
    }
    for (size_t i = 0; i < cmp_thing_count(result); i++)
        qsort(features + likeness->begins[i], likeness->begins[i + 1] - likeness->begins[i],
              sizeof *features, compare_features);
}

double cmp_likeness_of(const struct cmp_likeness *likeness, enum cmp_likeness_set set, uint32_t a,
                       uint32_t b) {
    const uint64_t *features = likeness->features[set];
    const uint64_t *left = features + likeness->begins[a],
                   *left_end = features + likeness->begins[a + 1],
                   *right = features + likeness->begins[b],
                   *right_end = features + likeness->begins[b + 1];
    size_t all = (size_t)(left_end - left) + (size_t)(right_end - right), common = 0;
    while (left < left_end && right < right_end) {
        bool same = *left == *right, left_first = *left < *right;
        common += same;
        left += same || left_first;
        right += same || !left_first;
    }
    return all == 0 ? 1 : 2 * (double)common / (double)all;
}

/* --- The whole ------------------------------------------------------------------------------ */

/* Names of things that are not known on both sides, and of those that were renamed, are all the
 * same; with the number at their end, and without. */
static bool forget_names(const struct cmp_result *result, struct cmp_names *nameless) {
    uint32_t mark = cmp_names_new_mark(nameless);
    bool ready = mark != UINT32_MAX;
    for (uint32_t i = 0; i < cmp_thing_count(result); i++) {
        const struct cmp_thing *thing = cmp_thing_at(result, i);
        if (!is_open(result, i) && !cmp_is_renamed(thing))
            continue;
        for (int side = 0; side < CMP_SIDES && ready; side++) {
            struct trace_string name = cmp_string(&result->things, thing->name[side]);
            ready = cmp_names_add(nameless, side, name, mark) &&
                    cmp_names_add(nameless, side, cmp_name_stem(name), mark);
        }
    }
    return ready;
}

static int find(const struct reading *reading, struct cmp_likeness *likeness) {
    size_t count = cmp_thing_count(reading->result);
    uint64_t *sums = base_alloc(count * sizeof *sums);
    likeness->colours = base_alloc(count * sizeof *likeness->colours);
    likeness->begins = base_alloc((count + 1) * sizeof *likeness->begins);
    bool ready = sums != NULL && likeness->colours != NULL && likeness->begins != NULL;
    if (ready)
        first_colours(reading->result, likeness->colours);
    for (int set = 0; ready && set < CMP_LIKENESS_SETS; set++) {
        size_t features = count_features(reading, likeness->begins);
        likeness->features[set] = base_alloc(features * sizeof **likeness->features);
        ready = likeness->features[set] != NULL;
        if (ready)
            fill_features(reading, likeness, set);
    }
    for (int round = 0; ready && round < ROUNDS; round++)
        refine(reading, likeness->colours, sums);
    base_free(sums);
    return ready ? 0 : CAD_ENOMEM;
}

int cmp_likeness_find(const struct cmp_result *result, struct cmp_likeness *likeness,
                      char message[CMP_MESSAGE_SIZE]) {
    struct cmp_names nameless = {0};
    struct reading reading = {.consumer = {.take = take}, .result = result, .nameless = &nameless};
    *likeness = (struct cmp_likeness){0};
    int error = forget_names(result, &nameless) ? 0 : CAD_ENOMEM;
    for (reading.side = CMP_A; error == 0 && reading.side < CMP_SIDES; reading.side++)
        error = cmp_read_source(result, reading.side, &reading.consumer, message);
    if (error == 0)
        error = find(&reading, likeness);
    base_free(reading.mentions);
    cmp_names_free(&nameless);
    return error;
}

void cmp_likeness_free(struct cmp_likeness *likeness) {
    base_free(likeness->colours);
    for (int set = 0; set < CMP_LIKENESS_SETS; set++)
        base_free(likeness->features[set]);
    base_free(likeness->begins);
}
