/* The rules of docs/trace-format.md, each once, for whoever takes the events of a trace. */
#include "trace/rules.h"

#include "base/memory.h"
#include "cadran.h"
#include "trace/arguments.h"
#include "trace/event.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Deeper than this no scenario nests its spans. */
enum { DEPTH_MAX = 10000 };

#define NONE UINT32_MAX

/* How much of a text goes into a message, in bytes. */
enum { SHOWN = 100 };

/* A slice that is open. Its name, as it is written, and before it its category where the table does
 * not have it, are in the texts of its lane, up to those of the next one. */
struct trace_rules_slice {
    size_t from; /* counted from the end of the lane's name */
    uint32_t category_length;
    uint32_t name_length;
    uint32_t outer;   /* the slice around it, or the next free one; 0: none */
    uint8_t category; /* enum trace_category; OTHER: one that the table does not have */
};

/* A track that has a name or an open slice. */
struct trace_rules_lane {
    int64_t tid;
    uint32_t process; /* NONE: it is free */
    uint32_t next_free;
    bool wait_woken; /* the wait that is open has its wake */
    bool has_point;  /* the wait without length that came last, at point_ns, has none */
    bool task_ended; /* its task has, or what its lane is of */
    bool remembered; /* it is in `ended` */
    int64_t point_ns;
    uint32_t open; /* the innermost open slice; 0: none is */
    uint32_t depth;
    char *texts;        /* the track's name, as it is written, then those of its slices */
    size_t name_length; /* 0: it has none */
    size_t text_length; /* behind the name */
    size_t text_capacity;
};

struct trace_rules_process {
    int64_t pid;
    struct base_map lanes; /* by tid */
    struct base_map begun; /* tasks and lanes that have: a bit each, TIDS_TOGETHER by one key */
};

enum { TIDS_TOGETHER = 16 };

/* --- Messages --------------------------------------------------------------------------------- */

