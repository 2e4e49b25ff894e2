#include "typesetter.h"

#include "cadran.h"

#include <SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Texts that are kept; a picture rarely has more than a few hundred. */
enum { TEXTS_MAX = 4096, SLOTS = 16384, LONGEST = 512 };

struct text {
    char *text;
    SDL_Texture *texture; /* NULL: measured, and not yet shown */
    uint64_t hash;
    unsigned used; /* the picture that used it last */
    int width;
    int height;
    enum viz_font font;
};

struct viz_typesetter {
    SDL_Renderer *renderer;
    TTF_Font *fonts[VIZ_FONT_COUNT];
    struct text texts[TEXTS_MAX * 2];
    int slots[SLOTS]; /* open addressing: 0, or the number of a text plus 1 */
    int count;
    unsigned picture;
};

static const struct {
    double size; /* units of the design */
    int weight;  /* fontconfig's */
} designs[VIZ_FONT_COUNT] = {
    [VIZ_FONT_TITLE] = {20, FC_WEIGHT_SEMIBOLD},  [VIZ_FONT_VALUE] = {16, FC_WEIGHT_SEMIBOLD},
    [VIZ_FONT_NAME] = {13, FC_WEIGHT_MEDIUM},     [VIZ_FONT_BODY] = {13, FC_WEIGHT_REGULAR},
    [VIZ_FONT_SMALL] = {11.5, FC_WEIGHT_REGULAR},
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
        typesetter->fonts[i] = TTF_OpenFontIndex(file, size > 1 ? size : 1, index);
        if (typesetter->fonts[i] == NULL) {
            snprintf(message, VIZ_MESSAGE_SIZE, "the font %.300s cannot be opened: %.100s", file,
                     TTF_GetError());
            return CAD_ESYSTEM;
        }
        TTF_SetFontHinting(typesetter->fonts[i], TTF_HINTING_LIGHT_SUBPIXEL);
    }
    return 0;
}

int viz_typesetter_new(SDL_Renderer *renderer, const char *file, double scale,
                       struct viz_typesetter **out, char message[VIZ_MESSAGE_SIZE]) {
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
    typesetter->renderer = renderer;
    int error = open_fonts(typesetter, file, scale, message);
    FcFini(); /* all of fontconfig's memory: nobody else here uses it */
    if (error != 0) {
        viz_typesetter_free(typesetter);
        return error;
    }
    *out = typesetter;
    return 0;
}

static void drop_text(struct text *text) {
    SDL_DestroyTexture(text->texture);
    free(text->text);
}

void viz_typesetter_free(struct viz_typesetter *typesetter) {
    if (typesetter == NULL)
        return;
    for (int i = 0; i < typesetter->count; i++)
        drop_text(&typesetter->texts[i]);
    for (int i = 0; i < VIZ_FONT_COUNT; i++)
        if (typesetter->fonts[i] != NULL)
            TTF_CloseFont(typesetter->fonts[i]);
    TTF_Quit();
    free(typesetter);
}

/* --- Texts -------------------------------------------------------------------------------- */

static uint64_t hash_of(enum viz_font font, const char *text, size_t length) {
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)font;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return hash;
}

static int *slot_of(struct viz_typesetter *typesetter, uint64_t hash, enum viz_font font,
                    const char *text, size_t length) {
    size_t at = (size_t)(hash ^ hash >> 32) % SLOTS;
    for (;; at = (at + 1) % SLOTS) {
        int *slot = &typesetter->slots[at];
        if (*slot == 0)
            return slot;
        const struct text *entry = &typesetter->texts[*slot - 1];
        if (entry->hash == hash && entry->font == font && strncmp(entry->text, text, length) == 0 &&
            entry->text[length] == '\0')
            return slot;
    }
}

/* The entry of a text, measured; NULL when memory runs out. */
static struct text *find_text(struct viz_typesetter *typesetter, enum viz_font font,
                              const char *text, size_t length) {
    uint64_t hash = hash_of(font, text, length);
    int *slot = slot_of(typesetter, hash, font, text, length);
    if (*slot == 0) {
        if (typesetter->count == TEXTS_MAX * 2)
            return NULL;
        char *copy = malloc(length + 1);
        if (copy == NULL)
            return NULL;
        memcpy(copy, text, length);
        copy[length] = '\0';
        struct text *entry = &typesetter->texts[typesetter->count];
        *entry = (struct text){.text = copy, .hash = hash, .font = font};
        if (TTF_SizeUTF8(typesetter->fonts[font], copy, &entry->width, &entry->height) != 0)
            entry->width = entry->height = 0;
        *slot = ++typesetter->count;
    }
    struct text *entry = &typesetter->texts[*slot - 1];
    entry->used = typesetter->picture;
    return entry;
}

static int width_of(void *context, enum viz_font font, const char *text, size_t length) {
    struct viz_typesetter *typesetter = context;
    const struct text *entry = find_text(typesetter, font, text, length);
    if (entry != NULL)
        return entry->width;
    /* The table is full, as when ten thousand labels are tried in one picture. */
    char copy[LONGEST];
    int width = 0;
    length = length < sizeof copy - 1 ? length : sizeof copy - 1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    TTF_SizeUTF8(typesetter->fonts[font], copy, &width, NULL);
    return width;
}

void viz_typesetter_measure(struct viz_typesetter *typesetter, struct viz_measure *measure) {
    measure->width = width_of;
    measure->context = typesetter;
    for (int i = 0; i < VIZ_FONT_COUNT; i++)
        measure->height[i] = TTF_FontHeight(typesetter->fonts[i]);
}

SDL_Texture *viz_typesetter_texture(struct viz_typesetter *typesetter, enum viz_font font,
                                    const char *text, int *width, int *height) {
    struct text *entry = find_text(typesetter, font, text, strlen(text));
    if (entry == NULL)
        return NULL;
    if (entry->texture == NULL && entry->width > 0) {
        SDL_Color white = {255, 255, 255, 255};
        SDL_Surface *surface = TTF_RenderUTF8_Blended(typesetter->fonts[font], text, white);
        if (surface == NULL)
            return NULL;
        entry->texture = SDL_CreateTextureFromSurface(typesetter->renderer, surface);
        entry->width = surface->w;
        entry->height = surface->h;
        SDL_FreeSurface(surface);
    }
    *width = entry->width;
    *height = entry->height;
    return entry->texture;
}

void viz_typesetter_tidy(struct viz_typesetter *typesetter) {
    unsigned now = typesetter->picture++;
    if (typesetter->count <= TEXTS_MAX)
        return;
    int kept = 0;
    for (int i = 0; i < typesetter->count; i++) {
        if (typesetter->texts[i].used == now && kept < TEXTS_MAX)
            typesetter->texts[kept++] = typesetter->texts[i];
        else
            drop_text(&typesetter->texts[i]);
    }
    typesetter->count = kept;
    memset(typesetter->slots, 0, sizeof typesetter->slots);
    for (int i = 0; i < kept; i++) {
        const struct text *text = &typesetter->texts[i];
        *slot_of(typesetter, text->hash, text->font, text->text, strlen(text->text)) = i + 1;
    }
}

void viz_typesetter_reset(struct viz_typesetter *typesetter) {
    for (int i = 0; i < typesetter->count; i++) {
        SDL_DestroyTexture(typesetter->texts[i].texture);
        typesetter->texts[i].texture = NULL;
    }
}
