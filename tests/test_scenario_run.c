/* Runs: outcomes, limits, reports, expectations, random streams. What each step does is for
 * conformance/ to check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "run/process.h"
#include "support/memory_test.h"
#include "support/scenario.h"

static int setup(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    run_process_start(BASE_UNLIMITED);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    assert_int_equal(memory_live(), 0);
    return 0;
}

/* A scenario of one task with these steps. */
#define STEPS(steps) "{'cadran':1,\n'tasks':[{'name':'t','do':[\n" steps "]}]}"

/* --- Outcomes -------------------------------------------------------------------------------- */

static void test_scenario_run__nothing_to_do_is_complete(void **state) {
    (void)state;
    scenario_check("{'cadran':1}", "", "complete");
    scenario_check("{'cadran':1,'tasks':[{'name':'t','count':0,'do':[]}]}", "", "complete");
    scenario_check("{'cadran':1,'setup':[{'print':'only setup'}]}", "only setup\n", "complete");
}

static void test_scenario_run__a_failing_setup_ends_the_run(void **state) {
    (void)state;
    scenario_run run = scenario_play("{'cadran':1,'setup':[{'print':'a'},\n{'raise':'Boom'},"
                                     "{'print':'b'}],'tasks':[{'name':'t','do':[{'print':'c'}]}]}",
                                     NULL);
    assert_string_equal(run.output, "a\n");
    assert_int_equal(run.outcome, RUN_FAILED);
    assert_string_equal(run.report, "s:2:1: /setup/1: exception in setup: Boom\n");
    scenario_free(&run);
}

static void test_scenario_run__a_task_that_cannot_be_made_up_ends_the_run(void **state) {
    (void)state;
    scenario_run run =
        scenario_play("{'cadran':1,'tasks':[{'name':'t{1 / i}','count':2,'do':[]}]}", NULL);
    assert_int_equal(run.outcome, RUN_FAILED);
    assert_string_equal(run.report, "s:1:33: /tasks/0/name: exception in t{1 / i}: "
                                    "ZeroDivisionError: division by zero\n"
                                    "    t{1 / i}\n"
                                    "      ^~~~~\n"
                                    "    i is 0\n");
    scenario_free(&run);
}

static void test_scenario_run__unretrieved_exceptions_are_reported_once(void **state) {
    (void)state;
    scenario_run run =
        scenario_play("{'cadran':1,'coroutines':{'f':{'params':['n'],'do':[\n"
                      "{'sleep':'n'},\n"
                      "{'raise':'Boom','message':'planned {n}'}]}},'tasks':[{'name':'t','do':[\n"
                      "{'spawn':'f','args':{'n':1}},\n"
                      "{'spawn':'f','args':{'n':2},'as':'x'},\n"
                      "{'try':[{'await':'x'}],'except':{'*':[]}},\n"
                      "{'call_soon':[{'raise':'KeyError','message':'k'}]},{'sleep':1}]},\n"
                      "{'name':'group','do':[{'task_group':[{'spawn':'f','args':{'n':3}}]}]}]}",
                      NULL);
    assert_int_equal(run.outcome, RUN_FAILED);
    assert_int_equal(run.failures, 3);
    assert_string_equal(
        run.report,
        "s:3:1: /coroutines/f/do/1: exception never retrieved in task f-1: Boom: planned 1\n"
        "s:7:15: /tasks/0/do/3/call_soon/0: exception in a callback: KeyError: 'k'\n"
        "s:8:23: /tasks/1/do/0: exception never retrieved in task group: ExceptionGroup: "
        "unhandled errors in a TaskGroup (1 sub-exception)\n"
        "    - Boom: planned 3 (task f-3, s:3:1: /coroutines/f/do/1)\n");
    scenario_free(&run);
}

static void test_scenario_run__an_interrupt_stops_everything(void **state) {
    (void)state;
    scenario_run run = scenario_play(
        "{'cadran':1,'vars':{'n':0},'tasks':[{'name':'t','do':[{'try':[{'repeat':'forever','do':["
        "{'assign':{'n':'n + 1'}},{'sleep':1}]}],'finally':[{'print':'never'}]}]}],\n"
        "'signals':[{'at':2.5,'signal':'SIGINT'}],'on_interrupt':[{'print':'bye {n}'}]}",
        NULL);
    assert_string_equal(run.output, "bye 3\n");
    assert_int_equal(run.outcome, RUN_INTERRUPTED);
    assert_int_equal(run.end_ns, 2500 * CAD_MILLISECOND);
    assert_int_equal(run.pending, 1);
    scenario_free(&run);
}

/* --- Deadlock -------------------------------------------------------------------------------- */

/* Counts how often it is asked to show how far the run is. */
struct looker {
    run_progress progress;
    int looks;
    uint64_t tasks; /* at the last of them */
};

static void note_look(run_progress *progress, const run_so_far *so_far) {
    struct looker *looker = (struct looker *)(void *)progress;
    looker->looks++;
    cad_loop_interrupt(so_far->loop);
    looker->tasks = so_far->tasks;
}

static void say_nothing(run_progress *progress) {
    (void)progress;
}

static void test_scenario_run__while_tasks_are_made_it_looks_up(void **state) {
    static const char text[] = "{'cadran':1,'tasks':[{'name':'t{i}','count':200000,'do':[]}]}";
    struct looker looker = {.progress = {note_look, say_nothing}};
    (void)state;
    run_machine_options options = scenario_options();
    options.progress = &looker.progress;
    scenario_run run = scenario_play(text, &options);
    assert_int_equal(run.outcome, RUN_INTERRUPTED);
    assert_int_equal(run.tasks, 65536);
    assert_int_equal(looker.looks, 1);
    assert_int_equal(looker.tasks, 65536);
    scenario_free(&run);
}

