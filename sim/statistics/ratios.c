/* What follows from a run's sums. */
#include "base/strings.h"
#include "cadran.h"
#include "statistics/statistics.h"

static double share(double part, int64_t whole) {
    return whole > 0 ? part / (double)whole : 0;
}

double stat_at_work_mean(const struct stat_run *run) {
    return share((double)run->parts_ns[STAT_WORKING], run->end_ns);
}

double stat_object_level(const struct stat_object *object) {
    return share(object->level_ns, object->end_ns - object->begin_ns);
}

double stat_object_utilisation(const struct stat_object *object) {
    return share(stat_object_level(object), object->capacity);
}

double stat_object_throughput(const struct stat_run *run, const struct stat_object *object) {
    return share((double)object->served * (double)CAD_SECOND, run->end_ns);
}

double stat_object_contention(const struct stat_object *object) {
    return share((double)object->contended_ns, object->end_ns - object->begin_ns);
}

const char *stat_text(const struct stat_run *run, uint32_t text) {
    return base_strings_text(run->strings, text);
}
