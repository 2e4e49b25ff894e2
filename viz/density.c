/* A density's cells as pixels. */
#include "density.h"

#include <stdbool.h>

/* The mean of the cells that a stretch of pixels covers. */
static unsigned mean_of(const struct viz_density *density, int x0, int x1, int y0, int y1) {
    unsigned sum = 0;
    unsigned count = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++, count++)
            sum += density->cells[y * density->columns + x];
    return count > 0 ? sum / count : 0;
}

void viz_density_row(const struct viz_density *density, int w, int h, int y, uint8_t *pixels) {
    int y0 = y * density->rows / h;
    int y1 = (y + 1) * density->rows / h;
    bool gap = h >= 4 * density->rows && y1 != y0;
    for (int x = 0; x < w; x++) {
        int x0 = x * density->columns / w;
        int x1 = (x + 1) * density->columns / w;
        unsigned mean = mean_of(density, x0, x1 > x0 ? x1 : x0 + 1, y0, y1 > y0 ? y1 : y0 + 1);
        pixels[x] = gap ? 0 : (uint8_t)mean;
    }
}
