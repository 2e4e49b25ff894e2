/* Answers for people: sentences, broken into lines, and tables of what comes one after the other.
 */
#include "why/report.h"

#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "why/doctor.h"
#include "why/path.h"
#include "why/say.h"
#include "why/slack.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct page {
    struct why_run *run;
    base_buffer *out;
    struct why_said said;       /* the sentence at hand */
    unsigned lines, lines_most; /* 0: as many as there are */
    size_t room;                /* pieces of a way that are told one by one */
    int error;
};

/* The first failure is the one that counts. */
static void note(struct page *page, int error) {
    page->error = page->error != 0 ? page->error : error;
}

/* --- Lines ---------------------------------------------------------------------------------- */

static void put(struct page *page, const char *text, size_t length) {
    if (page->error == 0)
        page->error = base_buffer_append(page->out, text, length);
}

static void put_spaces(struct page *page, size_t count) {
    static const char spaces[] = "                              ";
    put(page, spaces, count < sizeof spaces - 1 ? count : sizeof spaces - 1);
}

static void end_line(struct page *page) {
    put(page, "\n", 1);
    page->lines++;
}

static size_t width_of(const char *text, size_t length) {
    char word[512];
    if (length >= sizeof word)
        return length;
    memcpy(word, text, length);
    word[length] = '\0';
    return base_text_width(word);
}

/* Where the next word ends: a number and its unit are one. */
static size_t next_word(const char *text, size_t left) {
    static const char *const units[] = {"s", "ms", "us", "ns"};
    const char *space = memchr(text, ' ', left);
    if (space == NULL)
        return left;
    size_t word = (size_t)(space - text), rest = left - word - 1;
    if (word == 0 || text[word - 1] < '0' || text[word - 1] > '9')
        return word;
    size_t unit = 0;
    while (unit < rest && space[1 + unit] >= 'a' && space[1 + unit] <= 'z')
        unit++;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i]) == unit && memcmp(units[i], space + 1, unit) == 0) {
            const char *end = memchr(space + 1, ' ', rest);
            return end == NULL ? left : (size_t)(end - text);
        }
    return word;
}

/* The sentence, from column `at` on, where the first line is; the others begin there, too. */
static void put_sentence(struct page *page, size_t at) {
    const char *text = page->said.text.data;
    size_t left = page->said.text.length, column = at;
    bool first = true;
    page->error = page->error != 0 ? page->error : page->said.error;
    while (left > 0 && page->error == 0) {
        size_t word = next_word(text, left), space = word < left ? 1 : 0;
        size_t width = width_of(text, word);
        if (!first && column + 1 + width > WHY_WIDTH) {
            end_line(page);
            put_spaces(page, at);
            column = at;
        } else if (!first) {
            put(page, " ", 1);
            column++;
        }
        put(page, text, word);
        column += width;
        first = false;
        left -= word + space;
        text += word + space;
    }
    end_line(page);
    why_said_clear(&page->said);
}

/* The sentence as one of the text: with a capital letter and a full stop. */
static void put_paragraph(struct page *page) {
    struct why_said *said = &page->said;
    if (said->error == 0 && said->text.data[said->text.length - 1] != ':')
        why_say(said, ".");
    bool named = said->mark_count > 0 && said->marks[0].from == 0;
    if (!named && said->error == 0 && said->text.data[0] >= 'a' && said->text.data[0] <= 'z')
        said->text.data[0] = (char)(said->text.data[0] - 'a' + 'A');
    put_sentence(page, 0);
}

/* What has been said as a cell: at the right of so many columns. */
static void put_cell(struct page *page, size_t columns) {
    size_t width = page->said.text.length;
    put_spaces(page, width < columns ? columns - width : 0);
    put(page, page->said.text.data, page->said.text.length);
    why_said_clear(&page->said);
}

/* A time at the left, and in a table of the longest way a length, at the right of their columns.
 * Those of the real clock have all their digits. */
static size_t time_columns(const struct page *page) {
    return page->run->real ? 15 : 10;
}

static size_t length_columns(const struct page *page) {
    return page->run->real ? 15 : 10;
}

static void put_time_cell(struct page *page, int64_t time_ns) {
    why_say_moment(&page->said, time_ns);
    put_cell(page, time_columns(page));
}

static bool is_full(const struct page *page) {
    return page->lines_most > 0 && page->lines + 5 >= page->lines_most;
}

static void say_left_out(struct page *page, size_t count, const char *what) {
    if (count == 0)
        return;
    why_say(&page->said, "... and %zu more %s (--all)", count, what);
    put_sentence(page, 0);
}

