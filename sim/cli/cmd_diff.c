/* cadran diff: says what two runs did differently, and where that began; to people, to programs,
 * and to git. */
#include "base/options.h"
#include "base/show.h"
#include "cadran.h"
#include "cli/commands.h"
#include "cli/page.h"
#include "compare/compare.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_SAME = 0, STATUS_DIFFERENT = 1, STATUS_TROUBLE = 2 };

/* A screen, which --all does without. */
enum { SCREEN_LINES = 40 };

enum { SPANS_MAX = 64 };

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_MARKDOWN, FORMAT_HTML };

struct arguments {
    struct cmp_settings settings;
    struct cmp_span_tolerance spans[SPANS_MAX];
    enum format format;
    bool all;
};

/* --- Arguments ------------------------------------------------------------------------------ */

static bool take_level(void *target, const base_option *option, char *text,
                       char message[BASE_OPTIONS_MESSAGE]) {
    enum cmp_level *level = base_option_field(target, option);
    for (int i = 0; i < CMP_LEVEL_NOTHING; i++) {
        if (strcmp(text, cmp_level_words[i]) == 0) {
            *level = (enum cmp_level)i;
            return true;
        }
    }
    return base_option_refuse(option, "bytes, order or causes", text, message);
}

/* "5ms", "5%", or either for the spans of one name: "load=5%". The name may have a sign of equality
 * in it; what follows has none. */
static bool take_tolerance(void *target, const base_option *option, char *text,
                           char message[BASE_OPTIONS_MESSAGE]) {
    struct arguments *arguments = target;
    struct cmp_settings *settings = base_option_field(target, option);
    char *sign = strrchr(text, '=');
    struct cmp_tolerance tolerance;
    if (!cmp_tolerance_read(sign == NULL ? text : sign + 1, &tolerance))
        return base_option_refuse(
            option, "a time or a share, such as 5ms or 5%, or SPAN=5ms for spans of one name", text,
            message);
    if (sign == NULL) {
        settings->tolerance = tolerance;
        return true;
    }
    if (settings->span_count == SPANS_MAX) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "--tolerance: at most %d spans have their own", SPANS_MAX);
        return false;
    }
    *sign = '\0';
    arguments->spans[settings->span_count++] = (struct cmp_span_tolerance){text, tolerance};
    return true;
}

static bool take_format(void *target, const base_option *option, char *text,
                        char message[BASE_OPTIONS_MESSAGE]) {
    static const char *const names[] = {[FORMAT_TEXT] = "text",
                                        [FORMAT_JSON] = "json",
                                        [FORMAT_MARKDOWN] = "markdown",
                                        [FORMAT_HTML] = "html"};
    enum format *format = base_option_field(target, option);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *format = (enum format)i;
            return true;
        }
    }
    return base_option_refuse(option, "text, json, markdown or html", text, message);
}

static const base_option options[] = {
    {"level", "LEVEL",
     "what is to be the same: bytes (default); order: causes, order and\n"
     "times; causes: who waits for what, and is woken by whom",
     take_level, offsetof(struct arguments, settings.level)},
    {"tolerance", "TOLERANCE",
     "by how much times may differ: 5ms, or 5%; SPAN=5ms for the length\n"
     "of the spans of that name",
     take_tolerance, offsetof(struct arguments, settings)},
    {"format", "FORMAT", "text (default), json, markdown; html: a page with both timelines",
     take_format, offsetof(struct arguments, format)},
    {"all", NULL, "every root, every consequence, and all of the state", base_take_flag,
     offsetof(struct arguments, all)},
    {.name = NULL},
};

