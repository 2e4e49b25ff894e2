/* shares.h - how a row's time is spent between any two times: to the nanosecond, and at a cost that
 * does not depend on how much happens between them.
 *
 * For every so many bars the model keeps how long all bars before them took, look by look; the rest
 * is a short walk.
 */
#ifndef VIZ_SHARES_H
#define VIZ_SHARES_H

#include "model.h"

/* Nanoseconds, by enum viz_look. */
struct viz_shares {
    double ns[VIZ_LOOK_COUNT];
};

/* Adds the bars of a model up; it has all of them. 0, or CAD_ENOMEM. */
int viz_shares_make(struct viz_model *model);

/* How long `count` bars of one row take, from bars[first] on. */
struct viz_shares viz_shares_of_bars(const struct viz_model *model, uint32_t first, uint32_t count);

/* How a row spends the time from one time to another. What is waited for inside a span counts as
 * waiting, and not as the span's work. */
struct viz_shares viz_shares_of_row(const struct viz_model *model, const struct viz_row *row,
                                    double from_ns, double to_ns);

/* The same, where the row's bars that lie between the times are among `count` from bars[first] on,
 * but for the one before and the one behind these: few are looked at. */
struct viz_shares viz_shares_near(const struct viz_model *model, const struct viz_row *row,
                                  uint32_t first, uint32_t count, double from_ns, double to_ns);

#endif
