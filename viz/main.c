/* cadran-view - shows a trace as a timeline, in a window or as a picture.
 *
 * Exit status: 0 done; 2 bad usage, or a file that is no trace; 3 the environment failed (no
 * display, no font, a file that cannot be written).
 */
#define SDL_MAIN_HANDLED
#include "base/identity.h"
#include "base/limit.h"
#include "base/show.h"
#include "cadran.h"
#include "document.h"
#include "image.h"
#include "options.h"
#include "trace/reader.h"
#include "trace/unpack.h"
#include "two.h"
#include "window.h"

#include <SDL.h>

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { STATUS_BAD_INPUT = 2, STATUS_FAILED = 3 };

#define DEFAULT_WIDTH 1280
#define DEFAULT_HEIGHT 720

static int say(int status, const char *message) {
    base_show_line(stderr, "cadran-view: %s%s", message,
                   status == STATUS_FAILED ? base_limit_note() : "");
    return status;
}

/* Where the trace is read from: more than once, if need be. */
static const char *path_of(const struct viz_options *options) {
    return strcmp(options->trace, "-") == 0 ? VIZ_INPUT_PATH : options->trace;
}

static enum viz_differing differing_of(const struct viz_options *options) {
    return options->has_differing ? options->differing : VIZ_DIFFERING_COUNT;
}

/* Without a scale that is asked for, a picture of more than 1920x1080 is a finer one of the same,
 * not one with more room and letters that nobody can read. In quarters. */
static double scale_of(const struct viz_options *options) {
    if (options->scale > 0)
        return options->scale;
    double fine = fmin(options->width / 1920.0, options->height / 1080.0);
    return fmax(1, floor(fine * 4) / 4);
}

static int show_pictures(struct viz_model *model, const struct viz_options *options, double from_ns,
                         double to_ns) {
    double scale = scale_of(options);
    struct viz_image_options image = {.width = options->width,
                                      .height = options->height,
                                      .scale = scale,
                                      .theme = options->theme,
                                      .adapts = !options->has_theme,
                                      .font_file = options->font,
                                      .start = options->start,
                                      .view = options->view,
                                      .all_time = !options->has_from && !options->has_to,
                                      .from_ns = from_ns,
                                      .to_ns = to_ns,
                                      .shown = options->shown,
                                      .differing = differing_of(options),
                                      .objects = options->objects,
                                      .moment = options->moment};
    if (image.width == 0) {
        image.width = (int)(DEFAULT_WIDTH * scale);
        image.height = (int)(DEFAULT_HEIGHT * scale);
    }
    char message[VIZ_MESSAGE_SIZE];
    bool travels = options->moment.given && model->trace->version > 0 && model->pair == NULL;
    struct viz_steps *steps = travels ? viz_steps_read(path_of(options)) : NULL;
    if (steps != NULL)
        image.timeline = viz_steps_timeline(steps, message);
    int error = 0;
    if (options->png != NULL)
        error = viz_png_write(model, &image, options->png, message);
    if (error == 0 && options->svg != NULL)
        error = viz_svg_save(model, &image, options->svg, message);
    viz_steps_free(steps);
    return error == 0 ? 0 : say(error == CAD_EINVAL ? STATUS_BAD_INPUT : STATUS_FAILED, message);
}

/* What is asked for that a trace does not have: of another program it has no state, and no tasks.
 */
static const char *lacks(const struct viz_model *model, const struct viz_options *options) {
    if (options->start.table && model->task_count == 0)
        return "--table: the trace has no tasks";
    if (options->moment.given && model->trace->version == 0)
        return options->moment.timed ? "--at: another program's trace tells of no state"
                                     : "--step: another program's trace tells of no state";
    return NULL;
}

static int draw(struct viz_model *model, const struct viz_options *options) {
    const char *lacking = lacks(model, options);
    if (lacking != NULL)
        return say(STATUS_BAD_INPUT, lacking);
    double from_ns = options->has_from ? (double)options->from_ns : 0;
    double to_ns = options->has_to ? (double)options->to_ns : (double)model->end_ns;
    char fault[VIZ_BEYOND_SIZE];
    if (viz_is_beyond(model, from_ns, fault))
        return say(STATUS_BAD_INPUT, fault);
    return show_pictures(model, options, from_ns, to_ns);
}

/* How many bytes of what comes through a pipe are kept: of what is free on that disk half, so that
 * a stream without an end does not fill it. */
