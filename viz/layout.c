/* Where the parts of a picture are, and the order in which they are painted. */
#include "layout.h"

#include "painter.h"

#include <math.h>
#include <string.h>

/* The design, in units of 1/96 inch. */
#define MARGIN 16
#define HEADER 68
#define HEADER_COMPACT 46
#define STRIP 60
#define STRIP_COMPACT 40
#define STRIP_MOST 148
#define STRIP_FLAG 19 /* of two runs: above the strip, the sentence of a difference */
#define AXIS 28
#define INSTANT 34
#define FOOTER 34
#define MINIMAP 44
#define NAMES_LEAST 100
#define NAMES_LEAST_TINY 76
#define GUTTER 56
#define STATE_SWATCH 20 /* beside a name, with the room between, where the playhead is */
#define GHOST_PART 0.36 /* of what a row's bars take */
#define PANEL 300
#define CHOSEN 28
#define PIN_ROW 30       /* of a lane that stays at the top */
#define PINS_PART 0.4    /* of the room for lanes, which they have at most */
#define PANEL_BESIDE 900 /* in less it stands below the chart, */
#define PANEL_PART 0.4   /* and has so much of the height there */

int viz_px(const struct viz_frame *frame, double units) {
    return viz_nearest(units * frame->scale);
}

/* A number that stays the same makes no picture, and an owner is the number of a track. */
static bool is_worth_a_strip(const struct trace_model *trace, uint32_t counter) {
    const struct trace_counter *found = &trace->counters[counter];
    if (counter == trace->open_spans)
        return true;
    bool owner = trace->version > 0 && strcmp(trace_text(trace, found->key), "owner") == 0;
    return found->sample_count > 1 && !owner;
}

uint32_t viz_next_counter(const struct viz_model *model, uint32_t counter) {
    const struct trace_model *trace = model->trace;
    uint32_t count = (uint32_t)trace->counter_count;
    uint32_t at = counter == TRACE_NO_INDEX ? count - 1 : counter;
    for (uint32_t tried = 0; tried < count; tried++) {
        at = (at + 1) % count;
        if (is_worth_a_strip(trace, at))
            return at;
    }
    return TRACE_NO_INDEX;
}

uint32_t viz_first_counter(const struct viz_model *model) {
    uint32_t spans = model->trace->open_spans;
    return spans != TRACE_NO_INDEX ? spans : viz_next_counter(model, TRACE_NO_INDEX);
}

/* --- Frame -------------------------------------------------------------------------------- */

/* What the name of a group takes, with its sign, its number of lanes, that of those which went
 * wrong, and the room between. */
static int group_width(const struct viz_frame *frame, const struct viz_measure *measure) {
    char name[256];
    viz_group_title(frame->arrangement, frame->arrangement->widest, name, sizeof name);
    int alert = viz_width(measure, VIZ_FONT_SMALL, "1,000") + viz_px(frame, 20);
    return viz_width(measure, VIZ_FONT_NAME, name) +
           viz_width(measure, VIZ_FONT_SMALL, "\xE2\x96\xBE 10,000") + viz_px(frame, 16) +
           (frame->arrangement->alerts ? alert : 0);
}

static int names_width(const struct viz_frame *frame, const struct viz_model *model,
                       const struct viz_measure *measure, bool states) {
    int widest = 0;
    for (int i = 0; i < VIZ_WIDEST_COUNT; i++) {
        if (model->widest[i] == TRACE_NO_INDEX)
            break;
        char name[256];
        viz_lane_name(model, model->widest[i], name, sizeof name);
        int width = viz_width(measure, VIZ_FONT_NAME, name);
        widest = width > widest ? width : widest;
    }
    if (frame->arrangement != NULL && frame->arrangement->group_count > 0) {
        int group = group_width(frame, measure);
        widest = group > widest ? group : widest;
    }
    int margins = viz_px(frame, frame->compact ? 24 : MARGIN + 14);
    margins += states ? viz_px(frame, STATE_SWATCH) : 0;
    int least = viz_px(frame, frame->compact ? NAMES_LEAST_TINY : NAMES_LEAST);
    int most = (int)(frame->width * 0.24);
    int width = widest + margins < least ? least : widest + margins;
    return width < most ? width : most > least ? most : least;
}

