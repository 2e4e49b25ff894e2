/* Bars that are too short to be drawn one by one. They are drawn as cells, a unit of pixels wide: a
 * stack of what the row's time there is spent on, around the row's middle. Each level is as high as
 * its share, whatever the zoom: it adds up the lengths of all bars, so no pattern of pixels and
 * bars can come out of it. */
#include "row_painter.h"
#include "shares.h"

#include <math.h>

/* Bars in a cell among which a span is looked for, to colour its work. */
enum { SAMPLE = 16 };

/* What is less than work is drawn less high, as its bars are. */
#define SLIM 0.62

/* Rows lower than this, in pixels, are counted in parts of a pixel: what is smooth on the screen
 * has a share of it. */
enum { LOW = 12, PARTS = 4 };

/* What is seen of a level that comes to less than that. */
enum { LEAST_ALPHA = 110 };

/* From the bottom up. */
static const enum viz_look levels[] = {VIZ_LOOK_SPAN,  VIZ_LOOK_RUN,   VIZ_LOOK_WAIT,
                                       VIZ_LOOK_READY, VIZ_LOOK_SLEEP, VIZ_LOOK_LANE};
enum { LEVELS = sizeof levels / sizeof levels[0] };

_Static_assert((int)LEVELS == (int)VIZ_LOOK_COUNT, "a level for each look");

static int fill_of(enum viz_look look, int colour) {
    static const int fills[VIZ_LOOK_COUNT] = {[VIZ_LOOK_SLEEP] = VIZ_SLEEP,
                                              [VIZ_LOOK_WAIT] = VIZ_WAIT_FILL,
                                              [VIZ_LOOK_READY] = VIZ_BACKGROUND,
                                              [VIZ_LOOK_RUN] = VIZ_RUN,
                                              [VIZ_LOOK_LANE] = VIZ_WAIT_FILL};
    return look == VIZ_LOOK_SPAN ? VIZ_SPAN_FIRST + colour : fills[look];
}

static int edge_of(enum viz_look look, int colour) {
    static const int edges[VIZ_LOOK_COUNT] = {[VIZ_LOOK_SLEEP] = VIZ_SLEEP_EDGE,
                                              [VIZ_LOOK_WAIT] = VIZ_WAIT,
                                              [VIZ_LOOK_READY] = VIZ_MUTED,
                                              [VIZ_LOOK_RUN] = VIZ_RUN,
                                              [VIZ_LOOK_LANE] = VIZ_STRIP};
    return look == VIZ_LOOK_SPAN ? VIZ_SPAN_EDGE_FIRST + colour : edges[look];
}

/* Where there is no room for an outline: a span by what the legend fills it with, all else by its
 * outline, since it has little else. */
static int low_role_of(enum viz_look look, int colour) {
    return look == VIZ_LOOK_SPAN ? fill_of(look, colour) : edge_of(look, colour);
}

/* How many parts a pixel of a row's height has. */
static int parts_of(const struct viz_row_painter *rows) {
    return rows->height < LOW ? PARTS : 1;
}

/* A level that has room for it looks as its bars do, but that its hatching is a tint: lines would
 * be torn from cell to cell. */
static void paint_whole_level(struct viz_scene *scene, enum viz_look look, int colour, int line,
                              struct viz_rect at) {
    viz_fill(scene, fill_of(look, colour), at);
    if (look == VIZ_LOOK_WAIT)
        viz_fill_alpha(scene, VIZ_WAIT, 40, at);
    int edge = edge_of(look, colour);
    if (look == VIZ_LOOK_RUN || at.h < 4 * line)
        return;
    viz_fill(scene, edge, (struct viz_rect){at.x, at.y, at.w, line});
    if (look != VIZ_LOOK_SPAN)
        viz_fill(scene, edge, (struct viz_rect){at.x, at.y + at.h - line, at.w, line});
}

/* What can be seen of a look from afar: a wait is hatched, and no block. */
static int alpha_of(enum viz_look look) {
    return look == VIZ_LOOK_WAIT || look == VIZ_LOOK_READY ? 110 : 255;
}

