/* A list in the order of time. */
#include "bookmarks.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

/* Copies what fits, up to a whole letter, and makes one line of it. */
static void write_note(char note[VIZ_NOTE_SIZE], size_t used, const char *text) {
    size_t length = strlen(text);
    if (used + length >= VIZ_NOTE_SIZE) {
        length = VIZ_NOTE_SIZE - 1 - used;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++)
        note[used + i] = (unsigned char)text[i] < ' ' ? ' ' : text[i];
    note[used + length] = '\0';
}

size_t viz_bookmark_add(struct viz_bookmarks *bookmarks, int64_t from_ns, int64_t to_ns,
                        const char *note) {
    if (!base_grow(&bookmarks->list, &bookmarks->capacity, bookmarks->count,
                   sizeof *bookmarks->list))
        return VIZ_NO_BOOKMARK;
    size_t at = bookmarks->count++;
    for (; at > 0 && bookmarks->list[at - 1].from_ns > from_ns; at--)
        bookmarks->list[at] = bookmarks->list[at - 1];
    bookmarks->list[at] = (struct viz_bookmark){.from_ns = from_ns, .to_ns = to_ns};
    write_note(bookmarks->list[at].note, 0, note);
    return at;
}

void viz_bookmark_remove(struct viz_bookmarks *bookmarks, size_t index) {
    bookmarks->count--;
    memmove(&bookmarks->list[index], &bookmarks->list[index + 1],
            (bookmarks->count - index) * sizeof *bookmarks->list);
}

size_t viz_bookmark_near(const struct viz_bookmarks *bookmarks, double time_ns, double reach) {
    size_t best = VIZ_NO_BOOKMARK;
    for (size_t i = 0; i < bookmarks->count; i++) {
        const struct viz_bookmark *bookmark = &bookmarks->list[i];
        double distance = fmin(fabs((double)bookmark->from_ns - time_ns),
                               fabs((double)bookmark->to_ns - time_ns));
        if (distance > reach)
            continue;
        reach = distance;
        best = i;
    }
    return best;
}

size_t viz_bookmark_beside(const struct viz_bookmarks *bookmarks, double time_ns, bool after) {
    size_t found = VIZ_NO_BOOKMARK;
    for (size_t i = 0; i < bookmarks->count; i++) {
        double at_ns = (double)bookmarks->list[i].from_ns;
        if (after && at_ns > time_ns)
            return i;
        if (!after && at_ns < time_ns)
            found = i;
    }
    return found;
}

void viz_note_type(struct viz_bookmark *bookmark, const char *text) {
    write_note(bookmark->note, strlen(bookmark->note), text);
}

void viz_note_erase(struct viz_bookmark *bookmark) {
    size_t length = strlen(bookmark->note);
    while (length > 0 && ((unsigned char)bookmark->note[length - 1] & 0xC0) == 0x80)
        length--;
    bookmark->note[length > 0 ? length - 1 : 0] = '\0';
}

void viz_bookmarks_free(struct viz_bookmarks *bookmarks) {
    base_free(bookmarks->list);
    *bookmarks = (struct viz_bookmarks){.count = 0};
}
