/* A scene's primitives as pixels, band by band of the picture: a band stays in the processor's
 * cache while all that covers it is painted, so that memory is written once. */
#include "draw.h"

#include "stencils.h"

#include <stdlib.h>
#include <string.h>

/* Pixels of a band: a megabyte. */
enum { BAND = 1 << 18 };

/* So many pixels that are the same are a stretch of their own. */
enum { LONG = 24 };

/* A primitive that can be seen, with what is needed to paint it. */
struct piece {
    const struct viz_prim *prim;
    const struct viz_stencil *stencil; /* NULL: it needs none */
    struct viz_rect seen;
};

/* Pixels of a row, from the one up to the other. */
struct stretch {
    int x0;
    int x1;
    bool even; /* all are the same */
};

struct viz_drawer {
    struct viz_stencils *stencils;
    struct piece *pieces;
    size_t piece_count;
    size_t piece_room;
    uint32_t *listed; /* into pieces: those of the first band in their order, of the next, ... */
    size_t listed_room;
    size_t *ends; /* by band: where its pieces end in that list */
    size_t band_room;
    uint32_t *row; /* of a density that is painted: a row of its pixels, */
    int row_room;
    struct stretch *stretches; /* and those of it that are not transparent */
    int stretch_count;
    bool failed; /* something of the scene that is being painted could not be */
};

struct viz_drawer *viz_drawer_new(struct viz_typesetter *typesetter) {
    struct viz_drawer *drawer = calloc(1, sizeof *drawer);
    if (drawer == NULL)
        return NULL;
    drawer->stencils = viz_stencils_new(typesetter);
    if (drawer->stencils != NULL)
        return drawer;
    free(drawer);
    return NULL;
}

void viz_drawer_free(struct viz_drawer *drawer) {
    if (drawer == NULL)
        return;
    viz_stencils_free(drawer->stencils);
    free(drawer->pieces);
    free(drawer->listed);
    free(drawer->ends);
    free(drawer->row);
    free(drawer->stretches);
    free(drawer);
}

/* --- Primitives --------------------------------------------------------------------------- */

/* What a primitive is painted with, and where. */
struct brush {
    struct viz_drawer *drawer;
    const struct viz_raster *raster;
    struct viz_rect clip;
    uint32_t colours[VIZ_ROLE_COUNT]; /* the theme's */
    struct viz_paint paint;
};

static void fill(const struct brush *brush, int x, int y, int w, int h) {
    viz_raster_fill(brush->raster, brush->clip, (struct viz_rect){x, y, w, h}, brush->paint);
}

static void copy(const struct brush *brush, const struct viz_stencil *stencil, int x, int y) {
    viz_raster_stencil(brush->raster, brush->clip, x, y, stencil,
                       (struct viz_rect){0, 0, stencil->w, stencil->h}, brush->paint);
}

/* The four corners of a rounded rectangle, from the quarters of a disc or ring. */
static void corners(const struct brush *brush, const struct viz_stencil *mask,
                    const struct viz_rect *at, int r) {
    for (int i = 0; i < 4; i++) {
        int x = i % 2 == 0 ? at->x : at->x + at->w - r;
        int y = i / 2 == 0 ? at->y : at->y + at->h - r;
        struct viz_rect from = {i % 2 * r, i / 2 * r, r, r};
        viz_raster_stencil(brush->raster, brush->clip, x, y, mask, from, brush->paint);
    }
}

static void draw_fill(const struct brush *brush, const struct viz_prim *prim,
                      const struct viz_stencil *disc) {
    const struct viz_rect *at = &prim->at;
    int r = prim->radius;
    if (r < 1) {
        fill(brush, at->x, at->y, at->w, at->h);
        return;
    }
    corners(brush, disc, at, r);
    fill(brush, at->x + r, at->y, at->w - 2 * r, r);
    fill(brush, at->x, at->y + r, at->w, at->h - 2 * r);
    fill(brush, at->x + r, at->y + at->h - r, at->w - 2 * r, r);
}

static void draw_stroke(const struct brush *brush, const struct viz_prim *prim,
                        const struct viz_stencil *ring) {
    const struct viz_rect *at = &prim->at;
    int r = prim->radius;
    int line = prim->line;
    if (r > 0)
        corners(brush, ring, at, r);
    int across = r > 0 ? r : line; /* without corners, the sides must not overlap */
    fill(brush, at->x + r, at->y, at->w - 2 * r, line);
    fill(brush, at->x + r, at->y + at->h - line, at->w - 2 * r, line);
    fill(brush, at->x, at->y + across, line, at->h - 2 * across);
    fill(brush, at->x + at->w - line, at->y + across, line, at->h - 2 * across);
}

