#include "svg.h"

#define RECT "x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\""
#define RECT_OF(at) (at).x, (at).y, (at).w, (at).h

static const char *const classes[VIZ_ID_COUNT] = {"nothing", "trace", "lane",    "bar",    "bars",
                                                  "instant", "wake",  "counter", "colour", "look",
                                                  "action",  "map",   "remark"};

/* A hatch's tile: a line from corner to corner, and the halves of its neighbours. */
static void put_pattern(FILE *file, size_t id, const struct viz_prim *prim) {
    int p = prim->period;
    double w = p * VIZ_HATCH_PART;
    fprintf(file, "<pattern id=\"h%zu\" patternUnits=\"userSpaceOnUse\" " RECT ">", id, prim->at.x,
            prim->at.y, p, p);
    fprintf(file, "<path d=\"M0 0H%gL0 %gzM%d 0V%gL%g %dH0z\"/></pattern>", w, w, p, w, w, p);
}

static void put_escaped(FILE *file, const char *text) {
    for (; *text != '\0'; text++)
        if (*text == '&' || *text == '<')
            fputs(*text == '&' ? "&amp;" : "&lt;", file);
        else
            fputc(*text, file);
}

static void put_text(FILE *file, const struct viz_scene *scene, const struct viz_prim *prim) {
    static const char *const anchors[] = {"start", "middle", "end"};
    const struct viz_type *type = &scene->measure->types[prim->font];
    fprintf(file, "<text x=\"%g\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\" font-weight=\"%d\">",
            prim->at.x + prim->at.w * prim->align / 2.0, prim->at.y + type->ascent,
            anchors[prim->align], type->size, type->weight);
    put_escaped(file, scene->text + prim->text);
    fputs("</text>", file);
}

static void put_density(FILE *file, const struct viz_density *density, struct viz_rect at) {
    uint8_t alphas[16384];
    for (int row = 0; row < density->levels * at.h; row++) {
        int y = row % at.h;
        int level = row / at.h;
        viz_density_row(density, level, at.w, at.h, y, alphas);
        for (int x = 0, from = 0; x < at.w; from = x) {
            while (x < at.w && alphas[x] == alphas[from])
                x++;
            if (alphas[from] > 0)
                fprintf(file, "<rect class=\"c%d\" " RECT " opacity=\"%.3g\"/>",
                        density->roles[level], at.x + from, at.y + y, x - from, 1,
                        alphas[from] / 255.0);
        }
    }
}

static void put_shape(FILE *file, const struct viz_scene *scene, size_t index) {
    const struct viz_prim *prim = &scene->prims[index];
    struct viz_rect at = prim->at;
    double half = prim->line / 2.0;
    switch ((enum viz_prim_kind)prim->kind) {
    case VIZ_FILL:
        fprintf(file, "<rect " RECT " rx=\"%d\"/>", RECT_OF(at), prim->radius);
        break;
    case VIZ_STROKE:
        fprintf(file,
                "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"%g\" fill=\"none\""
                " stroke=\"currentColor\" stroke-width=\"%d\"/>",
                at.x + half, at.y + half, at.w - 2 * half, at.h - 2 * half,
                prim->radius > half ? prim->radius - half : 0, prim->line);
        break;
    case VIZ_HATCH:
        put_pattern(file, index, prim);
        fprintf(file, "<rect " RECT " fill=\"url(#h%zu)\"/>", RECT_OF(at), index);
        break;
    case VIZ_TEXT_AT:
        put_text(file, scene, prim);
        break;
    case VIZ_ARROW_RIGHT:
        fprintf(file, "<path d=\"M%d %dl%d %gl%d %gz\"/>", at.x, at.y, at.w, at.h / 2.0, -at.w,
                at.h / 2.0);
        break;
    case VIZ_DIAMOND:
        fprintf(file, "<path d=\"M%d %gl%g %gl%g %gl%g %gz\"/>", at.x, at.y + at.h / 2.0,
                at.w / 2.0, -at.h / 2.0, at.w / 2.0, at.h / 2.0, -at.w / 2.0, at.h / 2.0);
        break;
    case VIZ_DOT:
        fprintf(file, "<circle cx=\"%g\" cy=\"%g\" r=\"%g\"/>", at.x + at.w / 2.0,
                at.y + at.h / 2.0, at.w / 2.0);
        break;
    case VIZ_CROSS:
        fprintf(file,
                "<path d=\"M%d %dl%d %dm0 %dl%d %d\" stroke=\"currentColor\" stroke-width=\"%d\"/>",
                at.x, at.y, at.w, at.h, -at.h, -at.w, at.h, prim->line);
        break;
    default:
        put_density(file, scene->densities[prim->text], at);
        break;
    }
}

void svg_write(FILE *file, const struct viz_scene *scene, enum viz_theme theme) {
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            " font-family=\"%s\" xml:space=\"preserve\">\n",
            scene->width, scene->height, scene->measure->family);
    for (size_t i = 0; i < scene->clip_count; i++)
        fprintf(file, "<clipPath id=\"c%zu\"><rect " RECT "/></clipPath>\n", i,
                RECT_OF(scene->clips[i]));
    for (size_t i = 0; i < scene->count; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        struct viz_colour colour = viz_palette(theme, prim->role);
        fprintf(file,
                "<g class=\"%s\" data-index=\"%u\" clip-path=\"url(#c%u)\" color=\"#%02x%02x%02x\""
                " fill=\"currentColor\" opacity=\"%.3g\">",
                classes[prim->shows.kind], prim->shows.index, prim->clip, colour.r, colour.g,
                colour.b, prim->alpha / 255.0);
        put_shape(file, scene, i);
        fputs("</g>\n", file);
    }
    fputs("</svg>\n", file);
}
