/* The command line of cadran-view: a row of long_options and a case of set_option() for each. */
#include "options.h"

#include "cadran.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char viz_usage[] =
    "usage: cadran-view [options] TRACE\n"
    "\n"
    "Shows a trace as a timeline: a lane for each task. TRACE is a file; - is standard input.\n"
    "\n"
    "  --png FILE             draw the picture into FILE; needs no display\n"
    "  --size WIDTHxHEIGHT    size of the picture or window, in pixels (1280x720)\n"
    "  --scale N              pixels for a unit of the design: 2 for a fine display\n"
    "  --theme dark|light     colours (dark)\n"
    "  --from T, --to T       show this stretch of time: seconds, or 250ms, 10us, 2min\n"
    "  --font FILE            the font to write with\n"
    "  --help, --version\n"
    "\n"
    "In the window, ? lists keys and mouse.\n";

enum {
    OPTION_PNG = 256,
    OPTION_SIZE,
    OPTION_SCALE,
    OPTION_THEME,
    OPTION_FROM,
    OPTION_TO,
    OPTION_FONT,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"png", required_argument, NULL, OPTION_PNG},
    {"size", required_argument, NULL, OPTION_SIZE},
    {"scale", required_argument, NULL, OPTION_SCALE},
    {"theme", required_argument, NULL, OPTION_THEME},
    {"from", required_argument, NULL, OPTION_FROM},
    {"to", required_argument, NULL, OPTION_TO},
    {"font", required_argument, NULL, OPTION_FONT},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

bool viz_parse_time(const char *text, int64_t *time_ns) {
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"", 1e9},          {"s", 1e9}, {"ms", 1e6},   {"us", 1e3},
                 {"\xC2\xB5s", 1e3}, {"ns", 1},  {"min", 60e9}, {"h", 3600e9}};
    /* strtod takes hexadecimals and "inf", too. */
    if (text[0] == '\0' || strchr("0123456789.", text[0]) == NULL || strpbrk(text, "xX") != NULL)
        return false;
    char *end;
    double number = strtod(text, &end);
    if (end == text)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].name) != 0)
            continue;
        double ns = round(number * units[i].ns);
        if (!(ns >= 0 && ns < 9e18))
            return false;
        *time_ns = (int64_t)ns;
        return true;
    }
    return false;
}

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

static bool parse_scale(const char *text, double *scale) {
    char *end;
    *scale = strtod(text, &end);
    return end != text && *end == '\0' && *scale >= 0.5 && *scale <= 8;
}

static bool parse_theme(const char *text, enum viz_theme *theme) {
    *theme = strcmp(text, "light") == 0 ? VIZ_LIGHT : VIZ_DARK;
    return *theme == VIZ_LIGHT || strcmp(text, "dark") == 0;
}

/* What an option wants instead of what it got; NULL where it got that. */
static const char *set_option(struct viz_options *options, int option, const char *value) {
    switch (option) {
    case OPTION_PNG:
        options->png = value;
        return value[0] != '\0' ? NULL : "a file name";
    case OPTION_SIZE:
        return viz_parse_size(value, &options->width, &options->height)
                   ? NULL
                   : "WIDTHxHEIGHT, each from 64 to 16384, such as 1600x900";
    case OPTION_SCALE:
        return parse_scale(value, &options->scale) ? NULL : "a number from 0.5 to 8";
    case OPTION_THEME:
        return parse_theme(value, &options->theme) ? NULL : "dark or light";
    case OPTION_FROM:
        options->has_from = true;
        return viz_parse_time(value, &options->from_ns) ? NULL : "a time such as 2, 250ms or 1min";
    case OPTION_TO:
        options->has_to = true;
        return viz_parse_time(value, &options->to_ns) ? NULL : "a time such as 2, 250ms or 1min";
    case OPTION_FONT:
        options->font = value;
        return NULL;
    case OPTION_HELP:
        options->help = true;
        return NULL;
    default:
        options->version = true;
        return NULL;
    }
}

/* What getopt_long() found wrong with an argument. */
static int refuse(int argc, char **argv, bool value_missing,
                  char message[VIZ_OPTIONS_MESSAGE_SIZE]) {
    const char *argument = optind > 0 && optind <= argc ? argv[optind - 1] : "";
    snprintf(message, VIZ_OPTIONS_MESSAGE_SIZE, "%.100s: %s; --help lists the options", argument,
             value_missing ? "needs a value" : "no such option");
    return CAD_EINVAL;
}

int viz_options_parse(int argc, char **argv, struct viz_options *options,
                      char message[VIZ_OPTIONS_MESSAGE_SIZE]) {
    *options = (struct viz_options){0};
    optind = 0; /* getopt starts anew, as tests need */
    opterr = 0;
    for (;;) {
        int index = 0;
        int option = getopt_long(argc, argv, ":", long_options, &index);
        if (option == -1)
            break;
        if (option == ':' || option == '?')
            return refuse(argc, argv, option == ':', message);
        const char *wanted = set_option(options, option, optarg);
        if (wanted != NULL) {
            snprintf(message, VIZ_OPTIONS_MESSAGE_SIZE, "--%s: %.60s is not %s",
                     long_options[index].name, optarg, wanted);
            return CAD_EINVAL;
        }
    }
    if (options->help || options->version)
        return 0;
    if (optind + 1 != argc) {
        snprintf(message, VIZ_OPTIONS_MESSAGE_SIZE, "%s; usage: cadran-view [options] TRACE",
                 optind == argc ? "which trace?" : "one trace at a time");
        return CAD_EINVAL;
    }
    options->trace = argv[optind];
    if (options->has_from && options->has_to && options->from_ns >= options->to_ns) {
        snprintf(message, VIZ_OPTIONS_MESSAGE_SIZE, "--from must be before --to");
        return CAD_EINVAL;
    }
    return 0;
}
