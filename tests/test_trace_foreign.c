/* Reading other programs' traces (sim/trace/foreign*.c): what is shown of a file, written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cadran.h"
#include "trace/reader.h"

static char message[TRACE_MESSAGE_SIZE];

static struct trace_model *read_bytes(const char *text, size_t length) {
    struct trace_model *trace;
    int error = trace_read_memory("t", text, length, &trace, message);
    if (error != 0)
        print_error("%s\n", message);
    assert_int_equal(error, 0);
    return trace;
}

/* --- A trace, written down ----------------------------------------------------------------------
 *
 *     main:              a track; "async" follows it where it is one
 *       0-5 A            a slice, in microseconds; "..." where the trace ends before it does
 *         2-3 B [cat]    inside it, with its category
 *       @4 x             an instant
 *     main@2 -> t@3 n    an arrow
 *     p.c.k: 1=2.5 3=0   a counter of process p, its values by time
 *     t:1: ...           a warning
 */

struct paper {
    char text[8192];
    size_t length;
};

static void put(struct paper *paper, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct paper *paper, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof paper->text - paper->length;
    int length = vsnprintf(paper->text + paper->length, room, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < room);
    paper->length += (size_t)length;
}

static double us(int64_t time_ns) {
    return (double)time_ns / 1000;
}

static void put_track(struct paper *paper, const struct trace_model *trace, uint32_t index) {
    const struct trace_track *track = &trace->tracks[index];
    put(paper, "%s:%s\n", trace_text(trace, track->name),
        track->kind == TRACE_TRACK_ASYNC ? " async" : "");
    for (uint32_t i = 0; i < track->slice_count; i++) {
        const struct trace_slice *slice = &trace->slices[track->first_slice + i];
        put(paper, "%*s%g-%g %s", 2 * slice->depth + 2, "", us(slice->begin_ns), us(slice->end_ns),
            trace_text(trace, slice->name));
        if (slice->category != TRACE_CATEGORY_OTHER)
            put(paper, " [%s]", trace_category_text(trace, slice->category));
        put(paper, "%s%s%s\n", trace_text(trace, slice->args), trace_text(trace, slice->end_args),
            slice->flags & TRACE_SLICE_OPEN ? " ..." : "");
    }
    for (uint32_t i = 0; i < track->instant_count; i++) {
        const struct trace_instant *instant =
            &trace->instants[trace->track_instants[track->first_instant + i]];
        put(paper, "  @%g %s\n", us(instant->time_ns), trace_text(trace, instant->name));
    }
}

static const char *track_name(const struct trace_model *trace, uint32_t track) {
    return trace_text(trace, trace->tracks[track].name);
}

static void put_trace(struct paper *paper, const struct trace_model *trace) {
    for (uint32_t i = 0; i < trace->track_count; i++)
        put_track(paper, trace, i);
    for (size_t i = 0; i < trace->wake_count; i++) {
        const struct trace_wake *wake = &trace->wakes[i];
        put(paper, "%s@%g -> %s@%g %s\n", track_name(trace, wake->from_track), us(wake->from_ns),
            track_name(trace, wake->to_track), us(wake->to_ns), trace_text(trace, wake->name));
    }
    for (size_t i = 0; i < trace->counter_count; i++) {
        const struct trace_counter *counter = &trace->counters[i];
        put(paper, "%s.%s.%s:", trace_text(trace, trace->processes[counter->process].name),
            trace_text(trace, counter->name), trace_text(trace, counter->key));
        for (size_t k = 0; k < counter->sample_count; k++)
            put(paper, " %g=%g", us(counter->samples[k].time_ns), counter->samples[k].value);
        put(paper, "\n");
    }
    for (size_t i = 0; i < trace->warning_count; i++)
        put(paper, "%s\n", trace->warnings[i]);
}

/* With double quotes for single ones. */
static char *quoted(const char *text) {
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *at = copy; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    return copy;
}

/* Of a file with single quotes for double ones. */
static void assert_file_shows(const char *file, const char *expected) {
    static struct paper paper;
    char *text = quoted(file);
    struct trace_model *trace = read_bytes(text, strlen(text));
    paper.length = 0;
    paper.text[0] = '\0';
    put_trace(&paper, trace);
    trace_model_free(trace);
    if (strcmp(paper.text, expected) != 0)
        print_error("of\n%s\n", text);
    free(text);
    assert_string_equal(paper.text, expected);
}