/* Rows as high as the view says; else as lets all of them be seen, however many. */
static void find_row_height(struct viz_frame *frame, double rows, int room, double row_units) {
    double fitting = rows > 0 ? room / rows : VIZ_ROW_MOST * frame->scale;
    frame->fitting_px = fmin(fitting, VIZ_ROW_MOST * frame->scale);
    double height = row_units > 0 ? row_units * frame->scale : frame->fitting_px;
    frame->row_px = height < 8 * frame->scale ? height : floor(height);
}

/* The parts above and below the lanes; returns what is left for these. */
static int place_panels(struct viz_frame *frame, const struct viz_model *model,
                        const struct viz_ui *ui) {
    double height = frame->height / frame->scale;
    int header = height < 160 ? 0 : viz_px(frame, frame->compact ? HEADER_COMPACT : HEADER);
    int strip = ui->counter == TRACE_NO_INDEX || height < 220
                    ? 0
                    : viz_px(frame, frame->compact ? STRIP_COMPACT : STRIP);
    strip += strip > 0 && model->pair != NULL ? viz_px(frame, STRIP_FLAG) : 0;
    int axis = height < 100 ? 0 : viz_px(frame, AXIS);
    int footer = height < 280 ? 0 : viz_px(frame, FOOTER);
    int minimap = height < 400 ? 0 : viz_px(frame, MINIMAP);
    int chosen = viz_choice_has_words(ui->choice) ? viz_px(frame, CHOSEN) : 0;
    frame->header = (struct viz_rect){0, 0, frame->width, header};
    frame->chosen = (struct viz_rect){0, header, frame->width, chosen};
    frame->strip = (struct viz_rect){0, header + chosen, 0, strip};
    frame->axis = (struct viz_rect){0, 0, 0, axis};
    frame->footer = (struct viz_rect){0, frame->height - footer, frame->width, footer};
    frame->minimap = (struct viz_rect){0, 0, 0, minimap};
    bool spread = ui->travel != NULL && ui->travel->ordinal != 0 && height >= 220;
    frame->instant.h = spread ? viz_px(frame, INSTANT) : 0;
    return frame->height - header - chosen - strip - axis - frame->instant.h - footer - minimap;
}

/* The panel, between header and footer; returns how much of the width it takes from the chart. */
static int place_side(struct viz_frame *frame, const struct viz_ui *ui) {
    frame->bottom = frame->footer.y;
    if (ui->panel == NULL)
        return 0;
    int top = frame->chosen.y + frame->chosen.h;
    if (frame->width < PANEL_BESIDE * frame->scale) {
        int height = (int)((frame->footer.y - top) * PANEL_PART);
        frame->bottom -= height;
        frame->panel = (struct viz_rect){0, frame->bottom, frame->width, height};
        return 0;
    }
    int width = viz_px(frame, PANEL);
    frame->panel = (struct viz_rect){frame->width - width, top, width, frame->footer.y - top};
    return width;
}

/* Rows of pins keep their height, whatever that of the others. */
static void place_pins(struct viz_frame *frame, int room) {
    int most = (int)(room * PINS_PART);
    int height = frame->pinned != NULL
                     ? (int)frame->pinned->count * viz_px(frame, PIN_ROW) + viz_px(frame, 4)
                     : 0;
    frame->pins.x = frame->lanes.x;
    frame->pins.w = frame->lanes.w;
    frame->pins.h = height < most ? height : most;
}

struct viz_frame viz_frame_of_pins(const struct viz_frame *frame) {
    struct viz_frame pins = *frame;
    pins.arrangement = frame->pinned;
    pins.lanes = frame->pins;
    pins.names.y = frame->pins.y;
    pins.names.h = frame->pins.h;
    pins.row_px = viz_px(frame, PIN_ROW);
    pins.extent.rows = frame->pinned != NULL ? (double)frame->pinned->count : 0;
    pins.extent.visible_rows = pins.lanes.h / pins.row_px;
    return pins;
}

/* True where the map would show what is in full view. */
static bool shows_everything(const struct viz_frame *frame, const struct viz_view *view) {
    const struct viz_extent *extent = &frame->extent;
    return extent->rows <= extent->visible_rows + 0.01 && viz_view_shows_all_time(view, extent);
}

