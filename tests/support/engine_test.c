#include "engine_test.h"

enum { LOG_SIZE = 16 * 1024, LINE_SIZE = 2048, PIECE = 512 };

cad_loop *test_loop;

/* --- Allocations ----------------------------------------------------------------------------- */

static size_t live;
static size_t until_failure; /* allocations; 0: none fails */
static bool failed;

static void *count(void *context, void *pointer, size_t size) {
    (void)context;
    if (size == 0) {
        live -= pointer != NULL;
        free(pointer);
        return NULL;
    }
    if (until_failure > 0 && --until_failure == 0) {
        failed = true;
        return NULL;
    }
    void *grown = realloc(pointer, size);
    live += pointer == NULL && grown != NULL;
    return grown;
}

void count_blocks(void) {
    cad_set_allocator(count, NULL);
    live = 0;
    fail_block(0);
}

void fail_block(size_t number) {
    until_failure = number;
    failed = false;
}

bool block_failed(void) {
    return failed;
}

size_t blocks_live(void) {
    /* What came with the last error outside tasks outlives every loop. */
    (void)cad_raise(CAD_ERUNTIME, NULL);
    return live;
}

/* --- The log --------------------------------------------------------------------------------- */

static char text[LOG_SIZE];
static size_t length;
static int64_t line_ns; /* of the last line; below 0: there is none */

char *seconds_text(char *out, int64_t ns) {
    int end = snprintf(out, 32, "%lld.%09lld", (long long)(ns / CAD_SECOND),
                       (long long)(ns % CAD_SECOND));
    while (out[end - 1] == '0')
        end--;
    out[out[end - 1] == '.' ? end - 1 : end] = '\0';
    return out;
}

void note_clear(void) {
    length = 0;
    line_ns = -1;
    text[0] = '\0';
}

void note(const char *format, ...) {
    char what[LINE_SIZE], time[32];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    assert_uint_in_range(size, 0, LINE_SIZE - 1);

    int64_t now_ns = cad_loop_time(test_loop);
    int added;
    if (now_ns == line_ns) {
        added = snprintf(text + length - 1, LOG_SIZE - length + 1, ", %s\n", what) - 1;
    } else {
        added = snprintf(text + length, LOG_SIZE - length, "%s: %s\n", seconds_text(time, now_ns),
                         what);
    }
    line_ns = now_ns;
    length += (size_t)added;
    assert_true(length < LOG_SIZE);
}

const char *noted(void) {
    return text;
}

void print_log(const char *title, const char *log) {
    print_error("%s:\n", title);
    for (size_t size; *log != '\0'; log += size) {
        size = strcspn(log, "\n");
        size += log[size] == '\n';
        if (size > PIECE)
            size = PIECE;
        print_error("%.*s", (int)size, log);
    }
}

void happened(const char *file, int line, const char *const *lines) {
    char expected[LOG_SIZE];
    size_t size = 0;
    expected[0] = '\0';
    for (; *lines != NULL; lines++) {
        size += (size_t)snprintf(expected + size, LOG_SIZE - size, "%s\n", *lines);
        assert_true(size < LOG_SIZE);
    }
    if (strcmp(expected, text) == 0)
        return;
    print_log("expected", expected);
    print_log("found", text);
    _fail(file, line);
}

/* --- Fixtures -------------------------------------------------------------------------------- */

void ignore_unretrieved(cad_future *future, int code, const cad_exception *exception, void *arg) {
    (void)future;
    (void)code;
    (void)exception;
    (void)arg;
}

int engine_test_setup(void **state) {
    (void)state;
    count_blocks();
    note_clear();
    int error = cad_loop_new(cad_virtual_driver(), &test_loop);
    if (error == 0)
        cad_loop_set_exception_handler(test_loop, ignore_unretrieved, NULL);
    return error;
}

int engine_test_teardown(void **state) {
    (void)state;
    cad_loop_free(test_loop);
    test_loop = NULL;
    size_t left = blocks_live();
    if (left > 0)
        print_error("%zu blocks of the library have not been freed\n", left);
    return left > 0 ? -1 : 0;
}