/* Of events, one a line: ph, ts, name and what else they have: "B 5 a 'args':{}". They are of
 * process 1 and thread 1 if they do not say otherwise. */
static void assert_shows(const char *events, const char *expected) {
    static struct paper file;
    file.length = 0;
    put(&file, "[\n");
    while (*events != '\0') {
        char ph[8], ts[32], name[32];
        int length;
        assert_int_equal(sscanf(events, "%7s %31s %31[^ \n]%n", ph, ts, name, &length), 3);
        const char *rest = events + length;
        int rest_length = (int)strcspn(rest, "\n");
        put(&file, "{'pid':1,'tid':1,'ph':'%s','ts':%s,'name':'%s'%s%.*s},\n", ph, ts, name,
            rest_length > 0 ? "," : "", rest_length, rest);
        events = rest + rest_length + 1;
    }
    put(&file, "]");
    assert_file_shows(file.text, expected);
}

/* --- Slices ----------------------------------------------------------------------------------- */

static void test_trace_foreign__begins_and_ends_of_equal_times_nest_as_in_the_file(void **state) {
    (void)state;
    assert_shows("B 5 a\nE 5 a\nB 5 b\nE 9 b\n", "thread 1:\n"
                                                 "  5-5 a\n"
                                                 "  5-9 b\n");
    assert_shows("B 5 a\nB 5 b\nE 5 b\nE 5 a\nB 5 c\nE 5 c\n", "thread 1:\n"
                                                               "  5-5 a\n"
                                                               "    5-5 b\n"
                                                               "  5-5 c\n");
    /* "Complete" ones come in between by their length. */
    assert_shows("B 5 a\nE 5 a\nB 5 b\nX 5 c 'dur':2\nX 5 d 'dur':6\nE 9 b\n", "thread 1:\n"
                                                                               "  5-11 d\n"
                                                                               "    5-5 a\n"
                                                                               "    5-9 b\n"
                                                                               "      5-7 c\n");
}

static void test_trace_foreign__an_end_closes_what_has_its_name(void **state) {
    (void)state;
    assert_shows("B 0 a\nE 3 z\nE 5 a\nE 6 a\n",
                 "thread 1:\n"
                 "  0-5 a\n"
                 "t:3: ends (ph E, e, F) without a begin are left out: 2 of them\n");
    /* Without a name it closes the innermost. */
    assert_shows("B 0 a\nB 1 b\nE 2 - 'name':null\nE 5 - 'name':''\n", "thread 1:\n"
                                                                       "  0-5 a\n"
                                                                       "    1-2 b\n");
    assert_shows("B 0 - 'name':''\nE 5 a\n", "thread 1:\n"
                                             "  0-5 \n");
    assert_shows("B 0 a\nB 2 b\nE 5 a\nE 9 b\n",
                 "thread 1:\n"
                 "  0-5 a\n"
                 "    2-9 b\n"
                 "t:3: slices (ph B, E) that cross another of their thread are shown inside it: 1 "
                 "of them\n");
}

static void test_trace_foreign__what_has_no_end_ends_with_what_is_around_it(void **state) {
    (void)state;
    assert_shows("B 0 a\nB 1 b\nE 2 a\nB 3 a\nB 4 b\nB 5 c\nE 6 a\nB 7 d\nE 8 d\nB 9 e\ni 10 x\n",
                 "thread 1:\n"
                 "  0-2 a\n"
                 "    1-2 b\n"
                 "  3-6 a\n"
                 "    4-6 b\n"
                 "      5-6 c\n"
                 "  7-8 d\n"
                 "  9-10 e ...\n"
                 "  @10 x\n"
                 "t:3: begins (ph B) without an end are over when what is around them is: 3 of "
                 "them\n");
}

static void test_trace_foreign__a_slice_may_be_without_duration(void **state) {
    (void)state;
    assert_shows(
        "X 1 a\nX 2 b 'dur':-1\nX 3 c 'dur':'x'\nX 4 d 'dur':0\ni 9 x\n",
        "thread 1:\n"
        "  1-9 a ...\n"
        "    2-2 b\n"
        "    3-3 c\n"
        "    4-4 d\n"
        "  @9 x\n"
        "t:2: slices (ph X) without a duration (dur) are shown up to the end of the trace: "
        "1 of them\n"
        "t:3: slices (ph X) whose duration (dur) is no number, or below 0, are shown "
        "without length: 2 of them\n");
}

