/* What each event changes in the state of the run.
 *
 * Of the two ways in which a wait is told, a park of the details and a slice of the rest, a state
 * goes by the first where the trace has details: it stands where the wait begins, and the slice may
 * come behind others. That the wait is over is told by the task's joining the ready queue. */
#include "trace/state.h"

#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "cadran.h"
#include "trace/keep.h"

/* What all copies have in common. */
struct common {
    size_t refs;
    size_t bytes;
    struct base_strings *strings;
    struct {
        uint32_t task, waiters, getters, putters, joiners;
    } words;
};

struct trace_state {
    struct trace_now now;
    int64_t pid; /* of the process that it follows; 0: of the first event's */
    struct common *common;
    struct trace_vector tasks;          /* by track */
    struct trace_vector ready;          /* entries */
    struct trace_vector slots;          /* by the id of an object: its place in `objects`, plus 1 */
    struct trace_vector objects;        /* those that are there, and free places among them */
    struct trace_vector variables;      /* [0] is not used */
    uint64_t first_object, last_object; /* ids; 0: none */
    uint32_t free_object;               /* the first free place, plus 1; 0: none */
    uint32_t free_variable;             /* 0: none */
    uint32_t global_variables;          /* the first; 0: none */
};

/* --- Records ---------------------------------------------------------------------------------- */

static void share_items(void *record) {
    struct trace_state_object *object = record;
    trace_vector_share(&object->items);
}

static void drop_items(void *record) {
    struct trace_state_object *object = record;
    if (object->items.kind != NULL)
        trace_vector_free(&object->items);
}

/* Leaves of two or three hundred bytes. */
static const struct trace_vector_kind tasks_kind = {sizeof(struct trace_state_task), 1, NULL, NULL};
static const struct trace_vector_kind ready_kind = {sizeof(struct trace_state_entry), 4, NULL,
                                                    NULL};
static const struct trace_vector_kind text_kind = {sizeof(uint32_t), 6, NULL, NULL};
static const struct trace_vector_kind objects_kind = {sizeof(struct trace_state_object), 0,
                                                      share_items, drop_items};
static const struct trace_vector_kind variables_kind = {sizeof(struct trace_state_variable), 4,
                                                        NULL, NULL};

/* --- Life ------------------------------------------------------------------------------------- */

static void free_common(struct common *common) {
    if (common == NULL || --common->refs > 0)
        return;
    base_strings_free(common->strings);
    base_free(common);
}

static uint32_t word(struct common *common, const char *text) {
    return base_strings_add(common->strings, text, strlen(text));
}

static struct common *new_common(void) {
    struct common *common = base_zalloc(1, sizeof *common);
    if (common == NULL)
        return NULL;
    common->refs = 1;
    common->strings = base_strings_new();
    if (common->strings == NULL) {
        free_common(common);
        return NULL;
    }
    common->words.task = word(common, "task");
    common->words.waiters = word(common, "waiters");
    common->words.getters = word(common, "getters");
    common->words.putters = word(common, "putters");
    common->words.joiners = word(common, "joiners"); /* where one fails, so does the last */
    if (common->words.joiners == UINT32_MAX) {
        free_common(common);
        return NULL;
    }
    return common;
}

struct trace_state *trace_state_new(void) {
    struct trace_state *state = base_zalloc(1, sizeof *state);
    struct common *common = state != NULL ? new_common() : NULL;
    if (common == NULL) {
        base_free(state);
        return NULL;
    }
    state->common = common;
    trace_vector_init(&state->tasks, &tasks_kind, &common->bytes);
    trace_vector_init(&state->ready, &ready_kind, &common->bytes);
    trace_vector_init(&state->slots, &text_kind, &common->bytes);
    trace_vector_init(&state->objects, &objects_kind, &common->bytes);
    trace_vector_init(&state->variables, &variables_kind, &common->bytes);
    return state;
}

