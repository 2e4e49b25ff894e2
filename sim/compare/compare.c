/* Compares two traces: their bytes, and, where these differ, what they say. */
#include "compare/compare.h"

#include "base/memory.h"
#include "base/quantity.h"
#include "cadran.h"
#include "compare/match.h"
#include "compare/renames.h"
#include "compare/result.h"
#include "compare/sources.h"
#include "trace/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)CMP_MESSAGE_SIZE == (int)TRACE_MESSAGE_SIZE,
               "the reader's messages are handed on");

/* --- Tolerances ----------------------------------------------------------------------------- */

bool cmp_tolerance_read(const char *text, struct cmp_tolerance *tolerance) {
    *tolerance = (struct cmp_tolerance){0};
    size_t length = strlen(text);
    if (length == 0 || text[length - 1] != '%')
        return base_time_read(text, &tolerance->time_ns);
    char *end;
    double percent = strtod(text, &end);
    if (end == text || end != text + length - 1 || !(percent >= 0 && percent <= 1e6))
        return false;
    tolerance->share = percent / 100;
    return true;
}

bool cmp_take_tolerance(void *target, const struct base_option *option, char *text,
                        char message[BASE_OPTIONS_MESSAGE]) {
    struct cmp_tolerances *tolerances = base_option_field(target, option);
    char *sign = strrchr(text, '=');
    struct cmp_tolerance tolerance;
    if (sign == text || !cmp_tolerance_read(sign == NULL ? text : sign + 1, &tolerance))
        return base_option_refuse(
            option, "a time or a share, such as 5ms or 5%, or SPAN=5ms for spans of one name", text,
            message);
    if (sign == NULL) {
        tolerances->all = tolerance;
        tolerances->given = true;
        return true;
    }
    if (tolerances->span_count == CMP_SPANS_MAX) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "--tolerance: at most %d spans have their own", CMP_SPANS_MAX);
        return false;
    }
    *sign = '\0';
    tolerances->spans[tolerances->span_count++] = (struct cmp_span_tolerance){text, tolerance};
    return true;
}

/* --- Reading -------------------------------------------------------------------------------- */

static int no_memory(char message[CMP_MESSAGE_SIZE]) {
    snprintf(message, CMP_MESSAGE_SIZE, CMP_NO_MEMORY);
    return CAD_ENOMEM;
}

/* Takes the first event, which says what run this is. */
struct first {
    struct trace_consumer consumer;
    struct cmp_result *result;
    int side;
};

static int take_first(struct trace_consumer *consumer, const struct trace_event *event) {
    struct first *first = (struct first *)(void *)consumer;
    struct cmp_result *result = first->result;
    struct trace_string clock = event->args[TRACE_ARG_CLOCK].text;
    if (event->kind != TRACE_HEADER)
        return CMP_REACHED;
    result->own[first->side] = true;
    result->real[first->side] = clock.length == 4 && memcmp(clock.text, "real", 4) == 0;
    result->detailed[first->side] = trace_has(event, TRACE_ARG_DETAILED);
    result->seeds[first->side] = event->args[TRACE_ARG_SEED].number;
    return CMP_REACHED;
}

/* That it is a trace at all, ours or another program's: two scenarios, or two gigabytes of zeroes,
 * may be the same, too. */
static int read_header(struct cmp_result *result, int side, char message[CMP_MESSAGE_SIZE]) {
    struct first first = {.consumer = {.take = take_first}, .result = result, .side = side};
    int error = cmp_read_source(result, side, &first.consumer, message);
    return error == CMP_REACHED ? 0 : error;
}

static int check_is_ours(const struct cmp_result *result, int side,
                         char message[CMP_MESSAGE_SIZE]) {
    if (result->own[side])
        return 0;
    snprintf(message, CMP_MESSAGE_SIZE,
             "%.200s: another program's trace: only those of cadran are compared",
             cmp_name(result, side));
    return CAD_EINVAL;
}

/* What a reader had to say though it has read all. */
static int keep_warning(struct cmp_result *result, int side, const char *message) {
    if (message[0] == '\0' || result->warnings[side] != NULL)
        return 0;
    result->warnings[side] = base_strndup(message, strlen(message));
    return result->warnings[side] == NULL ? CAD_ENOMEM : 0;
}

