/* The command line of cadran-view: a row of the table for each option. */
#include "options.h"

#include "search.h"

#include "base/options.h"
#include "cadran.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- Values ---------------------------------------------------------------------------------- */

bool viz_parse_size(const char *text, int *width, int *height) {
    char *end;
    errno = 0;
    if (text[0] < '0' || text[0] > '9')
        return false;
    long w = strtol(text, &end, 10);
    if ((*end != 'x' && *end != 'X') || end[1] < '0' || end[1] > '9')
        return false;
    long h = strtol(end + 1, &end, 10);
    if (*end != '\0' || errno != 0 || w < VIZ_SIDE_MIN || w > VIZ_SIDE_MAX || h < VIZ_SIDE_MIN ||
        h > VIZ_SIDE_MAX)
        return false;
    *width = (int)w;
    *height = (int)h;
    return true;
}

static bool take_size(void *target, const base_option *option, char *value,
                      char message[BASE_OPTIONS_MESSAGE]) {
    struct viz_options *options = target;
    return viz_parse_size(value, &options->width, &options->height) ||
           base_option_refuse(option, "WIDTHxHEIGHT, each from 64 to 16384, such as 1600x900",
                              value, message);
}

static bool take_scale(void *target, const base_option *option, char *value,
                       char message[BASE_OPTIONS_MESSAGE]) {
    double *scale = base_option_field(target, option);
    char *end;
    *scale = strtod(value, &end);
    return (end != value && *end == '\0' && *scale >= 0.5 && *scale <= 8) ||
           base_option_refuse(option, "a number from 0.5 to 8", value, message);
}

static bool take_from(void *target, const base_option *option, char *value,
                      char message[BASE_OPTIONS_MESSAGE]) {
    ((struct viz_options *)target)->has_from = true;
    return base_take_time(target, option, value, message);
}

static bool take_to(void *target, const base_option *option, char *value,
                    char message[BASE_OPTIONS_MESSAGE]) {
    ((struct viz_options *)target)->has_to = true;
    return base_take_time(target, option, value, message);
}

static bool take_at(void *target, const base_option *option, char *value,
                    char message[BASE_OPTIONS_MESSAGE]) {
    struct viz_moment *moment = &((struct viz_options *)target)->moment;
    moment->given = moment->timed = true;
    return base_take_time(target, option, value, message);
}

static bool take_step(void *target, const base_option *option, char *value,
                      char message[BASE_OPTIONS_MESSAGE]) {
    ((struct viz_options *)target)->moment.given = true;
    return base_take_whole(target, option, value, message);
}

static bool take_filter(void *target, const base_option *option, char *value,
                        char message[BASE_OPTIONS_MESSAGE]) {
    const char *fault = viz_search_fault(value);
    ((struct viz_options *)target)->start.lanes.filter = value;
    return fault == NULL || base_option_refuse(option, fault, value, message);
}

static bool take_pin(void *target, const base_option *option, char *value,
                     char message[BASE_OPTIONS_MESSAGE]) {
    struct viz_start_lanes *lanes = &((struct viz_options *)target)->start.lanes;
    if (lanes->pin_count == VIZ_START_PINS)
        return base_option_refuse(option, "32 tasks at most", value, message);
    lanes->pins[lanes->pin_count++] = value;
    return true;
}

/* --- Options --------------------------------------------------------------------------------- */

static const char *const themes[] = {[VIZ_DARK] = "dark", [VIZ_LIGHT] = "light"};

static const char *const parts[] = {[VIZ_SHOWN_BOTH] = "both",
                                    [VIZ_SHOWN_DIFFERENCES] = "differences",
                                    [VIZ_SHOWN_NEW] = "new",
                                    [VIZ_SHOWN_OLD] = "old"};
static const char *const kinds[] = {
    [VIZ_DIFFERING_ANYHOW] = "all", [VIZ_DIFFERING_ORDER] = "order", [VIZ_DIFFERING_TIME] = "time"};

