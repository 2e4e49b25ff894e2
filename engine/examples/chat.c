/* chat.c - what one says, all others hear, until SIGTERM or Ctrl-C:
 *
 *     example-chat 8010 &
 *     nc 127.0.0.1 8010      the first line is one's name
 *
 * Who does not read holds nobody up: each member has a queue of lines that are still to be sent,
 * and a task that sends them. Where the queue is full a line is left out, and how many were is said
 * as soon as there is room again. */
#include <string.h>

#include "cadran.h"
#include "service.h"

enum { LINES = 100 }; /* that wait for a member, at most */

/* A line is sent to many, and freed with the last one who has it. */
struct line {
    size_t references, size;
    char text[];
};

struct member {
    struct room *room;
    struct member *next;
    cad_stream *stream;
    cad_queue *lines; /* to be sent */
    size_t missed;    /* lines that the queue had no room for */
    char name[32];
};

struct room {
    struct member *members;
};

/* --- Lines ------------------------------------------------------------------------------------ */

/* "NAMEmarkTEXT" */
static struct line *line_new(const char *name, const char *mark, const char *text, size_t size) {
    size_t head = strlen(name) + strlen(mark);
    struct line *line = malloc(sizeof *line + head + size + 1);
    if (line == NULL)
        return NULL;
    (void)snprintf(line->text, head + 1, "%s%s", name, mark);
    memcpy(line->text + head, text, size);
    line->references = 1;
    line->size = head + size;
    return line;
}

static void line_unref(void *item) {
    struct line *line = item;
    if (--line->references == 0)
        free(line);
}

static void offer(struct member *to, struct line *line) {
    if (cad_queue_put_nowait(to->lines, line) == 0)
        line->references++;
    else
        to->missed++;
}

/* What `from` says, or does, goes to all others. */
static void tell(const struct member *from, const char *mark, const char *text, size_t size) {
    struct line *line = line_new(from->name, mark, text, size);
    if (line == NULL)
        return;
    for (struct member *member = from->room->members; member != NULL; member = member->next)
        if (member != from)
            offer(member, line);
    line_unref(line);
}

/* --- A member --------------------------------------------------------------------------------- */

static int send_line(struct member *self, struct line *line) {
    char note[48];
    int error = cad_stream_write(self->stream, line->text, line->size);
    if (error == 0)
        error = cad_stream_drain(self->stream);
    if (error != 0 || self->missed == 0)
        return error;
    int size = snprintf(note, sizeof note, "(%zu lines were left out)\n", self->missed);
    self->missed = 0;
    return cad_stream_write(self->stream, note, (size_t)size);
}

/* A task: sends what is in the queue, until that is shut down or nobody reads any more. */
static int send_lines(void *arg) {
    struct member *self = arg;
    void *line;
    int error = 0;
    while (error == 0 && (error = cad_queue_get(self->lines, &line)) == 0) {
        error = send_line(self, line);
        line_unref(line);
    }
    cad_queue_shutdown(self->lines, true, line_unref);
    return error == CAD_ENOMEM ? error : 0;
}

static int read_name(struct member *self, cad_bytes *bytes) {
    int error = cad_stream_readline(self->stream, bytes);
    if (error != 0 || bytes->size == 0)
        return error != 0 ? error : CAD_EINCOMPLETE;
    (void)snprintf(self->name, sizeof self->name, "%.*s", (int)strcspn(bytes->data, "\r\n"),
                   bytes->data);
    return 0;
}

static void join(struct member *self) {
    self->next = self->room->members;
    self->room->members = self;
    tell(self, " has come\n", "", 0);
}

static void leave(struct member *self) {
    struct member **at = &self->room->members;
    while (*at != self)
        at = &(*at)->next;
    *at = self->next;
    tell(self, " has gone\n", "", 0);
}

/* Until the member goes. What is too long a line ends the visit, too. */
static void listen_to(struct member *self, cad_bytes *bytes) {
    join(self);
    while (cad_stream_readline(self->stream, bytes) == 0 && bytes->size > 0)
        tell(self, ": ", bytes->data, bytes->size);
    leave(self);
}

/* A task: one member, from the name to the end. */
static int visit(void *arg) {
    struct member *self = arg;
    cad_bytes bytes = {0};
    cad_task *sender = NULL;
    int error = read_name(self, &bytes);
    if (error == 0)
        error = cad_task_create(cad_running_loop(), send_lines, self, NULL, &sender);
    if (error == 0) {
        listen_to(self, &bytes);
        cad_queue_shutdown(self->lines, false, NULL); /* what is in it is still sent */
        error = cad_await(sender, NULL);
    }
    cad_future_unref(sender);
    cad_bytes_free(&bytes);
    cad_stream_free(self->stream);
    cad_queue_free(self->lines);
    free(self);
    return error == CAD_ENOMEM ? error : 0;
}

static void connected(cad_stream *stream, void *room) {
    cad_loop *loop = cad_running_loop();
    struct member *member = calloc(1, sizeof *member);
    cad_queue *lines = cad_queue_new(loop, LINES);
    if (member != NULL && lines != NULL) {
        *member = (struct member){.room = room, .stream = stream, .lines = lines};
        if (cad_task_create(loop, visit, member, NULL, NULL) == 0)
            return;
    }
    cad_queue_free(lines);
    free(member);
    cad_stream_free(stream);
}

int main(int argc, char **argv) {
    struct room room = {NULL};
    struct service service = {.name = "example-chat", .connected = connected, .arg = &room};
    return run_service(&service, argc, argv);
}