struct trace_state *trace_state_copy(const struct trace_state *state) {
    struct trace_state *copy = base_alloc(sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *state;
    copy->common->refs++;
    trace_vector_share(&copy->tasks);
    trace_vector_share(&copy->ready);
    trace_vector_share(&copy->slots);
    trace_vector_share(&copy->objects);
    trace_vector_share(&copy->variables);
    return copy;
}

void trace_state_free(struct trace_state *state) {
    if (state == NULL)
        return;
    trace_vector_free(&state->tasks);
    trace_vector_free(&state->ready);
    trace_vector_free(&state->slots);
    trace_vector_free(&state->objects);
    trace_vector_free(&state->variables);
    free_common(state->common);
    base_free(state);
}

/* --- Finding ---------------------------------------------------------------------------------- */

/* To be changed; NULL: no memory. */
static struct trace_state_task *edit_task(struct trace_state *state, int64_t tid) {
    struct trace_state_task *task = trace_vector_edit(&state->tasks, (uint64_t)tid);
    if (task != NULL)
        task->tid = tid;
    return task;
}

/* The place of an object, plus 1; 0: there is none. */
static uint32_t slot_of(const struct trace_state *state, uint64_t id) {
    const uint32_t *slot = id < state->slots.count ? trace_vector_at(&state->slots, id) : NULL;
    return slot != NULL ? *slot : 0;
}

/* To be changed; the object must be there. NULL: no memory. */
static struct trace_state_object *edit_object(struct trace_state *state, uint64_t id) {
    return trace_vector_edit(&state->objects, slot_of(state, id) - 1);
}

static int64_t number_of(const struct trace_event *event, enum trace_argument_index argument,
                         int64_t otherwise) {
    return trace_has(event, argument) ? event->args[argument].number : otherwise;
}

/* --- What a task is doing --------------------------------------------------------------------- */

/* Time that passes inside a span is work. */
static bool works(const struct trace_state_task *task) {
    return task->spans > 0 && task->doing != TRACE_DOING_WAITS &&
           task->doing != TRACE_DOING_READY && task->doing != TRACE_DOING_ENDED;
}

static void set_doing(struct trace_state *state, struct trace_state_task *task,
                      enum trace_doing doing) {
    state->now.at_work -= works(task);
    if (task->doing != TRACE_DOING_NOTHING)
        state->now.doing[task->doing]--;
    state->now.doing[doing]++;
    task->doing = doing;
    task->since_ns = state->now.time_ns;
    state->now.at_work += works(task);
}

static void set_spans(struct trace_state *state, struct trace_state_task *task, int change) {
    state->now.at_work -= works(task);
    task->spans += (uint32_t)change;
    state->now.at_work += works(task);
}

/* --- Lines ------------------------------------------------------------------------------------ */

/* The line that a task stands in, or is to, to be changed. NULL: it has none, or no memory, which
 * *fine says. */
static struct trace_line *edit_line(struct trace_state *state, uint64_t object, int64_t awaits,
                                    uint32_t name, bool *fine) {
    *fine = true;
    if (awaits != 0) {
        if (name != state->common->words.waiters)
            return NULL; /* it is in no line of the task's */
        struct trace_state_task *awaited = edit_task(state, awaits);
        *fine = awaited != NULL;
        if (awaited == NULL)
            return NULL;
        awaited->waiters.name = name;
        return &awaited->waiters;
    }
    if (object == 0 || slot_of(state, object) == 0)
        return NULL;
    struct trace_state_object *of = edit_object(state, object);
    *fine = of != NULL;
    if (!*fine)
        return NULL;
    uint32_t i = 0;
    while (i < of->line_count && of->lines[i].name != name)
        i++;
    if (i == TRACE_STATE_LINES)
        return NULL;
    if (i == of->line_count)
        of->lines[of->line_count++].name = name;
    return &of->lines[i];
}

/* The task becomes the last one of the line that its record says. */
static bool enter_line(struct trace_state *state, struct trace_state_task *task) {
    bool fine;
    struct trace_line *line = edit_line(state, task->object, task->awaits, task->line, &fine);
    if (line == NULL)
        return fine;
    int64_t tid = task->tid, last = line->last;
    task->before = last;
    task->behind = 0;
    line->last = tid;
    line->count++;
    if (last == 0) {
        line->first = tid;
        return true;
    }
    struct trace_state_task *before = edit_task(state, last);
    if (before != NULL)
        before->behind = tid;
    return before != NULL;
}

static bool leave_line(struct trace_state *state, int64_t tid) {
    struct trace_state_task *task = edit_task(state, tid);
    bool fine = task != NULL;
    if (!fine)
        return false;
    int64_t before = task->before, behind = task->behind;
    struct trace_line *line = edit_line(state, task->object, task->awaits, task->line, &fine);
    task->before = task->behind = task->awaits = 0;
    task->object = 0;
    task->line = task->wait = 0;
    task->until_ns = INT64_MAX;
    if (line == NULL)
        return fine;
    line->count--;
    if (before == 0)
        line->first = behind;
    if (behind == 0)
        line->last = before;
    struct trace_state_task *one = before != 0 ? edit_task(state, before) : NULL;
    if (one != NULL)
        one->behind = behind;
    struct trace_state_task *other = behind != 0 ? edit_task(state, behind) : NULL;
    if (other != NULL)
        other->before = before;
    return (before == 0 || one != NULL) && (behind == 0 || other != NULL);
}

/* The line that those stand in who wait as `wait` says, where the trace does not name it. */
static uint32_t line_of_wait(const struct trace_state *state, struct trace_string wait) {
    static const struct {
        const char *verb;
        size_t length;
    } verbs[] = {{"put ", 4}, {"get ", 4}, {"join ", 5}};
    const uint32_t lines[] = {state->common->words.putters, state->common->words.getters,
                              state->common->words.joiners};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (wait.length > verbs[i].length && memcmp(wait.text, verbs[i].verb, verbs[i].length) == 0)
            return lines[i];
    return state->common->words.waiters;
}

/* --- Tasks ------------------------------------------------------------------------------------ */

static bool on_task_begin(struct trace_state *state, const struct trace_event *event) {
    struct trace_state_task *task = edit_task(state, event->tid);
    if (task == NULL || !trace_keep_text(state->common->strings, event->name, &task->name))
        return false;
    task->until_ns = INT64_MAX;
    state->now.tasks++;
    set_doing(state, task, TRACE_DOING_SOMETHING);
    return true;
}

static bool on_task_end(struct trace_state *state, const struct trace_event *event) {
    struct trace_state_task *task = edit_task(state, event->tid);
    if (task == NULL || !leave_line(state, event->tid))
        return false;
    set_doing(state, task, TRACE_DOING_ENDED);
    for (uint32_t next, variable = task->variables; variable != 0; variable = next) {
        struct trace_state_variable *free = trace_vector_edit(&state->variables, variable);
        if (free == NULL)
            return false;
        next = free->next;
        free->next = state->free_variable;
        state->free_variable = variable;
    }
    task->variables = 0;
    return trace_keep_argument(state->common->strings, event, TRACE_ARG_OUTCOME, &task->outcome) &&
           trace_keep_argument(state->common->strings, event, TRACE_ARG_ERROR, &task->error) &&
           trace_keep_argument(state->common->strings, event, TRACE_ARG_MESSAGE, &task->message);
}

static bool begin_wait(struct trace_state *state, const struct trace_event *event) {
    struct trace_state_task *task = edit_task(state, event->tid);
    if (task == NULL || !trace_keep_text(state->common->strings, event->name, &task->wait) ||
        !trace_keep_argument(state->common->strings, event, TRACE_ARG_LINE, &task->line))
        return false;
    task->object = (uint64_t)number_of(event, TRACE_ARG_OBJECT, 0);
    task->awaits = number_of(event, TRACE_ARG_TASK, 0);
    task->until_ns = number_of(event, TRACE_ARG_UNTIL, INT64_MAX);
    if (task->line == 0 && (task->object != 0 || task->awaits != 0))
        task->line = line_of_wait(state, event->name);
    bool sleeps = task->until_ns != INT64_MAX && task->object == 0 && task->awaits == 0;
    set_doing(state, task, sleeps ? TRACE_DOING_SLEEPS : TRACE_DOING_WAITS);
    return enter_line(state, task);
}

/* The task does something else now. */
static bool go_on(struct trace_state *state, int64_t tid, enum trace_doing doing) {
    struct trace_state_task *task = edit_task(state, tid);
    if (task == NULL)
        return false;
    bool waited = task->doing == TRACE_DOING_WAITS || task->doing == TRACE_DOING_SLEEPS;
    set_doing(state, task, doing);
    return !waited || leave_line(state, tid);
}

static bool count_span(struct trace_state *state, int64_t tid, int change) {
    struct trace_state_task *task = edit_task(state, tid);
    if (task != NULL)
        set_spans(state, task, change);
    return task != NULL;
}

/* --- The ready queue -------------------------------------------------------------------------- */

static bool read_entry(struct trace_state *state, const struct trace_event *event,
                       struct trace_state_entry *entry) {
    entry->task = number_of(event, TRACE_ARG_TASK, 0);
    return trace_keep_argument(state->common->strings, event, TRACE_ARG_ENTRY, &entry->kind);
}

static bool on_join(struct trace_state *state, const struct trace_event *event) {
    struct trace_state_entry *entry = trace_vector_edit(&state->ready, state->ready.count);
    if (entry == NULL || !read_entry(state, event, entry))
        return false;
    state->now.ready++;
    return entry->kind != state->common->words.task || go_on(state, entry->task, TRACE_DOING_READY);
}

static bool is_at(const struct trace_state *state, uint64_t place,
                  const struct trace_state_entry *entry) {
    if (place >= state->now.ready)
        return false;
    const struct trace_state_entry *there = trace_vector_at(&state->ready, place);
    return there->kind == entry->kind && there->task == entry->task;
}

static void left(struct trace_state *state, uint64_t place) {
    state->now.ready--;
    if (place < state->now.batch)
        state->now.batch--;
}

/* Those behind it move up. */
static bool on_leave(struct trace_state *state, const struct trace_event *event) {
    struct trace_state_entry entry;
    uint64_t place = (uint64_t)number_of(event, TRACE_ARG_PLACE, 0);
    if (!read_entry(state, event, &entry))
        return false;
    if (!is_at(state, place, &entry)) {
        state->now.doubtful = true;
        return true;
    }
    for (uint64_t i = place; i + 1 < state->now.ready; i++) {
        struct trace_state_entry *to = trace_vector_edit(&state->ready, i);
        if (to == NULL)
            return false;
        *to = *(const struct trace_state_entry *)trace_vector_at(&state->ready, i + 1);
    }
    trace_vector_pop(&state->ready);
    left(state, place);
    return true;
}

static bool on_turn_begin(struct trace_state *state, const struct trace_event *event) {
    struct trace_state_entry entry;
    if (!read_entry(state, event, &entry))
        return false;
    if (is_at(state, 0, &entry)) {
        trace_vector_shift(&state->ready);
        left(state, 0);
    } else {
        state->now.doubtful = true;
    }
    state->now.in_turn = true;
    state->now.turn = entry;
    return entry.kind != state->common->words.task || go_on(state, entry.task, TRACE_DOING_RUNS);
}

static void on_turn_end(struct trace_state *state) {
    state->now.in_turn = false;
    state->now.turn = (struct trace_state_entry){0};
}

/* --- Objects ---------------------------------------------------------------------------------- */

/* A record for a new object; NULL: no memory. */
static struct trace_state_object *add_object(struct trace_state *state, uint64_t id) {
    uint32_t place =
        state->free_object != 0 ? state->free_object - 1 : (uint32_t)state->objects.count;
    struct trace_state_object *object = trace_vector_edit(&state->objects, place);
    uint32_t *slot = trace_vector_edit(&state->slots, id);
    if (object == NULL || slot == NULL)
        return NULL;
    if (state->free_object != 0)
        state->free_object = (uint32_t)object->next;
    *slot = place + 1;
    *object = (struct trace_state_object){.id = id, .previous = state->last_object};
    trace_vector_init(&object->items, &text_kind, &state->common->bytes);
    struct trace_state_object *last =
        state->last_object != 0 ? edit_object(state, state->last_object) : NULL;
    if (last != NULL)
        last->next = id;
    else if (state->last_object == 0)
        state->first_object = id;
    else
        return NULL;
    state->last_object = id;
    return object;
}

/* The fields that the event has replace those of the same keys. */
static bool set_fields(struct trace_state *state, struct trace_state_object *object,
                       const struct trace_event *event, bool constant) {
    size_t count = trace_has(event, TRACE_ARG_STATE) ? event->field_count : 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t key, at = 0;
        if (!trace_keep_text(state->common->strings, event->fields[i].key, &key))
            return false;
        while (at < object->field_count && object->fields[at].key != key)
            at++;
        if (at == TRACE_FIELDS_MAX)
            continue;
        if (at == object->field_count)
            object->field_count++;
        object->fields[at] = (struct trace_state_field){key, constant, event->fields[i].number};
    }
    return true;
}

