/* reasons.h - why a run went as it did (why/why.h), and how that and the picture speak of the same
 * things: of a bar its wait or its span, of a wait its bar.
 *
 * They are read from the trace a second time, when somebody first asks: a trace that is only looked
 * at costs nothing more.
 */
#ifndef VIZ_REASONS_H
#define VIZ_REASONS_H

#include "model.h"

#include "why/doctor.h"
#include "why/path.h"
#include "why/say.h"
#include "why/why.h"

/* All zero but for the path: not read yet. */
struct viz_reasons {
    const char *path; /* of the trace; NULL: there are none to be had. Borrowed */
    bool tried;
    struct why_collector *collector;
    struct why_run *run; /* NULL: another program's trace, or it cannot be read again */
    struct why_path way;
    struct why_findings findings;
    struct why_said said; /* for sentences, one after the other */
};

/* Reads them, if they have not been. False where there are none. */
bool viz_reasons_read(struct viz_reasons *reasons);
void viz_reasons_free(struct viz_reasons *reasons);

/* The lane of a task, and the task of a lane: TRACE_NO_INDEX and WHY_NONE where there is none. */
uint32_t viz_lane_of_task(const struct viz_model *model, const struct why_run *run, uint32_t task);
uint32_t viz_task_of_lane(const struct viz_model *model, const struct why_run *run, uint32_t lane);

/* The bar of a wait, or of a span; where it has none (it has no length) the lane of its task. */
struct viz_id viz_bar_of_wait(const struct viz_model *model, const struct why_run *run,
                              uint32_t wait);
struct viz_id viz_bar_of_span(const struct viz_model *model, const struct why_run *run,
                              uint32_t span);
/* The wait that a bar is, and the span; WHY_NONE where it is none. */
uint32_t viz_wait_of_bar(const struct viz_model *model, const struct why_run *run, uint32_t bar);
uint32_t viz_span_of_bar(const struct viz_model *model, const struct why_run *run, uint32_t bar);

/* What led to the beginning, or to the end of what is selected; and what that led to in its turn: a
 * bar, or a lane. Of kind VIZ_ID_NOTHING where there is nothing. */
struct viz_id viz_cause_of(const struct viz_model *model, const struct why_run *run,
                           struct viz_id id);
struct viz_id viz_effect_of(const struct viz_model *model, const struct why_run *run,
                            struct viz_id id);

#endif
