/* Keeps what a loop says of its clock, and makes of it what the computer added to a time. */
#include "drift/lateness.h"

#include <time.h>

#include "base/memory.h"

static int64_t processor_time(void) {
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * CAD_SECOND + time.tv_nsec;
}

static void look(cad_clock_hook *hook, int64_t due_ns, int64_t now_ns) {
    drift_lateness_add((struct drift_lateness *)(void *)hook, due_ns, now_ns, processor_time());
}

void drift_lateness_init(struct drift_lateness *lateness) {
    *lateness = (struct drift_lateness){.hook.looked = look};
}

void drift_lateness_free(struct drift_lateness *lateness) {
    base_free(lateness->looks);
}

static int64_t between(int64_t least, int64_t value, int64_t most) {
    return value < least ? least : value > most ? most : value;
}

/* As a queue's last customer waits: what was still to be done at the look before, and what has been
 * added since, less the time that there was for it. */
static int64_t own_lateness(const struct drift_look *before, const struct drift_look *now) {
    int64_t worked_ns = now->processor_ns - before->processor_ns;
    int64_t had_ns = now->due_ns - before->due_ns;
    return between(0, before->own_ns + worked_ns - had_ns, now->now_ns - now->due_ns);
}

void drift_lateness_add(struct drift_lateness *lateness, int64_t due_ns, int64_t now_ns,
                        int64_t processor_ns) {
    if (lateness->no_memory || !base_grow(&lateness->looks, &lateness->capacity, lateness->count,
                                          sizeof *lateness->looks)) {
        lateness->no_memory = true;
        return;
    }
    struct drift_look *added = &lateness->looks[lateness->count];
    *added = (struct drift_look){due_ns, now_ns, processor_ns, 0};
    if (lateness->count > 0)
        added->own_ns = own_lateness(added - 1, added);
    lateness->count++;
}

int64_t drift_worst_lateness(const struct drift_lateness *lateness) {
    int64_t worst_ns = 0;
    for (size_t i = 0; i < lateness->count; i++) {
        const struct drift_look *look = &lateness->looks[i];
        int64_t late_ns = look->now_ns - look->due_ns - look->own_ns;
        worst_ns = late_ns > worst_ns ? late_ns : worst_ns;
    }
    return worst_ns;
}

/* How many looks were at that time or before. */
static size_t looks_until(const struct drift_lateness *lateness, int64_t time_ns) {
    size_t low = 0, high = lateness->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lateness->looks[middle].now_ns <= time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Between two looks time passes as far as the thread had the processor. */
int64_t drift_unhindered(const struct drift_lateness *lateness, int64_t time_ns) {
    size_t count = looks_until(lateness, time_ns);
    if (count == 0)
        return time_ns;
    const struct drift_look *last = &lateness->looks[count - 1];
    int64_t since_ns = time_ns - last->now_ns;
    if (count < lateness->count)
        since_ns = between(0, last[1].processor_ns - last->processor_ns, since_ns);
    int64_t unhindered_ns = last->due_ns + last->own_ns + since_ns;
    return unhindered_ns < time_ns ? unhindered_ns : time_ns;
}
