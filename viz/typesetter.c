/* Fonts, by Pango: it finds them by fontconfig, takes another font for letters that one lacks, and
 * sets each run of a text in its script's direction. Cairo draws them. */
#include "typesetter.h"

#include "cadran.h"
#include "room.h"
#include "texts.h"

#include <SDL.h>
#include <fontconfig/fontconfig.h>
/* which the next needs */
#include <fontconfig/fcfreetype.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct viz_typesetter {
    FcConfig *config;
    PangoFontMap *map;
    PangoContext *context;
    PangoLayout *layout;
    PangoFontDescription *fonts[VIZ_FONT_COUNT];
    struct viz_type types[VIZ_FONT_COUNT];
    char family[256]; /* that of the fonts, as they were found */
    struct viz_texts measured;
};

static const struct {
    double size; /* units of the design */
    PangoWeight weight;
} designs[VIZ_FONT_COUNT] = {
    [VIZ_FONT_TITLE] = {20, PANGO_WEIGHT_SEMIBOLD}, [VIZ_FONT_VALUE] = {16, PANGO_WEIGHT_SEMIBOLD},
    [VIZ_FONT_NAME] = {13, PANGO_WEIGHT_MEDIUM},    [VIZ_FONT_BODY] = {13, PANGO_WEIGHT_NORMAL},
    [VIZ_FONT_SMALL] = {11.5, PANGO_WEIGHT_NORMAL},
};

/* --- Finding fonts ------------------------------------------------------------------------ */

/* Adds a font file to those that are installed, and finds what its family is called. */
static int add_file(struct viz_typesetter *typesetter, const char *file,
                    char message[VIZ_MESSAGE_SIZE]) {
    int count = 0;
    FcChar8 *family = NULL;
    FcPattern *pattern = FcFreeTypeQuery((const FcChar8 *)file, 0, NULL, &count);
    bool added = pattern != NULL &&
                 FcPatternGetString(pattern, FC_FAMILY, 0, &family) == FcResultMatch &&
                 FcConfigAppFontAddFile(typesetter->config, (const FcChar8 *)file);
    if (added)
        snprintf(typesetter->family, sizeof typesetter->family, "%s", (const char *)family);
    else
        snprintf(message, VIZ_MESSAGE_SIZE, "the font %.300s cannot be opened", file);
    if (pattern != NULL)
        FcPatternDestroy(pattern);
    return added ? 0 : CAD_ESYSTEM;
}

static bool is_installed(FcConfig *config, const char *family) {
    FcPattern *pattern = FcPatternCreate();
    FcObjectSet *objects = FcObjectSetBuild(FC_FAMILY, (char *)NULL);
    if (family != NULL)
        FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)family);
    FcFontSet *set = FcFontList(config, pattern, objects);
    bool found = set != NULL && set->nfont > 0;
    if (set != NULL)
        FcFontSetDestroy(set);
    FcObjectSetDestroy(objects);
    FcPatternDestroy(pattern);
    return found;
}

/* The first of the families that is there. */
static int find_family(struct viz_typesetter *typesetter, char message[VIZ_MESSAGE_SIZE]) {
    static const char *const families[] = {"Inter", "DejaVu Sans"};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (is_installed(typesetter->config, families[i])) {
            snprintf(typesetter->family, sizeof typesetter->family, "%s", families[i]);
            return 0;
        }
    snprintf(typesetter->family, sizeof typesetter->family, "sans-serif");
    if (is_installed(typesetter->config, NULL))
        return 0;
    snprintf(
        message, VIZ_MESSAGE_SIZE,
        "no font was found; install one (Debian: fonts-inter or fonts-dejavu-core), or name one "
        "with --font FILE");
    return CAD_ESYSTEM;
}

/* Pictures are to be the same wherever the same fonts are: nothing goes by the user's language or
 * desktop. */
static void open_context(struct viz_typesetter *typesetter) {
    typesetter->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(typesetter->map), typesetter->config);
    typesetter->context = pango_font_map_create_context(typesetter->map);
    pango_context_set_language(typesetter->context, pango_language_from_string("en"));
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON);
    pango_cairo_context_set_font_options(typesetter->context, options);
    cairo_font_options_destroy(options);
    typesetter->layout = pango_layout_new(typesetter->context);
    pango_layout_set_single_paragraph_mode(typesetter->layout, TRUE);
}

static void open_fonts(struct viz_typesetter *typesetter, double scale) {
    for (int i = 0; i < VIZ_FONT_COUNT; i++) {
        int size = (int)fmax(1, round(designs[i].size * scale));
        PangoFontDescription *font = pango_font_description_new();
        pango_font_description_set_family(font, typesetter->family);
        pango_font_description_set_weight(font, designs[i].weight);
        pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
        typesetter->fonts[i] = font;
        PangoFontMetrics *metrics = pango_context_get_metrics(typesetter->context, font, NULL);
        int ascent = PANGO_PIXELS_CEIL(pango_font_metrics_get_ascent(metrics));
        int descent = PANGO_PIXELS_CEIL(pango_font_metrics_get_descent(metrics));
        typesetter->types[i] = (struct viz_type){.height = ascent + descent,
                                                 .ascent = ascent,
                                                 .size = size,
                                                 .weight = (int)designs[i].weight};
        pango_font_metrics_unref(metrics);
    }
}

