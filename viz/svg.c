/* A scene's primitives, one by one, as elements of SVG. */
#include "svg.h"

#include "describe.h"

#include "base/text.h"

#include <string.h>

#define RECT "x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\""
#define RECT_OF(at) (at).x, (at).y, (at).w, (at).h

/* Of alpha, as many digits as an eighth of a byte needs. */
#define OPACITY "%.3g"

/* A column of the widest picture. */
enum { DENSITY_WIDTH_MAX = 16384 };

/* So many opacities of a density are told apart. */
enum { OPACITY_STEPS = 16 };

static const char *class_of(enum viz_id_kind kind) {
    switch (kind) {
    case VIZ_ID_TRACE:
        return "trace";
    case VIZ_ID_LANE:
        return "lane";
    case VIZ_ID_BAR:
        return "bar";
    case VIZ_ID_BARS:
        return "bars";
    case VIZ_ID_INSTANT:
        return "instant";
    case VIZ_ID_WAKE:
        return "wake";
    case VIZ_ID_COUNTER:
        return "counter";
    case VIZ_ID_COLOUR:
        return "colour";
    case VIZ_ID_LOOK:
        return "look";
    case VIZ_ID_ACTION:
        return "action";
    case VIZ_ID_MAP:
        return "map";
    case VIZ_ID_REMARK:
        return "remark";
    case VIZ_ID_PANEL:
        return "panel";
    case VIZ_ID_TAB:
        return "tab";
    case VIZ_ID_LINK:
        return "link";
    case VIZ_ID_OBJECT:
        return "object";
    case VIZ_ID_VALUE:
        return "value";
    case VIZ_ID_STEP:
        return "step";
    case VIZ_ID_OLD_BAR:
        return "old-bar";
    case VIZ_ID_CHANGE:
        return "change";
    case VIZ_ID_GROUP:
        return "group";
    case VIZ_ID_CHOSEN:
        return "chosen";
    case VIZ_ID_BOOKMARK:
        return "mark";
    case VIZ_ID_NOTHING:
    case VIZ_ID_COUNT:
        break;
    }
    return "";
}

struct writer {
    const struct viz_svg *svg;
    const struct viz_scene *scene;
    FILE *file;
    bool grouped;        /* a group of a clip is open, ... */
    uint32_t clip;       /* ... of this one */
    struct viz_id shows; /* the group within it that is open; VIZ_ID_NOTHING: none */
    bool cut;            /* there was no memory for something that is said */
};

/* --- Texts -------------------------------------------------------------------------------- */

/* What XML does not allow, and what would be obeyed in place of being shown, is U+FFFD. */
static void put_escaped(FILE *file, const char *text) {
    size_t left = strlen(text);
    while (left > 0) {
        size_t length = base_utf8_length((const unsigned char *)text, left);
        if (length == 0 || base_is_control(base_utf8_decode(text, length)))
            fputs(BASE_REPLACEMENT, file);
        else if (*text == '&')
            fputs("&amp;", file);
        else if (*text == '<')
            fputs("&lt;", file);
        else if (*text == '>')
            fputs("&gt;", file);
        else if (*text == '"')
            fputs("&quot;", file);
        else
            fwrite(text, 1, length, file);
        text += length > 0 ? length : 1;
        left -= length > 0 ? length : 1;
    }
}

/* The scene's own font first. In a list of CSS a family is a string. */
static void put_family(FILE *file, const char *family) {
    char name[256];
    viz_copy_text(name, sizeof name, family);
    for (char *at = name; *at != '\0'; at++)
        if (*at == '\'' || *at == '\\')
            *at = ' ';
    fputs("font-family=\"'", file);
    put_escaped(file, name);
    fputs("','DejaVu Sans',sans-serif\"", file);
}