/* Gives the rows `room` pixels, and what they do not need of it, in part, to the strip. */
static void place_rows(struct viz_frame *frame, const struct viz_model *model,
                       struct viz_view *view, const struct viz_ui *ui, int room) {
    frame->extent = viz_extent_of(model, ui);
    double rows = frame->extent.rows;
    find_row_height(frame, rows, room, view->row_units);
    int spare = (int)fmax(0, room - rows * frame->row_px);
    bool spans = ui->counter == model->trace->open_spans;
    int strip_more = frame->strip.h > 0 && spans ? (int)(spare * 0.4) : 0;
    int strip_room =
        viz_px(frame, STRIP_MOST + (model->pair != NULL ? STRIP_FLAG : 0)) - frame->strip.h;
    strip_more = strip_more < strip_room ? strip_more : strip_room > 0 ? strip_room : 0;
    frame->strip.h += strip_more;
    frame->axis.y = frame->strip.y + frame->strip.h;
    frame->instant.y = frame->axis.y + frame->axis.h;
    frame->pins.y = frame->instant.y + frame->instant.h;
    int top = frame->pins.y + frame->pins.h;
    int bottom = frame->bottom - frame->minimap.h - frame->objects.h;
    frame->objects.y = bottom;
    frame->lanes.y = frame->names.y = top;
    frame->lanes.h = frame->names.h = bottom > top ? bottom - top : 1;
    frame->extent.visible_rows = frame->lanes.h / frame->row_px;
    viz_view_clamp(view, &frame->extent);
}

void viz_frame_make(struct viz_frame *frame, const struct viz_model *model, struct viz_view *view,
                    const struct viz_ui *ui, const struct viz_measure *measure, int width,
                    int height, double scale) {
    *frame = (struct viz_frame){.width = width, .height = height, .scale = scale};
    frame->compact = width < 600 * scale || height < 400 * scale;
    frame->arrangement = viz_arrangement_of(ui->choice);
    frame->pinned = viz_pinned_of(ui->choice);
    int room = place_panels(frame, model, ui);
    frame->ghosts = model->pair != NULL && viz_has_ghosts(ui->shown);
    frame->gutter = model->pair != NULL ? viz_px(frame, GUTTER) : 0;
    bool states = ui->travel != NULL && ui->travel->ordinal != 0;
    int names = names_width(frame, model, measure, states) + frame->gutter;
    int beside = place_side(frame, ui);
    room -= frame->footer.y - frame->bottom;
    int chart = width - beside - names > 1 ? width - beside - names : 1;
    frame->strip.x = frame->axis.x = names;
    frame->strip.w = frame->axis.w = chart;
    frame->instant.x = names;
    frame->instant.w = chart;
    frame->lanes = (struct viz_rect){names, 0, chart, 0};
    frame->names = (struct viz_rect){0, 0, names, 0};
    frame->minimap.x = names;
    frame->minimap.w = chart - viz_px(frame, MARGIN) > 1 ? chart - viz_px(frame, MARGIN) : 1;

    place_pins(frame, room);
    room -= frame->pins.h;
    frame->objects.x = names;
    frame->objects.w = chart;
    frame->objects.h = ui->objects ? viz_objects_height(frame, model, room) : 0;
    room -= frame->objects.h;
    int map = frame->minimap.h;
    int strip = frame->strip.h;
    struct viz_view before = *view;
    frame->minimap.h = 0;
    place_rows(frame, model, view, ui, room + map);
    if (map != 0 && !shows_everything(frame, view)) {
        *view = before;
        frame->minimap.h = map;
        frame->strip.h = strip;
        place_rows(frame, model, view, ui, room);
        int pad = viz_px(frame, 8);
        frame->minimap.y = frame->bottom - map;
        frame->minimap.h = map > pad ? map - pad : 0;
    }
    if (ui->table != NULL)
        viz_place_table(frame, ui->table);
}

