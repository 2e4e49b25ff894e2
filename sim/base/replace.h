/* replace.h - a file that is written whole or not at all.
 *
 * What is written goes to a file beside it, which takes its place when all is there. Until then,
 * and where writing fails, the one that was there stays as it was.
 *
 *     struct base_replacement file;
 *     int error = base_replace_open(&file, path);
 *     if (error == 0) {
 *         ... fputs(text, file.stream) ...
 *         error = fine ? base_replace_finish(&file) : 0;
 *         base_replace_drop(&file);
 *     }
 *
 * What is there and is no file - a pipe, /dev/stdout - is written to as it is. A name that is a
 * symbolic link stays one, whatever it leads to.
 *
 * A signal that ends the program from outside removes what is not whole (SIGINT, SIGTERM, SIGHUP,
 * SIGQUIT, SIGPIPE, SIGXCPU, SIGALRM, SIGUSR1, SIGUSR2 where nobody else handles them). So a
 * base_replacement stays where it is until it is dropped, and is one thread's: the main one's.
 */
#ifndef BASE_REPLACE_H
#define BASE_REPLACE_H

#include <stdio.h>
#include <sys/types.h>

struct base_replacement {
    FILE *stream;
    char *path;                    /* what is replaced, without symbolic links; NULL: nothing is */
    char *temporary;               /* what is written: for those who open it by its name */
    struct base_replacement *next; /* of those that are not finished */
    pid_t process;                 /* which has it */
};

/* Who takes signals over for a time calls it before: those that it lets through while a file is
 * unfinished remove that, too. base_replace_open() is too late then. */
void base_replace_hear_signals(void);

/* These two return 0, or an errno value. After the second the stream is closed. */
int base_replace_open(struct base_replacement *file, const char *path);
int base_replace_finish(struct base_replacement *file);

/* Frees everything; where it is not finished, what was written is gone. */
void base_replace_drop(struct base_replacement *file);

#endif
