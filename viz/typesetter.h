/* typesetter.h - the fonts of a picture, and texts as textures.
 *
 * Each text is rendered once, and kept as long as it is in use. Text is as crisp as its font's
 * hinting makes it: fonts are opened at the size they are shown in, never scaled.
 */
#ifndef VIZ_TYPESETTER_H
#define VIZ_TYPESETTER_H

#include "scene.h"

#include <SDL.h>

enum { VIZ_MESSAGE_SIZE = 512 };

struct viz_typesetter;

/* Opens the fonts for a scale. `file` is the font to use; NULL: Inter where it is installed, else
 * DejaVu Sans, else whatever the system calls sans-serif. The renderer must outlive it.
 *   0            *typesetter is the caller's
 *   CAD_ESYSTEM  no font; message says which, and which package to install
 *   CAD_ENOMEM */
int viz_typesetter_new(SDL_Renderer *renderer, const char *file, double scale,
                       struct viz_typesetter **typesetter, char message[VIZ_MESSAGE_SIZE]);
/* Takes NULL. */
void viz_typesetter_free(struct viz_typesetter *typesetter);

/* How the layout measures with these fonts; `measure` refers to the typesetter. */
void viz_typesetter_measure(struct viz_typesetter *typesetter, struct viz_measure *measure);

/* A text in white, to be coloured when it is copied; NULL when memory runs out. It belongs to the
 * typesetter, and lives until the next call of viz_typesetter_tidy(). */
SDL_Texture *viz_typesetter_texture(struct viz_typesetter *typesetter, enum viz_font font,
                                    const char *text, int *width, int *height);

/* After a picture: forgets texts that have not been used lately, when there are many. */
void viz_typesetter_tidy(struct viz_typesetter *typesetter);

/* The renderer has lost its textures: renders all again when they are next asked for. */
void viz_typesetter_reset(struct viz_typesetter *typesetter);

#endif
