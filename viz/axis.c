/* Times, durations and numbers in words, and the steps of a time axis. */
#include "axis.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

struct unit {
    int64_t ns;
    int digits; /* decimals down to a nanosecond */
    const char *name;
};

static const struct unit units[] = {
    {SECOND, 9, "s"}, {MS, 6, "ms"}, {US, 3, "\xC2\xB5s"}, {1, 0, "ns"}};
enum { UNIT_COUNT = sizeof units / sizeof units[0] };

/* From here on times are told in minutes and hours. */
#define CLOCK_FROM (600 * SECOND)

/* The largest unit of which there is at least one. */
static const struct unit *unit_of(int64_t ns) {
    for (size_t i = 0; i + 1 < UNIT_COUNT; i++)
        if (ns >= units[i].ns)
            return &units[i];
    return &units[UNIT_COUNT - 1];
}

size_t viz_format_count(uint64_t number, char out[VIZ_TIME_SIZE]) {
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            out[length++] = ',';
        out[length++] = digits[i];
    }
    out[length] = '\0';
    return length;
}

size_t viz_format_number(double number, char out[VIZ_TIME_SIZE]) {
    if (number >= 0 && number < 1e15 && number == floor(number))
        return viz_format_count((uint64_t)number, out);
    return (size_t)snprintf(out, VIZ_TIME_SIZE, "%.4g", number);
}

/* A time in a unit with so many decimals, cut, not rounded; `trim` drops zeros at the end. */
static size_t format_in(int64_t ns, const struct unit *unit, int decimals, bool trim,
                        char out[VIZ_TIME_SIZE]) {
    const char *sign = ns < 0 ? "-" : "";
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    uint64_t unit_ns = (uint64_t)unit->ns;
    char whole[VIZ_TIME_SIZE];
    viz_format_count(size / unit_ns, whole);
    char fraction[24];
    snprintf(fraction, sizeof fraction, "%0*" PRIu64, unit->digits, size % unit_ns);
    if (decimals > unit->digits)
        decimals = unit->digits;
    while (trim && decimals > 0 && fraction[decimals - 1] == '0')
        decimals--;
    const char *point = decimals > 0 ? "." : "";
    return (size_t)snprintf(out, VIZ_TIME_SIZE, "%s%.26s%s%.*s %s", sign, whole, point, decimals,
                            fraction, unit->name);
}

size_t viz_format_exact(int64_t time_ns, char out[VIZ_TIME_SIZE]) {
    const struct unit *unit = time_ns == 0 ? &units[0] : unit_of(time_ns < 0 ? -time_ns : time_ns);
    return format_in(time_ns, unit, unit->digits, true, out);
}

size_t viz_format_within(int64_t time_ns, int64_t length_ns, char out[VIZ_TIME_SIZE]) {
    const struct unit *unit = time_ns == 0 ? &units[0] : unit_of(time_ns < 0 ? -time_ns : time_ns);
    int decimals = 0;
    for (int64_t part = unit->ns; part > length_ns / 1000 && decimals < unit->digits; part /= 10)
        decimals++;
    return format_in(time_ns, unit, decimals, true, out);
}

/* Rounded to three significant digits. */
static int64_t round_to_three(int64_t ns) {
    int64_t power = 1;
    while (ns / power >= 1000)
        power *= 10;
    return (ns + power / 2) / power * power;
}

/* "1 h 20 min": a count of `large`, and one of `small` where there is one. */
static size_t format_pair(int64_t ns, int64_t large, const char *large_name, int64_t small,
                          const char *small_name, char out[VIZ_TIME_SIZE]) {
    ns = (ns + small / 2) / small * small;
    char number[VIZ_TIME_SIZE];
    viz_format_count((uint64_t)(ns / large), number);
    int length = snprintf(out, VIZ_TIME_SIZE, "%s %s", number, large_name);
    if (ns % large != 0)
        length += snprintf(out + length, VIZ_TIME_SIZE - (size_t)length, " %" PRId64 " %s",
                           ns % large / small, small_name);
    return (size_t)length;
}

size_t viz_format_duration(int64_t duration_ns, char out[VIZ_TIME_SIZE]) {
    if (duration_ns <= 0)
        return viz_format_exact(duration_ns, out);
    if (duration_ns >= DAY)
        return format_pair(duration_ns, DAY, "d", HOUR, "h", out);
    if (duration_ns >= HOUR)
        return format_pair(duration_ns, HOUR, "h", MINUTE, "min", out);
    if (duration_ns >= CLOCK_FROM)
        return format_pair(duration_ns, MINUTE, "min", SECOND, "s", out);
    int64_t rounded = round_to_three(duration_ns);
    const struct unit *unit = unit_of(rounded);
    return format_in(rounded, unit, unit->digits, true, out);
}

/* --- Ticks ------------------------------------------------------------------------------- */

struct step {
    int64_t ns;
    int minors; /* parts between two labels */
};

