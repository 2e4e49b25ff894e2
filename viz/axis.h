/* axis.h - times and durations as people read them, and where a time axis puts its ticks.
 *
 * Everything here counts nanoseconds and writes into a buffer of VIZ_TIME_SIZE bytes, which is
 * always long enough. Decimal points, and commas between thousands, whatever the locale.
 */
#ifndef VIZ_AXIS_H
#define VIZ_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIZ_TIME_SIZE = 64 };

/* A whole number with commas: 2,000,000. Returns the length. */
size_t viz_format_count(uint64_t number, char out[VIZ_TIME_SIZE]);

/* A number of a counter: whole ones as above, others with four digits. Returns the length. */
size_t viz_format_number(double number, char out[VIZ_TIME_SIZE]);

/* All digits that matter, in the largest unit that fits: 0, 250 µs, 1.000250 s -> 1.00025 s.
 * Returns the length. */
size_t viz_format_exact(int64_t time_ns, char out[VIZ_TIME_SIZE]);

/* A moment of a stretch that is so long: no more digits than a thousandth of it needs. Returns the
 * length. */
size_t viz_format_within(int64_t time_ns, int64_t length_ns, char out[VIZ_TIME_SIZE]);

/* Three significant digits: 1 s, 13.2 ms, 15 min 20 s, 2 h 5 min. Returns the length. */
size_t viz_format_duration(int64_t duration_ns, char out[VIZ_TIME_SIZE]);

/* The ticks of an axis: multiples of step_ns carry a label, those of minor_ns do not.
 *
 * Where labels would grow long (1.000250 s, 1.000300 s, ...) base_ns is not 0: only a multiple of
 * it carries its whole time, and the others say how far they are after it (+50 µs). */
struct viz_axis {
    int64_t step_ns;
    int64_t minor_ns; /* 0: none */
    int64_t base_ns;  /* 0: every label is a whole time */
    int64_t unit_ns;  /* of whole times: those of one axis are all in one unit */
    bool clock;       /* labels such as 12:30 (minutes) and 1:00:00 (hours) */
};

/* The axis for a view of length_ns that ends at end_ns, `width` pixels wide, whose labels stand
 * at least `label_width` pixels apart. length_ns and width are above 0. */
void viz_axis_make(struct viz_axis *axis, double end_ns, double length_ns, int width,
                   int label_width);

/* A tick at which the label is a whole time. */
bool viz_axis_is_base(const struct viz_axis *axis, int64_t time_ns);

/* The label of a tick at time_ns, which is not negative. Returns the length. */
size_t viz_axis_label(const struct viz_axis *axis, int64_t time_ns, char out[VIZ_TIME_SIZE]);

/* The whole time that the relative labels after time_ns count from; base_ns must not be 0. */
size_t viz_axis_base_label(const struct viz_axis *axis, int64_t time_ns, char out[VIZ_TIME_SIZE]);

#endif
