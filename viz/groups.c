/* What the lanes of a group have in common, as a text; and a set of groups' names. */
#include "groups.h"

#include "base/memory.h"
#include "cadran.h"

#include <string.h>

enum { NAME_SIZE = 256 };

const char *const viz_grouping_words[VIZ_GROUPING_COUNT] = {
    [VIZ_GROUPING_NONE] = "none",
    [VIZ_GROUPING_NAME] = "name",
    [VIZ_GROUPING_PARENT] = "parent",
    [VIZ_GROUPING_WORK] = "work",
};

/* --- Families of names ---------------------------------------------------------------------- */

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

/* Each number becomes a star. Returns the length. */
static size_t without_numbers(char *text) {
    size_t length = 0;
    bool in_number = false;
    for (size_t i = 0; text[i] != '\0'; i++) {
        bool digit = is_digit(text[i]);
        if (!digit || !in_number)
            text[length++] = digit ? '*' : text[i];
        in_number = digit;
    }
    text[length] = '\0';
    return length;
}

/* --- Parents and work ----------------------------------------------------------------------- */

static const struct trace_slice *slices_of(const struct viz_model *model, uint32_t lane,
                                           uint32_t *count) {
    const struct trace_track *track = &model->trace->tracks[model->lanes[lane].track];
    *count = track->slice_count;
    return &model->trace->slices[track->first_slice];
}

/* The name of who made a task: of the scenario's own nothing. */
static void write_parent(const struct viz_model *model, uint32_t lane, char *out) {
    uint32_t count;
    const struct trace_slice *slices = slices_of(model, lane, &count);
    out[0] = '\0';
    bool made = count > 0 && (slices[0].category == TRACE_CATEGORY_TASK ||
                              slices[0].category == TRACE_CATEGORY_LANE);
    if (made && !trace_arg_text(model->trace, slices[0].args, "by", out, NAME_SIZE))
        out[0] = '\0';
}

/* The name of the first span of a task; of what has none, nothing. */
static void write_work(const struct viz_model *model, uint32_t lane, char *out) {
    uint32_t count;
    const struct trace_slice *slices = slices_of(model, lane, &count);
    out[0] = '\0';
    for (uint32_t i = 0; i < count; i++)
        if (viz_look_of(&slices[i], TRACE_NO_INDEX) == VIZ_LOOK_SPAN) {
            viz_copy_text(out, NAME_SIZE, trace_text(model->trace, slices[i].name));
            return;
        }
}

uint32_t viz_group_of_lane(const struct viz_model *model, uint32_t lane, enum viz_grouping grouping,
                           struct base_strings *names) {
    char name[NAME_SIZE];
    if (grouping == VIZ_GROUPING_PARENT) {
        write_parent(model, lane, name);
        return base_strings_add(names, name, strlen(name));
    }
    if (grouping == VIZ_GROUPING_WORK)
        write_work(model, lane, name);
    else
        viz_lane_name(model, lane, name, sizeof name);
    return base_strings_add(names, name, without_numbers(name));
}

/* --- Folds ---------------------------------------------------------------------------------- */

static bool is_other(const struct viz_folds *folds, const char *group) {
    uint32_t name = base_symbols_find(&folds->names, group, strlen(group));
    return name != BASE_NO_SYMBOL && folds->others[name];
}

bool viz_is_folded(const struct viz_folds *folds, const char *group) {
    bool other = is_other(folds, group);
    return folds->unfolded ? other : !other;
}

int viz_fold(struct viz_folds *folds, const char *group, bool folded) {
    if (viz_is_folded(folds, group) == folded)
        return 0;
    size_t count = folds->names.count;
    if (!base_grow(&folds->others, &folds->capacity, count, sizeof *folds->others))
        return CAD_ENOMEM;
    uint32_t name = base_symbols_add(&folds->names, group, strlen(group), NULL);
    if (name == BASE_NO_SYMBOL)
        return CAD_ENOMEM;
    folds->others[name] = name >= count || !folds->others[name];
    return 0;
}

void viz_fold_all(struct viz_folds *folds, bool folded) {
    viz_folds_free(folds);
    folds->unfolded = !folded;
}

void viz_folds_free(struct viz_folds *folds) {
    base_symbols_free(&folds->names);
    base_free(folds->others);
    *folds = (struct viz_folds){.unfolded = false};
}
