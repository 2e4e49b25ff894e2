/* A comparison for other programs; docs/compare.md says what is in it. */
#include "compare/compare.h"

#include "cadran.h"
#include "compare/report.h"
#include "compare/result.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const side_keys[CMP_SIDES] = {"a", "b"};

static void put_index(doc_writer *out, const char *key, uint32_t index) {
    if (index != CMP_NOBODY)
        doc_write_whole(out, key, index);
}

static void put_text(doc_writer *out, const char *key, const struct cmp_result *result,
                     uint32_t text) {
    if (text != 0)
        doc_write_text(out, key, cmp_text(result, text));
}

static void put_run(doc_writer *out, const struct cmp_result *result, int side) {
    doc_write_open(out, side_keys[side], '{');
    doc_write_text(out, "name", cmp_name(result, side));
    doc_write_text(out, "clock", result->real[side] ? "real" : "virtual");
    doc_write_whole(out, "seed", result->seeds[side]);
    doc_write_truth(out, "detail", result->detailed[side]);
    if (cmp_warning(result, side) != NULL)
        doc_write_text(out, "warning", cmp_warning(result, side));
    doc_write_whole(out, "makespan_ns", result->effect.makespan_ns[side]);
    doc_write_whole(out, "max_spans", (int64_t)result->effect.max_spans[side]);
    doc_write_number(out, "mean_spans", result->effect.mean_spans[side]);
    doc_write_close(out, '}');
}

static void put_thing(doc_writer *out, const struct cmp_result *result,
                      const struct cmp_thing *thing) {
    put_text(out, "type", result, thing->type);
    put_index(out, "creator", thing->creator);
    doc_write_whole(out, "differences", thing->differences);
    for (int side = 0; side < CMP_SIDES; side++) {
        if (thing->number[side] == 0)
            continue;
        doc_write_open(out, side_keys[side], '{');
        doc_write_text(out, "name", cmp_text(result, thing->name[side]));
        doc_write_whole(out, "ordinal", thing->ordinal[side]);
        doc_write_whole(out, "number", (int64_t)thing->number[side]);
        doc_write_close(out, '}');
    }
}

static void put_tasks(doc_writer *out, const struct cmp_result *result) {
    doc_write_open(out, "tasks", '[');
    for (size_t i = 0; i < cmp_task_count(result); i++) {
        doc_write_open(out, NULL, '{');
        put_thing(out, result, cmp_task_at(result, i));
        doc_write_close(out, '}');
    }
    doc_write_close(out, ']');
}

static void put_waits(doc_writer *out, const struct cmp_waits *waits, int side) {
    doc_write_open(out, side == CMP_A ? "waits_a" : "waits_b", '{');
    doc_write_whole(out, "count", (int64_t)waits->count[side]);
    doc_write_whole(out, "total_ns", waits->total_ns[side]);
    doc_write_whole(out, "longest_ns", waits->longest_ns[side]);
    doc_write_close(out, '}');
}

static void put_objects(doc_writer *out, const struct cmp_result *result) {
    doc_write_open(out, "objects", '[');
    for (size_t i = 0; i < cmp_object_count(result); i++) {
        doc_write_open(out, NULL, '{');
        put_thing(out, result, cmp_object_at(result, i));
        put_waits(out, cmp_waits(result, i), CMP_A);
        put_waits(out, cmp_waits(result, i), CMP_B);
        doc_write_close(out, '}');
    }
    doc_write_close(out, ']');
}

static void put_event(doc_writer *out, const struct cmp_result *result,
                      const struct cmp_event *event, int side) {
    const struct trace_kind_row *row = &trace_kinds[event->kind];
    char phase[2] = {row->phase, '\0'};
    if (event->ordinal == 0)
        return;
    doc_write_open(out, side_keys[side], '{');
    doc_write_text(out, "ph", phase);
    doc_write_text(out, "cat", trace_categories[row->category]);
    put_text(out, "name", result, event->name);
    put_text(out, "says", result, event->words);
    doc_write_whole(out, "time_ns", event->time_ns);
    if (event->begin_ns != CMP_NO_TIME)
        doc_write_whole(out, "begin_ns", event->begin_ns);
    if (event->until_ns != CMP_NO_TIME)
        doc_write_whole(out, "until_ns", event->until_ns);
    doc_write_whole(out, "task", event->task);
    put_index(out, "object", event->object);
    put_index(out, "other", event->other);
    doc_write_whole(out, "ordinal", (int64_t)event->ordinal);
    doc_write_whole(out, "line", (int64_t)event->line);
    doc_write_close(out, '}');
}

