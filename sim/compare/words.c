/* Sentences: what happens, and what is different about it. */
#include "compare/words.h"

#include "base/quantity.h"
#include "base/show.h"
#include "cadran.h"
#include "compare/result.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Texts of a run are cut at so many bytes in a sentence. */
enum { QUOTE_MAX = 60 };

/* --- Writing -------------------------------------------------------------------------------- */

void cmp_write_bytes(struct cmp_writer *writer, const char *text, size_t length) {
    if (writer->error == 0)
        writer->error = base_buffer_append(writer->out, text, length);
}

void cmp_write_shown(struct cmp_writer *writer, const char *text, size_t length) {
    if (writer->error == 0)
        writer->error = base_buffer_append_shown(writer->out, text, length);
}

static void write_text(struct cmp_writer *writer, const char *text) {
    cmp_write_shown(writer, text, strlen(text));
}

/* Names and texts of a run are written by themselves: what is formatted is short. */
void cmp_write(struct cmp_writer *writer, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cmp_write_bytes(writer, text, strlen(text));
}

/* --- Times ---------------------------------------------------------------------------------- */

void cmp_write_time(struct cmp_writer *writer, int64_t time_ns, bool small) {
    char text[BASE_TIME_TEXT];
    base_time_write(time_ns, small, text);
    write_text(writer, text);
}

void cmp_write_change(struct cmp_writer *writer, int64_t change_ns) {
    write_text(writer, change_ns < 0 ? "" : "+");
    cmp_write_time(writer, change_ns, true);
}

/* --- Names ---------------------------------------------------------------------------------- */

/* A text of the run, cut where it is long. */
static void write_quoted(struct cmp_writer *writer, const char *text) {
    if (writer->error == 0)
        writer->error = base_buffer_append_quoted(writer->out, text, QUOTE_MAX);
}

static void write_ordinal(struct cmp_writer *writer, uint32_t ordinal) {
    if (ordinal > 0)
        cmp_write(writer, " #%" PRIu32, ordinal + 1);
}

void cmp_write_task(struct cmp_writer *writer, const struct cmp_result *result, uint32_t task,
                    int side) {
    if (task == CMP_NOBODY || task == 0) {
        write_text(writer, task == 0 ? "the loop" : "nobody");
        return;
    }
    const struct cmp_thing *thing = cmp_task_at(result, task);
    write_text(writer, cmp_text(result, thing->name[side]));
    write_ordinal(writer, thing->ordinal[side]);
}

void cmp_write_object(struct cmp_writer *writer, const struct cmp_result *result, uint32_t object,
                      int side) {
    const struct cmp_thing *thing = cmp_object_at(result, object);
    const char *type = cmp_text(result, thing->type), *name = cmp_text(result, thing->name[side]);
    if (strcmp(type, name) != 0) {
        write_text(writer, type);
        write_text(writer, " ");
    }
    write_text(writer, name);
    write_ordinal(writer, thing->ordinal[side]);
}

/* --- What happens --------------------------------------------------------------------------- */

/* A sentence is put together of words, and of what a letter after a percent sign stands for: t the
 * task, T the other task, o the object, n the name, q the name in quotes, w what else it says. */
static void write_part(struct cmp_writer *writer, const struct cmp_result *result,
                       const struct cmp_event *event, int side, char letter) {
    switch (letter) {
    case 't':
        cmp_write_task(writer, result, event->task, side);
        break;
    case 'T':
        cmp_write_task(writer, result, event->other, side);
        break;
    case 'o':
        cmp_write_object(writer, result, event->object, side);
        break;
    case 'n':
        write_text(writer, cmp_text(result, event->name));
        break;
    case 'q':
        write_quoted(writer, cmp_text(result, event->name));
        break;
    default:
        write_text(writer, event->words == 0 ? "nothing" : cmp_text(result, event->words));
        break;
    }
}

static void write_pattern(struct cmp_writer *writer, const struct cmp_result *result,
                          const char *pattern, const struct cmp_event *event, int side) {
    for (;;) {
        size_t plain = strcspn(pattern, "%");
        cmp_write_bytes(writer, pattern, plain);
        pattern += plain;
        if (*pattern == '\0')
            return;
        write_part(writer, result, event, side, pattern[1]);
        pattern += 2;
    }
}