/* Made, or given another name. */
static bool on_object(struct trace_state *state, const struct trace_event *event) {
    uint64_t id = (uint64_t)number_of(event, TRACE_ARG_OBJECT, 0);
    struct trace_state_object *object =
        slot_of(state, id) != 0 ? edit_object(state, id) : add_object(state, id);
    return object != NULL && trace_keep_text(state->common->strings, event->name, &object->name) &&
           trace_keep_argument(state->common->strings, event, TRACE_ARG_TYPE, &object->type) &&
           set_fields(state, object, event, true);
}

static bool on_state(struct trace_state *state, const struct trace_event *event) {
    if (slot_of(state, event->id) == 0)
        return true; /* of another program's trace, where objects have no numbers */
    struct trace_state_object *object = edit_object(state, event->id);
    return object != NULL && set_fields(state, object, event, false);
}

static bool on_object_end(struct trace_state *state, const struct trace_event *event) {
    uint64_t id = (uint64_t)number_of(event, TRACE_ARG_OBJECT, 0);
    uint32_t place = slot_of(state, id);
    if (place == 0)
        return true;
    struct trace_state_object *object = edit_object(state, id);
    uint32_t *slot = trace_vector_edit(&state->slots, id);
    if (object == NULL || slot == NULL)
        return false;
    struct trace_state_object *before =
        object->previous != 0 ? edit_object(state, object->previous) : NULL;
    struct trace_state_object *behind = object->next != 0 ? edit_object(state, object->next) : NULL;
    if ((object->previous != 0 && before == NULL) || (object->next != 0 && behind == NULL))
        return false;
    if (before != NULL)
        before->next = object->next;
    else
        state->first_object = object->next;
    if (behind != NULL)
        behind->previous = object->previous;
    else
        state->last_object = object->previous;
    trace_vector_free(&object->items);
    *object = (struct trace_state_object){.next = state->free_object};
    state->free_object = place;
    *slot = 0;
    return true;
}

