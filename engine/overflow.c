/* What a coroutine that overflows its stack gets: a line on standard error with its task's name,
 * and then the SIGSEGV that it would have had anyway. */
#define _GNU_SOURCE /* sigaltstack() */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "coroutine.h"

enum { SIGNAL_STACK = 64 * 1024 }; /* room for whatever handler was there before */

/* The handler is the process's: there while any loop watches. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned watching;
static struct sigaction before;
static bool hidden; /* by a handler of somebody else's, set while loops watched */

/* --- In the signal handler: nothing but what is safe there ------------------------------------ */

typedef struct line {
    char text[256];
    size_t length;
} line;

static void add(line *out, const char *text) {
    while (*text != '\0' && out->length < sizeof out->text - 1)
        out->text[out->length++] = *text++;
}

static void add_number(line *out, uint64_t number) {
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    add(out, &digits[at]);
}

static void report(const cad_task *task) {
    line out = {.length = 0};
    add(&out, "cadran: stack overflow in task \"");
    if (task->object.name != NULL) {
        add(&out, task->object.name);
    } else {
        add(&out, "Task-");
        add_number(&out, task->object.id);
    }
    add(&out, "\": more than the ");
    add_number(&out, cad__coroutine_stack_size(cad__task_of(task)));
    add(&out, " bytes of its stack (cad_task_options.stack_size)");
    out.text[out.length++] = '\n';
    ssize_t written = write(STDERR_FILENO, out.text, out.length);
    (void)written; /* there is nobody else to tell */
}

/* As if this handler were not there. */
static void pass_on(int number, siginfo_t *info, void *context) {
    if (before.sa_flags & SA_SIGINFO) {
        before.sa_sigaction(number, info, context);
    } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
        before.sa_handler(number);
    } else {
        /* The instruction is tried again, and the process ends where it should for debuggers and
         * core dumps. A signal that somebody sent would not come again by itself. */
        (void)sigaction(number, &before, NULL);
        if (info->si_code <= 0)
            (void)raise(number);
    }
}

static void on_fault(int number, siginfo_t *info, void *context) {
    int saved_errno = errno;
    const cad_task *task = info->si_code > 0 ? cad__coroutine_guarded(info->si_addr) : NULL;
    if (task != NULL)
        report(task);
    pass_on(number, info, context);
    errno = saved_errno;
}

/* --- Watching --------------------------------------------------------------------------------- */

static void install(void) {
    struct sigaction action;
    if (hidden) /* and called by that one, if it calls anyone: not twice */
        return;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGSEGV, &action, &before);
}

static void uninstall(void) {
    struct sigaction current;
    if (sigaction(SIGSEGV, NULL, &current) != 0)
        return;
    hidden = !(current.sa_flags & SA_SIGINFO) || current.sa_sigaction != on_fault;
    if (!hidden)
        (void)sigaction(SIGSEGV, &before, NULL);
}

/* A handler cannot run on the stack that is used up: it gets one of its own, unless the program has
 * given the thread one. */
static void open_signal_stack(cad_loop *loop) {
    stack_t current;
    if (sigaltstack(NULL, &current) != 0 || !(current.ss_flags & SS_DISABLE))
        return;
    cad__stack *stack = cad__stack_obtain(cad__stack_class_of(SIGNAL_STACK));
    if (stack == NULL)
        return;
    stack_t own = {.ss_sp = stack->bottom, .ss_size = cad__stack_size(stack)};
    if (sigaltstack(&own, NULL) == 0)
        loop->signal_stack = stack;
    else
        cad__stack_release(stack);
}

static void close_signal_stack(cad_loop *loop) {
    stack_t current, none = {.ss_flags = SS_DISABLE};
    if (loop->signal_stack == NULL)
        return;
    if (sigaltstack(NULL, &current) == 0 && current.ss_sp == loop->signal_stack->bottom)
        (void)sigaltstack(&none, NULL);
    cad__stack_release(loop->signal_stack);
    loop->signal_stack = NULL;
}

void cad__overflow_watch(cad_loop *loop) {
    if (loop->watches_overflow)
        return;
    loop->watches_overflow = true;
    pthread_mutex_lock(&mutex);
    if (watching++ == 0)
        install();
    pthread_mutex_unlock(&mutex);
    open_signal_stack(loop);
}

void cad__overflow_unwatch(cad_loop *loop) {
    if (!loop->watches_overflow)
        return;
    loop->watches_overflow = false;
    pthread_mutex_lock(&mutex);
    if (--watching == 0)
        uninstall();
    pthread_mutex_unlock(&mutex);
    close_signal_stack(loop);
}
