/* cadran why: why a task waited, where the time of a run went, what stands out in it. */
#include "base/options.h"
#include "base/show.h"
#include "cadran.h"
#include "cli/commands.h"
#include "cli/failures.h"
#include "trace/reader.h"
#include "why/report.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum format { FORMAT_TEXT, FORMAT_JSON };

struct arguments {
    const char *trace;
    const char *subject; /* a task, or an object; NULL: the run */
    int64_t at_ns;
    bool at; /* a time is given */
    bool critical, all;
    enum format format;
};

/* --- Arguments ------------------------------------------------------------------------------ */

static bool take_at(void *target, const base_option *option, char *text,
                    char message[BASE_OPTIONS_MESSAGE]) {
    ((struct arguments *)target)->at = true;
    return base_take_time(target, option, text, message);
}

static bool take_format(void *target, const base_option *option, char *text,
                        char message[BASE_OPTIONS_MESSAGE]) {
    enum format *format = base_option_field(target, option);
    *format = strcmp(text, "json") == 0 ? FORMAT_JSON : FORMAT_TEXT;
    return *format == FORMAT_JSON || strcmp(text, "text") == 0 ||
           base_option_refuse(option, "text or json", text, message);
}

static const base_option options[] = {
    {"at", "TIME",
     "what the task did then, and how that came about; how the object\n"
     "stood then, who waited there, and who changed it last",
     take_at, offsetof(struct arguments, at_ns)},
    {"critical", NULL,
     "the longest way through the run, whose pieces add up to it, and how\n"
     "much later the rest could end",
     base_take_flag, offsetof(struct arguments, critical)},
    {"all", NULL, "all of it, however long", base_take_flag, offsetof(struct arguments, all)},
    {"format", "FORMAT", "text (default) or json", take_format, offsetof(struct arguments, format)},
    {.name = NULL},
};

static int print_help(void) {
    fputs("usage: cadran why [options] TRACE [TASK|OBJECT]\n"
          "\n"
          "Says why a run went as it did. Without a task: what stands out in it, a deadlock,\n"
          "a task that kept the loop busy or starved, a convoy at a lock. Of a task: each\n"
          "wait, what it was for and who ended it. Of an object, such as a queue: how it\n"
          "stood. Of several with one name the second is \"NAME #2\". TRACE is a file; - is\n"
          "standard input.\n"
          "\n",
          stdout);
    base_options_help(options, stdout);
    fputs("\nTIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min, 1h.\n", stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? CLI_STATUS_EXPECTED : CLI_STATUS_ENVIRONMENT;
}

static enum cli_status wrong(const char *message) {
    base_show_line(stderr, "cadran why: %s", message);
    return CLI_STATUS_USAGE;
}

/* --- Reading -------------------------------------------------------------------------------- */

struct reading {
    struct trace_consumer gate; /* lets no other program's trace pass */
    struct trace_consumer *taker;
    bool foreign;
};

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct reading *reading = (struct reading *)(void *)consumer;
    reading->foreign |= event->ordinal == 1 && event->kind != TRACE_HEADER;
    return reading->foreign ? CAD_EINVAL : reading->taker->take(reading->taker, event);
}

static int end(struct trace_consumer *consumer, bool complete) {
    struct reading *reading = (struct reading *)(void *)consumer;
    return reading->taker->end(reading->taker, complete);
}

static const char *failure(const struct trace_consumer *consumer) {
    const struct reading *reading = (const struct reading *)(const void *)consumer;
    return reading->foreign
               ? "another program's trace, which has no tasks and primitives; cadran view shows it"
               : "out of memory";
}

