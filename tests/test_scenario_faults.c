/* What is wrong with a scenario, beyond what is wrong with a document as such: every fault, its
 * place, and what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "program/kinds.h"
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

/* A scenario with these steps in one task. */
#define STEPS(steps)                                                                               \
    "{'cadran':1,'vars':{'v':1},'objects':{'q':{'type':'queue'},'l':{'type':'lock'},"              \
    "'e':{'type':'event'},'c':{'type':'condition'},'f':{'type':'future'}},\n"                      \
    "'coroutines':{'w':{'params':['n'],'do':[]}},\n"                                               \
    "'tasks':[{'name':'t{i}','count':9,'do':[\n" steps "]}]}"

/* --- The table of types ---------------------------------------------------------------------- */

/* A row that is left out between others is empty, which no compiler minds. */
static void test_scenario_faults__each_type_of_objects_has_a_row(void **state) {
    (void)state;
    for (int type = 0; type < PROG_OBJECT_TYPES; type++) {
        assert_non_null(prog_object_kinds[type].name);
        assert_non_null(prog_object_kinds[type].article);
        assert_non_null(prog_object_kinds[type].python);
        if (prog_object_kinds[type].create != NULL)
            assert_non_null(prog_object_kinds[type].deeds[0].one);
    }
}

/* --- The document ---------------------------------------------------------------------------- */

static void test_scenario_faults__document(void **state) {
    (void)state;
    scenario_refuse("{}",
                    "1:1: missing member \"cadran\", as in {\"cadran\": 1, \"tasks\": [...]}\n");
    scenario_refuse(
        "[]",
        "1:1: expected an object, such as {\"cadran\": 1, \"tasks\": [...]}, found an array\n");
    scenario_refuse("{'cadran':2}", "1:11: /cadran: this cadran reads documents of version 1\n");
    scenario_refuse("{'cadran':1,'taks':[]}",
                    "1:13: /taks: unknown member \"taks\"; did you mean \"tasks\"?\n");
    scenario_refuse("{'cadran':1,'network':{}}",
                    "1:13: /network: \"network\" is not supported yet\n");
    scenario_refuse("{'cadran':1,'tasks':{},'objects':[],'vars':3,'coroutines':[],'seed':1.5}",
                    "1:21: /tasks: expected an array, such as [{\"name\": \"a\", \"do\": [...]}], "
                    "found an object\n"
                    "1:34: /objects: expected an object, such as {\"NAME\": {\"type\": \"lock\"}}, "
                    "found an array\n"
                    "1:44: /vars: expected an object, such as {\"x\": 1}, found a number\n"
                    "1:59: /coroutines: expected an object, such as {\"NAME\": {\"do\": [...]}}, "
                    "found an array\n"
                    "1:69: /seed: expected a whole number, found 1.5\n");
    scenario_refuse("{'cadran':1,'seed':9007199254740993}",
                    "1:20: /seed: expected a whole number from -9007199254740991 to "
                    "9007199254740991, found 9007199254740992\n");
}

static void test_scenario_faults__variables(void **state) {
    (void)state;
    scenario_refuse("{'cadran':1,'vars':{'a':'b','b':1,'min':1,'2x':1}}",
                    "1:26: /vars/a: \"b\" is declared further down, and what stands here sees what "
                    "stands above it\n    b\n    ^\n"
                    "1:43: /vars/2x: \"2x\" cannot be a name: letters, digits and _, no digit "
                    "first, and no word of the expressions\n");
    scenario_refuse("{'cadran':1,'vars':{'a':'1 / 0'}}", "1:25: /vars/a: division by zero\n");
}

static void test_scenario_faults__the_main_task(void **state) {
    (void)state;
    scenario_refuse("{'cadran':1,'tasks':[{'name':'a','main':true,'start':1,'do':[]},\n"
                    "{'name':'b','main':true,'count':2,'do':[]},{'name':'c','main':1,'do':[]}]}",
                    "1:46: /tasks/0/start: the main task begins at once; it has no \"start\"\n"
                    "2:13: /tasks/1/main: \"a\" is the main task already; there is one at most\n"
                    "2:63: /tasks/2/main: expected true or false, found a number\n");
    scenario_refuse("{'cadran':1,'vars':{'n':2},\n"
                    "'tasks':[{'name':'b{i}','main':true,'count':'n','do':[]}]}",
                    "2:45: /tasks/0/count: the main task is one; its count must be 1\n");
}

