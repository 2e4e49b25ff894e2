/* waiting.h - the new traces that wait to be accepted, for the commands that go through them.
 */
#ifndef CLI_WAITING_H
#define CLI_WAITING_H

#include <stdbool.h>
#include <stddef.h>

#include "suite/find.h"
#include "suite/result.h"

typedef struct cli_waiting {
    suite_list list;
    suite_result *results; /* of looking at them: suite_look_at() */
} cli_waiting;

/* Finds them by the names of scenarios, and where `all` of directories, too; and looks at each.
 * `width`: of what is said, in columns. `command` is for messages: "cadran accept". Sets the
 * allocator: once in a program. Returns an enum cli_status: EXPECTED, or others after a message.
 * cli_waiting_free() is due in any case. */
int cli_waiting_find(const char *command, const char *const *names, size_t count, bool all,
                     unsigned width, cli_waiting *waiting);
void cli_waiting_free(cli_waiting *waiting);

#endif