static void test_scenario_run__a_deadlock_names_who_waits_for_whom(void **state) {
    (void)state;
    scenario_run run = scenario_play(
        "{'cadran':1,'objects':{'a':{'type':'lock'},'b':{'type':'lock'},'q':{'type':'queue'},"
        "'c':{'type':'condition'}},'tasks':[\n"
        "{'name':'job1','do':[{'with':'a','do':[{'sleep':1},{'acquire':'b'}]}]},\n"
        "{'name':'job2','do':[{'with':'b','do':[{'sleep':1.5},{'acquire':'a'}]}]},\n"
        "{'name':'waits','do':[{'await':'job1'}]},\n"
        "{'name':'gets','do':[{'get':'q'}]},\n"
        "{'name':'ends','do':[{'acquire':'c'}]},\n"
        "{'name':'holds','do':[{'acquire':'c'}]}]}",
        NULL);
    assert_int_equal(run.outcome, RUN_DEADLOCK);
    assert_int_equal(run.end_ns, 1500 * CAD_MILLISECOND);
    assert_string_equal(run.report,
                        "deadlock at 1.5 s: nothing can wake the tasks that remain\n"
                        "circle: job1 -> job2 -> job1\n"
                        "  job1 waits for lock b, held by job2\n"
                        "    since 1 s, at s:2:52 (acquire)\n"
                        "    job2 took it at s:3:22 (with)\n"
                        "  job2 waits for lock a, held by job1\n"
                        "    since 1.5 s, at s:3:54 (acquire)\n"
                        "    job1 took it at s:2:22 (with)\n"
                        "waiting for a circle:\n"
                        "  waits waits for job1\n"
                        "    since 0 s, at s:4:23 (await)\n"
                        "beside that:\n"
                        "  gets waits for queue q, empty, which no step puts into\n"
                        "    since 0 s, at s:5:22 (get)\n"
                        "  holds waits for the lock of condition c, held by ends, which has ended\n"
                        "    since 0 s, at s:7:23 (acquire)\n"
                        "    ends took it at s:6:22 (acquire)\n");
    scenario_free(&run);
}

/* Which object it is may be drawn; noting who has it draws nothing. */
static void test_scenario_run__a_step_looks_up_its_object_once(void **state) {
    (void)state;
#define DRAWN(step)                                                                                \
    "{'cadran':1,'objects':{'l':{'type':'semaphore'},'q':{'type':'queue'}},'tasks':[{'name':"      \
    "'t','do':[{'let':{'ls':'[l, l]','qs':'[q, q]'}},{'put':'q'}," step                            \
    ",{'print':'{randint(0, 9999)}'},{'if':'False','then':[{'join':'q'}]}]}]}"
    static const char *const steps[] = {DRAWN("{'acquire':'ls[randint(0, 1)]'}"),
                                        DRAWN("{'get':'qs[randint(0, 1)]'}"),
                                        DRAWN("{'get_nowait':'qs[randint(0, 1)]'}")};
    scenario_run once = scenario_play(DRAWN("{'with':'ls[randint(0, 1)]','do':[]}"), NULL);
    assert_int_equal(once.outcome, RUN_COMPLETE);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        scenario_check(steps[i], once.output, "complete");
    scenario_free(&once);
#undef DRAWN
}

static void test_scenario_run__a_long_deadlock_report_is_cut(void **state) {
    (void)state;
    scenario_run run =
        scenario_play("{'cadran':1,'objects':{'e':{'type':'event'}},'tasks':[\n"
                      "{'name':'t{i}','count':1000,'do':[{'sleep':'i'},{'wait':'e'}]}]}",
                      NULL);
    assert_int_equal(run.pending, 1000);
    assert_non_null(strstr(run.report, "\n  t49 waits for event e, which no step sets\n"
                                       "    since 49 s, at s:2:49 (wait)\n"
                                       "  ... and 950 more tasks\n"));
    scenario_free(&run);
}

/* --- Limits ---------------------------------------------------------------------------------- */

static void check_limit(const char *text, const run_machine_options *options, const char *reason) {
    scenario_run run = scenario_play(text, options);
    assert_string_equal(run.faults, "");
    assert_int_equal(run.outcome, RUN_LIMIT);
    assert_string_equal(run.reason, reason);
    scenario_free(&run);
}

static void test_scenario_run__steps_are_limited(void **state) {
    (void)state;
    run_machine_options options = scenario_options();
    options.max_steps = 1000;
    check_limit(STEPS("{'repeat':'forever','do':[]}"), &options, "1000 steps were run");
    check_limit(STEPS("{'repeat':'forever','do':[{'sleep':1}]}"), &options, "1000 steps were run");
    check_limit(STEPS("{'call_soon':[{'repeat':'forever','do':[]}]},{'sleep':1}"), &options,
                "1000 steps were run");
    check_limit("{'cadran':1,'setup':[{'while':'True','do':[]}]}", &options, "1000 steps were run");
    options.max_steps = RUN_MAX_STEPS;
    options.max_still = 100 * 1000;
    check_limit(STEPS("{'sleep':1},{'repeat':'forever','do':[{'sleep':0}]}"), &options,
                "100000 steps were run while the clock stood still");
}