static int put_sentence(doc_writer *out, const struct cmp_result *result,
                        const struct cmp_difference *difference) {
    base_buffer text = {0};
    int error = cmp_sentence(result, difference, &text);
    if (error == 0)
        error = base_buffer_append(&text, "", 1);
    if (error == 0)
        doc_write_text(out, "sentence", text.data);
    base_buffer_free(&text);
    return error;
}

static int put_difference(doc_writer *out, const struct cmp_result *result,
                          const struct cmp_difference *difference) {
    doc_write_open(out, NULL, '{');
    doc_write_text(out, "kind", cmp_kind_words[difference->kind]);
    int error = put_sentence(out, result, difference);
    put_index(out, "root", difference->root);
    doc_write_whole(out, "consequences", difference->consequences);
    put_text(out, "span", result, difference->span);
    put_event(out, result, &difference->event[CMP_A], CMP_A);
    put_event(out, result, &difference->event[CMP_B], CMP_B);
    doc_write_close(out, '}');
    return error;
}

static int put_differences(doc_writer *out, const struct cmp_result *result) {
    int error = 0;
    doc_write_open(out, "roots", '[');
    for (size_t i = 0; i < cmp_root_count(result); i++)
        doc_write_whole(out, NULL, cmp_root_at(result, i));
    doc_write_close(out, ']');
    doc_write_open(out, "differences", '[');
    for (size_t i = 0; i < cmp_difference_count(result) && error == 0; i++)
        error = put_difference(out, result, cmp_difference_at(result, i));
    doc_write_close(out, ']');
    return error;
}

static void put_swaps(doc_writer *out, const struct cmp_result *result) {
    const struct cmp_difference *swap = cmp_first_swap(result);
    doc_write_open(out, "swaps", '{');
    doc_write_whole(out, "count", (int64_t)cmp_swap_count(result));
    if (swap != NULL) {
        put_event(out, result, &swap->event[CMP_A], CMP_A);
        put_event(out, result, &swap->event[CMP_B], CMP_B);
    }
    doc_write_close(out, '}');
}

/* The state before the first root, line by line. */
static void put_state(doc_writer *out, const struct cmp_report *report) {
    for (int side = 0; side < CMP_SIDES; side++) {
        bool same = !cmp_has_part(report, CMP_STATE_B);
        const struct cmp_lines *lines =
            &report->part[side == CMP_A || same ? CMP_STATE_A : CMP_STATE_B];
        doc_write_open(out, side == CMP_A ? "state_a" : "state_b", '[');
        for (const char *line = cmp_next_line(lines, NULL); line != NULL;
             line = cmp_next_line(lines, line))
            doc_write_text(out, NULL, line);
        doc_write_close(out, ']');
    }
}

int cmp_write_json(const struct cmp_result *result, doc_writer *out, const char *key,
                   char message[CMP_MESSAGE_SIZE]) {
    struct cmp_report report;
    int error = cmp_make_report(result, true, &report, message);
    doc_write_open(out, key, '{');
    doc_write_whole(out, "cadran_diff", 1);
    doc_write_truth(out, "same", cmp_same(result));
    doc_write_text(out, "level", cmp_level_words[cmp_level(result)]);
    doc_write_text(out, "asked", cmp_level_words[result->asked]);
    put_run(out, result, CMP_A);
    put_run(out, result, CMP_B);
    if (error == 0 && (error = put_differences(out, result)) != 0)
        snprintf(message, CMP_MESSAGE_SIZE, CMP_NO_MEMORY);
    if (error == 0 && cmp_root_count(result) > 0)
        put_state(out, &report);
    put_swaps(out, result);
    put_tasks(out, result);
    put_objects(out, result);
    doc_write_close(out, '}');
    cmp_free_report(&report);
    return error;
}
