/* Which numbers of a trace belong to one object, and what they are to it. By their keys: a type of
 * a later version is shown as far as its keys are known. */
#include "objects.h"

#include "base/map.h"
#include "base/memory.h"
#include "cadran.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *zeros(size_t count, size_t size) {
    return calloc(count > 0 ? count : 1, size);
}

/* --- Counters ------------------------------------------------------------------------------- */

/* What a counter is to its object, by its key; the first of a row is preferred. */
static uint32_t *place_of(struct viz_object *object, const char *key) {
    static const char *const levels[] = {"size", "value", "n_waiting", "tasks",
                                         "set",  "done",  "locked"};
    if (strcmp(key, "owner") == 0)
        return &object->owner;
    if (strcmp(key, "putters") == 0 || strcmp(key, "waiters") == 0)
        return &object->outside;
    if (strcmp(key, "getters") == 0)
        return &object->below;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(key, levels[i]) == 0)
            return &object->level;
    return NULL;
}

static struct viz_object *object_of(struct viz_model *model, struct base_map *ids, int64_t id) {
    uint32_t found = base_map_get(ids, (uint64_t)id);
    if (found != UINT32_MAX)
        return &model->objects[found];
    if (!base_map_put(ids, (uint64_t)id, (uint32_t)model->object_count))
        return NULL;
    struct viz_object *object = &model->objects[model->object_count++];
    *object = (struct viz_object){.id = id,
                                  .level = TRACE_NO_INDEX,
                                  .outside = TRACE_NO_INDEX,
                                  .below = TRACE_NO_INDEX,
                                  .owner = TRACE_NO_INDEX,
                                  .limit = -1};
    return object;
}

/* How long one stood outside, all of them together, and how long anyone did. */
static void sum_up(const struct viz_model *model, struct viz_object *object, uint32_t index) {
    const struct trace_counter *counter = &model->trace->counters[index];
    for (size_t i = 0; i < counter->sample_count; i++) {
        int64_t end_ns =
            i + 1 < counter->sample_count ? counter->samples[i + 1].time_ns : model->trace->end_ns;
        double length = (double)(end_ns - counter->samples[i].time_ns);
        object->waited_ns += counter->samples[i].value * length;
        if (counter->samples[i].value > 0)
            object->contended_ns += length;
    }
}

static bool take_counters(struct viz_model *model, struct base_map *ids) {
    const struct trace_model *trace = model->trace;
    for (uint32_t i = 0; i < trace->counter_count; i++) {
        const struct trace_counter *counter = &trace->counters[i];
        if (counter->object == 0 || counter->process != 0)
            continue;
        struct viz_object *object = object_of(model, ids, counter->object);
        if (object == NULL)
            return false;
        object->name = counter->name;
        uint32_t *place = place_of(object, trace_text(trace, counter->key));
        if (place != NULL)
            *place = i;
        object->changes = object->changes || counter->sample_count > 1;
        if (place == &object->outside || place == &object->below)
            sum_up(model, object, i);
    }
    return true;
}

/* --- Constants ------------------------------------------------------------------------------ */

static void take_constants(struct viz_model *model, struct base_map *ids) {
    static const char *const limits[] = {"maxsize", "bound", "parties"};
    const struct trace_model *trace = model->trace;
    char type[48];
    for (size_t i = 0; i < trace->declaration_count; i++) {
        const struct trace_declaration *told = &trace->declarations[i];
        double number;
        if (!trace_arg_number(trace, told->args, "object", &number))
            continue;
        uint32_t found = base_map_get(ids, (uint64_t)number);
        if (found == UINT32_MAX)
            continue;
        struct viz_object *object = &model->objects[found];
        object->name = told->name;
        if (trace_arg_text(trace, told->args, "type", type, sizeof type))
            viz_copy_text(object->type_text, sizeof object->type_text, type);
        for (size_t k = 0; k < sizeof limits / sizeof limits[0]; k++)
            if (trace_arg_number(trace, told->args, limits[k], &number) && number > 0)
                object->limit = number;
    }
}

