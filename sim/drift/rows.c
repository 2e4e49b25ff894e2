/* Puts spans and waits together by their names, with "#" for each number in them: the jobs of a
 * loop are one row. */
#include "drift/rows.h"

#include <string.h>

#include "base/memory.h"
#include "cadran.h"

bool drift_rows_init(struct drift_rows *rows) {
    *rows = (struct drift_rows){.strings = base_strings_new()};
    return rows->strings != NULL;
}

void drift_rows_free(struct drift_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        drift_samples_free(&rows->groups[i].real);
        drift_samples_free(&rows->groups[i].model);
        base_free(rows->groups[i].lengths);
    }
    base_free(rows->groups);
    base_map_free(&rows->by_name);
    base_strings_free(rows->strings);
}

/* --- Names ----------------------------------------------------------------------------------- */

static bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

static int append_pattern(base_buffer *pattern, const char *name) {
    int error = 0;
    for (const char *at = name; *at != '\0' && error == 0; at++) {
        if (!is_digit(*at))
            error = base_buffer_append(pattern, at, 1);
        else if (!is_digit(at[1]))
            error = base_buffer_append(pattern, "#", 1);
    }
    return error;
}

/* A sleep is called after its task, as all sleeps have one name. */
static int append_name(base_buffer *text, const struct cmp_result *compared,
                       const struct drift_pair *pair) {
    const char *name = cmp_text(compared, pair->name);
    int error = append_pattern(text, name);
    if (error != 0 || pair->kind != TRACE_WAIT_END || strcmp(name, "sleep") != 0)
        return error;
    error = base_buffer_append(text, " of ", 4);
    const struct cmp_thing *task = cmp_task_at(compared, pair->task);
    return error == 0 ? append_pattern(text, cmp_text(compared, task->name[CMP_A])) : error;
}

/* The group of a span or wait; NULL: no memory. */
static struct drift_group *group_of(struct drift_rows *rows, const struct cmp_result *compared,
                                    const struct drift_pair *pair) {
    bool wait = pair->kind == TRACE_WAIT_END;
    base_buffer text = {0};
    uint32_t name = UINT32_MAX;
    if (append_name(&text, compared, pair) == 0)
        name = base_strings_add(rows->strings, text.data != NULL ? text.data : "", text.length);
    base_buffer_free(&text);
    if (name == UINT32_MAX)
        return NULL;
    uint32_t index = base_map_get(&rows->by_name, (uint64_t)name * 2 + wait);
    if (index != UINT32_MAX)
        return &rows->groups[index];
    if (!base_grow(&rows->groups, &rows->capacity, rows->count, sizeof *rows->groups) ||
        !base_map_put(&rows->by_name, (uint64_t)name * 2 + wait, (uint32_t)rows->count))
        return NULL;
    rows->groups[rows->count] = (struct drift_group){
        .name = name,
        .is_wait = wait,
        .is_duration = !wait || drift_is_duration(cmp_text(compared, pair->name)),
        .least_ns = INT64_MAX,
    };
    return &rows->groups[rows->count++];
}

/* --- Lengths --------------------------------------------------------------------------------- */

/* Of a span or wait: as predicted, as it was, and as it would have been without the computer. */
struct span {
    int64_t predicted_ns, real_ns, model_ns;
};

static struct span lengths_of(const struct drift_pair *pair) {
    return (struct span){pair->time_ns[CMP_A] - pair->begin_ns[CMP_A],
                         pair->time_ns[CMP_B] - pair->begin_ns[CMP_B],
                         pair->model_ns - pair->model_begin_ns};
}

/* Lengths that a name can have: of one that has more they are drawn, or calculated, and no variable
 * each would say them. */
enum { LENGTHS_MOST = 16 };

/* `own` is the same without the waits for others. */
static bool add_length(struct drift_group *group, struct span own) {
    for (size_t i = 0; i < group->length_count; i++) {
        if (group->lengths[i].predicted_ns == own.predicted_ns) {
            group->lengths[i].sum_ns += (double)own.model_ns;
            group->lengths[i].count++;
            return true;
        }
    }
    if (group->length_count == LENGTHS_MOST) {
        group->is_duration = false;
        group->length_count = 0;
        return true;
    }
    if (!base_grow(&group->lengths, &group->length_capacity, group->length_count,
                   sizeof *group->lengths))
        return false;
    group->lengths[group->length_count++] =
        (struct drift_length){own.predicted_ns, (double)own.model_ns, 1};
    return true;
}

