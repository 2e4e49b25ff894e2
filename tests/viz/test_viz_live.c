/* A window on a file (under Xvfb): it is there before the file is read, shows what is appended,
 * offers one that has been rewritten, opens what is dropped, and says what is damaged. */
#include <SDL.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "document.h"
#include "sample.h"
#include "window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct fixture {
    char folder[64];
    char path[128];
    struct sample sample; /* whose text is the file's */
    struct viz_document document;
    struct viz_window *window;
    struct viz_state *state;
};

static char message[VIZ_MESSAGE_SIZE];

static double now_ms(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Another file takes its place; or it grows. */
static void write_file(const struct fixture *fixture, const char *mode, const char *text,
                       size_t length) {
    FILE *file = fopen(fixture->path, mode);
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void open_window(struct fixture *fixture, const char *text, size_t length, bool follows) {
    const struct viz_window_options options = {.width = 900,
                                               .height = 560,
                                               .scale = 1,
                                               .theme = VIZ_DARK,
                                               .all_time = true,
                                               .document = &fixture->document};
    strcpy(fixture->folder, "/tmp/cadran-live-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/trace.json", fixture->folder);
    write_file(fixture, "w", text, length);
    assert_int_equal(viz_document_open(&fixture->document, fixture->path, follows), 0);
    assert_int_equal(
        viz_window_open(fixture->document.shown.model, &options, &fixture->window, message), 0);
    fixture->state = &viz_window_canvas(fixture->window)->state;
}

static void close_window(struct fixture *fixture) {
    viz_window_close(fixture->window);
    viz_document_close(&fixture->document);
    (void)unlink(fixture->path);
    (void)rmdir(fixture->folder);
}

/* Steps until it is so, or ten seconds have passed; how long it took. */
#define WAIT_UNTIL(fixture, so)                                                                    \
    {                                                                                              \
        double end_ms = now_ms() + 10000;                                                          \
        while (!(so) && now_ms() < end_ms)                                                         \
            assert_int_equal(viz_window_step((fixture)->window, 20, message), 1);                  \
        assert_true(so);                                                                           \
    }

static size_t lanes(const struct fixture *fixture) {
    return fixture->state->model->lane_count;
}

static bool notice_has(const struct fixture *fixture, const char *text) {
    return strstr(fixture->document.notice.text, text) != NULL;
}

static void test_live__the_window_is_there_before_the_file_is_read(void **state) {
    (void)state;
    struct fixture fixture = {0};
    sample_window(&fixture.sample);
    open_window(&fixture, fixture.sample.text, fixture.sample.length, false);
    assert_int_equal(lanes(&fixture), 0);
    assert_int_equal(viz_window_step(fixture.window, 0, message), 1);
    WAIT_UNTIL(&fixture, lanes(&fixture) == 8 && fixture.document.timeline != NULL);
    assert_string_equal(fixture.document.notice.text, "");
    assert_ptr_equal(fixture.state->travel.timeline, fixture.document.timeline);
    close_window(&fixture);
    sample_free(&fixture.sample);
}

/* The beginning of a large file can be looked at while the rest is read. */
static void test_live__the_beginning_comes_first(void **state) {
    (void)state;
    struct viz_loaded loaded;
    struct fixture fixture = {0};
    sample_busy(&fixture.sample, 60000, 1000);
    open_window(&fixture, fixture.sample.text, fixture.sample.length, false);
    assert_true(fixture.sample.length > (size_t)17 << 20);
    int error;
    char said[TRACE_MESSAGE_SIZE];
    struct viz_loading *loading = viz_loading_begin(fixture.path);
    assert_non_null(loading);
    int pieces = 0, whole = 0;
    while (!viz_loading_is_over(loading, &error, said)) {
        if (!viz_loading_take(loading, &loaded))
            continue;
        pieces++;
        whole += loaded.whole;
        viz_loaded_free(&loaded);
    }
    assert_int_equal(error, 0);
    assert_int_equal(whole, 1);
    assert_int_equal(pieces, 2);
    assert_true(viz_loading_progress(loading) > 0.5);
    viz_loading_free(loading);
    close_window(&fixture);
    sample_free(&fixture.sample);
}

/* What is appended is on the screen at once, and the end stays in view. */
static void test_live__what_is_appended_is_shown(void **state) {
    (void)state;
    struct fixture fixture = {0};
    sample_window(&fixture.sample);
    const char *text = fixture.sample.text;
    size_t half = (size_t)(strstr(text, "\"ts\":1000000.000") - text);
    open_window(&fixture, text, half, true);
    WAIT_UNTIL(&fixture, fixture.state->model->row_count > 0);
    int64_t before_ns = fixture.state->model->end_ns;
    assert_true(before_ns < 5000000000);
    write_file(&fixture, "a", text + half, fixture.sample.length - half);
    double begin_ms = now_ms();
    WAIT_UNTIL(&fixture, fixture.state->model->end_ns == 5000000000);
    print_message("shown after %.0f ms\n", now_ms() - begin_ms);
    const struct viz_view *view = &fixture.state->view;
    assert_true(view->begin_ns + view->length_ns >= 5e9);
    close_window(&fixture);
    sample_free(&fixture.sample);
}

/* A pipe, a folder or nothing in its place is not waited for: what was there stays, and the window
 * closes. */
static void test_live__what_is_no_file_is_not_followed(void **state) {
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct fixture fixture = {0};
        sample_window(&fixture.sample);
        open_window(&fixture, fixture.sample.text, fixture.sample.length, true);
        WAIT_UNTIL(&fixture, lanes(&fixture) == 8 && fixture.document.timeline != NULL);
        assert_int_equal(unlink(fixture.path), 0);
        if (kind < 2)
            assert_int_equal(kind == 0 ? mkfifo(fixture.path, 0600) : mkdir(fixture.path, 0700), 0);
        for (int i = 0; i < 20; i++)
            assert_int_equal(viz_window_step(fixture.window, 20, message), 1);
        assert_int_equal(lanes(&fixture), 8);
        (void)alarm(60);
        close_window(&fixture);
        (void)alarm(0);
        if (kind == 1) {
            assert_int_equal(rmdir(fixture.path), 0);
            assert_int_equal(rmdir(fixture.folder), 0);
        }
        sample_free(&fixture.sample);
    }
}

static void key(struct fixture *fixture, SDL_Keycode code) {
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = code;
    event.key.state = SDL_PRESSED;
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_int_equal(viz_window_step(fixture->window, 0, message), 1);
}

static void test_live__a_rewritten_file_is_offered(void **state) {
    (void)state;
    struct fixture fixture = {0};
    struct sample other = {0};
    sample_window(&fixture.sample);
    sample_deadlock(&other);
    open_window(&fixture, fixture.sample.text, fixture.sample.length, false);
    WAIT_UNTIL(&fixture, lanes(&fixture) == 8);
    write_file(&fixture, "w", other.text, other.length);
    WAIT_UNTIL(&fixture, notice_has(&fixture, "F5"));
    assert_int_equal(lanes(&fixture), 8);
    key(&fixture, SDLK_F5);
    WAIT_UNTIL(&fixture, lanes(&fixture) == 2);
    WAIT_UNTIL(&fixture, fixture.document.notice.text[0] == '\0');
    close_window(&fixture);
    sample_free(&fixture.sample);
    sample_free(&other);
}

static void test_live__what_is_dropped_is_opened(void **state) {
    (void)state;
    struct fixture fixture = {0};
    struct sample other = {0};
    sample_window(&fixture.sample);
    sample_deadlock(&other);
    open_window(&fixture, fixture.sample.text, fixture.sample.length, false);
    WAIT_UNTIL(&fixture, lanes(&fixture) == 8);
    char path[256];
    (void)snprintf(path, sizeof path, "%s/other.json", fixture.folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(other.text, 1, other.length, file), other.length);
    assert_int_equal(fclose(file), 0);
    SDL_Event event = {.type = SDL_DROPFILE};
    event.drop.file = SDL_strdup(path);
    assert_int_equal(SDL_PushEvent(&event), 1);
    WAIT_UNTIL(&fixture, lanes(&fixture) == 2);
    assert_string_equal(fixture.document.path, path);
    (void)unlink(path);
    close_window(&fixture);
    sample_free(&fixture.sample);
    sample_free(&other);
}

static void test_live__damage_is_said_in_the_window(void **state) {
    (void)state;
    struct fixture fixture = {0};
    sample_window(&fixture.sample);
    open_window(&fixture, fixture.sample.text, fixture.sample.length, false);
    WAIT_UNTIL(&fixture, lanes(&fixture) == 8);
    write_file(&fixture, "w", "{\"jobs\": 3}\n", 12);
    WAIT_UNTIL(&fixture, notice_has(&fixture, "F5"));
    key(&fixture, SDLK_F5);
    WAIT_UNTIL(&fixture, notice_has(&fixture, "no trace"));
    assert_true(fixture.document.notice.alert);
    assert_int_equal(lanes(&fixture), 8); /* what was there can be looked at */
    close_window(&fixture);
    sample_free(&fixture.sample);
}

static void press(struct fixture *fixture, SDL_Keycode code, Uint16 mod) {
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = code;
    event.key.keysym.mod = mod;
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_int_equal(viz_window_step(fixture->window, 0, message), 1);
}

static void type(struct fixture *fixture, const char *text) {
    SDL_Event event = {.type = SDL_TEXTINPUT};
    (void)snprintf(event.text.text, sizeof event.text.text, "%s", text);
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_int_equal(viz_window_step(fixture->window, 0, message), 1);
}

/* A window on the file of another one, which has been closed. */
static void open_again(struct fixture *fixture) {
    const struct viz_window_options options = {
        .width = 900, .height = 560, .scale = 1, .all_time = true, .document = &fixture->document};
    assert_int_equal(viz_document_open(&fixture->document, fixture->path, false), 0);
    assert_int_equal(
        viz_window_open(fixture->document.shown.model, &options, &fixture->window, message), 0);
    fixture->state = &viz_window_canvas(fixture->window)->state;
    WAIT_UNTIL(fixture, lanes(fixture) == 8);
}

/* Groups, an order, a pin and a mark, by keys; saved, and back when the trace is opened again. */
static void test_live__a_view_is_saved_and_comes_back(void **state) {
    (void)state;
    struct fixture fixture = {0};
    char view[160];
    sample_window(&fixture.sample);
    open_window(&fixture, fixture.sample.text, fixture.sample.length, false);
    WAIT_UNTIL(&fixture, lanes(&fixture) == 8);
    press(&fixture, SDLK_g, 0);
    press(&fixture, SDLK_x, KMOD_LSHIFT);
    press(&fixture, SDLK_r, 0);
    press(&fixture, SDLK_j, 0);
    press(&fixture, SDLK_b, 0);
    press(&fixture, SDLK_m, 0);
    type(&fixture, "look here");
    press(&fixture, SDLK_RETURN, 0);
    press(&fixture, SDLK_s, KMOD_LCTRL);
    assert_non_null(strstr(fixture.state->ui.notice->text, "Saved as"));
    press(&fixture, SDLK_i, 0);
    assert_null(strstr(fixture.state->ui.notice->text, "Saved as"));
    viz_window_close(fixture.window);
    viz_document_close(&fixture.document);
    open_again(&fixture);
    assert_int_equal(fixture.state->choice.grouping, VIZ_GROUPING_NAME);
    assert_true(fixture.state->choice.folds.unfolded);
    assert_int_equal(fixture.state->choice.ordering, VIZ_ORDERING_START);
    assert_int_equal(fixture.state->choice.pin_count, 1);
    assert_string_equal(fixture.state->bookmarks.list[0].note, "look here");
    viz_window_close(fixture.window);
    viz_document_close(&fixture.document);

    (void)snprintf(view, sizeof view, "%s/trace.view.json", fixture.folder);
    assert_int_equal(truncate(view, 20), 0);
    open_again(&fixture);
    assert_true(fixture.state->ui.notice->alert);
    assert_non_null(strstr(fixture.state->ui.notice->text, "trace.view.json"));
    assert_int_equal(fixture.state->bookmarks.count, 0);
    press(&fixture, SDLK_s, KMOD_LCTRL); /* what is damaged is not written over */
    assert_non_null(strstr(fixture.state->ui.notice->text, "is no saved view"));
    (void)unlink(view);
    close_window(&fixture);
    sample_free(&fixture.sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live__a_view_is_saved_and_comes_back),
        cmocka_unit_test(test_live__the_window_is_there_before_the_file_is_read),
        cmocka_unit_test(test_live__the_beginning_comes_first),
        cmocka_unit_test(test_live__what_is_appended_is_shown),
        cmocka_unit_test(test_live__what_is_no_file_is_not_followed),
        cmocka_unit_test(test_live__a_rewritten_file_is_offered),
        cmocka_unit_test(test_live__what_is_dropped_is_opened),
        cmocka_unit_test(test_live__damage_is_said_in_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
