/* The viewer's window, opened for real (under Xvfb), driven by SDL's events. With the variable
 * CADRAN_VIEW_SHOTS set to a folder, the pictures are kept there. */
#include <SDL.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "actions.h"
#include "image.h"
#include "sample.h"
#include "window.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1000, HEIGHT = 640 };

struct fixture {
    struct sample sample;
    struct viz_window *window;
    struct viz_canvas *canvas;
    struct viz_state *state;
};

static char message[VIZ_MESSAGE_SIZE];

static void open_on(struct fixture *fixture, struct viz_model *model) {
    struct viz_window_options options = {.width = WIDTH,
                                         .height = HEIGHT,
                                         .scale = 1,
                                         .theme = VIZ_DARK,
                                         .all_time = true,
                                         .differing = VIZ_DIFFERING_COUNT};
    int error = viz_window_open(model, &options, &fixture->window, message);
    if (error != 0)
        print_error("%s\n", message);
    assert_int_equal(error, 0);
    fixture->canvas = viz_window_canvas(fixture->window);
    fixture->state = &fixture->canvas->state;
    for (int i = 0; i < 20; i++) /* until the window is there and drawn */
        assert_int_equal(viz_window_step(fixture->window, 10, message), 1);
    assert_true(viz_window_pictures(fixture->window) > 0);
}

static void open_window(struct fixture *fixture, void (*make)(struct sample *sample)) {
    make(&fixture->sample);
    open_on(fixture, fixture->sample.model);
}

static void close_window(struct fixture *fixture) {
    viz_window_close(fixture->window);
    sample_free(&fixture->sample);
}

/* The picture as it would be shown now, 4 bytes a pixel. */
static uint8_t *picture(struct fixture *fixture) {
    uint8_t *pixels = malloc((size_t)WIDTH * HEIGHT * 4);
    assert_non_null(pixels);
    const struct viz_raster raster = {(uint32_t *)(void *)pixels, WIDTH, HEIGHT, WIDTH};
    assert_int_equal(viz_canvas_paint(fixture->canvas, &raster), 0);
    return pixels;
}

static void shoot(struct fixture *fixture, const char *name) {
    const char *folder = getenv("CADRAN_VIEW_SHOTS");
    if (folder == NULL)
        return;
    char path[512];
    snprintf(path, sizeof path, "%s/%s.png", folder, name);
    uint8_t *pixels = picture(fixture);
    const struct viz_raster raster = {(uint32_t *)(void *)pixels, WIDTH, HEIGHT, WIDTH};
    assert_int_equal(viz_png_save(&raster, path, message), 0);
    free(pixels);
}

static int step(struct fixture *fixture) {
    return viz_window_step(fixture->window, 0, message);
}

static void key(struct fixture *fixture, SDL_Keycode code, Uint16 mod) {
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = code;
    event.key.keysym.mod = mod;
    event.key.state = SDL_PRESSED;
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_int_equal(step(fixture), 1);
}

static void type(struct fixture *fixture, const char *text) {
    SDL_Event event = {.type = SDL_TEXTINPUT};
    snprintf(event.text.text, sizeof event.text.text, "%s", text);
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_int_equal(step(fixture), 1);
}

static void move(struct fixture *fixture, int x, int y) {
    SDL_Event event = {.type = SDL_MOUSEMOTION};
    event.motion.x = x;
    event.motion.y = y;
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_int_equal(step(fixture), 1);
}

static void button(struct fixture *fixture, Uint32 type, int x, int y, Uint8 clicks) {
    SDL_Event event = {.type = type};
    event.button.button = SDL_BUTTON_LEFT;
    event.button.clicks = clicks;
    event.button.x = x;
    event.button.y = y;
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_int_equal(step(fixture), 1);
}

static void wheel(struct fixture *fixture, float y) {
    SDL_Event event = {.type = SDL_MOUSEWHEEL};
    event.wheel.y = (Sint32)y;
    event.wheel.preciseY = y;
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_int_equal(step(fixture), 1);
}

/* How many pixels of a picture have a colour of the palette. */
static int count_role(const uint8_t *pixels, enum viz_theme theme, int role) {
    struct viz_colour colour = viz_palette(theme, role);
    uint32_t wanted = (uint32_t)colour.r << 16 | (uint32_t)colour.g << 8 | colour.b;
    int count = 0;
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
        uint32_t pixel;
        memcpy(&pixel, pixels + 4 * i, sizeof pixel);
        count += (pixel & 0xFFFFFF) == wanted;
    }
    return count;
}

