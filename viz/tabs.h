/* tabs.h - the tabs of the panel: what can be said of a thing, and by whom.
 *
 * A tab is a row of viz_tabs: its name, and the function that writes what it says (panel.h), from
 * what the state has. It is called for each picture in which the panel is seen with that tab: what
 * takes long it keeps, in the model or beside it.
 */
#ifndef VIZ_TABS_H
#define VIZ_TABS_H

#include "bookmarks.h"
#include "model.h"
#include "panel.h"
#include "range.h"
#include "reasons.h"
#include "travel.h"

/* What there is to say something of. Borrowed. */
struct viz_subject {
    const struct viz_model *model;
    struct viz_id selected; /* VIZ_ID_NOTHING: the trace as a whole */
    struct viz_reasons *reasons;
    struct viz_range *range; /* that was chosen, or of which nothing is */
    const struct viz_bookmarks *bookmarks;
    struct viz_travel *travel; /* where the playhead stands; what is shown is noted there */
};

struct viz_tab {
    const char *name;
    void (*write)(struct viz_panel *panel, const struct viz_subject *subject);
};

extern const struct viz_tab viz_tabs[];
extern const int viz_tab_count;

#endif
