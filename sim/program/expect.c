/* Reads what a document expects of its runs. */
#include "program/expect.h"

#include <string.h>

#include "program/fields.h"
#include "program/raising.h"
#include "program/scope.h"

const char *const prog_outcome_names[PROG_OUTCOMES] = {
    [PROG_COMPLETE] = "complete",       [PROG_FAILED] = "failed",   [PROG_DEADLOCK] = "deadlock",
    [PROG_INTERRUPTED] = "interrupted", [PROG_STOPPED] = "stopped", [PROG_LIMIT] = "limit",
};

static void read_outcome(const doc_node *node, prog_expect *expect) {
    size_t index;
    if (doc_node_choice(node, "outcome", prog_outcome_names, PROG_OUTCOMES, &index) != 0)
        return;
    expect->outcome = (enum prog_outcome)index;
    expect->outcome_place = doc_node_offset(node);
}

static void read_makespan(prog_compiler *compiler, const doc_node *node, prog_expect *expect) {
    static const char *const members[] = {"min", "max"};
    doc_node bound;
    if (doc_node_type(node) == DOC_ARRAY) {
        (void)doc_node_fault(node,
                             "expected a time, or bounds for it, such as {\"min\": 1, \"max\": 2}, "
                             "found an array");
        return;
    }
    if (doc_node_type(node) != DOC_OBJECT) {
        prog_compile_setting(compiler, node, &expect->makespan_least);
        expect->makespan_most = expect->makespan_least;
        return;
    }
    (void)doc_node_only(node, members, 2, 2, NULL);
    if (doc_node_member(node, "min", &bound))
        prog_compile_setting(compiler, &bound, &expect->makespan_least);
    if (doc_node_member(node, "max", &bound))
        prog_compile_setting(compiler, &bound, &expect->makespan_most);
    if (doc_node_count(node) == 0)
        (void)doc_node_fault(node, "expected \"min\" or \"max\"");
}

static const char **read_lines(prog_compiler *compiler, const doc_node *node, size_t *count) {
    doc_node item;
    if (doc_node_array(node, "[\"a line\"]") != 0)
        return NULL;
    const char **lines = prog_compiler_alloc(compiler, (doc_node_count(node) + 1) * sizeof *lines);
    for (bool more = lines != NULL && doc_node_first(node, &item); more;
         more = doc_node_next(&item))
        if (doc_node_string(&item, &lines[*count]) == 0)
            ++*count;
    return lines;
}

static void read_order(prog_compiler *compiler, const doc_node *node, prog_expect *expect) {
    doc_node pair, first, second;
    if (doc_node_array(node, "[[\"first\", \"later\"]]") != 0)
        return;
    expect->order = prog_compiler_alloc(compiler, (doc_node_count(node) + 1) * sizeof(prog_pair));
    for (bool more = expect->order != NULL && doc_node_first(node, &pair); more;
         more = doc_node_next(&pair)) {
        prog_pair *row = &expect->order[expect->order_count];
        if (doc_node_array(&pair, "[\"first\", \"later\"]") != 0)
            continue;
        if (doc_node_count(&pair) != 2 || !doc_node_first(&pair, &first)) {
            (void)doc_node_fault(&pair, "expected two texts: the one that is printed first, and "
                                        "the one that is printed after it");
            continue;
        }
        second = first;
        (void)doc_node_next(&second);
        if (doc_node_string(&first, &row->first) != 0 ||
            doc_node_string(&second, &row->second) != 0)
            continue;
        row->place = doc_node_offset(&pair);
        expect->order_count++;
    }
}

static void read_always(prog_compiler *compiler, const doc_node *node, prog_expect *expect) {
    doc_node item;
    if (doc_node_array(node, "[\"size <= 3\"]") != 0)
        return;
    expect->always =
        prog_compiler_alloc(compiler, (doc_node_count(node) + 1) * sizeof(prog_invariant));
    for (bool more = expect->always != NULL && doc_node_first(node, &item); more;
         more = doc_node_next(&item)) {
        prog_invariant *invariant = &expect->always[expect->always_count];
        if (doc_node_string(&item, &invariant->text) != 0)
            continue;
        invariant->condition = prog_compile_expression(compiler, &item);
        invariant->place = doc_node_offset(&item);
        expect->always_count += invariant->condition != NULL;
    }
}

