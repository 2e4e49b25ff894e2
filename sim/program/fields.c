/* The members that parts of a document can have. */
#include "program/fields.h"

#include <string.h>

#define MAY PROG_FIELD_MAY
#define MUST PROG_FIELD_MUST
#define LATER PROG_FIELD_LATER

const prog_field prog_document_fields[] = {
    {"cadran", MUST},   {"$schema", MAY},     {"name", MAY},    {"description", MAY},
    {"seed", MAY},      {"vars", MAY},        {"objects", MAY}, {"coroutines", MAY},
    {"protocols", MAY}, {"tasks", MAY},       {"setup", MAY},   {"until", MAY},
    {"threads", MAY},   {"eager_tasks", MAY}, {"signals", MAY}, {"on_interrupt", MAY},
    {"expect", MAY},    {"network", LATER},   {NULL, MAY},
};

const prog_field prog_task_fields[] = {
    {"name", MUST}, {"count", MAY}, {"index", MAY}, {"let", MAY},    {"do", MAY}, {"call", MAY},
    {"args", MAY},  {"start", MAY}, {"main", MAY},  {"host", LATER}, {NULL, MAY},
};

const prog_field prog_coroutine_fields[] = {{"params", MAY}, {"do", MUST}, {NULL, MAY}};

/* Its params, and a row for each event. */
const prog_field prog_protocol_fields[] = {
    {"params", MAY},          {"connection_made", MAY},
    {"data_received", MAY},   {"eof_received", MAY},
    {"connection_lost", MAY}, {"pause_writing", MAY},
    {"resume_writing", MAY},  {"datagram_received", MAY},
    {"error_received", MAY},  {NULL, MAY},
};

const prog_field prog_signal_fields[] = {{"at", MUST}, {"signal", MUST}, {NULL, MAY}};

const prog_field prog_expect_fields[] = {
    {"outcome", MAY}, {"makespan", MAY}, {"max_concurrent", MAY},
    {"stdout", MAY},  {"order", MAY},    {"always", MAY},
    {"tasks", MAY},   {"table", MAY},    {"tolerance", MAY},
    {"golden", MAY},  {NULL, MAY},
};

/* What people call some of them. */
static const char *const synonyms[][2] = {
    {"steps", "do"},           {"body", "do"},           {"then", "do"},
    {"variables", "vars"},     {"globals", "vars"},      {"primitives", "objects"},
    {"locks", "objects"},      {"queues", "objects"},    {"functions", "coroutines"},
    {"workers", "coroutines"}, {"parameters", "params"}, {"args", "params"},
    {"arguments", "params"},   {"times", "count"},       {"repeat", "count"},
    {"delay", "start"},        {"after", "start"},       {"at", "start"},
    {"output", "stdout"},      {"lines", "stdout"},      {"title", "name"},
    {"duration", "until"},     {"time", "until"},        {"comment", "description"},
    {"maxsize", "value"},      {"at_most", "max"},       {"at_least", "min"},
};

static const char *meant(const char *key) {
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (strcmp(synonyms[i][0], key) == 0)
            return synonyms[i][1];
    return NULL;
}

/* Whose they are. */
static bool is_field(const prog_field *fields, const char *key) {
    while (fields->name != NULL && strcmp(fields->name, key) != 0)
        fields++;
    return fields->name != NULL;
}

/* Of what stands in another part than its own. */
static const char *advice(const char *key) {
    if (strcmp(key, "vars") == 0)
        return "variables of a task, or of a step, are its \"let\"; those of the document are "
               "\"vars\"";
    if (strcmp(key, "name") == 0)
        return "the name of a coroutine or an object is the key before it";
    if (strcmp(key, "depends") == 0 || strcmp(key, "depends_on") == 0 || strcmp(key, "needs") == 0)
        return "a task that begins after another one does {\"await\": \"TASK\"} first";
    if (strcmp(key, "priority") == 0)
        return "tasks run in the order in which they become ready; a queue has \"order\": "
               "\"priority\"";
    if (strcmp(key, "deadlock") == 0)
        return "that is \"outcome\": \"deadlock\"";
    if (strcmp(key, "printed") == 0 || strcmp(key, "prints") == 0)
        return "what is printed is \"stdout\"";
    if (strcmp(key, "items") == 0 || strcmp(key, "set") == 0)
        return "an object begins empty, or unset; the steps of \"setup\" come before all tasks";
    if (strcmp(key, "clock") == 0)
        return "who runs the scenario chooses the clock: cadran run --clock real";
    if (is_field(prog_expect_fields, key))
        return "it is a member of \"expect\"";
    if (is_field(prog_document_fields, key))
        return "it is a member of the document";
    if (is_field(prog_task_fields, key))
        return "it is a member of a task: \"tasks\": [{\"name\": ..., \"do\": [...]}]";
    return NULL;
}

void prog_check_fields(const doc_node *node, const prog_field *fields, const char *such_as) {
    enum { MOST = 24 };
    static const doc_words words = {meant, advice};
    const char *names[MOST];
    size_t count = 0, told = 0;
    doc_node member;
    for (const prog_field *field = fields; field->name != NULL; field++) {
        names[count++] = field->name;
        told += field->presence != LATER;
        if (field->presence == MUST)
            (void)doc_node_require(node, field->name, such_as, &member);
    }
    (void)doc_node_only(node, names, count, told, &words);
}
