/* state.h - what is shown and how: all that keys and mouse change, and what follows from it.
 *
 * It knows neither windows nor fonts: who shows it says how texts are measured (measure.h) and
 * paints its scene.
 */
#ifndef VIZ_STATE_H
#define VIZ_STATE_H

#include "bookmarks.h"
#include "choice.h"
#include "headline.h"
#include "history.h"
#include "layout.h"
#include "palette.h"
#include "reasons.h"
#include "search.h"
#include "start.h"
#include "tabs.h"
#include "travel.h"

struct viz_state {
    struct viz_model *model; /* borrowed */
    struct viz_measure measure;
    double scale; /* pixels for a unit of the design */
    enum viz_theme theme;
    struct viz_view view;
    struct viz_ui ui;
    struct viz_panel panel; /* what ui.panel shows, while it does */
    struct viz_history history;
    struct viz_search search;       /* what ui.search shows, while it does */
    struct viz_choice choice;       /* of lanes, which ui.choice shows */
    struct viz_range range;         /* of time, which ui.range shows */
    struct viz_bookmarks bookmarks; /* likewise */
    int64_t bookmark_ns;            /* of the mark that was gone to last, */
    double bookmark_view_ns;        /* and where the view began then */
    struct viz_reasons reasons;
    char headline[VIZ_HEADLINE_SIZE]; /* what ui.headline shows, while it does */
    struct why_path way;              /* to what is selected; ui.way may show it */
    struct viz_travel travel;         /* the playhead, which ui.travel shows */
    struct viz_tabular tabular;       /* what ui.table shows, while it does */
    struct viz_frame frame;           /* where everything is; made by viz_state_place() */
    struct viz_scene scene;           /* the last picture; made by viz_state_lay_out() */
};

/* All of a model; measure and scale are the caller's to set before anything is placed. */
void viz_state_open(struct viz_state *state, struct viz_model *model);
void viz_state_close(struct viz_state *state);

/* Places everything in a picture of this size, and brings the view within its bounds. */
void viz_state_place(struct viz_state *state, int width, int height);

/* Another model takes the place of the one before, which the state does not use any more: of
 * another file, or of the same one read again. Then what was in view stays there; where the end
 * was, the new end is. */
void viz_state_replace(struct viz_state *state, struct viz_model *model, bool same_file);
enum { VIZ_LACKS_SIZE = 256 };
/* Whether a task is asked for by a name that the model does not have; *fault then says so, and
 * which name is near. */
bool viz_start_lacks_task(const struct viz_model *model, const struct viz_start *start,
                          char fault[VIZ_LACKS_SIZE]);
/* Shows what is asked for, in a picture that has been placed. 0; CAD_EINVAL where there is no such
 * task, the table would have too many rows, or there is no longest way: in another program's trace;
 * CAD_ENOMEM. */
int viz_state_begin(struct viz_state *state, const struct viz_start *start);

/* Shows all of the trace: its time, and rows as high as suits. */
void viz_state_fit(struct viz_state *state);

/* What was chosen of the lanes has changed: they have their new places. Of two runs nothing can be
 * chosen, and all stays as it is. 0, or CAD_ENOMEM: then nothing is chosen any more. */
int viz_state_arrange(struct viz_state *state);
/* Gives a lane a place of its own where it has none: its group is unfolded, or, where the filter
 * hides it, that is dropped. */
void viz_state_uncover(struct viz_state *state, uint32_t lane);

/* Opens the panel, or closes it. Everything has its new place once it is placed again. */
void viz_state_open_panel(struct viz_state *state, bool open);
/* Opens it at the tab that a function writes, which is one of viz_tabs. */
void viz_state_open_tab(struct viz_state *state,
                        void (*write)(struct viz_panel *panel, const struct viz_subject *subject));
/* Writes again what the panel says, which depends on what is selected. */
void viz_state_write_panel(struct viz_state *state);

/* What is shown and selected now is what one comes back to from what is shown next. */
void viz_state_remember(struct viz_state *state);
/* Goes back to what was shown before, or forward again; false where there is nothing. */
bool viz_state_go_back(struct viz_state *state, bool forward);

/* Shows another part of two runs. False where memory runs out, and all stays as it is. */
bool viz_state_show(struct viz_state *state, enum viz_shown shown);

/* The same at first, with the differences that count; VIZ_DIFFERING_COUNT: those that suit the two
 * runs. Of one run it does nothing. */
void viz_state_show_first(struct viz_state *state, enum viz_shown shown,
                          enum viz_differing differing);

/* Shows the longest way through the run (`to_selected`: to what is selected), or none. False where
 * there is none to be had. */
bool viz_state_show_way(struct viz_state *state, bool shown, bool to_selected);

/* Shows the table in the place of the lanes, with rows of that length (0: as suits), or the lanes
 * again. 0; CAD_ENOMEM; CAD_EINVAL: there would be too many rows. */
int viz_state_show_table(struct viz_state *state, bool shown, int64_t step_ns);

/* Finds again what the pointer is on, after it or the picture has moved. True where that is
 * something else now. */
bool viz_state_point(struct viz_state *state);

/* Makes the picture. 0 or CAD_ENOMEM. */
int viz_state_lay_out(struct viz_state *state);

#endif