/* Tiles of a hatch, which fit together. */
static void draw_hatch(const struct brush *brush, const struct viz_rect *at,
                       const struct viz_stencil *tile) {
    const struct viz_rect *clip = &brush->clip;
    int size = tile->w;
    int right = clip->x + clip->w;
    int bottom = clip->y + clip->h;
    for (int y = at->y + (clip->y - at->y) / size * size; y < bottom; y += size)
        for (int x = at->x + (clip->x - at->x) / size * size; x < right; x += size)
            copy(brush, tile, x, y);
}

/* --- Densities ------------------------------------------------------------------------------ */

/* A cell's levels, painted over each other: a pixel multiplied by its alpha. */
static uint32_t colour_of(const struct viz_density *density, const uint32_t *colours, int x,
                          int y) {
    const uint8_t *cell = viz_density_cell(density, x, y);
    uint32_t pixel = 0;
    for (int level = 0; level < density->levels; level++)
        if (cell[level] != 0)
            pixel = viz_pixel_over(pixel, viz_pixel_scale(colours[level], cell[level]));
    return pixel;
}

/* The mean of the cells of some columns and rows. */
static uint32_t mean_of(const struct viz_density *density, const uint32_t *colours, int x0, int x1,
                        int y0, int y1) {
    uint32_t sums[4] = {0};
    uint32_t count = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++, count++) {
            uint32_t pixel = colour_of(density, colours, x, y);
            for (int k = 0; k < 4; k++)
                sums[k] += pixel >> 8 * k & 0xFF;
        }
    uint32_t mean = 0;
    for (int k = 0; k < 4 && count > 0; k++)
        mean |= sums[k] / count << 8 * k;
    return mean;
}

/* The row's next pixels are one: goes on with the stretch before, or begins one. */
static void add_run(struct viz_drawer *drawer, int x0, int x1, uint32_t pixel) {
    int count = drawer->stretch_count;
    struct stretch *last = count > 0 ? &drawer->stretches[count - 1] : NULL;
    bool even = x1 - x0 >= LONG;
    for (int x = x0; x < x1; x++)
        drawer->row[x] = pixel;
    if (pixel == 0)
        return;
    if (last != NULL && last->x1 == x0 && !last->even && !even)
        last->x1 = x1;
    else
        drawer->stretches[drawer->stretch_count++] = (struct stretch){x0, x1, even};
}

/* A row of pixels where each is of one cell or of several. */
static void mix_density_row(struct viz_drawer *drawer, const struct viz_density *density,
                            const uint32_t *colours, int w, int y0, int y1) {
    for (int x = 0; x < w; x++) {
        int start = x * density->columns / w;
        int end = (x + 1) * density->columns / w;
        add_run(drawer, x, x + 1,
                mean_of(density, colours, start, end > start ? end : start + 1, y0, y1));
    }
}

/* A row of pixels each of which is of one cell, or of a part of one: run by run. */
static void run_density_row(struct viz_drawer *drawer, const struct viz_density *density,
                            const uint32_t *colours, int w, int y) {
    const uint64_t *edges = viz_density_edges(density, y);
    int columns = density->columns;
    for (int cell = 0, x = 0; cell < columns;) {
        uint32_t pixel = colour_of(density, colours, cell, y);
        cell = edges != NULL ? viz_edges_next(edges, cell + 1, columns) : cell + 1;
        int end = (cell * w + columns - 1) / columns;
        add_run(drawer, x, end, pixel);
        x = end;
    }
}

static void make_density_row(struct viz_drawer *drawer, const struct viz_density *density,
                             const uint32_t *colours, int w, int y0, int y1) {
    drawer->stretch_count = 0;
    if (y1 == y0 + 1 && density->columns <= w)
        run_density_row(drawer, density, colours, w, y0);
    else
        mix_density_row(drawer, density, colours, w, y0, y1);
}

static void paint_density_row(const struct brush *brush, int x, int y, uint8_t alpha) {
    const struct viz_drawer *drawer = brush->drawer;
    for (int i = 0; i < drawer->stretch_count; i++) {
        const struct stretch *at = &drawer->stretches[i];
        const uint32_t *row = drawer->row + at->x0;
        if (at->even)
            viz_raster_run(brush->raster, brush->clip, x + at->x0, y, at->x1 - at->x0,
                           viz_pixel_scale(*row, alpha));
        else
            viz_raster_row(brush->raster, brush->clip, x + at->x0, y, at->x1 - at->x0, row, alpha);
    }
}