/* How a task can end: in one of these ways, or with an exception of some name. */
static const char *const ends[] = {"returned", "failed", "cancelled", "pending"};
enum { ENDS = sizeof ends / sizeof *ends };

static bool check_end(const prog_compiler *compiler, const doc_node *node, const char *end) {
    const base_symbols *exceptions = &compiler->program->exception_names;
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, end, strlen(end));
    for (size_t i = 0; i < ENDS; i++) {
        if (strcmp(end, ends[i]) == 0)
            return true;
        base_suggestion_offer(&suggestion, ends[i]);
    }
    if (base_symbols_find(exceptions, end, strlen(end)) != BASE_NO_SYMBOL)
        return true;
    base_symbols_suggest(exceptions, &suggestion);
    if (suggestion.best != NULL)
        (void)doc_node_fault(node, "\"%s\" is no way to end; did you mean \"%s\"?", end,
                             suggestion.best);
    else
        (void)doc_node_fault(node,
                             "\"%s\" is no way to end: expected \"returned\", \"failed\", "
                             "\"cancelled\", \"pending\" or the name of an exception",
                             end);
    return false;
}

static void read_tasks(prog_compiler *compiler, const doc_node *node, prog_expect *expect) {
    doc_node item;
    if (doc_node_object(node, "{\"a task\": \"returned\"}") != 0)
        return;
    expect->tasks = prog_compiler_alloc(compiler, (doc_node_count(node) + 1) * sizeof(prog_pair));
    for (bool more = expect->tasks != NULL && doc_node_first(node, &item); more;
         more = doc_node_next(&item)) {
        prog_pair *row = &expect->tasks[expect->task_count];
        base_symbols *names = &compiler->program->task_names;
        *row = (prog_pair){.first = doc_node_key(&item), .place = doc_node_offset(&item)};
        size_t length = strlen(row->first);
        if (!prog_is_task_name(compiler, row->first, length)) {
            base_suggestion suggestion;
            base_suggestion_start(&suggestion, row->first, length);
            prog_suggest_tasks(compiler, &suggestion);
            (void)doc_node_key_unknown(&item, "task", row->first, &suggestion);
            continue;
        }
        if (doc_node_string(&item, &row->second) != 0)
            continue;
        if (!check_end(compiler, &item, row->second))
            continue;
        prog_note_taken(compiler, row->second);
        compiler->no_memory |= base_symbols_add(names, row->first, length, NULL) == BASE_NO_SYMBOL;
        expect->task_count++;
    }
}

#define EXPECT "{\"outcome\": \"complete\"}"

void prog_load_expect(prog_compiler *compiler, const doc_node *root) {
    prog_expect *expect = &compiler->program->expect;
    doc_node node, member;
    expect->outcome = PROG_OUTCOMES;
    expect->golden = true;
    if (!doc_node_member(root, "expect", &node) || doc_node_object(&node, EXPECT) != 0)
        return;
    expect->given = true;
    prog_check_fields(&node, prog_expect_fields, EXPECT);
    if (doc_node_member(&node, "outcome", &member))
        read_outcome(&member, expect);
    if (doc_node_member(&node, "makespan", &member))
        read_makespan(compiler, &member, expect);
    if (doc_node_member(&node, "max_concurrent", &member))
        prog_compile_setting(compiler, &member, &expect->max_concurrent);
    if (doc_node_member(&node, "tolerance", &member))
        prog_compile_setting(compiler, &member, &expect->tolerance);
    if (doc_node_member(&node, "stdout", &member)) {
        expect->lines = read_lines(compiler, &member, &expect->line_count);
        expect->lines_place = doc_node_offset(&member);
    }
    if (doc_node_member(&node, "order", &member))
        read_order(compiler, &member, expect);
    if (doc_node_member(&node, "always", &member))
        read_always(compiler, &member, expect);
    if (doc_node_member(&node, "tasks", &member))
        read_tasks(compiler, &member, expect);
    if (doc_node_member(&node, "table", &member)) {
        expect->table = read_lines(compiler, &member, &expect->table_count);
        expect->table_place = doc_node_offset(&member);
    }
    if (doc_node_member(&node, "golden", &member)) {
        (void)doc_node_boolean(&member, &expect->golden);
        expect->golden_place = doc_node_offset(&member);
    }
}