static void test_scenario_run__time_and_tasks_are_limited(void **state) {
    (void)state;
    run_machine_options options = scenario_options();
    options.max_time_ns = 3600 * CAD_SECOND;
    check_limit(STEPS("{'repeat':'forever','do':[{'sleep':60}]}"), &options,
                "3600 seconds of the loop's time were not enough");
    options.max_tasks = 10;
    check_limit("{'cadran':1,'coroutines':{'w':{'do':[]}},'tasks':[{'name':'t','do':["
                "{'repeat':'forever','do':[{'spawn':'w'}]}]}]}",
                &options, "more than 10 tasks were created");
    check_limit("{'cadran':1,'tasks':[{'name':'t{i}','count':11,'do':[]}]}", &options,
                "more than 10 tasks were created");
}

static void test_scenario_run__finally_does_not_run_at_a_limit(void **state) {
    (void)state;
    run_machine_options options = scenario_options();
    options.max_steps = 100;
    scenario_run run = scenario_play(STEPS("{'try':[{'repeat':'forever','do':[]}],"
                                           "'finally':[{'print':'never'}]}"),
                                     &options);
    assert_string_equal(run.output, "");
    assert_int_equal(run.pending, 1);
    scenario_free(&run);
}

static void test_scenario_run__calls_nest_as_deep_as_pythons(void **state) {
    (void)state;
    scenario_check("{'cadran':1,'vars':{'depth':0},'coroutines':{'down':{'do':["
                   "{'assign':{'depth':'depth + 1'}},{'call':'down'}]}},'tasks':[{'name':'t',"
                   "'do':[{'try':[{'call':'down'}],'except':{'RecursionError':["
                   "{'print':'{depth}: {error}'}]}}]}]}",
                   "1000: maximum recursion depth exceeded\n", "complete");
}

static void test_scenario_run__slow_turns_are_named(void **state) {
    (void)state;
    run_machine_options options = scenario_options();
    options.slow_ns = 100 * CAD_MILLISECOND;
    scenario_run run = scenario_play(STEPS("{'compute':0.1},\n{'sleep':1},\n{'compute':0.05},\n"
                                           "{'compute':0.2}"),
                                     &options);
    assert_int_equal(run.outcome, RUN_COMPLETE);
    assert_string_equal(run.report, "s:6:1: /tasks/0/do/3: slow: task t kept the loop busy for "
                                    "0.25 s, until 1.35 s\n");
    scenario_free(&run);
}

/* --- Variables and ends from outside ---------------------------------------------------------- */

static void test_scenario_run__overrides_come_before_what_depends_on_them(void **state) {
    (void)state;
    run_override overrides[] = {{"n", "1"}, {"n", "2 + 1"}, {"word", "'w' + 'x'"}};
    run_machine_options options = scenario_options();
    options.overrides = overrides;
    options.override_count = 3;
    scenario_run run = scenario_play("{'cadran':1,'vars':{'n':8,'m':'n * 2','word':'`a`'},"
                                     "'tasks':[{'name':'t{i}','count':'n','do':["
                                     "{'print':'{i} of {m} {word}'}]}]}",
                                     &options);
    assert_string_equal(run.output, "0 of 6 wx\n1 of 6 wx\n2 of 6 wx\n");
    scenario_free(&run);
}

static void test_scenario_run__until_can_be_given_from_outside(void **state) {
    (void)state;
    run_machine_options options = scenario_options();
    options.until_given = true;
    options.until_ns = 2500 * CAD_MILLISECOND;
    scenario_run run =
        scenario_play("{'cadran':1,'until':99,'tasks':[{'name':'t','do':[{'repeat':'forever','do':["
                      "{'log':'tick'},{'sleep':1}]}]}]}",
                      &options);
    assert_string_equal(run.output, "0s + 000ms tick\n1s + 000ms tick\n2s + 000ms tick\n");
    assert_int_equal(run.outcome, RUN_STOPPED);
    assert_int_equal(run.end_ns, options.until_ns);
    scenario_free(&run);
}

/* --- Random numbers -------------------------------------------------------------------------- */

#define DRAWS "{'print':'{i}: {randint(1, 1000000)} {uniform(0, 1) < 1}'}"

static void test_scenario_run__draws_depend_on_seed_and_task_alone(void **state) {
    (void)state;
    static const char one[] =
        "{'cadran':1,'seed':7,'tasks':[{'name':'a{i}','count':2,'do':[" DRAWS "]}]}";
    static const char two[] =
        "{'cadran':1,'seed':7,'coroutines':{'w':{'do':[{'sleep':'exponential(1)'}]}},'tasks':["
        "{'name':'b','do':[{'sleep':'normal(0, 0)'},{'let':{'x':'randint(1, 9)'}},{'spawn':'w'}]},"
        "{'name':'a{i}','count':2,'let':{'y':1},'do':[" DRAWS "]}]}";
    scenario_run a = scenario_play(one, NULL), b = scenario_play(two, NULL);
    assert_string_equal(a.faults, "");
    assert_string_equal(b.faults, "");
    assert_string_equal(a.output, b.output);
    run_machine_options options = scenario_options();
    options.seed_given = true;
    options.seed = 8;
    scenario_run c = scenario_play(one, &options);
    assert_string_not_equal(a.output, c.output);
    scenario_free(&a);
    scenario_free(&b);
    scenario_free(&c);
}

static void test_scenario_run__each_task_has_a_stream_of_its_own(void **state) {
    (void)state;
    scenario_check(
        "{'cadran':1,'coroutines':{'w':{'do':[{'return':'{uniform(0, 1)}'}]}},'tasks':["
        "{'name':'t','do':[{'spawn':'w','as':'a'},{'spawn':'w','as':'b'},"
        "{'gather':['a','b'],'as':['x','y']},{'print':'{x != y}'},"
        "{'call':'w','as':'x'},{'call':'w','as':'y'},{'print':'{x != y}'},"
        "{'call_soon':[{'let':{'z':'uniform(0, 1)'}}]},{'sleep':0},{'print':'{z != x}'}]}]}",
        "True\nTrue\nTrue\n", "complete");
}