/* Room for a row of `w` pixels; false where memory runs out. */
static bool make_room(struct viz_drawer *drawer, int w) {
    if (w <= drawer->row_room)
        return true;
    uint32_t *row = realloc(drawer->row, (size_t)w * sizeof *row);
    if (row == NULL)
        return false;
    drawer->row = row;
    struct stretch *stretches = realloc(drawer->stretches, (size_t)w * sizeof *stretches);
    if (stretches == NULL)
        return false;
    drawer->stretches = stretches;
    drawer->row_room = w;
    return true;
}

static void draw_density(const struct brush *brush, const struct viz_prim *prim,
                         const struct viz_density *density) {
    struct viz_drawer *drawer = brush->drawer;
    const struct viz_rect *at = &prim->at;
    uint32_t colours[VIZ_DENSITY_LEVELS];
    int made = -1;
    if (!make_room(drawer, at->w)) {
        drawer->failed = true;
        return;
    }
    for (int level = 0; level < density->levels; level++)
        colours[level] = brush->colours[density->roles[level]];
    for (int y = brush->clip.y; y < brush->clip.y + brush->clip.h; y++) {
        int y0;
        int y1;
        if (!viz_density_rows(density, at->h, y - at->y, &y0, &y1))
            continue;
        if (y0 != made)
            make_density_row(drawer, density, colours, at->w, y0, y1);
        made = y0;
        paint_density_row(brush, at->x, y, prim->alpha);
    }
}

/* --- Pieces --------------------------------------------------------------------------------- */

/* The stencil that a primitive needs; *needs: whether it needs one. */
static const struct viz_stencil *stencil_of(struct viz_stencils *stencils,
                                            const struct viz_scene *scene,
                                            const struct viz_prim *prim, bool *needs) {
    int r = prim->radius;
    int tile = prim->period > 0 ? prim->period * (96 / prim->period + 1) : 0;
    *needs = true;
    switch ((enum viz_prim_kind)prim->kind) {
    case VIZ_HATCH:
        return viz_stencil_mask(stencils, VIZ_MASK_HATCH, tile, tile, prim->period);
    case VIZ_TEXT_AT:
        return viz_stencil_text(stencils, (enum viz_font)prim->font, scene->text + prim->text);
    case VIZ_ARROW_RIGHT:
        return viz_stencil_mask(stencils, VIZ_MASK_RIGHT, prim->at.w, prim->at.h, 0);
    case VIZ_DIAMOND:
        return viz_stencil_mask(stencils, VIZ_MASK_DIAMOND, prim->at.w, prim->at.h, 0);
    case VIZ_DOT:
        return viz_stencil_mask(stencils, VIZ_MASK_DISC, prim->at.w, prim->at.h, 0);
    case VIZ_CROSS:
        return viz_stencil_mask(stencils, VIZ_MASK_CROSS, prim->at.w, prim->at.h, prim->line);
    case VIZ_FILL:
    case VIZ_STROKE:
        *needs = r > 0;
        if (r > 0 && prim->kind == VIZ_FILL)
            return viz_stencil_mask(stencils, VIZ_MASK_DISC, 2 * r, 2 * r, 0);
        return r > 0 ? viz_stencil_mask(stencils, VIZ_MASK_RING, 2 * r, 2 * r, prim->line) : NULL;
    case VIZ_DENSITY:
    default:
        *needs = false;
        return NULL;
    }
}

static void draw_piece(const struct brush *brush, const struct viz_scene *scene,
                       const struct piece *piece) {
    const struct viz_prim *prim = piece->prim;
    switch ((enum viz_prim_kind)prim->kind) {
    case VIZ_FILL:
        draw_fill(brush, prim, piece->stencil);
        break;
    case VIZ_STROKE:
        draw_stroke(brush, prim, piece->stencil);
        break;
    case VIZ_HATCH:
        draw_hatch(brush, &prim->at, piece->stencil);
        break;
    case VIZ_DENSITY:
        draw_density(brush, prim, scene->densities[prim->text]);
        break;
    default:
        copy(brush, piece->stencil, prim->at.x, prim->at.y);
        break;
    }
}

