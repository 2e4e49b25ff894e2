/* http.h - HTTP/1.1's messages from a stream, one after the other, by llhttp, which does no input
 * of its own: it is given what comes, and calls back with the parts. */
#ifndef HTTP_H
#define HTTP_H

#include <llhttp.h>
#include <string.h>

#include "cadran.h"

enum { HTTP_TARGET = 1024, HTTP_BODY = 1 << 20 }; /* that a message has, at most */

struct http {
    cad_stream *stream;
    llhttp_t parser;
    llhttp_settings_t settings;
    cad_bytes bytes; /* what was read */
    size_t parsed;   /* of it */
    /* The message. */
    char target[HTTP_TARGET + 1];
    size_t target_size;
    char *body; /* of HTTP_BODY bytes, when there is one */
    size_t body_size;
    bool complete, keep_alive;
    int refused; /* the status that says why it is not taken; 0 */
};

static inline struct http *http_of(llhttp_t *parser) {
    return parser->data;
}

static inline int http_begin(llhttp_t *parser) {
    struct http *self = http_of(parser);
    self->target_size = self->body_size = 0;
    return HPE_OK;
}

static inline int http_target(llhttp_t *parser, const char *at, size_t size) {
    struct http *self = http_of(parser);
    if (size > HTTP_TARGET - self->target_size) {
        self->refused = 414;
        return HPE_USER;
    }
    memcpy(self->target + self->target_size, at, size);
    self->target_size += size;
    self->target[self->target_size] = '\0';
    return HPE_OK;
}

static inline int http_body(llhttp_t *parser, const char *at, size_t size) {
    struct http *self = http_of(parser);
    if (size > HTTP_BODY - self->body_size) {
        self->refused = 413;
        return HPE_USER;
    }
    if (self->body == NULL && (self->body = cad_realloc(NULL, HTTP_BODY)) == NULL) {
        self->refused = 503;
        return HPE_USER;
    }
    memcpy(self->body + self->body_size, at, size);
    self->body_size += size;
    return HPE_OK;
}

/* The parser stops here: what follows is the next message, which has to wait for its turn. */
static inline int http_complete(llhttp_t *parser) {
    struct http *self = http_of(parser);
    self->complete = true;
    self->keep_alive = llhttp_should_keep_alive(parser) != 0;
    return HPE_PAUSED;
}

static inline void http_init(struct http *self, cad_stream *stream, llhttp_type_t type) {
    memset(self, 0, sizeof *self);
    self->stream = stream;
    llhttp_settings_init(&self->settings);
    self->settings.on_message_begin = http_begin;
    self->settings.on_url = http_target;
    self->settings.on_body = http_body;
    self->settings.on_message_complete = http_complete;
    llhttp_init(&self->parser, type, &self->settings);
    self->parser.data = self;
}

static inline void http_free(struct http *self) {
    cad_bytes_free(&self->bytes);
    if (self->body != NULL)
        (void)cad_realloc(self->body, 0);
}

static inline void http_parse(struct http *self) {
    const char *from = self->bytes.data + self->parsed;
    llhttp_errno_t found = llhttp_execute(&self->parser, from, self->bytes.size - self->parsed);
    self->parsed = self->bytes.size;
    if (found == HPE_PAUSED) {
        self->parsed = (size_t)(llhttp_get_error_pos(&self->parser) - self->bytes.data);
        llhttp_resume(&self->parser);
    } else if (found != HPE_OK && self->refused == 0) {
        self->refused = 400;
    }
}

/* Waits for the next message. 0: it is there (`complete`), or is not taken (`refused`), or, where
 * it is neither, the other side has no more; an error of the stream. */
static inline int http_next(struct http *self) {
    self->complete = false;
    while (!self->complete && self->refused == 0) {
        if (self->parsed < self->bytes.size) {
            http_parse(self);
            continue;
        }
        int error = cad_stream_read(self->stream, 65536, &self->bytes);
        if (error != 0)
            return error;
        self->parsed = 0;
        if (self->bytes.size == 0) {
            (void)llhttp_finish(&self->parser); /* a body may end with its connection */
            return 0;
        }
    }
    return 0;
}

#endif
