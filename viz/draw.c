/* A scene's primitives, one by one, with SDL. */
#include "draw.h"

#include "texture.h"

#include <stdlib.h>

struct viz_drawer {
    SDL_Renderer *renderer;
    struct viz_textures *textures;
    bool failed; /* something of the scene that is being painted could not be */
};

struct viz_drawer *viz_drawer_new(SDL_Renderer *renderer, struct viz_typesetter *typesetter) {
    struct viz_drawer *drawer = calloc(1, sizeof *drawer);
    if (drawer == NULL)
        return NULL;
    drawer->renderer = renderer;
    drawer->textures = viz_textures_new(renderer, typesetter);
    if (drawer->textures == NULL) {
        free(drawer);
        return NULL;
    }
    SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND);
    return drawer;
}

void viz_drawer_reset(struct viz_drawer *drawer) {
    viz_textures_reset(drawer->textures);
}

void viz_drawer_free(struct viz_drawer *drawer) {
    if (drawer == NULL)
        return;
    viz_textures_free(drawer->textures);
    free(drawer);
}

/* --- Primitives --------------------------------------------------------------------------- */

struct brush {
    struct viz_drawer *drawer;
    enum viz_theme theme;
    struct viz_colour colour;
    uint8_t alpha;
};

static void fill(const struct brush *brush, int x, int y, int w, int h) {
    if (w <= 0 || h <= 0)
        return;
    SDL_SetRenderDrawColor(brush->drawer->renderer, brush->colour.r, brush->colour.g,
                           brush->colour.b, brush->alpha);
    if (SDL_RenderFillRect(brush->drawer->renderer, &(SDL_Rect){x, y, w, h}) != 0)
        brush->drawer->failed = true;
}

static void copy(const struct brush *brush, SDL_Texture *texture, const SDL_Rect *from,
                 const SDL_Rect *to) {
    if (texture == NULL) {
        brush->drawer->failed = true;
        return;
    }
    SDL_SetTextureColorMod(texture, brush->colour.r, brush->colour.g, brush->colour.b);
    SDL_SetTextureAlphaMod(texture, brush->alpha);
    if (SDL_RenderCopy(brush->drawer->renderer, texture, from, to) != 0)
        brush->drawer->failed = true;
}

/* The four corners of a rounded rectangle, from the quarters of a disc or ring. */
static void corners(const struct brush *brush, SDL_Texture *mask, const struct viz_rect *at,
                    int r) {
    int right = at->x + at->w - r;
    int bottom = at->y + at->h - r;
    copy(brush, mask, &(SDL_Rect){0, 0, r, r}, &(SDL_Rect){at->x, at->y, r, r});
    copy(brush, mask, &(SDL_Rect){r, 0, r, r}, &(SDL_Rect){right, at->y, r, r});
    copy(brush, mask, &(SDL_Rect){0, r, r, r}, &(SDL_Rect){at->x, bottom, r, r});
    copy(brush, mask, &(SDL_Rect){r, r, r, r}, &(SDL_Rect){right, bottom, r, r});
}

static void draw_fill(const struct brush *brush, const struct viz_prim *prim) {
    const struct viz_rect *at = &prim->at;
    int r = prim->radius;
    if (r < 1) {
        fill(brush, at->x, at->y, at->w, at->h);
        return;
    }
    corners(brush, viz_texture_mask(brush->drawer->textures, VIZ_MASK_DISC, 2 * r, 2 * r, 0), at,
            r);
    fill(brush, at->x + r, at->y, at->w - 2 * r, r);
    fill(brush, at->x, at->y + r, at->w, at->h - 2 * r);
    fill(brush, at->x + r, at->y + at->h - r, at->w - 2 * r, r);
}

static void draw_stroke(const struct brush *brush, const struct viz_prim *prim) {
    const struct viz_rect *at = &prim->at;
    int r = prim->radius;
    int line = prim->line;
    if (r > 0)
        corners(brush, viz_texture_mask(brush->drawer->textures, VIZ_MASK_RING, 2 * r, 2 * r, line),
                at, r);
    int across = r > 0 ? r : line; /* without corners, the sides must not overlap */
    fill(brush, at->x + r, at->y, at->w - 2 * r, line);
    fill(brush, at->x + r, at->y + at->h - line, at->w - 2 * r, line);
    fill(brush, at->x, at->y + across, line, at->h - 2 * across);
    fill(brush, at->x + at->w - line, at->y + across, line, at->h - 2 * across);
}

