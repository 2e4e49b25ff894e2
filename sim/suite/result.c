/* What a test has come to. */
#include "suite/result.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "cadran.h"

const char *const suite_reason_words[SUITE_REASON_COUNT] = {
#define SUITE_X(constant, word, meaning) [constant] = word,
    SUITE_REASONS(SUITE_X)
#undef SUITE_X
};

void suite_result_free(suite_result *result) {
    base_buffer_free(&result->sentence);
    base_buffer_free(&result->details);
    base_buffer_free(&result->new_trace);
    *result = (suite_result){0};
}

int suite_excuse(suite_result *result, int64_t late_ns) {
    base_buffer found = result->sentence;
    result->sentence = (base_buffer){0};
    result->reasons = 0;
    int error = suite_fail(result, SUITE_BUSY,
                           "the machine was too busy to judge: it made the loop late by up to "
                           "%" PRId64 " ms",
                           late_ns / CAD_MILLISECOND);
    if (error == 0)
        error = base_buffer_format(&result->sentence, " (%s)", suite_text(&found));
    base_buffer_free(&found);
    return error;
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
