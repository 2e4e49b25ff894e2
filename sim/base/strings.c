/* The texts of a model, made and freed. */
#include "base/strings.h"

#include "base/memory.h"

struct base_strings *base_strings_new(void) {
    struct base_strings *strings = base_zalloc(1, sizeof *strings);
    if (strings != NULL && base_strings_add(strings, "", 0) != 0) {
        base_strings_free(strings);
        return NULL;
    }
    return strings;
}

void base_strings_free(struct base_strings *strings) {
    if (strings == NULL)
        return;
    base_symbols_free(&strings->symbols);
    base_free(strings);
}
