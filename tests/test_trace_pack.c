/* Packed traces: written (sim/trace/output.c, pack.c) and read (sim/trace/unpack.c). */
#define ZLIB_CONST

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/memory.h"
#include "cadran.h"
#include "support/memory_test.h"
#include "trace/output.h"
#include "trace/reader.h"

static const char *const names[] = {"t.json", "t.json.gz", "t.json.zst"};
enum { PLAIN, GZIP, ZSTD, PACKINGS };

static char folder[] = "/tmp/test_trace_pack-XXXXXX";
static char message[TRACE_MESSAGE_SIZE];

struct bytes {
    char *data;
    size_t size;
};

static struct bytes read_file(const char *name) {
    struct bytes bytes = {0};
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    bytes.size = (size_t)ftell(file);
    bytes.data = malloc(bytes.size + 1);
    assert_non_null(bytes.data);
    rewind(file);
    assert_int_equal(fread(bytes.data, 1, bytes.size, file), bytes.size);
    fclose(file);
    return bytes;
}

/* --- Writing ---------------------------------------------------------------------------------- */

/* Bytes as they are; fewer than there is room for. */
static void put_bytes(struct trace_output *output, const char *bytes, size_t length) {
    char *at = trace_output_room(output, trace_output_at(output), TRACE_OUTPUT_ROOM);
    (void)trace_output_commit(output, trace_put_bytes(at, bytes, length));
}

static void put_event(struct trace_output *output, int number) {
    char line[128];
    int length = snprintf(line, sizeof line,
                          ",\n{\"ph\":\"i\",\"ts\":%d.000,\"pid\":1,\"tid\":%d,\"name\":\"x\"}",
                          number, number * 7919 % 1000);
    int skipped = number == 0; /* the comma before it */
    put_bytes(output, line + skipped, (size_t)(length - skipped));
}

static void begin(struct trace_output *output, const char *name, bool live) {
    assert_int_equal(trace_output_open(output, name, live), 0);
    put_bytes(output, "[", 1);
}

/* So many events, through trace_output. */
static void write_trace(const char *name, int events) {
    struct trace_output output;
    begin(&output, name, false);
    for (int i = 0; i < events; i++)
        put_event(&output, i);
    put_bytes(&output, "\n]\n", 3);
    assert_int_equal(trace_output_close(&output), 0);
    trace_output_free(&output);
}

static struct bytes unpack(int packing, struct bytes packed, size_t size) {
    struct bytes plain = {malloc(size + 1), size};
    assert_non_null(plain.data);
    if (packing == GZIP) {
        z_stream stream = {.next_in = (const Bytef *)packed.data,
                           .avail_in = (uInt)packed.size,
                           .next_out = (Bytef *)plain.data,
                           .avail_out = (uInt)size + 1};
        assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.avail_in, 0);
        plain.size = size + 1 - stream.avail_out;
        inflateEnd(&stream);
    } else {
        plain.size = ZSTD_decompress(plain.data, size + 1, packed.data, packed.size);
        assert_false(ZSTD_isError(plain.size));
    }
    return plain;
}

static void test_trace_pack__what_is_packed_is_what_is_written(void **state) {
    (void)state;
    static const int sizes[] = {0, 100, 30000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        write_trace(names[PLAIN], sizes[i]);
        struct bytes plain = read_file(names[PLAIN]);
        for (int packing = GZIP; packing < PACKINGS; packing++) {
            write_trace(names[packing], sizes[i]);
            struct bytes packed = read_file(names[packing]);
            struct bytes unpacked = unpack(packing, packed, plain.size);
            assert_int_equal(unpacked.size, plain.size);
            assert_memory_equal(unpacked.data, plain.data, plain.size);
            /* Nothing in it says when or where it was written. */
            if (packing == GZIP)
                assert_memory_equal(packed.data, "\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10);
            write_trace(names[packing], sizes[i]);
            struct bytes again = read_file(names[packing]);
            assert_int_equal(again.size, packed.size);
            assert_memory_equal(again.data, packed.data, packed.size);
            free(again.data);
            free(unpacked.data);
            free(packed.data);
        }
        free(plain.data);
    }
}

static struct trace_model *read_trace(const char *name) {
    struct trace_model *trace;
    int error = trace_read(name, &trace, message);
    if (error != 0)
        print_error("%s\n", message);
    assert_int_equal(error, 0);
    return trace;
}

static uint64_t events_in(const char *name) {
    struct trace_model *trace = read_trace(name);
    uint64_t events = trace->event_count;
    trace_model_free(trace);
    return events;
}

/* Of a file that may have nothing in it yet. */
static bool has_events(const char *name, int count) {
    struct stat file;
    assert_int_equal(stat(name, &file), 0);
    return file.st_size > 0 && events_in(name) >= (uint64_t)count;
}

static void wait_for_events(const char *name, int count) {
    for (int tries = 0; tries < 200 && !has_events(name, count); tries++)
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    assert_int_equal(events_in(name), count);
}

static void test_trace_pack__what_is_live_can_be_read_meanwhile(void **state) {
    (void)state;
    /* The second one has filled some buffers. */
    static const int before[] = {10, 30000};
    for (int packing = PLAIN; packing < PACKINGS; packing++) {
        for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
            struct trace_output output;
            int count = 0;
            begin(&output, names[packing], true);
            while (count < before[i])
                put_event(&output, count++);
            wait_for_events(names[packing], count);
            put_event(&output, count++);
            wait_for_events(names[packing], count);
            put_event(&output, count++);
            assert_int_equal(trace_output_close(&output), 0);
            trace_output_free(&output);
            assert_int_equal(events_in(names[packing]), count);
        }
    }
}

