/* Sentences. What a wait is for, and what it is to end one, depends on asyncio's word for it and on
 * the type of the object: a table says it. */
#include "why/say.h"

#include "base/memory.h"
#include "base/quantity.h"
#include "base/show.h"
#include "cadran.h"
#include "trace/field_words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Texts of a run are cut at so many bytes in a sentence; names of a list are so many. */
enum { QUOTE_MAX = 60, NAMES_MAX = 3 };

/* --- Words ---------------------------------------------------------------------------------- */

void why_said_clear(struct why_said *said) {
    base_buffer_clear(&said->text);
    said->mark_count = 0;
}

void why_said_free(struct why_said *said) {
    base_buffer_free(&said->text);
    base_free(said->marks);
    said->marks = NULL;
    said->mark_count = said->mark_capacity = 0;
}

static void put_shown(struct why_said *said, const char *text, size_t length) {
    if (said->error == 0)
        said->error = base_buffer_append_shown(&said->text, text, length);
}

/* What is formatted is short: names and texts of a run are put by themselves. */
void why_say(struct why_said *said, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (said->error == 0)
        said->error = base_buffer_append(&said->text, text, strlen(text));
}

static void mark(struct why_said *said, size_t from, struct why_mark what) {
    if (said->error == 0 &&
        !base_grow(&said->marks, &said->mark_capacity, said->mark_count, sizeof *said->marks))
        said->error = CAD_ENOMEM;
    if (said->error != 0)
        return;
    what.from = from;
    what.length = said->text.length - from;
    said->marks[said->mark_count++] = what;
}

void why_say_text(struct why_said *said, uint32_t text) {
    const char *bytes = why_text(said->run, text);
    put_shown(said, bytes, strlen(bytes));
}

void why_say_quoted(struct why_said *said, uint32_t text) {
    if (said->error == 0)
        said->error = base_buffer_append_quoted(&said->text, why_text(said->run, text), QUOTE_MAX);
}

static void say_number(struct why_said *said, uint32_t number) {
    if (number > 0)
        why_say(said, " #%" PRIu32, number + 1);
}

void why_say_task(struct why_said *said, uint32_t task) {
    size_t from = said->text.length;
    if (task == WHY_NONE) {
        why_say(said, "nobody");
        return;
    }
    why_say_text(said, said->run->tasks[task].name);
    say_number(said, said->run->tasks[task].number);
    mark(said, from, (struct why_mark){.kind = WHY_MARK_TASK, .index = task});
}

void why_say_object(struct why_said *said, uint32_t object) {
    const struct why_object *found = &said->run->objects[object];
    size_t from = said->text.length;
    if (found->type != found->name) {
        why_say_text(said, found->type);
        why_say(said, " ");
    }
    why_say_text(said, found->name);
    say_number(said, found->number);
    mark(said, from, (struct why_mark){.kind = WHY_MARK_OBJECT, .index = object});
}

static void say_span(struct why_said *said, uint32_t span) {
    size_t from = said->text.length;
    why_say_quoted(said, said->run->spans[span].name);
    mark(said, from, (struct why_mark){.kind = WHY_MARK_SPAN, .index = span});
}

void why_say_length(struct why_said *said, int64_t time_ns) {
    char text[BASE_TIME_TEXT];
    base_time_write(time_ns, time_ns != 0, text);
    why_say(said, "%s", text);
}

void why_say_moment(struct why_said *said, int64_t time_ns) {
    char text[BASE_TIME_TEXT];
    size_t from = said->text.length;
    base_time_write(time_ns, false, text);
    why_say(said, "%s", text);
    mark(said, from, (struct why_mark){.kind = WHY_MARK_TIME, .time_ns = time_ns});
}

/* --- What a wait is for --------------------------------------------------------------------- */

/* %o is the object, %t the task that is awaited, %n the wait's name, %b who ended the wait. */
struct purpose {
    const char *verb;
    const char *type;  /* of the object; NULL: whatever */
    const char *of;    /* behind "waited 1 s" */
    const char *ended; /* by a task, before " at 1 s" */
    const char *deed;  /* what that task did: "made room in %o" */
    const char *done;  /* by no task, before " at 1 s"; NULL: nothing is known of it */
};

