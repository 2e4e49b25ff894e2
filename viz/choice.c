/* From what was chosen to which lanes are where. */
#include "choice.h"

#include "base/memory.h"
#include "cadran.h"

#include <stdlib.h>
#include <string.h>

/* Nothing was chosen but pins: there is no arrangement. */
static bool is_plain(const struct viz_choice *choice) {
    return choice->filter[0] == '\0' && choice->grouping == VIZ_GROUPING_NONE &&
           choice->ordering == VIZ_ORDERING_TRACE;
}

bool viz_choice_has_words(const struct viz_choice *choice) {
    return choice != NULL && !is_plain(choice);
}

const struct viz_arrangement *viz_arrangement_of(const struct viz_choice *choice) {
    bool plain = choice == NULL || choice->arrangement.slots == NULL;
    return plain ? NULL : &choice->arrangement;
}

const struct viz_arrangement *viz_pinned_of(const struct viz_choice *choice) {
    return choice == NULL || choice->pinned.count == 0 ? NULL : &choice->pinned;
}

size_t viz_hidden_lanes(const struct viz_model *model, const struct viz_choice *choice) {
    const struct viz_arrangement *arrangement = viz_arrangement_of(choice);
    return arrangement != NULL ? model->lane_count - arrangement->lane_count : 0;
}

/* --- Applying ------------------------------------------------------------------------------- */

static int arrange(struct viz_choice *choice, const struct viz_model *model,
                   struct viz_reasons *reasons) {
    bool filtered = choice->filter[0] != '\0';
    bool ordered = choice->ordering != VIZ_ORDERING_TRACE;
    bool *shown = calloc(model->lane_count + 1, sizeof *shown);
    uint32_t *order = calloc(model->lane_count + 1, sizeof *order);
    int error = shown != NULL && order != NULL ? 0 : CAD_ENOMEM;
    if (error == 0 && filtered)
        error = viz_search_lanes(choice->filter, model, shown);
    if (error == 0 && ordered)
        error = viz_order(model, reasons, choice->ordering, order);
    const struct viz_wanted wanted = {.shown = filtered ? shown : NULL,
                                      .order = ordered ? order : NULL,
                                      .grouping = choice->grouping,
                                      .folds = &choice->folds};
    if (error == 0)
        error = viz_arrange(&choice->arrangement, model, &wanted);
    free(shown);
    free(order);
    return error;
}

int viz_choice_apply(struct viz_choice *choice, const struct viz_model *model,
                     struct viz_reasons *reasons) {
    int error = 0;
    if (is_plain(choice))
        viz_arrangement_free(&choice->arrangement);
    else
        error = arrange(choice, model, reasons);
    if (error == 0 && choice->pin_count > 0)
        error = viz_arrange_some(&choice->pinned, model, choice->pins, choice->pin_count);
    else
        viz_arrangement_free(&choice->pinned);
    if (error != 0)
        viz_choice_free(choice);
    return error;
}

const char *viz_choice_filter(struct viz_choice *choice, const char *filter) {
    const char *fault = viz_search_fault(filter);
    if (fault == NULL)
        viz_copy_text(choice->filter, sizeof choice->filter, filter);
    return fault;
}

/* --- Pins ----------------------------------------------------------------------------------- */

static size_t find_pin(const struct viz_choice *choice, uint32_t lane) {
    size_t i = 0;
    while (i < choice->pin_count && choice->pins[i] != lane)
        i++;
    return i;
}

bool viz_is_pinned(const struct viz_choice *choice, uint32_t lane) {
    return find_pin(choice, lane) < choice->pin_count;
}

int viz_choice_pin(struct viz_choice *choice, uint32_t lane) {
    size_t at = find_pin(choice, lane);
    if (at < choice->pin_count) {
        choice->pin_count--;
        memmove(&choice->pins[at], &choice->pins[at + 1],
                (choice->pin_count - at) * sizeof *choice->pins);
        return 0;
    }
    if (!base_grow(&choice->pins, &choice->pin_capacity, choice->pin_count, sizeof *choice->pins))
        return CAD_ENOMEM;
    choice->pins[choice->pin_count++] = lane;
    return 0;
}

void viz_choice_keep(struct viz_choice *choice, size_t lane_count) {
    size_t kept = 0;
    for (size_t i = 0; i < choice->pin_count; i++)
        if (choice->pins[i] < lane_count)
            choice->pins[kept++] = choice->pins[i];
    choice->pin_count = kept;
}

void viz_choice_free(struct viz_choice *choice) {
    viz_arrangement_free(&choice->arrangement);
    viz_arrangement_free(&choice->pinned);
    viz_folds_free(&choice->folds);
    base_free(choice->pins);
    *choice = (struct viz_choice){.arrangement = {.changes = choice->arrangement.changes},
                                  .pinned = {.changes = choice->pinned.changes}};
}
