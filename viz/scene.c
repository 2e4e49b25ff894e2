/* The list of primitives: it grows, and is emptied for the next picture without giving up its
 * memory. */
#include "scene.h"

#include "cadran.h"

#include <stdlib.h>
#include <string.h>

void viz_scene_begin(struct viz_scene *scene, int width, int height,
                     const struct viz_measure *measure) {
    scene->width = width;
    scene->height = height;
    scene->measure = measure;
    scene->count = 0;
    scene->clip_count = 0;
    scene->text_length = 0;
    scene->density_count = 0;
    scene->error = 0;
    viz_shows(scene, VIZ_ID_NOTHING, 0);
    viz_fade(scene, 255);
    viz_clip(scene, NULL);
}

void viz_scene_free(struct viz_scene *scene) {
    free(scene->prims);
    free(scene->clips);
    free(scene->text);
    free(scene->dense.cells);
    free(scene->dense.edges);
    viz_group_cells_free(scene->groups);
    *scene = (struct viz_scene){0};
}

/* Room for `wanted` entries of `size` bytes in an array that has *capacity of them. Returns the
 * array, moved perhaps; NULL where there is no memory, which the scene remembers. */
static void *room_for(struct viz_scene *scene, void *array, size_t *capacity, size_t wanted,
                      size_t least, size_t size) {
    if (wanted <= *capacity)
        return array;
    size_t grown = *capacity > 0 ? *capacity * 2 : least;
    while (grown < wanted)
        grown *= 2;
    void *moved = realloc(array, grown * size);
    if (moved == NULL)
        scene->error = CAD_ENOMEM;
    else
        *capacity = grown;
    return moved;
}

void viz_clip(struct viz_scene *scene, const struct viz_rect *at) {
    struct viz_rect clip = {0, 0, scene->width, scene->height};
    if (at != NULL)
        clip = *at;
    size_t count = scene->clip_count;
    if (count > 0 && memcmp(&scene->clips[count - 1], &clip, sizeof clip) == 0)
        return;
    struct viz_rect *clips =
        room_for(scene, scene->clips, &scene->clip_capacity, count + 1, 64, sizeof *clips);
    if (clips == NULL)
        return;
    scene->clips = clips;
    clips[count] = clip;
    scene->clip_count++;
    scene->clip = (uint32_t)count;
}

void viz_fade(struct viz_scene *scene, int strength) {
    scene->strength = strength;
}

void viz_shows_id(struct viz_scene *scene, struct viz_id id) {
    scene->shows = id;
}

void viz_shows(struct viz_scene *scene, enum viz_id_kind kind, size_t index) {
    viz_shows_id(scene, (struct viz_id){.kind = (uint8_t)kind, .index = (uint32_t)index});
}

static void add(struct viz_scene *scene, struct viz_prim prim) {
    if (prim.at.w <= 0 || prim.at.h <= 0 || scene->clip_count == 0)
        return;
    struct viz_prim *prims =
        room_for(scene, scene->prims, &scene->capacity, scene->count + 1, 1024, sizeof *prims);
    if (prims == NULL)
        return;
    prim.clip = scene->clip;
    prim.shows = scene->shows;
    prim.alpha = (uint8_t)(prim.alpha * scene->strength / 255);
    scene->prims = prims;
    scene->prims[scene->count++] = prim;
}

static uint8_t fitting(int radius, struct viz_rect at) {
    int most = (at.w < at.h ? at.w : at.h) / 2;
    return (uint8_t)(radius < most ? radius : most);
}

void viz_fill_alpha(struct viz_scene *scene, int role, int alpha, struct viz_rect at) {
    viz_round(scene, role, alpha, 0, at);
}

void viz_fill(struct viz_scene *scene, int role, struct viz_rect at) {
    viz_round(scene, role, 255, 0, at);
}

