/* Textures, and the arithmetic of the shapes that they show. */
#include "texture.h"

#include "scene.h"
#include "texts.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Points a pixel is asked at, in each direction, for how much of it a shape covers. */
enum { SAMPLES = 8 };

enum { MASKS_MAX = 48 };

/* A shape in white, as transparent as it covers little of a pixel. */
struct mask {
    enum viz_mask kind;
    int w;
    int h;
    int line;
    SDL_Texture *texture;
};

/* A density in colours, at a size. */
struct density {
    const struct viz_density *of;
    unsigned changes;
    enum viz_theme theme;
    int w;
    int h;
    SDL_Texture *texture;
};

struct viz_textures {
    SDL_Renderer *renderer;
    struct viz_typesetter *typesetter;
    struct mask masks[MASKS_MAX];
    int mask_count;
    struct viz_texts texts;
    struct viz_text_entry spare; /* the last text for which there was no room among them */
    struct density densities[VIZ_DENSITIES];
    int next_density; /* which one makes way for another */
};

static void drop_text(struct viz_text_entry *entry) {
    if (entry->picture != NULL)
        SDL_DestroyTexture(entry->picture);
    if (entry->colours != NULL)
        SDL_DestroyTexture(entry->colours);
    entry->picture = entry->colours = NULL;
}

struct viz_textures *viz_textures_new(SDL_Renderer *renderer, struct viz_typesetter *typesetter) {
    struct viz_textures *textures = calloc(1, sizeof *textures);
    if (textures == NULL)
        return NULL;
    textures->renderer = renderer;
    textures->typesetter = typesetter;
    textures->texts.drop = drop_text;
    return textures;
}

void viz_textures_reset(struct viz_textures *textures) {
    for (int i = 0; i < textures->mask_count; i++)
        SDL_DestroyTexture(textures->masks[i].texture);
    textures->mask_count = 0;
    for (int i = 0; i < VIZ_DENSITIES; i++) {
        SDL_DestroyTexture(textures->densities[i].texture);
        textures->densities[i] = (struct density){.of = NULL};
    }
    drop_text(&textures->spare);
    textures->spare = (struct viz_text_entry){.picture = NULL};
    viz_texts_clear(&textures->texts);
}

void viz_textures_free(struct viz_textures *textures) {
    if (textures == NULL)
        return;
    viz_textures_reset(textures);
    free(textures);
}

void viz_textures_tidy(struct viz_textures *textures) {
    viz_texts_tidy(&textures->texts);
}

/* --- Pixels ------------------------------------------------------------------------------- */

/* Fills a row of pixels; `alphas` has room for as many. */
typedef void row_fn(const void *shape, int w, int h, int y, uint8_t *alphas, Uint32 *pixels);

/* NULL when memory runs out. */
static SDL_Texture *make(SDL_Renderer *renderer, int w, int h, row_fn *row_of, const void *shape) {
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_ARGB8888);
    uint8_t *alphas = malloc((size_t)w);
    SDL_Texture *texture = NULL;
    for (int y = 0; surface != NULL && alphas != NULL && y < h; y++)
        row_of(shape, w, h, y, alphas,
               (Uint32 *)(void *)((char *)surface->pixels + y * surface->pitch));
    if (surface != NULL && alphas != NULL)
        texture = SDL_CreateTextureFromSurface(renderer, surface);
    if (texture != NULL)
        SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
    SDL_FreeSurface(surface);
    free(alphas);
    return texture;
}

/* --- Masks -------------------------------------------------------------------------------- */

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

static void mask_row(const void *shape, int w, int h, int y, uint8_t *alphas, Uint32 *pixels) {
    const double step = 1.0 / (double)SAMPLES;
    (void)h;
    (void)alphas;
    for (int x = 0; x < w; x++) {
        int hits = 0;
        for (int i = 0; i < SAMPLES * SAMPLES; i++)
            hits += covers(shape, x + (i % SAMPLES + 0.5) * step, y + (i / SAMPLES + 0.5) * step);
        pixels[x] = (Uint32)(hits * 255 / (SAMPLES * SAMPLES)) << 24 | 0xFFFFFF;
    }
}