/* --- The longest way ------------------------------------------------------------------------ */

static int longer(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? 1 : a > b ? -1 : 0;
}

static void put_piece(struct page *page, const struct why_path *path, size_t index) {
    const struct why_piece *piece = &path->pieces[index];
    struct why_said *said = &page->said;
    put_time_cell(page, piece->begin_ns);
    why_say_length(said, piece->end_ns - piece->begin_ns);
    put_cell(page, length_columns(page));
    put(page, "  ", 2);
    if (piece->task != WHY_NONE) {
        why_say_task(said, piece->task);
        why_say(said, " ");
    }
    why_say_piece(said, piece);
    if (index + 1 < path->count && piece->lead != WHY_GOES_ON) {
        why_say(said, ", and ");
        why_say_lead(said, piece, path->pieces[index + 1].task);
    }
    put_sentence(page, time_columns(page) + length_columns(page) + 2);
}

/* Of a way that is long, the longest pieces: those that are at least so long. */
static int64_t least_shown(struct page *page, const struct why_path *path, size_t room) {
    int64_t *lengths = base_alloc(path->count * sizeof *lengths);
    if (lengths == NULL) {
        page->error = CAD_ENOMEM;
        return 0;
    }
    for (size_t i = 0; i < path->count; i++)
        lengths[i] = path->pieces[i].end_ns - path->pieces[i].begin_ns;
    qsort(lengths, path->count, sizeof *lengths, longer);
    int64_t least_ns = lengths[room] + 1;
    base_free(lengths);
    return least_ns;
}

static void put_gap(struct page *page, size_t count, int64_t begin_ns, int64_t end_ns) {
    if (count == 0)
        return;
    put_time_cell(page, begin_ns);
    why_say_length(&page->said, end_ns - begin_ns);
    put_cell(page, length_columns(page));
    put(page, "  ", 2);
    why_say(&page->said, "... %zu short%s (--all)", count, count == 1 ? " piece" : "er pieces");
    put_sentence(page, time_columns(page) + length_columns(page) + 2);
}

/* The longest ones, and the last, which tell most of where it came to. */
static void put_pieces(struct page *page, const struct why_path *path, size_t room) {
    enum { LAST = 3 };
    bool some = page->lines_most > 0 && path->count > room;
    int64_t least_ns = some ? least_shown(page, path, room > LAST ? room - LAST : 0) : 0;
    size_t left = 0;
    int64_t left_ns = 0;
    for (size_t i = 0; i < path->count && page->error == 0; i++) {
        const struct why_piece *piece = &path->pieces[i];
        if (piece->end_ns - piece->begin_ns < least_ns && i + LAST < path->count) {
            left_ns = left++ == 0 ? piece->begin_ns : left_ns;
            continue;
        }
        put_gap(page, left, left_ns, piece->begin_ns);
        left = 0;
        put_piece(page, path, i);
    }
    if (path->count > 0)
        put_gap(page, left, left_ns, path->pieces[path->count - 1].end_ns);
}

/* "2 s of it are work, 3 s sleep" */
static void say_kinds(struct page *page, const struct why_path *path) {
    static const char *const words[WHY_PIECE_COUNT] = {[WHY_WORKS] = "work",
                                                       [WHY_COMPUTES] = "computing",
                                                       [WHY_SLEEPS] = "sleep",
                                                       [WHY_READY] = "ready and not run",
                                                       [WHY_ABROAD] =
                                                           "threads and the world outside",
                                                       [WHY_UNBEGUN] = "before a start",
                                                       [WHY_LIMITED] = "time limits",
                                                       [WHY_STAYS] = "waits that did not end",
                                                       [WHY_CLOSES] = "the loop's"};
    const char *before = ": ";
    for (int kind = 0; kind < WHY_PIECE_COUNT; kind++) {
        int64_t time_ns = why_path_time_of(path, (enum why_piece_kind)kind);
        if (time_ns == 0)
            continue;
        why_say(&page->said, "%s", before);
        why_say_length(&page->said, time_ns);
        why_say(&page->said, " %s", words[kind]);
        before = ", ";
    }
}

