/* From the text of a search to terms, and from these to what they find: one walk over all bars. */
#include "search.h"

#include "base/quantity.h"
#include "cadran.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { TERMS_MAX = 16, NAME_SIZE = 256 };

enum term_kind { TERM_WORD, TERM_WAIT, TERM_BY, TERM_NAME, TERM_STATE, TERM_LONGER, TERM_SHORTER };

struct term {
    enum term_kind kind;
    const char *text;
    int64_t time_ns;
    uint8_t outcome; /* enum trace_outcome */
    uint32_t known;  /* the last name that was looked at, and whether it has the word */
    bool has;
};

struct terms {
    char text[VIZ_SEARCH_SIZE];
    struct term terms[TERMS_MAX];
    size_t count;
};

/* --- Reading ------------------------------------------------------------------------------ */

static const struct {
    const char *prefix;
    enum term_kind kind;
} prefixes[] = {{"wait:", TERM_WAIT},   {"by:", TERM_BY},   {"name:", TERM_NAME},
                {"state:", TERM_STATE}, {">", TERM_LONGER}, {"<", TERM_SHORTER}};

static bool read_outcome(const char *text, uint8_t *outcome) {
    static const char *const names[] = {[TRACE_OUTCOME_RETURNED] = "returned",
                                        [TRACE_OUTCOME_FAILED] = "failed",
                                        [TRACE_OUTCOME_CANCELLED] = "cancelled",
                                        [TRACE_OUTCOME_PENDING] = "pending"};
    for (uint8_t i = TRACE_OUTCOME_RETURNED; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            *outcome = i;
            return true;
        }
    return false;
}

/* Returns what is wrong with a term; NULL: nothing. */
static const char *read_term(char *text, struct term *term) {
    *term = (struct term){.kind = TERM_WORD, .text = text, .known = TRACE_NO_INDEX};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t length = strlen(prefixes[i].prefix);
        if (strncmp(text, prefixes[i].prefix, length) == 0) {
            term->kind = prefixes[i].kind;
            term->text = text + length;
        }
    }
    bool timed = term->kind == TERM_LONGER || term->kind == TERM_SHORTER;
    if (timed && !base_time_read(term->text, &term->time_ns))
        return "a time, such as >250ms or <1s";
    if (term->kind == TERM_STATE && !read_outcome(term->text, &term->outcome))
        return "state:failed, returned, cancelled or pending";
    return NULL;
}

