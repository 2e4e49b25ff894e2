/* Stencils, and the arithmetic of the shapes that they show. */
#include "stencils.h"

#include "texts.h"

#include <SDL.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Points a pixel is asked at, in each direction, for how much of it a shape covers. */
enum { SAMPLES = 8 };

/* Shapes that are kept from one picture to the next. */
enum { MASKS_MAX = 48 };

struct mask {
    enum viz_mask kind;
    int w;
    int h;
    int line;
    unsigned used; /* the picture that used it last */
    struct viz_stencil *stencil;
};

/* A text for which there was no room among the others: it lasts for one picture. */
struct spare {
    struct viz_stencil *stencil;
    struct spare *next;
};

struct viz_stencils {
    struct viz_typesetter *typesetter;
    struct mask *masks;
    int mask_count;
    int mask_room;
    unsigned picture;
    struct viz_texts texts;
    struct spare *spares;
};

static void free_stencil(struct viz_stencil *stencil) {
    if (stencil == NULL)
        return;
    free(stencil->coverage);
    free(stencil->colours);
    free(stencil);
}

static void drop_text(struct viz_text_entry *entry) {
    free_stencil(entry->picture);
    entry->picture = NULL;
}

static void drop_spares(struct viz_stencils *stencils) {
    while (stencils->spares != NULL) {
        struct spare *spare = stencils->spares;
        stencils->spares = spare->next;
        free_stencil(spare->stencil);
        free(spare);
    }
}

struct viz_stencils *viz_stencils_new(struct viz_typesetter *typesetter) {
    struct viz_stencils *stencils = calloc(1, sizeof *stencils);
    if (stencils == NULL)
        return NULL;
    stencils->typesetter = typesetter;
    stencils->texts.drop = drop_text;
    return stencils;
}

void viz_stencils_free(struct viz_stencils *stencils) {
    if (stencils == NULL)
        return;
    for (int i = 0; i < stencils->mask_count; i++)
        free_stencil(stencils->masks[i].stencil);
    free(stencils->masks);
    drop_spares(stencils);
    viz_texts_clear(&stencils->texts);
    free(stencils);
}

static void tidy_masks(struct viz_stencils *stencils) {
    unsigned now = stencils->picture++;
    int kept = 0;
    if (stencils->mask_count <= MASKS_MAX)
        return;
    for (int i = 0; i < stencils->mask_count; i++) {
        if (stencils->masks[i].used == now)
            stencils->masks[kept++] = stencils->masks[i];
        else
            free_stencil(stencils->masks[i].stencil);
    }
    stencils->mask_count = kept;
}

void viz_stencils_tidy(struct viz_stencils *stencils) {
    tidy_masks(stencils);
    drop_spares(stencils);
    viz_texts_tidy(&stencils->texts);
}

/* --- Shapes --------------------------------------------------------------------------------- */

/* Whether a mask has a point; x and y are pixels from its top left. */
static bool covers(const struct mask *mask, double x, double y) {
    double u = x / mask->w;
    double v = y / mask->h;
    double radius = mask->w / 2.0;
    double distance = hypot(x - radius, y - radius);
    switch (mask->kind) {
    case VIZ_MASK_DISC:
        return distance <= radius;
    case VIZ_MASK_RING:
        return distance <= radius && distance >= radius - mask->line;
    case VIZ_MASK_RIGHT:
        return fabs(v - 0.5) <= (1 - u) / 2;
    case VIZ_MASK_DIAMOND:
        return fabs(u - 0.5) + fabs(v - 0.5) <= 0.5;
    case VIZ_MASK_CROSS:
        return fabs(fabs(u - 0.5) - fabs(v - 0.5)) <= (double)mask->line / mask->w * 0.7;
    case VIZ_MASK_HATCH:
    default:
        return fmod(x + y, mask->line) < mask->line * VIZ_HATCH_PART;
    }
}

static uint8_t coverage_at(const struct mask *mask, int x, int y) {
    const double step = 1.0 / (double)SAMPLES;
    int hits = 0;
    for (int i = 0; i < SAMPLES * SAMPLES; i++)
        hits += covers(mask, x + (i % SAMPLES + 0.5) * step, y + (i / SAMPLES + 0.5) * step);
    return (uint8_t)(hits * 255 / (SAMPLES * SAMPLES));
}