struct viz_extent viz_extent_of(const struct viz_model *model, const struct viz_ui *ui) {
    double end_ns = (double)model->end_ns;
    double rows = (double)viz_place_count(model, viz_arrangement_of(ui->choice));
    if (model->pair != NULL) {
        end_ns = fmax((double)model->pair->models[CMP_A]->end_ns,
                      (double)model->pair->models[CMP_B]->end_ns);
        rows += viz_has_ghosts(ui->shown) ? (double)model->pair->gone_count : 0;
    }
    /* Waits that nobody will ever end are drawn beyond the end, and named there. */
    return (struct viz_extent){
        .end_ns = end_ns, .tail = model->deadlocked ? 0.18 : 0, .rows = rows};
}

/* --- Places ------------------------------------------------------------------------------- */

double viz_time_at(const struct viz_frame *frame, const struct viz_view *view, double x) {
    return view->begin_ns + (x - frame->lanes.x) / frame->lanes.w * view->length_ns;
}

double viz_x_of(const struct viz_frame *frame, const struct viz_view *view, double time_ns) {
    return frame->lanes.x + (time_ns - view->begin_ns) / view->length_ns * frame->lanes.w;
}

int viz_column(const struct viz_painter *painter, double time_ns) {
    const struct viz_rect *lanes = &painter->frame->lanes;
    double x = viz_x_of(painter->frame, painter->view, time_ns);
    double least = lanes->x - 1000.0;
    double most = lanes->x + lanes->w + 1000.0;
    x = x > least ? x : least;
    x = x < most ? x : most;
    return (int)(x + 4096.5) - 4096; /* as lround(), without a call */
}

double viz_row_top(const struct viz_frame *frame, const struct viz_view *view, double row) {
    return frame->lanes.y + (row - view->first_row) * frame->row_px;
}

/* Of a row, the part that bars take; the rest is above and below them. */
static int height_in_use(const struct viz_frame *frame) {
    /* The gap between bars grows with them, so that low rows are not all gap. */
    double row = frame->row_px / frame->scale;
    double gap = row < 8 ? 1 : row < 20 ? 4 * (row - 8) / 12 + 1 : 5 + (row - 20) * 0.34;
    if (frame->ghosts)
        gap = row < 20 ? gap : 5 + (row - 20) * 0.12;
    return (int)fmax(1, floor((row - gap) * frame->scale));
}

/* Below the bars of a row, what is left for those of the run before, and between them for lines. */
static int ghost_height(const struct viz_frame *frame) {
    return frame->ghosts ? (int)(height_in_use(frame) * GHOST_PART) : 0;
}

static int ghost_gap(const struct viz_frame *frame) {
    return frame->ghosts ? (int)fmin(viz_px(frame, 4), height_in_use(frame) * 0.1) : 0;
}

int viz_bar_height(const struct viz_frame *frame) {
    int height = height_in_use(frame) - ghost_height(frame) - ghost_gap(frame);
    return height > 1 ? height : 1;
}

struct viz_rect viz_bar_rect(const struct viz_painter *painter, uint32_t place, int x0, int x1) {
    const struct viz_frame *frame = painter->frame;
    int height = height_in_use(frame);
    double top = viz_row_top(frame, painter->view, place) + (frame->row_px - height) / 2;
    struct viz_rect rect = {x0, viz_nearest(top), x1 - x0, viz_bar_height(frame)};
    if (painter->ghost) {
        rect.y += rect.h + ghost_gap(frame);
        rect.h = ghost_height(frame);
    }
    return rect;
}

void viz_paint_hatch(const struct viz_painter *painter, int role, int alpha, struct viz_rect at) {
    int period = viz_px(painter->frame, 6);
    viz_hatch(painter->scene, role, alpha, period < 4 ? 4 : period, at);
}

int viz_mark_role(uint8_t category) {
    bool bad = category == TRACE_CATEGORY_ERROR || category == TRACE_CATEGORY_FAULT;
    return bad ? VIZ_ALERT : VIZ_MARK;
}

int viz_text_width(const struct viz_painter *painter, enum viz_font font, const char *text) {
    return viz_width(painter->measure, font, text);
}

int viz_text_in(const struct viz_painter *painter, enum viz_font font, int role, int x, int y,
                int width, const char *text) {
    char shown[256];
    int taken = viz_elide(painter->measure, font, text, width, false, shown, sizeof shown);
    viz_text(painter->scene, font, role, x, y - viz_line_height(painter, font) / 2, shown);
    return taken;
}

/* --- The picture -------------------------------------------------------------------------- */