static int refuse_line(struct trace_rules *rules, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse_line(struct trace_rules *rules, uint64_t line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(rules->fault, sizeof rules->fault, format, arguments);
    va_end(arguments);
    rules->fault_line = line;
    return CAD_EINVAL;
}

#define REFUSE(rules, ...) refuse_line(rules, (rules)->line, __VA_ARGS__)

/* The beginning of a text, without its escapes. */
struct words {
    char text[SHOWN + 1];
};

static struct words words_of(struct trace_raw raw) {
    struct words words;
    size_t length = raw.text == NULL ? 0 : trace_scan_decode(raw, words.text, SHOWN);
    words.text[length] = '\0';
    return words;
}

/* How much of a text that is shown as it is written. */
static int shown(struct trace_raw text) {
    return text.length < SHOWN ? (int)text.length : SHOWN;
}

static struct words track_name(const struct trace_rules_lane *lane, int64_t tid) {
    if (lane != NULL && lane->name_length > 0)
        return words_of((struct trace_raw){lane->texts, lane->name_length});
    struct words words;
    snprintf(words.text, sizeof words.text, "thread %lld", (long long)tid);
    return words;
}

/* --- Tracks ----------------------------------------------------------------------------------- */

static uint32_t find_or_add_process(struct trace_rules *rules, int64_t pid) {
    uint32_t process = base_map_get(&rules->processes_by_pid, (uint64_t)pid);
    if (process != NONE)
        return process;
    process = (uint32_t)rules->process_count;
    if (process == NONE - 1 ||
        !base_grow(&rules->processes, &rules->process_capacity, rules->process_count,
                   sizeof *rules->processes) ||
        !base_map_put(&rules->processes_by_pid, (uint64_t)pid, process))
        return NONE;
    rules->processes[rules->process_count++] = (struct trace_rules_process){.pid = pid};
    return process;
}

/* Most traces have one. */
static inline uint32_t process_of(struct trace_rules *rules, int64_t pid) {
    bool is_first = rules->process_count > 0 && rules->processes[0].pid == pid;
    return is_first ? 0 : find_or_add_process(rules, pid);
}

/* NULL where the track has neither a name nor an open slice. */
static struct trace_rules_lane *find_lane(struct trace_rules *rules, uint32_t process,
                                          int64_t tid) {
    if (rules->last_lane < rules->lane_count) {
        struct trace_rules_lane *last = &rules->lanes[rules->last_lane];
        if (last->tid == tid && last->process == process)
            return last;
    }
    uint32_t lane = base_map_get(&rules->processes[process].lanes, (uint64_t)tid);
    if (lane == NONE)
        return NULL;
    rules->last_lane = lane;
    return &rules->lanes[lane];
}

/* A lane that nobody has, with the memory of who had it before. */
static uint32_t take_free_lane(struct trace_rules *rules) {
    if (rules->free_lane != 0) {
        uint32_t lane = rules->free_lane - 1;
        rules->free_lane = rules->lanes[lane].next_free;
        return lane;
    }
    if (rules->lane_count >= NONE - 1 ||
        !base_grow(&rules->lanes, &rules->lane_capacity, rules->lane_count, sizeof *rules->lanes))
        return NONE;
    rules->lanes[rules->lane_count] = (struct trace_rules_lane){0};
    return (uint32_t)rules->lane_count++;
}

static void give_back(struct trace_rules *rules, uint32_t number) {
    struct trace_rules_lane *lane = &rules->lanes[number];
    lane->process = NONE;
    lane->next_free = rules->free_lane;
    rules->free_lane = number + 1;
}

/* NULL: no memory. */
static struct trace_rules_lane *make_lane(struct trace_rules *rules, uint32_t process,
                                          int64_t tid) {
    struct trace_rules_lane *lane = find_lane(rules, process, tid);
    if (lane != NULL)
        return lane;
    uint32_t number = take_free_lane(rules);
    if (number == NONE)
        return NULL;
    if (!base_map_put(&rules->processes[process].lanes, (uint64_t)tid, number)) {
        give_back(rules, number);
        return NULL;
    }
    lane = &rules->lanes[number];
    lane->tid = tid;
    lane->process = process;
    lane->wait_woken = lane->has_point = lane->task_ended = lane->remembered = false;
    lane->open = lane->depth = 0;
    lane->text_length = lane->name_length = 0;
    rules->last_lane = number;
    return lane;
}

/* So many others have ended since. One on which a slice has begun again, as other programs' may,
 * comes back when that has ended. */
static void forget_lane(struct trace_rules *rules, uint32_t number) {
    struct trace_rules_lane *lane = &rules->lanes[number];
    lane->remembered = false;
    if (lane->open != 0)
        return;
    base_map_remove(&rules->processes[lane->process].lanes, (uint64_t)lane->tid);
    give_back(rules, number);
}

/* After the end of its task a track is known by its name, for messages, until so many others have
 * ended; then nothing more is known of it than that it had one. */
static void end_lane(struct trace_rules *rules, struct trace_rules_lane *lane) {
    lane->has_point = false;
    if (lane->remembered)
        return;
    uint32_t *last = &rules->ended[rules->ended_count++ % TRACE_RULES_ENDED];
    if (rules->ended_count > TRACE_RULES_ENDED)
        forget_lane(rules, *last);
    lane->remembered = true;
    *last = (uint32_t)(lane - rules->lanes);
}

/* Also of no size there is a place then. */
static bool reserve(char **bytes, size_t *capacity, size_t size) {
    if (size <= *capacity && *bytes != NULL)
        return true;
    char *more = base_realloc(*bytes, 2 * size);
    if (more == NULL)
        return false;
    *bytes = more;
    *capacity = 2 * size;
    return true;
}

/* The name of a track, for messages. */
static int take_metadata(struct trace_rules *rules, enum trace_kind kind,
                         const struct trace_raw_event *event) {
    struct trace_raw name;
    if (kind != TRACE_THREAD_NAME || event->pid < 1 || event->tid < 1 ||
        !trace_raw_argument(event, "name", &name) || name.text[0] != '"')
        return 0;
    uint32_t process = process_of(rules, event->pid);
    struct trace_rules_lane *lane = process == NONE ? NULL : make_lane(rules, process, event->tid);
    size_t length = name.length - 2;
    if (lane == NULL || !reserve(&lane->texts, &lane->text_capacity, length + lane->text_length))
        return CAD_ENOMEM;
    memmove(lane->texts + length, lane->texts + lane->name_length, lane->text_length);
    memcpy(lane->texts, name.text + 1, length);
    lane->name_length = length;
    return 0;
}

/* --- Slices ----------------------------------------------------------------------------------- */

static const struct trace_rules_slice *innermost(const struct trace_rules *rules,
                                                 const struct trace_rules_lane *lane) {
    return lane == NULL || lane->open == 0 ? NULL : &rules->slices[lane->open];
}

static struct trace_raw category_of(const struct trace_rules_lane *lane,
                                    const struct trace_rules_slice *slice) {
    if (slice->category != TRACE_CATEGORY_OTHER) {
        const char *text = trace_categories[slice->category];
        return (struct trace_raw){text, strlen(text)};
    }
    return (struct trace_raw){lane->texts + lane->name_length + slice->from,
                              slice->category_length};
}

static struct trace_raw name_of(const struct trace_rules_lane *lane,
                                const struct trace_rules_slice *slice) {
    return (struct trace_raw){
        lane->texts + lane->name_length + slice->from + slice->category_length, slice->name_length};
}

/* 0: no memory. */
static uint32_t take_free_slice(struct trace_rules *rules) {
    if (rules->free_slice != 0) {
        uint32_t slice = rules->free_slice;
        rules->free_slice = rules->slices[slice].outer;
        return slice;
    }
    if (rules->slice_count >= NONE - 1 || !base_grow(&rules->slices, &rules->slice_capacity,
                                                     rules->slice_count + 1, sizeof *rules->slices))
        return 0;
    return (uint32_t)++rules->slice_count;
}

/* Ends the innermost slice; what it was is there until the next one begins. */
static void drop_innermost(struct trace_rules *rules, struct trace_rules_lane *lane) {
    uint32_t number = lane->open;
    struct trace_rules_slice *slice = &rules->slices[number];
    lane->text_length = slice->from;
    lane->open = slice->outer;
    lane->depth--;
    slice->outer = rules->free_slice;
    rules->free_slice = number;
}

/* Whether two texts are the same without their escapes; 0, 1 or CAD_ENOMEM. */
static int same_text(struct trace_rules *rules, struct trace_raw a, struct trace_raw b) {
    if (a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0))
        return 1;
    size_t room = 3 * a.length;
    if (!reserve(&rules->scratch, &rules->scratch_capacity, room + 3 * b.length))
        return CAD_ENOMEM;
    char *second = rules->scratch + room;
    size_t length = a.length == 0 ? 0 : trace_scan_decode(a, rules->scratch, room);
    size_t other = b.length == 0 ? 0 : trace_scan_decode(b, second, 3 * b.length);
    return length == other && memcmp(rules->scratch, second, length) == 0;
}

