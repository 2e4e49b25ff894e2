/* window.h - the viewer's window: events in, pictures out. */
#ifndef VIZ_WINDOW_H
#define VIZ_WINDOW_H

#include "canvas.h"
#include "document.h"

struct viz_window;

struct viz_window_options {
    int width; /* of the window; 0: as suits */
    int height;
    double scale; /* 0: what the display says */
    enum viz_theme theme;
    const char *font_file;
    struct viz_start start;
    const char *view; /* the file of a saved view, borrowed; NULL: the one beside the document */
    bool all_time;    /* else from from_ns to to_ns at first */
    double from_ns;
    double to_ns;
    enum viz_shown shown;          /* of two runs, as the next */
    enum viz_differing differing;  /* VIZ_DIFFERING_COUNT: what suits them */
    bool objects;                  /* have rows */
    struct viz_document *document; /* the file that the model is of, borrowed; NULL: it has none */
    struct viz_moment moment;      /* where it is put at first */
};

/* Opens a window on a model, which must outlive it.
 * 0; CAD_ESYSTEM (no display, no font) or CAD_ENOMEM, with a message. */
int viz_window_open(struct viz_model *model, const struct viz_window_options *options,
                    struct viz_window **window, char message[VIZ_MESSAGE_SIZE]);
/* Takes NULL. */
void viz_window_close(struct viz_window *window);

/* Waits for events, at most timeout_ms (-1: as long as it takes), lets them act, and draws a new
 * picture if something has changed.
 * 1: go on; 0: the user has closed it; CAD_ESYSTEM or CAD_ENOMEM, with a message. */
int viz_window_step(struct viz_window *window, int timeout_ms, char message[VIZ_MESSAGE_SIZE]);

/* What it shows, and how many pictures it has drawn. Belongs to the window. */
struct viz_canvas *viz_window_canvas(struct viz_window *window);
unsigned viz_window_pictures(const struct viz_window *window);

#endif
