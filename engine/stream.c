/* Streams: asyncio's StreamReader and StreamWriter, in one object over one transport.
 *
 * What comes is kept in `data` until somebody reads it. Above twice the limit the transport pauses,
 * and goes on when what is left is within it. One task at a time reads; any number may drain.
 *
 * Each poll below can be held beside the method of asyncio's that it stands for. A read looks for
 * what it wants, waits for more (await_data()), and looks again: data, the end and the error of the
 * connection wake it alike. */
#include "stream.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "bytes.h"
#include "waiter.h"

struct cad_stream {
    cad__object object;
    cad_transport *transport; /* NULL: the connection is lost */
    enum cad__transport_kind kind;
    cad_bytes data;
    size_t begin; /* what is before it has been read */
    size_t limit;
    cad_task *reader;               /* who waits for data, also when it has been woken */
    cad__waiters readers;           /* that task */
    cad__waiters drainers;          /* for the buffer to empty */
    cad__waiters closers;           /* for the connection to be lost */
    const struct iovec *separators; /* of the readuntil() under way */
    size_t separator_count;
    struct iovec separator; /* where it has but one */
    size_t searched;        /* no separator begins before this place */
    size_t overrun;
    int error; /* that the connection was lost with */
    cad_exception *exception;
    bool eof;
    bool gathering; /* without a limit */
    bool reading_paused, writing_paused;
    bool eof_written;
};

static size_t available(const cad_stream *self) {
    return self->data.size - self->begin;
}

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_stream *self = CAD__CONTAINER(object, const cad_stream, object);
    info->count = 3;
    uint64_t in_flight = self->transport != NULL ? cad__transport_in_flight(self->transport) : 0;
    info->fields[0] = (cad_object_field){.key = "readable", .value = (int64_t)available(self)};
    info->fields[1] =
        (cad_object_field){.key = "unsent", .value = (int64_t)cad_stream_buffered(self)};
    info->fields[2] = (cad_object_field){.key = "in_flight", .value = (int64_t)in_flight};
}

static const char *lane(const cad__object *object) {
    const cad_stream *self = CAD__CONTAINER(object, const cad_stream, object);
    return self->transport != NULL ? cad__transport_word(self->transport) : NULL;
}

static size_t waiters(const cad__object *object) {
    const cad_stream *self = CAD__CONTAINER(object, const cad_stream, object);
    return self->readers.count + self->drainers.count + self->closers.count;
}

static const char *line(const cad__object *object, const cad__waiters *waiters) {
    const cad_stream *self = CAD__CONTAINER(object, const cad_stream, object);
    return waiters == &self->readers    ? "readers"
           : waiters == &self->drainers ? "drainers"
                                        : "closers";
}

static void clear(cad__object *object) {
    cad_stream *self = CAD__CONTAINER(object, cad_stream, object);
    cad_bytes_free(&self->data);
    cad_exception_unref(self->exception);
}

static const cad__type stream_type = {.name = "stream",
                                      .traced = CAD__TRACED_WHEN_USED,
                                      .describe = describe,
                                      .waiters = waiters,
                                      .line = line,
                                      .lane = lane,
                                      .clear = clear};

/* --- The protocol ----------------------------------------------------------------------------- */

static void wake_reader(cad_stream *self) {
    cad__wake_all(&self->readers);
}

/* What has been read is at the beginning: its place is used again. */
static void move_to_front(cad_stream *self) {
    size_t left = available(self);
    if (self->begin == 0)
        return;
    if (left > 0)
        memmove(self->data.data, self->data.data + self->begin, left);
    self->data.size = left;
    self->begin = 0;
}

static int append(cad_stream *self, const char *data, size_t size) {
    if (self->data.capacity <= self->data.size + size)
        move_to_front(self);
    int error = cad__bytes_reserve(&self->data, self->data.size + size);
    if (error != 0)
        return error;
    memcpy(self->data.data + self->data.size, data, size);
    self->data.size += size;
    return 0;
}

