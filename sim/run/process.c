/* What a process does once: memory, and what references mean. */
#include "run/process.h"

#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "document/hooks.h"
#include "run/machine.h"

void run_process_start(uint64_t max_memory) {
    base_limit_memory(max_memory);
    cad_set_allocator(base_hook, NULL);
    doc_json_hooks();
    run_references_start();
}