/* --- The main task --------------------------------------------------------------------------- */

#define MAIN_AND_WORKER(worker, main, more)                                                        \
    "{'cadran':1,'objects':{'q':{'type':'queue'}},'coroutines':{'late':{'do':[{'log':'late'},"     \
    "{'sleep':1},{'log':'never'}]}},'tasks':[{'name':'w','do':[" worker                            \
    "]},\n{'name':'m','main':true,'do':[" main "]}]" more "}"

static void test_scenario_run__with_the_main_task_all_others_end(void **state) {
    (void)state;
    scenario_check(
        MAIN_AND_WORKER("{'try':[{'repeat':'forever','do':[{'get':'q','as':'x'},{'log':'{x}'}]}],"
                        "'finally':[{'sleep':1},{'log':'cleaned up'},{'spawn':'late'}]}",
                        "{'put':'q','value':1},{'sleep':1}", ""),
        "0s + 000ms 1\n2s + 000ms cleaned up\n2s + 000ms late\n", "complete");
}

static void test_scenario_run__what_others_raise_at_the_end_is_said(void **state) {
    (void)state;
    scenario_run run =
        scenario_play(MAIN_AND_WORKER("{'try':[{'sleep':9}],'finally':[{'raise':'ValueError'}]}",
                                      "{'sleep':1}", ""),
                      NULL);
    assert_string_equal(
        run.report,
        "s:1:179: /tasks/0/do/0/finally/0: exception during shutdown in task w: ValueError\n");
    assert_int_equal(run.outcome, RUN_COMPLETE);
    scenario_free(&run);
    run = scenario_play(MAIN_AND_WORKER("{'sleep':9}", "{'sleep':1},{'raise':'Boom'}", ""), NULL);
    assert_int_equal(run.outcome, RUN_FAILED);
    assert_int_equal(run.end_ns, CAD_SECOND);
    assert_int_equal(run.failures, 1);
    scenario_free(&run);
    run = scenario_play(MAIN_AND_WORKER("{'sleep':1},{'cancel':'m'}", "{'sleep':9}", ""), NULL);
    assert_int_equal(run.outcome, RUN_FAILED);
    scenario_free(&run);
}

static void test_scenario_run__an_interrupt_cancels_the_main_task(void **state) {
    (void)state;
    scenario_check(
        MAIN_AND_WORKER(
            "{'try':[{'sleep':9}],'finally':[{'log':'w'}]}",
            "{'try':[{'sleep':9}],'except':{'CancelledError':[{'log':'m'},{'raise':true}]}}",
            ",'signals':[{'at':1,'signal':'SIGINT'}],'on_interrupt':[{'log':'bye'}]"),
        "1s + 000ms m\n1s + 000ms w\n1s + 000ms bye\n", "interrupted");
    scenario_check(
        MAIN_AND_WORKER(
            "{'sleep':9}",
            "{'try':[{'sleep':9}],'except':{'CancelledError':[{'log':'m'},{'sleep':1}]}}",
            ",'signals':[{'at':1,'signal':'SIGINT'}],'on_interrupt':[{'log':'bye'}]"),
        "1s + 000ms m\n", "complete");
    scenario_check(
        MAIN_AND_WORKER(
            "{'try':[{'sleep':9}],'finally':[{'log':'w'},{'sleep':9}]}",
            "{'try':[{'sleep':9}],'except':{'CancelledError':[{'log':'m'},{'sleep':9}]}}",
            ",'signals':[{'at':1,'signal':'SIGINT'},{'at':2,'signal':'SIGINT'},"
            "{'at':3,'signal':'SIGINT'}],'on_interrupt':[{'log':'bye'}]"),
        "1s + 000ms m\n2s + 000ms w\n3s + 000ms bye\n", "interrupted");
}

/* shutdown_default_executor(): who waited for it has been cancelled, and the loop goes on
 * meanwhile. */
static void test_scenario_run__at_the_end_threads_are_waited_for(void **state) {
    (void)state;
    scenario_run run = scenario_play(
        MAIN_AND_WORKER("{'try':[{'to_thread':5}],'finally':[{'call_later':2,'do':[{'log':'c'}]}]}",
                        "{'sleep':1}", ",'threads':1"),
        NULL);
    assert_int_equal(run.outcome, RUN_COMPLETE);
    assert_string_equal(run.output, "3s + 000ms c\n");
    assert_int_equal(run.end_ns, 5 * CAD_SECOND);
    scenario_free(&run);
    /* What waited for a worker is not begun, and no thread is waited for longer than five minutes.
     */
    run = scenario_play(MAIN_AND_WORKER("{'to_thread':1000}", "{'sleep':1}", ",'threads':1"), NULL);
    assert_int_equal(run.outcome, RUN_COMPLETE);
    assert_int_equal(run.end_ns, 301 * CAD_SECOND);
    scenario_free(&run);
}

/* A cancel that goes round in a circle is a RecursionError, and asyncio.run() ends with it. */
static void test_scenario_run__a_circle_of_awaits_ends_an_interrupted_run(void **state) {
    (void)state;
    scenario_run run =
        scenario_play(MAIN_AND_WORKER("{'await':'m'}", "{'await':'w'}",
                                      ",'signals':[{'at':1,'signal':'SIGINT'}],'until':9"),
                      NULL);
    assert_int_equal(run.outcome, RUN_INTERRUPTED);
    assert_int_equal(run.end_ns, CAD_SECOND);
    scenario_free(&run);
    run = scenario_play("{'cadran':1,'tasks':[{'name':'m','main':true,'do':[{'sleep':1}]},"
                        "{'name':'a','do':[{'await':'b'}]},{'name':'b','do':[{'await':'a'}]}]}",
                        NULL);
    assert_int_equal(run.outcome, RUN_FAILED);
    assert_string_equal(run.report, "s:1:83: /tasks/1/do: exception in the cancelling of task a: "
                                    "RecursionError: maximum recursion depth exceeded\n");
    scenario_free(&run);
}