/* The loop's block, which has what came, for one of the stream's, which has nothing. */
static int swap_blocks(cad_stream *self, size_t size) {
    cad_loop *loop = self->object.loop;
    char *block = self->data.data;
    if (self->data.capacity <= CAD__BYTES) {
        block = cad_realloc(NULL, CAD__BYTES + 1);
        if (block == NULL)
            return CAD_ENOMEM;
        cad__free(self->data.data);
    }
    self->data = (cad_bytes){.data = loop->bytes, .size = size, .capacity = CAD__BYTES + 1};
    loop->bytes = block;
    return 0;
}

/* Written so that no limit is too large for it. */
static bool is_over_twice_the_limit(const cad_stream *self) {
    size_t size = available(self);
    return size > self->limit && size - self->limit > self->limit;
}

/* Much at once, where nothing is left of what came before, changes hands: who reads as fast as it
 * comes copies nothing. */
static int data_received(void *stream, const char *data, size_t size) {
    cad_stream *self = stream;
    bool whole = size >= CAD__BYTES / 2 && available(self) == 0 && data == self->object.loop->bytes;
    int error = whole ? swap_blocks(self, size) : append(self, data, size);
    if (error != 0)
        return error;
    if (!self->gathering && is_over_twice_the_limit(self)) {
        self->reading_paused = true;
        cad_transport_pause_reading(self->transport);
    }
    wake_reader(self);
    CAD__CHANGED(self);
    return 0;
}

/* 1: the other direction stays open. A pipe has none, and closes all the same. */
static int eof_received(void *stream) {
    cad_stream *self = stream;
    self->eof = true;
    wake_reader(self);
    return 1;
}

static void connection_lost(void *stream, int error, cad_exception *exception) {
    cad_stream *self = stream;
    self->transport = NULL;
    self->error = error;
    self->exception = cad_exception_ref(exception);
    self->eof = true;
    wake_reader(self);
    cad__wake_all(&self->drainers);
    cad__wake_all(&self->closers);
    CAD__CHANGED(self);
}

static void pause_writing(void *stream) {
    ((cad_stream *)stream)->writing_paused = true;
}

static void resume_writing(void *stream) {
    cad_stream *self = stream;
    self->writing_paused = false;
    cad__wake_all(&self->drainers);
}

static const cad_protocol protocol = {.data_received = data_received,
                                      .eof_received = eof_received,
                                      .connection_lost = connection_lost,
                                      .pause_writing = pause_writing,
                                      .resume_writing = resume_writing};

/* --- Reading: what all reads share ------------------------------------------------------------ */

static int raise_error(const cad_stream *self) {
    return cad__raise(self->error, cad_exception_ref(self->exception));
}

static void maybe_resume(cad_stream *self) {
    if (!self->reading_paused || available(self) > self->limit || self->transport == NULL)
        return;
    self->reading_paused = false;
    cad_transport_resume_reading(self->transport);
}

static const cad__operation readline_operation;

/* asyncio's readline() is a readuntil(), and says so. */
static int refuse_second_reader(const cad__operation *operation) {
    const char *verb = operation == &readline_operation ? "readuntil" : operation->verb;
    char message[96];
    (void)snprintf(message, sizeof message,
                   "%s() called while another coroutine is already waiting for incoming data",
                   verb);
    return cad_raise(CAD_ERUNTIME, message);
}

/* Until more comes, or the end. What is paused would wait for ever. */
static int await_data(cad_task *task, cad_stream *self) {
    if (self->reader != NULL)
        return refuse_second_reader(cad__task_of(task)->wait.operation);
    if (self->reading_paused && self->transport != NULL) {
        self->reading_paused = false;
        cad_transport_resume_reading(self->transport);
    }
    self->reader = task;
    return cad__park(task, &self->readers);
}

/* The beginning of each poll: 0 where it may look for what it wants. */
static int begin_poll(cad_task *task, cad_stream *self) {
    const cad__wait *wait = &cad__task_of(task)->wait;
    if (self->reader == task)
        self->reader = NULL;
    if (wait->error != 0)
        return wait->error;
    return self->error != 0 ? raise_error(self) : 0;
}

