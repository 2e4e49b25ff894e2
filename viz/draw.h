/* draw.h - paints a scene with SDL: into a window, or into a surface without any display. */
#ifndef VIZ_DRAW_H
#define VIZ_DRAW_H

#include "palette.h"
#include "scene.h"
#include "typesetter.h"

#include <SDL.h>

struct viz_drawer;

/* NULL when memory runs out. Renderer and typesetter must outlive it. */
struct viz_drawer *viz_drawer_new(SDL_Renderer *renderer, struct viz_typesetter *typesetter);
/* Takes NULL. */
void viz_drawer_free(struct viz_drawer *drawer);

/* Paints all of a scene; does not present it. False where something is
 * missing, for want of memory. */
bool viz_draw(struct viz_drawer *drawer, const struct viz_scene *scene, enum viz_theme theme);

/* The renderer has lost its textures. */
void viz_drawer_reset(struct viz_drawer *drawer);

#endif
