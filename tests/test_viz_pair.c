/* Two runs in one picture, with differences that were planted: where ghosts, lines, notes and signs
 * are, and what the keys go through. */
#include "viz/viz_test.h"

#include "describe.h"
#include "input.h"
#include "pair.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct both {
    struct sample_pair runs;
    struct stage stage;
};

/* Two runs of one scenario, with other options or another document. */
static void compare(struct both *both) {
    sample_compare(&both->runs);
    both->stage.sample = both->runs.after;
    stage_open(&both->stage, 1280, 720);
}

static void close_both(struct both *both) {
    viz_state_close(&both->stage.state);
    sample_pair_free(&both->runs);
}

/* Three tasks behind a lock; the second holds it for `hold` seconds. */
static const char relay[] = "{'cadran': 1, 'name': 'relay', 'vars': {'hold': 1},"
                            " 'objects': {'baton': {'type': 'lock'}},"
                            " 'tasks': [{'name': 'runner{i}', 'count': 3, 'do': ["
                            "  {'acquire': 'baton'},"
                            "  {'span': 'run', 'do': [{'sleep': 'hold if i == 1 else 1'}]},"
                            "  {'release': 'baton'}]}]}";

static void open_relay(struct both *both) {
    sample_run(&both->runs.before, "", relay);
    sample_run(&both->runs.after, "--set hold=3", relay);
    compare(both);
}

static int column(const struct both *both, double seconds) {
    return (int)lround(viz_x_of(&both->stage.state.frame, &both->stage.state.view, seconds * 1e9));
}

/* The first primitive of a kind that shows a kind of thing, from the left column `x` on; NULL. */
static const struct viz_prim *find_at(const struct both *both, int kind, int shows, int x) {
    const struct viz_scene *scene = &both->stage.state.scene;
    for (size_t i = 0; i < scene->count; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        if (prim->kind == kind && prim->shows.kind == shows && abs(prim->at.x - x) <= 1)
            return prim;
    }
    return NULL;
}

static size_t count_shown(const struct both *both, int shows) {
    size_t count = 0;
    for (size_t i = 0; i < both->stage.state.scene.count; i++)
        count += both->stage.state.scene.prims[i].shows.kind == shows;
    return count;
}

static void test_pair__ghosts_are_where_the_old_bars_were(void **state) {
    (void)state;
    struct both both;
    open_relay(&both);
    /* runner2 ran from 2 s to 3 s, and runs from 4 s to 5 s. */
    const struct viz_prim *ghost = find_at(&both, VIZ_FILL, VIZ_ID_OLD_BAR, column(&both, 2));
    const struct viz_prim *bar = find_at(&both, VIZ_FILL, VIZ_ID_BAR, column(&both, 4));
    assert_non_null(ghost);
    assert_non_null(bar);
    assert_true(abs(ghost->at.x + ghost->at.w - column(&both, 3)) <= 2);
    assert_true(ghost->at.y >= bar->at.y + bar->at.h);
    assert_true(ghost->at.h < bar->at.h);
    assert_true(ghost->alpha < bar->alpha);
    assert_int_equal(ghost->role, bar->role); /* a second of work in both */
    /* The pointer finds it, and its details are the old run's. */
    struct viz_id id = stage_hit(&both.stage, ghost->at.x + 9, ghost->at.y + ghost->at.h - 2);
    assert_true(id.kind == VIZ_ID_OLD_BAR || id.kind == VIZ_ID_CHANGE);
    close_both(&both);
}

static void test_pair__what_moved_is_joined_by_a_line_with_its_shift(void **state) {
    (void)state;
    struct both both;
    open_relay(&both);
    const struct viz_prim *text = stage_text(&both.stage, "+2 s");
    assert_non_null(text);
    assert_int_equal(text->shows.kind, VIZ_ID_CHANGE);
    int from = column(&both, 2);
    bool joined = false;
    const struct viz_scene *scene = &both.stage.state.scene;
    for (size_t i = 0; i < scene->count; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        joined |= prim->kind == VIZ_FILL && prim->shows.kind == VIZ_ID_CHANGE && prim->at.h == 1 &&
                  abs(prim->at.x - from) <= 1 &&
                  abs(prim->at.x + prim->at.w - 1 - column(&both, 4)) <= 1;
    }
    assert_true(joined);
    close_both(&both);
}

