/* Who woke whom: arrows from lane to lane. */
#include "painter.h"

#include <limits.h>
#include <math.h>

enum {
    WAKES_FEW = 48,   /* so many in view still read as a drawing */
    WAKES_MOST = 400, /* and so many are drawn when asked for */
    LOOKED_AT_MOST = 20000
};

/* An arrow's way: down (or up) at column x, then right to the one that is woken. */
struct route {
    int x;
    int end_x;
    int half;    /* of the height of the bar that it starts from */
    int least_x; /* the first column of that bar; INT_MIN where there is none */
    int top;
    int bottom;
};

struct router {
    struct viz_painter *painter;
    struct route routes[WAKES_MOST];
    size_t count;
};

/* Moves a way to the left until it covers no other, or comes to the end of the bar that it starts
 * from: beside that it would start from nothing. */
static void make_room(const struct router *router, struct route *route) {
    const struct viz_frame *frame = router->painter->frame;
    int step = viz_px(frame, 4);
    for (int tries = 0; tries < 12; tries++) {
        bool taken = false;
        for (size_t i = router->count; i-- > 0 && !taken;) {
            const struct route *other = &router->routes[i];
            bool same = other->x > route->x - step && other->x < route->x + step;
            taken = same && other->top <= route->bottom && other->bottom >= route->top;
        }
        if (!taken)
            return;
        if (route->x - step < route->least_x)
            return;
        route->x -= step;
    }
}

static int middle_of(const struct viz_painter *painter, uint32_t lane) {
    struct viz_rect rect = viz_bar_rect(painter, painter->model->lanes[lane].first_row, 0, 0);
    return rect.y + rect.h / 2;
}

/* What a lane shows at the moment of a wake: there the arrow starts. */
static void find_source(const struct viz_painter *painter, uint32_t lane, int64_t time_ns,
                        struct route *route) {
    const struct viz_model *model = painter->model;
    const struct viz_row *row = &model->rows[model->lanes[lane].first_row];
    uint32_t at = viz_bar_from(model, row->first_bar, row->bar_count, time_ns);
    if (at == row->first_bar + row->bar_count || model->bars[at].begin_ns > time_ns)
        return;
    struct viz_rect rect = viz_bar_rect(painter, model->lanes[lane].first_row, 0, 1);
    route->half = viz_shape_of(painter, &model->bars[at], rect).h / 2;
    route->least_x =
        viz_column(painter, (double)model->bars[at].begin_ns) + viz_px(painter->frame, 2);
}

static void paint_route(const struct viz_painter *painter, const struct route *route, int from_y,
                        int to_y, bool strong) {
    const struct viz_frame *frame = painter->frame;
    struct viz_scene *scene = painter->scene;
    int role = strong ? VIZ_ACCENT : VIZ_WAKE;
    int alpha = strong ? 255 : 150;
    int thick = viz_px(frame, strong ? 2 : 1);
    int head = viz_px(frame, 7);
    int dot = viz_px(frame, strong ? 7 : 5) | 1;
    bool down = to_y > from_y;
    int start = down ? from_y + route->half : from_y - route->half;
    int top = down ? start : to_y - thick / 2;
    int bottom = down ? to_y - thick / 2 + thick : start;
    viz_fill_alpha(scene, role, alpha, (struct viz_rect){route->x, top, thick, bottom - top});
    int across = route->x + thick;
    viz_fill_alpha(
        scene, role, alpha,
        (struct viz_rect){across, to_y - thick / 2, route->end_x - head - across, thick});
    viz_shape(scene, VIZ_ARROW_RIGHT, role,
              (struct viz_rect){route->end_x - head, to_y - head / 2, head, head | 1});
    viz_shape(scene, VIZ_DOT, role,
              (struct viz_rect){route->x + thick / 2 - dot / 2, start - dot / 2, dot, dot});
}

