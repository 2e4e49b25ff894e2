/* The pages of a review, its keys, and how a decision is taken back.
 *
 * What is decided is done at once, so that it stays whatever becomes of the terminal. What it takes
 * to undo it, the bytes of both files, is kept for as long as the review goes on.
 */
#include "cli/review.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"
#include "cadran.h"
#include "cli/screen.h"
#include "suite/accept.h"
#include "suite/files.h"

enum verdict { UNDECIDED, ACCEPTED, REJECTED, SKIPPED };

struct decision {
    enum verdict verdict;
    suite_bytes golden, fresh; /* as they were; without data: there was none */
};

struct review {
    const cli_waiting *waiting;
    struct decision *decisions; /* by the list; they are made in its order */
    size_t at;                  /* which one is shown; behind the last: all are decided */
    size_t first_line;          /* of the difference, that is shown */
    bool viewing;               /* nothing else is shown */
    char notice[256];           /* what came of the last key; "": nothing to say */
    int error;
};

/* --- Decisions ------------------------------------------------------------------------------- */

static void note(struct review *review, const char *what, int reason) {
    (void)snprintf(review->notice, sizeof review->notice, "%s: %s", what, strerror(reason));
}

/* Keeps what is to be undone. 0, or an errno value. */
static int remember(const struct review *review, struct decision *decision) {
    const char *scenario = review->waiting->list.items[review->at].path;
    char *golden = suite_beside(scenario, SUITE_GOLDEN), *fresh = suite_beside(scenario, SUITE_NEW);
    int reason =
        golden == NULL || fresh == NULL ? ENOMEM : suite_bytes_load(golden, &decision->golden);
    if (reason == 0 || reason == ENOENT)
        reason = suite_bytes_load(fresh, &decision->fresh);
    base_free(golden);
    base_free(fresh);
    return reason;
}

static void forget(struct decision *decision) {
    suite_bytes_free(&decision->golden);
    suite_bytes_free(&decision->fresh);
    decision->verdict = UNDECIDED;
}

static void decide(struct review *review, enum verdict verdict) {
    const char *scenario = review->waiting->list.items[review->at].path;
    const suite_result *result = &review->waiting->results[review->at];
    struct decision *decision = &review->decisions[review->at];
    if (verdict == ACCEPTED && !suite_passed(result)) {
        (void)snprintf(review->notice, sizeof review->notice,
                       "it cannot be accepted; r removes it, s leaves it");
        return;
    }
    int reason = verdict == SKIPPED ? 0 : remember(review, decision);
    if (reason == 0 && verdict == ACCEPTED)
        reason = suite_accept(scenario);
    else if (reason == 0 && verdict == REJECTED)
        reason = suite_reject(scenario);
    if (reason != 0) {
        forget(decision);
        note(review, scenario, reason);
        return;
    }
    decision->verdict = verdict;
    review->at++;
    review->first_line = 0;
    review->viewing = false;
}

/* The files are as they were before. 0, or an errno value. */
static int restore(const char *scenario, const struct decision *decision) {
    char *golden = suite_beside(scenario, SUITE_GOLDEN), *fresh = suite_beside(scenario, SUITE_NEW);
    int reason =
        golden == NULL || fresh == NULL ? ENOMEM : suite_write_whole(fresh, &decision->fresh);
    if (reason == 0 && decision->verdict == ACCEPTED) {
        if (decision->golden.data != NULL)
            reason = suite_write_whole(golden, &decision->golden);
        else if (unlink(golden) != 0)
            reason = errno;
    }
    base_free(golden);
    base_free(fresh);
    return reason;
}

static void undo(struct review *review) {
    if (review->at == 0) {
        (void)snprintf(review->notice, sizeof review->notice, "there is nothing to undo");
        return;
    }
    struct decision *decision = &review->decisions[review->at - 1];
    const char *scenario = review->waiting->list.items[review->at - 1].path;
    int reason = decision->verdict == SKIPPED ? 0 : restore(scenario, decision);
    if (reason != 0) {
        note(review, scenario, reason);
        return;
    }
    forget(decision);
    review->at--;
    review->first_line = 0;
}

/* --- Pages ----------------------------------------------------------------------------------- */

static void add(struct review *review, base_buffer *page, const char *text, size_t length,
                bool marked) {
    if (review->error == 0)
        review->error = cli_screen_line(page, text, length, marked);
}

static void add_text(struct review *review, base_buffer *page, const char *text, bool marked) {
    add(review, page, text, strlen(text), marked);
}

