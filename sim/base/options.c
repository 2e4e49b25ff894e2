/* Options, read by the C library's getopt_long() after a table of ours. */
#include "base/options.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/elsewhere.h"
#include "base/quantity.h"
#include "base/suggestion.h"

enum { MOST = 32, FIRST = 256, LETTERS = 2 * MOST + 3 };

/* The option of which `name` is a value, as `csv` is of --format; NULL: none. */
static const base_option *by_word(const base_option *options, const char *name) {
    for (const base_option *option = options; option->name != NULL; option++)
        for (size_t i = 0; i < option->word_count; i++)
            if (option->words[i] != NULL && strcmp(option->words[i], name) == 0)
                return option;
    return NULL;
}

/* The only option that begins with the letter of `-o`, or whose letter `--quiet` begins with; NULL:
 * none, or several. */
static const char *by_letter(const base_option *options, const char *argument) {
    const char *name = argument + strspn(argument, "-"), *found = NULL;
    bool letter = name[0] != '\0' && name[1] == '\0';
    for (const base_option *option = options; option->name != NULL; option++) {
        if (option->name[0] != name[0] || (option->name[1] == '\0') == letter)
            continue;
        if (found != NULL)
            return NULL;
        found = option->name;
    }
    return found;
}

/* The option whose name that is, up to a "="; NULL: none. */
static const base_option *by_name(const base_option *options, const char *name) {
    size_t length = strcspn(name, "=");
    for (const base_option *option = options; option->name != NULL; option++)
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
            return option;
    return NULL;
}

