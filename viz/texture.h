/* texture.h - what a renderer keeps of a picture's parts: shapes, texts and the density as
 * textures, made when they are first asked for. Shapes and texts are white, to be coloured when
 * they are copied.
 */
#ifndef VIZ_TEXTURE_H
#define VIZ_TEXTURE_H

#include "density.h"
#include "palette.h"
#include "typesetter.h"

#include <SDL.h>

enum viz_mask {
    VIZ_MASK_DISC,
    VIZ_MASK_RING, /* `line` pixels wide */
    VIZ_MASK_RIGHT,
    VIZ_MASK_DIAMOND,
    VIZ_MASK_CROSS, /* `line` pixels wide */
    VIZ_MASK_HATCH  /* a line every `line` pixels */
};

struct viz_textures;

/* NULL when memory runs out. Renderer and typesetter must outlive it. */
struct viz_textures *viz_textures_new(SDL_Renderer *renderer, struct viz_typesetter *typesetter);
/* Takes NULL. */
void viz_textures_free(struct viz_textures *textures);

/* Textures belong to the collection, and live until the next call of any of these; NULL where one
 * cannot be made. */
SDL_Texture *viz_texture_mask(struct viz_textures *textures, enum viz_mask kind, int w, int h,
                              int line);
/* *colours: what of the text has its own; NULL where nothing has. */
SDL_Texture *viz_texture_text(struct viz_textures *textures, enum viz_font font, const char *text,
                              int *w, int *h, SDL_Texture **colours);
/* In the colours of a theme; clear where nothing is. */
SDL_Texture *viz_texture_density(struct viz_textures *textures, const struct viz_density *density,
                                 enum viz_theme theme, int w, int h);

/* After a picture: forgets texts that have not been shown lately, when there are many. */
void viz_textures_tidy(struct viz_textures *textures);
/* The renderer has lost its textures: all are made again when they are next asked for. */
void viz_textures_reset(struct viz_textures *textures);

#endif