static size_t count_lines(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* So many lines of the text, from the one that is the first to be shown; empty ones behind it. */
static void add_lines(struct review *review, base_buffer *page, const char *text, size_t rows) {
    for (size_t i = 0; i < review->first_line && *text != '\0'; i++) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    for (size_t i = 0; i < rows; i++) {
        size_t length = strcspn(text, "\n");
        add(review, page, text, length, false);
        text += length + (text[length] == '\n');
    }
}

static size_t count(const struct review *review, enum verdict verdict) {
    size_t found = 0;
    for (size_t i = 0; i < review->at; i++)
        found += review->decisions[i].verdict == verdict;
    return found;
}

/* below: lines of the difference that do not fit. */
static void add_keys(struct review *review, base_buffer *page, size_t below, const char *keys) {
    char text[128], more[48] = "";
    if (below > 0)
        (void)snprintf(more, sizeof more, "; %zu line%s more below", below, base_plural(below));
    (void)snprintf(text, sizeof text, "%zu accepted, %zu rejected, %zu skipped, %zu to go%s",
                   count(review, ACCEPTED), count(review, REJECTED), count(review, SKIPPED),
                   review->waiting->list.count - review->at, more);
    add_text(review, page, review->notice[0] != '\0' ? review->notice : text, false);
    add_text(review, page, keys, true);
}

/* One: its name, what is different in a line, and as much of the rest as there is room for. */
static void draw_one(struct review *review, base_buffer *page, unsigned rows) {
    const suite_result *result = &review->waiting->results[review->at];
    const char *details = suite_text(&result->details);
    size_t room = rows - (review->viewing ? 3 : 6), lines = count_lines(details);
    size_t last = lines > room ? lines - room : 0;
    char text[512];
    if (review->first_line > last)
        review->first_line = last;
    (void)snprintf(text, sizeof text, "%zu of %zu  %s", review->at + 1, review->waiting->list.count,
                   review->waiting->list.items[review->at].shown);
    add_text(review, page, text, true);
    if (!review->viewing) {
        (void)snprintf(
            text, sizeof text, "%s%s",
            suite_passed(result) ? "" : "cannot be accepted: ", suite_text(&result->sentence));
        add_text(review, page, "", false);
        add_text(review, page, text, false);
        add_text(review, page, "", false);
    }
    add_lines(review, page, details, room);
    add_keys(review, page, last - review->first_line,
             review->viewing ? "up down PgUp PgDn move   v back   a accept   r reject"
                             : "a accept   r reject   s skip   v view   u undo   q quit");
}

static void draw_end(struct review *review, base_buffer *page, unsigned rows) {
    add_text(review, page, "all are decided", true);
    for (unsigned i = 3; i < rows; i++)
        add_text(review, page, "", false);
    add_keys(review, page, 0, "u undo   q quit");
}

static void draw(struct review *review) {
    base_buffer page = {0};
    unsigned columns, rows;
    cli_screen_size(&columns, &rows);
    if (review->at < review->waiting->list.count)
        draw_one(review, &page, rows);
    else
        draw_end(review, &page, rows);
    if (review->error == 0)
        cli_screen_show(&page);
    base_buffer_free(&page);
}

/* --- Keys ------------------------------------------------------------------------------------ */

static void move(struct review *review, long lines) {
    long to = (long)review->first_line + lines;
    review->first_line = to < 0 ? 0 : (size_t)to; /* not beyond the end: where it is drawn */
}

static void press_on_one(struct review *review, int key) {
    unsigned columns, rows;
    cli_screen_size(&columns, &rows);
    long page = rows > 8 ? (long)rows - 6 : 2;
    switch (key) {
    case 'a':
        decide(review, ACCEPTED);
        break;
    case 'r':
        decide(review, REJECTED);
        break;
    case 's':
        decide(review, SKIPPED);
        break;
    case 'v':
        review->viewing = !review->viewing;
        review->first_line = 0;
        break;
    case CLI_KEY_UP:
    case 'k':
        move(review, -1);
        break;
    case CLI_KEY_DOWN:
    case 'j':
        move(review, 1);
        break;
    case CLI_KEY_PAGE_UP:
        move(review, -page);
        break;
    case CLI_KEY_PAGE_DOWN:
    case ' ':
        move(review, page);
        break;
    case CLI_KEY_HOME:
        review->first_line = 0;
        break;
    case CLI_KEY_LAST:
        move(review, 1000000000);
        break;
    default:
        break;
    }
}

/* False where the review is over. */
static bool press(struct review *review, int key) {
    if (key == CLI_KEY_NONE)
        return true;
    review->notice[0] = '\0';
    if (key == CLI_KEY_END || (key == 'q' && !review->viewing))
        return false;
    if (review->viewing && (key == 'q' || key == CLI_KEY_ESCAPE))
        review->viewing = false;
    else if (key == 'u')
        undo(review);
    else if (review->at < review->waiting->list.count)
        press_on_one(review, key);
    return true;
}

/* --- The whole ------------------------------------------------------------------------------- */

static int tell(const struct review *review, base_buffer *done) {
    static const char *const words[] = {
        [ACCEPTED] = "accepted", [REJECTED] = "rejected", [SKIPPED] = "skipped"};
    int error = 0;
    for (size_t i = 0; error == 0 && i < review->at; i++)
        error = base_buffer_format(done, "%s %s: %s\n", words[review->decisions[i].verdict],
                                   review->waiting->list.items[i].shown,
                                   suite_text(&review->waiting->results[i].sentence));
    size_t left = review->waiting->list.count - review->at;
    if (error == 0 && left > 0)
        error = base_buffer_format(done, "%zu more wait\n", left);
    return error;
}

bool cli_review(const cli_waiting *waiting, base_buffer *done) {
    size_t count = waiting->list.count;
    struct review review = {.waiting = waiting,
                            .decisions = base_zalloc(count, sizeof *review.decisions)};
    if (review.decisions == NULL)
        return false;
    do
        draw(&review);
    while (review.error == 0 && press(&review, cli_screen_key()));
    if (review.error == 0)
        review.error = tell(&review, done);
    for (size_t i = 0; i < count; i++)
        forget(&review.decisions[i]);
    base_free(review.decisions);
    return review.error == 0;
}
