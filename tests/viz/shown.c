/* Whether the panel of the viewer shows what the engine has: a state in the engine's words
 * (probe.h) is taken apart, and each part is looked for in the rows of the tab "State". */
#include "support/shown.h"
#include "trace/field_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/show.h"
#include "tab_state.h"
#include "trace/reader.h"

/* What the panel says at an event, block by block. */
struct shown {
    struct trace_model *trace;
    struct viz_model *model;
    struct viz_travel travel;
    struct viz_panel panel;
    const char *words; /* the engine's, from here on */
    size_t block;      /* where the rows of the thing at hand are */
    bool fine;
};

static void fail(struct shown *shown, const char *what, const char *wanted, const char *is) {
    if (shown->fine)
        fprintf(stderr, "    %s: wanted \"%s\", the panel has \"%s\"\n", what, wanted, is);
    shown->fine = false;
}

/* --- The panel's rows ------------------------------------------------------------------------- */

static void text_of(const struct shown *shown, size_t block, uint32_t from, uint32_t to,
                    base_buffer *out) {
    const struct viz_block *at = &shown->panel.blocks[block];
    base_buffer_clear(out);
    for (uint32_t i = from; i < to && i < at->piece_count; i++) {
        const struct viz_piece *piece = &shown->panel.pieces[at->first_piece + i];
        (void)base_buffer_append(out, shown->panel.text.data + piece->text, piece->length);
    }
}

static bool is_text(const base_buffer *shown, const char *text) {
    base_buffer wanted = {0};
    (void)base_buffer_append_shown(&wanted, text, strlen(text));
    bool same = wanted.length == shown->length &&
                (wanted.length == 0 || memcmp(wanted.data, shown->data, wanted.length) == 0);
    base_buffer_free(&wanted);
    return same;
}

/* The row of that name behind `shown->block`, before the next section or, where `task`, the next
 * task's: its value has to be, or to begin with, what is wanted. */
static void want_row(struct shown *shown, const char *name, const char *value, bool begins) {
    base_buffer text = {0};
    for (size_t i = shown->block; i < shown->panel.block_count; i++) {
        if (i > shown->block && shown->panel.blocks[i].kind == VIZ_BLOCK_SECTION)
            break;
        text_of(shown, i, 0, 1, &text);
        if (shown->panel.blocks[i].kind != VIZ_BLOCK_ROW || !is_text(&text, name))
            continue;
        text_of(shown, i, 1, UINT32_MAX, &text);
        bool same =
            begins ? text.length >= strlen(value) && memcmp(text.data, value, strlen(value)) == 0
                   : is_text(&text, value);
        if (!same)
            fail(shown, name, value, text.length > 0 ? text.data : "");
        base_buffer_free(&text);
        return;
    }
    base_buffer_free(&text);
    fail(shown, name, value, "no such row");
}

/* To the row of a task: names need not differ, lanes do. */
static bool go_to_task(struct shown *shown, int64_t tid) {
    uint32_t lane = viz_lane_of_tid(shown->model, tid);
    for (size_t i = 0; i < shown->panel.block_count; i++) {
        const struct viz_block *block = &shown->panel.blocks[i];
        const struct viz_piece *piece = &shown->panel.pieces[block->first_piece];
        if (block->kind != VIZ_BLOCK_ROW || piece->link == 0)
            continue;
        struct viz_id to = shown->panel.links[piece->link - 1].to;
        if (to.kind == VIZ_ID_LANE && to.index == lane) {
            shown->block = i;
            return true;
        }
    }
    return false;
}

static bool go_to_block(struct shown *shown, enum viz_block_kind kind, const char *name) {
    base_buffer text = {0};
    bool found = false;
    for (size_t i = 0; i < shown->panel.block_count && !found; i++) {
        text_of(shown, i, 0, kind == VIZ_BLOCK_SECTION ? UINT32_MAX : 1, &text);
        found = shown->panel.blocks[i].kind == kind && is_text(&text, name);
        if (found)
            shown->block = i;
    }
    base_buffer_free(&text);
    return found;
}

/* --- The engine's words ----------------------------------------------------------------------- */

static bool accept(struct shown *shown, const char *word) {
    size_t length = strlen(word);
    bool there = strncmp(shown->words, word, length) == 0;
    shown->words += there ? length : 0;
    return there;
}