static void test_pair__the_first_root_has_a_line_and_a_sentence(void **state) {
    (void)state;
    struct both both;
    open_relay(&both);
    const struct viz_prim *flag = NULL;
    const struct viz_scene *scene = &both.stage.state.scene;
    for (size_t i = 0; i < scene->count; i++)
        if (scene->prims[i].kind == VIZ_TEXT_AT &&
            strncmp(scene->text + scene->prims[i].text, "First root: runner1 ", 20) == 0)
            flag = &scene->prims[i];
    assert_non_null(flag);
    double row;
    int64_t time_ns;
    viz_change_place(both.runs.pair, both.stage.state.model, both.stage.state.ui.change, &row,
                     &time_ns);
    assert_int_equal(row, 1);
    size_t dashes = 0;
    for (size_t i = 0; i < scene->count; i++)
        dashes += scene->prims[i].kind == VIZ_FILL && scene->prims[i].role == VIZ_ALERT &&
                  scene->prims[i].at.w <= 2 && scene->prims[i].at.h <= 5 &&
                  abs(scene->prims[i].at.x - column(&both, (double)time_ns / 1e9)) <= 1;
    assert_true(dashes > 20);
    /* It covers no number of the strip. */
    const struct viz_rect *strip = &both.stage.state.frame.strip;
    size_t numbers = 0;
    for (size_t i = 0; i < scene->count; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        if (prim->kind != VIZ_TEXT_AT || prim->shows.kind != VIZ_ID_COUNTER ||
            prim->at.x < strip->x)
            continue;
        assert_true(prim->at.y >= flag->at.y + flag->at.h);
        assert_true(prim->at.y + prim->at.h <= strip->y + strip->h);
        numbers++;
    }
    assert_true(numbers > 0);
    close_both(&both);
}

/* The signs beside a lane's name, in the order of their columns. */
static void signs_of(const struct both *both, const char *lane, char *out, bool roots) {
    const struct viz_scene *scene = &both->stage.state.scene;
    const struct viz_prim *name = stage_text(&both->stage, lane);
    static const char *const known[] = {"\xE2\x86\x92", "\xE2\x86\x90", "+",
                                        "\xE2\x88\x92", "\xE2\x86\x95", "\xE2\x89\xA0"};
    assert_non_null(name);
    out[0] = '\0';
    for (int i = 0; i < 6; i++)
        for (size_t k = 0; k < scene->count; k++) {
            const struct viz_prim *prim = &scene->prims[k];
            bool here = prim->kind == VIZ_TEXT_AT && prim->at.y >= name->at.y &&
                        prim->at.y < name->at.y + name->at.h &&
                        prim->at.x + prim->at.w <= both->stage.state.frame.names.w &&
                        (!roots || prim->role == VIZ_ALERT);
            if (here && strcmp(scene->text + prim->text, known[i]) == 0)
                strcat(out, known[i]);
        }
}

static void test_pair__the_gutter_has_a_sign_for_each_kind(void **state) {
    (void)state;
    struct both both;
    char signs[64];
    static const char tasks[] =
        "{'cadran': 1, 'name': 'signs', 'vars': {'late': 1, 'early': 2},"
        " 'objects': {'gate': {'type': 'lock'}},"
        " 'tasks': [{'name': 'same', 'do': [{'span': 'a', 'do': [{'sleep': 1}]}]},"
        "  {'name': 'late', 'do': [{'span': 'a', 'do': [{'sleep': 'late'}]}]},"
        "  {'name': 'early', 'do': [{'span': 'a', 'do': [{'sleep': 'early'}]}]},"
        "  {'name': '%s', 'do': [{'print': 'hello'}, {'span': 'b', 'do': [{'sleep': 5}]}]},"
        "  {'name': 'first', 'do': [{'sleep': %d}, {'acquire': 'gate'}, {'sleep': 1},"
        "   {'release': 'gate'}]},"
        "  {'name': 'second', 'do': [{'sleep': %d}, {'acquire': 'gate'}, {'sleep': 1},"
        "   {'release': 'gate'}]}]}";
    sample_run(&both.runs.before, "", tasks, "old", 1, 2);
    sample_run(&both.runs.after, "--set late=2 --set early=1", tasks, "new", 2, 1);
    compare(&both);
    signs_of(&both, "same", signs, false);
    assert_string_equal(signs, "");
    signs_of(&both, "late", signs, true);
    assert_string_equal(signs, "\xE2\x86\x92");
    signs_of(&both, "early", signs, true);
    assert_string_equal(signs, "\xE2\x86\x90");
    /* A task with the same history under another name is the same task. */
    assert_null(stage_text(&both.stage, "old"));
    signs_of(&both, "new", signs, false);
    assert_string_equal(signs, "");
    signs_of(&both, "second", signs, false);
    assert_string_equal(
        signs,
        "\xE2\x86\x90+\xE2\x88\x92\xE2\x86\x95"); /* who waits, wakes whom, and takes the lock */
    close_both(&both);
}

