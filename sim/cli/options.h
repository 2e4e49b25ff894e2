/* options.h - options that several commands have: for `take` of their tables (base/options.h).
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/options.h"

/* "virtual" or "real", into a bool: whether it is real. */
base_option_take cli_take_clock;

#endif
