/* Which step, or member, was probably meant where something else is given than a step takes. */
#include "program/hints.h"

#include <string.h>

#include "program/kinds.h"

#define ITS_END "; \"await\" waits for its end"
#define ITS_ITEMS "; \"get\" waits for an item, \"join\" until all are done"
#define TO_HOLD_IT "; \"acquire\" waits for it, and \"with\" gives it back, too"

static const struct hint {
    const char *verb;
    enum prog_object_type type;
    const char *hint;
} of_types[] = {
    {"join", PROG_TASK, ITS_END},
    {"join", PROG_FUTURE, ITS_END},
    {"wait", PROG_TASK, ITS_END},
    {"wait", PROG_FUTURE, ITS_END},
    {"get", PROG_TASK, ITS_END},
    {"wait", PROG_QUEUE, ITS_ITEMS},
    {"await", PROG_QUEUE, ITS_ITEMS},
    {"wait", PROG_LOCK, TO_HOLD_IT},
    {"wait", PROG_SEMAPHORE, TO_HOLD_IT},
    {"await", PROG_LOCK, TO_HOLD_IT},
    {"await", PROG_SEMAPHORE, TO_HOLD_IT},
    {"await", PROG_EVENT, "; \"wait\" waits for it"},
    {"await", PROG_CONDITION, "; \"wait\" waits for it"},
    {"await", PROG_BARRIER, "; \"wait\" waits for it"},
    {"await", PROG_PROCESS, "; \"wait\" waits for its end"},
    {"acquire", PROG_EVENT, "; \"wait\" waits for it"},
    {"set", PROG_FUTURE, "; \"set_result\" sets it"},
    {"set", PROG_CONDITION, "; \"notify\" wakes who waits for it"},
    {"set_result", PROG_EVENT, "; \"set\" sets it"},
    {"notify", PROG_EVENT, "; \"set\" wakes who waits for it"},
    {"wait_for", PROG_TASK, "; until a time it is {\"timeout\": ..., \"do\": [{\"await\": ...}]}"},
    {"wait_for", PROG_EVENT, "; until a time it is {\"timeout\": ..., \"do\": [{\"wait\": ...}]}"},
};

const char *prog_hint_of_type(const char *verb, enum prog_object_type type) {
    for (size_t i = 0; i < sizeof of_types / sizeof *of_types; i++)
        if (of_types[i].type == type && strcmp(of_types[i].verb, verb) == 0)
            return of_types[i].hint;
    return "";
}

const char *prog_hint_of_number(const char *verb) {
    return strcmp(verb, "wait") == 0 ? "; \"sleep\" waits for a time" : "";
}

/* Whether a member of the object is a verb: {"sleep": 1}. */
static bool is_step(const prog_language *language, const doc_node *node) {
    doc_node member;
    for (bool more = doc_node_first(node, &member); more; more = doc_node_next(&member))
        if (prog_language_step(language, doc_node_key(&member)) != NULL)
            return true;
    return false;
}

/* A list of what the verb takes one of. */
static const char *hint_of_array(const char *verb) {
    if (strcmp(verb, "await") == 0)
        return "; \"gather\" and \"wait\" take a list";
    if (strcmp(verb, "with") == 0)
        return "; one \"with\" stands in the steps of the other";
    if (strncmp(verb, "put", 3) == 0)
        return "; what is put is its \"value\"";
    return "; a \"for\" goes through a list";
}

static const char *hint_of_object(const prog_language *language, const char *verb,
                                  const doc_node *node) {
    if (is_step(language, node))
        return strcmp(verb, "await") == 0
                   ? "; a step waits without it"
                   : "; steps stand in a coroutine, which \"spawn\" makes a task of";
    if (strcmp(verb, "set") == 0)
        return "; variables are set by \"let\", and by \"assign\" where all tasks share them";
    return "";
}

const char *prog_hint_of_value(const prog_language *language, const char *verb,
                               const doc_node *node) {
    switch (doc_node_type(node)) {
    case DOC_NUMBER:
        return prog_hint_of_number(verb);
    case DOC_ARRAY:
        return hint_of_array(verb);
    case DOC_OBJECT:
        return hint_of_object(language, verb, node);
    default:
        return "";
    }
}

const char *prog_hint_of_list(enum prog_object_type type) {
    switch (type) {
    case PROG_SEMAPHORE:
        return "; how many may hold a semaphore is its \"value\"";
    case PROG_BARRIER:
        return "; how many a barrier waits for are its \"parties\"";
    case PROG_QUEUE:
        return "; how many items a queue holds is its \"maxsize\"";
    default:
        return "";
    }
}
