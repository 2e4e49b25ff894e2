#include "input.h"

#include <math.h>
#include <stdlib.h>

/* How far the mouse moves before a press becomes a drag, in units of the design. */
#define DRAG_FROM 4

#define ZOOM_STEP 1.25
#define PAN_STEP 0.1

/* --- Small steps -------------------------------------------------------------------------- */

static bool inside(const struct viz_rect *rect, int x, int y) {
    return x >= rect->x && x < rect->x + rect->w && y >= rect->y && y < rect->y + rect->h;
}

/* Where zooming holds on to: the pointer's place in the chart, else the middle. */
static double anchor_of(const struct viz_canvas *canvas) {
    const struct viz_rect *lanes = &canvas->frame.lanes;
    if (!canvas->ui.pointer || canvas->ui.x < lanes->x || canvas->ui.x >= lanes->x + lanes->w)
        return 0.5;
    return (double)(canvas->ui.x - lanes->x) / lanes->w;
}

static void zoom(struct viz_canvas *canvas, double factor) {
    viz_view_zoom(&canvas->view, &canvas->frame.extent, anchor_of(canvas), factor);
}

static void find_hover(struct viz_canvas *canvas) {
    if (canvas->ui.pointer)
        canvas->ui.hover =
            viz_target_at(canvas->model, &canvas->view, &canvas->frame, canvas->ui.x, canvas->ui.y);
    else
        canvas->ui.hover = (struct viz_target){.kind = VIZ_AT_NOTHING, .lane = TRACE_NO_INDEX};
}

/* Higher or lower rows; what is in the middle stays there. */
static void scale_rows(struct viz_canvas *canvas, double factor) {
    struct viz_extent *extent = &canvas->frame.extent;
    double middle = canvas->view.first_row + extent->visible_rows / 2;
    canvas->view.row_scale = fmin(fmax(canvas->view.row_scale * factor, 0.04), 8);
    viz_canvas_place(canvas, canvas->frame.width, canvas->frame.height);
    canvas->view.first_row = middle - extent->visible_rows / 2;
    viz_view_clamp(&canvas->view, extent);
}

static void zoom_to(struct viz_canvas *canvas, const struct viz_target *target) {
    if (target->kind != VIZ_AT_BAR)
        return;
    const struct viz_bar *bar = &canvas->model->bars[target->bar];
    double length = (double)(bar->end_ns - bar->begin_ns);
    double air = length > 0 ? length * 0.15 : VIZ_LENGTH_MIN_NS * 5;
    viz_view_show(&canvas->view, &canvas->frame.extent, (double)bar->begin_ns - air,
                  (double)bar->end_ns + air);
}

static void select_next(struct viz_canvas *canvas, int step) {
    struct viz_target *selected = &canvas->ui.selected;
    if (canvas->model->row_count == 0)
        return;
    if (selected->kind == VIZ_AT_NOTHING) {
        uint32_t row = (uint32_t)canvas->view.first_row;
        *selected = (struct viz_target){
            .kind = VIZ_AT_LANE, .lane = canvas->model->rows[row].lane, .row = row};
    }
    *selected = viz_target_next(canvas->model, selected, step);
    if (selected->kind != VIZ_AT_BAR)
        return;
    const struct viz_bar *bar = &canvas->model->bars[selected->bar];
    viz_view_reveal(&canvas->view, &canvas->frame.extent, selected->row, (double)bar->begin_ns,
                    (double)bar->end_ns);
}

/* --- Keys --------------------------------------------------------------------------------- */

/* Moving about; false where the key does something else. */
static bool move_key(struct viz_canvas *canvas, SDL_Keycode key) {
    struct viz_view *view = &canvas->view;
    const struct viz_extent *extent = &canvas->frame.extent;
    switch (key) {
    case SDLK_LEFT:
        viz_view_pan(view, extent, -PAN_STEP);
        return true;
    case SDLK_RIGHT:
        viz_view_pan(view, extent, PAN_STEP);
        return true;
    case SDLK_UP:
        viz_view_scroll(view, extent, -1);
        return true;
    case SDLK_DOWN:
        viz_view_scroll(view, extent, 1);
        return true;
    case SDLK_PAGEUP:
        viz_view_scroll(view, extent, -floor(extent->visible_rows));
        return true;
    case SDLK_PAGEDOWN:
        viz_view_scroll(view, extent, floor(extent->visible_rows));
        return true;
    case SDLK_HOME:
        viz_view_pan(view, extent, -(view->begin_ns / view->length_ns + 0.02));
        return true;
    case SDLK_END:
        viz_view_pan(view, extent, (extent->end_ns - view->begin_ns) / view->length_ns - 0.97);
        return true;
    default:
        return false;
    }
}

