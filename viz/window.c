/* SDL's window and its events; what they do is not known here. */
#include "window.h"

#include "actions_play.h"
#include "actions_travel.h"
#include "cadran.h"
#include "events.h"
#include "saved.h"

#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WIDTH 1280
#define HEIGHT 760
#define LEAST_SIDE 160

enum { TITLE_SIZE = 256, PATH_SIZE = 4096 };

/* Between two pictures of a playhead that goes on by itself. */
enum { PLAY_MS = 8 };

struct viz_window {
    SDL_Window *window;
    SDL_Surface *other; /* what is drawn on, where the window has pixels of another kind */
    struct viz_canvas canvas;
    struct viz_input input;
    double pixel_ratio; /* pixels of the picture for a unit of the mouse */
    double asked_scale; /* 0: what the display says */
    bool canvas_open;
    struct viz_document *document; /* NULL: the model is of no file */
    bool same_file;                /* what is read next is the same file again */
    struct viz_start start;        /* what is asked for of the first model */
    struct viz_moment moment;      /* where the playhead is put once it can be */
    bool all_time;                 /* what is shown at first; else from one time to another */
    double from_ns, to_ns;
    bool time_due;             /* they are to be shown yet */
    bool start_due;            /* no whole model was asked yet for the tasks of `start` */
    char view_path[PATH_SIZE]; /* of the saved view; "": there is no place for one */
    bool view_due;             /* it is there, and has not been read */
    struct viz_notice said;    /* what came of that */
    Uint64 played;             /* when the playhead went on last, in milliseconds */
    bool dirty;
    unsigned pictures;
};

static int fail(char message[VIZ_MESSAGE_SIZE], const char *what) {
    snprintf(message, VIZ_MESSAGE_SIZE, "%s: %.200s", what, SDL_GetError());
    return CAD_ESYSTEM;
}

/* --- Scale -------------------------------------------------------------------------------- */

/* Where the system scales windows itself, pixels for a unit of the window; elsewhere what the
 * display's resolution suggests, in quarters. */
static double scale_of(const struct viz_window *window) {
    if (window->asked_scale > 0)
        return window->asked_scale;
    if (window->pixel_ratio > 1.01)
        return window->pixel_ratio;
    float dpi = 0;
    int display = SDL_GetWindowDisplayIndex(window->window);
    if (display < 0 || SDL_GetDisplayDPI(display, NULL, &dpi, NULL) != 0)
        return 1;
    double scale = round((double)dpi / 96 * 4) / 4;
    /* Many displays lie about their size by a little. */
    return scale >= 1.5 ? fmin(scale, 4) : 1;
}

static void measure_window(struct viz_window *window, int *width, int *height) {
    int units = 0;
    SDL_GetWindowSize(window->window, &units, NULL);
    SDL_GetWindowSizeInPixels(window->window, width, height);
    window->pixel_ratio = units > 0 ? (double)*width / units : 1;
}

/* --- Opening and closing ------------------------------------------------------------------ */

/* Where there is no display SDL falls back to drivers that show nothing, and wait for ever. */
static bool shows_something(void) {
    static const char *const blind[] = {"offscreen", "dummy", "evdev", "KMSDRM"};
    const char *driver = SDL_GetCurrentVideoDriver();
    if (getenv("SDL_VIDEODRIVER") != NULL) /* asked for by name */
        return true;
    for (size_t i = 0; driver != NULL && i < sizeof blind / sizeof blind[0]; i++)
        if (strcmp(driver, blind[i]) == 0)
            return false;
    return driver != NULL;
}

static int open_video(struct viz_window *window, const struct viz_window_options *options,
                      const char *title, char message[VIZ_MESSAGE_SIZE]) {
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) {
        snprintf(message, VIZ_MESSAGE_SIZE,
                 "no display to open a window on (%.200s); "
                 "--png FILE draws the picture into a file instead",
                 SDL_GetError());
        return CAD_ESYSTEM;
    }
    if (!shows_something()) {
        snprintf(message, VIZ_MESSAGE_SIZE,
                 "no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set); "
                 "--png FILE draws the picture into a file instead");
        return CAD_ESYSTEM;
    }
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    window->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                                      options->width > 0 ? options->width : WIDTH,
                                      options->height > 0 ? options->height : HEIGHT, flags);
    if (window->window == NULL)
        return fail(message, "the window cannot be opened");
    SDL_SetWindowMinimumSize(window->window, LEAST_SIDE, LEAST_SIDE);
    if (SDL_GetWindowSurface(window->window) == NULL)
        return fail(message, "SDL cannot draw into the window");
    return 0;
}