static void test_trace_pack__a_full_disk_is_an_error(void **state) {
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    for (int packing = PLAIN; packing < PACKINGS; packing++) {
        struct trace_output output;
        (void)unlink(names[packing]);
        assert_int_equal(symlink("/dev/full", names[packing]), 0);
        begin(&output, names[packing], false);
        put_event(&output, 0);
        assert_int_equal(trace_output_close(&output), ENOSPC);
        trace_output_free(&output);
        begin(&output, names[packing], true);
        assert_int_equal(trace_output_close(&output), ENOSPC);
        trace_output_free(&output);
        /* In the thread. */
        begin(&output, names[packing], false);
        for (int i = 0; i < 100000 && output.error == 0; i++)
            put_event(&output, i);
        assert_int_equal(trace_output_close(&output), ENOSPC);
        trace_output_free(&output);
        assert_int_equal(unlink(names[packing]), 0);
    }
}

/* --- Reading ---------------------------------------------------------------------------------- */

static void test_trace_pack__a_packed_trace_may_be_cut_at_any_byte(void **state) {
    (void)state;
    for (int packing = GZIP; packing < PACKINGS; packing++) {
        write_trace(names[packing], 300);
        struct bytes packed = read_file(names[packing]);
        uint64_t events = 0;
        bool readable = false;
        for (size_t size = 1; size <= packed.size; size++) {
            struct trace_model *trace;
            char expected[96];
            int error = trace_read_memory("t", packed.data, size, &trace, message);
            if (error == CAD_EINVAL && !readable) { /* as far as nothing comes out */
                snprintf(expected, sizeof expected,
                         "t:1: cut short at byte %zu: nothing of what %s has packed can be read",
                         size, packing == GZIP ? "gzip" : "zstd");
                assert_string_equal(message, expected);
                continue;
            }
            readable = true;
            if (error != 0)
                print_error("cut at %zu: %s\n", size, message);
            assert_int_equal(error, 0);
            assert_true(trace->event_count >= events);
            events = trace->event_count;
            snprintf(expected, sizeof expected, ": cut short at byte %zu (byte ", size);
            assert_int_equal(trace->warning_count, size < packed.size);
            if (size < packed.size)
                assert_non_null(strstr(trace->warnings[0], expected));
            trace_model_free(trace);
        }
        assert_int_equal(events, 300);
        free(packed.data);
    }
    /* And of what is packed the half. */
    struct trace_output output;
    begin(&output, names[GZIP], false);
    put_event(&output, 0);
    assert_int_equal(trace_output_close(&output), 0);
    trace_output_free(&output);
    struct trace_model *trace = read_trace(names[GZIP]);
    assert_string_equal(trace->warnings[0], "t.json.gz:2: cut short at byte 50 of what gzip has "
                                            "packed: this is what its first 1 event tells");
    trace_model_free(trace);
}

/* What is packed piece by piece is one. */
static void test_trace_pack__pieces_are_joined(void **state) {
    (void)state;
    static const char *const texts[] = {"[{\"ph\":\"i\",\"ts\":1,\"na", "",
                                        "me\":\"x\"},{\"ph\":\"P\"}]"};
    for (int packing = GZIP; packing < PACKINGS; packing++) {
        char packed[1024];
        size_t size = 0;
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            struct trace_output output;
            assert_int_equal(trace_output_open(&output, names[packing], false), 0);
            put_bytes(&output, texts[i], strlen(texts[i]));
            assert_int_equal(trace_output_close(&output), 0);
            trace_output_free(&output);
            struct bytes piece = read_file(names[packing]);
            memcpy(packed + size, piece.data, piece.size);
            size += piece.size;
            free(piece.data);
        }
        struct trace_model *trace;
        assert_int_equal(trace_read_memory("t", packed, size, &trace, message), 0);
        assert_true(trace->complete);
        assert_int_equal(trace->event_count, 2);
        trace_model_free(trace);
        /* Other things behind them are not left out. */
        packed[size] = 'x';
        assert_int_equal(trace_read_memory("t", packed, size + 10, &trace, message), CAD_EINVAL);
    }
    struct trace_model *trace;
    assert_int_equal(trace_read_memory("t", "\x1f\x8b\x08\0\0\0\0\0\4\xff\3\0\0\0\0\0\0\0\0\0", 20,
                                       &trace, message),
                     CAD_EINVAL);
    assert_string_equal(message, "t:1: not a trace: there is nothing in it");
}

