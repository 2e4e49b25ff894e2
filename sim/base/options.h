/* options.h - the options of a command: a table, which binds each to a field of a struct; from it
 * they are read, and their help and completions are made.
 *
 *     static const base_option options[] = {
 *         {.name = "q", .help = "say nothing", BASE_FLAG(struct arguments, quiet)},
 *         {.name = "step",
 *          .argument = "TIME",
 *          .help = "length of an interval",
 *          BASE_TIME(struct arguments, step_ns),
 *          .least = 1},
 *         {.name = "format", .help = "text is the default", BASE_WORD(struct arguments, format,
 * words)},
 *         {.name = NULL},
 *     };
 *
 * Where none of the kinds below fits, `take` is a function of the command's own, and BASE_FIELD()
 * says what it fills.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What a message may take, with its '\0'; a longer one is cut. */
enum { BASE_OPTIONS_MESSAGE = 320 };

struct base_option;

/* What to do with an option's value, which is NULL where it has none, and belongs to argv. False
 * where it cannot be, and *message says so. */
typedef bool base_option_take(void *target, const struct base_option *option, char *value,
                              char message[BASE_OPTIONS_MESSAGE]);

typedef struct base_option {
    const char *name; /* without the dashes, of which one letter has one; NULL: the end */
    const char
        *argument;    /* "TIME"; "[=LIST]": it may have one; NULL: it takes no value, or a word */
    const char *help; /* lines that '\n' separates */
    base_option_take *take;
    size_t at;                /* of the field, in the target */
    size_t size;              /* of the field */
    const char *const *words; /* of BASE_WORD(); NULL: none */
    size_t word_count;
    const char *wanted;  /* of BASE_TEXT(): what is no value, "a file" */
    int64_t least, most; /* of BASE_WHOLE(), and with no `most` of BASE_TIME() */
} base_option;

/* --- Kinds of options: what fills a field of `type` ------------------------------------------
 *
 * Of options that are given twice the last one counts, but for a file that is written: of two
 * names one would be forgotten.
 */

/* The field, whatever its type; and one that the compiler holds to be a `kind`. */
#define BASE_FIELD(type, field) .at = offsetof(type, field), .size = sizeof(((type *)0)->field)
#define BASE_FIELD_OF(kind, type, field)                                                           \
    .at = offsetof(type, field) + 0 * sizeof(&((type *)0)->field == (kind *)0), .size = sizeof(kind)

/* A bool, which becomes true. */
#define BASE_FLAG(type, field) .take = base_take_flag, BASE_FIELD_OF(bool, type, field)
/* One of some words: its index in `list`, an array of texts, into an enum, or a bool of two. */
#define BASE_WORD(type, field, list) BASE_WORD_OF(type, field, list, sizeof(list) / sizeof(list)[0])
#define BASE_WORD_OF(type, field, list, count)                                                     \
    .take = base_take_word, BASE_FIELD(type, field), .words = (list), .word_count = (count)
/* A whole number from `least` to `most`, into an unsigned or a uint64_t. */
#define BASE_WHOLE(type, field) .take = base_take_whole, BASE_FIELD(type, field)
/* A time that is at least `least` (quantity.h), into an int64_t. */
#define BASE_TIME(type, field) .take = base_take_time, BASE_FIELD_OF(int64_t, type, field)
/* A size (quantity.h), into a uint64_t. */
#define BASE_SIZE(type, field) .take = base_take_size, BASE_FIELD_OF(uint64_t, type, field)
/* A text that is not empty, into a const char *; `wanted` says what it is. */
#define BASE_TEXT(type, field) .take = base_take_text, BASE_FIELD_OF(const char *, type, field)
/* The name of a file that is written, into a const char * that is NULL at first. */
#define BASE_OUTPUT(type, field) .take = base_take_output, BASE_FIELD_OF(const char *, type, field)

base_option_take base_take_flag, base_take_word, base_take_whole, base_take_time, base_take_size,
    base_take_text, base_take_output;

/* --- Reading --------------------------------------------------------------------------------- */

enum base_options_end {
    BASE_OPTIONS_FINE,
    BASE_OPTIONS_HELP,  /* --help or -h: what comes after it was not looked at */
    BASE_OPTIONS_LIST,  /* --options, alone: for completions, base_options_list() */
    BASE_OPTIONS_WRONG, /* *message says what, without a newline */
};

/* Goes through a command line, whose options are those of the table, --help and -h; *first is the
 * first argument that is none. The order of argv may change. `command` is for messages that refer
 * to its help: "cadran run". Not in several threads at a time: getopt_long() is the C library's. */
enum base_options_end base_options_read(const char *command, const base_option *options,
                                        void *target, int argc, char **argv, int *first,
                                        char message[BASE_OPTIONS_MESSAGE]);

/* Prints a line or more for each, --help too. */
void base_options_help(const base_option *options, FILE *file);

/* Prints a line for each, --help too, for completions: `--trace`, a tab, what its value is (`FILE`,
 * `virtual|real`, or nothing), a tab, the first line of its help. */
void base_options_list(const base_option *options, FILE *file);

/* --- For a `take` of one's own --------------------------------------------------------------- */

/* The dashes before an option's name. */
static inline const char *base_option_dashes(const base_option *option) {
    return option->name[1] == '\0' ? "-" : "--";
}

/* Where the option's value goes. */
static inline void *base_option_field(void *target, const base_option *option) {
    return (char *)target + option->at;
}

/* Returns what `take` does: false, with `--step wants a time above 0, not "x"`. */
bool base_option_refuse(const base_option *option, const char *wanted, const char *value,
                        char message[BASE_OPTIONS_MESSAGE]);

#endif
