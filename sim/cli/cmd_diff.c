/* cadran diff: says what two runs did differently, and where that began; to people, to programs,
 * and to git. */
#include "cadran.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/page.h"
#include "cli/viewer.h"
#include "compare/compare.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A screen, which --all does without. */
enum { SCREEN_LINES = 40 };

enum { SPANS_MAX = 64 };

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_MARKDOWN, FORMAT_HTML, FORMAT_SVG };

struct arguments {
    struct cmp_settings settings;
    struct cmp_span_tolerance spans[SPANS_MAX];
    enum format format;
    bool all;
};

/* --- Arguments ------------------------------------------------------------------------------ */

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

static const char *const formats[] = {[FORMAT_TEXT] = "text",
                                      [FORMAT_JSON] = "json",
                                      [FORMAT_MARKDOWN] = "markdown",
                                      [FORMAT_HTML] = "html",
                                      [FORMAT_SVG] = "svg"};

static const base_option options[] = {
    {.name = "level",
     .help = "what is to be the same: bytes (default); order: causes, order and\n"
             "times; causes: who waits for what, and is woken by whom",
     BASE_WORD_OF(struct arguments, settings.level, cmp_level_words, CMP_LEVEL_NOTHING)},
    {.name = "tolerance",
     .argument = "TOLERANCE",
     .help = "by how much times may differ: 5ms, or 5%; SPAN=5ms for the length\n"
             "of the spans of that name",
     .take = take_tolerance,
     BASE_FIELD(struct arguments, settings)},
    {.name = "format",
     .help = "text is the default; html: a page with both timelines; svg: the\n"
             "viewer's picture of both",
     BASE_WORD(struct arguments, format, formats)},
    {.name = "all",
     .help = "every root, every consequence, and all of the state",
     BASE_FLAG(struct arguments, all)},
    {.name = NULL},
};

static const cli_command command = {
    .name = "cadran diff",
    .usage = "[options] A B",
    .about = "Compares two traces: whether they are the same, and at which level; the first\n"
             "difference that nothing else explains, with the state before it; the others like\n"
             "it; what follows from them; and what it meant. - is standard input. As a diff\n"
             "driver of git it takes the seven arguments that git gives it.\n",
    .options = options,
    .notes = "Exit status: 0 the same, 1 different, 2 bad usage or a bad trace, 3 the environment\n"
             "failed.\n",
};

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

/* The page is written as it is made, the rest when it is whole. */
static int print_formatted(const struct cmp_result *result, const struct arguments *arguments) {
    base_buffer out = {0};
    char message[CMP_MESSAGE_SIZE];
    int error = format(result, arguments, &out, message);
    if (error == 0)
        (void)fwrite(out.data, 1, out.length, stdout);
    base_buffer_free(&out);
    return error == 0 ? CLI_STATUS_EXPECTED : cli_unread(command.name, error, message);
}

static bool is_file(const struct cmp_source *source) {
    struct stat file;
    return strcmp(source->path, "-") != 0 && stat(source->path, &file) == 0 &&
           S_ISREG(file.st_mode);
}

/* The viewer draws it, which compares the two once more. */
static int draw(const struct cmp_source sources[CMP_SIDES], const struct arguments *arguments) {
    const struct cmp_tolerance *allowed = &arguments->settings.tolerance;
    char tolerance[64];
    if (allowed->share > 0)
        (void)snprintf(tolerance, sizeof tolerance, "%.15g%%", allowed->share * 100);
    else
        (void)snprintf(tolerance, sizeof tolerance, "%lldns", (long long)allowed->time_ns);
    bool causes = arguments->settings.level == CMP_LEVEL_CAUSES;
    const char *words[] = {"",
                           "--svg",
                           "-",
                           "--tolerance",
                           tolerance,
                           "--differences",
                           causes ? "order" : "all",
                           "--",
                           sources[CMP_A].path,
                           sources[CMP_B].path,
                           NULL};
    return cli_run_viewer((char **)(uintptr_t)words);
}

static int print(const struct cmp_result *result, const struct arguments *arguments) {
    for (int side = 0; side < CMP_SIDES; side++)
        if (cmp_warning(result, side) != NULL)
            cli_warn(command.name, "%s", cmp_warning(result, side));
    return arguments->format == FORMAT_HTML
               ? (int)cli_write_comparison(command.name, result, stdout)
               : print_formatted(result, arguments);
}

static int compare(const struct cmp_source sources[CMP_SIDES], const struct arguments *arguments) {
    struct cmp_result *result;
    char message[CMP_MESSAGE_SIZE];
    if (arguments->format == FORMAT_SVG && (!is_file(&sources[CMP_A]) || !is_file(&sources[CMP_B])))
        return cli_wrong(command.name, "--format svg reads its traces twice: give it files");
    if (arguments->format == FORMAT_SVG && arguments->settings.span_count > 0)
        return cli_wrong(command.name, "--format svg takes a --tolerance for all spans alone");
    int error = cmp_compare(sources, &arguments->settings, &result, message);
    if (error != 0)
        return cli_unread(command.name, error, message);
    int status =
        arguments->format == FORMAT_SVG ? draw(sources, arguments) : print(result, arguments);
    if (status == CLI_STATUS_EXPECTED && !cmp_same(result))
        status = CLI_STATUS_UNEXPECTED;
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
static int compare_for_git(const cli_operands *operands, const struct arguments *arguments) {
    const char *const *argv = operands->items, *path = argv[GIT_PATH];
    if (operands->count == 1) { /* not merged yet: there is no pair to compare */
        printf("%s is not merged\n", path);
    } else if (is_nothing(argv[GIT_OLD]) || is_nothing(argv[GIT_NEW])) {
        printf("trace %s is %s\n", path, is_nothing(argv[GIT_OLD]) ? "new" : "deleted");
    } else {
        char old_name[512], new_name[512];
        snprintf(old_name, sizeof old_name, "a/%s", path);
        snprintf(new_name, sizeof new_name, "b/%s",
                 operands->count == GIT_ARGUMENTS_RENAMED ? argv[GIT_ARGUMENTS] : path);
        const struct cmp_source sources[CMP_SIDES] = {{.path = argv[GIT_OLD], .name = old_name},
                                                      {.path = argv[GIT_NEW], .name = new_name}};
        int status = compare(sources, arguments);
        return status == CLI_STATUS_UNEXPECTED ? CLI_STATUS_EXPECTED : status;
    }
    return CLI_STATUS_EXPECTED;
}

int cli_cmd_diff(int argc, char **argv) {
    struct arguments arguments = {.settings.level = CMP_LEVEL_BYTES};
    cli_operands traces;
    int status;
    if (!cli_begin(&command, &arguments, argc, argv, &traces, &status))
        return status;
    arguments.settings.spans = arguments.spans;
    if ((traces.count == 1 && getenv("GIT_DIFF_PATH_COUNTER") != NULL) ||
        traces.count == GIT_ARGUMENTS || traces.count == GIT_ARGUMENTS_RENAMED)
        return compare_for_git(&traces, &arguments);
    if (traces.count != 2)
        return cli_wrong(command.name, "two traces are compared; see cadran diff --help");
    const struct cmp_source sources[CMP_SIDES] = {{.path = traces.items[0]},
                                                  {.path = traces.items[1]}};
    return compare(sources, &arguments);
}
