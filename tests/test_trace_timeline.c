/* The state of a run, rebuilt from made-up events, and kept at each of them. What real runs tell is
 * test_trace_state's. */
#include "trace/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/strings.h"
#include "cadran.h"
#include "support/memory_test.h"

/* --- Events ----------------------------------------------------------------------------------- */

/* A detailed trace or one without, told to a consumer. */
static struct trace_event event;
static struct trace_field fields[TRACE_FIELDS_MAX];
static struct trace_consumer *consumer;
static int result;

static struct trace_string string(const char *text) {
    return (struct trace_string){text, strlen(text)};
}

static void begin(enum trace_kind kind, int64_t tid, const char *name) {
    uint64_t ordinal = event.ordinal + 1;
    int64_t time_ns = event.time_ns;
    event = (struct trace_event){.kind = kind,
                                 .ordinal = ordinal,
                                 .time_ns = time_ns,
                                 .pid = 1,
                                 .tid = tid,
                                 .name = string(name),
                                 .fields = fields};
}

static void number(enum trace_argument_index argument, int64_t value) {
    event.args[argument].number = value;
    event.present |= UINT64_C(1) << argument;
}

static void text(enum trace_argument_index argument, const char *value) {
    event.args[argument].text = string(value);
    event.present |= UINT64_C(1) << argument;
}

static void field(const char *key, int64_t value) {
    fields[event.field_count++] = (struct trace_field){.key = string(key), .number = value};
    event.present |= TRACE_A(STATE);
}

static void tell(void) {
    if (result == 0)
        result = consumer->take(consumer, &event);
}

static void start(struct trace_consumer *to, bool detailed) {
    consumer = to;
    result = 0;
    event = (struct trace_event){.ordinal = 0};
    begin(TRACE_HEADER, 0, "cadran");
    if (detailed)
        number(TRACE_ARG_DETAILED, 1);
    tell();
}

static void create(int64_t tid, const char *name) {
    begin(TRACE_TASK_BEGIN, tid, name);
    tell();
}

static void make_queue(uint64_t id, const char *name, int64_t order) {
    begin(TRACE_OBJECT, 1, name);
    number(TRACE_ARG_OBJECT, (int64_t)id);
    text(TRACE_ARG_TYPE, "queue");
    field("order", order);
    tell();
}

static void move(uint64_t id, const char *how, int64_t place, const char *item) {
    begin(TRACE_OPERATION, 2, "put");
    number(TRACE_ARG_OBJECT, (int64_t)id);
    text(TRACE_ARG_MOVE, how);
    number(TRACE_ARG_PLACE, place);
    if (item != NULL)
        text(TRACE_ARG_VALUE, item);
    tell();
}

static void park(enum trace_kind kind, int64_t tid, const char *wait, uint64_t object,
                 const char *line) {
    begin(kind, tid, wait);
    if (object != 0)
        number(TRACE_ARG_OBJECT, (int64_t)object);
    if (line != NULL)
        text(TRACE_ARG_LINE, line);
    tell();
}

static void join(const char *entry, int64_t task) {
    begin(TRACE_READY_JOIN, 1, "join");
    text(TRACE_ARG_ENTRY, entry);
    if (task != 0)
        number(TRACE_ARG_TASK, task);
    tell();
}

static void turn(const char *entry, int64_t task) {
    begin(TRACE_TURN_BEGIN, 1, "begin");
    text(TRACE_ARG_ENTRY, entry);
    if (task != 0)
        number(TRACE_ARG_TASK, task);
    tell();
}

static void assign(int64_t tid, const char *name, const char *value) {
    begin(TRACE_VARIABLE, tid, name);
    if (value != NULL)
        text(TRACE_ARG_VALUE, value);
    tell();
}

/* --- A state ---------------------------------------------------------------------------------- */

struct folding {
    struct trace_consumer consumer;
    struct trace_state *state;
};

static int fold(struct trace_consumer *taker, const struct trace_event *one) {
    struct folding *folding = (struct folding *)(void *)taker;
    return trace_state_take(folding->state, one);
}

static struct folding folding;

