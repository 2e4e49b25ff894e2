/* cadran view: the program cadran-view. */
#include "cli/commands.h"
#include "cli/viewer.h"

int cli_cmd_view(int argc, char **argv) {
    (void)argc;
    return (int)cli_become_viewer(argv);
}
