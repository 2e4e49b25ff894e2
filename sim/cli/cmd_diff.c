/* cadran diff: says what two runs did differently, and where that began; to people, to programs,
 * and to git. */
#include "base/limit.h"
#include "cadran.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/page.h"
#include "cli/viewer.h"
#include "compare/compare.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A screen, which --all does without. */
enum { SCREEN_LINES = 40 };

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_MARKDOWN, FORMAT_HTML, FORMAT_SVG };

struct arguments {
    enum cmp_level level;
    struct cmp_tolerances tolerances;
    enum format format;
    bool all;
};

/* --- Arguments ------------------------------------------------------------------------------ */

static const char *const formats[] = {[FORMAT_TEXT] = "text",
                                      [FORMAT_JSON] = "json",
                                      [FORMAT_MARKDOWN] = "markdown",
                                      [FORMAT_HTML] = "html",
                                      [FORMAT_SVG] = "svg"};

static const base_option options[] = {
    {.name = "level",
     .help = "what is to be the same: bytes (default); order: causes, order and\n"
             "times; causes: who waits for what, and is woken by whom",
     BASE_WORD_OF(struct arguments, level, cmp_level_words, CMP_LEVEL_NOTHING)},
    {.name = "tolerance",
     .argument = "TOLERANCE",
     .help = "by how much times may differ: 5ms, or 5%; SPAN=5ms for the length\n"
             "of the spans of that name",
     .take = cmp_take_tolerance,
     BASE_FIELD_OF(struct cmp_tolerances, struct arguments, tolerances)},
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
        snprintf(message, CMP_MESSAGE_SIZE, CMP_NO_MEMORY);
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

/* --- The picture ---------------------------------------------------------------------------- */

/* Room for a tolerance on the viewer's command line. */
enum { TOLERANCE_ROOM = 64 };

static void write_tolerance(const struct cmp_tolerance *allowed, char text[TOLERANCE_ROOM]) {
    if (allowed->share > 0)
        (void)snprintf(text, TOLERANCE_ROOM, "%.15g%%", allowed->share * 100);
    else
        (void)snprintf(text, TOLERANCE_ROOM, "%lldns", (long long)allowed->time_ns);
}

/* The command line of the viewer: `words`, which are in `text` where they are made here. */
struct command_line {
    base_buffer text;
    size_t places[CMP_SPANS_MAX]; /* of words in it */
    const char *words[16 + 2 * CMP_SPANS_MAX];
    size_t count;
};

static void add_word(struct command_line *line, const char *word) {
    line->words[line->count++] = word;
}

/* The tolerances for spans of one name, each behind its option. 0 or CAD_ENOMEM. */
static int add_spans(struct command_line *line, const struct cmp_tolerances *tolerances) {
    int error = 0;
    for (size_t i = 0; i < tolerances->span_count && error == 0; i++) {
        const struct cmp_span_tolerance *span = &tolerances->spans[i];
        char text[TOLERANCE_ROOM];
        write_tolerance(&span->tolerance, text);
        line->places[i] = line->text.length;
        error = base_buffer_append(&line->text, span->span, strlen(span->span));
        if (error == 0)
            error = base_buffer_append(&line->text, "=", 1);
        if (error == 0)
            error = base_buffer_append(&line->text, text, strlen(text) + 1);
    }
    for (size_t i = 0; i < tolerances->span_count && error == 0; i++) {
        add_word(line, "--tolerance");
        add_word(line, line->text.data + line->places[i]);
    }
    return error;
}

/* What was read of standard input, or of a pipe, is written to a file that has no name, which the
 * viewer reads in its place: as its standard input, or by the path. 0, or an error of the system.
 */
static int hand_down(const struct cmp_source *kept, const char **path, char text[32]) {
    FILE *file = tmpfile(); /* it is closed when the program ends */
    if (file == NULL)
        return errno;
    if (fwrite(kept->data, 1, kept->size, file) != kept->size || fflush(file) != 0)
        return errno;
    rewind(file);
    if (strcmp(*path, "-") == 0)
        return dup2(fileno(file), STDIN_FILENO) < 0 ? errno : 0;
    (void)snprintf(text, 32, "/dev/fd/%d", fileno(file));
    *path = text;
    return 0;
}

/* The viewer draws it, which compares the two once more. */
static int draw(const struct cmp_result *result, const struct cmp_source sources[CMP_SIDES],
                const struct arguments *arguments) {
    struct command_line line = {.count = 0};
    char tolerance[TOLERANCE_ROOM], paths[CMP_SIDES][32];
    const char *const first[] = {"", "--svg", "-", "--level", cmp_level_words[arguments->level]};
    write_tolerance(&arguments->tolerances.all, tolerance);
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        add_word(&line, first[i]);
    add_word(&line, "--tolerance");
    add_word(&line, tolerance);
    int error = add_spans(&line, &arguments->tolerances) != 0 ? ENOMEM : 0;
    add_word(&line, "--");
    for (int side = 0; side < CMP_SIDES; side++) {
        const struct cmp_source kept = cmp_kept(result, side);
        const char *path = sources[side].path;
        if (error == 0 && kept.data != NULL)
            error = hand_down(&kept, &path, paths[side]);
        add_word(&line, path);
    }
    add_word(&line, NULL);
    int status = error != 0 ? cli_failed(command.name, "the viewer cannot be given its traces: %s",
                                         strerror(error))
                            : cli_run_viewer((char **)(uintptr_t)line.words);
    base_buffer_free(&line.text);
    return status;
}

static int print(const struct cmp_result *result, const struct arguments *arguments) {
    for (int side = 0; side < CMP_SIDES; side++)
        if (cmp_warning(result, side) != NULL)
            cli_warn(command.name, "%s", cmp_warning(result, side));
    return arguments->format == FORMAT_HTML
               ? (int)cli_write_comparison(command.name, result, stdout)
               : print_formatted(result, arguments);
}

static const char *name_of(const struct cmp_source *source) {
    return source->name != NULL ? source->name : source->path;
}

static int compare(const struct cmp_source sources[CMP_SIDES], const struct arguments *arguments) {
    struct cmp_result *result;
    char message[CMP_MESSAGE_SIZE];
    struct cmp_settings settings = {.level = arguments->level};
    cmp_keep_to(&settings, &arguments->tolerances);
    int error = cmp_compare(sources, &settings, &result, message);
    if (error != 0)
        return error == CAD_ENOMEM
                   ? cli_failed(command.name, "there is not enough memory to compare %s and %s%s",
                                name_of(&sources[CMP_A]), name_of(&sources[CMP_B]),
                                base_limit_note())
                   : cli_unread(command.name, error, message);
    int status = arguments->format == FORMAT_SVG ? draw(result, sources, arguments)
                                                 : print(result, arguments);
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
    struct arguments arguments = {.level = CMP_LEVEL_BYTES};
    cli_operands traces;
    int status;
    if (!cli_begin(&command, &arguments, argc, argv, &traces, &status))
        return status;
    base_limit_memory(base_limit_default());
    if ((traces.count == 1 && getenv("GIT_DIFF_PATH_COUNTER") != NULL) ||
        traces.count == GIT_ARGUMENTS || traces.count == GIT_ARGUMENTS_RENAMED)
        return compare_for_git(&traces, &arguments);
    if (traces.count != 2)
        return cli_wrong(command.name, "two traces are compared; see cadran diff --help");
    const struct cmp_source sources[CMP_SIDES] = {{.path = traces.items[0]},
                                                  {.path = traces.items[1]}};
    return compare(sources, &arguments);
}