static int set_up(void **state) {
    (void)state;
    folding = (struct folding){.consumer.take = fold, .state = trace_state_new()};
    return folding.state == NULL;
}

static int tear_down(void **state) {
    (void)state;
    trace_state_free(folding.state);
    return 0;
}

static const char *items_of(uint64_t id) {
    static char said[256];
    const struct trace_state_object *object = trace_state_object(folding.state, id);
    said[0] = '\0';
    for (uint64_t i = 0; i < trace_state_items(object); i++)
        snprintf(said + strlen(said), sizeof said - strlen(said), "%s%s", i > 0 ? " " : "",
                 trace_state_text(folding.state, trace_state_item(object, i)));
    return said;
}

static const char *line_of(uint64_t id) {
    static char said[256];
    const struct trace_state_object *object = trace_state_object(folding.state, id);
    said[0] = '\0';
    for (uint32_t i = 0; i < object->line_count; i++) {
        const struct trace_line *line = &object->lines[i];
        snprintf(said + strlen(said), sizeof said - strlen(said), "%s%s:", i > 0 ? " " : "",
                 trace_state_text(folding.state, line->name));
        for (int64_t tid = line->first; tid != 0;
             tid = trace_state_task(folding.state, tid)->behind)
            snprintf(said + strlen(said), sizeof said - strlen(said), " %d", (int)tid);
    }
    return said;
}

static const char *variables_of(int64_t tid) {
    static char said[256];
    const struct trace_state_variable *variable = NULL;
    said[0] = '\0';
    while ((variable = trace_state_next_variable(folding.state, tid, variable)) != NULL)
        snprintf(said + strlen(said), sizeof said - strlen(said), "%s%s=%s",
                 said[0] != '\0' ? " " : "", trace_state_text(folding.state, variable->name),
                 trace_state_text(folding.state, variable->value));
    return said;
}

static enum trace_doing doing(int64_t tid) {
    return trace_state_task(folding.state, tid)->doing;
}

static void test_trace_timeline__items_in_the_order_of_their_queue(void **state) {
    (void)state;
    start(&folding.consumer, true);
    for (int order = 0; order < 3; order++)
        make_queue((uint64_t)order + 1, "q", order);
    for (uint64_t id = 1; id < 3; id++) {
        move(id, "in", 0, "a");
        move(id, "in", 1, "b");
        move(id, "in", 2, "c");
    }
    move(1, "out", 0, "a");
    move(2, "out", 2, "c");
    assert_string_equal(items_of(1), "b c");
    assert_string_equal(items_of(2), "a b");
    /* heapq: [3], [1 3], [1 3 2], [0 1 2 3]; and without the 0: [1 3 2]. */
    move(3, "in", 0, "3");
    move(3, "in", 0, "1");
    move(3, "in", 2, "2");
    move(3, "in", 0, "0");
    assert_string_equal(items_of(3), "0 1 2 3");
    move(3, "out", 1, "0");
    assert_string_equal(items_of(3), "1 3 2");
    move(3, "all out", 0, NULL);
    assert_string_equal(items_of(3), "");
    assert_false(trace_state_now(folding.state)->doubtful);
    move(3, "out", 0, "1");
    assert_true(trace_state_now(folding.state)->doubtful);
    assert_int_equal(result, 0);
}