static void test_trace_pack__damage_is_said_with_its_place(void **state) {
    (void)state;
    for (int packing = GZIP; packing < PACKINGS; packing++) {
        write_trace(names[packing], 300);
        struct bytes packed = read_file(names[packing]);
        const char *expected = packing == GZIP ? ": packed by gzip, and damaged at byte "
                                               : ": packed by zstd, and damaged after byte ";
        size_t found = 0;
        for (size_t i = 0; i < packed.size; i++) {
            struct trace_model *trace;
            packed.data[i] ^= 0x55;
            int error = trace_read_memory("t", packed.data, packed.size, &trace, message);
            if (error != 0) {
                assert_int_equal(error, CAD_EINVAL);
                found += strstr(message, expected) != NULL;
            }
            trace_model_free(trace);
            packed.data[i] ^= 0x55;
        }
        assert_true(found > packed.size / 2);
        free(packed.data);
    }
}

/* --- Memory ----------------------------------------------------------------------------------- */

static size_t used, most_used;

/* Counts, with the size before each block. */
static void *counting_realloc(void *context, void *pointer, size_t size) {
    (void)context;
    size_t *block = pointer == NULL ? NULL : (size_t *)pointer - 2;
    size_t old = block == NULL ? 0 : *block;
    used += size - old;
    if (used > most_used)
        most_used = used;
    if (size == 0) {
        free(block);
        return NULL;
    }
    block = realloc(block, size + 2 * sizeof *block);
    assert_non_null(block);
    *block = size;
    return block + 2;
}

static void test_trace_pack__a_bomb_takes_no_memory(void **state) {
    (void)state;
    enum { SIZE = 64 << 20, PIECE = 512 };
    char spaces[PIECE];
    memset(spaces, ' ', sizeof spaces);
    for (int packing = GZIP; packing < PACKINGS; packing++) {
        struct trace_output output;
        begin(&output, names[packing], false);
        for (int i = 0; i < SIZE; i += PIECE)
            put_bytes(&output, spaces, PIECE);
        put_bytes(&output, "]", 1);
        assert_int_equal(trace_output_close(&output), 0);
        trace_output_free(&output);
        base_set_allocator(counting_realloc, NULL);
        used = most_used = 0;
        assert_int_equal(events_in(names[packing]), 0);
        assert_int_equal(used, 0);
        base_set_allocator(NULL, NULL);
        assert_true(most_used < 2 << 20);
    }
}

static void test_trace_pack__survives_every_allocation_failure(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    for (int packing = PLAIN; packing < PACKINGS; packing++) {
        int error = ENOMEM;
        for (size_t allowed = 0; error != 0; allowed++) {
            struct trace_output output;
            assert_true(allowed < 100);
            memory_allow(allowed);
            error = trace_output_open(&output, names[packing], false);
            if (error == 0) {
                put_bytes(&output, "[]", 2);
                error = trace_output_close(&output);
            }
            assert_true(error == 0 || error == ENOMEM);
            trace_output_free(&output);
            memory_allow(SIZE_MAX);
        }
        error = CAD_ENOMEM;
        for (size_t allowed = 0; error != 0; allowed++) {
            struct trace_model *trace;
            assert_true(allowed < 200);
            memory_allow(allowed);
            error = trace_read(names[packing], &trace, message);
            assert_true(error == 0 || error == CAD_ENOMEM);
            trace_model_free(trace);
            memory_allow(SIZE_MAX);
        }
    }
    base_set_allocator(NULL, NULL);
}

static int enter_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **state) {
    (void)state;
    for (int packing = PLAIN; packing < PACKINGS; packing++)
        (void)unlink(names[packing]);
    return chdir("/") != 0 || rmdir(folder) != 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_pack__what_is_packed_is_what_is_written),
        cmocka_unit_test(test_trace_pack__what_is_live_can_be_read_meanwhile),
        cmocka_unit_test(test_trace_pack__a_full_disk_is_an_error),
        cmocka_unit_test(test_trace_pack__a_packed_trace_may_be_cut_at_any_byte),
        cmocka_unit_test(test_trace_pack__pieces_are_joined),
        cmocka_unit_test(test_trace_pack__damage_is_said_with_its_place),
        cmocka_unit_test(test_trace_pack__a_bomb_takes_no_memory),
        cmocka_unit_test(test_trace_pack__survives_every_allocation_failure),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