static void say_run(struct page *page) {
    const struct why_run *run = page->run;
    static const struct {
        const char *outcome, *words;
    } rows[] = {{"complete", "took "},
                {"failed", "failed after "},
                {"deadlock", "came to a deadlock at "},
                {"", "was cut short at "}};
    const char *outcome = why_text(run, run->outcome);
    why_say(&page->said, "the run of ");
    why_say_text(&page->said, run->scenario);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(outcome, rows[i].outcome) == 0) {
            why_say(&page->said, " %s", rows[i].words);
            why_say_moment(&page->said, run->end_ns);
            return;
        }
    }
    why_say(&page->said, " ended (");
    why_say_text(&page->said, run->outcome);
    why_say(&page->said, ") at ");
    why_say_moment(&page->said, run->end_ns);
}

/* --- Slack ---------------------------------------------------------------------------------- */

struct loose {
    uint32_t span;
    int64_t slack_ns;
};

static int least_first(const void *left, const void *right) {
    const struct loose *a = left, *b = right;
    if (a->slack_ns != b->slack_ns)
        return a->slack_ns < b->slack_ns ? -1 : 1;
    return a->span < b->span ? -1 : a->span > b->span;
}

/* The spans that could have ended a little later, and the most free one. */
static void put_slack(struct page *page) {
    enum { SHOWN = 5 };
    const struct why_run *run = page->run;
    struct loose *loose = base_alloc(run->span_count * sizeof *loose);
    size_t count = 0;
    if (loose == NULL) {
        page->error = CAD_ENOMEM;
        return;
    }
    for (uint32_t i = 0; i < run->span_count; i++)
        if (run->spans[i].slack_ns > 0 && run->spans[i].slack_ns != WHY_FREE)
            loose[count++] = (struct loose){i, run->spans[i].slack_ns};
    qsort(loose, count, sizeof *loose, least_first);
    if (count > 0) {
        end_line(page);
        why_say(&page->said, "Of what is not on it, the run being as long:");
        put_sentence(page, 0);
    }
    size_t shown = page->lines_most == 0 ? count : count < SHOWN ? count : SHOWN;
    for (size_t i = 0; i < shown; i++) {
        const struct why_span *span = &run->spans[loose[i].span];
        put_spaces(page, 2);
        why_say_quoted(&page->said, span->name);
        why_say(&page->said, " of ");
        why_say_task(&page->said, span->task);
        why_say(&page->said, " could end ");
        why_say_length(&page->said, span->slack_ns);
        why_say(&page->said, " later than ");
        why_say_moment(&page->said, span->end_ns);
        put_sentence(page, 2);
    }
    say_left_out(page, count - shown, count - shown == 1 ? "span" : "spans");
    base_free(loose);
}

static void print_path(struct page *page) {
    struct why_path path;
    note(page, why_find_path(page->run, &path));
    if (page->error == 0)
        page->error = why_find_slack(page->run);
    if (page->error == 0 && path.count > 0) {
        say_run(page);
        why_say(&page->said, path.ends ? ". The longest way through it:"
                                       : ". The longest way to the last thing that happened:");
        put_paragraph(page);
        end_line(page);
        put_pieces(page, &path, page->room);
        end_line(page);
        why_say_shares(&page->said, &path);
        say_kinds(page, &path);
        put_paragraph(page);
        put_slack(page);
    } else if (page->error == 0) {
        say_run(page);
        why_say(&page->said, ", and nothing happened in it");
        put_paragraph(page);
    }
    why_path_free(&path);
}

/* --- A task --------------------------------------------------------------------------------- */

/* What is told of a life: waits and spans, in the order of their begin. */
struct episode {
    int64_t begin_ns, length_ns;
    uint32_t index;
    bool is_span;
    bool shown;
};

