/* The ring of buffers, the thread behind it, and the bytes of texts. */
#include "trace/output.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "trace/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* --- Writing behind --------------------------------------------------------------------------- */

/* Waking a thread costs as much as writing a buffer, so both sides, once they have to wait, wait
 * until there is half a ring to do. A live output's thread writes what there is twice a second, and
 * soon after it was asked to, so that a program that is killed leaves all but its last moments. */
enum {
    BUFFERS = 8,
    HALF = BUFFERS / 2,
    STRIDE = TRACE_OUTPUT_SIZE + TRACE_OUTPUT_SLACK,
    LIVE_NS = 500000000,
    SOON_NS = 20000000, /* so often at most, and then a wake-up is nothing beside it */
};

/* What the thread and its owner share, under the mutex. The owner fills number `filled` of all
 * buffers ever, the thread writes number `written`, of which the first `part` bytes are in the file
 * already; the place of a number in the ring is its remainder. */
struct trace_behind {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t more;  /* for the thread: to write, or to end */
    pthread_cond_t fewer; /* for the owner: to be written still */
    const struct trace_output *output;
    uint64_t filled;
    uint64_t written;
    size_t part;
    int error;
    bool live;
    bool closing;
    atomic_bool asked;  /* what there is is to be written soon */
    int64_t written_ns; /* when that was done last */
};

static char *buffer_of(char *ring, uint64_t number) {
    return ring + number % BUFFERS * STRIDE;
}

static uint64_t unwritten(const struct trace_behind *behind) {
    return behind->filled - behind->written;
}

/* The first `length` bytes of buffer number `written`; where that is not all of it, so that they
 * are in the file, whatever the packing. With the mutex held, which it lets go of while it writes.
 */
static void write_up_to(struct trace_behind *behind, size_t length) {
    const char *buffer = buffer_of(behind->output->ring, behind->written);
    size_t part = behind->part;
    int error = behind->error;
    pthread_mutex_unlock(&behind->mutex);
    if (error == 0)
        error = trace_pack_write(behind->output->pack, buffer + part, length - part);
    if (error == 0 && length < TRACE_OUTPUT_SIZE)
        error = trace_pack_flush(behind->output->pack);
    pthread_mutex_lock(&behind->mutex);
    behind->error = error;
    behind->part = length;
}

static void write_one(struct trace_behind *behind) {
    write_up_to(behind, TRACE_OUTPUT_SIZE);
    behind->part = 0;
    behind->written++;
    if (unwritten(behind) <= HALF)
        pthread_cond_signal(&behind->fewer);
}

/* What there is, the buffer that is being filled included. What is behind its size will be at the
 * begin of the next one. */
static void write_all_there_is(struct trace_behind *behind) {
    while (unwritten(behind) > 0)
        write_one(behind);
    const char *buffer = buffer_of(behind->output->ring, behind->filled);
    const char *at = atomic_load_explicit(&behind->output->at, memory_order_acquire);
    size_t length = (size_t)(at - buffer);
    if (length > TRACE_OUTPUT_SIZE)
        length = TRACE_OUTPUT_SIZE;
    if (length > behind->part)
        write_up_to(behind, length);
}

/* Until it is time for what there is, or there is more. */
static void wait_live(struct trace_behind *behind) {
    int64_t now_ns = base_clock_ns();
    int64_t until_ns = behind->written_ns + (atomic_load(&behind->asked) ? SOON_NS : LIVE_NS);
    if (now_ns >= until_ns) {
        behind->written_ns = now_ns;
        /* Before it looks what there is: who asks from here on asks again. */
        (void)atomic_exchange(&behind->asked, false);
        write_all_there_is(behind);
        return;
    }
    struct timespec until = {.tv_sec = until_ns / 1000000000, .tv_nsec = until_ns % 1000000000};
    (void)pthread_cond_timedwait(&behind->more, &behind->mutex, &until);
}

/* Until there is enough to write. */
static void wait_for_more(struct trace_behind *behind) {
    if (behind->live)
        wait_live(behind);
    else
        pthread_cond_wait(&behind->more, &behind->mutex);
}

static void *write_behind(void *arg) {
    struct trace_behind *behind = arg;
    pthread_mutex_lock(&behind->mutex);
    do {
        while (unwritten(behind) < HALF && !behind->closing)
            wait_for_more(behind);
        while (unwritten(behind) > 0)
            write_one(behind);
    } while (!behind->closing);
    pthread_mutex_unlock(&behind->mutex);
    return NULL;
}

/* The thread takes no signals: they are the program's. 0, or an errno value. */
static int start_thread(struct trace_behind *behind) {
    sigset_t all;
    sigset_t old_set;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old_set);
    int error = pthread_create(&behind->thread, NULL, write_behind, behind);
    pthread_sigmask(SIG_SETMASK, &old_set, NULL);
    return error;
}