static void test_trace_foreign__numbers_may_be_texts(void **state) {
    (void)state;
    assert_shows("X '1.5' a 'dur':'2e0'\nX '-1' b 'dur':1,'pid':'1','tid':'1'\n"
                 "X '' c\nX 'soon' d\nX NaN e\n",
                 "thread 1:\n"
                 "  -1-0 b\n"
                 "  1.5-3.5 a\n"
                 "t:4: events without a time (ts), or with one that is no number or out of range "
                 "are left out: 3 of them\n");
    assert_shows("X 1 a 'dur':1,'tid':'7'\nM 0 thread_name 'tid':7,'args':{'name':8}\n"
                 "X 2 b 'dur':1,'tid':'worker'\nX 3 c 'dur':1,'tid':null\n"
                 "M 0 thread_sort_index 'tid':7,'args':{'sort_index':'3'}\n"
                 "M 0 thread_sort_index 'tid':'worker','args':{'sort_index':-2}\n",
                 "worker:\n"
                 "  2-3 b\n"
                 "thread 0:\n"
                 "  3-4 c\n"
                 "8:\n"
                 "  1-2 a\n");
}

/* --- Asynchronous slices ---------------------------------------------------------------------- */

static void test_trace_foreign__asynchronous_slices_pair_by_name(void **state) {
    (void)state;
    assert_shows("b 0 A 'cat':'x','id':1\nb 2 B 'cat':'x','id':1\ne 5 A 'cat':'x','id':1\n"
                 "e 9 B 'cat':'x','id':1\n",
                 "A: async\n"
                 "  0-5 A [x]\n"
                 "B: async\n"
                 "  2-9 B [x]\n"
                 "t:3: asynchronous slices that cross another of their id are on tracks of their "
                 "own: 1 of them\n");
    /* They nest where they do not cross; what has no end goes on. */
    assert_shows("b 0 A 'id':1\nb 0 B 'id':1\nn 1 x 'id':1\ne 2 B 'id':1\ne 5 A 'id':1\n"
                 "b 5 A 'id':1\ne 5 A 'id':1\nb 6 C 'id':1\ne 7 D 'id':1\ni 8 y\n",
                 "A: async\n"
                 "  0-5 A\n"
                 "    0-2 B\n"
                 "  5-5 A\n"
                 "  6-8 C ...\n"
                 "  @1 x\n"
                 "thread 1:\n"
                 "  @8 y\n"
                 "t:10: ends (ph E, e, F) without a begin are left out: 1 of them\n");
}

static void test_trace_foreign__many_may_cross(void **state) {
    (void)state;
    assert_shows("b 0 A 'id':1\nb 1 B 'id':1\nb 2 C 'id':1\ne 3 A 'id':1\nb 3 D 'id':1\n"
                 "e 4 B 'id':1\ne 5 C 'id':1\ne 6 D 'id':1\n",
                 "A: async\n"
                 "  0-3 A\n"
                 "  3-6 D\n"
                 "B: async\n"
                 "  1-4 B\n"
                 "C: async\n"
                 "  2-5 C\n"
                 "t:3: asynchronous slices that cross another of their id are on tracks of their "
                 "own: 2 of them\n");
}

static void test_trace_foreign__an_id_is_the_traces_or_the_processs(void **state) {
    (void)state;
    /* However it is written; "id2" says which; a category has ids of its own. */
    assert_shows("b 0 A 'id':18\nn 1 x 'pid':2,'id':'0x12'\nn 2 y 'pid':2,'id':'18'\n"
                 "n 3 z 'pid':3,'id2':{'global':'0x0012'}\ne 4 A 'pid':3,'id':'0X12'\n"
                 "b 5 B 'pid':1,'id2':{'local':'0x12'}\nb 6 B 'pid':2,'id2':{'local':'0x12'}\n"
                 "e 7 B 'pid':1,'id2':{'local':'0x12'}\ne 8 B 'pid':2,'id2':{'local':'0x12'}\n"
                 "n 9 C 'cat':'c','id':18\nn 9 D 'id':'eighteen'\n",
                 "A: async\n"
                 "  0-4 A\n"
                 "  @1 x\n"
                 "  @2 y\n"
                 "  @3 z\n"
                 "B: async\n"
                 "  5-7 B\n"
                 "C: async\n"
                 "  @9 C\n"
                 "D: async\n"
                 "  @9 D\n"
                 "B: async\n"
                 "  6-8 B\n");
}