static void test_trace_timeline__lines_and_the_ready_queue(void **state) {
    (void)state;
    start(&folding.consumer, true);
    make_queue(7, "q", 0);
    for (int64_t tid = 2; tid < 6; tid++) {
        create(tid, "t");
        join("task", tid);
    }
    begin(TRACE_ITERATION, 1, "iteration");
    number(TRACE_ARG_NUMBER, 1);
    tell();
    for (int64_t tid = 2; tid < 6; tid++) {
        turn("task", tid);
        assert_int_equal(doing(tid), TRACE_DOING_RUNS);
        park(TRACE_PARK, tid, "put q", 7, "putters");
    }
    assert_string_equal(line_of(7), "putters: 2 3 4 5");
    assert_string_equal(trace_state_text(folding.state, trace_state_task(folding.state, 3)->wait),
                        "put q");
    join("callback", 0);
    join("task", 3);
    join("timer", 5);
    join("task", 5);
    assert_string_equal(line_of(7), "putters: 2 4");
    assert_int_equal(doing(3), TRACE_DOING_READY);
    begin(TRACE_READY_LEAVE, 1, "leave");
    text(TRACE_ARG_ENTRY, "timer");
    number(TRACE_ARG_TASK, 5);
    number(TRACE_ARG_PLACE, 2);
    tell();
    const struct trace_now *now = trace_state_now(folding.state);
    assert_int_equal(now->ready, 3);
    assert_int_equal(now->batch, 0);
    assert_int_equal(trace_state_ready(folding.state, 2).task, 5);
    assert_int_equal(now->doing[TRACE_DOING_WAITS], 2);
    assert_int_equal(now->doing[TRACE_DOING_READY], 2);
    assert_false(now->doubtful);
    turn("task", 3); /* it is the callback's */
    assert_true(now->doubtful);
    assert_int_equal(result, 0);
}

static void test_trace_timeline__what_is_known_without_details(void **state) {
    (void)state;
    start(&folding.consumer, false);
    make_queue(1, "q", 0);
    create(2, "a");
    create(3, "b");
    begin(TRACE_SPAN_BEGIN, 3, "work");
    tell();
    assert_int_equal(doing(2), TRACE_DOING_SOMETHING);
    assert_int_equal(trace_state_now(folding.state)->at_work, 1);
    park(TRACE_WAIT_BEGIN, 2, "put q", 1, NULL);
    park(TRACE_WAIT_BEGIN, 3, "put q", 1, NULL);
    assert_string_equal(line_of(1), "putters: 2 3");
    assert_int_equal(trace_state_now(folding.state)->at_work, 0);
    begin(TRACE_WAIT_END, 2, "put q");
    tell();
    assert_int_equal(doing(2), TRACE_DOING_SOMETHING);
    begin(TRACE_READY_BEGIN, 2, "ready");
    tell();
    assert_int_equal(doing(2), TRACE_DOING_READY);
    begin(TRACE_RUN_BEGIN, 1, "a");
    number(TRACE_ARG_TASK, 2);
    tell();
    assert_int_equal(doing(2), TRACE_DOING_RUNS);
    begin(TRACE_RUN_END, 1, "a");
    tell();
    assert_int_equal(doing(2), TRACE_DOING_SOMETHING);
    /* The run ends first: b waits still. */
    begin(TRACE_WAIT_END, 3, "put q");
    text(TRACE_ARG_OUTCOME, "pending");
    tell();
    assert_int_equal(doing(3), TRACE_DOING_WAITS);
    assert_false(trace_state_now(folding.state)->detailed);
    assert_int_equal(result, 0);
}

static void test_trace_timeline__variables_come_and_go(void **state) {
    (void)state;
    start(&folding.consumer, true);
    create(2, "a");
    assign(1, "width", "4");
    assign(2, "i", "0");
    assign(2, "x", "tea");
    assign(2, "i", "1");
    assert_string_equal(variables_of(1), "width=4");
    assert_string_equal(variables_of(2), "i=1 x=tea");
    assign(2, "i", NULL);
    assign(2, "nothing", NULL);
    assign(2, "y", "");
    assert_string_equal(variables_of(2), "x=tea y=");
    begin(TRACE_TASK_END, 2, "a");
    text(TRACE_ARG_OUTCOME, "failed");
    text(TRACE_ARG_ERROR, "ValueError");
    tell();
    assert_string_equal(variables_of(2), "");
    assert_int_equal(doing(2), TRACE_DOING_ENDED);
    assert_string_equal(trace_state_text(folding.state, trace_state_task(folding.state, 2)->error),
                        "ValueError");
    assert_int_equal(result, 0);
}

