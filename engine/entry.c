/* What the ready queue holds, by kind: what runs, and which task it is about. */
#include "entry.h"
#include "task.h"

const struct cad__entry_row cad__entry_rows[] = {
#define ROW(kind, name, run, task) [CAD__ENTRY_##kind] = {run, task, name},
    CAD__ENTRY_KINDS(ROW)
#undef ROW
};

const cad_task *cad__entry_own_task(const cad__entry *entry) {
    return &cad__entry_owner(entry)->future;
}

const cad_task *cad__entry_no_task(const cad__entry *entry) {
    (void)entry;
    return NULL;
}

const cad_task *cad__follower_task(const cad__entry *entry) {
    return cad__task_or_null(CAD__CONTAINER(entry, cad__follower, entry)->future);
}