static enum cli_status read_trace(const char *path, struct why_collector *collector) {
    struct reading reading = {.gate = {.take = take, .end = end, .failure = failure},
                              .taker = why_collector_consumer(collector)};
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    int error = trace_read_events(path, &reading.gate, &complete, message);
    if (error != 0) {
        base_show_line(stderr, "cadran why: %s%s%s", reading.foreign ? trace_path_name(path) : "",
                       reading.foreign ? ": " : "", message);
        return error == CAD_ENOMEM ? CLI_STATUS_ENVIRONMENT : CLI_STATUS_USAGE;
    }
    if (!complete)
        base_show_line(stderr, "cadran why: warning: %s", message);
    return CLI_STATUS_EXPECTED;
}

/* --- Answering ------------------------------------------------------------------------------ */

static enum cli_status find_question(const struct why_run *run, const struct arguments *arguments,
                                     struct why_question *question) {
    *question = (struct why_question){.topic = arguments->critical ? WHY_ABOUT_PATH : WHY_ABOUT_RUN,
                                      .index = WHY_NONE,
                                      .time_ns = arguments->at ? arguments->at_ns : WHY_NO_TIME,
                                      .all = arguments->all};
    if (arguments->at && arguments->at_ns > run->end_ns)
        return wrong("--at is beyond the end of the run");
    if (arguments->subject == NULL)
        return CLI_STATUS_EXPECTED;
    question->topic = WHY_ABOUT_TASK;
    question->index = why_find_task_named(run, arguments->subject);
    if (question->index == WHY_NONE) {
        question->topic = WHY_ABOUT_OBJECT;
        question->index = why_find_object_named(run, arguments->subject);
    }
    if (question->index != WHY_NONE)
        return CLI_STATUS_EXPECTED;
    base_show_line(stderr, "cadran why: %s has no task and no object \"%s\"",
                   trace_path_name(arguments->trace), arguments->subject);
    return CLI_STATUS_USAGE;
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

static enum cli_status answer(struct why_run *run, const struct arguments *arguments) {
    struct why_question question;
    base_buffer out = {0};
    enum cli_status status = find_question(run, arguments, &question);
    if (status != CLI_STATUS_EXPECTED)
        return status;
    int error = arguments->format == FORMAT_JSON ? format_json(run, &question, &out)
                                                 : why_print(run, &question, &out);
    if (error != 0) {
        fputs("cadran why: out of memory\n", stderr);
        status = CLI_STATUS_ENVIRONMENT;
    } else if (fwrite(out.data, 1, out.length, stdout) != out.length || fflush(stdout) != 0) {
        base_show_line(stderr, "cadran why: standard output: %s", strerror(errno));
        status = CLI_STATUS_ENVIRONMENT;
    }
    base_buffer_free(&out);
    return status;
}

static enum cli_status explain(const struct arguments *arguments) {
    struct why_collector *collector = why_collector_new();
    if (collector == NULL) {
        fputs("cadran why: out of memory\n", stderr);
        return CLI_STATUS_ENVIRONMENT;
    }
    enum cli_status status = read_trace(arguments->trace, collector);
    if (status == CLI_STATUS_EXPECTED)
        status = answer(why_collector_run(collector), arguments);
    why_collector_free(collector);
    return status;
}

int cli_cmd_why(int argc, char **argv) {
    struct arguments arguments = {0};
    char message[BASE_OPTIONS_MESSAGE];
    int first;
    switch (base_options_read("cadran why", options, &arguments, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        return print_help();
    case BASE_OPTIONS_WRONG:
        return wrong(message);
    case BASE_OPTIONS_FINE:
        break;
    }
    if (argc - first < 1 || argc - first > 2)
        return wrong(argc == first ? "no trace is named; see cadran why --help"
                                   : "one trace, and one task or object; see cadran why --help");
    arguments.trace = argv[first];
    arguments.subject = argc - first == 2 ? argv[first + 1] : NULL;
    if (arguments.critical && (arguments.subject != NULL || arguments.at))
        return wrong("--critical is about the whole run, not one task or time");
    if (arguments.at && arguments.subject == NULL)
        return wrong("--at is for a task or an object; see cadran why --help");
    return (int)explain(&arguments);
}
