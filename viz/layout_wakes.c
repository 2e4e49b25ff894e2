/* Who woke whom: arrows from lane to lane. */
#include "painter.h"
#include "wakes.h"

#include <math.h>
#include <string.h>

enum {
    WAKES_FEW = 48,   /* so many still read as a drawing */
    WAKES_MOST = 400, /* and so many are drawn when asked for */
    LOOKED_AT_MOST = 20000
};

/* An arrow's way: down (or up) at the column of its time, then right to when the woken goes on.
 * Ways that begin at one time lie on each other, and are one trunk. */
struct route {
    uint32_t wake;
    int x;
    int end_x;
    int start_y; /* the edge of what the lane that it comes from shows then */
    int to_y;
};

struct router {
    struct viz_painter *painter;
    struct route routes[WAKES_MOST];
    size_t count;
};

static int middle_of(const struct viz_painter *painter, uint32_t lane) {
    struct viz_rect rect = viz_bar_rect(painter, viz_place_of_lane(painter, lane), 0, 0);
    return rect.y + rect.h / 2;
}

/* Half the height of what a lane shows at the moment of a wake: there the arrow starts. */
static int half_of_source(const struct viz_painter *painter, uint32_t lane, int64_t time_ns) {
    const struct viz_model *model = painter->model;
    const struct viz_row *row = &model->rows[model->lanes[lane].first_row];
    uint32_t at = viz_bar_from(model, row->first_bar, row->bar_count, time_ns);
    if (at == row->first_bar + row->bar_count || model->bars[at].begin_ns > time_ns)
        return 0;
    struct viz_rect rect = viz_bar_rect(painter, viz_place_of_lane(painter, lane), 0, 1);
    return viz_shape_of(painter, &model->bars[at], rect).h / 2;
}

static int near_the_lanes(const struct viz_frame *frame, int y) {
    int above = frame->lanes.y - frame->height;
    int below = frame->lanes.y + 2 * frame->height;
    return y < above ? above : y > below ? below : y;
}

/* Whether a lane is shown by itself, and not within its group. */
static bool is_unfolded(const struct viz_painter *painter, uint32_t lane) {
    const struct viz_arrangement *arrangement = painter->frame->arrangement;
    return arrangement == NULL ||
           arrangement->slots[viz_place_of_lane(painter, lane)].group == VIZ_NO_GROUP;
}

/* Whether both have a place in the picture, and not one and the same. */
static bool are_apart(const struct viz_painter *painter, uint32_t from, uint32_t to) {
    if (from == TRACE_NO_INDEX || to == TRACE_NO_INDEX)
        return false;
    uint32_t from_place = viz_place_of_lane(painter, from);
    uint32_t to_place = viz_place_of_lane(painter, to);
    return from_place != TRACE_NO_INDEX && to_place != TRACE_NO_INDEX && from_place != to_place;
}

static void add_route(struct router *router, uint32_t index) {
    const struct viz_painter *painter = router->painter;
    const struct viz_model *model = painter->model;
    const struct trace_wake *wake = &model->trace->wakes[index];
    uint32_t from = model->lane_of_track[wake->from_track];
    uint32_t to = model->lane_of_track[wake->to_track];
    if (!are_apart(painter, from, to) || router->count == WAKES_MOST)
        return;
    int from_y = near_the_lanes(painter->frame, middle_of(painter, from));
    int to_y = near_the_lanes(painter->frame, middle_of(painter, to));
    int half = half_of_source(painter, from, wake->from_ns - model->origin_ns);
    router->routes[router->count++] = (struct route){
        .wake = index,
        .x = viz_column(painter, (double)(wake->from_ns - model->origin_ns)),
        .end_x = viz_column(painter, (double)(wake->to_ns - model->origin_ns)),
        .start_y = to_y > from_y ? from_y + half : from_y - half,
        .to_y = to_y,
    };
}

/* The lines of an arrow, `wider` on each side. */
static void paint_lines(const struct viz_painter *painter, const struct route *route, int role,
                        int thick, int wider) {
    bool down = route->to_y > route->start_y;
    int turn_y = route->to_y - thick / 2; /* of the line to the right */
    int top = (down ? route->start_y : turn_y) - wider;
    int bottom = (down ? turn_y + thick : route->start_y) + wider;
    int left = route->x - wider;
    viz_fill(painter->scene, role, (struct viz_rect){left, top, thick + 2 * wider, bottom - top});
    int across = route->end_x - viz_px(painter->frame, 7) - route->x;
    viz_fill(painter->scene, role,
             (struct viz_rect){left, turn_y - wider, across, thick + 2 * wider});
}

