#include "trace/output.h"

#include "trace/memory.h"
#include "trace/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static const char digit_pairs[] = "00010203040506070809"
                                  "10111213141516171819"
                                  "20212223242526272829"
                                  "30313233343536373839"
                                  "40414243444546474849"
                                  "50515253545556575859"
                                  "60616263646566676869"
                                  "70717273747576777879"
                                  "80818283848586878889"
                                  "90919293949596979899";

/* --- Writing -------------------------------------------------------------------------------- */

/* A closed pipe is to be an error of write(), not the program's end, and the program's own
 * handling of SIGPIPE is left alone: the signal is blocked around the write and taken back. */
static ssize_t write_without_sigpipe(int fd, const char *bytes, size_t length) {
    sigset_t pipe_set;
    sigset_t old_set;
    sigset_t pending;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_set, &old_set);

    ssize_t written = write(fd, bytes, length);
    int error = errno;

    /* Not only with EPIPE: a pipe that is closed in the middle of a write takes a part. */
    if (written != (ssize_t)length && !was_pending) {
        struct timespec no_time = {0, 0};
        while (sigtimedwait(&pipe_set, NULL, &no_time) < 0 && errno == EINTR)
            ;
    }
    pthread_sigmask(SIG_SETMASK, &old_set, NULL);
    errno = error;
    return written;
}

/* 0, or an errno value. */
static int write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write_without_sigpipe(fd, bytes, length);
        if (written < 0 && errno != EINTR)
            return errno;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return 0;
}

/* --- Writing behind --------------------------------------------------------------------------- */

/* What the thread and its owner share, under the mutex. */
struct sim_behind {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    char *buffer;  /* the one that is not being filled */
    size_t length; /* what of it is to be written; 0: nothing, it can be taken */
    int fd;
    int error;
    bool closing;
};

static void *write_behind(void *arg) {
    struct sim_behind *behind = arg;
    pthread_mutex_lock(&behind->mutex);
    for (;;) {
        while (behind->length == 0 && !behind->closing)
            pthread_cond_wait(&behind->changed, &behind->mutex);
        if (behind->length == 0)
            break;
        size_t length = behind->length;
        pthread_mutex_unlock(&behind->mutex);
        int error = behind->error == 0 ? write_all(behind->fd, behind->buffer, length) : 0;
        pthread_mutex_lock(&behind->mutex);
        if (error != 0)
            behind->error = error;
        behind->length = 0;
        pthread_cond_signal(&behind->changed);
    }
    pthread_mutex_unlock(&behind->mutex);
    return NULL;
}

/* The thread takes no signals: they are the program's. 0, or an errno value. */
static int start_thread(struct sim_behind *behind) {
    sigset_t all;
    sigset_t old_set;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old_set);
    int error = pthread_create(&behind->thread, NULL, write_behind, behind);
    pthread_sigmask(SIG_SETMASK, &old_set, NULL);
    return error;
}

/* 0, or an errno value. */
static int behind_start(struct sim_output *output) {
    struct sim_behind *behind = sim_trace_alloc(sizeof *behind);
    char *buffer = sim_trace_alloc(SIM_OUTPUT_SIZE);
    int error = ENOMEM;
    if (behind == NULL || buffer == NULL)
        goto no_memory;
    *behind = (struct sim_behind){.buffer = buffer, .fd = output->fd};
    error = pthread_mutex_init(&behind->mutex, NULL);
    if (error != 0)
        goto no_memory;
    error = pthread_cond_init(&behind->changed, NULL);
    if (error != 0)
        goto no_condition;
    error = start_thread(behind);
    if (error != 0)
        goto no_thread;
    output->behind = behind;
    return 0;

no_thread:
    pthread_cond_destroy(&behind->changed);
no_condition:
    pthread_mutex_destroy(&behind->mutex);
no_memory:
    sim_trace_release(buffer);
    sim_trace_release(behind);
    return error;
}

/* Waits until the other buffer is written. With the mutex held. */
static void behind_wait(struct sim_output *output) {
    struct sim_behind *behind = output->behind;
    while (behind->length > 0)
        pthread_cond_wait(&behind->changed, &behind->mutex);
    if (output->error == 0)
        output->error = behind->error;
}

static void behind_stop(struct sim_output *output) {
    struct sim_behind *behind = output->behind;
    if (behind == NULL)
        return;
    pthread_mutex_lock(&behind->mutex);
    behind_wait(output);
    behind->closing = true;
    pthread_cond_signal(&behind->changed);
    pthread_mutex_unlock(&behind->mutex);
    pthread_join(behind->thread, NULL);
    pthread_cond_destroy(&behind->changed);
    pthread_mutex_destroy(&behind->mutex);
    sim_trace_release(behind->buffer);
    sim_trace_release(behind);
    output->behind = NULL;
}

void sim_output_flush(struct sim_output *output) {
    size_t length = (size_t)(output->at - output->buffer);
    output->at = output->buffer;
    if (output->behind == NULL && output->error == 0)
        output->error = behind_start(output);
    if (length == 0 || output->error != 0)
        return;
    struct sim_behind *behind = output->behind;
    pthread_mutex_lock(&behind->mutex);
    behind_wait(output);
    char *filled = output->buffer;
    output->buffer = output->at = behind->buffer;
    behind->buffer = filled;
    behind->length = length;
    pthread_cond_signal(&behind->changed);
    pthread_mutex_unlock(&behind->mutex);
}