/* As CPython's timeout, whose callback fails before it notes it. */
static void test_scenario_run__a_timeout_in_a_circle_does_not_expire(void **state) {
    (void)state;
    scenario_check("{'cadran':1,'until':3,'objects':{},'vars':{'t':0},'tasks':[{'name':'a','do':["
                   "{'timeout':1,'as':'s','do':[{'assign':{'t':'s'}},{'await':'b'}]}]},"
                   "{'name':'b','do':[{'await':'a'}]},"
                   "{'name':'c','do':[{'sleep':2},{'print':'{expired(t)}'}]}]}",
                   "False\n", "stopped");
}

/* As Python shows a list of them: own ones by their names, groups with their members. */
static void test_scenario_run__exceptions_in_a_list_show_what_made_them(void **state) {
    (void)state;
    scenario_check("{'cadran':1,'coroutines':{'b':{'do':[{'raise':'Boom','message':'no'}]},"
                   "'v':{'do':[{'raise':'ValueError'}]}},'tasks':[{'name':'t','do':[{'try':["
                   "{'task_group':[{'spawn':'b'},{'spawn':'v'}]}],'except':{'ExceptionGroup':["
                   "{'print':'{exceptions(e)}'},{'print':'{[e]}'}]},'as':'e'}]}]}",
                   "(Boom('no'), ValueError())\n"
                   "[ExceptionGroup('unhandled errors in a TaskGroup', "
                   "[Boom('no'), ValueError()])]\n",
                   "complete");
}

/* Wherever Python would: `for`, `let`, `assign`, and what a step gives. */
static void test_scenario_run__values_are_taken_apart(void **state) {
    (void)state;
    scenario_check("{'cadran':1,'vars':{'g':0,'h':0},'objects':{'q':{'type':'queue'}},"
                   "'coroutines':{'w':{'params':['n'],'do':[{'return':['{n}','{n * 2}']}]}},"
                   "'tasks':[{'name':'t','let':{'m, n':'(7, 8)'},'do':["
                   "{'for':['k','v'],'in':'[(1,2),[3,4]]','do':[{'if':'v > 2','then':["
                   "{'continue':true}]},{'print':'{k} {v}'}]},{'print':'{k} {v}'},"
                   "{'let':{'a, b':'(m, n)','m, n':'(b, a)'}},{'print':'{a} {b} {m} {n}'},"
                   "{'assign':{'g, h':'(1, g)'}},{'print':'{g} {h}'},"
                   "{'put':'q','value':[1,2]},{'get':'q','as':['x','y']},{'print':'{x} {y}'},"
                   "{'call':'w','args':{'n':3},'as':['x','y']},{'print':'{x} {y}'},"
                   "{'spawn':'w','args':{'n':4},'as':'t'},{'await':'t','as':['x','y']},"
                   "{'print':'{x} {y}'},{'as_completed':['t'],'as':['y','x'],'do':["
                   "{'print':'{x} {y}'}]}]}]}",
                   "1 2\n3 4\n7 8 8 7\n1 0\n1 2\n3 6\n4 8\n8 4\n", "complete");
}

static void test_scenario_run__what_cannot_be_taken_apart(void **state) {
    static const struct {
        const char *value, *error;
    } rows[] = {{"5", "TypeError: cannot unpack non-iterable int object"},
                {"None", "TypeError: cannot unpack non-iterable NoneType object"},
                {"[5]", "ValueError: not enough values to unpack (expected 2, got 1)"},
                {"(1, 2, 3)", "ValueError: too many values to unpack (expected 2)"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char document[256];
        (void)snprintf(document, sizeof document,
                       "{'cadran':1,'tasks':[{'name':'t','do':[{'let':{'a, b':'%s'}}]}]}",
                       rows[i].value);
        scenario_run run = scenario_play(document, NULL);
        assert_int_equal(run.outcome, RUN_FAILED);
        assert_non_null(strstr(run.report, rows[i].error));
        scenario_free(&run);
    }
}

/* A text where a number belongs: the one place that gave it, of a call, a spawn, a row of tasks. */
static void test_scenario_run__where_an_argument_was_given(void **state) {
#define GIVEN(tasks)                                                                               \
    "{'cadran':1,'coroutines':{'w':{'params':['n'],'do':[{'sleep':'n'}]}},'tasks':[" tasks "]}"
    static const char *const documents[] = {
        GIVEN("{'name':'t','do':[{'call':'w','args':{'n':'1s'}}]}"),
        GIVEN("{'name':'t','do':[{'spawn':'w','args':{'n':'1s'}},{'spawn':'w','args':{'n':1}}]}"),
        GIVEN("{'name':'t','call':'w','args':{'n':'1s'}}")};
    static const char *const places[] = {"/tasks/0/do/0", "/tasks/0/do/0", "/tasks/0"};
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        char said[128];
        scenario_run run = scenario_play(documents[i], NULL);
        (void)snprintf(said, sizeof said, ": %s; an argument that is no text", places[i]);
        assert_non_null(strstr(run.report, said));
        scenario_free(&run);
    }
#undef GIVEN
}