/* done(t) is the function, done the variable. */
static void test_scenario_faults__variables_may_have_names_of_functions(void **state) {
    (void)state;
    scenario_check("{'cadran':1,'vars':{'min':3,'len':[1]},'objects':{'now':{'type':'lock'}},"
                   "'tasks':[{'name':'a','do':[{'let':{'done':'min(min, 2) + len(len)'}},"
                   "{'with':'now','do':[{'print':'{done} {locked(now)} {now()}'}]}]}]}",
                   "3 True 0\n", "complete");
    scenario_refuse(STEPS("{'print':'{done}'}"),
                    "4:12: /tasks/0/do/0/print: \"done\" is a function, and is followed by \"(\", "
                    "then by a task or a future\n"
                    "    done\n    ^~~~\n");
}

/* What the document does not tell, the run does. */
static void test_scenario_faults__an_object_passed_as_text(void **state) {
    (void)state;
    scenario_refuse("{'cadran':1,'objects':{'l':{'type':'lock'}},\n"
                    "'coroutines':{'w':{'params':['a','b'],'do':[{'with':'b','do':[]}]}},\n"
                    "'tasks':[{'name':'t','call':'w','args':{'a':'l','b':'l'}}]}",
                    "3:53: /tasks/0/args/b: \"l\" is a text, and \"w\" takes an object as \"b\"; "
                    "\"{l}\" passes the object\n");
    scenario_check(
        "{'cadran':1,'objects':{'q':{'type':'queue'},'f':{'type':'future'}},"
        "'coroutines':{'w':{'params':['a','b'],'do':[{'let':{'x':'a','y':'b'}},"
        "{'try':[{'put':'x'}],'except':{'AttributeError':[{'print':'{error}'}]}},"
        "{'try':[{'await':'y'}],'except':{'TypeError':[{'print':'{error}'}]}},"
        "{'try':[{'let':{'n':'qsize(a)'}}],'except':{'TypeError':[{'print':'{error}'}]}},"
        "{'let':{'x':'\\'none\\''}},"
        "{'try':[{'put':'x'}],'except':{'AttributeError':[{'print':'{error}'}]}}]},"
        "'v':{'params':['q'],'do':[{'let':{'q':'f'}},{'set_result':'q'}]}},"
        "'tasks':[{'name':'t','do':[{'call':'w','args':{'a':'q','b':'f'}},"
        "{'call':'v','args':{'q':'q'}}]}]}",
        "'q' is a text; {q} passes the object\n"
        "'f' is a text; {f} passes the object\n"
        "qsize() takes a queue; 'q' is a text; {q} passes the object\n"
        "'str' object has no attribute 'put'\n",
        "complete");
}

static void test_scenario_faults__a_text_passed_as_a_number(void **state) {
    (void)state;
    scenario_check(
        "{'cadran':1,'name':'n','coroutines':{'w':{'params':['cost'],'do':["
        "{'try':[{'sleep':'cost * 2'}],'except':{'TypeError':[{'print':'{error}'}]}}]},\n"
        "'v':{'params':['k'],'do':[{'let':{'m':'k'}},"
        "{'try':[{'repeat':'m','do':[]}],'except':{'TypeError':[{'print':'{error}'}]}},"
        "{'try':[{'timeout':'str(1)','do':[]}],'except':{'*':[{'print':'{error}'}]}}]}},\n"
        "'tasks':[{'name':'a','do':[{'call':'w','args':{'cost':'{100ms}'}},\n"
        "{'call':'w','args':{'cost':'100ms'}},{'call':'v','args':{'k':'3'}},"
        "{'call':'w','args':{'cost':'é123456789012345678901234567890123456789é'}}]},\n"
        "{'name':'b','start':1,'call':'w','args':{'cost':'x'}}]}",
        "a time must be a number, not the text '100ms100ms'; cost is the text '100ms', passed at "
        "n:4:1: /tasks/0/do/1; an argument that is no text stands in braces, as in \"{100ms}\"\n"
        "repeat must be a number, not the text '3'; m is the text '3'; an argument that is no text "
        "stands in braces, as in \"{3}\"\n"
        "a time must be a number, not the text '1'; an argument that is no text stands in braces, "
        "as in \"{100ms}\"\n"
        "a time must be a number, not the text 'é12345678901234567890123456789012345678'; cost "
        "is the text 'é12345678901234567890123456789012345678', passed at n:4:68: "
        "/tasks/0/do/3; an argument that is no text stands in braces, as in \"{100ms}\"\n"
        "a time must be a number, not the text 'xx'; cost is the text 'x', passed at n:5:1: "
        "/tasks/1; "
        "an argument that is no text stands in braces, as in \"{100ms}\"\n",
        "complete");
}