/* What there is to be read where nothing can be shown, and what to do about it. */
static const char *const *nothing_of(const struct viz_painter *painter) {
    static const char *const words[][2] = {
        {"No lane differs", "D shows both runs again."},
        {"No lane has what the filter asks for",
         "Shift+F, or a click on the filter above, shows all lanes again."},
        {"Nothing in this trace can be shown",
         "It has no slice and no instant; its warnings say what was left out."},
        {"Nothing in this trace can be shown", "It was cut short before anything happened."},
        {"Nothing happened in this trace", "It is well-formed, and has no task and no event."}};
    bool filtered = painter->model->row_count > 0;
    return words[painter->ui->shown == VIZ_SHOWN_DIFFERENCES ? 0
                 : filtered                                  ? 1
                 : painter->model->trace->remark_count > 0   ? 2
                 : !painter->model->trace->complete          ? 3
                                                             : 4];
}

static void paint_nothing(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const char *const *lines = nothing_of(painter);
    int left = frame->lanes.x * (painter->model->row_count > 0);
    int across = left > 0 ? frame->lanes.w : frame->width;
    int y = frame->height / 2 - viz_line_height(painter, VIZ_FONT_VALUE);
    for (int i = 0; i < 2; i++) {
        enum viz_font font = i == 0 ? VIZ_FONT_VALUE : VIZ_FONT_BODY;
        int width = viz_text_width(painter, font, lines[i]);
        int room = across - 2 * viz_px(frame, MARGIN);
        int x = left + (across - (width < room ? width : room)) / 2;
        y += viz_text_in(painter, font, i == 0 ? VIZ_TEXT : VIZ_MUTED, x, y, room, lines[i]) > 0
                 ? viz_line_height(painter, font) + viz_px(frame, 4)
                 : 0;
    }
}

static void paint_timeline(struct viz_painter *painter) {
    viz_paint_ground(painter);
    viz_paint_time(painter);
    viz_paint_strip(painter);
    viz_paint_ghosts(painter);
    viz_paint_rows(painter);
    viz_paint_wakes_and_labels(painter);
    viz_paint_rings(painter);
    viz_paint_changes(painter);
    viz_paint_change_line(painter);
    viz_paint_objects(painter);
    viz_paint_way(painter);
    viz_paint_pins(painter);
    viz_paint_range(painter);
    viz_paint_axis(painter);
    viz_paint_bookmarks(painter);
    viz_paint_playhead(painter);
    viz_paint_instant(painter);
    viz_paint_names(painter);
    viz_paint_gutter(painter);
    viz_paint_minimap(painter);
}

void viz_layout(struct viz_scene *scene, const struct viz_model *model, const struct viz_view *view,
                const struct viz_frame *frame, const struct viz_ui *ui,
                const struct viz_measure *measure) {
    struct viz_painter painter = {.scene = scene,
                                  .model = model,
                                  .view = view,
                                  .frame = frame,
                                  .ui = ui,
                                  .measure = measure,
                                  .meant = ui->selected};
    if (ui->selected.kind == VIZ_ID_NOTHING)
        painter.meant = ui->hover;
    painter.lane = viz_lane_of(model, painter.meant);
    painter.now = ui->travel != NULL ? viz_travel_state(ui->travel) : NULL;
    struct viz_rect all = {0, 0, frame->width, frame->height};
    viz_scene_begin(scene, frame->width, frame->height, measure);
    viz_fill(scene, VIZ_BACKGROUND, all);
    if (ui->table != NULL)
        viz_paint_table(&painter);
    else if (model->row_count > 0)
        paint_timeline(&painter);
    viz_paint_side(&painter);
    viz_paint_header(&painter);
    viz_paint_chosen(&painter);
    viz_paint_footer(&painter);
    bool said = ui->notice != NULL && ui->notice->text[0] != '\0';
    bool filtered = frame->arrangement != NULL && frame->arrangement->count == 0;
    if ((model->row_count == 0 && !said) || (filtered && ui->table == NULL))
        paint_nothing(&painter);
    else
        viz_paint_tooltip(&painter);
    viz_paint_notice(&painter);
    viz_paint_search(&painter);
    if (ui->help != NULL)
        viz_paint_help(&painter);
}
