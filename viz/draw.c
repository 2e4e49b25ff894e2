#include "draw.h"

#include "model.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Points a pixel is asked at, in each direction, for how much of it a shape covers. */
enum { SAMPLES = 8 };

enum { MASKS_MAX = 48 };

enum mask_kind {
    MASK_DISC,
    MASK_RING,
    MASK_RIGHT,
    MASK_DOWN,
    MASK_DIAMOND,
    MASK_CROSS,
    MASK_HATCH
};

/* A shape in white, as transparent as it covers little of a pixel. */
struct mask {
    enum mask_kind kind;
    int w;
    int h;
    int line;
    SDL_Texture *texture;
};

struct viz_drawer {
    SDL_Renderer *renderer;
    struct viz_typesetter *typesetter;
    double scale;
    struct mask masks[MASKS_MAX];
    int mask_count;
    SDL_Texture *density; /* of this size, from these cells */
    const uint8_t *density_cells;
    int density_w;
    int density_h;
};

struct viz_drawer *viz_drawer_new(SDL_Renderer *renderer, struct viz_typesetter *typesetter,
                                  double scale) {
    struct viz_drawer *drawer = calloc(1, sizeof *drawer);
    if (drawer == NULL)
        return NULL;
    drawer->renderer = renderer;
    drawer->typesetter = typesetter;
    drawer->scale = scale;
    SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND);
    return drawer;
}

void viz_drawer_reset(struct viz_drawer *drawer) {
    for (int i = 0; i < drawer->mask_count; i++)
        SDL_DestroyTexture(drawer->masks[i].texture);
    drawer->mask_count = 0;
    SDL_DestroyTexture(drawer->density);
    drawer->density = NULL;
    viz_typesetter_reset(drawer->typesetter);
}

void viz_drawer_free(struct viz_drawer *drawer) {
    if (drawer == NULL)
        return;
    viz_drawer_reset(drawer);
    free(drawer);
}

/* --- Masks -------------------------------------------------------------------------------- */

/* Whether a mask has a point; x and y are pixels from its top left. */
static bool covers(const struct mask *mask, double x, double y) {
    double u = x / mask->w;
    double v = y / mask->h;
    double radius = mask->w / 2.0;
    double distance = hypot(x - radius, y - radius);
    switch (mask->kind) {
    case MASK_DISC:
        return distance <= radius;
    case MASK_RING:
        return distance <= radius && distance >= radius - mask->line;
    case MASK_RIGHT:
        return fabs(v - 0.5) <= (1 - u) / 2;
    case MASK_DOWN:
        return fabs(u - 0.5) <= (1 - v) / 2;
    case MASK_DIAMOND:
        return fabs(u - 0.5) + fabs(v - 0.5) <= 0.5;
    case MASK_CROSS:
        return fabs(fabs(u - 0.5) - fabs(v - 0.5)) <= (double)mask->line / mask->w * 0.7;
    case MASK_HATCH:
    default:
        /* Lines upwards, one every `line` pixels, each a fifth of that wide. */
        return fmod(x + y, mask->line) < mask->line * 0.22;
    }
}

static SDL_Texture *make_mask(SDL_Renderer *renderer, const struct mask *mask) {
    const double step = 1.0 / (double)SAMPLES;
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, mask->w, mask->h, 32, SDL_PIXELFORMAT_ARGB8888);
    if (surface == NULL)
        return NULL;
    for (int y = 0; y < mask->h; y++) {
        Uint32 *row = (Uint32 *)(void *)((char *)surface->pixels + y * surface->pitch);
        for (int x = 0; x < mask->w; x++) {
            int hits = 0;
            for (int i = 0; i < SAMPLES * SAMPLES; i++)
                hits +=
                    covers(mask, x + (i % SAMPLES + 0.5) * step, y + (i / SAMPLES + 0.5) * step);
            Uint32 alpha = (Uint32)(hits * 255 / (SAMPLES * SAMPLES));
            row[x] = alpha << 24 | 0xFFFFFF;
        }
    }
    SDL_Texture *texture = SDL_CreateTextureFromSurface(renderer, surface);
    SDL_FreeSurface(surface);
    if (texture != NULL)
        SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
    return texture;
}

