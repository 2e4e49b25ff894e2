/* sequence.h - the lecture's timer and log, which its programs share. */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include <inttypes.h>
#include <stdio.h>

#include "cadran.h"

static int64_t zero_ns;

/* Makes now the zero of say(). */
static inline void start_timer(cad_loop *loop) {
    puts("---------- zero");
    zero_ns = cad_loop_time(loop);
}

/* Prints the time since start_timer(), and the text. */
static inline void say(const char *mark, const char *text) {
    int64_t elapsed_ns = cad_loop_time(cad_running_loop()) - zero_ns;
    printf("%" PRId64 "s + %03" PRId64 "ms %s %s\n", elapsed_ns / CAD_SECOND,
           elapsed_ns % CAD_SECOND / CAD_MILLISECOND, mark, text);
    fflush(stdout);
}

/* A job that takes some time: says when it begins and when it ends. Waits. */
static inline int sequence(const char *text, int64_t duration_ns) {
    say(">>>", text);
    int error = cad_sleep(duration_ns);
    if (error == 0)
        say("<<<", text);
    return error;
}

/* The exit status for a run that ended with `error`, which is said on standard error. */
static inline int report(int error) {
    if (error != 0)
        fprintf(stderr, "%s\n", cad_error_text(error));
    return error != 0;
}

#endif