static int middle_of_row(const struct fixture *fixture, int row) {
    const struct viz_frame *frame = &fixture->state->frame;
    return (int)(frame->lanes.y + (row + 0.5 - fixture->state->view.first_row) * frame->row_px);
}

static int column_of(const struct fixture *fixture, double seconds) {
    return (int)viz_x_of(&fixture->state->frame, &fixture->state->view, seconds * 1e9);
}

/* A key comes as text, too: that of the letter which begins a note is not in it. */
static void test_window__a_note_is_what_was_typed(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    SDL_Event text = {.type = SDL_TEXTINPUT};
    snprintf(text.text.text, sizeof text.text.text, "m");
    SDL_Event press = {.type = SDL_KEYDOWN};
    press.key.keysym.sym = SDLK_m;
    press.key.state = SDL_PRESSED;
    assert_int_equal(SDL_PushEvent(&press), 1);
    assert_int_equal(SDL_PushEvent(&text), 1);
    assert_int_equal(step(&fixture), 1);
    assert_int_not_equal(fixture.state->ui.noting, 0);
    type(&fixture, "slow");
    assert_string_equal(fixture.state->bookmarks.list[0].note, "slow");
    close_window(&fixture);
}

static void test_window__shows_all_spans_in_both_themes(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    for (enum viz_theme theme = VIZ_DARK; theme < VIZ_THEME_COUNT; theme++) {
        uint8_t *pixels = picture(&fixture);
        /* A second is at least 150 columns, a bar at least 20 rows: three, three, two spans. */
        assert_true(count_role(pixels, theme, VIZ_SPAN_FIRST + 0) > 3 * 1 * 150 * 15);
        assert_true(count_role(pixels, theme, VIZ_SPAN_FIRST + 1) > 3 * 2 * 150 * 15);
        assert_true(count_role(pixels, theme, VIZ_SPAN_FIRST + 2) > 2 * 3 * 150 * 15);
        assert_true(count_role(pixels, theme, VIZ_BACKGROUND) > WIDTH * HEIGHT / 10);
        free(pixels);
        shoot(&fixture, theme == VIZ_DARK ? "dark" : "light");
        key(&fixture, SDLK_t, 0);
    }
    assert_int_equal(fixture.state->theme, VIZ_DARK);
    close_window(&fixture);
}

static void test_window__zoom_keeps_the_time_under_the_pointer(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    int x = column_of(&fixture, 3.2);
    move(&fixture, x, middle_of_row(&fixture, 2));
    double before = viz_time_at(&fixture.state->frame, &fixture.state->view, x);
    SDL_SetModState(KMOD_LCTRL);
    for (int i = 0; i < 40; i++) {
        double length = fixture.state->view.length_ns;
        wheel(&fixture, 1);
        assert_true(fixture.state->view.length_ns < length);
        double after = viz_time_at(&fixture.state->frame, &fixture.state->view, x);
        assert_true(fabs(after - before) < 1);
    }
    SDL_SetModState(KMOD_NONE);
    shoot(&fixture, "zoomed");
    key(&fixture, SDLK_f, 0);
    assert_true(viz_view_shows_all_time(&fixture.state->view, &fixture.state->frame.extent));
    close_window(&fixture);
}

static void test_window__drag_moves_what_is_under_the_pointer_along(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    int y = middle_of_row(&fixture, 1);
    move(&fixture, 500, y);
    for (int i = 0; i < 6; i++)
        type(&fixture, "+");
    double grabbed = viz_time_at(&fixture.state->frame, &fixture.state->view, 500);
    button(&fixture, SDL_MOUSEBUTTONDOWN, 500, y, 1);
    move(&fixture, 450, y);
    move(&fixture, 420, y);
    button(&fixture, SDL_MOUSEBUTTONUP, 420, y, 1);
    double held = viz_time_at(&fixture.state->frame, &fixture.state->view, 420);
    assert_true(fabs(held - grabbed) < fixture.state->view.length_ns / (double)WIDTH);
    /* A drag is no click. */
    assert_int_equal(fixture.state->ui.selected.kind, VIZ_ID_NOTHING);
    close_window(&fixture);
}

