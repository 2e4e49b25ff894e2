/* Files that would overwrite each other are found before any is written. */
#include "cli/outputs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/identity.h"
#include "cli/command.h"

/* What a file must not be. */
struct taken {
    struct base_identity file;
    const char *what;
};

enum { STREAMS = 3, TAKEN = STREAMS + CLI_OUTPUTS };

static size_t take_streams(const char *input, const char *input_what, struct taken *taken) {
    bool standard = strcmp(input, "-") == 0;
    taken[0] = (struct taken){
        standard ? base_identity_of_open(STDIN_FILENO) : base_identity_of(input), input_what};
    taken[1] = (struct taken){base_identity_of_open(STDOUT_FILENO), "standard output"};
    taken[2] = (struct taken){base_identity_of_open(STDERR_FILENO), "standard error"};
    return STREAMS;
}

static const char *find(const struct taken *taken, size_t count, struct base_identity file) {
    for (size_t i = 0; i < count; i++)
        if (base_is_one_file(taken[i].file, file))
            return taken[i].what;
    return NULL;
}

bool cli_outputs_are_apart(const char *command, const char *input, const char *input_what,
                           const cli_output *outputs, size_t count) {
    struct taken taken[TAKEN];
    size_t known = take_streams(input, input_what, taken);
    bool made[CLI_OUTPUTS] = {false}, apart = true;
    for (size_t i = 0; i < count && apart; i++) {
        if (outputs[i].path == NULL)
            continue;
        made[i] = base_make_file(outputs[i].path);
        struct base_identity file = base_identity_of(outputs[i].path);
        const char *what = find(taken, known, file);
        if (what != NULL)
            (void)cli_wrong(command, "%s %s would overwrite %s; give it another name",
                            outputs[i].option, outputs[i].path, what);
        apart = what == NULL;
        taken[known++] = (struct taken){file, outputs[i].what};
    }
    for (size_t i = 0; i < count; i++)
        if (made[i])
            base_unmake_file(outputs[i].path);
    return apart;
}