static const char *read_terms(const char *text, struct terms *terms) {
    memcpy(terms->text, text, strlen(text) + 1);
    terms->count = 0;
    char *rest;
    for (char *word = strtok_r(terms->text, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        if (terms->count == TERMS_MAX)
            return "fewer words";
        const char *fault = read_term(word, &terms->terms[terms->count++]);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

/* --- Matching ----------------------------------------------------------------------------- */

static bool has_at(const char *text, const char *word) {
    while (*word != '\0' && tolower((unsigned char)*text) == tolower((unsigned char)*word)) {
        text++;
        word++;
    }
    return *word == '\0';
}

static bool has(const char *text, const char *word) {
    for (; *text != '\0'; text++)
        if (has_at(text, word))
            return true;
    return *word == '\0';
}

/* Names come again and again. */
static bool name_has(const struct trace_model *trace, struct term *term, uint32_t name) {
    if (term->known != name) {
        term->known = name;
        term->has = has(trace_text(trace, name), term->text);
    }
    return term->has;
}

static bool is_like(const char *name, const char *pattern) {
    return fnmatch(pattern, name, 0) == 0;
}

static bool lane_matches(const struct viz_model *model, uint32_t lane, const struct term *term) {
    char name[NAME_SIZE];
    switch (term->kind) {
    case TERM_NAME:
        viz_lane_name(model, lane, name, sizeof name);
        return is_like(name, term->text);
    case TERM_STATE:
        return model->trace->tracks[model->lanes[lane].track].outcome == term->outcome;
    default:
        viz_lane_name(model, lane, name, sizeof name);
        return has(name, term->text);
    }
}

static bool was_ended_by(const struct trace_model *trace, const struct trace_slice *slice,
                         const char *pattern) {
    if (slice->wake == TRACE_NO_INDEX)
        return false;
    uint32_t from = trace->wakes[slice->wake].from_track;
    return is_like(trace_text(trace, trace->tracks[from].name), pattern);
}

static bool bar_matches(const struct viz_model *model, const struct viz_bar *bar,
                        struct term *term) {
    const struct trace_model *trace = model->trace;
    const struct trace_slice *slice = &trace->slices[bar->slice];
    switch (term->kind) {
    case TERM_WORD:
        return name_has(trace, term, slice->name);
    case TERM_WAIT:
        return bar->look == VIZ_LOOK_WAIT && name_has(trace, term, slice->name);
    case TERM_BY:
        return was_ended_by(trace, slice, term->text);
    case TERM_LONGER:
        return bar->end_ns - bar->begin_ns > term->time_ns;
    case TERM_SHORTER:
        return bar->end_ns - bar->begin_ns < term->time_ns;
    default:
        return true; /* of the lane, which has been asked */
    }
}

static bool is_of_lanes(const struct term *term) {
    return term->kind == TERM_NAME || term->kind == TERM_STATE;
}

/* --- Finding ------------------------------------------------------------------------------ */

struct finder {
    const struct viz_model *model;
    struct terms terms;
    struct viz_search *search;
    size_t capacity;
};

static int add(struct finder *finder, enum viz_id_kind kind, uint32_t index) {
    struct viz_search *search = finder->search;
    if (search->count == finder->capacity) {
        size_t capacity = finder->capacity > 0 ? 2 * finder->capacity : 256;
        struct viz_id *found = realloc(search->found, capacity * sizeof *found);
        if (found == NULL)
            return CAD_ENOMEM;
        search->found = found;
        finder->capacity = capacity;
    }
    search->found[search->count++] = (struct viz_id){.kind = (uint8_t)kind, .index = index};
    return 0;
}

static int find_bars(struct finder *finder, uint32_t first, uint32_t count) {
    int error = 0;
    for (uint32_t i = first; i < first + count && error == 0; i++) {
        bool all = true;
        for (size_t k = 0; k < finder->terms.count && all; k++)
            all = bar_matches(finder->model, &finder->model->bars[i], &finder->terms.terms[k]);
        if (all)
            error = add(finder, VIZ_ID_BAR, i);
    }
    return error;
}

/* A lane is found by its name and state, where nothing else is asked for; else its bars are. */
static int find_lane(struct finder *finder, uint32_t index) {
    const struct viz_model *model = finder->model;
    const struct viz_lane *lane = &model->lanes[index];
    bool of_lanes = true; /* each term is, or its word is in the lane's name */
    bool bars = false;
    for (size_t k = 0; k < finder->terms.count; k++) {
        const struct term *term = &finder->terms.terms[k];
        bool matches =
            (is_of_lanes(term) || term->kind == TERM_WORD) && lane_matches(model, index, term);
        if (is_of_lanes(term) && !matches)
            return 0;
        of_lanes = of_lanes && matches;
        bars = bars || !is_of_lanes(term);
    }
    int error = of_lanes ? add(finder, VIZ_ID_LANE, index) : 0;
    for (uint32_t r = lane->first_row; bars && r < lane->first_row + lane->row_count; r++) {
        const struct viz_row *row = &model->rows[r];
        if (error == 0)
            error = find_bars(finder, row->first_bar, row->bar_count);
        if (error == 0)
            error = find_bars(finder, row->first_overlay, row->overlay_count);
    }
    return error;
}

int64_t viz_found_ns(const struct viz_model *model, struct viz_id id) {
    return id.kind == VIZ_ID_LANE ? model->lanes[id.index].begin_ns
                                  : model->bars[id.index].begin_ns;
}

/* What is found, with its time; sorted, so that equal times stay in the order of the lanes. */
struct timed {
    int64_t time_ns;
    size_t place;
    struct viz_id id;
};

static int by_time(const void *a, const void *b) {
    const struct timed *one = a;
    const struct timed *two = b;
    if (one->time_ns != two->time_ns)
        return one->time_ns < two->time_ns ? -1 : 1;
    return one->place < two->place ? -1 : 1;
}

static int sort(const struct viz_model *model, struct viz_search *search) {
    struct timed *timed = malloc((search->count + 1) * sizeof *timed);
    if (timed == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < search->count; i++)
        timed[i] = (struct timed){viz_found_ns(model, search->found[i]), i, search->found[i]};
    qsort(timed, search->count, sizeof *timed, by_time);
    for (size_t i = 0; i < search->count; i++)
        search->found[i] = timed[i].id;
    free(timed);
    return 0;
}

static int find(struct viz_search *search, const struct viz_model *model) {
    struct finder finder = {.model = model, .search = search};
    free(search->found);
    search->found = NULL;
    search->count = search->at = 0;
    search->fault = read_terms(search->text, &finder.terms);
    int error = 0;
    bool some = search->fault == NULL && finder.terms.count > 0;
    for (uint32_t i = 0; some && error == 0 && i < model->lane_count; i++)
        error = find_lane(&finder, i);
    if (error == 0)
        error = sort(model, search);
    if (error != 0)
        search->count = 0;
    return error;
}

const char *viz_search_fault(const char *text) {
    struct terms terms;
    return strlen(text) < VIZ_SEARCH_SIZE ? read_terms(text, &terms) : "a shorter text";
}

int viz_search_lanes(const char *text, const struct viz_model *model, bool *shown) {
    struct viz_search search = {.count = 0};
    struct finder finder = {.model = model, .search = &search};
    bool some = read_terms(text, &finder.terms) == NULL && finder.terms.count > 0;
    int error = 0;
    for (uint32_t i = 0; i < model->lane_count && error == 0; i++) {
        search.count = 0; /* what it found before is of no interest */
        error = some ? find_lane(&finder, i) : 0;
        shown[i] = !some || search.count > 0;
    }
    viz_search_clear(&search);
    return error;
}

/* --- The text ----------------------------------------------------------------------------- */

int viz_search_type(struct viz_search *search, const struct viz_model *model, const char *text) {
    size_t used = strlen(search->text);
    if (used + strlen(text) >= VIZ_SEARCH_SIZE)
        return 0;
    memcpy(search->text + used, text, strlen(text) + 1);
    return find(search, model);
}

int viz_search_erase(struct viz_search *search, const struct viz_model *model) {
    size_t length = strlen(search->text);
    while (length > 0 && ((unsigned char)search->text[length - 1] & 0xC0) == 0x80)
        length--;
    search->text[length > 0 ? length - 1 : 0] = '\0';
    return find(search, model);
}

struct viz_id viz_search_next(struct viz_search *search, bool forward) {
    if (search->count == 0)
        return (struct viz_id){.kind = VIZ_ID_NOTHING};
    if (forward)
        search->at = search->at % search->count + 1;
    else
        search->at = search->at > 1 ? search->at - 1 : search->count;
    return search->found[search->at - 1];
}

void viz_search_clear(struct viz_search *search) {
    free(search->found);
    *search = (struct viz_search){0};
}