static void test_scenario_faults__what_is_no_object(void **state) {
    (void)state;
    scenario_refuse(
        STEPS("{'spawn':'w','args':{'n':1},'name':'x{i}'},\n{'await':'x{i}'},\n{'cancel':'t{i}'},\n"
              "{'await':'w'},\n{'acquire':'1 + 1'},\n{'gather':['x{i}']}"),
        "5:10: /tasks/0/do/1/await: \"await\" takes a name, or an expression that gives what is "
        "meant, such as \"tasks[i]\"; \"x{i}\" is text\n"
        "6:11: /tasks/0/do/2/cancel: \"cancel\" takes a name, or an expression that gives what is "
        "meant, such as \"tasks[i]\"; \"t{i}\" is text\n"
        "7:10: /tasks/0/do/3/await: \"w\" is a coroutine: \"spawn\" it first, and name the task "
        "(\"as\"), or \"call\" it\n"
        "8:12: /tasks/0/do/4/acquire: \"acquire\" takes a lock, a condition or a semaphore, and "
        "this "
        "is always int\n"
        "9:12: /tasks/0/do/5/gather/0: \"gather\" takes a name, or an expression that gives what "
        "is "
        "meant, such as \"tasks[i]\"; \"x{i}\" is text\n");
    scenario_refuse("{'cadran':1,'objects':{'l':{'type':'lock','count':2},\n"
                    "'c':{'type':'condition','lock':'l'},'q':{'type':'queue','count':-1}},\n"
                    "'tasks':[{'name':'t','do':[{'acquire':'l'},\n"
                    "{'new':{'type':'lock','count':2},'as':'x'},{'new':{'type':'lok'},'as':'x'},\n"
                    "{'new':{'type':'lock'}}]}]}",
                    "2:32: /objects/c/lock: a condition shares one lock, and \"l\" is a list\n"
                    "3:39: /tasks/0/do/0/acquire: \"acquire\" takes one, and \"l\" is a list: "
                    "\"l[0]\" is its first lock\n"
                    "4:23: /tasks/0/do/1/new/count: unknown member \"count\": expected \"type\"\n"
                    "4:59: /tasks/0/do/2/new/type: unknown type \"lok\"; did you mean \"lock\"?\n"
                    "5:1: /tasks/0/do/3: missing member \"as\" of step \"new\", as in {\"new\": "
                    "{\"type\": \"lock\"}, \"as\": \"x\"}\n");
    scenario_refuse("{'cadran':1,'objects':{'q':{'type':'queue','count':-1}}}",
                    "1:52: /objects/q/count: count must be from 0 to 536870912, not -1\n");
}

static void test_scenario_faults__objects(void **state) {
    (void)state;
    scenario_refuse(
        "{'cadran':1,'vars':{'x':-1},'objects':{\n"
        "'q':{'type':'qeue'},\n"
        "'x':{'type':'lock'},\n"
        "'l':{'type':'lock','maxsize':1},\n"
        "'c':{'type':'condition','lock':'m'},\n"
        "'d':{}}}",
        "2:13: /objects/q/type: unknown type \"qeue\"; did you mean \"queue\"?\n"
        "3:1: /objects/x: \"x\" is the name of a variable already\n"
        "4:20: /objects/l/maxsize: unknown member \"maxsize\": expected \"type\" or \"count\"\n"
        "5:32: /objects/c/lock: no lock \"m\" is declared before this condition\n"
        "6:5: /objects/d: missing member \"type\", as in {\"type\": \"queue\"}\n");
    scenario_refuse("{'cadran':1,'vars':{'x':-1},'objects':{\n"
                    "'q':{'type':'queue','maxsize':'x'},\n"
                    "'b':{'type':'barrier','parties':0},\n"
                    "'s':{'type':'semaphore','value':1.5}}}",
                    "2:31: /objects/q/maxsize: maxsize must be at least 0, not -1\n"
                    "3:33: /objects/b/parties: parties must be at least 1, not 0\n"
                    "4:33: /objects/s/value: value must be a whole number, not 1.5\n");
}