/* --- Items ------------------------------------------------------------------------------------ */

/* As asyncio.Queue, LifoQueue, PriorityQueue. */
enum order { FIFO, LIFO, PRIORITY };

static const uint32_t *item_at(const struct trace_vector *items, uint64_t index) {
    static const uint32_t none = 0;
    const uint32_t *item = trace_vector_at(items, index);
    return item != NULL ? item : &none;
}

/* The item comes to `place` in the heap's list, and what is above the end moves down. */
static bool put_in_heap(struct trace_vector *items, uint64_t place, uint32_t item) {
    uint64_t at = items->count;
    uint32_t *to = trace_vector_edit(items, at);
    while (to != NULL && at > place) {
        uint64_t above = (at - 1) / 2;
        *to = *item_at(items, above);
        at = above;
        to = trace_vector_edit(items, at);
    }
    if (to != NULL)
        *to = item;
    return to != NULL;
}

/* The first one goes; the last one comes to `place`, and what is on the way there moves up. */
static bool get_from_heap(struct trace_vector *items, uint64_t place) {
    uint32_t last = *item_at(items, items->count - 1);
    trace_vector_pop(items);
    if (items->count == 0)
        return true;
    uint64_t path[64], steps = 0;
    for (uint64_t at = place; at > 0; at = (at - 1) / 2)
        path[steps++] = at;
    uint64_t at = 0;
    while (steps > 0) {
        uint32_t *to = trace_vector_edit(items, at);
        if (to == NULL)
            return false;
        at = path[--steps];
        *to = *item_at(items, at);
    }
    uint32_t *to = trace_vector_edit(items, at);
    if (to != NULL)
        *to = last;
    return to != NULL;
}