static void title_of(const struct viz_model *model, char title[TITLE_SIZE]) {
    char name[TITLE_SIZE - 20];
    viz_copy_text(name, sizeof name, viz_model_title(model));
    (void)snprintf(title, TITLE_SIZE, "%s \xE2\x80\x93 Cadran", name);
}

static void say(struct viz_window *window, bool alert, const char *text) {
    window->said = (struct viz_notice){.progress = -1, .alert = alert};
    viz_copy_text(window->said.text, sizeof window->said.text, text);
    window->canvas.state.ui.notice = &window->said;
    window->dirty = true;
}

/* The stretch of time that is asked for, which a file that is still read may not have yet. */
static void show_time(struct viz_window *window, const struct viz_model *model) {
    struct viz_state *state = &window->canvas.state;
    char fault[VIZ_BEYOND_SIZE];
    bool whole = window->document == NULL || window->document->shown.whole;
    bool beyond = viz_is_beyond(model, window->from_ns, fault);
    viz_view_show(&state->view, &state->frame.extent, window->from_ns,
                  window->to_ns >= 0 ? window->to_ns : (double)model->end_ns);
    window->time_due = !whole && fmax(window->from_ns, window->to_ns) > (double)model->end_ns;
    if (whole && beyond)
        say(window, true, fault);
}

/* Where the view is saved: where that is asked for, else beside the trace. Standard input has
 * nothing beside it. */
static void choose_view(struct viz_window *window, const char *asked, const char *trace) {
    bool fits = asked != NULL ? snprintf(window->view_path, PATH_SIZE, "%s", asked) < PATH_SIZE
                              : strcmp(trace, VIZ_INPUT_PATH) != 0 &&
                                    viz_saved_path(trace, window->view_path, PATH_SIZE);
    if (!fits)
        window->view_path[0] = '\0';
    window->view_due = fits && (asked != NULL || access(window->view_path, F_OK) == 0);
}

int viz_window_open(struct viz_model *model, const struct viz_window_options *options,
                    struct viz_window **out, char message[VIZ_MESSAGE_SIZE]) {
    *out = NULL;
    struct viz_window *window = calloc(1, sizeof *window);
    if (window == NULL) {
        snprintf(message, VIZ_MESSAGE_SIZE, "out of memory");
        return CAD_ENOMEM;
    }
    char title[TITLE_SIZE];
    title_of(model, title);
    int width = 0;
    int height = 0;
    int error = open_video(window, options, title, message);
    window->asked_scale = options->scale;
    if (error == 0) {
        measure_window(window, &width, &height);
        error =
            viz_canvas_open(&window->canvas, model, options->font_file, scale_of(window), message);
    }
    if (error != 0) {
        viz_window_close(window);
        return error;
    }
    window->canvas_open = true;
    struct viz_state *state = &window->canvas.state;
    state->theme = options->theme;
    viz_state_show_first(state, options->shown, options->differing);
    state->ui.interactive = true;
    viz_state_place(state, width, height);
    state->ui.objects = options->objects;
    window->document = options->document;
    window->start = options->start;
    window->start_due = true;
    if (window->document == NULL)
        (void)viz_state_begin(state, &window->start);
    else
        choose_view(window, options->view, window->document->path);
    window->same_file = true;
    window->moment = options->moment;
    window->all_time = options->all_time;
    window->from_ns = options->from_ns;
    window->to_ns = options->to_ns;
    window->time_due = !window->all_time;
    if (window->document != NULL)
        state->ui.notice = &window->document->notice;
    else if (window->time_due)
        show_time(window, model);
    SDL_StartTextInput(); /* signs are looked up as they are typed */
    window->dirty = true;
    *out = window;
    return 0;
}

