/* bookmarks.h - places in time that somebody marked, each with a note: moments, and stretches.
 *
 * They are in the order of time. What a trace says happened is no bookmark (viz_model.marks).
 */
#ifndef VIZ_BOOKMARKS_H
#define VIZ_BOOKMARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIZ_NOTE_SIZE = 200 };

/* Times are after the model's origin. */
struct viz_bookmark {
    int64_t from_ns;
    int64_t to_ns;            /* from_ns: a moment */
    char note[VIZ_NOTE_SIZE]; /* UTF-8, one line; may be empty */
};

/* All zero: none. */
struct viz_bookmarks {
    struct viz_bookmark *list;
    size_t count;
    size_t capacity;
};

#define VIZ_NO_BOOKMARK SIZE_MAX

/* Adds one, behind others of the same time; returns its place. VIZ_NO_BOOKMARK: no memory. A note
 * that is too long is cut. */
size_t viz_bookmark_add(struct viz_bookmarks *bookmarks, int64_t from_ns, int64_t to_ns,
                        const char *note);
void viz_bookmark_remove(struct viz_bookmarks *bookmarks, size_t index);
/* The one that is nearest to a time, at most `reach` away, a stretch by its edges; or
 * VIZ_NO_BOOKMARK. */
size_t viz_bookmark_near(const struct viz_bookmarks *bookmarks, double time_ns, double reach);
/* The next that begins after a time, or the last that begins before it; VIZ_NO_BOOKMARK. */
size_t viz_bookmark_beside(const struct viz_bookmarks *bookmarks, double time_ns, bool after);
/* Appends to a note, as far as there is room, or takes its last letter away. */
void viz_note_type(struct viz_bookmark *bookmark, const char *text);
void viz_note_erase(struct viz_bookmark *bookmark);
void viz_bookmarks_free(struct viz_bookmarks *bookmarks);

#endif
