/* A row of places with the present one between two of them: a step swaps it with its neighbour. */
#include "history.h"

#include "base/memory.h"

#include <string.h>

void viz_history_add(struct viz_history *history, struct viz_place place) {
    if (history->places == NULL)
        history->places = base_alloc(VIZ_HISTORY_MAX * sizeof *history->places);
    if (history->places == NULL)
        return;
    if (history->at == VIZ_HISTORY_MAX) {
        history->at--;
        memmove(history->places, history->places + 1, history->at * sizeof *history->places);
    }
    history->places[history->at++] = place;
    history->count = history->at;
}

bool viz_history_step(struct viz_history *history, bool forward, struct viz_place *place) {
    if (forward ? history->at == history->count : history->at == 0)
        return false;
    size_t neighbour = forward ? history->at : history->at - 1;
    struct viz_place left = *place;
    *place = history->places[neighbour];
    history->places[neighbour] = left;
    history->at = forward ? history->at + 1 : history->at - 1;
    return true;
}

void viz_history_free(struct viz_history *history) {
    base_free(history->places);
    *history = (struct viz_history){0};
}