void viz_window_close(struct viz_window *window) {
    if (window == NULL)
        return;
    if (window->canvas_open)
        viz_canvas_close(&window->canvas);
    SDL_FreeSurface(window->other);
    if (window->window != NULL)
        SDL_DestroyWindow(window->window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    SDL_Quit();
    free(window);
}

/* --- The file ----------------------------------------------------------------------------- */

/* --- The saved view ----------------------------------------------------------------------- */

/* Until the next key or click. */
static void end_saying(struct viz_window *window) {
    struct viz_state *state = &window->canvas.state;
    if (state->ui.notice != &window->said)
        return;
    state->ui.notice = window->document != NULL ? &window->document->notice : NULL;
    window->dirty = true;
}

static void read_view(struct viz_window *window) {
    char message[VIZ_SAVED_MESSAGE];
    window->view_due = false;
    if (viz_saved_read(&window->canvas.state, window->view_path, message) != 0)
        say(window, true, message);
}

static void save_view(struct viz_window *window) {
    char message[VIZ_SAVED_MESSAGE];
    if (window->document == NULL) {
        say(window, true, "What is chosen of two runs is not saved");
    } else if (window->view_path[0] == '\0') {
        say(window, true, "There is no place beside standard input: give a file with --view");
    } else if (viz_saved_write(&window->canvas.state, window->view_path, message) != 0) {
        say(window, true, message);
    } else {
        snprintf(message, sizeof message, "Saved as %.400s", window->view_path);
        say(window, false, message);
    }
}

/* What is to be seen of the first model is asked for on the command line, or was saved. */
static void take_model(struct viz_window *window) {
    struct viz_state *state = &window->canvas.state;
    struct viz_model *model = window->document->shown.model;
    char title[TITLE_SIZE], lacking[VIZ_LACKS_SIZE];
    bool first = state->model->row_count == 0;
    viz_state_replace(state, model, window->same_file);
    bool saved = window->view_due && window->document->shown.whole;
    if (saved)
        read_view(window);
    if (window->time_due || (saved && !window->all_time))
        show_time(window, model);
    if (first || saved)
        (void)viz_state_begin(state, &window->start);
    if (window->document->shown.whole && window->start_due &&
        viz_start_lacks_task(model, &window->start, lacking))
        say(window, true, lacking);
    window->start_due = window->start_due && !window->document->shown.whole;
    title_of(model, title);
    SDL_SetWindowTitle(window->window, title);
    window->same_file = true;
}

/* The playhead stays on its event, which is the same in a file that has grown. */
static void take_steps(struct viz_window *window) {
    struct viz_state *state = &window->canvas.state;
    struct trace_timeline *timeline = window->document->timeline;
    char fault[VIZ_TRAVEL_FAULT];
    if (!viz_start_travel(state, timeline, &window->moment, fault))
        say(window, true, fault);
    window->moment.given = false;
    if (timeline != NULL && state->travel.ordinal != 0)
        (void)viz_travel_go(&state->travel, state->travel.ordinal);
}

static void look_at_document(struct viz_window *window) {
    struct viz_state *state = &window->canvas.state;
    if (window->document == NULL)
        return;
    unsigned news = viz_document_look(window->document);
    if (news & VIZ_NEWS_MODEL)
        take_model(window);
    if (news & VIZ_NEWS_STEPS)
        take_steps(window);
    if (news == 0)
        return;
    viz_state_place(state, state->frame.width, state->frame.height);
    window->dirty = true;
}

static int open_file(struct viz_window *window, const char *path, bool same,
                     char message[VIZ_MESSAGE_SIZE]) {
    if (window->document == NULL)
        return 1;
    window->same_file = same;
    if (!same)
        choose_view(window, NULL, path);
    if (viz_document_load(window->document, path) == 0)
        return 1;
    (void)snprintf(message, VIZ_MESSAGE_SIZE, "out of memory");
    return CAD_ENOMEM;
}

/* A file is dropped on the window, or is to be read again. 1, or an error. */
static int handle_file(struct viz_window *window, const SDL_Event *event, unsigned flags,
                       char message[VIZ_MESSAGE_SIZE]) {
    int result = 1;
    if (event->type == SDL_DROPFILE) {
        result = open_file(window, event->drop.file, false, message);
        SDL_free(event->drop.file);
    } else if ((flags & VIZ_RELOAD) != 0 && window->document != NULL) {
        result = open_file(window, window->document->path, true, message);
    }
    return result;
}

/* --- Running ------------------------------------------------------------------------------ */

/* The window has another size, or is on another display. */
static int adapt(struct viz_window *window, char message[VIZ_MESSAGE_SIZE]) {
    struct viz_state *state = &window->canvas.state;
    int width = state->frame.width;
    int height = state->frame.height;
    measure_window(window, &width, &height);
    double scale = scale_of(window);
    if (fabs(scale - state->frame.scale) > 0.01) {
        int error = viz_canvas_rescale(&window->canvas, scale, message);
        if (error != 0)
            return error;
    }
    viz_state_place(state, width, height);
    window->dirty = true;
    return 0;
}

/* What the panel says goes to the clipboard. Where that fails nothing is copied, as elsewhere. */
static void copy(struct viz_state *state) {
    base_buffer text = {0};
    viz_state_write_panel(state);
    if (viz_panel_copy(&state->panel, &text) == 0 && text.length > 0)
        (void)SDL_SetClipboardText(text.data);
    base_buffer_free(&text);
}

/* 1: go on; 0: quit; or an error. */
static int handle(struct viz_window *window, const SDL_Event *event,
                  char message[VIZ_MESSAGE_SIZE]) {
    if (event->type == SDL_WINDOWEVENT) {
        Uint8 what = event->window.event;
        if (what == SDL_WINDOWEVENT_EXPOSED || what == SDL_WINDOWEVENT_SHOWN)
            window->dirty = true;
        if (what == SDL_WINDOWEVENT_SIZE_CHANGED || what == SDL_WINDOWEVENT_DISPLAY_CHANGED) {
            int error = adapt(window, message);
            if (error != 0)
                return error;
        }
    }
    if (event->type == SDL_KEYDOWN || event->type == SDL_MOUSEBUTTONDOWN)
        end_saying(window);
    unsigned result = viz_event(&window->input, &window->canvas.state, window->pixel_ratio, event);
    if (result & VIZ_COPY)
        copy(&window->canvas.state);
    if (result & VIZ_SAVE)
        save_view(window);
    if (result & VIZ_REDRAW)
        window->dirty = true;
    return result & VIZ_QUIT ? 0 : handle_file(window, event, result, message);
}

/* What is drawn on: the window's own pixels, where they are as ours are. NULL: no memory. */
static SDL_Surface *surface_for(struct viz_window *window, SDL_Surface *shown) {
    Uint32 format = shown->format->format;
    if (format == SDL_PIXELFORMAT_ARGB8888 || format == SDL_PIXELFORMAT_RGB888)
        return shown;
    if (window->other != NULL && window->other->w == shown->w && window->other->h == shown->h)
        return window->other;
    SDL_FreeSurface(window->other);
    window->other =
        SDL_CreateRGBSurfaceWithFormat(0, shown->w, shown->h, 32, SDL_PIXELFORMAT_RGB888);
    return window->other;
}

static int paint(struct viz_window *window, SDL_Surface *shown) {
    SDL_Surface *drawn = surface_for(window, shown);
    if (drawn == NULL)
        return CAD_ENOMEM;
    const struct viz_raster raster = {drawn->pixels, drawn->w, drawn->h,
                                      (size_t)drawn->pitch / sizeof *raster.pixels};
    int error = viz_canvas_paint(&window->canvas, &raster);
    if (error == 0 && drawn != shown)
        (void)SDL_BlitSurface(drawn, NULL, shown, NULL);
    return error;
}

/* A window that is about to have another size has no pixels: it tells when it has. */
static int show(struct viz_window *window, char message[VIZ_MESSAGE_SIZE]) {
    SDL_Surface *shown = SDL_GetWindowSurface(window->window);
    int error = shown != NULL ? paint(window, shown) : 0;
    if (error != 0) {
        snprintf(message, VIZ_MESSAGE_SIZE, "out of memory while drawing");
        return error;
    }
    (void)SDL_UpdateWindowSurface(window->window);
    window->dirty = false;
    window->pictures++;
    return 1;
}

/* The playhead goes on, where it does. */
static void play(struct viz_window *window) {
    Uint64 now = SDL_GetTicks64();
    int64_t passed_ns = (int64_t)(now - window->played) * CAD_MILLISECOND;
    if (passed_ns > 0 && viz_play_on(&window->canvas.state, passed_ns) & VIZ_REDRAW)
        window->dirty = true;
    window->played = now;
}

int viz_window_step(struct viz_window *window, int timeout_ms, char message[VIZ_MESSAGE_SIZE]) {
    SDL_Event event;
    look_at_document(window);
    if (window->document != NULL) {
        int patience = viz_document_patience(window->document);
        timeout_ms = timeout_ms < 0 || timeout_ms > patience ? patience : timeout_ms;
    }
    play(window);
    if (window->canvas.state.ui.playing)
        timeout_ms = timeout_ms < 0 || timeout_ms > PLAY_MS ? PLAY_MS : timeout_ms;
    if (window->dirty)
        timeout_ms = 0;
    int got = timeout_ms < 0 ? SDL_WaitEvent(&event) : SDL_WaitEventTimeout(&event, timeout_ms);
    /* All that has come since the last picture, and then one picture. */
    for (; got != 0; got = SDL_PollEvent(&event)) {
        int result = handle(window, &event, message);
        if (result <= 0)
            return result;
    }
    return window->dirty ? show(window, message) : 1;
}

struct viz_canvas *viz_window_canvas(struct viz_window *window) {
    return &window->canvas;
}

unsigned viz_window_pictures(const struct viz_window *window) {
    return window->pictures;
}
