/* Finds events that came before one that the model has first.
 *
 * Two events have an order where one is a cause of the other, or where the model has more than the
 * tolerance between them; any others are a tie. Of causes those that are next to an event are
 * looked at, since where each of them keeps its order the whole graph does: the event before in its
 * task, the one before at its object, who woke the task, who made it. And of all that are earlier
 * by more than the tolerance it is enough to look at the one that came last.
 *
 * A trace has the begin of a wait when time moves on, as only then the wait has a length: among
 * events of one time it stands too late. So it is held against other begins at its object alone,
 * which stand as late. */
#include "drift/order.h"

#include "base/memory.h"
#include "cadran.h"

#define NONE UINT32_MAX

/* The last pair of a task, and the last that woke it. */
struct last_of_task {
    uint32_t pair, waker;
};

/* The last pairs at an object. */
struct last_of_object {
    uint32_t begin, wake;
};

struct passage {
    const struct cmp_result *compared;
    struct drift_pair *pairs;
    int64_t tolerance_ns;
    struct last_of_task *tasks;
    struct last_of_object *objects;
    uint32_t earlier; /* how many pairs are earlier than this one by more than the tolerance */
    uint32_t latest;  /* of these, the one that came last; NONE */
    struct base_strings *strings;
    struct drift_order *order;
};

/* --- In words -------------------------------------------------------------------------------- */

static const char *verb_of(enum trace_kind kind) {
    switch (kind) {
    case TRACE_TASK_BEGIN:
    case TRACE_SPAN_BEGIN:
    case TRACE_WAIT_BEGIN:
        return " begins";
    case TRACE_TASK_END:
    case TRACE_SPAN_END:
    case TRACE_WAIT_END:
        return " ends";
    case TRACE_WAKES:
        return " wakes another";
    default:
        return "";
    }
}

/* "job4: acquire window ends"; NULL: no memory. */
static const char *words_of(const struct passage *passage, const struct drift_pair *pair) {
    const struct cmp_thing *task = cmp_task_at(passage->compared, pair->task);
    const char *who = cmp_text(passage->compared, task->name[CMP_A]);
    bool whole =
        pair->kind == TRACE_TASK_BEGIN || pair->kind == TRACE_TASK_END || pair->kind == TRACE_WAKES;
    base_buffer text = {0};
    uint32_t number = UINT32_MAX;
    if (base_buffer_format(&text, "%s%s%s%s", who, whole ? "" : ": ",
                           whole ? "" : cmp_text(passage->compared, pair->name),
                           verb_of(pair->kind)) == 0)
        number = base_strings_add(passage->strings, text.data, text.length);
    base_buffer_free(&text);
    return number != UINT32_MAX ? base_strings_text(passage->strings, number) : NULL;
}

static int note(struct passage *passage, uint32_t first, uint32_t second, bool by_cause) {
    const struct drift_pair *one = &passage->pairs[first], *other = &passage->pairs[second];
    struct drift_order *order = passage->order;
    *(by_cause ? &order->by_cause : &order->by_time) += 1;
    if (order->kept_count == DRIFT_INVERSIONS_KEPT)
        return 0;
    struct drift_inversion *kept = &order->kept[order->kept_count];
    *kept = (struct drift_inversion){
        .first = words_of(passage, one),
        .second = words_of(passage, other),
        .predicted_ns = {one->time_ns[CMP_A], other->time_ns[CMP_A]},
        .real_ns = {one->time_ns[CMP_B], other->time_ns[CMP_B]},
        .by_cause = by_cause,
    };
    if (kept->first == NULL || kept->second == NULL)
        return CAD_ENOMEM;
    order->kept_count++;
    return 0;
}

/* --- Order ----------------------------------------------------------------------------------- */

static bool is_inverted(const struct passage *passage, uint32_t first, uint32_t second) {
    return first != NONE &&
           passage->pairs[first].place[CMP_B] > passage->pairs[second].place[CMP_B];
}

/* Where the last one is kept of those that come to the pair's object as it does; NULL: it does not,
 * or in no order. */
static uint32_t *last_like(const struct passage *passage, const struct drift_pair *pair) {
    if (pair->object == CMP_NOBODY)
        return NULL;
    if (pair->kind == TRACE_WAIT_BEGIN && !pair->is_point)
        return &passage->objects[pair->object].begin;
    return pair->kind == TRACE_WAKES ? &passage->objects[pair->object].wake : NULL;
}

