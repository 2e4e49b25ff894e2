/* What goes on with a file, as a few questions that are asked again and again. */
#include "document.h"

#include "base/memory.h"
#include "cadran.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* While something is read, while a file is followed, and else. */
enum { PATIENCE_READING = 10, PATIENCE_FOLLOWING = 15, PATIENCE = 500 };

/* What is no file any more, such as a pipe that would be waited for, is none to be read again. */
static void look_at_file(struct viz_document *document, bool remember) {
    struct stat status;
    if (document->path == NULL || stat(document->path, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    bool other = status.st_size != document->size ||
                 status.st_mtim.tv_sec != document->changed.tv_sec ||
                 status.st_mtim.tv_nsec != document->changed.tv_nsec;
    document->is_other = !remember && other;
    if (!remember)
        return;
    document->size = status.st_size;
    document->changed = status.st_mtim;
}

static int begin(struct viz_document *document) {
    viz_loading_free(document->loading);
    look_at_file(document, true);
    document->loading = viz_loading_begin(document->path);
    return document->loading != NULL ? 0 : CAD_ENOMEM;
}

int viz_document_open(struct viz_document *document, const char *path, bool follows) {
    *document = (struct viz_document){.follows = follows, .notice.progress = -1};
    document->path = base_strndup(path, strlen(path));
    if (document->path == NULL || viz_loaded_nothing(path, &document->shown) != 0)
        return CAD_ENOMEM;
    return begin(document);
}

void viz_document_close(struct viz_document *document) {
    viz_loading_free(document->loading);
    viz_steps_free(document->reading);
    viz_steps_free(document->steps);
    viz_loaded_free(&document->before);
    viz_loaded_free(&document->shown);
    base_free(document->path);
    *document = (struct viz_document){0};
}

int viz_document_load(struct viz_document *document, const char *path) {
    char *copy = base_strndup(path, strlen(path));
    if (copy == NULL)
        return CAD_ENOMEM;
    base_free(document->path);
    document->path = copy;
    return begin(document);
}

/* --- Looking -------------------------------------------------------------------------------- */

static bool say(struct viz_document *document, const char *text, double progress, bool alert) {
    struct viz_notice *notice = &document->notice;
    bool same = strcmp(notice->text, text) == 0 && notice->progress == progress;
    (void)snprintf(notice->text, sizeof notice->text, "%s", text);
    notice->progress = progress;
    notice->alert = alert;
    return !same;
}

/* The steps are read once the file is whole, and, where it is followed, has come to rest. */
static void begin_steps(struct viz_document *document) {
    viz_steps_free(document->reading);
    document->reading = NULL;
    if (document->shown.trace->version > 0)
        document->reading = viz_steps_read(document->path);
}

static unsigned take_model(struct viz_document *document) {
    struct viz_loaded loaded;
    if (document->loading == NULL || !viz_loading_take(document->loading, &loaded))
        return 0;
    viz_loaded_free(&document->before);
    document->before = document->shown;
    document->shown = loaded;
    if (loaded.whole)
        begin_steps(document);
    return VIZ_NEWS_MODEL;
}

static unsigned take_steps(struct viz_document *document) {
    char message[TRACE_MESSAGE_SIZE];
    if (document->reading == NULL || !viz_steps_are_read(document->reading))
        return 0;
    struct viz_steps *before = document->steps;
    document->steps = document->reading;
    document->reading = NULL;
    document->timeline = viz_steps_timeline(document->steps, message);
    viz_steps_free(before);
    return VIZ_NEWS_STEPS;
}

/* Reading is over, or how far it is. */
static unsigned look_at_loading(struct viz_document *document) {
    char message[TRACE_MESSAGE_SIZE];
    bool changed;
    if (document->loading == NULL)
        return 0;
    if (!viz_loading_is_over(document->loading, &document->error, message)) {
        changed = !document->follows && say(document, "Reading the trace",
                                            viz_loading_progress(document->loading), false);
        return changed ? VIZ_NEWS_NOTICE : 0;
    }
    viz_loading_free(document->loading);
    document->loading = NULL;
    changed = say(document, document->error != 0 && !document->follows ? message : "", -1, true);
    return changed ? VIZ_NEWS_NOTICE : 0;
}

/* A file that has become another one is read again, where it is followed, or that is offered. */
static unsigned look_for_changes(struct viz_document *document) {
    if (document->loading != NULL)
        return 0;
    look_at_file(document, false);
    if (!document->is_other)
        return 0;
    if (document->follows)
        return begin(document) == 0 ? VIZ_NEWS_NOTICE : 0;
    return say(document, "The file has changed: F5 reads it again", -1, false) ? VIZ_NEWS_NOTICE
                                                                               : 0;
}

unsigned viz_document_look(struct viz_document *document) {
    unsigned news = take_model(document) | take_steps(document);
    return news | look_at_loading(document) | look_for_changes(document);
}

int viz_document_patience(const struct viz_document *document) {
    if (document->loading != NULL || document->reading != NULL)
        return PATIENCE_READING;
    return document->follows ? PATIENCE_FOLLOWING : PATIENCE;
}