static bool item_in(struct trace_vector *items, int64_t order, uint64_t place, uint32_t item) {
    if (order == PRIORITY)
        return put_in_heap(items, place, item);
    uint32_t *last = trace_vector_edit(items, items->count);
    if (last != NULL)
        *last = item;
    return last != NULL;
}

static bool item_out(struct trace_vector *items, int64_t order, uint64_t place) {
    if (order == PRIORITY)
        return get_from_heap(items, place);
    if (order == LIFO)
        trace_vector_pop(items);
    else
        trace_vector_shift(items);
    return true;
}

static bool is(struct trace_string text, const char *word) {
    return text.length == strlen(word) && memcmp(text.text, word, text.length) == 0;
}

static bool on_operation(struct trace_state *state, const struct trace_event *event) {
    uint64_t id = (uint64_t)number_of(event, TRACE_ARG_OBJECT, 0);
    uint32_t item;
    if (!trace_has(event, TRACE_ARG_MOVE) || slot_of(state, id) == 0)
        return true;
    struct trace_state_object *queue = edit_object(state, id);
    if (queue == NULL ||
        !trace_keep_argument(state->common->strings, event, TRACE_ARG_VALUE, &item))
        return false;
    struct trace_string move = event->args[TRACE_ARG_MOVE].text;
    int64_t order = trace_state_field(state, queue, "order", FIFO);
    uint64_t place = (uint64_t)number_of(event, TRACE_ARG_PLACE, 0);
    if (is(move, "in") && place <= queue->items.count)
        return item_in(&queue->items, order, place, item);
    if (is(move, "out") && queue->items.count > 0)
        return item_out(&queue->items, order, place);
    if (is(move, "all out"))
        trace_vector_clear(&queue->items);
    else
        state->now.doubtful = true;
    return true;
}

