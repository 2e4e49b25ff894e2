/* What is said of things: of each kind a heading, and the facts that matter. */
#include "viz/viz_test.h"

#include "describe.h"

#include <string.h>

static struct viz_id id_of(enum viz_id_kind kind, size_t index) {
    return (struct viz_id){.kind = (uint8_t)kind, .index = (uint32_t)index};
}

/* The value of a fact; "" where there is none. */
static const char *fact(const struct viz_description *said, const char *name) {
    for (int i = 0; i < said->count; i++)
        if (strcmp(said->facts[i].name, name) == 0)
            return said->facts[i].value;
    return "";
}

static void describe(const struct sample *sample, struct viz_id id, const char *heading,
                     struct viz_description *said) {
    assert_true(viz_describe(sample->model, id, said));
    assert_string_equal(said->heading, heading);
}

static void test_describe__a_wait_a_span_and_a_lane(void **state) {
    (void)state;
    struct sample sample;
    struct viz_description said;
    sample_window(&sample);
    const struct viz_model *model = sample.model;
    uint32_t wait = model->rows[model->lanes[4].first_row].first_bar;
    describe(&sample, id_of(VIZ_ID_BAR, wait), "put window", &said);
    assert_string_equal(fact(&said, "wait of"), "job4");
    assert_string_equal(fact(&said, "from"), "0 s");
    assert_string_equal(fact(&said, "to"), "1 s");
    assert_string_equal(fact(&said, "woken by"), "job0");
    assert_string_equal(fact(&said, "object"), "queue");
    assert_string_equal(fact(&said, "putters"), "4");
    describe(&sample, id_of(VIZ_ID_BAR, wait + 1), "job4 - duration 2", &said);
    assert_string_equal(fact(&said, "span of"), "job4");
    assert_string_equal(fact(&said, "took"), "2 s");
    describe(&sample, id_of(VIZ_ID_LANE, 4), "job4", &said);
    assert_string_equal(fact(&said, "working"), "2 s");
    assert_string_equal(fact(&said, "waiting"), "1 s");
    assert_string_equal(fact(&said, "outcome"), "returned");
    sample_free(&sample);
}

static void test_describe__an_instant_a_wake_and_a_counter(void **state) {
    (void)state;
    struct sample sample;
    struct viz_description said;
    sample_window(&sample);
    const struct trace_model *trace = sample.trace;
    uint32_t first = sample.model->marks[sample.model->lanes[0].first_mark];
    describe(&sample, id_of(VIZ_ID_INSTANT, first), "0s + 000ms >>> job0 - duration 1", &said);
    assert_string_equal(fact(&said, "what"), "print");
    assert_string_equal(fact(&said, "by"), "job0");
    describe(&sample, id_of(VIZ_ID_WAKE, 0), "wake", &said);
    assert_string_equal(fact(&said, "from"), "job0");
    assert_string_equal(fact(&said, "to"), "job4");
    assert_string_equal(fact(&said, "at"), "1 s");
    assert_string_equal(fact(&said, "ends"), "put window");
    describe(&sample, id_of(VIZ_ID_COUNTER, trace->open_spans), "At work", &said);
    assert_string_equal(fact(&said, "greatest"), "4");
    sample_free(&sample);
}

static void test_describe__the_trace_and_many_bars_at_once(void **state) {
    (void)state;
    struct sample sample;
    struct viz_description said;
    sample_busy(&sample, 50, 1000);
    describe(&sample, id_of(VIZ_ID_TRACE, 0), "busy", &said);
    assert_string_equal(fact(&said, "clock"), "virtual");
    struct viz_id bars = id_of(VIZ_ID_BARS, sample.model->rows[0].first_bar + 10);
    bars.more = 20;
    describe(&sample, bars, "worker", &said);
    assert_string_equal(fact(&said, "bars"), "20");
    assert_string_equal(fact(&said, "from"), "10 \xC2\xB5s");
    assert_string_equal(fact(&said, "to"), "30 \xC2\xB5s");
    assert_string_equal(fact(&said, "in spans"), "10 \xC2\xB5s");
    assert_string_equal(fact(&said, "sleeps"), "10 \xC2\xB5s");
    sample_free(&sample);
}

static void test_describe__nothing_is_said_of_what_says_nothing(void **state) {
    (void)state;
    struct sample sample;
    struct viz_description said;
    sample_window(&sample);
    static const enum viz_id_kind kinds[] = {VIZ_ID_NOTHING, VIZ_ID_COLOUR, VIZ_ID_LOOK,
                                             VIZ_ID_ACTION,  VIZ_ID_MAP,    VIZ_ID_REMARK};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_false(viz_describe(sample.model, id_of(kinds[i], 0), &said));
    sample_free(&sample);
}

static void test_describe__facts_that_do_not_fit_are_counted(void **state) {
    (void)state;
    struct sample sample;
    struct viz_description said;
    sample_text(&sample, "[{'ph':'X','ts':0,'dur':5,'pid':1,'tid':1,'name':'many','args':{"
                         "'a':1,'b':2,'c':3,'d':4,'e':5,'f':6,'g':7,'h':8,'i':9,'j':10,"
                         "'k':11,'l':12,'m':13}}]");
    describe(&sample, id_of(VIZ_ID_BAR, 0), "many", &said);
    assert_int_equal(said.count, VIZ_FACTS_MAX);
    assert_string_equal(said.facts[VIZ_FACTS_MAX - 2].name, "i");
    assert_string_equal(said.facts[VIZ_FACTS_MAX - 1].name, "and");
    assert_string_equal(said.facts[VIZ_FACTS_MAX - 1].value, "4 more");
    sample_free(&sample);
}

static void test_describe__what_was_left_out_is_listed(void **state) {
    (void)state;
    struct sample sample;
    struct viz_description said;
    sample_text(&sample, "[{'ph':'X','ts':0,'dur':5,'pid':1,'tid':1,'name':'work'},"
                         "{'ph':'P','ts':1},{'ph':'P','ts':2},{'ph':'v','ts':3}]");
    describe(&sample, id_of(VIZ_ID_REMARK, 0), "Warnings", &said);
    assert_int_equal(said.count, 2);
    assert_non_null(strstr(said.facts[0].value, "samples (ph P) are left out: 2 of them"));
    assert_non_null(strstr(said.facts[1].value, "memory dumps"));
    sample_free(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_describe__a_wait_a_span_and_a_lane),
        cmocka_unit_test(test_describe__an_instant_a_wake_and_a_counter),
        cmocka_unit_test(test_describe__the_trace_and_many_bars_at_once),
        cmocka_unit_test(test_describe__nothing_is_said_of_what_says_nothing),
        cmocka_unit_test(test_describe__what_was_left_out_is_listed),
        cmocka_unit_test(test_describe__facts_that_do_not_fit_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
