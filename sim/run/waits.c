/* Waits in words. */
#include "run/waits.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "cadran.h"

/* --- Memory ---------------------------------------------------------------------------------- */

static void clear_parties(run_parties *parties) {
    for (size_t i = 0; i < parties->kept; i++) {
        base_free(parties->items[i].name);
        base_free(parties->items[i].error);
    }
}

void run_wait_clear(run_wait *wait) {
    base_free(wait->task);
    base_free(wait->object);
    base_free(wait->owner);
    base_free(wait->state);
    base_free(wait->lost);
    base_free(wait->next);
    for (size_t i = 0; i < wait->member_count; i++)
        run_wait_clear(&wait->members[i]);
    base_free(wait->members);
    clear_parties(&wait->living);
    clear_parties(&wait->ended);
    *wait = (run_wait){0};
}

static void clear_list(run_wait_list *list) {
    for (size_t i = 0; i < list->count; i++)
        run_wait_clear(&list->items[i]);
    base_free(list->items);
}

static void clear_groups(run_wait_groups *groups) {
    for (size_t i = 0; i < groups->count; i++) {
        run_wait_clear(&groups->items[i].wait);
        for (size_t name = 0; name < groups->items[i].kept; name++)
            base_free(groups->items[i].names[name]);
        base_free(groups->items[i].last);
    }
    base_free(groups->items);
}

void run_waits_clear(run_waits *waits) {
    clear_list(&waits->tasks);
    clear_groups(&waits->groups);
    for (size_t i = 0; i < RUN_CIRCLES_KEPT; i++)
        clear_list(&waits->rings[i]);
    *waits = (run_waits){0};
}

/* --- Words ----------------------------------------------------------------------------------- */

/* `a, b`, or with a `last` of " and " `a, b and c`; `a, b and 7 more`. */
static int append_names(base_buffer *buffer, const run_parties *parties, const char *last) {
    int error = 0;
    for (size_t i = 0; i < parties->kept && error == 0; i++) {
        const run_party *party = &parties->items[i];
        const char *comma = i + 1 == parties->count ? last : ", ";
        error = base_buffer_format(buffer, "%s%s", i == 0 ? "" : comma, party->name);
        if (error == 0 && party->units > 1)
            error = base_buffer_format(buffer, " (%" PRIu64 " times)", party->units);
    }
    if (error == 0 && parties->count > parties->kept)
        error = base_buffer_format(buffer, " and %" PRIu64 " more", parties->count - parties->kept);
    return error;
}

/* `a, b (2 of 3)`; `leak0, which has ended (1 of 3)`. */
static int append_holders(base_buffer *buffer, const run_wait *wait, const run_parties *parties) {
    int error = append_names(buffer, parties, ", ");
    if (error == 0 && parties == &wait->ended)
        error = base_buffer_format(buffer, ", which %s ended", parties->count > 1 ? "have" : "has");
    if (error == 0 && wait->of > 0)
        error =
            base_buffer_format(buffer, " (%" PRIu64 " of %" PRIu64 ")", parties->units, wait->of);
    return error;
}

/* `held by a (1 of 2) and by b, which has ended (1 of 2)`. */
static int append_all_holders(base_buffer *buffer, const run_wait *wait, const char *by) {
    int error = base_buffer_format(buffer, "%s", by);
    if (error == 0 && wait->living.count > 0)
        error = append_holders(buffer, wait, &wait->living);
    if (error == 0 && wait->living.count > 0 && wait->ended.count > 0)
        error = base_buffer_format(buffer, " and by ");
    if (error == 0 && wait->ended.count > 0)
        error = append_holders(buffer, wait, &wait->ended);
    return error;
}

/* `a and b (gather of 3, 1 done)`; `a`. */
static int append_awaited(base_buffer *buffer, const run_wait *wait) {
    int error = append_names(buffer, &wait->living, " and ");
    if (error == 0 && wait->of > 0)
        error = base_buffer_format(buffer, " (%s of %" PRIu64 ", %" PRIu64 " done)", wait->verb,
                                   wait->of, wait->done);
    else if (error == 0 && wait->type == NULL)
        error = base_buffer_format(
            buffer, " (%s)", strcmp(wait->verb, "task_group") == 0 ? "task group" : wait->verb);
    return error;
}

static int append_object(base_buffer *buffer, const run_wait *wait) {
    if (strcmp(wait->type, "task") == 0)
        return base_buffer_format(buffer, "%s", wait->object);
    if (wait->owner != NULL)
        return base_buffer_format(buffer, "the lock of condition %s", wait->owner);
    return base_buffer_format(buffer, "%s%s %s", strcmp(wait->verb, "join") == 0 ? "join of " : "",
                              wait->type, wait->object);
}

/* Of what has no name. */
static int append_verb(base_buffer *buffer, const run_wait *wait) {
    bool thread = strcmp(wait->verb, "to_thread") == 0;
    return base_buffer_format(buffer, "%s", thread ? "work in a thread" : wait->verb);
}

/* `, which only a and b set`; `, which nobody sets any more`; `, which no step sets`. */
static int append_wakers(base_buffer *buffer, const run_wait *wait) {
    uint64_t count = wait->living.count;
    if (count == 0)
        return wait->step_count > 0
                   ? base_buffer_format(buffer, ", which nobody %s any more", wait->deed->one)
                   : base_buffer_format(buffer, ", which no step %s", wait->deed->one);
    int error = base_buffer_format(buffer, ", which only ");
    if (error == 0)
        error = append_names(buffer, &wait->living, " and ");
    return error != 0
               ? error
               : base_buffer_format(buffer, " %s", count > 1 ? wait->deed->many : wait->deed->one);
}

/* `, which only a and b might set`. */
static int append_might_wake(base_buffer *buffer, const run_wait *wait) {
    int error = base_buffer_format(buffer, ", which only ");
    if (error == 0)
        error = append_names(buffer, &wait->living, " and ");
    return error != 0 ? error : base_buffer_format(buffer, " might %s", wait->deed->many);
}

int run_wait_words(const run_wait *wait, base_buffer *buffer) {
    if (wait->relation == RUN_AWAITED)
        return append_awaited(buffer, wait);
    int error = wait->type != NULL ? append_object(buffer, wait) : append_verb(buffer, wait);
    if (error == 0 && wait->state != NULL)
        error = base_buffer_format(buffer, "%s", wait->state);
    if (error == 0 && wait->relation == RUN_HOLDERS)
        error = append_all_holders(buffer, wait, ", held by ");
    if (error == 0 && wait->relation == RUN_TAKERS)
        error = append_all_holders(buffer, wait, ", taken by ");
    if (error == 0 && wait->relation == RUN_WAKERS)
        error = append_wakers(buffer, wait);
    if (error == 0 && wait->relation == RUN_MIGHT_WAKE)
        error = append_might_wake(buffer, wait);
    if (error == 0 && wait->lost != NULL)
        error = base_buffer_format(buffer, ": %s", wait->lost);
    if (error == 0 && wait->notified > 0)
        error = base_buffer_format(
            buffer, "%s notified %" PRIu64 " time%s, its \"until\" is still false",
            wait->lost != NULL ? ";" : ":", wait->notified, base_plural(wait->notified));
    return error;
}