/* --- Opening and closing ---------------------------------------------------------------------- */

int sim_output_open(struct sim_output *output, const char *path) {
    *output = (struct sim_output){.fd = -1};
    output->buffer = sim_trace_alloc(SIM_OUTPUT_SIZE);
    if (output->buffer == NULL)
        return ENOMEM;
    output->at = output->buffer;
    do
        output->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    while (output->fd < 0 && errno == EINTR);
    if (output->fd < 0) {
        int error = errno;
        sim_output_free(output);
        return error;
    }
    return 0;
}

int sim_output_close(struct sim_output *output) {
    behind_stop(output);
    if (output->error == 0)
        output->error = write_all(output->fd, output->buffer, (size_t)(output->at - output->buffer));
    output->at = output->buffer;
    /* The descriptor is gone after close() even where it was interrupted. */
    if (output->fd >= 0 && close(output->fd) != 0 && errno != EINTR && output->error == 0)
        output->error = errno;
    output->fd = -1;
    return output->error;
}

void sim_output_free(struct sim_output *output) {
    behind_stop(output);
    if (output->fd >= 0)
        close(output->fd);
    output->fd = -1;
    sim_trace_release(output->buffer);
    output->buffer = NULL;
    output->at = NULL;
}

/* --- Bytes and texts -------------------------------------------------------------------------- */

void sim_output_bytes(struct sim_output *output, const char *bytes, size_t length) {
    while (length > 0) {
        size_t room = (size_t)(output->buffer + SIM_OUTPUT_SIZE - output->at);
        size_t part = length < room ? length : room;
        memcpy(output->at, bytes, part);
        output->at += part;
        bytes += part;
        length -= part;
        if (part == room)
            sim_output_flush(output);
    }
}

static char *put_escape(char *to, unsigned char byte) {
    static const char hex[] = "0123456789abcdef";
    static const char named[32] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    *to++ = '\\';
    if (byte >= 32) {
        *to++ = (char)byte;
    } else if (named[byte] != 0) {
        *to++ = named[byte];
    } else {
        to = SIM_PUT(to, "u00");
        *to++ = hex[byte >> 4];
        *to++ = hex[byte & 15];
    }
    return to;
}

size_t sim_output_escape(char *to, const char *text, size_t length) {
    const unsigned char *from = (const unsigned char *)text;
    const unsigned char *end = from + length;
    char *start = to;
    while (from < end) {
        unsigned char byte = *from;
        if (byte < 0x80) {
            if (byte >= 32 && byte != '"' && byte != '\\')
                *to++ = (char)byte;
            else
                to = put_escape(to, byte);
            from++;
            continue;
        }
        size_t size = sim_trace_utf8_length(from, (size_t)(end - from));
        if (size == 0) {
            to = SIM_PUT(to, SIM_REPLACEMENT);
            from++;
            continue;
        }
        memcpy(to, from, size);
        to += size;
        from += size;
    }
    return (size_t)(to - start);
}

void sim_output_text(struct sim_output *output, const char *text) {
    enum { PIECE = SIM_OUTPUT_ROOM_MAX / 6 };
    size_t length = strlen(text);
    while (length > 0) {
        size_t piece = length;
        if (piece > PIECE) {
            /* Not in the middle of a character: back to where one may begin. */
            piece = PIECE;
            while (piece > PIECE - 4 && ((unsigned char)text[piece] & 0xC0) == 0x80)
                piece--;
        }
        char *at = sim_output_room(output, 6 * piece);
        output->at = at + sim_output_escape(at, text, piece);
        text += piece;
        length -= piece;
    }
}

char *sim_put_uint(char *at, uint64_t value) {
    char digits[SIM_UINT_DIGITS_MAX];
    char *first = digits + sizeof digits;
    while (value >= 100) {
        first -= 2;
        memcpy(first, digit_pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10) {
        first -= 2;
        memcpy(first, digit_pairs + 2 * value, 2);
    } else {
        *--first = (char)('0' + value);
    }
    size_t length = (size_t)(digits + sizeof digits - first);
    memcpy(at, first, length);
    return at + length;
}

char *sim_put_int(char *at, int64_t value) {
    if (value >= 0)
        return sim_put_uint(at, (uint64_t)value);
    *at = '-';
    return sim_put_uint(at + 1, 0 - (uint64_t)value);
}

char *sim_put_time(char *at, int64_t time_ns) {
    uint64_t magnitude = time_ns < 0 ? 0 - (uint64_t)time_ns : (uint64_t)time_ns;
    if (time_ns < 0)
        *at++ = '-';
    at = sim_put_uint(at, magnitude / 1000);
    unsigned thousandths = (unsigned)(magnitude % 1000);
    *at++ = '.';
    *at++ = (char)('0' + thousandths / 100);
    memcpy(at, digit_pairs + 2 * (thousandths % 100), 2);
    return at + 2;
}
