#include "scene.h"

#include "cadran.h"

#include <stdlib.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

/* Fewer letters before an ellipsis say nothing. */
enum { LEAST_SHOWN = 3 };

void viz_scene_clear(struct viz_scene *scene) {
    scene->count = 0;
    scene->text_length = 0;
    scene->density = NULL;
    scene->error = 0;
}

void viz_scene_free(struct viz_scene *scene) {
    free(scene->prims);
    free(scene->text);
    *scene = (struct viz_scene){0};
}

static void add(struct viz_scene *scene, const struct viz_prim *prim) {
    if (prim->kind != VIZ_CLIP && (prim->at.w <= 0 || prim->at.h <= 0))
        return;
    if (scene->count == scene->capacity) {
        size_t capacity = scene->capacity > 0 ? scene->capacity * 2 : 1024;
        struct viz_prim *prims = realloc(scene->prims, capacity * sizeof *prims);
        if (prims == NULL) {
            scene->error = CAD_ENOMEM;
            return;
        }
        scene->prims = prims;
        scene->capacity = capacity;
    }
    scene->prims[scene->count++] = *prim;
}

void viz_fill_alpha(struct viz_scene *scene, int role, int alpha, struct viz_rect at) {
    viz_round(scene, role, alpha, 0, at);
}

void viz_fill(struct viz_scene *scene, int role, struct viz_rect at) {
    viz_round(scene, role, 255, 0, at);
}

void viz_round(struct viz_scene *scene, int role, int alpha, int radius, struct viz_rect at) {
    int most = (at.w < at.h ? at.w : at.h) / 2;
    add(scene, &(struct viz_prim){.kind = VIZ_FILL,
                                  .role = (uint8_t)role,
                                  .alpha = (uint8_t)alpha,
                                  .radius = (uint8_t)(radius < most ? radius : most),
                                  .at = at});
}

void viz_stroke(struct viz_scene *scene, int role, int alpha, int radius, int line,
                struct viz_rect at) {
    int most = (at.w < at.h ? at.w : at.h) / 2;
    add(scene, &(struct viz_prim){.kind = VIZ_STROKE,
                                  .role = (uint8_t)role,
                                  .alpha = (uint8_t)alpha,
                                  .radius = (uint8_t)(radius < most ? radius : most),
                                  .line = (uint8_t)(line > 0 ? line : 1),
                                  .at = at});
}

void viz_shape(struct viz_scene *scene, enum viz_prim_kind kind, int role, int alpha,
               struct viz_rect at) {
    add(scene,
        &(struct viz_prim){
            .kind = (uint8_t)kind, .role = (uint8_t)role, .alpha = (uint8_t)alpha, .at = at});
}

void viz_clip(struct viz_scene *scene, struct viz_rect at) {
    add(scene, &(struct viz_prim){.kind = VIZ_CLIP, .at = at});
}

void viz_text(struct viz_scene *scene, enum viz_font font, int role, int x, int y,
              const char *text) {
    size_t length = strlen(text) + 1;
    if (length == 1)
        return;
    if (scene->text_length + length > scene->text_capacity) {
        size_t capacity = scene->text_capacity > 0 ? scene->text_capacity * 2 : 4096;
        while (capacity < scene->text_length + length)
            capacity *= 2;
        char *grown = realloc(scene->text, capacity);
        if (grown == NULL) {
            scene->error = CAD_ENOMEM;
            return;
        }
        scene->text = grown;
        scene->text_capacity = capacity;
    }
    memcpy(scene->text + scene->text_length, text, length);
    add(scene, &(struct viz_prim){.kind = VIZ_TEXT_AT,
                                  .role = (uint8_t)role,
                                  .alpha = 255,
                                  .font = (uint8_t)font,
                                  .at = {x, y, 1, 1},
                                  .text = (uint32_t)scene->text_length});
    scene->text_length += length;
}

/* --- Shortening --------------------------------------------------------------------------- */

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

/* How many bytes at the end a shortened name keeps: its number, and a little before. */
static size_t tail_of(const char *text, size_t length) {
    size_t tail = length / 3 < 8 ? length / 3 : 8;
    while (tail > 0 && is_continuation(text[length - tail]))
        tail--;
    return tail;
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
    size_t tail = middle ? tail_of(text, length) : 0;
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