/* The same in a low row: from one height above the bottom to another, in parts of a pixel. */
static void paint_low_level(struct viz_scene *scene, enum viz_look look, int colour,
                            struct viz_rect at, int from, int to) {
    int role = low_role_of(look, colour);
    int full = alpha_of(look);
    int bottom = at.y + at.h;
    int low = (from + PARTS - 1) / PARTS; /* whole pixels, from here */
    int high = to / PARTS;                /* to there */
    if (low > high || to == from) {       /* all within one pixel */
        int alpha = full * (to - from) / PARTS;
        viz_fill_alpha(scene, role, alpha > LEAST_ALPHA ? alpha : LEAST_ALPHA,
                       (struct viz_rect){at.x, bottom - from / PARTS - 1, at.w, 1});
        return;
    }
    viz_fill_alpha(scene, role, full, (struct viz_rect){at.x, bottom - high, at.w, high - low});
    if (low * PARTS > from)
        viz_fill_alpha(scene, role, full * (low * PARTS - from) / PARTS,
                       (struct viz_rect){at.x, bottom - low, at.w, 1});
    if (to > high * PARTS)
        viz_fill_alpha(scene, role, full * (to - high * PARTS) / PARTS,
                       (struct viz_rect){at.x, bottom - high - 1, at.w, 1});
}

/* What there is, and less than can be drawn: a line at the foot of the stack, above all else. */
static void paint_traces(struct viz_row_painter *rows, struct viz_rect row, int foot) {
    const struct viz_run *run = &rows->run;
    for (int i = 0; i < LEVELS; i++) {
        if (run->heights[levels[i]] >= 0)
            continue;
        paint_low_level(rows->painter->scene, levels[i], run->colour, row, foot, foot);
        return;
    }
}

/* The levels of a run, in a stack around the middle of the row. */
static void paint_levels(struct viz_row_painter *rows) {
    struct viz_scene *scene = rows->painter->scene;
    const struct viz_run *run = &rows->run;
    int parts = parts_of(rows);
    int line = viz_px(rows->painter->frame, 1);
    int sum = 0;
    for (int look = 0; look < VIZ_LOOK_COUNT; look++)
        sum += run->heights[look] > 0 ? run->heights[look] : 0;
    struct viz_rect row = viz_bar_rect(rows->painter, rows->place, run->x0, run->x1);
    int low = (row.h * parts - sum) / 2;
    for (int i = 0; i < LEVELS; i++) {
        enum viz_look look = levels[i];
        int own = run->heights[look];
        if (own > 0 && parts == 1)
            paint_whole_level(scene, look, run->colour, line,
                              (struct viz_rect){row.x, row.y + row.h - low - own, row.w, own});
        else if (own > 0)
            paint_low_level(scene, look, run->colour, row, low, low + own);
        low += own > 0 ? own : 0;
    }
    paint_traces(rows, row, (row.h * parts - sum) / 2 * PARTS / parts);
}

void viz_flush_run(struct viz_row_painter *rows) {
    struct viz_run *run = &rows->run;
    if (run->x1 > run->x0) {
        viz_shows_id(rows->painter->scene,
                     (struct viz_id){.kind = rows->painter->ghost ? VIZ_ID_NOTHING : VIZ_ID_BARS,
                                     .index = run->first,
                                     .more = run->count});
        paint_levels(rows);
    }
    *run = (struct viz_run){0};
}

/* The colour that most of the work of a few of the bars has. Spans and waits often alternate: an
 * odd stride meets both. */