static void test_trace_timeline__objects_are_freed(void **state) {
    (void)state;
    const struct trace_state_object *object = NULL;
    start(&folding.consumer, true);
    for (uint64_t id = 1; id < 5; id++)
        make_queue(id * 100, "q", 0);
    move(200, "in", 0, "a");
    for (uint64_t id = 2; id < 4; id++) {
        begin(TRACE_OBJECT_END, 1, "q");
        number(TRACE_ARG_OBJECT, (int64_t)id * 100);
        tell();
    }
    make_queue(50, "late", 0);
    char order[64] = "";
    while ((object = trace_state_next_object(folding.state, object)) != NULL)
        snprintf(order + strlen(order), sizeof order - strlen(order), "%d ", (int)object->id);
    assert_string_equal(order, "100 400 50 ");
    assert_null(trace_state_object(folding.state, 200));
    assert_string_equal(items_of(50), "");
    assert_int_equal(result, 0);
}

static void test_trace_timeline__a_copy_stays_as_it_was(void **state) {
    (void)state;
    start(&folding.consumer, true);
    make_queue(1, "q", 0);
    for (int i = 0; i < 100; i++)
        move(1, "in", i, "a");
    struct trace_state *copy = trace_state_copy(folding.state);
    assert_non_null(copy);
    for (int i = 0; i < 90; i++)
        move(1, "out", 0, "a");
    make_queue(2, "r", 0);
    assert_int_equal(trace_state_items(trace_state_object(folding.state, 1)), 10);
    assert_int_equal(trace_state_items(trace_state_object(copy, 1)), 100);
    assert_string_equal(trace_state_text(copy, trace_state_item(trace_state_object(copy, 1), 5)),
                        "a");
    assert_null(trace_state_object(copy, 2));
    trace_state_free(copy);
    assert_int_equal(result, 0);
}

/* --- A timeline ------------------------------------------------------------------------------- */

enum { TASKS = 40, LONG = 6 * TRACE_TIMELINE_STEP };

static uint64_t random_state;

static unsigned draw(unsigned below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state % below);
}

/* So many events, of which the same number always says the same. */
static void tell_many(struct trace_consumer *to, uint64_t count) {
    char name[16];
    start(to, true);
    random_state = 88172645463325252;
    make_queue(1, "q", 0);
    for (int64_t tid = 2; tid < 2 + TASKS; tid++)
        create(tid, "t");
    int items = 0;
    while (event.ordinal < count && result == 0) {
        int64_t tid = 2 + (int64_t)draw(TASKS);
        snprintf(name, sizeof name, "%u", draw(1000));
        switch (draw(6)) {
        case 0:
            join("task", tid);
            break;
        case 1:
            park(TRACE_PARK, tid, "put q", 1, draw(2) == 0 ? "putters" : "getters");
            join("task", tid);
            break;
        case 2:
            move(1, "in", items++, name);
            break;
        case 3:
            if (items > 0)
                move(1, "out", (items--, 0), name);
            break;
        case 4:
            assign(tid, draw(2) == 0 ? "x" : "y", name);
            break;
        default:
            begin(TRACE_PRINT, tid, name);
            event.time_ns += draw(3) * CAD_MILLISECOND;
            tell();
        }
    }
}

static uint64_t add_text(uint64_t sum, const struct trace_state *state, uint32_t number_of_text) {
    for (const char *at = trace_state_text(state, number_of_text); *at != '\0'; at++)
        sum = sum * 31 + (unsigned char)*at;
    return sum * 31;
}

/* What a state is, as a number. */
static uint64_t sum_of(const struct trace_state *state) {
    const struct trace_now *now = trace_state_now(state);
    const struct trace_state_object *queue = trace_state_object(state, 1);
    uint64_t sum = now->ordinal * 31 + (uint64_t)now->time_ns;
    for (uint64_t i = 0; i < now->ready; i++)
        sum = sum * 31 + (uint64_t)trace_state_ready(state, i).task;
    for (uint64_t i = 0; queue != NULL && i < trace_state_items(queue); i++)
        sum = add_text(sum, state, trace_state_item(queue, i));
    for (int64_t tid = 1; tid < 2 + TASKS; tid++) {
        const struct trace_state_task *task = trace_state_task(state, tid);
        const struct trace_state_variable *variable = NULL;
        if (task != NULL)
            sum = sum * 31 + (uint64_t)task->doing + (uint64_t)task->since_ns;
        while ((variable = trace_state_next_variable(state, tid, variable)) != NULL)
            sum = add_text(sum, state, variable->value);
    }
    return sum;
}