static void test_trace_foreign__reads_asynchronous_events_of_the_old_form(void **state) {
    (void)state;
    assert_shows("S 0 A 'id':1\nT 2 A 'id':1,'args':{'step':'two'}\nT 4 A 'id':1\nF 9 A 'id':1\n"
                 "S 1 B 'id':2\np 3 B 'id':2,'args':{'step':'one'}\n"
                 "p 5 B 'id':2,'args':{'step':'two'}\nF 6 B 'id':2\n",
                 "A: async\n"
                 "  0-9 A\n"
                 "    2-4 two{\"step\":\"two\"}\n"
                 "    4-9 A\n"
                 "B: async\n"
                 "  1-6 B\n"
                 "    1-3 one{\"step\":\"one\"}\n"
                 "    3-5 two{\"step\":\"two\"}\n");
    assert_shows("S 0 A 'id':1\nT 2 A 'id':1\nT 3 B 'id':1\nF 4 B 'id':1\nb 5 A 'id':1\n"
                 "e 6 A 'id':1\n",
                 "A: async\n"
                 "  0-6 A ...\n"
                 "    2-6 A\n"
                 "A: async\n"
                 "  5-6 A\n"
                 "t:4: steps (ph T, p) of slices that are not open are left out: 1 of them\n"
                 "t:5: ends (ph E, e, F) without a begin are left out: 1 of them\n");
}

/* --- Arrows ----------------------------------------------------------------------------------- */

static void test_trace_foreign__flows_are_bound_by_id(void **state) {
    (void)state;
    /* From the end of what it goes out of, but not back in time. */
    assert_shows("X 1 a 'dur':1,'bind_id':'0x7','flow_out':true\n"
                 "X 3 b 'tid':2,'dur':9,'bind_id':7,'flow_in':true,'flow_out':true\n"
                 "B 5 c 'tid':3,'bind_id':7,'flow_in':true\n"
                 "E 6 c 'tid':3\n"
                 "X 7 d 'tid':3,'dur':0,'bind_id':7,'flow_in':true\n"
                 "X 8 e 'dur':0,'bind_id':8,'flow_in':true\n"
                 "X 9 f 'dur':0,'bind_id':9,'flow_out':true,'flow_in':false\n",
                 "thread 1:\n"
                 "  1-2 a\n"
                 "  8-8 e\n"
                 "  9-9 f\n"
                 "thread 2:\n"
                 "  3-12 b\n"
                 "thread 3:\n"
                 "  5-6 c\n"
                 "  7-7 d\n"
                 "thread 1@2 -> thread 2@3 b\n"
                 "thread 2@5 -> thread 3@5 c\n"
                 "thread 2@7 -> thread 3@7 d\n"
                 "t:7: steps and ends of flows without a begin are left out: 1 of them\n"
                 "t:8: begins of flows without an end are left out: 1 of them\n");
}

static void test_trace_foreign__flows_of_the_old_form_go_from_step_to_step(void **state) {
    (void)state;
    assert_shows("s 1 n 'cat':'c','id':'0x1'\nt 2 n 'tid':2,'cat':'c','id':1\n"
                 "f 3 n 'tid':3,'cat':'c','id':1,'bp':'e'\nf 4 n 'cat':'c','id':1\n"
                 "s 5 n 'cat':'d','id':1\nt 6 n 'tid':2,'cat':'d','id':1\ns 7 n 'id':{}\n",
                 "thread 1:\n"
                 "thread 2:\n"
                 "thread 3:\n"
                 "thread 1@1 -> thread 2@2 n\n"
                 "thread 2@2 -> thread 3@3 n\n"
                 "thread 1@5 -> thread 2@6 n\n"
                 "t:5: steps and ends of flows without a begin are left out: 1 of them\n"
                 "t:8: begins of flows without an end are left out: 1 of them\n");
}