/* The same in the ground's colour, a seam around them. */
static void paint_seams(const struct viz_painter *painter, const struct route *route, int thick,
                        int dot) {
    int seam = viz_px(painter->frame, 1);
    int head = viz_px(painter->frame, 7) + 2 * seam;
    paint_lines(painter, route, VIZ_BACKGROUND, thick, seam);
    viz_shape(
        painter->scene, VIZ_ARROW_RIGHT, VIZ_BACKGROUND,
        (struct viz_rect){route->end_x - head + seam, route->to_y - head / 2, head, head | 1});
    dot += 2 * seam;
    viz_shape(
        painter->scene, VIZ_DOT, VIZ_BACKGROUND,
        (struct viz_rect){route->x + thick / 2 - dot / 2, route->start_y - dot / 2, dot, dot});
}

/* The head's point is at the time at which the woken goes on, the dot where the wake began. */
static void paint_ends(const struct viz_painter *painter, const struct route *route, int role,
                       int thick, int dot) {
    int head = viz_px(painter->frame, 7);
    viz_shape(painter->scene, VIZ_ARROW_RIGHT, role,
              (struct viz_rect){route->end_x - head, route->to_y - head / 2, head, head | 1});
    viz_shape(
        painter->scene, VIZ_DOT, role,
        (struct viz_rect){route->x + thick / 2 - dot / 2, route->start_y - dot / 2, dot, dot});
}

/* All at once: first a seam of the ground's colour, which sets them apart from the bars below, so
 * that none lies on another's arrow. */