struct summing {
    struct trace_consumer consumer;
    struct trace_state *state;
    uint64_t sums[LONG + 2];
};

static int sum_up(struct trace_consumer *taker, const struct trace_event *one) {
    struct summing *summing = (struct summing *)(void *)taker;
    int error = trace_state_take(summing->state, one);
    if (one->ordinal < LONG + 2)
        summing->sums[one->ordinal] = sum_of(summing->state);
    return error;
}

static void test_trace_timeline__is_at_any_event(void **unused) {
    (void)unused;
    static struct summing summing;
    const struct trace_state *state;
    summing = (struct summing){.consumer.take = sum_up, .state = trace_state_new()};
    tell_many(&summing.consumer, LONG);
    struct trace_timeline *timeline = trace_timeline_new();
    tell_many(trace_timeline_consumer(timeline), LONG);
    assert_int_equal(result, 0);
    assert_int_equal(trace_timeline_end(timeline), event.ordinal);
    for (int i = 0; i < 300; i++) {
        uint64_t ordinal = 1 + draw(LONG);
        assert_int_equal(trace_timeline_seek(timeline, ordinal, &state), 0);
        assert_int_equal(sum_of(state), summing.sums[ordinal]);
        for (uint64_t next = ordinal + 1; next < ordinal + 4 && next <= LONG; next++) {
            assert_int_equal(trace_timeline_seek(timeline, next, &state), 0);
            assert_int_equal(sum_of(state), summing.sums[next]);
        }
    }
    trace_timeline_free(timeline);
    trace_state_free(summing.state);
}

static void test_trace_timeline__finds_a_time(void **unused) {
    (void)unused;
    const struct trace_state *state;
    struct trace_timeline *timeline = trace_timeline_new();
    assert_int_equal(trace_timeline_find(timeline, 0), 0);
    tell_many(trace_timeline_consumer(timeline), 3 * TRACE_TIMELINE_STEP);
    for (int64_t time_ns = 0; time_ns < event.time_ns; time_ns += CAD_MILLISECOND * 7) {
        uint64_t ordinal = trace_timeline_find(timeline, time_ns);
        assert_int_equal(trace_timeline_seek(timeline, ordinal, &state), 0);
        assert_true(trace_state_now(state)->time_ns <= time_ns);
        assert_int_equal(trace_timeline_seek(timeline, ordinal + 1, &state), 0);
        assert_true(trace_state_now(state)->time_ns > time_ns);
    }
    assert_int_equal(trace_timeline_find(timeline, INT64_MAX), event.ordinal);
    trace_timeline_free(timeline);
}

/* --- From event to event ---------------------------------------------------------------------- */

/* Values and kinds at each event, by a fold over all of them. */
enum { SUBJECTS = 9 };
static struct {
    struct trace_consumer consumer;
    struct trace_state *state;
    struct trace_subject subjects[SUBJECTS];
    uint64_t values[LONG + 2][SUBJECTS];
    enum trace_kind kinds[LONG + 2];
} looking;

static const char *const keys[SUBJECTS] = {[4] = "putters", [5] = "order", [6] = "x", [7] = "y"};

/* With the numbers that the keys have among these strings. */
static struct trace_subject subject_in(const struct trace_state *state, int index) {
    struct trace_subject subject = looking.subjects[index];
    if (keys[index] != NULL)
        subject.key =
            base_strings_add(trace_state_strings(state), keys[index], strlen(keys[index]));
    return subject;
}

static int look_at(struct trace_consumer *taker, const struct trace_event *one) {
    (void)taker;
    int error = trace_state_take(looking.state, one);
    for (int i = 0; i < SUBJECTS && one->ordinal < LONG + 2; i++)
        looking.values[one->ordinal][i] =
            trace_subject_value(looking.state, subject_in(looking.state, i));
    if (one->ordinal < LONG + 2)
        looking.kinds[one->ordinal] = one->kind;
    return error;
}