/* Moves the next `size` bytes into `bytes`; where it wants all, the block itself changes hands. */
static int take(cad_stream *self, cad_bytes *bytes, size_t size) {
    if (self->begin == 0 && size == self->data.size && size > 0) {
        cad_bytes emptied = *bytes;
        *bytes = self->data;
        self->data = emptied;
        self->data.size = 0;
    } else {
        int error = cad__bytes_reserve(bytes, size);
        if (error != 0)
            return error;
        if (size > 0)
            memcpy(bytes->data, self->data.data + self->begin, size);
        self->begin += size;
    }
    bytes->size = size;
    bytes->data[size] = '\0';
    if (available(self) == 0)
        self->begin = self->data.size = 0;
    self->searched = 0;
    maybe_resume(self);
    CAD__CHANGED(self);
    return 0;
}

static void drop(cad_stream *self, size_t size) {
    self->begin += size;
    self->searched = 0;
    if (available(self) == 0)
        self->begin = self->data.size = 0;
    maybe_resume(self);
    CAD__CHANGED(self);
}

/* The end came first: all that there was is the caller's. */
static int take_incomplete(cad_stream *self, cad_bytes *bytes, const char *wanted) {
    char message[96];
    int error = take(self, bytes, available(self));
    if (error != 0)
        return error;
    (void)snprintf(message, sizeof message, "%zu bytes read on a total of %s expected bytes",
                   bytes->size, wanted);
    return cad__raise(CAD_EINCOMPLETE,
                      cad__exception_incomplete(message, bytes->data, bytes->size));
}

static int refuse_what_is_not_read(const cad_stream *self) {
    return self->kind == CAD__WRITE_PIPE ? cad_raise(CAD_EINVAL, "not a pipe that can be read") : 0;
}

/* --- read, readexactly ------------------------------------------------------------------------ */

static int read_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_stream *self = wait->object;
    int error = begin_poll(task, self);
    if (error != 0)
        return error;
    if (wait->index > 0 && available(self) == 0 && !self->eof)
        return await_data(task, self);
    size_t all = available(self);
    return take(self, (cad_bytes *)wait->out, all < wait->index ? all : wait->index);
}

static const cad__operation read_operation = {.verb = "read", .poll = read_poll};

/* What had come is lost with a read that is cancelled, as the blocks are that asyncio has gathered
 * by then. */
static int read_all_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_stream *self = wait->object;
    bool gathers = wait->phase++ > 0;
    int error = begin_poll(task, self);
    if (error != 0 && gathers)
        cad__stream_drop(task, self);
    if (error == 0 && !gathers)
        error = cad__stream_gather(self);
    if (error != 0)
        return error;
    if (!self->eof)
        return await_data(task, self);
    return cad__stream_take(self, (cad_bytes *)wait->out);
}

static const cad__operation read_all_operation = {.verb = "read", .poll = read_all_poll};

static int begin_sized(cad_stream *stream, const cad__operation *operation, size_t size,
                       cad_bytes *bytes) {
    cad__wait *wait = cad__current_wait();
    int error = refuse_what_is_not_read(stream);
    if (error != 0)
        return error;
    wait->index = size;
    wait->out = (void **)bytes;
    return cad__begin(wait, operation, stream);
}

int cad_stream_read(cad_stream *stream, size_t size, cad_bytes *bytes) {
    return begin_sized(stream, size == CAD_ALL ? &read_all_operation : &read_operation, size,
                       bytes);
}

static int readexactly_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_stream *self = wait->object;
    char wanted[24];
    int error = begin_poll(task, self);
    if (error != 0)
        return error;
    if (available(self) >= wait->index)
        return take(self, (cad_bytes *)wait->out, wait->index);
    if (!self->eof)
        return await_data(task, self);
    (void)snprintf(wanted, sizeof wanted, "%zu", wait->index);
    return take_incomplete(self, (cad_bytes *)wait->out, wanted);
}

static const cad__operation readexactly_operation = {.verb = "readexactly",
                                                     .poll = readexactly_poll};

int cad_stream_readexactly(cad_stream *stream, size_t size, cad_bytes *bytes) {
    return begin_sized(stream, &readexactly_operation, size, bytes);
}

