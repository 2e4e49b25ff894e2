/* options.h - the command line of cadran-view. */
#ifndef VIZ_OPTIONS_H
#define VIZ_OPTIONS_H

#include "base/options.h"
#include "pair.h"
#include "palette.h"
#include "start.h"
#include "travel.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { VIZ_SIDE_MIN = 64, VIZ_SIDE_MAX = 16384 };

struct viz_options {
    const char *trace; /* of two the old one */
    const char *other; /* the new one; NULL: one is shown */
    const char *png;   /* NULL: none; and with the next NULL, too, a window */
    const char *svg;   /* "-": standard output */
    const char *font;  /* NULL: the usual one */
    enum viz_theme theme;
    bool has_theme;
    enum viz_shown shown; /* of two, as the next ones */
    enum viz_differing differing;
    bool has_differing;
    enum cmp_level level;
    struct cmp_tolerances tolerances;
    int width; /* 0: as suits */
    int height;
    double scale; /* 0: as suits */
    bool has_from;
    bool has_to;
    int64_t from_ns;
    int64_t to_ns;
    struct viz_start start;
    struct viz_moment moment;
    bool objects;     /* have rows */
    bool follow;      /* the file grows */
    const char *view; /* the file of a saved view; NULL: in a window the one beside the trace */
    bool help;
    bool list; /* of options, for completions */
    bool version;
};

/* Reads a command line; the texts belong to argv. 0, or CAD_EINVAL with a message that says what
 * is wrong and what would be right. */
int viz_options_parse(int argc, char **argv, struct viz_options *options,
                      char message[BASE_OPTIONS_MESSAGE]);

/* "1280x720"; false where it is not a size, or outside VIZ_SIDE_MIN to VIZ_SIDE_MAX. */
bool viz_parse_size(const char *text, int *width, int *height);

void viz_options_help(FILE *file);
void viz_options_list(FILE *file); /* for completions */

#endif