static void paint_routes(const struct router *router, bool strong) {
    const struct viz_painter *painter = router->painter;
    const struct viz_frame *frame = painter->frame;
    int role = strong ? VIZ_ACCENT : VIZ_WAKE;
    int thick = viz_px(frame, strong ? 2 : 1);
    int dot = viz_px(frame, strong ? 7 : 5) | 1;
    for (size_t i = 0; i < router->count; i++)
        paint_seams(painter, &router->routes[i], thick, dot);
    for (size_t i = 0; i < router->count; i++) {
        viz_shows(painter->scene, VIZ_ID_WAKE, router->routes[i].wake);
        paint_lines(painter, &router->routes[i], role, thick, 0);
        paint_ends(painter, &router->routes[i], role, thick, dot);
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

static bool is_row_in_view(const struct viz_painter *painter, uint32_t lane) {
    double row = viz_place_of_lane(painter, lane);
    double first = painter->view->first_row - 0.6;
    return row >= first && row <= first + painter->frame->extent.visible_rows;
}

/* A wake from one lane to another that is worth an arrow, both of which are shown by themselves:
 * where only few are wanted, both of its ends can be seen, and the wait that it ends has room for
 * the arrow. */
static bool is_wanted(const struct viz_painter *painter, const struct trace_wake *wake, bool few) {
    const struct viz_model *model = painter->model;
    uint32_t from = model->lane_of_track[wake->from_track];
    uint32_t to = model->lane_of_track[wake->to_track];
    if (!are_apart(painter, from, to) || !is_unfolded(painter, from) || !is_unfolded(painter, to))
        return false;
    bool from_seen = is_row_in_view(painter, from);
    bool to_seen = is_row_in_view(painter, to);
    if (!few)
        return from_seen || to_seen;
    bool timer = model->trace->tracks[wake->from_track].kind == TRACE_TRACK_LOOP;
    if (!from_seen || !to_seen || wake->wait == TRACE_NO_INDEX || timer)
        return false;
    const struct trace_slice *wait = &model->trace->slices[wake->wait];
    int width = viz_column(painter, (double)(wait->end_ns - model->origin_ns)) -
                viz_column(painter, (double)(wait->begin_ns - model->origin_ns));
    return width >= viz_px(painter->frame, 16);
}

/* How long the wait was that a wake ended. */
static int64_t waited_ns(const struct trace_model *trace, const struct trace_wake *wake) {
    if (wake->wait == TRACE_NO_INDEX)
        return 0;
    return trace->slices[wake->wait].end_ns - trace->slices[wake->wait].begin_ns;
}

/* Where there are more wakes than arrows to be drawn: those that ended the longest waits, and of
 * equal ones the first. `found` is in that order, and full. */
static void keep_longest(const struct trace_model *trace, uint32_t *found, size_t count,
                         uint32_t wake) {
    int64_t waited = waited_ns(trace, &trace->wakes[wake]);
    size_t at = count;
    while (at > 0 && waited_ns(trace, &trace->wakes[found[at - 1]]) < waited)
        at--;
    if (at == count)
        return;
    memmove(&found[at + 1], &found[at], (count - 1 - at) * sizeof *found);
    found[at] = wake;
}

/* Puts wakes into the order of keep_longest(). */
static void sort_by_waiting(const struct trace_model *trace, uint32_t *found, size_t count) {
    for (size_t i = 1; i < count; i++) {
        uint32_t wake = found[i];
        size_t at = i;
        for (; at > 0 && waited_ns(trace, &trace->wakes[found[at - 1]]) <
                             waited_ns(trace, &trace->wakes[wake]);
             at--)
            found[at] = found[at - 1];
        found[at] = wake;
    }
}

static void add_visible(struct router *router, bool few) {
    struct viz_painter *painter = router->painter;
    const struct trace_model *trace = painter->model->trace;
    const struct viz_view *view = painter->view;
    int64_t begin_ns = (int64_t)floor(view->begin_ns);
    double end_ns = view->begin_ns + view->length_ns + (double)painter->model->origin_ns;
    uint32_t found[WAKES_MOST];
    size_t limit = few ? WAKES_FEW : WAKES_MOST;
    size_t looked_at = 0;
    size_t count = 0;
    for (size_t i = viz_wake_from(painter->model, begin_ns);
         i < trace->wake_count && (double)trace->wakes[i].from_ns <= end_ns; i++) {
        /* A view full of wakes is not worth looking through to the end. */
        painter->wakes_uncounted = ++looked_at > LOOKED_AT_MOST;
        if (painter->wakes_uncounted)
            break;
        if (!is_wanted(painter, &trace->wakes[i], few))
            continue;
        if (painter->wakes_worth++ < limit)
            found[count++] = (uint32_t)i;
        else
            keep_longest(trace, found, limit, (uint32_t)i);
        if (painter->wakes_worth == limit)
            sort_by_waiting(trace, found, limit);
    }
    for (size_t i = 0; i < count; i++)
        add_route(router, found[i]);
    painter->wakes_shown = count;
}

/* Those that a bar was woken by and caused; or the one wake. */
static void add_those_of(struct router *router, struct viz_id id) {
    const struct viz_painter *painter = router->painter;
    const struct viz_model *model = painter->model;
    if (id.kind == VIZ_ID_WAKE)
        add_route(router, id.index);
    if (id.kind != VIZ_ID_BAR)
        return;
    const struct viz_bar *bar = &model->bars[id.index];
    const struct trace_slice *slice = &model->trace->slices[bar->slice];
    if (slice->wake != TRACE_NO_INDEX)
        add_route(router, slice->wake);
    uint32_t caused[WAKES_FEW];
    size_t count = viz_wakes_by(model, id.index, caused, WAKES_FEW);
    for (size_t i = 0; i < count && i < WAKES_FEW; i++)
        add_route(router, caused[i]);
}

void viz_paint_wakes(struct viz_painter *painter) {
    struct router router = {.painter = painter};
    const struct viz_frame *frame = painter->frame;
    viz_clip(painter->scene, &frame->lanes);
    if (frame->row_px >= 8 * frame->scale) {
        if (painter->ui->wakes != VIZ_WAKES_OFF)
            add_visible(&router, painter->ui->wakes == VIZ_WAKES_FEW);
    }
    paint_routes(&router, false);
    router.count = 0;
    add_those_of(&router, painter->meant);
    if (!viz_same_id(painter->ui->hover, painter->meant))
        add_those_of(&router, painter->ui->hover);
    paint_routes(&router, true);
    viz_clip(painter->scene, NULL);
}