/* Zooming and selecting. */
static bool view_key(struct viz_canvas *canvas, SDL_Keycode key, bool shift) {
    switch (key) {
    case SDLK_PLUS:
    case SDLK_EQUALS:
    case SDLK_KP_PLUS:
        zoom(canvas, 1 / ZOOM_STEP);
        return true;
    case SDLK_MINUS:
    case SDLK_KP_MINUS:
        zoom(canvas, ZOOM_STEP);
        return true;
    case SDLK_f:
    case SDLK_0:
    case SDLK_KP_0:
        viz_canvas_fit(canvas);
        return true;
    case SDLK_z:
        zoom_to(canvas,
                canvas->ui.hover.kind == VIZ_AT_BAR ? &canvas->ui.hover : &canvas->ui.selected);
        return true;
    case SDLK_LEFTBRACKET:
        scale_rows(canvas, 1 / ZOOM_STEP);
        return true;
    case SDLK_RIGHTBRACKET:
        scale_rows(canvas, ZOOM_STEP);
        return true;
    case SDLK_n:
        select_next(canvas, 1);
        return true;
    case SDLK_p:
        select_next(canvas, -1);
        return true;
    case SDLK_TAB:
        select_next(canvas, shift ? -1 : 1);
        return true;
    default:
        return false;
    }
}

/* How things are shown. */
static bool style_key(struct viz_canvas *canvas, SDL_Keycode key, bool shift) {
    struct viz_ui *ui = &canvas->ui;
    switch (key) {
    case SDLK_w:
        ui->wakes = (enum viz_wakes)((ui->wakes + 1) % VIZ_WAKES_COUNT);
        return true;
    case SDLK_c:
        viz_model_colour(canvas->model, (enum viz_colouring)((canvas->model->colouring + 1) %
                                                             VIZ_COLOURING_COUNT));
        return true;
    case SDLK_o:
        ui->counter = viz_next_counter(canvas->model, ui->counter);
        return true;
    case SDLK_t:
        canvas->theme = canvas->theme == VIZ_DARK ? VIZ_LIGHT : VIZ_DARK;
        return true;
    case SDLK_SLASH:
        ui->help = shift ? !ui->help : ui->help;
        return shift;
    case SDLK_QUESTION:
    case SDLK_h:
    case SDLK_F1:
        ui->help = !ui->help;
        return true;
    case SDLK_ESCAPE:
        if (ui->help)
            ui->help = false;
        else
            ui->selected = (struct viz_target){.kind = VIZ_AT_NOTHING, .lane = TRACE_NO_INDEX};
        return true;
    default:
        return false;
    }
}

static unsigned on_key(struct viz_canvas *canvas, const SDL_Keysym *key) {
    bool ctrl = (key->mod & KMOD_CTRL) != 0;
    bool shift = (key->mod & KMOD_SHIFT) != 0;
    if (key->sym == SDLK_q || (ctrl && key->sym == SDLK_w))
        return VIZ_QUIT;
    if (!move_key(canvas, key->sym) && !view_key(canvas, key->sym, shift) &&
        !style_key(canvas, key->sym, shift))
        return 0;
    return VIZ_REDRAW;
}

/* --- Mouse -------------------------------------------------------------------------------- */

static bool has_more_rows(const struct viz_canvas *canvas) {
    return canvas->frame.extent.rows > canvas->frame.extent.visible_rows + 0.01;
}

static unsigned on_wheel(struct viz_canvas *canvas, const SDL_MouseWheelEvent *wheel) {
    double x = (double)wheel->preciseX;
    double y = (double)wheel->preciseY;
    SDL_Keymod mod = SDL_GetModState();
    if (mod & KMOD_CTRL)
        zoom(canvas, pow(1 / ZOOM_STEP, y));
    else if (mod & KMOD_SHIFT || !has_more_rows(canvas))
        viz_view_pan(&canvas->view, &canvas->frame.extent, PAN_STEP * (x - y));
    else {
        viz_view_pan(&canvas->view, &canvas->frame.extent, PAN_STEP * x);
        viz_view_scroll(&canvas->view, &canvas->frame.extent, -3 * y);
    }
    return VIZ_REDRAW;
}

/* Shows what is at a point of the minimap, in the middle. */
static void go_to_map(struct viz_canvas *canvas, int x, int y) {
    const struct viz_rect *map = &canvas->frame.minimap;
    const struct viz_extent *extent = &canvas->frame.extent;
    struct viz_view *view = &canvas->view;
    view->begin_ns = (double)(x - map->x) / map->w * extent->end_ns - view->length_ns / 2;
    view->first_row = (double)(y - map->y) / map->h * extent->rows - extent->visible_rows / 2;
    viz_view_clamp(view, extent);
}

