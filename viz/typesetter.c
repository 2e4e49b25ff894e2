/* Fonts: found by fontconfig, opened and measured by SDL_ttf. */
#include "typesetter.h"

#include "cadran.h"
#include "texts.h"

#include <SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest text that is measured where the memory of texts is full. */
enum { LONGEST = 512 };

struct viz_typesetter {
    TTF_Font *fonts[VIZ_FONT_COUNT];
    int sizes[VIZ_FONT_COUNT];
    struct viz_texts measured;
};

static const struct {
    double size; /* units of the design */
    int weight;  /* fontconfig's */
    int css_weight;
} designs[VIZ_FONT_COUNT] = {
    [VIZ_FONT_TITLE] = {20, FC_WEIGHT_SEMIBOLD, 600},
    [VIZ_FONT_VALUE] = {16, FC_WEIGHT_SEMIBOLD, 600},
    [VIZ_FONT_NAME] = {13, FC_WEIGHT_MEDIUM, 500},
    [VIZ_FONT_BODY] = {13, FC_WEIGHT_REGULAR, 400},
    [VIZ_FONT_SMALL] = {11.5, FC_WEIGHT_REGULAR, 400},
};

/* --- Finding fonts ------------------------------------------------------------------------ */

/* The file of a family in a weight; false where the family is not installed. NULL: any. */
static bool match_family(const char *family, int weight, char *file, size_t size, int *index) {
    FcPattern *pattern = FcPatternCreate();
    if (pattern == NULL)
        return false;
    const char *wanted = family != NULL ? family : "sans-serif";
    FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)wanted);
    FcPatternAddInteger(pattern, FC_WEIGHT, weight);
    FcPatternAddInteger(pattern, FC_SLANT, FC_SLANT_ROMAN);
    FcPatternAddBool(pattern, FC_SCALABLE, FcTrue);
    FcConfigSubstitute(NULL, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result;
    FcPattern *match = FcFontMatch(NULL, pattern, &result);
    FcPatternDestroy(pattern);
    if (match == NULL)
        return false;
    FcChar8 *found_file = NULL;
    FcChar8 *found_family = NULL;
    bool found = FcPatternGetString(match, FC_FILE, 0, &found_file) == FcResultMatch &&
                 FcPatternGetString(match, FC_FAMILY, 0, &found_family) == FcResultMatch &&
                 strlen((const char *)found_file) < size &&
                 (family == NULL || strcmp((const char *)found_family, family) == 0);
    if (found) {
        snprintf(file, size, "%s", (const char *)found_file);
        if (FcPatternGetInteger(match, FC_INDEX, 0, index) != FcResultMatch)
            *index = 0;
    }
    FcPatternDestroy(match);
    return found;
}

static bool find_font(int weight, char *file, size_t size, int *index) {
    static const char *const families[] = {"Inter", "DejaVu Sans", NULL};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (match_family(families[i], weight, file, size, index))
            return true;
    return false;
}

static int open_fonts(struct viz_typesetter *typesetter, const char *given, double scale,
                      char message[VIZ_MESSAGE_SIZE]) {
    for (int i = 0; i < VIZ_FONT_COUNT; i++) {
        char found[1024];
        int index = 0;
        const char *file = given;
        if (file == NULL && find_font(designs[i].weight, found, sizeof found, &index))
            file = found;
        if (file == NULL) {
            snprintf(message, VIZ_MESSAGE_SIZE,
                     "no font was found; install one (Debian: fonts-inter or fonts-dejavu-core), "
                     "or name one with --font FILE");
            return CAD_ESYSTEM;
        }
        int size = (int)lround(designs[i].size * scale);
        typesetter->sizes[i] = size > 1 ? size : 1;
        typesetter->fonts[i] = TTF_OpenFontIndex(file, typesetter->sizes[i], index);
        if (typesetter->fonts[i] == NULL) {
            snprintf(message, VIZ_MESSAGE_SIZE, "the font %.300s cannot be opened: %.100s", file,
                     TTF_GetError());
            return CAD_ESYSTEM;
        }
        TTF_SetFontHinting(typesetter->fonts[i], TTF_HINTING_LIGHT_SUBPIXEL);
    }
    return 0;
}

int viz_typesetter_new(const char *file, double scale, struct viz_typesetter **out,
                       char message[VIZ_MESSAGE_SIZE]) {
    *out = NULL;
    struct viz_typesetter *typesetter = calloc(1, sizeof *typesetter);
    if (typesetter == NULL) {
        snprintf(message, VIZ_MESSAGE_SIZE, "out of memory");
        return CAD_ENOMEM;
    }
    if (TTF_Init() != 0) {
        snprintf(message, VIZ_MESSAGE_SIZE, "SDL_ttf cannot start: %.200s", TTF_GetError());
        free(typesetter);
        return CAD_ESYSTEM;
    }
    int error = open_fonts(typesetter, file, scale, message);
    FcFini(); /* all of fontconfig's memory: nobody else here uses it */
    if (error != 0) {
        viz_typesetter_free(typesetter);
        return error;
    }
    *out = typesetter;
    return 0;
}

void viz_typesetter_free(struct viz_typesetter *typesetter) {
    if (typesetter == NULL)
        return;
    viz_texts_clear(&typesetter->measured);
    for (int i = 0; i < VIZ_FONT_COUNT; i++)
        if (typesetter->fonts[i] != NULL)
            TTF_CloseFont(typesetter->fonts[i]);
    TTF_Quit();
    free(typesetter);
}

/* --- Texts -------------------------------------------------------------------------------- */

static int width_of(void *context, enum viz_font font, const char *text, size_t length) {
    struct viz_typesetter *typesetter = context;
    bool known;
    struct viz_text_entry *entry =
        viz_texts_find(&typesetter->measured, font, text, length, &known);
    if (entry != NULL && !known &&
        TTF_SizeUTF8(typesetter->fonts[font], entry->text, &entry->width, NULL) != 0)
        entry->width = 0;
    if (entry != NULL)
        return entry->width;
    char copy[LONGEST];
    int width = 0;
    length = length < sizeof copy - 1 ? length : sizeof copy - 1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    TTF_SizeUTF8(typesetter->fonts[font], copy, &width, NULL);
    return width;
}

void viz_typesetter_measure(struct viz_typesetter *typesetter, struct viz_measure *measure) {
    const char *family = TTF_FontFaceFamilyName(typesetter->fonts[0]);
    *measure = (struct viz_measure){
        .width = width_of, .context = typesetter, .family = family != NULL ? family : "sans-serif"};
    for (int i = 0; i < VIZ_FONT_COUNT; i++)
        measure->types[i] = (struct viz_type){.height = TTF_FontHeight(typesetter->fonts[i]),
                                              .ascent = TTF_FontAscent(typesetter->fonts[i]),
                                              .size = typesetter->sizes[i],
                                              .weight = designs[i].css_weight};
}

void viz_typesetter_tidy(struct viz_typesetter *typesetter) {
    viz_texts_tidy(&typesetter->measured);
}

SDL_Surface *viz_typesetter_render(struct viz_typesetter *typesetter, enum viz_font font,
                                   const char *text) {
    SDL_Color white = {255, 255, 255, 255};
    return TTF_RenderUTF8_Blended(typesetter->fonts[font], text, white);
}
