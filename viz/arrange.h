/* arrange.h - which lanes are shown, in which order, and which of them are folded into one.
 *
 * A picture has places, from the top down, and in each of them a row of a model, or the head of a
 * group of lanes. Where nothing was chosen there is no arrangement: a NULL, and the rows are in the
 * model's order. Lanes and rows keep their numbers, so that all that is known of them stays true.
 */
#ifndef VIZ_ARRANGE_H
#define VIZ_ARRANGE_H

#include "groups.h"
#include "model.h"

#define VIZ_NO_GROUP UINT32_MAX

/* What is in a place of the picture. */
struct viz_slot {
    uint32_t row;   /* into viz_model.rows; TRACE_NO_INDEX: the head of a group */
    uint32_t group; /* into viz_arrangement.groups; VIZ_NO_GROUP: a row */
};

/* Two lanes or more that belong together. */
struct viz_group {
    uint32_t name;  /* viz_group_name() */
    uint32_t first; /* into viz_arrangement.lanes */
    uint32_t count;
    uint32_t place;  /* of its head */
    bool folded;     /* its lanes have no places of their own */
    uint32_t failed; /* of its tasks */
    uint32_t stuck;  /* of them, those that nobody can wake: in a deadlock */
};

/* All zero: empty. */
struct viz_arrangement {
    struct viz_slot *slots; /* by place */
    size_t count;
    uint32_t *places; /* by row of the model: its place, or that of its folded group's head;
                         TRACE_NO_INDEX: it is not shown */
    uint32_t *lanes;  /* those that are shown, in their order; a group's follow each other */
    size_t lane_count;
    uint32_t *group_of; /* by lane of the model; VIZ_NO_GROUP */
    struct viz_group *groups;
    size_t group_count;
    uint32_t widest; /* the group with the longest name */
    bool alerts;     /* there are groups with tasks that failed, or that nobody can wake */
    struct base_strings *names;
    enum viz_grouping grouping;
    struct viz_density map; /* of the lanes as they are arranged */
    unsigned changes;       /* it was made so many times */
};

/* What is wanted of it. */
struct viz_wanted {
    const bool *shown;     /* by lane; NULL: all */
    const uint32_t *order; /* all lanes, in the order that is wanted; NULL: the model's */
    enum viz_grouping grouping;
    const struct viz_folds *folds;
};

/* Makes it anew. 0, or CAD_ENOMEM: then it is empty. */
int viz_arrange(struct viz_arrangement *arrangement, const struct viz_model *model,
                const struct viz_wanted *wanted);
/* Of some lanes alone, in this order, without groups. As above. */
int viz_arrange_some(struct viz_arrangement *arrangement, const struct viz_model *model,
                     const uint32_t *lanes, size_t count);
void viz_arrangement_free(struct viz_arrangement *arrangement);

/* "worker*"; "" is that of what has no name: lanes that nobody made, or that do no work. */
const char *viz_group_name(const struct viz_arrangement *arrangement, uint32_t group);
/* The same for people. */
void viz_group_title(const struct viz_arrangement *arrangement, uint32_t group, char *out,
                     size_t size);

/* How many places there are. */
static inline size_t viz_place_count(const struct viz_model *model,
                                     const struct viz_arrangement *arrangement) {
    return arrangement != NULL ? arrangement->count : model->row_count;
}

/* What is in a place, of those that there are. */
static inline struct viz_slot viz_slot_at(const struct viz_arrangement *arrangement,
                                          uint32_t place) {
    return arrangement != NULL ? arrangement->slots[place]
                               : (struct viz_slot){.row = place, .group = VIZ_NO_GROUP};
}

/* Where a row of the model is; TRACE_NO_INDEX: nowhere. */
static inline uint32_t viz_place_of_row(const struct viz_arrangement *arrangement, uint32_t row) {
    return arrangement != NULL ? arrangement->places[row] : row;
}

/* The lane that a place belongs to: of a folded group's head, or another's, its first. */
static inline uint32_t viz_lane_at(const struct viz_model *model,
                                   const struct viz_arrangement *arrangement, uint32_t place) {
    struct viz_slot slot = viz_slot_at(arrangement, place);
    if (slot.group != VIZ_NO_GROUP)
        return arrangement->lanes[arrangement->groups[slot.group].first];
    return model->rows[slot.row].lane;
}

#endif
