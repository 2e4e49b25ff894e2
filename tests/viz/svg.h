/* svg.h - a scene as SVG: a second renderer, which shows that a scene has all that one needs. */
#ifndef VIZ_SVG_H
#define VIZ_SVG_H

#include "palette.h"
#include "scene.h"

#include <stdio.h>

/* One element a line for each primitive, in their order, each of the class of what it shows. */
void svg_write(FILE *file, const struct viz_scene *scene, enum viz_theme theme);

#endif