static void put_text(struct writer *writer, const struct viz_prim *prim) {
    static const char *const anchors[] = {"", " m", " e"};
    const struct viz_rect *at = &prim->at;
    fprintf(writer->file, "<text class=\"c%d f%d%s\" x=\"%g\" y=\"%d\"", prim->role, prim->font,
            anchors[prim->align], at->x + at->w * prim->align / 2.0,
            at->y + writer->scene->measure->types[prim->font].ascent);
    fprintf(writer->file, " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"", at->w);
    if (prim->alpha < 255)
        fprintf(writer->file, " opacity=\"" OPACITY "\"", prim->alpha / 255.0);
    fputc('>', writer->file);
    put_escaped(writer->file, writer->scene->text + prim->text);
    fputs("</text>", writer->file);
}

/* --- Shapes ------------------------------------------------------------------------------- */

/* The attributes that every shape ends with. */
static void put_end(struct writer *writer, const struct viz_prim *prim) {
    if (prim->alpha < 255)
        fprintf(writer->file, " opacity=\"" OPACITY "\"", prim->alpha / 255.0);
    fputs("/>", writer->file);
}

static void put_fill(struct writer *writer, const struct viz_prim *prim) {
    fprintf(writer->file, "<rect class=\"c%d\" " RECT, prim->role, RECT_OF(prim->at));
    if (prim->radius > 0)
        fprintf(writer->file, " rx=\"%d\"", prim->radius);
    put_end(writer, prim);
}

/* SVG's line has its middle on the outline. */
static void put_stroke(struct writer *writer, const struct viz_prim *prim) {
    const struct viz_rect *at = &prim->at;
    double half = prim->line / 2.0;
    fprintf(writer->file,
            "<rect class=\"s%d\" x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" stroke-width=\"%d\"",
            prim->role, at->x + half, at->y + half, at->w - 2 * half, at->h - 2 * half, prim->line);
    if (prim->radius > half)
        fprintf(writer->file, " rx=\"%g\"", prim->radius - half);
    put_end(writer, prim);
}

/* A pattern begins where the coordinates do: they are moved to the rectangle. */
static void put_hatch(struct writer *writer, const struct viz_prim *prim) {
    fprintf(writer->file,
            "<rect transform=\"translate(%d %d)\" width=\"%d\" height=\"%d\" fill=\"url(#h%d-%d)\"",
            RECT_OF(prim->at), prim->role, prim->period);
    put_end(writer, prim);
}

static void put_cross(struct writer *writer, const struct viz_prim *prim) {
    const struct viz_rect *at = &prim->at;
    fprintf(writer->file, "<path class=\"s%d\" d=\"M%d %dl%d %dm0 %dl%d %d\" stroke-width=\"%d\"",
            prim->role, at->x, at->y, at->w, at->h, -at->h, -at->w, at->h, prim->line);
    put_end(writer, prim);
}

static void put_arrow(struct writer *writer, const struct viz_prim *prim) {
    const struct viz_rect *at = &prim->at;
    fprintf(writer->file, "<path class=\"c%d\" d=\"M%d %dl%d %gl%d %gz\"", prim->role, at->x, at->y,
            at->w, at->h / 2.0, -at->w, at->h / 2.0);
    put_end(writer, prim);
}

static void put_diamond(struct writer *writer, const struct viz_prim *prim) {
    const struct viz_rect *at = &prim->at;
    double w = at->w / 2.0;
    double h = at->h / 2.0;
    fprintf(writer->file, "<path class=\"c%d\" d=\"M%d %gl%g %gl%g %gl%g %gz\"", prim->role, at->x,
            at->y + h, w, -h, w, h, -w, h);
    put_end(writer, prim);
}

static void put_dot(struct writer *writer, const struct viz_prim *prim) {
    const struct viz_rect *at = &prim->at;
    fprintf(writer->file, "<circle class=\"c%d\" cx=\"%g\" cy=\"%g\" r=\"%g\"", prim->role,
            at->x + at->w / 2.0, at->y + at->h / 2.0, at->w / 2.0);
    put_end(writer, prim);
}

/* How opaque the pixels of a row of a density are, in steps. */
static void steps_of(const struct viz_density *density, int level, const struct viz_rect *at, int y,
                     uint8_t *steps) {
    viz_density_row(density, level, at->w, at->h, y, steps);
    for (int x = 0; x < at->w; x++)
        steps[x] = (uint8_t)((steps[x] * OPACITY_STEPS + 254) / 255);
}

static void find_steps(const struct viz_density *density, int level, const struct viz_rect *at,
                       bool used[OPACITY_STEPS + 1]) {
    uint8_t steps[DENSITY_WIDTH_MAX];
    memset(used, 0, OPACITY_STEPS + 1);
    for (int y = 0; y < at->h; y++) {
        steps_of(density, level, at, y, steps);
        for (int x = 0; x < at->w; x++)
            used[steps[x]] = true;
    }
}

/* Of a row of pixels the stretches of one opacity, each as high as rows are alike. */
static void put_stretches(struct writer *writer, const struct viz_rect *at, const uint8_t *row,
                          uint8_t step, int y, int height) {
    for (int x = 0, from = 0; x < at->w; from = x) {
        while (x < at->w && row[x] == row[from])
            x++;
        if (row[from] == step)
            fprintf(writer->file, "M%d %dh%dv%dh-%dz", at->x + from, at->y + y, x - from, height,
                    x - from);
    }
}

/* The pixels of a level that are in one step of opacity. */
static void put_step(struct writer *writer, const struct viz_prim *prim, int level, uint8_t step) {
    const struct viz_density *density = writer->scene->densities[prim->text];
    const struct viz_rect *at = &prim->at;
    uint8_t rows[2][DENSITY_WIDTH_MAX];
    uint8_t *row = rows[0];
    uint8_t *next = rows[1];
    steps_of(density, level, at, 0, row);
    for (int y = 1, from = 0; y <= at->h; y++) {
        if (y < at->h)
            steps_of(density, level, at, y, next);
        if (y < at->h && memcmp(row, next, (size_t)at->w) == 0)
            continue;
        put_stretches(writer, at, row, step, from, y - from);
        from = y;
        uint8_t *done = row;
        row = next;
        next = done;
    }
}

/* A shape for each step of opacity of each level: a rectangle for each pixel would be a large file.
 */
static void put_density(struct writer *writer, const struct viz_prim *prim) {
    const struct viz_density *density = writer->scene->densities[prim->text];
    if (prim->at.w > DENSITY_WIDTH_MAX)
        return;
    fputs("<g class=\"density\">", writer->file);
    for (int level = 0; level < density->levels; level++) {
        bool used[OPACITY_STEPS + 1];
        find_steps(density, level, &prim->at, used);
        for (uint8_t step = 1; step <= OPACITY_STEPS; step++) {
            if (!used[step])
                continue;
            fprintf(writer->file, "<path class=\"c%d\" opacity=\"" OPACITY "\" d=\"",
                    density->roles[level], step / (double)OPACITY_STEPS);
            put_step(writer, prim, level, step);
            fputs("\"/>", writer->file);
        }
    }
    fputs("</g>", writer->file);
}

static void put_prim(struct writer *writer, const struct viz_prim *prim) {
    static void (*const puts_of[VIZ_PRIM_KIND_COUNT])(struct writer *, const struct viz_prim *) = {
        [VIZ_FILL] = put_fill,    [VIZ_STROKE] = put_stroke,     [VIZ_HATCH] = put_hatch,
        [VIZ_TEXT_AT] = put_text, [VIZ_ARROW_RIGHT] = put_arrow, [VIZ_DIAMOND] = put_diamond,
        [VIZ_DOT] = put_dot,      [VIZ_CROSS] = put_cross,       [VIZ_DENSITY] = put_density,
    };
    puts_of[prim->kind](writer, prim);
    fputc('\n', writer->file);
}

/* --- Groups ------------------------------------------------------------------------------- */

static void close_shown(struct writer *writer) {
    if (writer->shows.kind != VIZ_ID_NOTHING)
        fputs("</g>\n", writer->file);
    writer->shows = (struct viz_id){.kind = VIZ_ID_NOTHING};
}

/* What is said of a thing where the pointer is on it. */
static void put_title(struct writer *writer, struct viz_id id) {
    struct viz_description said;
    if (!viz_describe_arranged(writer->svg->model, writer->svg->arrangement, id, &said))
        return;
    writer->cut |= said.cut;
    fputs("<title>", writer->file);
    put_escaped(writer->file, said.heading);
    for (int i = 0; i < said.count; i++) {
        fputc('\n', writer->file);
        put_escaped(writer->file, said.facts[i].name);
        fputs(said.facts[i].name[0] != '\0' ? ": " : "", writer->file);
        put_escaped(writer->file, said.facts[i].value);
    }
    fputs("</title>\n", writer->file);
}

static void open_shown(struct writer *writer, struct viz_id id) {
    if (id.kind == VIZ_ID_NOTHING)
        return;
    fprintf(writer->file, "<g class=\"%s\" data-index=\"%u\">", class_of((enum viz_id_kind)id.kind),
            id.index);
    put_title(writer, id);
    writer->shows = id;
}

/* The groups that a primitive is in: of its clip, and of what it shows. */
static void enter(struct writer *writer, const struct viz_prim *prim) {
    bool clipped = writer->grouped && writer->clip == prim->clip;
    if (clipped && viz_same_id(writer->shows, prim->shows))
        return;
    close_shown(writer);
    if (!clipped) {
        fputs(writer->grouped ? "</g>\n" : "", writer->file);
        fprintf(writer->file, "<g clip-path=\"url(#k%u)\">\n", prim->clip);
        writer->grouped = true;
        writer->clip = prim->clip;
    }
    open_shown(writer, prim->shows);
}

static void leave(struct writer *writer) {
    close_shown(writer);
    fputs(writer->grouped ? "</g>\n" : "", writer->file);
}

/* --- The head ----------------------------------------------------------------------------- */

/* Each role that is used, as what fills a shape and as what outlines it. */
static void put_colours(struct writer *writer, enum viz_theme theme, bool used[2][VIZ_ROLE_COUNT]) {
    for (int role = 0; role < VIZ_ROLE_COUNT; role++) {
        struct viz_colour colour = viz_palette(theme, role);
        if (used[0][role])
            fprintf(writer->file, ".c%d{fill:#%02x%02x%02x}", role, colour.r, colour.g, colour.b);
        if (used[1][role])
            fprintf(writer->file, ".s%d{fill:none;stroke:#%02x%02x%02x}", role, colour.r, colour.g,
                    colour.b);
    }
    fputc('\n', writer->file);
}

static void put_fonts(struct writer *writer) {
    fputs("text{white-space:pre;pointer-events:none}.m{text-anchor:middle}.e{text-anchor:end}\n",
          writer->file);
    for (int font = 0; font < VIZ_FONT_COUNT; font++) {
        const struct viz_type *type = &writer->scene->measure->types[font];
        fprintf(writer->file, ".f%d{font-size:%dpx;font-weight:%d}", font, type->size,
                type->weight);
    }
    fputc('\n', writer->file);
}

static void put_style(struct writer *writer) {
    bool used[2][VIZ_ROLE_COUNT] = {{false}};
    for (size_t i = 0; i < writer->scene->count; i++) {
        const struct viz_prim *prim = &writer->scene->prims[i];
        used[prim->kind == VIZ_STROKE || prim->kind == VIZ_CROSS][prim->role] = true;
    }
    for (int i = 0; i < writer->scene->density_count; i++)
        for (int level = 0; level < writer->scene->densities[i]->levels; level++)
            used[0][writer->scene->densities[i]->roles[level]] = true;
    enum viz_theme theme = writer->svg->theme;
    enum viz_theme other = theme == VIZ_DARK ? VIZ_LIGHT : VIZ_DARK;
    fputs("<style>\n", writer->file);
    put_fonts(writer);
    put_colours(writer, theme, used);
    if (writer->svg->adapts) {
        fprintf(writer->file, "@media(prefers-color-scheme:%s){\n",
                other == VIZ_DARK ? "dark" : "light");
        put_colours(writer, other, used);
        fputs("}\n", writer->file);
    }
    fputs("</style>\n", writer->file);
}

/* A tile of a hatch: half a line in its first corner, and the next line's from corner to corner. */
static void put_pattern(struct writer *writer, const struct viz_prim *prim) {
    int p = prim->period;
    double w = p * VIZ_HATCH_PART;
    fprintf(writer->file,
            "<pattern id=\"h%d-%d\" class=\"c%d\" patternUnits=\"userSpaceOnUse\" width=\"%d\""
            " height=\"%d\"><path d=\"M0 0H%gL0 %gzM%d 0V%gL%g %dH0z\"/></pattern>\n",
            prim->role, p, prim->role, p, p, w, w, p, w, w, p);
}

static void put_definitions(struct writer *writer) {
    bool made[VIZ_ROLE_COUNT][UINT8_MAX + 1] = {{false}};
    const struct viz_scene *scene = writer->scene;
    fputs("<defs>\n", writer->file);
    for (size_t i = 0; i < scene->clip_count; i++)
        fprintf(writer->file, "<clipPath id=\"k%zu\"><rect " RECT "/></clipPath>\n", i,
                RECT_OF(scene->clips[i]));
    for (size_t i = 0; i < scene->count; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        if (prim->kind != VIZ_HATCH || made[prim->role][prim->period])
            continue;
        made[prim->role][prim->period] = true;
        put_pattern(writer, prim);
    }
    fputs("</defs>\n", writer->file);
}

bool viz_svg_write(const struct viz_svg *svg, FILE *file) {
    const struct viz_scene *scene = svg->scene;
    struct writer writer = {.svg = svg, .scene = scene, .file = file};
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            " viewBox=\"0 0 %d %d\" xml:space=\"preserve\" ",
            scene->width, scene->height, scene->width, scene->height);
    put_family(file, scene->measure->family);
    fputs(">\n<title>", file);
    put_escaped(file, viz_model_title(svg->model));
    fputs("</title>\n", file);
    put_style(&writer);
    put_definitions(&writer);
    for (size_t i = 0; i < scene->count; i++) {
        enter(&writer, &scene->prims[i]);
        put_prim(&writer, &scene->prims[i]);
    }
    leave(&writer);
    fputs("</svg>\n", file);
    return !writer.cut;
}