static void test_window__hover_and_click_mean_the_bar(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    int x = column_of(&fixture, 0.5);
    int y = middle_of_row(&fixture, 4);
    move(&fixture, x, y);
    const struct viz_id *hover = &fixture.state->ui.hover;
    assert_int_equal(hover->kind, VIZ_ID_BAR);
    const struct viz_bar *bar = &fixture.sample.model->bars[hover->index];
    assert_string_equal(viz_bar_name(fixture.sample.model, bar), "put window");
    uint8_t *pixels = picture(&fixture);
    assert_true(count_role(pixels, VIZ_DARK, VIZ_TIP) > 1000);
    free(pixels);
    shoot(&fixture, "hover");
    button(&fixture, SDL_MOUSEBUTTONDOWN, x, y, 1);
    button(&fixture, SDL_MOUSEBUTTONUP, x, y, 1);
    assert_true(viz_same_id(fixture.state->ui.selected, fixture.state->ui.hover));
    key(&fixture, SDLK_n, 0);
    bar = &fixture.sample.model->bars[fixture.state->ui.selected.index];
    assert_string_equal(viz_bar_name(fixture.sample.model, bar), "job4 - duration 2");
    move(&fixture, 3, 3);
    shoot(&fixture, "selected");
    key(&fixture, SDLK_ESCAPE, 0);
    assert_int_equal(fixture.state->ui.selected.kind, VIZ_ID_NOTHING);
    close_window(&fixture);
}

static void test_window__double_click_zooms_to_the_bar(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    int x = column_of(&fixture, 2.5);
    int y = middle_of_row(&fixture, 6);
    move(&fixture, x, y);
    button(&fixture, SDL_MOUSEBUTTONDOWN, x, y, 2);
    button(&fixture, SDL_MOUSEBUTTONUP, x, y, 2);
    const struct viz_view *view = &fixture.state->view;
    assert_true(view->begin_ns > 1.7e9 && view->begin_ns < 2e9);
    assert_true(view->begin_ns + view->length_ns > 3e9 && view->length_ns < 1.5e9);
    close_window(&fixture);
}

static void test_window__shift_drag_chooses_a_range_and_return_zooms_to_it(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    int y = middle_of_row(&fixture, 0);
    int from = column_of(&fixture, 3.0);
    int to = column_of(&fixture, 2.0);
    move(&fixture, from, y);
    SDL_SetModState(KMOD_LSHIFT);
    button(&fixture, SDL_MOUSEBUTTONDOWN, from, y, 1);
    move(&fixture, to, y);
    shoot(&fixture, "range");
    button(&fixture, SDL_MOUSEBUTTONUP, to, y, 1);
    SDL_SetModState(KMOD_NONE);
    const struct viz_view *view = &fixture.state->view;
    assert_true(view->length_ns > 5e9);
    assert_true(fixture.state->range.given);
    key(&fixture, SDLK_RETURN, 0);
    assert_true(fabs(view->begin_ns - 2e9) < 2e7);
    assert_true(fabs(view->length_ns - 1e9) < 4e7);
    close_window(&fixture);
}

static void many_lanes(struct sample *sample) {
    sample_lanes(sample, 300);
}

static void test_window__wheel_scrolls_lanes_where_there_are_more_than_fit(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, many_lanes);
    assert_int_equal(fixture.state->frame.minimap.h, 0);
    fixture.state->view.row_units = 20;
    move(&fixture, 500, 400);
    assert_true(fixture.state->frame.minimap.h > 0);
    wheel(&fixture, -2);
    assert_true(fixture.state->view.first_row > 5 && fixture.state->view.first_row < 7);
    key(&fixture, SDLK_PAGEDOWN, 0);
    assert_true(fixture.state->view.first_row > 15);
    wheel(&fixture, 100);
    assert_true(fixture.state->view.first_row == 0);
    shoot(&fixture, "lanes");
    const struct viz_rect *map = &fixture.state->frame.minimap;
    button(&fixture, SDL_MOUSEBUTTONDOWN, map->x + map->w / 2, map->y + map->h - 1, 1);
    button(&fixture, SDL_MOUSEBUTTONUP, map->x + map->w / 2, map->y + map->h - 1, 1);
    double last = 300 - fixture.state->frame.extent.visible_rows;
    assert_true(fabs(fixture.state->view.first_row - last) < 5);
    close_window(&fixture);
}