static void free_match(struct cmp_match *match) {
    for (int side = 0; side < CMP_SIDES; side++) {
        cmp_history_free(&match->history[side]);
        cmp_queues_free(&match->walk[side].window);
        cmp_queues_free(&match->walk[side].late);
    }
    base_free(match->jumps);
    base_map_free(&match->jumps_by_class);
}

static int begin_history(struct cmp_result *result, struct cmp_history *history, int side,
                         char message[CMP_MESSAGE_SIZE]) {
    const struct cmp_source *source = &result->sources[side];
    cmp_history_init(history, side, &result->things);
    history->leaves_runs = result->real[CMP_A] || result->real[CMP_B];
    if (result->aligned)
        history->steps = &result->alignment.steps[side];
    history->leaves_details = result->detailed[CMP_A] != result->detailed[CMP_B];
    return source->path != NULL
               ? trace_reading_open(source->path, &history->consumer, &history->reading, message)
               : trace_reading_open_memory(cmp_name(result, side), source->data, source->size,
                                           &history->consumer, &history->reading, message);
}

/* Once, with the renames that are known. Each side has a message of its own, as both are read at a
 * time. */
static int compare_events(struct cmp_result *result, const struct cmp_settings *settings,
                          bool until_different, char message[CMP_MESSAGE_SIZE]) {
    struct cmp_match match = {.result = result,
                              .settings = settings,
                              .until_different = until_different,
                              .keeps_steps = !until_different && !result->aligned};
    char messages[CMP_SIDES][CMP_MESSAGE_SIZE] = {"", ""};
    int error = cmp_things_init(&result->things, &result->renames) ? 0 : CAD_ENOMEM;
    if (settings->pairs != NULL)
        settings->pairs->start(settings->pairs);
    for (int side = 0; side < CMP_SIDES && error == 0; side++)
        error = begin_history(result, &match.history[side], side, messages[side]);
    if (error == 0)
        error = cmp_match_all(&match);
    free_match(&match);
    for (int side = 0; side < CMP_SIDES; side++) {
        if (error == 0)
            error = keep_warning(result, side, messages[side]);
        else if (messages[side][0] != '\0' && message[0] == '\0')
            memcpy(message, messages[side], CMP_MESSAGE_SIZE);
    }
    return error;
}

static void forget_events(struct cmp_result *result) {
    if (!result->aligned)
        cmp_align_free(&result->alignment);
    cmp_things_free(&result->things);
    base_free(result->differences);
    base_free(result->places);
    base_free(result->roots);
    result->things = (struct cmp_things){0};
    result->differences = NULL;
    result->places = NULL;
    result->roots = NULL;
    result->count = result->capacity = result->place_capacity = 0;
    result->root_count = result->root_capacity = 0;
    result->swaps = 0;
}

/* Where things are on one side alone, they may be the other's under another name: then all is
 * compared again. */
static int compare_until_known(struct cmp_result *result, const struct cmp_settings *settings,
                               bool *strange, char message[CMP_MESSAGE_SIZE]) {
    bool found = false;
    int error;
    *strange = false;
    do {
        forget_events(result);
        error = compare_events(result, settings, false, message);
        *strange = *strange || (error == 0 && cmp_has_strangers(result));
        if (error == 0)
            error = cmp_find_renames(result, &found, message);
    } while (error == 0 && found);
    return error;
}

/* Whether both are one run in which things are called otherwise: renames that make it so are kept.
 */
static int try_same(struct cmp_result *result, const struct cmp_settings *settings, bool *same,
                    char message[CMP_MESSAGE_SIZE]) {
    struct cmp_settings alone = *settings;
    struct cmp_result supposed = *result; /* the sources and their names */
    supposed.things = (struct cmp_things){0};
    supposed.alignment = (struct cmp_alignment){0};
    supposed.differences = NULL;
    supposed.places = NULL;
    supposed.roots = NULL;
    supposed.count = supposed.capacity = supposed.place_capacity = 0;
    supposed.root_count = supposed.root_capacity = 0;
    alone.pairs = NULL;
    int error = cmp_suppose_same(result, &supposed.renames, same);
    if (error == 0 && *same) {
        error = compare_events(&supposed, &alone, true, message);
        *same = error == 0 && supposed.count == 0;
    }
    forget_events(&supposed);
    memcpy(result->warnings, supposed.warnings, sizeof result->warnings);
    struct cmp_renames *dropped = *same ? &result->renames : &supposed.renames;
    cmp_renames_free(dropped);
    if (*same)
        result->renames = supposed.renames;
    return error;
}