void viz_round(struct viz_scene *scene, int role, int alpha, int radius, struct viz_rect at) {
    add(scene, (struct viz_prim){.kind = VIZ_FILL,
                                 .role = (uint8_t)role,
                                 .alpha = (uint8_t)alpha,
                                 .radius = fitting(radius, at),
                                 .at = at});
}

void viz_stroke(struct viz_scene *scene, int role, int alpha, int radius, int line,
                struct viz_rect at) {
    add(scene, (struct viz_prim){.kind = VIZ_STROKE,
                                 .role = (uint8_t)role,
                                 .alpha = (uint8_t)alpha,
                                 .radius = fitting(radius, at),
                                 .line = (uint8_t)(line > 0 ? line : 1),
                                 .at = at});
}

void viz_hatch(struct viz_scene *scene, int role, int alpha, int period, struct viz_rect at) {
    add(scene, (struct viz_prim){.kind = VIZ_HATCH,
                                 .role = (uint8_t)role,
                                 .alpha = (uint8_t)alpha,
                                 .period = (uint8_t)period,
                                 .at = at});
}

void viz_cross(struct viz_scene *scene, int role, int line, struct viz_rect at) {
    add(scene, (struct viz_prim){.kind = VIZ_CROSS,
                                 .role = (uint8_t)role,
                                 .alpha = 255,
                                 .line = (uint8_t)line,
                                 .at = at});
}

void viz_shape(struct viz_scene *scene, enum viz_prim_kind kind, int role, struct viz_rect at) {
    add(scene,
        (struct viz_prim){.kind = (uint8_t)kind, .role = (uint8_t)role, .alpha = 255, .at = at});
}

void viz_add_density(struct viz_scene *scene, const struct viz_density *density,
                     struct viz_rect at) {
    if (density->rows == 0 || scene->density_count == VIZ_DENSITIES)
        return;
    scene->densities[scene->density_count] = density;
    add(scene,
        (struct viz_prim){
            .kind = VIZ_DENSITY, .alpha = 255, .text = (uint32_t)scene->density_count++, .at = at});
}

/* --- Texts -------------------------------------------------------------------------------- */

static void add_text(struct viz_scene *scene, struct viz_prim prim, const char *text) {
    size_t length = strlen(text) + 1;
    char *room =
        room_for(scene, scene->text, &scene->text_capacity, scene->text_length + length, 4096, 1);
    if (room == NULL)
        return;
    scene->text = room;
    memcpy(room + scene->text_length, text, length);
    prim.text = (uint32_t)scene->text_length;
    scene->text_length += length;
    add(scene, prim);
}

void viz_text_aligned(struct viz_scene *scene, enum viz_font font, int role, enum viz_align align,
                      int x, int y, int width, const char *text) {
    int taken = viz_width(scene->measure, font, text);
    if (taken == 0) /* it may have characters without a width */
        return;
    int before = align == VIZ_LEFT ? 0 : align == VIZ_RIGHT ? width - taken : (width - taken) / 2;
    add_text(scene,
             (struct viz_prim){.kind = VIZ_TEXT_AT,
                               .role = (uint8_t)role,
                               .alpha = 255,
                               .font = (uint8_t)font,
                               .align = (uint8_t)align,
                               .at = {x + before, y, taken, scene->measure->types[font].height}},
             text);
}

void viz_text(struct viz_scene *scene, enum viz_font font, int role, int x, int y,
              const char *text) {
    viz_text_aligned(scene, font, role, VIZ_LEFT, x, y, 0, text);
}

/* --- What is where ------------------------------------------------------------------------ */

struct viz_id viz_scene_at(const struct viz_scene *scene, int x, int y) {
    for (size_t i = scene->count; i-- > 0;) {
        const struct viz_prim *prim = &scene->prims[i];
        if (prim->shows.kind != VIZ_ID_NOTHING && viz_contains(&prim->at, x, y) &&
            viz_contains(&scene->clips[prim->clip], x, y))
            return prim->shows;
    }
    return (struct viz_id){.kind = VIZ_ID_NOTHING};
}