static void test_scenario_run__a_deadlock_runs_no_finally(void **state) {
    (void)state;
    scenario_check(
        MAIN_AND_WORKER("{'sleep':1}", "{'try':[{'get':'q'}],'finally':[{'log':'never'}]}", ""), "",
        "deadlock");
    scenario_check(MAIN_AND_WORKER("{'sleep':9}",
                                   "{'try':[{'sleep':9}],'finally':[{'log':'never'}]}",
                                   ",'until':1"),
                   "", "stopped");
}

/* --- Objects by number and at run time ------------------------------------------------------- */

static void test_scenario_run__objects_by_number(void **state) {
    (void)state;
    scenario_check("{'cadran':1,'vars':{'n':3},'objects':{'l':{'type':'lock','count':'n'},"
                   "'q':{'type':'queue','maxsize':'n','count':2},'f':{'type':'future','count':1},"
                   "'e':{'type':'event','count':0}},'tasks':[{'name':'t','do':["
                   "{'with':'l[n - 2]','do':[{'print':'{locked(l[0])} {locked(l[1])}'}]},"
                   "{'put':'q[0]','value':'{l[2]}'},{'get':'q[0]','as':'x'},"
                   "{'print':'{x} {x is l[2]} {maxsize(q[1])} {len(l)} {len(e)} {f}'},"
                   "{'acquire':'x'},{'try':[{'set':'l[0]'}],'except':{'*':[{'print':'{error}'}]}},"
                   "{'try':[{'acquire':'l[n]'}],'except':{'*':[{'print':'{error}'}]}},"
                   "{'set_result':'f[0]','value':'v'},{'gather':'f','as':['y']},{'print':'{y}'},"
                   "{'acquire':'l[-1]'}]}]}",
                   "False True\n<Lock l[2]> True 3 3 0 [<Future f[0]>]\n"
                   "'Lock' object has no attribute 'set'\nlist index out of range\nv\n",
                   "deadlock");
}

/* Tasks whose names are not known yet could be called what an expression looks like. */
static void test_scenario_run__an_item_of_a_variable_is_no_task(void **state) {
    (void)state;
    scenario_check("{'cadran':1,'vars':{'all':['None']},'coroutines':{'c':{'params':['f'],'do':["
                   "{'await':'f'},{'await':'all[0]','as':'x'},{'print':'{x}'}]}},"
                   "'tasks':[{'name':'t','do':["
                   "{'new':{'type':'future'},'as':'f'},{'let':{'mine':'[f]'}},"
                   "{'assign':{'all':'[f]'}},{'spawn':'c','name':'{1 + 1}','args':{'f':'{f}'}},"
                   "{'set_result':'mine[0]','value':'v'}]}]}",
                   "v\n", "complete");
}

#define WITH_N(steps) "{'cadran':1,'vars':{'n':2},'tasks':[{'name':'t','do':[\n" steps "]}]}"

static void test_scenario_run__objects_made_at_run_time(void **state) {
    (void)state;
    scenario_check(
        WITH_N(
            "{'new':{'type':'queue','maxsize':'n'},'as':'q'},{'new':{'type':'future'},'as':'f'},"
            "{'new':{'type':'future'},'as':'g'},{'print':'{q} {f} {g} {maxsize(q)} {waiters(q)}'},"
            "{'put':'q','value':['{f}','{q}']},{'set_result':'f','value':['{g}','{f}']},"
            "{'await':'f','as':'x'},{'print':'{x[0] is "
            "g}'},{'set_exception':'g','exception':'Boom'},"
            "{'try':[{'await':'x[0]'}],'except':{'Boom':[{'print':'boom'}]}},"
            "{'try':[{'new':{'type':'barrier','parties':'n - 2'},'as':'b'}],"
            "'except':{'ValueError':[{'print':'{error}'}]}},"
            "{'try':[{'set_result':'g'}],'except':{'InvalidStateError':[{'print':'{error}'}]}}"),
        "<Queue queue-1> <Future future-1> <Future future-2> 2 0\nTrue\nboom\n"
        "parties must be at least 1, not 0\ninvalid state\n",
        "complete");
}

/* A condition that a step makes shares a lock that a step made, and keeps it. */
static void test_scenario_run__a_condition_is_given_a_lock(void **state) {
    (void)state;
    scenario_check(
        WITH_N("{'new':{'type':'lock'},'as':'l'},{'new':{'type':'condition','lock':'l'},'as':'c'},"
               "{'new':{'type':'condition','lock':'[l][0]'},'as':'d'},"
               "{'with':'c','do':[{'print':'{locked(l)}'},{'notify':'d'}]},"
               "{'let':{'l':0}},{'with':'c','do':[{'print':'still'}]},{'let':{'c':0,'d':0}}"),
        "True\nstill\n", "complete");
    scenario_run run = scenario_play(
        WITH_N("{'new':{'type':'lock'},'as':'l'},{'new':{'type':'condition','lock':'l'},'as':'c'},"
               "{'acquire':'l'},{'with':'c','do':[]}"),
        NULL);
    assert_int_equal(run.outcome, RUN_DEADLOCK);
    assert_non_null(strstr(run.report, "t waits for lock lock-1, held by t\n"));
    scenario_free(&run);
    run = scenario_play(WITH_N("{'new':{'type':'condition','lock':'n'},'as':'c'}"), NULL);
    assert_int_equal(run.outcome, RUN_FAILED);
    scenario_free(&run);
}

