/* The arithmetic of texts that are to fit. */
#include "measure.h"

#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

/* Fewer letters before an ellipsis say nothing. */
enum { LEAST_SHOWN = 3 };

int viz_width(const struct viz_measure *measure, enum viz_font font, const char *text) {
    return measure->width(measure->context, font, text, strlen(text));
}

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The offset of the character that begins at or before one. */
static size_t snap(const char *text, size_t offset) {
    while (offset > 0 && is_continuation(text[offset]))
        offset--;
    return offset;
}

/* The first `head` and the last `tail` bytes, and an ellipsis between; false where it does not
 * fit into `size`. */
static bool join(const char *text, size_t length, size_t head, size_t tail, char *out,
                 size_t size) {
    while (head > 0 && text[head - 1] == ' ')
        head--;
    if (head + tail + sizeof ELLIPSIS > size)
        return false;
    memcpy(out, text, head);
    memcpy(out + head, ELLIPSIS, sizeof ELLIPSIS - 1);
    memcpy(out + head + sizeof ELLIPSIS - 1, text + length - tail, tail + 1);
    return true;
}

/* How many bytes at the end a shortened name keeps: its number, and a little before, where there is
 * room for that. */
enum { TAIL_MOST = 8, TAIL_LEAST = 2 };

static size_t tail_of(const char *text, size_t length, size_t most) {
    size_t tail = length / 3 < most ? length / 3 : most;
    while (tail > 0 && is_continuation(text[length - tail]))
        tail--;
    return tail;
}

/* Shortens a text to as much of its begin as fits beside its last `tail` bytes. */
static int elide_before(const struct viz_measure *measure, enum viz_font font, const char *text,
                        int width, size_t tail, char *out, size_t size) {
    size_t length = strlen(text);
    size_t low = 0; /* fits */
    size_t high = length - tail;
    if (high > (size_t)width)
        high = (size_t)width;
    int best = 0;
    while (low < high) {
        size_t head = low + (high - low + 1) / 2;
        size_t cut = snap(text, head);
        int joined = cut > 0 && join(text, length, cut, tail, out, size)
                         ? measure->width(measure->context, font, out, strlen(out))
                     : cut > 0 ? width + 1
                               : 0;
        if (joined <= width) {
            low = head;
            best = joined;
        } else {
            high = head - 1;
        }
    }
    size_t head = snap(text, low);
    if (best == 0 || head < LEAST_SHOWN || !join(text, length, head, tail, out, size)) {
        out[0] = '\0';
        return 0;
    }
    return measure->width(measure->context, font, out, strlen(out));
}

int viz_elide(const struct viz_measure *measure, enum viz_font font, const char *text, int width,
              bool middle, char *out, size_t size) {
    size_t length = strlen(text);
    out[0] = '\0';
    if (width <= 0 || length == 0)
        return 0;
    /* No glyph is narrower than a pixel: no need to measure a book to see that it is too long. */
    if (length < size && length / 4 <= (size_t)width) {
        int whole = measure->width(measure->context, font, text, length);
        if (whole <= width) {
            memcpy(out, text, length + 1);
            return whole;
        }
    }
    for (size_t most = middle ? TAIL_MOST : 0;; most = most > TAIL_LEAST ? most / 2 : 0) {
        int taken =
            elide_before(measure, font, text, width, tail_of(text, length, most), out, size);
        if (taken > 0 || most == 0)
            return taken;
    }
}
