/* Verbs by their names. */
#include "program/language.h"

#include <stdio.h>
#include <string.h>

const prog_step *prog_language_step(const prog_language *language, const char *verb) {
    for (size_t i = 0; i < language->step_count; i++)
        if (strcmp(language->steps[i]->operation.name, verb) == 0)
            return language->steps[i];
    return NULL;
}

/* `await asyncio.sleep()` without what is round `sleep`; false where that is no shorter. */
static bool strip(const char *word, char stripped[64]) {
    const char *space = strrchr(word, ' ');
    const char *start = space != NULL ? space + 1 : word;
    const char *dot = strrchr(start, '.');
    start = dot != NULL ? dot + 1 : start;
    size_t length = strcspn(start, "(");
    (void)snprintf(stripped, 64, "%.*s", (int)(length < 63 ? length : 63), start);
    return length > 0 && strcmp(stripped, word) != 0;
}

static const char *find_advice(const prog_language *language, const char *word) {
    for (const expr_foreign *row = language->foreign; row->word != NULL; row++)
        if (strcmp(row->word, word) == 0)
            return row->advice;
    return NULL;
}

const char *prog_language_advice(const prog_language *language, const char *word, char buffer[64]) {
    char stripped[64];
    const char *advice = find_advice(language, word);
    if (advice != NULL || !strip(word, stripped))
        return advice;
    if (prog_language_step(language, stripped) == NULL)
        return find_advice(language, stripped);
    (void)snprintf(buffer, 64, "the step is \"%.40s\"", stripped);
    return buffer;
}
