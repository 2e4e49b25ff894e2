/* The durations that would have predicted the runs, each with a name that a variable can have. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cadran.h"
#include "drift/rows.h"

/* Letters, digits and "_" of a text, what is between them as one "_". */
static void make_name(const char *text, char *name, size_t size) {
    size_t length = 0;
    bool gap = false;
    for (; *text != '\0' && length + 2 < size; text++) {
        char letter = *text;
        if (letter >= 'A' && letter <= 'Z')
            letter = (char)(letter + ('a' - 'A'));
        bool fits = (letter >= 'a' && letter <= 'z') || letter == '_' ||
                    (letter >= '0' && letter <= '9' && length > 0);
        if (fits && gap && length > 0)
            name[length++] = '_';
        if (fits)
            name[length++] = letter;
        gap = !fits;
    }
    if (length == 0)
        name[length++] = 't';
    name[length] = '\0';
}

static bool is_taken(const struct drift_suggestion *made, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(made[i].name, name) == 0)
            return true;
    return false;
}

/* One that no other has; the second of one name is its name and 2. */
static void choose_name(const struct drift_suggestion *made, size_t count,
                        struct drift_suggestion *chosen) {
    char name[sizeof chosen->name - 24];
    make_name(chosen->what, name, sizeof name);
    snprintf(chosen->name, sizeof chosen->name, "%s", name);
    for (size_t number = 2; is_taken(made, count, chosen->name); number++)
        snprintf(chosen->name, sizeof chosen->name, "%s_%zu", name, number);
}

/* To the microsecond: more is noise. */
static int64_t mean_of(const struct drift_length *length) {
    double mean_us = length->sum_ns / (double)length->count / CAD_MICROSECOND;
    return (int64_t)(mean_us + 0.5) * CAD_MICROSECOND;
}

static bool is_off(const struct drift_length *length, const struct cmp_tolerance *tolerance) {
    int64_t off_ns = mean_of(length) - length->predicted_ns;
    int64_t allowed_ns = drift_allowed(tolerance, length->predicted_ns);
    return off_ns > allowed_ns || off_ns < -allowed_ns;
}

struct drift_suggestion *drift_suggest(const struct drift_rows *rows,
                                       const struct cmp_tolerance *tolerance, size_t *count) {
    size_t most = 0;
    for (size_t i = 0; i < rows->count; i++)
        most += rows->groups[i].length_count;
    struct drift_suggestion *made = base_zalloc(most + 1, sizeof *made);
    *count = 0;
    for (size_t i = 0; i < rows->count && made != NULL; i++) {
        const struct drift_group *group = &rows->groups[i];
        for (size_t k = 0; k < group->length_count; k++) {
            const struct drift_length *length = &group->lengths[k];
            if (!is_off(length, tolerance))
                continue;
            made[*count] = (struct drift_suggestion){
                .what = base_strings_text(rows->strings, group->name),
                .predicted_ns = length->predicted_ns,
                .real_ns = mean_of(length),
            };
            choose_name(made, *count, &made[*count]);
            ++*count;
        }
    }
    return made;
}