static void test_window__help_covers_the_picture_until_escape(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    type(&fixture, "?");
    assert_non_null(fixture.state->ui.help);
    uint8_t *pixels = picture(&fixture);
    assert_true(count_role(pixels, VIZ_DARK, VIZ_TIP) > 50000);
    free(pixels);
    shoot(&fixture, "help");
    key(&fixture, SDLK_ESCAPE, 0);
    assert_null(fixture.state->ui.help);
    close_window(&fixture);
}

static void test_window__signs_are_what_is_typed_and_letters_where_they_are(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    /* A German keyboard: AltGr and 8 are a key and, apart from it, a bracket. */
    key(&fixture, SDLK_8, KMOD_RALT);
    assert_true(fixture.state->view.row_units == 0);
    type(&fixture, "[");
    assert_true(fixture.state->view.row_units > 0);
    /* An English one: + is Shift and =; the key alone is none of the two. */
    double length = fixture.state->view.length_ns;
    key(&fixture, SDLK_EQUALS, KMOD_LSHIFT);
    assert_true(fixture.state->view.length_ns == length);
    type(&fixture, "+");
    assert_true(fixture.state->view.length_ns < length);
    /* A Russian one: what stands where F does. What it types is no sign. */
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = 0x430;
    event.key.keysym.scancode = SDL_SCANCODE_F;
    assert_int_equal(SDL_PushEvent(&event), 1);
    type(&fixture, "\xD0\xB0");
    assert_true(fixture.state->view.length_ns == length);
    /* A letter is not done twice: as a key, and as what it types. */
    key(&fixture, SDLK_t, 0);
    type(&fixture, "t");
    assert_int_equal(fixture.state->theme, VIZ_LIGHT);
    close_window(&fixture);
}

static void test_window__draws_only_when_something_has_changed(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    unsigned before = viz_window_pictures(fixture.window);
    for (int i = 0; i < 5; i++)
        assert_int_equal(viz_window_step(fixture.window, 2, message), 1);
    key(&fixture, SDLK_F9, 0); /* means nothing */
    assert_int_equal(viz_window_pictures(fixture.window), before);
    key(&fixture, SDLK_t, 0);
    assert_int_equal(viz_window_pictures(fixture.window), before + 1);
    close_window(&fixture);
}

/* One that the list names as a key, as the keyboard gives it: "Ctrl+Left", "[", "Space". Those of
 * the mouse are driven by other tests. */
static bool press_named(struct fixture *fixture, const char *input) {
    Uint16 mod = KMOD_NONE;
    static const struct {
        const char *name;
        Uint16 mod;
    } mods[] = {{"Ctrl+", KMOD_LCTRL}, {"Alt+", KMOD_LALT}, {"Shift+", KMOD_LSHIFT}};
    for (size_t i = 0; i < sizeof mods / sizeof mods[0]; i++)
        if (strncmp(input, mods[i].name, strlen(mods[i].name)) == 0) {
            input += strlen(mods[i].name);
            mod |= mods[i].mod;
        }
    bool letter = input[1] == '\0' && input[0] >= 'A' && input[0] <= 'Z';
    bool space = strcmp(input, "Space") == 0;
    SDL_Keycode code = letter ? SDLK_a + (input[0] - 'A') : SDL_GetKeyFromName(input);
    if ((input[1] == '\0' && !letter && mod == KMOD_NONE) || space)
        type(fixture, space ? " " : input);
    else if (code != SDLK_UNKNOWN)
        key(fixture, code, mod);
    return code != SDLK_UNKNOWN;
}

/* Each makes another picture, whatever was pressed before; where it means something only now and
 * then it is pressed then. */
static void test_window__every_key_of_the_list(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    struct viz_ui *ui = &fixture.state->ui;
    size_t pressed = 0;
    for (size_t i = 0; i < viz_action_count; i++) {
        const struct viz_action *action = &viz_actions[i];
        if (strcmp(action->name, "quit") == 0) /* a test of its own */
            continue;
        for (int k = 0; k < VIZ_TRIGGERS_MAX && action->triggers[k].input != NULL; k++) {
            const struct viz_trigger *trigger = &action->triggers[k];
            if (trigger->when == VIZ_WHILE_TWO)
                continue;
            if ((trigger->when == VIZ_WHILE_TABLE) != (ui->table != NULL))
                key(&fixture, SDLK_TAB, 0);
            ui->playing = trigger->when == VIZ_WHILE_PLAYING;
            ui->speed = 1;
            unsigned before = viz_window_pictures(fixture.window);
            if (!press_named(&fixture, trigger->input))
                continue;
            if (viz_window_pictures(fixture.window) == before)
                print_error("%s does nothing\n", trigger->input);
            assert_true(viz_window_pictures(fixture.window) > before);
            pressed++;
            if (strcmp(action->name, "search") == 0 || strcmp(action->name, "mark") == 0)
                key(&fixture, SDLK_ESCAPE, 0);
        }
    }
    assert_uint_in_range(pressed, 60, 200);
    close_window(&fixture);
}

