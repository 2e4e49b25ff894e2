/* The saved view as JSON, and back. */
#include "saved.h"

#include "base/replace.h"
#include "cadran.h"
#include "document/write.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 2^53: beyond it numbers of JSON are not exact. */
#define TIME_MOST (INT64_C(1) << 53)

static const char *const colourings[VIZ_COLOURING_COUNT] = {[VIZ_COLOUR_BY_DURATION] = "duration",
                                                            [VIZ_COLOUR_BY_NAME] = "name",
                                                            [VIZ_COLOUR_BY_LANE] = "task"};
static const char *const wakes[VIZ_WAKES_COUNT] = {
    [VIZ_WAKES_FEW] = "few", [VIZ_WAKES_ALL] = "all", [VIZ_WAKES_OFF] = "none"};

static const char *const members[] = {
    "cadran_view", "from_ns", "to_ns", "row_units", "first_row", "filter", "group", "unfolded",
    "folds",       "order",   "pins",  "marks",     "range",     "colour", "wakes", "objects"};

bool viz_saved_path(const char *trace, char *path, size_t size) {
    static const char *const endings[] = {".gz", ".zst", ".json"};
    size_t length = strlen(trace);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);
        bool named = length > ending && trace[length - ending - 1] != '/';
        if (named && strncmp(trace + length - ending, endings[i], ending) == 0)
            length -= ending;
    }
    int written = snprintf(path, size, "%.*s.view.json", (int)length, trace);
    return written > 0 && (size_t)written < size;
}

/* --- Writing -------------------------------------------------------------------------------- */

/* Of lanes with one name, which: how many of that name come before it. */
static int64_t nth_of(const struct viz_model *model, uint32_t lane, const char *name) {
    int64_t before = 0;
    char other[256];
    for (uint32_t i = 0; i < lane; i++) {
        viz_lane_name(model, i, other, sizeof other);
        before += strcmp(other, name) == 0;
    }
    return before;
}

static void write_pins(doc_writer *writer, const struct viz_state *state) {
    doc_write_open(writer, "pins", '[');
    for (size_t i = 0; i < state->choice.pin_count; i++) {
        char name[256];
        viz_lane_name(state->model, state->choice.pins[i], name, sizeof name);
        doc_write_open(writer, NULL, '{');
        doc_write_text(writer, "lane", name);
        doc_write_whole(writer, "nth", nth_of(state->model, state->choice.pins[i], name));
        doc_write_close(writer, '}');
    }
    doc_write_close(writer, ']');
}

static void write_stretch(doc_writer *writer, int64_t from_ns, int64_t to_ns) {
    doc_write_whole(writer, "from_ns", from_ns);
    doc_write_whole(writer, "to_ns", to_ns);
}

static void write_marks(doc_writer *writer, const struct viz_bookmarks *bookmarks) {
    doc_write_open(writer, "marks", '[');
    for (size_t i = 0; i < bookmarks->count; i++) {
        doc_write_open(writer, NULL, '{');
        write_stretch(writer, bookmarks->list[i].from_ns, bookmarks->list[i].to_ns);
        doc_write_text(writer, "note", bookmarks->list[i].note);
        doc_write_close(writer, '}');
    }
    doc_write_close(writer, ']');
}

static void write_lanes(doc_writer *writer, const struct viz_state *state) {
    const struct viz_choice *choice = &state->choice;
    doc_write_text(writer, "filter", choice->filter);
    doc_write_text(writer, "group", viz_grouping_words[choice->grouping]);
    doc_write_truth(writer, "unfolded", choice->folds.unfolded);
    doc_write_open(writer, "folds", '[');
    for (uint32_t i = 0; i < choice->folds.names.count; i++)
        if (choice->folds.others[i])
            doc_write_text(writer, NULL, base_symbols_name(&choice->folds.names, i));
    doc_write_close(writer, ']');
    doc_write_text(writer, "order", viz_ordering_words[choice->ordering]);
    write_pins(writer, state);
}