static int print_help(void) {
    fputs("usage: cadran diff [options] A B\n"
          "\n"
          "Compares two traces: whether they are the same, and at which level; the first\n"
          "difference that nothing else explains, with the state before it; the others like\n"
          "it; what follows from them; and what it meant. - is standard input. As a diff\n"
          "driver of git it takes the seven arguments that git gives it.\n"
          "\n",
          stdout);
    base_options_help(options, stdout);
    fputs("\nExit status: 0 the same, 1 different, 2 trouble.\n", stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? STATUS_SAME : STATUS_TROUBLE;
}

static int wrong(const char *message) {
    base_show_line(stderr, "cadran diff: %s", message);
    return STATUS_TROUBLE;
}

/* --- Printing ------------------------------------------------------------------------------- */

static int format_json(const struct cmp_result *result, base_buffer *out, char *message) {
    doc_writer writer = {.text = {0}};
    int error = cmp_write_json(result, &writer, NULL, message);
    if (error == 0 && doc_write_failed(&writer)) {
        error = CAD_ENOMEM;
        snprintf(message, CMP_MESSAGE_SIZE, "out of memory");
    }
    if (error == 0)
        error = base_buffer_append(&writer.text, "\n", 1);
    *out = writer.text;
    return error;
}

static int format(const struct cmp_result *result, const struct arguments *arguments,
                  base_buffer *out, char *message) {
    const struct cmp_layout layout = {
        .width = 80, .lines = arguments->all ? 0 : SCREEN_LINES, .all = arguments->all};
    switch (arguments->format) {
    case FORMAT_JSON:
        return format_json(result, out, message);
    case FORMAT_MARKDOWN:
        return cmp_print_markdown(result, out, message);
    default:
        return cmp_print_text(result, &layout, out, message);
    }
}

static int print(const struct cmp_result *result, const struct arguments *arguments) {
    base_buffer out = {0};
    char message[CMP_MESSAGE_SIZE];
    int status = cmp_same(result) ? STATUS_SAME : STATUS_DIFFERENT;
    for (int side = 0; side < CMP_SIDES; side++)
        if (cmp_warning(result, side) != NULL)
            base_show_line(stderr, "cadran diff: warning: %s", cmp_warning(result, side));
    if (arguments->format == FORMAT_HTML) {
        if (cli_write_comparison("cadran diff", result, stdout) != CLI_STATUS_EXPECTED)
            status = STATUS_TROUBLE;
        else if (fflush(stdout) != 0 || ferror(stdout))
            status = wrong(strerror(errno));
    } else if (format(result, arguments, &out, message) != 0)
        status = wrong(message);
    else if (fwrite(out.data, 1, out.length, stdout) != out.length || fflush(stdout) != 0)
        status = wrong(strerror(errno));
    base_buffer_free(&out);
    return status;
}

static int compare(const struct cmp_source sources[CMP_SIDES], const struct arguments *arguments) {
    struct cmp_result *result;
    char message[CMP_MESSAGE_SIZE];
    if (cmp_compare(sources, &arguments->settings, &result, message) != 0)
        return wrong(message);
    int status = print(result, arguments);
    cmp_free(result);
    return status;
}

/* --- For git -------------------------------------------------------------------------------- */

/* What git gives to an external diff: path, old file, its object and mode, new file, its object and
 * mode; and for a path that was renamed the new path and what there is to say about it. */
enum { GIT_PATH, GIT_OLD, GIT_OLD_OBJECT, GIT_OLD_MODE, GIT_NEW, GIT_NEW_OBJECT, GIT_NEW_MODE };
enum { GIT_ARGUMENTS = 7, GIT_ARGUMENTS_RENAMED = 9 };

static bool is_nothing(const char *path) {
    return strcmp(path, "/dev/null") == 0;
}

/* git goes on only where its driver ends with 0, whether the files differ or not. */
static int compare_for_git(int argc, char **argv, const struct arguments *arguments) {
    const char *path = argv[GIT_PATH];
    if (argc == 1) { /* not merged yet: there is no pair to compare */
        printf("%s is not merged\n", path);
    } else if (is_nothing(argv[GIT_OLD]) || is_nothing(argv[GIT_NEW])) {
        printf("trace %s is %s\n", path, is_nothing(argv[GIT_OLD]) ? "new" : "deleted");
    } else {
        char old_name[512], new_name[512];
        snprintf(old_name, sizeof old_name, "a/%s", path);
        snprintf(new_name, sizeof new_name, "b/%s",
                 argc == GIT_ARGUMENTS_RENAMED ? argv[GIT_ARGUMENTS] : path);
        const struct cmp_source sources[CMP_SIDES] = {{.path = argv[GIT_OLD], .name = old_name},
                                                      {.path = argv[GIT_NEW], .name = new_name}};
        int status = compare(sources, arguments);
        return status == STATUS_DIFFERENT ? 0 : status;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : STATUS_TROUBLE;
}

int cli_cmd_diff(int argc, char **argv) {
    struct arguments arguments = {.settings.level = CMP_LEVEL_BYTES};
    char message[BASE_OPTIONS_MESSAGE];
    int first;
    switch (base_options_read("cadran diff", options, &arguments, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        return print_help();
    case BASE_OPTIONS_WRONG:
        return wrong(message);
    case BASE_OPTIONS_FINE:
        break;
    }
    arguments.settings.spans = arguments.spans;
    int count = argc - first;
    if ((count == 1 && getenv("GIT_DIFF_PATH_COUNTER") != NULL) || count == GIT_ARGUMENTS ||
        count == GIT_ARGUMENTS_RENAMED)
        return compare_for_git(count, argv + first, &arguments);
    if (count != 2)
        return wrong("two traces are compared; see cadran diff --help");
    const struct cmp_source sources[CMP_SIDES] = {{.path = argv[first]}, {.path = argv[first + 1]}};
    return compare(sources, &arguments);
}
