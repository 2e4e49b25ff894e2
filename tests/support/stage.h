/* stage.h - what the files of a play share: the script as it was read, the names and what they
 * stand for, and who carries it out. play.h says what a play is. */
#ifndef STAGE_H
#define STAGE_H

#include "engine_test.h"

enum { WORDS = 8, STATEMENTS = 32, ROUTINES = 24, NAMES = 48, TEXT_SIZE = 16 * 1024 };

typedef struct actor actor;
typedef struct statement statement;

typedef struct verb {
    const char *name;
    int (*run)(actor *self, const statement *s);
    /* How its success is logged: not; by its name; with the value that it gives, if any; with the
     * number that it returns. */
    enum { QUIET, WAITS, GIVES, ASKS } log;
    /* Which words after it name what must be there already. */
    enum references { ALL, NEW_FIRST, FIRST_ONLY, NONE } references;
} verb;

struct statement {
    const verb *verb;
    const char *words[WORDS]; /* after the verb */
    int count;
    bool always;
};

typedef struct routine {
    const char *name;
    statement statements[STATEMENTS];
    int count;
    bool started; /* a task of its own from the beginning */
} routine;

enum kind {
    LOCK,
    EVENT,
    CONDITION,
    SEMAPHORE,
    BARRIER,
    QUEUE,
    FUTURE, /* and tasks */
    TIMEOUT,
    GROUP,
    AS_COMPLETED,
    HANDLE
};

typedef struct named {
    const char *name;
    enum kind kind;
    void *object; /* NULL: no longer there */
} named;

enum mode { COROUTINES, STEP_MACHINES, BY_TURNS, MODES };

/* The play that runs. */
struct stage {
    const char *file;
    int line;
    char text[TEXT_SIZE]; /* the script, cut into words */
    size_t used, script_size;
    routine routines[ROUTINES];
    int routine_count;
    named names[NAMES];
    int name_count;
    const char *known[NAMES]; /* those that a run with memory enough knew in the end */
    int known_count;
    const char *objects[NAMES];
    int object_count;
    char expected[TEXT_SIZE];
    actor *actors;
    enum mode mode;
    int tasks;     /* created so far */
    int64_t level; /* what wait_for looks at */
};

extern struct stage stage;

/* Who carries out a routine: a task's, or for a moment a callback's. */
struct actor {
    actor *next;
    const char *name;
    const routine *routine;
    const statement *current; /* the one that waits */
    int at;
    int error; /* that skips the statements; 0: none */
    cad_exception *exception;
    void *value; /* where get and await put what they give */
};

/* The script is wrong: says where, and how, and ends the program. */
#define FAULT(...)                                                                                 \
    do {                                                                                           \
        print_error("%s:%d: ", stage.file, stage.line);                                            \
        print_error(__VA_ARGS__);                                                                  \
        print_error("\n");                                                                         \
        abort();                                                                                   \
    } while (0)

/* What a name stands for; NULL when nothing has that name. */
named *stage_find(const char *name);
void stage_introduce(const char *name, enum kind kind, void *object);

/* A word after the verb, from 0; it must be there. */
const char *statement_word(const statement *s, int index);

const verb *verb_named(const char *name);

/* Creates a task, or a member of the group, that carries out a routine, and gives it the name. */
int actor_create(const char *name, const routine *of, cad_task_group *group, bool eager);
/* Carries out a routine that never waits, now. */
void actor_call(const routine *of);
/* Makes the actor skip the statements that follow (0: no longer). */
void actor_fail(actor *self, int error, cad_exception *exception);

#endif
