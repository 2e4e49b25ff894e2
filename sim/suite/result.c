/* What a test has come to, and its way from a worker to who asked. */
#include "suite/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cadran.h"

const char *const suite_reason_words[SUITE_REASON_COUNT] = {
#define SUITE_X(constant, word, meaning) [constant] = word,
    SUITE_REASONS(SUITE_X)
#undef SUITE_X
};

const char *const suite_reason_meanings[SUITE_REASON_COUNT] = {
#define SUITE_X(constant, word, meaning) [constant] = meaning,
    SUITE_REASONS(SUITE_X)
#undef SUITE_X
};

void suite_result_free(suite_result *result) {
    base_buffer_free(&result->sentence);
    base_buffer_free(&result->details);
    base_buffer_free(&result->new_trace);
    *result = (suite_result){0};
}

int suite_fail(suite_result *result, enum suite_reason reason, const char *format, ...) {
    char part[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(part, sizeof part, format, arguments);
    va_end(arguments);
    result->reasons |= UINT32_C(1) << reason;
    return base_buffer_format(&result->sentence, "%s%s", result->sentence.length > 0 ? "; " : "",
                              part);
}

/* --- The way --------------------------------------------------------------------------------- */

/* The numbers, and the lengths of the texts, which follow. */
struct packed {
    uint32_t reasons, line, column;
    int64_t took_ns;
    size_t lengths[3];
};

int suite_pack(const suite_result *result, base_buffer *bytes) {
    const base_buffer *texts[] = {&result->sentence, &result->details, &result->new_trace};
    struct packed packed = {.reasons = result->reasons,
                            .line = result->line,
                            .column = result->column,
                            .took_ns = result->took_ns};
    for (int i = 0; i < 3; i++)
        packed.lengths[i] = texts[i]->length;
    int error = base_buffer_append(bytes, (const char *)&packed, sizeof packed);
    for (int i = 0; error == 0 && i < 3; i++)
        error = base_buffer_append(bytes, suite_text(texts[i]), texts[i]->length);
    return error;
}

int suite_unpack(const char *bytes, size_t length, suite_result *result) {
    base_buffer *texts[] = {&result->sentence, &result->details, &result->new_trace};
    struct packed packed;
    int error = 0;
    *result = (suite_result){0};
    if (length < sizeof packed) /* of a worker that had no memory left for it */
        return suite_fail(result, SUITE_TROUBLE, "out of memory");
    memcpy(&packed, bytes, sizeof packed);
    bytes += sizeof packed;
    for (int i = 0; error == 0 && i < 3; i++) {
        error = base_buffer_append(texts[i], bytes, packed.lengths[i]);
        bytes += packed.lengths[i];
    }
    result->reasons = packed.reasons;
    result->line = packed.line;
    result->column = packed.column;
    result->took_ns = packed.took_ns;
    return error;
}
