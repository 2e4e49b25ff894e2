/* A density's cells as pixels, and cells from shares. */
#include "density.h"

/* The mean of a level of the cells that a stretch of pixels covers. */
static unsigned mean_of(const struct viz_density *density, int level, int x0, int x1, int y0,
                        int y1) {
    unsigned sum = 0;
    unsigned count = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++, count++)
            sum += viz_density_cell(density, x, y)[level];
    return count > 0 ? sum / count : 0;
}

bool viz_density_rows(const struct viz_density *density, int h, int y, int *from, int *to) {
    *from = y * density->rows / h;
    *to = (y + 1) * density->rows / h;
    if (h >= 4 * density->rows && *to != *from)
        return false;
    *to = *to > *from ? *to : *from + 1;
    return true;
}

void viz_density_row(const struct viz_density *density, int level, int w, int h, int y,
                     uint8_t *alphas) {
    int y0;
    int y1;
    bool seen = viz_density_rows(density, h, y, &y0, &y1);
    for (int x = 0; x < w; x++) {
        int x0 = x * density->columns / w;
        int x1 = (x + 1) * density->columns / w;
        alphas[x] = seen ? (uint8_t)mean_of(density, level, x0, x1 > x0 ? x1 : x0 + 1, y0, y1) : 0;
    }
}

void viz_density_mix(const float *shares, int levels, uint8_t *cell) {
    float rest = 1;
    for (int level = levels - 1; level >= 0; level--) {
        float share = shares[level] < rest ? shares[level] : rest;
        cell[level] = share > 0 ? (uint8_t)(255 * share / rest + 0.5F) : 0;
        rest -= share > 0 ? share : 0;
    }
}