static void refuse(const char *command, const base_option *options, const char *argument,
                   bool unknown, char message[BASE_OPTIONS_MESSAGE]) {
    base_suggestion suggestion;
    const char *name = argument + strspn(argument, "-");
    base_suggestion_start(&suggestion, name, strcspn(name, "="));
    for (const base_option *option = options; option->name != NULL; option++)
        base_suggestion_offer(&suggestion, option->name);
    base_suggestion_offer(&suggestion, "help");
    if (suggestion.best == NULL)
        suggestion.best = by_letter(options, argument);
    const base_option *word = by_word(options, name);
    char elsewhere[BASE_OPTIONS_MESSAGE / 2];
    if (unknown && argument[1] == '-' && by_name(options, name) != NULL)
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "\"%s\": --%s takes no value", argument,
                       by_name(options, name)->name);
    else if (!unknown)
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "a value is missing after \"%s\"", argument);
    else if (word != NULL)
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "unknown option \"%s\"; did you mean \"--%s %s\"?", argument, word->name,
                       name);
    else if (base_elsewhere(argument, strcspn(argument, "="), elsewhere, sizeof elsewhere))
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "unknown option \"%s\"%s", argument,
                       elsewhere);
    else if (by_name(options, "set") != NULL && argument[1] == '-' && strchr(argument, '=') != NULL)
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "unknown option \"%s\"; a variable is set by --set %s", argument, name);
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
        bool may_be_left_out = argument != NULL && argument[0] == '[';
        bool valued = argument != NULL || options[i].words != NULL;
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
    if (argc == 2 && strcmp(argv[1], "--options") == 0) /* and no prefix of it is an option */
        return BASE_OPTIONS_LIST;
    list_known(options, known, letters);
    opterr = 0;
    optind = 0; /* from the beginning, whoever used it before */
    while ((found = getopt_long(argc, argv, letters, known, NULL)) != -1) {
        if (found == 'h')
            return BASE_OPTIONS_HELP;
        if (found == '?' || found == ':') {
            /* Among letters that stand together, as -xq, the word is not left behind yet: what
             * stands before "optind" is another one. A letter is told by itself, but a word that
             * is none of ours, or lacks its value, is told as it is; and so is -trace. */
            char letter[] = {'-', (char)optopt, '\0'};
            bool help = optopt == 'h'; /* of --help=3 */
            bool single = found == '?' && optopt != 0 && optopt < FIRST && !help;
            const char *rest = single && optind < argc ? argv[optind] : NULL;
            bool dashed = rest != NULL && rest[0] == '-' && rest[1] != '-' &&
                          by_name(options, rest + 1) != NULL;
            refuse(command, options,
                   dashed   ? rest
                   : single ? letter
                            : argv[optind - 1],
                   found == '?', message);
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

/* A whole number, which fits, into a field of any size. */
static void store(void *target, const base_option *option, uint64_t whole) {
    void *field = base_option_field(target, option);
    if (option->size == sizeof(bool)) {
        *(bool *)field = whole != 0;
    } else if (option->size == sizeof(unsigned)) {
        *(unsigned *)field = (unsigned)whole;
    } else {
        assert(option->size == sizeof(uint64_t));
        *(uint64_t *)field = whole;
    }
}

bool base_take_flag(void *target, const base_option *option, char *value,
                    char message[BASE_OPTIONS_MESSAGE]) {
    (void)value;
    (void)message;
    store(target, option, true);
    return true;
}

/* "text, json or html". */
static void list_words(const base_option *option, char *list, size_t size) {
    size_t length = 0;
    for (size_t i = 0; i < option->word_count && length < size; i++)
        length += (size_t)snprintf(list + length, size - length, "%s%s",
                                   i == 0                       ? ""
                                   : i + 1 < option->word_count ? ", "
                                                                : " or ",
                                   option->words[i]);
}

bool base_take_word(void *target, const base_option *option, char *value,
                    char message[BASE_OPTIONS_MESSAGE]) {
    char wanted[BASE_OPTIONS_MESSAGE / 2];
    for (size_t i = 0; i < option->word_count; i++) {
        if (strcmp(value, option->words[i]) == 0) {
            store(target, option, i);
            return true;
        }
    }
    list_words(option, wanted, sizeof wanted);
    return base_option_refuse(option, wanted, value, message);
}

bool base_take_whole(void *target, const base_option *option, char *value,
                     char message[BASE_OPTIONS_MESSAGE]) {
    int64_t whole;
    char wanted[80] = "a whole number above 0";
    assert(option->least > 0);
    if (base_whole_read(value, &whole) && whole >= option->least && whole <= option->most) {
        store(target, option, (uint64_t)whole);
        return true;
    }
    if (option->most < INT64_MAX)
        (void)snprintf(wanted, sizeof wanted, "a whole number from %" PRId64 " to %" PRId64,
                       option->least, option->most);
    return base_option_refuse(option, wanted, value, message);
}

bool base_take_time(void *target, const base_option *option, char *value,
                    char message[BASE_OPTIONS_MESSAGE]) {
    int64_t *time_ns = base_option_field(target, option);
    return (base_time_read(value, time_ns) && *time_ns >= option->least) ||
           base_option_refuse(option,
                              option->least > 0 ? "a time above 0, such as 0.5 or 250ms"
                                                : "a time, such as 3.5 or 250ms",
                              value, message);
}

bool base_take_size(void *target, const base_option *option, char *value,
                    char message[BASE_OPTIONS_MESSAGE]) {
    return base_size_read(value, base_option_field(target, option)) ||
           base_option_refuse(option, "a size, such as 512M or 4G", value, message);
}

bool base_take_text(void *target, const base_option *option, char *value,
                    char message[BASE_OPTIONS_MESSAGE]) {
    *(const char **)base_option_field(target, option) = value;
    return value[0] != '\0' || base_option_refuse(option, option->wanted, value, message);
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

/* --- Help ------------------------------------------------------------------------------------ */

/* Where the help of most options begins; that of one which does not fit begins on a line below. */
enum { COLUMN_MOST = 28, SPELLING = 128 };

/* "--trace FILE", "--clock virtual|real", "--allow-exec[=PROGRAM,...]"; its length. */
static size_t spell(const base_option *option, char spelling[SPELLING]) {
    const char *argument = option->argument != NULL ? option->argument : "";
    size_t length =
        (size_t)snprintf(spelling, SPELLING, "%s%s%s%s", base_option_dashes(option), option->name,
                         argument[0] == '\0' || argument[0] == '[' ? "" : " ", argument);
    for (size_t i = 0; i < option->word_count && length < SPELLING; i++)
        length += (size_t)snprintf(spelling + length, SPELLING - length, "%c%s", i == 0 ? ' ' : '|',
                                   option->words[i]);
    return length < SPELLING ? length : SPELLING - 1;
}

static void print_option(const base_option *option, size_t column, FILE *file) {
    char spelling[SPELLING];
    size_t width = spell(option, spelling);
    fprintf(file, "  %-*s", (int)column, spelling);
    if (width > column)
        fprintf(file, "\n  %*s", (int)column, "");
    for (const char *line = option->help; line != NULL;) {
        size_t length = strcspn(line, "\n");
        fprintf(file, "  %.*s\n", (int)length, line);
        line = line[length] == '\n' ? line + length + 1 : NULL;
        if (line != NULL)
            fprintf(file, "  %*s", (int)column, "");
    }
}

void base_options_help(const base_option *options, FILE *file) {
    static const base_option help = {.name = "help, -h", .help = "this text"};
    char spelling[SPELLING];
    size_t column = spell(&help, spelling);
    for (const base_option *option = options; option->name != NULL; option++) {
        size_t width = spell(option, spelling);
        if (width > column && width <= COLUMN_MOST)
            column = width;
    }
    for (const base_option *option = options; option->name != NULL; option++)
        print_option(option, column, file);
    print_option(&help, column, file);
}

/* --- Completions ------------------------------------------------------------------------------ */

static void list_option(const base_option *option, FILE *file) {
    fprintf(file, "%s%s\t", base_option_dashes(option), option->name);
    for (size_t i = 0; i < option->word_count; i++)
        fprintf(file, "%s%s", i == 0 ? "" : "|", option->words[i]);
    if (option->argument != NULL && option->argument[0] != '[')
        fputs(option->argument, file);
    fprintf(file, "\t%.*s\n", (int)strcspn(option->help, "\n"), option->help);
}

void base_options_list(const base_option *options, FILE *file) {
    static const base_option help = {.name = "help", .help = "tell more about the command"};
    for (const base_option *option = options; option->name != NULL; option++)
        list_option(option, file);
    list_option(&help, file);
}
