/* help.h - the list of keys that the viewer shows: input.c is what does them. */
#ifndef VIZ_HELP_H
#define VIZ_HELP_H

#include <stddef.h>

struct viz_help_line {
    const char *keys;
    const char *text;
};

extern const struct viz_help_line viz_help[];
extern const size_t viz_help_count;

#endif