int viz_typesetter_new(const char *file, double scale, struct viz_typesetter **out,
                       char message[VIZ_MESSAGE_SIZE]) {
    const char *lacking = viz_room_lacking();
    *out = NULL;
    if (lacking != NULL) {
        snprintf(message, VIZ_MESSAGE_SIZE, "%s", lacking);
        return CAD_ENOMEM;
    }
    struct viz_typesetter *typesetter = calloc(1, sizeof *typesetter);
    FcConfig *config = typesetter != NULL ? FcInitLoadConfigAndFonts() : NULL;
    if (config == NULL) {
        snprintf(message, VIZ_MESSAGE_SIZE, "out of memory");
        free(typesetter);
        return CAD_ENOMEM;
    }
    typesetter->config = config;
    int error =
        file != NULL ? add_file(typesetter, file, message) : find_family(typesetter, message);
    if (error != 0) {
        viz_typesetter_free(typesetter);
        return error;
    }
    open_context(typesetter);
    open_fonts(typesetter, scale);
    *out = typesetter;
    return 0;
}

void viz_typesetter_free(struct viz_typesetter *typesetter) {
    if (typesetter == NULL)
        return;
    viz_texts_clear(&typesetter->measured);
    for (int i = 0; i < VIZ_FONT_COUNT; i++)
        if (typesetter->fonts[i] != NULL)
            pango_font_description_free(typesetter->fonts[i]);
    g_clear_object(&typesetter->layout);
    g_clear_object(&typesetter->context);
    g_clear_object(&typesetter->map);
    FcConfigDestroy(typesetter->config);
    free(typesetter);
}

/* --- Texts -------------------------------------------------------------------------------- */

/* Sets a text in the layout; returns its width in pixels. */
static int set(struct viz_typesetter *typesetter, enum viz_font font, const char *text,
               size_t length) {
    int width;
    pango_layout_set_font_description(typesetter->layout, typesetter->fonts[font]);
    pango_layout_set_text(typesetter->layout, text, (int)length);
    pango_layout_get_pixel_size(typesetter->layout, &width, NULL);
    return width;
}

static int width_of(void *context, enum viz_font font, const char *text, size_t length) {
    struct viz_typesetter *typesetter = context;
    bool known;
    struct viz_text_entry *entry =
        viz_texts_find(&typesetter->measured, font, text, length, &known);
    if (entry == NULL)
        return set(typesetter, font, text, length);
    if (!known)
        entry->width = set(typesetter, font, text, length);
    return entry->width;
}

void viz_typesetter_measure(struct viz_typesetter *typesetter, struct viz_measure *measure) {
    *measure = (struct viz_measure){
        .width = width_of, .context = typesetter, .family = typesetter->family};
    memcpy(measure->types, typesetter->types, sizeof measure->types);
}

void viz_typesetter_tidy(struct viz_typesetter *typesetter) {
    viz_texts_tidy(&typesetter->measured);
}

/* The text that is set, in a colour; NULL when memory runs out. */
static cairo_surface_t *draw(struct viz_typesetter *typesetter, enum viz_font font, int width,
                             double grey) {
    cairo_surface_t *image =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, typesetter->types[font].height);
    cairo_t *cairo = cairo_create(image);
    cairo_set_source_rgb(cairo, grey, grey, grey);
    cairo_move_to(cairo, 0, typesetter->types[font].ascent);
    pango_cairo_show_layout_line(cairo, pango_layout_get_line_readonly(typesetter->layout, 0));
    bool drawn = cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    cairo_surface_flush(image);
    if (!drawn) {
        cairo_surface_destroy(image);
        return NULL;
    }
    return image;
}

static const Uint32 *row_of(cairo_surface_t *image, int y) {
    const unsigned char *pixels = cairo_image_surface_get_data(image);
    return (const Uint32 *)(const void *)(pixels + y * cairo_image_surface_get_stride(image));
}

/* From Cairo's pixels, whose colours are multiplied by their alpha, to SDL's. */
static Uint32 straight(Uint32 pixel) {
    Uint32 alpha = pixel >> 24;
    Uint32 colour = 0;
    for (int shift = 0; shift < 24 && alpha > 0; shift += 8)
        colour |= (pixel >> shift & 0xFF) * 255 / alpha << shift;
    return alpha << 24 | colour;
}

/* True where letters have colours of their own. */
static bool is_coloured(cairo_surface_t *white, int width, int height) {
    for (int y = 0; y < height; y++) {
        const Uint32 *row = row_of(white, y);
        for (int x = 0; x < width; x++)
            if (row[x] != (row[x] >> 24) * 0x01010101U)
                return true;
    }
    return false;
}

/* The pixels that are the same in white and in black, those of coloured letters, or the others. */
static SDL_Surface *copy(cairo_surface_t *white, cairo_surface_t *black, bool same, int width,
                         int height) {
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_ARGB8888);
    for (int y = 0; surface != NULL && y < height; y++) {
        const Uint32 *from = row_of(white, y);
        const Uint32 *other = black != NULL ? row_of(black, y) : NULL;
        Uint32 *to = (Uint32 *)(void *)((char *)surface->pixels + y * surface->pitch);
        for (int x = 0; x < width; x++)
            to[x] = other == NULL || (from[x] == other[x]) == same ? straight(from[x]) : 0;
    }
    return surface;
}

SDL_Surface *viz_typesetter_render(struct viz_typesetter *typesetter, enum viz_font font,
                                   const char *text, SDL_Surface **colours) {
    int width = set(typesetter, font, text, strlen(text));
    int height = typesetter->types[font].height;
    cairo_surface_t *white = width > 0 ? draw(typesetter, font, width, 1) : NULL;
    *colours = NULL;
    if (white == NULL)
        return NULL;
    cairo_surface_t *black =
        is_coloured(white, width, height) ? draw(typesetter, font, width, 0) : NULL;
    SDL_Surface *letters = copy(white, black, false, width, height);
    if (black != NULL) {
        *colours = copy(white, black, true, width, height);
        cairo_surface_destroy(black);
    }
    cairo_surface_destroy(white);
    return letters;
}
