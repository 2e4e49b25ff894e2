/* density.h - how much happens where: rows of bytes, stretched over a part of the picture. */
#ifndef VIZ_DENSITY_H
#define VIZ_DENSITY_H

#include <stdint.h>

struct viz_density {
    int columns;
    int rows;
    uint8_t *cells; /* row by row; 0: nothing, to 255 */
};

/* A row of pixels of a density that is stretched over w x h of them: how opaque each is. Where
 * lanes are high enough to be told apart, a hair between them is not. 0 <= y < h. */
void viz_density_row(const struct viz_density *density, int w, int h, int y, uint8_t *pixels);

#endif