/* The cause of a pair that came after it; NONE. */
static uint32_t inverted_cause(const struct passage *passage, uint32_t number) {
    const struct drift_pair *pair = &passage->pairs[number];
    const struct last_of_task *task = &passage->tasks[pair->task];
    const uint32_t *like = last_like(passage, pair);
    bool made = pair->kind == TRACE_TASK_BEGIN && pair->other != CMP_NOBODY;
    const uint32_t causes[] = {
        pair->kind != TRACE_WAIT_BEGIN ? task->pair : NONE,
        pair->kind != TRACE_WAIT_BEGIN ? task->waker : NONE,
        like != NULL ? *like : NONE,
        made ? passage->tasks[pair->other].pair : NONE,
    };
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (is_inverted(passage, causes[i], number))
            return causes[i];
    return NONE;
}

static void remember(struct passage *passage, uint32_t number) {
    const struct drift_pair *pair = &passage->pairs[number];
    uint32_t *like = last_like(passage, pair);
    if (like != NULL)
        *like = number;
    if (pair->kind != TRACE_WAIT_BEGIN)
        passage->tasks[pair->task] = (struct last_of_task){number, NONE};
    if (pair->kind == TRACE_WAKES && pair->other != CMP_NOBODY)
        passage->tasks[pair->other].waker = number;
}

/* Those that are now earlier by more than the tolerance. */
static void move_on(struct passage *passage, int64_t time_ns) {
    for (;; passage->earlier++) {
        const struct drift_pair *next = &passage->pairs[passage->earlier];
        if (next->time_ns[CMP_A] >= time_ns - passage->tolerance_ns)
            return;
        if (passage->latest == NONE ||
            next->place[CMP_B] > passage->pairs[passage->latest].place[CMP_B])
            passage->latest = passage->earlier;
    }
}

static int check(struct passage *passage, uint32_t number) {
    uint32_t cause = inverted_cause(passage, number);
    move_on(passage, passage->pairs[number].time_ns[CMP_A]);
    remember(passage, number);
    passage->order->events++;
    if (cause != NONE)
        return note(passage, cause, number, true);
    return is_inverted(passage, passage->latest, number)
               ? note(passage, passage->latest, number, false)
               : 0;
}

static void forget_tasks(struct passage *passage) {
    size_t count = cmp_task_count(passage->compared);
    for (size_t i = 0; i < count; i++)
        passage->tasks[i] = (struct last_of_task){NONE, NONE};
}

static void forget_objects(struct passage *passage) {
    size_t count = cmp_object_count(passage->compared);
    for (size_t i = 0; i < count; i++)
        passage->objects[i] = (struct last_of_object){NONE, NONE};
}

/* Those that one of the traces has as one event with their end. */
static void mark_points(struct passage *passage, size_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct drift_pair *pair = &passage->pairs[i];
        uint32_t *begin = &passage->tasks[pair->task].pair;
        if (pair->kind == TRACE_WAIT_END && *begin != NONE) {
            const uint64_t *place = passage->pairs[*begin].place;
            passage->pairs[*begin].is_point =
                place[CMP_A] == pair->place[CMP_A] || place[CMP_B] == pair->place[CMP_B];
        }
        *begin = pair->kind == TRACE_WAIT_BEGIN ? i : NONE;
    }
}

static int check_all(struct passage *passage, size_t count) {
    int error = 0;
    forget_tasks(passage);
    mark_points(passage, count);
    forget_tasks(passage);
    forget_objects(passage);
    for (uint32_t i = 0; i < count && error == 0; i++)
        error = check(passage, i);
    return error;
}

int drift_check_order(const struct cmp_result *compared, struct drift_pairs *pairs,
                      int64_t tolerance_ns, struct base_strings *strings,
                      struct drift_order *order) {
    size_t tasks = cmp_task_count(compared) + 1, objects = cmp_object_count(compared) + 1;
    struct passage passage = {.compared = compared,
                              .pairs = pairs->list,
                              .tolerance_ns = tolerance_ns,
                              .tasks = base_alloc(tasks * sizeof *passage.tasks),
                              .objects = base_alloc(objects * sizeof *passage.objects),
                              .latest = NONE,
                              .strings = strings,
                              .order = order};
    bool fine = passage.tasks != NULL && passage.objects != NULL;
    int error = fine ? check_all(&passage, pairs->count) : CAD_ENOMEM;
    base_free(passage.tasks);
    base_free(passage.objects);
    return error;
}