/* Without "bp":"e" it belongs to what begins next on its track; where nothing does, it stays. */
static void test_trace_foreign__ends_of_flows_belong_to_the_next_slice(void **state) {
    (void)state;
    assert_shows("s 1 n 'id':1\nf 2 n 'tid':2,'id':1\n"
                 "s 1 m 'id':2\nf 3 m 'tid':2,'id':2\n"
                 "f 4 l 'tid':3,'id':3\ns 3 l 'id':3\n"
                 "s 3 k 'id':4\nf 4 k 'tid':3,'id':4,'bp':'e'\n"
                 "B 5 a 'tid':2\nE 7 a 'tid':2\nB 8 b 'tid':2\nE 9 b 'tid':2\n"
                 "s 8 i 'id':5\nf 8 i 'tid':2,'id':5\ni 9 x 'tid':2\n",
                 "thread 1:\n"
                 "thread 2:\n"
                 "  5-7 a\n"
                 "  8-9 b\n"
                 "  @9 x\n"
                 "thread 3:\n"
                 "thread 1@3 -> thread 3@4 l\n"
                 "thread 1@3 -> thread 3@4 k\n"
                 "thread 1@1 -> thread 2@5 n\n"
                 "thread 1@1 -> thread 2@5 m\n"
                 "thread 1@8 -> thread 2@9 i\n");
}

/* --- Instants, counters, metadata ------------------------------------------------------------- */

static void test_trace_foreign__instants_and_marks_are_shown(void **state) {
    (void)state;
    assert_shows("i 1 a 's':'t'\nI 2 b 's':'g'\nR 3 c 'args':{}\ni 4 d 's':1\n", "thread 1:\n"
                                                                                 "  @1 a\n"
                                                                                 "  @2 b\n"
                                                                                 "  @3 c\n"
                                                                                 "  @4 d\n");
}

static void test_trace_foreign__counters_have_series_and_ids(void **state) {
    (void)state;
    assert_shows("C 1 m 'args':{'x':1,'y':'2.5','z':true}\nC 2 m 'args':{'x':NaN,'y':3}\n"
                 "C 1 m 'id':'0x7','args':{'x':1}\nC 2 m 'pid':'q','id2':{'local':5},"
                 "'args':{'x':-1e1}\nC 3 m\nC 3 m 'args':{}\n",
                 "process 1.m.x: 1=1\n"
                 "process 1.m.y: 1=2.5 2=3\n"
                 "process 1.m 0x7.x: 1=1\n"
                 "q.m 5.x: 2=-10\n"
                 "t:2: values of counters (ph C) that are no numbers are left out: 2 of them\n"
                 "t:6: counters (ph C) without a value are left out: 2 of them\n");
}

/* Arguments are gone through in words: of those that fill the memory for a text, too. */
static void test_trace_foreign__counters_of_any_length_are_read(void **state) {
    (void)state;
    for (int length = 1; length < 300; length++) {
        char key[301], text[512];
        struct trace_model *trace;
        memset(key, 'k', sizeof key);
        (void)snprintf(
            text, sizeof text,
            "[{\"ph\":\"C\",\"ts\":1,\"pid\":1,\"name\":\"n\",\"args\":{\"%.*s\":1,\"v\":\"b\"}}]",
            length, key);
        assert_int_equal(trace_read_memory("t", text, strlen(text), &trace, message), 0);
        assert_int_equal(trace->counter_count, 1);
        trace_model_free(trace);
    }
}

/* --- What is left out ------------------------------------------------------------------------- */

static void test_trace_foreign__an_event_is_shown_without_what_it_has_no_place_for(void **state) {
    (void)state;
    assert_shows("X 0 work 'cat':null,'dur':10\nX 20 more 'cat':['build'],'dur':5\n"
                 "X 30 nan 'dur':1,'args':{'loss':NaN,'a':[-Infinity,inf,-nan,]}\n"
                 "X 40 odd 'dur':1,'args':'__stripped__','sf':7,'tts':1,'cname':'good','id':null\n"
                 "X 50 some 'dur':1,'cat':'a,b','scope':{},'args':null\n",
                 "thread 1:\n"
                 "  0-10 work\n"
                 "  20-25 more\n"
                 "  30-31 nan{\"loss\":NaN,\"a\":[-Infinity,inf,-nan,]}\n"
                 "  40-41 odd\n"
                 "  50-51 some [a,b]\n"
                 "t:5: arguments (args) that are not an object are left out: 1 of them\n"
                 "t:5: stacks of events (sf, stack) are left out: 1 of them\n");
}

