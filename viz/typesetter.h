/* typesetter.h - the fonts of a picture: how texts are measured, and how they look. It needs no
 * window; texts as stencils are in stencils.h.
 *
 * Letters that the font lacks come from others that are installed, and scripts are shaped and run
 * in their own direction. Text is as crisp as its font's hinting makes it: fonts are opened at the
 * size they are shown in, never scaled.
 */
#ifndef VIZ_TYPESETTER_H
#define VIZ_TYPESETTER_H

#include "measure.h"

enum { VIZ_MESSAGE_SIZE = 512 };

struct viz_typesetter;
struct SDL_Surface;

/* Opens the fonts for a scale. `file` is the font to use; NULL: Inter where it is installed, else
 * DejaVu Sans, else whatever the system calls sans-serif.
 *   0            *typesetter is the caller's
 *   CAD_ESYSTEM  no font; message says which, and which package to install
 *   CAD_ENOMEM */
int viz_typesetter_new(const char *file, double scale, struct viz_typesetter **typesetter,
                       char message[VIZ_MESSAGE_SIZE]);
/* Takes NULL. */
void viz_typesetter_free(struct viz_typesetter *typesetter);

/* How the layout measures with these fonts; `measure` refers to the typesetter. */
void viz_typesetter_measure(struct viz_typesetter *typesetter, struct viz_measure *measure);

/* After a picture: forgets texts that have not been measured lately, when there are many. */
void viz_typesetter_tidy(struct viz_typesetter *typesetter);

/* A text in white on nothing; *colours: those of its letters that have colours of their own, as
 * emoji have, in these; NULL where none has. Both are for the caller to free, and NULL when memory
 * runs out. */
struct SDL_Surface *viz_typesetter_render(struct viz_typesetter *typesetter, enum viz_font font,
                                          const char *text, struct SDL_Surface **colours);

#endif
