/* The tables of event.h as constants. */
#include "trace/event.h"

const struct trace_kind_row trace_kinds[TRACE_KIND_COUNT] = {
#define TRACE_X(constant, its_phase, its_category, its_place, its_mark, its_effect, its_name,      \
                its_required, its_optional, its_meaning)                                           \
    [constant] = {.name = its_name,                                                                \
                  .meaning = its_meaning,                                                          \
                  .arguments = (its_required) | (its_optional),                                    \
                  .required = its_required,                                                        \
                  .category = TRACE_CATEGORY_##its_category,                                       \
                  .place = TRACE_ON_##its_place,                                                   \
                  .effect = TRACE_EFFECT_##its_effect,                                             \
                  .mark = TRACE_##its_mark,                                                        \
                  .phase = its_phase},
    TRACE_KINDS(TRACE_X)
#undef TRACE_X
};

const struct trace_argument_row trace_arguments[TRACE_ARG_COUNT] = {
#define TRACE_X(constant, its_key, its_type, its_meaning)                                          \
    [constant] = {.key = its_key,                                                                  \
                  .key_length = sizeof(its_key) - 1,                                               \
                  .meaning = its_meaning,                                                          \
                  .type = TRACE_TYPE_##its_type},
    TRACE_ARGUMENTS(TRACE_X)
#undef TRACE_X
};

const char *const trace_categories[TRACE_CATEGORY_COUNT] = {
#define TRACE_X(constant, text) [constant] = text,
    TRACE_CATEGORIES(TRACE_X)
#undef TRACE_X
};
