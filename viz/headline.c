/* The makespan, or what stopped the run, explained in a line: in the words of cadran why, and with
 * times as short as those of the other figures. */
#include "headline.h"

#include "axis.h"
#include "base/memory.h"
#include "cadran.h"
#include "loading.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Read again in some tens of milliseconds: so many events, in a file of so many bytes. */
enum { EVENTS_READ_AGAIN = 100000, BYTES_READ_AGAIN = 32 << 20 };

/* Tasks that are named. */
enum { NAMED = 3 };

static bool is_small(const char *path) {
    struct stat file;
    return path != NULL && stat(viz_path_again(path), &file) == 0 && S_ISREG(file.st_mode) &&
           file.st_size <= BYTES_READ_AGAIN;
}

bool viz_has_headline(const struct viz_model *model, const struct viz_reasons *reasons) {
    if (model->pair != NULL || !model->trace->complete)
        return false;
    return reasons->run != NULL ||
           (model->trace->event_count <= EVENTS_READ_AGAIN && is_small(reasons->path));
}

static void say_length(struct why_said *said, int64_t length_ns) {
    char text[VIZ_TIME_SIZE];
    viz_format_duration(length_ns, text);
    why_say(said, "%s", text);
}

static int longest_first(const void *left, const void *right) {
    const struct why_share *a = left, *b = right;
    if (a->time_ns != b->time_ns)
        return a->time_ns > b->time_ns ? -1 : 1;
    return (a->task > b->task) - (a->task < b->task);
}

/* "5 s = job2 3 s + job7 2 s" */
static void say_shares(struct why_said *said, const struct why_path *way) {
    struct why_share *shares = base_alloc(way->count * sizeof *shares);
    int64_t rest_ns = 0;
    if (shares == NULL) {
        said->error = CAD_ENOMEM;
        return;
    }
    size_t count = why_path_shares(way, shares);
    qsort(shares, count, sizeof *shares, longest_first);
    say_length(said, way->count > 0 ? way->pieces[way->count - 1].end_ns : 0);
    for (size_t i = 0; i < count && i < NAMED; i++) {
        why_say(said, i == 0 ? " = " : " + ");
        if (shares[i].task == WHY_NONE)
            why_say(said, "the loop");
        else
            why_say_task(said, shares[i].task);
        why_say(said, " ");
        say_length(said, shares[i].time_ns);
    }
    for (size_t i = NAMED; i < count; i++)
        rest_ns += shares[i].time_ns;
    if (rest_ns > 0) {
        why_say(said, " + %zu more ", count - NAMED);
        say_length(said, rest_ns);
    }
    base_free(shares);
}

/* Returns how much of what is said counts. */
static size_t say_makespan(struct why_said *said, const struct why_path *way) {
    say_shares(said, way);
    size_t length = said->text.length;
    why_say(said, "; ");
    why_say_most_waited(said);
    return said->text.length > length + strlen("; ") ? said->text.length
                                                     : length; /* nobody waited */
}

/* Of a run that did not come to its end, what stopped it: who failed, the circle of a deadlock, who
 * waits for what nobody does any more. The same. */
static size_t say_what_stopped(struct why_said *said, const struct why_findings *findings) {
    if (findings->count > 0 && findings->items[0].kind <= WHY_LEFT)
        why_say_finding(said, &findings->items[0]);
    return said->text.length;
}

bool viz_write_headline(struct viz_reasons *reasons, char out[VIZ_HEADLINE_SIZE]) {
    if (!viz_reasons_read(reasons) || reasons->way.count == 0)
        return false;
    struct why_said *said = &reasons->said;
    size_t length = reasons->way.ends ? say_makespan(said, &reasons->way)
                                      : say_what_stopped(said, &reasons->findings);
    if (length == 0) {
        why_said_clear(said);
        return false;
    }
    length = length < VIZ_HEADLINE_SIZE ? length : VIZ_HEADLINE_SIZE - 1;
    bool there = said->error == 0;
    if (there)
        memcpy(out, said->text.data, length);
    out[there ? length : 0] = '\0';
    why_said_clear(said);
    return there;
}
