/* Reads a trace for a page: once for its timeline, and once for its statistics. */
#include "cli/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/show.h"
#include "cadran.h"
#include "trace/reader.h"

/* A trace that is read twice: a file by its name, standard input from memory. */
struct source {
    const char *command, *path;
    base_buffer input;
    bool in_memory;
};

static enum cli_status fail(const struct source *source, const char *message) {
    base_show_line(stderr, "%s: %s", source->command, message);
    return CLI_STATUS_ENVIRONMENT;
}

static enum cli_status read_input(struct source *source) {
    char bytes[65536];
    ssize_t length;
    source->in_memory = true;
    while ((length = read(STDIN_FILENO, bytes, sizeof bytes)) != 0) {
        if (length < 0 && errno != EINTR)
            return fail(source, strerror(errno));
        if (length > 0 && base_buffer_append(&source->input, bytes, (size_t)length) != 0)
            return fail(source, "out of memory");
    }
    return CLI_STATUS_EXPECTED;
}

/* Of what reading returned, after its message. */
static enum cli_status status_of(const struct source *source, int error, const char *message) {
    if (error == 0)
        return CLI_STATUS_EXPECTED;
    (void)fail(source, message[0] == '\0' ? "out of memory" : message);
    return error == CAD_ENOMEM ? CLI_STATUS_ENVIRONMENT : CLI_STATUS_USAGE;
}

static enum cli_status read_model(const struct source *source, struct trace_model **trace) {
    char message[TRACE_MESSAGE_SIZE] = "";
    const char *name = trace_path_name(source->path);
    int error = source->in_memory ? trace_read_memory(name, source->input.data,
                                                      source->input.length, trace, message)
                                  : trace_read(source->path, trace, message);
    for (size_t i = 0; error == 0 && i < (*trace)->warning_count; i++)
        base_show_line(stderr, "%s: warning: %s", source->command, (*trace)->warnings[i]);
    return status_of(source, error, message);
}

/* Other programs' traces have no statistics. */
static enum cli_status read_statistics(const struct source *source,
                                       struct stat_collector *collector) {
    char message[TRACE_MESSAGE_SIZE] = "";
    bool complete;
    struct trace_consumer *consumer = stat_collector_consumer(collector);
    int error = source->in_memory
                    ? trace_read_events_memory(trace_path_name(source->path), source->input.data,
                                               source->input.length, consumer, &complete, message)
                    : trace_read_events(source->path, consumer, &complete, message);
    return status_of(source, error, message);
}

static enum cli_status write_page(const struct source *source, const struct page_run *run,
                                  const struct page_stretch *stretch, FILE *file) {
    const char *scenario = trace_text(run->trace, run->trace->scenario);
    struct page *page = page_new(scenario[0] != '\0' ? scenario : run->name);
    int error = page == NULL ? CAD_ENOMEM : page_add_run(page, run, stretch);
    if (error == 0)
        error = page_write(page, file);
    page_free(page);
    return error == 0 ? CLI_STATUS_EXPECTED : fail(source, "out of memory");
}

enum cli_status cli_write_page(const char *command, const char *path,
                               const struct page_stretch *stretch, FILE *file) {
    struct source source = {.command = command, .path = path};
    struct trace_model *trace = NULL;
    struct stat_collector *collector = stat_collector_new();
    enum cli_status status =
        collector == NULL ? fail(&source, "out of memory") : CLI_STATUS_EXPECTED;
    if (status == CLI_STATUS_EXPECTED && strcmp(path, "-") == 0)
        status = read_input(&source);
    if (status == CLI_STATUS_EXPECTED)
        status = read_model(&source, &trace);
    if (status == CLI_STATUS_EXPECTED && trace->version > 0)
        status = read_statistics(&source, collector);
    if (status == CLI_STATUS_EXPECTED) {
        struct page_run run = {.name = trace_path_name(path), .trace = trace};
        if (trace->version > 0)
            run.statistics = stat_collector_run(collector);
        status = write_page(&source, &run, stretch, file);
    }
    trace_model_free(trace);
    stat_collector_free(collector);
    base_buffer_free(&source.input);
    return status;
}