static void test_window__plays_by_itself(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    fixture.state->ui.playing = true; /* without a timeline there is nothing to play */
    assert_int_equal(step(&fixture), 1);
    assert_false(fixture.state->ui.playing);
    close_window(&fixture);
}

static void test_window__q_ends_it(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_window);
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = SDLK_q;
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_int_equal(step(&fixture), 0);
    close_window(&fixture);
}

static void test_window__new_size_is_filled(void **state) {
    (void)state;
    struct fixture fixture;
    open_window(&fixture, sample_deadlock);
    shoot(&fixture, "deadlock");
    SDL_Window *window = NULL;
    for (Uint32 id = 1; id < 1000 && window == NULL; id++)
        window = SDL_GetWindowFromID(id);
    assert_non_null(window);
    SDL_SetWindowSize(window, 700, 420);
    for (int i = 0; i < 50 && fixture.state->frame.width != 700; i++)
        assert_int_equal(viz_window_step(fixture.window, 10, message), 1);
    assert_int_equal(fixture.state->frame.width, 700);
    assert_int_equal(fixture.state->frame.height, 420);
    assert_int_equal(fixture.state->frame.lanes.x + fixture.state->frame.lanes.w, 700);
    close_window(&fixture);
}

/* The keys of two runs, as they are pressed. */
static void test_window__keys_go_through_the_differences_of_two_runs(void **state) {
    (void)state;
    struct fixture fixture;
    struct sample_pair both;
    sample_window(&both.before);
    sample_scenario(&both.after, "--seed 7 --set width=3", SAMPLE_SCENARIOS "/window.json");
    sample_compare(&both);
    open_on(&fixture, both.after.model);
    shoot(&fixture, "pair");
    struct viz_ui *ui = &fixture.state->ui;
    assert_int_equal(ui->change, cmp_root_at(both.result, 0));
    key(&fixture, SDLK_n, 0);
    assert_int_equal(ui->change, 1);
    key(&fixture, SDLK_p, 0);
    assert_int_equal(ui->change, 0);
    key(&fixture, SDLK_d, 0);
    assert_int_equal(ui->shown, VIZ_SHOWN_DIFFERENCES);
    key(&fixture, SDLK_d, 0);
    key(&fixture, SDLK_d, 0);
    assert_int_equal(ui->shown, VIZ_SHOWN_OLD);
    assert_ptr_equal(fixture.state->model, both.before.model);
    shoot(&fixture, "pair-old");
    key(&fixture, SDLK_d, 0);
    assert_int_equal(ui->shown, VIZ_SHOWN_BOTH);
    key(&fixture, SDLK_e, 0);
    assert_int_equal(ui->differing, VIZ_DIFFERING_ORDER);
    viz_window_close(fixture.window);
    sample_pair_free(&both);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window__a_note_is_what_was_typed),
        cmocka_unit_test(test_window__shows_all_spans_in_both_themes),
        cmocka_unit_test(test_window__zoom_keeps_the_time_under_the_pointer),
        cmocka_unit_test(test_window__drag_moves_what_is_under_the_pointer_along),
        cmocka_unit_test(test_window__hover_and_click_mean_the_bar),
        cmocka_unit_test(test_window__double_click_zooms_to_the_bar),
        cmocka_unit_test(test_window__shift_drag_chooses_a_range_and_return_zooms_to_it),
        cmocka_unit_test(test_window__wheel_scrolls_lanes_where_there_are_more_than_fit),
        cmocka_unit_test(test_window__help_covers_the_picture_until_escape),
        cmocka_unit_test(test_window__signs_are_what_is_typed_and_letters_where_they_are),
        cmocka_unit_test(test_window__draws_only_when_something_has_changed),
        cmocka_unit_test(test_window__keys_go_through_the_differences_of_two_runs),
        cmocka_unit_test(test_window__q_ends_it),
        cmocka_unit_test(test_window__new_size_is_filled),
        cmocka_unit_test(test_window__every_key_of_the_list),
        cmocka_unit_test(test_window__plays_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