static void write_view(doc_writer *writer, const struct viz_state *state) {
    const struct viz_view *view = &state->view;
    doc_write_open(writer, NULL, '{');
    doc_write_whole(writer, "cadran_view", VIZ_SAVED_VERSION);
    if (!viz_view_shows_all_time(view, &state->frame.extent)) {
        doc_write_number(writer, "from_ns", view->begin_ns);
        doc_write_number(writer, "to_ns", view->begin_ns + view->length_ns);
    }
    if (view->row_units > 0) {
        doc_write_number(writer, "row_units", view->row_units);
        doc_write_number(writer, "first_row", view->first_row);
    }
    write_lanes(writer, state);
    write_marks(writer, &state->bookmarks);
    if (state->range.given) {
        doc_write_open(writer, "range", '{');
        write_stretch(writer, state->range.from_ns, state->range.to_ns);
        doc_write_close(writer, '}');
    }
    doc_write_text(writer, "colour", colourings[state->model->colouring]);
    doc_write_text(writer, "wakes", wakes[state->ui.wakes]);
    doc_write_truth(writer, "objects", state->ui.objects);
    doc_write_close(writer, '}');
}

/* Whether the file is a saved view, of whatever version, or there is none. */
static bool may_replace(const char *path, char message[VIZ_SAVED_MESSAGE]) {
    doc_document *document = NULL;
    doc_node root, member;
    if (access(path, F_OK) != 0)
        return true;
    bool own = doc_load(path, &document) == 0;
    if (own) {
        root = doc_root(document);
        own = doc_node_member(&root, "cadran_view", &member);
    }
    doc_free(document);
    if (!own)
        snprintf(message, VIZ_SAVED_MESSAGE,
                 "%.300s is no saved view, and stays as it is: give another name with --view",
                 path);
    return own;
}

static int write_file(const char *path, const base_buffer *text) {
    struct base_replacement file;
    int flaw = base_replace_open(&file, path);
    if (flaw != 0)
        return flaw;
    errno = 0;
    bool written = fwrite(text->data, 1, text->length, file.stream) == text->length &&
                   putc('\n', file.stream) != EOF;
    flaw = written ? base_replace_finish(&file) : errno != 0 ? errno : EIO;
    base_replace_drop(&file);
    return flaw;
}

int viz_saved_write(const struct viz_state *state, const char *path,
                    char message[VIZ_SAVED_MESSAGE]) {
    doc_writer writer = {0};
    if (!may_replace(path, message))
        return CAD_EINVAL;
    write_view(&writer, state);
    int error = doc_write_failed(&writer) ? CAD_ENOMEM : 0;
    int flaw = error == 0 ? write_file(path, &writer.text) : ENOMEM;
    base_buffer_free(&writer.text);
    if (flaw != 0)
        snprintf(message, VIZ_SAVED_MESSAGE, "%.300s: %.150s", path, strerror(flaw));
    return error != 0 ? error : flaw != 0 ? CAD_ESYSTEM : 0;
}

/* --- Reading -------------------------------------------------------------------------------- */

/* What a file says, before any of it counts. */
struct saved {
    doc_document *document;
    doc_node root;
    double from_ns, to_ns;
    bool timed;
    double row_units, first_row;
    const char *filter;
    size_t grouping, ordering, colouring, wakes;
    bool has_colour;
    bool unfolded, objects;
    struct viz_folds folds;
    struct viz_bookmarks bookmarks;
    int64_t range_from_ns, range_to_ns;
    bool ranged;
    int error;
};

static bool member(const struct saved *saved, const char *name, doc_node *found) {
    return doc_node_member(&saved->root, name, found);
}

static void read_number(struct saved *saved, const char *name, double *value) {
    doc_node found;
    if (member(saved, name, &found))
        (void)doc_node_number(&found, value);
}

static void read_truth(struct saved *saved, const char *name, bool *value) {
    doc_node found;
    if (member(saved, name, &found))
        (void)doc_node_boolean(&found, value);
}

static bool read_choice(struct saved *saved, const char *name, const char *const *words,
                        size_t count, size_t *value) {
    doc_node found;
    bool given = member(saved, name, &found);
    if (given)
        (void)doc_node_choice(&found, name, words, count, value);
    return given;
}

static int read_stretch(const doc_node *object, bool noted, int64_t *from_ns, int64_t *to_ns) {
    static const char *const names[] = {"from_ns", "to_ns", "note"};
    doc_node from, to;
    if (doc_node_object(object, "{\"from_ns\": 0, \"to_ns\": 1000}") != 0 ||
        doc_node_only(object, names, noted ? 3 : 2, noted ? 3 : 2, NULL) != 0 ||
        doc_node_require(object, "from_ns", "0", &from) != 0 ||
        doc_node_require(object, "to_ns", "1000", &to) != 0 ||
        doc_node_whole(&from, 0, TIME_MOST, from_ns) != 0)
        return CAD_EINVAL;
    return doc_node_whole(&to, *from_ns, TIME_MOST, to_ns);
}