static const char *pattern_of(const struct cmp_event *event) {
    bool has_object = event->object != CMP_NOBODY, has_other = event->other != CMP_NOBODY;
    switch (event->kind) {
    case TRACE_LOOP_BEGIN:
        return "the run begins";
    case TRACE_LOOP_END:
        return "the run ends";
    case TRACE_RUN_BEGIN:
        return "%t begins to keep the loop busy";
    case TRACE_RUN_END:
        return "%t no longer keeps the loop busy";
    case TRACE_TASK_BEGIN:
        return has_other ? "%t is created by %T" : "%t is created";
    case TRACE_TASK_END:
        return "%t ends";
    case TRACE_SPAN_BEGIN:
        return "%t begins %q";
    case TRACE_SPAN_END:
        return "%t ends %q";
    case TRACE_WAIT_BEGIN:
        return "%t waits (%n)";
    case TRACE_WAIT_END:
        return has_other ? "%t is woken (%n) by %T" : "%t has waited (%n)";
    case TRACE_WAKES:
        return has_object         ? "%t wakes %T by %o"
               : event->name != 0 ? "%t wakes %T (%n)"
                                  : "%t wakes %T";
    case TRACE_PRINT:
        return "%t prints %q";
    case TRACE_SIGNAL:
        return "signal %n comes to %t";
    case TRACE_CANCEL:
        return has_other ? "%t is cancelled by %T" : "%t is cancelled";
    case TRACE_TIMEOUT:
        return "%n of %t passes";
    case TRACE_ERROR:
        return "%n is reported in %t";
    case TRACE_FAULT:
        return "fault %n";
    case TRACE_OBJECT:
        return "%o is made";
    case TRACE_STATE: /* perhaps of an object that nothing declared */
        return has_object ? "%o has %w" : "an object has %w";
    case TRACE_OPERATION:
        return has_object ? "%t does %n on %o" : "%t does %n";
    default: /* TRACE_VARIABLE */
        return "%t sets %n to %w";
    }
}

void cmp_write_event(struct cmp_writer *writer, const struct cmp_result *result,
                     const struct cmp_event *event, int side) {
    write_pattern(writer, result, pattern_of(event), event, side);
}

/* --- What is different: first B, and after "not" what A has ----------------------------------- */

struct sentence {
    struct cmp_writer *writer;
    const struct cmp_result *result;
    const struct cmp_difference *difference;
};

static void write_side(const struct sentence *sentence, const char *pattern, int side) {
    write_pattern(sentence->writer, sentence->result, pattern, &sentence->difference->event[side],
                  side);
}

static void write_both(const struct sentence *sentence, const char *b, const char *a) {
    write_side(sentence, b, CMP_B);
    write_side(sentence, a, CMP_A);
}

static void write_moved(const struct sentence *sentence) {
    const struct cmp_event *event = sentence->difference->event;
    int64_t a_ns = event[CMP_A].time_ns, b_ns = event[CMP_B].time_ns;
    cmp_write_event(sentence->writer, sentence->result, &event[CMP_B], CMP_B);
    write_text(sentence->writer, a_ns < b_ns ? " later: at " : " earlier: at ");
    cmp_write_time(sentence->writer, b_ns, false);
    write_text(sentence->writer, ", not ");
    cmp_write_time(sentence->writer, a_ns, false);
}

static const char *pattern_of_length(const struct cmp_event *event) {
    switch (event->kind) {
    case TRACE_LOOP_END:
        return "the run takes ";
    case TRACE_RUN_END:
        return "%t keeps the loop busy for ";
    case TRACE_SPAN_END:
        return "%t takes for %q ";
    default:
        return "%t waits (%n) for ";
    }
}

static void write_length(const struct sentence *sentence) {
    const struct cmp_event *a = &sentence->difference->event[CMP_A];
    const struct cmp_event *b = &sentence->difference->event[CMP_B];
    int64_t a_ns = a->time_ns - a->begin_ns, b_ns = b->time_ns - b->begin_ns;
    write_side(sentence, pattern_of_length(b), CMP_B);
    cmp_write_time(sentence->writer, b_ns, true);
    write_text(sentence->writer, ", not ");
    cmp_write_time(sentence->writer, a_ns, true);
    if (a_ns > 0)
        cmp_write(sentence->writer, " (%+.3g%%)", 100.0 * (double)(b_ns - a_ns) / (double)a_ns);
}

static void write_woken(const struct sentence *sentence) {
    switch (sentence->difference->event[CMP_A].kind) {
    case TRACE_TASK_BEGIN:
        write_both(sentence, "%t is created by %T", ", not by %T");
        break;
    case TRACE_CANCEL:
        write_both(sentence, "%t is cancelled by %T", ", not by %T");
        break;
    default:
        write_both(sentence, "%t is woken (%n) by %T", ", not by %T");
        break;
    }
}

/* "size 3, getters 0": whether one of these is the same. */
static bool has_member(const char *members, const char *member, size_t length) {
    while (*members != '\0') {
        size_t other = strcspn(members, ",");
        if (other == length && memcmp(members, member, length) == 0)
            return true;
        members += other;
        members += strspn(members, ", ");
    }
    return false;
}