SDL_Texture *viz_texture_mask(struct viz_textures *textures, enum viz_mask kind, int w, int h,
                              int line) {
    for (int i = 0; i < textures->mask_count; i++) {
        const struct mask *mask = &textures->masks[i];
        if (mask->kind == kind && mask->w == w && mask->h == h && mask->line == line)
            return mask->texture;
    }
    if (textures->mask_count == MASKS_MAX)
        SDL_DestroyTexture(textures->masks[--textures->mask_count].texture);
    struct mask *mask = &textures->masks[textures->mask_count];
    *mask = (struct mask){kind, w, h, line, NULL};
    mask->texture = make(textures->renderer, w, h, mask_row, mask);
    if (mask->texture != NULL)
        textures->mask_count++;
    return mask->texture;
}

/* --- Texts and the density ---------------------------------------------------------------- */

static SDL_Texture *texture_of(SDL_Renderer *renderer, SDL_Surface *surface) {
    SDL_Texture *texture = surface != NULL ? SDL_CreateTextureFromSurface(renderer, surface) : NULL;
    SDL_FreeSurface(surface);
    return texture;
}

SDL_Texture *viz_texture_text(struct viz_textures *textures, enum viz_font font, const char *text,
                              int *w, int *h, SDL_Texture **colours) {
    bool known;
    struct viz_text_entry *entry =
        viz_texts_find(&textures->texts, font, text, strlen(text), &known);
    if (entry == NULL) {
        entry = &textures->spare;
        drop_text(entry);
    }
    if (entry->picture == NULL) {
        SDL_Surface *own;
        SDL_Surface *letters = viz_typesetter_render(textures->typesetter, font, text, &own);
        entry->width = letters != NULL ? letters->w : 0;
        entry->height = letters != NULL ? letters->h : 0;
        entry->picture = texture_of(textures->renderer, letters);
        entry->colours = texture_of(textures->renderer, own);
    }
    *w = entry->width;
    *h = entry->height;
    *colours = entry->colours;
    return entry->picture;
}

/* One colour over another, which has an alpha, too. */
static Uint32 over(Uint32 below, struct viz_colour colour, unsigned alpha) {
    unsigned under = (below >> 24) * (255 - alpha) / 255;
    unsigned sum = alpha + under;
    unsigned r = (colour.r * alpha + (below >> 16 & 0xFF) * under) / sum;
    unsigned g = (colour.g * alpha + (below >> 8 & 0xFF) * under) / sum;
    unsigned b = (colour.b * alpha + (below & 0xFF) * under) / sum;
    return sum << 24 | r << 16 | g << 8 | b;
}

static void density_row(const void *shape, int w, int h, int y, uint8_t *alphas, Uint32 *pixels) {
    const struct density *density = shape;
    memset(pixels, 0, (size_t)w * sizeof *pixels);
    for (int level = 0; level < density->of->levels; level++) {
        struct viz_colour colour = viz_palette(density->theme, density->of->roles[level]);
        viz_density_row(density->of, level, w, h, y, alphas);
        for (int x = 0; x < w; x++)
            if (alphas[x] > 0)
                pixels[x] = over(pixels[x], colour, alphas[x]);
    }
}

SDL_Texture *viz_texture_density(struct viz_textures *textures, const struct viz_density *density,
                                 enum viz_theme theme, int w, int h) {
    struct density *found = NULL;
    for (int i = 0; i < VIZ_DENSITIES && found == NULL; i++)
        if (textures->densities[i].of == density)
            found = &textures->densities[i];
    if (found != NULL && found->changes == density->changes && found->theme == theme &&
        found->w == w && found->h == h)
        return found->texture;
    if (found == NULL) {
        found = &textures->densities[textures->next_density];
        textures->next_density = (textures->next_density + 1) % VIZ_DENSITIES;
    }
    SDL_DestroyTexture(found->texture);
    *found = (struct density){
        .of = density, .changes = density->changes, .theme = theme, .w = w, .h = h};
    found->texture = make(textures->renderer, w, h, density_row, found);
    return found->texture;
}
