/* cadran-view - shows a trace as a timeline, in a window or as a picture.
 *
 * Exit status: 0 done; 2 bad usage, or a file that is no trace; 3 the environment failed (no
 * display, no font, a file that cannot be written).
 */
#define SDL_MAIN_HANDLED
#include "base/identity.h"
#include "base/show.h"
#include "cadran.h"
#include "image.h"
#include "options.h"
#include "trace/reader.h"
#include "two.h"
#include "window.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATUS_BAD_INPUT = 2, STATUS_FAILED = 3 };

/* Standard input from its beginning. */
#define INPUT_AGAIN "/dev/fd/0"

#define DEFAULT_WIDTH 1280
#define DEFAULT_HEIGHT 720

static int say(int status, const char *message) {
    base_show_line(stderr, "cadran-view: %s", message);
    return status;
}

/* The steps of the run; NULL where the trace is another program's, there are two, or there is no
 * memory. */
static struct viz_steps *read_steps(const struct viz_model *model,
                                    const struct viz_options *options) {
    bool input = strcmp(options->trace, "-") == 0;
    bool told = model->trace->version > 0 && options->other == NULL;
    return told ? viz_steps_read(input ? INPUT_AGAIN : options->trace) : NULL;
}

static enum viz_differing differing_of(const struct viz_options *options) {
    return options->has_differing ? options->differing : VIZ_DIFFERING_COUNT;
}

