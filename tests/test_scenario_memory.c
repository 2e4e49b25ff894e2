/* Each allocation of a scenario's life fails in turn: loading, compiling, preparing, running,
 * reporting. Nothing crashes, nothing leaks, and whoever ran it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

/* Every allocation is either reached and told of, or its failure changes nothing of the run. */
static void fail_each(const char *text, const run_machine_options *options) {
    scenario_run whole = scenario_play(text, options);
    assert_string_equal(whole.faults, "");
    assert_int_equal(whole.error, 0);
    assert_int_equal(memory_live(), 0);
    for (size_t n = 1; memory_fail(n); n++) {
        scenario_run run = scenario_play(text, options);
        bool told = run.error == CAD_ENOMEM ||
                    (run.outcome == RUN_BROKEN && strcmp(run.reason, "out of memory") == 0);
        if (memory_failed() && !told) {
            assert_int_equal(run.error, 0);
            assert_string_equal(run.output, whole.output);
            assert_int_equal(run.outcome, whole.outcome);
            assert_int_equal(run.end_ns, whole.end_ns);
        }
        scenario_free(&run);
        assert_int_equal(memory_live(), 0);
    }
    scenario_free(&whole);
}

static void test_scenario_memory__control(void **state) {
    (void)state;
    fail_each("{'cadran':1,'vars':{'g':'1 + 2','name':'`x`'},'seed':5,\n"
              "'coroutines':{'twice':{'params':['n'],'do':[{'sleep':0.01},{'return':'{n} {n}'}]},\n"
              "'deep':{'params':['n'],'do':[{'if':'n > 0','then':[{'call':'deep','args':{'n':"
              "'{n - 1}'}}]},{'raise':'Mine','message':'at {n}'}]}},\n"
              "'setup':[{'start_timer':true},{'call_soon':[{'log':'soon'}]}],\n"
              "'tasks':[{'name':'{name}{i}','count':2,'let':{'t':'`text ` + `more`'},'do':[\n"
              "{'repeat':2,'index':'k','do':[{'log':'round {k} {t}'}]},\n"
              "{'try':[{'call':'deep','args':{'n':2}}],'except':{'Mine':[{'print':'{error}'},"
              "{'try':[{'raise':true}],'except':{'*':[]}}]},'finally':[{'print':'finally'}]},\n"
              "{'call':'twice','args':{'n':'{uniform(0, 1) >= 0}'},'as':'x'},{'print':'{x}'},\n"
              "{'while':'g < 6','do':[{'assign':{'g':'g + 1'}}]},\n"
              "{'sequence':'{t}','delay':0.5},{'span':'s','do':[{'compute':0.1}]}]},\n"
              "{'name':'later','start':1,'do':[{'log':'later'}]}],\n"
              "'until':2,'expect':{'order':[['soon','later']],'tasks':{'x1':'returned'},"
              "'always':['g >= 3']}}",
              NULL);
}

static void test_scenario_memory__primitives(void **state) {
    (void)state;
    fail_each("{'cadran':1,'objects':{'q':{'type':'queue','maxsize':1},\n"
              "'p':{'type':'queue','order':'priority'},'s':{'type':'semaphore','bounded':true},\n"
              "'l':{'type':'lock'},'c':{'type':'condition','lock':'l'},'e':{'type':'event'},\n"
              "'b':{'type':'barrier','parties':2},'f':{'type':'future'}},\n"
              "'tasks':[{'name':'a','do':[{'put':'q','value':'one {1}'},{'put':'q','value':'two'},"
              "{'put':'p','value':'z'},{'put':'p','value':'y'},{'get':'p','as':'x'},"
              "{'print':'{x}'},{'with':'c','do':[{'wait_for':'c','until':'qsize(p) == 2'}]},"
              "{'with':'b','do':[]},{'await':'f','as':'x'},{'print':'{x}'},"
              "{'try':[{'release':'s'}],'except':{'ValueError':[{'print':'whole'}]}}]},\n"
              "{'name':'b','do':[{'get':'q','as':'x'},{'get':'q','as':'x'},{'print':'{x}'},"
              "{'task_done':'q'},{'task_done':'q'},{'join':'q'},{'put_nowait':'p','value':'x'},"
              "{'with':'l','do':[{'notify':'c'}]},{'wait':'b'},"
              "{'try':[{'get_nowait':'q'}],'except':{'QueueEmpty':[{'print':'empty'}]}},"
              "{'acquire':'s'},{'release':'s'},{'set':'e'},{'wait':'e'},{'clear':'e'},"
              "{'set_result':'f','value':'text {2}'},{'abort':'b'},{'reset':'b'}]}]}",
              NULL);
}

