/* document.h - a file that is shown: what has been read of it, and whether it has become another
 * one since.
 *
 * It is asked now and then (viz_document_look()) what is new; reading goes on in threads meanwhile.
 * A file that is followed is read again as it grows; another one is when that is asked for.
 */
#ifndef VIZ_DOCUMENT_H
#define VIZ_DOCUMENT_H

#include "loading.h"
#include "notice.h"
#include "steps.h"

#include <time.h>

/* What is new. */
enum {
    VIZ_NEWS_MODEL = 1,  /* document.shown is another one; the one before is there until the next */
    VIZ_NEWS_STEPS = 2,  /* document.timeline is */
    VIZ_NEWS_NOTICE = 4, /* document.notice is */
};

struct viz_document {
    char *path;
    bool follows;
    struct viz_loaded shown;
    struct trace_timeline *timeline; /* NULL: not there yet */
    struct viz_notice notice;
    int error; /* of the last reading */

    struct viz_loaded before; /* private, as all below: what was shown, for a moment */
    struct viz_loading *loading;
    struct viz_steps *steps;   /* those of the timeline, */
    struct viz_steps *reading; /* and those that will be */
    struct timespec changed;   /* as the file was when it was read last */
    long long size;
    bool is_other; /* the file has become another one since */
};

/* Nothing is shown yet, and the file is being read. 0 or CAD_ENOMEM; viz_document_close() is due in
 * any case. */
int viz_document_open(struct viz_document *document, const char *path, bool follows);
void viz_document_close(struct viz_document *document);

/* Another file, or the same as it is now. 0 or CAD_ENOMEM. */
int viz_document_load(struct viz_document *document, const char *path);

/* VIZ_NEWS_... */
unsigned viz_document_look(struct viz_document *document);
/* How long one may wait until the next look, in milliseconds. */
int viz_document_patience(const struct viz_document *document);

#endif