static void look_at_all(void) {
    const struct trace_subject subjects[SUBJECTS] = {
        {.kind = TRACE_SUBJECT_READY},
        {.kind = TRACE_SUBJECT_TASK, .of = 5},
        {.kind = TRACE_SUBJECT_TASK, .of = 30},
        {.kind = TRACE_SUBJECT_ITEMS, .of = 1},
        {.kind = TRACE_SUBJECT_LINE, .of = 1},
        {.kind = TRACE_SUBJECT_FIELD, .of = 1},
        {.kind = TRACE_SUBJECT_VARIABLE, .of = 7},
        {.kind = TRACE_SUBJECT_VARIABLE, .of = 8},
        {.kind = TRACE_SUBJECT_OUTCOME},
    };
    memcpy(looking.subjects, subjects, sizeof subjects);
    looking.state = trace_state_new();
    looking.consumer.take = look_at;
    tell_many(&looking.consumer, LONG);
}

/* One after the other, what trace_timeline_change() and _near() find by their indexes. */
static uint64_t find_slowly(uint64_t ordinal, bool behind, int subject, uint64_t kinds) {
    for (uint64_t at = behind ? ordinal + 1 : ordinal - 1; at > 0 && at <= LONG;
         at += behind ? 1 : (uint64_t)-1) {
        if (subject >= 0 && looking.values[at][subject] != looking.values[at - 1][subject])
            return at;
        if ((kinds >> looking.kinds[at] & 1) != 0)
            return at;
    }
    return 0;
}

static void test_trace_timeline__goes_to_who_changed_it(void **unused) {
    (void)unused;
    const struct trace_state *state;
    uint64_t found;
    look_at_all();
    struct trace_timeline *timeline = trace_timeline_new();
    tell_many(trace_timeline_consumer(timeline), LONG);
    for (int i = 0; i < 600; i++) {
        uint64_t ordinal = 1 + draw(LONG);
        bool behind = draw(2) == 0;
        int subject = (int)draw(SUBJECTS);
        assert_int_equal(trace_timeline_seek(timeline, ordinal, &state), 0);
        assert_int_equal(
            trace_timeline_change(timeline, subject_in(state, subject), ordinal, behind, &found),
            0);
        assert_int_equal(found, find_slowly(ordinal, behind, subject, 0));
        uint64_t kinds = UINT64_C(1) << (draw(2) == 0 ? TRACE_OBJECT : TRACE_VARIABLE);
        assert_int_equal(trace_timeline_near(timeline, ordinal, behind, kinds),
                         find_slowly(ordinal, behind, -1, kinds));
    }
    trace_timeline_free(timeline);
    trace_state_free(looking.state);
}

/* What a timeline tells again, against what it was told. */
static struct trace_event told[200];
static uint64_t told_again;

static int keep_told(struct trace_consumer *taker, const struct trace_event *one) {
    (void)taker;
    told[one->ordinal] = *one;
    return 0;
}

static int compare_told(struct trace_consumer *taker, const struct trace_event *one) {
    (void)taker;
    const struct trace_event *was = &told[one->ordinal];
    told_again++;
    assert_int_equal(one->kind, was->kind);
    assert_int_equal(one->time_ns, was->time_ns);
    assert_int_equal(one->tid, was->tid);
    assert_int_equal(one->present, was->present);
    assert_int_equal(one->args[TRACE_ARG_OBJECT].number * trace_has(one, TRACE_ARG_OBJECT),
                     was->args[TRACE_ARG_OBJECT].number * trace_has(one, TRACE_ARG_OBJECT));
    return 0;
}

static void test_trace_timeline__tells_events_again(void **unused) {
    (void)unused;
    struct trace_consumer keeping = {.take = keep_told};
    struct trace_consumer comparing = {.take = compare_told};
    tell_many(&keeping, 150);
    struct trace_timeline *timeline = trace_timeline_new();
    tell_many(trace_timeline_consumer(timeline), 150);
    told_again = 0;
    assert_int_equal(trace_timeline_tell(timeline, 20, 119, &comparing), 0);
    assert_int_equal(told_again, 100);
    assert_int_equal(trace_timeline_tell(timeline, 120, UINT64_MAX, &comparing), 0);
    assert_int_equal(told_again, event.ordinal - 19);
    trace_timeline_free(timeline);
}