/* Whether it is the slice that a track is there for. */
static bool is_life(uint8_t category) {
    return category == TRACE_CATEGORY_TASK || category == TRACE_CATEGORY_LANE;
}

/* Marks that what a track is there for has begun. 0; CAD_EINVAL where it has before; CAD_ENOMEM. */
static int begin_life(struct trace_rules *rules, uint32_t process, uint8_t category,
                      const struct trace_raw_event *event) {
    struct base_map *begun = &rules->processes[process].begun;
    uint64_t key = (uint64_t)event->tid / TIDS_TOGETHER;
    uint32_t bit = UINT32_C(1) << (uint64_t)event->tid % TIDS_TOGETHER;
    uint32_t bits = base_map_get(begun, key);
    if (bits == NONE)
        bits = 0;
    if ((bits & bit) != 0)
        return REFUSE(rules, "%s \"%s\" begins twice", trace_categories[category],
                      words_of(event->name).text);
    return base_map_put(begun, key, bits | bit) ? 0 : CAD_ENOMEM;
}

/* What a slice lies in: a task's, in its task, and nothing in what is no work. */
static int check_outer(struct trace_rules *rules, const struct trace_rules_lane *lane,
                       const struct trace_kind_row *row, const struct trace_raw_event *event) {
    const struct trace_rules_slice *outer = innermost(rules, lane);
    if (row->place == TRACE_ON_TASK && row->category != TRACE_CATEGORY_TASK && outer == NULL)
        return REFUSE(rules, "a %s slice outside of a task, on track \"%s\"",
                      trace_categories[row->category], track_name(lane, event->tid).text);
    if (outer == NULL)
        return 0;
    bool waits = outer->category == TRACE_CATEGORY_WAIT;
    if (waits && row->category == TRACE_CATEGORY_WAIT)
        return REFUSE(rules, "task \"%s\" begins to wait while it waits for \"%s\"",
                      track_name(lane, event->tid).text, words_of(name_of(lane, outer)).text);
    if (waits || outer->category == TRACE_CATEGORY_READY)
        return REFUSE(rules, "task \"%s\" does something while it does not run (%s \"%s\" is open)",
                      track_name(lane, event->tid).text, trace_categories[outer->category],
                      words_of(name_of(lane, outer)).text);
    if (lane->depth > DEPTH_MAX)
        return REFUSE(rules, "more than %d slices inside one another", DEPTH_MAX);
    return 0;
}

