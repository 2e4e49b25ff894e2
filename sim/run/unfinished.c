/* Who waits for what, in the lines of a report. */
#include "run/unfinished.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/show.h"
#include "run/report.h"
#include "wait/words.h"

/* --- Lines ----------------------------------------------------------------------------------- */

enum { WIDTH = 80 };

/* Up to the next place where a line may end: "at" stays with its place. */
static int piece_of(const char *text) {
    size_t length = strcspn(text, " ");
    if (length == 2 && strncmp(text, "at ", 3) == 0)
        length += 1 + strcspn(text + 3, " ");
    return (int)length;
}

/* A text whose lines are no longer than a terminal is wide, if its words are not. */
static void print_wrapped(FILE *report, const char *text, int indent) {
    int column = fprintf(report, "%*s", indent, "");
    for (const char *word = text; *word != '\0';) {
        int length = piece_of(word);
        bool first = word == text;
        if (!first && column + 1 + length > WIDTH)
            column = fprintf(report, "\n%*s", indent + 4, "") - 1;
        else if (!first)
            column += fprintf(report, " ");
        base_show(report, word, (size_t)length);
        column += length;
        word += length;
        word += *word == ' ';
    }
    fputc('\n', report);
}

/* `worker-2 to worker-9`; `a, b and c`; `a, b, c, d, e and 7 more`. */
static int append_group(const run_wait_group *group, base_buffer *text) {
    if (group->in_row && group->count > 2)
        return base_buffer_format(text, "%s to %s", group->names[0], group->last);
    int error = 0;
    for (size_t i = 0; i < group->kept && error == 0; i++) {
        const char *comma = i == 0 ? "" : i + 1 == group->count ? " and " : ", ";
        error = base_buffer_format(text, "%s%s", comma, group->names[i]);
    }
    if (error == 0 && group->count > group->kept)
        error = base_buffer_format(text, " and %" PRIu64 " more", group->count - group->kept);
    return error;
}

/* `waits for lock a, held by job2`; of several, `wait for ...`. */
static int append_wait(const run_wait *wait, bool several, base_buffer *text) {
    static const char *const standings[][2] = {
        [RUN_WAITS] = {"waits for ", "wait for "},
        [RUN_SLEEPS] = {"sleeps until ", "sleep until "},
        [RUN_READY] = {"is ready to go on", "are ready to go on"}};
    int error = base_buffer_format(text, " %s", standings[wait->standing][several]);
    if (error == 0 && wait->standing == RUN_WAITS)
        error = run_wait_words(wait, text);
    if (error == 0 && wait->standing == RUN_WAITS && wait->until_ns != CAD_NEVER)
        error = base_buffer_format(text, ", until ");
    if (error == 0 && wait->until_ns != CAD_NEVER && wait->verb != NULL)
        error = wait_append_time(text, wait->until_ns);
    if (error == 0 && wait->standing == RUN_WAITS && wait->until_ns != CAD_NEVER)
        error = base_buffer_format(text, " at most");
    return error;
}

/* `since 1 s, at file.json:3:20 (with)`. */
static void print_step(const run_machine *machine, FILE *report, const run_wait *wait) {
    base_buffer text = {0};
    int error = 0;
    if (wait->verb != NULL) {
        error = base_buffer_format(&text, "since ");
        error = error != 0 ? error : wait_append_time(&text, wait->since_ns);
        error = error != 0 ? error : base_buffer_format(&text, ", ");
    }
    error = error != 0 ? error : base_buffer_format(&text, "at ");
    error =
        error != 0 ? error : doc_format_position(machine->program->document, wait->place, &text);
    error = error != 0 ? error : base_buffer_format(&text, " (%s)", wait->step);
    if (error == 0)
        print_wrapped(report, text.data, 4);
    base_buffer_free(&text);
}

/* Whether two have taken it at one place, and fared alike since. */
static bool same_step(const run_party *a, const run_party *b) {
    bool same_end = a->error == b->error ||
                    (a->error != NULL && b->error != NULL && strcmp(a->error, b->error) == 0);
    return a->place == b->place && a->step == b->step && same_end;
}

