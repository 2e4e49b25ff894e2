/* From a trace to its table. */
#include "cli/run_trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "table/table.h"
#include "trace/model.h"
#include "trace/reader.h"

static bool fail(const char *message) {
    fprintf(stderr, "cadran: %s\n", message);
    return false;
}

static bool print(struct table *table, char **text) {
    size_t size;
    if (table_row_count(table) > TABLE_ROWS_MAX)
        return fail("the table is too long; \"cadran table --step\" makes it shorter");
    FILE *memory = open_memstream(text, &size);
    bool fine = memory != NULL && table_print(table, memory, TABLE_MARKDOWN, false) == 0;
    if (memory != NULL && fclose(memory) != 0)
        fine = false;
    if (fine)
        return true;
    free(*text);
    *text = NULL;
    return fail("no memory for the table");
}

bool cli_table_of_trace(const char *path, bool real, char **text) {
    const struct table_options options = {
        .step_ns = TABLE_STEP_DEFAULT, .tolerance_ns = TABLE_TOLERANCE_DEFAULT, .rounded = real};
    char message[TRACE_MESSAGE_SIZE];
    struct trace_model *trace;
    struct table *table = NULL;
    bool lives, fine;
    *text = NULL;
    if (trace_read(path, &trace, message) != 0)
        return fail(message);
    if (table_new(&options, &table) != 0 || table_fill(table, trace, &lives) != 0)
        fine = fail("no memory for the table");
    else
        fine = print(table, text);
    table_free(table);
    trace_model_free(trace);
    return fine;
}