static int begin_slice(struct trace_rules *rules, uint32_t process, uint8_t category,
                       const struct trace_raw_event *event) {
    struct trace_rules_lane *lane = make_lane(rules, process, event->tid);
    size_t category_length = category == TRACE_CATEGORY_OTHER ? event->category.length : 0;
    size_t size = category_length + event->name.length;
    if (lane == NULL ||
        !reserve(&lane->texts, &lane->text_capacity, lane->name_length + lane->text_length + size))
        return CAD_ENOMEM;
    uint32_t number = take_free_slice(rules);
    if (number == 0)
        return CAD_ENOMEM;
    char *to = lane->texts + lane->name_length + lane->text_length;
    if (category_length > 0)
        memcpy(to, event->category.text, category_length);
    if (event->name.length > 0)
        memcpy(to + category_length, event->name.text, event->name.length);
    rules->slices[number] = (struct trace_rules_slice){
        .from = lane->text_length,
        .category_length = (uint32_t)category_length,
        .name_length = (uint32_t)event->name.length,
        .outer = lane->open,
        .category = category,
    };
    lane->open = number;
    lane->depth++;
    lane->text_length += size;
    return 0;
}

/* A slice begins, or is one without length. */
static int take_slice(struct trace_rules *rules, uint32_t process, const struct trace_kind_row *row,
                      const struct trace_raw_event *event) {
    struct trace_rules_lane *lane = find_lane(rules, process, event->tid);
    int error = check_outer(rules, lane, row, event);
    if (error != 0)
        return error;
    if (event->phase != 'B') {
        if (row->category == TRACE_CATEGORY_WAIT) {
            lane->has_point = true;
            lane->point_ns = event->ts_ns;
        }
        return 0;
    }
    if (is_life(row->category) && (error = begin_life(rules, process, row->category, event)) != 0)
        return error;
    return begin_slice(rules, process, row->category, event);
}

/* Whether the event, of a category that the table may have, says the slice's; 0, 1 or CAD_ENOMEM.
 */
static int ends_innermost(struct trace_rules *rules, const struct trace_rules_lane *lane,
                          uint8_t category, const struct trace_raw_event *event) {
    const struct trace_rules_slice *slice = &rules->slices[lane->open];
    int same = 1;
    if (category == TRACE_CATEGORY_OTHER || category != slice->category)
        same = same_text(rules, event->category, category_of(lane, slice));
    return same == 1 ? same_text(rules, event->name, name_of(lane, slice)) : same;
}

