/* The loop's time, `due_ns`: that at which what runs now was to run.
 *
 * Under a driver that simulates it is the driver's. Under a real one it is the same number, with
 * the same steps: it stands still while anything is ready, and then goes to the next deadline,
 * whose timers fire, all of that one and none of a later one. So what a timer wakes, and what that
 * wakes in turn, runs while the loop's time is that timer's deadline, whenever it really runs;
 * delays count from there, and a program whose times come from timers alone has one order under all
 * drivers. The real clock decides nothing but how long the loop waits before each step, and it is
 * never behind the loop's time.
 *
 * What else moves the loop's time, under a real driver:
 *   - Work. A turn that takes long is a computation that the program did not announce, and counts
 *     as cad_compute() does; otherwise the delay that it begins at its end would be short by as
 *     much. What takes less is no work: it would put asunder what is to happen at one time. Nor is
 *     it work when somebody else had the processor meanwhile.
 *   - The outside. What was waited for without a deadline happens when it happens: now.
 *   - A loop that never comes to rest, as tasks pass the turn on to one another until something
 *     happens: it would happen never.
 *   - A loop that is too late: it was stopped, or has more to do than there is time. It begins anew
 *     from now. Until then what is outside has to wait for the timers that are due.
 * How long the loop bears each of these is its patience, of which there are two rows. A loop whose
 * times are nominal (cad_loop_set_nominal()) bears more, as its program says itself what takes
 * time. */
#include "clock.h"
#include "trace.h"

/* Iterations in which a loop comes to rest, if it ever does, however long they take. */
enum { REST = 64 };
/* Turns of the loop's own for which what was read last is as good as a look. */
enum { UNSEEN = 8 };
/* What a computation is cut into where the world is real: for about so long no interrupt is heard.
 */
enum { PIECE_NS = 50 * 1000 * 1000 };

static const cad__patience ordinary = {.work_ns = CAD_MILLISECOND,
                                       .restless_ns = 10 * CAD_MILLISECOND,
                                       .behind_ns = 250 * CAD_MILLISECOND};

static const cad__patience nominal = {
    .work_ns = CAD_NEVER, .restless_ns = CAD_SECOND, .behind_ns = CAD_NEVER};

void cad__clock_init(cad_loop *loop) {
    cad_loop_set_nominal(loop, false);
}

void cad_loop_set_nominal(cad_loop *loop, bool on) {
    loop->patience = on ? &nominal : &ordinary;
    loop->nominal = on && !loop->driver->simulated;
    loop->counts_work = !on && !loop->driver->simulated;
}

static void move_to(cad_loop *loop, int64_t time_ns) {
    if (time_ns > loop->due_ns)
        loop->due_ns = time_ns;
}

/* What was before is no turn's. */
void cad__clock_look(cad_loop *loop) {
    loop->now_ns = loop->turn_ns = loop->driver->now(loop->driver);
    loop->unseen = 0;
}

/* The same, but where a turn has ended just now, at which it was looked. */
static void look_again(cad_loop *loop) {
    if (!loop->counts_work || loop->unseen > UNSEEN)
        cad__clock_look(loop);
}

/* After a look, and what it does to the loop's time. */
static void tell_late(cad_loop *loop) {
    cad_clock_hook *next;
    if (loop->driver->simulated)
        return;
    for (cad_clock_hook *hook = loop->clock_hooks; hook != NULL; hook = next) {
        next = hook->next;
        hook->looked(hook, loop->due_ns, loop->now_ns);
    }
}

static void come_to_rest(cad_loop *loop) {
    loop->restless = 0;
    loop->rested_ns = loop->now_ns;
}

void cad__clock_start(cad_loop *loop) {
    bool again = loop->now_ns > 0;
    cad__clock_look(loop);
    come_to_rest(loop);
    if (again)
        move_to(loop, loop->now_ns);
    tell_late(loop);
}

bool cad__clock_behind(cad_loop *loop) {
    int64_t next_ns = loop->timers.first_ns;
    if (loop->driver->simulated || next_ns > loop->limit_ns)
        return false;
    look_again(loop);
    return next_ns <= loop->now_ns && loop->now_ns - next_ns <= loop->patience->behind_ns;
}

void cad__clock_go_on(cad_loop *loop) {
    come_to_rest(loop);
    int64_t next_ns = loop->timers.first_ns;
    bool due = next_ns <= loop->now_ns && loop->now_ns - next_ns <= loop->patience->behind_ns;
    move_to(loop, due && !loop->driver->simulated ? next_ns : loop->now_ns);
    tell_late(loop);
}