static int64_t number(struct shown *shown) {
    char *end;
    int64_t value = strtoll(shown->words, &end, 10);
    shown->words = end;
    return value;
}

static const char *name_of(const struct shown *shown, int64_t tid) {
    uint32_t track = trace_find_track(shown->trace, 1, tid);
    return track != TRACE_NO_INDEX ? trace_text(shown->trace, shown->trace->tracks[track].name)
                                   : "?";
}

/* Up to a closing bracket that ends the word. */
static void bracketed(struct shown *shown, char closing, char *out, size_t size) {
    const char *end = shown->words;
    while (*end != '\0' && !(*end == closing && (end[1] == ' ' || end[1] == '\n')))
        end++;
    (void)snprintf(out, size, "%.*s", (int)(end - shown->words), shown->words);
    shown->words = *end != '\0' ? end + 1 : end;
}

static void append(char *out, size_t size, const char *text) {
    size_t length = strlen(out);
    (void)snprintf(out + length, size - length, "%s", text);
}

/* Tracks, as the panel names them: "2: job3, job4". */
static void want_line(struct shown *shown, const char *line) {
    char names[2048] = "", all[2100];
    uint64_t count = 0;
    while (shown->words[0] == ' ' && shown->words[1] >= '0' && shown->words[1] <= '9') {
        int64_t tid = number(shown);
        if (count++ >= 12)
            continue;
        append(names, sizeof names, count == 1 ? ": " : ", ");
        append(names, sizeof names, name_of(shown, tid));
    }
    (void)snprintf(all, sizeof all, "%" PRIu64 "%s", count, names);
    want_row(shown, line, all, count > 12);
}

static void want_variables(struct shown *shown) {
    char variable[256];
    while (accept(shown, " {")) {
        bracketed(shown, '}', variable, sizeof variable);
        char *value = strchr(variable, '=');
        *value++ = '\0';
        want_row(shown, variable, value[0] != '\0' ? value : "''", strlen(value) > 90);
    }
}

static void want_ready(struct shown *shown) {
    char names[2048] = "", all[2100], kind[64];
    (void)accept(shown, "ready, ");
    uint64_t batch = (uint64_t)number(shown), count = 0;
    (void)accept(shown, " in this iteration:");
    while (shown->words[0] == ' ' && shown->words[1] != '{') {
        size_t length = strcspn(++shown->words, ":");
        (void)snprintf(kind, sizeof kind, "%.*s", (int)length, shown->words);
        shown->words += length + 1;
        int64_t tid = number(shown);
        bool task = strcmp(kind, "task") == 0 && tid != 0;
        if (count++ >= 12)
            continue;
        append(names, sizeof names, count == 1 ? ": " : count - 1 == batch ? " | " : ", ");
        append(names, sizeof names, task ? "" : kind);
        append(names, sizeof names, !task && tid != 0 ? " of " : "");
        append(names, sizeof names, tid != 0 ? name_of(shown, tid) : "");
    }
    (void)snprintf(all, sizeof all, "%" PRIu64 "%s", count, names);
    shown->block = 0;
    want_row(shown, "ready", all, count > 12);
    if (go_to_block(shown, VIZ_BLOCK_ROW, "ready"))
        shown->block++;
    want_variables(shown);
}

static void want_task(struct shown *shown) {
    char wait[512] = "";
    int64_t tid = number(shown);
    const char *name = name_of(shown, tid);
    (void)accept(shown, " ");
    if (!accept(shown, name) || !go_to_task(shown, tid)) {
        fail(shown, "task", name, "no such row");
        return;
    }
    if (accept(shown, " waits ")) {
        const char *end = strstr(shown->words, ", object ");
        (void)snprintf(wait, sizeof wait, "waits: %.*s", (int)(end - shown->words), shown->words);
        shown->words = end + strlen(", object ");
        int64_t object = number(shown);
        (void)accept(shown, ", task ");
        int64_t task = number(shown);
        bool until = accept(shown, ", until ");
        if (until)
            (void)number(shown);
        if (until && object == 0 && task == 0)
            (void)snprintf(wait, sizeof wait, "sleeps");
    } else {
        (void)snprintf(wait, sizeof wait, "%s", accept(shown, " ready") ? "ready" : "runs");
        (void)accept(shown, " runs");
    }
    want_row(shown, name, wait, true);
    if (accept(shown, " waiters"))
        want_line(shown, "waiters");
    want_variables(shown);
}