static int end_slice(struct trace_rules *rules, uint32_t process, uint8_t category,
                     const struct trace_raw_event *event) {
    struct trace_rules_lane *lane = find_lane(rules, process, event->tid);
    const struct trace_rules_slice *slice = innermost(rules, lane);
    if (slice == NULL)
        return REFUSE(rules, "an end of %.*s \"%.*s\", but nothing is open on track \"%s\"",
                      shown(event->category), event->category.text, shown(event->name),
                      event->name.text, track_name(lane, event->tid).text);
    int same = ends_innermost(rules, lane, category, event);
    if (same < 0)
        return same;
    if (same == 0)
        return REFUSE(
            rules,
            "an end of %.*s \"%.*s\", but %s \"%s\" is the innermost open slice of track \"%s\"",
            shown(event->category), event->category.text, shown(event->name), event->name.text,
            words_of(category_of(lane, slice)).text, words_of(name_of(lane, slice)).text,
            track_name(lane, event->tid).text);
    drop_innermost(rules, lane);
    lane->wait_woken = false;
    lane->task_ended |= is_life(slice->category);
    if (lane->task_ended && lane->open == 0)
        end_lane(rules, lane);
    return 0;
}

/* --- Wakes ------------------------------------------------------------------------------------ */

/* Its id, above 0; and that it is called what the table says. */
static int check_wake(struct trace_rules *rules, enum trace_kind kind, enum trace_kind like,
                      const struct trace_raw_event *event, uint64_t *id) {
    int64_t number;
    if (!trace_raw_id(event, &number) || number < 1)
        return REFUSE(rules, "a wake without an id above 0");
    if (like == TRACE_UNKNOWN)
        return REFUSE(rules, "a wake's category is \"wake\", not \"%.*s\"", shown(event->category),
                      event->category.text);
    if (kind == TRACE_UNKNOWN)
        return REFUSE(rules, "a wake's name is \"%s\", not \"%.*s\"", trace_kinds[like].name,
                      shown(event->name), event->name.text);
    *id = (uint64_t)number;
    return 0;
}

static int begin_wake(struct trace_rules *rules, const struct trace_raw_event *event, uint64_t id) {
    if (id <= rules->last_wake_id)
        return REFUSE(rules, "wake %llu after wake %llu: the ids of wakes must rise",
                      (unsigned long long)id, (unsigned long long)rules->last_wake_id);
    rules->last_wake_id = id;
    if (rules->half_wake_count >= NONE - 1 ||
        !base_grow(&rules->half_wakes, &rules->half_wake_capacity, rules->half_wake_count,
                   sizeof *rules->half_wakes) ||
        !base_map_put(&rules->half_wakes_by_id, id, (uint32_t)rules->half_wake_count))
        return CAD_ENOMEM;
    rules->half_wakes[rules->half_wake_count++] = (struct trace_half_wake){
        .id = id,
        .line = rules->line,
        .time_ns = event->ts_ns,
        .pid = event->pid,
        .tid = event->tid,
    };
    return 0;
}

/* Takes one of them out; the last one has its place then, of which the map knows already. */
static struct trace_half_wake take_half_wake(struct trace_rules *rules, uint32_t index) {
    struct trace_half_wake wake = rules->half_wakes[index];
    struct trace_half_wake last = rules->half_wakes[--rules->half_wake_count];
    if (index != rules->half_wake_count) {
        rules->half_wakes[index] = last;
        (void)base_map_put(&rules->half_wakes_by_id, last.id, index); /* it is there already */
    }
    base_map_remove(&rules->half_wakes_by_id, wake.id);
    return wake;
}