/* `job2 took it at file.json:4:20 (with)`. */
static void print_taken(const run_machine *machine, FILE *report, const run_wait *wait,
                        const run_parties *parties) {
    for (size_t i = 0; i < parties->kept; i++) {
        const run_party *party = &parties->items[i];
        size_t first = i;
        base_buffer text = {0};
        if (party->place == DOC_NOWHERE)
            continue;
        int error = base_buffer_format(&text, "%s", party->name);
        while (error == 0 && i + 1 < parties->kept && same_step(party, &parties->items[i + 1]))
            error = base_buffer_format(&text, ", %s", parties->items[++i].name);
        if (error == 0 && wait->relation == RUN_WAKERS)
            error = base_buffer_format(&text, " %s it at ",
                                       i == first ? wait->deed->one : wait->deed->many);
        else if (error == 0 && wait->relation == RUN_MIGHT_WAKE)
            error = base_buffer_format(&text, " might %s it at ", wait->deed->many);
        else if (error == 0)
            error = base_buffer_format(&text, " took %s at ",
                                       wait->relation == RUN_TAKERS ? "an item" : "it");
        if (error == 0)
            error = doc_format_position(machine->program->document, party->place, &text);
        if (error == 0)
            error = base_buffer_format(&text, " (%s)%s%s", party->step,
                                       party->error != NULL ? " and ended with " : "",
                                       party->error != NULL ? party->error : "");
        if (error == 0)
            print_wrapped(report, text.data, 4);
        base_buffer_free(&text);
    }
}

/* `steps that set it: file.json:4:20 (set_result)`: where nobody comes any more. */
static void print_steps(const run_machine *machine, FILE *report, const run_wait *wait) {
    base_buffer text = {0};
    if (wait->step_count == 0)
        return;
    bool several = wait->step_count + wait->more_steps > 1;
    int error = base_buffer_format(&text, "%s %s it: ", several ? "steps that" : "the step that",
                                   several ? wait->deed->many : wait->deed->one);
    for (size_t i = 0; i < wait->step_count && error == 0; i++) {
        error = base_buffer_format(&text, "%s", i > 0 ? ", " : "");
        if (error == 0)
            error = doc_format_position(machine->program->document, wait->steps[i].place, &text);
        if (error == 0)
            error = base_buffer_format(&text, " (%s)", wait->steps[i].step);
    }
    if (error == 0 && wait->more_steps > 0)
        error = base_buffer_format(&text, " and %zu more", wait->more_steps);
    if (error == 0)
        print_wrapped(report, text.data, 4);
    base_buffer_free(&text);
}

/* Who has what it waits for, or could end the wait, and by which steps. */
static void print_parties(const run_machine *machine, FILE *report, const run_wait *wait) {
    print_taken(machine, report, wait, &wait->living);
    print_taken(machine, report, wait, &wait->ended);
    print_steps(machine, report, wait);
}

/* `future f, which only b sets`: of those that are awaited together, each before what is said of
 * it. */
static void print_members(const run_machine *machine, FILE *report, const run_wait *wait) {
    for (size_t i = 0; i < wait->member_count; i++) {
        base_buffer text = {0};
        if (run_wait_words(&wait->members[i], &text) == 0)
            print_wrapped(report, text.data, 4);
        base_buffer_free(&text);
        print_parties(machine, report, &wait->members[i]);
    }
}

/* Whether both wait for one thing: then who holds it need not be said again. */
static bool same_object(const run_wait *a, const run_wait *b) {
    return a->type != NULL && a->type == b->type && a->deed == b->deed &&
           strcmp(a->object, b->object) == 0;
}

/* What is said of one, or of all who are like it, behind their names; which are freed. `before`:
 * the one that is printed before it; NULL. */
static void print_wait(const run_machine *machine, FILE *report, base_buffer *names,
                       const run_wait *wait, bool several, const run_wait *before) {
    if (append_wait(wait, several, names) == 0)
        print_wrapped(report, names->data, 2);
    base_buffer_free(names);
    print_step(machine, report, wait);
    if (before == NULL || !same_object(before, wait))
        print_parties(machine, report, wait);
    print_members(machine, report, wait);
}

static void print_one(const run_machine *machine, FILE *report, const run_wait *wait,
                      const run_wait *before) {
    base_buffer names = {0};
    if (base_buffer_format(&names, "%s", wait->task) == 0)
        print_wait(machine, report, &names, wait, false, before);
}

static void print_group(const run_machine *machine, FILE *report, const run_wait_group *group,
                        const run_wait *before) {
    base_buffer names = {0};
    if (append_group(group, &names) == 0)
        print_wait(machine, report, &names, &group->wait, group->count > 1, before);
}