static void read_marks(struct saved *saved) {
    doc_node list, item, note;
    if (!member(saved, "marks", &list) || doc_node_array(&list, NULL) != 0)
        return;
    for (bool more = doc_node_first(&list, &item); more; more = doc_node_next(&item)) {
        int64_t from_ns, to_ns;
        const char *text = "";
        if (read_stretch(&item, true, &from_ns, &to_ns) != 0 ||
            (doc_node_member(&item, "note", &note) && doc_node_string(&note, &text) != 0))
            continue;
        if (viz_bookmark_add(&saved->bookmarks, from_ns, to_ns, text) == VIZ_NO_BOOKMARK)
            saved->error = CAD_ENOMEM;
    }
}

static void read_folds(struct saved *saved) {
    doc_node list, item;
    read_truth(saved, "unfolded", &saved->unfolded);
    viz_fold_all(&saved->folds, !saved->unfolded);
    if (!member(saved, "folds", &list) || doc_node_array(&list, NULL) != 0)
        return;
    for (bool more = doc_node_first(&list, &item); more; more = doc_node_next(&item)) {
        const char *group;
        if (doc_node_string(&item, &group) == 0 &&
            viz_fold(&saved->folds, group, saved->unfolded) != 0)
            saved->error = CAD_ENOMEM;
    }
}

static void read_filter(struct saved *saved) {
    doc_node found;
    if (!member(saved, "filter", &found) || doc_node_string(&found, &saved->filter) != 0)
        return;
    const char *fault = viz_search_fault(saved->filter);
    if (fault != NULL)
        (void)doc_node_fault(&found, "expected %s", fault);
}

static void read_time(struct saved *saved) {
    doc_node from, to;
    saved->timed = member(saved, "from_ns", &from) && member(saved, "to_ns", &to);
    read_number(saved, "from_ns", &saved->from_ns);
    read_number(saved, "to_ns", &saved->to_ns);
    if (saved->timed && !(saved->from_ns < saved->to_ns))
        (void)doc_node_fault(&to, "expected a time after from_ns");
}

/* A pin is checked here, and found among the lanes when it counts. */
static void check_pins(struct saved *saved) {
    static const char *const names[] = {"lane", "nth"};
    doc_node list, item, lane, nth;
    if (!member(saved, "pins", &list) || doc_node_array(&list, NULL) != 0)
        return;
    for (bool more = doc_node_first(&list, &item); more; more = doc_node_next(&item)) {
        const char *text;
        int64_t number;
        if (doc_node_object(&item, "{\"lane\": \"job3\"}") != 0 ||
            doc_node_only(&item, names, 2, 2, NULL) != 0 ||
            doc_node_require(&item, "lane", "\"job3\"", &lane) != 0 ||
            doc_node_string(&lane, &text) != 0)
            continue;
        if (doc_node_member(&item, "nth", &nth))
            (void)doc_node_whole(&nth, 0, UINT32_MAX, &number);
    }
}

static void read_all(struct saved *saved) {
    doc_node found;
    int64_t version;
    if (doc_node_object(&saved->root, NULL) != 0 ||
        doc_node_require(&saved->root, "cadran_view", "{\"cadran_view\": 1, ...}", &found) != 0 ||
        doc_node_whole(&found, 1, VIZ_SAVED_VERSION, &version) != 0)
        return;
    size_t count = sizeof members / sizeof members[0];
    (void)doc_node_only(&saved->root, members, count, count, NULL);
    read_time(saved);
    read_number(saved, "row_units", &saved->row_units);
    read_number(saved, "first_row", &saved->first_row);
    read_filter(saved);
    (void)read_choice(saved, "group", viz_grouping_words, VIZ_GROUPING_COUNT, &saved->grouping);
    (void)read_choice(saved, "order", viz_ordering_words, VIZ_ORDERING_COUNT, &saved->ordering);
    (void)read_choice(saved, "wakes", wakes, VIZ_WAKES_COUNT, &saved->wakes);
    saved->has_colour =
        read_choice(saved, "colour", colourings, VIZ_COLOURING_COUNT, &saved->colouring);
    read_truth(saved, "objects", &saved->objects);
    read_folds(saved);
    check_pins(saved);
    read_marks(saved);
    saved->ranged = member(saved, "range", &found) &&
                    read_stretch(&found, false, &saved->range_from_ns, &saved->range_to_ns) == 0;
}

