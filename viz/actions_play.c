/* From event to event, as time passes. */
#include "actions_play.h"

#include "actions_travel.h"
#include "cadran.h"

#include <math.h>

/* The part of the time that instants may take, and at most so long each; in so many steps. */
#define INSTANT_PART 0.3
#define INSTANT_MOST (300 * CAD_MILLISECOND)
enum { INSTANT_STEPS = 18 };

/* A gap that would take longer is left but for the last part of it. */
#define GAP_MOST (2 * CAD_SECOND)
#define GAP_LEFT (CAD_SECOND / 2)

/* A picture that took long is no jump. */
#define PASSED_MOST (100 * CAD_MILLISECOND)

/* Runs of some seconds as they are; others in some twenty. */
static double suitable_speed(const struct viz_model *model) {
    double seconds = (double)model->end_ns / 1e9;
    return seconds >= 2 && seconds <= 120 ? 1 : fmax(seconds, 1e-7) / 20;
}

unsigned viz_toggle_play(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_travel *travel = &state->travel;
    if (state->ui.playing || travel->timeline == NULL) {
        state->ui.playing = false;
        return VIZ_REDRAW;
    }
    if (travel->ordinal == 0)
        (void)viz_go_by_event(state, amount);
    if (travel->ordinal == trace_timeline_end(travel->timeline))
        (void)viz_go_to_event(state, 1);
    if (state->ui.speed <= 0)
        state->ui.speed = suitable_speed(state->model);
    state->ui.playing = travel->ordinal != 0;
    return VIZ_REDRAW;
}

unsigned viz_change_speed(struct viz_state *state, const struct viz_amount *amount) {
    state->ui.speed = fmin(fmax(state->ui.speed * pow(2, amount->dy), 1e-9), 1e6);
    return VIZ_REDRAW;
}

/* To the next turns of the instant; false: it is over, or has had its time. */
static bool go_on_within(struct viz_state *state, int64_t passed_ns) {
    struct viz_travel *travel = &state->travel;
    if (travel->ordinal >= travel->last || travel->patience_ns < passed_ns)
        return false;
    travel->patience_ns -= passed_ns;
    uint64_t few = (travel->last - travel->first) / INSTANT_STEPS + 1;
    uint64_t to = travel->ordinal + few < travel->last ? travel->ordinal + few : travel->last;
    (void)viz_go_to_event(state, to);
    return true;
}

/* The time of the next event that is later; of the last one where there is none. */
static int64_t next_time(const struct viz_travel *travel) {
    const struct trace_state *next;
    if (trace_timeline_seek(travel->timeline, travel->last + 1, &next) != 0)
        return travel->time_ns;
    return trace_state_now(next)->time_ns;
}

static void go_on_in_time(struct viz_state *state, int64_t passed_ns) {
    struct viz_travel *travel = &state->travel;
    double speed = state->ui.speed;
    int64_t next_ns = next_time(travel);
    double at_ns = (double)travel->line_ns + fmax(1, (double)passed_ns * speed);
    if ((double)next_ns - at_ns > (double)GAP_MOST * speed)
        at_ns = (double)next_ns - (double)GAP_LEFT * speed;
    travel->patience_ns += (int64_t)((double)passed_ns * INSTANT_PART);
    if (travel->patience_ns > INSTANT_MOST)
        travel->patience_ns = INSTANT_MOST;
    if (at_ns < (double)next_ns) {
        travel->line_ns = (int64_t)at_ns;
        return;
    }
    if (travel->patience_ns >= passed_ns)
        (void)viz_go_to_event(state, travel->last + 1);
    else
        (void)viz_go_to_time(state, (int64_t)at_ns);
    travel->line_ns = travel->time_ns > (int64_t)at_ns ? travel->time_ns : (int64_t)at_ns;
}

unsigned viz_play_on(struct viz_state *state, int64_t passed_ns) {
    struct viz_travel *travel = &state->travel;
    if (!state->ui.playing)
        return 0;
    if (travel->ordinal == 0) { /* it was taken away, or never there */
        state->ui.playing = false;
        return VIZ_REDRAW;
    }
    passed_ns = passed_ns > PASSED_MOST ? PASSED_MOST : passed_ns;
    if (!go_on_within(state, passed_ns))
        go_on_in_time(state, passed_ns);
    if (travel->ordinal == trace_timeline_end(travel->timeline))
        state->ui.playing = false;
    double at_ns = (double)(travel->line_ns - state->model->origin_ns);
    viz_view_reveal(&state->view, &state->frame.extent, state->view.first_row, at_ns, at_ns);
    viz_state_place(state, state->frame.width, state->frame.height);
    return VIZ_REDRAW;
}
