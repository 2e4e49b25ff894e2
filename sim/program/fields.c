/* The members that parts of a document can have. */
#include "program/fields.h"

#include <string.h>

const prog_field prog_document_fields[] = {
    {"cadran", true},     {"$schema", false},     {"name", false},    {"description", false},
    {"seed", false},      {"vars", false},        {"objects", false}, {"coroutines", false},
    {"protocols", false}, {"tasks", false},       {"setup", false},   {"until", false},
    {"threads", false},   {"eager_tasks", false}, {"signals", false}, {"on_interrupt", false},
    {"expect", false},    {"network", false}, /* a fault of its own, until there is one */
    {NULL, false},
};

const prog_field prog_task_fields[] = {
    {"name", true},  {"count", false}, {"index", false}, {"let", false},
    {"do", false},   {"call", false},  {"args", false},  {"start", false},
    {"main", false}, {"host", false}, /* a fault of its own, until there is a network */
    {NULL, false},
};

const prog_field prog_coroutine_fields[] = {{"params", false}, {"do", true}, {NULL, false}};

/* Its params, and a row for each event. */
const prog_field prog_protocol_fields[] = {
    {"params", false},          {"connection_made", false},
    {"data_received", false},   {"eof_received", false},
    {"connection_lost", false}, {"pause_writing", false},
    {"resume_writing", false},  {"datagram_received", false},
    {"error_received", false},  {NULL, false},
};

const prog_field prog_signal_fields[] = {{"at", true}, {"signal", true}, {NULL, false}};

const prog_field prog_expect_fields[] = {
    {"outcome", false}, {"makespan", false}, {"max_concurrent", false},
    {"stdout", false},  {"order", false},    {"always", false},
    {"tasks", false},   {"table", false},    {"tolerance", false},
    {"golden", false},  {NULL, false},
};

/* What people call some of them. */
static const char *const synonyms[][2] = {
    {"steps", "do"},
    {"body", "do"},
    {"then", "do"},
    {"variables", "vars"},
    {"globals", "vars"},
    {"primitives", "objects"},
    {"locks", "objects"},
    {"queues", "objects"},
    {"functions", "coroutines"},
    {"workers", "coroutines"},
    {"parameters", "params"},
    {"args", "params"},
    {"arguments", "params"},
    {"times", "count"},
    {"repeat", "count"},
    {"delay", "start"},
    {"after", "start"},
    {"at", "start"},
    {"output", "stdout"},
    {"lines", "stdout"},
    {"title", "name"},
    {"duration", "until"},
    {"time", "until"},
    {"clock", "until"},
    {"comment", "description"},
};

static const char *meant(const char *key) {
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (strcmp(synonyms[i][0], key) == 0)
            return synonyms[i][1];
    return NULL;
}

void prog_check_fields(const doc_node *node, const prog_field *fields) {
    enum { MOST = 24 };
    const char *names[MOST];
    size_t count = 0;
    doc_node member;
    for (const prog_field *field = fields; field->name != NULL; field++) {
        names[count++] = field->name;
        if (field->required)
            (void)doc_node_require(node, field->name, &member);
    }
    (void)doc_node_only(node, names, count, meant);
}