static const struct purpose purposes[] = {
    {"put", "queue", "for room in %o", ", which %b made", "by making room in %o", NULL},
    {"get", "queue", "for an item of %o", ", which %b put", "by an item of %o", NULL},
    {"join", "queue", "for all items of %o to be done", ", the last of them by %b",
     "by the last item of %o", NULL},
    {"acquire", "lock", "for %o", ", which %b released", "by releasing %o", NULL},
    {"acquire", "semaphore", "for a permit of %o", ", which %b released", "by a permit of %o",
     NULL},
    {"wait", "event", "for %o", ", which %b set", "by setting %o", NULL},
    {"wait", "condition", "for a notify of %o", ", which %b gave", "by a notify of %o", NULL},
    {"wait", "barrier", "for the others at %o", ", of whom %b came last", "by coming to %o", NULL},
    {"await", "future", "for %o", ", which %b set", "by %o", NULL},
    {"await", NULL, "for %t to end", ", which it did", "by its end", NULL},
    {"gather", NULL, "for what it gathers to end", ", until %b had ended", "by the end of a gather",
     NULL},
    {"task_group", NULL, "for the tasks of its group to end", ", the last of which was %b",
     "by being the last of its group", NULL},
    {"as_completed", NULL, "for the next one of as_completed to end", ", which was %b",
     "by its end", NULL},
    {"shield", NULL, "for what it shields to end", ", until %b had ended", "by its end", NULL},
    {"to_thread", NULL, "for its work in a thread", ", which %b ended", "by its work in a thread",
     ", which was done"},
    {"wait", "process", "for %o to end", ", which %b ended", "by the end of %o", ", which it did"},
    {"readline", "stream", "for a line from %o", ", until %b ended that", "by a line",
     ", until it came, or the end,"},
    {"readexactly", "stream", "for bytes from %o", ", until %b ended that", "by bytes",
     ", until they came, or the end,"},
    {"readuntil", "stream", "for a separator from %o", ", until %b ended that", "by a separator",
     ", until it came, or the end,"},
    {"read", "stream", "for bytes from %o", ", until %b ended that", "by bytes",
     ", until some came, or the end,"},
    {"drain", "stream", "for room in what %o is to send", ", until %b ended that", "by room",
     ", until there was some"},
    {"wait_closed", "stream", "for %o to be closed", ", which %b did", "by closing %o",
     ", which it was"},
    {"wait_closed", "server", "for %o to be closed", ", which %b did", "by closing %o",
     ", which it was"},
    {"open_connection", NULL, "for its connection", ", which %b ended", "by its connection", NULL},
    {"wait", NULL, "for tasks to end (wait)", ", until %b had ended", "by its end", NULL},
    {"", NULL, "(%n)", ", until %b ended that", "(%n)", NULL},
};

static bool is_word(const char *name, const char *verb) {
    size_t length = strlen(verb);
    return strncmp(name, verb, length) == 0 && (name[length] == ' ' || name[length] == '\0');
}

static const struct purpose *purpose_of(const struct why_run *run, const struct why_wait *wait) {
    const char *name = why_text(run, wait->name);
    const char *type =
        wait->object != WHY_NONE ? why_text(run, run->objects[wait->object].type) : NULL;
    const struct purpose *row = purposes;
    for (; row->verb[0] != '\0'; row++) {
        if (!is_word(name, row->verb))
            continue;
        if (row->type == NULL ? strcmp(row->verb, "await") != 0 || wait->awaits != WHY_NONE
                              : type != NULL && strcmp(type, row->type) == 0)
            return row;
    }
    return row;
}

static void say_part(struct why_said *said, const struct why_wait *wait, char letter) {
    switch (letter) {
    case 'o':
        why_say_object(said, wait->object);
        break;
    case 't':
        why_say_task(said, wait->awaits);
        break;
    case 'b':
        why_say_task(said, wait->by);
        break;
    default:
        why_say_text(said, wait->name);
        break;
    }
}

