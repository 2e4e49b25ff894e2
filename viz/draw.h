/* draw.h - paints a scene into pixels: a window's, or those of a picture without any display.
 */
#ifndef VIZ_DRAW_H
#define VIZ_DRAW_H

#include "palette.h"
#include "raster.h"
#include "typesetter.h"

struct viz_drawer;

/* NULL when memory runs out. The typesetter must outlive it. */
struct viz_drawer *viz_drawer_new(struct viz_typesetter *typesetter);
/* Takes NULL. */
void viz_drawer_free(struct viz_drawer *drawer);

/* Paints all of a scene. False where something is missing, for want of memory. */
bool viz_draw(struct viz_drawer *drawer, const struct viz_scene *scene, enum viz_theme theme,
              const struct viz_raster *raster);

#endif