static int show_pictures(struct viz_model *model, const struct viz_options *options, double from_ns,
                         double to_ns) {
    double scale = options->scale > 0 ? options->scale : 1;
    struct viz_image_options image = {.width = options->width,
                                      .height = options->height,
                                      .scale = scale,
                                      .theme = options->theme,
                                      .adapts = !options->has_theme,
                                      .font_file = options->font,
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
    struct viz_steps *steps = options->moment.given ? read_steps(model, options) : NULL;
    if (steps != NULL)
        image.timeline = viz_steps_timeline(steps, message);
    int error = 0;
    if (options->png != NULL)
        error = viz_png_write(model, &image, options->png, message);
    if (error == 0 && options->svg != NULL)
        error = viz_svg_save(model, &image, options->svg, message);
    viz_steps_free(steps);
    return error == 0 ? 0 : say(STATUS_FAILED, message);
}

static int show_window(struct viz_model *model, const struct viz_options *options, double from_ns,
                       double to_ns) {
    struct viz_window_options wanted = {.width = options->width,
                                        .height = options->height,
                                        .scale = options->scale,
                                        .theme = options->theme,
                                        .font_file = options->font,
                                        .all_time = !options->has_from && !options->has_to,
                                        .from_ns = from_ns,
                                        .to_ns = to_ns,
                                        .shown = options->shown,
                                        .differing = differing_of(options),
                                        .steps = read_steps(model, options),
                                        .objects = options->objects,
                                        .moment = options->moment};
    struct viz_window *window;
    char message[VIZ_MESSAGE_SIZE];
    int result = viz_window_open(model, &wanted, &window, message);
    if (result == 0) {
        do
            result = viz_window_step(window, -1, message);
        while (result > 0);
        viz_window_close(window);
    }
    viz_steps_free(wanted.steps);
    return result == 0 ? 0 : say(STATUS_FAILED, message);
}

static int show(struct viz_model *model, const struct viz_options *options) {
    double from_ns = options->has_from ? (double)options->from_ns : 0;
    double to_ns = options->has_to ? (double)options->to_ns : (double)model->end_ns;
    if (from_ns > (double)model->end_ns) {
        char end[VIZ_TIME_SIZE];
        char message[VIZ_MESSAGE_SIZE];
        viz_format_exact(model->end_ns, end);
        (void)snprintf(message, sizeof message, "--from is beyond the end of the trace, %s", end);
        return say(STATUS_BAD_INPUT, message);
    }
    bool pictures = options->png != NULL || options->svg != NULL;
    return pictures ? show_pictures(model, options, from_ns, to_ns)
                    : show_window(model, options, from_ns, to_ns);
}

/* What is written may not be what is read. */
static bool overwrites(const struct viz_options *options, char message[VIZ_MESSAGE_SIZE]) {
    const char *const outputs[][2] = {{"--png", options->png}, {"--svg", options->svg}};
    const char *const inputs[] = {options->trace, options->other};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            if (outputs[i][1] != NULL && inputs[k] != NULL &&
                base_overwrites(outputs[i][1], inputs[k])) {
                (void)snprintf(message, VIZ_MESSAGE_SIZE,
                               "%s would overwrite the trace; give it another name", outputs[i][0]);
                return true;
            }
    return false;
}

/* What comes through a pipe is kept in a file, to be read twice. 0 or CAD_ESYSTEM. */
static int hold_input(const char *path) {
    struct stat status;
    if (strcmp(path, "-") != 0 || fstat(STDIN_FILENO, &status) != 0 || S_ISREG(status.st_mode))
        return 0;
    FILE *file = tmpfile();
    char bytes[1 << 16];
    ssize_t count = file != NULL ? 1 : -1;
    while (count > 0) {
        count = read(STDIN_FILENO, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            count = 1;
        else if (count > 0 && fwrite(bytes, 1, (size_t)count, file) != (size_t)count)
            count = -1;
    }
    bool held = count == 0 && fflush(file) == 0 && fseek(file, 0, SEEK_SET) == 0 &&
                dup2(fileno(file), STDIN_FILENO) == STDIN_FILENO;
    if (file != NULL)
        (void)fclose(file);
    return held ? 0 : CAD_ESYSTEM;
}

static int view_one(const struct viz_options *options) {
    struct trace_model *trace;
    char message[TRACE_MESSAGE_SIZE];
    int error = hold_input(options->trace);
    if (error != 0)
        return say(STATUS_FAILED, "standard input cannot be kept for a second reading");
    error = trace_read(options->trace, &trace, message);
    if (error != 0)
        return say(error == CAD_ENOMEM ? STATUS_FAILED : STATUS_BAD_INPUT, message);
    for (size_t i = 0; i < trace->warning_count; i++)
        base_show_line(stderr, "cadran-view: warning: %s", trace->warnings[i]);
    struct viz_model *model;
    int status;
    if (viz_model_new(trace, trace_path_name(options->trace), &model) != 0) {
        status = say(STATUS_FAILED, "out of memory");
    } else {
        char hidden[VIZ_HIDDEN_SIZE];
        viz_hidden_text(model, hidden);
        if (hidden[0] != '\0')
            base_show_line(stderr, "cadran-view: not drawn: %s", hidden);
        status = show(model, options);
    }
    viz_model_free(model);
    trace_model_free(trace);
    return status;
}

static int view_two(const struct viz_options *options) {
    const char *const paths[CMP_SIDES] = {options->trace, options->other};
    const struct cmp_settings settings = {.level = CMP_LEVEL_ORDER,
                                          .tolerance = options->tolerance};
    struct viz_two two;
    char message[CMP_MESSAGE_SIZE];
    int error = viz_two_open(&two, paths, &settings, message);
    if (error != 0)
        return say(error == CAD_ENOMEM ? STATUS_FAILED : STATUS_BAD_INPUT, message);
    for (int side = 0; side < CMP_SIDES; side++)
        if (cmp_warning(two.result, side) != NULL)
            base_show_line(stderr, "cadran-view: warning: %s", cmp_warning(two.result, side));
    int status = show(two.models[CMP_B], options);
    viz_two_close(&two);
    return status;
}

static int view(const struct viz_options *options) {
    char message[VIZ_MESSAGE_SIZE];
    if (overwrites(options, message))
        return say(STATUS_BAD_INPUT, message);
    return options->other != NULL ? view_two(options) : view_one(options);
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