static void say_pattern(struct why_said *said, const char *pattern, const struct why_wait *wait) {
    for (;;) {
        int plain = (int)strcspn(pattern, "%");
        why_say(said, "%.*s", plain, pattern);
        pattern += plain;
        if (*pattern == '\0')
            return;
        say_part(said, wait, pattern[1]);
        pattern += 2;
    }
}

/* How full a queue was when the wait began, as the report of a deadlock says it. */
static void say_state(struct why_said *said, const struct why_wait *wait) {
    const struct why_run *run = said->run;
    const char *name = why_text(run, wait->name);
    int64_t size = why_field_of(run, wait->change, "size", -1);
    if (is_word(name, "put") && size >= 0 && run->objects[wait->object].maxsize > 0)
        why_say(said, ", full: %" PRId64 " of %" PRId64, size, run->objects[wait->object].maxsize);
    if (is_word(name, "get") && size == 0)
        why_say(said, ", empty");
}

/* --- Who was before it ---------------------------------------------------------------------- */

/* The first of those that stood in line when a wait began, at most `room` of them, and the last
 * first. The chain goes back through all that ever stood there; those that had gone are passed. */
static uint32_t find_ahead(const struct why_run *run, uint32_t number, uint32_t room,
                           uint32_t *ahead) {
    const struct why_wait *wait = &run->waits[number];
    uint32_t found = 0;
    for (uint32_t at = wait->before; at != WHY_NONE && found < wait->ahead && found < room;
         at = run->waits[at].before) {
        const struct why_wait *other = &run->waits[at];
        if (other->end_ordinal == 0 || other->end_ordinal > wait->begin_ordinal)
            ahead[found++] = at;
    }
    return found;
}

static void say_list(struct why_said *said, const uint32_t *tasks, uint32_t count, uint64_t more) {
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            why_say(said, i + 1 == count && more == 0 ? " and " : ", ");
        why_say_task(said, tasks[i]);
    }
    if (more > 0)
        why_say(said, " and %" PRIu64 " more", more);
}

static void say_ahead(struct why_said *said, uint32_t number) {
    const struct why_run *run = said->run;
    const struct why_wait *wait = &run->waits[number];
    uint32_t ahead[NAMES_MAX], tasks[NAMES_MAX];
    uint32_t count = find_ahead(run, number, NAMES_MAX, ahead);
    if (wait->ahead == 0 || count == 0)
        return;
    for (uint32_t i = 0; i < count; i++) /* who came first stands first */
        tasks[i] = run->waits[ahead[count - 1 - i]].task;
    why_say(said, "; before it in the line %s ", wait->ahead > 1 ? "were" : "was");
    if (wait->ahead > count)
        why_say(said, "%" PRIu32 " others, the last ", wait->ahead);
    say_list(said, tasks, count, 0);
}

/* --- Waits ---------------------------------------------------------------------------------- */

/* What kept a task from its turn for most of that time. */
static void say_late(struct why_said *said, const struct why_wait *wait) {
    const struct why_run *run = said->run;
    uint32_t who = why_who_ran(run, wait->task, wait->until_ns, wait->end_ns);
    why_say(said, "; its time had come at ");
    why_say_moment(said, wait->until_ns);
    if (who == WHY_NONE)
        return;
    why_say(said, ", and ");
    why_say_task(said, who);
    why_say(said, " kept the loop busy");
}

static void say_sleep(struct why_said *said, const struct why_wait *wait) {
    why_say(said, wait->end == WHY_PENDING ? "sleeps since " : "slept ");
    if (wait->end == WHY_PENDING) {
        why_say_moment(said, wait->begin_ns);
        return;
    }
    why_say_length(said, wait->end_ns - wait->begin_ns);
    if (wait->end != WHY_TIMER)
        return;
    why_say(said, ", until ");
    why_say_moment(said, wait->end_ns);
    if (wait->until_ns < wait->end_ns)
        say_late(said, wait);
}

/* Where words that stand by themselves are in what has been said from there on; SIZE_MAX: nowhere.
 */
static size_t find_words(const struct why_said *said, size_t from, const base_buffer *words) {
    for (size_t at = from; at + words->length <= said->text.length; at++) {
        const char *found = said->text.data + at;
        if (memcmp(found, words->data, words->length) == 0 && found[-1] == ' ' &&
            strchr(" ,;:", found[words->length]) != NULL)
            return at;
    }
    return SIZE_MAX;
}

