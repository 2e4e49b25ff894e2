/* cadran view: the program cadran-view, which is installed beside this one. */
#include <errno.h>

#include "cli/commands.h"
#include "cli/viewer.h"

int cli_cmd_view(int argc, char **argv) {
    (void)argc;
    cli_become_viewer(argv);
    return cli_viewer_is_missing(errno);
}
