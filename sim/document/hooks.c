/* Memory for cJSON, which has hooks of its own. */
#include "document/hooks.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/memory.h"

void doc_json_hooks(void) {
    static bool done;
    cJSON_Hooks hooks = {.malloc_fn = base_alloc, .free_fn = base_free};
    if (!done)
        cJSON_InitHooks(&hooks);
    done = true;
}