/* A hundred thousand tasks that are alive: of their states few can be kept. */
static void test_trace_timeline__keeps_within_its_memory(void **unused) {
    (void)unused;
    enum { MANY = 40000 };
    const struct trace_state *state;
    struct trace_timeline *timeline = trace_timeline_new();
    start(trace_timeline_consumer(timeline), true);
    for (int64_t tid = 2; tid < 2 + MANY; tid++)
        create(tid, "t");
    for (int round = 0; round < 2; round++)
        for (int64_t tid = 2; tid < 2 + MANY; tid++)
            join("task", 2 + (tid * 7919) % MANY);
    assert_int_equal(result, 0);
    size_t alone = MANY * 3 * sizeof(struct trace_state_task) / 2;
    assert_true(trace_timeline_memory(timeline) <
                2 * alone + 2 * TRACE_TIMELINE_FREE + 16 * event.ordinal);
    for (uint64_t ordinal = 1; ordinal < event.ordinal; ordinal += 9973) {
        assert_int_equal(trace_timeline_seek(timeline, ordinal, &state), 0);
        assert_int_equal(trace_state_now(state)->ordinal, ordinal);
    }
    trace_timeline_free(timeline);
}

static void test_trace_timeline__goes_on_after_a_look(void **unused) {
    (void)unused;
    const struct trace_state *state;
    struct trace_timeline *timeline = trace_timeline_new();
    tell_many(trace_timeline_consumer(timeline), 100);
    assert_int_equal(trace_timeline_seek(timeline, UINT64_MAX, &state), 0);
    assert_int_equal(trace_state_now(state)->ordinal, event.ordinal);
    assign(1, "late", "yes");
    assert_int_equal(trace_timeline_seek(timeline, UINT64_MAX, &state), 0);
    assert_int_equal(trace_state_now(state)->ordinal, event.ordinal);
    assert_non_null(trace_state_next_variable(state, 1, NULL));
    trace_timeline_free(timeline);
}

static void test_trace_timeline__without_memory(void **unused) {
    (void)unused;
    size_t live = memory_live();
    for (size_t n = 1; memory_fail(n); n++) {
        const struct trace_state *state;
        struct trace_timeline *timeline = trace_timeline_new();
        if (timeline == NULL)
            continue;
        tell_many(trace_timeline_consumer(timeline), TRACE_TIMELINE_STEP + 200);
        if (result == 0)
            result = trace_timeline_seek(timeline, TRACE_TIMELINE_STEP / 2, &state);
        uint64_t found;
        if (result == 0)
            result = trace_timeline_change(
                timeline, (struct trace_subject){.kind = TRACE_SUBJECT_READY}, 500, false, &found);
        assert_int_equal(result, memory_failed() ? CAD_ENOMEM : 0);
        trace_timeline_free(timeline);
    }
    assert_int_equal(memory_live(), live);
}

#define STATE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    memory_start(base_set_allocator);
    const struct CMUnitTest tests[] = {
        STATE_TEST(test_trace_timeline__items_in_the_order_of_their_queue),
        STATE_TEST(test_trace_timeline__lines_and_the_ready_queue),
        STATE_TEST(test_trace_timeline__what_is_known_without_details),
        STATE_TEST(test_trace_timeline__variables_come_and_go),
        STATE_TEST(test_trace_timeline__objects_are_freed),
        STATE_TEST(test_trace_timeline__a_copy_stays_as_it_was),
        cmocka_unit_test(test_trace_timeline__is_at_any_event),
        cmocka_unit_test(test_trace_timeline__finds_a_time),
        cmocka_unit_test(test_trace_timeline__goes_to_who_changed_it),
        cmocka_unit_test(test_trace_timeline__tells_events_again),
        cmocka_unit_test(test_trace_timeline__keeps_within_its_memory),
        cmocka_unit_test(test_trace_timeline__goes_on_after_a_look),
        cmocka_unit_test(test_trace_timeline__without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