/* All primitives that can be seen; false where there is no memory for the list of them. */
static bool gather(struct viz_drawer *drawer, const struct viz_scene *scene,
                   const struct viz_raster *raster) {
    const struct viz_rect all = {0, 0, raster->width, raster->height};
    if (scene->count > drawer->piece_room) {
        struct piece *pieces = realloc(drawer->pieces, scene->count * sizeof *pieces);
        if (pieces == NULL)
            return false;
        drawer->pieces = pieces;
        drawer->piece_room = scene->count;
    }
    drawer->piece_count = 0;
    for (size_t i = 0; i < scene->count; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        struct viz_rect clip = viz_common_rect(all, scene->clips[prim->clip]);
        struct piece piece = {.prim = prim, .seen = viz_common_rect(clip, prim->at)};
        bool needs;
        if (piece.seen.w <= 0 || piece.seen.h <= 0 || prim->alpha == 0)
            continue;
        piece.stencil = stencil_of(drawer->stencils, scene, prim, &needs);
        if (needs && piece.stencil == NULL)
            drawer->failed = true;
        else
            drawer->pieces[drawer->piece_count++] = piece;
    }
    return true;
}

/* --- Bands -------------------------------------------------------------------------------- */

/* The bands, each `height` rows of pixels, that a piece is in: from the first up to another. */
static size_t first_band(const struct piece *piece, int height) {
    return (size_t)(piece->seen.y / height);
}

static size_t end_band(const struct piece *piece, int height) {
    return (size_t)((piece->seen.y + piece->seen.h - 1) / height) + 1;
}

/* Makes drawer->ends how many pieces are in each band; false where memory runs out. */
static bool count_in_bands(struct viz_drawer *drawer, size_t bands, int height) {
    if (bands > drawer->band_room) {
        size_t *ends = realloc(drawer->ends, bands * sizeof *ends);
        if (ends == NULL)
            return false;
        drawer->ends = ends;
        drawer->band_room = bands;
    }
    for (size_t band = 0; band < bands; band++)
        drawer->ends[band] = 0;
    for (size_t i = 0; i < drawer->piece_count; i++) {
        size_t end = end_band(&drawer->pieces[i], height);
        for (size_t band = first_band(&drawer->pieces[i], height); band < end; band++)
            drawer->ends[band]++;
    }
    return true;
}

/* Lists the pieces of each band, so that a band looks at its own alone; false where memory runs
 * out. */
static bool list_bands(struct viz_drawer *drawer, size_t bands, int height) {
    if (!count_in_bands(drawer, bands, height))
        return false;
    size_t listed = 0;
    for (size_t band = 0; band < bands; band++) { /* at first each ends where it begins */
        size_t count = drawer->ends[band];
        drawer->ends[band] = listed;
        listed += count;
    }
    if (listed > drawer->listed_room) {
        uint32_t *list = realloc(drawer->listed, listed * sizeof *list);
        if (list == NULL)
            return false;
        drawer->listed = list;
        drawer->listed_room = listed;
    }
    for (size_t i = 0; i < drawer->piece_count; i++) {
        size_t end = end_band(&drawer->pieces[i], height);
        for (size_t band = first_band(&drawer->pieces[i], height); band < end; band++)
            drawer->listed[drawer->ends[band]++] = (uint32_t)i;
    }
    return true;
}

/* Paints what is in a band of the picture. */
static void draw_band(struct brush *brush, const struct viz_scene *scene, size_t index,
                      struct viz_rect band) {
    const struct viz_drawer *drawer = brush->drawer;
    for (size_t i = index > 0 ? drawer->ends[index - 1] : 0; i < drawer->ends[index]; i++) {
        const struct piece *piece = &drawer->pieces[drawer->listed[i]];
        brush->clip = viz_common_rect(band, piece->seen);
        brush->paint.colour = brush->colours[piece->prim->role];
        brush->paint.alpha = piece->prim->alpha;
        draw_piece(brush, scene, piece);
    }
}

bool viz_draw(struct viz_drawer *drawer, const struct viz_scene *scene, enum viz_theme theme,
              const struct viz_raster *raster) {
    struct brush brush = {.drawer = drawer, .raster = raster};
    for (int role = 0; role < VIZ_ROLE_COUNT; role++)
        brush.colours[role] = viz_palette_pixel(theme, role);
    int height = raster->width < BAND ? BAND / (raster->width > 0 ? raster->width : 1) : 1;
    size_t bands = (size_t)((raster->height + height - 1) / height);
    drawer->failed = false;
    bool ready = gather(drawer, scene, raster) && list_bands(drawer, bands, height);
    for (size_t i = 0; i < bands && ready; i++)
        draw_band(&brush, scene, i, (struct viz_rect){0, (int)i * height, raster->width, height});
    viz_stencils_tidy(drawer->stencils);
    return ready && !drawer->failed;
}