static const base_option table[] = {
    {.name = "png",
     .argument = "FILE",
     .help = "draw the picture into FILE; needs no display",
     BASE_OUTPUT(struct viz_options, png)},
    {.name = "svg",
     .argument = "FILE",
     .help = "... as SVG: text and shapes, with details where one points",
     BASE_OUTPUT(struct viz_options, svg)},
    {.name = "size",
     .argument = "WIDTHxHEIGHT",
     .help = "size of the picture or window, in pixels (1280x720)",
     .take = take_size},
    {.name = "scale",
     .argument = "N",
     .help = "pixels for a unit of the design: 2 for a fine display",
     .take = take_scale,
     BASE_FIELD_OF(double, struct viz_options, scale)},
    {.name = "theme",
     .help = "colours (dark; SVG: as who looks at it prefers)",
     BASE_WORD(struct viz_options, theme, themes)},
    {.name = "from",
     .argument = "TIME",
     .help = "show this stretch of time: seconds, or 250ms, 10us, 2min",
     .take = take_from,
     BASE_FIELD_OF(int64_t, struct viz_options, from_ns)},
    {.name = "to",
     .argument = "TIME",
     .help = "... up to here",
     .take = take_to,
     BASE_FIELD_OF(int64_t, struct viz_options, to_ns)},
    {.name = "show",
     .help = "of two runs: both (default), the lanes that differ, one alone",
     BASE_WORD(struct viz_options, shown, parts)},
    {.name = "differences",
     .help = "of two runs: which count (all; real against virtual clock: order)",
     BASE_WORD(struct viz_options, differing, kinds)},
    {.name = "level",
     .help = "of two runs, as of cadran diff: with causes, order alone counts",
     BASE_WORD_OF(struct viz_options, level, cmp_level_words, CMP_LEVEL_NOTHING)},
    {.name = "tolerance",
     .argument = "TOLERANCE",
     .help = "of two runs: by how much times may differ: 5ms, or 5%; SPAN=5ms for\n"
             "the spans of that name (under the real clock: 10ms)",
     .take = cmp_take_tolerance,
     BASE_FIELD_OF(struct cmp_tolerances, struct viz_options, tolerances)},
    {.name = "follow",
     .help = "the trace is being written: show what comes, when it comes",
     BASE_FLAG(struct viz_options, follow)},
    {.name = "objects",
     .help = "objects as rows below the lanes",
     BASE_FLAG(struct viz_options, objects)},
    {.name = "at",
     .argument = "TIME",
     .help = "the state of the run at this time",
     .take = take_at,
     BASE_FIELD_OF(int64_t, struct viz_options, moment.time_ns)},
    {.name = "step",
     .argument = "N",
     .help = "... at the event of this number; with --at, among those of that time",
     .take = take_step,
     BASE_FIELD(struct viz_options, moment.number),
     .least = 1,
     .most = INT64_MAX},
    {.name = "font",
     .argument = "FILE",
     .help = "the font to write with",
     BASE_TEXT(struct viz_options, font),
     .wanted = "a file"},
    {.name = "table",
     .help = "the job-sequencing table in the place of the lanes",
     BASE_FLAG(struct viz_options, start.table)},
    {.name = "interval",
     .argument = "TIME",
     .help = "... with rows of that length",
     BASE_TIME(struct viz_options, start.step_ns),
     .least = 1},
    {.name = "critical-path",
     .help = "draw the longest way through the run",
     BASE_FLAG(struct viz_options, start.way)},
    {.name = "panel",
     .help = "with the panel: what stands out in the run",
     BASE_FLAG(struct viz_options, start.panel)},
    {.name = "select",
     .argument = "TASK",
     .help = "... what there is to say of this task",
     BASE_TEXT(struct viz_options, start.task),
     .wanted = "a task"},
    {.name = "filter",
     .argument = "TERMS",
     .help = "only lanes on which that is found, as in a search: worker, wait:db, state:failed",
     .take = take_filter},
    {.name = "group",
     .help = "groups of lanes: by name (worker*), by who made them, by their first work",
     BASE_WORD(struct viz_options, start.lanes.grouping, viz_grouping_words)},
    {.name = "unfold",
     .help = "... with their lanes, and not folded",
     BASE_FLAG(struct viz_options, start.lanes.unfold)},
    {.name = "order",
     .help = "order of lanes",
     BASE_WORD(struct viz_options, start.lanes.ordering, viz_ordering_words)},
    {.name = "pin",
     .argument = "TASK",
     .help = "keep this task at the top; may be given again",
     .take = take_pin},
    {.name = "view",
     .argument = "FILE",
     .help = "as a saved view has it: Ctrl+S in a window saves one beside the trace",
     BASE_TEXT(struct viz_options, view),
     .wanted = "a file"},
    {.name = "version", .help = "print the version", BASE_FLAG(struct viz_options, version)},
    {.name = NULL},
};

void viz_options_list(FILE *file) {
    base_options_list(table, file);
}

void viz_options_help(FILE *file) {
    fputs(
        "usage: cadran-view [options] TRACE\n"
        "       cadran-view [options] OLD NEW\n"
        "\n"
        "Shows a trace as a timeline: a lane for each task. TRACE is a file; - is standard input.\n"
        "Of two it shows one above the other, and what differs.\n"
        "\n",
        file);
    base_options_help(table, file);
    fputs("\nIn the window, ? lists keys and mouse.\n", file);
}