/* What another lock at the same address was held for is forgotten. */
static void test_scenario_run__what_is_freed_is_held_by_nobody(void **state) {
    (void)state;
    scenario_run run = scenario_play(
        WITH_N("{'new':{'type':'lock'},'as':'l'},{'acquire':'l'},{'let':{'l':0}},"
               "{'new':{'type':'lock'},'as':'l'},{'with':'l','do':[{'acquire':'l'}]}"),
        NULL);
    assert_int_equal(run.outcome, RUN_DEADLOCK);
    assert_non_null(strstr(run.report, "lock-2, held by t\n"));
    assert_null(strstr(run.report, "lock-1"));
    scenario_free(&run);
}

/* Nobody but the waiting task has it: it is freed when the wait is over, and not before. */
static void test_scenario_run__an_object_is_there_while_a_task_waits(void **state) {
    (void)state;
    scenario_check(
        WITH_N(
            "{'new':{'type':'queue'},'as':'q'},{'new':{'type':'lock'},'as':'l'},{'acquire':'l'},"
            "{'call_later':1,'do':[{'put_nowait':'q','value':'late'}]},"
            "{'call_later':0.5,'do':[{'let':{'l':0}}]},"
            "{'try':[{'timeout':1.5,'do':[{'acquire':'l'}]}],'except':{'TimeoutError':[{'log':'no'}"
            "]}},"
            "{'get':'q','as':'q'},{'print':'{q}'},"
            "{'new':{'type':'event'},'as':'e'},{'call_later':1,'do':[{'set':'e'},{'let':{'e':1}}]},"
            "{'wait':'e','as':'e'},{'print':'{e}'},"
            "{'new':{'type':'future'},'as':'f'},{'call_later':1,'do':[{'set_result':'f','value':'a{"
            "n}'},"
            "{'let':{'f':1}}]},{'gather':['f'],'as':['x']},{'print':'{x} {f}'}"),
        "1s + 500ms no\nlate\nTrue\na2 1\n", "complete");
}

/* --- Steps that reference.py does not know ---------------------------------------------------- */

static void test_scenario_run__a_queue_is_shut_down(void **state) {
    (void)state;
    scenario_check(
        "{'cadran':1,'objects':{'q':{'type':'queue','maxsize':1}},'tasks':[\n"
        "{'name':'putter','do':[{'put':'q','value':'a'},{'try':[{'put':'q','value':'b'}],"
        "'except':{'QueueShutDown':[{'log':'putter: over'}]}}]},\n"
        "{'name':'closer','do':[{'sleep':1},{'shutdown':'q'},{'get':'q','as':'x'},{'log':'{x}'},"
        "{'try':[{'get_nowait':'q'}],'except':{'QueueShutDown':[{'log':'empty and over'}]}}]}]}",
        "1s + 000ms a\n1s + 000ms empty and over\n1s + 000ms putter: over\n", "complete");
    scenario_check("{'cadran':1,'objects':{'q':{'type':'queue'}},'tasks':[\n"
                   "{'name':'a','do':[{'put':'q','value':'x{1}'},{'shutdown':'q','immediate':true},"
                   "{'log':'{qsize(q)}'},{'join':'q'},{'log':'joined'}]}]}",
                   "0s + 000ms 0\n0s + 000ms joined\n", "complete");
}

static void test_scenario_run__a_timeout_can_be_a_time(void **state) {
    (void)state;
    scenario_check(
        STEPS("{'sleep':1},{'try':[{'timeout_at':1.5,'do':[{'sleep':5}]}],"
              "'except':{'TimeoutError':[{'log':'at a time'}]}},"
              "{'timeout_at':null,'do':[{'sleep':1},{'reschedule':1},"
              "{'try':[{'sleep':5}],'except':{'CancelledError':[{'log':'moved'},{'return':1}]}}]}"),
        "1s + 500ms at a time\n3s + 500ms moved\n", "complete");
}

/* --- Expectations ---------------------------------------------------------------------------- */

static void test_scenario_run__expectations_that_are_met(void **state) {
    (void)state;
    scenario_run run = scenario_play(
        "{'cadran':1,'vars':{'n':2},'objects':{'q':{'type':'queue','maxsize':1}},'tasks':["
        "{'name':'t{i}','count':'n','do':[{'sequence':'t{i}','delay':'i + 1'}]},"
        "{'name':'bad','do':[{'raise':'Mine'}]},"
        "{'name':'gone','do':[{'sleep':9}]},{'name':'k','do':[{'sleep':2.5},{'cancel':'gone'}]}],\n"
        "'expect':{'outcome':'failed','makespan':2.5,'max_concurrent':'n','always':["
        "'qsize(q) <= 1','done(t0) or now() < 2'],'order':[['<<< t0','<<< t1']],"
        "'tasks':{'t0':'returned','bad':'Mine','gone':'cancelled','k':'returned'},"
        "'stdout':['0s + 000ms >>> t0','0s + 000ms >>> t1','1s + 000ms <<< t0',"
        "'2s + 000ms <<< t1']}}",
        NULL);
    assert_int_equal(run.unmet, 0);
    scenario_free(&run);
}

