/* A density's cells as pixels, and cells from shares. */
#include "density.h"

#include <math.h>
#include <stdbool.h>

/* The mean of the cells that a stretch of pixels covers. */
static unsigned mean_of(const struct viz_density *density, const uint8_t *cells, int x0, int x1,
                        int y0, int y1) {
    unsigned sum = 0;
    unsigned count = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++, count++)
            sum += cells[y * density->columns + x];
    return count > 0 ? sum / count : 0;
}

void viz_density_row(const struct viz_density *density, int level, int w, int h, int y,
                     uint8_t *alphas) {
    const uint8_t *cells =
        density->cells + (size_t)level * (size_t)density->rows * (size_t)density->columns;
    int y0 = y * density->rows / h;
    int y1 = (y + 1) * density->rows / h;
    bool gap = h >= 4 * density->rows && y1 != y0;
    for (int x = 0; x < w; x++) {
        int x0 = x * density->columns / w;
        int x1 = (x + 1) * density->columns / w;
        unsigned mean =
            mean_of(density, cells, x0, x1 > x0 ? x1 : x0 + 1, y0, y1 > y0 ? y1 : y0 + 1);
        alphas[x] = gap ? 0 : (uint8_t)mean;
    }
}

void viz_density_mix(const float *shares, int levels, uint8_t *cell, size_t stride) {
    float rest = 1;
    for (int level = levels - 1; level >= 0; level--) {
        float share = fminf(fmaxf(shares[level], 0), rest);
        cell[(size_t)level * stride] = (uint8_t)(rest > 0 ? 255 * share / rest + 0.5F : 0);
        rest -= share;
    }
}
