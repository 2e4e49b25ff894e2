/* Bytes that come from outside, and go there. */
#include "run/world_data.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "program/exceptions.h"
#include "run/values.h"

/* --- Reads ----------------------------------------------------------------------------------- */

run_read *run_read_begin(run_machine *machine) {
    run_read *read = machine->reads_free;
    if (read != NULL) {
        machine->reads_free = read->next;
    } else {
        read = base_zalloc(1, sizeof *read);
        if (read == NULL)
            return NULL;
    }
    read->next = machine->reads;
    if (read->next != NULL)
        read->next->previous = read;
    read->previous = NULL;
    machine->reads = read;
    return read;
}

int run_read_text(const run_read *read, size_t which, expr_value *text) {
    const cad_bytes *bytes = &read->bytes[which];
    return expr_string_new(bytes->size > 0 ? bytes->data : "", bytes->size, text);
}

static void unlink_read(run_machine *machine, run_read *read) {
    if (read->previous != NULL)
        read->previous->next = read->next;
    else
        machine->reads = read->next;
    if (read->next != NULL)
        read->next->previous = read->previous;
}

/* A block that was large once is not kept for what is small. */
void run_read_end(run_machine *machine, run_read *read) {
    enum { KEPT = 64 * 1024 };
    unlink_read(machine, read);
    for (size_t i = 0; i < 2; i++) {
        read->bytes[i].size = 0;
        if (read->bytes[i].capacity > KEPT)
            cad_bytes_free(&read->bytes[i]);
    }
    read->next = machine->reads_free;
    machine->reads_free = read;
}

static void free_list(run_read *read) {
    while (read != NULL) {
        run_read *next = read->next;
        cad_bytes_free(&read->bytes[0]);
        cad_bytes_free(&read->bytes[1]);
        base_free(read);
        read = next;
    }
}

void run_reads_free(run_machine *machine) {
    free_list(machine->reads);
    free_list(machine->reads_free);
    machine->reads = machine->reads_free = NULL;
}

/* --- Writes ---------------------------------------------------------------------------------- */

static int fill(run_job *job, const expr_expression *size) {
    base_buffer *buffer = &job->machine->text;
    int64_t left;
    int error = run_evaluate_whole(job, size, "size", &left);
    base_buffer_clear(buffer);
    if (error == 0 && left > (int64_t)EXPR_STRING_MAX_BYTES)
        return prog_raise(CAD_EINVAL, "size is more than 64 MiB, the most that a text can hold");
    static const char block[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    enum { BLOCK = sizeof block - 1 };
    for (; error == 0 && left > 0; left -= BLOCK)
        error = base_buffer_append(buffer, block, left < BLOCK ? (size_t)left : BLOCK);
    return error != 0 ? error : base_buffer_append(buffer, "", 0);
}

int run_data(run_job *job, const expr_text *text, const expr_expression *size) {
    return text != NULL ? run_say(job, text) : fill(job, size);
}

/* --- What is shown --------------------------------------------------------------------------- */

/* How many bytes of what is no character are one mark: those that could have begun one. */
static size_t cut_length(const unsigned char *text, size_t length) {
    static const struct {
        unsigned char first, last, least, most; /* of the first byte, of the second */
        size_t whole;
    } starts[] = {{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
                  {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
                  {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
                  {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (text[0] < starts[i].first || text[0] > starts[i].last)
            continue;
        if (length < 2 || text[1] < starts[i].least || text[1] > starts[i].most)
            return 1;
        size_t count = 2;
        while (count < length && count < starts[i].whole && (text[count] & 0xC0) == 0x80)
            count++;
        return count;
    }
    return 1;
}

/* Where the first part that is no UTF-8 begins; `length`: there is none. */
static size_t find_cut(const char *text, size_t from, size_t length) {
    while (from < length) {
        size_t step = base_utf8_length((const unsigned char *)text + from, length - from);
        if (step == 0)
            return from;
        from += step;
    }
    return length;
}

int run_show_cut(base_buffer *text) {
    size_t at = find_cut(text->data, 0, text->length);
    if (at == text->length)
        return 0;
    base_buffer shown = {0};
    int error = base_buffer_append(&shown, text->data, at);
    while (error == 0 && at < text->length) {
        at += cut_length((const unsigned char *)text->data + at, text->length - at);
        size_t next = find_cut(text->data, at, text->length);
        error = base_buffer_append(&shown, BASE_REPLACEMENT, strlen(BASE_REPLACEMENT));
        if (error == 0)
            error = base_buffer_append(&shown, text->data + at, next - at);
        at = next;
    }
    if (error == 0) {
        base_buffer_clear(text);
        error = base_buffer_append(text, shown.data, shown.length);
    }
    base_buffer_free(&shown);
    return error;
}
