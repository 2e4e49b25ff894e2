/* The words for a difference: those of the comparison. */
#include "suite/explain.h"

#include <string.h>

#include "base/number.h"
#include "cadran.h"
#include "compare/compare.h"

static int append(base_buffer *to, const char *text) {
    return base_buffer_append(to, text, strlen(text));
}

/* The first root, and how many more there are. */
static int say_root(const struct cmp_result *result, base_buffer *sentence) {
    size_t roots = cmp_root_count(result);
    const struct cmp_difference *first = cmp_difference_at(result, cmp_root_at(result, 0));
    size_t others = cmp_difference_count(result) - roots;
    int error = cmp_sentence(result, first, sentence);
    if (error == 0 && roots > 1)
        error = base_buffer_format(sentence, ", and %zu root%s more", roots - 1,
                                   base_plural(roots - 1));
    if (error == 0 && others > 0)
        error = base_buffer_format(sentence, " (%zu consequence%s)", others, base_plural(others));
    return error;
}

static int say(const struct cmp_result *result, enum suite_likeness likeness,
               base_buffer *sentence) {
    if (likeness == SUITE_OTHER_FORM)
        return append(sentence, "the trace differs from the golden in its form alone");
    if (cmp_root_count(result) > 0)
        return say_root(result, sentence);
    return base_buffer_format(sentence, "the order of unrelated events at %llu instant%s",
                              (unsigned long long)cmp_swap_count(result),
                              base_plural(cmp_swap_count(result)));
}

static int tell(const suite_pair *pair, const struct cmp_result *result,
                enum suite_likeness *likeness, base_buffer *sentence, base_buffer *details) {
    const struct cmp_layout layout = {.width = pair->width, .lines = pair->lines};
    char message[CMP_MESSAGE_SIZE];
    if (cmp_same(result)) {
        *likeness = SUITE_ALIKE;
        return 0;
    }
    *likeness = cmp_level(result) == CMP_LEVEL_ORDER ? SUITE_OTHER_FORM : SUITE_OTHER;
    int error = say(result, *likeness, sentence);
    if (error != 0 || *likeness == SUITE_OTHER_FORM)
        return error;
    error = cmp_print_text(result, &layout, details, message);
    return error == 0 || error == CAD_ENOMEM ? error : append(details, message);
}

int suite_explain(const suite_pair *pair, enum suite_likeness *likeness, base_buffer *sentence,
                  base_buffer *details) {
    const struct cmp_source sources[CMP_SIDES] = {
        {.name = pair->names[0], .data = pair->golden->data, .size = pair->golden->size},
        {.name = pair->names[1], .data = pair->trace->data, .size = pair->trace->size},
    };
    const struct cmp_settings settings = {
        .level = pair->timed ? CMP_LEVEL_ORDER : CMP_LEVEL_BYTES,
        .tolerance = {.time_ns = pair->timed ? pair->tolerance_ns : 0},
    };
    struct cmp_result *result;
    char message[CMP_MESSAGE_SIZE];
    int error = cmp_compare(sources, &settings, &result, message);
    *likeness = SUITE_UNREADABLE;
    if (error == CAD_ENOMEM)
        return error;
    if (error != 0)
        return append(sentence, message);
    error = tell(pair, result, likeness, sentence, details);
    cmp_free(result);
    return error;
}