/* --- readuntil, readline ---------------------------------------------------------------------- */

/* Where a separator stands in what has come, from `searched` on; -1: nowhere. */
static ptrdiff_t find(const cad_stream *self, const struct iovec *separator) {
    const char *text = self->data.data + self->begin, *wanted = separator->iov_base;
    size_t size = available(self), length = separator->iov_len;
    for (size_t from = self->searched; from + length <= size;) {
        const char *at = memchr(text + from, wanted[0], size - length + 1 - from);
        if (at == NULL)
            return -1;
        if (memcmp(at, wanted, length) == 0)
            return at - text;
        from = (size_t)(at - text) + 1;
    }
    return -1;
}

/* The one that ends first; of those that end together the shortest. */
static ptrdiff_t find_first(const cad_stream *self, size_t *end) {
    ptrdiff_t first = -1;
    for (size_t i = 0; i < self->separator_count; i++) {
        ptrdiff_t at = find(self, &self->separators[i]);
        size_t ends = (size_t)at + self->separators[i].iov_len;
        if (at < 0 || (first >= 0 && (ends > *end || (ends == *end && at < first))))
            continue;
        first = at;
        *end = ends;
    }
    return first;
}

/* One that begins there may not have come in whole. */
static size_t searched_in_vain(const cad_stream *self) {
    size_t longest = 0;
    for (size_t i = 0; i < self->separator_count; i++)
        if (self->separators[i].iov_len > longest)
            longest = self->separators[i].iov_len;
    return available(self) >= longest ? available(self) + 1 - longest : 0;
}

static int raise_overrun(cad_stream *self, size_t consumed, bool found) {
    self->overrun = consumed;
    const char *message = found ? "Separator is found, but chunk is longer than limit"
                                : "Separator is not found, and chunk exceed the limit";
    return cad__raise(CAD_ELIMITOVERRUN, cad__exception_overrun(message, consumed));
}

/* The length of what it asks for, with the separator, in *size; CAD_PENDING where more has to come;
 * CAD_EINCOMPLETE at the end; CAD_ELIMITOVERRUN. */
static int look_for_separator(cad_stream *self, size_t *size) {
    ptrdiff_t at = find_first(self, size);
    if (at >= 0)
        return (size_t)at > self->limit ? raise_overrun(self, (size_t)at, true) : 0;
    self->searched = searched_in_vain(self);
    if (self->searched > self->limit)
        return raise_overrun(self, self->searched, false);
    return self->eof ? CAD_EINCOMPLETE : CAD_PENDING;
}

static int readuntil_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_stream *self = wait->object;
    size_t size = 0;
    int error = begin_poll(task, self);
    if (error == 0)
        error = look_for_separator(self, &size);
    if (error == CAD_PENDING)
        return await_data(task, self);
    if (error == CAD_EINCOMPLETE)
        return take_incomplete(self, (cad_bytes *)wait->out, "undefined");
    return error != 0 ? error : take(self, (cad_bytes *)wait->out, size);
}

static const cad__operation readuntil_operation = {.verb = "readuntil", .poll = readuntil_poll};

/* What is too long is dropped: up to its newline where that has come, else all. */
static int drop_line(cad_stream *self) {
    size_t consumed = self->overrun;
    cad_exception *exception = cad_exception_ref(cad_error_exception());
    bool found = available(self) > consumed && self->data.data[self->begin + consumed] == '\n';
    drop(self, found ? consumed + 1 : available(self));
    int error = cad_raise(CAD_EINVAL, exception != NULL ? cad_exception_message(exception) : NULL);
    cad_exception_unref(exception);
    return error;
}

static int readline_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_stream *self = wait->object;
    size_t size = 0;
    int error = begin_poll(task, self);
    if (error != 0)
        return error;
    error = look_for_separator(self, &size);
    if (error == CAD_PENDING)
        return await_data(task, self);
    if (error == CAD_ELIMITOVERRUN)
        return drop_line(self);
    return take(self, (cad_bytes *)wait->out, error == 0 ? size : available(self));
}

