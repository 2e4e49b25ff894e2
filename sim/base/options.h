/* options.h - the options of a command: a table, from which they are read and their help is made.
 *
 *     static const base_option options[] = {
 *         {"step", "TIME", "length of an interval", take_time, offsetof(struct arguments, step)},
 *         ...
 *         {0},
 *     };
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a message may take, with its '\0'; a longer one is cut. */
enum { BASE_OPTIONS_MESSAGE = 320 };

struct base_option;

/* What to do with an option's value, which is NULL where it has none, and belongs to argv. False
 * where it cannot be, and *message says so. */
typedef bool base_option_take(void *target, const struct base_option *option, char *value,
                              char message[BASE_OPTIONS_MESSAGE]);

typedef struct base_option {
    const char *name;     /* without the dashes, of which one letter has one; NULL: the end */
    const char *argument; /* "TIME"; "[=LIST]": it may have one; NULL: it takes no value */
    const char *help;     /* lines that '\n' separates */
    base_option_take *take;
    size_t at; /* for `take`: the offset in the target of what the option sets */
} base_option;

enum base_options_end {
    BASE_OPTIONS_FINE,
    BASE_OPTIONS_HELP,  /* --help or -h: what comes after it was not looked at */
    BASE_OPTIONS_WRONG, /* *message says what, without a newline */
};

/* Goes through a command line, whose options are those of the table, --help and -h; *first is the
 * first argument that is none. The order of argv may change. `command` is for messages that refer
 * to its help: "cadran run". Not in several threads at a time: getopt_long() is the C library's. */
enum base_options_end base_options_read(const char *command, const base_option *options,
                                        void *target, int argc, char **argv, int *first,
                                        char message[BASE_OPTIONS_MESSAGE]);

/* The dashes before an option's name. */
static inline const char *base_option_dashes(const base_option *option) {
    return option->name[1] == '\0' ? "-" : "--";
}

/* For `take`: where the option's value goes. */
static inline void *base_option_field(void *target, const base_option *option) {
    return (char *)target + option->at;
}

/* For `take`, which returns what it does: false, with `--step wants a time above 0, not "x"`. */
bool base_option_refuse(const base_option *option, const char *wanted, const char *value,
                        char message[BASE_OPTIONS_MESSAGE]);

/* Of options that are given twice the last one counts, but for a file that is written: of two
 * names one would be forgotten. */
base_option_take base_take_flag;   /* into a bool */
base_option_take base_take_output; /* the file's name, into a const char * that is NULL at first */
base_option_take base_take_time;   /* quantity.h, into an int64_t */

/* Prints a line or more for each, --help too. */
void base_options_help(const base_option *options, FILE *file);

#endif