static void test_pair__signs_of_order_and_of_words(void **state) {
    (void)state;
    struct both both;
    char signs[64];
    static const char tasks[] =
        "{'cadran': 1, 'name': 'order', 'objects': {'line': {'type': 'queue'}},"
        " 'tasks': [{'name': 'one', 'do': [{'sleep': %d}, {'get': 'line'}]},"
        "  {'name': 'two', 'do': [{'sleep': %d}, {'get': 'line'}]},"
        "  {'name': 'giver', 'do': [{'sleep': 5}, {'put': 'line'}, {'sleep': 1}, {'put': 'line'}]},"
        "  {'name': 'speaker', 'do': [{'print': '%s'}]}]}";
    sample_run(&both.runs.before, "", tasks, 1, 2, "yes");
    sample_run(&both.runs.after, "", tasks, 2, 1, "no");
    compare(&both);
    signs_of(&both, "giver", signs, false);
    assert_string_equal(signs, "\xE2\x86\x95");
    signs_of(&both, "speaker", signs, true);
    assert_string_equal(signs, "\xE2\x89\xA0");
    close_both(&both);
}

static const char crowd[] = "{'cadran': 1, 'name': 'crowd', 'objects': {'gate': {'type': 'lock'}},"
                            " 'tasks': [{'name': 'a', 'do': [{'with': 'gate', 'do': [{'span': 'a', "
                            "'do': [{'sleep': 1}]}]}]},"
                            "  {'name': '%s', 'do': [{'span': 'own %s', 'do': [{'sleep': %d}]}]}]}";

static void test_pair__lanes_of_one_run_alone(void **state) {
    (void)state;
    struct both both;
    char signs[64];
    sample_run(&both.runs.before, "", crowd, "left", "old", 1);
    sample_run(&both.runs.after, "", crowd, "come", "new", 2);
    compare(&both);
    signs_of(&both, "come", signs, true);
    assert_string_equal(signs, "+");
    signs_of(&both, "left", signs, true);
    assert_string_equal(signs, "\xE2\x88\x92");
    /* Below all others, with what it did as a ghost, and named as gone. */
    const struct viz_prim *name = stage_text(&both.stage, "left");
    assert_true(name->at.y > stage_text(&both.stage, "come")->at.y);
    assert_int_equal(both.stage.state.frame.extent.rows, 3);
    assert_non_null(stage_text(&both.stage, "new"));
    close_both(&both);
}

/* Of two, groups, order and filter are not there, and no words say that they were. */
static void test_pair__lanes_are_not_arranged(void **state) {
    (void)state;
    struct both both;
    open_relay(&both);
    struct viz_state *shown = &both.stage.state;
    (void)viz_input_key(shown, "G");
    (void)viz_input_key(shown, "R");
    (void)viz_input_key(shown, "/");
    (void)viz_input_text(shown, "job1");
    (void)viz_input_key(shown, "Ctrl+Return");
    stage_update(&both.stage);
    assert_int_equal(shown->frame.chosen.h, 0);
    close_both(&both);
}