/* --- Variables -------------------------------------------------------------------------------- */

/* The variable of that name in the list that begins with `first`; 0: there is none, and *last is
 * the list's last one, 0 where it is empty. */
static uint32_t find_variable(const struct trace_state *state, uint32_t first, uint32_t name,
                              uint32_t *last) {
    *last = 0;
    for (uint32_t place = first; place != 0;) {
        const struct trace_state_variable *variable = trace_vector_at(&state->variables, place);
        if (variable->name == name)
            return place;
        *last = place;
        place = variable->next;
    }
    return 0;
}

/* The place of a new one; 0: no memory. */
static uint32_t add_variable(struct trace_state *state, uint32_t name) {
    uint32_t place = state->free_variable;
    if (place == 0)
        place = state->variables.count > 0 ? (uint32_t)state->variables.count : 1;
    struct trace_state_variable *variable = trace_vector_edit(&state->variables, place);
    if (variable == NULL)
        return 0;
    if (place == state->free_variable)
        state->free_variable = variable->next;
    *variable = (struct trace_state_variable){.name = name};
    return place;
}

/* Takes it out of the list, in which `before` is before it. */
static bool drop_variable(struct trace_state *state, uint32_t place, uint32_t before,
                          uint32_t *first) {
    struct trace_state_variable *variable = trace_vector_edit(&state->variables, place);
    struct trace_state_variable *other =
        before != 0 ? trace_vector_edit(&state->variables, before) : NULL;
    if (variable == NULL || (before != 0 && other == NULL))
        return false;
    *(other != NULL ? &other->next : first) = variable->next;
    *variable = (struct trace_state_variable){.next = state->free_variable};
    state->free_variable = place;
    return true;
}