static int end_wake(struct trace_rules *rules, uint32_t process,
                    const struct trace_raw_event *event, uint64_t id) {
    uint32_t found = base_map_get(&rules->half_wakes_by_id, id);
    if (found == NONE)
        return REFUSE(rules, "wake %llu ends (\"f\"), but has not begun (\"s\")",
                      (unsigned long long)id);
    if (!event->binds_enclosing)
        return REFUSE(rules, "wake %llu ends without \"bp\":\"e\"", (unsigned long long)id);
    struct trace_rules_lane *lane = find_lane(rules, process, event->tid);
    const struct trace_rules_slice *slice = innermost(rules, lane);
    bool point = lane != NULL && lane->has_point && lane->point_ns == event->ts_ns;
    if (!point && (slice == NULL || slice->category != TRACE_CATEGORY_WAIT || lane->wait_woken))
        return REFUSE(rules, "wake %llu of task \"%s\", which does not wait",
                      (unsigned long long)id, track_name(lane, event->tid).text);
    lane->wait_woken = !point;
    lane->has_point = false;
    rules->ends_point = point;
    rules->wake = take_half_wake(rules, found);
    return 0;
}

/* --- Events ----------------------------------------------------------------------------------- */

static bool is_own_phase(char phase) {
    switch (phase) {
    case 'B':
    case 'E':
    case 's':
    case 'f':
    case 'i':
    case 'C':
        return true;
    default:
        return false;
    }
}

static int check_event(struct trace_rules *rules, const struct trace_raw_event *event) {
    if (!is_own_phase(event->phase))
        return REFUSE(rules, "an event with \"ph\":\"%c\", which a trace of ours does not have",
                      event->phase == '\0' ? ' ' : event->phase);
    if (event->name.text == NULL)
        return REFUSE(rules, "an event without a name");
    if (event->odd)
        return REFUSE(rules, "an event with a text where a number is to be, or a number where a "
                             "text is to be");
    if (!event->has_ts)
        return REFUSE(rules, "an event without a time (\"ts\")");
    if (event->pid < 1 || event->tid < 1 || event->pid_text.text != NULL ||
        event->tid_text.text != NULL)
        return REFUSE(rules, "an event whose \"pid\" or \"tid\" is not a number above 0");
    if (event->ts_ns < rules->time_ns)
        return REFUSE(rules, "time goes back, from %lld.%03d to %lld.%03d",
                      (long long)(rules->time_ns / 1000), (int)(rules->time_ns % 1000),
                      (long long)(event->ts_ns / 1000), (int)(event->ts_ns % 1000));
    int64_t object;
    if (event->phase == 'C' && event->id.text != NULL && !trace_raw_id(event, &object))
        return REFUSE(rules, "an object's \"id\" is not a number");
    return 0;
}

/* Whether it has the arguments that the table says. */
static int check_arguments(struct trace_rules *rules, enum trace_kind kind,
                           const struct trace_raw_event *event) {
    struct trace_argument_fault fault;
    if (trace_arguments_fit(kind, trace_arguments_of(event), &fault))
        return 0;
    const char *category =
        event->phase == 'M' ? "metadata" : trace_categories[trace_kinds[kind].category];
    struct words name = words_of(event->name);
    if (fault.argument == TRACE_ARG_STATE) /* they have keys of their own */
        return REFUSE(rules, "\"%c\" of %s \"%s\" %s", event->phase, category, name.text,
                      fault.missing ? "without a value" : "with a value that is no whole number");
    const char *key = trace_arguments[fault.argument].key;
    if (fault.missing)
        return REFUSE(rules, "\"%c\" of %s \"%s\" without its argument \"%s\"", event->phase,
                      category, name.text, key);
    return REFUSE(rules, "the argument \"%s\" of \"%c\" of %s \"%s\" is no %s", key, event->phase,
                  category, name.text, fault.type);
}

/* Whether it is on the track of whom the table says. */
static int check_place(struct trace_rules *rules, uint32_t process,
                       const struct trace_kind_row *row, const struct trace_raw_event *event) {
    bool on_loop = event->tid == TRACE_LOOP_TID, on_lane = event->tid > TRACE_LANE_TID;
    const char *category = trace_categories[row->category];
    const char *what = row->phase == 'B' ? "slice" : row->phase == 'C' ? "counter" : "event";
    if ((row->place == TRACE_ON_LOOP && !on_loop) || (row->place == TRACE_ON_LANE && !on_lane))
        return REFUSE(rules, "a %s %s on track \"%s\"", category, what,
                      track_name(find_lane(rules, process, event->tid), event->tid).text);
    if (row->place != TRACE_ON_TASK || (!on_loop && !on_lane))
        return 0;
    if (row->category == TRACE_CATEGORY_TASK)
        return REFUSE(rules, on_loop ? "a task on the loop's track" : "a task on a lane's track");
    return REFUSE(rules, "a %s %s outside of a task, on track \"%s\"", category, what,
                  track_name(find_lane(rules, process, event->tid), event->tid).text);
}

