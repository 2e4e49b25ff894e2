/* value.h - the values of the scenario language: numbers, strings, True, False, None, and
 * references to what a run is made of (tasks, queues, ...).
 *
 * A value is 64 bits, and fits in the void * that the engine's queues and futures carry. Numbers
 * are doubles; arithmetic, comparison and printing follow Python, where a double that is whole
 * stands for an int.
 *
 * Ownership: strings and references are counted. A function that returns a value through a
 * pointer, or as its result, gives a reference to the caller, who ends with sim_value_unref();
 * arguments are borrowed. For all other values ref and unref do nothing.
 */
#ifndef SIM_SCENARIO_VALUE_H
#define SIM_SCENARIO_VALUE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cadran.h"
#include "scenario/alloc.h"

/* The bits: a double plus 2^48, which leaves the first 2^48 numbers unused by any double (its NaN
 * is always the one of sim_number()). There, the low three bits tell what the rest is:
 *   0      None is 0, False 8, True 16, unset 24
 *   1      a pointer to a string
 *   2..7   a pointer to a reference of kind 0..5
 * None is 0, so that memory that was zeroed, and a NULL from the engine, is None. */
typedef uint64_t sim_value;

#define SIM_NONE ((sim_value)0)
#define SIM_FALSE ((sim_value)8)
#define SIM_TRUE ((sim_value)16)
#define SIM_UNSET ((sim_value)24) /* no value of the language: a variable that has none yet */

#define SIM_VALUE_DOUBLE_OFFSET ((uint64_t)1 << 48)
#define SIM_VALUE_STRING_TAG 1
#define SIM_VALUE_REFERENCE_TAG 2
#define SIM_REFERENCE_KINDS 6
#define SIM_STRING_MAX_BYTES ((size_t)64 << 20)

static_assert(sizeof(void *) == sizeof(sim_value), "a value must fit in a pointer");

/* Python's NameError, which the engine has no code for: far from the numbers that the scenario's
 * own exceptions get. */
#define SIM_ENAME (CAD_EUSER - 1000000)

/* What went wrong while values were computed: SIM_ENAME or a CAD_E... code, and Python's words. */
typedef struct sim_error {
    int code;
    char message[236];
} sim_error;

