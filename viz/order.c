/* Lanes, sorted: by a number of each, or by their names. */
#include "order.h"

#include "cadran.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 256 };

const char *const viz_ordering_words[VIZ_ORDERING_COUNT] = {
    [VIZ_ORDERING_TRACE] = "trace",       [VIZ_ORDERING_START] = "start",
    [VIZ_ORDERING_NAME] = "name",         [VIZ_ORDERING_DURATION] = "duration",
    [VIZ_ORDERING_WAITED] = "waited",     [VIZ_ORDERING_WORKED] = "worked",
    [VIZ_ORDERING_CRITICAL] = "critical",
};

/* A lane, and what it is sorted by. */
struct sorted {
    int64_t key; /* the least first */
    char *name;  /* in its place, where names count */
    uint32_t lane;
};

/* --- Keys ----------------------------------------------------------------------------------- */

/* When a lane's first span begins; of what has none, its life. */
static int64_t start_of(const struct viz_model *model, uint32_t lane) {
    const struct viz_row *row = &model->rows[model->lanes[lane].first_row];
    for (uint32_t i = row->first_bar; i < row->first_bar + row->bar_count; i++)
        if (model->bars[i].look == VIZ_LOOK_SPAN)
            return model->bars[i].begin_ns;
    return model->lanes[lane].begin_ns;
}

static int64_t key_of(const struct viz_model *model, uint32_t lane, enum viz_ordering ordering) {
    const struct viz_lane *found = &model->lanes[lane];
    switch (ordering) {
    case VIZ_ORDERING_START:
        return start_of(model, lane);
    case VIZ_ORDERING_DURATION:
        return found->begin_ns - found->end_ns;
    case VIZ_ORDERING_WAITED:
        return -found->wait_ns;
    case VIZ_ORDERING_WORKED:
        return -found->work_ns;
    default:
        return 0;
    }
}

/* What each lane has of the longest way. */
static void find_parts(const struct viz_model *model, struct viz_reasons *reasons,
                       struct sorted *sorted) {
    if (!viz_reasons_read(reasons))
        return;
    for (size_t i = 0; i < reasons->way.count; i++) {
        const struct why_piece *piece = &reasons->way.pieces[i];
        uint32_t lane = viz_lane_of_task(model, reasons->run, piece->task);
        if (lane != TRACE_NO_INDEX)
            sorted[lane].key -= piece->end_ns - piece->begin_ns;
    }
}

/* --- Sorting -------------------------------------------------------------------------------- */

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

/* Digits from here on, without zeros before them. */
static size_t number_at(const char **text) {
    size_t length = 0;
    while (**text == '0' && is_digit((*text)[1]))
        (*text)++;
    while (is_digit((*text)[length]))
        length++;
    return length;
}

/* Numbers in names go by their value. */
static int compare_names(const char *a, const char *b) {
    while (*a != '\0' && *b != '\0') {
        if (is_digit(*a) && is_digit(*b)) {
            size_t digits = number_at(&a);
            size_t others = number_at(&b);
            int order = digits != others ? (digits < others ? -1 : 1) : memcmp(a, b, digits);
            if (order != 0)
                return order;
            a += digits;
            b += others;
        } else if (*a != *b) {
            break;
        } else {
            a++;
            b++;
        }
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static int compare(const void *a, const void *b) {
    const struct sorted *one = a;
    const struct sorted *two = b;
    int names = one->name != NULL ? compare_names(one->name, two->name) : 0;
    if (names != 0)
        return names;
    if (one->key != two->key)
        return one->key < two->key ? -1 : 1;
    return one->lane < two->lane ? -1 : 1;
}

/* All names, one after the other, for as long as is sorted; NULL: no memory. */
static char *write_names(const struct viz_model *model, struct sorted *sorted) {
    char *names = malloc(model->lane_count * NAME_SIZE + 1);
    for (uint32_t lane = 0; names != NULL && lane < model->lane_count; lane++) {
        sorted[lane].name = names + (size_t)lane * NAME_SIZE;
        viz_lane_name(model, lane, sorted[lane].name, NAME_SIZE);
    }
    return names;
}

int viz_order(const struct viz_model *model, struct viz_reasons *reasons,
              enum viz_ordering ordering, uint32_t *order) {
    size_t count = model->lane_count;
    bool by_name = ordering == VIZ_ORDERING_NAME;
    struct sorted *sorted = calloc(count + 1, sizeof *sorted);
    char *names = sorted != NULL && by_name ? write_names(model, sorted) : NULL;
    bool room = sorted != NULL && (names != NULL || !by_name);
    for (uint32_t lane = 0; room && lane < count; lane++) {
        sorted[lane].lane = lane;
        sorted[lane].key = key_of(model, lane, ordering);
    }
    if (room && ordering == VIZ_ORDERING_CRITICAL)
        find_parts(model, reasons, sorted);
    if (room)
        qsort(sorted, count, sizeof *sorted, compare);
    for (size_t i = 0; room && i < count; i++)
        order[i] = sorted[i].lane;
    free(names);
    free(sorted);
    return room ? 0 : CAD_ENOMEM;
}