/* Marks a task or an object, as another sentence names it, where it has been named from there on.
 * Returns what is behind it. */
static size_t mark_named(struct why_said *said, size_t from, const struct why_said *name) {
    if (said->error == 0)
        said->error = name->error;
    if (said->error != 0 || name->mark_count == 0)
        return from;
    size_t at = find_words(said, from, &name->text);
    if (at == SIZE_MAX)
        return from;
    mark(said, at, name->marks[0]);
    if (said->error == 0)
        said->marks[said->mark_count - 1].length = name->text.length;
    return at + name->text.length;
}

static void mark_parties(struct why_said *said, size_t from, uint32_t object, uint32_t task) {
    struct why_said name = {.run = said->run};
    if (object != WHY_NONE)
        why_say_object(&name, object);
    from = mark_named(said, from, &name);
    why_said_clear(&name);
    if (task != WHY_NONE)
        why_say_task(&name, task);
    (void)mark_named(said, from, &name);
    why_said_free(&name);
}

static bool tells_holders(const char *words) {
    return strstr(words, ", held by ") != NULL || strstr(words, ", taken by ") != NULL;
}

/* What it waits for in the words of the run's report, which knows who has it and who could end the
 * wait; and where that was taken, or stands. */
void why_say_stuck(struct why_said *said, uint32_t number) {
    const struct why_wait *wait = &said->run->waits[number];
    const struct why_stuck *stuck = &said->run->stucks[wait->stuck];
    why_say(said, "for ");
    size_t from = said->text.length;
    why_say_text(said, stuck->why);
    mark_parties(said, from, wait->object, stuck->next != WHY_NONE ? stuck->next : wait->owner);
    if (stuck->taken == 0)
        return;
    why_say(said, tells_holders(why_text(said->run, stuck->why)) ? "; taken by " : "; up to ");
    why_say_text(said, stuck->taken);
}

/* Who held it when it came, and who let it go. */
static void say_released(struct why_said *said, const struct why_wait *wait) {
    why_say(said, ", held by ");
    why_say_task(said, wait->owner);
    if (wait->by == wait->owner) {
        why_say(said, " until ");
    } else {
        why_say(said, " then, and released by ");
        why_say_task(said, wait->by);
        why_say(said, " at ");
    }
    why_say_moment(said, wait->end_ns);
}

static void say_end(struct why_said *said, const struct why_wait *wait,
                    const struct purpose *purpose) {
    switch ((enum why_end)wait->end) {
    case WHY_WOKEN:
        say_pattern(said, purpose->ended, wait);
        break;
    case WHY_TIMER:
        why_say(said, ", until the time that it had for it was over,");
        break;
    case WHY_TIMEOUT:
        why_say(said, ", until its time limit passed,");
        break;
    case WHY_CLOSED:
        say_pattern(said, ", until the run was over but for such tasks, with the end of %b,", wait);
        break;
    case WHY_CANCELLED:
        say_pattern(said,
                    wait->by != WHY_NONE ? ", until %b cancelled it," : ", until it was cancelled,",
                    wait);
        break;
    default:
        why_say(said, "%s",
                purpose->done != NULL ? purpose->done
                                      : ", which a callback or the world outside ended");
        break;
    }
    why_say(said, " at ");
    why_say_moment(said, wait->end_ns);
}

/* What it waited for, how that stood, and how the wait came to its end. */
static void say_purpose(struct why_said *said, const struct why_wait *wait,
                        const struct purpose *purpose) {
    say_pattern(said, purpose->of, wait);
    if (wait->object != WHY_NONE)
        say_state(said, wait);
    if (wait->owner != WHY_NONE && wait->end == WHY_WOKEN) {
        say_released(said, wait);
        return;
    }
    if (wait->owner != WHY_NONE) {
        why_say(said, ", held by ");
        why_say_task(said, wait->owner);
    }
    if (wait->end != WHY_PENDING)
        say_end(said, wait, purpose);
    else
        why_say(said, said->run->outcome != 0 ? ", when the run ended" : ", when the trace ends");
}

