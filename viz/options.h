/* options.h - the command line of cadran-view. */
#ifndef VIZ_OPTIONS_H
#define VIZ_OPTIONS_H

#include "palette.h"

#include <stdbool.h>
#include <stdint.h>

enum { VIZ_SIDE_MIN = 64, VIZ_SIDE_MAX = 16384 };

struct viz_options {
    const char *trace;
    const char *png;  /* NULL: a window */
    const char *font; /* NULL: the usual one */
    enum viz_theme theme;
    int width; /* 0: as suits */
    int height;
    double scale; /* 0: as suits */
    bool has_from;
    bool has_to;
    int64_t from_ns;
    int64_t to_ns;
    bool help;
    bool version;
};

enum { VIZ_OPTIONS_MESSAGE_SIZE = 256 };

/* Reads a command line; the texts belong to argv. 0, or CAD_EINVAL with a message that says what
 * is wrong and what would be right. */
int viz_options_parse(int argc, char **argv, struct viz_options *options,
                      char message[VIZ_OPTIONS_MESSAGE_SIZE]);

/* A time: seconds, or with a unit (ns us ms s min h), such as 250ms. False where it is not one, or
 * is negative. */
bool viz_parse_time(const char *text, int64_t *time_ns);

/* "1280x720"; false where it is not a size, or outside VIZ_SIDE_MIN to VIZ_SIDE_MAX. */
bool viz_parse_size(const char *text, int *width, int *height);

extern const char viz_usage[];

#endif