/* --- Taking --------------------------------------------------------------------------------- */

/* The lane of that name with so many of that name before it; TRACE_NO_INDEX. */
static uint32_t find_lane(const struct viz_model *model, const char *name, int64_t nth) {
    char other[256];
    for (uint32_t lane = 0; lane < model->lane_count; lane++) {
        viz_lane_name(model, lane, other, sizeof other);
        if (strcmp(other, name) == 0 && nth-- == 0)
            return lane;
    }
    return TRACE_NO_INDEX;
}

static int take_pins(struct viz_state *state, const struct saved *saved) {
    doc_node list, item, lane, nth;
    int error = 0;
    if (!member(saved, "pins", &list))
        return 0;
    for (bool more = doc_node_first(&list, &item); more && error == 0;
         more = doc_node_next(&item)) {
        const char *name;
        int64_t number = 0;
        if (!doc_node_member(&item, "lane", &lane) || doc_node_string(&lane, &name) != 0)
            continue;
        if (doc_node_member(&item, "nth", &nth))
            (void)doc_node_whole(&nth, 0, UINT32_MAX, &number);
        uint32_t found = find_lane(state->model, name, number);
        if (found != TRACE_NO_INDEX && !viz_is_pinned(&state->choice, found))
            error = viz_choice_pin(&state->choice, found);
    }
    return error;
}

/* Places, and then what stands in them: the view is brought within what there is. 0 or CAD_ENOMEM.
 */
static int take(struct viz_state *state, struct saved *saved) {
    struct viz_choice *choice = &state->choice;
    viz_choice_free(choice);
    viz_copy_text(choice->filter, sizeof choice->filter, saved->filter);
    choice->grouping = (enum viz_grouping)saved->grouping;
    choice->ordering = (enum viz_ordering)saved->ordering;
    choice->folds = saved->folds;
    saved->folds = (struct viz_folds){.unfolded = false};
    int error = take_pins(state, saved);
    viz_bookmarks_free(&state->bookmarks);
    state->bookmarks = saved->bookmarks;
    state->ui.noting = 0;
    saved->bookmarks = (struct viz_bookmarks){.count = 0};
    viz_range_drop(&state->range);
    if (saved->ranged)
        viz_range_set(&state->range, state->model, (double)saved->range_from_ns,
                      (double)saved->range_to_ns);
    if (saved->has_colour)
        viz_model_colour(state->model, (enum viz_colouring)saved->colouring);
    state->ui.wakes = (enum viz_wakes)saved->wakes;
    state->ui.objects = saved->objects;
    viz_state_fit(state);
    if (saved->row_units > 0)
        state->view.row_units = fmin(fmax(saved->row_units, 0.01), VIZ_ROW_MOST);
    int arranged = viz_state_arrange(state);
    state->view.first_row = saved->first_row;
    if (saved->timed)
        viz_view_show(&state->view, &state->frame.extent, saved->from_ns, saved->to_ns);
    viz_state_place(state, state->frame.width, state->frame.height);
    return error != 0 ? error : arranged;
}

/* The first fault, in a line. */
static void write_fault(doc_document *document, const char *path, char message[VIZ_SAVED_MESSAGE]) {
    base_buffer text = {0};
    size_t length = 0;
    if (document != NULL && doc_format_faults(document, &text) == 0 && text.length > 0)
        length = strcspn(text.data, "\n");
    if (length > 0)
        snprintf(message, VIZ_SAVED_MESSAGE, "%.*s", (int)length, text.data);
    else
        snprintf(message, VIZ_SAVED_MESSAGE, "%.300s: out of memory", path);
    base_buffer_free(&text);
}

int viz_saved_read(struct viz_state *state, const char *path, char message[VIZ_SAVED_MESSAGE]) {
    struct saved saved = {.filter = ""};
    int error = doc_load(path, &saved.document);
    if (error == 0) {
        saved.root = doc_root(saved.document);
        read_all(&saved);
        error = saved.error != 0 ? saved.error : doc_status(saved.document);
    }
    if (error == 0)
        error = take(state, &saved);
    if (error != 0)
        write_fault(saved.document, path, message);
    viz_folds_free(&saved.folds);
    viz_bookmarks_free(&saved.bookmarks);
    doc_free(saved.document);
    return error;
}