static void test_scenario_faults__tasks(void **state) {
    (void)state;
    scenario_refuse(
        "{'cadran':1,'coroutines':{'w':{'params':['n','n'],'do':[]},'v':{}},'tasks':[\n"
        "{'do':[]},\n"
        "{'name':'a'},\n"
        "{'name':'b','do':[],'call':'w','args':{'n':1}},\n"
        "{'name':'c','call':'w'},\n"
        "{'name':'d','call':'x','args':1},\n"
        "{'name':'e','do':[],'args':{}},\n"
        "{'name':'f','do':[],'host':'h','cuont':2}]}",
        "1:46: /coroutines/w/params/1: the parameter \"n\" stands twice\n"
        "1:64: /coroutines/v: missing member \"do\", as in {\"do\": [{\"sleep\": 1}]}\n"
        "2:1: /tasks/0: missing member \"name\", as in {\"name\": \"a\", \"do\": [...]}\n"
        "3:1: /tasks/1: a task needs \"do\", its steps, or \"call\", a coroutine\n"
        "4:21: /tasks/2/call: a task has \"do\" or \"call\", not both\n"
        "5:20: /tasks/3/call: coroutine \"w\" needs the argument \"n\"\n"
        "6:20: /tasks/4/call: unknown coroutine \"x\"; one is declared: \"coroutines\": {\"x\": "
        "{\"do\": [...]}}\n"
        "7:21: /tasks/5/args: \"args\" are for the coroutine that \"call\" names\n"
        "8:21: /tasks/6/host: \"host\" is not supported yet\n"
        "8:32: /tasks/6/cuont: unknown member \"cuont\"; did you mean \"count\"?\n");
    scenario_refuse(
        "{'cadran':1,'until':-1,'threads':0,'tasks':[{'name':'a','count':-1,'do':[]}],\n"
        "'signals':[{'at':-1,'signal':'SIGINT'},{'at':1,'signal':'SIGTERM'}]}",
        "2:57: /signals/1/signal: \"SIGTERM\" would end the process: it needs an \"on_signal\"\n");
    scenario_refuse(
        "{'cadran':1,'until':-1,'threads':0,'tasks':[{'name':'a','count':-1,'do':[]}],\n"
        "'signals':[{'at':-1,'signal':'SIGINT'}]}",
        "1:21: /until: until must not be negative\n"
        "1:34: /threads: threads must be from 1 to 1024, not 0\n"
        "1:65: /tasks/0/count: count must be at least 0, not -1\n"
        "2:18: /signals/0/at: a time must not be negative\n");
}

/* --- Steps ----------------------------------------------------------------------------------- */

static void test_scenario_faults__verbs(void **state) {
    (void)state;
    scenario_refuse(STEPS("{'slepe':1}"),
                    "4:2: /tasks/0/do/0/slepe: unknown step \"slepe\"; did you mean \"sleep\"?\n");
    scenario_refuse(
        STEPS("{},\n{'value':1},\n7"),
        "4:1: /tasks/0/do/0: a step needs a verb, such as \"sleep\"\n"
        "5:2: /tasks/0/do/1/value: unknown step \"value\"; docs/scenarios.md has them all, as has "
        "cadran-scenario(5)\n"
        "6:1: /tasks/0/do/2: expected an object, such as {\"sleep\": 1}, found a number\n");
    scenario_refuse(STEPS("{'sleep':1,'print':'x'}"),
                    "4:12: /tasks/0/do/0/print: a step has one verb; this one has \"sleep\" and "
                    "\"print\"\n");
}

static void test_scenario_faults__protocols(void **state) {
    (void)state;
    scenario_refuse(
        "{'cadran':1,'protocols':{'echo':{'params':['n'],\n"
        "'data_recieved':[],\n"
        "'data_received':[{'sleep':1},{'return':1}],\n"
        "'eof_received':[{'call_soon':[{'return':1}]}]}},\n"
        "'tasks':[{'name':'a','do':[\n"
        "{'create_server':'ecco','port':0},\n"
        "{'create_server':'echo','port':0},\n"
        "{'create_server':'echo','port':0,'args':{'m':1,'n':1}},\n"
        "{'create_datagram_endpoint':'echo','args':{'n':1}}]}]}",
        "2:1: /protocols/echo/data_recieved: unknown member \"data_recieved\"; did you "
        "mean \"data_received\"?\n"
        "3:18: /protocols/echo/data_received/0: \"sleep\" may wait, and cannot stand in "
        "a protocol\n"
        "4:31: /protocols/echo/eof_received/0/call_soon/0: \"return\" is for "
        "coroutines, and cannot stand in a callback\n"
        "6:18: /tasks/0/do/0/create_server: unknown protocol \"ecco\"; did you mean "
        "\"echo\"?\n"
        "7:1: /tasks/0/do/1: protocol \"echo\" needs the argument \"n\"\n"
        "8:42: /tasks/0/do/2/args/m: unknown argument \"m\": expected \"n\"\n"
        "9:1: /tasks/0/do/3: missing member \"port\" of step "
        "\"create_datagram_endpoint\", or \"to\"\n");
}