void why_say_waited(struct why_said *said, uint32_t number) {
    const struct why_wait *wait = &said->run->waits[number];
    const struct purpose *purpose = purpose_of(said->run, wait);
    size_t from = said->text.length;
    if (wait->sleeps) {
        say_sleep(said, wait);
        if (wait->end == WHY_TIMER || wait->end == WHY_PENDING)
            return;
        say_end(said, wait, purpose);
        return;
    }
    if (wait->end == WHY_PENDING) {
        why_say(said, "waits since ");
        why_say_moment(said, wait->begin_ns);
    } else {
        why_say(said, "waited ");
        why_say_length(said, wait->end_ns - wait->begin_ns);
    }
    mark(said, from, (struct why_mark){.kind = WHY_MARK_WAIT, .index = number});
    why_say(said, " ");
    if (wait->stuck != WHY_NONE && said->run->stucks[wait->stuck].why != 0)
        why_say_stuck(said, number);
    else
        say_purpose(said, wait, purpose);
    say_ahead(said, number);
}

void why_say_wait(struct why_said *said, uint32_t wait) {
    why_say_task(said, said->run->waits[wait].task);
    why_say(said, " ");
    why_say_waited(said, wait);
}

/* --- The longest way ------------------------------------------------------------------------ */

void why_say_piece(struct why_said *said, const struct why_piece *piece) {
    switch ((enum why_piece_kind)piece->kind) {
    case WHY_WORKS:
        why_say(said, "works at ");
        say_span(said, piece->span);
        break;
    case WHY_COMPUTES:
        why_say(said, piece->end_ns > piece->begin_ns ? "keeps the loop busy" : "has its turn");
        break;
    case WHY_SLEEPS:
        why_say(said, "sleeps");
        break;
    case WHY_READY:
        why_say(said, "is ready and does not run");
        if (piece->behind != WHY_NONE) {
            why_say(said, ": ");
            why_say_task(said, piece->behind);
            why_say(said, " keeps the loop busy");
        }
        break;
    case WHY_CLOSES:
        why_say(said, "the loop goes on");
        break;
    case WHY_UNBEGUN:
        why_say(said, "has not begun yet");
        break;
    default:
        why_say(said, "waits ");
        say_pattern(said, purpose_of(said->run, &said->run->waits[piece->wait])->of,
                    &said->run->waits[piece->wait]);
        why_say(said, piece->kind == WHY_LIMITED ? ", up to its time limit"
                      : piece->kind == WHY_STAYS ? ", and the run ends"
                                                 : "");
        break;
    }
}

void why_say_lead(struct why_said *said, const struct why_piece *piece, uint32_t next) {
    const struct why_wait *wait = piece->led != WHY_NONE ? &said->run->waits[piece->led] : NULL;
    if (piece->lead == WHY_GOES_ON)
        return;
    why_say(said, "%s ", why_lead_words[piece->lead]);
    why_say_task(said, next);
    if (piece->lead != WHY_WAKES || wait == NULL)
        return;
    why_say(said, " ");
    say_pattern(said, purpose_of(said->run, wait)->deed, wait);
}

/* --- Tasks ---------------------------------------------------------------------------------- */

static const char *outcome_words(const char *outcome) {
    if (strcmp(outcome, "pending") == 0)
        return "when the run ended first";
    return outcome[0] == '\0' ? "when the trace ends" : outcome;
}

void why_say_life(struct why_said *said, uint32_t task) {
    const struct why_task *lived = &said->run->tasks[task];
    why_say_task(said, task);
    if (lived->by != WHY_NONE) {
        why_say(said, ", made by ");
        why_say_task(said, lived->by);
    }
    why_say(said, ", from ");
    why_say_moment(said, lived->begin_ns);
    why_say(said, " to ");
    why_say_moment(said, lived->end_ns);
    const char *outcome = outcome_words(why_text(said->run, lived->outcome));
    why_say(said, ", ");
    put_shown(said, outcome, strlen(outcome));
    if (lived->error != 0) {
        why_say(said, " with ");
        why_say_text(said, lived->error);
    }
    if (lived->message != 0) {
        why_say(said, ": ");
        why_say_quoted(said, lived->message);
    }
}

