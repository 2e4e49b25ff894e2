/* Reads a trace for a page: once for its timeline, and once for its statistics. */
#include "cli/page.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cadran.h"
#include "trace/reader.h"

/* Of what reading returned, after its message. */
static int status_of(const char *command, int error, const char *message) {
    if (error == 0)
        return CLI_STATUS_EXPECTED;
    return cli_unread(command, error, message);
}

/* --- One trace -------------------------------------------------------------------------------- */

static int read_model(const char *command, const struct cli_trace *source,
                      struct trace_model **trace) {
    char message[TRACE_MESSAGE_SIZE] = "";
    int error = source->path != NULL
                    ? trace_read(source->path, trace, message)
                    : trace_read_memory(source->name, source->data, source->size, trace, message);
    for (size_t i = 0; error == 0 && i < (*trace)->warning_count; i++)
        cli_warn(command, "%s", (*trace)->warnings[i]);
    return status_of(command, error, message);
}

static int read_statistics(const char *command, const struct cli_trace *source,
                           struct stat_collector *collector) {
    char message[TRACE_MESSAGE_SIZE] = "";
    bool complete;
    struct trace_consumer *consumer = stat_collector_consumer(collector);
    int error = source->path != NULL
                    ? trace_read_events(source->path, consumer, &complete, message)
                    : trace_read_events_memory(source->name, source->data, source->size, consumer,
                                               &complete, message);
    return status_of(command, error, message);
}

/* What is read of a trace. Other programs' have no statistics. */
struct loaded {
    struct trace_model *trace;
    struct stat_collector *collector;
    struct page_run run;
};

static int load(const char *command, const struct cli_trace *source, struct loaded *loaded) {
    *loaded = (struct loaded){.collector = stat_collector_new()};
    if (loaded->collector == NULL)
        return cli_no_memory(command);
    int status = read_model(command, source, &loaded->trace);
    if (status != CLI_STATUS_EXPECTED)
        return status;
    loaded->run = (struct page_run){.name = source->path != NULL ? source->path : source->name,
                                    .trace = loaded->trace};
    if (loaded->trace->version == 0)
        return status;
    loaded->run.statistics = stat_collector_run(loaded->collector);
    return read_statistics(command, source, loaded->collector);
}

static void unload(struct loaded *loaded) {
    trace_model_free(loaded->trace);
    stat_collector_free(loaded->collector);
}

int cli_add_run(const char *command, struct page *page, const char *name, const char *text,
                const struct cli_trace *trace) {
    struct loaded loaded;
    int status = load(command, trace, &loaded);
    if (status == CLI_STATUS_EXPECTED && page_add_run(page, name, text, &loaded.run, NULL) != 0)
        status = cli_no_memory(command);
    unload(&loaded);
    return status;
}

/* Standard input is read twice, too: from memory. */
static int read_input(const char *command, base_buffer *input) {
    char bytes[65536];
    ssize_t length;
    while ((length = read(STDIN_FILENO, bytes, sizeof bytes)) != 0) {
        if (length < 0 && errno != EINTR)
            return cli_failed(command, "%s", strerror(errno));
        if (length > 0 && base_buffer_append(input, bytes, (size_t)length) != 0)
            return cli_no_memory(command);
    }
    return base_buffer_append(input, "", 0) == 0 ? CLI_STATUS_EXPECTED : cli_no_memory(command);
}

static int make_page(const struct page_run *run, const struct page_stretch *stretch, FILE *file) {
    const char *scenario = trace_text(run->trace, run->trace->scenario);
    const char *title = scenario[0] != '\0' ? scenario : run->name;
    struct page *page = page_new(title, 1);
    int error = page == NULL ? CAD_ENOMEM : page_add_run(page, title, NULL, run, stretch);
    if (error == 0)
        error = page_write(page, file);
    page_free(page);
    return error;
}

static int write_page(const char *command, const struct cli_trace *source,
                      const struct page_stretch *stretch, FILE *file) {
    struct loaded loaded;
    int status = load(command, source, &loaded);
    if (status == CLI_STATUS_EXPECTED && make_page(&loaded.run, stretch, file) != 0)
        status = cli_no_memory(command);
    unload(&loaded);
    return status;
}

int cli_write_page(const char *command, const char *path, const struct page_stretch *stretch,
                   FILE *file) {
    base_buffer input = {0};
    struct cli_trace source = {.path = path};
    int status = CLI_STATUS_EXPECTED;
    if (strcmp(path, "-") == 0) {
        status = read_input(command, &input);
        source = (struct cli_trace){
            .name = trace_path_name(path), .data = input.data, .size = input.length};
    }
    if (status == CLI_STATUS_EXPECTED)
        status = write_page(command, &source, stretch, file);
    base_buffer_free(&input);
    return status;
}

/* --- Two traces ------------------------------------------------------------------------------- */

/* What is read of both sides of a comparison. */
struct sides {
    struct trace_model *traces[CMP_SIDES];
    struct stat_collector *collectors[CMP_SIDES];
    struct page_run runs[CMP_SIDES];
};

static int read_side(const char *command, const struct cmp_result *result, int side,
                     struct sides *sides) {
    char message[CMP_MESSAGE_SIZE] = "";
    sides->collectors[side] = stat_collector_new();
    if (sides->collectors[side] == NULL)
        return cli_no_memory(command);
    int error = cmp_read_model(result, side, &sides->traces[side], message);
    if (error == 0)
        error = cmp_read_source(result, side, stat_collector_consumer(sides->collectors[side]),
                                message);
    sides->runs[side] = (struct page_run){
        .name = cmp_name(result, side),
        .trace = sides->traces[side],
        .statistics = stat_collector_run(sides->collectors[side]),
    };
    return status_of(command, error, message);
}

int cli_add_comparison(const char *command, struct page *page, const char *name, const char *text,
                       const struct cmp_result *result) {
    struct sides sides = {.traces = {NULL, NULL}};
    int status = read_side(command, result, CMP_A, &sides);
    if (status == CLI_STATUS_EXPECTED)
        status = read_side(command, result, CMP_B, &sides);
    if (status == CLI_STATUS_EXPECTED &&
        page_add_comparison(page, name, text, sides.runs, result) != 0)
        status = cli_no_memory(command);
    for (int side = 0; side < CMP_SIDES; side++) {
        trace_model_free(sides.traces[side]);
        stat_collector_free(sides.collectors[side]);
    }
    return status;
}

int cli_write_comparison(const char *command, const struct cmp_result *result, FILE *file) {
    base_buffer title = {0};
    int error = base_buffer_format(&title, "%s \xE2\x86\x92 %s", cmp_name(result, CMP_A),
                                   cmp_name(result, CMP_B));
    struct page *page = error == 0 ? page_new(title.data, CMP_SIDES) : NULL;
    int status = page == NULL ? cli_no_memory(command)
                              : cli_add_comparison(command, page, title.data, NULL, result);
    if (status == CLI_STATUS_EXPECTED && page_write(page, file) != 0)
        status = cli_no_memory(command);
    page_free(page);
    base_buffer_free(&title);
    return status;
}
