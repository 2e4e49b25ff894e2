#include "scenario/fault.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cadran.h"
#include "scenario/json.h"
#include "scenario/place.h"

/* Faults beyond these are counted, but not kept. */
#define FAULTS_KEPT 10000

/* Of an excerpt that is longer than this, the part around the mark is shown. */
#define EXCERPT_WIDTH 96

struct sim_fault {
    uint32_t offset;
    uint32_t order; /* of being added, for faults at the same offset */
    char *message;
    char *excerpt; /* NULL: none */
    size_t length;
    size_t at;
    size_t marked;
};

/* --- The list -------------------------------------------------------------------------------- */

static bool keep(sim_faults *faults, uint32_t offset, const sim_excerpt *excerpt,
                 const char *message) {
    struct sim_fault *list =
        sim_grow(faults->list, faults->count, &faults->capacity, sizeof *faults->list);
    if (list == NULL)
        return false;
    faults->list = list;
    struct sim_fault *fault = &list[faults->count];
    *fault = (struct sim_fault){.offset = offset, .order = (uint32_t)faults->count};
    fault->message = sim_strndup(message, strlen(message));
    if (fault->message == NULL)
        return false;
    if (excerpt != NULL && excerpt->length > 0) {
        fault->excerpt = sim_strndup(excerpt->text, excerpt->length);
        if (fault->excerpt == NULL) {
            sim_free(fault->message);
            return false;
        }
        fault->length = excerpt->length;
        fault->at = excerpt->at;
        fault->marked = excerpt->marked;
    }
    faults->count++;
    return true;
}

int sim_faults_add(sim_faults *faults, uint32_t offset, const sim_excerpt *excerpt,
                   const char *message) {
    faults->total++;
    if (faults->count < FAULTS_KEPT && !keep(faults, offset, excerpt, message))
        faults->out_of_memory = true;
    return CAD_EINVAL;
}

int sim_faults_status(const sim_faults *faults) {
    if (faults->out_of_memory)
        return CAD_ENOMEM;
    return faults->total > 0 ? CAD_EINVAL : 0;
}

static void drop(struct sim_fault *fault) {
    sim_free(fault->message);
    sim_free(fault->excerpt);
}

void sim_faults_free(sim_faults *faults) {
    for (size_t i = 0; i < faults->count; i++)
        drop(&faults->list[i]);
    sim_free(faults->list);
    *faults = (sim_faults){0};
}

/* --- Printing -------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b) {
    const struct sim_fault *x = a;
    const struct sim_fault *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* What several checks noticed at the same place counts once. */
static void sort(sim_faults *faults) {
    if (faults->count == 0)
        return;
    qsort(faults->list, faults->count, sizeof *faults->list, compare);
    size_t kept = 0;
    for (size_t i = 0; i < faults->count; i++) {
        struct sim_fault *fault = &faults->list[i];
        bool twice = false;
        for (size_t j = kept; j > 0 && faults->list[j - 1].offset == fault->offset; j--)
            twice = twice || strcmp(faults->list[j - 1].message, fault->message) == 0;
        if (twice) {
            drop(fault);
            faults->total--;
        } else {
            faults->list[kept++] = *fault;
        }
    }
    faults->count = kept;
}

/* Moves `at` back, or forward, to the beginning of a character. */
static size_t align(const char *text, size_t length, size_t at, bool forward) {
    while (at > 0 && at < length && ((unsigned char)text[at] & 0xc0) == 0x80)
        at = forward ? at + 1 : at - 1;
    return at;
}