static int compare_all(struct cmp_result *result, const struct cmp_settings *settings,
                       char message[CMP_MESSAGE_SIZE]) {
    bool strange, same = false;
    int error = compare_until_known(result, settings, &strange, message);
    if (error == 0 && strange && result->count > 0)
        error = try_same(result, settings, &same, message);
    if (error == 0 && same) {
        forget_events(result);
        error = compare_events(result, settings, false, message);
    }
    /* What is out of step is aligned, and all is compared once more by that. */
    for (int side = 0; side < CMP_SIDES; side++)
        result->alignment.begins_late[side] = !result->real[side] && result->real[!side];
    if (error == 0 && result->count > 0)
        error = cmp_align(&result->alignment, result->things.tasks.count, &result->aligned);
    if (error == 0 && result->aligned) {
        forget_events(result);
        error = compare_events(result, settings, false, message);
    }
    result->aligned = false; /* what is known of it is not needed any more */
    cmp_align_free(&result->alignment);
    return error;
}

/* --- The whole ------------------------------------------------------------------------------ */

static bool take_source(struct cmp_result *result, int side, const struct cmp_source *source) {
    const char *name = source->name != NULL   ? source->name
                       : source->path != NULL ? trace_path_name(source->path)
                                              : "memory";
    result->sources[side] = *source;
    result->names[side] = base_strndup(name, strlen(name));
    return result->names[side] != NULL;
}

static bool is_none(const struct cmp_tolerance *tolerance) {
    return tolerance->time_ns == 0 && !(tolerance->share > 0);
}

/* Once both headers are known. */
static int compare_read(struct cmp_result *result, const struct cmp_settings *settings,
                        char message[CMP_MESSAGE_SIZE]) {
    struct cmp_settings known = *settings;
    if ((result->real[CMP_A] || result->real[CMP_B]) && !is_none(&settings->real))
        known.tolerance = settings->real;
    result->tolerance = known.tolerance;
    return compare_all(result, &known, message);
}

static int compare(struct cmp_result *result, const struct cmp_settings *settings,
                   char message[CMP_MESSAGE_SIZE]) {
    int error = cmp_keep_input(result, message);
    for (int side = 0; side < CMP_SIDES && error == 0; side++)
        error = read_header(result, side, message);
    if (error == 0)
        error = cmp_compare_bytes(result, message);
    if (error == 0 && result->bytes_equal && !settings->read_equal) {
        result->level = CMP_LEVEL_BYTES;
        return 0;
    }
    for (int side = 0; side < CMP_SIDES && error == 0; side++)
        error = check_is_ours(result, side, message);
    if (error == 0)
        error = compare_read(result, settings, message);
    if (error == 0 && result->bytes_equal)
        result->level = CMP_LEVEL_BYTES;
    return error;
}

int cmp_compare(const struct cmp_source sources[CMP_SIDES], const struct cmp_settings *settings,
                struct cmp_result **made, char message[CMP_MESSAGE_SIZE]) {
    struct cmp_result *result = base_zalloc(1, sizeof *result);
    *made = NULL;
    message[0] = '\0';
    if (result == NULL || !take_source(result, CMP_A, &sources[CMP_A]) ||
        !take_source(result, CMP_B, &sources[CMP_B])) {
        cmp_free(result);
        return no_memory(message);
    }
    result->asked = settings->level;
    int error = compare(result, settings, message);
    if (error != 0) {
        cmp_free(result);
        return error == CAD_ENOMEM && message[0] == '\0' ? no_memory(message) : error;
    }
    *made = result;
    return 0;
}

void cmp_free(struct cmp_result *result) {
    if (result == NULL)
        return;
    forget_events(result);
    cmp_renames_free(&result->renames);
    for (int side = 0; side < CMP_SIDES; side++) {
        base_free(result->names[side]);
        base_free(result->warnings[side]);
        base_free(result->kept[side]);
    }
    base_free(result);
}