/* A picture under the name of another kind of picture: `--png job.svg`. False, and a message. */
static bool check_suffix(const char *option, const char *file, char message[BASE_OPTIONS_MESSAGE]) {
    static const char *const kinds_of_picture[] = {"png", "svg",  "jpg", "jpeg", "gif",
                                                   "pdf", "webp", "bmp", "html"};
    const char *dot = file != NULL ? strrchr(file, '.') : NULL;
    for (size_t i = 0; dot != NULL && i < sizeof kinds_of_picture / sizeof *kinds_of_picture; i++) {
        const char *kind = kinds_of_picture[i];
        if (strcasecmp(dot + 1, kind) != 0 || strcmp(kind, option) == 0)
            continue;
        bool other = strcmp(kind, "png") == 0 || strcmp(kind, "svg") == 0;
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "--%s writes %s, and \"%.100s\" is named otherwise%s%s%s", option,
                       strcmp(option, "png") == 0 ? "a PNG" : "an SVG", file, other ? " (--" : "",
                       other ? kind : "", other ? " writes that)" : "");
        return false;
    }
    return true;
}

/* What is asked for and is of one run alone; NULL. */
static const char *only_of_one(const struct viz_options *options) {
    const struct viz_start_lanes *lanes = &options->start.lanes;
    return options->view != NULL                   ? "view"
           : lanes->filter != NULL                 ? "filter"
           : lanes->grouping != VIZ_GROUPING_NONE  ? "group"
           : lanes->unfold                         ? "unfold"
           : lanes->ordering != VIZ_ORDERING_TRACE ? "order"
           : lanes->pin_count > 0                  ? "pin"
           : options->start.table                  ? "table"
           : options->moment.given                 ? options->moment.timed ? "at" : "step"
                                                   : NULL;
}

/* What is asked for and is of two runs alone; NULL. */
static const char *only_of_two(const struct viz_options *options) {
    bool tolerates = options->tolerances.given || options->tolerances.span_count > 0;
    return options->shown != VIZ_SHOWN_BOTH    ? "show"
           : options->level != CMP_LEVEL_ORDER ? "level"
           : options->has_differing            ? "differences"
           : tolerates                         ? "tolerance"
                                               : NULL;
}

int viz_options_parse(int argc, char **argv, struct viz_options *options,
                      char message[BASE_OPTIONS_MESSAGE]) {
    int first;
    *options = (struct viz_options){.theme = VIZ_THEME_COUNT, /* none is asked for */
                                    .differing = VIZ_DIFFERING_COUNT,
                                    .level = CMP_LEVEL_ORDER};
    switch (base_options_read("cadran-view", table, options, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        options->help = true;
        return 0;
    case BASE_OPTIONS_LIST:
        options->list = true;
        return 0;
    case BASE_OPTIONS_WRONG:
        return CAD_EINVAL;
    case BASE_OPTIONS_FINE:
        break;
    }
    if (options->version)
        return 0;
    options->has_theme = options->theme != VIZ_THEME_COUNT;
    if (!options->has_theme)
        options->theme = VIZ_DARK;
    if (options->differing == VIZ_DIFFERING_COUNT && options->level == CMP_LEVEL_CAUSES)
        options->differing = VIZ_DIFFERING_ORDER;
    options->has_differing = options->differing != VIZ_DIFFERING_COUNT;
    if (!options->has_differing)
        options->differing = VIZ_DIFFERING_ANYHOW;
    const char *written = options->png != NULL ? options->png : options->svg;
    if (first == argc && written != NULL) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "no trace is named: \"%.100s\" is the picture that would be written",
                       written);
        return CAD_EINVAL;
    }
    if (first == argc || first + 2 < argc) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "%s; see cadran-view --help",
                       first == argc ? "no trace is named" : "one trace is shown, or two");
        return CAD_EINVAL;
    }
    options->trace = argv[first];
    options->other = argv[first + 1]; /* NULL ends argv */
    if (!check_suffix("png", options->png, message) || !check_suffix("svg", options->svg, message))
        return CAD_EINVAL;
    if (options->follow &&
        (options->png != NULL || options->svg != NULL || options->other != NULL)) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "--follow is for a window on one trace, not for --png or --svg");
        return CAD_EINVAL;
    }
    if (options->has_from && options->has_to && options->from_ns >= options->to_ns) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "--from must be before --to");
        return CAD_EINVAL;
    }
    const char *single = options->other != NULL ? only_of_one(options) : NULL;
    if (single != NULL) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "--%s is for one trace, not for two", single);
        return CAD_EINVAL;
    }
    const char *both = options->other == NULL ? only_of_two(options) : NULL;
    if (both != NULL) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "--%s is for two traces, and one is named",
                       both);
        return CAD_EINVAL;
    }
    if ((options->png != NULL || options->svg != NULL) && options->start.step_ns != 0 &&
        !options->start.table && options->view == NULL) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "--interval is of the table: give --table, too");
        return CAD_EINVAL;
    }
    return 0;
}