static size_t count_characters(const char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static int append_repeated(sim_buffer *buffer, const char *what, size_t count) {
    int error = 0;
    for (size_t i = 0; i < count && error == 0; i++)
        error = sim_buffer_append(buffer, what, 1);
    return error;
}

/* The text on a line of its own: its line breaks and tabs would move the mark below it. */
static int append_line(sim_buffer *buffer, const char *text, size_t length) {
    int error = 0;
    for (size_t i = 0; i < length && error == 0; i++) {
        bool control = (unsigned char)text[i] < 0x20 || text[i] == 0x7f;
        error = sim_buffer_append(buffer, control ? " " : &text[i], 1);
    }
    return error;
}

static int format_excerpt(const struct sim_fault *fault, sim_buffer *buffer) {
    const char *text = fault->excerpt;
    size_t from = 0;
    size_t to = fault->length;
    if (to > EXCERPT_WIDTH) {
        from = fault->at > EXCERPT_WIDTH / 2 ? fault->at - EXCERPT_WIDTH / 2 : 0;
        from = align(text, fault->length, from, false);
        to = from + EXCERPT_WIDTH < fault->length ? from + EXCERPT_WIDTH : fault->length;
        to = align(text, fault->length, to, true);
    }
    size_t end = fault->at + fault->marked < to ? fault->at + fault->marked : to;
    size_t under = end > fault->at ? count_characters(text + fault->at, end - fault->at) : 0;
    const char *before = from > 0 ? "..." : "";
    int error = sim_buffer_format(buffer, "    %s", before);
    if (error == 0)
        error = append_line(buffer, text + from, to - from);
    if (error == 0)
        error = sim_buffer_format(buffer, "%s\n    ", to < fault->length ? "..." : "");
    if (error == 0)
        error = append_repeated(buffer, " ",
                                strlen(before) + count_characters(text + from, fault->at - from));
    if (error == 0)
        error = sim_buffer_append(buffer, "^", 1);
    if (error == 0 && under > 1)
        error = append_repeated(buffer, "~", under - 1);
    return error == 0 ? sim_buffer_append(buffer, "\n", 1) : error;
}

static int format_fault(const struct sim_fault *fault, const char *name, sim_locator *locator,
                        bool json, sim_buffer *buffer) {
    int error;
    if (fault->offset == SIM_NOWHERE) {
        error = sim_buffer_format(buffer, "%s: ", name);
    } else {
        sim_locator_seek(locator, fault->offset, json);
        error = sim_buffer_format(buffer, "%s:%zu:%zu: ", name, locator->line, locator->column);
        size_t before = buffer->length;
        if (error == 0 && json)
            error = sim_locator_pointer(locator, buffer);
        if (error == 0 && buffer->length > before)
            error = sim_buffer_append(buffer, ": ", 2);
    }
    if (error == 0)
        error = sim_buffer_format(buffer, "%s\n", fault->message);
    if (error == 0 && fault->excerpt != NULL)
        error = format_excerpt(fault, buffer);
    return error;
}

int sim_faults_format(sim_faults *faults, const char *name, const char *text, bool json,
                      sim_buffer *buffer) {
    sim_locator *locator = sim_alloc(sizeof *locator);
    if (locator == NULL)
        return CAD_ENOMEM;
    sort(faults);
    sim_locator_start(locator, text);
    int error = 0;
    size_t printed = 0;
    for (; printed < faults->count && printed < SIM_FAULTS_PRINTED && error == 0; printed++)
        error = format_fault(&faults->list[printed], name, locator, json, buffer);
    size_t more = faults->total - printed;
    if (error == 0 && more > 0)
        error = sim_buffer_format(buffer, "%s: and %zu more\n", name, more);
    sim_free(locator);
    return error;
}

/* --- Near names ------------------------------------------------------------------------------ */

#define NAME_MAX_LENGTH 64

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

unsigned sim_edit_distance(const char *a, size_t a_length, const char *b, size_t b_length,
                           unsigned limit) {
    size_t difference = a_length > b_length ? a_length - b_length : b_length - a_length;
    if (difference > limit || a_length > NAME_MAX_LENGTH || b_length > NAME_MAX_LENGTH)
        return limit + 1;
    /* Optimal string alignment: rows[i] holds the distances of a's first i letters to each
     * beginning of b; the last three rows are enough. */
    unsigned rows[3][NAME_MAX_LENGTH + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *above_that = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            char x = lower(a[i - 1]);
            char y = lower(b[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
                row[j] = least(row[j], above_that[j - 2] + 1);
        }
    }
    return least(rows[a_length % 3][b_length], limit + 1);
}

void sim_suggestion_start(sim_suggestion *suggestion, const char *wanted, size_t length) {
    /* In a short name, few slips already make another name of it. */
    unsigned near = length < 2 ? 0 : length < 5 ? 1 : length < 8 ? 2 : 3;
    *suggestion = (sim_suggestion){.wanted = wanted, .length = length, .distance = near + 1};
}

void sim_suggestion_offer(sim_suggestion *suggestion, const char *name) {
    size_t length = strlen(name);
    if (suggestion->distance == 0)
        return;
    unsigned distance = sim_edit_distance(suggestion->wanted, suggestion->length, name, length,
                                          suggestion->distance - 1);
    /* A name of which no letter would be left is not near, however short it is. */
    if (distance < suggestion->distance && distance < length) {
        suggestion->best = name;
        suggestion->distance = distance;
    }
}
