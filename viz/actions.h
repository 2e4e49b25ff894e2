/* actions.h - what keys and mouse do, in one table: the list that `?` shows, the one of the manual
 * and the viewer itself go by it.
 *
 * An input is a name: of a key as a letter in upper case ("F"), a sign as it is typed ("["), or a
 * word ("PageUp"), after "Ctrl+", "Alt+" or "Shift+"; of the mouse "drag", "Shift+drag", "click",
 * "double click", "wheel", "pointing", ... Whoever knows events gives them these names (events.h).
 */
#ifndef VIZ_ACTIONS_H
#define VIZ_ACTIONS_H

#include "state.h"

#include <stddef.h>

/* What an action asks for. */
enum {
    VIZ_REDRAW = 1, /* something that can be seen has changed */
    VIZ_QUIT = 2,
    VIZ_RELOAD = 8, /* the file is to be read again */
    VIZ_SAVE = 16,  /* the view is to be saved */
    VIZ_COPY = 4,   /* the text of the panel goes to the clipboard */
};

/* A drag is an action that goes on; all else happens once. */
enum viz_phase { VIZ_ONCE, VIZ_BEGIN, VIZ_MOVE, VIZ_END };

/* How much of it: a key's amounts are the table's; the wheel's are its steps, up being above 0; a
 * drag's what moves into view since the last, in pages of time and in rows. */
struct viz_amount {
    enum viz_phase phase;
    double dx;
    double dy;
};

/* Where an input means that; where it does, it comes before those that it means always, which are
 * below it in the table. */
enum viz_when_meant {
    VIZ_ALWAYS,
    VIZ_WHILE_TWO,     /* two runs are shown */
    VIZ_WHILE_TABLE,   /* the table is */
    VIZ_WHILE_PLAYING, /* the playhead goes on by itself */
};
bool viz_is_meant(const struct viz_state *state, enum viz_when_meant when);

struct viz_trigger {
    const char *input;
    double dx;
    double dy;
    bool also; /* means the same as the one before it: works, and is not listed */
    enum viz_when_meant when;
};

enum { VIZ_TRIGGERS_MAX = 8 };

struct viz_action {
    const char *name; /* "zoom" */
    const char *help; /* what it does, in a line */
    unsigned (*act)(struct viz_state *state, const struct viz_amount *amount);
    struct viz_trigger triggers[VIZ_TRIGGERS_MAX]; /* up to the first without an input */
};

extern const struct viz_action viz_actions[];
extern const size_t viz_action_count;

/* Does what an input means; `amount` NULL: the table's. Returns VIZ_... flags; 0 where it means
 * nothing. */
unsigned viz_act(struct viz_state *state, const char *input, const struct viz_amount *amount);

/* The inputs of an action as they are listed: "wheel, +, -". */
void viz_action_inputs(const struct viz_action *action, char out[VIZ_INPUTS_SIZE]);

#endif
