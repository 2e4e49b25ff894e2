/* cadran why: why a task waited, where the time of a run went, what stands out in it. */
#include "base/limit.h"
#include "base/quantity.h"
#include "base/suggestion.h"
#include "cadran.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "trace/reader.h"
#include "why/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum format { FORMAT_TEXT, FORMAT_JSON };

struct arguments {
    const char *trace;
    const char *subject; /* a task, or an object; NULL: the run */
    int64_t at_ns;       /* WHY_NO_TIME */
    bool critical, all;
    enum format format;
};

/* --- Arguments ------------------------------------------------------------------------------ */

static const char *const formats[] = {[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json"};

static const base_option options[] = {
    {.name = "at",
     .argument = "TIME",
     .help = "what the task did then, and how that came about; how the object\n"
             "stood then, who waited there, and who changed it last",
     BASE_TIME(struct arguments, at_ns)},
    {.name = "critical",
     .help = "the longest way through the run, whose pieces add up to it, and how\n"
             "much later the rest could end",
     BASE_FLAG(struct arguments, critical)},
    {.name = "all",
     .help = "all of it, however long; else it is a screen of 40 lines",
     BASE_FLAG(struct arguments, all)},
    {.name = "format", .help = "text is the default", BASE_WORD(struct arguments, format, formats)},
    {.name = NULL},
};

static const cli_command command = {
    .name = "cadran why",
    .usage = "[options] TRACE [TASK|OBJECT]",
    .about =
        "Says why a run went as it did. Without a task: what stands out in it, such as a\n"
        "deadlock, a task that kept the loop busy or one that starved. Of a task: each of its\n"
        "waits, what it was for and who ended it. Of an object, such as a queue: how it stood.\n"
        "Of several of one name the second is \"NAME #2\". TRACE is a file; - is standard input.\n",
    .options = options,
    .notes = "TIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min, 1h.\n",
    .operand = "trace",
    .wanted = CLI_SOME,
};

/* --- Reading -------------------------------------------------------------------------------- */

static int read_trace(const char *path, struct why_collector *collector) {
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    int error = trace_read_events(path, why_collector_consumer(collector), &complete, message);
    if (why_collector_is_foreign(collector))
        return cli_wrong(command.name, "%s: %s", trace_path_name(path), message);
    if (error != 0)
        return cli_unread(command.name, error, message);
    if (!complete)
        cli_warn(command.name, "%s", message);
    return CLI_STATUS_EXPECTED;
}

/* --- Answering ------------------------------------------------------------------------------ */

/* No task and no object is called so; perhaps one nearly is. */
static int nobody(const struct why_run *run, const struct arguments *arguments) {
    base_suggestion near;
    base_suggestion_start(&near, arguments->subject, strlen(arguments->subject));
    for (size_t i = 0; i < run->task_count; i++)
        base_suggestion_offer(&near, why_text(run, run->tasks[i].name));
    for (size_t i = 0; i < run->object_count; i++)
        base_suggestion_offer(&near, why_text(run, run->objects[i].name));
    return cli_wrong(command.name, "%s has no task and no object \"%s\"%s%s%s",
                     trace_path_name(arguments->trace), arguments->subject,
                     near.best != NULL ? "; did you mean \"" : "",
                     near.best != NULL ? near.best : "", near.best != NULL ? "\"?" : "");
}

static int beyond_the_end(const struct why_run *run) {
    char end[BASE_TIME_TEXT];
    base_time_write(run->end_ns, false, end);
    return cli_wrong(command.name, "--at is a time after the end of the run, %s", end);
}

static int find_question(const struct why_run *run, const struct arguments *arguments,
                         struct why_question *question) {
    bool at = arguments->at_ns != WHY_NO_TIME;
    *question = (struct why_question){.topic = arguments->critical ? WHY_ABOUT_PATH : WHY_ABOUT_RUN,
                                      .index = WHY_NONE,
                                      .time_ns = arguments->at_ns,
                                      .all = arguments->all};
    if (at && arguments->at_ns > run->end_ns)
        return beyond_the_end(run);
    if (arguments->subject == NULL)
        return CLI_STATUS_EXPECTED;
    question->topic = WHY_ABOUT_TASK;
    question->index = why_find_task_named(run, arguments->subject);
    if (question->index == WHY_NONE) {
        question->topic = WHY_ABOUT_OBJECT;
        question->index = why_find_object_named(run, arguments->subject);
    }
    return question->index != WHY_NONE ? (int)CLI_STATUS_EXPECTED : nobody(run, arguments);
}

static int format_json(struct why_run *run, const struct why_question *question, base_buffer *out) {
    doc_writer writer = {.text = {0}};
    int error = why_write_json(run, question, &writer);
    if (error == 0 && doc_write_failed(&writer))
        error = CAD_ENOMEM;
    if (error == 0)
        error = base_buffer_append(&writer.text, "\n", 1);
    *out = writer.text;
    return error;
}

static int answer(struct why_run *run, const struct arguments *arguments) {
    struct why_question question;
    base_buffer out = {0};
    int status = find_question(run, arguments, &question);
    if (status != CLI_STATUS_EXPECTED)
        return status;
    int error = arguments->format == FORMAT_JSON ? format_json(run, &question, &out)
                                                 : why_print(run, &question, &out);
    if (error == 0)
        (void)fwrite(out.data, 1, out.length, stdout);
    base_buffer_free(&out);
    return error == 0 ? (int)CLI_STATUS_EXPECTED
                      : cli_no_memory_for(command.name, trace_path_name(arguments->trace));
}

static int explain(const struct arguments *arguments) {
    struct why_collector *collector = why_collector_new();
    if (collector == NULL)
        return cli_no_memory(command.name);
    int status = read_trace(arguments->trace, collector);
    if (status == CLI_STATUS_EXPECTED)
        status = answer(why_collector_run(collector), arguments);
    why_collector_free(collector);
    return status;
}

int cli_cmd_why(int argc, char **argv) {
    struct arguments arguments = {.at_ns = WHY_NO_TIME};
    cli_operands operands;
    int status;
    if (!cli_begin(&command, &arguments, argc, argv, &operands, &status))
        return status;
    base_limit_memory(base_limit_default());
    if (operands.count > 2)
        return cli_wrong(command.name, "one trace, and one task or object; see %s --help",
                         command.name);
    if (operands.count == 2 && access(operands.items[0], F_OK) != 0 &&
        access(operands.items[1], F_OK) == 0)
        return cli_wrong(command.name, "the trace comes first: %s %s %s", command.name,
                         operands.items[1], operands.items[0]);
    arguments.trace = operands.items[0];
    arguments.subject = operands.count == 2 ? operands.items[1] : NULL;
    if (arguments.critical && (arguments.subject != NULL || arguments.at_ns != WHY_NO_TIME))
        return cli_wrong(command.name, "--critical is about the whole run, not one task or time");
    if (arguments.at_ns != WHY_NO_TIME && arguments.subject == NULL)
        return cli_wrong(command.name, "--at is for a task or an object; see %s --help",
                         command.name);
    return explain(&arguments);
}
