/* options.h - options that several commands have: for `take` of their tables (base/options.h).
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/options.h"
#include "cadran.h"

/* How long the test of a scenario may take where nobody says otherwise. */
#define CLI_TEST_LIMIT_NS (60 * CAD_SECOND)

enum { CLI_WORKERS_MOST = 256 };

/* How many processes to use where nobody says otherwise. */
unsigned cli_processors(void);

/* "virtual" or "real", into a bool: whether it is real. */
base_option_take cli_take_clock;

/* Into a run_machine_options: the seed; the end; NAME=VALUE, which is one override more, for which
 * there is room at `overrides`. */
base_option_take cli_take_seed;
base_option_take cli_take_until;
base_option_take cli_take_override;

#endif