/* NULL when memory runs out. */
static struct viz_stencil *new_stencil(int w, int h) {
    struct viz_stencil *stencil = calloc(1, sizeof *stencil);
    if (stencil == NULL)
        return NULL;
    *stencil = (struct viz_stencil){.w = w, .h = h, .coverage = malloc((size_t)w * (size_t)h)};
    if (stencil->coverage != NULL)
        return stencil;
    free_stencil(stencil);
    return NULL;
}

/* Room for one more mask; NULL when memory runs out. */
static struct mask *next_mask(struct viz_stencils *stencils) {
    if (stencils->mask_count == stencils->mask_room) {
        int room = stencils->mask_room > 0 ? 2 * stencils->mask_room : MASKS_MAX;
        struct mask *masks = realloc(stencils->masks, (size_t)room * sizeof *masks);
        if (masks == NULL)
            return NULL;
        stencils->masks = masks;
        stencils->mask_room = room;
    }
    return &stencils->masks[stencils->mask_count];
}

const struct viz_stencil *viz_stencil_mask(struct viz_stencils *stencils, enum viz_mask kind, int w,
                                           int h, int line) {
    for (int i = 0; i < stencils->mask_count; i++) {
        struct mask *mask = &stencils->masks[i];
        if (mask->kind == kind && mask->w == w && mask->h == h && mask->line == line) {
            mask->used = stencils->picture;
            return mask->stencil;
        }
    }
    struct mask *mask = next_mask(stencils);
    struct viz_stencil *stencil = mask != NULL ? new_stencil(w, h) : NULL;
    if (stencil == NULL)
        return NULL;
    *mask = (struct mask){kind, w, h, line, stencils->picture, stencil};
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            stencil->coverage[(size_t)y * (size_t)w + (size_t)x] = coverage_at(mask, x, y);
    stencils->mask_count++;
    return stencil;
}

/* --- Texts ---------------------------------------------------------------------------------- */

static const Uint32 *row_of(const SDL_Surface *surface, int y) {
    return (const Uint32 *)(const void *)((const char *)surface->pixels + y * surface->pitch);
}

/* Of white letters their opacity. */
static void take_letters(struct viz_stencil *stencil, const SDL_Surface *letters) {
    for (int y = 0; y < stencil->h; y++)
        for (int x = 0; x < stencil->w; x++)
            stencil->coverage[(size_t)y * (size_t)stencil->w + (size_t)x] =
                (uint8_t)(row_of(letters, y)[x] >> 24);
}

/* False where memory runs out. */
static bool take_colours(struct viz_stencil *stencil, const SDL_Surface *colours) {
    stencil->colours = malloc((size_t)stencil->w * (size_t)stencil->h * sizeof *stencil->colours);
    for (int y = 0; stencil->colours != NULL && y < stencil->h; y++)
        for (int x = 0; x < stencil->w; x++) {
            uint32_t pixel = row_of(colours, y)[x];
            stencil->colours[(size_t)y * (size_t)stencil->w + (size_t)x] =
                viz_pixel_scale(pixel | 0xFF000000, pixel >> 24);
        }
    return stencil->colours != NULL;
}

static struct viz_stencil *render(struct viz_stencils *stencils, enum viz_font font,
                                  const char *text) {
    SDL_Surface *colours;
    SDL_Surface *letters = viz_typesetter_render(stencils->typesetter, font, text, &colours);
    struct viz_stencil *stencil = letters != NULL ? new_stencil(letters->w, letters->h) : NULL;
    if (stencil != NULL)
        take_letters(stencil, letters);
    if (stencil != NULL && colours != NULL && !take_colours(stencil, colours)) {
        free_stencil(stencil);
        stencil = NULL;
    }
    SDL_FreeSurface(letters);
    SDL_FreeSurface(colours);
    return stencil;
}

static const struct viz_stencil *spare_text(struct viz_stencils *stencils, enum viz_font font,
                                            const char *text) {
    struct spare *spare = calloc(1, sizeof *spare);
    if (spare == NULL)
        return NULL;
    *spare = (struct spare){render(stencils, font, text), stencils->spares};
    stencils->spares = spare;
    return spare->stencil;
}

const struct viz_stencil *viz_stencil_text(struct viz_stencils *stencils, enum viz_font font,
                                           const char *text) {
    bool known;
    struct viz_text_entry *entry =
        viz_texts_find(&stencils->texts, font, text, strlen(text), &known);
    if (entry == NULL)
        return spare_text(stencils, font, text);
    if (entry->picture == NULL)
        entry->picture = render(stencils, font, text);
    return entry->picture;
}