static const struct step clock_steps[] = {
    {10 * SECOND, 5}, {30 * SECOND, 3}, {MINUTE, 6},     {2 * MINUTE, 4},  {5 * MINUTE, 5},
    {10 * MINUTE, 5}, {30 * MINUTE, 3}, {HOUR, 6},       {2 * HOUR, 4},    {6 * HOUR, 6},
    {12 * HOUR, 6},   {DAY, 4},         {2 * DAY, 2},    {5 * DAY, 5},     {10 * DAY, 5},
    {20 * DAY, 4},    {50 * DAY, 5},    {100 * DAY, 5},  {200 * DAY, 4},   {500 * DAY, 5},
    {1000 * DAY, 5},  {2000 * DAY, 4},  {5000 * DAY, 5}, {10000 * DAY, 5},
};

/* The smallest of 1, 2, 5, 10, ... that is not below `least`. */
static struct step decimal_step(double least) {
    static const struct step mantissas[] = {{1, 5}, {2, 4}, {5, 5}};
    int64_t power = 1;
    for (;;) {
        for (size_t i = 0; i < 3; i++)
            if ((double)(mantissas[i].ns * power) >= least || power > INT64_MAX / 100)
                return (struct step){mantissas[i].ns * power, mantissas[i].minors};
        power *= 10;
    }
}

static struct step choose_step(double least, bool clock) {
    if (!clock || least <= (double)(5 * SECOND))
        return decimal_step(least);
    size_t count = sizeof clock_steps / sizeof clock_steps[0];
    for (size_t i = 0; i < count; i++)
        if ((double)clock_steps[i].ns >= least)
            return clock_steps[i];
    return clock_steps[count - 1];
}

/* The decimals that a step has in a unit: 50 ms in seconds has 2. */
static int decimals_of(int64_t step_ns, const struct unit *unit) {
    int decimals = 0;
    for (int64_t scale = unit->ns; decimals < unit->digits && step_ns % scale != 0; decimals++)
        scale /= 10;
    return decimals;
}

void viz_axis_make(struct viz_axis *axis, double end_ns, double length_ns, int width,
                   int label_width) {
    double least = length_ns / (double)width * (double)label_width;
    axis->clock = end_ns >= (double)CLOCK_FROM;
    struct step step = choose_step(least < 1 ? 1 : least, axis->clock);
    axis->step_ns = step.ns;
    axis->minor_ns = step.ns % step.minors == 0 ? step.ns / step.minors : 0;
    axis->base_ns = 0;
    int64_t end = end_ns < 1 ? 1 : end_ns > 9e18 ? INT64_MAX : (int64_t)end_ns;
    const struct unit *unit = unit_of(end);
    axis->unit_ns = unit->ns;
    if (decimals_of(step.ns, unit) <= 3)
        return;
    /* Relative labels count in the step's own unit, after multiples of a thousand of those. */
    axis->base_ns = unit_of(step.ns)->ns * 1000;
}

bool viz_axis_is_base(const struct viz_axis *axis, int64_t time_ns) {
    return axis->base_ns == 0 || time_ns % axis->base_ns == 0;
}

static size_t format_clock(int64_t time_ns, int64_t step_ns, char out[VIZ_TIME_SIZE]) {
    int64_t seconds = time_ns / SECOND;
    int length;
    if (seconds >= 3600)
        length = snprintf(out, VIZ_TIME_SIZE, "%" PRId64 ":%02d:%02d", seconds / 3600,
                          (int)(seconds / 60 % 60), (int)(seconds % 60));
    else
        length = snprintf(out, VIZ_TIME_SIZE, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
    int decimals = decimals_of(step_ns, &units[0]);
    if (decimals > 0) {
        char fraction[16];
        snprintf(fraction, sizeof fraction, "%09" PRId64, time_ns % SECOND);
        length +=
            snprintf(out + length, VIZ_TIME_SIZE - (size_t)length, ".%.*s", decimals, fraction);
    }
    return (size_t)length;
}

/* A whole time, with the decimals that steps of step_ns need. */
static size_t format_tick(const struct viz_axis *axis, int64_t time_ns, int64_t step_ns,
                          char out[VIZ_TIME_SIZE]) {
    if (time_ns == 0)
        return (size_t)snprintf(out, VIZ_TIME_SIZE, "0");
    if (axis->clock)
        return format_clock(time_ns, step_ns, out);
    const struct unit *unit = unit_of(axis->unit_ns);
    /* 0.5 s, 1 s, 1.5 s; but 1.01 s, 1.10 s */
    int decimals = decimals_of(step_ns, unit);
    bool whole = axis->base_ns == 0 && time_ns % unit->ns == 0;
    return format_in(time_ns, unit, whole ? 0 : decimals, false, out);
}

size_t viz_axis_label(const struct viz_axis *axis, int64_t time_ns, char out[VIZ_TIME_SIZE]) {
    if (axis->base_ns == 0)
        return format_tick(axis, time_ns, axis->step_ns, out);
    if (time_ns % axis->base_ns == 0)
        return format_tick(axis, time_ns, axis->base_ns, out);
    const struct unit *unit = unit_of(axis->step_ns);
    char rest[VIZ_TIME_SIZE];
    format_in(time_ns % axis->base_ns, unit, 0, true, rest);
    return (size_t)snprintf(out, VIZ_TIME_SIZE, "+%.*s", VIZ_TIME_SIZE - 2, rest);
}

size_t viz_axis_base_label(const struct viz_axis *axis, int64_t time_ns, char out[VIZ_TIME_SIZE]) {
    return format_tick(axis, time_ns - time_ns % axis->base_ns, axis->base_ns, out);
}