/* What it is in at a time, after all that happens at that time. */
static void say_doing(struct why_said *said, uint32_t task, int64_t time_ns) {
    const struct why_run *run = said->run;
    uint32_t wait = why_wait_at(run, task, time_ns), span = why_span_from(run, task, time_ns);
    bool waits = wait != WHY_NONE &&
                 (run->waits[wait].end_ns > time_ns || run->waits[wait].end == WHY_PENDING);
    if (waits && !run->waits[wait].sleeps) {
        why_say(said, "waits ");
        say_pattern(said, purpose_of(run, &run->waits[wait])->of, &run->waits[wait]);
    } else if (span != WHY_NONE) {
        why_say(said, "is at ");
        say_span(said, span);
        why_say(said, ", from ");
        why_say_moment(said, run->spans[span].begin_ns);
        why_say(said, " to ");
        why_say_moment(said, run->spans[span].end_ns);
    } else if (waits) {
        why_say(said, "sleeps, from ");
        why_say_moment(said, run->waits[wait].begin_ns);
        why_say(said, " to ");
        why_say_moment(said, run->waits[wait].end_ns);
    } else {
        why_say(said, why_runs_at(run, task, time_ns) ? "keeps the loop busy"
                                                      : "is ready, and it is not its turn");
    }
}

void why_say_at(struct why_said *said, uint32_t task, int64_t time_ns) {
    const struct why_task *lived = &said->run->tasks[task];
    why_say(said, "at ");
    why_say_moment(said, time_ns);
    why_say(said, " ");
    if (time_ns < lived->begin_ns) {
        why_say_task(said, task);
        why_say(said, " is not there yet: it is made at ");
        why_say_moment(said, lived->begin_ns);
    } else if (time_ns >= lived->end_ns && lived->end_ordinal != 0) {
        why_say_life(said, task);
        why_say(said, ", has ended");
    } else {
        why_say_task(said, task);
        why_say(said, " ");
        say_doing(said, task, time_ns);
    }
}

/* --- Objects -------------------------------------------------------------------------------- */

static void say_changer(struct why_said *said, const struct why_change *change) {
    if (change->by == WHY_NONE) {
        why_say(said, ", by no task, but by the loop or the world outside");
        return;
    }
    why_say(said, ", by ");
    why_say_task(said, change->by);
}

/* Whose it is says also whether it is locked. */
static void say_fields(struct why_said *said, uint32_t change) {
    const struct why_run *run = said->run;
    const struct why_change *found = &run->changes[change];
    bool owned = why_field_of(run, change, "owner", -1) >= 0;
    const char *comma = "";
    for (uint32_t i = 0; i < found->field_count; i++) {
        const struct why_field *field = &run->fields[found->first_field + i];
        const char *key = why_text(run, field->key);
        int64_t most = strcmp(key, "size") == 0 ? run->objects[found->object].maxsize : 0;
        char phrase[64] = "";
        if (strcmp(key, "owner") == 0)
            (void)snprintf(phrase, sizeof phrase, "%s", field->value != 0 ? "held by " : "free");
        else if (!owned || strcmp(key, "locked") != 0)
            trace_field_phrase(key, field->value, most, phrase, sizeof phrase);
        if (phrase[0] == '\0')
            continue;
        why_say(said, "%s%s", comma, phrase);
        if (strcmp(key, "owner") == 0 && field->value != 0)
            why_say_task(said, why_find_task(run, field->value));
        comma = ", ";
    }
}

void why_say_change(struct why_said *said, uint32_t change) {
    say_fields(said, change);
    if (said->run->changes[change].previous != WHY_NONE)
        say_changer(said, &said->run->changes[change]);
}

static void say_next_change(struct why_said *said, uint32_t change) {
    const struct why_run *run = said->run;
    uint32_t next = change + 1;
    while (next < run->change_count && run->changes[next].previous != change)
        next++;
    if (next >= run->change_count)
        return;
    why_say(said, "; it changes next at ");
    why_say_moment(said, run->changes[next].time_ns);
    say_changer(said, &run->changes[next]);
}

