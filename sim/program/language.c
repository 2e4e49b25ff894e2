/* Verbs by their names. */
#include "program/language.h"

#include <string.h>

const prog_step *prog_language_step(const prog_language *language, const char *verb) {
    for (size_t i = 0; i < language->step_count; i++)
        if (strcmp(language->steps[i]->operation.name, verb) == 0)
            return language->steps[i];
    return NULL;
}

bool prog_language_later(const prog_language *language, const char *verb) {
    for (size_t i = 0; i < language->later_count; i++)
        if (strcmp(language->later[i], verb) == 0)
            return true;
    return false;
}
