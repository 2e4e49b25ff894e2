/* trace/timeline.h - the state of a run at any of its events, at once, and from event to event.
 *
 * A timeline takes the events of a trace, keeps them, a few bytes each (brief.h), and keeps the
 * state every TRACE_TIMELINE_STEP of them. The state at an event is the kept one before it, and
 * what up to a thousand events have done since: that takes well under a millisecond, however long
 * the trace is, and backwards as forwards, as long as the states keep within their memory (see
 * below); each time that they do not it takes twice as long.
 *
 *     struct trace_timeline *timeline = trace_timeline_new();
 *     ... each event to trace_timeline_consumer(timeline) ...
 *     const struct trace_state *state;
 *     uint64_t ordinal = trace_timeline_find(timeline, 3 * CAD_SECOND);
 *     int error = trace_timeline_seek(timeline, ordinal, &state);
 *     trace_timeline_free(timeline);
 *
 * Memory: the events, some seven bytes each; what each thousand of them changes, up to one byte an
 * event (sieve.h); and the states, which share what has not changed between them (vector.h). What
 * the states take beside the last one is bounded by TRACE_TIMELINE_STATES an event, and
 * TRACE_TIMELINE_FREE: above that every other one is given up, and a step is twice as long from
 * then on.
 */
#ifndef TRACE_TIMELINE_H
#define TRACE_TIMELINE_H

#include "trace/subject.h"

#include <stddef.h>
#include <stdint.h>

enum { TRACE_TIMELINE_STEP = 1024, TRACE_TIMELINE_STATES = 4 };
#define TRACE_TIMELINE_FREE ((size_t)16 << 20)

struct trace_timeline;

/* NULL: no memory. */
struct trace_timeline *trace_timeline_new(void);
void trace_timeline_free(struct trace_timeline *timeline); /* takes NULL */

/* Takes the events, from the first on, and CAD_ENOMEM where there is no memory for one. More may
 * come after a seek. */
struct trace_consumer *trace_timeline_consumer(struct trace_timeline *timeline);

/* The bytes of memory of all of it. */
size_t trace_timeline_memory(const struct trace_timeline *timeline);

/* The ordinal of the last event; 0: there is none. */
uint64_t trace_timeline_end(const struct trace_timeline *timeline);
/* The ordinal of the last event that is not later; 0: there is none. */
uint64_t trace_timeline_find(const struct trace_timeline *timeline, int64_t time_ns);

/* The state at the event of that ordinal, or at the last one before it; it is the timeline's, and
 * there until the next call. 0 or CAD_ENOMEM. */
int trace_timeline_seek(struct trace_timeline *timeline, uint64_t ordinal,
                        const struct trace_state **state);

/* Gives the events from one ordinal to another, both included, to a consumer, but for what brief.h
 * leaves out of them. 0, or what the consumer returned. */
int trace_timeline_tell(const struct trace_timeline *timeline, uint64_t from, uint64_t to,
                        struct trace_consumer *consumer);

/* The last event before an ordinal, or the first behind it, of the kinds that a set has: its bits
 * are those of enum trace_kind. 0: there is none. */
uint64_t trace_timeline_near(const struct trace_timeline *timeline, uint64_t ordinal, bool behind,
                             uint64_t kinds);

/* The last event before an ordinal, or the first behind it, that changed the subject goes to
 * *found; 0 where there is none. 0 or CAD_ENOMEM. */
int trace_timeline_change(struct trace_timeline *timeline, struct trace_subject subject,
                          uint64_t ordinal, bool behind, uint64_t *found);

#endif