static void test_pair__n_and_p_go_through_the_differences(void **state) {
    (void)state;
    struct both both;
    open_relay(&both);
    struct viz_state *view = &both.stage.state;
    size_t count = cmp_difference_count(both.runs.result);
    assert_true(count > 4);
    assert_int_equal(view->ui.change, cmp_root_at(both.runs.result, 0));
    for (size_t i = view->ui.change + 1; i < count; i++) {
        viz_act(view, "N", NULL);
        assert_int_equal(view->ui.change, i);
    }
    viz_act(view, "N", NULL);
    assert_int_equal(view->ui.change, count - 1); /* there is none after it */
    stage_update(&both.stage);
    char head[32];
    snprintf(head, sizeof head, "%zu of %zu, follows: ", count, count);
    bool told = false;
    for (size_t i = 0; i < view->scene.count; i++)
        told |= view->scene.prims[i].kind == VIZ_TEXT_AT &&
                strncmp(view->scene.text + view->scene.prims[i].text, head, strlen(head)) == 0;
    assert_true(told);
    viz_act(view, "P", NULL);
    assert_int_equal(view->ui.change, count - 2);
    viz_act(view, "Shift+P", NULL);
    assert_true(both.runs.pair->changes[view->ui.change].root);
    close_both(&both);
}

/* In view, wherever it is. */
static void test_pair__the_next_difference_is_brought_into_view(void **state) {
    (void)state;
    struct both both;
    open_relay(&both);
    struct viz_state *view = &both.stage.state;
    viz_view_show(&view->view, &view->frame.extent, 0, 2e8);
    for (int i = 0; i < 40; i++)
        viz_act(view, "N", NULL);
    double row;
    int64_t time_ns;
    viz_change_place(both.runs.pair, view->model, view->ui.change, &row, &time_ns);
    assert_true((double)time_ns >= view->view.begin_ns);
    assert_true((double)time_ns <= view->view.begin_ns + view->view.length_ns);
    close_both(&both);
}

static void test_pair__d_shows_one_after_the_other(void **state) {
    (void)state;
    struct both both;
    open_relay(&both);
    struct viz_state *view = &both.stage.state;
    size_t bars = count_shown(&both, VIZ_ID_BAR);
    assert_true(count_shown(&both, VIZ_ID_OLD_BAR) > 0);

    viz_act(view, "D", NULL);
    stage_update(&both.stage);
    assert_int_equal(view->ui.shown, VIZ_SHOWN_DIFFERENCES);
    assert_null(stage_text(&both.stage, "runner0")); /* it does what it did */
    assert_non_null(stage_text(&both.stage, "runner2"));
    assert_true(count_shown(&both, VIZ_ID_BAR) < bars);
    assert_true(count_shown(&both, VIZ_ID_OLD_BAR) > 0);

    viz_act(view, "D", NULL);
    stage_update(&both.stage);
    assert_int_equal(view->ui.shown, VIZ_SHOWN_NEW);
    assert_int_equal(count_shown(&both, VIZ_ID_OLD_BAR), 0);
    assert_non_null(find_at(&both, VIZ_FILL, VIZ_ID_BAR, column(&both, 4)));

    viz_act(view, "D", NULL);
    stage_update(&both.stage);
    assert_int_equal(view->ui.shown, VIZ_SHOWN_OLD);
    assert_int_equal(count_shown(&both, VIZ_ID_OLD_BAR), 0);
    assert_null(find_at(&both, VIZ_FILL, VIZ_ID_BAR, column(&both, 4)));
    assert_non_null(find_at(&both, VIZ_FILL, VIZ_ID_BAR, column(&both, 2)));
    viz_act(view, "N", NULL); /* the old run's lanes have their places, too */
    stage_update(&both.stage);

    viz_act(view, "D", NULL);
    stage_update(&both.stage);
    assert_int_equal(view->ui.shown, VIZ_SHOWN_BOTH);
    assert_int_equal(count_shown(&both, VIZ_ID_BAR), bars);
    close_both(&both);
}

static void test_pair__order_and_time_are_apart(void **state) {
    (void)state;
    struct both both;
    open_relay(&both);
    struct viz_state *view = &both.stage.state;
    char signs[64];
    viz_act(view, "E", NULL);
    stage_update(&both.stage);
    assert_int_equal(view->ui.differing, VIZ_DIFFERING_ORDER);
    assert_null(stage_text(&both.stage, "+2 s")); /* only times differ */
    signs_of(&both, "runner2", signs, false);
    assert_string_equal(signs, "");
    viz_act(view, "E", NULL);
    stage_update(&both.stage);
    assert_int_equal(view->ui.differing, VIZ_DIFFERING_TIME);
    assert_non_null(stage_text(&both.stage, "+2 s"));
    signs_of(&both, "runner2", signs, false);
    assert_string_equal(signs, "\xE2\x86\x92");
    close_both(&both);
}