static int colour_of(const struct viz_model *model, const struct viz_row *row,
                     const struct viz_cell *cell) {
    const struct viz_bar *bars = model->bars;
    int64_t time_ns[VIZ_COLOUR_COUNT] = {0};
    int colour = -1;
    /* The bar that only begins in the cell counts, too. */
    uint32_t end = cell->first + cell->count + 1;
    uint32_t last = row->first_bar + row->bar_count;
    end = end < last ? end : last;
    uint32_t stride = (cell->count / SAMPLE + 1) | 1;
    for (uint32_t i = cell->first; i < end; i += stride) {
        const struct viz_bar *bar = &bars[i];
        if (bar->look != VIZ_LOOK_SPAN)
            continue;
        time_ns[bar->colour] += bar->end_ns - bar->begin_ns;
        if (colour < 0 || time_ns[bar->colour] > time_ns[colour])
            colour = bar->colour;
    }
    /* A span among many bars that the stride did not meet. */
    for (uint32_t i = cell->first; colour < 0 && i < end; i++)
        if (bars[i].look == VIZ_LOOK_SPAN)
            colour = bars[i].colour;
    return colour < 0 ? 0 : colour;
}

/* How high each level is, of `most` for all of `whole_ns`. What is there and comes to less than one
 * is -1. */
static void measure(const struct viz_shares *shares, double whole_ns, int most, int *heights) {
    double sum = 0;
    int below = 0;
    for (int i = 0; i < LEVELS; i++) {
        bool work = levels[i] == VIZ_LOOK_SPAN;
        bool some = shares->ns[levels[i]] > 0;
        double share = some ? shares->ns[levels[i]] / whole_ns * (work ? 1 : SLIM) : 0;
        sum = sum + share < 1 ? sum + share : 1;
        int top = viz_nearest(sum * most);
        heights[levels[i]] = top > below ? top - below : some ? -1 : 0;
        below = top;
    }
}

static bool looks_the_same(const struct viz_run *a, const struct viz_run *b) {
    for (int i = 0; i < VIZ_LOOK_COUNT; i++)
        if (a->heights[i] != b->heights[i])
            return false;
    return a->colour == b->colour;
}

/* What the levels of a cell are shares of. Bars without length share no time, and yet are there:
 * `shares` is then as if the first of them had some. */
static double whole_of(const struct viz_painter *painter, const struct viz_cell *cell,
                       double cell_ns, struct viz_shares *shares) {
    double sum = 0;
    for (int i = 0; i < VIZ_LOOK_COUNT; i++)
        sum += shares->ns[i];
    if (sum > 0)
        return cell->alone ? sum : cell_ns;
    shares->ns[painter->model->bars[cell->first].look] = 1;
    return cell->alone ? 1 : INFINITY;
}

void viz_add_cell(struct viz_row_painter *rows, const struct viz_cell *cell) {
    const struct viz_painter *painter = rows->painter;
    double from_ns = viz_time_at(painter->frame, painter->view, cell->x - 0.5);
    double begin_ns = (double)painter->model->bars[cell->first].begin_ns;
    from_ns = from_ns > begin_ns ? from_ns : begin_ns;
    double to_ns = viz_time_at(painter->frame, painter->view, cell->x + rows->unit - 0.5);
    struct viz_shares shares =
        cell->alone
            ? viz_shares_of_bars(painter->model, cell->first, cell->count)
            : viz_shares_near(painter->model, rows->row, cell->first, cell->count, from_ns, to_ns);
    double cell_ns = painter->view->length_ns / painter->frame->lanes.w * rows->unit;
    double whole_ns = whole_of(painter, cell, cell_ns, &shares);
    struct viz_run next = {.x0 = cell->x,
                           .x1 = cell->x + rows->unit,
                           .first = cell->first,
                           .count = cell->count,
                           .alone = cell->alone};
    measure(&shares, whole_ns, rows->height * parts_of(rows), next.heights);
    if (shares.ns[VIZ_LOOK_SPAN] > 0)
        next.colour = colour_of(painter->model, rows->row, cell);
    struct viz_run *run = &rows->run;
    if (run->x1 == cell->x && run->x1 > run->x0 && looks_the_same(run, &next)) {
        run->x1 = next.x1;
        run->count = cell->first + cell->count - run->first;
        return;
    }
    viz_flush_run(rows);
    *run = next;
}
