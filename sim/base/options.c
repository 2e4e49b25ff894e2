/* Options, read by the C library's getopt_long() after a table of ours. */
#include "base/options.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

#include "base/quantity.h"
#include "base/suggestion.h"

enum { MOST = 32, FIRST = 256, LETTERS = 2 * MOST + 3 };

static void refuse(const char *command, const base_option *options, const char *argument,
                   bool unknown, char message[BASE_OPTIONS_MESSAGE]) {
    base_suggestion suggestion;
    const char *name = argument + strspn(argument, "-");
    base_suggestion_start(&suggestion, name, strcspn(name, "="));
    for (const base_option *option = options; option->name != NULL; option++)
        base_suggestion_offer(&suggestion, option->name);
    base_suggestion_offer(&suggestion, "help");
    if (!unknown)
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "a value is missing after \"%s\"", argument);
    else if (suggestion.best != NULL)
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "unknown option \"%s\"; did you mean \"%s%s\"?", argument,
                       suggestion.best[1] == '\0' ? "-" : "--", suggestion.best);
    else
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "unknown option \"%s\"; see %s --help",
                       argument, command);
}

/* For getopt_long(): the words, and the letters. */
static void list_known(const base_option *options, struct option known[MOST + 2],
                       char letters[LETTERS]) {
    struct option *next = known;
    char *letter = letters;
    *letter++ = ':';
    *letter++ = 'h';
    for (int i = 0; options[i].name != NULL; i++) {
        assert(i < MOST);
        const char *argument = options[i].argument;
        bool valued = argument != NULL, may_be_left_out = valued && argument[0] == '[';
        if (options[i].name[1] != '\0') {
            *next++ = (struct option){options[i].name,
                                      may_be_left_out ? optional_argument
                                      : valued        ? required_argument
                                                      : no_argument,
                                      NULL, FIRST + i};
        } else {
            *letter++ = options[i].name[0];
            if (valued)
                *letter++ = ':';
        }
    }
    *letter = '\0';
    *next = (struct option){"help", no_argument, NULL, 'h'};
}

/* The option that is this letter, which is one of them. */
static int find(const base_option *options, int letter) {
    int i = 0;
    while (options[i].name[0] != letter || options[i].name[1] != '\0')
        i++;
    return i;
}

enum base_options_end base_options_read(const char *command, const base_option *options,
                                        void *target, int argc, char **argv, int *first,
                                        char message[BASE_OPTIONS_MESSAGE]) {
    struct option known[MOST + 2] = {{0}};
    char letters[LETTERS];
    int found;
    list_known(options, known, letters);
    opterr = 0;
    optind = 0; /* from the beginning, whoever used it before */
    while ((found = getopt_long(argc, argv, letters, known, NULL)) != -1) {
        if (found == 'h')
            return BASE_OPTIONS_HELP;
        if (found == '?' || found == ':') {
            refuse(command, options, argv[optind - 1], found == '?', message);
            return BASE_OPTIONS_WRONG;
        }
        const base_option *option = &options[found >= FIRST ? found - FIRST : find(options, found)];
        if (!option->take(target, option, optarg, message))
            return BASE_OPTIONS_WRONG;
    }
    *first = optind;
    return BASE_OPTIONS_FINE;
}

/* --- Values ---------------------------------------------------------------------------------- */

bool base_option_refuse(const base_option *option, const char *wanted, const char *value,
                        char message[BASE_OPTIONS_MESSAGE]) {
    (void)snprintf(message, BASE_OPTIONS_MESSAGE, "%s%s wants %s, not \"%.100s\"",
                   base_option_dashes(option), option->name, wanted, value);
    return false;
}

bool base_take_flag(void *target, const base_option *option, char *value,
                    char message[BASE_OPTIONS_MESSAGE]) {
    (void)value;
    (void)message;
    *(bool *)base_option_field(target, option) = true;
    return true;
}

bool base_take_output(void *target, const base_option *option, char *value,
                      char message[BASE_OPTIONS_MESSAGE]) {
    const char **path = base_option_field(target, option);
    if (value[0] == '\0')
        return base_option_refuse(option, "a file", value, message);
    if (*path != NULL) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "--%s is given twice, \"%.100s\" and \"%.100s\", and one file is written",
                       option->name, *path, value);
        return false;
    }
    *path = value;
    return true;
}

bool base_take_time(void *target, const base_option *option, char *value,
                    char message[BASE_OPTIONS_MESSAGE]) {
    return base_time_read(value, base_option_field(target, option)) ||
           base_option_refuse(option, "a time, such as 3.5 or 250ms", value, message);
}

/* --- Help ------------------------------------------------------------------------------------ */

static const char *gap_of(const base_option *option) {
    return option->argument != NULL && option->argument[0] != '[' ? " " : "";
}

static size_t width_of(const base_option *option) {
    size_t argument = option->argument != NULL ? strlen(option->argument) : 0;
    return strlen(base_option_dashes(option)) + strlen(option->name) + strlen(gap_of(option)) +
           argument;
}

static void print_option(const base_option *option, size_t width, FILE *file) {
    int padding = (int)(width - width_of(option));
    fprintf(file, "  %s%s%s%s%*s  ", base_option_dashes(option), option->name, gap_of(option),
            option->argument != NULL ? option->argument : "", padding, "");
    for (const char *line = option->help; line != NULL;) {
        size_t length = strcspn(line, "\n");
        fprintf(file, "%.*s\n", (int)length, line);
        line = line[length] == '\n' ? line + length + 1 : NULL;
        if (line != NULL)
            fprintf(file, "%*s", (int)width + 4, "");
    }
}

void base_options_help(const base_option *options, FILE *file) {
    static const base_option help = {.name = "help, -h", .help = "this text"};
    size_t width = width_of(&help);
    for (const base_option *option = options; option->name != NULL; option++)
        if (width_of(option) > width)
            width = width_of(option);
    for (const base_option *option = options; option->name != NULL; option++)
        print_option(option, width, file);
    print_option(&help, width, file);
}