static bool add_to_group(struct drift_group *group, struct span whole, struct span own,
                         const struct cmp_tolerance *tolerance) {
    int64_t off_ns = whole.model_ns - whole.predicted_ns;
    int64_t allowed_ns = drift_allowed(tolerance, whole.predicted_ns);
    if (whole.predicted_ns < group->least_ns)
        group->least_ns = whole.predicted_ns;
    if (whole.predicted_ns > group->most_ns)
        group->most_ns = whole.predicted_ns;
    group->beyond += off_ns > allowed_ns || off_ns < -allowed_ns;
    return drift_samples_add(&group->real, whole.real_ns - whole.predicted_ns) &&
           drift_samples_add(&group->model, off_ns) &&
           (!group->is_duration || add_length(group, own));
}

/* --- Through a run --------------------------------------------------------------------------- */

/* A task: how long it has waited for others by now, and the spans that it has open. */
struct task {
    struct span waited;
    uint32_t open; /* the innermost one; 0: none */
};

struct open {
    struct span waited; /* by its task, when it began */
    uint32_t outer;
};

struct passage {
    struct drift_rows *rows;
    const struct cmp_result *compared;
    const struct cmp_tolerance *tolerance;
    struct task *tasks;
    struct open *open; /* [0] is not used; none is used again */
    size_t open_count, open_capacity;
};

static bool begin_span(struct passage *passage, struct task *task) {
    if (!base_grow(&passage->open, &passage->open_capacity, passage->open_count,
                   sizeof *passage->open))
        return false;
    passage->open[passage->open_count] = (struct open){task->waited, task->open};
    task->open = (uint32_t)passage->open_count++;
    return true;
}

static struct span less(struct span whole, struct span part) {
    return (struct span){whole.predicted_ns - part.predicted_ns, whole.real_ns - part.real_ns,
                         whole.model_ns - part.model_ns};
}

static bool end_span(struct passage *passage, struct task *task, const struct drift_pair *pair) {
    struct span whole = lengths_of(pair), own = whole;
    if (task->open != 0) {
        const struct open *open = &passage->open[task->open];
        own = less(whole, less(task->waited, open->waited));
        task->open = open->outer;
    }
    struct drift_group *group = group_of(passage->rows, passage->compared, pair);
    return group != NULL && add_to_group(group, whole, own, passage->tolerance);
}

/* What a task sleeps or works inside a span is the span's. */
static bool end_wait(struct passage *passage, struct task *task, const struct drift_pair *pair) {
    bool duration = drift_is_duration(cmp_text(passage->compared, pair->name));
    struct span whole = lengths_of(pair);
    if (duration && task->open != 0)
        return true;
    if (!duration) {
        task->waited.predicted_ns += whole.predicted_ns;
        task->waited.real_ns += whole.real_ns;
        task->waited.model_ns += whole.model_ns;
    }
    if (whole.predicted_ns == 0 && whole.real_ns == 0)
        return true; /* without length */
    struct drift_group *group = group_of(passage->rows, passage->compared, pair);
    return group != NULL && add_to_group(group, whole, whole, passage->tolerance);
}

static bool pass(struct passage *passage, const struct drift_pair *pair) {
    struct task *task = &passage->tasks[pair->task];
    switch (pair->kind) {
    case TRACE_SPAN_BEGIN:
        return begin_span(passage, task);
    case TRACE_SPAN_END:
        return end_span(passage, task, pair);
    case TRACE_WAIT_END:
        return end_wait(passage, task, pair);
    default:
        return true;
    }
}

int drift_rows_add(struct drift_rows *rows, const struct cmp_result *compared,
                   const struct drift_pairs *pairs, const struct cmp_tolerance *tolerance) {
    struct passage passage = {rows, compared, tolerance, NULL, NULL, 1, 0};
    passage.tasks = base_zalloc(cmp_task_count(compared) + 1, sizeof *passage.tasks);
    bool fine = passage.tasks != NULL;
    for (size_t i = 0; i < pairs->count && fine; i++)
        fine = pass(&passage, &pairs->list[i]);
    base_free(passage.tasks);
    base_free(passage.open);
    return fine ? 0 : CAD_ENOMEM;
}

/* --- What they come to ----------------------------------------------------------------------- */

static struct drift_row row_of(const struct drift_rows *rows, struct drift_group *group) {
    return (struct drift_row){
        .name = base_strings_text(rows->strings, group->name),
        .is_wait = group->is_wait,
        .least_ns = group->least_ns,
        .most_ns = group->most_ns,
        .real = drift_measure(&group->real),
        .model = drift_measure(&group->model),
        .beyond = group->beyond,
        .holds = group->beyond * 20 <= group->model.count,
    };
}

struct drift_row *drift_rows_make(struct drift_rows *rows) {
    struct drift_row *made = base_alloc((rows->count + 1) * sizeof *made);
    size_t count = 0;
    if (made == NULL)
        return NULL;
    for (int waits = 0; waits < 2; waits++)
        for (size_t i = 0; i < rows->count; i++)
            if (rows->groups[i].is_wait == (waits == 1))
                made[count++] = row_of(rows, &rows->groups[i]);
    return made;
}
