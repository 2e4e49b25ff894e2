/* names.h - what the names in a step stand for.
 *
 * Those that return an int return 0 or an error, and have then raised it.
 */
#ifndef RUN_NAMES_H
#define RUN_NAMES_H

#include "run/job.h"

/* Futures that a step waits for. */
typedef struct run_futures {
    uint32_t references;
    uint32_t count;
    expr_value values; /* the list of what stood for them; None: nobody wants to know */
    cad_future *items[];
} run_futures;

/* What a name, or an expression, stands for; a reference of the caller's. CAD_EKEY when it stands
 * for nothing. */
int run_take(run_job *job, const prog_target *target, expr_value *value);
/* What a value is not, in Python's words: it has no method `verb`; it cannot stand in an `await`
 * expression; it is no future. Raises AttributeError or TypeError. Of the text that is an object's
 * name it says how the object itself is passed. */
enum run_lack { RUN_LACKS_METHOD, RUN_LACKS_AWAIT, RUN_LACKS_FUTURE };
int run_raise_type(const run_job *job, enum run_lack lack, expr_value value, const char *verb);
/* Whether a value is a text that is the name of one of the document's objects: it was passed
 * without braces, most likely. */
bool run_names_object(const run_machine *machine, expr_value value);
/* The task or future that a name stands for, or an expression, which makes none: borrowed from who
 * has it. `lack` is what it is otherwise. */
int run_find_future(run_job *job, const prog_target *target, enum run_lack lack, const char *verb,
                    cad_future **future);
/* The same of a value. */
int run_value_future(const run_job *job, expr_value value, enum run_lack lack, const char *verb,
                     cad_future **future);
/* Who wants several futures: gather() takes one as often as it is named, the others once; each has
 * words of its own for what is no list of futures. */
enum run_many { RUN_GATHER, RUN_WAIT, RUN_EACH };
/* All that stand in a step, with room for one more; the caller's. `keep`: the values, too. */
int run_find_futures(run_job *job, const prog_targets *targets, enum run_many many, bool keep,
                     run_futures **futures);
/* The same of a value, which is no list perhaps. */
int run_list_futures(run_job *job, expr_value value, enum run_many many, bool keep,
                     run_futures **futures);
/* The object that operand 0 names, which is of one of the types `accepts`. */
int run_find_object(run_job *job, const prog_instruction *in, uint32_t accepts,
                    const prog_object **object, run_instance **instance);
/* The same where one type is accepted. */
int run_find_instance(run_job *job, const prog_instruction *in, enum prog_object_type type,
                      run_instance **instance);
/* The same of a value. */
int run_value_object(const run_job *job, expr_value value, const char *verb, uint32_t accepts,
                     const prog_object **object, run_instance **instance);
/* The one that run_find_object() found for a step that has waited since: what the operand says may
 * have become another one meanwhile, and may not be evaluated twice. */
run_instance *run_found_object(const run_job *job, const prog_instruction *in);

/* Notes in machine->holds that the task which runs has taken something at an instruction; that it
 * has given something back. */
void run_note_taken(run_job *job, run_instance *instance, const prog_instruction *in);
void run_note_given(run_job *job, run_instance *instance);

run_futures *run_futures_new(size_t room); /* NULL: no memory */
bool run_is_task(const cad_future *future);

#endif