static void test_scenario_faults__members(void **state) {
    (void)state;
    scenario_refuse(
        STEPS("{'sequence':'x','dealy':1},\n{'while':'v'},\n{'repeat':'forver','do':[]}"),
        "4:17: /tasks/0/do/0/dealy: unknown member \"dealy\"; did you mean "
        "\"delay\"?\n"
        "5:1: /tasks/0/do/1: missing member \"do\" of step \"while\", as in {\"while\": \"x > 0\", "
        "\"do\": [...]}\n"
        "6:11: /tasks/0/do/2/repeat: unknown name \"forver\"; did you mean "
        "\"forever\"?\n");
    scenario_refuse(STEPS("{'sleep':'v +'},\n{'repeat':2.5,'do':[]},\n{'start_timer':false},\n"
                          "{'wait':[],'return_when':'ALL'},\n{'sleep':null}"),
                    "4:14: /tasks/0/do/0/sleep: expected a value, but the expression ends here\n"
                    "    v +\n       ^\n"
                    "5:11: /tasks/0/do/1/repeat: repeat must be a whole number, not 2.5\n"
                    "6:16: /tasks/0/do/2/start_timer: expected true\n"
                    "7:26: /tasks/0/do/3/return_when: unknown condition \"ALL\": expected "
                    "\"ALL_COMPLETED\", \"FIRST_COMPLETED\" or \"FIRST_EXCEPTION\"\n"
                    "8:10: /tasks/0/do/4/sleep: \"sleep\" takes a time, such as 1.5 or \"200ms\", "
                    "not null\n");
}

static void test_scenario_faults__names(void **state) {
    (void)state;
    scenario_refuse(
        STEPS("{'put':'l'},\n{'get':'qq'},\n{'cancel':'x3'},\n{'cancel':'t3'},\n"
              "{'set_result':'t3'},\n{'uncancel':'f'}"),
        "4:8: /tasks/0/do/0/put: \"put\" takes a queue; \"l\" is a lock\n"
        "5:8: /tasks/0/do/1/get: unknown name \"qq\": expected a queue, such as \"q\"\n"
        "6:11: /tasks/0/do/2/cancel: unknown name \"x3\": expected a future, a task or a handle, "
        "such as \"f\"\n"
        "8:15: /tasks/0/do/4/set_result: \"set_result\" takes a future; \"t3\" is a task\n"
        "9:13: /tasks/0/do/5/uncancel: \"uncancel\" takes a task; \"f\" is a future\n");
    scenario_refuse(STEPS("{'print':'{duratoin}'},\n{'let':{'duration':1,'max':2}},\n"
                          "{'assign':{'vv':1}},\n{'get':'q','as':'a b'}"),
                    "4:12: /tasks/0/do/0/print: unknown name \"duratoin\"; did you mean "
                    "\"duration\"?\n    duratoin\n    ^~~~~~~~\n"
                    "6:12: /tasks/0/do/2/assign/vv: unknown scenario variable \"vv\"; \"vars\" "
                    "declares those, and \"let\" sets a variable of the task\n"
                    "7:17: /tasks/0/do/3/as: \"a b\" cannot be a name: letters, digits and _, no "
                    "digit first, and no word of the expressions\n");
    scenario_refuse(STEPS("{'spawn':'x'},\n{'call':'w','args':{'m':1}},\n{'spawn':'w'}"),
                    "4:10: /tasks/0/do/0/spawn: unknown coroutine \"x\"; one is declared: "
                    "\"coroutines\": {\"x\": {\"do\": [...]}}\n"
                    "5:20: /tasks/0/do/1/args: coroutine \"w\" needs the argument \"n\"\n"
                    "5:21: /tasks/0/do/1/args/m: unknown argument \"m\": expected \"n\"\n"
                    "6:1: /tasks/0/do/2: coroutine \"w\" needs the argument \"n\"\n");
}