static int earlier_first(const void *left, const void *right) {
    const struct episode *a = left, *b = right;
    if (a->begin_ns != b->begin_ns)
        return a->begin_ns < b->begin_ns ? -1 : 1;
    if (a->is_span != b->is_span) /* what came to an end there came before */
        return a->is_span ? 1 : -1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static int longer_first(const void *left, const void *right) {
    const struct episode *a = left, *b = right;
    if (a->length_ns != b->length_ns)
        return a->length_ns > b->length_ns ? -1 : 1;
    return earlier_first(left, right);
}

/* Sleeps inside a span are what the span is. */
static size_t list_episodes(const struct why_run *run, uint32_t task, struct episode *episodes) {
    const struct why_task *lived = &run->tasks[task];
    size_t count = 0;
    for (uint32_t i = 0; i < lived->wait_count; i++) {
        uint32_t number = run->task_waits[lived->first_wait + i];
        const struct why_wait *wait = &run->waits[number];
        int64_t since_ns;
        uint32_t span = why_span_until(run, task, wait->end_ns, &since_ns);
        if (wait->sleeps && wait->end != WHY_TIMEOUT && wait->end != WHY_CANCELLED &&
            span != WHY_NONE)
            continue;
        episodes[count++] = (struct episode){.begin_ns = wait->begin_ns,
                                             .length_ns = wait->end_ns - wait->begin_ns,
                                             .index = number};
    }
    for (uint32_t i = 0; i < lived->span_count; i++) {
        uint32_t number = run->task_spans[lived->first_span + i];
        const struct why_span *span = &run->spans[number];
        episodes[count++] = (struct episode){.begin_ns = span->begin_ns,
                                             .length_ns = span->end_ns - span->begin_ns,
                                             .index = number,
                                             .is_span = true};
    }
    return count;
}

static void say_slack(struct page *page, int64_t slack_ns) {
    if (slack_ns == WHY_FREE)
        return;
    why_say(&page->said, slack_ns == 0 ? "; no slack" : "; slack ");
    if (slack_ns > 0)
        why_say_length(&page->said, slack_ns);
}

static void put_episode(struct page *page, const struct episode *episode) {
    const struct why_run *run = page->run;
    put_time_cell(page, episode->begin_ns);
    put(page, "  ", 2);
    if (episode->is_span) {
        why_say(&page->said, "began ");
        why_say_quoted(&page->said, run->spans[episode->index].name);
        why_say(&page->said, ", up to ");
        why_say_moment(&page->said, run->spans[episode->index].end_ns);
        say_slack(page, run->spans[episode->index].slack_ns);
    } else {
        why_say_waited(&page->said, episode->index);
    }
    put_sentence(page, time_columns(page) + 2);
}

static void put_life(struct page *page, uint32_t task) {
    enum { SHOWN = 14 };
    const struct why_run *run = page->run;
    size_t most = (size_t)run->tasks[task].wait_count + run->tasks[task].span_count;
    struct episode *episodes = base_alloc(most * sizeof *episodes);
    if (episodes == NULL) {
        page->error = CAD_ENOMEM;
        return;
    }
    size_t count = list_episodes(run, task, episodes), shown = count;
    if (page->lines_most > 0 && count > SHOWN) {
        shown = SHOWN;
        qsort(episodes, count, sizeof *episodes, longer_first);
    }
    qsort(episodes, shown, sizeof *episodes, earlier_first);
    for (size_t i = 0; i < shown && page->error == 0; i++)
        put_episode(page, &episodes[i]);
    say_left_out(page, count - shown, count - shown == 1 ? "shorter one" : "shorter ones");
    base_free(episodes);
}

static void print_life(struct page *page, uint32_t task) {
    page->error = why_find_slack(page->run);
    why_say_life(&page->said, task);
    put_paragraph(page);
    if (page->run->tasks[task].wait_count + page->run->tasks[task].span_count > 0)
        end_line(page);
    put_life(page, task);
}

/* --- A task at a time ----------------------------------------------------------------------- */

static void put_object_at(struct page *page, uint32_t object, int64_t time_ns);

static void print_moment(struct page *page, uint32_t task, int64_t time_ns) {
    const struct why_run *run = page->run;
    uint32_t wait = why_wait_that_led(run, task, time_ns);
    struct why_path path = {0};
    why_say_at(&page->said, task, time_ns);
    put_paragraph(page);
    if (time_ns < run->tasks[task].begin_ns)
        return;
    if (wait != WHY_NONE) {
        why_say(&page->said, run->waits[wait].end_ns > time_ns ? "" : "before that ");
        why_say_wait(&page->said, wait);
        put_paragraph(page);
        if (run->waits[wait].object != WHY_NONE)
            put_object_at(page, run->waits[wait].object,
                          run->waits[wait].end_ns < time_ns ? run->waits[wait].end_ns : time_ns);
    }
    note(page, why_find_path_at(run, task, time_ns, &path));
    if (page->error == 0 && path.count > 0) {
        end_line(page);
        why_say(&page->said, "How it came to ");
        why_say_moment(&page->said, path.pieces[path.count - 1].end_ns);
        why_say(&page->said, ":");
        put_sentence(page, 0);
        put_pieces(page, &path, page->room / 2);
    }
    why_path_free(&path);
}

/* --- An object ------------------------------------------------------------------------------ */

/* Who waits there at a time, the first first. */
static void put_waiters(struct page *page, uint32_t object, int64_t time_ns) {
    enum { SHOWN = 8 };
    const struct why_run *run = page->run;
    size_t count = 0;
    for (uint32_t i = 0; i < run->wait_count; i++) {
        if (!why_stands_at(run, i, object, time_ns) || count++ >= SHOWN)
            continue;
        why_say(&page->said, count == 1 ? "waiting there, the first first: " : ", ");
        why_say_task(&page->said, run->waits[i].task);
        why_say(&page->said, " (");
        why_say_text(&page->said, run->waits[i].name);
        why_say(&page->said, ")");
    }
    if (count > SHOWN)
        why_say(&page->said, " and %zu more", count - SHOWN);
    if (count > 0)
        put_paragraph(page);
}

static void put_object_at(struct page *page, uint32_t object, int64_t time_ns) {
    why_say_object_at(&page->said, object, time_ns);
    put_paragraph(page);
    put_waiters(page, object, time_ns);
}

/* Its last changes up to then, the last one first. */
static void put_changes(struct page *page, uint32_t object, int64_t time_ns) {
    enum { SHOWN = 12 };
    const struct why_run *run = page->run;
    uint32_t change = why_change_at(run, object, time_ns);
    size_t shown = 0;
    end_line(page);
    why_say(&page->said, "Its changes, the last one first:");
    put_sentence(page, 0);
    for (; change != WHY_NONE && (page->lines_most == 0 || shown < SHOWN); shown++) {
        put_time_cell(page, run->changes[change].time_ns);
        put(page, "  ", 2);
        why_say_change(&page->said, change);
        put_sentence(page, time_columns(page) + 2);
        change = run->changes[change].previous;
    }
    size_t more = 0;
    for (; change != WHY_NONE; change = run->changes[change].previous)
        more++;
    say_left_out(page, more, "before these");
}

static void print_object(struct page *page, uint32_t object, int64_t time_ns) {
    time_ns = time_ns == WHY_NO_TIME ? page->run->end_ns : time_ns;
    put_object_at(page, object, time_ns);
    put_changes(page, object, time_ns);
}

/* --- A look at all of it -------------------------------------------------------------------- */

static void put_findings(struct page *page) {
    struct why_findings findings;
    note(page, why_find_findings(page->run, &findings));
    size_t shown = 0;
    if (findings.count > 0)
        end_line(page);
    for (; shown < findings.count && page->error == 0 && !is_full(page); shown++) {
        const struct why_finding *finding = &findings.items[shown];
        put(page, "- ", 2);
        why_say_finding(&page->said, finding);
        put_sentence(page, 2);
    }
    say_left_out(page, findings.count - shown,
                 findings.count - shown == 1 ? "finding" : "findings");
    if (findings.count == 0 && page->error == 0) {
        why_say(&page->said, "nothing stands out in it");
        put_paragraph(page);
    }
    why_findings_free(&findings);
}

static void print_run(struct page *page) {
    struct why_path path;
    note(page, why_find_path(page->run, &path));
    say_run(page);
    put_paragraph(page);
    if (page->error == 0 && path.count > 0) {
        why_say_shares(&page->said, &path);
        say_kinds(page, &path);
        put_paragraph(page);
    }
    why_path_free(&path);
    uint32_t longest = why_longest_wait(page->run);
    if (page->error == 0 && longest != WHY_NONE) {
        why_say(&page->said, "the longest wait: ");
        why_say_wait(&page->said, longest);
        put_paragraph(page);
    }
    put_findings(page);
}

static void print(struct page *page, const struct why_question *question) {
    switch (question->topic) {
    case WHY_ABOUT_RUN:
        print_run(page);
        break;
    case WHY_ABOUT_PATH:
        print_path(page);
        break;
    case WHY_ABOUT_TASK:
        if (question->time_ns == WHY_NO_TIME)
            print_life(page, question->index);
        else
            print_moment(page, question->index, question->time_ns);
        break;
    case WHY_ABOUT_OBJECT:
        print_object(page, question->index, question->time_ns);
        break;
    }
}

/* How many lines a way takes depends on its names: it is told in fewer pieces until all is a
 * screen.
 */
int why_print(struct why_run *run, const struct why_question *question, base_buffer *out) {
    enum { ROOM = 24, ROOM_LEAST = 4 };
    struct page page = {
        .run = run, .out = out, .said = {.run = run}, .lines_most = question->all ? 0 : WHY_LINES};
    size_t before = out->length;
    for (page.room = ROOM;; page.room -= 4) {
        page.lines = 0;
        print(&page, question);
        note(&page, page.said.error);
        if (question->all || page.error != 0 || page.lines <= WHY_LINES || page.room == ROOM_LEAST)
            break;
        out->length = before;
    }
    why_said_free(&page.said);
    return page.error;
}