static void test_trace_foreign__says_by_kind_what_is_left_out(void **state) {
    (void)state;
    assert_shows("P 1 a\nP 2 a\nO 3 b\nN 3 b\nD 3 b\nv 4 c\nV 4 c\nc 5 d\n( 6 e\n) 6 e\n= 7 f\n"
                 "BE 8 g\nX 9 h 'ts':null\nM 0 process_labels 'args':{'labels':'x'}\n"
                 "M 0 num_cpus\n",
                 "t:2: samples (ph P) are left out: 2 of them\n"
                 "t:4: objects (ph N, O, D) are left out: 3 of them\n"
                 "t:7: memory dumps (ph v, V) are left out: 2 of them\n"
                 "t:9: clock synchronisations (ph c) are left out: 1 of them\n"
                 "t:10: contexts (ph (, )) are left out: 2 of them\n"
                 "t:12: events of an unknown kind (ph =) are left out: 1 of them\n"
                 "t:13: events without a ph of one letter are left out: 1 of them\n"
                 "t:14: events without a time (ts), or with one that is no number or out of range "
                 "are left out: 1 of them\n"
                 "t:15: metadata (ph M) other than names and order are left out: 2 of them\n");
    assert_file_shows("[null,{},\n{'ph':'i','ts':1,'name':'x'}]",
                      "thread 0:\n"
                      "  @1 x\n"
                      "t:1: nulls in the place of events are left out: 1 of them\n"
                      "t:1: events without a ph of one letter are left out: 1 of them\n");
}

/* --- The file --------------------------------------------------------------------------------- */

static void test_trace_foreign__the_file_may_have_other_members(void **state) {
    (void)state;
    assert_file_shows("{'displayTimeUnit':'ns','otherData':{'a':[1,{'b':'}\\\\'}],},\n"
                      "'systemTraceEvents':'x',\n'stackFrames':{},'traceEvents':[\r\n"
                      "{'ph':'i','ts':1e0,'name':'x',},\r\n],'samples':[],}\r\n",
                      "thread 0:\n"
                      "  @1 x\n"
                      "t:2: members \"systemTraceEvents\" of the file are left out: 1 of them\n"
                      "t:3: members \"stackFrames\" of the file are left out: 1 of them\n"
                      "t:5: members \"samples\" of the file are left out: 1 of them\n");
    assert_file_shows("{'traceEvents':null}", "");
    assert_file_shows("[]", "");
}

/* `filling` between what is around it, until it is larger than any event may be. */
static char *inflate(const char *before, const char *filling, const char *after) {
    size_t size = TRACE_EVENT_SIZE_MAX + TRACE_EVENT_SIZE_MAX / 4;
    char *text = malloc(strlen(before) + size + strlen(filling) + strlen(after) + 1);
    assert_non_null(text);
    char *at = text + sprintf(text, "%s", before);
    size_t length = strlen(filling);
    for (const char *end = at + size; at < end; at += length)
        memcpy(at, filling, length);
    strcpy(at, after);
    return text;
}