static void test_scenario_memory__tasks(void **state) {
    (void)state;
    fail_each(
        "{'cadran':1,'threads':1,'coroutines':{\n"
        "'w':{'params':['d'],'do':[{'sleep':'d'},{'return':'after {d}'}]},\n"
        "'bad':{'params':['d'],'do':[{'sleep':'d'},{'raise':'Bad','message':'{d}'}]}},\n"
        "'tasks':[{'name':'t','do':[{'spawn':'w','args':{'d':1},'as':'a'},"
        "{'spawn':'bad','args':{'d':2},'name':'named {1}','as':'b'},"
        "{'gather':['a','b'],'return_exceptions':true,'as':['x','y']},{'print':'{x} {y}'},"
        "{'spawn':'w','args':{'d':1},'as':'a'},{'spawn':'w','args':{'d':2},'as':'b'},"
        "{'wait':['a','b'],'return_when':'FIRST_COMPLETED','timeout':5,'as':'n'},"
        "{'shield':'a','as':'x'},{'as_completed':['a','b'],'as':'x','do':[{'print':'{x}'}]},"
        "{'try':[{'timeout':1,'do':[{'reschedule':2},{'sleep':5}]}],"
        "'except':{'TimeoutError':[{'print':'late'}]}},"
        "{'try':[{'task_group':[{'spawn':'bad','args':{'d':1}},{'spawn':'w','args':{'d':9}}]}],"
        "'except':{'ExceptionGroup':[{'print':'{error}'}]}},"
        "{'call_later':1,'do':[{'print':'called'}],'as':'h'},{'call_at':99,'do':[],'as':'g'},"
        "{'cancel':'g'},{'to_thread':2},{'cancel':'a','message':'m'}]},\n"
        "{'name':'u','do':[{'try':[{'await':'t'}],'finally':[{'print':'{done(t)}'}]},"
        "{'raise':'Lost','message':'unheard'}]}]}",
        NULL);
}

static void test_scenario_memory__ends(void **state) {
    (void)state;
    fail_each("{'cadran':1,'objects':{'a':{'type':'lock'},'b':{'type':'lock'}},'tasks':[\n"
              "{'name':'t{i}','count':2,'do':[{'if':'i','then':[{'acquire':'a'}],"
              "'else':[{'acquire':'b'}]},{'sleep':1},{'acquire':'a'},{'acquire':'b'}]},\n"
              "{'name':'bad','do':[{'raise':'Bad'}]}],'expect':{'outcome':'complete',"
              "'stdout':['never'],'makespan':7,'max_concurrent':1}}",
              NULL);
    fail_each(
        "{'cadran':1,'vars':{'n':1},'objects':{'q':{'type':'queue','maxsize':1}},\n"
        "'tasks':[{'name':'t','do':[{'repeat':'forever','do':[{'put':'q','value':'x{n}'}]}]}],"
        "'signals':[{'at':2,'signal':'SIGINT'}],'on_interrupt':[{'print':'bye'}]}",
        NULL);
    run_machine_options options = scenario_options();
    options.max_still = 100;
    fail_each("{'cadran':1,'tasks':[{'name':'t','do':[{'while':'True','do':[{'sleep':0}]}]}]}",
              &options);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenario_memory__control),
        cmocka_unit_test(test_scenario_memory__primitives),
        cmocka_unit_test(test_scenario_memory__tasks),
        cmocka_unit_test(test_scenario_memory__ends),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
