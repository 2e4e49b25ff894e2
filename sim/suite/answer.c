/* Results as bytes, and what is said of those that never came. */
#include "suite/answer.h"

#include <string.h>

#include "base/limit.h"
#include "base/show.h"
#include "cadran.h"

enum { TEXTS = 3 };

/* The numbers, and the lengths of the texts, which follow. */
struct packed {
    uint32_t reasons, line, column;
    bool form;
    int64_t took_ns;
    size_t lengths[TEXTS];
};

static void list_texts(suite_result *result, base_buffer *texts[TEXTS]) {
    texts[0] = &result->sentence;
    texts[1] = &result->details;
    texts[2] = &result->new_trace;
}

/* --- In a worker ----------------------------------------------------------------------------- */

static int clean(base_buffer *text) {
    base_buffer cleaned = {0};
    if (text->length == 0)
        return 0;
    int error = base_buffer_append_shown_lines(&cleaned, text->data, text->length);
    base_buffer_free(error == 0 ? text : &cleaned);
    if (error == 0)
        *text = cleaned;
    return error;
}

static int pack(suite_result *result, base_buffer *bytes) {
    base_buffer *texts[TEXTS];
    struct packed packed = {.reasons = result->reasons,
                            .line = result->line,
                            .column = result->column,
                            .form = result->form,
                            .took_ns = result->took_ns};
    list_texts(result, texts);
    for (int i = 0; i < TEXTS; i++)
        packed.lengths[i] = texts[i]->length;
    int error = base_buffer_append(bytes, (const char *)&packed, sizeof packed);
    for (int i = 0; error == 0 && i < TEXTS; i++)
        error = base_buffer_append(bytes, suite_text(texts[i]), texts[i]->length);
    return error;
}

/* Where memory runs out the answer is empty, which is an answer. */
enum suite_worker suite_give(suite_result *result, int error, base_buffer *answer) {
    if (error == 0)
        error = clean(&result->sentence);
    if (error == 0)
        error = clean(&result->details);
    if (error == 0)
        error = pack(result, answer);
    if (error != 0)
        base_buffer_clear(answer);
    suite_result_free(result);
    return error != 0 || base_limit_reached() ? SUITE_WORKER_ENDS : SUITE_WORKER_GOES_ON;
}

/* --- Here ------------------------------------------------------------------------------------ */

static int unpack(const char *bytes, size_t length, suite_result *result) {
    base_buffer *texts[TEXTS];
    struct packed packed;
    int error = 0;
    if (length < sizeof packed)
        return suite_fail(result, SUITE_TROUBLE, "out of memory");
    memcpy(&packed, bytes, sizeof packed);
    bytes += sizeof packed;
    list_texts(result, texts);
    for (int i = 0; error == 0 && i < TEXTS; i++) {
        error = base_buffer_append(texts[i], bytes, packed.lengths[i]);
        bytes += packed.lengths[i];
    }
    result->reasons = packed.reasons;
    result->line = packed.line;
    result->column = packed.column;
    result->form = packed.form;
    result->took_ns = packed.took_ns;
    return error;
}

int suite_take(const suite_answer *answer, int64_t limit_ns, suite_result *result) {
    int error = 0;
    switch (answer->end) {
    case SUITE_ANSWERED:
        return unpack(answer->text, answer->length, result);
    case SUITE_TOO_LONG:
        error = suite_fail(result, SUITE_TIMEOUT, "it took longer than %.3g s (--timeout)",
                           (double)limit_ns / 1e9);
        break;
    case SUITE_CRASHED:
        error = suite_fail(result, SUITE_CRASH, "its process was ended by signal %d (%s)",
                           answer->number, strsignal(answer->number));
        break;
    case SUITE_EXITED:
        error =
            suite_fail(result, SUITE_CRASH, "its process ended, with status %d", answer->number);
        break;
    }
    return error == 0
               ? base_buffer_append_shown_lines(&result->details, answer->text, answer->length)
               : error;
}