static void test_scenario_faults__tasks_by_number(void **state) {
    (void)state;
    scenario_refuse(STEPS("{'spawn':'w','args':{'n':1},'index':'k'},\n"
                          "{'spawn':'w','args':{'n':1},'count':1.5},\n"
                          "{'wait':'e','as':['a','b']},\n{'wait':['t1'],'as':['a']},\n"
                          "{'gather':'nobody'},\n{'cancel':'v[0'}"),
                    "4:29: /tasks/0/do/0/index: \"index\" counts the tasks of a \"count\"\n"
                    "5:37: /tasks/0/do/1/count: count must be a whole number, not 1.5\n"
                    "6:18: /tasks/0/do/2/as: this \"wait\" gives one value; two are for a list of "
                    "tasks\n"
                    "7:21: /tasks/0/do/3/as: expected two variables, for those that are done and "
                    "those that are pending\n"
                    "8:12: /tasks/0/do/4/gather: unknown name \"nobody\"\n    nobody\n    ^~~~~~\n"
                    "9:13: /tasks/0/do/5/cancel: this \"[\" is not closed\n    v[0\n     ^\n");
}

static void test_scenario_faults__exceptions(void **state) {
    (void)state;
    scenario_refuse(
        STEPS("{'try':[],'except':{'TimeoutEror':[],'a b':[],'Mine':[]}},\n{'try':[]},\n"
              "{'raise':true},\n{'raise':false},\n{'raise':'a b'}"),
        "4:21: /tasks/0/do/0/except/TimeoutEror: nothing raises \"TimeoutEror\"; did "
        "you mean \"TimeoutError\"?\n"
        "4:38: /tasks/0/do/0/except/a b: \"a b\" cannot be the name of an exception\n"
        "4:47: /tasks/0/do/0/except/Mine: this branch never runs: nothing raises \"Mine\"\n"
        "5:1: /tasks/0/do/1: a try needs \"except\", \"except*\" or \"finally\"\n"
        "6:10: /tasks/0/do/2/raise: there is no exception to raise again: this is no "
        "branch of an \"except\"\n"
        "7:10: /tasks/0/do/3/raise: expected true\n"
        "8:10: /tasks/0/do/4/raise: \"a b\" cannot be the name of an exception\n");
    scenario_refuse(
        STEPS("{'try':[],'except*':{'ExceptionGroup':[]}},\n"
              "{'try':[],'except*':{'*':[]},'except':{'*':[]}},\n"
              "{'while':1,'do':[{'try':[],'except*':{'*':[{'break':true},\n"
              "{'while':1,'do':[{'continue':true},{'return':1}]},{'continue':true}]}}]}"),
        "4:22: /tasks/0/do/0/except*/ExceptionGroup: \"except*\" looks at the members of a group; "
        "\"ExceptionGroup\" itself is for \"except\"\n"
        "5:11: /tasks/0/do/1/except*: a try has \"except\" or \"except*\", not both\n"
        "6:44: /tasks/0/do/2/do/0/except*/*/0: \"break\" cannot stand in a branch of \"except*\", "
        "as in Python\n"
        "7:36: /tasks/0/do/2/do/0/except*/*/1/do/1: \"return\" cannot stand in a branch of "
        "\"except*\", as in Python\n"
        "7:51: /tasks/0/do/2/do/0/except*/*/2: \"continue\" cannot stand in a branch of "
        "\"except*\", as in Python\n");
    scenario_refuse(STEPS("{'try':[],'except':{'*':[{'raise':true,'message':'m'}]}}"),
                    "4:40: /tasks/0/do/0/except/*/0/message: an exception that is raised again "
                    "keeps its message\n");
}

