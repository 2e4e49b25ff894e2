#include "run_trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "table/table.h"
#include "trace/model.h"
#include "trace/reader.h"

static bool fail(const char *message) {
    fprintf(stderr, "cadran: %s\n", message);
    return false;
}

static bool print(struct sim_table *table, char **text) {
    size_t size;
    if (sim_table_row_count(table) > SIM_TABLE_ROWS_MAX)
        return fail("the table is too long; \"cadran table --step\" makes it shorter");
    FILE *memory = open_memstream(text, &size);
    bool fine = memory != NULL && sim_table_print(table, memory, SIM_TABLE_MARKDOWN, false) == 0;
    if (memory != NULL && fclose(memory) != 0)
        fine = false;
    if (fine)
        return true;
    free(*text);
    *text = NULL;
    return fail("no memory for the table");
}

bool sim_table_of_trace(const char *path, bool real, char **text) {
    const struct sim_table_options options = {.step_ns = SIM_TABLE_STEP_DEFAULT,
                                              .tolerance_ns = SIM_TABLE_TOLERANCE_DEFAULT,
                                              .rounded = real};
    char message[TRACE_MESSAGE_SIZE];
    struct trace_model *trace;
    struct sim_table *table = NULL;
    bool lives, fine;
    *text = NULL;
    if (trace_read(path, &trace, message) != 0)
        return fail(message);
    if (sim_table_new(&options, &table) != 0 || sim_table_fill(table, trace, &lives) != 0)
        fine = fail("no memory for the table");
    else
        fine = print(table, text);
    sim_table_free(table);
    trace_model_free(trace);
    return fine;
}
