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
    if (end != text + length - 1 || !(percent >= 0 && percent <= 1e6))
        return false;
    tolerance->share = percent / 100;
    return true;
}

/* --- Reading -------------------------------------------------------------------------------- */

static int no_memory(char message[CMP_MESSAGE_SIZE]) {
    snprintf(message, CMP_MESSAGE_SIZE, "out of memory");
    return CAD_ENOMEM;
}

static int read_side(struct cmp_result *result, struct cmp_history *history,
                     char message[CMP_MESSAGE_SIZE]) {
    int error = cmp_read_source(result, history->side, &history->consumer, message);
    if (error != 0)
        return error == CAD_ENOMEM && message[0] == '\0' ? no_memory(message) : error;
    if (!history->own) {
        snprintf(message, CMP_MESSAGE_SIZE,
                 "%.200s: another program's trace: only those of cadran are compared",
                 cmp_name(result, history->side));
        return CAD_EINVAL;
    }
    if (message[0] != '\0' && result->warnings[history->side] == NULL &&
        (result->warnings[history->side] = base_strndup(message, strlen(message))) == NULL)
        return no_memory(message);
    return 0;
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

/* Once, with the renames that are known. */
static int compare_events(struct cmp_result *result, const struct cmp_settings *settings,
                          char message[CMP_MESSAGE_SIZE]) {
    struct cmp_match match = {.result = result, .settings = settings};
    if (settings->pairs != NULL)
        settings->pairs->start(settings->pairs);
    int error = cmp_things_init(&result->things, &result->renames) ? 0 : no_memory(message);
    for (int side = 0; side < CMP_SIDES; side++)
        cmp_history_init(&match.history[side], side, &result->things);
    for (int side = 0; side < CMP_SIDES && error == 0; side++)
        error = read_side(result, &match.history[side], message);
    if (error == 0 && cmp_match_all(&match) != 0)
        error = no_memory(message);
    free_match(&match);
    return error;
}

static void forget_events(struct cmp_result *result) {
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

/* Where tasks are on one side alone, they may be the other's under another name: then all is
 * compared again. */
static int compare_all(struct cmp_result *result, const struct cmp_settings *settings,
                       char message[CMP_MESSAGE_SIZE]) {
    bool found = false;
    int error;
    do {
        forget_events(result);
        error = compare_events(result, settings, message);
        if (error == 0)
            error = cmp_find_renames(result, &found, message);
    } while (error == 0 && found);
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

static int compare(struct cmp_result *result, const struct cmp_settings *settings,
                   char message[CMP_MESSAGE_SIZE]) {
    int error = cmp_keep_input(result, message);
    if (error == 0)
        error = cmp_compare_bytes(result, message);
    if (error == 0 && (!result->bytes_equal || settings->read_equal))
        error = compare_all(result, settings, message);
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
        return error;
    }
    *made = result;
    return 0;
}

void cmp_free(struct cmp_result *result) {
    if (result == NULL)
        return;
    forget_events(result);
    base_free(result->renames.list);
    for (int side = 0; side < CMP_SIDES; side++) {
        base_free(result->names[side]);
        base_free(result->warnings[side]);
        base_free(result->kept[side]);
    }
    base_free(result);
}