static void draw_hatch(const struct brush *brush, const struct viz_prim *prim) {
    int period = prim->period;
    int size = period * (96 / period + 1);
    SDL_Texture *mask =
        viz_texture_mask(brush->drawer->textures, VIZ_MASK_HATCH, size, size, period);
    const struct viz_rect *at = &prim->at;
    for (int y = 0; y < at->h; y += size)
        for (int x = 0; x < at->w; x += size) {
            int w = at->w - x < size ? at->w - x : size;
            int h = at->h - y < size ? at->h - y : size;
            copy(brush, mask, &(SDL_Rect){0, 0, w, h}, &(SDL_Rect){at->x + x, at->y + y, w, h});
        }
}

static void draw_shape(const struct brush *brush, const struct viz_prim *prim, enum viz_mask kind) {
    int w = prim->at.w;
    int h = prim->at.h;
    copy(brush, viz_texture_mask(brush->drawer->textures, kind, w, h, prim->line), NULL,
         &(SDL_Rect){prim->at.x, prim->at.y, w, h});
}

static void draw_text(const struct brush *brush, const struct viz_prim *prim, const char *text) {
    const struct brush plain = {brush->drawer, brush->theme, {255, 255, 255}, prim->alpha};
    int w;
    int h;
    SDL_Texture *colours;
    SDL_Texture *letters = viz_texture_text(brush->drawer->textures, (enum viz_font)prim->font,
                                            text, &w, &h, &colours);
    SDL_Rect at = {prim->at.x, prim->at.y, w, h};
    copy(brush, letters, NULL, &at);
    if (colours != NULL)
        copy(&plain, colours, NULL, &at);
}

static void draw_density(const struct brush *brush, const struct viz_prim *prim,
                         const struct viz_density *density) {
    const struct brush plain = {brush->drawer, brush->theme, {255, 255, 255}, prim->alpha};
    int w = prim->at.w;
    int h = prim->at.h;
    copy(&plain, viz_texture_density(brush->drawer->textures, density, brush->theme, w, h), NULL,
         &(SDL_Rect){prim->at.x, prim->at.y, w, h});
}

static void draw_prim(const struct brush *brush, const struct viz_scene *scene,
                      const struct viz_prim *prim) {
    switch ((enum viz_prim_kind)prim->kind) {
    case VIZ_FILL:
        draw_fill(brush, prim);
        break;
    case VIZ_STROKE:
        draw_stroke(brush, prim);
        break;
    case VIZ_HATCH:
        draw_hatch(brush, prim);
        break;
    case VIZ_TEXT_AT:
        draw_text(brush, prim, scene->text + prim->text);
        break;
    case VIZ_ARROW_RIGHT:
        draw_shape(brush, prim, VIZ_MASK_RIGHT);
        break;
    case VIZ_DIAMOND:
        draw_shape(brush, prim, VIZ_MASK_DIAMOND);
        break;
    case VIZ_DOT:
        draw_shape(brush, prim, VIZ_MASK_DISC);
        break;
    case VIZ_CROSS:
        draw_shape(brush, prim, VIZ_MASK_CROSS);
        break;
    case VIZ_DENSITY:
        draw_density(brush, prim, scene->densities[prim->text]);
        break;
    default:
        break;
    }
}

bool viz_draw(struct viz_drawer *drawer, const struct viz_scene *scene, enum viz_theme theme) {
    uint32_t clip = UINT32_MAX;
    drawer->failed = false;
    for (size_t i = 0; i < scene->count; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        if (prim->clip != clip) {
            const struct viz_rect *at = &scene->clips[prim->clip];
            SDL_RenderSetClipRect(drawer->renderer, &(SDL_Rect){at->x, at->y, at->w, at->h});
            clip = prim->clip;
        }
        struct brush brush = {drawer, theme, viz_palette(theme, prim->role), prim->alpha};
        draw_prim(&brush, scene, prim);
    }
    SDL_RenderSetClipRect(drawer->renderer, NULL);
    if (SDL_RenderFlush(drawer->renderer) != 0)
        drawer->failed = true;
    viz_textures_tidy(drawer->textures);
    return !drawer->failed;
}
