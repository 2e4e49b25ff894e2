/* value.h - the values of the scenario language: numbers, strings, lists, tuples, True, False,
 * None, and references to what a run is made of (tasks, queues, ...).
 *
 * A value is 64 bits, and fits in the void * that the engine's queues and futures carry. Numbers
 * are doubles; arithmetic, comparison and printing follow Python. A double that is whole stands for
 * an int, unless it came of a float: 3.0, 6 / 2 and 250ms * 4 are floats below 2^50, beyond which
 * the two are one. They print as the int does, and serve as a count, but are no index, and times no
 * text.
 *
 * Nothing in the language changes a list, so that one is shared as a string is, and holds only what
 * was there before it: there are no circles. How deep lists stand in one another has no bound; they
 * are given back by a loop, and printed and compared as deep as EXPR_NESTING_MAX.
 *
 * Ownership: strings, lists and references are counted. A function that returns a value through a
 * pointer, or as its result, gives a reference to the caller, who ends with expr_value_unref();
 * arguments are borrowed. For all other values ref and unref do nothing.
 */
#ifndef EXPRESSION_VALUE_H
#define EXPRESSION_VALUE_H

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "cadran.h"

/* The bits: a double plus 2^48, which leaves the first 2^48 numbers unused by any double (its NaN
 * is always the one of expr_number()). There, the low three bits tell what the rest is:
 *   0      None is 0, False 8, True 16, unset 24
 *   1      a pointer to a sequence: a string, a list, a tuple
 *   2..7   a pointer to a reference of kind 0..5
 * The last 2^51 numbers are no double either: they are the whole floats from -2^50 up, in order.
 * None is 0, so that memory that was zeroed, and a NULL from the engine, is None. */
typedef uint64_t expr_value;

#define EXPR_NONE ((expr_value)0)
#define EXPR_FALSE ((expr_value)8)
#define EXPR_TRUE ((expr_value)16)
#define EXPR_UNSET ((expr_value)24) /* no value of the language: a variable that has none yet */

#define EXPR_VALUE_DOUBLE_OFFSET ((uint64_t)1 << 48)
#define EXPR_VALUE_WHOLE_FLOATS ((uint64_t)0xfff8 << 48)
#define EXPR_WHOLE_FLOAT_LIMIT ((int64_t)1 << 50)
#define EXPR_VALUE_SEQUENCE_TAG 1
#define EXPR_VALUE_REFERENCE_TAG 2
#define EXPR_REFERENCE_KINDS 6
#define EXPR_STRING_MAX_BYTES ((size_t)64 << 20)
#define EXPR_LIST_MAX_ITEMS ((size_t)1 << 29)
#define EXPR_NESTING_MAX 4000

static_assert(sizeof(void *) == sizeof(expr_value), "a value must fit in a pointer");

/* Python's NameError and IndexError, which the engine has no codes for: far from the numbers that
 * the scenario's own exceptions get. */
#define EXPR_ENAME (CAD_EUSER - 1000000)
#define EXPR_EINDEX (CAD_EUSER - 1000001)

/* What went wrong while values were computed: one of these or a CAD_E... code, and Python's words.
 */
typedef struct expr_error {
    int code;
    char message[236];
    const struct expr_part *part; /* of an expression, where it went wrong; NULL: not known ... */
    char note[236];               /* ... and what Python's words leave out; "": nothing */
} expr_error;

/* Fills in *error, whose part is not known then, and returns the code. Too long a message is cut
 * between two characters. */
