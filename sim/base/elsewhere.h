/* elsewhere.h - which commands of cadran have an option that this one lacks.
 */
#ifndef BASE_ELSEWHERE_H
#define BASE_ELSEWHERE_H

#include <stdbool.h>
#include <stddef.h>

/* Asks the program cadran in the folder of this one (`cadran --options`), for a message about a
 * mistake. `option` is as it is written, "--select" or "-j", and `length` is how much of it is its
 * name. True where a command has it, or is called so, and `text` says which, and what to write:
 * ", which is of cadran view: cadran view --select TASK"; false where none has, or nobody can be
 * asked. */
bool base_elsewhere(const char *option, size_t length, char *text, size_t size);

#endif
