/* ci.h - whether a person watches.
 */
#ifndef BASE_CI_H
#define BASE_CI_H

#include <stdbool.h>

/* Whether this is continuous integration, which writes nothing beside the files that it tests: the
 * variable CI is neither unset nor empty, nor `0` or `false`. */
bool base_in_ci(void);

#endif