int expr_error_set(expr_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* CAD_ENOMEM. */
int expr_error_memory(expr_error *error);
/* Fills in error->note, which is cut as a message is. */
void expr_error_note(expr_error *error, const char *note);

/* --- Numbers, True, False, None ------------------------------------------------------------ */

/* A number that is an int where it is whole. */
static inline expr_value expr_number(double number) {
    uint64_t bits;
    if (number != number)
        return UINT64_C(0x7ff8000000000000) + EXPR_VALUE_DOUBLE_OFFSET;
    memcpy(&bits, &number, sizeof bits);
    return bits + EXPR_VALUE_DOUBLE_OFFSET;
}

static inline bool expr_is_number(expr_value value) {
    return value >= EXPR_VALUE_DOUBLE_OFFSET;
}

/* A number as it is in a double, not one of the whole floats. */
static inline bool expr_is_plain(expr_value value) {
    return value - EXPR_VALUE_DOUBLE_OFFSET < EXPR_VALUE_WHOLE_FLOATS - EXPR_VALUE_DOUBLE_OFFSET;
}

/* Of a value that is plain. */
static inline double expr_plain_double(expr_value value) {
    double number;
    assert(expr_is_plain(value));
    value -= EXPR_VALUE_DOUBLE_OFFSET;
    memcpy(&number, &value, sizeof number);
    return number;
}

/* Of a value that is a number. */
static inline double expr_to_double(expr_value value) {
    assert(expr_is_number(value));
    if (expr_is_plain(value))
        return expr_plain_double(value);
    return (double)((int64_t)(value - EXPR_VALUE_WHOLE_FLOATS) - EXPR_WHOLE_FLOAT_LIMIT);
}

/* Whether a number is whole; the int64_t holds it then. */
static inline bool expr_is_whole_double(double number) {
    return fabs(number) < 9e18 && number == (double)(int64_t)number;
}

/* The whole number next to it; of one beyond 2^51 any. So large a sum has no room for a fraction.
 */
static inline double expr_rounded(double number) {
    const double large = 0x1.8p52;
    return number + large - large;
}

/* Whether both are whole, as two additions tell; false also of some that are very large. */
static inline bool expr_are_whole_doubles(double a, double b) {
    return expr_rounded(a) == a && expr_rounded(b) == b;
}

/* A number that is a float, also where it is whole. */
static inline expr_value expr_float(double number) {
    int64_t limit = EXPR_WHOLE_FLOAT_LIMIT;
    if (!(number >= (double)-limit && number < (double)limit) || number != (double)(int64_t)number)
        return expr_number(number);
    return EXPR_VALUE_WHOLE_FLOATS + (uint64_t)((int64_t)number + limit);
}

static inline expr_value expr_boolean(bool truth) {
    return truth ? EXPR_TRUE : EXPR_FALSE;
}

static inline bool expr_is_boolean(expr_value value) {
    return value == EXPR_TRUE || value == EXPR_FALSE;
}

/* --- Sequences ------------------------------------------------------------------------------ */

enum expr_sequence_kind { EXPR_STRING, EXPR_LIST, EXPR_TUPLE };

/* What they begin with. */
typedef struct expr_sequence {
    uint32_t references;
    uint32_t kind : 2;    /* enum expr_sequence_kind */
    uint32_t length : 30; /* of a string in bytes, without the '\0' at the end */
} expr_sequence;

typedef struct expr_string {
    expr_sequence sequence;
    char text[]; /* UTF-8; may contain '\0' */
} expr_string;

/* A list or a tuple. */
typedef struct expr_list {
    expr_sequence sequence;
    struct expr_list *next; /* of those that are to be given back */
    expr_value items[];
} expr_list;

/* A new string value; CAD_ENOMEM when memory runs out or length is above EXPR_STRING_MAX_BYTES. */
int expr_string_new(const char *text, size_t length, expr_value *value);

/* A new list or tuple, which takes references of its own; CAD_ENOMEM likewise. */
int expr_list_new(enum expr_sequence_kind kind, const expr_value *items, size_t count,
                  expr_value *value);

/* A list of so many None, which is filled in before anybody else has it: takes over the item's
 * reference. CAD_ENOMEM likewise. */
int expr_list_blank(size_t count, expr_value *value);
void expr_list_put(expr_value list, size_t index, expr_value item);

static inline bool expr_is_sequence(expr_value value) {
    return (value & 7) == EXPR_VALUE_SEQUENCE_TAG && !expr_is_number(value);
}

/* Of a value that is a sequence; borrowed, as are the next two. */
static inline const expr_sequence *expr_to_sequence(expr_value value) {
    assert(expr_is_sequence(value));
    return (const expr_sequence *)(uintptr_t)(value - EXPR_VALUE_SEQUENCE_TAG);
}

static inline bool expr_is_string(expr_value value) {
    return expr_is_sequence(value) && expr_to_sequence(value)->kind == EXPR_STRING;
}

/* Of a value that is a string. */
static inline const expr_string *expr_to_string(expr_value value) {
    assert(expr_is_string(value));
    return (const expr_string *)(const void *)expr_to_sequence(value);
}

/* A list or a tuple. */
static inline bool expr_is_list(expr_value value) {
    return expr_is_sequence(value) && expr_to_sequence(value)->kind != EXPR_STRING;
}

/* Of a value that is a list or a tuple. */
static inline const expr_list *expr_to_list(expr_value value) {
    assert(expr_is_list(value));
    return (const expr_list *)(const void *)expr_to_sequence(value);
}

/* --- References ----------------------------------------------------------------------------- */

/* What a kind of reference means. Each member may be NULL. */
typedef struct expr_reference_kind {
    const char *(*type_name)(const void *pointer); /* "Task", "Queue", for messages */
    void (*ref)(void *pointer);
    void (*unref)(void *pointer);
    /* Appends what printing it shows; 0 or CAD_ENOMEM. */
    int (*show)(const void *pointer, base_buffer *buffer);
    /* The same inside a list; NULL: as show() has it. */
    int (*repr)(const void *pointer, base_buffer *buffer);
} expr_reference_kind;

/* Gives kinds 0 to `count` - 1 (at most EXPR_REFERENCE_KINDS) their meaning; for the whole program.
 * The table must stay. */
void expr_reference_kinds(const expr_reference_kind *kinds, size_t count);

/* A value for `pointer`, which is 8-aligned and not NULL; takes over the caller's reference. */
static inline expr_value expr_reference(unsigned kind, const void *pointer) {
    uint64_t bits = (uint64_t)(uintptr_t)pointer;
    assert(kind < EXPR_REFERENCE_KINDS && bits != 0 && (bits & 7) == 0 && bits >> 48 == 0);
    return bits + EXPR_VALUE_REFERENCE_TAG + kind;
}

static inline bool expr_is_reference(expr_value value) {
    return (value & 7) >= EXPR_VALUE_REFERENCE_TAG && !expr_is_number(value);
}

/* Of a value that is a reference. */
static inline unsigned expr_to_kind(expr_value value) {
    assert(expr_is_reference(value));
    return (unsigned)(value & 7) - EXPR_VALUE_REFERENCE_TAG;
}

static inline void *expr_to_pointer(expr_value value) {
    assert(expr_is_reference(value));
    return (void *)(uintptr_t)(value & ~(uint64_t)7);
}

/* --- Counting, and travelling through the engine -------------------------------------------- */

/* True for what is counted: sequences and references. */
static inline bool expr_is_counted(expr_value value) {
    return !expr_is_number(value) && (value & 7) != 0;
}

void expr_value_ref_counted(expr_value value);
void expr_value_unref_counted(expr_value value);

/* Returns the value. */
static inline expr_value expr_value_ref(expr_value value) {
    if (expr_is_counted(value))
        expr_value_ref_counted(value);
    return value;
}

static inline void expr_value_unref(expr_value value) {
    if (expr_is_counted(value))
        expr_value_unref_counted(value);
}

/* As the void * of a queue's item or a future's result, and back. NULL is None. The reference
 * travels along. */
static inline void *expr_value_pack(expr_value value) {
    return (void *)(uintptr_t)value;
}

static inline expr_value expr_value_unpack(const void *pointer) {
    return (expr_value)(uintptr_t)pointer;
}

/* --- What Python does with them ------------------------------------------------------------- */

/* type(value).__name__: "int" for a number that is whole and no float, "float", "str", "list",
 * "tuple", "bool", "NoneType", or what the reference's kind says. */
const char *expr_value_type_name(expr_value value);

/* bool(value). */
bool expr_value_truth(expr_value value);

/* a == b: 1, 0, or CAD_ESTACK where lists are nested too deeply. */
int expr_value_equal(expr_value a, expr_value b);

/* Appends what printing the value shows: a string as it is, a whole number below 1e16 without a
 * decimal point, any other number as repr() has it, and so the items of a list. CAD_ENOMEM, or
 * CAD_ESTACK where lists are nested too deeply; the buffer has what comes before, then. */
int expr_value_show(expr_value value, base_buffer *buffer);

/* Appends repr() of a text. 0 or CAD_ENOMEM. */
int expr_repr_text(const char *text, size_t length, base_buffer *buffer);

enum expr_operator {
    EXPR_ADD,
    EXPR_SUBTRACT,
    EXPR_MULTIPLY,
    EXPR_DIVIDE,
    EXPR_FLOOR_DIVIDE,
    EXPR_MODULO,
    EXPR_POWER,
    EXPR_LESS,
    EXPR_LESS_EQUAL,
    EXPR_GREATER,
    EXPR_GREATER_EQUAL,
    EXPR_EQUAL,
    EXPR_NOT_EQUAL,
    EXPR_IN,
    EXPR_NOT_IN,
    EXPR_IS,
    EXPR_IS_NOT,
};

/* a <operator> b. Errors: CAD_ETYPE, CAD_EZERODIVISION, CAD_EOVERFLOW, CAD_EINVAL, CAD_ESTACK,
 * CAD_ENOMEM. */
int expr_value_binary(enum expr_operator operation, expr_value a, expr_value b, expr_value *result,
                      expr_error *error);

/* -a. CAD_ETYPE. */
int expr_value_negate(expr_value a, expr_value *result, expr_error *error);

/* a < b for the engine's priority queues: 1, 0, or an error as expr_value_binary() has it. */
int expr_value_less(expr_value a, expr_value b, expr_error *error);

/* True for an int or a boolean, which Python takes where it wants an int. */
bool expr_value_integer(expr_value value, double *integer);

/* len(value), of a string in characters. CAD_ETYPE. */
int expr_value_length(expr_value value, size_t *length, expr_error *error);

/* value[index]. CAD_ETYPE, EXPR_EINDEX, CAD_ENOMEM. */
int expr_value_item(expr_value value, expr_value index, expr_value *result, expr_error *error);

/* value[from:to:step]; None is left out. CAD_ETYPE, CAD_EINVAL, CAD_ENOMEM. */
int expr_value_slice(expr_value value, const expr_value bounds[3], expr_value *result,
                     expr_error *error);

/* What `for` goes through: a list or a tuple itself, of a string the list of its characters.
 * CAD_ETYPE, CAD_ENOMEM. */
int expr_value_items(expr_value value, expr_value *list, expr_error *error);
/* The same, of what is taken apart for so many variables: CAD_EINVAL, too, where there are more
 * items or fewer. */
int expr_value_parts(expr_value value, size_t count, expr_value *list, expr_error *error);

/* A number or boolean as a double: CAD_ETYPE, `must be real number, not str`. */
int expr_value_double(expr_value value, double *number, expr_error *error);

/* Seconds as whole nanoseconds, rounded to nearest, ties to even. CAD_ETYPE; CAD_EINVAL for nan;
 * CAD_EOVERFLOW beyond 292 years. */
int expr_value_nanoseconds(expr_value value, int64_t *nanoseconds, expr_error *error);

/* A whole number below 2^53, and above -2^53. `what` names it in the message: `count must be a
 * whole number, not 2.5`. CAD_ETYPE for what is no number, CAD_EINVAL for a number that is not
 * whole, or is too large to be exact. */
int expr_value_whole(expr_value value, const char *what, int64_t *whole, expr_error *error);

#endif
