/* The step that makes an object while the program runs. */
#include "run/objects.h"

#include <inttypes.h>

#include "program/compile.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/values.h"

static int evaluate_size(run_job *job, const prog_object *object, int64_t *size) {
    const prog_object_member *member = run_object_size(object->type);
    expr_error error;
    *size = prog_object_kinds[object->type].size;
    if (object->size.value == NULL)
        return 0;
    int result = run_evaluate_whole(job, object->size.value, member->name, size);
    if (result != 0 || *size >= member->least)
        return result;
    (void)expr_error_set(&error, CAD_EINVAL, "%s must be at least %" PRId64 ", not %" PRId64,
                         member->name, member->least, *size);
    return prog_raise(error.code, error.message);
}

/* The lock that a condition is given; NULL: none. */
static int find_lock(run_job *job, const prog_object *object, expr_value *given,
                     run_instance **lock) {
    const prog_object *found;
    *given = EXPR_NONE;
    *lock = NULL;
    if (object->given == NULL)
        return 0;
    int error = run_take(job, object->given, given);
    if (error == 0)
        error = run_value_object(job, *given, "lock", PROG_IS(PROG_LOCK), &found, lock);
    if (error != 0)
        expr_value_unref(*given);
    return error;
}

/* Operand 0: the object; 1: the variable that it is in. It is called lock-1, lock-2, ... */
static int begin_new(run_job *job, const prog_instruction *in) {
    run_machine *machine = job->machine;
    const prog_object *object = in->operands[0].object;
    expr_value value, given;
    run_instance *lock;
    int64_t size;
    int error = evaluate_size(job, object, &size);
    if (error == 0)
        error = find_lock(job, object, &given, &lock);
    if (error != 0)
        return error;
    base_buffer_clear(&machine->text);
    error = base_buffer_format(&machine->text, "%s-%" PRIu64, object->name,
                               ++machine->made_counts[object->type]);
    if (error == 0)
        error = run_object_new(machine, object, size, lock, machine->text.data, &value);
    if (error == 0)
        run_store(job, in->operands[1].slot, value);
    expr_value_unref(given);
    return error;
}

const prog_step step_new = {
    .operation = {"new", begin_new, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .members = {{NULL, PROG_MEMBER_OBJECT, PROG_REQUIRED, 0,
                 "its type, and what `objects` has for it"},
                {"as", PROG_MEMBER_VARIABLE, PROG_REQUIRED, 0, "the object"}},
    .python = "asyncio.Lock(), loop.create_future(), ...",
    .summary = "Makes an object, which is a value like any other, and is freed when nobody has it "
               "any more.",
    .example = "[{\"new\": {\"type\": \"future\"}, \"as\": \"reply\"},"
               " {\"put\": \"queue\", \"value\": \"{reply}\"},"
               " {\"get\": \"queue\", \"as\": \"f\"}, {\"set_result\": \"f\", \"value\": 42},"
               " {\"await\": \"reply\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
};
