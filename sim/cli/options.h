/* options.h - options that several commands have: rows, or parts of rows, of their tables
 * (base/options.h).
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/options.h"
#include "cadran.h"
#include "run/settings.h"

/* How long the test of a scenario may take where nobody says otherwise. */
#define CLI_TEST_LIMIT_NS (60 * CAD_SECOND)

enum { CLI_WORKERS_MOST = 256 };

/* How many processes to use where nobody says otherwise. */
unsigned cli_processors(void);

/* The words of a clock, for a bool: whether it is real. */
extern const char *const cli_clock_words[2];

/* Rows of what a run is like: the seed; NAME=VALUE, which may be repeated; the end. They fill a
 * run_machine_options, for which cli_free_overrides() is due in the end. */
#define CLI_SEED(type, field)                                                                      \
    {                                                                                              \
        .name = "seed", .argument = "N", .help = "the seed of random draws",                       \
        .take = cli_take_seed, BASE_FIELD_OF(run_machine_options, type, field)                     \
    }
#define CLI_SET(type, field)                                                                       \
    {                                                                                              \
        .name = "set", .argument = "NAME=VALUE",                                                   \
        .help = "give a scenario variable another value, an expression; may be\nrepeated",         \
        .take = cli_take_override, BASE_FIELD_OF(run_machine_options, type, field)                 \
    }
#define CLI_UNTIL(type, field)                                                                     \
    {                                                                                              \
        .name = "until", .argument = "TIME", .help = "stop the run at that time",                  \
        .take = cli_take_until, BASE_FIELD_OF(run_machine_options, type, field)                    \
    }

base_option_take cli_take_seed, cli_take_until, cli_take_override;
void cli_free_overrides(run_machine_options *machine);

#endif