static void test_scenario_faults__where_a_step_may_stand(void **state) {
    (void)state;
    scenario_refuse(
        STEPS("{'call_soon':[{'sleep':1},{'return':1},{'raise':true}]},\n"
              "{'reschedule':1},\n{'wait':'e','timeout':1}"),
        "4:15: /tasks/0/do/0/call_soon/0: \"sleep\" may wait, and cannot stand in a "
        "callback\n"
        "4:27: /tasks/0/do/0/call_soon/1: \"return\" is for coroutines, and cannot "
        "stand in a callback\n"
        "4:49: /tasks/0/do/0/call_soon/2/raise: there is no exception to raise again: "
        "this is no branch of an \"except\"\n"
        "5:1: /tasks/0/do/1: \"reschedule\" is for the steps of a \"timeout\"; elsewhere "
        "\"scope\" says which, as its \"as\" names it\n"
        "6:13: /tasks/0/do/2/timeout: \"timeout\" is for a \"wait\" for a list of "
        "tasks; around this one, use a \"timeout\" step\n");
    scenario_refuse(
        STEPS("{'break':true},\n{'while':1,'do':[{'call_soon':[{'continue':true}]}]},\n"
              "{'for':'x','in':'[1]','do':[{'break':false}]}"),
        "4:1: /tasks/0/do/0: \"break\" is for the steps of a loop: \"for\", \"while\", "
        "\"repeat\" or \"as_completed\"\n"
        "5:32: /tasks/0/do/1/do/0/call_soon/0: \"continue\" is for the steps of a loop: "
        "\"for\", \"while\", \"repeat\" or \"as_completed\"\n"
        "6:38: /tasks/0/do/2/do/0/break: expected true\n");
    scenario_refuse(
        "{'cadran':1,'setup':[{'sleep':1}],'on_interrupt':[{'if':1,'then':[{'sleep':1}]}]}",
        "1:22: /setup/0: \"sleep\" may wait, and cannot stand in setup\n"
        "1:67: /on_interrupt/0/then/0: \"sleep\" may wait, and cannot stand in "
        "on_interrupt\n");
}

static void test_scenario_faults__expectations(void **state) {
    (void)state;
    scenario_refuse(
        "{'cadran':1,'tasks':[{'name':'job{i}','count':2,'do':[]}],'expect':{\n"
        "'outcome':'done',\n'makespan':{'mix':1},\n'order':[['a']],\n"
        "'always':['1 "
        "<'],\n'tasks':{'jbo1':'returned','job1':'dead'},\n'stdout':'x',\n'golden':1}}",
        "2:11: /expect/outcome: unknown outcome \"done\": expected \"complete\", "
        "\"failed\", \"deadlock\", \"interrupted\", \"stopped\" or \"limit\"\n"
        "3:13: /expect/makespan/mix: unknown member \"mix\"; did you mean \"min\"?\n"
        "4:10: /expect/order/0: expected two texts: the one that is printed first, "
        "and the one that is printed after it\n"
        "5:15: /expect/always/0: expected a value, but the expression ends here\n"
        "    1 <\n       ^\n"
        "6:10: /expect/tasks/jbo1: unknown task \"jbo1\"\n"
        "6:35: /expect/tasks/job1: \"dead\" is no way to end: expected \"returned\", "
        "\"failed\", \"cancelled\", \"pending\" or the name of an exception\n"
        "7:10: /expect/stdout: expected an array, such as [\"a line\"], found a string\n"
        "8:10: /expect/golden: expected true or false, found a number\n");
}

/* --- The command line ------------------------------------------------------------------------ */

static void test_scenario_faults__overrides(void **state) {
    (void)state;
    run_override overrides[] = {{"jbos", "1"}, {"jobs", "2 +"}};
    run_machine_options options = scenario_options();
    options.overrides = overrides;
    options.override_count = 2;
    scenario_run run = scenario_play("{'cadran':1,'vars':{'jobs':1}}", &options);
    assert_int_equal(run.error, CAD_EINVAL);
    assert_string_equal(run.faults,
                        "s: cannot set \"jbos\": the scenario has no such variable; did you mean "
                        "\"jobs\"?\n"
                        "s: cannot set \"jobs\": expected a value, but the expression ends here\n"
                        "    2 +\n"
                        "       ^\n");
    scenario_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_scenario_faults__each_type_of_objects_has_a_row, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__document, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__variables, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__the_main_task, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__variables_may_have_names_of_functions,
                                  teardown),
        cmocka_unit_test_teardown(test_scenario_faults__an_object_passed_as_text, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__a_text_passed_as_a_number, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__what_is_no_object, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__objects, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__tasks, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__verbs, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__protocols, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__members, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__names, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__tasks_by_number, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__exceptions, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__where_a_step_may_stand, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__expectations, teardown),
        cmocka_unit_test_teardown(test_scenario_faults__overrides, teardown),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
