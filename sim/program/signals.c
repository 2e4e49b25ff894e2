/* The names of signals. */
#include "program/signals.h"

#include <signal.h>
#include <string.h>

#include "base/suggestion.h"

static const struct row {
    const char *name;
    int number;
    const char *unhandled; /* why no handler can be for it; NULL: one can */
} rows[] = {
#define NOBODY "can be handled by no program"
#define BROKEN "says that the program itself is broken, and no handler of a scenario can be for it"
    {"SIGHUP", SIGHUP, NULL},     {"SIGINT", SIGINT, NULL},     {"SIGQUIT", SIGQUIT, NULL},
    {"SIGILL", SIGILL, BROKEN},   {"SIGABRT", SIGABRT, BROKEN}, {"SIGFPE", SIGFPE, BROKEN},
    {"SIGKILL", SIGKILL, NOBODY}, {"SIGUSR1", SIGUSR1, NULL},   {"SIGSEGV", SIGSEGV, BROKEN},
    {"SIGUSR2", SIGUSR2, NULL},   {"SIGPIPE", SIGPIPE, NULL},   {"SIGALRM", SIGALRM, NULL},
    {"SIGTERM", SIGTERM, NULL},   {"SIGCHLD", SIGCHLD, NULL},   {"SIGCONT", SIGCONT, NULL},
    {"SIGSTOP", SIGSTOP, NOBODY}, {"SIGTSTP", SIGTSTP, NULL},   {"SIGTTIN", SIGTTIN, NULL},
    {"SIGTTOU", SIGTTOU, NULL},   {"SIGBUS", SIGBUS, BROKEN},   {"SIGURG", SIGURG, NULL},
    {"SIGXCPU", SIGXCPU, NULL},   {"SIGXFSZ", SIGXFSZ, NULL},   {"SIGVTALRM", SIGVTALRM, NULL},
    {"SIGPROF", SIGPROF, NULL},   {"SIGWINCH", SIGWINCH, NULL},
};

const char *prog_signal_name(int number) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].number == number)
            return rows[i].name;
    return NULL;
}

const char *prog_signal_at(size_t index, bool *handled) {
    if (index >= sizeof rows / sizeof *rows)
        return NULL;
    *handled = rows[index].unhandled == NULL;
    return rows[index].name;
}

static int refuse(const doc_node *node, const char *text, const base_suggestion *suggestion) {
    if (suggestion->best != NULL)
        (void)doc_node_unknown(node, "signal", text, suggestion);
    else
        (void)doc_node_fault(node, "unknown signal \"%s\"; expected a name such as \"SIGTERM\"",
                             text);
    return 0;
}

int prog_signal_number(const doc_node *node, bool handled) {
    const char *text;
    base_suggestion suggestion;
    if (doc_node_string(node, &text) != 0)
        return 0;
    base_suggestion_start(&suggestion, text, strlen(text));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        base_suggestion_offer(&suggestion, row->name);
        if (strcmp(row->name + 3, text) == 0) /* SIGTERM, as kill(1) has it */
            return refuse(node, text, &(base_suggestion){.best = row->name});
        if (strcmp(row->name, text) != 0)
            continue;
        if (!handled || row->unhandled == NULL)
            return row->number;
        (void)doc_node_fault(node, "\"%s\" %s", text, row->unhandled);
        return 0;
    }
    return refuse(node, text, &suggestion);
}
