/* Standard output, through one buffer. */
#include "run/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/show.h"
#include "cadran.h"

enum { BUFFER_SIZE = 64 * 1024 };

int run_lines_open(run_lines *lines, int fd) {
    *lines = (run_lines){.fd = fd, .buffer = base_alloc(BUFFER_SIZE)};
    return lines->buffer != NULL ? 0 : CAD_ENOMEM;
}

static void write_all(run_lines *lines, const char *bytes, size_t length) {
    while (length > 0 && lines->error == 0) {
        ssize_t written = write(lines->fd, bytes, length);
        if (written >= 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (errno != EINTR) {
            lines->error = errno;
        }
    }
}

int run_lines_flush(run_lines *lines) {
    write_all(lines, lines->buffer, lines->length);
    lines->length = 0;
    return lines->error;
}

static void add(run_lines *lines, const char *bytes, size_t length) {
    if (length > BUFFER_SIZE - lines->length)
        (void)run_lines_flush(lines);
    if (length > BUFFER_SIZE) {
        write_all(lines, bytes, length);
        return;
    }
    memcpy(lines->buffer + lines->length, bytes, length);
    lines->length += length;
}

static void add_shown(run_lines *lines, const char *line, size_t length) {
    char escape[BASE_SHOWN_SIZE];
    size_t taken;
    do {
        size_t piece = base_shown_piece(line, length, true, escape, &taken);
        add(lines, line, piece);
        if (taken > 0)
            add(lines, escape, strlen(escape));
        line += piece + taken;
        length -= piece + taken;
    } while (taken > 0);
}

void run_lines_add(run_lines *lines, const char *line, size_t length) {
    if (lines->shown)
        add_shown(lines, line, length);
    else if (length > 0)
        add(lines, line, length);
    add(lines, "\n", 1);
}

int run_lines_close(run_lines *lines) {
    if (lines->buffer != NULL)
        (void)run_lines_flush(lines);
    base_free(lines->buffer);
    lines->buffer = NULL;
    return lines->error;
}
