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

void prog_check_fields(const doc_node *node, const prog_field *fields, const char *such_as) {
    enum { MOST = 24 };
    const char *names[MOST];
    size_t count = 0, told = 0;
    doc_node member;
    for (const prog_field *field = fields; field->name != NULL; field++) {
        names[count++] = field->name;
        told += field->presence != LATER;
        if (field->presence == MUST)
            (void)doc_node_require(node, field->name, such_as, &member);
    }
    (void)doc_node_only(node, names, count, told, meant);
}