/* Times of a real run always differ from those of a simulated one. */
static void test_pair__real_against_simulated_begins_with_order(void **state) {
    (void)state;
    struct both both;
    static const char quick[] =
        "{'cadran': 1, 'name': 'quick',"
        " 'tasks': [{'name': 'a', 'do': [{'span': 's', 'do': [{'sleep': '2ms'}]}]}]}";
    sample_run(&both.runs.before, "", quick);
    sample_run(&both.runs.after, "--clock real", quick);
    compare(&both);
    assert_int_equal(both.stage.state.ui.differing, VIZ_DIFFERING_ORDER);
    assert_int_equal(both.stage.state.ui.change, CMP_NOBODY); /* the order is the same */
    close_both(&both);
}

/* A real run's spans are never as long as those of the simulated one: both have one set of classes,
 * or the ghost of 900 ms has the colour of 600 ms. */
static void test_pair__both_clocks_share_classes_of_durations(void **state) {
    (void)state;
    struct both both;
    static const char lengths[] =
        "{'cadran': 1, 'name': 'lengths', 'tasks': [{'name': 'a', 'do': [{'for': 'i', 'in':"
        " [3, 6, 9, 12], 'do': [{'span': 's', 'do': [{'sleep': 'i / 10'}]}]}]}]}";
    sample_run(&both.runs.before, "", lengths);
    sample_run(&both.runs.after, "", lengths);
    sample_replace(&both.runs.after, "\"virtual\"", "\"real\"   ");
    sample_replace(&both.runs.after, "\"ts\":900000.000", "\"ts\":901000.000");
    sample_replace(&both.runs.after, "\"ts\":1800000.000", "\"ts\":1803000.000");
    compare(&both);
    const struct viz_model *before = both.runs.before.model, *after = both.runs.after.model;
    assert_int_equal(before->legend_count, 4);
    assert_int_equal(after->legend_count, 4);
    assert_int_equal(before->bar_count, after->bar_count);
    for (size_t i = 0; i < before->bar_count; i++)
        assert_int_equal(before->bars[i].colour, after->bars[i].colour);
    close_both(&both);
}

/* Where rows are too low for a line with its ends, its length is there. */
static void test_pair__low_rows_have_links(void **state) {
    (void)state;
    struct both both;
    static const char many[] =
        "{'cadran': 1, 'name': 'many', 'vars': {'first': 1}, 'tasks': [{'name': 't{i}', 'count': "
        "90,"
        " 'do': [{'sleep': 'first'}, {'span': 's', 'do': [{'sleep': 1}]}]}]}";
    sample_run(&both.runs.before, "", many);
    sample_run(&both.runs.after, "--set first=2", many);
    compare(&both);
    assert_true(both.stage.state.frame.row_px < 10);
    const struct viz_scene *scene = &both.stage.state.scene;
    size_t links = 0;
    for (size_t i = 0; i < scene->count; i++)
        links += scene->prims[i].kind == VIZ_FILL && scene->prims[i].shows.kind == VIZ_ID_CHANGE &&
                 scene->prims[i].at.h == 1 && abs(scene->prims[i].at.x - column(&both, 1)) <= 1 &&
                 abs(scene->prims[i].at.x + scene->prims[i].at.w - 1 - column(&both, 2)) <= 1;
    assert_true(links >= 50);
    close_both(&both);
}

/* Whether a note keeps to the height of the ghosts that it stands on. */
static bool keeps_to_its_ghosts(const struct viz_scene *scene, const struct viz_rect *note) {
    for (size_t i = 0; i < scene->count; i++) {
        const struct viz_prim *ghost = &scene->prims[i];
        int above = ghost->at.y - note->y, below = note->y + note->h - ghost->at.y - ghost->at.h;
        if (ghost->kind == VIZ_FILL && ghost->shows.kind == VIZ_ID_OLD_BAR && above < note->h &&
            below < note->h)
            return above <= 2 && below <= 2;
    }
    return false;
}