static void test_trace_foreign__members_of_any_size_are_stepped_over(void **state) {
    (void)state;
    static const struct {
        const char *before;
        const char *filling;
        const char *after;
        uint64_t last_line;
    } cases[] = {
        {"{'x':'", "\\'\\\\]}\\n", "'", 2},
        {"{'x':[", "{'a':['\\'[',\n-1]},", "0]", 0},
        {"{'x':", "[", NULL, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *before = quoted(cases[i].before);
        char *filling = quoted(cases[i].filling);
        char *after = cases[i].after == NULL ? inflate("", "]", "") : quoted(cases[i].after);
        char *value = inflate(before, filling, after);
        size_t size = strlen(value) + 100;
        char *text = malloc(size);
        assert_non_null(text);
        snprintf(text, size, "%s,\n\"traceEvents\":[{\"ph\":\"P\",\"ts\":1}]}", value);
        struct trace_model *trace = read_bytes(text, strlen(text));
        assert_true(trace->complete);
        assert_int_equal(trace->event_count, 1);
        if (cases[i].last_line > 0)
            assert_int_equal(trace->remarks[0].line, cases[i].last_line);
        trace_model_free(trace);
        free(text);
        free(value);
        free(after);
        free(filling);
        free(before);
    }
}

static void test_trace_foreign__events_too_large_or_too_deep_are_left_out(void **state) {
    (void)state;
    char *large = inflate("[{\"args\":\"", "x", "\"},\n{\"ph\":\"i\",\"ts\":1,\"name\":\"x\"}]");
    assert_file_shows(large, "thread 0:\n"
                             "  @1 x\n"
                             "t:1: events of more than 16 MiB are left out: 1 of them\n");
    free(large);
    char deep[3 * TRACE_EVENT_DEPTH_MAX + 100];
    snprintf(deep, sizeof deep, "[{'a':%0*d%0*d},{'ph':'i','ts':1,'name':'x'}]",
             TRACE_EVENT_DEPTH_MAX, 0, TRACE_EVENT_DEPTH_MAX, 0);
    memset(strchr(deep, '0'), '[', TRACE_EVENT_DEPTH_MAX);
    memset(strchr(deep, '0'), ']', TRACE_EVENT_DEPTH_MAX);
    assert_file_shows(deep, "thread 0:\n"
                            "  @1 x\n"
                            "t:1: events with values inside more than 64 arrays and objects are "
                            "left out: 1 of them\n");
}

static void assert_refused(const char *file, const char *expected) {
    struct trace_model *trace;
    char *text = quoted(file);
    assert_int_equal(trace_read_memory("t", text, strlen(text), &trace, message), CAD_EINVAL);
    assert_string_equal(message, expected);
    free(text);
}

static void test_trace_foreign__what_has_no_events_is_no_trace(void **state) {
    (void)state;
    assert_refused("", "t:1: not a trace: there is nothing in it");
    assert_refused("\r\n \n", "t:3: not a trace: there is nothing in it");
    assert_refused("\xEF\xBB\xBF", "t:1: not a trace: there is nothing in it");
    assert_refused("{'traceEvents':{}}", "t:1: not a trace: \"traceEvents\" is not an array");
    assert_refused("{'x':NaN,'traceEvents':[Nan]}",
                   "t:1: not JSON: 'N' where an event, which begins with '{', should be");
    assert_refused("[{'args':{'x':Inf}}]", "t:1: not JSON: unexpected '}'");
    assert_refused("[{'args':{'x':-Nix}}]", "t:1: not JSON: unexpected 'i'");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_foreign__begins_and_ends_of_equal_times_nest_as_in_the_file),
        cmocka_unit_test(test_trace_foreign__an_end_closes_what_has_its_name),
        cmocka_unit_test(test_trace_foreign__what_has_no_end_ends_with_what_is_around_it),
        cmocka_unit_test(test_trace_foreign__a_slice_may_be_without_duration),
        cmocka_unit_test(test_trace_foreign__numbers_may_be_texts),
        cmocka_unit_test(test_trace_foreign__asynchronous_slices_pair_by_name),
        cmocka_unit_test(test_trace_foreign__many_may_cross),
        cmocka_unit_test(test_trace_foreign__an_id_is_the_traces_or_the_processs),
        cmocka_unit_test(test_trace_foreign__reads_asynchronous_events_of_the_old_form),
        cmocka_unit_test(test_trace_foreign__flows_are_bound_by_id),
        cmocka_unit_test(test_trace_foreign__flows_of_the_old_form_go_from_step_to_step),
        cmocka_unit_test(test_trace_foreign__ends_of_flows_belong_to_the_next_slice),
        cmocka_unit_test(test_trace_foreign__instants_and_marks_are_shown),
        cmocka_unit_test(test_trace_foreign__counters_have_series_and_ids),
        cmocka_unit_test(test_trace_foreign__counters_of_any_length_are_read),
        cmocka_unit_test(test_trace_foreign__an_event_is_shown_without_what_it_has_no_place_for),
        cmocka_unit_test(test_trace_foreign__says_by_kind_what_is_left_out),
        cmocka_unit_test(test_trace_foreign__the_file_may_have_other_members),
        cmocka_unit_test(test_trace_foreign__members_of_any_size_are_stepped_over),
        cmocka_unit_test(test_trace_foreign__events_too_large_or_too_deep_are_left_out),
        cmocka_unit_test(test_trace_foreign__what_has_no_events_is_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