/* One that waits by a clock that nobody sets. 0, or an errno value. */
static int init_condition(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    int error = pthread_condattr_init(&attributes);
    if (error != 0)
        return error;
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    error = pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return error;
}

/* 0, or an errno value. */
static int behind_start(struct trace_output *output, bool live) {
    struct trace_behind *behind = base_alloc(sizeof *behind);
    if (behind == NULL)
        return ENOMEM;
    *behind = (struct trace_behind){.output = output, .live = live};
    int error = pthread_mutex_init(&behind->mutex, NULL);
    if (error != 0)
        goto no_mutex;
    error = init_condition(&behind->more);
    if (error != 0)
        goto no_more;
    error = pthread_cond_init(&behind->fewer, NULL);
    if (error != 0)
        goto no_fewer;
    error = start_thread(behind);
    if (error != 0)
        goto no_thread;
    output->behind = behind;
    return 0;

no_thread:
    pthread_cond_destroy(&behind->fewer);
no_fewer:
    pthread_cond_destroy(&behind->more);
no_more:
    pthread_mutex_destroy(&behind->mutex);
no_mutex:
    base_free(behind);
    return error;
}

static void behind_stop(struct trace_output *output) {
    struct trace_behind *behind = output->behind;
    if (behind == NULL)
        return;
    pthread_mutex_lock(&behind->mutex);
    behind->closing = true;
    pthread_cond_signal(&behind->more);
    pthread_mutex_unlock(&behind->mutex);
    pthread_join(behind->thread, NULL);
    if (output->error == 0)
        output->error = behind->error;
    output->written = behind->part;
    pthread_cond_destroy(&behind->fewer);
    pthread_cond_destroy(&behind->more);
    pthread_mutex_destroy(&behind->mutex);
    base_free(behind);
    output->behind = NULL;
}

/* A thread that cannot be had is missed by nobody: whoever fills the buffers writes them then. */
static void start_behind(struct trace_output *output, bool live) {
    output->alone = behind_start(output, live) != 0;
}

/* Without a thread: the first `length` bytes of the buffer are in the file. */
static void write_alone(struct trace_output *output, size_t length) {
    if (output->error == 0 && length > output->written)
        output->error = trace_pack_write(output->pack, output->buffer + output->written,
                                         length - output->written);
    output->written = length;
}

/* Hands the buffer over and waits for the next one. */
static void behind_hand_over(struct trace_output *output) {
    struct trace_behind *behind = output->behind;
    pthread_mutex_lock(&behind->mutex);
    behind->filled++;
    output->buffer = buffer_of(output->ring, behind->filled);
    output->end = output->buffer + STRIDE;
    /* Before it waits: a live thread looks how much there is of the buffer that is being filled. */
    (void)trace_output_commit(output, output->buffer);
    if (unwritten(behind) >= HALF)
        pthread_cond_signal(&behind->more);
    bool full = unwritten(behind) == BUFFERS;
    while (full && unwritten(behind) > HALF)
        pthread_cond_wait(&behind->fewer, &behind->mutex);
    output->error = behind->error;
    pthread_mutex_unlock(&behind->mutex);
}

/* Writes the buffer, which is the next one, too. */
static void alone_hand_over(struct trace_output *output) {
    write_alone(output, TRACE_OUTPUT_SIZE);
    output->written = 0;
    (void)trace_output_commit(output, output->buffer);
}

/* Whether this is a fork of the process that opened it. What the thread had is left as it is: it is
 * not here, and may have been in the middle of something. */
static bool is_forked(struct trace_output *output) {
    if (output->process == getpid())
        return false;
    output->behind = NULL;
    output->error = ECHILD; /* so that nothing is written any more */
    return true;
}

char *trace_output_hand_over(struct trace_output *output, char *at) {
    (void)is_forked(output);
    if (output->behind == NULL && !output->alone && output->error == 0)
        start_behind(output, false);
    if (output->error != 0)
        return output->buffer;
    const char *overflow = output->buffer + TRACE_OUTPUT_SIZE;
    size_t length = (size_t)(at - overflow);
    if (output->alone)
        alone_hand_over(output);
    else
        behind_hand_over(output);
    memcpy(output->buffer, overflow, length);
    return output->buffer + length;
}

/* At each pause, as nobody else would later. */
static void write_soon_alone(struct trace_output *output) {
    size_t length = (size_t)(trace_output_at(output) - output->buffer);
    if (length > TRACE_OUTPUT_SIZE)
        length = TRACE_OUTPUT_SIZE;
    if (length <= output->written)
        return;
    write_alone(output, length);
    if (output->error == 0)
        output->error = trace_pack_flush(output->pack);
}

void trace_output_soon(struct trace_output *output) {
    struct trace_behind *behind = output->behind;
    if (output->alone && output->live && !is_forked(output))
        write_soon_alone(output);
    if (behind == NULL || !behind->live || atomic_exchange(&behind->asked, true) ||
        is_forked(output))
        return;
    pthread_mutex_lock(&behind->mutex);
    pthread_cond_signal(&behind->more);
    pthread_mutex_unlock(&behind->mutex);
}

