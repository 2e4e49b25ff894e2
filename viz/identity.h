/* identity.h - what a part of the picture shows: the name by which layout, pointer, selection,
 * descriptions and renderers speak of the same thing.
 */
#ifndef VIZ_IDENTITY_H
#define VIZ_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

enum viz_id_kind {
    VIZ_ID_NOTHING,  /* ground, lines, and words that belong to nothing else */
    VIZ_ID_TRACE,    /* the trace as a whole: its title, its figures */
    VIZ_ID_LANE,     /* index: into viz_model.lanes; more: the row in it that is meant, from 0 */
    VIZ_ID_BAR,      /* into viz_model.bars */
    VIZ_ID_BARS,     /* bars that share a mark: the first of them; more: how many */
    VIZ_ID_INSTANT,  /* into trace_model.instants */
    VIZ_ID_WAKE,     /* into trace_model.wakes */
    VIZ_ID_COUNTER,  /* into trace_model.counters */
    VIZ_ID_COLOUR,   /* the legend's word on a colour of spans: into viz_model.legend */
    VIZ_ID_LOOK,     /* ... on a look: enum viz_look */
    VIZ_ID_ACTION,   /* into viz_actions */
    VIZ_ID_MAP,      /* the map, where a press goes to the place */
    VIZ_ID_REMARK,   /* what the reader had to say: its warnings, and what it left out */
    VIZ_ID_PANEL,    /* the panel at the right, where nothing of it is meant */
    VIZ_ID_TAB,      /* into viz_tabs */
    VIZ_ID_OBJECT,   /* into viz_model.objects */
    VIZ_ID_VALUE,    /* into viz_travel.values: of the state of the run */
    VIZ_ID_STEP,     /* an event of the run: its ordinal */
    VIZ_ID_LINK,     /* into viz_panel.links */
    VIZ_ID_OLD_BAR,  /* of two runs: into the bars of the old one's model */
    VIZ_ID_CHANGE,   /* ... into viz_pair.changes */
    VIZ_ID_GROUP,    /* the head of a group: into viz_arrangement.groups */
    VIZ_ID_CHOSEN,   /* what was chosen: enum viz_chosen (layout.h) */
    VIZ_ID_BOOKMARK, /* a mark of somebody's: into viz_bookmarks.list */
    VIZ_ID_COUNT
};

struct viz_id {
    uint8_t kind; /* enum viz_id_kind */
    uint32_t index;
    uint32_t more;
};

/* A lane is the same whichever of its rows is meant. */
static inline bool viz_same_id(struct viz_id a, struct viz_id b) {
    return a.kind == b.kind && a.index == b.index && (a.kind == VIZ_ID_LANE || a.more == b.more);
}

#endif