static SDL_Texture *mask_of(struct viz_drawer *drawer, enum mask_kind kind, int w, int h,
                            int line) {
    for (int i = 0; i < drawer->mask_count; i++) {
        const struct mask *mask = &drawer->masks[i];
        if (mask->kind == kind && mask->w == w && mask->h == h && mask->line == line)
            return mask->texture;
    }
    if (drawer->mask_count == MASKS_MAX)
        SDL_DestroyTexture(drawer->masks[--drawer->mask_count].texture);
    struct mask *mask = &drawer->masks[drawer->mask_count];
    *mask = (struct mask){kind, w, h, line, NULL};
    mask->texture = make_mask(drawer->renderer, mask);
    if (mask->texture != NULL)
        drawer->mask_count++;
    return mask->texture;
}

/* --- Primitives --------------------------------------------------------------------------- */

struct brush {
    struct viz_drawer *drawer;
    struct viz_colour colour;
    uint8_t alpha;
};

static void fill(const struct brush *brush, int x, int y, int w, int h) {
    if (w <= 0 || h <= 0)
        return;
    SDL_SetRenderDrawColor(brush->drawer->renderer, brush->colour.r, brush->colour.g,
                           brush->colour.b, brush->alpha);
    SDL_RenderFillRect(brush->drawer->renderer, &(SDL_Rect){x, y, w, h});
}

static void copy(const struct brush *brush, SDL_Texture *texture, const SDL_Rect *from,
                 const SDL_Rect *to) {
    if (texture == NULL)
        return;
    SDL_SetTextureColorMod(texture, brush->colour.r, brush->colour.g, brush->colour.b);
    SDL_SetTextureAlphaMod(texture, brush->alpha);
    SDL_RenderCopy(brush->drawer->renderer, texture, from, to);
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
    corners(brush, mask_of(brush->drawer, MASK_DISC, 2 * r, 2 * r, 0), at, r);
    fill(brush, at->x + r, at->y, at->w - 2 * r, r);
    fill(brush, at->x, at->y + r, at->w, at->h - 2 * r);
    fill(brush, at->x + r, at->y + at->h - r, at->w - 2 * r, r);
}

static void draw_stroke(const struct brush *brush, const struct viz_prim *prim) {
    const struct viz_rect *at = &prim->at;
    int r = prim->radius;
    int line = prim->line;
    if (r > 0)
        corners(brush, mask_of(brush->drawer, MASK_RING, 2 * r, 2 * r, line), at, r);
    int across = r > 0 ? r : line; /* without corners, the sides must not overlap */
    fill(brush, at->x + r, at->y, at->w - 2 * r, line);
    fill(brush, at->x + r, at->y + at->h - line, at->w - 2 * r, line);
    fill(brush, at->x, at->y + across, line, at->h - 2 * across);
    fill(brush, at->x + at->w - line, at->y + across, line, at->h - 2 * across);
}

static void draw_hatch(const struct brush *brush, const struct viz_prim *prim) {
    int period = (int)lround(6 * brush->drawer->scale);
    period = period < 4 ? 4 : period;
    int size = period * (96 / period + 1);
    SDL_Texture *mask = mask_of(brush->drawer, MASK_HATCH, size, size, period);
    const struct viz_rect *at = &prim->at;
    for (int y = 0; y < at->h; y += size)
        for (int x = 0; x < at->w; x += size) {
            int w = at->w - x < size ? at->w - x : size;
            int h = at->h - y < size ? at->h - y : size;
            copy(brush, mask, &(SDL_Rect){0, 0, w, h}, &(SDL_Rect){at->x + x, at->y + y, w, h});
        }
}

static void draw_shape(const struct brush *brush, const struct viz_prim *prim,
                       enum mask_kind kind) {
    int w = prim->at.w;
    int h = prim->at.h;
    int line = kind == MASK_CROSS ? (int)lround(2 * brush->drawer->scale) : 0;
    copy(brush, mask_of(brush->drawer, kind, w, h, line), NULL,
         &(SDL_Rect){prim->at.x, prim->at.y, w, h});
}