static void test_scenario_run__expectations_that_are_not_met(void **state) {
    (void)state;
    scenario_run run = scenario_play(
        "{'cadran':1,'tasks':[{'name':'t','do':[{'print':'a'},{'span':'s','do':[{'sleep':1}]},"
        "{'print':'b'}]},{'name':'late','start':0.5,'do':[]}],'expect':{\n"
        "'outcome':'deadlock',\n"
        "'makespan':{'min':2,'max':3},\n"
        "'max_concurrent':2,\n"
        "'always':['now() < 1'],\n"
        "'order':[['b','a'],['c','a']],\n"
        "'tasks':{'t':'cancelled','late':'KeyError'},\n"
        "'stdout':['a','c']}}",
        NULL);
    assert_int_equal(run.unmet, 9);
    assert_string_equal(
        run.report,
        "s:2:11: /expect/outcome: expected \"deadlock\", found \"complete\"\n"
        "s:3:19: /expect/makespan/min: expected at least 2 s, found 1 s\n"
        "s:4:18: /expect/max_concurrent: expected 2, found 1\n"
        "s:8:10: /expect/stdout: expected line 2 \"c\", found \"b\"\n"
        "s:6:10: /expect/order/0: \"b\" was printed in line 2, not before \"a\" in line 1\n"
        "s:6:20: /expect/order/1: \"c\" was never printed\n"
        "s:7:14: /expect/tasks/t: expected \"cancelled\", found \"returned\"\n"
        "s:7:33: /expect/tasks/late: expected \"KeyError\", found \"returned\"\n"
        "s:5:11: /expect/always/0: \"now() < 1\" did not hold at 1 s\n");
    scenario_free(&run);
}

static void test_scenario_run__a_makespan_is_exact_or_a_range(void **state) {
    (void)state;
    static const struct {
        const char *makespan;
        size_t unmet;
    } cases[] = {{"1.5", 0},
                 {"1500ms", 0},
                 {"1.4999", 1},
                 {"{'min':1.5}", 0},
                 {"{'max':1.5}", 0},
                 {"{'max':1}", 1},
                 {"{'min':1.6,'max':2}", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[300], makespan[64];
        bool bare = strstr(cases[i].makespan, "ms") == NULL;
        (void)snprintf(makespan, sizeof makespan, bare ? "%s" : "'%s'", cases[i].makespan);
        (void)snprintf(text, sizeof text,
                       "{'cadran':1,'tasks':[{'name':'t','do':[{'sleep':1.5}]}],"
                       "'expect':{'makespan':%s}}",
                       makespan);
        scenario_run run = scenario_play(text, NULL);
        assert_string_equal(run.faults, "");
        assert_int_equal(run.unmet, cases[i].unmet);
        scenario_free(&run);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_scenario_run__nothing_to_do_is_complete, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_failing_setup_ends_the_run, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_task_that_cannot_be_made_up_ends_the_run,
                                  teardown),
        cmocka_unit_test_teardown(test_scenario_run__unretrieved_exceptions_are_reported_once,
                                  teardown),
        cmocka_unit_test_teardown(test_scenario_run__an_interrupt_stops_everything, teardown),
        cmocka_unit_test_teardown(test_scenario_run__with_the_main_task_all_others_end, teardown),
        cmocka_unit_test_teardown(test_scenario_run__what_others_raise_at_the_end_is_said,
                                  teardown),
        cmocka_unit_test_teardown(test_scenario_run__an_interrupt_cancels_the_main_task, teardown),
        cmocka_unit_test_teardown(test_scenario_run__objects_by_number, teardown),
        cmocka_unit_test_teardown(test_scenario_run__an_item_of_a_variable_is_no_task, teardown),
        cmocka_unit_test_teardown(test_scenario_run__objects_made_at_run_time, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_condition_is_given_a_lock, teardown),
        cmocka_unit_test_teardown(test_scenario_run__what_is_freed_is_held_by_nobody, teardown),
        cmocka_unit_test_teardown(test_scenario_run__an_object_is_there_while_a_task_waits,
                                  teardown),
        cmocka_unit_test_teardown(test_scenario_run__at_the_end_threads_are_waited_for, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_circle_of_awaits_ends_an_interrupted_run,
                                  teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_timeout_in_a_circle_does_not_expire,
                                  teardown),
        cmocka_unit_test_teardown(test_scenario_run__exceptions_in_a_list_show_what_made_them,
                                  teardown),
        cmocka_unit_test_teardown(test_scenario_run__values_are_taken_apart, teardown),
        cmocka_unit_test_teardown(test_scenario_run__what_cannot_be_taken_apart, teardown),
        cmocka_unit_test_teardown(test_scenario_run__where_an_argument_was_given, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_deadlock_runs_no_finally, teardown),
        cmocka_unit_test_teardown(test_scenario_run__while_tasks_are_made_it_looks_up, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_deadlock_names_who_waits_for_whom, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_step_looks_up_its_object_once, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_long_deadlock_report_is_cut, teardown),
        cmocka_unit_test_teardown(test_scenario_run__steps_are_limited, teardown),
        cmocka_unit_test_teardown(test_scenario_run__time_and_tasks_are_limited, teardown),
        cmocka_unit_test_teardown(test_scenario_run__finally_does_not_run_at_a_limit, teardown),
        cmocka_unit_test_teardown(test_scenario_run__calls_nest_as_deep_as_pythons, teardown),
        cmocka_unit_test_teardown(test_scenario_run__slow_turns_are_named, teardown),
        cmocka_unit_test_teardown(test_scenario_run__overrides_come_before_what_depends_on_them,
                                  teardown),
        cmocka_unit_test_teardown(test_scenario_run__until_can_be_given_from_outside, teardown),
        cmocka_unit_test_teardown(test_scenario_run__draws_depend_on_seed_and_task_alone, teardown),
        cmocka_unit_test_teardown(test_scenario_run__each_task_has_a_stream_of_its_own, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_queue_is_shut_down, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_timeout_can_be_a_time, teardown),
        cmocka_unit_test_teardown(test_scenario_run__expectations_that_are_met, teardown),
        cmocka_unit_test_teardown(test_scenario_run__expectations_that_are_not_met, teardown),
        cmocka_unit_test_teardown(test_scenario_run__a_makespan_is_exact_or_a_range, teardown),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