static const cad__operation readline_operation = {.verb = "readline", .poll = readline_poll};

/* A cancelled one of the same separators has searched in vain; of others it says nothing. */
static int begin_search(cad_stream *stream, const struct iovec *separators, size_t count,
                        cad_bytes *bytes, const cad__operation *operation) {
    cad__wait *wait = cad__current_wait();
    int error = refuse_what_is_not_read(stream);
    if (error != 0)
        return error;
    if (count == 0)
        return cad_raise(CAD_EINVAL, "Separator should contain at least one element");
    for (size_t i = 0; i < count; i++)
        if (separators[i].iov_len == 0)
            return cad_raise(CAD_EINVAL, "Separator should be at least one-byte string");
    if (stream->reader != NULL)
        return refuse_second_reader(operation);
    if (count == 1)
        stream->separator = *separators;
    stream->separators = count == 1 ? &stream->separator : separators;
    stream->separator_count = count;
    stream->searched = 0;
    wait->out = (void **)bytes;
    return cad__begin(wait, operation, stream);
}

int cad_stream_readuntil(cad_stream *stream, const void *separator, size_t size, cad_bytes *bytes) {
    const struct iovec one = {(void *)(uintptr_t)separator, size};
    return begin_search(stream, &one, 1, bytes, &readuntil_operation);
}

int cad_stream_readuntil_any(cad_stream *stream, const struct iovec *separators, size_t count,
                             cad_bytes *bytes) {
    return begin_search(stream, separators, count, bytes, &readuntil_operation);
}

int cad_stream_readline(cad_stream *stream, cad_bytes *bytes) {
    static char newline[] = "\n";
    const struct iovec one = {newline, 1};
    return begin_search(stream, &one, 1, bytes, &readline_operation);
}

/* --- All of several streams ------------------------------------------------------------------- */

int cad__stream_gather(cad_stream *stream) {
    if (stream->reader != NULL)
        return refuse_second_reader(&read_operation);
    stream->gathering = true;
    if (stream->reading_paused && stream->transport != NULL) {
        stream->reading_paused = false;
        cad_transport_resume_reading(stream->transport);
    }
    return 0;
}

int cad__stream_await_end(cad_task *task, cad_stream *stream) {
    if (stream->reader == task)
        stream->reader = NULL;
    if (!stream->eof)
        return await_data(task, stream);
    return stream->error != 0 ? raise_error(stream) : 0;
}

int cad__stream_take(cad_stream *stream, cad_bytes *bytes) {
    stream->gathering = false;
    return take(stream, bytes, available(stream));
}

void cad__stream_drop(cad_task *task, cad_stream *stream) {
    if (stream->reader == task)
        stream->reader = NULL;
    stream->gathering = false;
    drop(stream, available(stream));
}

/* --- Writing ---------------------------------------------------------------------------------- */

/* Also when it is lost. */
static int refuse_what_is_not_written(const cad_stream *self, const char *refusal) {
    if (self->kind == CAD__READ_PIPE)
        return cad_raise(CAD_EINVAL, "not a pipe that can be written");
    return self->eof_written ? cad_raise(CAD_ERUNTIME, refusal) : 0;
}

int cad_stream_write(cad_stream *stream, const void *data, size_t size) {
    int error = refuse_what_is_not_written(stream, "Cannot call write() after write_eof()");
    if (error != 0)
        return error;
    return stream->transport != NULL ? cad_transport_write(stream->transport, data, size) : 0;
}

int cad_stream_writelines(cad_stream *stream, const struct iovec *parts, size_t count) {
    int error = refuse_what_is_not_written(stream, "Cannot call writelines() after write_eof()");
    if (error == 0 && stream->transport != NULL)
        error = cad_transport_writelines(stream->transport, parts, count);
    return error;
}

void cad_stream_write_eof(cad_stream *stream) {
    stream->eof_written = stream->kind == CAD__SOCKET;
    if (stream->transport != NULL)
        cad_transport_write_eof(stream->transport);
}

/* The turn of connection_lost() comes first where it is closing: or a loop of writes that never
 * waits would never hear of a reset. */