/* Fills in *error and returns the code. Too long a message is cut between two characters. */
int sim_error_set(sim_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* CAD_ENOMEM. */
int sim_error_memory(sim_error *error);

/* --- Numbers, True, False, None ------------------------------------------------------------ */

static inline sim_value sim_number(double number) {
    uint64_t bits;
    if (number != number)
        return UINT64_C(0x7ff8000000000000) + SIM_VALUE_DOUBLE_OFFSET;
    memcpy(&bits, &number, sizeof bits);
    return bits + SIM_VALUE_DOUBLE_OFFSET;
}

static inline bool sim_is_number(sim_value value) {
    return value >= SIM_VALUE_DOUBLE_OFFSET;
}

/* Of a value that is a number. */
static inline double sim_to_double(sim_value value) {
    double number;
    assert(sim_is_number(value));
    value -= SIM_VALUE_DOUBLE_OFFSET;
    memcpy(&number, &value, sizeof number);
    return number;
}

static inline sim_value sim_boolean(bool truth) {
    return truth ? SIM_TRUE : SIM_FALSE;
}

static inline bool sim_is_boolean(sim_value value) {
    return value == SIM_TRUE || value == SIM_FALSE;
}

/* --- Strings -------------------------------------------------------------------------------- */

typedef struct sim_string {
    uint32_t references;
    uint32_t length; /* in bytes, without the '\0' at the end */
    char text[];     /* UTF-8; may contain '\0' */
} sim_string;

/* A new string value; CAD_ENOMEM when memory runs out or length is above SIM_STRING_MAX_BYTES. */
int sim_string_new(const char *text, size_t length, sim_value *value);

static inline bool sim_is_string(sim_value value) {
    return (value & 7) == SIM_VALUE_STRING_TAG && !sim_is_number(value);
}

/* Of a value that is a string; borrowed. */
static inline const sim_string *sim_to_string(sim_value value) {
    assert(sim_is_string(value));
    return (const sim_string *)(uintptr_t)(value - SIM_VALUE_STRING_TAG);
}

/* --- References ----------------------------------------------------------------------------- */

/* What a kind of reference means. Each member may be NULL. */
typedef struct sim_reference_kind {
    const char *(*type_name)(const void *pointer); /* "Task", "Queue", for messages */
    void (*ref)(void *pointer);
    void (*unref)(void *pointer);
    /* Appends what printing it shows; 0 or CAD_ENOMEM. */
    int (*show)(const void *pointer, sim_buffer *buffer);
} sim_reference_kind;

/* Gives kinds 0 to `count` - 1 (at most SIM_REFERENCE_KINDS) their meaning; for the whole program.
 * The table must stay. */
void sim_reference_kinds(const sim_reference_kind *kinds, size_t count);

/* A value for `pointer`, which is 8-aligned and not NULL; takes over the caller's reference. */
static inline sim_value sim_reference(unsigned kind, const void *pointer) {
    uint64_t bits = (uint64_t)(uintptr_t)pointer;
    assert(kind < SIM_REFERENCE_KINDS && bits != 0 && (bits & 7) == 0 && bits >> 48 == 0);
    return bits + SIM_VALUE_REFERENCE_TAG + kind;
}

static inline bool sim_is_reference(sim_value value) {
    return (value & 7) >= SIM_VALUE_REFERENCE_TAG && !sim_is_number(value);
}

/* Of a value that is a reference. */
static inline unsigned sim_to_kind(sim_value value) {
    assert(sim_is_reference(value));
    return (unsigned)(value & 7) - SIM_VALUE_REFERENCE_TAG;
}

static inline void *sim_to_pointer(sim_value value) {
    assert(sim_is_reference(value));
    return (void *)(uintptr_t)(value & ~(uint64_t)7);
}

/* --- Counting, and travelling through the engine -------------------------------------------- */

/* True for what is counted: strings and references. */
static inline bool sim_is_counted(sim_value value) {
    return !sim_is_number(value) && (value & 7) != 0;
}

void sim_value_ref_counted(sim_value value);
void sim_value_unref_counted(sim_value value);

/* Returns the value. */
static inline sim_value sim_value_ref(sim_value value) {
    if (sim_is_counted(value))
        sim_value_ref_counted(value);
    return value;
}

static inline void sim_value_unref(sim_value value) {
    if (sim_is_counted(value))
        sim_value_unref_counted(value);
}

/* As the void * of a queue's item or a future's result, and back. NULL is None. The reference
 * travels along. */
static inline void *sim_value_pack(sim_value value) {
    return (void *)(uintptr_t)value;
}

static inline sim_value sim_value_unpack(const void *pointer) {
    return (sim_value)(uintptr_t)pointer;
}

/* --- What Python does with them ------------------------------------------------------------- */

/* type(value).__name__: "int" for a number that is whole, "float", "str", "bool", "NoneType", or
 * what the reference's kind says. */
const char *sim_value_type_name(sim_value value);

/* bool(value). */
bool sim_value_truth(sim_value value);

/* a == b. */
bool sim_value_equal(sim_value a, sim_value b);

/* Appends what printing the value shows: a string as it is, a whole number below 1e16 without a
 * decimal point, any other number as repr() has it. 0 or CAD_ENOMEM. */
int sim_value_show(sim_value value, sim_buffer *buffer);

enum sim_operator {
    SIM_ADD,
    SIM_SUBTRACT,
    SIM_MULTIPLY,
    SIM_DIVIDE,
    SIM_FLOOR_DIVIDE,
    SIM_MODULO,
    SIM_POWER,
    SIM_LESS,
    SIM_LESS_EQUAL,
    SIM_GREATER,
    SIM_GREATER_EQUAL,
    SIM_EQUAL,
    SIM_NOT_EQUAL,
    SIM_IN,
    SIM_NOT_IN,
    SIM_IS,
    SIM_IS_NOT,
};

/* a <operator> b. Errors: CAD_ETYPE, CAD_EZERODIVISION, CAD_EOVERFLOW, CAD_EINVAL, CAD_ENOMEM. */
int sim_value_binary(enum sim_operator operator, sim_value a, sim_value b, sim_value *result,
                     sim_error *error);

/* -a. CAD_ETYPE. */
int sim_value_negate(sim_value a, sim_value *result, sim_error *error);

/* a < b for the engine's priority queues: 1, 0, or an error as sim_value_binary() has it. */
int sim_value_less(sim_value a, sim_value b, sim_error *error);

/* A number or boolean as a double: CAD_ETYPE, `must be real number, not str`. */
int sim_value_double(sim_value value, double *number, sim_error *error);

/* Seconds as whole nanoseconds, rounded to nearest, ties to even. CAD_ETYPE; CAD_EINVAL for nan;
 * CAD_EOVERFLOW beyond 292 years. */
int sim_value_nanoseconds(sim_value value, int64_t *nanoseconds, sim_error *error);

/* A whole number within +-2^53. `what` names it in the message: `count must be a whole number, not
 * 2.5`. CAD_ETYPE for what is no number, CAD_EINVAL for a number that is not whole. */
int sim_value_whole(sim_value value, const char *what, int64_t *whole, sim_error *error);

#endif