/* Of two states, the members of one that the other has not, or has with another value. */
static void write_members(const struct sentence *sentence, int side) {
    const struct cmp_event *event = sentence->difference->event;
    const char *at = cmp_text(sentence->result, event[side].words);
    const char *other = cmp_text(sentence->result, event[!side].words);
    bool first = true;
    while (*at != '\0') {
        size_t length = strcspn(at, ",");
        if (!has_member(other, at, length)) {
            write_text(sentence->writer, first ? "" : ", ");
            cmp_write_shown(sentence->writer, at, length);
            first = false;
        }
        at += length;
        at += strspn(at, ", ");
    }
    if (first)
        write_text(sentence->writer, "nothing of that");
}

static void write_states(const struct sentence *sentence) {
    write_side(sentence, "%o has ", CMP_B);
    write_members(sentence, CMP_B);
    write_text(sentence->writer, ", not ");
    write_members(sentence, CMP_A);
}

static void write_words(const struct sentence *sentence) {
    switch (sentence->difference->event[CMP_A].kind) {
    case TRACE_PRINT:
        write_both(sentence, "%t prints %q", ", not %q");
        break;
    case TRACE_SPAN_BEGIN:
    case TRACE_SPAN_END:
        write_both(sentence, "%t does %q", ", not %q");
        break;
    case TRACE_LOOP_END:
        write_both(sentence, "the run ends as %w", ", not as %w");
        break;
    case TRACE_TASK_END:
        write_both(sentence, "%t ends as %w", ", not as %w");
        break;
    case TRACE_STATE:
    case TRACE_OBJECT:
        write_states(sentence);
        break;
    case TRACE_VARIABLE:
        write_both(sentence, "%t sets %n to %w", ", not to %w");
        break;
    case TRACE_OPERATION:
        if (sentence->difference->event[CMP_B].object == CMP_NOBODY)
            write_both(sentence, "%n of %t comes to %w", ", not to %w");
        else
            write_both(sentence, "%n of %t on %o comes to %w", ", not to %w");
        break;
    case TRACE_WAIT_END:
        write_both(sentence, "the wait of %t (%n) ends as %w", ", not as %w");
        break;
    default:
        write_both(sentence, "%n of %t says %w", ", not %n: %w");
        break;
    }
}

static void write_limit(struct cmp_writer *writer, const struct cmp_event *event) {
    if (event->until_ns == CMP_NO_TIME)
        write_text(writer, "for ever");
    else
        cmp_write_time(writer, event->until_ns, false);
}

/* Something else has ended the wait in both. */
static void write_until(const struct sentence *sentence) {
    const struct cmp_event *event = sentence->difference->event;
    write_side(sentence, "%t would have waited (%n) until ", CMP_B);
    write_limit(sentence->writer, &event[CMP_B]);
    write_text(sentence->writer, ", not ");
    write_limit(sentence->writer, &event[CMP_A]);
}

static void write_waits(const struct sentence *sentence) {
    const struct cmp_event *event = sentence->difference->event;
    if (event[CMP_A].name != event[CMP_B].name)
        write_both(sentence, "%t waits (%n)", ", not (%n)");
    else if (event[CMP_A].kind == TRACE_WAIT_END)
        write_until(sentence);
    else
        write_both(sentence, "%t waits (%n), which %T holds", ", not %T");
}

void cmp_write_sentence(struct cmp_writer *writer, const struct cmp_result *result,
                        const struct cmp_difference *difference) {
    const struct sentence sentence = {writer, result, difference};
    int side = cmp_side_of(difference);
    switch (difference->kind) {
    case CMP_MISSING:
    case CMP_NEW:
        write_text(writer, side == CMP_A ? "only A: " : "only B: ");
        cmp_write_event(writer, result, &difference->event[side], side);
        break;
    case CMP_LATER:
    case CMP_EARLIER:
        write_moved(&sentence);
        break;
    case CMP_LONGER:
    case CMP_SHORTER:
        write_length(&sentence);
        break;
    case CMP_WAITS:
        write_waits(&sentence);
        break;
    case CMP_WAKES:
        write_both(&sentence, "%t wakes %T", ", not %T");
        if (difference->event[CMP_B].object != CMP_NOBODY)
            write_side(&sentence, ", by %o", CMP_B);
        break;
    case CMP_WOKEN:
        write_woken(&sentence);
        break;
    case CMP_ORDER:
        write_both(&sentence, "%T comes to %o first", ", not %T");
        break;
    default:
        write_words(&sentence);
        break;
    }
}

int cmp_sentence(const struct cmp_result *result, const struct cmp_difference *difference,
                 base_buffer *text) {
    struct cmp_writer writer = {.out = text};
    cmp_write_sentence(&writer, result, difference);
    return writer.error;
}
