/* svg.h - paints a scene as SVG: one file, which needs nothing else to be shown.
 *
 * Every primitive is an element at the place that the layout gave it, in their order. Texts are
 * texts: they name the font that they were measured in, and say how wide they were there, so that
 * they keep their place where it is not installed. What a part of the picture shows is the class of
 * its group and the number `data-index` (identity.h), and its details are the group's title, which
 * viewers show where the pointer is. Colours are classes by role, so that one file can be dark or
 * light where it is shown.
 */
#ifndef VIZ_SVG_H
#define VIZ_SVG_H

#include "arrange.h"
#include "model.h"
#include "palette.h"
#include "scene.h"

#include <stdbool.h>
#include <stdio.h>

struct viz_svg {
    const struct viz_scene *scene;
    const struct viz_model *model;             /* which the scene shows: what details are told of */
    const struct viz_arrangement *arrangement; /* of its lanes; NULL: there is none */
    enum viz_theme theme;
    bool adapts; /* to the other theme, where whoever looks at it prefers that */
};

/* Writes it; whether all was written says the file. False: there was no memory for all that it
 * says.
 */
bool viz_svg_write(const struct viz_svg *svg, FILE *file);

#endif