/* `; also in it: c, d`: those who wait for one another with a ring. */
static int append_besides(const run_waits *waits, const run_wait_list *ring, base_buffer *text) {
    uint64_t named = 0, others = ring->items[0].circle_size - (ring->count + ring->left_out);
    int error = 0;
    for (size_t i = 0; i < waits->tasks.count && error == 0 && named < RUN_PARTIES_KEPT; i++) {
        const run_wait *wait = &waits->tasks.items[i];
        if (wait->circle == ring->items[0].circle && !wait->on_ring)
            error = base_buffer_format(text, "%s%s", named++ == 0 ? "; also in it: " : ", ",
                                       wait->task);
    }
    if (error == 0 && others > named)
        error = base_buffer_format(text, "%s%" PRIu64 " more",
                                   named == 0 ? "; also in it: " : " and ", others - named);
    return error;
}

/* `circle: a -> b -> a`. */
static int append_ring(const run_waits *waits, const run_wait_list *ring, base_buffer *text) {
    int error = base_buffer_format(text, "circle:");
    for (size_t i = 0; i < ring->count && error == 0; i++)
        error = base_buffer_format(text, " %s ->", ring->items[i].task);
    if (error == 0 && ring->left_out > 0)
        error = base_buffer_format(text, " %" PRIu64 " more ->", ring->left_out);
    if (error == 0)
        error = base_buffer_format(text, " %s", ring->items[0].task);
    return error != 0 ? error : append_besides(waits, ring, text);
}

/* Those who stand in a circle: the ring first. */
static void print_circle(const run_machine *machine, FILE *report, const run_wait_list *ring) {
    const run_waits *waits = &machine->result.waits;
    const run_wait *before = NULL;
    base_buffer text = {0};
    if (append_ring(waits, ring, &text) == 0)
        print_wrapped(report, text.data, 0);
    base_buffer_free(&text);
    for (size_t i = 0; i < ring->count; before = &ring->items[i++])
        print_one(machine, report, &ring->items[i], before);
    for (size_t i = 0; i < waits->groups.count; i++) {
        const run_wait *wait = &waits->groups.items[i].wait;
        if (wait->circle != ring->items[0].circle || wait->on_ring)
            continue;
        print_group(machine, report, &waits->groups.items[i], before);
        before = wait;
    }
}

/* Who has not begun has nothing to tell; who was stopped in its turn has been named. */
static bool is_told(const run_wait *wait) {
    return wait->standing != RUN_NOT_BEGUN && wait->standing != RUN_HALTED;
}

static bool is_any_told(const run_waits *waits) {
    for (size_t i = 0; i < waits->groups.count; i++)
        if (is_told(&waits->groups.items[i].wait))
            return true;
    return false;
}

/* Those who stand in no circle that was told of; `behind`: who waits for one. */
static void print_others(const run_machine *machine, FILE *report, bool behind, const char *title) {
    const run_waits *waits = &machine->result.waits;
    const run_wait *before = NULL;
    for (size_t i = 0; i < waits->groups.count; i++) {
        const run_wait *wait = &waits->groups.items[i].wait;
        bool told = wait->circle != 0 && wait->circle <= waits->ring_count;
        if (told || !is_told(wait) || (wait->behind != 0) != behind)
            continue;
        if (before == NULL && waits->ring_count > 0)
            fprintf(report, "%s:\n", title);
        print_group(machine, report, &waits->groups.items[i], before);
        before = wait;
    }
}

static void print_waits(const run_machine *machine, FILE *report) {
    const run_waits *waits = &machine->result.waits;
    for (size_t i = 0; i < waits->ring_count; i++)
        print_circle(machine, report, &waits->rings[i]);
    if (waits->more_rings > 0)
        fprintf(report, "... and %" PRIu64 " more circles\n", waits->more_rings);
    print_others(machine, report, true, "waiting for a circle");
    print_others(machine, report, false, "beside that");
    if (waits->groups.left_out > 0)
        fprintf(report, "  ... and %" PRIu64 " more tasks\n", waits->groups.left_out);
}

void run_report_unfinished(run_machine *machine, const run_survey *survey,
                           enum run_outcome outcome) {
    run_waits *waits = &machine->result.waits;
    run_survey_keep(survey, waits);
    bool told = is_any_told(waits) && outcome != RUN_INTERRUPTED;
    FILE *report = told ? run_begin_report(machine) : NULL;
    base_buffer time = {0};
    if (report != NULL && wait_append_time(&time, machine->result.end_ns) == 0) {
        if (outcome == RUN_DEADLOCK)
            fprintf(report, "deadlock at %s: nothing can wake the tasks that remain\n", time.data);
        else
            fprintf(report, "%s at %s: %" PRIu64 " task%s not ended\n", run_outcome_name(outcome),
                    time.data, waits->task_count, waits->task_count == 1 ? " has" : "s have");
        print_waits(machine, report);
    }
    base_buffer_free(&time);
}