static void draw_text(const struct brush *brush, const struct viz_prim *prim, const char *text) {
    int w;
    int h;
    SDL_Texture *texture =
        viz_typesetter_texture(brush->drawer->typesetter, (enum viz_font)prim->font, text, &w, &h);
    if (texture != NULL)
        copy(brush, texture, NULL, &(SDL_Rect){prim->at.x, prim->at.y, w, h});
}

/* The mean of the cells that a stretch of pixels covers. */
static unsigned mean_of(const struct viz_density *density, int x0, int x1, int y0, int y1) {
    unsigned sum = 0;
    unsigned count = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++, count++)
            sum += density->cells[y * density->columns + x];
    return count > 0 ? sum / count : 0;
}

static SDL_Texture *make_density(SDL_Renderer *renderer, const struct viz_density *density, int w,
                                 int h) {
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_ARGB8888);
    if (surface == NULL)
        return NULL;
    for (int y = 0; y < h; y++) {
        Uint32 *row = (Uint32 *)(void *)((char *)surface->pixels + y * surface->pitch);
        int y0 = y * density->rows / h;
        int y1 = (y + 1) * density->rows / h;
        /* A hair between lanes that are high enough to be told apart. */
        bool gap = h >= 4 * density->rows && (y + 1) * density->rows / h != y0;
        for (int x = 0; x < w; x++) {
            int x0 = x * density->columns / w;
            int x1 = (x + 1) * density->columns / w;
            unsigned mean = mean_of(density, x0, x1 > x0 ? x1 : x0 + 1, y0, y1 > y0 ? y1 : y0 + 1);
            row[x] = (gap ? 0U : (Uint32)mean << 24) | 0xFFFFFF;
        }
    }
    SDL_Texture *texture = SDL_CreateTextureFromSurface(renderer, surface);
    SDL_FreeSurface(surface);
    if (texture != NULL)
        SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
    return texture;
}

static void draw_density(const struct brush *brush, const struct viz_prim *prim,
                         const struct viz_density *density) {
    struct viz_drawer *drawer = brush->drawer;
    int w = prim->at.w;
    int h = prim->at.h;
    if (density == NULL || density->rows == 0)
        return;
    bool same =
        drawer->density_cells == density->cells && drawer->density_w == w && drawer->density_h == h;
    if (drawer->density == NULL || !same) {
        SDL_DestroyTexture(drawer->density);
        drawer->density = make_density(drawer->renderer, density, w, h);
        drawer->density_cells = density->cells;
        drawer->density_w = w;
        drawer->density_h = h;
    }
    copy(brush, drawer->density, NULL, &(SDL_Rect){prim->at.x, prim->at.y, w, h});
}

static void draw_prim(const struct brush *brush, const struct viz_scene *scene,
                      const struct viz_prim *prim) {
    SDL_Rect clip = {prim->at.x, prim->at.y, prim->at.w, prim->at.h};
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
        draw_shape(brush, prim, MASK_RIGHT);
        break;
    case VIZ_ARROW_DOWN:
        draw_shape(brush, prim, MASK_DOWN);
        break;
    case VIZ_DIAMOND:
        draw_shape(brush, prim, MASK_DIAMOND);
        break;
    case VIZ_DOT:
        draw_shape(brush, prim, MASK_DISC);
        break;
    case VIZ_CROSS:
        draw_shape(brush, prim, MASK_CROSS);
        break;
    case VIZ_DENSITY:
        draw_density(brush, prim, scene->density);
        break;
    case VIZ_CLIP:
        SDL_RenderSetClipRect(brush->drawer->renderer, &clip);
        break;
    }
}

void viz_draw(struct viz_drawer *drawer, const struct viz_scene *scene, enum viz_theme theme) {
    for (size_t i = 0; i < scene->count; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        struct brush brush = {drawer, viz_palette(theme, prim->role), prim->alpha};
        draw_prim(&brush, scene, prim);
    }
    SDL_RenderSetClipRect(drawer->renderer, NULL);
    viz_typesetter_tidy(drawer->typesetter);
}