/* In rows of any height. */
static void test_pair__notes_are_no_higher_than_their_ghosts(void **state) {
    (void)state;
    struct both both;
    open_relay(&both);
    size_t notes = 0;
    for (int units = 64; units >= 12; units -= 4) {
        both.stage.state.view.row_units = units;
        stage_update(&both.stage);
        const struct viz_prim *note = stage_text(&both.stage, "+2 s");
        notes += note != NULL;
        assert_true(note == NULL || keeps_to_its_ghosts(&both.stage.state.scene, &note->at));
    }
    assert_true(notes > 0);
    close_both(&both);
}

static void test_pair__what_is_pointed_at_is_told(void **state) {
    (void)state;
    struct both both;
    struct viz_description said;
    open_relay(&both);
    const struct viz_model *model = both.stage.state.model;
    struct viz_id change = {.kind = VIZ_ID_CHANGE, .index = cmp_root_at(both.runs.result, 0)};
    assert_true(viz_describe(model, change, &said));
    assert_non_null(strstr(said.heading, "runner1"));
    assert_string_equal(said.facts[0].value, "longer");
    const struct viz_prim *ghost = find_at(&both, VIZ_FILL, VIZ_ID_OLD_BAR, column(&both, 2));
    assert_true(viz_describe(model, ghost->shows, &said));
    assert_string_equal(said.heading, "run");
    for (int i = 0; i < said.count; i++)
        if (strcmp(said.facts[i].name, "from") == 0)
            assert_string_equal(said.facts[i].value, "2 s");
    close_both(&both);
}

static void test_pair__equal_runs_differ_nowhere(void **state) {
    (void)state;
    struct both both;
    sample_run(&both.runs.before, "", relay);
    sample_run(&both.runs.after, "", relay);
    compare(&both);
    assert_non_null(stage_text(&both.stage, "no difference"));
    assert_int_equal(count_shown(&both, VIZ_ID_CHANGE), 0);
    viz_act(&both.stage.state, "N", NULL);
    viz_act(&both.stage.state, "D", NULL);
    stage_update(&both.stage);
    assert_non_null(stage_text(&both.stage, "No lane differs"));
    close_both(&both);
}

/* Whatever the length of the runs, a picture has no more than its pixels hold. */
static void test_pair__a_picture_costs_what_can_be_seen(void **state) {
    (void)state;
    struct both both;
    static const char long_run[] =
        "{'cadran': 1, 'name': 'long', 'vars': {'pause': 1},"
        " 'tasks': [{'name': 'worker{i}', 'count': 4, 'do': [{'sleep': 'pause'},"
        "  {'repeat': 20000, 'do': [{'span': 's', 'do': [{'sleep': '1ms'}]}, {'sleep': "
        "'1ms'}]}]}]}";
    sample_run(&both.runs.before, "", long_run);
    sample_run(&both.runs.after, "--set pause=2", long_run);
    compare(&both);
    assert_true(cmp_difference_count(both.runs.result) > 100000);
    assert_true(both.stage.state.scene.count < 20000);
    close_both(&both);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pair__ghosts_are_where_the_old_bars_were),
        cmocka_unit_test(test_pair__what_moved_is_joined_by_a_line_with_its_shift),
        cmocka_unit_test(test_pair__the_first_root_has_a_line_and_a_sentence),
        cmocka_unit_test(test_pair__the_gutter_has_a_sign_for_each_kind),
        cmocka_unit_test(test_pair__signs_of_order_and_of_words),
        cmocka_unit_test(test_pair__lanes_of_one_run_alone),
        cmocka_unit_test(test_pair__lanes_are_not_arranged),
        cmocka_unit_test(test_pair__n_and_p_go_through_the_differences),
        cmocka_unit_test(test_pair__the_next_difference_is_brought_into_view),
        cmocka_unit_test(test_pair__d_shows_one_after_the_other),
        cmocka_unit_test(test_pair__order_and_time_are_apart),
        cmocka_unit_test(test_pair__real_against_simulated_begins_with_order),
        cmocka_unit_test(test_pair__both_clocks_share_classes_of_durations),
        cmocka_unit_test(test_pair__low_rows_have_links),
        cmocka_unit_test(test_pair__notes_are_no_higher_than_their_ghosts),
        cmocka_unit_test(test_pair__what_is_pointed_at_is_told),
        cmocka_unit_test(test_pair__equal_runs_differ_nowhere),
        cmocka_unit_test(test_pair__a_picture_costs_what_can_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