static void paint_wake(struct router *router, uint32_t index, bool strong) {
    const struct viz_painter *painter = router->painter;
    const struct viz_model *model = painter->model;
    const struct viz_frame *frame = painter->frame;
    const struct trace_wake *wake = &model->trace->wakes[index];
    uint32_t from = model->lane_of_track[wake->from_track];
    uint32_t to = model->lane_of_track[wake->to_track];
    if (from == TRACE_NO_INDEX || to == TRACE_NO_INDEX || from == to || router->count == WAKES_MOST)
        return;
    int from_y = middle_of(painter, from);
    int to_y = middle_of(painter, to);
    int from_x = viz_column(painter, (double)(wake->from_ns - model->origin_ns));
    int to_x = viz_column(painter, (double)(wake->to_ns - model->origin_ns));
    int least = viz_px(frame, 13);
    struct route route = {.x = to_x - from_x > least ? from_x : to_x - least,
                          .end_x = to_x,
                          .least_x = INT_MIN,
                          .top = from_y < to_y ? from_y : to_y,
                          .bottom = from_y < to_y ? to_y : from_y};
    find_source(painter, from, wake->from_ns - model->origin_ns, &route);
    if (!strong && painter->ui->wakes == VIZ_WAKES_FEW && route.x < route.least_x)
        return;
    make_room(router, &route);
    router->routes[router->count++] = route;
    int above = frame->lanes.y - frame->height;
    int below = frame->lanes.y + 2 * frame->height;
    from_y = from_y < above ? above : from_y > below ? below : from_y;
    to_y = to_y < above ? above : to_y > below ? below : to_y;
    viz_shows(painter->scene, VIZ_ID_WAKE, index);
    paint_route(painter, &route, from_y, to_y, strong);
}

static bool is_row_in_view(const struct viz_painter *painter, uint32_t lane) {
    double row = painter->model->lanes[lane].first_row;
    double first = painter->view->first_row - 0.6;
    return row >= first && row <= first + painter->frame->extent.visible_rows;
}

/* A wake from one lane to another that is worth an arrow: where only few are wanted, both of its
 * ends can be seen, and the wait that it ends has room for the arrow. (So must have the bar that it
 * starts from, which paint_wake() looks up anyway.) */
static bool is_wanted(const struct viz_painter *painter, const struct trace_wake *wake, bool few) {
    const struct viz_model *model = painter->model;
    uint32_t from = model->lane_of_track[wake->from_track];
    uint32_t to = model->lane_of_track[wake->to_track];
    if (from == TRACE_NO_INDEX || to == TRACE_NO_INDEX || from == to)
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

static void paint_visible(struct router *router, bool few) {
    const struct viz_painter *painter = router->painter;
    const struct trace_model *trace = painter->model->trace;
    const struct viz_view *view = painter->view;
    int64_t begin_ns = (int64_t)floor(view->begin_ns);
    double end_ns = view->begin_ns + view->length_ns + (double)painter->model->origin_ns;
    uint32_t found[WAKES_MOST];
    size_t limit = few ? WAKES_FEW : WAKES_MOST;
    size_t count = 0;
    size_t looked_at = 0;
    for (size_t i = viz_wake_from(painter->model, begin_ns);
         i < trace->wake_count && (double)trace->wakes[i].from_ns <= end_ns; i++) {
        /* A view full of wakes is not worth looking through to the end. */
        if (++looked_at > LOOKED_AT_MOST)
            return;
        if (!is_wanted(painter, &trace->wakes[i], few))
            continue;
        if (count == limit)
            return;
        found[count++] = (uint32_t)i;
    }
    for (size_t i = 0; i < count; i++)
        paint_wake(router, found[i], false);
}

/* Those that the bar meant was woken by and, while it lasted, its task caused; or the one meant. */
static void paint_meant(struct router *router) {
    const struct viz_painter *painter = router->painter;
    const struct viz_model *model = painter->model;
    if (painter->meant.kind == VIZ_ID_WAKE)
        paint_wake(router, painter->meant.index, true);
    if (painter->meant.kind != VIZ_ID_BAR)
        return;
    const struct viz_bar *bar = &model->bars[painter->meant.index];
    const struct trace_slice *slice = &model->trace->slices[bar->slice];
    if (slice->wake != TRACE_NO_INDEX)
        paint_wake(router, slice->wake, true);
    uint32_t caused[WAKES_FEW];
    size_t count =
        viz_wakes_by(model, painter->lane, bar->begin_ns, bar->end_ns, caused, WAKES_FEW);
    for (size_t i = 0; i < count && i < WAKES_FEW; i++)
        paint_wake(router, caused[i], true);
}

void viz_paint_wakes(struct viz_painter *painter) {
    struct router router = {.painter = painter};
    const struct viz_frame *frame = painter->frame;
    viz_clip(painter->scene, &frame->lanes);
    if (frame->row_px >= 8 * frame->scale) {
        if (painter->ui->wakes != VIZ_WAKES_OFF)
            paint_visible(&router, painter->ui->wakes == VIZ_WAKES_FEW);
    }
    router.count = 0;
    paint_meant(&router);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_clip(painter->scene, NULL);
}