static int drain_poll(cad_task *task) {
    enum { BEGIN, LET_IT_CLOSE, PARKED };
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_stream *self = wait->object;
    if (wait->error != 0)
        return wait->error;
    if (wait->phase == PARKED)
        return self->transport == NULL && self->error != 0 ? raise_error(self) : 0;
    if (self->kind == CAD__SOCKET && self->error != 0)
        return raise_error(self);
    if (wait->phase++ == BEGIN && cad_stream_is_closing(self))
        return cad__yield(task);
    if (self->transport == NULL)
        return cad_raise(CAD_ECONNRESET, "Connection lost");
    if (!self->writing_paused)
        return 0;
    wait->phase = PARKED;
    return cad__park(task, &self->drainers);
}

static const cad__operation drain_operation = {.verb = "drain", .poll = drain_poll};

int cad_stream_drain(cad_stream *stream) {
    return cad__begin(cad__current_wait(), &drain_operation, stream);
}

/* --- The end ---------------------------------------------------------------------------------- */

void cad_stream_close(cad_stream *stream) {
    if (stream->transport != NULL)
        cad_transport_close(stream->transport);
}

void cad_stream_abort(cad_stream *stream) {
    if (stream->transport != NULL)
        cad_transport_abort(stream->transport);
}

static int wait_closed_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_stream *self = wait->object;
    if (wait->error != 0)
        return wait->error;
    if (self->transport != NULL)
        return cad__park(task, &self->closers);
    return self->error != 0 ? raise_error(self) : 0;
}

static const cad__operation wait_closed_operation = {.verb = "wait_closed",
                                                     .poll = wait_closed_poll};

int cad_stream_wait_closed(cad_stream *stream) {
    return cad__begin(cad__current_wait(), &wait_closed_operation, stream);
}

bool cad_stream_is_closing(const cad_stream *stream) {
    return stream->transport == NULL || cad_transport_is_closing(stream->transport);
}

bool cad_stream_at_eof(const cad_stream *stream) {
    return stream->eof && available(stream) == 0;
}

int cad_stream_port(const cad_stream *stream) {
    return stream->transport != NULL ? cad_transport_port(stream->transport) : 0;
}

cad_transport *cad_stream_transport(const cad_stream *stream) {
    return stream->transport;
}

size_t cad_stream_buffered(const cad_stream *stream) {
    return stream->transport != NULL ? cad_transport_get_write_buffer_size(stream->transport) : 0;
}

/* --- Life ------------------------------------------------------------------------------------- */

int cad__stream_new(cad_loop *loop, enum cad__transport_kind kind, int descriptor, size_t limit,
                    cad_stream **out) {
    cad_stream *self = cad__object_new(loop, &stream_type, sizeof *self);
    if (self == NULL)
        return CAD_ENOMEM;
    self->kind = kind;
    self->limit = limit > 0 ? limit : CAD__STREAM_LIMIT;
    cad__waiters_init(&self->readers);
    cad__waiters_init(&self->drainers);
    cad__waiters_init(&self->closers);
    int error = cad__transport_new(loop, kind, descriptor, &protocol, self, &self->transport);
    if (error != 0) {
        cad__object_free(&self->object);
        return error;
    }
    cad__transport_show_as(self->transport, &self->object);
    cad__transport_start(self->transport);
    *out = self;
    return 0;
}

void cad__stream_join(cad_stream *stream, cad__transports *group) {
    cad__transport_join(stream->transport, group);
}

void cad__stream_destroy(cad_stream *stream) {
    if (stream == NULL)
        return;
    cad__transport_destroy(stream->transport);
    cad__object_free(&stream->object);
}

void cad_stream_free(cad_stream *stream) {
    cad__object *object = stream != NULL ? &stream->object : NULL;
    CAD__ASSERT_UNUSED(object, &stream_type);
    if (stream == NULL || object->loop->closing)
        return;
    if (stream->transport != NULL) {
        cad_transport_close(stream->transport);
        cad__transport_forget(stream->transport);
    }
    cad__object_free(object);
}
