/* JSON: all that there is to say, for programs. docs/testing.md describes it. */
#include "suite/format.h"

#include "cadran.h"
#include "document/write.h"

static void put_result(doc_writer *writer, const suite_session *session, size_t number) {
    const suite_result *result = &session->results[number];
    doc_write_open(writer, NULL, '{');
    doc_write_text(writer, "path", session->list->items[number].shown);
    doc_write_truth(writer, "passed", suite_passed(result));
    doc_write_whole(writer, "took_ns", result->took_ns);
    doc_write_open(writer, "reasons", '[');
    for (int i = 0; i < SUITE_REASON_COUNT; i++)
        if ((result->reasons >> i & 1) != 0)
            doc_write_text(writer, NULL, suite_reason_words[i]);
    doc_write_close(writer, ']');
    if (!suite_passed(result)) {
        doc_write_text(writer, "sentence", suite_text(&result->sentence));
        doc_write_text(writer, "details", suite_text(&result->details));
    }
    if (result->line > 0) {
        doc_write_whole(writer, "line", result->line);
        doc_write_whole(writer, "column", result->column);
    }
    if (result->new_trace.length > 0)
        doc_write_text(writer, "new_trace", suite_text(&result->new_trace));
    doc_write_close(writer, '}');
}

static int end(const suite_session *session) {
    doc_writer writer = {0};
    size_t count = session->list->count;
    doc_write_open(&writer, NULL, '{');
    doc_write_whole(&writer, "cadran_test", 1);
    doc_write_whole(&writer, "passed", (int64_t)(count - session->failed - session->skipped));
    doc_write_whole(&writer, "failed", (int64_t)session->failed);
    doc_write_whole(&writer, "skipped", (int64_t)session->skipped);
    doc_write_whole(&writer, "left_out", (int64_t)session->list->left_out);
    doc_write_whole(&writer, "took_ns", session->took_ns);
    doc_write_open(&writer, "scenarios", '[');
    for (size_t i = 0; i < count; i++)
        put_result(&writer, session, i);
    doc_write_close(&writer, ']');
    doc_write_close(&writer, '}');
    int error = doc_write_failed(&writer) ? CAD_ENOMEM : 0;
    if (error == 0)
        fprintf(session->out, "%s\n", writer.text.data);
    base_buffer_free(&writer.text);
    return error;
}

const suite_format suite_format_json = {.name = "json", .end = end};