/* --- Opening and closing ---------------------------------------------------------------------- */

int trace_output_open(struct trace_output *output, const char *path, bool live) {
    *output = (struct trace_output){.fd = -1, .process = getpid(), .live = live};
    /* Memory of buffers that a short trace does not get to is never touched. */
    output->ring = base_alloc((size_t)BUFFERS * STRIDE);
    if (output->ring == NULL)
        return ENOMEM;
    output->buffer = output->ring;
    output->end = output->buffer + STRIDE;
    (void)trace_output_commit(output, output->buffer);
    do
        output->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    while (output->fd < 0 && errno == EINTR);
    int error =
        output->fd < 0 ? errno : trace_pack_new(output->fd, trace_packing_of(path), &output->pack);
    if (error != 0)
        trace_output_free(output);
    else if (live)
        start_behind(output, true);
    return error;
}

int trace_output_close(struct trace_output *output) {
    bool forked = is_forked(output);
    behind_stop(output);
    const char *from = output->buffer + output->written;
    size_t length = (size_t)(trace_output_at(output) - from);
    if (output->error == 0 && length > 0)
        output->error = trace_pack_write(output->pack, from, length);
    if (output->error == 0)
        output->error = trace_pack_finish(output->pack);
    (void)trace_output_commit(output, output->buffer);
    output->written = 0;
    /* The descriptor is gone after close() even where it was interrupted. */
    if (output->fd >= 0 && close(output->fd) != 0 && errno != EINTR && output->error == 0)
        output->error = errno;
    output->fd = -1;
    return forked ? 0 : output->error;
}

void trace_output_free(struct trace_output *output) {
    (void)is_forked(output);
    behind_stop(output);
    trace_pack_free(output->pack);
    if (output->fd >= 0)
        close(output->fd);
    base_free(output->ring);
    *output = (struct trace_output){.fd = -1};
}

/* --- Bytes and texts -------------------------------------------------------------------------- */

/* What is written at a time of a text, each byte of which may become six. */
enum { TEXT_MAX = (TRACE_OUTPUT_SLACK - TRACE_OUTPUT_ROOM) / 6 };

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
        to = TRACE_PUT(to, "u00");
        *to++ = hex[byte >> 4];
        *to++ = hex[byte & 15];
    }
    return to;
}

/* One character, from `*from` on, which it moves. */
static char *escape_one(char *to, const unsigned char **from, const unsigned char *end) {
    unsigned char byte = **from;
    if (byte < 0x80) {
        ++*from;
        if (byte < 32 || byte == '"' || byte == '\\')
            return put_escape(to, byte);
        *to = (char)byte;
        return to + 1;
    }
    size_t size = base_utf8_length(*from, (size_t)(end - *from));
    if (size == 0) {
        ++*from;
        return TRACE_PUT(to, BASE_REPLACEMENT);
    }
    memcpy(to, *from, size);
    *from += size;
    return to + size;
}

/* Copies a text that needs no escape, as most do not; false where it does, or is too short to be
 * worth it. Words overlap at the end. */
static bool copy_plain(char *to, const char *text, size_t length) {
    uint64_t bytes;
    if (length >= sizeof bytes) {
        for (size_t i = 0; i < length; i += sizeof bytes) {
            if (i > length - sizeof bytes)
                i = length - sizeof bytes;
            memcpy(&bytes, text + i, sizeof bytes);
            if (!base_all_plain(bytes))
                return false;
            memcpy(to + i, &bytes, sizeof bytes);
        }
        return true;
    }
    if (length >= sizeof bytes / 2) {
        uint32_t first, last;
        memcpy(&first, text, sizeof first);
        memcpy(&last, text + length - sizeof last, sizeof last);
        memcpy(to, &first, sizeof first);
        memcpy(to + length - sizeof last, &last, sizeof last);
        return base_all_plain(first | (uint64_t)last << 32);
    }
    return false;
}

size_t trace_output_escape(char *to, const char *text, size_t length) {
    if (copy_plain(to, text, length))
        return length;
    const unsigned char *from = (const unsigned char *)text;
    const unsigned char *end = from + length;
    char *start = to;
    while (from < end)
        to = escape_one(to, &from, end);
    return (size_t)(to - start);
}

char *trace_output_text(struct trace_output *output, char *at, const char *text, size_t length) {
    while (length > 0) {
        size_t piece = length;
        if (piece > TEXT_MAX) {
            /* Not in the middle of a character: back to where one may begin. */
            piece = TEXT_MAX;
            while (piece > TEXT_MAX - 4 && ((unsigned char)text[piece] & 0xC0) == 0x80)
                piece--;
        }
        at = trace_output_room(output, at, 6 * piece + TRACE_OUTPUT_ROOM);
        at += trace_output_escape(at, text, piece);
        text += piece;
        length -= piece;
    }
    return at;
}