static unsigned on_press(struct viz_input *input, struct viz_canvas *canvas,
                         const SDL_MouseButtonEvent *button, int x, int y) {
    if (button->button != SDL_BUTTON_LEFT && button->button != SDL_BUTTON_MIDDLE)
        return 0;
    if (canvas->ui.help) {
        canvas->ui.help = false;
        return VIZ_REDRAW;
    }
    input->press_x = input->last_x = x;
    input->press_y = input->last_y = y;
    input->drag = VIZ_DRAG_PRESSED;
    bool chart = x >= canvas->frame.lanes.x && y >= canvas->frame.strip.y &&
                 y < canvas->frame.lanes.y + canvas->frame.lanes.h;
    if (inside(&canvas->frame.minimap, x, y)) {
        input->drag = VIZ_DRAG_MAP;
        go_to_map(canvas, x, y);
    } else if (chart && (SDL_GetModState() & KMOD_SHIFT)) {
        input->drag = VIZ_DRAG_RANGE;
        canvas->ui.ranging = true;
        canvas->ui.range_from_ns = canvas->ui.range_to_ns =
            viz_time_at(&canvas->frame, &canvas->view, x);
    } else if (button->clicks >= 2 && button->button == SDL_BUTTON_LEFT) {
        input->drag = VIZ_DRAG_NONE;
        zoom_to(canvas, &canvas->ui.hover);
    }
    return VIZ_REDRAW;
}

static unsigned on_release(struct viz_input *input, struct viz_canvas *canvas) {
    enum viz_drag drag = input->drag;
    input->drag = VIZ_DRAG_NONE;
    if (drag == VIZ_DRAG_NONE)
        return 0;
    if (drag == VIZ_DRAG_PRESSED) {
        bool again = viz_same_target(&canvas->ui.hover, &canvas->ui.selected);
        canvas->ui.selected = canvas->ui.hover;
        if (again)
            canvas->ui.selected =
                (struct viz_target){.kind = VIZ_AT_NOTHING, .lane = TRACE_NO_INDEX};
    }
    if (drag == VIZ_DRAG_RANGE) {
        canvas->ui.ranging = false;
        double from = viz_x_of(&canvas->frame, &canvas->view, canvas->ui.range_from_ns);
        double to = viz_x_of(&canvas->frame, &canvas->view, canvas->ui.range_to_ns);
        if (fabs(to - from) >= viz_px(&canvas->frame, DRAG_FROM))
            viz_view_show(&canvas->view, &canvas->frame.extent, canvas->ui.range_from_ns,
                          canvas->ui.range_to_ns);
    }
    return VIZ_REDRAW;
}

static unsigned on_motion(struct viz_input *input, struct viz_canvas *canvas, int x, int y) {
    const struct viz_frame *frame = &canvas->frame;
    canvas->ui.pointer = true;
    canvas->ui.x = x;
    canvas->ui.y = y;
    int moved = abs(x - input->press_x) + abs(y - input->press_y);
    if (input->drag == VIZ_DRAG_PRESSED && moved >= viz_px(frame, DRAG_FROM))
        input->drag = VIZ_DRAG_MOVING;
    if (input->drag == VIZ_DRAG_MOVING) {
        viz_view_pan(&canvas->view, &frame->extent, (double)(input->last_x - x) / frame->lanes.w);
        viz_view_scroll(&canvas->view, &frame->extent, (input->last_y - y) / frame->row_px);
    } else if (input->drag == VIZ_DRAG_MAP) {
        go_to_map(canvas, x, y);
    } else if (input->drag == VIZ_DRAG_RANGE) {
        canvas->ui.range_to_ns = viz_time_at(frame, &canvas->view, x);
    }
    input->last_x = x;
    input->last_y = y;
    return VIZ_REDRAW;
}

static int pixels(const struct viz_input *input, int mouse) {
    return (int)floor(mouse * input->pixel_ratio);
}

unsigned viz_input_event(struct viz_input *input, struct viz_canvas *canvas,
                         const SDL_Event *event) {
    unsigned result = 0;
    switch (event->type) {
    case SDL_QUIT:
        return VIZ_QUIT;
    case SDL_KEYDOWN:
        result = on_key(canvas, &event->key.keysym);
        break;
    case SDL_MOUSEMOTION:
        result = on_motion(input, canvas, pixels(input, event->motion.x),
                           pixels(input, event->motion.y));
        break;
    case SDL_MOUSEBUTTONDOWN:
        result = on_press(input, canvas, &event->button, pixels(input, event->button.x),
                          pixels(input, event->button.y));
        break;
    case SDL_MOUSEBUTTONUP:
        result = on_release(input, canvas);
        break;
    case SDL_MOUSEWHEEL:
        result = on_wheel(canvas, &event->wheel);
        break;
    case SDL_MULTIGESTURE:
        zoom(canvas, exp(-4 * (double)event->mgesture.dDist));
        result = VIZ_REDRAW;
        break;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_LEAVE) {
            canvas->ui.pointer = false;
            result = VIZ_REDRAW;
        }
        break;
    default:
        break;
    }
    if (result & VIZ_REDRAW) {
        viz_canvas_place(canvas, canvas->frame.width, canvas->frame.height);
        find_hover(canvas);
    }
    return result;
}