static bool on_variable(struct trace_state *state, const struct trace_event *event) {
    uint32_t name, value, last, *first = &state->global_variables;
    struct trace_state_task *task = NULL;
    if (event->tid != TRACE_LOOP_TID && (task = edit_task(state, event->tid)) == NULL)
        return false;
    if (task != NULL)
        first = &task->variables;
    if (!trace_keep_text(state->common->strings, event->name, &name) ||
        !trace_keep_argument(state->common->strings, event, TRACE_ARG_VALUE, &value))
        return false;
    uint32_t place = find_variable(state, *first, name, &last);
    if (!trace_has(event, TRACE_ARG_VALUE))
        return place == 0 || drop_variable(state, place, last, first);
    if (place == 0) {
        place = add_variable(state, name);
        struct trace_state_variable *before =
            last != 0 ? trace_vector_edit(&state->variables, last) : NULL;
        if (place == 0 || (last != 0 && before == NULL))
            return false;
        *(before != NULL ? &before->next : first) = place;
    }
    struct trace_state_variable *variable = trace_vector_edit(&state->variables, place);
    if (variable != NULL)
        variable->value = value;
    return variable != NULL;
}

/* --- Events ----------------------------------------------------------------------------------- */

static bool runs(const struct trace_state *state, int64_t tid) {
    const struct trace_state_task *task = trace_state_task(state, tid);
    return task != NULL && task->doing == TRACE_DOING_RUNS;
}

/* By which a trace without details tells what a task does. */
static bool take_slice(struct trace_state *state, const struct trace_event *event) {
    int64_t tid = event->tid;
    switch (event->kind) {
    case TRACE_WAIT_BEGIN:
        return begin_wait(state, event);
    case TRACE_READY_BEGIN:
        return go_on(state, tid, TRACE_DOING_READY);
    case TRACE_WAIT_END:
    case TRACE_READY_END:
        return go_on(state, tid, TRACE_DOING_SOMETHING);
    case TRACE_RUN_BEGIN:
        state->now.in_turn = true;
        state->now.turn.task = number_of(event, TRACE_ARG_TASK, 0);
        return state->now.turn.task == 0 || go_on(state, state->now.turn.task, TRACE_DOING_RUNS);
    case TRACE_RUN_END:
        tid = state->now.turn.task;
        on_turn_end(state);
        return !runs(state, tid) || go_on(state, tid, TRACE_DOING_SOMETHING);
    default:
        return true;
    }
}

/* The same of a trace with details. */
static bool take_detail(struct trace_state *state, const struct trace_event *event) {
    switch (event->kind) {
    case TRACE_PARK:
        return begin_wait(state, event);
    case TRACE_READY_JOIN:
        return on_join(state, event);
    case TRACE_READY_LEAVE:
        return on_leave(state, event);
    case TRACE_TURN_BEGIN:
        return on_turn_begin(state, event);
    case TRACE_TURN_END:
        on_turn_end(state);
        return true;
    case TRACE_ITERATION:
        state->now.iteration = (uint64_t)number_of(event, TRACE_ARG_NUMBER, 0);
        state->now.batch = state->now.ready;
        return true;
    case TRACE_OPERATION:
        return on_operation(state, event);
    case TRACE_VARIABLE:
        return on_variable(state, event);
    default:
        return true;
    }
}

static bool take(struct trace_state *state, const struct trace_event *event) {
    switch (event->kind) {
    case TRACE_HEADER:
        state->now.detailed = number_of(event, TRACE_ARG_DETAILED, 0) != 0;
        return true;
    case TRACE_TASK_BEGIN:
        return on_task_begin(state, event);
    case TRACE_TASK_END:
        return on_task_end(state, event);
    case TRACE_SPAN_BEGIN:
        return count_span(state, event->tid, 1);
    case TRACE_SPAN_END:
        return count_span(state, event->tid, -1);
    case TRACE_OBJECT:
        return on_object(state, event);
    case TRACE_STATE:
        return on_state(state, event);
    case TRACE_OBJECT_END:
        return on_object_end(state, event);
    case TRACE_LOOP_END:
        return trace_keep_argument(state->common->strings, event, TRACE_ARG_OUTCOME,
                                   &state->now.outcome);
    default:
        return state->now.detailed ? take_detail(state, event) : take_slice(state, event);
    }
}