/* Whether it is a slice, with or without a length, or its end: those are held to their place by
 * what they lie in, whatever they are called. */
static bool is_slice(const struct trace_kind_row *row, char phase) {
    return phase == 'B' || row->category == TRACE_CATEGORY_WAIT ||
           row->category == TRACE_CATEGORY_SPAN;
}

static int take_event(struct trace_rules *rules, struct trace_found_kind found,
                      const struct trace_raw_event *event) {
    if (event->phase == 'M')
        return take_metadata(rules, found.kind, event);
    int error = check_event(rules, event);
    if (error != 0)
        return error;
    rules->time_ns = event->ts_ns;
    uint32_t process = process_of(rules, event->pid);
    if (process == NONE)
        return CAD_ENOMEM;
    if (event->phase == 'E') /* on the track of its begin, as they are a pair */
        return end_slice(rules, process, trace_kinds[found.like].category, event);

    /* Of a slice the category is what counts, of all else the kind. */
    uint64_t id = 0;
    bool wake = event->phase == 's' || event->phase == 'f';
    if (wake && (error = check_wake(rules, found.kind, found.like, event, &id)) != 0)
        return error;
    const struct trace_kind_row *row = &trace_kinds[event->phase == 'B' ? found.like : found.kind];
    if ((error = check_place(rules, process, row, event)) != 0)
        return error;
    if (wake)
        return event->phase == 's' ? begin_wake(rules, event, id)
                                   : end_wake(rules, process, event, id);
    return event->phase != 'C' && is_slice(row, event->phase)
               ? take_slice(rules, process, row, event)
               : 0;
}

int trace_rules_take(struct trace_rules *rules, struct trace_found_kind found,
                     const struct trace_raw_event *event, uint64_t line) {
    rules->line = line;
    int error = take_event(rules, found, event);
    return error != 0 ? error : check_arguments(rules, found.kind, event);
}

/* --- The end ---------------------------------------------------------------------------------- */

int trace_rules_end(struct trace_rules *rules) {
    if (rules->half_wake_count > 0) {
        const struct trace_half_wake *first = &rules->half_wakes[0];
        for (size_t i = 1; i < rules->half_wake_count; i++)
            if (rules->half_wakes[i].id < first->id)
                first = &rules->half_wakes[i];
        return refuse_line(rules, first->line, "wake %llu never ends (\"f\")",
                           (unsigned long long)first->id);
    }
    for (size_t i = 0; i < rules->lane_count; i++) {
        const struct trace_rules_lane *lane = &rules->lanes[i];
        const struct trace_rules_slice *slice = innermost(rules, lane);
        if (lane->process != NONE && slice != NULL)
            return REFUSE(rules, "the trace ends, but %s \"%s\" of track \"%s\" is still open",
                          words_of(category_of(lane, slice)).text,
                          words_of(name_of(lane, slice)).text, track_name(lane, lane->tid).text);
    }
    return 0;
}

void trace_rules_free(struct trace_rules *rules) {
    for (size_t i = 0; i < rules->lane_count; i++) {
        base_free(rules->lanes[i].texts);
    }
    for (size_t i = 0; i < rules->process_count; i++) {
        base_map_free(&rules->processes[i].lanes);
        base_map_free(&rules->processes[i].begun);
    }
    base_free(rules->lanes);
    base_free(rules->slices);
    base_free(rules->processes);
    base_map_free(&rules->processes_by_pid);
    base_free(rules->half_wakes);
    base_map_free(&rules->half_wakes_by_id);
    base_free(rules->scratch);
    *rules = (struct trace_rules){0};
}