/* Those of which nothing ever changes have no row. */
static void drop_idle(struct viz_model *model) {
    size_t kept = 0;
    for (size_t i = 0; i < model->object_count; i++)
        if (model->objects[i].changes)
            model->objects[kept++] = model->objects[i];
    model->object_count = kept;
}

int viz_objects_make(struct viz_model *model) {
    const struct trace_model *trace = model->trace;
    struct base_map ids = {0};
    model->objects = zeros(trace->version > 0 ? trace->counter_count : 0, sizeof *model->objects);
    if (model->objects == NULL)
        return CAD_ENOMEM;
    bool fine = trace->version == 0 || take_counters(model, &ids);
    if (fine && trace->version > 0)
        take_constants(model, &ids);
    base_map_free(&ids);
    drop_idle(model);
    return fine ? 0 : CAD_ENOMEM;
}

void viz_objects_free(struct viz_model *model) {
    free(model->objects);
}

/* --- At a time ------------------------------------------------------------------------------ */

/* A counter of an object's. */
static double value_at(const struct viz_model *model, const struct viz_object *object,
                       uint32_t counter, const struct viz_when *when) {
    if (counter == TRACE_NO_INDEX)
        return 0;
    const struct trace_counter *found = &model->trace->counters[counter];
    if (when->state == NULL)
        return trace_counter_at(found, when->time_ns + model->origin_ns);
    const struct trace_state_object *then = trace_state_object(when->state, (uint64_t)object->id);
    const char *key = trace_text(model->trace, found->key);
    return then != NULL ? (double)trace_state_field(when->state, then, key, 0) : 0;
}

static uint32_t owner_at(const struct viz_model *model, uint32_t index,
                         const struct viz_when *when) {
    const struct trace_model *trace = model->trace;
    const struct viz_object *object = &model->objects[index];
    double tid = value_at(model, object, object->owner, when);
    if (tid <= 0 || trace->process_count == 0)
        return TRACE_NO_INDEX;
    uint32_t track = trace_find_track(trace, trace->processes[0].pid, (int64_t)tid);
    return track != TRACE_NO_INDEX ? model->lane_of_track[track] : TRACE_NO_INDEX;
}

uint32_t viz_object_owner(const struct viz_model *model, uint32_t index, int64_t time_ns) {
    return owner_at(model, index, &(struct viz_when){.time_ns = time_ns});
}

/* "set", "done": it is so, or not. */
static bool is_flag(const struct viz_model *model, uint32_t counter) {
    const char *key = trace_text(model->trace, model->trace->counters[counter].key);
    return strcmp(key, "set") == 0 || strcmp(key, "done") == 0 || strcmp(key, "locked") == 0;
}

static void say_level(const struct viz_model *model, const struct viz_object *object,
                      const struct viz_when *when, char *out, size_t size) {
    char level[VIZ_TIME_SIZE], limit[VIZ_TIME_SIZE];
    double value = value_at(model, object, object->level, when);
    if (object->level == TRACE_NO_INDEX) {
        out[0] = '\0';
    } else if (is_flag(model, object->level)) {
        const char *key = trace_text(model->trace, model->trace->counters[object->level].key);
        (void)snprintf(out, size, "%s%.20s", value != 0 ? "" : "not ", key);
    } else {
        viz_format_number(value, level);
        viz_format_number(object->limit, limit);
        (void)snprintf(out, size, object->limit > 0 ? "%s/%s" : "%s", level, limit);
    }
}

void viz_object_value(const struct viz_model *model, uint32_t index, const struct viz_when *when,
                      char *out, size_t size) {
    const struct viz_object *object = &model->objects[index];
    uint32_t owner = owner_at(model, index, when);
    if (owner != TRACE_NO_INDEX)
        viz_lane_name(model, owner, out, size);
    else
        say_level(model, object, when, out, size);
    size_t length = strlen(out);
    double outside = value_at(model, object, object->outside, when) +
                     value_at(model, object, object->below, when);
    if (outside > 0)
        (void)snprintf(out + length, size - length, "%s%.0f wait%s", length > 0 ? ", " : "",
                       outside, outside == 1 ? "s" : "");
}