/* The run is over, and what it left open is ended in the trace: in the run it has not ended. */
static bool ends_nothing(const struct trace_event *event) {
    return event->kind != TRACE_LOOP_END && trace_has(event, TRACE_ARG_OUTCOME) &&
           is(event->args[TRACE_ARG_OUTCOME].text, "pending");
}

int trace_state_take(struct trace_state *state, const struct trace_event *event) {
    state->now.ordinal = event->ordinal;
    state->now.time_ns = event->time_ns;
    if (state->pid == 0)
        state->pid = event->pid;
    if (!trace_changes_state(event->kind) || event->pid != state->pid || ends_nothing(event))
        return 0;
    return take(state, event) ? 0 : CAD_ENOMEM;
}

/* --- Asking ----------------------------------------------------------------------------------- */

const struct trace_now *trace_state_now(const struct trace_state *state) {
    return &state->now;
}

const char *trace_state_text(const struct trace_state *state, uint32_t text) {
    return base_strings_text(state->common->strings, text);
}

struct base_strings *trace_state_strings(const struct trace_state *state) {
    return state->common->strings;
}

size_t trace_state_memory(const struct trace_state *state) {
    return state->common->bytes;
}

size_t trace_state_memory_alone(const struct trace_state *state) {
    const struct trace_vector *vectors[] = {&state->tasks, &state->ready, &state->slots,
                                            &state->objects, &state->variables};
    size_t sum = 0;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        sum += (size_t)vectors[i]->count * vectors[i]->kind->size;
    return sum + sum / 2; /* with the trees above the records */
}

const struct trace_state_task *trace_state_task(const struct trace_state *state, int64_t tid) {
    if (tid <= TRACE_LOOP_TID || (uint64_t)tid >= state->tasks.count)
        return NULL;
    const struct trace_state_task *task = trace_vector_at(&state->tasks, (uint64_t)tid);
    return task != NULL && task->doing != TRACE_DOING_NOTHING ? task : NULL;
}

struct trace_state_entry trace_state_ready(const struct trace_state *state, uint64_t place) {
    return *(const struct trace_state_entry *)trace_vector_at(&state->ready, place);
}

const struct trace_state_object *trace_state_object(const struct trace_state *state, uint64_t id) {
    uint32_t slot = slot_of(state, id);
    return slot != 0 ? trace_vector_at(&state->objects, slot - 1) : NULL;
}

const struct trace_state_object *trace_state_next_object(const struct trace_state *state,
                                                         const struct trace_state_object *object) {
    return trace_state_object(state, object != NULL ? object->next : state->first_object);
}

int64_t trace_state_field(const struct trace_state *state, const struct trace_state_object *object,
                          const char *key, int64_t otherwise) {
    uint32_t number = base_strings_find(state->common->strings, key, strlen(key));
    for (uint32_t i = 0; i < object->field_count; i++)
        if (object->fields[i].key == number)
            return object->fields[i].value;
    return otherwise;
}

uint64_t trace_state_items(const struct trace_state_object *object) {
    return object->items.count;
}

uint32_t trace_state_item(const struct trace_state_object *object, uint64_t index) {
    return *item_at(&object->items, index);
}

const struct trace_state_variable *
trace_state_next_variable(const struct trace_state *state, int64_t tid,
                          const struct trace_state_variable *variable) {
    uint32_t next = state->global_variables;
    if (variable != NULL) {
        next = variable->next;
    } else if (tid != TRACE_LOOP_TID) {
        const struct trace_state_task *task = trace_state_task(state, tid);
        next = task != NULL ? task->variables : 0;
    }
    return next != 0 ? trace_vector_at(&state->variables, next) : NULL;
}
