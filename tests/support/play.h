/* play.h - small asynchronous programs as text, played on the library and on CPython's asyncio.
 *
 *     PLAY("lock l",
 *          "a: acquire l; sleep 1; release l",
 *          "b: acquire l; release l",
 *          "= 0: a acquire",
 *          "= 1: b acquire",
 *          "= complete at 1");
 *
 * PLAY() runs it three times: with each task a coroutine, each a step machine, and by turns. It
 * fails unless the log is what the "=" lines say, and everything has been freed. play.py plays
 * the same text on asyncio itself and compares: what is asserted is what asyncio does.
 *
 * Lines:
 *   lock l | event e | future f | condition c [LOCK] | semaphore s N | bounded s N | barrier b N |
 *   queue q N | lifo q N | priority q N     an object (priority: the smaller number first)
 *   a: STATEMENT; STATEMENT; ...            a task, created before the loop runs, in this order
 *   ~w: STATEMENT; ...                      a routine: for spawn, create and the callbacks
 *   only here: WHY                          not for asyncio
 *   = TIME: WHO WHAT, WHO WHAT              what is logged at an instant
 *   = OUTCOME at TIME                       how it ends: complete, deadlock, stopped
 *
 * Statements carry the names of asyncio's calls (the table in verbs.c); TIME is in seconds, and
 * "-" stands for no time limit. A statement that fails makes the task skip the rest, as an
 * exception does, up to
 *   leave X          the end of the block of a timeout or a task group: always runs
 *   !STATEMENT       always runs, as in a finally block
 *   catch [NAME]     swallows the error (of that name)
 * The log has a line for each statement that waits (but a sleep that succeeds), that gives a
 * value (acquire, get=1), or that fails (get!CancelledError(message)), and for a task that ends
 * with an error (ends!ValueError(message)). */
#ifndef PLAY_H
#define PLAY_H

#define PLAY(...) play(__FILE__, __LINE__, (const char *const[]){__VA_ARGS__, (const char *)0})
void play(const char *file, int line, const char *const *lines);

#endif
