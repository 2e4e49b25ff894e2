/* stencils.h - what is kept of the pictures' parts: shapes and texts as stencils (raster.h), made
 * when they are first asked for.
 */
#ifndef VIZ_STENCILS_H
#define VIZ_STENCILS_H

#include "raster.h"
#include "typesetter.h"

enum viz_mask {
    VIZ_MASK_DISC,
    VIZ_MASK_RING, /* `line` pixels wide */
    VIZ_MASK_RIGHT,
    VIZ_MASK_DIAMOND,
    VIZ_MASK_CROSS, /* `line` pixels wide */
    VIZ_MASK_HATCH  /* a line every `line` pixels */
};

struct viz_stencils;

/* NULL when memory runs out. The typesetter must outlive it. */
struct viz_stencils *viz_stencils_new(struct viz_typesetter *typesetter);
/* Takes NULL. */
void viz_stencils_free(struct viz_stencils *stencils);

/* Stencils belong to the collection, and live until viz_stencils_tidy(); NULL where one cannot be
 * made. */
const struct viz_stencil *viz_stencil_mask(struct viz_stencils *stencils, enum viz_mask kind, int w,
                                           int h, int line);
const struct viz_stencil *viz_stencil_text(struct viz_stencils *stencils, enum viz_font font,
                                           const char *text);

/* After a picture: forgets what has not been shown lately, where there is much. */
void viz_stencils_tidy(struct viz_stencils *stencils);

#endif