void cad__clock_busy(cad_loop *loop, bool arrived) {
    look_again(loop);
    bool restless =
        ++loop->restless >= REST && loop->now_ns - loop->rested_ns >= loop->patience->restless_ns;
    if (arrived || restless || loop->driver->simulated) {
        come_to_rest(loop);
        move_to(loop, loop->now_ns);
    }
    tell_late(loop);
}

/* It took long, as far as one can see without asking. */
CAD__APART static void count_span(cad_loop *loop, int64_t span_ns) {
    cad_driver *driver = loop->driver;
    int64_t worked_ns = driver->worked != NULL ? driver->worked(driver, span_ns) : span_ns;
    if (worked_ns >= loop->patience->work_ns)
        loop->due_ns += span_ns;
    loop->turn_ns += span_ns;
}

static void count_work(cad_loop *loop, int64_t now_ns) {
    int64_t span_ns = now_ns - loop->turn_ns;
    if (span_ns >= loop->patience->work_ns)
        count_span(loop, span_ns);
}

/* What is read when a task begins to sleep is as good as a look at the end of its turn. The turn of
 * one that starts eagerly is its creator's, and goes on. */
CAD__APART static void look_asleep(cad_loop *loop) {
    loop->now_ns = loop->driver->now(loop->driver);
    loop->unseen = 0;
    loop->asleep = loop->eager == 0;
    count_work(loop, loop->now_ns);
}

int64_t cad__clock_sleep(cad_loop *loop, int64_t delay_ns) {
    if (loop->counts_work)
        look_asleep(loop);
    return cad__deadline(loop->due_ns, delay_ns);
}

void cad__clock_turn_over(cad_loop *loop) {
    if (loop->asleep) {
        loop->asleep = false;
        loop->turn_ns = loop->now_ns;
        return;
    }
    int64_t now_ns = loop->driver->now(loop->driver);
    count_work(loop, now_ns);
    loop->now_ns = loop->turn_ns = now_ns;
    loop->unseen = 0;
}

/* Returns what is left of it where it was interrupted. */
static int64_t keep_busy(cad_loop *loop, int64_t duration_ns) {
    cad_driver *driver = loop->driver;
    int64_t begin_ns = driver->now(driver), left_ns = duration_ns;
    if (driver->simulated) {
        driver->compute(driver, duration_ns);
        return 0;
    }
    while (left_ns > 0 && atomic_load(&loop->interrupted) == 0) {
        driver->compute(driver, left_ns < PIECE_NS ? left_ns : PIECE_NS);
        left_ns = duration_ns - (driver->now(driver) - begin_ns);
    }
    return left_ns > 0 ? left_ns : 0;
}

void cad_compute(int64_t duration_ns) {
    cad_loop *loop = cad_running_loop();
    CAD__ASSERT(loop != NULL, "called outside a loop");
    if (duration_ns <= 0)
        return;
    int64_t end_ns = cad_loop_deadline(loop, duration_ns);
    if (loop->wait_hooks != NULL)
        cad__before_wait(loop, end_ns);
    int64_t left_ns = keep_busy(loop, duration_ns);
    cad__clock_look(loop);
    move_to(loop, left_ns == 0 ? end_ns : cad__deadline(end_ns, -left_ns));
    tell_late(loop);
    CAD__TRACE(loop, cad__trace_time(loop));
}

void cad_loop_add_clock_hook(cad_loop *loop, cad_clock_hook *hook) {
    cad_clock_hook **last = &loop->clock_hooks;
    while (*last != NULL)
        last = &(*last)->next;
    hook->next = NULL;
    *last = hook;
}

void cad_loop_remove_clock_hook(cad_loop *loop, cad_clock_hook *hook) {
    for (cad_clock_hook **at = &loop->clock_hooks; *at != NULL; at = &(*at)->next) {
        if (*at == hook) {
            *at = hook->next;
            return;
        }
    }
}

int64_t cad_loop_deadline(cad_loop *loop, int64_t delay_ns) {
    if (cad__running != loop)
        return cad__deadline(cad_loop_time(loop), delay_ns);
    if (loop->counts_work)
        count_work(loop, loop->driver->now(loop->driver));
    return cad__deadline(loop->due_ns, delay_ns);
}
