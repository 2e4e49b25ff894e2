/* Faults: kept as they are found, sorted and printed at the end, each with its excerpt. */
#include "document/fault.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/show.h"
#include "cadran.h"
#include "document/json.h"
#include "document/place.h"

/* Faults beyond these are counted, but not kept. */
#define FAULTS_KEPT 10000

/* Of an excerpt that is longer than this, the part around the mark is shown. */
#define EXCERPT_WIDTH 96

struct doc_fault {
    uint32_t offset;
    uint32_t order; /* of being added, for faults at the same offset */
    char *message;
    char *excerpt; /* NULL: none */
    size_t length;
    size_t at;
    size_t marked;
};

/* --- The list -------------------------------------------------------------------------------- */

static bool keep(doc_faults *faults, uint32_t offset, const doc_excerpt *excerpt,
                 const char *message) {
    struct doc_fault *list =
        base_grown(faults->list, faults->count, &faults->capacity, sizeof *faults->list);
    if (list == NULL)
        return false;
    faults->list = list;
    struct doc_fault *fault = &list[faults->count];
    *fault = (struct doc_fault){.offset = offset, .order = (uint32_t)faults->count};
    fault->message = base_strndup(message, strlen(message));
    if (fault->message == NULL)
        return false;
    if (excerpt != NULL && excerpt->length > 0) {
        fault->excerpt = base_strndup(excerpt->text, excerpt->length);
        if (fault->excerpt == NULL) {
            base_free(fault->message);
            return false;
        }
        fault->length = excerpt->length;
        fault->at = excerpt->at;
        fault->marked = excerpt->marked;
    }
    faults->count++;
    return true;
}

int doc_faults_add(doc_faults *faults, uint32_t offset, const doc_excerpt *excerpt,
                   const char *message) {
    faults->total++;
    if (faults->count < FAULTS_KEPT && !keep(faults, offset, excerpt, message))
        faults->out_of_memory = true;
    return CAD_EINVAL;
}

int doc_faults_status(const doc_faults *faults) {
    if (faults->out_of_memory)
        return CAD_ENOMEM;
    return faults->total > 0 ? CAD_EINVAL : 0;
}

static void drop(struct doc_fault *fault) {
    base_free(fault->message);
    base_free(fault->excerpt);
}

void doc_faults_free(doc_faults *faults) {
    for (size_t i = 0; i < faults->count; i++)
        drop(&faults->list[i]);
    base_free(faults->list);
    *faults = (doc_faults){0};
}

/* --- Printing -------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b) {
    const struct doc_fault *x = a;
    const struct doc_fault *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* What several checks noticed at the same place counts once. */
static void sort(doc_faults *faults) {
    if (faults->count == 0)
        return;
    qsort(faults->list, faults->count, sizeof *faults->list, compare);
    size_t kept = 0;
    for (size_t i = 0; i < faults->count; i++) {
        struct doc_fault *fault = &faults->list[i];
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

static int append_repeated(base_buffer *buffer, const char *what, size_t count) {
    int error = 0;
    for (size_t i = 0; i < count && error == 0; i++)
        error = base_buffer_append(buffer, what, 1);
    return error;
}

/* The text on a line of its own, with a space for what is not shown as it is: the mark below it
 * counts characters. */
static int append_line(base_buffer *buffer, const char *text, size_t length) {
    char escape[BASE_SHOWN_SIZE];
    size_t taken;
    int error;
    do {
        size_t piece = base_shown_piece(text, length, false, escape, &taken);
        error = base_buffer_append(buffer, text, piece);
        if (error == 0 && taken > 0)
            error = base_buffer_append(buffer, " ", 1);
        text += piece + taken;
        length -= piece + taken;
    } while (taken > 0 && error == 0);
    return error;
}

int doc_excerpt_format(const doc_excerpt *excerpt, base_buffer *buffer) {
    const char *text = excerpt->text;
    size_t from = 0;
    size_t to = excerpt->length;
    if (to > EXCERPT_WIDTH) {
        from = excerpt->at > EXCERPT_WIDTH / 2 ? excerpt->at - EXCERPT_WIDTH / 2 : 0;
        from = align(text, excerpt->length, from, false);
        to = from + EXCERPT_WIDTH < excerpt->length ? from + EXCERPT_WIDTH : excerpt->length;
        to = align(text, excerpt->length, to, true);
    }
    size_t end = excerpt->at + excerpt->marked < to ? excerpt->at + excerpt->marked : to;
    size_t under = end > excerpt->at ? count_characters(text + excerpt->at, end - excerpt->at) : 0;
    const char *before = from > 0 ? "..." : "";
    int error = base_buffer_format(buffer, "    %s", before);
    if (error == 0)
        error = append_line(buffer, text + from, to - from);
    if (error == 0)
        error = base_buffer_format(buffer, "%s\n    ", to < excerpt->length ? "..." : "");
    if (error == 0)
        error = append_repeated(buffer, " ",
                                strlen(before) + count_characters(text + from, excerpt->at - from));
    if (error == 0)
        error = base_buffer_append(buffer, "^", 1);
    if (error == 0 && under > 1)
        error = append_repeated(buffer, "~", under - 1);
    return error == 0 ? base_buffer_append(buffer, "\n", 1) : error;
}

/* `name:line:column: /json/pointer: message`. */
static int format_message(const struct doc_fault *fault, const char *name, doc_locator *locator,
                          bool json, base_buffer *buffer) {
    int error;
    if (fault->offset == DOC_NOWHERE) {
        error = base_buffer_format(buffer, "%s: ", name);
    } else {
        doc_locator_seek(locator, fault->offset, json);
        error = base_buffer_format(buffer, "%s:%zu:%zu: ", name, locator->line, locator->column);
        size_t before = buffer->length;
        if (error == 0 && json)
            error = doc_locator_pointer(locator, buffer);
        if (error == 0 && buffer->length > before)
            error = base_buffer_append(buffer, ": ", 2);
    }
    return error != 0 ? error : base_buffer_append(buffer, fault->message, strlen(fault->message));
}

static int format_fault(const struct doc_fault *fault, const char *name, doc_locator *locator,
                        bool json, base_buffer *buffer) {
    base_buffer line = {0};
    int error = format_message(fault, name, locator, json, &line);
    if (error == 0)
        error = base_buffer_append_shown(buffer, line.data, line.length);
    if (error == 0)
        error = base_buffer_append(buffer, "\n", 1);
    base_buffer_free(&line);
    if (error == 0 && fault->excerpt != NULL)
        error = doc_excerpt_format(
            &(doc_excerpt){fault->excerpt, fault->length, fault->at, fault->marked}, buffer);
    return error;
}

int doc_faults_format(doc_faults *faults, const char *name, const char *text, bool json,
                      base_buffer *buffer) {
    doc_locator *locator = base_alloc(sizeof *locator);
    if (locator == NULL)
        return CAD_ENOMEM;
    sort(faults);
    doc_locator_start(locator, text);
    int error = 0;
    size_t printed = 0;
    for (; printed < faults->count && printed < DOC_FAULTS_PRINTED && error == 0; printed++)
        error = format_fault(&faults->list[printed], name, locator, json, buffer);
    size_t more = faults->total - printed;
    if (error == 0 && more > 0)
        error = base_buffer_append_shown(buffer, name, strlen(name));
    if (error == 0 && more > 0)
        error = base_buffer_format(buffer, ": and %zu more\n", more);
    base_free(locator);
    return error;
}