static void want_field(struct shown *shown, const char *key) {
    char name[64], value[TRACE_FIELD_WORDS];
    int64_t is = number(shown);
    trace_field_name(key, name, sizeof name);
    trace_field_value(key, is, value);
    /* How many stand in a line is where they stand, too, who have words of their own. */
    bool line = strcmp(key, "waiters") == 0 || strcmp(key, "getters") == 0 ||
                strcmp(key, "putters") == 0 || strcmp(key, "joiners") == 0;
    if (strcmp(key, "owner") != 0)
        want_row(shown, name, value, line);
    else if (is == 0)
        want_row(shown, key, "nobody", false);
}

static void want_object(struct shown *shown) {
    char section[512], items[2048] = "", all[2100], item[256];
    uint64_t count = 0;
    (void)number(shown);
    (void)accept(shown, " ");
    /* Up to the first field, " key=", or, without fields, to who waits for it. */
    const char *last = shown->words + strcspn(shown->words, "\n");
    const char *end = memchr(shown->words, '=', (size_t)(last - shown->words));
    const char *line = strstr(shown->words, " waiters ");
    while (end != NULL && end > shown->words && *end != ' ')
        end--;
    if (end == NULL)
        end = line != NULL && line < last ? line : last;
    (void)snprintf(section, sizeof section, "%.*s", (int)(end - shown->words), shown->words);
    shown->words = end;
    if (!go_to_block(shown, VIZ_BLOCK_SECTION, section)) {
        fail(shown, "object", section, "no such section");
        return;
    }
    while (shown->words[0] == ' ' && shown->words[1] != '[') {
        size_t length = strcspn(++shown->words, " =\n");
        (void)snprintf(item, sizeof item, "%.*s", (int)length, shown->words);
        shown->words += length;
        if (accept(shown, "="))
            want_field(shown, item);
        else
            want_line(shown, item);
    }
    while (accept(shown, " [")) {
        bracketed(shown, ']', item, sizeof item);
        append(items, sizeof items, count == 0 ? ": " : ", ");
        append(items, sizeof items, item);
        count++;
    }
    (void)snprintf(all, sizeof all, "%" PRIu64 "%s", count, items);
    if (count > 0 && count <= 12)
        want_row(shown, "items", all, false);
}

static void want_all(struct shown *shown) {
    want_ready(shown);
    while (*shown->words != '\0' && shown->fine) {
        shown->words += strcspn(shown->words, "\n");
        if (accept(shown, "\ntask "))
            want_task(shown);
        else if (accept(shown, "\nobject "))
            want_object(shown);
        else
            shown->words += *shown->words != '\0';
    }
}

/* --- The whole -------------------------------------------------------------------------------- */

static bool open_shown(struct shown *shown, const char *file) {
    char message[TRACE_MESSAGE_SIZE];
    shown->fine = trace_read(file, &shown->trace, message) == 0 &&
                  viz_model_new(shown->trace, file, &shown->model) == 0;
    return shown->fine;
}

bool shown_compare(const char *file, struct trace_timeline *timeline,
                   const struct shown_moment *moments, size_t count) {
    struct shown shown = {.travel.timeline = timeline};
    struct viz_subject subject = {.travel = &shown.travel};
    bool fine = open_shown(&shown, file);
    subject.model = shown.model;
    for (size_t i = 0; i < count && fine; i++) {
        viz_panel_clear(&shown.panel);
        fine = viz_travel_go(&shown.travel, moments[i].ordinal) == 0;
        viz_tab_state(&shown.panel, &subject);
        shown.words = moments[i].words;
        want_all(&shown);
        fine = fine && shown.fine && shown.panel.error == 0;
        if (!fine)
            fprintf(stderr, "%s: at event %" PRIu64 " the panel shows another state\n", file,
                    moments[i].ordinal);
    }
    viz_panel_free(&shown.panel);
    viz_travel_free(&shown.travel);
    viz_model_free(shown.model);
    trace_model_free(shown.trace);
    return fine;
}