static uint64_t room_beside(FILE *file) {
    struct statvfs disk;
    return fstatvfs(fileno(file), &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize / 2
                                              : UINT64_MAX;
}

/* Copies all that comes from there, or no more than shows that it is no trace. 0, or an errno
 * value. */
static int copy(int from, FILE *file) {
    char bytes[1 << 16];
    uint64_t room = room_beside(file);
    bool begins = true, may_be_trace = true;
    for (ssize_t count = 1; count != 0 && may_be_trace;) {
        count = read(from, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno;
        if ((uint64_t)count > room)
            return EFBIG;
        room -= (uint64_t)count;
        if (fwrite(bytes, 1, (size_t)count, file) != (size_t)count)
            return errno;
        if (count > 0 && begins)
            may_be_trace = trace_may_begin(bytes[0]);
        begins = false;
    }
    return fflush(file) == 0 && fseek(file, 0, SEEK_SET) == 0 ? 0 : errno;
}

/* What comes from there, in a file, at its beginning. 0, or an errno value. */
static int keep(int from, FILE **kept) {
    FILE *file = tmpfile();
    int reason = file == NULL ? errno : copy(from, file);
    if (file != NULL && reason != 0)
        (void)fclose(file);
    *kept = reason == 0 ? file : NULL;
    return reason;
}

static int cannot_hold(const struct viz_options *options, int reason) {
    char message[VIZ_MESSAGE_SIZE];
    (void)snprintf(message, sizeof message,
                   "%.200s: what comes through the pipe cannot be kept for a second reading: %s",
                   trace_path_name(options->trace),
                   reason == EFBIG ? "it takes more than half of the free disk" : strerror(reason));
    return say(STATUS_FAILED, message);
}

/* What comes through a pipe is kept in a file, to be read twice; standard input is then that file.
 * It is waited for here, where a signal ends the program, and not by a thread behind a window. 0,
 * or an errno value. */
static int hold_pipe(struct viz_options *options) {
    struct stat status;
    FILE *file = NULL;
    bool input = strcmp(options->trace, "-") == 0;
    int known = input ? fstat(STDIN_FILENO, &status) : stat(options->trace, &status);
    if (known != 0 || !(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
        return 0;
    int from = input ? STDIN_FILENO : open(options->trace, O_RDONLY | O_CLOEXEC);
    int reason = from < 0 ? errno : keep(from, &file);
    if (reason == 0 && dup2(fileno(file), STDIN_FILENO) != STDIN_FILENO)
        reason = errno;
    if (file != NULL)
        (void)fclose(file);
    if (!input && from >= 0)
        (void)close(from);
    if (reason == 0)
        options->trace = "-";
    return reason;
}

/* What is written may not be what is read. */
static bool overwrites(const struct viz_options *options, char message[VIZ_MESSAGE_SIZE]) {
    const char *const outputs[][2] = {{"--png", options->png}, {"--svg", options->svg}};
    const char *const inputs[] = {options->trace, options->other, options->view};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++)
            if (outputs[i][1] != NULL && inputs[k] != NULL &&
                base_overwrites(outputs[i][1], inputs[k])) {
                (void)snprintf(message, VIZ_MESSAGE_SIZE,
                               "%s would overwrite %s; give it another name", outputs[i][0],
                               k == 2 ? "the saved view" : "the trace");
                return true;
            }
    bool same =
        options->png != NULL && options->svg != NULL &&
        (strcmp(options->png, options->svg) == 0 || base_overwrites(options->png, options->svg));
    if (same)
        (void)snprintf(message, VIZ_MESSAGE_SIZE,
                       "--png and --svg are one file; give them two names");
    return same;
}

/* What is to be said of a trace beside its picture. */
static void say_remarks(const struct viz_model *model) {
    char hidden[VIZ_HIDDEN_SIZE];
    for (size_t i = 0; i < model->trace->warning_count; i++)
        base_show_line(stderr, "cadran-view: warning: %s", model->trace->warnings[i]);
    viz_hidden_text(model, hidden);
    if (hidden[0] != '\0')
        base_show_line(stderr, "cadran-view: not drawn: %s", hidden);
}

static int view_picture(const struct viz_options *options) {
    struct trace_model *trace;
    struct viz_model *model;
    char message[TRACE_MESSAGE_SIZE];
    int error = trace_read(options->trace, &trace, message);
    if (error != 0)
        return say(error == CAD_ENOMEM ? STATUS_FAILED : STATUS_BAD_INPUT, message);
    int status = STATUS_FAILED;
    if (viz_model_new(trace, trace_path_name(options->trace), &model) != 0) {
        say(STATUS_FAILED, "out of memory");
    } else {
        say_remarks(model);
        status = draw(model, options);
    }
    viz_model_free(model);
    trace_model_free(trace);
    return status;
}

/* --- A window ------------------------------------------------------------------------------- */

/* What has come is told once; a file that is followed tells all the time. */
static void say_news(const struct viz_document *document, const struct viz_model **told,
                     char last[TRACE_MESSAGE_SIZE]) {
    if (document->shown.whole && document->shown.model != *told && !document->follows)
        say_remarks(document->shown.model);
    *told = document->shown.model;
    if (document->error == 0 || !document->notice.alert || strcmp(last, document->notice.text) == 0)
        return;
    (void)snprintf(last, TRACE_MESSAGE_SIZE, "%.500s", document->notice.text);
    base_show_line(stderr, "cadran-view: %s", last);
}

/* `document`: the file that the model is of; NULL: of two. */
static int run_window(struct viz_model *model, struct viz_document *document,
                      const struct viz_options *options) {
    struct viz_window_options wanted = {.width = options->width,
                                        .height = options->height,
                                        .scale = options->scale,
                                        .theme = options->theme,
                                        .font_file = options->font,
                                        .all_time = !options->has_from && !options->has_to,
                                        .from_ns = (double)options->from_ns,
                                        .to_ns = options->has_to ? (double)options->to_ns : -1,
                                        .shown = options->shown,
                                        .differing = differing_of(options),
                                        .objects = options->objects,
                                        .start = options->start,
                                        .view = options->view,
                                        .document = document,
                                        .moment = options->moment};
    struct viz_window *window;
    char message[VIZ_MESSAGE_SIZE];
    char last[TRACE_MESSAGE_SIZE] = "";
    const struct viz_model *told = NULL;
    int result = viz_window_open(model, &wanted, &window, message);
    if (result == 0) {
        do {
            result = viz_window_step(window, -1, message);
            if (document != NULL)
                say_news(document, &told, last);
        } while (result > 0);
        viz_window_close(window);
    }
    if (result != 0)
        return say(STATUS_FAILED, message);
    return document == NULL || document->error == 0 || document->follows ? 0 : STATUS_BAD_INPUT;
}

/* The window is there before the file is read; a damaged one is told in it. */
static int view_live(const struct viz_options *options) {
    struct viz_document document;
    char message[VIZ_MESSAGE_SIZE];
    const char *path = path_of(options);
    if (!options->follow && access(path, R_OK) != 0) {
        (void)snprintf(message, sizeof message, "%.200s: %s", options->trace, strerror(errno));
        return say(STATUS_BAD_INPUT, message);
    }
    int status = viz_document_open(&document, path, options->follow) == 0
                     ? run_window(document.shown.model, &document, options)
                     : say(STATUS_FAILED, "out of memory");
    viz_document_close(&document);
    return status;
}

/* --- Two ------------------------------------------------------------------------------------ */

static bool is_picture(const struct viz_options *options) {
    return options->png != NULL || options->svg != NULL;
}

static int view_two(const struct viz_options *options) {
    const char *const paths[CMP_SIDES] = {options->trace, options->other};
    struct cmp_settings settings = {.level = options->level};
    cmp_keep_to(&settings, &options->tolerances);
    if (!options->tolerances.given)
        settings.real.time_ns = CMP_REAL_TOLERANCE_NS;
    struct viz_two two;
    char message[CMP_MESSAGE_SIZE];
    int error = viz_two_open(&two, paths, &settings, message);
    if (error != 0)
        return say(error == CAD_ENOMEM ? STATUS_FAILED : STATUS_BAD_INPUT, message);
    for (int side = 0; side < CMP_SIDES; side++)
        if (cmp_warning(two.result, side) != NULL)
            base_show_line(stderr, "cadran-view: warning: %s", cmp_warning(two.result, side));
    int status = is_picture(options) ? draw(two.models[CMP_B], options)
                                     : run_window(two.models[CMP_B], NULL, options);
    viz_two_close(&two);
    return status;
}

static int view(struct viz_options *options) {
    char message[VIZ_MESSAGE_SIZE];
    base_limit_memory(base_limit_default());
    if (overwrites(options, message))
        return say(STATUS_BAD_INPUT, message);
    if (options->other != NULL)
        return view_two(options);
    int reason = hold_pipe(options);
    if (reason != 0)
        return cannot_hold(options, reason);
    return is_picture(options) ? view_picture(options) : view_live(options);
}

int main(int argc, char **argv) {
    struct viz_options options;
    char message[BASE_OPTIONS_MESSAGE];
    SDL_SetMainReady();
    /* Xlib writes the window's title by it; numbers are read and written as ever. */
    if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that is too large is an error of write() */
    if (viz_options_parse(argc, argv, &options, message) != 0)
        return say(STATUS_BAD_INPUT, message);
    if (options.help || options.list || options.version) {
        if (options.help)
            viz_options_help(stdout);
        else if (options.list)
            viz_options_list(stdout);
        else
            puts("cadran-view " CAD_VERSION);
        return fflush(stdout) == 0 ? 0 : say(STATUS_FAILED, "standard output cannot be written");
    }
    return view(&options);
}