void why_say_object_at(struct why_said *said, uint32_t object, int64_t time_ns) {
    const struct why_run *run = said->run;
    uint32_t change = why_change_at(run, object, time_ns);
    why_say(said, "at ");
    why_say_moment(said, time_ns);
    why_say(said, ", ");
    why_say_object(said, object);
    if (change == WHY_NONE) {
        why_say(said, " is not there yet");
        return;
    }
    why_say(said, ": ");
    say_fields(said, change);
    if (run->changes[change].previous == WHY_NONE) {
        why_say(said, ", as since it was made");
        say_next_change(said, change);
        return;
    }
    why_say(said, "; it changed last at ");
    why_say_moment(said, run->changes[change].time_ns);
    say_changer(said, &run->changes[change]);
    say_next_change(said, change);
}

void why_say_ring(struct why_said *said, uint32_t number) {
    const struct why_wait *wait = &said->run->waits[number];
    const struct why_stuck *stuck = &said->run->stucks[wait->stuck];
    why_say_task(said, wait->task);
    why_say(said, " waits since ");
    why_say_moment(said, wait->begin_ns);
    why_say(said, stuck->why != 0 ? ": " : " ");
    if (stuck->why != 0)
        why_say_text(said, stuck->why);
    else
        say_pattern(said, purpose_of(said->run, wait)->of, wait);
}

/* --- What the longest way comes to ---------------------------------------------------------- */

static int longest_first(const void *left, const void *right) {
    const struct why_share *a = left, *b = right;
    if (a->time_ns != b->time_ns)
        return a->time_ns > b->time_ns ? -1 : 1;
    return a->task < b->task ? -1 : a->task > b->task;
}

static void say_share(struct why_said *said, const struct why_share *share, bool first) {
    why_say(said, first ? " = " : " + ");
    if (share->task == WHY_NONE)
        why_say(said, "the loop");
    else
        why_say_task(said, share->task);
    why_say(said, " ");
    why_say_length(said, share->time_ns);
}

void why_say_shares(struct why_said *said, const struct why_path *path) {
    enum { SHOWN = 5 };
    struct why_share *shares = base_alloc(path->count * sizeof *shares);
    if (shares == NULL) {
        said->error = CAD_ENOMEM;
        return;
    }
    size_t count = why_path_shares(path, shares), shown = count > SHOWN + 1 ? SHOWN : count;
    int64_t rest_ns = 0;
    qsort(shares, count, sizeof *shares, longest_first);
    why_say_length(said, path->count > 0 ? path->pieces[path->count - 1].end_ns : 0);
    for (size_t i = 0; i < shown; i++)
        say_share(said, &shares[i], i == 0);
    for (size_t i = shown; i < count; i++)
        rest_ns += shares[i].time_ns;
    if (rest_ns > 0) {
        why_say(said, " + %zu more tasks ", count - shown);
        why_say_length(said, rest_ns);
    }
    base_free(shares);
}

/* How long all tasks together waited for each object. */
static void add_up_waits(const struct why_run *run, int64_t *waited_ns) {
    for (size_t i = 0; i < run->wait_count; i++) {
        const struct why_wait *wait = &run->waits[i];
        if (wait->object != WHY_NONE)
            waited_ns[wait->object] += wait->end_ns - wait->begin_ns;
    }
}

void why_say_most_waited(struct why_said *said) {
    const struct why_run *run = said->run;
    double lived_ns = 0;
    uint32_t most = 0;
    if (run->object_count == 0)
        return;
    int64_t *waited_ns = base_zalloc(run->object_count, sizeof *waited_ns);
    if (waited_ns == NULL) {
        said->error = CAD_ENOMEM;
        return;
    }
    add_up_waits(run, waited_ns);
    for (size_t i = 0; i < run->task_count; i++)
        lived_ns += (double)(run->tasks[i].end_ns - run->tasks[i].begin_ns);
    for (uint32_t i = 1; i < run->object_count; i++)
        most = waited_ns[i] > waited_ns[most] ? i : most;
    double percent = lived_ns > 0 ? 100.0 * (double)waited_ns[most] / lived_ns : 0;
    base_free(waited_ns);
    if (percent < 1)
        return;
    why_say(said, "%.0f %% of the tasks' time is waiting for ", percent);
    why_say_object(said, most);
}
